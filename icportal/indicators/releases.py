"""Reading releases of open data: the frozen ones, the one being made, and what the next one would bring."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from icportal.core.clock import today
from icportal.core.db import db
from icportal.core.errors import NotFound
from icportal.core.files import open_file
from icportal.core.queue import Job
from icportal.core.strings import _
from icportal.indicators.models import Release, ReleaseFile
from icportal.indicators.opendata.dataset import KEY, Row, written
from icportal.indicators.opendata.gathering import rows_now
from icportal.indicators.opendata.tables import OBSERVATIONS
from icportal.web.open_data import safe_cell


@dataclass(frozen=True)
class Contents:
    """What a release made now would hold, and what is new in it against the last one."""

    values: int
    withheld: int
    cities: int
    added: int
    changed: int
    removed: int


def frozen() -> list[Release]:
    """The releases everybody may read, newest first, with their files."""
    query = select(Release).where(Release.frozen_at.is_not(None)).order_by(Release.frozen_at.desc(), Release.id.desc())
    return list(db.session.scalars(query.options(selectinload(Release.files))))


def everything() -> list[tuple[Release, Job | None]]:
    """All releases with the jobs that make them, newest first; those that failed are among them."""
    query = select(Release, Job).outerjoin(Job, Job.id == Release.job_id).order_by(Release.id.desc())
    return [(release, job) for release, job in db.session.execute(query.options(selectinload(Release.files)))]


def get_release(name: str) -> Release:
    """The frozen release of this name.

    Raises:
        NotFound: there is none.
    """
    found = db.session.scalar(
        select(Release).where(Release.name == name, Release.frozen_at.is_not(None)).options(selectinload(Release.files))
    )
    if found is None:
        raise NotFound(_("There is no such release."))
    return found


def get_file(name: str, filename: str) -> ReleaseFile:
    """A file of a frozen release.

    Raises:
        NotFound: there is none.
    """
    found = next((each for each in get_release(name).files if each.name == filename), None)
    if found is None:
        raise NotFound(_("This release has no such file."))
    return found


def next_name() -> str:
    """The month, and a number where the month has a release already."""
    month = f"{today():%Y-%m}"
    taken = set(db.session.scalars(select(Release.name).where(Release.name.startswith(month))))
    if month not in taken:
        return month
    return next(name for number in range(2, len(taken) + 3) if (name := f"{month}.{number}") not in taken)


def contents() -> Contents:
    """What is public now, compared with the last frozen release."""
    now = {_key(row): row for row in rows_now()}
    last = next(iter(frozen()), None)
    before = _kept(last) if last else {}
    now_cells = {key: _cells(row) for key, row in now.items()}
    return Contents(
        values=len(now),
        withheld=sum(row.conf_status != "F" for row in now.values()),
        cities=len({row.city for row in now.values()}),
        added=len(now_cells.keys() - before.keys()),
        changed=sum(before[key] != cells for key, cells in now_cells.items() if key in before),
        removed=len(before.keys() - now_cells.keys()),
    )


def _key(row: Row) -> tuple[str, ...]:
    return tuple(str(getattr(row, name)) for name in KEY)


def _cells(row: Row) -> tuple[str, ...]:
    """A value with all its caveats as the table of a release has it."""
    made = row._asdict() | {"value": written(row.value), "period_assumed": "true" if row.period_assumed else "false"}
    # A table does not tell one kind of line break from another.
    return tuple("\n".join(safe_cell(value).splitlines()) for value in made.values())


def _kept(release: Release) -> Mapping[tuple[str, ...], tuple[str, ...]]:
    file = next(each for each in release.files if each.name == OBSERVATIONS)
    table = csv.DictReader(io.StringIO(open_file(file.file).read().decode(), newline=""))
    return {
        tuple(row[name] for name in KEY): tuple("\n".join((row.get(name) or "").splitlines()) for name in Row._fields)
        for row in table
    }
