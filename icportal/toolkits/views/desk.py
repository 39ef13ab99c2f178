"""Toolkits as they are worked on: the list, a new one, its workspace; its words at the desk of texts."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, url_for

from icportal.accounts.directory import names_of, reviewed_languages
from icportal.cities.queries import names_by_id
from icportal.content.desk import TextDesk, add_routes, with_autonym, workspace_context
from icportal.content.desk.comparison import FactChange, compare_said
from icportal.content.flow import CONTENT
from icportal.core.errors import DomainError
from icportal.core.permissions import can
from icportal.core.strings import _, _l
from icportal.i18n.catalogues import current_language
from icportal.i18n.locales import CONTENT_LANGUAGES
from icportal.toolkits import queries, versions
from icportal.toolkits.enums import Permission
from icportal.toolkits.forms import StartForm
from icportal.toolkits.kind import TOOLKIT, said
from icportal.toolkits.models import Toolkit
from icportal.toolkits.services import toolkits
from icportal.toolkits.structure import Structure
from icportal.toolkits.views.pages import Answer, blueprint
from icportal.web.decorators import requires
from icportal.web.identity import current_actor


@blueprint.get("/work/toolkits")
@requires(Permission.VIEW)
def list_work() -> Answer:
    """All toolkits with the states of their languages."""
    return render_template(
        "toolkits/work_list.html", rows=queries.listed(), flow=CONTENT, may_edit=can(current_actor(), Permission.EDIT)
    )


@blueprint.route("/work/toolkits/new", methods=["GET", "POST"])
@requires(Permission.EDIT)
def start_toolkit() -> Answer:
    """Language and title of a new toolkit."""
    form = StartForm(language=current_language().code)
    form.language.choices = [(code, with_autonym(code)) for code in CONTENT_LANGUAGES]
    if form.validate_on_submit():
        try:
            made = toolkits.create_toolkit(**form.values(), actor=current_actor())
        except DomainError as error:
            form.refuse(error)
        else:
            flash(_("The toolkit is begun. Add its factors next."), "success")
            return redirect(url_for("toolkits.edit_structure", toolkit_id=made.id), 303)
    return render_template("toolkits/work_start.html", form=form), 422 if form.errors else 200


@blueprint.get("/work/toolkits/<int:toolkit_id>")
@requires(Permission.VIEW)
def toolkit_workspace(toolkit_id: int) -> Answer:
    """Everything about one toolkit: its languages, and what can be done with each."""
    return workspace_page(queries.open_toolkit(toolkit_id, actor=current_actor()))


def workspace_page(toolkit: Toolkit, form: Any = None, status: int = 200, reasons: dict[str, str] | None = None) -> Answer:
    """The workspace, again with what was refused."""
    return render_template(
        "toolkits/work_toolkit.html",
        **workspace_context(TEXTS.opened(toolkit)),
        toolkit=toolkit,
        structure=Structure.of(toolkit.structure),
        notes=versions.of_toolkit(toolkit.id),
        may_edit=can(current_actor(), Permission.EDIT, toolkit),
        reviewed=reviewed_languages(),
        form=form,
        reasons=reasons,
    ), status


def _compare(old: Any, new: Any) -> list[FactChange]:
    return compare_said({"structure": _l("Factors and questions")}, {"structure": said(old)}, {"structure": said(new)})


TEXTS = TextDesk(
    kind=TOOLKIT,
    blueprint=blueprint,
    address="/work/toolkits",
    parameter="toolkit_id",
    view=Permission.VIEW,
    open_subject=queries.open_toolkit,
    workspace_page=workspace_page,
    move=toolkits.move_version,
    save=toolkits.save_words,
    people=names_of,
    cities=lambda ids: names_by_id(ids, current_language().code),
    compare_facts=_compare,
    facts_endpoint="toolkits.edit_structure",
    untitled=_l("Untitled toolkit"),
    not_written=_l("This toolkit is not being written in that language."),
    prefix="toolkit_",
    trail=lambda _subject: [(_("Toolkits"), url_for("toolkits.list_work"))],
)
add_routes(TEXTS)
