"""Forms about toolkits: shape and wording. What is right is decided by the services."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from wtforms import BooleanField, FieldList, Form, FormField, HiddenField, SelectField, StringField

from icportal.charter.texts import titles
from icportal.content.desk import Checkboxes, language_written_in, working_title
from icportal.core.strings import _l
from icportal.i18n.catalogues import current_language
from icportal.toolkits.enums import FactorKind
from icportal.toolkits.kind import KINDS, LONGEST_QUESTION
from icportal.toolkits.services.toolkits import LONGEST_SERIES, LONGEST_TITLE
from icportal.toolkits.structure import Factor, Structure, question_key, title_key
from icportal.web.forms import PortalForm, VersionedForm, at_most, clean, options, required


def _series() -> StringField:
    return StringField(
        _l("Series"), description=_l("The project it belongs to, such as ImpleMentoring."), validators=[at_most(LONGEST_SERIES)]
    )


def _is_own(**more: Any) -> BooleanField:
    return BooleanField(
        _l("Written for this portal"),
        description=_l("Readers are told so, and that a toolkit the project itself has written is another text."),
        **more,
    )


class StartForm(PortalForm):
    """What is needed to begin a toolkit."""

    language = language_written_in()
    title = working_title()
    series = _series()
    is_own = _is_own(default=True)


class AboutForm(VersionedForm):
    """Where a toolkit belongs, and who wrote it."""

    series = _series()
    is_own = _is_own()

    def changed(self, structure: Structure) -> Structure:
        """The structure with what was filled in."""
        return replace(structure, series=self.series.data or "", is_own=bool(self.is_own.data))


class NewFactorForm(VersionedForm):
    """What is needed to add a factor; the rest follows on its page."""

    title = StringField(
        _l("Factor"),
        description=_l("A condition for success, in a few words."),
        validators=[required(_l("Say in a few words what the factor is.")), at_most(LONGEST_TITLE)],
    )
    kind = SelectField(
        _l("Kind"),
        choices=options(KINDS.items()),
        default=FactorKind.KEY,
        description=_l("The city can bring a key factor about; a context factor it has to reckon with."),
    )


class NewQuestionForm(VersionedForm):
    """One guiding question more."""

    text = StringField(
        _l("Guiding question"),
        description=_l("Something a city can ask itself and answer with evidence."),
        validators=[required(_l("Write the question.")), at_most(LONGEST_QUESTION)],
    )


class QuestionRow(Form):
    """The words of one question."""

    code = HiddenField()
    text = StringField(_l("Question"), filters=[clean], validators=[at_most(LONGEST_QUESTION)])


class FactorForm(NewFactorForm):
    """What a factor is called, what it serves, and what its questions say."""

    commitments = Checkboxes(_l("Commitments it serves"), coerce=int, description=_l("At least one."))
    questions = FieldList(FormField(QuestionRow, label=_l("Question")), label=_l("Question"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.commitments.choices = [(number, f"{number} · {title}") for number, title in titles(current_language().code).items()]

    def changed(self, factor: Factor) -> Factor:
        """The factor with what was filled in; its questions and practices stay."""
        return replace(factor, kind=self.kind.data, commitments=tuple(sorted(self.commitments.data or ())))

    def words(self, factor: Factor) -> dict[str, str]:
        """Its words by their keys."""
        said = {row.form.code.data: row.form.text.data or "" for row in self.questions}
        texts = {question_key(factor.code, code): said[code] for code in factor.questions if code in said}
        return {title_key(factor.code): self.title.data or "", **texts}


def factor_form(factor: Factor, texts: Mapping[str, str], version: int) -> FactorForm:
    """The form filled with a factor."""
    rows = [{"code": code, "text": texts.get(question_key(factor.code, code), "")} for code in factor.questions]
    data = {
        "title": texts.get(title_key(factor.code), ""),
        "kind": factor.kind,
        "commitments": list(factor.commitments),
        "questions": rows,
        "version": version,
    }
    return FactorForm(data=data)
