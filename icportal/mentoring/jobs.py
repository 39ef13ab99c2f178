"""What the worker does for mentoring every morning: ends proposals nobody answered, and asks quiet pairs whether all is well."""

from __future__ import annotations

from icportal.core import queue
from icportal.core.queue import Job
from icportal.mentoring.services import answers, pairings

WATCH = "mentoring.watch_pairings"
WATCH_AT = 6


def watch_pairings(job: Job) -> dict[str, int]:  # noqa: ARG001  a job's function gets its row
    """Look after proposals and pairs."""
    asked, told = pairings.ask_quiet_pairs()
    return {"lapsed": answers.lapse_unanswered(), "asked": asked, "told": told}


def register() -> None:
    """Plan what is done daily."""
    queue.register_daily(WATCH, watch_pairings, hour=WATCH_AT)
