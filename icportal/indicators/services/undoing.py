"""Undoing an import: what it wrote goes back to what stood before, except where somebody has changed it since."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from icportal.core import audit
from icportal.core.actors import Actor
from icportal.core.bulk import parts
from icportal.core.clock import now
from icportal.core.db import db
from icportal.indicators.entries import REMOVED, Key
from icportal.indicators.enums import BatchState, How
from icportal.indicators.models import ImportBatch, Observation
from icportal.indicators.services.batches import held, refuse_other_state, step
from icportal.indicators.services.importing import is_public
from icportal.indicators.services.recording import Change, current_of, record


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
    stands = _standing(written, batch)
    changes: dict[tuple[int, int], list[Change]] = defaultdict(list)
    later = []
    for value in written:
        counts, old = stands[value.key]
        if counts is None or counts.id != value.id:
            later.append(value)
            continue
        version, entry = (old.version_id, old.entry) if old else (value.version_id, REMOVED)
        changes[value.city_id, value.year].append(Change(value.key, version, entry, current[value.key].number))
    reopened, restored = False, 0
    for (city_id, year), wanted in changes.items():
        was_public = is_public(city_id, year)
        done = record(wanted, actor=actor, how=How.UNDONE, batch_id=batch.id)
        restored += len(done)
        reopened = reopened or (was_public and bool(done))
    kept = [_told(value, current[value.key]) for value in later]
    told = {"restored": restored, "kept": kept, "reopened": reopened}
    step(batch, BatchState.UNDONE, result={**batch.result, "undo": told}, undone_by=actor.id, undone_at=now())
    audit.record(actor, "indicators.import:undo", batch, after={"restored": restored, "kept": len(kept)}, city_id=batch.city_id)
    return batch


def written_by(batch: ImportBatch) -> list[Observation]:
    """The versions of values that the import wrote."""
    query = select(Observation).where(Observation.batch_id == batch.id, Observation.how == How.IMPORTED)
    return list(db.session.scalars(query.order_by(Observation.id)))


Standing = tuple[Observation | None, Observation | None]


def _standing(written: Sequence[Observation], batch: ImportBatch) -> dict[Key, Standing]:
    """For each value (the version that counts now, the one that counts without this import).

    A version counts unless the import that wrote it was undone; what undoing wrote only repeats an older one.
    """
    versions = _versions(written)
    numbers = {each.batch_id for found in versions.values() for each in found if each.batch_id}
    undone: set[int] = set()
    for part in parts(sorted(numbers)):
        query = select(ImportBatch.id).where(ImportBatch.id.in_(part), ImportBatch.state == BatchState.UNDONE)
        undone |= set(db.session.scalars(query))
    result: dict[Key, Standing] = {}
    for key, found in versions.items():
        counting = [each for each in found if each.how != How.UNDONE and each.batch_id not in undone]
        old = next((each for each in counting if each.batch_id != batch.id), None)
        result[key] = (counting[0] if counting else None, old)
    return result


def _versions(values: Sequence[Observation]) -> dict[Key, list[Observation]]:
    """All versions of these values, the newest first."""
    found: dict[Key, list[Observation]] = {value.key: [] for value in values}
    by_year: dict[tuple[int, int], set[int]] = defaultdict(set)
    for value in values:
        by_year[value.city_id, value.year].add(value.indicator_id)
    for (city_id, year), indicators in by_year.items():
        for part in parts(sorted(indicators)):
            query = select(Observation).where(
                Observation.city_id == city_id, Observation.year == year, Observation.indicator_id.in_(part)
            )
            for each in db.session.scalars(query.order_by(Observation.number.desc())):
                if each.key in found:
                    found[each.key].append(each)
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
