"""The page of an action, with a small form at each thing that can be done there."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask import render_template, url_for

from icportal.accounts.directory import names_of
from icportal.cities.models import City
from icportal.core.clock import today
from icportal.core.errors import NotFound
from icportal.core.strings import _
from icportal.i18n.catalogues import current_language
from icportal.indicators.queries import published_codes
from icportal.plans import loaded, measured, queries, smart, steps
from icportal.plans.dependencies import early
from icportal.plans.enums import OPEN
from icportal.plans.flow import ACTION
from icportal.plans.forms import MergeForm, StepForm, TickForm, ValueForm
from icportal.plans.models import Action
from icportal.plans.services import indicators
from icportal.plans.services.writing import why_closed
from icportal.plans.status import unfinished
from icportal.plans.views.pages import Answer, plan_context
from icportal.reporting import labels
from icportal.web.forms import PortalForm
from icportal.web.identity import current_actor
from icportal.workflow import engine
from icportal.workflow.history import told


def address_of(city: City, action: Action) -> str:
    """Where the page of an action is."""
    return url_for("plans.show_action", slug=city.slug, action_id=action.id)


def merge_form(action: Action) -> MergeForm:
    """The form that merges an action into another open one of its plan."""
    form = MergeForm(obj=action)
    form.offer([(0, _("Choose an action")), *((each.id, each.title) for each in queries.others_open(action))])
    return form


def tick_form(action: Action, milestone_id: int) -> TickForm:
    """The form at one milestone, as it was sent. NotFound where the action has no such milestone."""
    _require_part(milestone_id, action.milestones)
    return TickForm(prefix=f"m{milestone_id}-")


def value_form(action: Action, indicator_id: int) -> ValueForm:
    """The form at one indicator, as it was sent. NotFound where the action has no such indicator."""
    _require_part(indicator_id, action.indicators)
    return ValueForm(prefix=f"i{indicator_id}-")


def _require_part(number: int, parts: Iterable[Any]) -> None:
    if number not in {each.id for each in parts}:
        raise NotFound(_("There is no such page, or it is not open to you."))


def action_page(action: Action, city: City, sent: PortalForm | None = None, *, status: int = 200) -> Answer:
    """The page; ``sent`` is the form that was refused, which stands there again with what was typed."""
    language, context = current_language(), plan_context(city)
    events = engine.history(ACTION, action.id)
    loaded.load_values(action)
    names = names_of(
        {
            *(event.actor_id for event in events), action.created_by, *(each.done_by for each in action.milestones),
            *(number for each in action.indicators for value in each.values for number in (value.created_by, value.approved_by)),
        }
    )  # fmt: skip
    sources, waits_for = (
        queries.sources_of(action, language.code, sees_internal=context["may_see_internal"]),
        queries.waits_for(action),
    )
    plan = loaded.plan_row(city)
    return render_template(
        "plans/action_show.html", **context, action=action, state=ACTION.state(action.state), form=sent, names=names,
        points=smart.points_of(action, has_origin=bool(sources)), sources=sources, before=waits_for,
        too_early=early(action, waits_for), unfinished=unfinished(waits_for) if action.state in OPEN else (),
        objective=queries.objective_of(action), followers=queries.waited_for_by(action),
        factors=queries.factor_names(action, language.code), into=queries.merged_into(action), today=today(),
        closed=why_closed(plan, action) if plan else None, grades=labels.GRADES, author=names.get(action.created_by or 0, ""),
        pictures={each.id: measured.figure(each, direction=language.direction) for each in action.indicators},
        entries=told(ACTION, events, names), moves=steps.moves_of(action, actor=current_actor(), waits_for=waits_for),
        reasons={sent.transition.data: sent.reason.data or ""} if isinstance(sent, StepForm) else {},
        merge=_merging(action, sent) if context["may_edit"] and action.state in OPEN else None,
        removable={
            value.id
            for each in action.indicators
            for value in each.values
            if indicators.may_take_away(current_actor(), city, value)
        },
        known_codes=published_codes({each.indicator_code for each in action.indicators} - {""}), **_rows(action, sent),
    ), status  # fmt: skip


def _rows(action: Action, sent: PortalForm | None) -> dict[str, Any]:
    """A form for each milestone and each indicator."""
    ticks = {each.id: TickForm(None, prefix=f"m{each.id}-", data={"done_on": today()}) for each in action.milestones}
    values = {each.id: ValueForm(None, prefix=f"i{each.id}-", data={"on_date": today()}) for each in action.indicators}
    prefix = getattr(sent, "_prefix", "")
    return {
        "ticks": {number: sent if prefix == f"m{number}-" else form for number, form in ticks.items()},
        "values": {number: sent if prefix == f"i{number}-" else form for number, form in values.items()},
    }


def _merging(action: Action, sent: PortalForm | None) -> MergeForm:
    return sent if isinstance(sent, MergeForm) else merge_form(action)
