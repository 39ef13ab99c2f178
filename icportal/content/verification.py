"""Whether texts are what was written and what readers see is what was approved."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from sqlalchemy import select

from icportal.content import kinds, publication
from icportal.content.enums import ContentState
from icportal.content.flow import CONTENT
from icportal.content.models import LanguageVersion, Projection, Revision
from icportal.core.audit import AuditEntry
from icportal.core.canonical import sha256
from icportal.core.db import db
from icportal.workflow.models import WorkflowEvent

#: What the log keeps of a saved revision.
SAVED = "content.version:save"
WITHDRAWN = "withdraw"


def findings() -> list[str]:
    """Everything about texts that was changed behind the portal's back, a line each."""
    return [*_revisions(), *_published(), *_readers()]


def _revisions() -> Iterator[str]:
    """Revisions whose text is not what was written, and those that the log does not know or knows otherwise."""
    logged: dict[int | None, dict[int, tuple[object, ...]]] = defaultdict(dict)
    entries = select(AuditEntry.subject_id, AuditEntry.actor_id, AuditEntry.acting_for, AuditEntry.after)
    for entry in db.session.execute(entries.where(AuditEntry.action == SAVED)):
        after = entry.after or {}
        logged[entry.subject_id][after.get("number", 0)] = (after.get("revision"), entry.actor_id, entry.acting_for)
    query = select(Revision).order_by(Revision.id).execution_options(yield_per=500)
    for revision in db.session.scalars(query):
        line = f"revision {revision.id} (text {revision.language_version_id}, number {revision.number})"
        known = logged[revision.language_version_id].pop(revision.number, None)
        if revision.sha256 != sha256(revision.content()):
            yield line
        elif known != (revision.sha256, revision.author_id, revision.acting_for):
            yield f"{line} is not as the log has it"
    for version_id, numbers in logged.items():
        for number in sorted(numbers):
            yield f"revision (text {version_id}, number {number}) is gone"


def _published() -> Iterator[str]:
    """Versions whose public revision, or whose mark of the last approval, is not what the history approved."""
    public: dict[int, str] = {}
    approved: dict[int, str] = {}
    events = select(WorkflowEvent).where(WorkflowEvent.workflow == CONTENT.key)
    for event in db.session.scalars(events.order_by(WorkflowEvent.subject_id, WorkflowEvent.position)):
        if event.target == ContentState.PUBLISHED:
            public[event.subject_id] = approved[event.subject_id] = event.revision_hash
        elif event.transition == WITHDRAWN:
            public.pop(event.subject_id, None)
    shown = select(LanguageVersion.id, LanguageVersion.published_id, LanguageVersion.approved_number, Revision.sha256)
    numbers = {(row.language_version_id, row.sha256): row.number for row in db.session.execute(
        select(Revision.language_version_id, Revision.sha256, Revision.number)
    )}  # fmt: skip
    for row in db.session.execute(
        shown.outerjoin(Revision, Revision.id == LanguageVersion.published_id).order_by(LanguageVersion.id)
    ):
        if row.sha256 != public.get(row.id):
            yield f"content_language_version {row.id} shows the public something else than was approved"
        if row.approved_number != numbers.get((row.id, approved.get(row.id, "")), 0):
            yield f"content_language_version {row.id} counts revisions as approved that were not"


def _readers() -> Iterator[str]:
    """Pages that say something else than the revision they were made of. `icportal data reindex` makes them anew."""
    approved = select(LanguageVersion.item_id, Revision.facts).join(Revision, Revision.id == LanguageVersion.published_id)
    reviewed = {row.item_id: row.facts for row in db.session.execute(approved.where(LanguageVersion.is_source))}
    query = select(Projection, Revision).join(LanguageVersion, LanguageVersion.id == Projection.language_version_id)
    query = query.outerjoin(Revision, Revision.id == LanguageVersion.published_id).order_by(Projection.language_version_id)
    for projection, revision in db.session.execute(query.execution_options(yield_per=500)):
        expected = publication.words(kinds.get(projection.kind), revision) if revision else {}
        facts = reviewed.get(projection.item_id) or {}
        if (
            any(getattr(projection, name) != value for name, value in expected.items())
            or any(projection.facts.get(name) != value for name, value in facts.items())
            or not expected
        ):
            yield f"content_language_version {projection.language_version_id}: readers see something else than the published text"
