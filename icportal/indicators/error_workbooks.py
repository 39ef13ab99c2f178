"""The error workbook: our own workbook with everything as the person filled it in, and beside each refused cell why."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from decimal import Decimal

from sqlalchemy import select

from icportal.cities.models import City
from icportal.core.db import db
from icportal.core.errors import DomainError, NotFound
from icportal.core.strings import _
from icportal.i18n.locales import LANGUAGES, reading_language
from icportal.indicators import imports
from icportal.indicators.catalogue import catalogue
from icportal.indicators.enums import Outcome
from icportal.indicators.exchange.layout import ReadRow, Unreadable, row_key
from icportal.indicators.exchange.writing import Issue, write_workbook
from icportal.indicators.findings import Finding
from icportal.indicators.models import Department, ImportBatch, ImportCell
from icportal.indicators.services import opening
from icportal.indicators.workbooks import file_name, spec_for

VALUE = "value"
#: Columns that are put back as they were typed.
TYPED = ("value", "period", "status", "conf", "bound", "geography", "definition", "source_kind", "source", "note")


def error_workbook(batch: ImportBatch, *, language: str) -> tuple[bytes, str]:
    """(the workbook, its name), in the language of the workbook that came in, else in ``language``.

    Raises:
        NotFound: the import is of many cities.
        DomainError: the file cannot be read any more.
    """
    city = db.session.get(City, batch.city_id) if batch.city_id else None
    if city is None or batch.year is None:
        raise NotFound(_("There is no such page, or it is not open to you."))
    try:
        read = opening.read(opening.content(batch), city=city, year=batch.year, reads_as=batch.reads_as)
    except Unreadable as error:
        raise DomainError(str(error.finding)) from None
    written_in = read.identity.language if read.identity and read.identity.language in LANGUAGES else language
    department = db.session.get(Department, batch.department_id) if batch.department_id else None
    spec = spec_for(city, batch.year, written_in, department)
    rows = {(row.sheet, row.cell): row for row in read.rows}
    values = {row_key(row.code, row.breakdown): _typed(row) for row in read.rows if row.cells or row.entry or row.problems}
    data = write_workbook(spec, issues=_issues(batch, rows, language), values=values)
    return data, file_name(spec)


def _typed(row: ReadRow) -> dict[str, str | Decimal | float | None]:
    """What stood in the row: numbers that were understood as numbers, the rest as the text it was."""
    found: dict[str, str | Decimal | float | None] = {
        column: text for column, (_cell, text) in row.cells.items() if column in TYPED and text
    }
    if VALUE not in found and row.shown:
        found[VALUE] = row.shown
    if row.entry is not None and row.entry.amount is not None and not row.problems and _is_bare(row.shown):
        found[VALUE] = row.entry.amount
    if row.seen is not None:
        found["seen"] = row.seen
    return found


def _is_bare(shown: str) -> bool:
    """Whether the cell showed a number and nothing else, so that a number may take its place."""
    return bool(shown) and all(sign.isdigit() or sign in "-+., \u00a0\u202f'’" for sign in shown)


def _issues(batch: ImportBatch, rows: Mapping[tuple[str, str], ReadRow], language: str) -> dict[str, list[Issue]]:
    definitions = {each.indicator_id: each for each in catalogue(reading_language(language).code).values()}
    query = select(ImportCell).where(ImportCell.batch_id == batch.id, ImportCell.outcome == Outcome.REFUSED)
    found: dict[str, list[Issue]] = defaultdict(list)
    for cell in db.session.scalars(query.order_by(ImportCell.id)):
        row = rows.get((cell.sheet, cell.cell))
        if row is None:
            continue
        definition = definitions.get(cell.indicator_id or 0)
        for problem in map(Finding.of, cell.problems):
            column, shown = _place(row, problem)
            mend = imports.expected(definition, cell.breakdown) if definition and column == VALUE else ""
            found[row_key(row.code, row.breakdown)].append(Issue(column, problem, mend, shown))
    return dict(found)


def _place(row: ReadRow, problem: Finding) -> tuple[str, str]:
    """(column, value as seen) the problem speaks of: the one whose cell or content it names, else the value."""
    for column, (place, text) in row.cells.items():
        if place == problem.params.get("cell") or (column != VALUE and text and text == problem.params.get("seen")):
            return column, text
    return VALUE, row.shown
