"""Files that came in: who may see them, and the one place that writes what has become of them."""

from __future__ import annotations

import hashlib
from typing import Any

from sqlalchemy import select

from icportal.accounts.directory import names_of
from icportal.core import audit, files
from icportal.core.actors import Actor
from icportal.core.clock import PORTAL_ZONE
from icportal.core.db import db
from icportal.core.errors import InvalidTransition, NotFound
from icportal.core.filetypes import FileKind
from icportal.core.permissions import authorise, can
from icportal.core.strings import _
from icportal.core.transactions import hold
from icportal.indicators.enums import BatchScope, BatchState, Permission
from icportal.indicators.findings import Finding
from icportal.indicators.models import ImportBatch

#: In the result of a file that was given up: the number of the newer one that took its place.
SUPERSEDED = "superseded_by"


def batch_for(batch_id: int, *, actor: Actor) -> ImportBatch:
    """The import, for those who may see what the city delivers; a network's for those who exchange with all cities.

    Raises:
        NotFound: there is none, or it is not for the actor to see.
    """
    batch = db.session.get(ImportBatch, batch_id)
    may_see = batch is not None and can(actor, _seeing(batch), batch)
    if batch is None or not may_see:
        raise NotFound(_("There is no such page, or it is not open to you."))
    return batch


def _seeing(batch: ImportBatch) -> Permission:
    return Permission.EXCHANGE_NETWORK if batch.scope == BatchScope.NETWORK else Permission.VIEW_DELIVERY


def deciding(batch: ImportBatch) -> Permission:
    """What one has to be allowed in order to accept the import, give it up or undo it."""
    return Permission.EXCHANGE_NETWORK if batch.scope == BatchScope.NETWORK else Permission.ENTER


def received(data: bytes, filename: str, *, actor: Actor, scope: BatchScope, reads_as: str, **place: Any) -> ImportBatch:
    """Keep a file that passed the gate and write down whose it is. Flushes.

    ``place`` is the city, year and department it is for; a network's file has none.
    """
    city_id = place.get("city_id")
    batch = ImportBatch(
        scope=scope,
        file_id=files.keep(data, filename, kind=FileKind.WORKBOOK, actor=actor, city_id=city_id).id,
        sha256=hashlib.sha256(data).hexdigest(),
        reads_as=reads_as,
        state=BatchState.RECEIVED,
        created_by=actor.id,
        acting_for=actor.acting_for,
        **place,
    )
    db.session.add(batch)
    db.session.flush()
    about = {"year": batch.year} if batch.year else {}
    audit.record(actor, "indicators.import:receive", batch, after={**about, "sha256": batch.sha256}, city_id=city_id)
    return batch


def step(batch: ImportBatch, state: BatchState, **values: Any) -> None:
    """Write down what has become of the file. Flushes."""
    batch.state = state
    for name, value in values.items():
        setattr(batch, name, value)
    db.session.flush()


def held(batch: ImportBatch, *states: BatchState, actor: Actor) -> bool:
    """Wait for whoever decides on the import at this moment; whether it still is in one of these states.

    Raises:
        NotAllowed: the actor may not decide on it.
    """
    authorise(actor, deciding(batch), batch)
    if not hold(batch):
        db.session.refresh(batch)
        hold(batch)
    return batch.state in states


def refuse_other_state(batch: ImportBatch) -> None:
    """Say why a step cannot be taken.

    Raises:
        InvalidTransition: always.
    """
    sentences = {
        BatchState.RECEIVED: _("This file is still being read."),
        BatchState.CHECKED: _("This import was not accepted yet."),
        BatchState.REFUSED: _("This file could not be read. Upload a mended one."),
        BatchState.ACCEPTED: _("This import was accepted already."),
        BatchState.DISCARDED: _("This import was given up. Upload the file again."),
        BatchState.UNDONE: _("This import was undone. Upload the file again to take it over once more."),
    }
    if batch.state == BatchState.DISCARDED and batch.result.get(SUPERSEDED):
        raise InvalidTransition(_("A newer file has taken the place of this one. Decide about that one."))
    raise InvalidTransition(sentences[BatchState(batch.state)])


def supersede(batch: ImportBatch, *, actor: Actor) -> None:
    """Give up what the same person sent before for the same department, city and year and nobody has decided about.

    Of files that are read in the background the newest one counts, whichever is done first.
    """
    waiting = [
        each
        for each in waiting_for_decision(batch.city_id or 0, batch.year or 0)
        if each.created_by == batch.created_by and each.department_id == batch.department_id
    ]
    newest = max(waiting, key=lambda each: each.id, default=batch)
    for each in waiting:
        if each.id != newest.id and hold(each) and each.state == BatchState.CHECKED:
            step(each, BatchState.DISCARDED, result={**each.result, SUPERSEDED: newest.id})
            audit.record(actor, "indicators.import:supersede", each, after={"by": newest.id}, city_id=each.city_id)


def already(batch: ImportBatch, *, changes: bool) -> list[Finding]:
    """Whether the very same file was accepted before for the same place and still stands."""
    query = select(ImportBatch).where(
        ImportBatch.sha256 == batch.sha256,
        ImportBatch.scope == batch.scope,
        ImportBatch.city_id.is_not_distinct_from(batch.city_id),
        ImportBatch.year.is_not_distinct_from(batch.year),
        ImportBatch.state == BatchState.ACCEPTED,
        ImportBatch.id != batch.id,
    )
    earlier = db.session.scalars(query.order_by(ImportBatch.id.desc()).limit(1)).first()
    if earlier is None or earlier.accepted_at is None:
        return []
    name = names_of([earlier.accepted_by]).get(earlier.accepted_by or 0, "–")
    told = {"day": earlier.accepted_at.astimezone(PORTAL_ZONE).date().isoformat(), "name": name}
    return [Finding("plan.already_changed" if changes else "plan.already", told)]


def waiting_for_decision(city_id: int, year: int) -> list[ImportBatch]:
    """The files of a city and year that were read and wait, the oldest first."""
    query = select(ImportBatch).where(
        ImportBatch.city_id == city_id,
        ImportBatch.year == year,
        ImportBatch.scope == BatchScope.CITY,
        ImportBatch.state == BatchState.CHECKED,
    )
    return list(db.session.scalars(query.order_by(ImportBatch.id)))
