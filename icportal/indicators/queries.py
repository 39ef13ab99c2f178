"""Reading what is published of indicators. Nothing here looks at values that are still worked on.

Every query walks the index (indicator, breakdown, year, city) over a bounded stretch, so that a figure costs the
same over a million values as over ten thousand; lists of years and breakdowns are found by leaps from one entry
to the next instead of going through all of them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, case, func, literal, select

from icportal.content.models import Shelf
from icportal.core.db import db
from icportal.i18n.locales import DEFAULT
from icportal.indicators.catalogue import Definition
from icportal.indicators.comparability import NEAREST, Value
from icportal.indicators.enums import Confidentiality, DefinitionFamily
from icportal.indicators.models import Indicator, IndicatorVersion, MigrantDefinition, PublishedObservation
from icportal.indicators.versions import continues

#: Lines show at most so many years, the newest ones.
MOST_YEARS = 40

P = PublishedObservation
COLUMNS = (
    P.city_id, P.indicator_id, P.version_id, P.breakdown, P.period, P.year, P.amount, P.missing, P.unit, P.statuses,
    P.confidentiality, P.bound, P.geography, P.counting, P.source_kind, P.source, P.note, P.period_assumed,
    MigrantDefinition.family,
)  # fmt: skip


def series_of(indicator_ids: Collection[int]) -> dict[int, tuple[int, int]]:
    """Version id → (its number, its series; see ``versions.continues``). Of one indicator a later series is greater."""
    version = IndicatorVersion
    query = select(version.id, version.indicator_id, version.number, version.continues)
    rows = db.session.execute(query.where(version.indicator_id.in_(indicator_ids))).all()
    series = continues(rows)
    return {row.id: (row.number, series[row.id]) for row in rows}


def for_year(
    definition: Definition, substitutes: Sequence[int], breakdown: str, year: int, *, cities: Collection[int] = ()
) -> list[Value]:
    """What a figure of one year may show, by city and then by preference: the year's own values, then the nearest of the
    years around, then those of the indicators that may stand in. The latter two are read for cities only that have no
    number of the year.
    """
    asked = _where(select_values(), [definition.indicator_id], breakdown, cities)
    rows = list(db.session.execute(asked.where(P.year == year)))
    have = {row.city_id for row in rows if row.amount is not None}
    around = P.year.between(year - NEAREST, year + NEAREST), P.amount.is_not(None)
    rows += db.session.execute(_without(asked, have).where(*around, P.year != year))
    if substitutes:
        rows += db.session.execute(_without(_where(select_values(), substitutes, breakdown, cities), have).where(*around))
    order = {indicator_id: place for place, indicator_id in enumerate([definition.indicator_id, *substitutes])}
    return _values(sorted(rows, key=lambda row: (row.city_id, _preference(row, year, order))))


def over_time(indicator_id: int, breakdown: str, years: Sequence[int], cities: Collection[int]) -> list[Value]:
    """Every value of these cities in these years, by city and period."""
    if not years or not cities:
        return []
    query = _where(select_values(), [indicator_id], breakdown, cities).where(P.year.in_(years))
    return _values(sorted(db.session.execute(query), key=lambda row: (row.city_id, row.year, row.period)))


def longest_series(indicator_id: int, breakdown: str, years: Sequence[int]) -> list[int]:
    """The cities with a number in most of these years, at most forty; for figures few cities have values for."""
    here = P.indicator_id == indicator_id, P.breakdown == breakdown, P.year.in_(years), P.amount.is_not(None)
    query = select(P.city_id).where(*here).group_by(P.city_id).order_by(func.count(P.year).desc(), P.city_id)
    return list(db.session.scalars(query.limit(40)))


def years_of(indicator_ids: Sequence[int], breakdown: str) -> list[int]:
    """The years any city has a value for, newest first: one leap in the index for each."""
    found: set[int] = set()
    for indicator_id in indicator_ids:
        here = P.indicator_id == indicator_id, P.breakdown == breakdown
        start = select(func.max(P.year).label("year")).where(*here).cte("leap", recursive=True)
        earlier = select(func.max(P.year)).where(*here, P.year < start.c.year).scalar_subquery()
        leap = start.union_all(select(earlier).where(start.c.year.is_not(None)))
        found |= {year for year in db.session.scalars(select(leap.c.year).limit(MOST_YEARS)) if year is not None}
    return sorted(found, reverse=True)[:MOST_YEARS]


def cities_by_year(indicator_ids: Sequence[int], breakdown: str, years: Sequence[int], unit: str) -> dict[int, set[int]]:
    """The cities that have a number in this unit in each of these years, and in those around them a figure looks at."""
    within = P.year.between(min(years) - NEAREST, max(years) + NEAREST)
    query = select(P.year, P.city_id).where(P.indicator_id.in_(indicator_ids), P.breakdown == breakdown, within)
    found: dict[int, set[int]] = {}
    for year, city_id in db.session.execute(query.where(P.amount.is_not(None), P.unit == unit)):
        found.setdefault(year, set()).add(city_id)
    return found


def breakdowns_of(indicator_id: int) -> set[str]:
    """The breakdowns any value is of: one leap in the index for each."""
    here = P.indicator_id == indicator_id
    start = select(func.min(P.breakdown).label("key")).where(here).cte("leap", recursive=True)
    later = select(func.min(P.breakdown)).where(here, P.breakdown > start.c.key).scalar_subquery()
    leap = start.union_all(select(later).where(start.c.key.is_not(None)))
    return {key for key in db.session.scalars(select(leap.c.key).limit(200)) if key is not None}


def published_codes(codes: Collection[str]) -> set[str]:
    """Those of these codes that name an indicator of the published catalogue."""
    if not codes:
        return set()
    shelved = select(Indicator.code).join(Shelf, Shelf.item_id == Indicator.item_id).where(Shelf.language == DEFAULT)
    return set(db.session.scalars(shelved.where(Indicator.code.in_(codes))))


@dataclass(frozen=True, slots=True)
class Coverage:
    """The newest year with a number, and how many cities have one in it or the three years before."""

    latest: int | None = None
    cities: int = 0


def coverage(definitions: Iterable[Definition]) -> dict[int, Coverage]:
    """By indicator, of the first breakdown it is asked in."""
    main = {definition.indicator_id: main_breakdown(definition) for definition in definitions}
    newest = _newest(main).subquery()
    here = P.indicator_id == newest.c.indicator_id, P.breakdown == newest.c.breakdown, P.amount.is_not(None)
    within = P.year.between(newest.c.latest - NEAREST, newest.c.latest)
    counted = select(func.count(P.city_id.distinct())).where(*here, within).scalar_subquery()
    query = select(newest.c.indicator_id, newest.c.latest, counted).where(newest.c.latest.is_not(None))
    return {indicator_id: Coverage(latest, cities) for indicator_id, latest, cities in db.session.execute(query)}


def main_breakdown(definition: Definition) -> str:
    """What an indicator is shown by when nobody asks for another breakdown: the whole, where it is asked for."""
    return definition.rows[0] if definition.rows else ""


def newest_of_city(definitions: Iterable[Definition], city_id: int, peers: Collection[int]) -> list[Value]:
    """The newest number a city has for each indicator, and its peers' values of the same year."""
    main = {definition.indicator_id: main_breakdown(definition) for definition in definitions}
    newest = _newest(main, city_id).subquery()
    same = (P.indicator_id == newest.c.indicator_id) & (P.breakdown == newest.c.breakdown) & (P.year == newest.c.latest)
    query = select_values().join(newest, same).where((P.city_id + 0).in_([city_id, *peers]), newest.c.latest.is_not(None))
    return _values(sorted(db.session.execute(query), key=lambda row: (row.indicator_id, row.city_id, row.period)))


