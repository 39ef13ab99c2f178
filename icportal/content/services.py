"""What people do with a text. Every function checks the permission, writes once, and leaves a trace."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm.attributes import set_committed_value

from icportal.content import kinds, publication, queries
from icportal.content.enums import ContentState, Permission, SegmentState
from icportal.content.flow import CONTENT
from icportal.content.models import Autosave, Comment, ContentItem, LanguageVersion, MeaningClaim, Projection, Revision
from icportal.core import audit
from icportal.core.actors import Actor
from icportal.core.canonical import sha256
from icportal.core.clock import now
from icportal.core.db import db
from icportal.core.errors import DomainError, FieldErrors, InvalidTransition, Stale
from icportal.core.permissions import authorise
from icportal.core.strings import Text, _
from icportal.core.text import count_words, slugify
from icportal.core.transactions import insert_once
from icportal.i18n.locales import CONTENT_LANGUAGES
from icportal.i18n.segments import put_together
from icportal.i18n.staleness import compare, counts
from icportal.workflow import engine
from icportal.workflow.models import WorkflowEvent

TITLE_LENGTH = 300


@dataclass(frozen=True)
class Planned:
    """A translation that is not there yet, for the question who may begin it."""

    language: str
    city_id: int | None
    is_source: bool = False


def create_item(
    *,
    actor: Actor,
    kind: str,
    language: str,
    title: str,
    city_id: int | None,
    slug: str | None = None,
    facts: Mapping[str, Any] | None = None,
) -> LanguageVersion:
    """Start a text: an item and its source version, with a title and nothing else. The caller has authorised it.

    ``facts`` are those its kind will report for it, where they are known already.
    """
    if language not in CONTENT_LANGUAGES:
        raise DomainError(_("Choose the language you write in."), field="language")
    item = ContentItem(kind=kind, slug=_free_slug(kind, slug or title), source_language=language, city_id=city_id)
    version = LanguageVersion(item=item, language=language, is_source=True, state=CONTENT.initial)
    db.session.add_all([item, version])
    db.session.flush()
    audit.record(actor, "content.item:create", item, after={"kind": kind, "language": language}, city_id=city_id)
    if title.strip():
        _append(version, {kinds.get(kind).title: title.strip()}, actor=actor, facts=facts)
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
    clean = {field.name: str(body.get(field.name, "")).strip() for field in kind.fields}
    clean = {name: text for name, text in clean.items() if text}
    _refuse_stale(version, clean, seen)
    _check_title(kind, clean)
    if version.head and version.head.body == clean:
        if same_meaning:
            claim_same_meaning(version, actor=actor)
        _drop_autosave(actor, version)
        return None
    _reopen_for_writing(version, actor)
    revision = _append(version, clean, actor=actor, facts=kind.reviewed_facts(version.item))
    if same_meaning:
        claim_same_meaning(version, actor=actor)
    _drop_autosave(actor, version)
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
    _reopen_for_writing(version, actor)
    return _append(version, version.head.body if version.head else {}, actor=actor, facts=facts)


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
        _drop_autosave(actor, version)
        return None
    _reopen_for_writing(version, actor)
    body = put_together([(segment["field"], segment["text"]) for segment in segments])
    revision = _append(version, body, actor=actor, segments=segments, source=version.item.source.published)
    _count(version)
    _drop_autosave(actor, version)
    return revision


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
    _reopen_for_writing(version, actor)
    source = db.session.get(Revision, old.source_revision_id) if old.source_revision_id else None
    facts = kinds.get(version.item.kind).reviewed_facts(version.item) if version.is_source else None
    revision = _append(version, old.body, actor=actor, segments=old.segments, source=source, facts=facts)
    if not version.is_source:
        _count(version)
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


def submit(version: LanguageVersion, *, actor: Actor, seen: int | None = None) -> WorkflowEvent:
    """Send a complete text to review.

    Raises:
        FieldErrors: every field that is missing or over its limit, with what to do.
    """
    authorise(actor, Permission.SUBMIT, version)
    publication.hold_text(version.item, version)
    problems = incomplete(version)
    if problems:
        raise FieldErrors(problems)
    return _fire(version, "submit", actor=actor, seen=seen)


def approve(version: LanguageVersion, *, actor: Actor, seen_hash: str, seen: int | None = None) -> WorkflowEvent:
    """Publish exactly the revision that was read. Its authors may not; see ``override``."""
    event = _fire(version, "approve", actor=actor, seen=seen, seen_hash=seen_hash)
    _need_published_source(version)
    _publish(version)
    return event


def override(version: LanguageVersion, *, actor: Actor, seen_hash: str, reason: str, seen: int | None = None) -> WorkflowEvent:
    """Publish without a second person; the reason stays in the history."""
    event = _fire(version, "override", actor=actor, seen=seen, seen_hash=seen_hash, reason=reason)
    _need_published_source(version)
    _publish(version)
    return event


def adopt(version: LanguageVersion, *, actor: Actor, published_at: Any, reason: str) -> WorkflowEvent:
    """Take over a text that was published before the portal was; only the portal itself does this."""
    event = _fire(version, "adopt", actor=actor, reason=reason)
    _publish(version, at=published_at)
    return event


def request_changes(version: LanguageVersion, *, actor: Actor, reason: str, seen: int | None = None) -> WorkflowEvent:
    """Send a text back to its authors with the reason."""
    return _fire(version, "request_changes", actor=actor, seen=seen, reason=reason)


def retract(version: LanguageVersion, *, actor: Actor, seen: int | None = None) -> WorkflowEvent:
    """Take one's own submission back."""
    return _fire(version, "retract", actor=actor, seen=seen)


