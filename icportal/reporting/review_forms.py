"""Forms of those who read a response: deciding on it, and saying something about it."""

from __future__ import annotations

from typing import Any

from wtforms import BooleanField, HiddenField, StringField, TextAreaField

from icportal.charter.forms import DayField
from icportal.core.errors import DomainError
from icportal.core.strings import _l
from icportal.reporting.services.remarking import LONGEST_LETTER, LONGEST_REMARK
from icportal.web.forms import PortalForm, VersionedForm, at_most


class DecisionForm(VersionedForm):
    """A step of the workflow. Reasons at sections and questions are fields of the page (``section-…``, ``question-…``).

    ``places`` are refusals that belong to one of those: (id of the field, message).
    """

    seen_hash = HiddenField()
    reason = TextAreaField(_l("Reason for the whole"), [at_most(LONGEST_REMARK)])
    until = DayField(_l("Changes needed by"))
    name = StringField(_l("Your name"))
    function = StringField(_l("Your function"), description=_l("For example: Deputy Mayor for Social Affairs."))
    may_sign = BooleanField(_l("I may sign in the name of the city."))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.places: list[tuple[str, str]] = []

    def refuse(self, error: DomainError) -> None:
        """Show a refusal at its field, at its section or question, or above the page."""
        others = [(field, message) for field, message in error.problems if not self._is_place(field)]
        self.places += [(str(field), str(message)) for field, message in error.problems if self._is_place(field)]
        for field, message in others:
            if field in self._fields:
                self._fields[field].errors = [*self._fields[field].errors, str(message)]
            else:
                self.form_errors.append(str(message))

    @staticmethod
    def _is_place(field: str | None) -> bool:
        return bool(field) and str(field).startswith(("section-", "question-"))

    @property
    def errors(self) -> dict[Any, Any]:
        found = dict(super().errors)
        if self.places:
            found["places"] = [message for _target, message in self.places]
        return found

    @property
    def problems(self) -> list[tuple[str, str]]:
        """(id of the field, message) of everything that stands in the way, those at sections and questions first."""
        return [*self.places, *super().problems]


class LetterForm(PortalForm):
    """Feedback on the whole, or the city's reply to it."""

    text = TextAreaField(_l("What you want to say"), [at_most(LONGEST_LETTER)])
