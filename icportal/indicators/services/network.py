"""A network's table: checked, previewed, applied to many cities at once, and taken back."""

from __future__ import annotations

import gc
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import chain
from typing import Any

from sqlalchemy import and_, delete, func, insert, or_, select, update

from icportal.accounts.directory import names_of
from icportal.core import audit, files
from icportal.core.actors import Actor
from icportal.core.bulk import insert_rows, parts
from icportal.core.clock import now
from icportal.core.db import db
from icportal.core.errors import DomainError, InvalidTransition, Stale
from icportal.core.permissions import authorise
from icportal.core.queue import Job, progress
from icportal.core.strings import _
from icportal.core.transactions import hold, writer_for
from icportal.indicators.catalogue import catalogue
from icportal.indicators.enums import BatchScope, BatchState, DeliveryState, How, Missing, Outcome, Permission
from icportal.indicators.exchange.cells import read_value
from icportal.indicators.exchange.layout import ReadRow, Unreadable
from icportal.indicators.exchange.network import read_blocks
from icportal.indicators.exchange.network_child import HEADERS
from icportal.indicators.findings import Finding
from icportal.indicators.flow import DELIVERY
from icportal.indicators.models import Delivery, ImportBatch, ImportCell, Observation
from icportal.indicators.network_plan import MOST_CELLS, ROW_COLUMNS, Cell, NetworkPlan, Reader, plan
from icportal.indicators.network_state import raw
from icportal.indicators.services import opening
from icportal.indicators.services.withholding import withhold
from icportal.workflow import engine

SHEET = "1"
NO_TABLE = "file.network_header"
VALUE_COLUMN = "E"


def plan_network(batch: ImportBatch, job: Job | None = None) -> NetworkPlan:
    """Read the batch's file and say what applying it would do to what stands now.

    Raises:
        Unreadable: the file cannot be read as a table of ours.
    """
    reader = Reader(catalogue("en", asked_only=True), lambda text, unit: read_value(text, reads_as=batch.reads_as, unit=unit))
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
        batch.state, batch.problems = BatchState.REFUSED, [error.finding.stored()]
        db.session.flush()
        return
    keep_preview(batch, found)
    batch.state = BatchState.CHECKED
    db.session.flush()


def keep_preview(batch: ImportBatch, found: NetworkPlan) -> None:
    """Store counts, digest and the rows with something to say about them."""
    db.session.execute(delete(ImportCell).where(ImportCell.batch_id == batch.id))
    rows = [_stored(batch, cell) for cell in found.cells[:MOST_CELLS]]
    if rows:
        db.session.execute(insert(ImportCell), rows)
    batch.counts = {**{str(name): number for name, number in found.counts.items()}, "blocked": len(found.blocked)}
    batch.plan_digest = found.digest
    unread = Finding("network.unread", {"names": ", ".join(found.unread), "wanted": ", ".join(HEADERS)})
    batch.problems = [finding.stored() for finding in (*([unread] if found.unread else ()), *_already(batch, found))]


def _already(batch: ImportBatch, found: NetworkPlan) -> list[Finding]:
    """Whether the very same file was accepted before and still stands."""
    query = select(ImportBatch).where(
        ImportBatch.sha256 == batch.sha256, ImportBatch.scope == BatchScope.NETWORK, ImportBatch.state == BatchState.ACCEPTED
    )
    before = db.session.scalars(query.order_by(ImportBatch.accepted_at.desc()).limit(1)).first()
    if before is None or before.id == batch.id:
        return []
    name = names_of({before.accepted_by}).get(before.accepted_by or 0, "–")
    told = {"day": str(before.accepted_at.date() if before.accepted_at else ""), "name": name}
    return [Finding("plan.already_changed" if found.rows else "plan.already", told)]


def accept_network(
    batch: ImportBatch, *, actor: Actor, only_good: bool = False, seen_digest: str, job: Job | None = None
) -> Counter[str]:
    """Apply a checked table: each city's year whole, or with ``only_good`` whatever is in order.

    Gives how many values and city years were written, and how many city years were left out.

    Raises:
        Stale: the values have changed since the preview was made; the new preview is stored.
        InvalidTransition: the batch does not wait for a decision.
        DomainError: nothing would be applied.
    """
    authorise(actor, Permission.EXCHANGE_NETWORK)
    if not hold(batch) or batch.state != BatchState.CHECKED:
        raise InvalidTransition(_("This import does not wait for a decision any more."))
    found = plan_network(batch, job)
    if found.digest != seen_digest or found.digest != batch.plan_digest:
        keep_preview(batch, found)
        raise Stale(_("Values have changed since this preview was made. The preview is made anew: look at it again."), [])
    chosen = [pair for pair in found.rows if only_good or pair not in found.blocked]
    if not chosen:
        raise DomainError(_("There is nothing to accept: every city's year has a refused value, or nothing would change."))
    with _not_looking_for_cycles():
        written = _write(found, chosen, batch, actor=actor)
    batch.state, batch.accepted_by, batch.accepted_at = BatchState.ACCEPTED, actor.id, now()
    left_out = len(found.blocked) if not only_good else 0
    batch.result = {"written": written, "deliveries": len(chosen), "left_out": left_out}
    audit.record(actor, "indicators.import:accept", batch, after=batch.result)
    db.session.flush()
    return Counter(batch.result)


