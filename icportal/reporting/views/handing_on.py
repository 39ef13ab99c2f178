"""Making something of an answer that is no longer being answered; while it is, the page of its section does."""

from __future__ import annotations

from flask import flash, redirect, request, url_for

from icportal.core.strings import _
from icportal.reporting import responses
from icportal.reporting.enums import Permission
from icportal.reporting.handing_on import title_field
from icportal.reporting.question_fields import field_id
from icportal.reporting.services import handing_on as services
from icportal.reporting.views.pages import Answer, blueprint
from icportal.web.decorators import requires
from icportal.web.identity import current_actor


@blueprint.post("/work/reporting/<slug:round_slug>/<slug:slug>/questions/<string:question>/<string:key>")
@requires(Permission.VIEW_RESPONSE)
def hand_on(round_slug: str, slug: str, question: str, key: str) -> Answer:
    """Make a practice draft or an action of an answer, and go back to the answer."""
    response, _city = responses.open_response(round_slug, slug, actor=current_actor())
    title = request.form.get(title_field(key, question), "")
    services.hand_on(response, question, key, title, actor=current_actor())
    flash(_("Made. The link to it stands at the answer."), "success")
    section = responses.structure_of(response).section_of[question].name
    back = url_for("reporting.answer_section", round_slug=round_slug, slug=slug, section=section)
    return redirect(f"{back}#{field_id(question)}", 303)
