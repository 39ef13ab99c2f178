"""The way of a delivery: draft → review → published, and back with a reason."""

from __future__ import annotations

from icportal.core.permissions import Predicate
from icportal.core.strings import _l, _lp
from icportal.indicators.enums import DeliveryState as S
from icportal.indicators.enums import Permission
from icportal.workflow.definition import Definition, State, Transition

#: The states in which values can be entered at once; entering into a published delivery makes it a draft again.
EDITABLE = frozenset({S.DRAFT, S.CHANGES_REQUESTED, S.PUBLISHED, S.WITHDRAWN})

is_public = Predicate(lambda _actor, delivery: delivery is None or delivery.published_at is not None)

DELIVERY = Definition(
    key="indicators.delivery",
    initial=S.DRAFT,
    states=(
        State(S.DRAFT, _lp("state", "Draft"), "draft", _l("the city")),
        State(S.REVIEW, _lp("state", "In review"), "waiting", _l("a coordinator")),
        State(S.CHANGES_REQUESTED, _lp("state", "Changes requested"), "stopped", _l("the city")),
        State(S.PUBLISHED, _lp("state", "Published"), "done"),
        State(S.WITHDRAWN, _lp("state", "Withdrawn"), "stopped"),
    ),
    transitions=(
        Transition(
            "submit", frozenset({S.DRAFT, S.CHANGES_REQUESTED}), S.REVIEW, Permission.SUBMIT, _l("Send to the network"),
            _l("A coordinator checks the values and publishes them or sends them back with a reason for each. You can take them back until then."),
            tone="primary",
        ),
        Transition(
            "publish", frozenset({S.REVIEW}), S.PUBLISHED, Permission.CHECK, _l("Publish the values"),
            _l("The values you have read become public at once, in the figures and the open data; confidential ones stay out."),
            four_eyes=True, binds=True, tone="primary",
        ),
        Transition(
            "request_changes", frozenset({S.REVIEW}), S.CHANGES_REQUESTED, Permission.CHECK, _l("Send back to the city"),
            _l("The city's people get your reasons by mail, mend the values and send them again."), needs_reason=True,
        ),
        Transition(
            "retract", frozenset({S.REVIEW}), S.DRAFT, Permission.SUBMIT, _l("Take back"),
            _l("It leaves the coordinators' list and becomes a draft again."),
        ),
        Transition(
            "withdraw", frozenset({S.PUBLISHED, S.DRAFT, S.REVIEW, S.CHANGES_REQUESTED}), S.WITHDRAWN, Permission.WITHDRAW,
            _l("Withdraw from the public"),
            _l("Figures and open data no longer have the city's values of this year; frozen releases keep what they had."),
            needs_reason=True, condition=is_public, tone="danger",
        ),
        Transition(
            "revise", frozenset({S.PUBLISHED, S.WITHDRAWN}), S.DRAFT, Permission.ENTER, _l("Edited"), automatic=True,
        ),
        Transition(
            "adopt", frozenset({S.DRAFT}), S.PUBLISHED, Permission.ADOPT, _l("Taken over from a published report"), automatic=True,
        ),
    ),
)  # fmt: skip
