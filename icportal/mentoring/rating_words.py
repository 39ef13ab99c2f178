"""The words of preparation and evaluation: how well a key factor is met, when it is rated, and what is asked besides."""

from __future__ import annotations

from enum import StrEnum

from icportal.core.strings import Text, _l, _lp


class Moment(StrEnum):
    """When key factors are rated: before the visits, and when the mentoring is over."""

    BEFORE = "before"
    AFTER = "after"


class RatingState(StrEnum):
    DRAFT = "draft"
    HANDED_IN = "handed_in"


class Again(StrEnum):
    """Whether a city would do it again."""

    YES = "yes"
    WITH_CHANGES = "with_changes"
    NO = "no"


MOMENTS: dict[str, Text] = {Moment.BEFORE: _l("Self-assessment before the visits"), Moment.AFTER: _lp("mentoring", "Evaluation")}
WHEN: dict[str, Text] = {Moment.BEFORE: _lp("rating", "Before"), Moment.AFTER: _lp("rating", "After")}

#: How well the mentee meets a key factor, 0 to 4.
LEVELS: dict[int, Text] = {
    0: _lp("level of a key factor", "Not there"),
    1: _lp("level of a key factor", "First steps"),
    2: _lp("level of a key factor", "Partly in place"),
    3: _lp("level of a key factor", "Mostly in place"),
    4: _lp("level of a key factor", "Fully in place"),
}
HIGHEST = max(LEVELS)
#: A key factor that is in place this far or less is proposed for the mentee's plan.
WANTING = 2
#: In place of a level: a guest has not seen everything before the first visit. Counted nowhere.
CANNOT_SAY = "cannot_say"
ANSWERS: dict[int | str, Text] = {**dict(LEVELS.items()), CANNOT_SAY: _lp("level of a key factor", "We cannot say")}

AGAIN: dict[str, Text] = {
    Again.YES: _lp("would do it again", "Yes"),
    Again.WITH_CHANGES: _lp("would do it again", "Yes, with changes"),
    Again.NO: _lp("would do it again", "No"),
}

#: What is asked beside the key factors when the mentoring is over.
QUESTIONS: dict[str, Text] = {
    "worked": _l("What worked"),
    "missed": _l("What did not work"),
    "advice": _l("Advice for the next programme"),
}
