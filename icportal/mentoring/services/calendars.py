"""The secret address of the calendar of a pairing, or of all a city does in mentoring: given out, changed, taken away."""

from __future__ import annotations

import secrets

from icportal.cities.models import City
from icportal.core import audit
from icportal.core.actors import Actor
from icportal.core.db import db
from icportal.core.permissions import authorise
from icportal.core.transactions import insert_once
from icportal.mentoring import feeds
from icportal.mentoring.enums import Permission
from icportal.mentoring.models import MentoringCalendar, Pairing
from icportal.mentoring.rules import OfCity

BYTES = 24


def renew_calendar(of: Pairing | City, *, actor: Actor) -> None:
    """Give the calendar a new address; whoever reads it by an older one reads it no more.

    Raises:
        NotFound, NotAllowed: the calendar is not the actor's to give out.
    """
    _authorise(of, actor)
    insert_once(MentoringCalendar, **feeds.named_by(of))
    calendar = feeds.calendar_of(of)
    assert calendar is not None
    before = calendar.nonce is not None
    calendar.nonce = secrets.token_urlsafe(BYTES)
    db.session.flush()
    audit.record(
        actor, "mentoring.calendar:renew", calendar, before={"open": before}, after={"open": True}, city_id=calendar.city_id
    )


def close_calendar(of: Pairing | City, *, actor: Actor) -> None:
    """Take the address away. Sent twice it is done once. Raises what ``renew_calendar`` raises."""
    _authorise(of, actor)
    calendar = feeds.calendar_of(of)
    if calendar is None or calendar.nonce is None:
        return
    calendar.nonce = None
    db.session.flush()
    audit.record(
        actor, "mentoring.calendar:close", calendar, before={"open": True}, after={"open": False}, city_id=calendar.city_id
    )


def _authorise(of: Pairing | City, actor: Actor) -> None:
    if isinstance(of, Pairing):
        authorise(actor, Permission.VIEW_PAIRING, of)
        authorise(actor, Permission.WORK_ON_PAIRING, of)
    else:
        authorise(actor, Permission.VIEW_CALENDAR, OfCity(of.id))
        authorise(actor, Permission.OPEN_CALENDAR, OfCity(of.id))
