"""Key factors that a mentee's own rating shows to be wanting, and the actions its plan has for them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlalchemy import select

from icportal.cities import queries as cities
from icportal.core.db import db
from icportal.core.permissions import can
from icportal.core.strings import _, _l
from icportal.mentoring.enums import Permission
from icportal.mentoring.models import Pairing, RatedFactor, Rating
from icportal.mentoring.rating_words import WANTING, Moment
from icportal.plans import origins
from icportal.plans.models import Action, Origin
from icportal.plans.origins import Described
from icportal.toolkits.queries import factor_titles
from icportal.web.identity import current_actor
from icportal.web.routing import external_url

#: What an action that comes of a rated key factor names as its kind of origin.
RATED_FACTOR = "rated_factor"


def wanting(pairing: Pairing, known: Mapping[tuple[str, int], Rating]) -> dict[str, Rating]:
    """By code, the rating of the mentee itself that shows a key factor to be partly in place or less; the latest that is handed in counts."""
    last: dict[str, Rating] = {}
    for moment in Moment:
        rating = known.get((moment, pairing.mentee_id))
        if rating is not None and rating.is_handed_in:
            last |= {code: rating for code in rating.factors if rating.level(code) is not None}
    return {code: rating for code, rating in last.items() if (rating.level(code) or 0) <= WANTING}


def actions_of(pairing: Pairing) -> dict[str, Action]:
    """The action that each key factor of a pairing has become, by code; where it was merged, the one that took it in."""
    query = select(RatedFactor.code, Action).join(Origin, Origin.source_id == RatedFactor.id)
    query = query.join(Action, Action.id == Origin.action_id)
    query = query.where(Origin.kind == RATED_FACTOR, RatedFactor.pairing_id == pairing.id)
    return {row.code: row.Action for row in db.session.execute(query)}


def describe_factors(numbers: Iterable[int], language: str) -> dict[int, Described]:
    """What rated key factors are as origins of actions; whoever may open the pairing gets to its ratings."""
    query = select(RatedFactor, Pairing).join(Pairing, Pairing.id == RatedFactor.pairing_id)
    found = db.session.execute(query.where(RatedFactor.id.in_(list(numbers)))).all()
    names = factor_titles([f"{pairing.scheme.toolkit}:{factor.code}" for factor, pairing in found], language)
    mentors = cities.by_id(sorted({pairing.mentor_id for _factor, pairing in found}))
    told = {}
    for factor, pairing in found:
        title = names.get(f"{pairing.scheme.toolkit}:{factor.code}", factor.code)
        if can(current_actor(), Permission.VIEW_PAIRING, pairing):
            label = _(
                "Own rating of “%(factor)s”, mentored by %(city)s",
                factor=title,
                city=mentors[pairing.mentor_id].name_in(language),
            )
            told[factor.id] = Described(label, external_url("mentoring.show_ratings", language=language, pairing_id=pairing.id))
        else:
            told[factor.id] = Described(_("Own rating of “%(factor)s”", factor=title))
    return told


def register() -> None:
    """Make rated key factors known as something that actions come from."""
    origins.register(RATED_FACTOR, describe_factors, _l("Own rating of a key factor"))
