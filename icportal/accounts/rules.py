"""Who may do what with accounts.

The subject of giving and taking a role is the role with its scope: anything with ``role``, ``city_id``,
``language`` and ``user_id`` (``None`` for somebody who has no account yet).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from icportal.accounts.enums import CITY_ROLES, LANGUAGE_ROLES, Permission, Role
from icportal.core.actors import Actor
from icportal.core.installation import settings
from icportal.core.permissions import Predicate, is_signed_in, is_system, predicate
from icportal.core.roles import is_administrator, is_coordinator
from icportal.core.strings import _l


@dataclass(frozen=True)
class RoleOffer:
    """A role somebody is to get, where it is to hold, and who would hold it."""

    role: str
    city_id: int | None = None
    language: str | None = None
    user_id: int | None = None


@predicate(_l("Coordinators give roles of cities and of languages only."))
def is_role_of_city_or_language(_actor: Actor, subject: Any) -> bool:
    return subject is None or subject.role in CITY_ROLES | LANGUAGE_ROLES


@predicate(_l("A mayor's office gives the role of city officer, for its own city only."))
def is_mayor_office_making_officers(actor: Actor, subject: Any) -> bool:
    if subject is None:
        return actor.has(Role.MAYOR_OFFICE)
    return subject.role == Role.CITY_OFFICER and actor.has_in_city(subject.city_id, Role.MAYOR_OFFICE)


@predicate(_l("Nobody gives a role to themselves: ask another person who may."))
def is_for_somebody_else(actor: Actor, subject: Any) -> bool:
    return subject is None or subject.user_id is None or subject.user_id != actor.id


@predicate(_l("You need to be of the mayor's office of a city in which this person has a role."))
def is_of_own_city(actor: Actor, subject: Any) -> bool:
    own = actor.cities(Role.MAYOR_OFFICE)
    if subject is None:
        return bool(own)
    return any(grant.revoked_at is None and grant.city_id in own for grant in subject.grants)


@predicate(_l("Only an administrator closes the account of somebody with a role in the network."))
def has_no_network_role(_actor: Actor, subject: Any) -> bool:
    if subject is None:
        return True
    return all(grant.revoked_at is not None or grant.role in CITY_ROLES | LANGUAGE_ROLES for grant in subject.grants)


@predicate(_l("Outside a demonstration only administrators read the mails."))
def is_demonstration(_actor: Actor, _subject: Any) -> bool:
    return settings().demo


may_give: Predicate = (
    is_system
    | is_administrator
    | (((is_coordinator & is_role_of_city_or_language) | is_mayor_office_making_officers) & is_for_somebody_else)
)
may_take: Predicate = (
    is_system | is_administrator | (is_coordinator & is_role_of_city_or_language) | is_mayor_office_making_officers
)
sees_everybody: Predicate = is_system | is_administrator | is_coordinator

RULES = {
    Permission.VIEW_OWN: is_signed_in,
    Permission.LIST: sees_everybody | is_of_own_city,
    Permission.VIEW: sees_everybody | is_of_own_city,
    Permission.INVITE: may_give,
    Permission.GRANT: may_give,
    Permission.REVOKE: may_take,
    Permission.CREATE: is_system,
    Permission.DISABLE: is_system | is_administrator | (is_coordinator & has_no_network_role),
    Permission.SET_PASSWORD: is_system,
    Permission.ACT_FOR_CITY: is_coordinator,
    Permission.VIEW_AUDIT: is_administrator | is_coordinator,
    Permission.VIEW_MAIL: is_administrator | is_demonstration,
    # A mail holds links that open accounts: outside a demonstration nobody but its recipient reads it.
    Permission.READ_MAIL: is_demonstration,
}

HIDDEN = frozenset({Permission.VIEW, Permission.READ_MAIL})
