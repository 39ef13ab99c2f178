"""The words of action plans."""

from enum import StrEnum


class Permission(StrEnum):
    VIEW = "plans.plan:view"
    OWN = "plans.plan:own"
    EDIT = "plans.plan:edit"


class ActionState(StrEnum):
    PLANNED = "planned"
    IN_PROGRESS = "in_progress"
    BLOCKED = "blocked"
    DONE = "done"
    DROPPED = "dropped"


#: The actions somebody still works on.
OPEN = frozenset({ActionState.PLANNED, ActionState.IN_PROGRESS, ActionState.BLOCKED})


class OriginKind(StrEnum):
    """What an action comes from: an answer of a reporting round, or an action that was merged into it."""

    ANSWER = "answer"
    ACTION = "action"
