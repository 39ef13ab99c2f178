"""What the milestones of an action say of its state, and what of it is overdue. Asks nothing of the database."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from icportal.core.clock import today
from icportal.plans.enums import OPEN, ActionState
from icportal.plans.models import Action

#: The states that follow the milestones. A draft, a blocked and a dropped action stay what they are.
COUNTED = frozenset({ActionState.PLANNED, ActionState.IN_PROGRESS, ActionState.DONE})
#: The automatic step to each of them.
STEPS = {ActionState.PLANNED: "count_plan", ActionState.IN_PROGRESS: "count_start", ActionState.DONE: "count_finish"}


def counted(action: Action) -> ActionState | None:
    """The state by its milestones: done with the last, in progress with the first; None where it has none."""
    if not action.milestones:
        return None
    done = sum(each.done_on is not None for each in action.milestones)
    if done == len(action.milestones):
        return ActionState.DONE
    return ActionState.IN_PROGRESS if done else ActionState.PLANNED


def contradicts(action: Action, state: str) -> bool:
    """Whether the milestones say otherwise. To be worked on before the first of them is done is no contradiction."""
    said = counted(action)
    if said is None or state not in COUNTED:
        return False
    return state != said and (said, state) != (ActionState.PLANNED, ActionState.IN_PROGRESS)


def unfinished(others: Iterable[Action]) -> list[Action]:
    """Those of the actions one waits for that are not done yet; a dropped one holds nobody up."""
    return [other for other in others if other.state in OPEN]


def next_due(action: Action) -> date | None:
    """The first day something of it is due: a milestone that is open, or the action itself; None for what nobody works on."""
    if action.state not in OPEN:
        return None
    days = [each.due_on for each in action.milestones if each.done_on is None]
    return min([*days, action.due_on] if action.due_on else days, default=None)


def is_overdue(action: Action) -> bool:
    """Whether its last day, or that of an open milestone, is over and somebody still works on it."""
    day = next_due(action)
    return day is not None and day < today()
