"""What ``icportal verify`` asks about values: does each belong somewhere, and does the public read what was written?"""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import and_, exists, func, or_, select
from sqlalchemy.orm import aliased

from icportal.cities.models import City
from icportal.core.db import db
from icportal.indicators.enums import Confidentiality
from icportal.indicators.models import IndicatorVersion, Observation, PublishedObservation


def findings() -> Iterator[str]:
    """Everything about values that no service writes, a line each."""
    yield from _strays()
    yield from _heads()
    yield from _published()


def _strays() -> Iterator[str]:
    query = (
        select(Observation.id)
        .outerjoin(City, City.id == Observation.city_id)
        .outerjoin(IndicatorVersion, IndicatorVersion.id == Observation.version_id)
        .where(or_(City.id.is_(None), IndicatorVersion.id.is_(None), IndicatorVersion.indicator_id != Observation.indicator_id))
    )
    for number in db.session.scalars(query.order_by(Observation.id)):
        yield f"observation {number} belongs to no city or no version of its indicator"


def _heads() -> Iterator[str]:
    """Of each value the newest version is current, and no other."""
    key = (Observation.city_id, Observation.year, Observation.indicator_id, Observation.breakdown, Observation.period)
    newest = select(*key, func.max(Observation.number).label("number")).group_by(*key).subquery()
    same = and_(*(newest.c[column.name] == column for column in key))
    query = select(Observation.id).join(newest, same).where(Observation.current != (Observation.number == newest.c.number))
    for number in db.session.scalars(query.order_by(Observation.id)):
        yield f"observation {number} is current though it is not the newest version of its value, or the other way round"


def _published() -> Iterator[str]:
    """A published row says what its version says, or nothing where that, or a later one, is not free."""
    key = ("city_id", "year", "indicator_id", "breakdown", "period")
    later, newest = aliased(Observation), aliased(Observation)
    was_withheld = exists().where(
        *(getattr(later, name) == getattr(Observation, name) for name in key),
        later.number > Observation.number,
        later.confidentiality == PublishedObservation.confidentiality,
    )
    query = (
        select(PublishedObservation.observation_id)
        .join(Observation, Observation.id == PublishedObservation.observation_id)
        .where(
            or_(
                and_(
                    PublishedObservation.confidentiality != Observation.confidentiality,
                    or_(PublishedObservation.confidentiality == Confidentiality.FREE, ~was_withheld),
                ),
                and_(
                    PublishedObservation.confidentiality == Confidentiality.FREE,
                    func.coalesce(PublishedObservation.amount, -1) != func.coalesce(Observation.amount, -1),
                ),
            )
        )
    )
    for number in db.session.scalars(query.order_by(PublishedObservation.observation_id)):
        yield f"what is published of observation {number} is not what was written"
    query = (
        select(PublishedObservation.observation_id)
        .join(newest, and_(newest.current, *(getattr(newest, name) == getattr(PublishedObservation, name) for name in key)))
        .where(PublishedObservation.confidentiality == Confidentiality.FREE, newest.confidentiality != Confidentiality.FREE)
    )
    for number in db.session.scalars(query.order_by(PublishedObservation.observation_id)):
        yield f"observation {number} is public though the value is withheld by now"
