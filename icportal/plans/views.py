"""The pages of action plans."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from icportal.accounts.directory import names_of
from icportal.charter import texts
from icportal.cities.models import City
from icportal.core.errors import DomainError, NotAllowed, NotFound, Stale
from icportal.core.permissions import authorise, can
from icportal.core.strings import _, _l
from icportal.i18n.catalogues import current_language
from icportal.i18n.formatting import moment
from icportal.plans import queries, services
from icportal.plans.enums import OPEN, Permission
from icportal.plans.flow import ACTION
from icportal.plans.forms import ActionForm, MergeForm, StepForm
from icportal.plans.models import Action
from icportal.plans.queries import OVERDUE, OfCity
from icportal.practices.desk import languages_to_write_in
from icportal.reporting import labels
from icportal.web.decorators import requires
from icportal.web.identity import current_actor
from icportal.web.navigation import Entry
from icportal.workflow import engine

blueprint = Blueprint("plans", __name__, template_folder="templates")

MENU: tuple[Entry, ...] = (Entry(_l("Action plan"), "plans.list_plans", Permission.OWN, area="work"),)

Answer = Any
UNPROCESSABLE, CONFLICT = 422, 409


def _context(city: City) -> dict[str, Any]:
    """What every page of a city's plan shows."""
    return {
        "city": city,
        "city_name": city.name_in(current_language().code),
        "plan_url": url_for("plans.show_plan", slug=city.slug),
        "may_edit": can(current_actor(), Permission.EDIT, OfCity(city.id)),
        "flow": ACTION,
        "is_overdue": queries.is_overdue,
        "titles": texts.titles(current_language().code),
    }


# --- plans -------------------------------------------------------------------------------------------------


@blueprint.get("/work/plans")
@requires(Permission.VIEW)
def list_plans() -> Answer:
    """The plans somebody may read; the plan itself where it is the only one."""
    rows = queries.plans_for(current_actor(), current_language().code)
    if len(rows) == 1 and not can(current_actor(), Permission.VIEW, OfCity(0)):
        return redirect(url_for("plans.show_plan", slug=rows[0].city.slug))
    return render_template("plans/plan_list.html", rows=rows)


@blueprint.get("/work/plans/<slug:slug>")
@requires(Permission.VIEW)
def show_plan(slug: str) -> Answer:
    """A city's plan: what is overdue and blocked first, and which commitments it moves."""
    city = queries.open_city(slug, actor=current_actor())
    state, typed = request.args.get("state", ""), request.args.get("commitment", "")
    commitment = int(typed) if typed.isdecimal() and len(typed) < 3 else None  # noqa: PLR2004  eleven commitments
    plan = queries.plan_of(city, state=state, commitment=commitment)
    states = [(OVERDUE, _("Overdue")), *((each.name, each.label) for each in ACTION.states)]
    return render_template(
        "plans/plan_show.html", **_context(city), plan=plan, state=state, commitment=commitment,
        states_offered=[(name, label) for name, label in states if plan.counts.get(name) or name == state],
    )  # fmt: skip


# --- one action --------------------------------------------------------------------------------------------


@blueprint.route("/work/plans/<slug:slug>/new", methods=["GET", "POST"])
@requires(Permission.EDIT)
def new_action(slug: str) -> Answer:
    """Put an action into the plan."""
    city = queries.open_city(slug, actor=current_actor())
    authorise(current_actor(), Permission.EDIT, OfCity(city.id))
    form = _form(city)
    if not form.is_submitted():
        return _edit_page(city, form)
    if form.validate():
        try:
            action = services.create_action(city, form.draft, actor=current_actor())
        except DomainError as error:
            form.refuse(error)
        else:
            flash(_("The action is in the plan."), "success")
            return redirect(_address(city, action), 303)
    return _edit_page(city, form, status=UNPROCESSABLE)


@blueprint.get("/work/plans/<slug:slug>/actions/<int:action_id>")
@requires(Permission.VIEW)
def show_action(slug: str, action_id: int) -> Answer:
    """An action: what is done by whom until when, where it comes from, and what can be done now."""
    action, city = queries.open_action(slug, action_id, actor=current_actor())
    return _action_page(action, city)