def undo_network(batch: ImportBatch, *, actor: Actor) -> Counter[str]:
    """Take an applied table back: values nobody has changed since get what stood there before, the others are kept.

    Raises:
        InvalidTransition: the batch was not applied, or a city's year it touched is in review.
    """
    authorise(actor, Permission.EXCHANGE_NETWORK)
    if not hold(batch) or batch.state != BatchState.ACCEPTED:
        raise InvalidTransition(_("Only an accepted import can be undone."))
    total = db.session.scalar(select(func.count()).where(Observation.batch_id == batch.id)) or 0
    rows: dict[tuple[int, int], list[tuple[Any, ...]]] = defaultdict(list)
    replaced: dict[tuple[int, int], list[int]] = defaultdict(list)
    for number, row in _before(batch):
        pair = (row[0], row[1])
        rows[pair].append(row)
        replaced[pair].append(number)
    still = sum(len(each) for each in rows.values())
    undone = NetworkPlan(Counter(), [], rows, replaced, set(), "")
    _write(undone, list(rows), batch, actor=actor, how=How.UNDONE, batch_id=None)
    batch.state, batch.undone_by, batch.undone_at = BatchState.UNDONE, actor.id, now()
    batch.result = {**batch.result, "restored": still, "kept": total - still}
    audit.record(actor, "indicators.import:undo", batch, after=batch.result)
    db.session.flush()
    return Counter({"restored": still, "kept": total - still})


def _write(
    found: NetworkPlan,
    pairs: Sequence[tuple[int, int]],
    batch: ImportBatch,
    *,
    actor: Actor,
    how: str = How.IMPORTED,
    batch_id: int | None = 0,
) -> int:
    """Write the rows of these city years. ``batch_id`` 0 stands for the batch itself."""
    deliveries = _open(pairs, actor=actor)
    for part in parts(chain.from_iterable(found.replaced.get(pair, ()) for pair in pairs)):
        replaced = update(Observation).where(Observation.id.in_(part)).values(current=False)
        db.session.execute(replaced.execution_options(synchronize_session=False))
    constants = {
        "current": True,
        "how": str(how),
        "batch_id": batch.id if batch_id == 0 else batch_id,
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
    wanted = set(pairs)
    query = select(Delivery).where(Delivery.city_id.in_({city for city, _year in wanted}))
    query = query.where(Delivery.year.in_({year for _city, year in wanted})).order_by(Delivery.id)
    found = {(each.city_id, each.year): each for each in db.session.scalars(query.with_for_update())}
    found = {pair: found[pair] for pair in pairs}
    for ids in parts(each.id for each in found.values()):
        # Whoever read these values before must not publish them unread.
        raised = update(Delivery).where(Delivery.id.in_(ids)).values(version=Delivery.version + 1, updated_at=moment)
        db.session.execute(raised.execution_options(synchronize_session=False))
    for each in found.values():
        db.session.expire(each)
    states = {each.id: each for each in db.session.scalars(query.execution_options(populate_existing=True))}
    for each in states.values():
        if (each.city_id, each.year) not in wanted:
            continue
        if each.state == DeliveryState.REVIEW:
            raise InvalidTransition(_("Values of one of the cities are in review: they have to be published or sent back first."))
        if each.state in {DeliveryState.PUBLISHED, DeliveryState.WITHDRAWN}:
            engine.fire(DELIVERY, each, "revise", actor=actor, city_id=each.city_id)
    return found


def _before(batch: ImportBatch) -> Iterator[tuple[int, tuple[Any, ...]]]:
    """(number of a version the batch wrote and nobody has replaced, the row that brings back what stood before it)."""
    mine, last = Observation.__table__.alias("mine"), Observation.__table__.alias("last")
    key = ("city_id", "year", "indicator_id", "breakdown", "period")
    same = [mine.c[name] == last.c[name] for name in key]
    older, batches = Observation.__table__.alias("older"), ImportBatch.__table__
    counts = (
        select(func.max(older.c.number))
        .select_from(older.outerjoin(batches, batches.c.id == older.c.batch_id))
        .where(
            *(older.c[name] == mine.c[name] for name in key),
            older.c.number < mine.c.number,
            or_(older.c.batch_id.is_(None), batches.c.state != BatchState.UNDONE),
        )
        .correlate(mine)
        .scalar_subquery()
    )
    joined = mine.outerjoin(last, and_(*same, last.c.number == counts))
    kept = [name for name in ROW_COLUMNS if name not in (*key, "number")]
    columns = [mine.c.id, *(mine.c[name] for name in key), mine.c.number, last.c.id, *(raw(last.c[name]) for name in kept)]
    fresh = [mine.c.version_id, mine.c.unit, mine.c.counting]
    query = select(*columns, *(column.label(f"own_{column.name}") for column in fresh)).select_from(joined)
    query = query.where(mine.c.batch_id == batch.id, mine.c.current).order_by(mine.c.id)
    taken_back = {
        "amount": None, "missing": str(Missing.REMOVED), "statuses": "", "confidentiality": "F", "note": "", "bound": "exact",
        "geography": "city", "definition_id": None, "source_kind": "not_stated", "source": "", "period_assumed": False,
    }  # fmt: skip
    for row in db.session.execute(query):
        number, *place, version, last_id = row[:8]
        own = dict(zip(("version_id", "unit", "counting"), row[-3:], strict=True))
        values = dict(zip(kept, row[8:-3], strict=True)) if last_id is not None else {**taken_back, **own}
        values |= {**dict(zip(key, place, strict=True)), "number": version + 1}
        yield number, tuple(values[name] for name in ROW_COLUMNS)


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
