"""Who may give and take which role where: the whole table, for a role in the city, in another and without one."""

import pytest

from icportal.accounts import rules
from icportal.accounts.enums import Permission
from icportal.accounts.models import RoleGrant, User
from icportal.accounts.rules import RoleOffer
from icportal.core.actors import ANONYMOUS, SYSTEM, Actor, Grant, Role

HERE, THERE = 1, 2


def can(actor, permission, subject=None):
    """As the portal asks, without needing one."""
    return rules.RULES[permission](actor, subject)


GIVERS = {
    "visitor": ANONYMOUS,
    "nobody in particular": Actor(id=7, name=""),
    "city officer here": Actor(7, "", grants=frozenset({Grant(Role.CITY_OFFICER, city_id=HERE)})),
    "translator": Actor(7, "", grants=frozenset({Grant(Role.TRANSLATOR, language="fr")})),
    "reviewer": Actor(7, "", grants=frozenset({Grant(Role.REVIEWER, language="fr")})),
    "peer reviewer": Actor(7, "", grants=frozenset({Grant(Role.PEER_REVIEWER)})),
    "mayor here": Actor(7, "", grants=frozenset({Grant(Role.MAYOR_OFFICE, city_id=HERE)})),
    "coordinator": Actor(7, "", grants=frozenset({Grant(Role.COORDINATOR)})),
    "administrator": Actor(7, "", grants=frozenset({Grant(Role.ADMINISTRATOR)})),
    "portal": SYSTEM,
}
OFFERS = {
    "administrator": RoleOffer(Role.ADMINISTRATOR),
    "coordinator": RoleOffer(Role.COORDINATOR),
    "peer reviewer": RoleOffer(Role.PEER_REVIEWER),
    "mayor here": RoleOffer(Role.MAYOR_OFFICE, city_id=HERE),
    "mayor there": RoleOffer(Role.MAYOR_OFFICE, city_id=THERE),
    "officer here": RoleOffer(Role.CITY_OFFICER, city_id=HERE),
    "officer there": RoleOffer(Role.CITY_OFFICER, city_id=THERE),
    "officer nowhere": RoleOffer(Role.CITY_OFFICER),
    "translator fr": RoleOffer(Role.TRANSLATOR, language="fr"),
    "reviewer fr": RoleOffer(Role.REVIEWER, language="fr"),
}
OF_CITY_OR_LANGUAGE = {
    "mayor here",
    "mayor there",
    "officer here",
    "officer there",
    "officer nowhere",
    "translator fr",
    "reviewer fr",
}
MAY_GIVE = {
    "mayor here": {"officer here"},
    "coordinator": OF_CITY_OR_LANGUAGE,
    "administrator": set(OFFERS),
    "portal": set(OFFERS),
}


@pytest.mark.parametrize("offer", OFFERS)
@pytest.mark.parametrize("giver", GIVERS)
@pytest.mark.parametrize("permission", [Permission.GRANT, Permission.INVITE, Permission.REVOKE])
def test_who_gives_and_takes_which_role(permission, giver, offer):
    assert can(GIVERS[giver], permission, OFFERS[offer]) == (offer in MAY_GIVE.get(giver, set()))


@pytest.mark.parametrize(("giver", "allowed"), [("mayor here", False), ("coordinator", False), ("administrator", True)])
def test_only_administrators_give_roles_to_themselves(giver, allowed):
    offer = RoleOffer(Role.CITY_OFFICER, city_id=HERE, user_id=7)

    assert can(GIVERS[giver], Permission.GRANT, offer) == allowed


@pytest.mark.parametrize("giver", GIVERS)
@pytest.mark.parametrize("permission", [Permission.GRANT, Permission.INVITE, Permission.REVOKE])
def test_without_a_subject_a_rule_says_whether_it_could_hold_at_all(permission, giver):
    """Whoever holds it over something holds it over nothing in particular; the menu and the first check rely on it."""
    over_something = any(can(GIVERS[giver], permission, offer) for offer in OFFERS.values())

    assert can(GIVERS[giver], permission) == over_something


def someone(*roles):
    return User(id=9, name="", grants=[RoleGrant(role=role, city_id=city) for role, city in roles])


PEOPLE = {
    "officer here": someone((Role.CITY_OFFICER, HERE)),
    "officer there": someone((Role.CITY_OFFICER, THERE)),
    "coordinator": someone((Role.COORDINATOR, None)),
    "officer here and administrator": someone((Role.CITY_OFFICER, HERE), (Role.ADMINISTRATOR, None)),
    "without roles": someone(),
}
SEES = {
    "mayor here": {"officer here", "officer here and administrator"},
    "coordinator": set(PEOPLE),
    "administrator": set(PEOPLE),
    "portal": set(PEOPLE),
}
CLOSES = {
    "coordinator": {"officer here", "officer there", "without roles"},
    "administrator": set(PEOPLE),
    "portal": set(PEOPLE),
}


@pytest.mark.parametrize("person", PEOPLE)
@pytest.mark.parametrize("actor", GIVERS)
def test_who_sees_and_closes_whose_account(actor, person):
    seen = can(GIVERS[actor], Permission.VIEW, PEOPLE[person])
    closed = can(GIVERS[actor], Permission.DISABLE, PEOPLE[person])

    assert (seen, closed) == (person in SEES.get(actor, set()), person in CLOSES.get(actor, set()))


@pytest.mark.parametrize("actor", GIVERS)
def test_acting_for_a_city_and_reading_the_log(actor):
    found = (can(GIVERS[actor], Permission.ACT_FOR_CITY, HERE), can(GIVERS[actor], Permission.VIEW_AUDIT))

    assert found == (actor == "coordinator", actor in {"coordinator", "administrator"})
