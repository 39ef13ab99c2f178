"""The steps somebody can take with an action. One against what its milestones say asks for a reason on the page as well."""

from __future__ import annotations

from dataclasses import replace

from icportal.core.actors import Actor
from icportal.plans import status
from icportal.plans.flow import ACTION
from icportal.plans.models import Action
from icportal.workflow import engine
from icportal.workflow.definition import Transition
from icportal.workflow.engine import Move


def moves_of(action: Action, *, actor: Actor) -> list[Move]:
    """Every step from here, each open or with the reasons why not."""
    return [replace(move, transition=_asking(move.transition, action)) for move in engine.moves(ACTION, action, actor=actor)]


def open_to(action: Action, *, actor: Actor) -> list[Transition]:
    """The steps this actor may take now."""
    return [move.transition for move in moves_of(action, actor=actor) if move.is_open]


def is_against(step: Transition, action: Action) -> bool:
    """Whether a step says otherwise than the milestones. Going on after a standstill says nothing of them."""
    return step.name != "resume" and status.contradicts(action, step.target)


def _asking(step: Transition, action: Action) -> Transition:
    return replace(step, needs_reason=True) if is_against(step, action) else step
