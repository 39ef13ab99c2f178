"""What the worker does for practices by itself."""

from __future__ import annotations

from icportal.core import queue
from icportal.core.queue import Job
from icportal.practices import services, timeline

REMIND = "practices.remind_of_reviews"
REMIND_AT = 6
FOLLOW = "practices.follow_visibility"
FOLLOW_AT = 0


def remind_of_reviews(job: Job) -> dict[str, int]:  # noqa: ARG001  a job's function gets its row
    """Remind officers of practices that are to be looked at again."""
    return {"practices": services.remind_of_reviews()}


def follow_visibility(job: Job) -> dict[str, int]:  # noqa: ARG001  a job's function gets its row
    """Put practices whose time has come on their cities' timelines, and take those off whose time is over."""
    return {"practices": services.follow_visibility()}


def register() -> None:
    """Plan what is done daily, and give the timeline its sentence."""
    timeline.register()
    queue.register_daily(FOLLOW, follow_visibility, hour=FOLLOW_AT)
    queue.register_daily(REMIND, remind_of_reviews, hour=REMIND_AT)
