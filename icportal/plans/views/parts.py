"""What is said of the parts of an action on its page: milestones that were reached, values of indicators."""

from __future__ import annotations

from flask import flash, redirect, request

from icportal.core.errors import DomainError, NotAllowed, NotFound
from icportal.core.strings import _
from icportal.plans import queries
from icportal.plans.enums import Permission
from icportal.plans.flow import ACTION
from icportal.plans.services import actions, indicators
from icportal.plans.views.action_page import action_page, address_of, tick_form, value_form
from icportal.plans.views.pages import UNPROCESSABLE, Answer, blueprint
from icportal.web.decorators import requires
from icportal.web.identity import current_actor
from icportal.web.routing import row_number


@blueprint.post("/work/plans/<slug:slug>/actions/<int:action_id>/milestones/<int:milestone_id>")
@requires(Permission.EDIT)
def tick_milestone(slug: str, action_id: int, milestone_id: int) -> Answer:
    """Say on which day a milestone was reached, or that it was not."""
    action, city = queries.open_action(slug, action_id, actor=current_actor())
    form = tick_form(action, milestone_id)
    if "undo" in request.form or form.validate():
        done_on = None if "undo" in request.form else form.done_on.data
        try:
            actions.tick_milestone(action, milestone_id, done_on, actor=current_actor())
        except (NotAllowed, NotFound):
            raise
        except DomainError as error:
            form.refuse(error)
        else:
            flash(_("Saved. The action is “%(state)s”.", state=ACTION.state(action.state).label), "success")
            return redirect(f"{address_of(city, action)}#milestones-title", 303)
    return action_page(action, city, form, status=UNPROCESSABLE)


@blueprint.post("/work/plans/<slug:slug>/actions/<int:action_id>/indicators/<int:indicator_id>")
@requires(Permission.EDIT)
def report_value(slug: str, action_id: int, indicator_id: int) -> Answer:
    """Report a value of an indicator."""
    action, city = queries.open_action(slug, action_id, actor=current_actor())
    form = value_form(action, indicator_id)
    if form.validate():
        value, on = form.reached
        try:
            indicators.report_value(
                action,
                indicator_id,
                value=value,
                on=on,
                note=form.note.data or "",
                next_on=form.next_on.data,
                actor=current_actor(),
            )
        except (NotAllowed, NotFound):
            raise
        except DomainError as error:
            form.refuse(error)
        else:
            flash(_("Saved. Somebody else approves it."), "success")
            return redirect(f"{address_of(city, action)}#indicators-title", 303)
    return action_page(action, city, form, status=UNPROCESSABLE)


@blueprint.post("/work/plans/<slug:slug>/actions/<int:action_id>/count")
@requires(Permission.EDIT)
def count_milestones(slug: str, action_id: int) -> Answer:
    """Let the milestones say the state again."""
    action, city = queries.open_action(slug, action_id, actor=current_actor())
    actions.count_milestones(action, actor=current_actor(), seen=request.form.get("version", type=row_number))
    flash(_("The milestones say the state again: “%(state)s”.", state=ACTION.state(action.state).label), "success")
    return redirect(address_of(city, action), 303)
