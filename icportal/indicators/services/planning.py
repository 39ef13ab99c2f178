"""What accepting the cells of a file would do. Preview, acceptance and merge ask here, and nothing is written."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from sqlalchemy import func, select, tuple_

from icportal.cities.models import City
from icportal.core.bulk import parts
from icportal.core.canonical import sha256
from icportal.core.db import db
from icportal.core.strings import _l
from icportal.indicators import checks, findings
from icportal.indicators.catalogue import Definition, by_id, catalogue
from icportal.indicators.entries import Entry, Key, same
from icportal.indicators.enums import Confidentiality, Geography, How, Outcome
from icportal.indicators.exchange.layout import ReadRow
from icportal.indicators.findings import Finding
from icportal.indicators.models import ImportBatch, ImportCell, IndicatorVersion, Observation, PublishedObservation
from icportal.indicators.services.recording import Change, current_values, earlier_values

findings.register(
    {
        "plan.unknown": _l("The catalogue does not ask for this value. Take a new workbook from the portal."),
        "plan.other_year": _l(
            "The period %(period)s does not begin in %(year)s, the year of this workbook. Use the workbook of that year."
        ),
        "plan.twice": _l("The same value stands in %(cells)s with other content. Leave one of them and empty the others."),
        "plan.again": _l("The same value stands in %(cell)s as well, with the same content."),
        "plan.older": _l("The workbook has an older value that was changed in the portal since; the newer one stays."),
        "plan.own": _l("It takes the place of what you gave with an earlier file."),
        "plan.definition": _l(
            "The number answers the earlier definition. Read the new one; then give the number once more, in the error workbook"
            " or in a fresh one."
        ),
        "plan.secret": _l(
            "The file says nothing about confidentiality: the value stays confidential. To make it free, choose F in that column."
        ),
        "plan.freed": _l(
            "This value is confidential so far; the file makes it free, and it becomes public with the rest. Is that right?"
        ),
        "plan.already": _l("This file was already imported on %(day)s by %(name)s. Accepting it again would change nothing."),
        "plan.already_changed": _l(
            "This file was already imported on %(day)s by %(name)s. Values edited since are listed below: look whether you want"
            " to set them back."
        ),
    }
)

#: Outcomes that write something when they are accepted.
WRITES = frozenset({Outcome.NEW, Outcome.CHANGED})
#: Beside a kept entry: the file says nothing about secrecy.
SILENT = "silent"


@dataclass(frozen=True)
class Incoming:
    """A cell that says something. ``key`` is None where nobody can tell of which value it speaks."""

    batch_id: int
    sheet: str
    cell: str
    shown: str
    key: Key | None
    entry: Entry | None
    seen: int | None = None
    problems: tuple[Finding, ...] = ()
    notes: tuple[Finding, ...] = ()
    cell_id: int | None = None
    says_secrecy: bool = True

    @property
    def defined_anew(self) -> bool:
        """Whether the definition has changed since the workbook was made."""
        return any(note.code == "cell.defined_anew" for note in self.notes)

    @property
    def is_beside(self) -> bool:
        """Whether something stands only beside an empty value."""
        return any(note.code == "cell.only_beside" for note in self.notes)

    def over(self, stands: Entry | None) -> Entry | None:
        """What the cell says over the entry that stands: where it is silent about secrecy, nothing is freed."""
        silent = not self.says_secrecy and self.entry is not None and not self.entry.is_removed
        if not silent or stands is None or stands.is_removed or self.entry is None:
            return self.entry
        return replace(self.entry, confidentiality=stands.confidentiality)


@dataclass(frozen=True)
class Planned:
    """A cell and what becomes of it. ``previous`` is the version that stands now."""

    incoming: Incoming
    outcome: str
    version_id: int | None = None
    previous: Observation | None = None
    problems: tuple[Finding, ...] = ()
    warnings: tuple[Finding, ...] = ()
    notes: tuple[Finding, ...] = ()

    @property
    def change(self) -> Change:
        """What is to be written."""
        assert self.incoming.key is not None
        assert self.incoming.entry is not None
        assert self.version_id is not None
        seen = self.previous.number if self.previous else 0
        return Change(self.incoming.key, self.version_id, self.incoming.entry, seen)


@dataclass(frozen=True)
class Plan:
    """All cells in the order of the file."""

    cells: tuple[Planned, ...]

    @property
    def digest(self) -> str:
        """The hash of what accepting does: the same for the same cells over the same values."""
        return sha256([_told(planned) for planned in self.cells])

    @property
    def counts(self) -> dict[str, int]:
        """How many cells have which outcome, and how many carry a warning."""
        counted = Counter(str(planned.outcome) for planned in self.cells)
        return {**counted, "warnings": sum(bool(planned.warnings) for planned in self.cells)}

    def with_outcome(self, *outcomes: str) -> list[Planned]:
        return [planned for planned in self.cells if planned.outcome in outcomes]


@dataclass(frozen=True)
class Ground:
    """What a plan is made on: the catalogue, and the values of a city's year as they stand."""

    city_id: int
    year: int
    definitions: Mapping[str, Definition]
    current: Mapping[Key, Observation]
    #: By indicator, when its definition last changed so that no series runs on.
    defined: Mapping[int, datetime]

    @classmethod
    def of(cls, city_id: int, year: int) -> Ground:
        """As it is now."""
        began = select(IndicatorVersion.indicator_id, func.max(IndicatorVersion.since)).where(
            ~IndicatorVersion.continues, IndicatorVersion.number > 1
        )
        defined = dict(db.session.execute(began.group_by(IndicatorVersion.indicator_id)).all())
        return cls(city_id, year, catalogue("en"), current_values(city_id, year), defined)


