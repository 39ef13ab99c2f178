"""What was said of a plan, as it is read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from flask import url_for
from sqlalchemy import select

from icportal.cities.models import City
from icportal.core.db import db
from icportal.core.strings import Text, _, _l, _lp
from icportal.plans import origins
from icportal.plans.enums import OriginKind, RemarkKind
from icportal.plans.models import Action, ActionPlan, PlanRemark, PlanVersion
from icportal.plans.origins import Described

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


def describe(numbers: Iterable[int], language: str) -> Mapping[int, Described]:  # noqa: ARG001  the signature of an origin
    """What remarks are that actions come from, by one query. Whoever reads the plan reads its remarks."""
    query = select(PlanRemark.id, PlanRemark.kind, City.slug).join(ActionPlan, ActionPlan.id == PlanRemark.plan_id)
    rows = db.session.execute(query.join(City, City.id == ActionPlan.city_id).where(PlanRemark.id.in_(list(numbers))))
    return {
        number: Described(
            _("From a remark on the plan: %(kind)s", kind=KINDS[kind]),
            f"{url_for('plans.show_review', slug=slug)}#remark-{number}",
            is_open=True,
        )
        for number, kind, slug in rows
    }


def register() -> None:
    """Make remarks known as something that actions come from."""
    origins.register(OriginKind.REMARK, describe)


def reply_of(remark_id: int) -> str:
    """The city's answer to a remark as it stands now."""
    remark = db.session.get(PlanRemark, remark_id)
    return remark.reply if remark else ""
