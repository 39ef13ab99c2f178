"""The way of a rating: written, handed in, and taken back as long as the other city has not handed in."""

from __future__ import annotations

from icportal.core.permissions import Predicate
from icportal.core.strings import _l, _lp
from icportal.mentoring import ratings
from icportal.mentoring.enums import Permission
from icportal.mentoring.rating_words import RatingState as R
from icportal.workflow.definition import Definition, State, Transition

other_waits = Predicate(lambda _actor, rating: rating is None or not ratings.other_is_in(rating))

RATING = Definition(
    key="mentoring.rating",
    initial=R.DRAFT,
    states=(
        State(R.DRAFT, _lp("state of a rating", "Being written"), "draft", _l("the city")),
        State(R.HANDED_IN, _lp("state of a rating", "Handed in"), "done"),
    ),
    transitions=(
        Transition(
            "hand_in", frozenset({R.DRAFT}), R.HANDED_IN, Permission.ANSWER_PAIRING, _l("Hand in"),
            _l("Each city reads the other’s once both are handed in. Until then you can take yours back."), tone="primary",
        ),
        Transition(
            "take_back", frozenset({R.HANDED_IN}), R.DRAFT, Permission.ANSWER_PAIRING, _l("Take back"),
            _l("You can change it and hand it in again."), condition=other_waits,
        ),
    ),
)  # fmt: skip