def from_row(row: ReadRow, *, batch_id: int, city_id: int, definitions: Mapping[str, Definition]) -> Incoming:
    """The cell of a row that was read."""
    definition = definitions.get(row.code)
    key = Key(city_id, definition.indicator_id, row.breakdown, row.period) if definition and row.period else None
    entry = None if row.problems else row.entry
    return Incoming(
        batch_id, row.sheet, row.cell, row.shown, key, entry, row.seen, row.problems, row.notes, says_secrecy=row.says_secrecy
    )


def from_cell(cell: ImportCell) -> Incoming:
    """The cell as the preview kept it; what the plan itself had found is found anew."""
    key = None
    if cell.city_id and cell.indicator_id and cell.period:
        key = Key(cell.city_id, cell.indicator_id, cell.breakdown, cell.period)
    read = {
        name: tuple(found for found in map(Finding.of, getattr(cell, name)) if not found.code.startswith("plan."))
        for name in ("problems", "notes")
    }
    entry = Entry.of(cell.entry) if cell.entry else None
    says = not (cell.entry or {}).get(SILENT)
    if entry is not None and not says:
        entry = replace(entry, confidentiality=Confidentiality.FREE)
    return Incoming(
        cell.batch_id, cell.sheet, cell.cell, cell.shown, key, entry, cell.seen, cell_id=cell.id, says_secrecy=says, **read
    )


def stored(cell: Incoming) -> dict[str, object] | None:
    """The entry as the preview keeps it: what would be written, and whether the file itself spoke of secrecy."""
    if cell.entry is None:
        return None
    return cell.entry.stored() if cell.says_secrecy else {**cell.entry.stored(), SILENT: True}


def make(incoming: Sequence[Incoming], ground: Ground) -> Plan:
    """What accepting these cells would do, with what one would ask back about."""
    twice = _twice(incoming)
    batches = _batches(incoming, ground)
    seen = _seen(incoming, ground)
    known = by_id(ground.definitions)
    planned = [
        twice.get((each.sheet, each.cell)) or _one(each, ground, known, seen, batches)
        for each in incoming
        if each.entry is not None or each.problems or each.is_beside
    ]
    return Plan(tuple(_warned(planned, ground, known)))


