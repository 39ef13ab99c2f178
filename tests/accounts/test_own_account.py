import pytest
from harness import PortalClient
from sqlalchemy import select

from icportal.core.db import db
from icportal.web.sessions import WebSession

from .conftest import PASSWORD

NEW = "quiet harbour with six boats"
PROFILE = {"name": "Olga Berger", "language": "de", "mail_preference": "at_once"}


@pytest.fixture
def olga(world):
    return world.person("olga", ("city_officer", "vienna"))


def test_the_profile_keeps_what_was_chosen(world, enter, olga):
    client = enter(olga)

    response = client.post("/en/profile", data=PROFILE)

    assert (response.status_code, response.location) == (303, "/de/profile")
    with world.changes():
        user = world.user(olga)
        assert {name: getattr(user, name) for name in PROFILE} == PROFILE


@pytest.mark.parametrize(
    "change",
    [
        {"name": ""},
        {"name": " \t"},
        {"name": "x" * 201},
        {"language": "xx"},
        {"mail_preference": "never"},
        {"mail_preference": ""},
    ],
)
def test_a_profile_that_is_not_right_changes_nothing(world, enter, olga, change):
    response = enter(olga).post("/en/profile", data=PROFILE | change)

    assert response.status_code == 422
    assert f'href="#{next(iter(change))}"' in response.text
    with world.changes():
        assert (world.user(olga).name, world.user(olga).language) == ("Olga", "en")


def test_fields_that_are_not_offered_are_not_taken(world, enter, olga):
    enter(olga).post(
        "/en/profile", data=PROFILE | {"email": "x@y.example", "role": "administrator", "is_active": "", "is_demonstration": "1"}
    )

    with world.changes():
        user = world.user(olga)
        assert (user.email, user.is_active, user.is_demonstration, len(user.grants)) == ("olga@city.example", True, False, 1)


def change(client, current=PASSWORD, password=NEW):
    return client.post("/en/profile/password", data={"current": current, "password": password})


def test_a_new_password_ends_the_other_sessions_and_renews_this_one(world, enter, olga):
    here, elsewhere = enter(olga), enter(olga)
    copy = here.get_cookie("icportal").value

    assert change(here).status_code == 303

    assert here.get("/en/profile").status_code == 200
    assert elsewhere.get("/en/profile").status_code == 303
    thief = world.app.test_client()
    thief.set_cookie("icportal", copy)
    assert thief.get("/en/profile").status_code == 303
    assert world.mails()[0][1] == "Your password was changed"


def test_renewing_a_session_does_not_prolong_it(world, enter, olga):
    client = enter(olga)
    with world.changes():
        began = db.session.scalar(select(WebSession.created_at))

    change(client)

    with world.changes():
        assert db.session.scalars(select(WebSession.created_at)).all() == [began]


@pytest.mark.parametrize(
    ("current", "password", "field"),
    [("wrong", NEW, "current"), (PASSWORD, "short", "password"), (PASSWORD, "olga password 2026", "password")],
)
def test_a_password_is_not_changed_without_the_present_one_or_for_a_bad_one(enter, olga, current, password, field):
    client = enter(olga)

    response = change(client, current, password)

    assert (response.status_code, f'href="#{field}"' in response.text) == (422, True)
    assert change(client).status_code == 303


def test_guessing_the_present_password_is_limited(enter, olga):
    client = enter(olga)

    assert [change(client, "wrong").status_code for _ in range(11)] == [422] * 10 + [429]


def test_sessions_are_listed_with_their_browsers_and_can_be_ended(world, enter, olga):
    client, elsewhere, foreign = enter(olga), PortalClient(world.app), enter(world.person("otto"))
    elsewhere.post(
        "/en/sign-in", data={"email": "olga@city.example", "password": PASSWORD}, headers={"User-Agent": "<b>Lynx</b> 2.9"}
    )
    page = client.get("/en/profile").text
    assert "&lt;b&gt;Lynx&lt;/b&gt; 2.9" in page
    (path,) = {
        part.split('"')[0]
        for part in page.split('action="')[1:]
        if "/sessions/" in part.split('"')[0] and "end-others" not in part.split('"')[0]
    }

    assert foreign.post(path).status_code == 404
    assert elsewhere.get("/en/profile").status_code == 200
    assert client.post(path).status_code == 303
    assert elsewhere.get("/en/profile").status_code == 303
    assert client.post(path).status_code == 404


def test_all_other_sessions_end_together(enter, olga):
    here, there, elsewhere = enter(olga), enter(olga), enter(olga)

    assert here.post("/en/profile/sessions/end-others").status_code == 303

    assert [client.get("/en/profile").status_code for client in (here, there, elsewhere)] == [200, 303, 303]
