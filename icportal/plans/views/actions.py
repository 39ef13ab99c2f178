"""One action: put into the plan, changed, moved, merged."""

from __future__ import annotations

from collections.abc import Sequence

from flask import flash, redirect, render_template, request, url_for

from icportal.charter import texts
from icportal.cities.models import City
from icportal.core.errors import DomainError, NotAllowed, NotFound, Stale
from icportal.core.permissions import authorise
from icportal.core.strings import _
from icportal.i18n.catalogues import current_language
from icportal.i18n.formatting import listing
from icportal.plans import loaded, queries
from icportal.plans.draft import Draft
from icportal.plans.enums import OPEN, Permission
from icportal.plans.flow import ACTION
from icportal.plans.forms import ActionForm, StepForm, action_form
from icportal.plans.models import Action
from icportal.plans.queries import OfCity
from icportal.plans.services import actions
from icportal.plans.services.writing import why_closed
from icportal.plans.views.action_page import action_page, address_of, merge_form
from icportal.plans.views.pages import CONFLICT, UNPROCESSABLE, Answer, blueprint, plan_context
from icportal.practices.desk import languages_to_write_in
from icportal.web.decorators import requires
from icportal.web.identity import current_actor


@blueprint.route("/work/plans/<slug:slug>/new", methods=["GET", "POST"])
@requires(Permission.EDIT)
def new_action(slug: str) -> Answer:
    """Put an action into the plan."""
    city = queries.open_city(slug, actor=current_actor())
    authorise(current_actor(), Permission.EDIT, OfCity(city.id))
    form = _form(city)
    if not form.is_submitted() or "more" in request.form:
        return _edit_page(city, _with_rows(city, form))
    if form.validate():
        try:
            action = actions.create_action(city, form.draft, actor=current_actor())
        except DomainError as error:
            form.refuse(error)
        else:
            flash(_("The action is in the plan."), "success")
            return redirect(address_of(city, action), 303)
    return _edit_page(city, form, status=UNPROCESSABLE)


@blueprint.get("/work/plans/<slug:slug>/actions/<int:action_id>")
@requires(Permission.VIEW)
def show_action(slug: str, action_id: int) -> Answer:
    """An action: what is done by whom until when, where it comes from, and what can be done now."""
    action, city = queries.open_action(slug, action_id, actor=current_actor())
    return action_page(action, city)


@blueprint.route("/work/plans/<slug:slug>/actions/<int:action_id>/edit", methods=["GET", "POST"])
@requires(Permission.EDIT)
def edit_action(slug: str, action_id: int) -> Answer:
    """Change what an action says; of two who change it at once, the second sees both."""
    action, city = queries.open_action(slug, action_id, actor=current_actor())
    authorise(current_actor(), Permission.EDIT, OfCity(city.id))
    form = _form(city, action)
    if not form.is_submitted() or "more" in request.form:
        return _edit_page(city, _with_rows(city, form, action), action)
    stale, status = None, UNPROCESSABLE
    if form.validate():
        try:
            actions.edit_action(action, form.draft, actor=current_actor(), seen=form.version.data or 0)
        except Stale as error:
            stale, status = error, CONFLICT
            form.version.raw_data, form.version.data = None, action.version
        except DomainError as error:
            form.refuse(error)
        else:
            flash(_("Saved."), "success")
            return redirect(address_of(city, action), 303)
    return _edit_page(city, form, action, stale=stale, status=status)


@blueprint.post("/work/plans/<slug:slug>/actions/<int:action_id>/move")
@requires(Permission.EDIT)
def move_action(slug: str, action_id: int) -> Answer:
    """Take a step; refused, the page comes again with the reason typed."""
    action, city = queries.open_action(slug, action_id, actor=current_actor())
    form = StepForm()
    if not form.validate():
        return action_page(action, city, form, status=UNPROCESSABLE)
    step = form.transition.data or ""
    try:
        actions.move_action(action, step, actor=current_actor(), seen=form.version.data, reason=form.reason.data or "")
    except (NotAllowed, NotFound):
        raise
    except DomainError as error:
        form.refuse(error)
        return action_page(action, city, form, status=error.status)
    flash(_("Done: it is now “%(state)s”.", state=ACTION.state(action.state).label), "success")
    return redirect(address_of(city, action), 303)


@blueprint.post("/work/plans/<slug:slug>/actions/<int:action_id>/merge")
@requires(Permission.EDIT)
def merge_action(slug: str, action_id: int) -> Answer:
    """Merge an action into another that says the same; the origins of both stay."""
    action, city = queries.open_action(slug, action_id, actor=current_actor())
    form = merge_form(action)
    if form.validate():
        try:
            kept, _city = queries.open_action(slug, form.into.data or 0, actor=current_actor())
            lost = actions.merge_actions(kept, action, actor=current_actor(), seen=form.version.data)
        except NotAllowed:
            raise
        except DomainError as error:
            form.refuse(error)
        else:
            flash(_("Merged. Where both came from stands here now."), "success")
            _tell_lost(lost)
            return redirect(address_of(city, kept), 303)
    return action_page(action, city, form, status=UNPROCESSABLE)


def _tell_lost(lost: Sequence[tuple[str, str]]) -> None:
    """Say what of “begins after” did not come along, so that somebody can set it anew."""
    if lost:
        links = listing(_("“%(title)s” after “%(other)s”", title=title, other=other) for title, other in lost)
        flash(_("Not taken over, because it would be a circle or the other one was dropped: %(links)s.", links=links), "warning")


# --- shared ------------------------------------------------------------------------------------------------


def _form(city: City, action: Action | None = None) -> ActionForm:
    first = Draft("", language=next(iter(languages_to_write_in([city]))).code)
    form = action_form(actions.said_by(action), action.version) if action else action_form(first, 0)
    _offer(form, city, action)
    return form


def _with_rows(city: City, form: ActionForm, action: Action | None = None) -> ActionForm:
    """The form with more empty rows where those were asked for; everything typed stays."""
    if form.is_submitted():
        form.add_rows()
        _offer(form, city, action)
    return form


def _offer(form: ActionForm, city: City, action: Action | None) -> None:
    language = current_language().code
    plan = loaded.load_plan(city)
    others = [
        (each.id, each.title)
        for each in plan.actions
        if (action is None or each.id != action.id) and (each.state in OPEN or each.id in (form.after.data or ()))
    ]
    titles = texts.titles(language)
    form.offer(
        [(each.code, each.autonym) for each in languages_to_write_in([city])],
        [(number, f"{number} · {title}") for number, title in titles.items()],
        queries.factors_offered(language),
        [(each.id, each.title) for each in plan.objectives],
        others,
    )


def _edit_page(
    city: City, form: ActionForm, action: Action | None = None, *, stale: Stale | None = None, status: int = 200
) -> Answer:
    here = (
        url_for("plans.edit_action", slug=city.slug, action_id=action.id)
        if action
        else url_for("plans.new_action", slug=city.slug)
    )
    plan = loaded.plan_row(city)
    closed = why_closed(plan, action) if plan and action else None
    return render_template(
        "plans/action_edit.html", **plan_context(city), form=form, action=action, here=here, stale=stale, closed=closed
    ), status
