"""What a council's briefing tells of a city's plan: its open actions."""

from __future__ import annotations

from collections.abc import Sequence

from icportal.cities.models import City
from icportal.plans.enums import OPEN, ActionState
from icportal.plans.listing import urgency
from icportal.plans.loaded import load_plan
from icportal.reporting.briefings import planned
from icportal.reporting.briefings.planned import Intention


def open_actions(city: City) -> Sequence[Intention]:
    """The actions that somebody still works on, the most urgent first. What is still a draft is not told to a council."""
    told = OPEN - {ActionState.DRAFT}
    found = sorted((each for each in load_plan(city).actions if each.state in told), key=urgency)
    return [Intention(each.title, each.language, each.due_on) for each in found]


def register() -> None:
    planned.register(open_actions)
