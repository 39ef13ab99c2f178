"""From the bytes of a file to rows that are understood: the gate, and the reader in its child process."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import func, select

from icportal.cities.models import City
from icportal.cities.queries import names
from icportal.core import files
from icportal.core.db import db
from icportal.i18n.catalogues import current_language
from icportal.indicators.catalogue import Definition, catalogue
from icportal.indicators.exchange.gate import gate
from icportal.indicators.exchange.layout import ReadWorkbook
from icportal.indicators.exchange.reading import ReadingContext, read_workbook
from icportal.indicators.exchange.vocabulary import spoken
from icportal.indicators.labels import DEFINITION_FAMILIES
from icportal.indicators.models import ImportBatch, IndicatorVersion, MigrantDefinition
from icportal.indicators.workbooks import catalogue_digest


def pass_gate(data: bytes, *, network: bool = False) -> None:
    """Look at the bytes before any parser does.

    Raises:
        Unreadable: it is no workbook, or could do harm.
    """
    gate(data, network=network)


def content(batch: ImportBatch) -> bytes:
    """The file as it came in."""
    return files.open_file(batch.file).getvalue()


def read(data: bytes, *, city: City, year: int, reads_as: str) -> ReadWorkbook:
    """The rows of a workbook of this city and year.

    Raises:
        Unreadable: it is of another city, year or layout, or asks for too much.
    """
    asked = catalogue("en", asked_only=True)
    context = ReadingContext(
        definitions=asked,
        city_slug=city.slug,
        year=year,
        reads_as=reads_as,
        definitions_of_migrant=_definitions_of_migrant(city.id),
        catalogue=catalogue_digest(asked),
        city_names=names(current_language().code),
        defined=_defined(asked),
    )
    return read_workbook(data, context)


def read_network(data: bytes, *, reads_as: str) -> ReadWorkbook:
    """The rows of a workbook the portal made for several cities.

    Raises:
        Unreadable: it is of one city only, of another layout, or asks for too much.
    """
    asked = catalogue("en", asked_only=True)
    context = ReadingContext(
        definitions=asked,
        city_slug="",
        year=0,
        reads_as=reads_as,
        definitions_of_migrant={str(number): number for number in db.session.scalars(select(MigrantDefinition.id))},
        catalogue=catalogue_digest(asked),
        network=True,
        city_names=names(current_language().code),
        defined=_defined(asked),
    )
    return read_workbook(data, context)


def _defined(asked: Mapping[str, Definition]) -> dict[str, int]:
    """For each code the number of the version that began its present series."""
    query = select(IndicatorVersion.indicator_id, func.max(IndicatorVersion.number)).where(~IndicatorVersion.continues)
    numbers = dict(db.session.execute(query.group_by(IndicatorVersion.indicator_id)).all())
    return {code: numbers.get(each.indicator_id, 1) for code, each in asked.items()}


def _definitions_of_migrant(city_id: int) -> dict[str, int]:
    """What may stand in the column of the definition: its number, or its words in any language where they are clear."""
    query = select(MigrantDefinition).where(MigrantDefinition.city_id == city_id).order_by(MigrantDefinition.id)
    known = list(db.session.scalars(query))
    found = {str(each.id): each.id for each in known}
    families = [each.family for each in known]
    clear = {each.family: each.id for each in known if families.count(each.family) == 1}
    return found | {words: clear[family] for words, family in spoken(DEFINITION_FAMILIES).items() if family in clear}
