"""What indicators have reached: reported, approved by somebody else, or taken away. Every function is one act; the caller commits."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta
from decimal import Decimal

from sqlalchemy import select, update

from icportal.cities.models import City
from icportal.core import audit
from icportal.core.actors import Actor
from icportal.core.clock import now, today
from icportal.core.db import db
from icportal.core.errors import DomainError, NotAllowed, NotFound
from icportal.core.permissions import authorise, can
from icportal.core.strings import _, _l
from icportal.core.text import clean_text
from icportal.core.transactions import hold
from icportal.i18n.formatting import day
from icportal.plans import measured, value_notices
from icportal.plans.contents import amount
from icportal.plans.draft import is_kept
from icportal.plans.enums import Permission
from icportal.plans.models import Action, ActionIndicator, IndicatorValue
from icportal.plans.queries import OfCity
from icportal.plans.services.writing import authorise_writing

OWN = _l("You reported one of these values: a second person has to approve it.")
#: A value of so long before the day on which one was due is not the one that was waited for.
WITHIN = timedelta(days=183)


def report_value(
    action: Action, indicator_id: int, *, value: Decimal, on: date, note: str, actor: Actor, next_on: date | None = None
) -> IndicatorValue:
    """Say what an indicator has reached, and when the next value is due.

    The newest value, of about the day on which one was due, is the one that was waited for; an older one fills a gap.

    Raises:
        NotFound: the action has no such indicator.
        DomainError: the day is still to come, the next one is not, or is named while another value is due; or the number is
            too large or too exact.
    """
    authorise_writing(actor, action)
    _hold(action)
    indicator = db.session.get(ActionIndicator, indicator_id)
    if indicator is None or indicator.action_id != action.id:
        raise NotFound(_("There is no such page, or it is not open to you."))
    if on > today():
        raise DomainError(_("Choose a day that is not still to come."), "on_date")
    if next_on is not None and next_on <= today():
        raise DomainError(_("Choose a day that is still to come."), "next_on")
    if not is_kept(value):
        raise DomainError(_("This number is too large, or has more than four decimals."), "value")
    newest, due = measured.latest(indicator), indicator.next_due_on
    is_due = due is not None and due <= today() and on >= due - WITHIN and (newest is None or on > newest.on_date)
    if next_on is not None and due is not None and due <= today() and not is_due:
        raise DomainError(_("Leave this empty: the value that was due on %(day)s is still to come.", day=day(due)), "next_on")
    if is_due or next_on is not None:
        indicator.next_due_on = next_on
        action.updated_at = now()
    is_first = not _something_waits(action.city_id)
    reported = IndicatorValue(indicator_id=indicator.id, on_date=on, value=value, note=note.strip(), created_by=actor.id)
    db.session.add(reported)
    db.session.flush()
    db.session.expire(indicator, ["values"])
    after = {
        "indicator": indicator.id,
        "value": str(value),
        "on": on.isoformat(),
        "next": next_on.isoformat() if next_on else None,
    }
    audit.record(actor, "plans.indicator:report", action, after=after, city_id=action.city_id)
    if is_first:
        value_notices.to_approve(db.session.get_one(City, action.city_id), actor=actor)
    return reported


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
    if actor.id is not None and any(value.created_by == actor.id for value in waiting):
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


def take_away_value(city: City, value_id: int, *, reason: str, actor: Actor) -> None:
    """Take a value that is wrong out of a city's plan. Where it was the newest and no other one is expected, one is due again.

    Who reported it takes it away while nobody has approved it; whoever approves, at any time: then the other is told why.

    Raises:
        NotFound: the plan has no such value.
        NotAllowed: it is somebody else's, or approved already, and the actor may not approve.
        DomainError: no reason is given.
    """
    value, reason = value_of(city, value_id, actor=actor), clean_text(reason)
    if not reason:
        raise DomainError(_("Say why: whoever looks for it reads your reason."), "reason")
    indicator = measured.indicator_of(value)
    action = db.session.get_one(Action, indicator.action_id)
    _hold(action)
    # From here on nobody approves it or takes it away; whoever has just done so was first.
    db.session.execute(update(IndicatorValue).where(IndicatorValue.id == value_id).values(value=IndicatorValue.value))
    db.session.expire_all()
    value = value_of(city, value_id, actor=actor)
    author = value.created_by
    if measured.is_due_without(indicator, value):
        indicator.next_due_on = value.on_date
        action.updated_at = now()
    before = {"indicator": indicator.id, "value": amount(value.value), "on": value.on_date.isoformat()}
    db.session.delete(value)
    db.session.flush()
    db.session.expire_all()
    audit.record(actor, "plans.indicator:take_away", city, before=before, after={"reason": reason}, city_id=city.id)
    value_notices.taken_away(city, author, reason=reason, actor=actor)


def _hold(action: Action) -> None:
    """Nobody else changes the action until this is done."""
    if not hold(action):
        db.session.refresh(action)
        hold(action)


def _something_waits(city_id: int) -> bool:
    """Whether somebody was told already that there are values to approve."""
    query = select(IndicatorValue.id).join(ActionIndicator).join(Action).where(Action.city_id == city_id)
    return db.session.scalar(query.where(IndicatorValue.approved_at.is_(None)).limit(1)) is not None


def value_of(city: City, value_id: int, *, actor: Actor) -> IndicatorValue:
    """A value of a city's plan, for those who may take it away. NotFound and NotAllowed as ``take_away_value`` says."""
    authorise(actor, Permission.VIEW, OfCity(city.id))
    of_city = select(IndicatorValue).join(ActionIndicator).join(Action).where(Action.city_id == city.id)
    value = db.session.scalar(of_city.where(IndicatorValue.id == value_id))
    if value is None:
        raise NotFound(_("This value is not there any more."))
    if not may_take_away(actor, city, value):
        authorise(actor, Permission.APPROVE_PROGRESS, OfCity(city.id))
    return value


def may_take_away(actor: Actor, city: City, value: IndicatorValue) -> bool:
    """Whether somebody may take a value away."""
    if can(actor, Permission.APPROVE_PROGRESS, OfCity(city.id)):
        return True
    is_own = value.created_by == actor.id and value.approved_at is None
    return is_own and can(actor, Permission.EDIT, OfCity(city.id))
