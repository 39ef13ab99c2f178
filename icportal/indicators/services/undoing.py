"""Undoing an import: what it wrote goes back to what stood before, except where somebody has changed it since."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from sqlalchemy import select

from icportal.core import audit
from icportal.core.actors import Actor
from icportal.core.clock import now
from icportal.core.db import db
from icportal.indicators.entries import REMOVED, Key
from icportal.indicators.enums import BatchState, How
from icportal.indicators.models import ImportBatch, Observation
from icportal.indicators.services.batches import held, refuse_other_state, step
from icportal.indicators.services.importing import is_public
from icportal.indicators.services.recording import Change, current_of, record

PART = 400


def undo(batch: ImportBatch, *, actor: Actor) -> ImportBatch:
    """Take an accepted import back as new versions of its values. Later edits stay and are listed. Sent twice it is
    done once.

    Raises:
        NotAllowed: the actor may not enter values for this city.
        InvalidTransition: the import was not accepted, or a delivery is in review.
    """
    if not held(batch, BatchState.ACCEPTED, actor=actor):
        if batch.state == BatchState.UNDONE:
            return batch
        refuse_other_state(batch)
    written = written_by(batch)
    current = current_of([value.key for value in written])
    standing = [value for value in written if current[value.key].id == value.id]
    before = _before(standing)
    changes: dict[tuple[int, int], list[Change]] = defaultdict(list)
    for value in standing:
        old = before.get((value.key, value.number - 1))
        changes[value.city_id, value.year].append(
            Change(value.key, old.version_id if old else value.version_id, old.entry if old else REMOVED, value.number)
        )
    reopened, restored = False, 0
    for (city_id, year), wanted in changes.items():
        was_public = is_public(city_id, year)
        done = record(wanted, actor=actor, how=How.UNDONE, batch_id=batch.id)
        restored += len(done)
        reopened = reopened or (was_public and bool(done))
    later = [value for value in written if current[value.key].id != value.id]
    kept = [_told(value, current[value.key]) for value in later]
    told = {"restored": restored, "kept": kept, "reopened": reopened}
    step(batch, BatchState.UNDONE, result={**batch.result, "undo": told}, undone_by=actor.id, undone_at=now())
    audit.record(actor, "indicators.import:undo", batch, after={"restored": restored, "kept": len(kept)}, city_id=batch.city_id)
    return batch


def written_by(batch: ImportBatch) -> list[Observation]:
    """The versions of values that the import wrote."""
    query = select(Observation).where(Observation.batch_id == batch.id, Observation.how == How.IMPORTED)
    return list(db.session.scalars(query.order_by(Observation.id)))


def _before(values: list[Observation]) -> dict[tuple[Key, int], Observation]:
    """The versions that stood before these."""
    found: dict[tuple[Key, int], Observation] = {}
    by_year: dict[tuple[int, int], list[Observation]] = defaultdict(list)
    for value in values:
        if value.number > 1:
            by_year[value.city_id, value.year].append(value)
    for (city_id, year), later in by_year.items():
        wanted = {(value.key, value.number - 1) for value in later}
        numbers = {number for _key, number in wanted}
        indicators = sorted({value.indicator_id for value in later})
        for start in range(0, len(indicators), PART):
            query = select(Observation).where(
                Observation.city_id == city_id,
                Observation.year == year,
                Observation.indicator_id.in_(indicators[start : start + PART]),
                Observation.number.in_(numbers),
            )
            found |= {(old.key, old.number): old for old in db.session.scalars(query) if (old.key, old.number) in wanted}
    return found


def _told(value: Observation, current: Observation) -> dict[str, Any]:
    return {
        "indicator_id": value.indicator_id,
        "breakdown": value.breakdown,
        "period": value.period,
        "by": current.author_id,
        "at": current.created_at.isoformat(),
        "observation_id": current.id,
    }
