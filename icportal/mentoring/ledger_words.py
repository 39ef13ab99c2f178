"""The words of hours and costs."""

from __future__ import annotations

from enum import StrEnum

from icportal.core.strings import Text, _l


class Work(StrEnum):
    """What somebody's time or a city's money went into."""

    PREPARATION = "preparation"
    VISIT = "visit"
    MEETING = "meeting"
    TRAVEL = "travel"
    INTERPRETING = "interpreting"
    OTHER = "other"


WORK: dict[str, Text] = {
    Work.PREPARATION: _l("Preparation and follow-up"),
    Work.VISIT: _l("At a visit"),
    Work.MEETING: _l("Calls and online meetings"),
    Work.TRAVEL: _l("Travel and lodging"),
    Work.INTERPRETING: _l("Interpreting and translation"),
    Work.OTHER: _l("Something else"),
}
