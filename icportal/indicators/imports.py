"""Reading imports: what the pages and the command line show of a file that came in."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, String, case, cast, func, select

from icportal.accounts.directory import names_of
from icportal.cities.models import City
from icportal.cities.queries import names_by_id
from icportal.core.bulk import parts
from icportal.core.db import db
from icportal.core.queue import Job, JobState
from icportal.core.strings import Text, _
from icportal.i18n.catalogues import current_language
from icportal.i18n.formatting import number
from icportal.i18n.locales import reading_language
from icportal.indicators import breakdowns, deliveries, labels
from icportal.indicators.catalogue import Definition, by_id, catalogue
from icportal.indicators.definitions import words as definition_words
from icportal.indicators.entries import Entry, Key
from icportal.indicators.enums import BatchScope, BatchState, Outcome, Unit
from icportal.indicators.exchange.layout import NOT_AVAILABLE
from icportal.indicators.findings import Finding
from icportal.indicators.flow import EDITABLE
from icportal.indicators.models import Delivery, ImportBatch, ImportCell, Observation
from icportal.indicators.services.batches import SUPERSEDED
from icportal.indicators.services.merging import Merge

PAGE = 100
WARNINGS = "warnings"
#: What one can narrow the cells down to, in the order in which they are listed.
ORDER = (Outcome.REFUSED, Outcome.CONFLICT, Outcome.NEW, Outcome.CHANGED, Outcome.UNCHANGED)
MOST_LISTED = 50
#: Problems of the value itself; others speak of the period, a flag, the place in the file.
VALUE_PROBLEMS = frozenset(
    f"cell.{name}"
    for name in (
        "not_number", "too_exact", "too_large", "boolean", "yes_no", "date", "error", "no_value", "percent_unit",
    )
)  # fmt: skip


@dataclass(frozen=True)
class Shown:
    """A value in words, with what is to be known about it."""

    text: str
    caveats: tuple[str, ...] = ()


@dataclass(frozen=True)
class CellRow:
    """A cell of an import as people read it. ``who`` and ``when`` tell of the value that stands in the portal."""

    id: int
    batch_id: int
    sheet: str
    cell: str
    city: str
    code: str
    title: str
    breakdown: str
    period: str
    outcome: str
    label: Text
    shown: str
    before: Shown | None
    after: Shown | None
    expected: str
    problems: tuple[str, ...]
    warnings: tuple[str, ...]
    notes: tuple[str, ...]
    who: str = ""
    when: datetime | None = None


@dataclass(frozen=True)
class CellPage:
    """Some cells of an import, and where the list goes on."""

    rows: list[CellRow]
    total: int
    page: int

    @property
    def last(self) -> int:
        return max(1, -(-self.total // PAGE))


@dataclass(frozen=True)
class ImportRow:
    """An import in a list of imports."""

    batch: ImportBatch
    who: str
    state: Text


@dataclass(frozen=True)
class Progress:
    """How far the reading of a large file is. ``total`` is None as long as nobody knows."""

    done: int
    total: int | None
    running: bool
    failed: bool


def imports_of(delivery: Delivery) -> list[ImportRow]:
    """The files of a delivery, the newest first."""
    query = select(ImportBatch).where(
        ImportBatch.city_id == delivery.city_id, ImportBatch.year == delivery.year, ImportBatch.scope == BatchScope.CITY
    )
    return _listed(query)


def network_imports() -> list[ImportRow]:
    """The network's files, the newest first."""
    return _listed(select(ImportBatch).where(ImportBatch.scope == BatchScope.NETWORK))


def _listed(query: Select[Any]) -> list[ImportRow]:
    batches = list(db.session.scalars(query.order_by(ImportBatch.id.desc()).limit(MOST_LISTED)))
    names = names_of([batch.created_by for batch in batches])
    return [ImportRow(batch, names.get(batch.created_by or 0, "–"), labels.BATCH_STATES[batch.state]) for batch in batches]


def is_begun(city_id: int, year: int) -> bool:
    """Whether the city has a delivery for the year."""
    return deliveries.find(city_id, year) is not None


def progress_of(batch: ImportBatch) -> Progress | None:
    """How far the job of the import is; None when it has none that is not done."""
    job = db.session.get(Job, batch.job_id) if batch.job_id else None
    if job is None or job.state == JobState.DONE:
        return None
    failed = job.state == JobState.FAILED
    return Progress(job.progress_done, job.progress_total, not failed, failed)


def count_of(batch: ImportBatch, *outcomes: str) -> int:
    """How many cells have one of these outcomes."""
    return sum(batch.counts.get(str(outcome), 0) for outcome in outcomes)