def withdraw(version: LanguageVersion, *, actor: Actor, reason: str, seen: int | None = None) -> WorkflowEvent:
    """Take a text from the public; with the original go its translations."""
    event = _fire(version, "withdraw", actor=actor, seen=seen, reason=reason)
    _unpublish(version)
    if version.is_source:
        for translation in version.item.versions:
            if translation.is_published:
                _fire(translation, "withdraw", actor=actor, reason=reason)
                _unpublish(translation)
    recount(version.item)
    publication.reshelve(version.item)
    return event


def archive(version: LanguageVersion, *, actor: Actor, reason: str, seen: int | None = None) -> WorkflowEvent:
    """Put a text away, from the public too."""
    if version.is_published:
        withdraw(version, actor=actor, reason=reason, seen=seen)
        seen = None
    return _fire(version, "archive", actor=actor, seen=seen, reason=reason)


def reopen(version: LanguageVersion, *, actor: Actor, seen: int | None = None) -> WorkflowEvent:
    """Bring a withdrawn or archived text back as a draft."""
    return _fire(version, "reopen", actor=actor, seen=seen)


def move(
    version: LanguageVersion, name: str, *, actor: Actor, seen: int | None, seen_hash: str = "", reason: str = ""
) -> WorkflowEvent:
    """Take the named step; what a button, a bulk action and the command line call alike."""
    steps: dict[str, Any] = {
        "submit": lambda: submit(version, actor=actor, seen=seen),
        "approve": lambda: approve(version, actor=actor, seen=seen, seen_hash=seen_hash),
        "override": lambda: override(version, actor=actor, seen=seen, seen_hash=seen_hash, reason=reason),
        "request_changes": lambda: request_changes(version, actor=actor, seen=seen, reason=reason),
        "retract": lambda: retract(version, actor=actor, seen=seen),
        "withdraw": lambda: withdraw(version, actor=actor, seen=seen, reason=reason),
        "archive": lambda: archive(version, actor=actor, seen=seen, reason=reason),
        "reopen": lambda: reopen(version, actor=actor, seen=seen),
    }
    if name not in steps:
        raise InvalidTransition(_("There is no such step."))
    return steps[name]()


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
    _drop_autosave(actor, version)


def add_comment(version: LanguageVersion, *, actor: Actor, field: str, text: str) -> Comment:
    """Remark on a field of the newest revision, or on the whole text."""
    authorise(actor, Permission.COMMENT, version)
    if not text.strip():
        raise DomainError(_("Write what you want to say."), field="text")
    if field and field not in {entry.name for entry in kinds.get(version.item.kind).fields}:
        raise DomainError(_("Choose the field your remark is about."), field="field")
    if version.head_id is None:
        raise DomainError(_("There is no text to remark on yet."), field="text")
    comment = Comment(
        language_version_id=version.id, revision_id=version.head_id, field=field, text=text.strip(), author_id=actor.id
    )
    db.session.add(comment)
    db.session.flush()
    audit.record(actor, "content.comment:add", comment, after={"field": field}, city_id=version.city_id)
    return comment


def settle_comment(version: LanguageVersion, comment_id: int, *, actor: Actor) -> Comment:
    """Mark a remark as dealt with."""
    authorise(actor, Permission.COMMENT, version)
    comment = db.session.get(Comment, comment_id)
    if comment is None or comment.language_version_id != version.id:
        raise DomainError(_("There is no such remark."))
    if comment.settled_at is None:
        comment.settled_by, comment.settled_at = actor.id, now()
        audit.record(actor, "content.comment:settle", comment, city_id=version.city_id)
    return comment


