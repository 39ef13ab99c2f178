import re

import pytest
from argon2 import PasswordHasher
from harness import PortalClient

from icportal.accounts.services.signing_in import network_of
from icportal.accounts.views.sessions import own_path
from icportal.core.audit import AuditEntry
from icportal.core.db import db

from .conftest import PASSWORD

WRONG = "Mail address and password do not belong together."


def attempt(client, name="olga", password=PASSWORD, target=None, **options):
    query = {"next": target} if target else {}
    return client.post("/en/sign-in", query_string=query, data={"email": f"{name}@city.example", "password": password}, **options)


def is_signed_in(client):
    return client.get("/en/profile").status_code == 200


def test_the_right_password_opens_a_session(world, client):
    world.person("olga", ("city_officer", "vienna"), language="fr")

    response = attempt(client)

    assert (response.status_code, response.location) == (303, "/en/work")
    assert is_signed_in(client)
    with world.changes():
        entry = db.session.query(AuditEntry).filter_by(action="accounts.session:sign_in").one()
        assert entry.after == {"way": "password"}
        assert world.user(entry.subject_id).last_signed_in_at is not None


@pytest.mark.parametrize(
    ("name", "password"), [("nobody", PASSWORD), ("olga", "another password"), ("closed", PASSWORD), ("olga", "x" * 5000)]
)
def test_every_refusal_reads_the_same(world, client, name, password):
    world.person("olga")
    closed = world.person("closed")
    with world.changes():
        world.user(closed).is_active = False

    response = attempt(client, name, password)

    assert response.status_code == 422
    shown = re.sub(r"csrf_token[^>]*|nonce=\"[^\"]*\"", "", response.text).replace(f"{name}@city.example", "")
    other = attempt(world.app.test_client(), "nobody-else", "some password")
    assert shown == re.sub(r"csrf_token[^>]*|nonce=\"[^\"]*\"", "", other.text).replace("nobody-else@city.example", "")
    assert WRONG in response.text
    assert password not in response.text
    assert not is_signed_in(client)


def test_case_and_space_of_the_address_do_not_matter(world, client):
    world.person("olga")

    response = client.post("/en/sign-in", data={"email": " Olga@City.Example ", "password": PASSWORD})

    assert response.status_code == 303


def test_ten_tries_an_account_then_nobody_gets_in(world):
    """From other networks each time, and with the right password as well; another account is not touched."""
    world.person("olga")
    world.person("otto")
    for number in range(10):
        response = attempt(world.app.test_client(), password="wrong", environ_base={"REMOTE_ADDR": f"192.0.2.{number}"})
        assert response.status_code == 422

    refused = attempt(world.app.test_client(), environ_base={"REMOTE_ADDR": "192.0.2.99"})
    other = attempt(world.app.test_client(), "otto", environ_base={"REMOTE_ADDR": "192.0.2.99"})

    assert (refused.status_code, other.status_code) == (429, 303)
    assert 0 < int(refused.headers["Retry-After"]) <= 300
    assert "tried too often" in refused.text


def test_ten_wrong_tries_a_network_whatever_the_forged_header_says(world):
    world.person("olga")
    for number in range(10):
        response = attempt(
            world.app.test_client(),
            f"guess{number}",
            environ_base={"REMOTE_ADDR": f"2001:db8:1:2::{number}"},
            headers={"X-Forwarded-For": f"198.51.100.{number}"},
        )
        assert response.status_code == 422

    same = attempt(world.app.test_client(), environ_base={"REMOTE_ADDR": "2001:db8:1:2:ffff::1"})
    other = attempt(world.app.test_client(), environ_base={"REMOTE_ADDR": "2001:db8:1:3::1"})

    assert (same.status_code, other.status_code) == (429, 303)


def test_an_office_of_many_people_is_not_kept_out(world):
    """Right passwords do not count; but one right password does not clear the wrong ones of a network."""
    world.person("olga")
    for _ in range(12):
        assert attempt(world.app.test_client()).status_code == 303
    for number in range(9):
        assert attempt(world.app.test_client(), f"guess{number}").status_code == 422
    assert attempt(world.app.test_client()).status_code == 303
    assert attempt(world.app.test_client(), "guess9").status_code == 422
    assert attempt(world.app.test_client(), "guess10").status_code == 429


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("unix", "unix"),
        ("", ""),
    ],
)
def test_what_counts_as_one_visitor(address, network):
    assert network_of(address) == network


def test_an_older_hash_is_made_stronger(world, client, costly_passwords):
    user_id = world.person("olga")
    with world.changes():
        world.user(user_id).password_hash = PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1).hash(PASSWORD)

    assert attempt(client).status_code == 303
    with world.changes():
        user = world.user(user_id)
        assert "m=47104" in user.password_hash
        version = user.version
    assert attempt(world.app.test_client()).status_code == 303
    with world.changes():
        # A sign-in is no edit: nobody who has the person's page open is told that it changed.
        assert world.user(user_id).version == version


