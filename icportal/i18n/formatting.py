"""Dates, numbers and lists as the current language writes them."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable
from datetime import date, datetime, time
from typing import Any, TypeVar

from babel.dates import format_date as babel_date
from babel.dates import format_datetime as babel_datetime
from babel.dates import format_interval, format_skeleton, format_timedelta
from babel.dates import format_time as babel_time
from babel.lists import format_list as babel_list
from babel.numbers import format_decimal

from icportal.core.clock import PORTAL_ZONE, now
from icportal.core.strings import _
from icportal.i18n.catalogues import current_language

T = TypeVar("T")


def day(value: date | None, width: str = "long") -> str:
    """A calendar day: 22 February 2010. Of a moment, the day it was in the network's time zone."""
    if isinstance(value, datetime):
        value = value.astimezone(PORTAL_ZONE).date()
    return babel_date(value, width, locale=current_language().locale) if value else ""


def month(value: date) -> str:
    """A month with its year: December 2014."""
    return format_skeleton("yMMMM", value, locale=current_language().locale)


def moment(value: datetime | None, width: str = "medium") -> str:
    """A moment in the network's time zone."""
    return babel_datetime(value, width, tzinfo=PORTAL_ZONE, locale=current_language().locale) if value else ""


def clock(value: time | None) -> str:
    """A time of the day as a clock shows it, without a zone: 14:30."""
    return babel_time(value, "short", locale=current_language().locale) if value else ""


def ago(value: datetime) -> str:
    """How long ago: 3 days."""
    return format_timedelta(now() - value, locale=current_language().locale, threshold=1.2)


def number(value: float) -> str:
    return format_decimal(value, locale=current_language().locale)


def listing(values: Iterable[object]) -> str:
    """a, b and c."""
    items = [str(value) for value in values]
    return babel_list(items, locale=current_language().locale) if items else ""


def country_name(code: str) -> str:
    """A country as the current language names it; its code where the language has no name for it."""
    return current_language().locale.territories.get(code, code)


def historic(earliest: date, latest: date, precision: str) -> str:
    """A date as exactly as history gives it.

    A day, a month or a year; a ``period`` that lasted from the first day to the last; or a day somewhere between two.
    """
    if precision == "day":
        return day(latest)
    if precision == "month":
        return month(latest)
    if precision == "year":
        return str(latest.year)
    if precision == "period":
        return format_interval(earliest, latest, "yMMMMd", locale=current_language().locale)
    return _("between %(first)s and %(last)s", first=day(earliest), last=day(latest))


def sort_key(text: str) -> tuple[str, str]:
    """An order readers expect without a collation service: accents count only between equals."""
    folded = "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))
    return folded, text


def sorted_by_name(items: Iterable[T], name: Callable[[T], Any]) -> list[T]:
    return sorted(items, key=lambda item: sort_key(str(name(item))))
