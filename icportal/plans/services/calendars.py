"""The secret address of a plan's calendar: given out, changed, taken away."""

from __future__ import annotations

import secrets

from icportal.core import audit
from icportal.core.actors import Actor
from icportal.core.db import db
from icportal.core.errors import NotFound
from icportal.core.permissions import authorise
from icportal.core.strings import _
from icportal.plans.enums import Permission
from icportal.plans.models import ActionPlan

BYTES = 24


def renew_calendar(plan: ActionPlan | None, *, actor: Actor) -> None:
    """Give the plan's calendar a new address; whoever reads it by an older one reads it no more.

    Raises:
        NotFound: there is no plan yet, or it is not open to the actor.
        NotAllowed: the actor is no officer of the city.
    """
    plan = _held(plan, actor)
    before = plan.calendar_nonce is not None
    plan.calendar_nonce = secrets.token_urlsafe(BYTES)
    db.session.flush()
    audit.record(actor, "plans.calendar:renew", plan, before={"open": before}, after={"open": True}, city_id=plan.city_id)


def close_calendar(plan: ActionPlan | None, *, actor: Actor) -> None:
    """Take the address away. Sent twice it is done once. Raises what ``renew_calendar`` raises."""
    plan = _held(plan, actor)
    if plan.calendar_nonce is None:
        return
    plan.calendar_nonce = None
    db.session.flush()
    audit.record(actor, "plans.calendar:close", plan, before={"open": True}, after={"open": False}, city_id=plan.city_id)


def _held(plan: ActionPlan | None, actor: Actor) -> ActionPlan:
    if plan is None:
        raise NotFound(_("There is no plan yet. It begins with its first action."))
    authorise(actor, Permission.VIEW, plan)
    authorise(actor, Permission.EDIT, plan)
    return plan
