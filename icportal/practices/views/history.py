"""What happened to a text: every step and every revision, any two of them compared, an old one brought back."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for

from icportal.content import queries as content_queries
from icportal.content import services as content
from icportal.content.enums import Permission as ContentPermission
from icportal.content.flow import CONTENT
from icportal.content.models import LanguageVersion
from icportal.core.permissions import authorise, can
from icportal.core.strings import _
from icportal.i18n.formatting import moment
from icportal.i18n.locales import CONTENT_LANGUAGES
from icportal.practices import comparison, desk
from icportal.practices.models import Practice
from icportal.practices.views.pages import Answer, blueprint
from icportal.web.decorators import requires
from icportal.web.forms import TransitionForm
from icportal.web.identity import current_actor
from icportal.web.routing import row_number
from icportal.workflow import engine


@blueprint.get("/work/practices/<int:practice_id>/<slug:code>/history")
@requires(ContentPermission.VIEW_DRAFT)
def history(practice_id: int, code: str) -> Answer:
    """All steps and revisions, newest first."""
    practice, version = _opened(practice_id, code)
    revisions = content_queries.revisions_of(version.id)
    return render_template(
        "practices/history_show.html",
        practice=practice,
        version=version,
        written_in=CONTENT_LANGUAGES[version.language],
        entries=_entries(practice, version, revisions),
        revisions=revisions,
        published_id=version.published_id,
    )


@blueprint.get("/work/practices/<int:practice_id>/<slug:code>/compare")
@requires(ContentPermission.VIEW_DRAFT)
def compare(practice_id: int, code: str) -> Answer:
    """Two revisions, word by word."""
    practice, version = _opened(practice_id, code)
    numbers = sorted((request.args.get("old", 1, type=row_number), request.args.get("new", 1, type=row_number)))
    old, new = (content_queries.revision_of(version.id, number) for number in numbers)
    permission = ContentPermission.EDIT if version.is_source else ContentPermission.TRANSLATE
    return render_template(
        "practices/history_compare.html",
        practice=practice,
        version=version,
        written_in=CONTENT_LANGUAGES[version.language],
        old=old,
        new=new,
        changes=[
            *comparison.compare(old.body, new.body),
            *(comparison.compare_facts(old.facts, new.facts) if version.is_source else []),
        ],
        revisions=content_queries.revisions_of(version.id),
        names=desk.names_of({old.author_id, new.author_id}),
        may_restore=can(current_actor(), permission, version),
    )


@blueprint.post("/work/practices/<int:practice_id>/<slug:code>/restore/<int:number>")
@requires(ContentPermission.VIEW_DRAFT)
def restore(practice_id: int, code: str, number: int) -> Answer:
    """Make an old revision the newest draft."""
    _practice, version = _opened(practice_id, code)
    form = TransitionForm()
    content.restore(version, number, actor=current_actor(), seen=form.version.data or 0)
    flash(_("Revision %(number)s is the newest draft again. What the public reads has not changed.", number=number), "success")
    return redirect(url_for("practices.workspace", practice_id=practice_id), 303)


def _opened(practice_id: int, code: str) -> tuple[Practice, LanguageVersion]:
    practice = desk.open_practice(practice_id, actor=current_actor())
    version = desk.version_in(practice, code)
    authorise(current_actor(), ContentPermission.VIEW_DRAFT, version)
    return practice, version


def _entries(practice: Practice, version: LanguageVersion, revisions: list[Any]) -> list[dict[str, Any]]:
    events = engine.history(CONTENT, version.id)
    names = desk.names_of({revision.author_id for revision in revisions} | {event.actor_id for event in events})
    cities = desk.city_names_of({each.acting_for for each in (*revisions, *events)})
    by_hash = {revision.sha256: revision.number for revision in revisions}
    found: list[tuple[Any, int, dict[str, Any]]] = []
    for revision in revisions:
        entry: dict[str, Any] = {
            "what": _("Revision %(number)s was saved", number=revision.number),
            "who": names.get(revision.author_id or 0, _("the portal")),
            "acting_for": cities.get(revision.acting_for or 0),
            "url": url_for(
                "practices.compare",
                practice_id=practice.id,
                code=version.language,
                old=max(1, revision.number - 1),
                new=revision.number,
            ),
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
