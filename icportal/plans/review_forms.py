"""Forms about a plan's review, its endorsement and its progress: shape and wording. What is right is decided by the services."""

from __future__ import annotations

from collections.abc import Iterable

from flask_wtf.file import FileField
from wtforms import HiddenField, IntegerField, SelectField, StringField, TextAreaField
from wtforms.validators import Optional

from icportal.charter.forms import KINDS_OF_SCAN, DayField
from icportal.content.desk import Checkboxes
from icportal.core.strings import Text, _l
from icportal.plans.draft import LABELS, LONGEST_NAME, LONGEST_TEXT, LONGEST_TITLE
from icportal.plans.forms import StepForm
from icportal.plans.services import about
from icportal.plans.services.about import About
from icportal.plans.services.progress import LABELS as PROGRESS_LABELS
from icportal.plans.services.progress import NoteDraft
from icportal.plans.services.remarking import LONGEST_REMARK
from icportal.plans.services.reviewing import Decision, Upload
from icportal.web.forms import PortalForm, VersionedForm, at_most, options


class ReviewStepForm(StepForm):
    """A step of a plan or a round: also the checksum of what was read."""

    seen_hash = HiddenField()


class AboutForm(PortalForm):
    """What a plan says of itself. ``seen`` is the checksum of what stood there."""

    seen = HiddenField()
    title = StringField(
        about.LABELS["title"], [at_most(LONGEST_TITLE)], description=_l("Left empty, it is called the action plan of your city.")
    )
    language = SelectField(about.LABELS["language"], validate_choice=False)
    introduction = TextAreaField(
        about.LABELS["introduction"],
        [at_most(LONGEST_TEXT)],
        description=_l("Why the city has this plan, and how it came to be."),
    )
    starts_on = DayField(about.LABELS["starts_on"])
    ends_on = DayField(about.LABELS["ends_on"])
    months_between = IntegerField(
        about.LABELS["months_between"], [Optional()],
        description=_l("So long after it was published, and after each round, the portal asks you what came of the plan."),
    )  # fmt: skip
    internal_note = TextAreaField(
        about.LABELS["internal_note"], [at_most(LONGEST_TEXT)],
        description=_l("Only your city and the network’s coordinators read it. It is never part of the public text."),
    )  # fmt: skip

    @property
    def about(self) -> About:
        """What was filled in."""
        texts = {name: self._fields[name].data or "" for name in ("title", "language", "introduction", "internal_note")}
        return About(**texts, starts_on=self.starts_on.data, ends_on=self.ends_on.data, months_between=self.months_between.data)


class EndorseForm(PortalForm):
    """What the city's administration has decided on the version whose checksum is ``seen``."""

    seen = HiddenField()
    body = StringField(
        _l("Who has decided"), [at_most(LONGEST_NAME)], description=_l("Such as the city council, its committee or the mayor.")
    )
    decided_on = DayField(_l("Day of the decision"))
    reference = StringField(
        _l("Reference"), [at_most(LONGEST_NAME)], description=_l("The number or name under which the decision is kept.")
    )
    upload = FileField(_l("Text of the decision"), description=KINDS_OF_SCAN)

    @property
    def decision(self) -> Decision:
        """What was filled in."""
        return Decision(self.body.data or "", self.decided_on.data, self.reference.data or "")

    @property
    def file(self) -> Upload | None:
        """The file that was sent, if any."""
        sent = self.upload.data
        return Upload(sent.stream, sent.filename) if sent and getattr(sent, "filename", "") else None


class CorrectForm(EndorseForm):
    """What stands of a decision, said anew. ``seen`` is the seal of what stood there."""

    reason = TextAreaField(_l("Reason"), [at_most(LONGEST_TEXT)], description=_l("What was missing or wrong."))


class RemarkForm(PortalForm):
    """Something that is said of the plan or of one action."""

    kind = SelectField(_l("What it is"), validate_choice=False)
    action_id = SelectField(_l("What it is about"), coerce=int, validate_choice=False)
    text = TextAreaField(_l("What you want to say"), [at_most(LONGEST_REMARK)])
    language = SelectField(LABELS["language"], validate_choice=False)

    def offer(
        self, kinds: Iterable[tuple[str, Text]], actions: Iterable[tuple[int, Text]], languages: Iterable[tuple[str, str]]
    ) -> None:
        """What can be chosen."""
        self.kind.choices, self.action_id.choices, self.language.choices = options(kinds), options(actions), options(languages)


class ReplyForm(PortalForm):
    """The city's answer to a remark. ``seen`` is the answer that stood there."""

    seen = HiddenField()
    reply = TextAreaField(_l("Answer"), [at_most(LONGEST_REMARK)])


class BeginForm(PortalForm):
    """A new progress round."""

    due_on = DayField(
        _l("Last day"), description=_l("By then the report is to be closed. You are reminded 14 days and 1 day before.")
    )


class RoundForm(VersionedForm):
    """What is said of a round as a whole."""

    summary = TextAreaField(
        PROGRESS_LABELS["summary"], [at_most(LONGEST_TEXT)],
        description=_l("What came of the plan in this time, in a few sentences. Everybody reads it once somebody else has approved it."),
    )  # fmt: skip
    language = SelectField(PROGRESS_LABELS["language"], validate_choice=False)
    due_on = DayField(PROGRESS_LABELS["due_on"])


class NoteForm(VersionedForm):
    """What was done for one action."""

    text = TextAreaField(
        PROGRESS_LABELS["text"], [at_most(LONGEST_TEXT)],
        description=_l("Everybody reads it once somebody else has approved it and the round is closed."),
    )  # fmt: skip
    language = SelectField(PROGRESS_LABELS["language"], validate_choice=False)
    internal_note = TextAreaField(
        PROGRESS_LABELS["internal_note"], [at_most(LONGEST_TEXT)],
        description=_l("Only your city and the network’s coordinators read it. It is never part of the public text."),
    )  # fmt: skip

    @property
    def draft(self) -> NoteDraft:
        """What was filled in."""
        return NoteDraft(self.text.data or "", self.internal_note.data or "", self.language.data or "")


class ApproveTextsForm(PortalForm):
    """The texts that are approved together: each with the version that was read."""

    chosen = Checkboxes(_l("Texts to approve"), validate_choice=False)

    @property
    def versions(self) -> dict[int, int]:
        """The version that was read by the number of the note; what cannot be read is left out."""
        found = {}
        for each in self.chosen.data or ():
            number, _dot, version = each.partition(".")
            if number.isdecimal() and version.isdecimal() and len(each) < 20:  # noqa: PLR2004  no row has longer numbers
                found[int(number)] = int(version)
        return found
