"""Who may do what with a city's action plan. The subject is the city, its plan or an action: each knows ``city_id``.

Asked without a subject, a rule answers whether the actor could hold the permission over anything.
"""

from __future__ import annotations

from typing import Any

from icportal.core.actors import Actor, Role
from icportal.core.permissions import predicate
from icportal.core.roles import is_administrator, is_coordinator, is_mayor_office_of_city, is_officer_of_city
from icportal.core.strings import _l
from icportal.plans.enums import Permission


@predicate(_l("You need to be of a city of the network."))
def is_of_a_city(actor: Actor, _subject: Any) -> bool:
    return actor.has(Role.CITY_OFFICER, Role.MAYOR_OFFICE)


RULES = {
    Permission.VIEW: is_officer_of_city | is_mayor_office_of_city | is_coordinator | is_administrator,
    Permission.OWN: is_of_a_city,
    Permission.EDIT: is_officer_of_city,
}

HIDDEN = frozenset({Permission.VIEW})
