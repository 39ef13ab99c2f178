"""Approving what indicators have reached. Every function is one act; the caller commits."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select, update

from icportal.cities.models import City
from icportal.core import audit
from icportal.core.actors import Actor
from icportal.core.clock import now
from icportal.core.db import db
from icportal.core.errors import DomainError, NotAllowed
from icportal.core.permissions import authorise
from icportal.core.strings import _, _l
from icportal.plans.enums import Permission
from icportal.plans.models import Action, ActionIndicator, IndicatorValue
from icportal.plans.queries import OfCity

OWN = _l("You reported one of these values: a second person has to approve it.")


def approve_values(city: City, numbers: Collection[int], *, actor: Actor) -> int:
    """Approve reported values of a city's plan, all of them or none; how many were not approved before.

    Raises:
        NotAllowed: the actor may not approve what this city reports, or reported one of them.
        DomainError: none was chosen, or one is not of this plan (any more).
    """
    authorise(actor, Permission.VIEW, OfCity(city.id))
    authorise(actor, Permission.APPROVE_PROGRESS, OfCity(city.id))
    if not numbers:
        raise DomainError(_("Choose at least one value."), "chosen")
    of_city = select(IndicatorValue).join(ActionIndicator).join(Action).where(Action.city_id == city.id)
    values = list(db.session.scalars(of_city.where(IndicatorValue.id.in_(numbers))))
    if len(values) != len(set(numbers)):
        raise DomainError(_("One of these values is not there any more. Look at the list again."), "chosen")
    waiting = [value for value in values if value.approved_at is None]
    if any(value.created_by == actor.id for value in waiting):
        raise NotAllowed(_("You may not do this."), [OWN])
    # One statement, so that of two who approve at once the first one stands.
    stamp = update(IndicatorValue).where(IndicatorValue.id.in_([value.id for value in waiting]))
    stamp = stamp.where(IndicatorValue.approved_at.is_(None)).values(approved_by=actor.id, approved_at=now())
    written = int(db.session.execute(stamp).rowcount)  # type: ignore[attr-defined]  # an update has one
    db.session.expire_all()
    if written:
        after = {"values": sorted(value.id for value in waiting)}
        audit.record(actor, "plans.indicator:approve", city, after=after, city_id=city.id)
    return written
