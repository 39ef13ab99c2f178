"""Who may do what with a city."""

from __future__ import annotations

from typing import Any

from icportal.cities.enums import Permission
from icportal.core.actors import CITY_ROLES, Actor
from icportal.core.permissions import is_signed_in, predicate
from icportal.core.roles import is_coordinator
from icportal.core.strings import _l


@predicate(_l("You need to work for this city: in the mayor's office or as its officer."))
def works_for_city(actor: Actor, city: Any) -> bool:
    """Asked without a city: whether the actor works for any."""
    if city is None:
        return actor.has(*CITY_ROLES)
    return actor.has_in_city(city.city_id, *CITY_ROLES)


RULES = {
    Permission.ADD: is_signed_in & is_coordinator,
    Permission.EDIT: is_signed_in & (works_for_city | is_coordinator),
    Permission.VIEW_CONTACTS: is_signed_in,
    Permission.EDIT_CONTACTS: is_signed_in & (works_for_city | is_coordinator),
}
