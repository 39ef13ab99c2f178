"""The ways of an action, of a plan, and of a progress round."""

from __future__ import annotations

from icportal.core.permissions import Predicate
from icportal.core.strings import _l, _lp
from icportal.plans.enums import ActionState as S
from icportal.plans.enums import Permission, PlanState, ProgressState
from icportal.workflow.definition import Definition, State, Transition

stands_alone = Predicate(lambda _actor, action: action is None or action.merged_into_id is None)
is_public = Predicate(lambda _actor, plan: plan is None or plan.published_version_id is not None)

_WORKED_ON = frozenset({S.PLANNED, S.IN_PROGRESS, S.BLOCKED})
_DROPPABLE = _WORKED_ON | {S.DRAFT}

ACTION = Definition(
    key="plans.action",
    initial=S.DRAFT,
    states=(
        State(S.DRAFT, _lp("state of an action", "Draft"), "draft", _l("the city")),
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
            "finish", _WORKED_ON, S.DONE, Permission.EDIT, _l("Mark as done"),
            _l("It moves to the end of the plan and stays there with its date. If milestones are still open, say why it is done."),
        ),
        Transition(
            "block", frozenset({S.PLANNED, S.IN_PROGRESS}), S.BLOCKED, Permission.EDIT, _l("Say what blocks it"),
            _l("It stands at the top of the plan with your reason until somebody goes on."), needs_reason=True,
        ),
        Transition(
            "drop", _DROPPABLE, S.DROPPED, Permission.EDIT, _l("Drop it"),
            _l("It stays in the plan with your reason, and can be taken up again."), needs_reason=True, tone="danger",
        ),
        Transition(
            "take_up", frozenset({S.DONE, S.DROPPED}), S.IN_PROGRESS, Permission.EDIT, _l("Take it up again"),
            _l("It counts as open again. Your reason is kept in its history."), needs_reason=True, condition=stands_alone,
        ),
        Transition("make_ready", frozenset({S.DRAFT}), S.PLANNED, Permission.EDIT, _l("Complete"), automatic=True),
        Transition("make_draft", frozenset({S.PLANNED, S.IN_PROGRESS}), S.DRAFT, Permission.EDIT, _l("Something is missing"), automatic=True),
        Transition("count_start", frozenset({S.PLANNED, S.DONE}), S.IN_PROGRESS, Permission.EDIT, _l("By its milestones"), automatic=True),
        Transition("count_finish", frozenset({S.PLANNED, S.IN_PROGRESS}), S.DONE, Permission.EDIT, _l("By its milestones"), automatic=True),
        Transition("count_plan", frozenset({S.IN_PROGRESS, S.DONE}), S.PLANNED, Permission.EDIT, _l("By its milestones"), automatic=True),
        Transition("merge", _DROPPABLE, S.DROPPED, Permission.EDIT, _l("Merged"), automatic=True),
    ),
)  # fmt: skip

_CHANGEABLE = frozenset({PlanState.DRAFT, PlanState.CHANGES_REQUESTED})
#: Where a plan can stand while an earlier version is public, with the step that withdraws it and leaves the plan there.
_STANDS = {
    PlanState.DRAFT: "withdraw_earlier",
    PlanState.CHANGES_REQUESTED: "withdraw_in_changes_requested",
    PlanState.REVIEW: "withdraw_in_review",
    PlanState.REVIEWED: "withdraw_in_reviewed",
    PlanState.ENDORSED: "withdraw_in_endorsed",
}
#: Every step that takes the public version from the public.
WITHDRAWALS = frozenset({"withdraw", *_STANDS.values()})
#: The steps back to a version that was agreed to.
RETURNS = frozenset({"back_to_reviewed", "back_to_endorsed", "back_to_published"})

