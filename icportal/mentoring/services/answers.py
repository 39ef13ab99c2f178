"""What cities answer to a proposal: each accepts or declines for its side; a proposal nobody answers in time ends."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select

from icportal.cities.models import City
from icportal.core import audit
from icportal.core.actors import SYSTEM, Actor
from icportal.core.clock import now, today
from icportal.core.db import db
from icportal.core.errors import InvalidTransition, Stale
from icportal.core.permissions import authorise
from icportal.core.strings import _
from icportal.core.transactions import hold
from icportal.mentoring import matching_notices
from icportal.mentoring.enums import PairingState, Permission, Side
from icportal.mentoring.flow import PAIRING
from icportal.mentoring.models import Application, Pairing
from icportal.mentoring.rules import OneSide
from icportal.mentoring.services.steps import take_step


def accept(pairing: Pairing, city: City, *, actor: Actor) -> bool:
    """Accept a proposal for one side; whether both have now.

    Raises:
        NotAllowed: the actor is not of this city.
        InvalidTransition: it was answered, taken back or ended meanwhile.
    """
    _may_answer(pairing, city, actor)
    side = pairing.side_of(city.id)
    if getattr(pairing, f"{side}_accepted_at") is None:
        setattr(pairing, f"{side}_accepted_at", now())
        setattr(pairing, f"{side}_accepted_by", actor.id)
        pairing.last_activity_on = today()
        db.session.flush()
        audit.record(actor, "mentoring.pairing:accept_side", pairing, after={"side": str(side)}, city_id=city.id)
    if pairing.mentor_accepted_at is None or pairing.mentee_accepted_at is None:
        matching_notices.one_accepted(pairing, city, actor=actor)
        return False
    take_step(pairing, "accept", actor=actor)
    matching_notices.both_accepted(pairing, actor=actor)
    return True


def decline(pairing: Pairing, city: City, *, reason: str, actor: Actor) -> None:
    """Decline a proposal, with the reason; the other city and the coordinators are told, and the free part opens again."""
    _may_answer(pairing, city, actor)
    event = take_step(pairing, "decline", actor=actor, reason=reason, city_id=city.id)
    pairing.because = event.reason
    db.session.flush()
    matching_notices.declined(pairing, city, actor=actor)


def leave_pairings(application: Application, *, actor: Actor, reason: str) -> int:
    """End every proposal and acceptance of a city that withdraws; the other cities are told. How many ended."""
    own = (Pairing.mentor_id == application.city_id) | (Pairing.mentee_id == application.city_id)
    open_ = (PairingState.PROPOSED, PairingState.ACCEPTED)
    query = select(Pairing).where(Pairing.programme_id == application.programme_id, own, Pairing.state.in_(open_))
    city = db.session.get_one(City, application.city_id)
    ended = list(db.session.scalars(query.order_by(Pairing.id)))
    for pairing in ended:
        take_step(pairing, "leave", actor=actor, reason=reason, city_id=city.id)
        pairing.because = reason
        db.session.flush()
        matching_notices.declined(pairing, city, actor=actor)
    return len(ended)


def lapse_unanswered(day: date | None = None) -> int:
    """End the proposals that were not accepted by both in time; how many ended. Run daily by the worker."""
    query = select(Pairing).where(Pairing.state == PairingState.PROPOSED, Pairing.answer_by < (day or today()))
    lapsed = list(db.session.scalars(query.order_by(Pairing.id)))
    for pairing in lapsed:
        silent = [side for side in Side if getattr(pairing, f"{side}_accepted_at") is None]
        take_step(pairing, "lapse", actor=SYSTEM)
        matching_notices.lapsed(pairing, silent)
    return len(lapsed)


def _may_answer(pairing: Pairing, city: City, actor: Actor) -> None:
    authorise(actor, Permission.VIEW_PAIRING, pairing)
    authorise(actor, Permission.ANSWER_PAIRING, OneSide(city.id))
    if city.id not in pairing.city_ids or not hold(pairing):
        raise Stale(_("Somebody has changed this since you opened it. Nothing of yours was applied: look at it again."))
    if pairing.state != PairingState.PROPOSED:
        raise InvalidTransition(
            _("This cannot be done now: it is already “%(state)s”.", state=PAIRING.state(pairing.state).label)
        )
