"""Forms on the way of a signature: shape and wording of what is typed. What is right is decided by the services."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask_wtf.file import FileField
from wtforms import BooleanField, DateField, HiddenField, RadioField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs
from wtforms.validators import Optional

from icportal.charter.services.preparing import LONGEST_LINE, LONGEST_TEXT, Upload
from icportal.core.strings import _, _l
from icportal.web.forms import PortalForm, VersionedForm, at_most

KINDS_OF_SCAN = _l("PDF, PNG or JPEG, at most 10 MB.")


class DayField(DateField):
    """A calendar day; what cannot be read stays in the field and is explained."""

    def __init__(self, label: Any = None, validators: Any = None, **options: Any) -> None:
        super().__init__(label, validators or [Optional()], **options)

    def process_formdata(self, valuelist: list[str]) -> None:
        try:
            super().process_formdata(valuelist)
        except ValueError:
            self.data = None
            raise ValueError(_("This is not a day of the calendar. Write it as year-month-day, such as 2026-05-31.")) from None


class ScanField(FileField):
    """A file that was chosen, or None."""

    def __init__(self, label: Any = None, **options: Any) -> None:
        super().__init__(label, description=options.pop("description", KINDS_OF_SCAN), **options)

    @property
    def upload(self) -> Upload | None:
        return Upload(self.data.stream, self.data.filename or "") if self.data else None


class CouncilDecisionForm(VersionedForm):
    decided_on = DayField(_l("Date of the decision"))
    reference = StringField(
        _l("Reference"),
        [at_most(LONGEST_LINE)],
        description=_l("The number or name under which your council keeps the decision."),
    )
    upload = ScanField(_l("Text of the decision"))


class NotificationForm(VersionedForm):
    notified_on = DayField(_l("Day on which you told the network"))


class CeremonyForm(VersionedForm):
    ceremony_on = DayField(_l("Planned day"))
    place = StringField(
        _l("Place"), [at_most(LONGEST_LINE)], description=_l("A hall in your city, or a conference of the network.")
    )


class MandateForm(VersionedForm):
    name = StringField(_l("Name"), [at_most(LONGEST_LINE)])
    office = StringField(_l("Office"), [at_most(LONGEST_LINE)], description=_l("Such as mayor, lord mayor or deputy mayor."))
    mandate = TextAreaField(
        _l("By what right this person signs for the city"),
        [at_most(LONGEST_TEXT)],
        description=_l("Such as the city's constitution, or the passage of the council decision that says so."),
    )


class SignForm(VersionedForm):
    language = HiddenField()
    seen_sha256 = HiddenField()
    confirmed = BooleanField(_l("I have read this text and sign it for the city."))


class SignedDeedForm(VersionedForm):
    language = SelectField(_l("Language of the deed"), validate_choice=False)
    signed_on = DayField(_l("Day written on the deed"))
    upload = ScanField(_l("Scan of the signed deed"))

    def offer(self, languages: Iterable[tuple[str, str]]) -> None:
        """The languages in which there is a deed."""
        self.language.choices = [SelectChoice(code, label) for code, label in languages]


class RenewalForm(PortalForm):
    name = StringField(_l("Name of the new mayor, or of whoever signs"), [at_most(LONGEST_LINE)])
    office = StringField(_l("Office"), [at_most(LONGEST_LINE)], description=_l("Such as mayor, lord mayor or deputy mayor."))
    mandate = TextAreaField(
        _l("By what right this person signs for the city"),
        [at_most(LONGEST_TEXT)],
        description=_l("Such as the result of the election, with its date."),
    )
    decision_stands = RadioField(
        _l("Council decision"),
        choices=[
            SelectChoice("yes", _l("The earlier decision of the council still stands")),
            SelectChoice("no", _l("There is a new decision")),
        ],
        validate_choice=False,
    )
    decided_on = DayField(_l("Date of the new decision"))
    reference = StringField(_l("Reference"), [at_most(LONGEST_LINE)])
    upload = ScanField(_l("Text of the new decision"))


class DelayForm(PortalForm):
    asked_until = DayField(_l("New day by which the signature is renewed"))
    reason = TextAreaField(_l("Why the city needs more time"), [at_most(LONGEST_TEXT)])


class DelayDecisionForm(VersionedForm):
    decision = RadioField(
        _l("Decision"),
        choices=[SelectChoice("granted", _l("Grant more time")), SelectChoice("refused", _l("Refuse"))],
        validate_choice=False,
    )
    until = DayField(_l("New day"), description=_l("Left empty, the day the city asked for."))
    reason = TextAreaField(
        _l("Reason"),
        [at_most(LONGEST_TEXT)],
        description=_l("Needed for a refusal. The people concerned read it, word for word."),
    )


class StepForm(VersionedForm):
    """A step of the workflow: the version and hash that were seen, and the reason where one is needed."""

    transition = HiddenField()
    seen_hash = HiddenField()
    reason = TextAreaField(_l("Reason"), [at_most(LONGEST_TEXT)])

    @property
    def problems(self) -> list[tuple[str, str]]:
        """Like any form's, but the reason stands in a field named after its step."""
        own = f"reason-{self.transition.data}"
        return [(own if field == self.reason.id else "", message) for field, message in super().problems]
