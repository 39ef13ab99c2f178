"""A key factor that the mentee rates as wanting becomes an action in its plan: once, by one click, and it knows where it came from."""

from __future__ import annotations

from icportal.cities import queries as cities
from icportal.core.actors import Actor
from icportal.core.db import db
from icportal.core.errors import InvalidTransition, NotFound
from icportal.core.permissions import authorise
from icportal.core.strings import _
from icportal.core.transactions import hold
from icportal.mentoring import ratings
from icportal.mentoring.enums import Permission
from icportal.mentoring.models import Pairing, RatedFactor, Rating
from icportal.mentoring.rated_factors import RATED_FACTOR, actions_of, wanting
from icportal.mentoring.services.signs_of_life import show_life
from icportal.plans.draft import Draft
from icportal.plans.models import Action
from icportal.plans.services.actions import CameFrom, create_action


def make_action(pairing: Pairing, code: str, *, actor: Actor) -> Action:
    """Take a key factor into the mentee's plan, with what its own rating says of it.

    Raises:
        NotFound: the mentee has not rated this key factor as wanting.
        NotAllowed: the actor is no officer of the mentee.
        InvalidTransition: it is an action already.
    """
    authorise(actor, Permission.VIEW_PAIRING, pairing)
    # Two who click at the same moment come one after the other.
    hold(pairing)
    rating = wanting(pairing, ratings.ratings_of(pairing)).get(code)
    if rating is None:
        raise NotFound(_("There is no such page, or it is not open to you."))
    if code in actions_of(pairing):
        raise InvalidTransition(_("This is an action already: one key factor makes one action."))
    taken = RatedFactor(pairing_id=pairing.id, code=code)
    db.session.add(taken)
    db.session.flush()
    city = cities.by_id([pairing.mentee_id])[pairing.mentee_id]
    made = create_action(
        city, _draft(pairing, rating, code), actor=actor,
        came_from=CameFrom(RATED_FACTOR, taken.id, rating.text(code), rating.language),
    )  # fmt: skip
    show_life(pairing)
    return made


def _draft(pairing: Pairing, rating: Rating, code: str) -> Draft:
    benchmark = ratings.benchmark_of(pairing, rating.language)
    factor = next(each for each in benchmark.factors if each.code == code)
    return Draft(
        factor.title, body=rating.text(code), language=rating.language, commitments=factor.commitments,
        key_factors=(f"{benchmark.slug}:{code}",),
    )  # fmt: skip
