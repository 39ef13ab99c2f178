"""Writing: an item, its source text and reviewed facts, what is typed and not saved, and when it is visible."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import select

from icportal.content import kinds, publication, queries
from icportal.content.enums import Permission
from icportal.content.flow import CONTENT
from icportal.content.models import Autosave, ContentItem, LanguageVersion, Revision
from icportal.content.services.pieces import append, check_title, count, drop_autosave, refuse_stale, reopen_for_writing
from icportal.content.services.translating import claim_same_meaning
from icportal.core import audit
from icportal.core.actors import Actor
from icportal.core.clock import now
from icportal.core.db import db
from icportal.core.errors import DomainError, Stale
from icportal.core.permissions import authorise
from icportal.core.strings import _
from icportal.core.text import slugify
from icportal.i18n.locales import CONTENT_LANGUAGES


def create_item(
    *,
    actor: Actor,
    kind: str,
    language: str,
    title: str,
    city_id: int | None,
    slug: str | None = None,
    facts: Mapping[str, Any] | None = None,
    body: Mapping[str, str] | None = None,
) -> LanguageVersion:
    """Start a text: an item and its source version, with a title and nothing else. The caller has authorised it.

    ``facts`` are those its kind will report for it, where they are known already; ``body`` is the rest of the text
    where it is taken over whole.
    """
    if language not in CONTENT_LANGUAGES:
        raise DomainError(_("Choose the language you write in."), field="language")
    item = ContentItem(kind=kind, slug=_free_slug(kind, slug or title), source_language=language, city_id=city_id)
    version = LanguageVersion(item=item, language=language, is_source=True, state=CONTENT.initial)
    db.session.add_all([item, version])
    db.session.flush()
    audit.record(actor, "content.item:create", item, after={"kind": kind, "language": language}, city_id=city_id)
    if title.strip():
        append(version, {kinds.get(kind).title: title.strip(), **(body or {})}, actor=actor, facts=facts)
    return version


def save_source(
    version: LanguageVersion, body: Mapping[str, str], *, actor: Actor, seen: int, same_meaning: bool = False
) -> Revision | None:
    """Keep what was written as a new revision; None when nothing changed. A text in review goes back to draft.

    ``seen`` is the version that was opened; ``same_meaning`` claims that what changed since the published text
    is wording only, so that translations need no work.

    Raises:
        Stale: with (field label, mine, theirs) for every field that differs.
        FieldErrors: a title missing or too long; a draft may otherwise be incomplete.
    """
    authorise(actor, Permission.EDIT, version)
    publication.hold_text(version.item, version)
    kind = kinds.get(version.item.kind)
    clean = {field.name: str(body.get(field.name, "")).strip() for field in kind.fields_for(version.item)}
    clean = {name: text for name, text in clean.items() if text}
    refuse_stale(version, clean, seen)
    check_title(kind, clean)
    if version.head and version.head.body == clean:
        if same_meaning:
            claim_same_meaning(version, actor=actor)
        drop_autosave(version, actor=actor)
        return None
    reopen_for_writing(version, actor=actor)
    revision = append(version, clean, actor=actor, facts=kind.reviewed_facts(version.item))
    if same_meaning:
        claim_same_meaning(version, actor=actor)
    drop_autosave(version, actor=actor)
    return revision


def save_facts(item: ContentItem, *, actor: Actor) -> Revision | None:
    """Keep the facts that are reviewed as a new revision of the source, its words unchanged; None when they stand there.

    The public reads the old facts until a second person has approved the new ones. Whoever is writing the text
    meanwhile may go on: their open form is not out of date.
    """
    version = item.source
    authorise(actor, Permission.EDIT, version)
    publication.hold_text(item)
    facts = kinds.get(item.kind).reviewed_facts(item)
    if facts is None or (version.head and version.head.facts == facts):
        return None
    reopen_for_writing(version, actor=actor)
    return append(version, version.head.body if version.head else {}, actor=actor, facts=facts)


def restore(version: LanguageVersion, number: int, *, actor: Actor, seen: int) -> Revision:
    """Make the words of an old revision the newest draft, with the facts as they are now.

    What the public reads stays until it is approved again.
    """
    authorise(actor, Permission.EDIT if version.is_source else Permission.TRANSLATE, version)
    publication.hold_text(version.item, version)
    old = queries.revision_of(version.id, number)
    if version.version != seen:
        raise Stale(_("Somebody has changed this since you opened it. Nothing of yours was applied: look at it again."))
    if version.head and (version.head.body, version.head.segments) == (old.body, old.segments):
        raise DomainError(_("This already is the newest text."))
    reopen_for_writing(version, actor=actor)
    source = db.session.get(Revision, old.source_revision_id) if old.source_revision_id else None
    facts = kinds.get(version.item.kind).reviewed_facts(version.item) if version.is_source else None
    revision = append(version, old.body, actor=actor, segments=old.segments, source=source, facts=facts)
    if not version.is_source:
        count(version)
    return revision


def set_visibility(item: ContentItem, *, actor: Actor, visible_from: date | None, visible_until: date | None) -> None:
    """Say from which day to which the public sees an item once it is published; both ends included."""
    authorise(actor, Permission.EDIT_ITEM, item.source)
    if visible_from and visible_until and visible_until < visible_from:
        raise DomainError(_("The last day has to be on or after the first day."), field="visible_until")
    before = {"visible_from": item.visible_from, "visible_until": item.visible_until}
    after = {"visible_from": visible_from, "visible_until": visible_until}
    if before == after:
        return
    item.visible_from, item.visible_until = visible_from, visible_until
    db.session.flush()
    publication.refresh(item)
    audit.record(actor, "content.item:schedule", item, before=before, after=after, city_id=item.city_id)


def keep_typing(version: LanguageVersion, body: Mapping[str, Any], *, actor: Actor, seen: int) -> Autosave:
    """Keep what a person is typing, for this person only, until it is saved or dropped."""
    authorise(actor, Permission.EDIT if version.is_source else Permission.TRANSLATE, version)
    assert actor.id is not None
    kept = db.session.get(Autosave, (actor.id, version.id))
    if kept is None:
        kept = Autosave(user_id=actor.id, language_version_id=version.id, base_version=seen)
        db.session.add(kept)
    kept.body, kept.base_version, kept.saved_at = dict(body), seen, now()
    db.session.flush()
    return kept


def drop_typing(version: LanguageVersion, *, actor: Actor) -> None:
    """Forget what this person typed and did not save."""
    authorise(actor, Permission.EDIT if version.is_source else Permission.TRANSLATE, version)
    drop_autosave(version, actor=actor)


def _free_slug(kind: str, text: str) -> str:
    base = slugify(text)[:100]
    taken = set(db.session.scalars(select(ContentItem.slug).where(ContentItem.kind == kind, ContentItem.slug.like(f"{base}%"))))
    if base not in taken:
        return base
    return next(f"{base}-{number}" for number in range(2, len(taken) + 3) if f"{base}-{number}" not in taken)
