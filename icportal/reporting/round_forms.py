"""Forms about rounds, deadlines and the mail to a city: shape and wording. What is right is decided by the services."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from wtforms import HiddenField, IntegerField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired

from icportal.charter.forms import DayField
from icportal.content.desk import Checkboxes
from icportal.core.outbox import LONGEST_SUBJECT
from icportal.core.strings import _l, _lp
from icportal.reporting.services.deadlines import LONGEST_TEXT
from icportal.reporting.services.rounds import LABELS, Plan
from icportal.web.forms import PortalForm, VersionedForm, at_most, chosen, options, required

LONGEST_LETTER = 10_000


def _day(name: str, description: Any = "") -> DayField:
    return DayField(LABELS[name], [InputRequired(message=_l("Enter a day."))], description=description)


class RoundForm(VersionedForm):
    """What a round is planned with."""

    number = IntegerField(
        LABELS["number"],
        [InputRequired(message=_l("Enter a number."))],
        description=_l("The number of the report that comes of it."),
    )
    questionnaire_version_id = SelectField(
        LABELS["questionnaire_version_id"], [chosen(_l("Choose a questionnaire."))], coerce=int, validate_choice=False
    )
    previous_id = SelectField(
        LABELS["previous_id"],
        coerce=int,
        validate_choice=False,
        description=_l("Its answers stand beside the questions of this one."),
    )
    period_from = _day("period_from")
    period_to = _day("period_to")
    opens_on = _day("opens_on", _l("Nothing opens by itself: the round opens when you open it."))
    deadline = _day("deadline", _l("The last day on which cities may send their answers. A city can get another day."))
    smallest_group = IntegerField(
        LABELS["smallest_group"],
        [InputRequired(message=_l("Enter a number."))],
        default=3,
        description=_l("Results of fewer cities than this are not shown, so that no city is recognised."),
    )

    def offer(self, versions: Iterable[tuple[int, str]], rounds: Iterable[tuple[int, str]]) -> None:
        """The questionnaires there are, and the rounds that came before."""
        self.questionnaire_version_id.choices = options(versions)
        self.previous_id.choices = options([(0, _lp("round before", "none")), *rounds])

    def plan(self) -> Plan:
        """What was filled in; call it when the form is valid."""
        said = {name: self._fields[name].data for name in LABELS}
        return Plan(**{**said, "previous_id": said["previous_id"] or None})


class DeadlineForm(VersionedForm):
    """The deadline of an open round, which is all that can change there, or the deadline of one city."""

    deadline = DayField(LABELS["deadline"])


class CitiesForm(VersionedForm):
    """Which cities take part."""

    cities = Checkboxes(_l("Cities"), coerce=int, validate_choice=False)


class StepForm(VersionedForm):
    """A step of a round: the version that was seen, and the reason where one is needed."""

    transition = HiddenField()
    reason = TextAreaField(_l("Reason"), [at_most(LONGEST_TEXT)])

    @property
    def problems(self) -> list[tuple[str, str]]:
        """Like any form's, but the reason stands in a field named after its step."""
        own = f"reason-{self.transition.data}"
        return [(own if field == self.reason.id else "", message) for field, message in super().problems]


class ExtensionForm(PortalForm):
    until = DayField(_l("Until when"))
    reason = TextAreaField(_l("Why the city needs more time"), [at_most(LONGEST_TEXT)])


class DecisionForm(PortalForm):
    decision = RadioField(
        _l("Decision"),
        choices=options([("granted", _l("Grant more time")), ("refused", _l("Refuse"))]),
        validate_choice=False,
    )
    until = DayField(_l("New day"), description=_l("Left empty, the day the city asked for."))
    reason = TextAreaField(
        _l("Reason"),
        [at_most(LONGEST_TEXT)],
        description=_l("Needed for a refusal. The people concerned read it, word for word."),
    )


class RemindersForm(PortalForm):
    note = StringField(_l("Why"), [at_most(300)], description=_l("Other coordinators read it."))


class LetterForm(PortalForm):
    """A mail to a city; ``language`` is the one it is written in."""

    language = HiddenField()
    to = Checkboxes(_l("To"), validate_choice=False)
    subject = StringField(_l("Subject"), [required(_l("Enter a subject.")), at_most(LONGEST_SUBJECT)])
    text = TextAreaField(_l("Text"), [required(_l("Enter a text.")), at_most(LONGEST_LETTER)])
