"""What the ratings of a pairing need on a page: on that of the pairing, and on their own."""

from __future__ import annotations

from typing import Any

from icportal.mentoring import pairings, ratings
from icportal.mentoring.models import Pairing
from icportal.mentoring.rating_flow import RATING
from icportal.mentoring.rating_words import MOMENTS, Moment
from icportal.web.identity import current_actor


def rating_parts(pairing: Pairing) -> dict[str, Any]:
    """Where both cities stand, and what one's own can do now; one query."""
    actor, known = current_actor(), ratings.ratings_of(pairing)
    sides = pairings.own_sides(pairing, actor)
    own = {city.id for city in sides}
    wanted = [(moment, city) for moment in Moment for city in sides if pairing.state in ratings.OPEN[moment]]
    handed_in = {key for key, each in known.items() if each.is_handed_in}
    return {
        "ratings": known,
        "ratings_seen": ratings.open_to(actor, pairing, known),
        "to_write": [(moment, city) for moment, city in wanted if (moment, city.id) not in handed_in],
        "to_take_back": [
            each
            for key, each in known.items()
            if key in handed_in and each.city_id in own and not ratings.both_handed_in(pairing, each.moment, known)
        ],
        "moments": MOMENTS,
        "all_moments": list(Moment),
        "rating_flow": RATING,
    }
