"""The catalogue desk: every indicator with its languages, a new one, its facts; its texts at content's desk."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for

from icportal.accounts.directory import names_of, reviewed_languages
from icportal.cities.queries import names_by_id
from icportal.content.desk import TextDesk, add_routes, shown_again, with_autonym, workspace_context
from icportal.content.flow import CONTENT
from icportal.core.errors import DomainError, Stale
from icportal.core.permissions import authorise, can
from icportal.core.strings import _, _l
from icportal.i18n.catalogues import current_language
from icportal.i18n.locales import CONTENT_LANGUAGES
from icportal.indicators import catalogue_desk, comparison, labels, services, versions
from icportal.indicators.catalogue_forms import FactsForm, StartForm, facts_form
from icportal.indicators.enums import Permission
from icportal.indicators.kind import INDICATOR, working_facts
from icportal.indicators.models import Indicator
from icportal.indicators.views.pages import Answer, blueprint
from icportal.web.decorators import requires
from icportal.web.identity import current_actor


@blueprint.get("/work/indicators/catalogue")
@requires(Permission.VIEW_CATALOGUE)
def list_catalogue() -> Answer:
    """All indicators with the states of their texts."""
    chosen = {name: request.args.get(name, "") for name in ("family", "waiting", "language")}
    if chosen["language"] not in CONTENT_LANGUAGES:
        chosen["language"] = ""
    return render_template(
        "indicators/catalogue_list.html",
        rows=catalogue_desk.listed(**chosen),
        chosen=chosen,
        written_in=[(code, with_autonym(code)) for code in CONTENT_LANGUAGES],
        families=labels.FAMILIES,
        flow=CONTENT,
        may_edit=can(current_actor(), Permission.EDIT_CATALOGUE),
    )


@blueprint.route("/work/indicators/catalogue/new", methods=["GET", "POST"])
@requires(Permission.EDIT_CATALOGUE)
def start_indicator() -> Answer:
    """Code, group and title of a new indicator."""
    form = StartForm(language=current_language().code)
    form.language.choices = [(code, with_autonym(code)) for code in CONTENT_LANGUAGES]
    if form.validate_on_submit():
        try:
            indicator = services.create_indicator(
                actor=current_actor(),
                code=form.code.data or "",
                family=form.family.data,
                title=form.title.data or "",
                language=form.language.data,
            )
        except DomainError as error:
            form.refuse(error)
        else:
            flash(_("The indicator is begun. Say next which values are asked for."), "success")
            return redirect(url_for("indicators.catalogue_facts", indicator_id=indicator.id), 303)
    return render_template("indicators/catalogue_start.html", form=form), 422 if form.errors else 200


@blueprint.get("/work/indicators/catalogue/<int:indicator_id>")
@requires(Permission.VIEW_CATALOGUE)
def workspace(indicator_id: int) -> Answer:
    """Everything about one indicator: its facts, its languages, its versions, and what can be done now."""
    return workspace_page(catalogue_desk.open_indicator(indicator_id, actor=current_actor()))


def workspace_page(indicator: Indicator, form: Any = None, status: int = 200, reasons: dict[str, str] | None = None) -> Answer:
    """The workspace, again with what was refused."""
    facts = comparison.said(working_facts(indicator))
    return render_template(
        "indicators/catalogue_workspace.html",
        **workspace_context(TEXTS.opened(indicator)),
        indicator=indicator,
        facts=[(label, facts[name]) for name, label in comparison.FACTS.items() if facts[name]],
        notes=versions.history_of(indicator.id),
        may_edit_facts=can(current_actor(), Permission.EDIT_CATALOGUE, indicator),
        reviewed=reviewed_languages(),
        form=form,
        reasons=reasons,
    ), status


@blueprint.route("/work/indicators/catalogue/<int:indicator_id>/facts", methods=["GET", "POST"])
@requires(Permission.EDIT_CATALOGUE)
def catalogue_facts(indicator_id: int) -> Answer:
    """Unit, breakdowns, plausible range, where it belongs: what is the same in all languages."""
    indicator = catalogue_desk.open_indicator(indicator_id, actor=current_actor())
    authorise(current_actor(), Permission.EDIT_CATALOGUE, indicator)
    form = facts_form(working_facts(indicator), indicator.version)
    if request.method != "POST" or not form.validate():
        return _facts_page(indicator, form)
    if "count" in request.form:
        return _facts_page(indicator, form, counted=True)
    try:
        services.save_facts(indicator, form.facts, actor=current_actor(), seen=form.version.data or 0)
    except Stale as error:
        return _facts_page(indicator, shown_again(form, indicator.version), stale=error, status=409)
    except DomainError as error:
        form.refuse(error)
        return _facts_page(indicator, form)
    flash(_("The facts are saved. Nothing is public before a second person has approved it."), "success")
    return redirect(url_for("indicators.workspace", indicator_id=indicator.id), 303)


def _facts_page(
    indicator: Indicator, form: FactsForm, *, stale: Stale | None = None, counted: bool = False, status: int = 0
) -> Answer:
    return render_template(
        "indicators/catalogue_facts.html",
        text=TEXTS.opened(indicator),
        indicator=indicator,
        form=form,
        asked=[labels.breakdown(row) for row in form.rows],
        counted=counted,
        stale=stale,
    ), status or (422 if form.errors else 200)


TEXTS = TextDesk(
    kind=INDICATOR,
    blueprint=blueprint,
    address="/work/indicators/catalogue",
    parameter="indicator_id",
    view=Permission.VIEW_CATALOGUE,
    open_subject=catalogue_desk.open_indicator,
    workspace_page=workspace_page,
    move=services.move_version,
    save=services.save_text,
    people=names_of,
    cities=lambda ids: names_by_id(ids, current_language().code),
    compare_facts=comparison.compare_facts,
    facts_endpoint="indicators.catalogue_facts",
    untitled=_l("Untitled indicator"),
    not_written=_l("This indicator is not being written in that language."),
    claim=_l("Then translations stay as they are and series run on. Your name stands beside this claim in the history."),
    prefix="catalogue_",
    trail=lambda _subject: [(_("Catalogue of indicators"), url_for("indicators.list_catalogue"))],
)
add_routes(TEXTS)
