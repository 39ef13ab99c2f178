"""The way of an action."""

from __future__ import annotations

from icportal.core.permissions import Predicate
from icportal.core.strings import _l, _lp
from icportal.plans.enums import OPEN, Permission
from icportal.plans.enums import ActionState as S
from icportal.workflow.definition import Definition, State, Transition

stands_alone = Predicate(lambda _actor, action: action is None or action.merged_into_id is None)

ACTION = Definition(
    key="plans.action",
    initial=S.PLANNED,
    states=(
        State(S.PLANNED, _lp("state of an action", "Planned"), "draft", _l("the city")),
        State(S.IN_PROGRESS, _lp("state of an action", "In progress"), "waiting", _l("the city")),
        State(S.BLOCKED, _lp("state of an action", "Blocked"), "stopped", _l("the city")),
        State(S.DONE, _lp("state of an action", "Done"), "done"),
        State(S.DROPPED, _lp("state of an action", "Dropped"), "draft"),
    ),
    transitions=(
        Transition(
            "start", frozenset({S.PLANNED}), S.IN_PROGRESS, Permission.EDIT, _l("Begin"),
            _l("The plan shows that somebody works on it."), tone="primary",
        ),
        Transition(
            "resume", frozenset({S.BLOCKED}), S.IN_PROGRESS, Permission.EDIT, _l("Go on"),
            _l("Nothing is in the way any more."), tone="primary",
        ),
        Transition(
            "finish", frozenset({S.IN_PROGRESS, S.PLANNED, S.BLOCKED}), S.DONE, Permission.EDIT, _l("Mark as done"),
            _l("It moves to the end of the plan and stays there with its date."),
        ),
        Transition(
            "block", frozenset({S.PLANNED, S.IN_PROGRESS}), S.BLOCKED, Permission.EDIT, _l("Say what blocks it"),
            _l("It stands at the top of the plan with your reason until somebody goes on."), needs_reason=True,
        ),
        Transition(
            "drop", OPEN, S.DROPPED, Permission.EDIT, _l("Drop it"),
            _l("It stays in the plan with your reason, and can be taken up again."), needs_reason=True, tone="danger",
        ),
        Transition(
            "take_up", frozenset({S.DONE, S.DROPPED}), S.IN_PROGRESS, Permission.EDIT, _l("Take it up again"),
            _l("It counts as open again. Your reason is kept in its history."), needs_reason=True, condition=stands_alone,
        ),
        Transition("merge", OPEN, S.DROPPED, Permission.EDIT, _l("Merged"), automatic=True),
    ),
)  # fmt: skip
