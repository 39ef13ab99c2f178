"""The predicates every domain asks: who holds which role, in the network or for the city a thing belongs to.

A subject knows its city by ``city_id``. Asked without a subject, a predicate answers whether the actor could hold the
permission over anything.
"""

from __future__ import annotations

from typing import Any

from icportal.core.actors import Actor, Role
from icportal.core.permissions import predicate
from icportal.core.strings import _l


@predicate(_l("You need to be an administrator."))
def is_administrator(actor: Actor, _subject: Any) -> bool:
    return actor.has(Role.ADMINISTRATOR)


@predicate(_l("You need to be a coordinator of the network."))
def is_coordinator(actor: Actor, _subject: Any) -> bool:
    return actor.has(Role.COORDINATOR)


@predicate(_l("You need to be an officer of the city this belongs to."))
def is_officer_of_city(actor: Actor, subject: Any) -> bool:
    if subject is None:
        return actor.has(Role.CITY_OFFICER)
    return actor.has_in_city(subject.city_id, Role.CITY_OFFICER)


@predicate(_l("You need to be of the mayor's office of the city this belongs to."))
def is_mayor_office_of_city(actor: Actor, subject: Any) -> bool:
    if subject is None:
        return actor.has(Role.MAYOR_OFFICE)
    return actor.has_in_city(subject.city_id, Role.MAYOR_OFFICE)
