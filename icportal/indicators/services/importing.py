"""Workbooks of a city that come in: received, checked, shown, and only then accepted or given up.

Nothing is written to the values before somebody accepts, and what is accepted is what was shown: the same planning
runs again over the values as they stand then, and a plan that came out differently is shown anew.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import IO

from sqlalchemy import delete, insert, select

from icportal.accounts.models import User
from icportal.cities.models import City
from icportal.core import audit, queue
from icportal.core.actors import Actor
from icportal.core.clock import now
from icportal.core.db import db
from icportal.core.errors import DomainError, InvalidTransition, Stale
from icportal.core.permissions import authorise
from icportal.core.queue import Job
from icportal.core.strings import _, _n
from icportal.indicators import import_notices
from icportal.indicators.enums import BatchScope, BatchState, DeliveryState, How, Outcome, Permission
from icportal.indicators.exchange.layout import ReadWorkbook, Unreadable
from icportal.indicators.findings import Finding
from icportal.indicators.flow import EDITABLE
from icportal.indicators.models import Delivery, Department, ImportBatch, ImportCell
from icportal.indicators.services import batches, opening, planning
from icportal.indicators.services.batches import already, held, received, refuse_other_state, step
from icportal.indicators.services.delivering import begin
from icportal.indicators.services.planning import WRITES, Ground, Incoming, Plan, Planned
from icportal.indicators.services.recording import record

MB = 1024 * 1024
LIMIT = 20 * MB
#: A workbook up to this size is read while the person waits.
AT_ONCE = 2 * MB
CHECK = "indicators.check_import"
MINE, THEIRS = "mine", "theirs"
#: What a job that reads tells of itself: the file is read, the plan is made, the preview is kept.
STEPS = 3


def receive(
    stream: IO[bytes],
    filename: str,
    *,
    actor: Actor,
    city: City,
    year: int,
    reads_as: str,
    department: Department | None = None,
    at_once: bool = False,
) -> ImportBatch:
    """Take in a workbook: small ones (any, where somebody waits for it ``at_once``) are checked here, large ones by a
    job. Writes no value.

    Raises:
        NotAllowed: the actor may not enter values for this city.
        InvalidTransition: the delivery is in review.
        DomainError: at ``upload``: it is empty, too large, harmful, or no workbook of this city and year.
    """
    authorise(actor, Permission.ENTER, Delivery(city_id=city.id, year=year))
    _refuse_in_review(city.id, year)
    data = bytes_of(stream)
    read = None
    try:
        opening.pass_gate(data)
        if at_once or len(data) <= AT_ONCE:
            read = opening.read(data, city=city, year=year, reads_as=reads_as)
    except Unreadable as error:
        raise DomainError(str(error.finding), "upload") from None
    department = department or _department_of(read, city)
    begin(city, year, actor=actor)
    batch = received(
        data,
        filename,
        actor=actor,
        scope=BatchScope.CITY,
        reads_as=reads_as,
        city_id=city.id,
        year=year,
        department_id=department.id if department else None,
        department_name=department.name if department else "",
    )
    if read is None:
        batch.job_id = queue.enqueue(CHECK, actor=actor, key=f"{CHECK}:{batch.id}", batch_id=batch.id).id
        db.session.flush()
    else:
        _keep_preview(batch, _incoming(batch, read), whole=read.notes)
        batches.supersede(batch, actor=actor)
    return batch


def bytes_of(stream: IO[bytes]) -> bytes:
    """What was uploaded.

    Raises:
        DomainError: at ``upload``: it is empty or too large.
    """
    data = stream.read(LIMIT + 1)
    if not data:
        raise DomainError(_("This file is empty. Choose another one."), "upload")
    if len(data) > LIMIT:
        message = _("This file is larger than %(megabytes)s MB. Make it smaller and choose it again.", megabytes=LIMIT // MB)
        raise DomainError(message, "upload")
    return data


def _refuse_in_review(city_id: int, year: int) -> None:
    state = db.session.scalar(select(Delivery.state).where(Delivery.city_id == city_id, Delivery.year == year))
    if state is not None and state not in EDITABLE:
        raise InvalidTransition(_("This delivery is in review: take it back first, then change it."))


def _department_of(read: ReadWorkbook | None, city: City) -> Department | None:
    """The department the workbook was made for, when it says so."""
    number = read.identity.department if read and read.identity else 0
    found = db.session.get(Department, number) if number else None
    return found if found is not None and found.city_id == city.id else None


# --- reading and showing ------------------------------------------------------------------------------------


def check(job: Job, batch_id: int) -> dict[str, int]:
    """The job: read the file and keep what accepting it would do. Run twice it finds the same."""
    batch = db.session.get_one(ImportBatch, batch_id)
    if batch.state != BatchState.RECEIVED:
        return dict(batch.counts)
    city = db.session.get_one(City, batch.city_id)
    queue.progress(job, 0, STEPS)
    try:
        read = opening.read(opening.content(batch), city=city, year=batch.year or 0, reads_as=batch.reads_as)
    except Unreadable as error:
        step(batch, BatchState.REFUSED, problems=[error.finding.stored()])
        import_notices.ready(batch, city)
        return {}
    queue.progress(job, 1, STEPS)
    incoming = _incoming(batch, read)
    queue.progress(job, 2, STEPS)
    department = _department_of(read, city)
    if batch.department_id is None and department is not None:
        batch.department_id, batch.department_name = department.id, department.name
    _keep_preview(batch, incoming, whole=read.notes)
    person = db.session.get(User, batch.created_by) if batch.created_by else None
    if person is not None:
        batches.supersede(batch, actor=person.actor)
    import_notices.ready(batch, city)
    return dict(batch.counts)


@dataclass(frozen=True)
class Verdicts:
    """What was found in a file that nobody keeps."""

    cells: list[ImportCell]
    counts: dict[str, int]
    notes: tuple[Finding, ...]


def verdicts(data: bytes, *, city: City, year: int, reads_as: str) -> Verdicts:
    """What importing these bytes would do. Writes nothing at all.

    Raises:
        Unreadable: they cannot be read as a workbook of this city and year.
    """
    opening.pass_gate(data)
    read = opening.read(data, city=city, year=year, reads_as=reads_as)
    batch = ImportBatch(id=0, city_id=city.id, year=year)
    plan = planning.make(_incoming(batch, read), Ground.of(city.id, year))
    cells = [ImportCell(id=number, **_row(batch, planned)) for number, planned in enumerate(plan.cells, start=1)]
    return Verdicts(cells, plan.counts, read.notes)


def _incoming(batch: ImportBatch, read: ReadWorkbook) -> list[Incoming]:
    assert batch.city_id is not None
    definitions = planning.catalogue("en")
    cells = [planning.from_row(row, batch_id=batch.id, city_id=batch.city_id, definitions=definitions) for row in read.rows]
    return [cell for cell in cells if cell.entry is not None or cell.problems or cell.is_beside]


def _keep_preview(batch: ImportBatch, incoming: Sequence[Incoming], *, whole: Sequence[Finding] = ()) -> Plan:
    """Keep the cells with what would become of each, in place of an earlier preview."""
    assert batch.city_id is not None
    assert batch.year is not None
    plan = planning.make(incoming, Ground.of(batch.city_id, batch.year))
    db.session.execute(delete(ImportCell).where(ImportCell.batch_id == batch.id))
    if plan.cells:
        db.session.execute(insert(ImportCell), [_row(batch, planned) for planned in plan.cells])
    findings = [
        finding.stored() for finding in (*whole, *already(batch, changes=bool(plan.with_outcome(*WRITES, Outcome.CONFLICT))))
    ]
    step(batch, BatchState.CHECKED, counts=plan.counts, problems=findings, plan_digest=plan.digest)
    return plan


def _row(batch: ImportBatch, planned: Planned) -> dict[str, object]:
    cell, key = planned.incoming, planned.incoming.key
    return {
        "batch_id": batch.id,
        "sheet": cell.sheet,
        "cell": cell.cell,
        "city_id": batch.city_id,
        "indicator_id": key.indicator_id if key else None,
        "breakdown": key.breakdown if key else "",
        "period": key.period if key else "",
        "shown": cell.shown,
        "entry": planning.stored(cell),
        "outcome": str(planned.outcome),
        "problems": [finding.stored() for finding in planned.problems],
        "warnings": [finding.stored() for finding in planned.warnings],
        "notes": [finding.stored() for finding in planned.notes],
        "previous_id": planned.previous.id if planned.previous else None,
        "seen": cell.seen,
    }


def cells_of(*batches: ImportBatch) -> list[Incoming]:
    """What the files say, as their previews kept it."""
    query = select(ImportCell).where(ImportCell.batch_id.in_([batch.id for batch in batches]))
    return [planning.from_cell(cell) for cell in db.session.scalars(query.order_by(ImportCell.id))]


def plan_of(batch: ImportBatch) -> Plan:
    """What accepting the import would do now."""
    assert batch.city_id is not None
    assert batch.year is not None
    return planning.make(cells_of(batch), Ground.of(batch.city_id, batch.year))


def check_again(batch: ImportBatch, *, actor: Actor) -> None:
    """Show anew what accepting would do, after values have changed since the preview."""
    if not held(batch, BatchState.CHECKED, actor=actor):
        refuse_other_state(batch)
    whole = [found for found in map(Finding.of, batch.problems) if not found.code.startswith("plan.")]
    _keep_preview(batch, [replace(cell, cell_id=None) for cell in cells_of(batch)], whole=whole)


# --- deciding -----------------------------------------------------------------------------------------------


def accept(
    batch: ImportBatch,
    *,
    actor: Actor,
    seen_digest: str,
    only_good: bool = False,
    choices: Mapping[int, str] | None = None,
) -> ImportBatch:
    """Write what the preview showed: everything, or with ``only_good`` what is not refused. Sent twice it is done once.

    ``choices`` says for cells somebody else changed meanwhile whose value stays: ``mine`` is the file's.

    Raises:
        NotAllowed: the actor may not enter values for this city.
        Stale: accepting would do something else than what was shown.
        DomainError: a cell is refused, a choice is missing, or there is nothing to write.
        InvalidTransition: the import or the delivery is not in a state for it.
    """
    if not held(batch, BatchState.CHECKED, actor=actor):
        if batch.state == BatchState.ACCEPTED and batch.accepted_by == actor.id and batch.plan_digest == seen_digest:
            return batch
        refuse_other_state(batch)
    plan = plan_of(batch)
    if plan.digest != seen_digest:
        raise Stale(_("Values have changed since this preview was made. Look at the new one and accept it then."))
    refused, chosen = plan.with_outcome(Outcome.REFUSED), dict(choices or {})
    if refused and not only_good:
        raise DomainError(
            _n(
                "One cell is refused. Mend it, or leave it out.",
                "%(num)s cells are refused. Mend them, or leave them out.",
                len(refused),
            )
        )
    conflicts = plan.with_outcome(Outcome.CONFLICT)
    if any(chosen.get(planned.incoming.cell_id or 0) not in {MINE, THEIRS} for planned in conflicts):
        raise DomainError(_("Choose for every value that somebody else has changed which of the two stays."), "choices")
    mine = [planned for planned in conflicts if chosen[planned.incoming.cell_id or 0] == MINE]
    wanted = [planned.change for planned in (*plan.with_outcome(*WRITES), *mine)]
    if not wanted and not conflicts:
        raise DomainError(_("There is nothing to take over from this file: no value in it is new or different."))
    assert batch.city_id is not None
    assert batch.year is not None
    was_public = is_public(batch.city_id, batch.year)
    written = record(wanted, actor=actor, how=How.IMPORTED, batch_id=batch.id)
    result = {
        "written": len(written),
        "left_out": len(refused),
        "kept": len(conflicts) - len(mine),
        "reopened": was_public and bool(written),
    }
    close_accepted(batch, result, actor=actor)
    return batch


def close_accepted(batch: ImportBatch, result: Mapping[str, object], *, actor: Actor) -> None:
    """Note that the import is done, by whom and what it wrote."""
    step(batch, BatchState.ACCEPTED, result=dict(result), accepted_by=actor.id, accepted_at=now())
    audit.record(actor, "indicators.import:accept", batch, after=result, city_id=batch.city_id)


def is_public(city_id: int, year: int) -> bool:
    """Whether the delivery is published as it stands; writing into it makes it a draft."""
    state = db.session.scalar(select(Delivery.state).where(Delivery.city_id == city_id, Delivery.year == year))
    return state == DeliveryState.PUBLISHED


def discard(batch: ImportBatch, *, actor: Actor) -> None:
    """Give the import up; its file stays with the list of imports. Sent twice it is done once.

    Raises:
        NotAllowed: the actor may not enter values for this city.
        InvalidTransition: it was accepted or undone.
    """
    if held(batch, BatchState.RECEIVED, BatchState.CHECKED, BatchState.REFUSED, actor=actor):
        step(batch, BatchState.DISCARDED)
        audit.record(actor, "indicators.import:discard", batch, city_id=batch.city_id)
    elif batch.state != BatchState.DISCARDED:
        refuse_other_state(batch)
