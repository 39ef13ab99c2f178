"""What the worker does for rounds by itself: reminding every morning, and freezing what was closed."""

from __future__ import annotations

from icportal.core import queue
from icportal.core.queue import Job
from icportal.reporting.services import freezing, reminding

REMIND = "reporting.remind"
REMIND_AT = 7


def remind(job: Job) -> dict[str, int]:  # noqa: ARG001  a job's function gets its row
    """Remind the cities whose answers are due."""
    return {"cities": reminding.remind()}


def register() -> None:
    """Plan what is done daily, and tell the worker how rounds are frozen."""
    queue.register_daily(REMIND, remind, hour=REMIND_AT)
    freezing.register()
