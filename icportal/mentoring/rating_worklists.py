"""What of preparation and evaluation waits for a city."""

from __future__ import annotations

from collections.abc import Sequence

from icportal.cities.models import City
from icportal.cities.queries import names_by_id
from icportal.content.worklists import YOU
from icportal.core.actors import Actor, Role
from icportal.core.strings import Text, _, _l, _lp
from icportal.i18n.catalogues import current_language
from icportal.mentoring import ratings
from icportal.mentoring.models import Pairing
from icportal.mentoring.rating_words import Moment, RatingState
from icportal.workflow.worklists import Waiting, Worklist


def provide(actor: Actor, limit: int) -> list[Worklist]:
    """The actor's two lists with at most ``limit`` entries each, what waits longest first."""
    own = sorted(actor.cities(Role.CITY_OFFICER, Role.MAYOR_OFFICE))
    if not own:
        return []
    return [
        _list("mentoring.self_assessments", _l("Self-assessments to hand in"), own, Moment.BEFORE, limit),
        _list("mentoring.evaluations", _l("Evaluations to hand in"), own, Moment.AFTER, limit),
    ]


def _list(key: str, label: Text, own: Sequence[int], moment: Moment, limit: int) -> Worklist:
    found = ratings.waiting_for(own, moment)
    names = names_by_id({number for pairing, _city in found[:limit] for number in pairing.city_ids}, current_language().code)
    return Worklist(key, label, True, len(found), [_entry(pairing, city, moment, names) for pairing, city in found[:limit]])


def _entry(pairing: Pairing, city: City, moment: Moment, names: dict[int, str]) -> Waiting:
    language = current_language().code
    return Waiting(
        title=_("%(mentor)s mentors %(mentee)s", mentor=names[pairing.mentor_id], mentee=names[pairing.mentee_id]),
        endpoint="mentoring.edit_rating",
        values={"pairing_id": pairing.id, "moment": moment, "city": city.id},
        kind=_lp("mentoring", "Key factors"),
        state=RatingState.DRAFT,
        state_label=_lp("rating", "To hand in"),
        tone="waiting",
        since=pairing.state_since,
        waits_for=YOU,
        city=city.name_in(language),
        language=language,
    )
