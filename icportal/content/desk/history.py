"""What happened to a text: every step and every revision, any two of them compared, an old one brought back."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request

from icportal.content import queries
from icportal.content import services as content
from icportal.content.desk import comparison
from icportal.content.desk.opening import Answer, OpenText, seen_version
from icportal.content.enums import Permission
from icportal.content.flow import CONTENT
from icportal.content.models import Revision
from icportal.core.permissions import can
from icportal.core.strings import _
from icportal.i18n.formatting import moment
from icportal.web.forms import TransitionForm
from icportal.web.identity import current_actor
from icportal.web.routing import row_number
from icportal.workflow import engine


def history(text: OpenText) -> Answer:
    """All steps and revisions, newest first."""
    revisions = queries.revisions_of(text.version.id)
    return render_template(
        "content/history_show.html",
        text=text,
        version=text.version,
        written_in=text.written_in,
        entries=_entries(text, revisions),
        revisions=revisions,
        published_id=text.version.published_id,
    )


def compare(text: OpenText) -> Answer:
    """Two revisions, word by word."""
    version, desk = text.version, text.desk
    numbers = sorted((request.args.get("old", 1, type=row_number), request.args.get("new", 1, type=row_number)))
    old, new = (queries.revision_of(version.id, number) for number in numbers)
    changes: list[Any] = [*comparison.compare(text.known_fields(old, new), old.body, new.body)]
    if version.is_source:
        changes += desk.compare_facts(old.facts, new.facts)
    return render_template(
        "content/history_compare.html",
        text=text,
        version=version,
        written_in=text.written_in,
        old=old,
        new=new,
        changes=changes,
        names=desk.people({old.author_id, new.author_id}),
        may_restore=can(current_actor(), Permission.EDIT if version.is_source else Permission.TRANSLATE, version),
    )


def restore(text: OpenText, number: int) -> Answer:
    """Make an old revision the newest draft."""
    content.restore(text.version, number, actor=current_actor(), seen=seen_version(TransitionForm()))
    flash(_("Revision %(number)s is the newest draft again. What the public reads has not changed.", number=number), "success")
    return redirect(text.workspace, 303)


def _entries(text: OpenText, revisions: list[Revision]) -> list[dict[str, Any]]:
    events = engine.history(CONTENT, text.version.id)
    names = text.desk.people({revision.author_id for revision in revisions} | {event.actor_id for event in events})
    cities = text.desk.cities({revision.acting_for for revision in revisions} | {event.acting_for for event in events})
    by_hash = {revision.sha256: revision.number for revision in revisions}
    found: list[tuple[Any, int, dict[str, Any]]] = []
    for revision in revisions:
        entry: dict[str, Any] = {
            "what": _("Revision %(number)s was saved", number=revision.number),
            "who": names.get(revision.author_id or 0, _("the portal")),
            "acting_for": cities.get(revision.acting_for or 0),
            "url": text.url_here("compare", old=max(1, revision.number - 1), new=revision.number),
        }
        found.append((revision.created_at, 1, entry))
    for event in events:
        transition, number = CONTENT.find(event.transition), by_hash.get(event.revision_hash)
        what = _("%(step)s (revision %(number)s)", step=transition.label, number=number) if number else str(transition.label)
        entry = {
            "what": what,
            "who": names.get(event.actor_id or 0, _("the portal")),
            "acting_for": cities.get(event.acting_for or 0),
            "reason": event.reason,
            "state": CONTENT.state(event.target),
        }
        found.append((event.at, 0, entry))
    found.sort(key=lambda each: each[:2], reverse=True)
    return [{"when": moment(when), **entry} for when, _order, entry in found]
