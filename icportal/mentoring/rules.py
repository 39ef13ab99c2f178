"""Who may do what in mentoring.

A programme is the network's (``city_id`` None); an application knows its ``city_id``; a pairing knows the ``city_ids`` of both
and the ``facilitator_id`` of its scheme, and so does everything that belongs to one through ``Of``. Asked without a
subject, a rule answers whether the actor could hold the permission over anything. Who facilitates a scheme at all is asked of
the tables by ``register_facilitators``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from icportal.core.actors import Actor, Role
from icportal.core.permissions import is_system, predicate
from icportal.core.roles import is_administrator, is_coordinator, is_mayor_office_of_city, is_officer_of_city
from icportal.core.strings import _l
from icportal.mentoring.enums import Permission

_CITY = (Role.CITY_OFFICER, Role.MAYOR_OFFICE)

#: Given somebody's id: whether they facilitate a scheme of any programme.
Facilitates = Callable[[int], bool]

_facilitates: list[Facilitates] = []


def register_facilitators(provider: Facilitates) -> None:
    """Name the function that says whether somebody facilitates a scheme. The application does."""
    _facilitates[:] = [provider]


@dataclass(frozen=True)
class OfCity:
    """A city's part in a programme as a subject of permissions, whether there is an application yet or not."""

    city_id: int


@dataclass(frozen=True)
class OneSide:
    """One city's side of a pairing: what only its own people do."""

    city_id: int


@predicate(_l("You need to be of a city of the network."))
def is_of_a_city(actor: Actor, _subject: Any) -> bool:
    return actor.has(*_CITY)


@predicate(_l("You need to be of one of the two cities of the pairing."))
def is_of_pairing(actor: Actor, pairing: Any) -> bool:
    if pairing is None:
        return actor.has(*_CITY)
    return bool(actor.cities(*_CITY) & pairing.city_ids)


@predicate(_l("You need to be an officer of one of the two cities of the pairing."))
def is_officer_of_pairing(actor: Actor, pairing: Any) -> bool:
    if pairing is None:
        return actor.has(Role.CITY_OFFICER)
    return bool(actor.cities(Role.CITY_OFFICER) & pairing.city_ids)


@predicate(_l("You need to be the facilitator of the scheme."))
def is_facilitator(actor: Actor, pairing: Any) -> bool:
    if pairing is None:
        return actor.is_signed_in
    return actor.id is not None and pairing.facilitator_id == actor.id


@predicate(_l("You need to be the facilitator of one of its schemes."))
def is_facilitator_in(actor: Actor, programme: Any) -> bool:
    if actor.id is None:
        return False
    if programme is None:
        return any(asked(actor.id) for asked in _facilitates)
    return any(scheme.facilitator_id == actor.id for scheme in programme.schemes)


@predicate(_l("You need to be a translator or reviewer."))
def works_on_texts(actor: Actor, _subject: Any) -> bool:
    return actor.has(Role.TRANSLATOR, Role.REVIEWER)


_the_city = is_officer_of_city | is_mayor_office_of_city

RULES = {
    Permission.LIST_PROGRAMMES: is_of_a_city | is_coordinator | is_administrator | is_facilitator_in,
    Permission.VIEW_PROGRAMME: is_coordinator | is_administrator,
    Permission.READ_CALL: works_on_texts | is_coordinator | is_administrator,
    Permission.EDIT_PROGRAMME: is_coordinator,
    Permission.RUN_PROGRAMME: is_coordinator,
    Permission.VIEW_APPLICATION: _the_city | is_coordinator,
    Permission.APPLY: is_officer_of_city,
    Permission.MATCH: is_coordinator,
    Permission.VIEW_PAIRING: is_of_pairing | is_facilitator | is_coordinator,
    Permission.VIEW_LEDGER: _the_city | is_coordinator,
    Permission.ANSWER_PAIRING: _the_city,
    Permission.SIGN_AGREEMENT: _the_city,
    Permission.WORK_ON_PAIRING: is_officer_of_pairing | is_facilitator | is_coordinator,
    Permission.RUN_PAIRING: is_coordinator,
    Permission.LAPSE_PAIRING: is_system | is_coordinator,
    Permission.VIEW_CALENDAR: _the_city | is_coordinator,
    Permission.OPEN_CALENDAR: is_officer_of_city,
}

HIDDEN = frozenset({Permission.VIEW_LEDGER, Permission.VIEW_APPLICATION, Permission.VIEW_PAIRING, Permission.VIEW_CALENDAR})
