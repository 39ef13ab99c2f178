"""Deciding several texts at once."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for

from icportal.content import queries as content_queries
from icportal.content.desk import EmptyForm, refused
from icportal.core.errors import DomainError
from icportal.core.strings import _
from icportal.practices import comparison, desk, services
from icportal.practices.enums import KIND, Permission
from icportal.practices.views.pages import Answer, blueprint
from icportal.web.decorators import requires
from icportal.web.identity import current_actor


@blueprint.route("/work/practices/review", methods=["GET", "POST"])
@requires(Permission.BULK)
def review_list() -> Answer:
    """What waits for this reviewer, to be read one by one or published together."""
    form = EmptyForm()
    if request.method == "POST" and form.validate():
        try:
            done = services.approve_many(_ticked(), actor=current_actor())
        except DomainError as error:
            return _review_list(refused(error), error.status)
        flash(_("%(count)s texts are published.", count=len(done)), "success")
        return redirect(url_for("practices.review_list"), 303)
    return _review_list(form, 422) if request.method == "POST" else _review_list(None, 200)


def _ticked() -> list[services.Approval]:
    found = []
    for value in request.form.getlist("text"):
        version_id, _colon, seen_hash = value.partition(":")
        if version_id.isdigit() and len(version_id) < 10:  # noqa: PLR2004  a row number
            found.append(services.Approval(int(version_id), seen_hash))
    return found


def _review_list(form: Any, status: int) -> Answer:
    query = content_queries.versions_waiting_for(current_actor(), KIND).get("review")
    texts = desk.to_review(query) if query is not None else []
    lines = {version.id: comparison.facts_line(version) for version, _row in texts}
    return render_template(
        "practices/work_review_list.html", texts=texts, lines=lines, form=form, ticked=request.form.getlist("text")
    ), status
