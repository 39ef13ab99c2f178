"""Publishing the report: an edition that the worker makes once, freezes, and that is never changed again."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Any

from sqlalchemy import event, func, inspect, select
from sqlalchemy.orm import Session, selectinload

from icportal.cities import queries as cities
from icportal.content.enums import ContentState
from icportal.content.models import LanguageVersion, Revision
from icportal.core import audit, files, queue
from icportal.core.actors import SYSTEM, Actor
from icportal.core.canonical import sha256
from icportal.core.clock import now
from icportal.core.db import db
from icportal.core.errors import DomainError, FieldErrors, InvalidTransition
from icportal.core.files import StoredFile
from icportal.core.permissions import authorise
from icportal.core.queue import Job, JobState
from icportal.core.strings import Text, _
from icportal.core.text import clean_text
from icportal.core.transactions import hold
from icportal.i18n.catalogues import current_language
from icportal.reporting.enums import MentionOutcome, Permission, ReportState
from icportal.reporting.models import Report, ReportEdition, ReportFile, ReportPage
from icportal.reporting.report import making, printing
from icportal.reporting.report.making import Part
from icportal.reporting.report_flow import REPORT
from icportal.reporting.services import mentions
from icportal.reporting.services.reports import unwritten
from icportal.workflow import engine

MAKE = "reporting.make_edition"
PREVIEW = "reporting.preview_report"
LONGEST_NOTE = 2000
#: Longer than laying out one language may take: nothing is told of it meanwhile.
LEASE = timedelta(seconds=2 * printing.LONGEST_TIME)


def hindrances(report: Report) -> list[Text]:
    """Why the report cannot be published now: texts that are not approved, and cities that have not agreed. A sentence each."""
    found = list(unwritten(report))
    found += [
        _("“%(chapter)s” has not been approved by a second person.", chapter=chapter.item.source.title)
        for chapter in report.shown
        if chapter.item.source.state != ContentState.PUBLISHED
    ]
    waiting = (MentionOutcome.PENDING, MentionOutcome.OBJECTED)
    counts = Counter((row.city_id, row.outcome) for row in mentions.mentions_of(report, outcomes=waiting))
    by_id = cities.by_id([city for city, _outcome in counts])
    for (city, outcome), number in sorted(counts.items(), key=lambda each: (by_id[each[0][0]].name, each[0][1])):
        name = by_id[city].name_in(current_language().code)
        if outcome == MentionOutcome.OBJECTED:
            found.append(_("%(city)s objects to a mention. Objections: %(count)s.", city=name, count=number))
        else:
            found.append(_("%(city)s has not answered yet. Mentions that wait: %(count)s.", city=name, count=number))
    return found


def sources(report: Report) -> dict[str, list[list[Any]]]:
    """The texts of an edition: for each language in which every chapter is approved and up to date, its revisions in order."""
    chapters = report.shown
    wanted = {version.language for chapter in chapters for version in chapter.item.versions}
    found: dict[str, list[list[Any]]] = {}
    for language in sorted(wanted):
        versions = [chapter.item.version_in(language) for chapter in chapters]
        if all(version is not None and _is_ready(version) for version in versions):
            found[language] = [
                [chapter.topic, chapter.level, version.published_id]
                for chapter, version in zip(chapters, versions, strict=True)
                if version is not None
            ]
    return found


def release(report: Report, *, actor: Actor, seen: int | None = None, note: str = "") -> ReportEdition:
    """Publish the report as it stands in every language that is complete; the worker writes the files.

    Raises:
        FieldErrors: everything that hinders it (see ``hindrances``); DomainError: at ``note``: too long.
    """
    authorise(actor, Permission.RELEASE_REPORT, report)
    note = clean_text(note)
    if len(note) > LONGEST_NOTE:
        raise DomainError(_("This is too long: at most %(max)s characters.", max=LONGEST_NOTE), "note")
    if not hold(report):
        db.session.expire(report)
    mentions.recompute(report)
    if report.state == ReportState.CONSENT and (reasons := hindrances(report)):
        raise FieldErrors([(None, reason) for reason in reasons])
    engine.fire(REPORT, report, "release", actor=actor, version=seen)
    last = db.session.scalar(select(func.max(ReportEdition.number)).where(ReportEdition.report_id == report.id)) or 0
    edition = ReportEdition(report_id=report.id, number=last + 1, note=note, sources=sources(report), created_by=actor.id)
    db.session.add(edition)
    db.session.flush()
    _ask_worker(edition, actor=actor)
    db.session.expire(report, ["editions"])
    return edition


def make_again(edition: ReportEdition, *, actor: Actor) -> ReportEdition:
    """Have an edition made whose job failed, from the same texts; one that is being made goes on as it is."""
    authorise(actor, Permission.RELEASE_REPORT, edition.report)
    hold(edition.report)
    db.session.refresh(edition)
    if edition.frozen_at is not None:
        raise InvalidTransition(_("This edition is published: it is never changed."))
    job = db.session.get(Job, edition.job_id) if edition.job_id else None
    if job is not None and job.state in {JobState.QUEUED, JobState.RUNNING}:
        return edition
    _ask_worker(edition, actor=actor)
    return edition


def make_edition(job: Job, *, edition_id: int) -> dict[str, int]:
    """Write the pages and files of an edition and freeze it; done once, whatever happens to the worker meanwhile."""
    edition = db.session.get_one(ReportEdition, edition_id)
    if edition.frozen_at is not None:
        return {"files": len(edition.files)}
    report = edition.report
    parts = {language: _parts(rows) for language, rows in edition.sources.items()}
    edition_of = making.Edition(report.round, report.slug, edition.number, edition.created_at.date(), edition.note)
    made = []
    # Nothing is written before everything is there: nobody waits for a lock while documents are laid out.
    for done, one in enumerate(making.everything(edition_of, parts, report.language), start=1):
        made.append(one)
        queue.progress(job, done, making.steps(parts))
    db.session.add_all(_page(edition, one) if isinstance(one, making.Page) else _file(edition, one) for one in made)
    db.session.flush()
    db.session.expire(edition, ["pages", "files"])
    edition.sha256 = manifest(edition)
    edition.frozen_at = now()
    told = {"report": report.slug, "edition": edition.number, "sha256": edition.sha256}
    audit.record(SYSTEM, "reporting.edition:freeze", report, after=told)
    db.session.flush()
    return {"files": len(edition.files), "pages": len(edition.pages)}


def request_preview(report: Report, language: str, *, actor: Actor) -> Job:
    """Have the PDF made as it would be now, for those who work on it; nothing of it is published."""
    authorise(actor, Permission.EDIT_REPORT, report)
    job = queue.enqueue(PREVIEW, actor=actor, report_id=report.id, language=language)
    report.preview_job_id = job.id
    db.session.flush()
    return job


def preview_report(job: Job, *, report_id: int, language: str) -> dict[str, str]:
    """The working texts as a PDF in one language; its key is the job's result."""
    report = db.session.get_one(Report, report_id)
    queue.progress(job, 0, 2)
    edition = making.Edition(report.round, report.slug, 0, now().date(), "")
    data = making.pdf(edition, working_parts(report, language), language)
    queue.progress(job, 1, 2)
    stored = files.keep_data(data, f"{report.slug}-preview-{language}.pdf", media_type=making.PDF, actor=SYSTEM)
    return {"file": stored.key, "language": language}


