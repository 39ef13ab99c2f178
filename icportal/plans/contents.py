"""What the portal says of an action, as plain facts: to be written into a workbook, compared with one, and sealed.

Days are ISO, numbers texts without needless zeros, what an action begins after are keys such as ``a12``. Milestones and
indicators have keys as well and stand in the order of their numbers.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from icportal.core.canonical import sha256
from icportal.plans.exchange.layout import ACTION, ACTIONS, COLUMNS, INDICATORS, LETTERS, MILESTONES
from icportal.plans.models import Action

SHORT = 16
Content = dict[str, Any]
#: The columns of each sheet that are facts of the row itself.
OWN = {sheet: tuple(column.code for column in columns if column.code != ACTION) for sheet, columns in COLUMNS.items()}
#: What an empty cell means where it is neither an empty text nor nothing.
_EMPTY: Mapping[str, Any] = {"after": [], "commitments": [], "person_public": False}
_NOTHING = frozenset(
    {"objective", "starts_on", "due_on", "done_on", "cost", "baseline", "baseline_on", "target", "deadline", "next_due_on"}
)


def key_of(sheet: str, number: int) -> str:
    return f"{LETTERS[sheet]}{number}"


def empty(column: str) -> Any:
    """What a column says when nothing stands there."""
    value = _EMPTY.get(column, None if column in _NOTHING else "")
    return list(value) if isinstance(value, list) else value


def content_of(action: Action, after: Iterable[int]) -> Content:
    """Everything that is said of an action; ``after`` are the numbers of those it waits for."""
    said = {name: _plain(getattr(action, name)) for name in OWN[ACTIONS] if name not in {"objective", "after"}}
    said["objective"] = action.objective_id
    said["after"] = sorted(key_of(ACTIONS, number) for number in after)
    said["commitments"] = sorted(action.commitments)
    said[MILESTONES] = [_part(MILESTONES, each) for each in sorted(action.milestones, key=lambda each: each.id)]
    said[INDICATORS] = [_part(INDICATORS, each) for each in sorted(action.indicators, key=lambda each: each.id)]
    return said


def _part(sheet: str, row: Any) -> Content:
    return {"key": key_of(sheet, row.id), **{name: _plain(getattr(row, name)) for name in OWN[sheet]}}


def blank(*, language: str, currency: str) -> Content:
    """An action of which nothing is said yet."""
    said = {name: empty(name) for name in OWN[ACTIONS]}
    return {**said, "language": language, "currency": currency, MILESTONES: [], INDICATORS: []}


def seal(content: Content) -> str:
    """A short checksum of what is said."""
    return sha256(content)[:SHORT]


def _plain(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    return amount(value) if isinstance(value, Decimal) else value


def amount(value: Decimal) -> str:
    """A number without needless zeros."""
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
