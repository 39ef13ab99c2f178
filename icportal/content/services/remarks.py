"""Remarks on a field of a text, open until somebody settles them."""

from __future__ import annotations

from icportal.content import kinds
from icportal.content.enums import Permission
from icportal.content.models import Comment, LanguageVersion
from icportal.core import audit
from icportal.core.actors import Actor
from icportal.core.clock import now
from icportal.core.db import db
from icportal.core.errors import DomainError
from icportal.core.permissions import authorise
from icportal.core.strings import _


def add_comment(version: LanguageVersion, *, actor: Actor, field: str, text: str) -> Comment:
    """Remark on a field of the newest revision, or on the whole text."""
    authorise(actor, Permission.COMMENT, version)
    if not text.strip():
        raise DomainError(_("Write what you want to say."), field="text")
    if field and field not in {entry.name for entry in kinds.get(version.item.kind).fields_for(version.item)}:
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
