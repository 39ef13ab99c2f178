"""What of pairings waits: for a city a proposal, an agreement to sign or a question; for coordinators silent pairs and certificates."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time

from icportal.cities import queries as cities
from icportal.cities.models import City
from icportal.content.worklists import YOU
from icportal.core.actors import Actor, Role
from icportal.core.clock import PORTAL_ZONE
from icportal.core.permissions import can
from icportal.core.strings import _, _l, _lp
from icportal.i18n.catalogues import current_language
from icportal.mentoring import certificates, pairings
from icportal.mentoring.enums import PairingState, Permission
from icportal.mentoring.flow import PAIRING
from icportal.mentoring.models import Pairing
from icportal.workflow.worklists import Waiting, Worklist


def provide(actor: Actor, limit: int) -> list[Worklist]:
    """The actor's lists with at most ``limit`` entries each, what is due or silent longest first."""
    lists = []
    if own := actor.cities(Role.CITY_OFFICER, Role.MAYOR_OFFICE):
        lists.append(_of_cities(own, limit))
    if can(actor, Permission.RUN_PAIRING):
        lists += [_quiet(limit), _to_certify(limit)]
    return lists


def _of_cities(own: frozenset[int], limit: int) -> Worklist:
    found = pairings.waiting_for(sorted(own))
    others = cities.by_id(sorted({number for pairing, _city in found[:limit] for number in pairing.city_ids}))
    entries = [_entry(pairing, city, others) for pairing, city in found[:limit]]
    return Worklist("mentoring.pairings", _l("Pairings that wait for your city"), True, len(found), entries)


def _quiet(limit: int) -> Worklist:
    """The pairs without a sign of life, each since the day of the last one."""
    found = pairings.quiet_pairs()
    names = cities.names_by_id({number for pairing in found[:limit] for number in pairing.city_ids}, current_language().code)
    entries = [_silent(pairing, names) for pairing in found[:limit]]
    return Worklist("mentoring.quiet_pairs", _l("Pairs without a sign of life"), True, len(found), entries)


def _silent(pairing: Pairing, names: Mapping[int, str]) -> Waiting:
    last = pairing.last_activity_on
    return Waiting(
        title=_("%(mentor)s mentors %(mentee)s", mentor=names[pairing.mentor_id], mentee=names[pairing.mentee_id]),
        endpoint="mentoring.show_pairing",
        values={"pairing_id": pairing.id},
        kind=_lp("mentoring", "Pairing"),
        state=pairing.state,
        state_label=PAIRING.state(pairing.state).label,
        tone="waiting",
        since=datetime.combine(last, time.min, PORTAL_ZONE) if last else pairing.state_since,
        waits_for=YOU if pairing.told_on else _l("both cities"),
        language=current_language().code,
    )


def _to_certify(limit: int) -> Worklist:
    found = certificates.missing()
    homes = cities.by_id(sorted({number for pairing in found[:limit] for number in pairing.city_ids}))
    entries = [_entry(pairing, homes[pairing.mentor_id], homes) for pairing in found[:limit]]
    return Worklist("mentoring.certificates", _l("Completed mentoring without a certificate"), True, len(found), entries)


def _entry(pairing: Pairing, city: City, cities_by_id: dict[int, City]) -> Waiting:
    """As one of the cities meets it: the other one is what it is about."""
    language = current_language().code
    other = next(cities_by_id[number] for number in pairing.city_ids if number != city.id)
    anew = pairing.waits_to_be_signed_anew and pairing.side_of(city.id) not in pairing.signed_sides
    due = pairing.answer_by if pairing.state == PairingState.PROPOSED else None
    return Waiting(
        title=other.name_in(language),
        endpoint="mentoring.show_pairing",
        values={"pairing_id": pairing.id},
        kind=_lp("mentoring", "Pairing"),
        state=pairing.state,
        state_label=_lp("agreement", "To sign anew") if anew else PAIRING.state(pairing.state).label,
        tone="waiting" if anew else PAIRING.state(pairing.state).tone,
        since=pairing.state_since,
        waits_for=YOU,
        city=city.name_in(language),
        language=language,
        due=datetime.combine(due, time.max, PORTAL_ZONE) if due else None,
    )
