import pytest
import time_machine

from icportal.accounts import services
from icportal.accounts.models import Invitation, RoleGrant, User
from icportal.core.clock import now
from icportal.core.db import db

GOOD = "quiet harbour with six boats"
FORM = {"name": "Nina Nowak", "password": GOOD, "language": "de"}


def send(client, role="city_officer", email="nina@city.example", language="en", **scope):
    return client.post("/en/people/invite", data={"email": email, "role": role, "name": "Nina", "language": language, **scope})


@pytest.fixture
def coordinator(world, enter):
    return enter(world.person("clara", ("coordinator", None)))


def test_an_invitation_ends_in_an_account_with_the_role(world, coordinator, client):
    assert send(coordinator, city_id=world.cities["vienna"]).status_code == 303
    (address, subject, text) = world.mails()[0]
    assert (address, subject) == ("nina@city.example", "Your invitation to the portal of Integrating Cities")
    assert "Clara" in text
    assert "(Vienna)" in text
    link = world.link(address)
    assert link.startswith("/en/invitations/")

    # A mail scanner opens it first, and a mistake uses nothing up.
    assert [world.app.test_client().get(link).status_code for _ in range(2)] == [200, 200]
    refused = client.post(link, data=FORM | {"password": "Nina Nowak 2026"})
    assert (refused.status_code, "among the first" in refused.text, "Nina Nowak" in refused.text) == (422, True, True)
    accepted = client.post(link, data=FORM)

    assert (accepted.status_code, accepted.location) == (303, "/de/work")
    assert client.get("/de/profile").status_code == 200
    with world.changes():
        user = db.session.query(User).filter_by(email_key="nina@city.example").one()
        assert (user.name, user.language) == ("Nina Nowak", "de")
        (grant,) = user.grants
        assert (grant.role, grant.city_id, grant.granter.name) == ("city_officer", world.cities["vienna"], "Clara")
    again = world.app.test_client().post(link, data=FORM)
    assert (again.status_code, "accepted before" in again.text or "already been used" in again.text) == (422, True)


@pytest.mark.parametrize(
    ("case", "status"),
    [
        ((("administrator", None), "administrator", {}), 303),
        ((("coordinator", None), "coordinator", {}), 422),
        ((("coordinator", None), "translator", {"role_language": "fr"}), 303),
        ((("coordinator", None), "translator", {}), 422),
        ((("coordinator", None), "mayor_office", {}), 422),
        ((("mayor_office", "vienna"), "city_officer", {"city_id": "vienna"}), 303),
        ((("mayor_office", "vienna"), "city_officer", {"city_id": "oulu"}), 422),
        ((("mayor_office", "vienna"), "mayor_office", {"city_id": "vienna"}), 422),
        ((("city_officer", "vienna"), "city_officer", {"city_id": "vienna"}), 403),
        ((("translator", "fr"), "translator", {"role_language": "fr"}), 403),
    ],
)
def test_who_invites_whom(world, enter, case, status):
    who, role, scope = case
    client = enter(world.person("sender", who))
    scope = {key: world.cities.get(value, value) for key, value in scope.items()}

    assert send(client, role, **scope).status_code == status
    assert len(world.mails()) == (1 if status == 303 else 0)


@pytest.mark.parametrize(
    "email", ["nobody", "a@b", "a b@city.example", "x@city.example\nBcc: y@evil.example", "a" * 250 + "@city.example", ""]
)
def test_an_address_that_is_none_is_refused_at_its_field(world, coordinator, email):
    response = send(coordinator, email=email, city_id=world.cities["vienna"])

    assert response.status_code == 422
    assert 'href="#email"' in response.text
    assert world.mails() == []


def test_whoever_has_an_account_gets_the_role_at_once(world, coordinator):
    user_id = world.person("nina")

    assert send(coordinator, city_id=world.cities["vienna"]).status_code == 303

    with world.changes():
        assert [grant.role for grant in world.user(user_id).grants] == ["city_officer"]
        assert db.session.query(Invitation).count() == 0
    assert world.mails()[0][1].startswith("You have a new role")


