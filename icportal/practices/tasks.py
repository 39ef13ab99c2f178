"""What the worker does for practices by itself."""

from __future__ import annotations

from icportal.core import queue
from icportal.core.queue import Job
from icportal.practices import services

REMIND = "practices.remind_of_reviews"
REMIND_AT = 6


def remind_of_reviews(job: Job) -> dict[str, int]:  # noqa: ARG001  a job's function gets its row
    """Remind officers of practices that are to be looked at again."""
    return {"practices": services.remind_of_reviews()}


def register() -> None:
    """Plan the daily reminder."""
    queue.register_daily(REMIND, remind_of_reviews, hour=REMIND_AT)
