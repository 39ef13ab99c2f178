"""The ways of a round and of a city's response to it."""

from __future__ import annotations

from icportal.core.permissions import Predicate
from icportal.core.strings import _l, _lp
from icportal.reporting.enums import Permission, RoundState
from icportal.reporting.enums import ResponseState as S
from icportal.workflow.definition import Definition, State, Transition

round_is_open = Predicate(lambda _actor, response: response is None or response.round.state == RoundState.OPEN)

ROUND = Definition(
    key="reporting.round",
    initial=RoundState.DRAFT,
    states=(
        State(RoundState.DRAFT, _lp("state", "Draft"), "draft", _l("a coordinator")),
        State(RoundState.OPEN, _lp("state of a round", "Open"), "waiting", _l("the cities")),
        State(RoundState.CLOSED, _lp("state of a round", "Closed"), "done"),
    ),
    transitions=(
        Transition(
            "open", frozenset({RoundState.DRAFT}), RoundState.OPEN, Permission.RUN_ROUND, _l("Open the round"),
            _l("Every invited city gets its questionnaire and a mail in its own language."), tone="primary",
        ),
        Transition(
            "close", frozenset({RoundState.OPEN}), RoundState.CLOSED, Permission.RUN_ROUND, _l("Close the round"),
            _l("Nothing can be answered any more. Everything is frozen with a checksum, and the results are computed."),
            needs_reason=False, tone="primary",
        ),
        Transition(
            "reopen", frozenset({RoundState.CLOSED}), RoundState.OPEN, Permission.RUN_ROUND, _l("Open the round again"),
            _l("Cities can answer again. The frozen state is kept; closing freezes anew. Your reason is shown."),
            needs_reason=True, tone="danger",
        ),
    ),
)  # fmt: skip

RESPONSE = Definition(
    key="reporting.response",
    initial=S.DRAFT,
    states=(
        State(S.DRAFT, _lp("state", "Draft"), "draft", _l("the city")),
        State(S.SIGN_OFF, _lp("state of a response", "Waiting for sign-off"), "waiting", _l("the mayor's office")),
        State(S.REVIEW, _lp("state", "In review"), "waiting", _l("a coordinator")),
        State(S.CHANGES_REQUESTED, _lp("state", "Changes requested"), "stopped", _l("the city")),
        State(S.ACCEPTED, _lp("state of a response", "Accepted"), "done", _l("a coordinator")),
        State(S.PUBLISHED, _lp("state", "Published"), "done"),
    ),
    transitions=(
        Transition(
            "ask_sign_off", frozenset({S.DRAFT, S.CHANGES_REQUESTED}), S.SIGN_OFF, Permission.ANSWER, _l("Send to the mayor's office"),
            _l("The mayor's office reads everything, signs it off or sends sections back. You can take it back until then."),
            tone="primary",
        ),
        Transition(
            "take_back", frozenset({S.SIGN_OFF}), S.DRAFT, Permission.ASK_EXTENSION, _l("Take back"),
            _l("It leaves the list of the mayor's office, and you can go on answering."),
        ),
        Transition(
            "send_back", frozenset({S.SIGN_OFF}), S.CHANGES_REQUESTED, Permission.CERTIFY, _l("Send sections back"),
            _l("The officers get your reasons by mail, change what you ask for and send it to you again."), needs_reason=True,
            condition=round_is_open,
        ),
        Transition(
            "sign_off", frozenset({S.SIGN_OFF}), S.REVIEW, Permission.CERTIFY, _l("Sign off and submit"),
            _l("What you have read goes to the network in the city's name. A coordinator reads it next."),
            four_eyes=True, binds=True, condition=round_is_open, tone="primary",
        ),
        Transition(
            "request_changes", frozenset({S.REVIEW}), S.CHANGES_REQUESTED, Permission.CHECK, _l("Ask for changes"),
            _l("The city gets your reason for each question by mail, changes it and has it signed off again."), needs_reason=True,
            condition=round_is_open,
        ),
        Transition(
            "accept", frozenset({S.REVIEW}), S.ACCEPTED, Permission.CHECK, _l("Accept"),
            _l("The response counts in the results. The public reads nothing of it before you publish it."),
            four_eyes=True, binds=True, tone="primary",
        ),
        Transition(
            "publish", frozenset({S.ACCEPTED}), S.PUBLISHED, Permission.CHECK, _l("Publish"),
            _l("Everybody reads what the city has made public. Low grades stay hidden unless the city shows them."),
            four_eyes=True, binds=True, tone="primary",
        ),
        Transition(
            "reopen", frozenset({S.ACCEPTED, S.PUBLISHED, S.REVIEW}), S.CHANGES_REQUESTED, Permission.CHECK, _l("Reopen"),
            _l("The city can change its answers again. What was published stays public until the next version is."),
            needs_reason=True, condition=round_is_open, tone="danger",
        ),
        Transition("adopt", frozenset({S.DRAFT}), S.PUBLISHED, Permission.ADOPT, _l("Taken over"), automatic=True),
    ),
)  # fmt: skip
