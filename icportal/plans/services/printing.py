"""The Gantt of a long plan as a PDF, made by the worker: laying out takes seconds, and nobody's page waits for it."""

from __future__ import annotations

from sqlalchemy import delete, select

from icportal.cities.models import City
from icportal.core import files, queue
from icportal.core.actors import SYSTEM, Actor
from icportal.core.db import db
from icportal.core.errors import NotFound
from icportal.core.files import StoredFile
from icportal.core.filetypes import FileKind
from icportal.core.permissions import authorise
from icportal.core.queue import Job, JobState
from icportal.core.strings import _
from icportal.i18n.locales import LANGUAGES
from icportal.plans import gantt_paper
from icportal.plans.enums import Permission
from icportal.plans.queries import OfCity

PRINT = "plans.print_gantt"


def request_gantt(city: City, language: str, *, actor: Actor) -> Job:
    """Have the plan printed as it stands when its turn comes. NotFound where the portal has no such language."""
    authorise(actor, Permission.VIEW, OfCity(city.id))
    if language not in LANGUAGES:
        raise NotFound(_("There is no such page, or it is not open to you."))
    return queue.enqueue(PRINT, actor=actor, city_id=city.id, language=language)


def print_gantt(job: Job, *, city_id: int, language: str) -> dict[str, str]:
    """The job: its result has the key of the file, which takes the place of the one printed before for the same person."""
    city = db.session.get_one(City, city_id)
    queue.progress(job, 0, 2)
    data = gantt_paper.pdf_of(city, language)
    queue.progress(job, 1, 2)
    _forget_earlier(job, city_id)
    name = gantt_paper.file_name(city, language)
    return {"file": files.keep(data, name, kind=FileKind.PDF, actor=SYSTEM, city_id=city_id).key}


def _forget_earlier(job: Job, city_id: int) -> None:
    """Printed copies are no records: the last one of each person is kept."""
    query = select(Job).where(Job.name == PRINT, Job.created_by == job.created_by, Job.state == JobState.DONE, Job.id < job.id)
    mine = [each for each in db.session.scalars(query) if each.arguments.get("city_id") == city_id and each.result]
    keys = [each.result["file"] for each in mine]
    if keys:
        db.session.execute(delete(StoredFile).where(StoredFile.key.in_(keys)))


def printing_of(city: City, number: int, *, actor: Actor) -> tuple[Job, StoredFile | None]:
    """The job of this number and its file when it is there. NotFound where it is not this person's, or of another plan."""
    authorise(actor, Permission.VIEW, OfCity(city.id))
    job = db.session.get(Job, number)
    if job is None or job.name != PRINT or job.arguments.get("city_id") != city.id or job.created_by != actor.id:
        raise NotFound(_("There is no such file."))
    key = (job.result or {}).get("file")
    return job, db.session.scalar(select(StoredFile).where(StoredFile.key == key)) if key else None


def register() -> None:
    """Tell the worker how it is done."""
    queue.register_task(PRINT, print_gantt)