def test_a_second_invitation_kills_the_link_of_the_first(world, coordinator, client):
    send(coordinator, city_id=world.cities["vienna"])
    first = world.link("nina@city.example")
    send(coordinator, city_id=world.cities["vienna"])

    assert client.post(first, data=FORM).status_code == 422
    assert client.post(world.link("nina@city.example"), data=FORM).status_code == 303


def test_invitations_to_two_roles_are_taken_together(world, coordinator, client):
    send(coordinator, city_id=world.cities["vienna"])
    send(coordinator, "reviewer", role_language="fi")

    client.post(world.link("nina@city.example"), data=FORM)

    with world.changes():
        user = db.session.query(User).filter_by(email_key="nina@city.example").one()
        assert sorted(grant.role for grant in user.grants) == ["city_officer", "reviewer"]


def test_a_link_dies_after_a_week(world, coordinator, client):
    send(coordinator, city_id=world.cities["vienna"])
    link = world.link("nina@city.example")

    with time_machine.travel(now().timestamp() + 8 * 24 * 3600):
        response = client.get(link)

    assert (response.status_code, "expired" in response.text) == (422, True)


def test_an_invitation_that_is_taken_back_opens_nothing(world, coordinator, client):
    send(coordinator, city_id=world.cities["vienna"])
    with world.changes():
        number = db.session.query(Invitation).one().id

    assert coordinator.post(f"/en/people/invitations/{number}/withdraw").status_code == 303
    assert client.get(world.link("nina@city.example")).status_code == 422
    assert coordinator.post(f"/en/people/invitations/{number}/withdraw").status_code == 422


@pytest.mark.parametrize("lost", ["role", "account"])
def test_an_invitation_falls_with_whoever_sent_it(world, enter, client, lost):
    sender = world.person("moritz", ("mayor_office", "vienna"))
    send(enter(sender), city_id=world.cities["vienna"])
    with world.changes():
        user = world.user(sender)
        if lost == "role":
            user.grants[0].revoked_at = now()
        else:
            user.is_active = False

    assert client.post(world.link("nina@city.example"), data=FORM).status_code == 422
    with world.changes():
        assert db.session.query(RoleGrant).count() == 1


def test_what_a_coordinator_sends_for_a_city_says_so_and_holds(world, coordinator, client):
    coordinator.post("/en/act-for-city/vienna")
    send(coordinator, city_id=world.cities["vienna"])

    assert "Clara wrote this acting for Vienna" in world.mails("nina@city.example")[0][2]
    assert client.post(world.link("nina@city.example"), data=FORM).status_code == 303


def test_nobody_else_sees_an_invitation(world, enter, coordinator):
    send(coordinator, city_id=world.cities["vienna"])
    here = enter(world.person("moritz", ("mayor_office", "vienna")))
    there = enter(world.person("minna", ("mayor_office", "oulu")))

    assert "nina@city.example" in here.get("/en/people").text
    assert "nina@city.example" not in there.get("/en/people").text
    with world.changes():
        number = db.session.query(Invitation).one().id
    assert there.post(f"/en/people/invitations/{number}/withdraw").status_code == 404


def test_a_link_from_the_command_line_opens_the_same_invitation(world, coordinator, client):
    send(coordinator, city_id=world.cities["vienna"])
    with world.changes():
        link = services.invitation_link(db.session.query(Invitation).one()).removeprefix("http://localhost")

    assert client.post(link, data=FORM).status_code == 303
    assert world.app.test_client().post(world.link("nina@city.example"), data=FORM).status_code == 422


def test_the_mail_is_in_the_language_that_was_chosen_for_it(world, coordinator):
    send(coordinator, language="fr", city_id=world.cities["vienna"])

    assert world.link("nina@city.example").startswith("/fr/invitations/")
