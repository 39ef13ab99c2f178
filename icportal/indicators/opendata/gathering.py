"""What is public now, gathered for a release. Nothing but what the public may read is asked for."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from typing import Any

from sqlalchemy import select

from icportal.cities.models import City
from icportal.core.db import db
from icportal.i18n.catalogues import in_language
from icportal.i18n.locales import interface_codes
from icportal.indicators import breakdowns
from icportal.indicators.catalogue import Definition, catalogue
from icportal.indicators.facts import flags
from icportal.indicators.models import Indicator, IndicatorVersion, MigrantDefinition, PublishedObservation
from icportal.indicators.opendata.dataset import (
    TOTAL,
    CityRow,
    Dataset,
    IndicatorText,
    Row,
    VersionText,
    Vocabulary,
    eurostat_country,
    leading,
)
from icportal.indicators.opendata.wording import vocabulary

TEXTS = ("title", "definition", "numerator", "denominator", "usual_source")


def gather(name: str, *, day: date, note: str, address: str) -> Dataset:
    """Everything the release will hold."""
    rows = rows_now()
    return Dataset(
        name=name,
        day=day,
        note=note,
        address=address,
        rows=rows,
        indicators=_indicators({row.indicator for row in rows}),
        cities=_cities({row.city for row in rows}),
        words=_words(),
    )


def rows_now() -> tuple[Row, ...]:
    """Every published value, in the order of cities, the catalogue, breakdowns and periods."""
    shown = PublishedObservation
    query = (
        select(
            City.slug, City.country, City.name, Indicator.code, IndicatorVersion.number, shown.breakdown, shown.period,
            shown.amount, shown.unit, shown.statuses, shown.confidentiality, shown.bound, shown.geography, shown.counting,
            MigrantDefinition.family, shown.missing, shown.source_kind, shown.source, shown.note, shown.period_assumed,
        )
        .join(City, City.id == shown.city_id)
        .join(Indicator, Indicator.id == shown.indicator_id)
        .join(IndicatorVersion, IndicatorVersion.id == shown.version_id)
        .outerjoin(MigrantDefinition, MigrantDefinition.id == shown.definition_id)
        .order_by(City.slug, Indicator.position, Indicator.code, shown.breakdown, shown.period)
    )  # fmt: skip
    return tuple(_row(found) for found in db.session.execute(query))


def _row(found: Any) -> Row:
    parts = breakdowns.parse(found.breakdown)
    return Row(
        city=found.slug,
        country=found.country,
        country_eurostat=eurostat_country(found.country),
        city_name=found.name,
        indicator=found.code,
        indicator_version=found.number,
        breakdown=found.breakdown or TOTAL,
        **{dimension: parts.get(dimension, "") for dimension in breakdowns.DIMENSIONS},
        period=found.period,
        value=found.amount,
        unit=found.unit,
        obs_status=flags(found.statuses),
        status=leading(found.statuses),
        conf_status=found.confidentiality,
        bound=found.bound,
        geography=found.geography,
        counting=found.counting,
        definition_of_migrant=found.family or "",
        missing=found.missing,
        source_kind=found.source_kind,
        source=found.source,
        note=found.note,
        period_assumed=found.period_assumed,
    )


def _cities(slugs: set[str]) -> tuple[CityRow, ...]:
    found = db.session.scalars(select(City).order_by(City.slug))
    return tuple(
        CityRow(city.slug, city.name, city.country, dict(city.names), city.latitude, city.longitude)
        for city in found
        if city.slug in slugs
    )


def _indicators(codes: set[str]) -> tuple[IndicatorText, ...]:
    """All of the catalogue, and what has values although it has left the catalogue."""
    texts = {language: catalogue(language) for language in interface_codes()}
    versions: dict[int, list[IndicatorVersion]] = defaultdict(list)
    for version in db.session.scalars(select(IndicatorVersion).order_by(IndicatorVersion.number)):
        versions[version.indicator_id].append(version)
    found = []
    for indicator in db.session.scalars(select(Indicator).order_by(Indicator.position, Indicator.code)):
        if indicator.code not in texts["en"] and indicator.code not in codes:
            continue
        newest = versions[indicator.id][-1]
        facts = newest.known
        found.append(
            IndicatorText(
                code=indicator.code,
                family=indicator.family,
                version=newest.number,
                unit=facts.unit,
                decimals=facts.decimals,
                counting=facts.counting,
                frames=facts.frames,
                commitments=facts.commitments,
                words=_texts(indicator.code, texts),
                versions=tuple(map(_version, versions[indicator.id])),
            )
        )
    return tuple(found)


def _texts(code: str, texts: dict[str, dict[str, Definition]]) -> dict[str, dict[str, str]]:
    """The words by language; a language the indicator is not written in has none."""
    return {
        language: {name: getattr(definitions[code], name) for name in TEXTS}
        for language, definitions in texts.items()
        if code in definitions and definitions[code].language == language
    }


def _version(version: IndicatorVersion) -> VersionText:
    body = version.body
    return VersionText(
        version.number, version.since.date(), body.get("definition", ""), body.get("numerator", ""), body.get("denominator", "")
    )


def _words() -> dict[str, Vocabulary]:
    found = {}
    for language in interface_codes():
        with in_language(language):
            found[language] = vocabulary()
    return found
