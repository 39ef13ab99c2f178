"""The steps of a text, from draft to the public and back."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm.attributes import set_committed_value

from icportal.content import kinds, publication, queries
from icportal.content.enums import Permission
from icportal.content.models import LanguageVersion
from icportal.content.services.pieces import count, fire, need_published_source, recount
from icportal.core.actors import Actor
from icportal.core.clock import now
from icportal.core.db import db
from icportal.core.errors import FieldErrors, InvalidTransition
from icportal.core.permissions import authorise
from icportal.core.strings import Text, _
from icportal.core.text import count_words
from icportal.i18n.staleness import counts
from icportal.workflow.models import WorkflowEvent


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
    return fire(version, "submit", actor=actor, seen=seen)


def approve(version: LanguageVersion, *, actor: Actor, seen_hash: str, seen: int | None = None) -> WorkflowEvent:
    """Publish exactly the revision that was read. Its authors may not; see ``override``."""
    event = fire(version, "approve", actor=actor, seen=seen, seen_hash=seen_hash)
    need_published_source(version)
    _publish(version)
    return event


def override(version: LanguageVersion, *, actor: Actor, seen_hash: str, reason: str, seen: int | None = None) -> WorkflowEvent:
    """Publish without a second person; the reason stays in the history."""
    event = fire(version, "override", actor=actor, seen=seen, seen_hash=seen_hash, reason=reason)
    need_published_source(version)
    _publish(version)
    return event


def adopt(version: LanguageVersion, *, actor: Actor, published_at: Any, reason: str) -> WorkflowEvent:
    """Take over a text that was published before the portal was; only the portal itself does this."""
    event = fire(version, "adopt", actor=actor, reason=reason)
    _publish(version, at=published_at)
    return event


def request_changes(version: LanguageVersion, *, actor: Actor, reason: str, seen: int | None = None) -> WorkflowEvent:
    """Send a text back to its authors with the reason."""
    return fire(version, "request_changes", actor=actor, seen=seen, reason=reason)


def retract(version: LanguageVersion, *, actor: Actor, seen: int | None = None) -> WorkflowEvent:
    """Take one's own submission back."""
    return fire(version, "retract", actor=actor, seen=seen)


def withdraw(version: LanguageVersion, *, actor: Actor, reason: str, seen: int | None = None) -> WorkflowEvent:
    """Take a text from the public; with the original go its translations."""
    event = fire(version, "withdraw", actor=actor, seen=seen, reason=reason)
    _unpublish(version)
    if version.is_source:
        for translation in version.item.versions:
            if translation.is_published:
                fire(translation, "withdraw", actor=actor, reason=reason)
                _unpublish(translation)
    recount(version.item)
    publication.reshelve(version.item)
    return event


def archive(version: LanguageVersion, *, actor: Actor, reason: str, seen: int | None = None) -> WorkflowEvent:
    """Put a text away, from the public too."""
    if version.is_published:
        withdraw(version, actor=actor, reason=reason, seen=seen)
        seen = None
    return fire(version, "archive", actor=actor, seen=seen, reason=reason)


def reopen(version: LanguageVersion, *, actor: Actor, seen: int | None = None) -> WorkflowEvent:
    """Bring a withdrawn or archived text back as a draft."""
    return fire(version, "reopen", actor=actor, seen=seen)


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


def incomplete(version: LanguageVersion) -> list[tuple[str | None, Text]]:
    """What still has to be done before a text can be sent to review."""
    kind = kinds.get(version.item.kind)
    body = version.head.body if version.head else {}
    fields = kind.fields_for(version.item, None if version.is_source else version.item.source.published)
    found: list[tuple[str | None, Text]] = []
    if version.is_source:
        for field in fields:
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
    for field in fields:
        if not field.word_limit:
            continue
        words = count_words(body.get(field.name, ""), version.language)
        limit = field.word_limit if version.is_source else field.word_limit * 3 // 2
        if words > limit:
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
        count(version)
    publication.reshelve(version.item)


def _unpublish(version: LanguageVersion) -> None:
    version.published = None
    version.published_id = None
    version.published_at = None
    publication.withdraw(version)
