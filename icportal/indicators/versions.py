"""The versions of an indicator: which of them make one series, and what each changed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from icportal.content.desk.comparison import FactChange, FieldChange, compare
from icportal.core.db import db
from icportal.indicators.comparison import compare_facts
from icportal.indicators.facts import DEFINING_TEXT
from icportal.indicators.kind import INDICATOR
from icportal.indicators.models import IndicatorVersion


@dataclass(frozen=True)
class VersionNote:
    """One version as a reader is told of it. ``runs_on`` says that series go on from the version before.

    ``facts`` and ``fields`` hold what changed against that version; of the first, all it says.
    """

    number: int
    since: datetime
    runs_on: bool
    is_first: bool
    facts: list[FactChange]
    fields: list[FieldChange]


def continues(versions: Iterable[Any]) -> dict[int, int]:
    """Version id → series id. Values of versions with the same series id may stand in one series.

    The id of a series is that of its first version; versions of several indicators may be given, in any order;
    rows with id, indicator_id, number and continues will do.
    """
    found: dict[int, int] = {}
    newest: dict[int, int] = {}
    for version in sorted(versions, key=lambda each: (each.indicator_id, each.number)):
        before = newest.get(version.indicator_id)
        found[version.id] = found[before] if version.continues and before is not None else version.id
        newest[version.indicator_id] = version.id
    return found


def versions_of(indicator_id: int) -> list[IndicatorVersion]:
    """All versions of an indicator, the oldest first."""
    query = select(IndicatorVersion).where(IndicatorVersion.indicator_id == indicator_id)
    return list(db.session.scalars(query.order_by(IndicatorVersion.number)))


def history_of(indicator_id: int) -> list[VersionNote]:
    """What changed with each version, the newest first; one query."""
    notes: list[VersionNote] = []
    before: IndicatorVersion | None = None
    for version in versions_of(indicator_id):
        facts = compare_facts(before.facts if before else None, version.facts)
        fields = [
            change
            for change in compare(INDICATOR.fields, before.body if before else {}, version.body)
            if change.name in DEFINING_TEXT
        ]
        notes.append(
            VersionNote(
                number=version.number,
                since=version.since,
                runs_on=version.continues,
                is_first=before is None,
                facts=[change for change in facts if change.is_changed] if before else [],
                fields=[change for change in fields if change.is_changed],
            )
        )
        before = version
    return notes[::-1]
