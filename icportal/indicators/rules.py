"""Who may do what with indicators. The subject is a delivery or a city; both know whose it is."""

from __future__ import annotations

from icportal.core.actors import Actor, Role
from icportal.core.permissions import is_system, predicate
from icportal.core.roles import is_administrator, is_coordinator, is_mayor_office_of_city, is_officer_of_city
from icportal.core.strings import _l
from icportal.indicators.enums import Permission


@predicate(_l("You need to be a translator or reviewer."))
def works_on_texts(actor: Actor, _subject: object) -> bool:
    return actor.has(Role.TRANSLATOR, Role.REVIEWER)


RULES = {
    Permission.VIEW_DELIVERY: is_officer_of_city | is_mayor_office_of_city | is_coordinator | is_administrator,
    Permission.LIST_DELIVERIES: is_officer_of_city | is_mayor_office_of_city | is_coordinator | is_administrator,
    Permission.ENTER: is_officer_of_city | is_coordinator | is_system,
    Permission.SUBMIT: is_officer_of_city | is_coordinator,
    Permission.CHECK: is_coordinator,
    Permission.WITHDRAW: is_coordinator,
    Permission.ADOPT: is_system,
    Permission.SHARE_OUT: is_officer_of_city | is_coordinator,
    Permission.EXCHANGE_NETWORK: is_coordinator | is_system,
    Permission.VIEW_CATALOGUE: works_on_texts | is_coordinator | is_administrator,
    Permission.EDIT_CATALOGUE: is_coordinator,
    Permission.RELEASE: is_coordinator | is_system,
}

HIDDEN = frozenset({Permission.VIEW_DELIVERY})
