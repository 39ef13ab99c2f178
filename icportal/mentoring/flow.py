"""The ways of a programme, of an application and of a pairing."""

from __future__ import annotations

from icportal.core.strings import _l, _lp
from icportal.mentoring.enums import ApplicationState as A
from icportal.mentoring.enums import PairingState as P
from icportal.mentoring.enums import Permission, Phase
from icportal.workflow.definition import Definition, State, Transition

PROGRAMME = Definition(
    key="mentoring.programme",
    initial=Phase.DRAFT,
    states=(
        State(Phase.DRAFT, _lp("state", "Draft"), "draft", _l("a coordinator")),
        State(Phase.APPLY, _lp("phase of mentoring", "Open for applications"), "waiting", _l("the cities")),
        State(Phase.MATCH, _lp("phase of mentoring", "Matching"), "waiting", _l("a coordinator")),
        State(Phase.AGREE, _lp("phase of mentoring", "Agreeing"), "waiting", _l("the cities")),
        State(Phase.PREPARE, _lp("phase of mentoring", "Preparing"), "waiting", _l("the pairs")),
        State(Phase.VISITS, _lp("phase of mentoring", "Visits"), "waiting", _l("the pairs")),
        State(Phase.PLAN, _lp("phase of mentoring", "Planning"), "waiting", _l("the pairs")),
        State(Phase.EVALUATE, _lp("phase of mentoring", "Evaluating"), "waiting", _l("the pairs")),
        State(Phase.CLOSED, _lp("phase of mentoring", "Closed"), "done"),
    ),
    transitions=(
        Transition(
            "open_call", frozenset({Phase.DRAFT}), Phase.APPLY, Permission.RUN_PROGRAMME, _l("Open the call"),
            _l("The call is public, and every city of the network can say what it needs and what it offers."), tone="primary",
        ),
        Transition(
            "close_call", frozenset({Phase.APPLY}), Phase.MATCH, Permission.RUN_PROGRAMME, _l("Close the call"),
            _l("Nobody new can apply. Who had sent an application and stands in no pairing can still change it. You can compute the matching."), tone="primary",
        ),
        Transition(
            "reopen_call", frozenset({Phase.MATCH, Phase.AGREE}), Phase.APPLY, Permission.RUN_PROGRAMME, _l("Open the call again"),
            _l("Cities can change and send applications again. Pairs that are locked or accepted stay as they are."), needs_reason=True,
        ),
        Transition("send_proposals", frozenset({Phase.MATCH}), Phase.AGREE, Permission.MATCH, _l("Proposals sent"), automatic=True),
        Transition(
            "begin_preparing", frozenset({Phase.AGREE}), Phase.PREPARE, Permission.RUN_PROGRAMME, _l("Begin the preparation"),
            _l("The public page says that the pairs prepare their visits, and every pair is asked by mail for its self-assessment."), tone="primary",
        ),
        Transition(
            "begin_visits", frozenset({Phase.PREPARE}), Phase.VISITS, Permission.RUN_PROGRAMME, _l("Begin the visits"),
            _l("The public page says that cities visit each other."), tone="primary",
        ),
        Transition(
            "begin_planning", frozenset({Phase.VISITS}), Phase.PLAN, Permission.RUN_PROGRAMME, _l("Begin the planning"),
            _l("Mentees bring what they have decided into their action plans."), tone="primary",
        ),
        Transition(
            "begin_evaluation", frozenset({Phase.PLAN}), Phase.EVALUATE, Permission.RUN_PROGRAMME, _l("Begin the evaluation"),
            _l("The public page says that the pairs look back at what came of it."), tone="primary",
        ),
        Transition(
            "close", frozenset({Phase.EVALUATE}), Phase.CLOSED, Permission.RUN_PROGRAMME, _l("Close the programme"),
            _l("It stays readable. Who was left over goes first in the next one."), tone="primary",
        ),
    ),
)  # fmt: skip

