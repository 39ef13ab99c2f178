"""Forms about actions: shape and wording. What is right is decided by the services."""

from __future__ import annotations

from collections.abc import Iterable

from wtforms import HiddenField, SelectField, StringField, TextAreaField

from icportal.charter.forms import DayField
from icportal.content.desk import Checkboxes
from icportal.core.strings import Text, _l
from icportal.plans.services import LABELS, LONGEST_NAME, LONGEST_TEXT, LONGEST_TITLE, Draft
from icportal.web.forms import VersionedForm, at_most, options, required


class ActionForm(VersionedForm):
    """What is said of an action."""

    title = StringField(
        LABELS["title"],
        [required(_l("Give it a title: it is how you find it again.")), at_most(LONGEST_TITLE)],
        description=_l("What is done, in a few words."),
    )
    objective = TextAreaField(
        LABELS["objective"], [at_most(LONGEST_TEXT)], description=_l("What will be different when it is done.")
    )
    body = TextAreaField(LABELS["body"], [at_most(LONGEST_TEXT)], description=_l("The steps, the people, the places."))
    language = SelectField(LABELS["language"], validate_choice=False)
    commitments = Checkboxes(LABELS["commitments"], coerce=int, validate_choice=False)
    owner_body = StringField(
        LABELS["owner_body"], [at_most(LONGEST_NAME)], description=_l("The department or body that answers for it.")
    )
    owner_person = StringField(LABELS["owner_person"], [at_most(LONGEST_NAME)])
    starts_on = DayField(LABELS["starts_on"])
    due_on = DayField(LABELS["due_on"], description=_l("The last day. It stands on your list two weeks before."))
    internal_note = TextAreaField(
        LABELS["internal_note"],
        [at_most(LONGEST_TEXT)],
        description=_l("Only your city and the network’s coordinators read it. It is never part of the public text."),
    )

    def offer(self, languages: Iterable[tuple[str, Text]], commitments: Iterable[tuple[int, Text]]) -> None:
        """The languages to write in, and the commitments to tick."""
        self.language.choices = options(languages)
        self.commitments.choices = options(commitments)

    @property
    def draft(self) -> Draft:
        """What was filled in."""
        said = {name: self._fields[name].data for name in LABELS}
        said = {name: value if value is not None or name.endswith("_on") else "" for name, value in said.items()}
        return Draft(**{**said, "commitments": tuple(self.commitments.data or ())})


class StepForm(VersionedForm):
    """A step of an action: the version that was seen, and the reason where one is needed."""

    transition = HiddenField()
    reason = TextAreaField(_l("Reason"), [at_most(LONGEST_TEXT)])

    @property
    def problems(self) -> list[tuple[str, str]]:
        """Like any form's, but the reason stands in a field named after its step."""
        own = f"reason-{self.transition.data}"
        return [(own if field == self.reason.id else "", message) for field, message in super().problems]


class MergeForm(VersionedForm):
    """Which action takes this one in."""

    into = SelectField(_l("Merge it into"), coerce=int, validate_choice=False)

    def offer(self, actions: Iterable[tuple[int, str]]) -> None:
        self.into.choices = options(actions)