def select_values() -> Select[Any]:
    columns: tuple[Any, ...] = COLUMNS
    return select(*columns).outerjoin(MigrantDefinition, MigrantDefinition.id == P.definition_id)


def _newest(main: Mapping[int, str], city_id: int | None = None) -> Select[Any]:
    """(indicator, breakdown, newest year with a number), of one city or of any."""
    other = {indicator_id: key for indicator_id, key in main.items() if key}
    breakdown = case(other, value=Indicator.id, else_="") if other else literal("")
    # Going down the index to the first that fits is shorter than the greatest of all.
    query = select(P.year).where(P.indicator_id == Indicator.id, P.breakdown == breakdown, P.amount.is_not(None))
    if city_id is not None:
        # The sum keeps the database from walking all of the city's values instead of this indicator's few.
        query = query.where(P.city_id + 0 == city_id)
    latest = query.order_by(P.year.desc()).limit(1).scalar_subquery().correlate(Indicator)
    return select(Indicator.id.label("indicator_id"), breakdown.label("breakdown"), latest.label("latest")).where(
        Indicator.id.in_(main)
    )


def _where(query: Select[Any], indicators: Sequence[int], breakdown: str, cities: Collection[int]) -> Select[Any]:
    query = query.where(P.indicator_id.in_(indicators), P.breakdown == breakdown)
    return query.where(P.city_id.in_(cities)) if cities else query


def _without(query: Select[Any], cities: Collection[int]) -> Select[Any]:
    return query.where(P.city_id.not_in(cities)) if cities else query


def _preference(row: Any, year: int, order: Mapping[int, int]) -> tuple[Any, ...]:
    """Numbers first, then the indicator asked for, the nearest year (the later of two), a whole year before its months."""
    latest_first = tuple(-ord(sign) for sign in row.period)
    return row.amount is None, order[row.indicator_id], abs(row.year - year), -row.year, len(row.period), latest_first


def _values(rows: Sequence[Any]) -> list[Value]:
    versions = series_of({row.indicator_id for row in rows}) if rows else {}
    return [
        Value(
            city_id=row.city_id,
            indicator_id=row.indicator_id,
            breakdown=row.breakdown,
            period=row.period,
            year=row.year,
            amount=row.amount,
            missing=row.missing,
            unit=row.unit,
            statuses=row.statuses,
            withheld=row.confidentiality != Confidentiality.FREE,
            bound=row.bound,
            geography=row.geography,
            counting=row.counting,
            definition=row.family or DefinitionFamily.NOT_STATED,
            series=versions[row.version_id][1],
            source_kind=row.source_kind,
            source=row.source,
            note=row.note,
            period_assumed=row.period_assumed,
            version=versions[row.version_id][0],
        )
        for row in rows
    ]
