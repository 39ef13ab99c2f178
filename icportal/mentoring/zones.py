"""On which clock a city lives."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from babel.core import get_global

from icportal.cities.models import City
from icportal.core.clock import PORTAL_ZONE


def zones_of(city: City) -> list[str]:
    """The time zones of a city's country, the one on the mainland of Europe first; the network's own where none is known."""
    known = get_global("territory_zones").get(city.country.upper(), [])
    return sorted(known, key=lambda name: not name.startswith("Europe/")) or [PORTAL_ZONE.key]


def zone_of(city: City) -> str:
    """The time zone a city most probably has."""
    return zones_of(city)[0]


def zones_offered(cities: Iterable[City]) -> list[str]:
    """The zones of several cities' countries, each once."""
    return list(dict.fromkeys(zone for city in cities for zone in zones_of(city)))


def moment_of(day: date, at: time, zone: str) -> datetime:
    """The moment at which the clock of a zone shows this time."""
    return datetime.combine(day, at, ZoneInfo(zone))
