"""What the worker does about evidence by itself."""

from __future__ import annotations

from icportal.core import queue
from icportal.core.queue import Job
from icportal.reporting.services.evidence import warn_of_expiry

WARN = "reporting.warn_of_expiring_evidence"
WARN_AT = 6


def warn(job: Job) -> dict[str, int]:  # noqa: ARG001  a job's function gets its row
    """Tell officers which evidence expires in a week, and which tomorrow."""
    return {"cities": warn_of_expiry()}


def register() -> None:
    queue.register_daily(WARN, warn, hour=WARN_AT)
