"""Who may do what with a city's action plan. The subject is the city, its plan or an action: each knows ``city_id``.

Asked without a subject, a rule answers whether the actor could hold the permission over anything. Who mentors a city is
known by the package above (``register_mentors``).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from icportal.core.actors import Actor, Role
from icportal.core.permissions import is_system, predicate
from icportal.core.roles import is_administrator, is_coordinator, is_mayor_office_of_city, is_officer_of_city
from icportal.core.strings import _l
from icportal.plans.enums import Permission

#: Given a city's id: the cities whose people mentor it now.
Mentors = Callable[[int], frozenset[int]]
#: Given the ids of cities: the cities that one of them mentors now.
Mentees = Callable[[frozenset[int]], frozenset[int]]

_mentors: list[Mentors] = []
_mentees: list[Mentees] = []


def register_mentors(provider: Mentors, mentees: Mentees) -> None:
    """Name the functions that say which cities mentor a city now, and whom cities mentor. The application does."""
    _mentors[:], _mentees[:] = [provider], [mentees]


def mentors_of(city_id: int) -> frozenset[int]:
    """The cities that mentor this city now; none where no mentoring is installed."""
    return _mentors[0](city_id) if _mentors else frozenset()


def mentees_of(city_ids: frozenset[int]) -> frozenset[int]:
    """The cities that one of these mentors now; none where no mentoring is installed."""
    return _mentees[0](city_ids) if _mentees and city_ids else frozenset()


@predicate(_l("You need to be of a city of the network."))
def is_of_a_city(actor: Actor, _subject: Any) -> bool:
    return actor.has(Role.CITY_OFFICER, Role.MAYOR_OFFICE)


@predicate(_l("You need to be an officer of a city that mentors this one."))
def is_mentor_of_city(actor: Actor, subject: Any) -> bool:
    if subject is None:
        return actor.has(Role.CITY_OFFICER)
    own = actor.cities(Role.CITY_OFFICER)
    return bool(own) and subject.city_id not in own and bool(own & mentors_of(subject.city_id))


_the_city = is_officer_of_city | is_mayor_office_of_city

RULES = {
    Permission.VIEW: _the_city | is_coordinator | is_administrator | is_mentor_of_city,
    Permission.VIEW_INTERNAL: _the_city | is_coordinator,
    Permission.OWN: is_of_a_city,
    Permission.EDIT: is_officer_of_city,
    Permission.REMARK: _the_city | is_coordinator | is_mentor_of_city,
    Permission.AGREE: is_coordinator,
    Permission.ENDORSE: _the_city,
    Permission.PUBLISH: _the_city | is_coordinator,
    Permission.REPORT: is_officer_of_city,
    Permission.APPROVE_PROGRESS: is_mayor_office_of_city | is_coordinator,
    Permission.WATCH: is_system,
}

HIDDEN = frozenset({Permission.VIEW})
