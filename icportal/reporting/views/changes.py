"""What changed in a response between two steps, how it came to be what it is, and its files."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Response as Download
from flask import render_template, request, url_for

from icportal.accounts.directory import names_of
from icportal.cities.queries import names_by_id
from icportal.core import files
from icportal.core.canonical import sha256
from icportal.core.errors import NotFound
from icportal.core.strings import _
from icportal.i18n.catalogues import current_language
from icportal.i18n.formatting import moment
from icportal.reporting import reading, responses, snapshots
from icportal.reporting.asked import asked
from icportal.reporting.enums import Permission
from icportal.reporting.flow import RESPONSE
from icportal.reporting.models import Response, Snapshot
from icportal.reporting.views.pages import Answer, blueprint
from icportal.reporting.views.review import context_of
from icportal.web.decorators import requires
from icportal.web.identity import current_actor
from icportal.web.routing import row_number
from icportal.workflow import engine
from icportal.workflow.history import told
from icportal.workflow.models import WorkflowEvent


@blueprint.get("/work/reporting/<slug:round_slug>/<slug:slug>/changes")
@requires(Permission.VIEW_RESPONSE)
def compare_response(round_slug: str, slug: str) -> Answer:
    """Two steps set against each other, or the last one and what stands there now."""
    response, city = responses.open_response(round_slug, slug, actor=current_actor())
    kept = snapshots.snapshots_of(response)
    current = snapshots.answers_as_read(response)
    first, second = _chosen(kept, sha256(current))
    language = current_language().code
    words = asked(response.round.questionnaire_version, language)
    new = snapshots.content_of(second) if second else current
    return render_template(
        "reporting/response_changes.html",
        **context_of(response, city),
        kept=[(step.id, step_words(step)) for step in reversed(kept)],
        first=first,
        second=second,
        step_words=step_words,
        changes=snapshots.compare(snapshots.content_of(first), new, words, language) if first else [],
    )


def _chosen(kept: list[Snapshot], current: str) -> tuple[Snapshot | None, Snapshot | None]:
    """The two steps asked for; else the last one that differs from what stands there now (None) against that."""
    by_id = {step.id: step for step in kept}
    differing = next((step for step in reversed(kept) if step.sha256 != current), kept[-1] if kept else None)
    first = by_id.get(request.args.get("from", type=row_number) or 0) or differing
    second = by_id.get(request.args.get("to", type=row_number) or 0)
    if first and second and first.id > second.id:
        first, second = second, first
    return first, second


def step_words(step: Snapshot) -> str:
    """A step with its day: "Accept, 12 May 2026, 10:30"."""
    return _("%(step)s, %(when)s", step=str(RESPONSE.find(step.step).label), when=moment(step.at, "short"))


@blueprint.get("/work/reporting/<slug:round_slug>/<slug:slug>/history")
@requires(Permission.VIEW_RESPONSE)
def response_history(round_slug: str, slug: str) -> Answer:
    """Every step of a response: who took it, when, why, and what changed up to it."""
    response, city = responses.open_response(round_slug, slug, actor=current_actor())
    return render_template("reporting/response_history.html", **context_of(response, city), entries=entries_of(response))


def entries_of(response: Response) -> list[dict[str, Any]]:
    """The history of a response, newest first, as ``components/history.html`` shows it; each step leads to what it changed."""
    events = engine.history(RESPONSE, response.id)
    names = names_of({event.actor_id for event in events})
    places = names_by_id({event.acting_for for event in events}, current_language().code)
    steps = _steps_of(events, snapshots.snapshots_of(response))
    found = told(RESPONSE, events, names, places=places)
    for entry, event in zip(found, reversed(events), strict=True):
        earlier, step = steps.get(event.id, (None, None))
        entry["url"] = _changes_url(response, earlier, step) if step and earlier else ""
    return found


def _steps_of(events: Sequence[WorkflowEvent], kept: list[Snapshot]) -> dict[int, tuple[Snapshot | None, Snapshot]]:
    """The snapshot of each event, with the one before it. Both lists are in the same order."""
    found: dict[int, tuple[Snapshot | None, Snapshot]] = {}
    earlier: Snapshot | None = None
    for event, step in zip((event for event in events if event.revision_hash), kept, strict=False):
        if (event.transition, event.revision_hash) != (step.step, step.sha256):
            break
        found[event.id] = earlier, step
        earlier = step
    return found


def _changes_url(response: Response, first: Snapshot, second: Snapshot) -> str:
    values: dict[str, Any] = {"round_slug": response.round.slug, "slug": (request.view_args or {})["slug"], "from": first.id}
    return url_for("reporting.compare_response", to=second.id, **values)


@blueprint.get("/work/reporting/<slug:round_slug>/<slug:slug>/read/<string:key>")
@requires(Permission.VIEW_RESPONSE)
def download_read_file(round_slug: str, slug: str, key: str) -> Download:
    """A file that stands in the response, for those who read it: as it stands now, or as it stood at a step."""
    response, _city = responses.open_response(round_slug, slug, actor=current_actor())
    contents = [snapshots.answers_as_read(response), *map(snapshots.content_of, snapshots.snapshots_of(response))]
    for content in contents:
        try:
            found = reading.work_file(content, key)
        except NotFound:
            continue
        return Download(files.open_file(found), headers={**files.headers_for(found), "Cache-Control": "no-store"})
    raise NotFound(_("There is no such file."))
