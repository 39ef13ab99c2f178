"""Toolkits as they are worked on: the list, a new one, its workspace and structure; its words at the desk of texts."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for

from icportal.accounts.directory import names_of, reviewed_languages
from icportal.cities.queries import names_by_id
from icportal.content.desk import TextDesk, add_routes, with_autonym, workspace_context
from icportal.content.desk.comparison import FactChange, compare_said
from icportal.content.flow import CONTENT
from icportal.core.errors import DomainError, Stale
from icportal.core.permissions import authorise, can
from icportal.core.strings import _, _l
from icportal.i18n.catalogues import current_language
from icportal.i18n.locales import CONTENT_LANGUAGES
from icportal.toolkits import queries
from icportal.toolkits.enums import Permission
from icportal.toolkits.forms import StartForm, StructureForm, structure_form
from icportal.toolkits.kind import TOOLKIT
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
            made = toolkits.create_toolkit(title=form.title.data or "", language=form.language.data, actor=current_actor())
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
        number=queries.latest_number(toolkit.slug),
        may_edit=can(current_actor(), Permission.EDIT, toolkit),
        reviewed=reviewed_languages(),
        form=form,
        reasons=reasons,
    ), status


@blueprint.route("/work/toolkits/<int:toolkit_id>/structure", methods=["GET", "POST"])
@requires(Permission.EDIT)
def edit_structure(toolkit_id: int) -> Answer:
    """The factors with their codes, what they serve, and how many questions each asks."""
    toolkit = queries.open_toolkit(toolkit_id, actor=current_actor())
    authorise(current_actor(), Permission.EDIT, toolkit)
    form = structure_form(toolkit)
    if not form.is_submitted():
        return _structure_page(toolkit, form)
    if "more" in request.form:
        form.add_rows()
        return _structure_page(toolkit, form)
    stale, status = None, 422
    if form.validate():
        try:
            toolkits.save_structure(toolkit, form.structure, actor=current_actor(), seen=form.version.data or 0)
        except Stale as error:
            stale, status = error, 409
            form.version.raw_data, form.version.data = None, toolkit.version
        except DomainError as error:
            form.refuse(error)
        else:
            flash(
                _("Saved. Write the words of the factors next; nothing is public before a second person has approved it."),
                "success",
            )
            return redirect(url_for("toolkits.toolkit_workspace", toolkit_id=toolkit.id), 303)
    return _structure_page(toolkit, form, stale=stale, status=status)


def _structure_page(toolkit: Toolkit, form: StructureForm, *, stale: Stale | None = None, status: int = 200) -> Answer:
    return render_template(
        "toolkits/work_structure.html", text=TEXTS.opened(toolkit), toolkit=toolkit, form=form, stale=stale
    ), status


def _compare(old: Any, new: Any) -> list[FactChange]:
    def said(facts: Any) -> list[str]:
        factors = Structure.of((facts or {}).get("structure", {})).factors
        return [f"{each.code} · {', '.join(map(str, each.commitments))} · {', '.join(each.questions)}" for each in factors]

    return compare_said({"structure": _l("Factors")}, {"structure": said(old)}, {"structure": said(new)})


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