@blueprint.route("/work/plans/<slug:slug>/actions/<int:action_id>/edit", methods=["GET", "POST"])
@requires(Permission.EDIT)
def edit_action(slug: str, action_id: int) -> Answer:
    """Change what an action says; of two who change it at once, the second sees both."""
    action, city = queries.open_action(slug, action_id, actor=current_actor())
    authorise(current_actor(), Permission.EDIT, OfCity(city.id))
    form = _form(city, action)
    if not form.is_submitted():
        return _edit_page(city, form, action)
    stale, status = None, UNPROCESSABLE
    if form.validate():
        try:
            services.edit_action(action, form.draft, actor=current_actor(), seen=form.version.data or 0)
        except Stale as error:
            stale, status = error, CONFLICT
            form.version.raw_data, form.version.data = None, action.version
        except DomainError as error:
            form.refuse(error)
        else:
            flash(_("Saved."), "success")
            return redirect(_address(city, action), 303)
    return _edit_page(city, form, action, stale=stale, status=status)


@blueprint.post("/work/plans/<slug:slug>/actions/<int:action_id>/move")
@requires(Permission.EDIT)
def move_action(slug: str, action_id: int) -> Answer:
    """Take a step; refused, the page comes again with the reason typed."""
    action, city = queries.open_action(slug, action_id, actor=current_actor())
    form = StepForm()
    if not form.validate():
        return _action_page(action, city, form, status=UNPROCESSABLE)
    step = form.transition.data or ""
    try:
        services.move_action(action, step, actor=current_actor(), seen=form.version.data, reason=form.reason.data or "")
    except (NotAllowed, NotFound):
        raise
    except DomainError as error:
        form.refuse(error)
        return _action_page(action, city, form, status=error.status)
    flash(_("Done: it is now “%(state)s”.", state=ACTION.state(action.state).label), "success")
    return redirect(_address(city, action), 303)


@blueprint.post("/work/plans/<slug:slug>/actions/<int:action_id>/merge")
@requires(Permission.EDIT)
def merge_action(slug: str, action_id: int) -> Answer:
    """Merge an action into another that says the same; the origins of both stay."""
    action, city = queries.open_action(slug, action_id, actor=current_actor())
    form = _merge_form(action)
    if form.validate():
        try:
            kept, _city = queries.open_action(slug, form.into.data or 0, actor=current_actor())
            services.merge_actions(kept, action, actor=current_actor(), seen=form.version.data)
        except NotAllowed:
            raise
        except DomainError as error:
            form.refuse(error)
        else:
            flash(_("Merged. Where both came from stands here now."), "success")
            return redirect(_address(city, kept), 303)
    return _action_page(action, city, merge=form, status=UNPROCESSABLE)


# --- shared ------------------------------------------------------------------------------------------------


def _address(city: City, action: Action) -> str:
    return url_for("plans.show_action", slug=city.slug, action_id=action.id)


def _form(city: City, action: Action | None = None) -> ActionForm:
    languages = languages_to_write_in([city])
    given = {"obj": action} if action else {"data": {"language": next(iter(languages)).code}}
    form = ActionForm(**given)
    titles = texts.titles(current_language().code)
    form.offer([(each.code, each.autonym) for each in languages], [(n, f"{n} · {title}") for n, title in titles.items()])
    return form


def _edit_page(
    city: City, form: ActionForm, action: Action | None = None, *, stale: Stale | None = None, status: int = 200
) -> Answer:
    here = (
        url_for("plans.edit_action", slug=city.slug, action_id=action.id)
        if action
        else url_for("plans.new_action", slug=city.slug)
    )
    return render_template("plans/action_edit.html", **_context(city), form=form, action=action, here=here, stale=stale), status


def _merge_form(action: Action) -> MergeForm:
    form = MergeForm(obj=action)
    form.offer([(0, _("Choose an action")), *((each.id, each.title) for each in queries.others_open(action))])
    return form


def _action_page(
    action: Action, city: City, form: StepForm | None = None, *, merge: MergeForm | None = None, status: int = 200
) -> Answer:
    actor, events = current_actor(), engine.history(ACTION, action.id)
    names = names_of({event.actor_id for event in events} | {action.created_by})
    context = _context(city)
    return render_template(
        "plans/action_show.html",
        **context,
        action=action,
        state=ACTION.state(action.state),
        form=merge or form,
        merge=(merge or _merge_form(action)) if context["may_edit"] and action.state in OPEN else None,
        reasons={form.transition.data: form.reason.data or ""} if form else {},
        moves=engine.moves(ACTION, action, actor=actor),
        sources=queries.sources_of(action, current_language().code),
        into=queries.merged_into(action),
        entries=[_entry(event, names) for event in reversed(events)],
        grades=labels.GRADES,
        author=names.get(action.created_by or 0, ""),
    ), status


def _entry(event: Any, names: dict[int, str]) -> dict[str, Any]:
    return {
        "when": moment(event.at),
        "who": names.get(event.actor_id, _("Somebody whose account was removed")) if event.actor_id else _("The portal"),
        "what": ACTION.find(event.transition).label,
        "reason": event.reason,
        "state": ACTION.state(event.target),
    }
