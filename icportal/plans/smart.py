"""Whether an action is one a city can be held to: specific, measurable, assigned, relevant, with its time (SMART).

What is missing keeps an action a draft: it is worked on, and is no part of what a council endorses.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from icportal.core.strings import Text, _l


@dataclass(frozen=True)
class Point:
    """One of the five questions: what it is called, what is to be done where it is not met, and the field that says it."""

    name: Text
    lacking: Text
    field: str
    is_met: bool


def points(
    *, body: str, outcome: str, indicators: Sequence[Any], owner_body: str, owner_person: str, relevant: bool,
    starts_on: date | None, due_on: date | None,
) -> list[Point]:  # fmt: skip
    """The five questions about an action, in their order."""
    measured = any(_is_measured(each.baseline, each.baseline_on, each.target, each.deadline) for each in indicators)
    return [
        Point(_l("Specific"), _l("Say what is done and what will be different."), "body", bool(body and outcome)),
        Point(_l("Measurable"), _l("Add an indicator with baseline, target and deadline."), "indicators", measured),
        Point(_l("Assigned"), _l("Name the body and the person responsible."), "owner_body", bool(owner_body and owner_person)),
        Point(_l("Relevant"), _l("Say which commitment or key factor it serves."), "commitments", relevant),
        Point(_l("Timed"), _l("Give it a start and an end."), "starts_on", bool(starts_on and due_on)),
    ]


def points_of(action: Any, *, has_origin: bool = False) -> list[Point]:
    """The five questions about an action as it stands."""
    return points(
        body=action.body, outcome=action.outcome, indicators=action.indicators, owner_body=action.owner_body,
        owner_person=action.owner_person, relevant=bool(action.commitments or action.key_factors or has_origin),
        starts_on=action.starts_on, due_on=action.due_on,
    )  # fmt: skip


def missing(action: Any, *, has_origin: bool = False) -> list[Point]:
    """What an action still lacks to be one the city can be held to; nothing where it is complete."""
    return [point for point in points_of(action, has_origin=has_origin) if not point.is_met]


def _is_measured(baseline: Decimal | None, on: date | None, target: Decimal | None, deadline: date | None) -> bool:
    return None not in (baseline, on, target, deadline)
