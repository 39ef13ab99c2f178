"""What makes two cities alike: how large they are, what they run themselves, and who lives there."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import select

from icportal.cities.models import City
from icportal.core.db import db
from icportal.indicators.models import Indicator, PublishedObservation
from icportal.mentoring.models import Application

#: Indicators of the catalogue that say what share of the residents was born abroad or has another citizenship, the better first.
SHARES = ("POP01", "POP02")
HIGHEST = Decimal(100)


@dataclass(frozen=True)
class Fingerprint:
    """Persons, services the city runs itself, and the share of foreign residents in percent; None where it is not known."""

    population: int | None
    competences: tuple[str, ...]
    foreign_share: Decimal | None


def fingerprint_of(city: City, before: Application | None) -> Fingerprint:
    """What the portal knows already: its own numbers, and what the city said in the programme before. The city completes it."""
    share = newest_share(city.id)
    if before is None:
        return Fingerprint(city.population, (), share)
    known = share if share is not None else before.foreign_share
    return Fingerprint(city.population or before.population, tuple(before.competences), known)


def newest_share(city_id: int) -> Decimal | None:
    """The newest published share of foreign residents of the whole city, in percent."""
    query = (
        select(Indicator.code, PublishedObservation.amount)
        .join(Indicator, Indicator.id == PublishedObservation.indicator_id)
        .where(
            PublishedObservation.city_id == city_id, Indicator.code.in_(SHARES), PublishedObservation.breakdown == "",
            PublishedObservation.amount.is_not(None), PublishedObservation.geography == "city", PublishedObservation.unit == "percent",
        )
        .order_by(Indicator.code, PublishedObservation.year.desc())
        .limit(1)
    )  # fmt: skip
    row = db.session.execute(query).first()
    return row.amount if row and row.amount is not None and row.amount <= HIGHEST else None
