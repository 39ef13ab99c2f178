"""Jobs of the charter, and what the charter gives to the packages below."""

from __future__ import annotations

from icportal.charter import services, timeline
from icportal.core.queue import Job, register_daily

REMINDER_HOUR = 6


def register() -> None:
    """Tell the worker what there is to do every day, and the timeline its sentences."""
    timeline.register()
    register_daily("charter.remind_of_renewals", remind_of_renewals, hour=REMINDER_HOUR)


def remind_of_renewals(_job: Job) -> int:
    return services.remind_of_renewals()
