"""What the services of content have in common. Only they call these."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import delete, update
from sqlalchemy.orm.attributes import set_committed_value

from icportal.content import kinds, publication, queries
from icportal.content.enums import ContentState
from icportal.content.flow import CONTENT
from icportal.content.models import Autosave, ContentItem, LanguageVersion, Projection, Revision
from icportal.core import audit
from icportal.core.actors import Actor
from icportal.core.canonical import sha256
from icportal.core.db import db
from icportal.core.errors import DomainError, InvalidTransition, Stale
from icportal.core.strings import _
from icportal.i18n.staleness import counts
from icportal.workflow import engine
from icportal.workflow.models import WorkflowEvent

TITLE_LENGTH = 300


def fire(
    version: LanguageVersion, name: str, *, actor: Actor, seen: int | None = None, seen_hash: str = "", reason: str = ""
) -> WorkflowEvent:
    publication.hold_text(version.item, version)
    return engine.fire(
        CONTENT,
        version,
        name,
        actor=actor,
        version=seen,
        reason=reason,
        revision_hash=version.head.sha256 if version.head else "",
        seen_hash=seen_hash,
        city_id=version.city_id,
    )


def append(
    version: LanguageVersion,
    body: Mapping[str, str],
    *,
    actor: Actor,
    segments: Sequence[Mapping[str, str]] | None = None,
    source: Revision | None = None,
    facts: Mapping[str, Any] | None = None,
) -> Revision:
    head = version.head
    revision = Revision(
        language_version_id=version.id,
        number=head.number + 1 if head else 1,
        parent_id=head.id if head else None,
        author_id=actor.id,
        acting_for=actor.acting_for,
        body=dict(body),
        segments=[dict(segment) for segment in segments] if segments is not None else None,
        source_revision_id=source.id if source else None,
        facts=dict(facts) if facts is not None else None,
    )
    revision.sha256 = sha256(revision.content())
    db.session.add(revision)
    db.session.flush()
    if head and head.body == revision.body and head.segments == revision.segments:
        # Only facts have changed: past the version column, so that an open form of the text is not out of date.
        pointing = update(LanguageVersion).where(LanguageVersion.id == version.id).values(head_id=revision.id)
        db.session.execute(pointing.execution_options(synchronize_session=False))
        set_committed_value(version, "head_id", revision.id)
    else:
        # One UPDATE: given as an object, the database would be told a second time.
        version.head_id = revision.id
        version.title = body.get(kinds.get(version.item.kind).title, "")[:TITLE_LENGTH]
    set_committed_value(version, "head", revision)
    db.session.flush()
    db.session.expire(version, ["revisions"])
    audit.record(
        actor,
        "content.version:save",
        version,
        before={"revision": head.sha256 if head else ""},
        after={"revision": revision.sha256, "number": revision.number},
        city_id=version.city_id,
    )
    return revision


def reopen_for_writing(version: LanguageVersion, *, actor: Actor) -> None:
    if version.state in (ContentState.PUBLISHED, ContentState.REVIEW):
        fire(version, "revise", actor=actor)
    elif version.state in (ContentState.WITHDRAWN, ContentState.ARCHIVED):
        raise InvalidTransition(_("Bring the text back as a draft before you change it."))


def refuse_stale(version: LanguageVersion, mine: Mapping[str, str], seen: int) -> None:
    if version.version == seen:
        return
    theirs = version.head.body if version.head else {}
    raise Stale(
        _("Somebody else has saved this text since you opened it. Both texts are shown; nothing of yours was saved."),
        [
            (field.label, mine.get(field.name, ""), theirs.get(field.name, ""))
            for field in kinds.get(version.item.kind).fields_for(version.item)
            if mine.get(field.name, "") != theirs.get(field.name, "")
        ],
    )


def check_title(kind: kinds.ContentKind, body: Mapping[str, str]) -> None:
    title = body.get(kind.title, "")
    if not title:
        raise DomainError(_("Give it a title: it is how you find it again."), field=kind.title)
    if len(title) > TITLE_LENGTH:
        raise DomainError(_("The title is too long: at most %(max)s characters.", max=TITLE_LENGTH), field=kind.title)


def need_published_source(version: LanguageVersion) -> None:
    if not version.is_source and not version.item.source.is_published:
        raise InvalidTransition(_("The original is not public now: a translation waits until it is published again."))


def count(version: LanguageVersion) -> None:
    """Write the derived numbers past the version column: nobody's open form is out of date because of them."""
    answers = queries.answers(version)
    stale, missing = counts(answers)
    db.session.flush()
    derived = (
        update(LanguageVersion).where(LanguageVersion.id == version.id).values(stale_segments=stale, missing_segments=missing)
    )
    db.session.execute(derived.execution_options(synchronize_session=False))
    set_committed_value(version, "stale_segments", stale)
    set_committed_value(version, "missing_segments", missing)
    projection = db.session.get(Projection, version.id) if version.is_published else None
    if projection is not None:
        behind = any(counts(answers if version.head_id == version.published_id else queries.answers(version, version.published)))
        if not behind:
            projection.source_changed_at = None
        elif projection.source_changed_at is None:
            projection.source_changed_at = version.item.source.published_at
    db.session.flush()
    kinds.get(version.item.kind).counted(version)


def recount(item: ContentItem) -> None:
    """Compute anew how every translation stands against the published source."""
    for version in item.versions:
        if not version.is_source:
            count(version)


def drop_autosave(version: LanguageVersion, *, actor: Actor) -> None:
    db.session.execute(delete(Autosave).where(Autosave.user_id == actor.id, Autosave.language_version_id == version.id))
