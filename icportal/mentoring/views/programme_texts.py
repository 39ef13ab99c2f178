"""The text of a call, at the desk of texts."""

from __future__ import annotations

from typing import Any

from flask import render_template, url_for

from icportal.accounts.directory import names_of, reviewed_languages
from icportal.cities.queries import names_by_id
from icportal.content.desk import TextDesk, add_routes, workspace_context
from icportal.core.strings import _, _l
from icportal.i18n.catalogues import current_language
from icportal.mentoring import programmes
from icportal.mentoring.enums import Permission
from icportal.mentoring.kind import PROGRAMME
from icportal.mentoring.models import Programme
from icportal.mentoring.services import programmes as services
from icportal.mentoring.views.pages import Answer, blueprint
from icportal.web.decorators import requires
from icportal.web.identity import current_actor

ADDRESS = "/work/mentoring/calls"


@blueprint.get(f"{ADDRESS}/<int:programme_id>")
@requires(Permission.EDIT_PROGRAMME)
def call_workspace(programme_id: int) -> Answer:
    """The call of a programme: its languages, and what can be done with each."""
    return workspace_page(programmes.open_call(programme_id, actor=current_actor()))


def workspace_page(programme: Programme, form: Any = None, status: int = 200, reasons: dict[str, str] | None = None) -> Answer:
    """The workspace, again with what was refused."""
    return render_template(
        "mentoring/call_workspace.html",
        **workspace_context(TEXTS.opened(programme)),
        programme=programme,
        reviewed=reviewed_languages(),
        form=form,
        reasons=reasons,
    ), status


def _trail(programme: Programme) -> list[tuple[Any, str]]:
    here = url_for("mentoring.show_programme_work", slug=programme.slug)
    return [(_("Mentoring"), url_for("mentoring.list_programmes")), (programme.title, here)]


TEXTS = TextDesk(
    kind=PROGRAMME,
    blueprint=blueprint,
    address=ADDRESS,
    parameter="programme_id",
    view=Permission.READ_CALL,
    open_subject=programmes.open_call,
    workspace_page=workspace_page,
    move=services.move_version,
    save=services.save_call,
    people=names_of,
    cities=lambda ids: names_by_id(ids, current_language().code),
    facts_endpoint="mentoring.call_workspace",
    untitled=_l("Untitled call"),
    not_written=_l("This call is not being written in that language."),
    prefix="call_",
    trail=_trail,
)
add_routes(TEXTS)
