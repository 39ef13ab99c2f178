"""What a council's briefing tells of a city's plan: its open actions."""

from __future__ import annotations

from collections.abc import Sequence

from icportal.cities.models import City
from icportal.plans.enums import OPEN
from icportal.plans.queries import plan_of
from icportal.reporting.briefings import planned
from icportal.reporting.briefings.planned import Intention


def open_actions(city: City) -> Sequence[Intention]:
    """The actions that somebody still works on, the most urgent first."""
    return [Intention(each.title, each.language, each.due_on) for each in plan_of(city).actions if each.state in OPEN]


def register() -> None:
    planned.register(open_actions)
