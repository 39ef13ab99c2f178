"""What mentoring says on a city's timeline: completed pairings in programmes that are public."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from icportal.cities import services as cities
from icportal.cities.models import City
from icportal.cities.timeline import says
from icportal.core.clock import PORTAL_ZONE
from icportal.core.db import db
from icportal.core.strings import _
from icportal.i18n.catalogues import current_language
from icportal.i18n.locales import LANGUAGES
from icportal.mentoring import programmes
from icportal.mentoring.models import Pairing

MODULE = "mentoring"
MENTORED, WAS_MENTORED = "mentoring_given", "mentoring_received"


def register() -> None:
    """Give the timeline the sentences of mentoring."""
    says(MENTORED, tone="done")(mentored)
    says(WAS_MENTORED, tone="done")(was_mentored)


def mentored(values: Mapping[str, Any]) -> str:
    return _("Completed its mentoring of %(city)s.", city=_name(values))


def was_mentored(values: Mapping[str, Any]) -> str:
    return _("Completed a mentoring by %(city)s.", city=_name(values))


def tell_completed(pairing: Pairing) -> None:
    """Put a completed pairing on both cities' timelines, if the programme's call is public."""
    if not programmes.is_public(pairing.programme):
        return
    mentor, mentee = db.session.get_one(City, pairing.mentor_id), db.session.get_one(City, pairing.mentee_id)
    on = pairing.state_since.astimezone(PORTAL_ZONE).date()
    for city, other, key in ((mentor, mentee, MENTORED), (mentee, mentor, WAS_MENTORED)):
        values = {"names": {code: other.name_in(code) for code in LANGUAGES}}
        cities.add_to_timeline(
            city_id=city.id, module=MODULE, reference=_reference(pairing), key=key, earliest=on, latest=on, values=values
        )


def take_completed_back(pairing: Pairing) -> None:
    """Take a pairing that goes on after all off both cities' timelines."""
    for city_id in sorted(pairing.city_ids):
        cities.remove_from_timeline(city_id=city_id, module=MODULE, reference=_reference(pairing))


def _reference(pairing: Pairing) -> str:
    return f"pairing-{pairing.id}"


def _name(values: Mapping[str, Any]) -> str:
    names = values["names"]
    return str(names.get(current_language().code) or names["en"])