def _one(
    cell: Incoming,
    ground: Ground,
    known: Mapping[int, Definition],
    seen: Mapping[tuple[Key, int], Observation],
    batches: Mapping[int, ImportBatch],
) -> Planned:
    definition = known.get(cell.key.indicator_id) if cell.key else None
    current = ground.current.get(cell.key) if cell.key else None
    if cell.entry is None and not cell.problems:
        return Planned(cell, Outcome.EMPTY, None, current, notes=cell.notes)
    refused = _refusals(cell, ground, definition)
    if refused or cell.key is None or cell.entry is None or definition is None:
        return Planned(cell, Outcome.REFUSED, None, current, refused, notes=cell.notes)
    now = current.entry if current else None
    entry = cell.over(now) or cell.entry
    planned = Planned(replace(cell, entry=entry), Outcome.UNCHANGED, definition.version_id, current, notes=cell.notes)
    if entry != cell.entry:
        planned = _noted(planned, "plan.secret", Outcome.UNCHANGED)
    if alike(now, entry):
        # Nobody touched it: it goes on answering the definition it was given for.
        return planned
    outcome = Outcome.NEW if now is None or now.is_removed else Outcome.CHANGED
    if cell.seen is not None and cell.seen != (current.number if current else 0):
        base = seen.get((cell.key, cell.seen))
        if base is not None and alike(base.entry, cell.over(base.entry) or cell.entry):
            return _noted(planned, "plan.older", Outcome.UNCHANGED)
        if not same(base.entry if base else None, now):
            own = _is_own(cell, current, batches)
            planned = _noted(planned, "plan.own", outcome) if own else planned
            outcome = outcome if own else Outcome.CONFLICT
    if not entry.is_removed and (cell.defined_anew or _is_older(cell, ground, batches)):
        return replace(planned, outcome=Outcome.REFUSED, problems=(Finding("plan.definition"),))
    return replace(planned, outcome=outcome)


def _is_older(cell: Incoming, ground: Ground, batches: Mapping[int, ImportBatch]) -> bool:
    """Whether the definition has changed since the file came in."""
    batch, since = batches.get(cell.batch_id), ground.defined.get(cell.key.indicator_id) if cell.key else None
    return batch is not None and since is not None and batch.created_at < since


def _noted(planned: Planned, code: str, outcome: str) -> Planned:
    return replace(planned, outcome=outcome, notes=(*planned.notes, Finding(code)))


def _refusals(cell: Incoming, ground: Ground, definition: Definition | None) -> tuple[Finding, ...]:
    """Why the cell cannot be taken over: what the reader found, a value nobody asks for, a period of another year."""
    if cell.problems:
        return cell.problems
    if cell.key is None or definition is None or cell.key.breakdown not in definition.rows:
        return (Finding("plan.unknown"),)
    if cell.key.year != ground.year:
        return (Finding("plan.other_year", {"period": cell.key.period, "year": str(ground.year)}),)
    return ()


def alike(stands: Entry | None, given: Entry) -> bool:
    """Whether the file says what stands already; what no column of a workbook can say does not count."""
    if stands is not None and not stands.is_removed and not given.is_removed:
        given = replace(given, counting=stands.counting, period_assumed=stands.period_assumed)
    return same(stands, given)


def _is_own(cell: Incoming, current: Observation | None, batches: Mapping[int, ImportBatch]) -> bool:
    """Whether the same person gave what stands now with an earlier file for the same department."""
    mine = batches.get(cell.batch_id)
    theirs = batches.get(current.batch_id or 0) if current else None
    if current is None or mine is None or theirs is None or current.how != How.IMPORTED:
        return False
    return current.author_id == mine.created_by and theirs.department_id == mine.department_id


def _twice(incoming: Sequence[Incoming]) -> dict[tuple[str, str], Planned]:
    """Cells of one file that speak of the same value: refused when they differ, else only the first one counts."""
    by_key: dict[tuple[int, Key], list[Incoming]] = defaultdict(list)
    for each in incoming:
        if each.key is not None and each.entry is not None and not each.problems:
            by_key[each.batch_id, each.key].append(each)
    found: dict[tuple[str, str], Planned] = {}
    for cells in by_key.values():
        first = cells[0]
        if len(cells) > 1 and any(each.entry != first.entry for each in cells):
            for each in cells:
                others = ", ".join(other.cell for other in cells if other is not each)
                problem = Finding("plan.twice", {"cells": others})
                found[each.sheet, each.cell] = Planned(each, Outcome.REFUSED, problems=(problem,), notes=each.notes)
        else:
            for each in cells[1:]:
                note = Finding("plan.again", {"cell": first.cell})
                found[each.sheet, each.cell] = Planned(each, Outcome.UNCHANGED, notes=(*each.notes, note))
    return found