APPLICATION = Definition(
    key="mentoring.application",
    reasons_are_private=True,
    initial=A.DRAFT,
    states=(
        State(A.DRAFT, _lp("state", "Draft"), "draft", _l("the city")),
        State(A.SUBMITTED, _lp("state of an application", "Sent"), "done"),
        State(A.WITHDRAWN, _lp("state of an application", "Withdrawn"), "stopped"),
    ),
    transitions=(
        Transition(
            "submit", frozenset({A.DRAFT}), A.SUBMITTED, Permission.APPLY, _l("Send the application"),
            _l("It takes part in the matching as it stands. You can change it while pairs are still sought and your city stands in none."),
            tone="primary",
        ),
        Transition(
            "change", frozenset({A.SUBMITTED}), A.DRAFT, Permission.APPLY, _l("Change it"),
            _l("Your city takes no part in the matching until you have sent it again."),
        ),
        Transition(
            "withdraw", frozenset({A.DRAFT, A.SUBMITTED}), A.WITHDRAWN, Permission.APPLY, _l("Withdraw"),
            _l("Your city does not take part. Proposals to it end, and the other cities are told."), needs_reason=True, tone="danger",
        ),
        Transition(
            "take_up", frozenset({A.WITHDRAWN}), A.DRAFT, Permission.APPLY, _l("Take part after all"),
            _l("The application is as you left it."),
        ),
    ),
)  # fmt: skip

PAIRING = Definition(
    key="mentoring.pairing",
    reasons_are_private=True,
    initial=P.PROPOSED,
    states=(
        State(P.PROPOSED, _lp("state of a pairing", "Proposed"), "waiting", _l("both cities")),
        State(P.ACCEPTED, _lp("state of a pairing", "Accepted"), "waiting", _l("both cities")),
        State(P.ACTIVE, _lp("state of a pairing", "Active"), "done", _l("both cities")),
        State(P.PAUSED, _lp("state of a pairing", "Paused"), "stopped", _l("both cities")),
        State(P.COMPLETED, _lp("state of a pairing", "Completed"), "done"),
        State(P.COMPLETED_EARLY, _lp("state of a pairing", "Completed early"), "done"),
        State(P.ENDED, _lp("state of a pairing", "Ended"), "draft"),
    ),
    transitions=(
        Transition("accept", frozenset({P.PROPOSED}), P.ACCEPTED, Permission.VIEW_PAIRING, _l("Both accepted"), automatic=True),
        Transition("decline", frozenset({P.PROPOSED}), P.ENDED, Permission.VIEW_PAIRING, _l("Declined"), needs_reason=True, automatic=True),
        Transition("lapse", frozenset({P.PROPOSED}), P.ENDED, Permission.LAPSE_PAIRING, _l("Not answered in time"), automatic=True),
        Transition("leave", frozenset({P.PROPOSED, P.ACCEPTED}), P.ENDED, Permission.VIEW_PAIRING, _l("The city withdrew"), automatic=True),
        Transition(
            "take_back", frozenset({P.PROPOSED, P.ACCEPTED}), P.ENDED, Permission.RUN_PAIRING, _l("Take the proposal back"),
            _l("Both cities are told why, and their places are free again."), needs_reason=True, tone="danger",
        ),
        Transition("sign", frozenset({P.ACCEPTED}), P.ACTIVE, Permission.VIEW_PAIRING, _l("Both signed"), automatic=True),
        Transition(
            "pause", frozenset({P.ACTIVE}), P.PAUSED, Permission.WORK_ON_PAIRING, _l("Pause"),
            _l("Nobody is asked about the silence until you go on."), needs_reason=True,
        ),
        Transition(
            "resume", frozenset({P.PAUSED}), P.ACTIVE, Permission.WORK_ON_PAIRING, _l("Go on"),
            _l("The pairing counts as active again from today."), tone="primary",
        ),
        Transition(
            "complete", frozenset({P.ACTIVE}), P.COMPLETED, Permission.WORK_ON_PAIRING, _l("Complete"),
            _l("What was agreed is done. The record stays with both cities."),
        ),
        Transition(
            "complete_early", frozenset({P.ACTIVE, P.PAUSED}), P.COMPLETED_EARLY, Permission.WORK_ON_PAIRING, _l("Complete early"),
            _l("The goal is reached before its time, or enough of it. It counts as completed, with your reason."), needs_reason=True,
        ),
        Transition(
            "end", frozenset({P.ACCEPTED, P.ACTIVE, P.PAUSED}), P.ENDED, Permission.WORK_ON_PAIRING, _l("End the pairing"),
            _l("The record stays with both cities, and either can be matched again."), needs_reason=True, tone="danger",
        ),
        Transition(
            "reopen", frozenset({P.COMPLETED, P.COMPLETED_EARLY}), P.ACTIVE, Permission.RUN_PAIRING, _l("Open it again"),
            _l("It was not complete yet. It leaves the timelines of both cities, and a certificate that was given is taken back."),
            needs_reason=True,
        ),
    ),
)  # fmt: skip
