"""What every service that writes into a plan asks and keeps: who may, whether it may be written now, and who wrote."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select, update

from icportal.cities.models import City
from icportal.core.actors import Actor
from icportal.core.canonical import sha256
from icportal.core.clock import now
from icportal.core.db import db
from icportal.core.errors import InvalidTransition
from icportal.core.permissions import authorise
from icportal.core.strings import Text, _, _l
from icportal.core.transactions import insert_once
from icportal.plans.enums import WRITABLE, Permission, PlanState
from icportal.plans.models import Action, ActionPlan
from icportal.plans.queries import OfCity

#: Why the text of a plan stands still, and what to do.
_CLOSED: dict[str, Text] = {
    PlanState.REVIEW: _l("A coordinator reads the plan as it stands now. Take it back first, then write."),
    PlanState.REVIEWED: _l("The plan waits to be endorsed as it stands. Choose “Write a new version” on its page first."),
    PlanState.ENDORSED: _l("The plan was endorsed as it stands. Choose “Write a new version” on its page first."),
    PlanState.PUBLISHED: _l("The plan is public as it stands. Choose “Write a new version” on its page first."),
}


def authorise_writing(actor: Actor, subject: Any) -> None:
    """Whoever may not even read the plan is not told that there is one."""
    city_id = int(subject.id if isinstance(subject, City) else subject.city_id)
    authorise(actor, Permission.VIEW, OfCity(city_id))
    authorise(actor, Permission.EDIT, OfCity(city_id))


def held_plan(city_id: int) -> ActionPlan:
    """The city's plan, made where there is none, as it stands now; nobody else writes into it until this is done."""
    insert_once(ActionPlan, city_id=city_id)
    query = select(ActionPlan).where(ActionPlan.city_id == city_id)
    return db.session.execute(query.with_for_update(), execution_options={"populate_existing": True}).scalar_one()


def require_writable(plan: ActionPlan, action: Action | None = None) -> None:
    """Refuse to write what others are reading or have agreed to. An action the last version sent does not have may be written.

    Raises:
        InvalidTransition: saying what to do first.
    """
    if plan.state not in WRITABLE and (action is None or action.is_included):
        raise InvalidTransition(_closed(plan.state))


def why_closed(plan: ActionPlan, action: Action | None = None) -> Text | None:
    """Why the text of an action (without one, of the plan itself) cannot be changed now; None where it can."""
    return _closed(plan.state) if plan.state not in WRITABLE and (action is None or action.is_included) else None


def _closed(state: str) -> Text:
    return _CLOSED.get(state) or _("The plan cannot be written now.")


def for_the_log(said: Mapping[str, Any]) -> dict[str, Any]:
    """What the audit log keeps of what was written: of an internal note that it changed, for more people read the log."""
    return {name: sha256(value) if name == "internal_note" and value else value for name, value in said.items()}


def touch_plan(plan: ActionPlan, *, actor: Actor) -> None:
    """Remember who wrote a part of it: they do not agree to it themselves. What can be sent is another text from here on.

    While the text stands still, what is written is no part of it, and nobody's next step is overtaken. One statement beside
    the unit of work: the public reads none of this, so its pages stay as they are kept.
    """
    db.session.flush()
    values: dict[str, Any] = {}
    if actor.id is not None and actor.id not in plan.written_by:
        values["written_by"] = sorted({*plan.written_by, actor.id})
    if plan.state in WRITABLE:
        values |= {"version": ActionPlan.version + 1, "updated_at": now()}
    if values:
        written = update(ActionPlan).where(ActionPlan.id == plan.id).values(values)
        db.session.execute(written, execution_options={"synchronize_session": False})
        db.session.refresh(plan)
