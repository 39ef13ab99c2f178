"""Forms about toolkits: shape and wording. What is right is decided by the services."""

from __future__ import annotations

from typing import Any

from wtforms import FieldList, FormField, HiddenField, IntegerField, SelectField, StringField
from wtforms.validators import NumberRange, Optional

from icportal.charter.texts import titles
from icportal.content.desk import Checkboxes, language_written_in, working_title
from icportal.core.strings import _l
from icportal.i18n.catalogues import current_language
from icportal.toolkits.enums import FactorKind
from icportal.toolkits.models import Toolkit
from icportal.toolkits.services.toolkits import LONGEST_CODE, MOST_QUESTIONS, factor
from icportal.toolkits.structure import Structure
from icportal.web.forms import PortalForm, RowForm, VersionedForm, at_most, options

EMPTY_ROWS = 2
KINDS = {FactorKind.KEY: _l("Key factor"), FactorKind.CONTEXT: _l("Context factor")}


class StartForm(PortalForm):
    """What is needed to begin a toolkit."""

    language = language_written_in()
    title = working_title()


class FactorRow(RowForm):
    """One factor; an empty code is none."""

    code = StringField(_l("Code"), [at_most(LONGEST_CODE)])
    kind = SelectField(_l("Kind"), choices=options(KINDS.items()), default=FactorKind.KEY)
    commitments = Checkboxes(_l("Commitments it serves"), coerce=int, validate_choice=False)
    questions = IntegerField(_l("Number of guiding questions"), [Optional(), NumberRange(1, MOST_QUESTIONS)], default=3)
    practices = HiddenField()


class StructureForm(VersionedForm):
    """The factors of a benchmark in their order."""

    factors = FieldList(FormField(FactorRow, label=_l("Factor")), label=_l("Factors"))

    def add_rows(self) -> None:
        """Some more empty rows below what was typed."""
        for _row in range(EMPTY_ROWS):
            self.factors.append_entry()
        self.offer()

    def offer(self) -> None:
        """The commitments to tick."""
        commitments = options((number, f"{number} · {title}") for number, title in titles(current_language().code).items())
        for row in self.factors:
            row.form.commitments.choices = commitments

    @property
    def structure(self) -> Structure:
        """What was filled in; a row without a code is left out."""
        return Structure(tuple(_factor(row.form) for row in self.factors if row.form.code.data))


def _factor(form: Any) -> Any:
    practices = tuple(int(each) for each in str(form.practices.data or "").split(",") if each.isdecimal())
    return factor(form.code.data, form.kind.data, tuple(form.commitments.data or ()), form.questions.data or 1, practices)


def structure_form(toolkit: Toolkit) -> StructureForm:
    """The form with the factors there are and some empty rows."""
    rows: list[dict[str, Any]] = [
        {
            "code": each.code, "kind": each.kind, "commitments": list(each.commitments), "questions": len(each.questions),
            "practices": ",".join(map(str, each.practices)),
        }
        for each in Structure.of(toolkit.structure).factors
    ]  # fmt: skip
    form = StructureForm(data={"factors": [*rows, *({} for _row in range(EMPTY_ROWS))], "version": toolkit.version})
    form.offer()
    return form
