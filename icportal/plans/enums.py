"""The words of action plans."""

from enum import StrEnum


class Permission(StrEnum):
    VIEW = "plans.plan:view"
    VIEW_INTERNAL = "plans.plan:view_internal"
    OWN = "plans.plan:own"
    EDIT = "plans.plan:edit"
    REMARK = "plans.plan:remark"
    AGREE = "plans.plan:agree"
    ENDORSE = "plans.plan:endorse"
    PUBLISH = "plans.plan:publish"
    REPORT = "plans.progress:report"
    APPROVE_PROGRESS = "plans.progress:approve"
    WATCH = "plans.progress:watch"


class PlanState(StrEnum):
    """Where a plan stands. ``REVIEW`` waits for a coordinator, ``REVIEWED`` for the city's administration."""

    DRAFT = "draft"
    REVIEW = "review"
    CHANGES_REQUESTED = "changes_requested"
    REVIEWED = "reviewed"
    ENDORSED = "endorsed"
    PUBLISHED = "published"


#: The states in which the text of a plan may be written.
WRITABLE = frozenset({PlanState.DRAFT, PlanState.CHANGES_REQUESTED})


class ActionState(StrEnum):
    """Where an action stands. A ``DRAFT`` still lacks something that makes it one can be held to."""

    DRAFT = "draft"
    PLANNED = "planned"
    IN_PROGRESS = "in_progress"
    BLOCKED = "blocked"
    DONE = "done"
    DROPPED = "dropped"


#: The actions somebody still works on.
OPEN = frozenset({ActionState.DRAFT, ActionState.PLANNED, ActionState.IN_PROGRESS, ActionState.BLOCKED})


class ProgressState(StrEnum):
    OPEN = "open"
    CLOSED = "closed"


class RemarkKind(StrEnum):
    """``CHANGE`` is what a coordinator asks for, ``ADVICE`` a recommendation, ``NOTE`` anything else that is said."""

    NOTE = "note"
    ADVICE = "advice"
    CHANGE = "change"


class OriginKind(StrEnum):
    """What an action comes from.

    An answer of a reporting round, an action that was merged into it, a decision of a mentoring visit, or a remark of a
    mentor or coordinator. Other domains add their own kinds by registering them (``plans.origins``).
    """

    ANSWER = "answer"
    ACTION = "action"
    REMARK = "remark"