def incomplete(version: LanguageVersion) -> list[tuple[str | None, Text]]:
    """What still has to be done before a text can be sent to review."""
    kind = kinds.get(version.item.kind)
    body = version.head.body if version.head else {}
    found: list[tuple[str | None, Text]] = []
    if version.is_source:
        for field in kind.fields:
            text = body.get(field.name, "")
            if field.required and not text:
                found.append((field.name, _("“%(field)s” is needed before the text can be reviewed.", field=field.label)))
        found += kind.missing(version.item)
    elif not version.item.source.is_published:
        found.append((None, _("The original is not public now: a translation waits until it is published again.")))
    else:
        stale, missing = counts(queries.answers(version))
        if missing:
            found.append((None, _("%(count)s pieces are not translated yet.", count=missing)))
        if stale:
            found.append(
                (
                    None,
                    _(
                        "%(count)s pieces answer an older original: translate them again or confirm that the meaning is unchanged.",
                        count=stale,
                    ),
                )
            )
    for field in kind.fields:
        words = count_words(body.get(field.name, ""), version.language)
        limit = field.word_limit if version.is_source else field.word_limit * 3 // 2
        if field.word_limit and words > limit:
            found.append(
                (
                    field.name,
                    _(
                        "“%(field)s” has %(words)s words; at most %(limit)s are allowed.",
                        field=field.label,
                        words=words,
                        limit=limit,
                    ),
                )
            )
    return found


def recount(item: ContentItem) -> None:
    """Compute anew how every translation stands against the published source."""
    for version in item.versions:
        if not version.is_source:
            _count(version)


# --- the pieces -----------------------------------------------------------------------------------------------------


def _fire(
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


def _append(
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


def _reopen_for_writing(version: LanguageVersion, actor: Actor) -> None:
    if version.state in (ContentState.PUBLISHED, ContentState.REVIEW):
        _fire(version, "revise", actor=actor)
    elif version.state in (ContentState.WITHDRAWN, ContentState.ARCHIVED):
        raise InvalidTransition(_("Bring the text back as a draft before you change it."))


def _refuse_stale(version: LanguageVersion, mine: Mapping[str, str], seen: int) -> None:
    if version.version == seen:
        return
    theirs = version.head.body if version.head else {}
    raise Stale(
        _("Somebody else has saved this text since you opened it. Both texts are shown; nothing of yours was saved."),
        [
            (field.label, mine.get(field.name, ""), theirs.get(field.name, ""))
            for field in kinds.get(version.item.kind).fields
            if mine.get(field.name, "") != theirs.get(field.name, "")
        ],
    )


def _check_title(kind: kinds.ContentKind, body: Mapping[str, str]) -> None:
    title = body.get(kind.title, "")
    if not title:
        raise DomainError(_("Give it a title: it is how you find it again."), field=kind.title)
    if len(title) > TITLE_LENGTH:
        raise DomainError(_("The title is too long: at most %(max)s characters.", max=TITLE_LENGTH), field=kind.title)


def _publish(version: LanguageVersion, *, at: Any = None) -> None:
    assert version.head is not None
    version.published_id = version.head_id
    set_committed_value(version, "published", version.head)
    version.published_at = at or now()
    version.approved_number = version.head.number
    db.session.flush()
    publication.project(version)
    if version.is_source:
        publication.project_facts(version.item)
        recount(version.item)
    else:
        _count(version)
    publication.reshelve(version.item)


def _unpublish(version: LanguageVersion) -> None:
    version.published = None
    version.published_id = None
    version.published_at = None
    publication.withdraw(version)


def _need_published_source(version: LanguageVersion) -> None:
    if not version.is_source and not version.item.source.is_published:
        raise InvalidTransition(_("The original is not public now: a translation waits until it is published again."))


def _count(version: LanguageVersion) -> None:
    """Write the derived numbers past the version column: nobody's open form is out of date because of them."""
    stale, missing = counts(queries.answers(version))
    db.session.flush()
    derived = (
        update(LanguageVersion).where(LanguageVersion.id == version.id).values(stale_segments=stale, missing_segments=missing)
    )
    db.session.execute(derived.execution_options(synchronize_session=False))
    set_committed_value(version, "stale_segments", stale)
    set_committed_value(version, "missing_segments", missing)
    projection = db.session.get(Projection, version.id) if version.is_published else None
    if projection is not None:
        behind = any(counts(queries.answers(version, version.published)))
        if not behind:
            projection.source_changed_at = None
        elif projection.source_changed_at is None:
            projection.source_changed_at = version.item.source.published_at
    db.session.flush()


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


def _drop_autosave(actor: Actor, version: LanguageVersion) -> None:
    db.session.execute(delete(Autosave).where(Autosave.user_id == actor.id, Autosave.language_version_id == version.id))


def _free_slug(kind: str, text: str) -> str:
    base = slugify(text)[:100]
    taken = set(db.session.scalars(select(ContentItem.slug).where(ContentItem.kind == kind, ContentItem.slug.like(f"{base}%"))))
    if base not in taken:
        return base
    return next(f"{base}-{number}" for number in range(2, len(taken) + 3) if f"{base}-{number}" not in taken)
