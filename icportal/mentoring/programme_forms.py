"""Forms about programmes: shape and wording. What is right is decided by the services."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from wtforms import HiddenField, IntegerField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired

from icportal.charter.forms import DayField
from icportal.content.desk import Checkboxes, language_written_in, working_title
from icportal.core.strings import _l, _lp
from icportal.mentoring.enums import CALENDAR, Phase
from icportal.mentoring.labels import PHASES
from icportal.mentoring.models import Programme
from icportal.mentoring.services.grants import LONGEST_PURPOSE, LONGEST_REASON
from icportal.mentoring.services.programmes import LABELS, LONGEST_NAME, Plan, Theme, plan_of
from icportal.web.forms import PortalForm, VersionedForm, at_most, options, required

_NUMBER = InputRequired(message=_l("Enter a number."))


class ProgrammeForm(VersionedForm):
    """Themes with their facilitators, the calendar, and how patient the portal is."""

    themes = Checkboxes(
        _l("Themes"), validate_choice=False, description=_l("Each theme is a scheme of cities that work with its toolkit.")
    )
    previous_id = SelectField(
        LABELS["previous_id"], coerce=int, validate_choice=False, description=_l("Who was left over there goes first here.")
    )
    answer_days = IntegerField(
        LABELS["answer_days"], [_NUMBER], default=14, description=_l("A proposal that is not accepted by both in time ends.")
    )
    quiet_days = IntegerField(
        LABELS["quiet_days"], [_NUMBER], default=45, description=_l("After so many days without a sign of life both are asked.")
    )

    @classmethod
    def of(cls, programme: Programme | None, **given: Any) -> ProgrammeForm:
        """The form with what a programme is planned with now."""
        plan = plan_of(programme) if programme is not None else Plan()
        data: dict[str, Any] = {
            "themes": [theme.toolkit for theme in plan.themes], "previous_id": plan.previous_id or 0,
            "answer_days": plan.answer_days, "quiet_days": plan.quiet_days, "version": programme.version if programme else 0,
        }  # fmt: skip
        for phase, (starts, ends) in plan.phases.items():
            data[f"{phase}_from"], data[f"{phase}_to"] = starts, ends
        return cls(data=data, **given)

    def offer(self, themes: Iterable[tuple[str, str]], programmes: Iterable[tuple[int, str]]) -> None:
        """The toolkits to choose among, and the programmes that came before."""
        self.themes.choices = options(themes)
        self.previous_id.choices = options([(0, _lp("programme before", "none")), *programmes])

    def plan(self, programme: Programme | None = None) -> Plan:
        """What was filled in; facilitators stay as they are."""
        known = {each.toolkit: each for each in plan_of(programme).themes} if programme is not None else {}
        phases = {phase: (self._fields[f"{phase}_from"].data, self._fields[f"{phase}_to"].data) for phase in CALENDAR}
        return Plan(
            phases={name: days for name, days in phases.items() if any(days)},
            themes=[known.get(toolkit, Theme(toolkit)) for toolkit in self.themes.data or ()],
            previous_id=self.previous_id.data or None,
            answer_days=self.answer_days.data or 0,
            quiet_days=self.quiet_days.data or 0,
        )


def _add_days(phase: Phase) -> None:
    setattr(ProgrammeForm, f"{phase}_from", DayField(_l("First day")))
    setattr(ProgrammeForm, f"{phase}_to", DayField(_l("Last day")))


for _phase in CALENDAR:
    _add_days(_phase)

#: (phase, its name) for the fields of the calendar.
CALENDAR_ROWS = [(phase, PHASES[phase]) for phase in CALENDAR]


class StartForm(ProgrammeForm):
    """A new programme: the title and language of its call, and the rest."""

    language = language_written_in()
    title = working_title()


class SchemeForm(VersionedForm):
    """Who facilitates a scheme."""

    facilitator_id = SelectField(
        _l("Facilitator with an account"),
        coerce=int,
        validate_choice=False,
        description=_l("This person can open the pairings of the scheme."),
    )
    facilitator_name = StringField(_l("Facilitator"), [at_most(LONGEST_NAME)], description=_l("The name that everybody reads."))
    facilitator_organisation = StringField(_l("Organisation of the facilitator"), [at_most(LONGEST_NAME)])
    note = TextAreaField(_l("Note to the cities of the scheme"), [at_most(5000)])

    def offer(self, people: Iterable[tuple[int, str]]) -> None:
        self.facilitator_id.choices = options([(0, _lp("facilitator", "nobody")), *people])

    def theme(self, toolkit: str) -> Theme:
        """What was filled in."""
        return Theme(
            toolkit, self.facilitator_id.data or None, self.facilitator_name.data or "", self.facilitator_organisation.data or "",
            self.note.data or "",
        )  # fmt: skip


class StepForm(VersionedForm):
    """A step of a programme: the version that was seen, and the reason where one is needed."""

    transition = HiddenField()
    reason = TextAreaField(_l("Reason"), [at_most(5000)])

    @property
    def problems(self) -> list[tuple[str, str]]:
        """Like any form's, but the reason stands in a field named after its step."""
        own = f"reason-{self.transition.data}"
        return [(own if field == self.reason.id else "", message) for field, message in super().problems]


class GrantForm(PortalForm):
    """What a city asks money for."""

    purpose = StringField(
        _l("What the money is for"), [required(_l("Say in a line what the money is for.")), at_most(LONGEST_PURPOSE)]
    )
    amount = IntegerField(_l("Amount"), [_NUMBER], description=_l("Whole units, without cents."))
    currency = StringField(_l("Currency"), [at_most(3)], default="EUR")


class GrantDecisionForm(VersionedForm):
    """What is granted, and why it is refused."""

    granted = IntegerField(_l("Granted amount"))
    reason = TextAreaField(_l("Reason"), [at_most(LONGEST_REASON)], description=_l("The city reads it. A refusal needs one."))


def apart(form: PortalForm, name: str) -> PortalForm:
    """The form with identifiers of its own, for a page on which it stands more than once; what is sent keeps its names."""
    for field in form:
        field.id = f"{field.id}-{name}"
        field.label.field_id = field.id
    return form
