"""The action plan of a demonstration, as ``icportal/data/demonstration/plan.toml`` has it: made up, and marked so on every page."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Any

from icportal.plans.draft import Draft, IndicatorDraft, MilestoneDraft

#: The toolkit whose key factors its actions name.
TOOLKIT = "diverse-administration"
_SAID = ("title", "outcome", "body", "owner_body", "owner_person", "funding")


@cache
def read() -> Mapping[str, Any]:
    """The file as it is."""
    place = files("icportal.data") / "demonstration" / "plan.toml"
    return tomllib.loads(place.read_text(encoding="utf-8"))


def action_draft(said: Mapping[str, Any], day: date, *, objectives: list[int], after: tuple[int, ...]) -> Draft:
    """What an action says, for a plan that is loaded on ``day``; milestones that are reached by then are dated."""
    return Draft(
        **{name: said[name] for name in _SAID}, language=read()["language"], currency=read()["currency"], cost=said["cost"],
        objective_id=objectives[said["objective"] - 1], person_public=said.get("person_public", False),
        starts_on=day_of(day, said["starts_on"]), due_on=day_of(day, said["due_on"]), after=after,
        commitments=tuple(said["commitments"]), key_factors=tuple(f"{TOOLKIT}:{code}" for code in said["key_factors"]),
        milestones=tuple(_milestone(day, *each) for each in said["milestones"]),
        indicators=tuple(_indicator(day, each) for each in said["indicators"]),
    )  # fmt: skip


def values_of(said: Mapping[str, Any], day: date) -> list[list[tuple[Decimal, date]]]:
    """What the indicators of an action have reached, one list for each of them."""
    return [[(Decimal(value), day_of(day, on)) for value, on in each.get("reached", ())] for each in said["indicators"]]


def _milestone(day: date, title: str, due: int, done: int | None = None) -> MilestoneDraft:
    return MilestoneDraft(title, day_of(day, due), None if done is None else day_of(day, done))


def _indicator(day: date, said: Mapping[str, Any]) -> IndicatorDraft:
    return IndicatorDraft(
        said["label"], said["unit"], Decimal(said["baseline"]), day_of(day, said["baseline_on"]), Decimal(said["target"]),
        day_of(day, said["deadline"]), day_of(day, said["next_due_on"]) if "next_due_on" in said else None,
    )  # fmt: skip


def day_of(day: date, offset: int) -> date:
    """The day so many days from another one."""
    return day + timedelta(days=offset)
