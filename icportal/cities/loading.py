"""The shipped cities and events, put into the database once. What people changed since is never touched."""

from __future__ import annotations

from calendar import monthrange
from datetime import date
from typing import Any

from icportal.cities import queries, services
from icportal.cities.enums import MODULE
from icportal.cities.models import City
from icportal.core import audit
from icportal.core.actors import SYSTEM
from icportal.core.db import db
from icportal.core.text import fold, slugify
from icportal.data import reader

#: When the surveys behind the reports ran: the day on which a city reported is not known more exactly.
SURVEYS = {
    1: (date(2011, 10, 1), date(2012, 10, 31)),
    2: (date(2014, 12, 1), date(2015, 4, 30)),
    5: (date(2020, 7, 1), date(2022, 6, 30)),
}


def load_cities() -> int:
    """Add every shipped city that is not there. Gives how many were added."""
    known = queries.by_key()
    missing = [fact for fact in reader.cities() if fold(fact.city) not in known]
    for fact in missing:
        names = dict(reader.names().get(fact.city, {}))
        place = reader.places().get(fact.city)
        city = City(
            key=fold(fact.city),
            slug=slugify(fact.city),
            name=names.pop("en", fact.city),
            country=fact.country,
            names=names,
            languages=list(fact.languages),
            reports=list(fact.reports),
            latitude=place.latitude if place else None,
            longitude=place.longitude if place else None,
            source=fact.source,
            note=fact.note,
        )
        db.session.add(city)
    db.session.flush()
    if missing:
        audit.record(SYSTEM, "cities.city:load", "city", after={"cities": [fact.city for fact in missing]})
    return len(missing)


def load_timeline() -> int:
    """Add the events of the network, and what the reports say of each city, where they are not there."""
    known = queries.timeline_references(MODULE)
    cities = queries.by_key()
    added = 0
    for entry in [*_events(cities), *_reports(cities), *_uses(cities)]:
        if (entry["city_id"], entry["reference"]) not in known:
            services.add_to_timeline(module=MODULE, **entry)
            added += 1
    return added


def _events(cities: dict[str, City]) -> list[dict[str, Any]]:
    found = []
    for event in reader.events():
        if not event.start:
            continue
        earliest, precision = _day(event.start, last=False)
        latest, _same = _day(event.end or event.start, last=True)
        host = cities.get(fold(event.city))
        exactly = "day" if earliest == latest else precision
        common = {"earliest": earliest, "latest": latest, "precision": exactly, "source": event.source}
        reference = f"event-{slugify(event.event)}"
        values = {"event": event.event, "place": host.name if host else "", "detail": event.what}
        found.append({"city_id": None, "reference": reference, "key": "network_event", "values": values, **common})
        if host:
            values = {"event": event.event, "detail": event.what}
            found.append({"city_id": host.id, "reference": reference, "key": "city_hosted", "values": values, **common})
    return found


def _reports(cities: dict[str, City]) -> list[dict[str, Any]]:
    return [
        {
            "city_id": cities[fold(fact.city)].id,
            "reference": f"report-{edition}",
            "key": "city_reported",
            "values": {"edition": edition},
            "earliest": SURVEYS[edition][0],
            "latest": SURVEYS[edition][1],
            "precision": "period",
            "source": f"Report {edition}",
        }
        for fact in reader.cities()
        for edition in fact.reports
        if fold(fact.city) in cities and edition in SURVEYS
    ]


def _uses(cities: dict[str, City]) -> list[dict[str, Any]]:
    found = []
    for number, use in enumerate(reader.charter_uses(), start=1):
        city = cities.get(fold(use.city))
        if city is None:
            continue
        earliest, latest = SURVEYS[use.edition]
        found.append(
            {
                "city_id": city.id,
                "reference": f"charter-use-{number}",
                "key": "city_used_charter",
                "values": {"edition": use.edition, "use": use.use, "detail": use.summary},
                "earliest": earliest,
                "latest": latest,
                "precision": "period",
                "source": f"Report {use.edition}",
            }
        )
    return found


def _day(text: str, *, last: bool) -> tuple[date, str]:
    """A day from an ISO day, month or year, and how exactly it is known."""
    year, *rest = (int(part) for part in text.split("-"))
    if len(rest) == 2:  # noqa: PLR2004  month and day
        return date(year, *rest), "period"
    if rest:
        return date(year, rest[0], monthrange(year, rest[0])[1] if last else 1), "month"
    return date(year, 12, 31) if last else date(year, 1, 1), "year"