# --- cells --------------------------------------------------------------------------------------------------


def cells(batch: ImportBatch, *, show: str = "", page: int = 1) -> CellPage:
    """The cells of an import, those that need somebody first. ``show`` is an outcome or ``warnings``."""
    query = select(ImportCell).where(ImportCell.batch_id == batch.id)
    if show == WARNINGS:
        query = query.where(func.length(cast(ImportCell.warnings, String)) > len("[]"))
    elif show:
        query = query.where(ImportCell.outcome == show)
    total = db.session.scalar(select(func.count()).select_from(query.with_only_columns(ImportCell.id).subquery())) or 0
    page = min(max(page, 1), max(1, -(-total // PAGE)))
    place = case({str(outcome): place for place, outcome in enumerate(ORDER)}, value=ImportCell.outcome, else_=len(ORDER))
    found = db.session.scalars(query.order_by(place, ImportCell.id).limit(PAGE).offset((page - 1) * PAGE))
    return CellPage(in_words(list(found)), total, page)


def conflicts(batch: ImportBatch) -> list[CellRow]:
    """All cells somebody has to choose about."""
    query = select(ImportCell).where(ImportCell.batch_id == batch.id, ImportCell.outcome == Outcome.CONFLICT)
    return in_words(list(db.session.scalars(query.order_by(ImportCell.id))))


def in_words(found: Sequence[ImportCell]) -> list[CellRow]:
    """These cells as people read them: four queries, whatever their number."""
    definitions = by_id(catalogue(reading_language(current_language().code).code))
    previous = _observations({cell.previous_id for cell in found})
    names = names_of([value.author_id for value in previous.values()])
    cities = names_by_id({cell.city_id for cell in found}, current_language().code)
    entries = {cell.id: Entry.of(cell.entry) for cell in found if cell.entry}
    defined = definition_words(
        {entry.definition_id for entry in entries.values()} | {value.definition_id for value in previous.values()}
    )
    rows = []
    for cell in found:
        definition = definitions.get(cell.indicator_id or 0)
        old = previous.get(cell.previous_id or 0)
        after = entries.get(cell.id)
        rows.append(
            CellRow(
                id=cell.id,
                batch_id=cell.batch_id,
                sheet=cell.sheet,
                cell=cell.cell,
                city=cities.get(cell.city_id or 0, ""),
                code=definition.code if definition else "",
                title=definition.title if definition else "",
                breakdown=labels.breakdown(cell.breakdown) if definition and _is_known(cell.breakdown) else cell.breakdown,
                period=cell.period,
                outcome=cell.outcome,
                label=labels.OUTCOMES[cell.outcome],
                shown=cell.shown,
                before=in_short(old.entry, defined) if old and not old.entry.is_removed else None,
                after=in_short(after, defined) if after else None,
                expected=expected(definition, cell.breakdown) if definition and _asks_for_value(cell.problems) else "",
                problems=_sentences(cell.problems),
                warnings=_sentences(cell.warnings),
                notes=_sentences(cell.notes),
                who=names.get(old.author_id or 0, "–") if old else "",
                when=old.created_at if old else None,
            )
        )
    return rows


def _is_known(breakdown: str) -> bool:
    try:
        breakdowns.parse(breakdown)
    except ValueError:
        return False
    return True


def _sentences(stored: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    return tuple(str(Finding.of(each)) for each in stored)


def sentences_of(batch: ImportBatch) -> tuple[str, ...]:
    """What is to be said about the whole file."""
    return _sentences(batch.problems)


def _observations(ids: Collection[int | None]) -> dict[int, Observation]:
    wanted = sorted(each for each in ids if each is not None)
    found: dict[int, Observation] = {}
    for part in parts(wanted):
        query = select(Observation).where(Observation.id.in_(part))
        found |= {value.id: value for value in db.session.scalars(query)}
    return found


def in_short(entry: Entry, defined: Mapping[int, str]) -> Shown:
    """A value in words with its caveats."""
    if entry.is_removed:
        return Shown(str(labels.MISSING[entry.missing]))
    return Shown(deliveries.value_words(entry), tuple(deliveries.caveat_words(entry, defined)))


def _asks_for_value(problems: Sequence[Mapping[str, Any]]) -> bool:
    """Whether what is wrong is the value itself: beside a wrong period or flag, what a value looks like would mislead."""
    return any(problem["code"] in VALUE_PROBLEMS for problem in problems)


def expected(definition: Definition, breakdown: str) -> str:
    """What belongs into the cell: a number of which size and unit, or the sign for no number."""
    facts, unit = definition.facts, definition.unit_of(breakdown)
    words = str(labels.UNITS[unit])
    if unit == Unit.YES_NO:
        return _("1 for yes, 0 for no, or “%(sign)s” where there is no answer", sign=NOT_AVAILABLE)
    if unit == facts.unit and facts.low is not None and facts.high is not None:
        return _(
            "a number in %(unit)s, usually from %(low)s to %(high)s, or “%(sign)s” where there is none",
            unit=words, low=number(float(facts.low)), high=number(float(facts.high)), sign=NOT_AVAILABLE,
        )  # fmt: skip
    return _("a number in %(unit)s, or “%(sign)s” where there is none", unit=words, sign=NOT_AVAILABLE)


# --- the command line ---------------------------------------------------------------------------------------


def stored_cells(batch: ImportBatch) -> list[ImportCell]:
    """All cells of an import, in the order of the file."""
    return list(db.session.scalars(select(ImportCell).where(ImportCell.batch_id == batch.id).order_by(ImportCell.id)))


def verdict_lines(found: Sequence[ImportCell]) -> list[str]:
    """A line for each cell about which there is something to say."""
    lines = []
    for row in in_words(found):
        said = (*row.problems, *row.warnings, *row.notes)
        if said or row.outcome in {Outcome.REFUSED, Outcome.CONFLICT}:
            about = ", ".join(filter(None, (row.code, row.breakdown, row.period)))
            lines.append(f"{row.sheet} {row.cell}  {row.outcome:<9}  {about}: {row.shown}  {' '.join(said)}".rstrip())
    return lines


def counted(counts: Mapping[str, int]) -> str:
    """The numbers of a check in one line."""
    return ", ".join(f"{name} {counts.get(name, 0)}" for name in (*map(str, ORDER), WARNINGS))


# --- beside the cells ---------------------------------------------------------------------------------------


def city_of(batch: ImportBatch) -> City | None:
    """The city of an import; None for a network's."""
    return db.session.get(City, batch.city_id) if batch.city_id else None


def waiting_beside(batch: ImportBatch) -> int:
    """How many other files of the same city and year wait for a decision."""
    if batch.city_id is None or batch.state != BatchState.CHECKED:
        return 0
    query = select(func.count(ImportBatch.id)).where(
        ImportBatch.city_id == batch.city_id,
        ImportBatch.year == batch.year,
        ImportBatch.scope == BatchScope.CITY,
        ImportBatch.state == BatchState.CHECKED,
        ImportBatch.id != batch.id,
    )
    return db.session.scalar(query) or 0


def is_in_review(batch: ImportBatch) -> bool:
    """Whether the delivery it belongs to is with the coordinators, so that nothing can be changed in it."""
    delivery = deliveries.find(batch.city_id, batch.year) if batch.city_id and batch.year else None
    return delivery is not None and delivery.state not in EDITABLE


def superseded_by(batch: ImportBatch) -> int | None:
    """The number of the newer file that took its place."""
    found = batch.result.get(SUPERSEDED)
    return found if isinstance(found, int) else None


@dataclass(frozen=True)
class KeptRow:
    """A value that undoing left as it is, because somebody has changed it since."""

    title: str
    breakdown: str
    period: str
    who: str
    when: datetime | None


def kept_of(batch: ImportBatch) -> list[KeptRow]:
    """What undoing the import left alone."""
    kept = (batch.result.get("undo") or {}).get("kept") or []
    if not isinstance(kept, list) or not kept:
        return []
    definitions = by_id(catalogue(reading_language(current_language().code).code))
    names = names_of([each["by"] for each in kept])
    return [
        KeptRow(
            definitions[each["indicator_id"]].title if each["indicator_id"] in definitions else "",
            labels.breakdown(each["breakdown"]),
            each["period"],
            names.get(each["by"], "–"),
            datetime.fromisoformat(each["at"]),
        )
        for each in kept
    ]


def merge_rows(merged: Merge) -> list[CellRow]:
    """Every cell of a merge as people read it."""
    cells_shown = [planned.incoming.cell_id for value in merged.values for planned in value.offers]
    cells_shown += [planned.incoming.cell_id for planned in merged.refused]
    wanted = [each for each in cells_shown if each is not None]
    found: list[ImportCell] = []
    for part in parts(wanted):
        query = select(ImportCell).where(ImportCell.id.in_(part))
        found += db.session.scalars(query.order_by(ImportCell.id))
    standing = {value.key: value.previous.id if value.previous else None for value in merged.values}
    for cell in found:
        key = Key(cell.city_id or 0, cell.indicator_id or 0, cell.breakdown, cell.period)
        db.session.expunge(cell)
        cell.previous_id = standing.get(key, cell.previous_id)
    return in_words(found)
