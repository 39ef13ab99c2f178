"""A version of a plan as it is read: from the plain values that were frozen to objects with days and numbers.

What a closed progress round says of states, milestones and values is laid over it (``with_report``): texts stay those of
the version. Asks nothing of the database.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any

from icportal.plans.contents import Content


@dataclass(frozen=True)
class ReadMilestone:
    """A step of an action."""

    id: int
    title: str
    due_on: date
    done_on: date | None


@dataclass(frozen=True)
class ReadIndicator:
    """How one sees that an action works; ``value`` of ``value_on`` is the newest approved one a report names."""

    id: int
    label: str
    indicator_code: str
    unit: str
    baseline: Decimal | None
    baseline_on: date | None
    target: Decimal | None
    deadline: date | None
    value: Decimal | None = None
    value_on: date | None = None


@dataclass(frozen=True)
class ReadAction:
    """An action of a version."""

    id: int
    title: str
    outcome: str
    body: str
    language: str
    state: str
    objective: int | None
    owner_body: str
    owner_person: str
    starts_on: date | None
    due_on: date | None
    cost: int | None
    currency: str
    funding: str
    commitments: Sequence[int]
    key_factors: Sequence[str]
    after: Sequence[int]
    milestones: Sequence[ReadMilestone]
    indicators: Sequence[ReadIndicator]


@dataclass(frozen=True)
class ReadObjective:
    """An objective with its actions; without a title, those that have none."""

    id: int
    title: str
    text: str
    language: str
    actions: Sequence[ReadAction] = ()


@dataclass(frozen=True)
class ReadPlan:
    """A version of a plan. ``objectives`` are in their order, the one without a title last, none of them without actions."""

    title: str
    language: str
    introduction: str
    starts_on: date | None
    ends_on: date | None
    objectives: Sequence[ReadObjective]
    titles: Mapping[int, tuple[str, str]] = field(default_factory=dict)

    @property
    def actions(self) -> list[ReadAction]:
        """Every action, in the order of the objectives."""
        return [action for objective in self.objectives for action in objective.actions]

    @property
    def commitments(self) -> frozenset[int]:
        """The commitments it serves."""
        return frozenset(number for action in self.actions for number in action.commitments)


def read(content: Content) -> ReadPlan:
    """A version as objects."""
    actions = [_action(each) for each in content["actions"]]
    known = {each["id"] for each in content["objectives"]}
    places = [*content["objectives"], {"id": 0, "title": "", "text": "", "language": content["language"]}]
    objectives = [
        ReadObjective(
            **each, actions=[a for a in actions if (a.objective if a.objective in known else 0) == each["id"]]
        )
        for each in places
    ]  # fmt: skip
    return ReadPlan(
        content["title"], content["language"], content["introduction"], _day(content["starts_on"]), _day(content["ends_on"]),
        [each for each in objectives if each.actions or each.title], {each.id: (each.title, each.language) for each in actions},
    )  # fmt: skip


def with_report(plan: ReadPlan, report: Content | None) -> ReadPlan:
    """The plan with the states, milestones and values of the last report; as it is where there is none."""
    told = {each["id"]: each for each in report["actions"]} if report else {}
    objectives = [
        replace(each, actions=[_told(action, told[action.id]) if action.id in told else action for action in each.actions])
        for each in plan.objectives
    ]
    return replace(plan, objectives=objectives)


def _told(action: ReadAction, said: Content) -> ReadAction:
    days = {each["id"]: _day(each["done_on"]) for each in said["milestones"]}
    values = {each["id"]: each for each in said["indicators"]}
    return replace(
        action,
        state=said["state"],
        milestones=[replace(each, done_on=days.get(each.id, each.done_on)) for each in action.milestones],
        indicators=[
            replace(each, value=_number(values[each.id]["value"]), value_on=_day(values[each.id]["value_on"]))
            if each.id in values
            else each
            for each in action.indicators
        ],
    )


def _action(said: Content) -> ReadAction:
    return ReadAction(**{
        **said, "starts_on": _day(said["starts_on"]), "due_on": _day(said["due_on"]),
        "milestones": [ReadMilestone(each["id"], each["title"], date.fromisoformat(each["due_on"]), _day(each["done_on"])) for each in said["milestones"]],
        "indicators": [_indicator(each) for each in said["indicators"]],
    })  # fmt: skip


def _indicator(said: Content) -> ReadIndicator:
    days = {name: _day(said[name]) for name in ("baseline_on", "deadline")}
    return ReadIndicator(**{**said, **days, "baseline": _number(said["baseline"]), "target": _number(said["target"])})


def _day(said: Any) -> date | None:
    return date.fromisoformat(said) if said else None


def _number(said: Any) -> Decimal | None:
    return Decimal(said) if said not in (None, "") else None
