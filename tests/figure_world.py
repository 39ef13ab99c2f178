"""Published values for the tests of figures, written as a published delivery leaves them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from sqlalchemy import func, insert, select

from icportal.cities.models import City
from icportal.core.clock import now
from icportal.core.db import db
from icportal.indicators.entries import Entry
from icportal.indicators.models import (
    ENTRY_COLUMNS,
    Indicator,
    IndicatorVersion,
    MigrantDefinition,
    Observation,
    PublishedObservation,
)
from icportal.web.page_cache import touch_public


def publish(
    city: str, code: str, period: str, amount: str | None, *, breakdown: str = "", version: int = 1, **caveats: Any
) -> None:
    """One value of a city; ``definition`` names the family of the definition of migrant it has."""
    publish_all([(city, code, period, amount, {"breakdown": breakdown, "version": version, **caveats})])


def publish_all(values: list[tuple[str, str, str, str | None, dict[str, Any]]]) -> None:
    """Many values at once. A withheld one (``confidentiality``) loses its number and its words in what is published."""
    cities = dict(db.session.execute(select(City.slug, City.id)).all())
    indicators = dict(db.session.execute(select(Indicator.code, Indicator.id)).all())
    versions = {(v.indicator_id, v.number): v.id for v in db.session.scalars(select(IndicatorVersion))}
    last = db.session.scalar(select(func.max(Observation.id))) or 0
    kept, shown = [], []
    for place, (city, code, period, amount, given) in enumerate(values, start=last + 1):
        caveats = dict(given)
        family = caveats.pop("definition", None)
        breakdown, number = caveats.pop("breakdown", ""), caveats.pop("version", 1)
        key = {
            "city_id": cities[city],
            "indicator_id": indicators[code],
            "version_id": versions[indicators[code], number],
            "breakdown": breakdown,
            "period": period,
            "year": int(period[:4]),
        }
        if family:
            caveats["definition_id"] = definition(cities[city], family)
        entry = Entry(amount=None if amount is None else Decimal(amount), **caveats)
        row = {**key, **{name: getattr(entry, name) for name in ENTRY_COLUMNS}}
        kept.append({"id": place, **row, "number": 1, "current": True, "how": "loaded", "created_at": now()})
        if not entry.is_free:
            row |= {"amount": None, "note": "", "source": ""}
        shown.append({"observation_id": place, **row, "published_at": now()})
    db.session.execute(insert(Observation), kept)
    db.session.execute(insert(PublishedObservation), shown)
    touch_public()
    db.session.commit()


def definition(city_id: int, family: str) -> int:
    found = db.session.scalar(select(MigrantDefinition.id).filter_by(city_id=city_id, family=family))
    if found is None:
        made = MigrantDefinition(city_id=city_id, family=family)
        db.session.add(made)
        db.session.flush()
        found = made.id
    return found


def clear() -> None:
    """Take away the values of the shipped facts, so that a test has its own only."""
    db.session.execute(PublishedObservation.__table__.delete())
    db.session.execute(Observation.__table__.delete())
    touch_public()
    db.session.commit()
