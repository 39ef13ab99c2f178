"""What became confidential leaves the public at once, whatever becomes of the delivery."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement, select, tuple_, update

from icportal.core.bulk import parts
from icportal.core.db import db
from icportal.indicators.enums import Confidentiality
from icportal.indicators.models import Observation, PublishedObservation
from icportal.web.page_cache import touch_public

#: What is told of a value that is not free: that it is there and withheld, nothing else.
WITHHELD: dict[str, Any] = {"amount": None, "source": "", "note": "", "bound": "exact", "missing": ""}


def withhold(years: Iterable[tuple[int, int]]) -> int:
    """Withhold what the public reads of values whose newest version is not free. The rest stays as it was published.

    ``years`` are (city id, year). Call it after the versions are written, in the same transaction. Gives how many
    values the public has no more.
    """
    db.session.flush()
    newest = select(Observation.confidentiality).where(*_same_value(), Observation.current, not_free(Observation))
    newest = newest.correlate(PublishedObservation)
    count = 0
    for part in parts(sorted(set(years))):
        query = (
            update(PublishedObservation)
            .where(
                tuple_(PublishedObservation.city_id, PublishedObservation.year).in_(part),
                PublishedObservation.confidentiality == Confidentiality.FREE,
                newest.exists(),
            )
            .values(**WITHHELD, confidentiality=newest.scalar_subquery())
        )
        done: Any = db.session.execute(query.execution_options(synchronize_session="fetch"))
        count += done.rowcount
    if count:
        touch_public()
    return count


def not_free(table: Any) -> ColumnElement[bool]:
    """Whether a version, or what is published of it, is withheld from the public."""
    found: ColumnElement[bool] = table.confidentiality != Confidentiality.FREE
    return found


def _same_value() -> list[ColumnElement[bool]]:
    names = ("city_id", "year", "indicator_id", "breakdown", "period")
    return [getattr(Observation, name) == getattr(PublishedObservation, name) for name in names]
