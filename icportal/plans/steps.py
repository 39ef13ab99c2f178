"""The steps somebody can take with an action.

One against what its milestones say, or before what it waits for is done, asks for a reason on the page as well.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from icportal.core.actors import Actor
from icportal.plans import status
from icportal.plans.flow import ACTION
from icportal.plans.models import Action
from icportal.workflow import engine
from icportal.workflow.definition import Transition
from icportal.workflow.engine import Move

#: Steps of work on an action: they come after what it waits for.
_WORK = frozenset({"start", "resume", "finish"})


def moves_of(action: Action, *, actor: Actor, waits_for: Iterable[Action]) -> list[Move]:
    """Every step from here, each open or with the reasons why not. ``waits_for`` are the actions it begins after."""
    waits_for = list(waits_for)
    return [
        replace(move, transition=_asking(move.transition, action, waits_for))
        for move in engine.moves(ACTION, action, actor=actor)
    ]


def open_to(action: Action, *, actor: Actor, waits_for: Iterable[Action]) -> list[Transition]:
    """The steps this actor may take now."""
    return [move.transition for move in moves_of(action, actor=actor, waits_for=waits_for) if move.is_open]


def is_against(step: Transition, action: Action) -> bool:
    """Whether a step says otherwise than the milestones. Going on after a standstill says nothing of them."""
    return step.name != "resume" and status.contradicts(action, step.target)


def overtaken(step: Transition, waits_for: Iterable[Action]) -> list[Action]:
    """The unfinished actions that a step of work does not wait for."""
    return status.unfinished(waits_for) if step.name in _WORK else []


def _asking(step: Transition, action: Action, waits_for: Iterable[Action]) -> Transition:
    return replace(step, needs_reason=True) if is_against(step, action) or overtaken(step, waits_for) else step
