"""Translations: begun once the original is public, kept piece by piece, confirmed where the meaning is unchanged."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select

from icportal.content import publication, queries
from icportal.content.enums import Permission, SegmentState
from icportal.content.flow import CONTENT
from icportal.content.models import ContentItem, LanguageVersion, MeaningClaim, Revision
from icportal.content.services.pieces import append, count, drop_autosave, recount, reopen_for_writing
from icportal.core import audit
from icportal.core.actors import Actor
from icportal.core.db import db
from icportal.core.errors import DomainError, Stale
from icportal.core.permissions import authorise
from icportal.core.strings import _
from icportal.core.transactions import insert_once
from icportal.i18n.locales import CONTENT_LANGUAGES
from icportal.i18n.segments import cut, put_together
from icportal.i18n.staleness import compare


@dataclass(frozen=True)
class Planned:
    """A translation that is not there yet, for the question who may begin it."""

    language: str
    city_id: int | None
    is_source: bool = False


def start_translation(item: ContentItem, language: str, *, actor: Actor) -> LanguageVersion:
    """Open an item for translation into a language; the source has to be published first."""
    if language not in CONTENT_LANGUAGES:
        raise DomainError(_("Choose a language to translate into."), field="language")
    if item.version_in(language):
        raise DomainError(_("There is already a version in this language."), field="language")
    if not item.source.is_published:
        raise DomainError(_("The original has to be published before it is translated."), field="language")
    authorise(actor, Permission.TRANSLATE, Planned(language, item.city_id))
    missing = len(queries.segments_of(item.source, item.source.published))
    values = {"item_id": item.id, "language": language, "is_source": False, "state": CONTENT.initial, "missing_segments": missing}
    created = insert_once(LanguageVersion, **values)
    if created is None:
        raise DomainError(_("There is already a version in this language."), field="language")
    db.session.expire(item, ["versions"])
    version = queries.get_version(created)
    audit.record(actor, "content.version:start_translation", version, after={"language": language}, city_id=item.city_id)
    return version


def take_over_translation(item: ContentItem, language: str, body: Mapping[str, str], *, actor: Actor) -> LanguageVersion:
    """The whole of a translation that was made before the portal was, piece for piece; the caller publishes it.

    Raises:
        ValueError: a field has another number of pieces than its original.
    """
    version = LanguageVersion(item=item, language=language, is_source=False, state=CONTENT.initial)
    db.session.add(version)
    db.session.flush()
    segments = []
    fields = queries.field_kinds(item.source, item.source.published)
    answered = {name: cut([(name, kind)], body) for name, kind in fields}
    for piece in queries.segments_of(item.source, item.source.published):
        pieces = answered.get(piece.field) or []
        if not pieces:
            continue
        segments.append({"field": piece.field, "source": piece.text, "text": pieces.pop(0).text})
    if any(answered.values()):
        message = f"the {language} text of item {item.slug} is cut otherwise than its original"
        raise ValueError(message)
    append(version, body, actor=actor, segments=segments, source=item.source.published)
    return version


def save_translation(version: LanguageVersion, targets: Mapping[str, str], *, actor: Actor, seen: int) -> Revision | None:
    """Keep translated pieces. ``targets`` maps the hash of a source piece (with its place) to its translation.

    A key is ``<place>.<source hash>``: when the source was published anew meanwhile, a piece whose source
    text still stands is kept and the rest is refused.

    Raises:
        Stale: the translation or the source has changed; with both texts.
    """
    authorise(actor, Permission.TRANSLATE, version)
    publication.hold_text(version.item, version)
    current = queries.answers(version)
    if version.version != seen:
        raise Stale(
            _("Somebody else has saved this translation since you opened it. Both texts are shown; nothing of yours was saved."),
            [
                (answer.source, targets[key], answer.target)
                for place, answer in enumerate(current)
                if (key := f"{place}.{answer.source_hash}") in targets and targets[key].strip() != answer.target
            ],
        )
    known = {f"{place}.{answer.source_hash}" for place, answer in enumerate(current)}
    if set(targets) - known:
        raise Stale(
            _("The original was published anew while you were translating. Open the page again: your text is kept there.")
        )
    segments = []
    for place, answer in enumerate(current):
        if answer.state == SegmentState.GONE:
            continue
        text = str(targets.get(f"{place}.{answer.source_hash}", answer.target)).strip()
        if not text:
            continue
        answered = answer.source if text != answer.target else answer.old_source or answer.source
        segments.append({"field": answer.field, "source": answered, "text": text})
    if (version.head.segments if version.head else []) == segments:
        drop_autosave(version, actor=actor)
        return None
    reopen_for_writing(version, actor=actor)
    body = put_together([(segment["field"], segment["text"]) for segment in segments])
    revision = append(version, body, actor=actor, segments=segments, source=version.item.source.published)
    count(version)
    drop_autosave(version, actor=actor)
    return revision


def confirm_unchanged(version: LanguageVersion, source_hash: str, *, actor: Actor) -> MeaningClaim:
    """A translator's word that a changed piece of the source still means what the translation says."""
    authorise(actor, Permission.TRANSLATE, version)
    stale = next((a for a in queries.answers(version) if a.source_hash == source_hash and a.state == SegmentState.STALE), None)
    if stale is None:
        raise DomainError(_("This piece is up to date already."))
    return _claim(version, stale.old_hash, stale.source_hash, language=version.language, actor=actor)


def claim_same_meaning(version: LanguageVersion, *, actor: Actor) -> list[MeaningClaim]:
    """An author's word that the pieces changed since the published text mean the same, for every language."""
    authorise(actor, Permission.EDIT, version)
    before = [
        {"field": segment.field, "source": segment.text, "text": segment.text}
        for segment in queries.segments_of(version, version.published)
    ]
    changed = compare(queries.segments_of(version, version.head), before)
    return [
        _claim(version, answer.old_hash, answer.source_hash, language="", actor=actor)
        for answer in changed
        if answer.state == SegmentState.STALE
    ]


def _claim(version: LanguageVersion, old: str, new: str, *, language: str, actor: Actor) -> MeaningClaim:
    query = select(MeaningClaim).where(
        MeaningClaim.item_id == version.item_id,
        MeaningClaim.old_hash == old,
        MeaningClaim.new_hash == new,
        MeaningClaim.language == language,
    )
    claim = db.session.scalar(query)
    if claim is None:
        claim = MeaningClaim(item_id=version.item_id, old_hash=old, new_hash=new, language=language, claimed_by=actor.id)
        db.session.add(claim)
        db.session.flush()
        audit.record(
            actor, "content.version:claim_same_meaning", version, after={"old": old, "new": new}, city_id=version.city_id
        )
        recount(version.item)
    return claim
