"""What an answer says, as something to compare: two texts that say the same are the same, however they were written down.

A page remembers for each question the *seal* of what stood there when it was opened. So a save knows what this person
changed and what somebody else changed meanwhile, and only where both are the same question they are asked to decide.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from typing import Any

from icportal.core.canonical import sha256
from icportal.core.text import clean_line, clean_text
from icportal.reporting.enums import QuestionType
from icportal.reporting.models import Answer
from icportal.reporting.questionnaires.definition import Question

#: The seal of a question to which nothing is said.
NOTHING = "-"
LENGTH = 16
_LINES = frozenset({QuestionType.TEXT, QuestionType.LINK})


@dataclass(frozen=True)
class Said:
    """Everything a page says to one question. ``visibility`` is empty where the city has not chosen."""

    value: Any = None
    visibility: str = ""
    no_evidence: bool = False
    comment: str = ""

    def to(self, question: Question) -> Said:
        """The same with its value in the one way it is compared and kept in."""
        return replace(self, value=_canonical(question, self.value))


def said_in(question: Question, answer: Answer | None) -> Said:
    """What an answer says; nothing where there is none."""
    if answer is None:
        return Said()
    visibility = answer.visibility if answer.visibility_chosen else ""
    return Said(answer.value, visibility, bool(answer.no_evidence), answer.comment or "").to(question)


def seal(said: Said) -> str:
    """A short fingerprint of what is said."""
    if said == Said():
        return NOTHING
    return sha256([said.value, said.visibility, said.no_evidence, said.comment])[:LENGTH]


def _canonical(question: Question, value: Any) -> Any:
    if value in (None, "", [], {}):
        return None
    if question.type == QuestionType.TABLE:
        kinds = {column.name: column.type for column in question.columns}
        return [_row(row, kinds) for row in value] or None
    return _plain(question.type, value)


def _row(row: Mapping[str, Any], kinds: Mapping[str, str]) -> dict[str, Any]:
    cells = {name: _plain(kinds.get(name, QuestionType.TEXT), value) for name, value in row.items()}
    return {name: value for name, value in cells.items() if value is not None}


def _plain(kind: str, value: Any) -> Any:
    if value in (None, "", [], {}):
        return None
    if kind == QuestionType.DECIMAL:
        try:
            return format(Decimal(str(value)).normalize(), "f")
        except InvalidOperation:
            return str(value)
    if kind == QuestionType.LONG_TEXT:
        return clean_text(str(value)) or None
    return (clean_line(str(value)) or None) if kind in _LINES else value
