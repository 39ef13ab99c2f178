"""What the worker does for progress rounds every morning: asks cities whose time has come, and reminds those that are late."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta

from sqlalchemy import select

from icportal.cities.models import City
from icportal.core import audit
from icportal.core.actors import SYSTEM, Actor
from icportal.core.clock import PORTAL_ZONE, now, today
from icportal.core.db import db
from icportal.core.permissions import authorise
from icportal.core.transactions import insert_once
from icportal.plans import progress_notices
from icportal.plans.enums import Permission, ProgressState
from icportal.plans.models import ActionPlan, PlanReminder, ProgressRound
from icportal.plans.services import progress
from icportal.plans.services.writing import held_plan

#: Days from the last day of a round on which a reminder falls due.
OFFSETS = (-14, -1, 7)


def ask_due_cities(*, actor: Actor = SYSTEM) -> int:
    """Open the next round of every public plan whose time has come; how many were opened."""
    authorise(actor, Permission.WATCH)
    asked = 0
    for plan, city in _without_open_round():
        if next_round_on(plan) > today():
            continue
        held = held_plan(city.id)
        if held.published_version_id is None or _has_open_round(held):
            continue
        round_ = progress.begin(city, held, due_on=today() + progress.TIME_TO_ANSWER, actor=actor)
        progress_notices.begun(city, round_, actor=actor)
        asked += 1
    return asked


def next_round_on(plan: ActionPlan) -> date:
    """The day on which the next round of a public plan begins by itself."""
    assert plan.published_at is not None
    last = db.session.scalar(
        select(ProgressRound.covers_to).where(ProgressRound.plan_id == plan.id).order_by(ProgressRound.number.desc()).limit(1)
    )
    return _months_later(last or plan.published_at.astimezone(PORTAL_ZONE).date(), plan.months_between)


def remind(*, actor: Actor = SYSTEM) -> int:
    """Send the reminders that fell due, each once; of several that were missed only the newest. How many cities were reminded."""
    authorise(actor, Permission.WATCH)
    query = select(ProgressRound, City).join(City, City.id == ProgressRound.city_id)
    sent = 0
    for round_, city in db.session.execute(
        query.where(ProgressRound.state == ProgressState.OPEN).order_by(ProgressRound.id)
    ).all():
        offset = owed(round_, today())
        if offset is None:
            continue
        row = insert_once(PlanReminder, round_id=round_.id, due_on=round_.due_on, offset=offset, recipients=0, sent_at=now())
        if row is None:
            continue
        told = progress_notices.remind(city, round_, offset=offset)
        db.session.get_one(PlanReminder, row).recipients = told
        audit.record(actor, "plans.progress:remind", round_, after={"offset": offset, "recipients": told}, city_id=city.id)
        sent += 1
    return sent


def owed(round_: ProgressRound, day: date) -> int | None:
    """The newest reminder whose day came since the round is open; None when there is none."""
    since = round_.state_since.astimezone(PORTAL_ZONE).date()
    due = [offset for offset in OFFSETS if since < round_.due_on + timedelta(days=offset) <= day]
    return due[-1] if due else None


def _without_open_round() -> list[tuple[ActionPlan, City]]:
    is_open = select(ProgressRound.id).where(ProgressRound.plan_id == ActionPlan.id, ProgressRound.state == ProgressState.OPEN)
    query = select(ActionPlan, City).join(City, City.id == ActionPlan.city_id)
    query = query.where(ActionPlan.published_version_id.is_not(None), ~is_open.exists()).order_by(ActionPlan.id)
    return [(plan, city) for plan, city in db.session.execute(query)]


def _has_open_round(plan: ActionPlan) -> bool:
    query = select(ProgressRound.id).where(ProgressRound.plan_id == plan.id, ProgressRound.state == ProgressState.OPEN)
    return db.session.scalar(query.limit(1)) is not None


def _months_later(day: date, months: int) -> date:
    """The same day so many months later, or the last one of that month."""
    year, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + year, month + 1
    return day.replace(year=year, month=month, day=min(day.day, monthrange(year, month)[1]))
