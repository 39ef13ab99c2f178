"""What changed between two versions of a plan: objectives and actions that came, went or say something else, word by word."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from icportal.content.desk.comparison import words
from icportal.core.strings import Text, _, _l, _lp
from icportal.i18n.formatting import day, listing, number
from icportal.plans.contents import Content
from icportal.plans.flow import ACTION

ADDED, CHANGED, REMOVED = "added", "changed", "removed"

_PLAN: Mapping[str, Text] = {
    "title": _l("Title"), "language": _l("Language"), "introduction": _l("Introduction"), "starts_on": _l("First day"),
    "ends_on": _l("Last day"),
}  # fmt: skip
_OBJECTIVE: Mapping[str, Text] = {"title": _l("Title"), "text": _l("What is to be reached")}
_ACTION: Mapping[str, Text] = {
    "title": _l("Title"), "objective": _l("Objective"), "outcome": _l("What will be different"), "body": _l("What is done"),
    "state": _l("State"), "owner_body": _l("Responsible body"), "owner_person": _l("Responsible person"),
    "starts_on": _l("Start"), "due_on": _lp("date", "Due"), "after": _l("Begins after"), "milestones": _l("Milestones"),
    "indicators": _l("Indicators"), "cost": _l("Cost"), "currency": _l("Currency"), "funding": _l("Who pays"),
    "commitments": _l("Commitments it serves"), "key_factors": _l("Key factors it works on"),
}  # fmt: skip


@dataclass(frozen=True)
class Change:
    """One thing that says something else now; ``parts`` are (same | ins | del, words)."""

    label: Text
    parts: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Piece:
    """An objective or an action that came, went, or changed."""

    kind: str
    title: str
    language: str
    changes: Sequence[Change] = ()
    id: int = 0


@dataclass(frozen=True)
class Comparison:
    """What changed of the plan itself, of its objectives and of its actions."""

    plan: Sequence[Change]
    objectives: Sequence[Piece]
    actions: Sequence[Piece]

    @property
    def is_empty(self) -> bool:
        return not (self.plan or self.objectives or self.actions)


def compare(old: Content, new: Content) -> Comparison:
    """What changed from one version to the other, in the reader's language."""
    names = _Names(old, new)
    return Comparison(
        _changes(_PLAN, old, new, names),
        _pieces(_OBJECTIVE, old["objectives"], new["objectives"], names),
        _pieces(_ACTION, old["actions"], new["actions"], names),
    )


class _Names:
    """What actions and objectives are called in either version; the newer one counts."""

    def __init__(self, old: Content, new: Content) -> None:
        self.objectives = {each["id"]: each["title"] for side in (old, new) for each in side["objectives"]}
        self.actions = {each["id"]: each["title"] for side in (old, new) for each in side["actions"]}


def _pieces(labels: Mapping[str, Text], old: Sequence[Content], new: Sequence[Content], names: _Names) -> list[Piece]:
    before = {each["id"]: each for each in old}
    after = {each["id"]: each for each in new}
    found = []
    for key, each in after.items():
        if key not in before:
            found.append(Piece(ADDED, each["title"], each["language"], id=key))
        elif changes := _changes(labels, before[key], each, names):
            found.append(Piece(CHANGED, each["title"], each["language"], changes, key))
    return found + [Piece(REMOVED, each["title"], each["language"], id=key) for key, each in before.items() if key not in after]


def _changes(labels: Mapping[str, Text], old: Content, new: Content, names: _Names) -> list[Change]:
    found = []
    for name, label in labels.items():
        before, after = _spoken(name, old.get(name), names), _spoken(name, new.get(name), names)
        # What is read counts: a milestone that was taken away and written again as it was is no change.
        if before != after:
            found.append(Change(label, words(before, after)))
    return found


def _spoken(name: str, value: Any, names: _Names) -> str:
    """A value as one reads it."""
    if value in (None, "", []):
        return ""
    if name in _SPOKEN:
        return _SPOKEN[name](value, names)
    return "\n".join(map(str, value)) if isinstance(value, list) else str(value)


def _day(value: str) -> str:
    return day(date.fromisoformat(value), "medium")


def _milestone(said: Content) -> str:
    due = _day(said["due_on"])
    if said["done_on"]:
        return _("%(title)s (due %(due)s, done on %(done)s)", title=said["title"], due=due, done=_day(said["done_on"]))
    return _("%(title)s (due %(due)s)", title=said["title"], due=due)


def _indicator(said: Content) -> str:
    told = [said["label"], said["unit"]]
    for name, label in (("baseline", _("Baseline")), ("target", _("Target"))):
        if said[name] is not None:
            told.append(f"{label} {number(float(Decimal(said[name])))}")
    told += [_day(said[name]) for name in ("baseline_on", "deadline") if said[name]]
    return " · ".join(filter(None, told))


_SPOKEN: Mapping[str, Callable[[Any, _Names], str]] = {
    **{name: lambda value, _names: _day(value) for name in ("starts_on", "ends_on", "due_on")},
    "state": lambda value, _names: str(ACTION.state(value).label),
    "objective": lambda value, names: str(names.objectives.get(value, "")),
    "after": lambda value, names: "\n".join(names.actions.get(each, "") for each in value),
    "commitments": lambda value, _names: listing(str(each) for each in value),
    "milestones": lambda value, _names: "\n".join(map(_milestone, value)),
    "indicators": lambda value, _names: "\n".join(map(_indicator, value)),
    "cost": lambda value, _names: number(value),
}
