"""Calendars as files that people open or subscribe to (RFC 5545).

A domain says what happens when; here it becomes a file that reads the same in every program. The same entries give the
same bytes, so that a reader who has them already is told so.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING

from flask import Response, request

if TYPE_CHECKING:
    from icalendar import Event

CONTENT_TYPE = "text/calendar; charset=utf-8"
#: How long a program waits before it asks again. Programs choose their own time anyway; most keep to this at least.
ASK_AGAIN = timedelta(hours=6)
NOT_MODIFIED = 304
PRODUCT = "-//icportal//Calendar//EN"


@dataclass(frozen=True)
class Entry:
    """Something in a calendar.

    ``uid`` names it for good: the program that read it last week knows by it what has moved. ``starts`` and ``ends`` are days
    (``ends`` the last one, or None for one day only) when it lasts ``all_day``, else moments with a zone. ``changed_at`` and
    ``sequence`` say which of two copies is the newer one. ``is_busy``: whoever takes part in it is taken at that time.
    ``is_cancelled``: it does not take place, and programs that have it strike it out.
    """

    uid: str
    title: str
    starts: date | datetime
    changed_at: datetime
    ends: date | datetime | None = None
    all_day: bool = True
    description: str = ""
    location: str = ""
    url: str = ""
    sequence: int = 0
    is_busy: bool = False
    is_cancelled: bool = False


def calendar(name: str, entries: Iterable[Entry], language: str) -> bytes:
    """The calendar of this name as a file, its entries in the order of their days.

    Raises:
        ValueError: an entry ends before it starts, or a moment has no zone.
    """
    # A process that makes no calendar does without it.
    from icalendar import Calendar, vDuration

    made = Calendar()
    made.add("prodid", PRODUCT)
    made.add("version", "2.0")
    made.add("calscale", "GREGORIAN")
    made.add("method", "PUBLISH")
    for key in ("name", "x-wr-calname"):
        made.add(key, _line(name), parameters={"LANGUAGE": language})
    made.add("refresh-interval", vDuration(ASK_AGAIN), parameters={"VALUE": "DURATION"})
    made.add("x-published-ttl", vDuration(ASK_AGAIN).to_ical().decode())
    for entry in sorted(entries, key=lambda each: (_day(each.starts), each.uid)):
        made.add_component(_event(entry, language))
    return bytes(made.to_ical(sorted=False))


def calendar_response(name: str, entries: Iterable[Entry], language: str, *, filename: str, download: bool = False) -> Response:
    """The calendar as an answer, kept by nothing in between; who has these entries already is told so before it is made.

    ``filename`` without its ending. Raises what ``calendar`` raises.
    """
    entries = tuple(entries)
    response = Response(content_type=CONTENT_TYPE)
    response.set_etag(sha256(repr((name, language, entries)).encode()).hexdigest()[:32])
    kind = "attachment" if download else "inline"
    response.headers["Content-Disposition"] = f'{kind}; filename="{filename}.ics"'
    response.headers["Cache-Control"] = "private, no-cache"
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    response.make_conditional(request)
    if response.status_code != NOT_MODIFIED:
        response.set_data(calendar(name, entries, language))
    return response


def _event(entry: Entry, language: str) -> Event:
    # The same.
    from icalendar import Event

    starts, ends = _span(entry)
    made = Event()
    made.add("uid", entry.uid)
    made.add("dtstamp", entry.changed_at.astimezone(UTC))
    made.add("last-modified", entry.changed_at.astimezone(UTC))
    made.add("sequence", entry.sequence)
    made.add("dtstart", starts)
    made.add("dtend", ends)
    made.add("summary", _line(entry.title), parameters={"LANGUAGE": language})
    for key, text in (("description", entry.description), ("location", entry.location)):
        if text:
            made.add(key, _clean(text), parameters={"LANGUAGE": language})
    if entry.url:
        made.add("url", entry.url)
    if entry.is_cancelled:
        made.add("status", "CANCELLED")
    made.add("transp", "OPAQUE" if entry.is_busy else "TRANSPARENT")
    return made


def _span(entry: Entry) -> tuple[date, date]:
    """When it begins, and the first moment or day after it."""
    if entry.all_day:
        first, last = _day(entry.starts), _day(entry.ends or entry.starts)
        if last < first:
            raise ValueError("an entry ends before it starts")
        return first, last + timedelta(days=1)
    starts, ends = entry.starts, entry.ends or entry.starts
    if not isinstance(starts, datetime) or not isinstance(ends, datetime) or not starts.tzinfo or not ends.tzinfo:
        raise ValueError("a moment of a calendar needs its zone")
    if ends < starts:
        raise ValueError("an entry ends before it starts")
    return starts.astimezone(UTC), ends.astimezone(UTC)


def _day(value: date | datetime) -> date:
    return value.date() if isinstance(value, datetime) else value


def _line(text: str) -> str:
    return " ".join(_clean(text).split())


def _clean(text: str) -> str:
    """Without the control characters a calendar may not hold; line breaks become one kind."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(char for char in text if char == "\n" or (char >= " " and char != "\x7f"))
