"""The desk where the text of a practice is written, translated and reviewed: content's, told what a practice is."""

from __future__ import annotations

from typing import Any

from flask import render_template

from icportal.accounts.directory import names_of, reviewed_languages
from icportal.cities.queries import names_by_id
from icportal.content.desk import Answer, TextDesk, add_routes, workspace_context
from icportal.core.permissions import can
from icportal.core.strings import _l
from icportal.i18n.catalogues import current_language
from icportal.practices import comparison, desk, labels, services
from icportal.practices.enums import Permission
from icportal.practices.kind import PRACTICE
from icportal.practices.models import Practice
from icportal.practices.views.pages import blueprint
from icportal.web.identity import current_actor


def workspace_page(practice: Practice, form: Any = None, status: int = 200, reasons: dict[str, str] | None = None) -> Answer:
    """The workspace, again with what was refused."""
    return render_template(
        "practices/work_practice.html",
        **workspace_context(TEXTS.opened(practice)),
        practice=practice,
        city=desk.city_of(practice),
        labels=labels,
        may_edit_facts=can(current_actor(), Permission.EDIT_FACTS, practice),
        reviewed=reviewed_languages(),
        form=form,
        reasons=reasons,
    ), status


TEXTS = TextDesk(
    kind=PRACTICE,
    blueprint=blueprint,
    address="/work/practices",
    parameter="practice_id",
    view=Permission.VIEW_WORKSPACE,
    open_subject=desk.open_practice,
    workspace_page=workspace_page,
    move=services.move_version,
    start=services.start_translation,
    people=names_of,
    cities=lambda ids: names_by_id(ids, current_language().code),
    compare_facts=comparison.compare_facts,
    below_facts="practices/_new_files.html",
    facts_endpoint="practices.edit_facts",
    untitled=_l("Untitled practice"),
    not_written=_l("This practice is not being written in that language."),
)
add_routes(TEXTS)