def working_parts(report: Report, language: str) -> list[Part]:
    """The chapters as they are written now: in this language where they are translated, else in the original."""
    found = []
    for chapter in report.shown:
        version = chapter.item.version_in(language) or chapter.item.source
        head = version.head or chapter.item.source.head
        if head is not None:
            found.append(Part(chapter.topic, chapter.level, head.body.get("title", ""), head.body.get("text", "")))
    return found


def preview_file(report: Report) -> tuple[Job | None, StoredFile | None]:
    """The job of the last preview, and its file when it is there."""
    job = db.session.get(Job, report.preview_job_id) if report.preview_job_id else None
    key = (job.result or {}).get("file") if job else None
    return job, db.session.scalar(select(StoredFile).where(StoredFile.key == key)) if key else None


def manifest(edition: ReportEdition) -> str:
    """The hash of all that an edition consists of."""
    pages = sorted([page.language, page.position, page.sha256] for page in edition.pages)
    listed = sorted([file.name, file.media_type, file.sha256, file.size] for file in edition.files)
    return sha256({
        "report": edition.report.slug, "number": edition.number, "note": edition.note, "sources": edition.sources,
        "pages": pages, "files": listed,
    })  # fmt: skip


def tampered() -> list[str]:
    """Published editions that are no longer what was frozen, a line each."""
    found = []
    query = select(ReportEdition).where(ReportEdition.frozen_at.is_not(None)).order_by(ReportEdition.id)
    loaded = query.options(selectinload(ReportEdition.pages), selectinload(ReportEdition.files))
    for edition in db.session.scalars(loaded):
        name = f"report {edition.report.slug}, edition {edition.number}"
        if manifest(edition) != edition.sha256:
            found.append(f"{name} is not what was frozen")
        found += [
            f"{name}: page {page.topic} in {page.language} was changed"
            for page in edition.pages
            if sha256([page.topic, page.level, page.title, page.html]) != page.sha256
        ]
        found += [f"{name}: {file.name} names another file" for file in edition.files if file.file.sha256 != file.sha256]
    return found


