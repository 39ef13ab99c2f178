"""Forms of self-assessments and evaluations: shape and wording. What is right is decided by the services."""

from __future__ import annotations

from typing import Any

from wtforms import FieldList, FormField, HiddenField, RadioField, SelectField, TextAreaField
from wtforms.validators import Optional

from icportal.content.desk import with_autonym
from icportal.core.strings import _l
from icportal.i18n.locales import CONTENT_LANGUAGES
from icportal.mentoring.rating_words import AGAIN, ANSWERS, CANNOT_SAY, LEVELS, QUESTIONS
from icportal.mentoring.services.ratings import AGAIN_LABEL, LONGEST_TEXT, RatingDraft
from icportal.toolkits.queries import Benchmark
from icportal.web.forms import RowForm, VersionedForm, at_most, options


def _level(value: Any) -> int | str | None:
    if value == CANNOT_SAY:
        return CANNOT_SAY
    return int(value) if str(value).isdecimal() and int(value) in LEVELS else None


class FactorRow(RowForm):
    """One key factor: how well it is met, and what shows it."""

    code = HiddenField()
    level = RadioField(
        _l("How well it is met"), [Optional()], coerce=_level, choices=options(ANSWERS.items()), validate_choice=False
    )
    text = TextAreaField(_l("What shows it, and what is missing"), [at_most(LONGEST_TEXT)])


class RatingForm(VersionedForm):
    """All key factors of a benchmark, and what is asked besides when the mentoring is over."""

    language = SelectField(_l("Language you write in"), validate_choice=False)
    factors = FieldList(FormField(FactorRow), label=_l("Key factors"))
    worked = TextAreaField(QUESTIONS["worked"], [at_most(LONGEST_TEXT)])
    missed = TextAreaField(QUESTIONS["missed"], [at_most(LONGEST_TEXT)])
    advice = TextAreaField(
        QUESTIONS["advice"], [at_most(LONGEST_TEXT)],
        description=_l("Coordinators read it when they prepare the next programme."),
    )  # fmt: skip
    again = RadioField(AGAIN_LABEL, [Optional()], choices=options(AGAIN.items()), validate_choice=False)

    def offer(self) -> None:
        """The languages there are."""
        self.language.choices = options((code, with_autonym(code)) for code in CONTENT_LANGUAGES)

    @property
    def draft(self) -> RatingDraft:
        """What was filled in."""
        rows = [row.form for row in self.factors]
        factors = {row.code.data or "": {"level": row.level.data, "text": row.text.data or ""} for row in rows}
        answers = {name: self._fields[name].data or "" for name in QUESTIONS}
        return RatingDraft(factors, answers, self.again.data or "", self.language.data or "")


def rating_form(draft: RatingDraft, version: int, benchmark: Benchmark) -> RatingForm:
    """The form with what is said now, a row for each key factor; what was sent takes its place."""
    said = [(factor.code, draft.factors.get(factor.code, {})) for factor in benchmark.factors]
    rows = [{"code": code, "level": each.get("level"), "text": each.get("text", "")} for code, each in said]
    form = RatingForm(
        data={**draft.answers, "factors": rows, "again": draft.again, "language": draft.language, "version": version}
    )
    form.offer()
    return form
