"""Releases of open data: made once by the worker, frozen, and never changed again."""

from __future__ import annotations

import re
from typing import Any

from sqlalchemy import event, func, inspect, select
from sqlalchemy.orm import Session, selectinload

from icportal.core import audit, files, queue
from icportal.core.actors import SYSTEM, Actor
from icportal.core.canonical import sha256
from icportal.core.clock import now, today
from icportal.core.db import db
from icportal.core.errors import DomainError, InvalidTransition
from icportal.core.installation import settings
from icportal.core.permissions import authorise
from icportal.core.queue import Job
from icportal.core.strings import _
from icportal.indicators.enums import Permission
from icportal.indicators.models import PublishedObservation, Release, ReleaseFile
from icportal.indicators.opendata import edition
from icportal.indicators.opendata.gathering import gather

BUILD = "indicators.build_release"
NAME = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])(\.[1-9][0-9]?)?")
LONGEST_NOTE = 2000


def publish_release(name: str, note: str, *, actor: Actor) -> Release:
    """Have everything that is public now frozen under this name. The worker writes the files.

    Raises:
        DomainError: at ``name`` or ``note``: not written like a release, taken, too long; or nothing is public yet.
    """
    authorise(actor, Permission.RELEASE)
    name, note = name.strip(), note.strip()
    if not NAME.fullmatch(name):
        raise DomainError(_("Name it by year and month, such as 2026-11; a second one of the month is 2026-11.2."), "name")
    if len(note) > LONGEST_NOTE:
        raise DomainError(_("This is too long: at most %(number)s characters.", number=LONGEST_NOTE), "note")
    if db.session.scalar(select(Release.id).where(Release.name == name)):
        raise DomainError(_("There is a release of this name already; a release is never replaced. Choose another name."), "name")
    if not db.session.scalar(select(func.count(PublishedObservation.observation_id))):
        raise DomainError(_("No value is public yet: there is nothing to release."))
    release = Release(name=name, note=note, created_by=actor.id)
    db.session.add(release)
    db.session.flush()
    release.job_id = queue.enqueue(BUILD, actor=actor, key=f"{BUILD}:{name}", release_id=release.id).id
    audit.record(actor, Permission.RELEASE, release, after={"name": name})
    db.session.flush()
    return release


def begin_releases(note: str, *, actor: Actor) -> Release | None:
    """Have the first release made where values are public and there is none yet."""
    authorise(actor, Permission.RELEASE)
    is_public = db.session.scalar(select(PublishedObservation.observation_id).limit(1)) is not None
    if not is_public or db.session.scalar(select(Release.id).limit(1)) is not None:
        return None
    return publish_release(f"{today():%Y-%m}", note, actor=actor)


def build_release(job: Job, *, release_id: int) -> dict[str, int]:
    """Write the files of a release and freeze it; done once, whatever happens to the worker meanwhile."""
    release = db.session.get_one(Release, release_id)
    if release.frozen_at is not None:
        return {"files": len(release.files)}
    dataset = gather(release.name, day=release.created_at.date(), note=release.note, address=address_of(release.name))
    made = []
    for number, file in enumerate(edition.files(dataset), start=1):
        made.append(file)
        queue.progress(job, number, edition.NUMBER)
    for file in made:
        stored = files.keep_data(file.data, file.name, media_type=file.media_type, actor=SYSTEM)
        db.session.add(
            ReleaseFile(
                release_id=release.id, name=file.name, form=file.form, media_type=file.media_type,
                sha256=stored.sha256, size=stored.size, file_id=stored.id,
            )
        )  # fmt: skip
    db.session.flush()
    db.session.expire(release, ["files"])
    release.observations = len(dataset.rows)
    release.sha256 = manifest(release)
    release.frozen_at = now()
    audit.record(SYSTEM, "indicators.release:freeze", release, after={"name": release.name, "sha256": release.sha256})
    db.session.flush()
    return {"files": len(made), "observations": len(dataset.rows)}


def address_of(name: str) -> str:
    """Where a release is read, for ever."""
    return f"{settings().base_url}/en/data/releases/{name}"


def manifest(release: Release) -> str:
    """The hash of all that a release consists of."""
    listed = [[file.name, file.media_type, file.sha256, file.size] for file in release.files]
    return sha256({"name": release.name, "note": release.note, "observations": release.observations, "files": sorted(listed)})


def tampered() -> list[str]:
    """Frozen releases that are no longer what was frozen, a line each."""
    found = []
    query = select(Release).where(Release.frozen_at.is_not(None)).order_by(Release.id)
    for release in db.session.scalars(query.options(selectinload(Release.files).joinedload(ReleaseFile.file))):
        if manifest(release) != release.sha256:
            found.append(f"release {release.name} is not what was frozen")
        found += [
            f"release {release.name}: {file.name} names another file than the one that was frozen"
            for file in release.files
            if file.file.sha256 != file.sha256
        ]
    return found


@event.listens_for(Session, "before_flush")
def _keep_frozen(session: Session, _context: Any, _instances: Any) -> None:
    """Nothing in the portal changes or deletes what is frozen."""
    for thing in (*session.dirty, *session.deleted):
        if isinstance(thing, ReleaseFile) and (thing in session.deleted or session.is_modified(thing)):
            raise InvalidTransition(_("A release is frozen: it is never changed."))
        if isinstance(thing, Release) and (thing in session.deleted or session.is_modified(thing)):
            history = inspect(thing).attrs.frozen_at.history
            before = history.deleted[0] if history.deleted else (history.unchanged[0] if history.unchanged else None)
            if before is not None or (thing in session.deleted and thing.frozen_at is not None):
                raise InvalidTransition(_("A release is frozen: it is never changed."))


def register() -> None:
    """Tell the worker how releases are made."""
    queue.register_task(BUILD, build_release)
