"""Days and moments as people read them."""

from __future__ import annotations

from datetime import UTC, date, datetime

from flask import Flask

from icportal.i18n import formatting


def test_a_moment_is_of_the_day_it_was_in_the_networks_time_zone(app: Flask) -> None:
    """Half an hour before midnight in UTC it is the next day already where the network is."""
    with app.test_request_context("/en/"):
        assert formatting.day(datetime(2026, 11, 27, 23, 30, tzinfo=UTC)) == "28 November 2026"
        assert formatting.day(date(2026, 11, 27)) == "27 November 2026"
