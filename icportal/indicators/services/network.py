"""A network's table: checked, previewed, applied to many cities at once, and taken back."""

from __future__ import annotations

import gc
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from itertools import chain
from typing import Any

from sqlalchemy import and_, delete, func, insert, or_, select, tuple_, update

from icportal.core import audit, files
from icportal.core.actors import Actor
from icportal.core.bulk import insert_rows, parts
from icportal.core.clock import now
from icportal.core.db import db
from icportal.core.errors import DomainError, InvalidTransition, Stale
from icportal.core.permissions import authorise
from icportal.core.queue import Job, progress
from icportal.core.strings import _, _l
from icportal.core.transactions import hold, writer_for
from icportal.indicators.catalogue import catalogue
from icportal.indicators.entries import REMOVED
from icportal.indicators.enums import BatchState, How, Outcome, Permission
from icportal.indicators.exchange.layout import ReadRow, Unreadable
from icportal.indicators.exchange.network import read_blocks
from icportal.indicators.exchange.network_child import HEADERS
from icportal.indicators.findings import Finding
from icportal.indicators.flow import DELIVERY
from icportal.indicators.models import Delivery, ImportBatch, ImportCell, Observation
from icportal.indicators.network_plan import MOST_CELLS, ROW_COLUMNS, Cell, NetworkPlan, Reader, plan
from icportal.indicators.network_state import raw
from icportal.indicators.services import opening
from icportal.indicators.services.batches import already, step
from icportal.indicators.services.recording import open_state
from icportal.indicators.services.withholding import withhold

SHEET = "1"
NO_TABLE = "file.network_header"
NOTHING = _l("There is nothing to accept: every city's year has a refused value, or nothing would change.")
VALUE_COLUMN = "E"
#: A value that is taken back, as the database has it.
_TAKEN_BACK: dict[str, Any] = {**asdict(REMOVED), "missing": str(REMOVED.missing)}


def plan_network(batch: ImportBatch, job: Job | None = None) -> NetworkPlan:
    """Read the batch's file and say what applying it would do to what stands now.

    Raises:
        Unreadable: the file cannot be read as a table of ours.
    """
    reader = Reader(catalogue("en", asked_only=True), reads_as=batch.reads_as)
    data = files.open_file(batch.file).getvalue()
    with _not_looking_for_cycles():
        try:
            for block in read_blocks(data):
                reader.take(block)
                if job is not None:
                    progress(job, block.first + block.rows - 2)
        except Unreadable as error:
            if error.finding.code != NO_TABLE:
                raise
            # Not the plain table, then; perhaps the workbook the portal itself makes for several cities.
            reader.take_rows(_rows_of_workbook(data, batch, error))
        return plan(reader, file_hash=batch.sha256)


def _rows_of_workbook(data: bytes, batch: ImportBatch, no_table: Unreadable) -> Sequence[ReadRow]:
    try:
        read = opening.read_network(data, reads_as=batch.reads_as)
    except Unreadable as error:
        raise (no_table if error.finding.code == "file.not_ours" else error) from None
    if read.identity is None:
        # A table of somebody's own; what it lacks has to be said, not guessed.
        raise no_table
    return read.rows


@contextmanager
def _not_looking_for_cycles() -> Iterator[None]:
    """Hundreds of thousands of tuples are made and none refers back: searching them again and again takes a fifth of the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def check_network(batch: ImportBatch, job: Job | None = None) -> None:
    """Keep the preview of a network's table with its batch. Doing it twice is doing it once."""
    try:
        found = plan_network(batch, job)
    except Unreadable as error:
        step(batch, BatchState.REFUSED, problems=[error.finding.stored()])
        return
    db.session.execute(delete(ImportCell).where(ImportCell.batch_id == batch.id))
    rows = [_stored(batch, cell) for cell in found.cells[:MOST_CELLS]]
    if rows:
        db.session.execute(insert(ImportCell), rows)
    counts = {**{str(name): number for name, number in found.counts.items()}, "blocked": len(found.blocked)}
    unread = Finding("network.unread", {"names": ", ".join(found.unread), "wanted": ", ".join(HEADERS)})
    told = (*([unread] if found.unread else ()), *already(batch, changes=bool(found.rows)))
    problems = [finding.stored() for finding in told]
    step(batch, BatchState.CHECKED, counts=counts, plan_digest=found.digest, problems=problems)