def _batches(incoming: Iterable[Incoming], ground: Ground) -> dict[int, ImportBatch]:
    """The files the cells and the values that stand came with, by number."""
    wanted = {each.batch_id for each in incoming} | {value.batch_id for value in ground.current.values() if value.batch_id}
    query = select(ImportBatch).where(ImportBatch.id.in_(wanted))
    return {batch.id: batch for batch in db.session.scalars(query)}


def _seen(incoming: Iterable[Incoming], ground: Ground) -> dict[tuple[Key, int], Observation]:
    """The versions workbooks were made with, where the portal has gone on since."""
    wanted = []
    for each in incoming:
        current = ground.current.get(each.key) if each.key else None
        if each.key is not None and each.seen and current is not None and current.number != each.seen:
            wanted.append((each.key.indicator_id, each.key.breakdown, each.key.period, each.seen))
    if not wanted:
        return {}
    columns = tuple_(Observation.indicator_id, Observation.breakdown, Observation.period, Observation.number)
    found: dict[tuple[Key, int], Observation] = {}
    for part in parts(wanted):
        query = select(Observation).where(
            Observation.city_id == ground.city_id, Observation.year == ground.year, columns.in_(part)
        )
        found |= {(value.key, value.number): value for value in db.session.scalars(query)}
    return found


def _warned(planned: Sequence[Planned], ground: Ground, known: Mapping[int, Definition]) -> list[Planned]:
    """The same cells with what one would ask back about, over all values as they would stand."""
    entries = {key: value.entry for key, value in ground.current.items()}
    telling = {Outcome.NEW, Outcome.CHANGED, Outcome.CONFLICT}
    for each in planned:
        if each.outcome in telling and each.incoming.key and each.incoming.entry:
            entries[each.incoming.key] = each.incoming.entry
    found = checks.warnings(
        entries,
        previous={value.key: value.entry for value in earlier_values(ground.city_id, ground.year)},
        definitions=known,
        elsewhere=elsewhere(ground.city_id, ground.year),
    )
    return [
        replace(each, warnings=(*_freed(each), *found.get(each.incoming.key, ())))
        if each.incoming.key and each.outcome in telling
        else each
        for each in planned
    ]


def _freed(planned: Planned) -> tuple[Finding, ...]:
    """Ask back about a confidential value that the file makes free."""
    before, after = planned.previous.entry if planned.previous else None, planned.incoming.entry
    if before is None or after is None or before.is_removed or after.is_removed:
        return ()
    return (Finding("plan.freed"),) if after.is_free and not before.is_free else ()


def elsewhere(city_id: int, year: int) -> dict[Key, list[Decimal]]:
    """What other cities of the same country published for the same year, by the city's own keys."""
    country = select(City.country).where(City.id == city_id).scalar_subquery()
    columns = PublishedObservation
    query = (
        select(columns.indicator_id, columns.breakdown, columns.period, columns.amount)
        .join(City, City.id == columns.city_id)
        .where(
            City.country == country,
            columns.city_id != city_id,
            columns.year == year,
            columns.geography == Geography.CITY,
        )
    )
    found: dict[Key, list[Decimal]] = defaultdict(list)
    for indicator_id, breakdown, period, amount in db.session.execute(query):
        if amount is not None:
            found[Key(city_id, indicator_id, breakdown, period)].append(amount)
    return found


def _told(planned: Planned) -> list[object]:
    cell = planned.incoming
    key = [cell.key.city_id, cell.key.indicator_id, cell.key.breakdown, cell.key.period] if cell.key else None
    return [
        cell.batch_id,
        cell.sheet,
        cell.cell,
        key,
        cell.entry.stored() if cell.entry else None,
        str(planned.outcome),
        planned.version_id,
        planned.previous.id if planned.previous else None,
    ]
