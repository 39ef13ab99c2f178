"""Who may do what with a signature. The subject is a signature, a request for more time, or a city: all know their city.

Asked without a subject, a rule answers whether the actor could hold the permission over anything.
"""

from __future__ import annotations

from typing import Any

from icportal.charter.enums import Permission
from icportal.core.actors import Actor
from icportal.core.permissions import Predicate, is_system, predicate
from icportal.core.roles import is_administrator, is_coordinator, is_mayor_office_of_city, is_officer_of_city
from icportal.core.strings import _l


@predicate(_l("You are acting for this city: end that first, because a city does not check itself."))
def does_not_act_for_city(actor: Actor, subject: Any) -> bool:
    return subject is None or actor.acting_for is None or actor.acting_for != subject.city_id


@predicate(_l("You asked for this yourself: a second person has to decide."))
def did_not_ask(actor: Actor, subject: Any) -> bool:
    return subject is None or getattr(subject, "asked_by", None) is None or subject.asked_by != actor.id


may_prepare: Predicate = is_mayor_office_of_city | is_officer_of_city
may_check: Predicate = is_coordinator & does_not_act_for_city

RULES = {
    Permission.VIEW: may_prepare | is_coordinator | is_administrator,
    Permission.START: may_prepare,
    Permission.EDIT: may_prepare,
    Permission.SIGN: is_mayor_office_of_city,
    Permission.SUBMIT: is_mayor_office_of_city,
    Permission.CHECK: may_check,
    Permission.WITHDRAW: is_mayor_office_of_city | is_coordinator,
    Permission.ASK_DELAY: is_mayor_office_of_city,
    Permission.DECIDE_DELAY: may_check & did_not_ask,
    Permission.IMPORT: is_system,
    Permission.SUPERSEDE: is_system,
    Permission.REMIND: is_system,
}

HIDDEN = frozenset({Permission.VIEW})