def accept_network(
    batch: ImportBatch, *, actor: Actor, only_good: bool = False, seen_digest: str, job: Job | None = None
) -> Counter[str]:
    """Apply a checked table: each city's year whole, or with ``only_good`` whatever is in order.

    Gives how many values and city years were written, and how many city years were left out.

    Raises:
        Stale: the values have changed since the preview was made.
        InvalidTransition: the batch does not wait for a decision.
        DomainError: nothing would be applied.
    """
    authorise(actor, Permission.EXCHANGE_NETWORK)
    if not hold(batch) or batch.state != BatchState.CHECKED:
        raise InvalidTransition(_("This import does not wait for a decision any more."))
    found = plan_network(batch, job)
    if found.digest != seen_digest or found.digest != batch.plan_digest:
        raise Stale(_("Values have changed since this preview was made. Look at the new one and accept it then."))
    chosen = [pair for pair in found.rows if only_good or pair not in found.blocked]
    if not chosen:
        raise DomainError(NOTHING)
    with _not_looking_for_cycles():
        written = _write(found, chosen, batch, actor=actor)
    left_out = len(found.blocked) if not only_good else 0
    result = {"written": written, "deliveries": len(chosen), "left_out": left_out}
    step(batch, BatchState.ACCEPTED, result=result, accepted_by=actor.id, accepted_at=now())
    audit.record(actor, "indicators.import:accept", batch, after=result)
    return Counter(result)


def undo_network(batch: ImportBatch, *, actor: Actor) -> Counter[str]:
    """Take an applied table back: values nobody has changed since get what stood there before, the others are kept.

    Raises:
        InvalidTransition: the batch was not applied, or a city's year it touched is in review.
    """
    authorise(actor, Permission.EXCHANGE_NETWORK)
    if not hold(batch) or batch.state != BatchState.ACCEPTED:
        raise InvalidTransition(_("Only an accepted import can be undone."))
    mine = Observation.batch_id == batch.id, Observation.how == How.IMPORTED
    total = db.session.scalar(select(func.count()).where(*mine)) or 0
    rows: dict[tuple[int, int], list[tuple[Any, ...]]] = defaultdict(list)
    replaced: dict[tuple[int, int], list[int]] = defaultdict(list)
    for number, row in _before(batch):
        pair = (row[0], row[1])
        rows[pair].append(row)
        replaced[pair].append(number)
    restored = sum(len(each) for each in rows.values())
    undone = NetworkPlan(Counter(), [], rows, replaced, set(), "")
    _write(undone, list(rows), batch, actor=actor, how=How.UNDONE)
    told = {"restored": restored, "kept": total - restored}
    step(batch, BatchState.UNDONE, result={**batch.result, **told}, undone_by=actor.id, undone_at=now())
    audit.record(actor, "indicators.import:undo", batch, after=told)
    return Counter(told)


def _write(
    found: NetworkPlan,
    pairs: Sequence[tuple[int, int]],
    batch: ImportBatch,
    *,
    actor: Actor,
    how: str = How.IMPORTED,
) -> int:
    """Write the rows of these city years."""
    deliveries = _open(pairs, actor=actor)
    for part in parts(chain.from_iterable(found.replaced.get(pair, ()) for pair in pairs)):
        replaced = update(Observation).where(Observation.id.in_(part)).values(current=False)
        db.session.execute(replaced.execution_options(synchronize_session=False))
    constants = {
        "current": True,
        "how": str(how),
        "batch_id": batch.id,
        "author_id": actor.id,
        "acting_for": actor.acting_for,
        "created_at": _stored_moment(),
    }
    insert_rows(Observation, ROW_COLUMNS, chain.from_iterable(found.rows[pair] for pair in pairs), constants)
    withhold(pairs)
    per_city: dict[int, int] = defaultdict(int)
    for pair in pairs:
        per_city[pair[0]] += len(found.rows[pair])
    for city_id, number in per_city.items():
        years = sorted(year for city, year in pairs if city == city_id)
        audit.record(
            actor,
            "indicators.delivery:record",
            deliveries[city_id, years[0]],
            after={"values": number, "how": str(how), "import": batch.id, "years": years},
            city_id=city_id,
        )
    return sum(per_city.values())


