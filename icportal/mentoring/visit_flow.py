"""The way of a visit: planned, then held or cancelled. What is done with its minutes stands in its history too."""

from __future__ import annotations

from icportal.core.clock import today
from icportal.core.permissions import Predicate
from icportal.core.strings import _l, _lp
from icportal.mentoring.enums import Permission
from icportal.mentoring.visit_words import VisitState as V
from icportal.workflow.definition import Definition, State, Transition

has_begun = Predicate(lambda _actor, visit: visit is None or visit.first_on <= today())
has_no_minutes = Predicate(lambda _actor, visit: visit is None or visit.minutes is None)

VISIT = Definition(
    key="mentoring.visit",
    reasons_are_private=True,
    initial=V.PLANNED,
    states=(
        State(V.PLANNED, _lp("state of a visit", "Planned"), "waiting", _l("both cities")),
        State(V.HELD, _lp("state of a visit", "Took place"), "done"),
        State(V.CANCELLED, _lp("state of a visit", "Cancelled"), "draft"),
    ),
    transitions=(
        Transition(
            "hold", frozenset({V.PLANNED}), V.HELD, Permission.WORK_ON_PAIRING, _l("It took place"),
            _l("Next come the minutes: what was said, and what was decided."), condition=has_begun, tone="primary",
        ),
        Transition(
            "cancel", frozenset({V.PLANNED}), V.CANCELLED, Permission.WORK_ON_PAIRING, _l("Cancel the visit"),
            _l("The other city is told why, calendars show it as cancelled, and its days are free again."), needs_reason=True,
            tone="danger",
        ),
        Transition(
            "put_back", frozenset({V.HELD}), V.PLANNED, Permission.WORK_ON_PAIRING, _l("It did not take place yet"),
            _l("It counts as planned again, and can be moved or cancelled."), needs_reason=True, condition=has_no_minutes,
        ),
        Transition("move", frozenset({V.PLANNED}), V.PLANNED, Permission.WORK_ON_PAIRING, _l("Moved"), automatic=True),
        Transition("write_minutes", frozenset({V.HELD}), V.HELD, Permission.WORK_ON_PAIRING, _l("Minutes written"), automatic=True),
        Transition("ask_again", frozenset({V.HELD}), V.HELD, Permission.WORK_ON_PAIRING, _l("The visit was changed: its minutes are to be confirmed again"), automatic=True),
        Transition("confirm_minutes", frozenset({V.HELD}), V.HELD, Permission.VIEW_PAIRING, _l("Minutes confirmed"), automatic=True),
    ),
)  # fmt: skip
