"""What the worker does for plans every morning."""

from __future__ import annotations

from icportal.core import queue
from icportal.core.queue import Job
from icportal.plans.services import asking

WATCH = "plans.watch_progress"
WATCH_AT = 7


def watch_progress(job: Job) -> dict[str, int]:  # noqa: ARG001  a job's function gets its row
    """Ask the cities whose time has come what came of their plans, and remind those that are late."""
    return {"asked": asking.ask_due_cities(), "reminded": asking.remind()}


def register() -> None:
    """Plan what is done daily."""
    queue.register_daily(WATCH, watch_progress, hour=WATCH_AT)
