"""What stands in a workbook: the rows a city or a network is asked for, with what is known already."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import BigInteger, Double, cast, func, select, type_coerce

from icportal.cities.models import City
from icportal.core.canonical import sha256
from icportal.core.clock import today
from icportal.core.db import db
from icportal.core.errors import DomainError, NotFound
from icportal.core.strings import _, _p
from icportal.core.text import slugify
from icportal.i18n.catalogues import in_language
from icportal.i18n.formatting import sorted_by_name
from icportal.i18n.locales import LANGUAGES, reading_language
from icportal.indicators import definitions, labels
from icportal.indicators.catalogue import Definition, catalogue
from icportal.indicators.entries import SCALE
from icportal.indicators.enums import Missing
from icportal.indicators.exchange.layout import DASH, FIRST_ROW, MOST_ROWS, Identity, row_key
from icportal.indicators.exchange.writing import Previous, SheetRow, WorkbookSpec
from icportal.indicators.models import Department, Indicator, MigrantDefinition, Observation, PublishedObservation

EARLIEST = 1990
PUBLISHED_COLUMNS = (
    "city", "indicator", "breakdown", "period", "value", "missing", "unit", "status", "conf", "bound", "geography", "counting",
    "definition", "source_kind", "source", "note", "period_assumed",
)  # fmt: skip
#: (city, indicator, breakdown): the place a value has in a workbook.
Spot = tuple[int, int, str]


def catalogue_digest(definitions: Mapping[str, Definition]) -> str:
    """Which edition of the catalogue a workbook was made with: changes when an indicator or its meaning does."""
    return sha256(sorted([each.code, each.number] for each in definitions.values() if each.asked))[:12]


def spec_for(city: City, year: int, language: str, department: Department | None = None) -> WorkbookSpec:
    """The workbook of a city and a year, in a language; of one department, with its indicators only.

    Raises:
        NotFound: there can be no workbook of that year or in that language.
    """
    codes = None if department is None else set(department.codes)
    return _spec([city], year, language, codes=codes, department=department)


def network_spec(
    cities: Sequence[City], year: int, language: str, *, families: Collection[str] = (), codes: Collection[str] = ()
) -> WorkbookSpec:
    """One workbook of several cities; of some families or indicators where any are named. Confidential values are not
    in it, neither this year's nor earlier ones.

    Raises:
        NotFound: there can be no workbook of that year or in that language.
        DomainError: no city or indicator is left, or one sheet cannot hold so many rows.
    """
    return _spec(cities, year, language, families=families, codes=set(codes) or None, network=True)


def _spec(
    cities: Sequence[City],
    year: int,
    language: str,
    *,
    families: Collection[str] = (),
    codes: set[str] | None = None,
    department: Department | None = None,
    network: bool = False,
) -> WorkbookSpec:
    if language not in LANGUAGES or not EARLIEST <= year <= today().year + 1:
        raise NotFound(_("There is no such workbook."))
    known = catalogue(reading_language(language).code, asked_only=True)
    asked = [
        each for each in known.values() if (codes is None or each.code in codes) and (not families or each.family in families)
    ]
    if network:
        _refuse_what_is_no_workbook(cities, asked)
    ids = [city.id for city in cities]
    current, previous = _current(ids, year), _previous(ids, year)
    with in_language(language) as spoken:
        ordered = sorted_by_name(cities, lambda city: city.name_in(language)) if network else cities
        rows = [
            _row(city, each, breakdown, language, current=current, previous=previous, year=year, network=network)
            for city in ordered
            for each in asked
            for breakdown in each.rows
        ]
        return WorkbookSpec(
            identity=Identity(
                city="" if network else cities[0].slug,
                year=year,
                language=language,
                catalogue=catalogue_digest(known),
                department=department.id if department else 0,
            ),
            language=language,
            direction=spoken.direction,
            city=_("All cities chosen") if network else cities[0].name_in(language),
            rows=rows,
            lists=_lists(ordered, year, language, network=network),
            department=department.name if department else "",
            definitions=[(each.code, each.title, unit_words(each.facts.unit), each.definition) for each in asked],
            versions={each.code: each.number for each in asked},
        )


def _refuse_what_is_no_workbook(cities: Sequence[City], asked: Sequence[Definition]) -> None:
    if not cities:
        raise DomainError(_("Choose at least one city."), field="cities")
    if not asked:
        raise DomainError(_("No indicator of the catalogue is left: choose other families or codes."), field="codes")
    most, count = MOST_ROWS - FIRST_ROW, len(cities) * sum(len(each.rows) for each in asked)
    if count > most:
        sentence = _(
            "That would be %(count)s rows; a workbook holds %(most)s. Choose fewer cities or families.", count=count, most=most
        )
        raise DomainError(sentence, field="cities")


def unit_words(unit: str) -> str:
    """A unit as the unit column shows it: % (per cent)."""
    sign, words = labels.SIGNS.get(unit, ""), str(labels.UNITS[unit])
    return f"{sign} ({words})" if sign else words


def _row(
    city: City,
    definition: Definition,
    breakdown: str,
    language: str,
    *,
    current: Mapping[Spot, Observation],
    previous: Mapping[Spot, Observation],
    year: int,
    network: bool,
) -> SheetRow:
    spot = (city.id, definition.indicator_id, breakdown)
    here, unit = current.get(spot), definition.unit_of(breakdown)
    entry = here.entry if here else None
    before = _before(previous.get(spot), unit, network=network)
    if entry is not None and network and not entry.is_free:
        entry, before = None, Previous(words=_p("value", "withheld"), about=str(year))
    if entry is not None and entry.unit != unit:
        # A number in another unit than the row asks for would be read as one in its unit.
        entry = None
    return SheetRow(
        key=row_key(definition.code, breakdown, city.slug if network else ""),
        seen=here.number if here else 0,
        city=city.name_in(language),
        code=definition.code,
        family=definition.family,
        title=definition.title,
        breakdown=labels.breakdown(breakdown),
        unit=unit_words(unit),
        previous=before,
        current=entry,
        period=here.period if here and entry and not entry.is_removed else str(year),
    )


def _before(value: Observation | None, unit: str, *, network: bool) -> Previous | None:
    """The last value as the grey column shows it, with its period, letters, and its unit where that is another."""
    if value is None:
        return None
    if network and not value.entry.is_free:
        return Previous(words=_p("value", "withheld"), about=value.period)
    if value.amount is None:
        return Previous(words=str(labels.MISSING.get(value.missing, labels.MISSING[Missing.NOT_AVAILABLE])), about=value.period)
    other = "" if value.unit == unit else str(labels.UNITS[value.unit])
    return Previous(amount=value.amount, about=", ".join(filter(None, (value.period, *value.statuses, other))))


def _current(city_ids: Collection[int], year: int) -> dict[Spot, Observation]:
    """This year's values; of several periods the whole year, else the latest."""
    query = select(Observation).where(Observation.city_id.in_(city_ids), Observation.year == year, Observation.current)
    found: dict[Spot, Observation] = {}
    for value in sorted(db.session.scalars(query), key=lambda each: (each.period == str(year), each.period)):
        found[value.city_id, value.indicator_id, value.breakdown] = value
    return found


