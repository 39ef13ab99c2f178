"""The list of plans, and a city's plan as a whole: as a table, as a board, over time."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for

from icportal.cities.models import City
from icportal.core.errors import DomainError, NotAllowed, NotFound
from icportal.core.permissions import can
from icportal.core.strings import Text, _
from icportal.i18n.catalogues import current_language
from icportal.plans import gantt, listing, loaded, origins, queries, steps
from icportal.plans.enums import OriginKind, Permission
from icportal.plans.flow import ACTION, PLAN
from icportal.plans.forms import StepForm
from icportal.plans.listing import Item, Wanted
from icportal.plans.models import Action
from icportal.plans.queries import OfCity
from icportal.plans.services import actions
from icportal.plans.views.pages import UNPROCESSABLE, Answer, blueprint, plan_page
from icportal.plans.views.printing import print_context
from icportal.web.decorators import requires
from icportal.web.identity import current_actor
from icportal.web.routing import row_number


@blueprint.get("/work/plans")
@requires(Permission.VIEW)
def list_plans() -> Answer:
    """The plans somebody may read; the plan itself where it is the only one."""
    rows = queries.plans_for(current_actor(), current_language().code)
    if len(rows) == 1 and not can(current_actor(), Permission.VIEW, OfCity(0)):
        return redirect(url_for("plans.show_plan", slug=rows[0].city.slug))
    return render_template("plans/plan_list.html", rows=rows, states=PLAN)


@blueprint.get("/work/plans/<slug:slug>")
@requires(Permission.VIEW)
def show_plan(slug: str) -> Answer:
    """A city's plan as a table: what is overdue and blocked first, and which commitments it moves."""
    city = queries.open_city(slug, actor=current_actor())
    wanted, page = Wanted.of(request.args), request.args.get("page", 1, type=row_number) or 1
    found = listing.list_plan(loaded.load_plan(city), wanted, page=page, kinds=_kinds())
    return render_template(
        "plans/plan_show.html", **plan_page(city, "table"), listing=found, wanted=wanted,
        next_url=_page_url(city, wanted, page + 1) if found.has_next else None,
        previous_url=_page_url(city, wanted, page - 1) if page > 1 else None,
    )  # fmt: skip


def _page_url(city: City, wanted: Wanted, page: int) -> str:
    return url_for("plans.show_plan", slug=city.slug, **{**wanted.given, "page": page})  # type: ignore[arg-type]


def _kinds() -> dict[str, Text]:
    """What one may narrow a plan to, of where its actions come from."""
    return {
        OriginKind.ANSWER: _("An answer of a reporting round"),
        OriginKind.REMARK: _("A remark"),
        OriginKind.ACTION: _("Another action that was merged"),
        **origins.names(),
    }


# --- the board -------------------------------------------------------------------------------------------------


@blueprint.get("/work/plans/<slug:slug>/board")
@requires(Permission.VIEW)
def show_board(slug: str) -> Answer:
    """The plan by states, with the steps of each action."""
    return _board(queries.open_city(slug, actor=current_actor()))


@blueprint.post("/work/plans/<slug:slug>/board/<int:action_id>")
@requires(Permission.EDIT)
def move_on_board(slug: str, action_id: int) -> Answer:
    """Take a step on the board; refused, the board comes again with the reason typed."""
    action, city = queries.open_action(slug, action_id, actor=current_actor())
    form = StepForm()
    if not form.validate():
        return _board(city, form, action, status=UNPROCESSABLE)
    try:
        step, reason = form.transition.data or "", form.reason.data or ""
        actions.move_action(action, step, actor=current_actor(), seen=form.version.data, reason=reason)
    except (NotAllowed, NotFound):
        raise
    except DomainError as error:
        form.refuse(error)
        return _board(city, form, action, status=error.status)
    flash(_("“%(title)s” is now “%(state)s”.", title=action.title, state=ACTION.state(action.state).label), "success")
    return redirect(f"{url_for('plans.show_board', slug=slug)}#a-{action_id}", 303)


def _board(city: City, form: StepForm | None = None, moved: Action | None = None, *, status: int = 200) -> Answer:
    context = plan_page(city, "board")
    return render_template(
        "plans/plan_board.html", **context, columns=listing.board_of(loaded.load_plan(city)), form=form, moved=moved,
        steps_of=_steps if context["may_edit"] else lambda _item: [],
        typed={"step": form.transition.data, "reason": form.reason.data or ""} if form else {},
    ), status  # fmt: skip


def _steps(item: Item) -> list[Any]:
    return steps.open_to(item.action, actor=current_actor(), waits_for=item.waits_for)


# --- over time -------------------------------------------------------------------------------------------------


@blueprint.get("/work/plans/<slug:slug>/gantt")
@requires(Permission.VIEW)
def show_gantt(slug: str) -> Answer:
    """The plan over time, drawn here; prints on A4."""
    city = queries.open_city(slug, actor=current_actor())
    plan, language = loaded.load_plan(city), current_language().code
    figure = gantt.draw(listing.groups_of(plan, url=_action_url(city)), language=language)
    return render_template(
        "plans/plan_gantt.html", **plan_page(city, "gantt"), figure=figure, total=len(plan.actions),
        samples=gantt.key(figure, language=language) if figure else (),
        **print_context(city, request.args.get("job", type=row_number)),
    )  # fmt: skip


def _action_url(city: City) -> Any:
    """The address of an action, made without asking the map of routes for each of thousands."""
    pattern = url_for("plans.show_action", slug=city.slug, action_id=0)
    return lambda action: f"{pattern.removesuffix('0')}{action.id}"
