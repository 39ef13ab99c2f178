"""What was said of a plan, as it is read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select

from icportal.cities.models import City
from icportal.core.db import db
from icportal.core.strings import Text, _l, _lp
from icportal.plans.enums import RemarkKind
from icportal.plans.models import Action, ActionPlan, PlanRemark, PlanVersion

KINDS: Mapping[str, Text] = {
    RemarkKind.NOTE: _lp("remark", "Note"),
    RemarkKind.ADVICE: _l("Recommendation"),
    RemarkKind.CHANGE: _l("Change needed"),
}


@dataclass(frozen=True)
class Said:
    """A remark with what it is about and for which city it was made (None: for the network)."""

    remark: PlanRemark
    action: Action | None
    city: City | None
    number: int | None


def remarks_of(plan: ActionPlan | None) -> list[Said]:
    """Every remark on a plan by one query: open ones first, each group the oldest first."""
    query = select(PlanRemark, Action, City, PlanVersion.number).outerjoin(Action, Action.id == PlanRemark.action_id)
    query = query.outerjoin(City, City.id == PlanRemark.city_id).outerjoin(PlanVersion, PlanVersion.id == PlanRemark.version_id)
    rows = db.session.execute(query.where(PlanRemark.plan_id == (plan.id if plan else 0)).order_by(PlanRemark.id))
    return sorted((Said(*row) for row in rows), key=lambda said: said.remark.settled_at is not None)


def reply_of(remark_id: int) -> str:
    """The city's answer to a remark as it stands now."""
    remark = db.session.get(PlanRemark, remark_id)
    return remark.reply if remark else ""