def _previous(city_ids: Collection[int], year: int) -> dict[Spot, Observation]:
    """The newest value of an earlier year for each place, in one query."""
    place = (Observation.city_id, Observation.indicator_id, Observation.breakdown)
    order = (Observation.year.desc(), func.length(Observation.period), Observation.period.desc())
    numbered = (
        select(Observation.id, func.row_number().over(partition_by=place, order_by=order).label("place"))
        .where(
            Observation.city_id.in_(city_ids),
            Observation.year < year,
            Observation.current,
            Observation.missing != Missing.REMOVED,
        )
        .subquery()
    )
    query = select(Observation).join(numbered, numbered.c.id == Observation.id).where(numbered.c.place == 1)
    return {(value.city_id, value.indicator_id, value.breakdown): value for value in db.session.scalars(query)}


def _lists(cities: Sequence[City], year: int, language: str, *, network: bool) -> dict[str, list[str]]:
    named: dict[str, Mapping[str, Any]] = {
        "status": labels.STATUSES,
        "conf": labels.CONFIDENTIALITY,
        "bound": labels.BOUNDS,
        "geography": labels.GEOGRAPHIES,
        "source_kind": labels.SOURCE_KINDS,
    }
    found = {column: [f"{code}{DASH}{label}" for code, label in names.items()] for column, names in named.items()}
    found["period"] = [str(year), f"{year}/{year + 1}", *(f"{year}-{month:02}" for month in range(1, 13))]
    stated = definitions.of_cities([city.id for city in cities])
    found["definition"] = [
        f"{each.id}{DASH}{f'{city.name_in(language)}: ' if network else ''}{definitions.label(each)}"
        for city in cities
        for each in reversed(stated.get(city.id, []))
    ]
    return found


def department_named(city: City, name: str) -> Department:
    """A city's department.

    Raises:
        NotFound: it has none of that name.
    """
    found = db.session.scalar(select(Department).where(Department.city_id == city.id, Department.name == name))
    if found is None:
        raise NotFound(_("The city has no such department."))
    return found


def department_of(city: City, number: int) -> Department:
    """A city's department by its number.

    Raises:
        NotFound: it is none of this city's.
    """
    found = db.session.get(Department, number)
    if found is None or found.city_id != city.id:
        raise NotFound(_("The city has no such department."))
    return found


def departments_of(city: City) -> list[Department]:
    """The city's departments by name."""
    return sorted_by_name(db.session.scalars(select(Department).where(Department.city_id == city.id)), lambda each: each.name)


def file_name(spec: WorkbookSpec) -> str:
    """What the workbook is called when it is saved: plain letters only."""
    identity = spec.identity
    parts = (
        "icportal",
        identity.city or "network",
        str(identity.year),
        spec.department and slugify(spec.department),
        identity.language,
    )
    return "-".join(filter(None, parts)) + ".xlsx"


def published_rows() -> Iterable[Sequence[Any]]:
    """Every published value under ``PUBLISHED_COLUMNS``; those that are withheld have no number.

    The database puts the rows together whole: touching each of a hundred thousand here would take as long as writing them.
    """
    P = PublishedObservation  # noqa: N806  an alias of the class
    number = cast(type_coerce(P.amount, BigInteger), Double) / SCALE
    family = func.coalesce(MigrantDefinition.family, "")
    query = (
        select(
            City.slug, Indicator.code, P.breakdown, P.period, number, P.missing, P.unit, P.statuses, P.confidentiality, P.bound,
            P.geography, P.counting, family, P.source_kind, P.source, P.note, P.period_assumed,
        )
        .join(City, City.id == P.city_id)
        .join(Indicator, Indicator.id == P.indicator_id)
        .outerjoin(MigrantDefinition, MigrantDefinition.id == P.definition_id)
        .order_by(P.indicator_id, P.breakdown, P.year, P.city_id, P.period)
    )  # fmt: skip
    return db.session.connection().execute(query, execution_options={"yield_per": 5000})