def _ask_worker(edition: ReportEdition, *, actor: Actor) -> None:
    edition.job_id = queue.enqueue(MAKE, actor=actor, edition_id=edition.id).id
    audit.record(
        actor, "reporting.edition:make", edition.report, after={"edition": edition.number, "languages": edition.languages}
    )
    db.session.flush()


def _is_ready(version: LanguageVersion) -> bool:
    return (
        version.is_published and version.published_id == version.head_id and not version.stale_segments + version.missing_segments
    )


def _parts(rows: list[list[Any]]) -> list[Part]:
    query = select(Revision).where(Revision.id.in_([number for _topic, _level, number in rows]))
    by_id = {revision.id: revision for revision in db.session.scalars(query)}
    return [
        Part(topic, level, by_id[number].body.get("title", ""), by_id[number].body.get("text", ""))
        for topic, level, number in rows
    ]


def _page(edition: ReportEdition, made: making.Page) -> ReportPage:
    digest = sha256([made.topic, made.level, made.title, made.html])
    return ReportPage(
        edition_id=edition.id, language=made.language, position=made.position, level=made.level, topic=made.topic,
        title=made.title, html=made.html, sha256=digest,
    )  # fmt: skip


def _file(edition: ReportEdition, made: making.File) -> ReportFile:
    stored = files.keep_data(made.data, made.name, media_type=made.media_type, actor=SYSTEM)
    return ReportFile(
        edition_id=edition.id, name=made.name, form=made.form, language=made.language, media_type=made.media_type,
        sha256=stored.sha256, size=stored.size, file_id=stored.id,
    )  # fmt: skip


@event.listens_for(Session, "before_flush")
def _keep_frozen(session: Session, _context: Any, _instances: Any) -> None:
    """Nothing in the portal changes or deletes what is frozen."""
    for thing in (*session.dirty, *session.deleted):
        if isinstance(thing, ReportPage | ReportFile) and (thing in session.deleted or session.is_modified(thing)):
            raise InvalidTransition(_("This edition is published: it is never changed."))
        if isinstance(thing, ReportEdition) and (thing in session.deleted or session.is_modified(thing)):
            history = inspect(thing).attrs.frozen_at.history
            before = history.deleted[0] if history.deleted else (history.unchanged[0] if history.unchanged else None)
            if before is not None or (thing in session.deleted and thing.frozen_at is not None):
                raise InvalidTransition(_("This edition is published: it is never changed."))


def register() -> None:
    """Tell the worker how editions and previews are made."""
    queue.register_task(MAKE, make_edition, lease=LEASE)
    queue.register_task(PREVIEW, preview_report, lease=LEASE)
