"""Calendars as files: what a reader of the format makes of them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from icalendar import Calendar

from icportal.web.calendars import Entry, calendar, calendar_response

CHANGED = datetime(2026, 11, 27, 9, 30, tzinfo=UTC)
LONG = "Sprachkurse für alle; auch abends, und das für Menschen, die schon länger da sind: شارك معنا " * 3


def read(*entries: Entry) -> Calendar:
    data = calendar("Plan, of Oulu", entries, "en")
    assert all(len(line) <= 75 for line in data.split(b"\r\n"))
    assert b"\n" not in data.replace(b"\r\n", b"")
    found = Calendar.from_ical(data)
    assert not found.errors
    assert not any(event.errors for event in found.walk("VEVENT"))
    return found


def test_what_goes_in_comes_out() -> None:
    day = Entry("a@city", LONG, date(2027, 3, 1), CHANGED, description="Two\nlines\\", url="https://city.example/a", sequence=3)
    (event,) = read(day).walk("VEVENT")
    assert (event["SUMMARY"], event["DESCRIPTION"]) == (LONG.strip(), "Two\nlines\\")
    assert (event.decoded("DTSTART"), event.decoded("DTEND")) == (date(2027, 3, 1), date(2027, 3, 2))
    assert (event["UID"], event["SEQUENCE"], event.decoded("LAST-MODIFIED")) == ("a@city", 3, CHANGED)
    assert event["TRANSP"] == "TRANSPARENT"


def test_several_days_end_with_the_last_and_moments_have_one_zone() -> None:
    brussels = ZoneInfo("Europe/Brussels")
    begin = datetime(2027, 7, 1, 9, tzinfo=brussels)
    visit = Entry("v@x", "Visit", begin, CHANGED, begin + timedelta(hours=3), all_day=False, location="Genoa", is_busy=True)
    span = Entry("s@x", "Days", date(2027, 1, 30), CHANGED, date(2027, 2, 2))
    found = read(visit, span)
    assert [str(event["UID"]) for event in found.walk("VEVENT")] == ["s@x", "v@x"]
    days, hours = found.walk("VEVENT")
    assert days.decoded("DTEND") == date(2027, 2, 3)
    assert hours.decoded("DTSTART") == datetime(2027, 7, 1, 7, tzinfo=UTC)
    assert hours["TRANSP"] == "OPAQUE"


@pytest.mark.parametrize(
    "wrong",
    [
        Entry("x", "Backwards", date(2027, 1, 2), CHANGED, date(2027, 1, 1)),
        Entry("x", "No zone", datetime(2027, 1, 2, 8), CHANGED, all_day=False),  # noqa: DTZ001  that is what is wrong
    ],
)
def test_what_cannot_be_is_refused(wrong: Entry) -> None:
    with pytest.raises(ValueError):
        calendar("x", [wrong], "en")


def test_control_characters_do_not_break_a_line() -> None:
    (event,) = read(Entry("x", "One\r\nBEGIN:VALARM\x07", date(2027, 1, 2), CHANGED)).walk("VEVENT")
    assert event["SUMMARY"] == "One BEGIN:VALARM"
    assert not event.subcomponents


def test_who_has_it_already_is_told_so(app: Flask) -> None:
    entry = Entry("x", "One", date(2027, 1, 2), CHANGED)
    with app.test_request_context():
        first = calendar_response("n", [entry], "en", filename="plan")
    etag = first.headers["ETag"]
    assert first.mimetype == "text/calendar"
    with app.test_request_context(headers={"If-None-Match": etag}):
        again = calendar_response("n", [entry], "en", filename="plan")
        other = calendar_response("n", [entry], "fr", filename="plan")
    assert (again.status_code, again.get_data()) == (304, b"")
    assert (other.status_code, other.headers["Content-Length"]) == (200, str(len(other.get_data())))
