"""The portal's only clock: aware UTC moments and the calendar day of the network's cities."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

PORTAL_ZONE = ZoneInfo("Europe/Brussels")


def now() -> datetime:
    """This moment, aware, in UTC, to the microsecond."""
    return datetime.now(UTC)


def today() -> date:
    """The calendar day in the network's own time zone: deadlines end with it."""
    return now().astimezone(PORTAL_ZONE).date()
