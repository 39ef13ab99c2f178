"""Decisions of visits as origins of actions: what the page of an action says of them."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select

from icportal.core.db import db
from icportal.core.permissions import can
from icportal.core.strings import _, _l
from icportal.mentoring.enums import Permission
from icportal.mentoring.models import Visit, VisitDecision, VisitMinutes
from icportal.mentoring.visit_words import DECISION
from icportal.mentoring.visits import days
from icportal.plans import origins
from icportal.plans.origins import Described
from icportal.web.identity import current_actor
from icportal.web.routing import external_url


def describe_decisions(numbers: Iterable[int], language: str) -> dict[int, Described]:
    """What decisions are as origins of actions: when they were taken, for those who may open the visit."""
    query = select(VisitDecision.id, Visit).join(VisitMinutes, VisitMinutes.id == VisitDecision.minutes_id)
    query = query.join(Visit, Visit.id == VisitMinutes.visit_id).where(VisitDecision.id.in_(list(numbers)))
    told = {}
    for number, visit in db.session.execute(query):
        if can(current_actor(), Permission.VIEW_PAIRING, visit):
            url = external_url("mentoring.show_visit", language=language, visit_id=visit.id)
            on = days(visit.first_on, visit.last_on)
            told[number] = Described(_("Decided at “%(title)s” (%(days)s)", title=visit.title, days=on), url, is_open=True)
        else:
            told[number] = Described(_("Decided at a visit of a mentoring pairing"))
    return told


def register() -> None:
    """Make decisions known as something that actions come from."""
    origins.register(DECISION, describe_decisions, _l("Decision of a mentoring visit"))
