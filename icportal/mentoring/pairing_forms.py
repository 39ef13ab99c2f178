"""Forms about pairings: shape and wording. What is right is decided by the services."""

from __future__ import annotations

from wtforms import HiddenField, SelectField, TextAreaField
from wtforms.validators import InputRequired

from icportal.charter.forms import DayField
from icportal.content.desk import Checkboxes, with_autonym
from icportal.core.strings import _l
from icportal.i18n.locales import CONTENT_LANGUAGES
from icportal.mentoring.enums import EntryKind
from icportal.mentoring.labels import ENTRY_KINDS
from icportal.mentoring.services.pairings import AGREEMENT, LONGEST_TEXT, TERMS, Agreement
from icportal.web.forms import PortalForm, VersionedForm, at_most, options


class AgreementForm(PortalForm):
    """What both cities agree on; ``version`` is the checksum of the agreement that was read."""

    version = HiddenField()
    language = SelectField(TERMS["language"], validate_choice=False)
    goal = TextAreaField(
        AGREEMENT["goal"], [at_most(LONGEST_TEXT)], description=_l("What the mentee will be able to do, and how one will see it.")
    )
    visits = TextAreaField(AGREEMENT["visits"], [at_most(LONGEST_TEXT)])
    languages = Checkboxes(TERMS["languages"], validate_choice=False)
    costs = TextAreaField(
        AGREEMENT["costs"], [at_most(LONGEST_TEXT)], description=_l("Travel, nights, interpreters, working time.")
    )
    exit = TextAreaField(AGREEMENT["exit"], [at_most(LONGEST_TEXT)])
    starts_on = DayField(TERMS["starts_on"])
    ends_on = DayField(TERMS["ends_on"])

    def offer(self) -> None:
        """The languages there are."""
        self.language.choices = self.languages.choices = options((code, with_autonym(code)) for code in CONTENT_LANGUAGES)

    @property
    def agreement(self) -> Agreement:
        """What was filled in."""
        texts = {name: self._fields[name].data or "" for name in AGREEMENT}
        return Agreement(
            **texts, language=self.language.data or "", languages=tuple(self.languages.data or ()), starts_on=self.starts_on.data,
            ends_on=self.ends_on.data,
        )  # fmt: skip


class JournalForm(PortalForm):
    """A line of the journal."""

    kind = SelectField(
        _l("What it was"),
        choices=options((kind, ENTRY_KINDS[kind]) for kind in (EntryKind.CONTACT, EntryKind.NOTE)),
        validate_choice=False,
    )
    on_date = DayField(_l("Day"), [InputRequired(message=_l("Enter a day."))])
    text = TextAreaField(_l("What there was"), [at_most(LONGEST_TEXT)])


class StepForm(VersionedForm):
    """A step of a pairing: the version that was seen, and the reason where one is needed."""

    transition = HiddenField()
    reason = TextAreaField(_l("Reason"), [at_most(LONGEST_TEXT)])

    @property
    def problems(self) -> list[tuple[str, str]]:
        """Like any form's, but the reason stands in a field named after its step."""
        own = f"reason-{self.transition.data}"
        return [(own if field == self.reason.id else "", message) for field, message in super().problems]