def _open(pairs: Sequence[tuple[int, int]], *, actor: Actor) -> dict[tuple[int, int], Delivery]:
    """The deliveries of these city years, held, made where they are missing, drafts again where they were public."""
    moment = now()
    make = writer_for(db.session.get_bind().dialect.name)(Delivery).on_conflict_do_nothing()
    fresh = {"state": DELIVERY.initial, "state_since": moment, "created_at": moment, "updated_at": moment, "version": 1}
    for part in parts(pairs):
        db.session.execute(make, [{"city_id": city, "year": year, **fresh} for city, year in part])
        # Whoever read these values before must not publish them unread; and from here on nobody else changes them.
        raised = update(Delivery).where(tuple_(Delivery.city_id, Delivery.year).in_(part))
        raised = raised.values(version=Delivery.version + 1, updated_at=moment)
        db.session.execute(raised.execution_options(synchronize_session=False))
    query = select(Delivery).where(Delivery.city_id.in_({city for city, _year in pairs}))
    query = query.where(Delivery.year.in_({year for _city, year in pairs})).execution_options(populate_existing=True)
    there = {(each.city_id, each.year): each for each in db.session.scalars(query)}
    found = {pair: there[pair] for pair in pairs}
    for each in found.values():
        open_state(each, actor=actor)
    return found


def _before(batch: ImportBatch) -> Iterator[tuple[int, tuple[Any, ...]]]:
    """(number of the version that stands now, the row that takes the import back) of values nobody has changed since.

    A version counts unless its import was undone; what undoing wrote only repeats an older one (see ``undoing``). The
    import's own version has to be the last that counts; what stood before is the last one without it.
    """
    mine, stands, last = (Observation.__table__.alias(name) for name in ("mine", "stands", "last"))
    key = ("city_id", "year", "indicator_id", "breakdown", "period")
    last_number = _counting(mine, key, but=batch.id)
    joined = mine.join(stands, and_(stands.c.current, *(mine.c[name] == stands.c[name] for name in key))).outerjoin(
        last, and_(*(mine.c[name] == last.c[name] for name in key), last.c.number == last_number)
    )
    kept = [name for name in ROW_COLUMNS if name not in (*key, "number")]
    own = ("version_id", "unit", "counting")
    columns = [stands.c.id, *(mine.c[name] for name in key), stands.c.number, last.c.id, *(raw(last.c[name]) for name in kept)]
    query = select(*columns, *(mine.c[name].label(f"own_{name}") for name in own)).select_from(joined)
    query = query.where(mine.c.batch_id == batch.id, mine.c.how == How.IMPORTED, mine.c.number == _counting(mine, key))
    for row in db.session.execute(query.order_by(mine.c.id)):
        stands_id, *place, number, last_id = row[:8]
        values = dict(zip(kept, row[8:-3], strict=True))
        if last_id is None:
            values = {**_TAKEN_BACK, **dict(zip(own, row[-3:], strict=True))}
        values |= {**dict(zip(key, place, strict=True)), "number": number + 1}
        yield stands_id, tuple(values[name] for name in ROW_COLUMNS)


def _counting(mine: Any, key: Sequence[str], *, but: int = 0) -> Any:
    """The number of the last version of the same value that counts, without those of one import."""
    each, batches = Observation.__table__.alias(), ImportBatch.__table__.alias()
    query = select(func.max(each.c.number)).select_from(each.outerjoin(batches, batches.c.id == each.c.batch_id))
    query = query.where(
        *(each.c[name] == mine.c[name] for name in key),
        each.c.how != How.UNDONE,
        or_(each.c.batch_id.is_(None), batches.c.state != BatchState.UNDONE),
        or_(each.c.batch_id.is_(None), each.c.batch_id != but),
    )
    return query.correlate(mine).scalar_subquery()


def _stored(batch: ImportBatch, cell: Cell) -> dict[str, Any]:
    return {
        "batch_id": batch.id,
        "sheet": cell.place[0][:40] if cell.place else SHEET,
        "cell": cell.place[1] if cell.place else f"{VALUE_COLUMN}{cell.row}",
        "city_id": cell.city_id,
        "indicator_id": cell.indicator_id,
        "breakdown": cell.breakdown,
        "period": cell.period,
        "shown": cell.shown[:500],
        "entry": cell.entry,
        "outcome": cell.outcome or Outcome.NEW,
        "problems": [finding.stored() for finding in cell.problems],
        "warnings": [finding.stored() for finding in cell.warnings],
        "notes": [finding.stored() for finding in cell.notes],
        "previous_id": cell.previous_id,
        "seen": None,
    }


def _stored_moment() -> str:
    """Now, as both databases store it when they are given text."""
    moment = now()
    if db.session.get_bind().dialect.name == "sqlite":
        return moment.replace(tzinfo=None).isoformat(sep=" ", timespec="microseconds")
    return moment.isoformat()