def test_a_planted_session_is_not_the_one_that_is_signed_in(world):
    world.person("olga")
    thief, victim = world.app.test_client(), world.app.test_client()
    thief.get("/en/sign-in")
    planted = thief.get_cookie("icportal").value
    victim.set_cookie("icportal", planted)

    assert attempt(victim).status_code == 303

    assert victim.get_cookie("icportal").value != planted
    assert not is_signed_in(thief)


def test_signing_in_again_leaves_nothing_of_the_session_before(world, enter):
    """Also not the city somebody acted for."""
    coordinator = world.person("clara", ("coordinator", None))
    world.person("olga", ("city_officer", "oulu"))
    client = enter(coordinator)
    client.post("/en/act-for-city/vienna")
    old = client.get_cookie("icportal").value

    client.post("/en/sign-out")
    attempt(client)

    thief = world.app.test_client()
    thief.set_cookie("icportal", old)
    assert not is_signed_in(thief)
    assert 'class="acting"' not in client.get("/en/profile").text


def test_signing_out_takes_a_post_and_ends_every_copy_of_the_cookie(world, client):
    world.person("olga")
    attempt(client)
    copy = world.app.test_client()
    copy.set_cookie("icportal", client.get_cookie("icportal").value)

    assert client.get("/en/sign-out").status_code == 405
    assert is_signed_in(copy)
    assert client.post("/en/sign-out").status_code == 303
    assert not is_signed_in(copy)


def test_a_form_without_a_token_signs_nobody_in(world, client):
    world.person("olga")

    assert attempt(client, csrf=False).status_code == 422
    assert not is_signed_in(client)


def test_closing_an_account_ends_it_at_once(world, enter):
    user_id = world.person("olga")
    client = enter(user_id)
    with world.changes():
        world.user(user_id).is_active = False

    assert client.get("/en/profile").status_code == 303


EVIL = [
    "//evil.example", "///evil.example", "////evil.example", "/\\evil.example", "\\\\evil.example", "\\/evil.example", "/\\/evil.example",
    "https://evil.example", "http://evil.example", "https:evil.example", "https:/evil.example", "https:///evil.example", "HTTPS://evil.example",
    "javascript:alert(1)", "JaVaScRiPt:alert(1)", "data:text/html,x", "vbscript:x", "mailto:x@evil.example", "ftp://evil.example",
    "\t//evil.example", "\n//evil.example", "\r\n//evil.example", " //evil.example", "/\t/evil.example", "/\n/evil.example", "/ /evil.example",
    "/en\r\nLocation: https://evil.example", "/en/%0d%0aSet-Cookie:x\r\n", "//evil.example/en/", "//en@evil.example", "/@evil.example",
    "en@evil.example", "evil.example", "evil.example/en/", "//127.0.0.1", "//[::1]/", "//2130706433", "//evil。example", "/。evil.example",
    "/．evil.example", "/en/../..//evil.example", "/en/..//evil.example", "/en//evil.example", "/en/\\evil.example", "/en\\evil.example",
    "/en/é", "/en/\u202eevil", "/en/\x00", "/en/\ud800x", "/xx/", "/", "", "?next=//evil.example", "#", "/english", "/en:80/", "/en@evil.example/",
    "/en.evil.example/", "/EN/", "/en/" + "a" * 3000, "about:blank", "file:///etc/passwd", "//user:pass@evil.example", "http:/\\evil.example",
]  # fmt: skip


@pytest.mark.parametrize("target", EVIL)
def test_nothing_leads_away_from_the_portal(target):
    assert len(EVIL) >= 60
    assert own_path(target) is None


@pytest.mark.parametrize(
    "target", ["/en/", "/en", "/fr/people?q=a%20b&city=3", "/ar-xb/practices/a-b", "/en?x=//y", "/en/x?next=https://a.example"]
)
def test_our_own_pages_are_led_to(target):
    assert own_path(target) == target


def test_a_sign_in_leads_back_to_pages_of_our_own_only(world, client):
    world.person("olga", language="de")

    assert attempt(client, target="/en/practices?q=x").location == "/en/practices?q=x"
    assert attempt(PortalClient(world.app), target="//evil.example").location == "/en/work"


def test_a_page_that_needs_an_account_leads_to_the_sign_in_and_back(world, client):
    world.person("olga")

    response = client.get("/en/profile")

    assert (response.status_code, response.location) == (303, "/en/sign-in?next=/en/profile")
    assert attempt(client, target="/en/profile").location == "/en/profile"


def test_signing_in_stays_in_the_language_that_was_being_read(world):
    world.person("olga", language="de")
    client = PortalClient(world.app)
    answer = client.post("/fr/sign-in?next=/en/profile", data={"email": "olga@city.example", "password": PASSWORD})
    assert answer.location == "/fr/profile"