PLAN = Definition(
    key="plans.plan",
    initial=PlanState.DRAFT,
    states=(
        State(PlanState.DRAFT, _lp("state", "Draft"), "draft", _l("the city")),
        State(PlanState.REVIEW, _lp("state", "In review"), "waiting", _l("a coordinator")),
        State(PlanState.CHANGES_REQUESTED, _lp("state", "Changes requested"), "stopped", _l("the city")),
        State(PlanState.REVIEWED, _lp("state of a plan", "Reviewed"), "waiting", _l("the city’s administration")),
        State(PlanState.ENDORSED, _lp("state of a plan", "Endorsed"), "waiting", _l("the city")),
        State(PlanState.PUBLISHED, _lp("state", "Published"), "done"),
    ),
    transitions=(
        Transition(
            "submit", _CHANGEABLE, PlanState.REVIEW, Permission.EDIT, _l("Send to review"),
            _l("Your mentor and a coordinator read this version. Actions that are still drafts stay out of it."), tone="primary",
        ),
        Transition(
            "take_back", frozenset({PlanState.REVIEW}), PlanState.DRAFT, Permission.EDIT, _l("Take back"),
            _l("You can go on writing. What was said of the plan stays."),
        ),
        Transition(
            "request_changes", frozenset({PlanState.REVIEW, PlanState.REVIEWED}), PlanState.CHANGES_REQUESTED, Permission.AGREE,
            _l("Request changes"), _l("The city gets a mail with your reason and writes on."), needs_reason=True,
        ),
        Transition(
            "agree", frozenset({PlanState.REVIEW}), PlanState.REVIEWED, Permission.AGREE, _l("Agree"),
            _l("The city can put exactly this version before its council or administration."), four_eyes=True, binds=True,
            tone="primary",
        ),
        Transition("endorse", frozenset({PlanState.REVIEWED}), PlanState.ENDORSED, Permission.ENDORSE, _l("Endorsed"), automatic=True),
        Transition(
            "publish", frozenset({PlanState.ENDORSED}), PlanState.PUBLISHED, Permission.PUBLISH, _l("Publish the plan"),
            _l("Everybody can read the version that was endorsed, without internal notes."), tone="primary",
        ),
        Transition(
            "revise", frozenset({PlanState.REVIEWED, PlanState.ENDORSED, PlanState.PUBLISHED}), PlanState.DRAFT, Permission.EDIT,
            _l("Write a new version"), _l("The public goes on reading the published version until the new one takes its place."),
            needs_reason=True,
        ),
        Transition(
            "withdraw", frozenset({PlanState.PUBLISHED}), PlanState.ENDORSED, Permission.PUBLISH, _l("Withdraw from the public"),
            _l("The plan stays endorsed; nobody outside reads it until it is published again."), needs_reason=True, tone="danger",
        ),
        *(
            Transition(
                name, frozenset({state}), state, Permission.PUBLISH, _l("Withdraw the published version"),
                _l("Nobody outside reads the earlier version any more. What is on its way goes on."), needs_reason=True,
                condition=is_public, tone="danger",
            )
            for state, name in _STANDS.items()
        ),
        Transition(
            "back_to_reviewed", _CHANGEABLE, PlanState.REVIEWED, Permission.EDIT,
            _l("Go back to the version that was agreed to"), automatic=True,
        ),
        Transition(
            "back_to_endorsed", _CHANGEABLE, PlanState.ENDORSED, Permission.EDIT,
            _l("Go back to the version that was endorsed"), automatic=True,
        ),
        Transition(
            "back_to_published", _CHANGEABLE, PlanState.PUBLISHED, Permission.EDIT,
            _l("Go back to the version that is public"), automatic=True,
        ),
    ),
)  # fmt: skip

PROGRESS = Definition(
    key="plans.progress",
    initial=ProgressState.OPEN,
    states=(
        State(ProgressState.OPEN, _lp("state of a progress round", "Open"), "waiting", _l("the city")),
        State(ProgressState.CLOSED, _lp("state of a progress round", "Closed"), "done"),
    ),
    transitions=(
        Transition(
            "close", frozenset({ProgressState.OPEN}), ProgressState.CLOSED, Permission.REPORT, _l("Close and report"),
            _l("What was said of each action is frozen as the report of what was done. It is public where the plan is."),
            tone="primary",
        ),
        Transition(
            "reopen", frozenset({ProgressState.CLOSED}), ProgressState.OPEN, Permission.REPORT, _l("Open again"),
            _l("The report can be corrected. The reason is kept in its history."), needs_reason=True,
        ),
    ),
)  # fmt: skip
