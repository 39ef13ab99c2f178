"""Sign-in with an identity, against a real provider from a package and against one that does wrong on purpose."""

from __future__ import annotations

import re
from base64 import urlsafe_b64encode
from dataclasses import replace
from hashlib import sha256
from urllib.parse import parse_qs, urlsplit

import httpx
import oidc_provider_mock
import pytest
import servers
import time_machine
from conftest import usual_settings
from identity_provider import CLIENT, SECRET, hostile_provider

from icportal.accounts import oidc
from icportal.accounts.models import Identity
from icportal.config import IdentityProvider
from icportal.core.clock import now
from icportal.core.db import db


@pytest.fixture(scope="module")
def good():
    with oidc_provider_mock.run_server_in_thread(require_nonce=True) as server:
        yield f"http://localhost:{server.server_port}"


@pytest.fixture(scope="module")
def second():
    with oidc_provider_mock.run_server_in_thread(require_nonce=True) as server:
        yield f"http://localhost:{server.server_port}"


@pytest.fixture(scope="module")
def hostile():
    with hostile_provider() as provider:
        yield provider


@pytest.fixture(scope="module")
def gone():
    """Where nobody answers."""
    return f"http://localhost:{servers.free_port()}"


@pytest.fixture
def settings(store, good, second, hostile, gone):
    issuers = {"good_id": good, "second-id": second, "hostile": hostile.issuer, "gone": gone}
    providers = tuple(
        IdentityProvider(key=key, label=f"{key} login", issuer=issuer, client_id=CLIENT, client_secret=SECRET)
        for key, issuer in issuers.items()
    )
    hostile.misdeed = ""
    return replace(usual_settings(store), identity_providers=providers)


@pytest.fixture(autouse=True)
def nothing_discovered(app):
    """What a provider said in the test before is not known in this one."""
    oidc.init_app(app)


def local(url):
    parts = urlsplit(url)
    assert parts.netloc == "localhost"
    return f"{parts.path}?{parts.query}"


def at_provider(url, sub="alice@good.example"):
    """Sign in there; where the provider sends the person then."""
    return local(httpx.post(url, data={"sub": sub}).headers["location"])


def begin(client, key="good_id", **query):
    response = client.get(f"/en/sign-in/{key}", query_string=query)
    assert response.status_code == 303, response.text
    return response.location


def link(client, key="good_id", sub="alice@good.example"):
    """Link from the profile, as a browser would follow the page in between."""
    response = client.post(f"/en/profile/identities/{key}")
    assert response.status_code == 200, response.text
    url = re.search(r'class="button primary" href="([^"]+)"', response.text)[1].replace("&amp;", "&")
    return client.get(at_provider(url, sub))


def is_signed_in(client):
    return client.get("/en/profile").status_code == 200


def test_linked_once_an_identity_opens_the_account(world, enter):
    user_id = world.person("olga", language="fr")

    linked = link(enter(user_id))
    assert (linked.status_code, linked.location) == (303, "/en/profile")
    stranger = world.app.test_client()
    response = stranger.get(at_provider(begin(stranger, next="/en/practices")))

    assert (response.status_code, response.location) == (303, "/en/practices")
    assert is_signed_in(stranger)
    assert "good_id login" in world.mails("olga@city.example")[0][2]
    with world.changes():
        identity = db.session.query(Identity).one()
        assert (identity.user_id, identity.subject) == (user_id, "alice@good.example")
        assert world.user(user_id).last_signed_in_at is not None


def test_the_request_carries_pkce_state_and_nonce_and_one_address_for_all_languages(world, client):
    asked = {key: values[0] for key, values in parse_qs(urlsplit(begin(client)).query).items()}

    assert asked["redirect_uri"] == "http://localhost/en/sign-in/good_id/callback"
    assert asked["code_challenge_method"] == "S256"
    assert len(asked["code_challenge"]) == len(urlsafe_b64encode(sha256(b"").digest()).rstrip(b"="))
    assert len(asked["state"]) >= 20
    assert len(asked["nonce"]) >= 20
    assert (asked["response_type"], asked["client_id"]) == ("code", CLIENT)


def test_an_unknown_identity_makes_no_account_whatever_its_address(world, client, good):
    world.person("olga")
    httpx.put(f"{good}/users/olga%40city.example", json={"email": "olga@city.example", "email_verified": True}).raise_for_status()

    response = client.get(at_provider(begin(client), "olga@city.example"))

    assert response.status_code == 403
    assert "Sign in with your password first" in response.text
    assert not is_signed_in(client)
    with world.changes():
        assert db.session.query(Identity).count() == 0


def test_the_same_subject_elsewhere_is_somebody_else(world, enter):
    link(enter(world.person("olga")))
    stranger = world.app.test_client()

    assert stranger.get(at_provider(begin(stranger, "second-id"))).status_code == 403
    assert not is_signed_in(stranger)


def test_a_closed_account_opens_with_no_identity(world, enter, client):
    user_id = world.person("olga")
    link(enter(user_id))
    with world.changes():
        world.user(user_id).is_active = False

    assert client.get(at_provider(begin(client))).status_code == 403


def test_an_identity_opens_one_account_only(world, enter):
    link(enter(world.person("olga")))
    other = link(enter(world.person("otto")))

    assert other.status_code == 422
    assert "opens another account" in other.text


def test_linking_twice_says_so(world, enter):
    client = enter(world.person("olga"))
    link(client)

    assert "linked to your account already" in link(client).text


def test_linking_begins_with_a_form_of_ours(world, enter):
    client = enter(world.person("olga"))

    assert client.get("/en/profile/identities/good_id").status_code == 405
    assert client.post("/en/profile/identities/good_id", csrf=False).status_code == 422
    assert world.app.test_client().post("/en/profile/identities/good_id").status_code == 403


def test_whoever_is_signed_in_is_not_led_away(world, enter):
    client = enter(world.person("olga"))

    assert client.get("/en/sign-in/good_id").location == "/en/work"


def test_what_one_began_is_not_finished_by_another(world, enter):
    """The link was begun by Olga; Otto signs in within the same browser before the answer comes."""
    client, otto = enter(world.person("olga")), world.person("otto")
    response = client.post("/en/profile/identities/good_id")
    url = re.search(r'class="button primary" href="([^"]+)"', response.text)[1].replace("&amp;", "&")
    answer = at_provider(url)
    client.sign_in(otto)

    assert client.get(answer).status_code == 400
    with world.changes():
        assert db.session.query(Identity).count() == 0


def test_an_answer_works_once_in_one_browser_and_not_for_ever(world, enter, client):
    link(enter(world.person("olga")))
    stranger, late = world.app.test_client(), world.app.test_client()
    answer = at_provider(begin(client))

    assert stranger.get(answer).status_code == 400
    assert client.get(answer).status_code == 303
    assert client.get(answer).status_code == 400
    kept = at_provider(begin(late))
    with time_machine.travel(now().timestamp() + 16 * 60):
        assert late.get(kept).status_code == 400
    assert not is_signed_in(stranger)


def test_an_answer_belongs_to_the_provider_that_was_asked(world, enter, client):
    link(enter(world.person("olga")))
    answer = at_provider(begin(client))

    assert client.get(answer.replace("good_id", "second-id")).status_code == 400
    assert not is_signed_in(client)


def test_unlinking_keeps_a_way_in(world, enter):
    user_id = world.person("olga")
    client, other = enter(user_id), enter(world.person("otto"))
    link(client)
    link(client, "second-id")
    with world.changes():
        first, second = (identity.id for identity in db.session.query(Identity).order_by(Identity.id))
        world.user(user_id).password_hash = None

    assert other.post(f"/en/profile/identities/{first}/unlink").status_code == 404
    assert client.post(f"/en/profile/identities/{first}/unlink").status_code == 303
    last = client.post(f"/en/profile/identities/{second}/unlink")
    assert (last.status_code, "only way to sign in" in last.text) == (422, True)
    stranger = world.app.test_client()
    assert stranger.get(at_provider(begin(stranger))).status_code == 403


@pytest.mark.parametrize(
    ("key", "status", "sentence"),
    [("gone", 400, "gone login cannot be reached now"), ("nobody-configured-this", 404, "There is nothing at this address")],
)
def test_a_provider_that_is_not_there_is_a_page_with_a_sentence(world, enter, key, status, sentence):
    visitor, member = world.app.test_client(), enter(world.person("olga"))

    for response in (visitor.get(f"/en/sign-in/{key}"), member.post(f"/en/profile/identities/{key}")):
        assert response.status_code == status
        assert sentence in response.text


def test_no_provider_is_asked_before_somebody_wants_it(world, client, hostile):
    hostile.requests.clear()

    assert "hostile login" in client.get("/en/sign-in").text
    assert hostile.requests == []


def hostile_answer(client, hostile):
    """Go through the hostile provider as far as it lets one; the last answer of the portal."""
    response = client.get("/en/sign-in/hostile")
    if response.status_code != 303:
        return response
    return client.get(local(httpx.get(response.location).headers["location"]))


def test_the_hostile_provider_can_be_decent(world, client, hostile):
    with world.changes():
        user = world.person("olga")
        db.session.add(Identity(user_id=user, issuer=hostile.issuer, subject="mallory"))

    assert hostile_answer(client, hostile).status_code == 303
    hostile.misdeed = "answer names the right issuer"
    assert hostile_answer(world.app.test_client(), hostile).status_code == 303


@pytest.mark.parametrize(
    "misdeed",
    [
        "discovery names another issuer", "all name another issuer", "discovery is a web page", "discovery fails",
        "discovery lacks an endpoint", "endpoint is a file", "promised iss is missing", "answer names another issuer",
        "person cancels", "error with words of its own", "no code", "wrong state", "no state", "token names another issuer",
        "token is for another client", "token is for two and says not for whom", "token is expired", "token is from the future",
        "another nonce", "no nonce", "no sub", "no exp", "no iss", "no aud", "sub is a number", "sub is empty", "another key",
        "signed with the secret", "signed with the public key", "not signed", "no token", "token is no token", "token is a list",
        "token answer is an error", "token answer is broken", "token answer fails",
    ],
)  # fmt: skip
def test_whatever_a_provider_does_wrong_signs_nobody_in(world, client, hostile, misdeed):
    """Each would be let in if its misdeed went unnoticed: the identity it claims is linked."""
    user_id = world.person("olga")
    with world.changes():
        db.session.add(Identity(user_id=user_id, issuer=hostile.issuer, subject="mallory"))
        db.session.add(Identity(user_id=user_id, issuer="http://localhost:1/other", subject="mallory"))
        db.session.add(Identity(user_id=user_id, issuer=hostile.issuer, subject="7"))
    hostile.misdeed = misdeed

    response = hostile_answer(client, hostile)

    assert response.status_code == 400
    assert "This identity was not accepted" in response.text
    assert "call 0900" not in response.text
    assert not is_signed_in(client)


def test_a_discovery_that_was_refused_is_not_believed_next_time(world, client, hostile):
    hostile.misdeed = "discovery names another issuer"
    assert client.get("/en/sign-in/hostile").status_code == 400
    assert client.get("/en/sign-in/hostile").status_code == 400
    hostile.misdeed = ""
    assert client.get("/en/sign-in/hostile").status_code == 303


def test_many_begun_sign_ins_leave_a_small_cookie(world, client):
    for _ in range(12):
        begin(client)

    assert len(client.get_cookie("icportal").value) < 1500


def test_the_callback_of_a_provider_is_known_to_whoever_configures_it(world, settings):
    with world.app.test_request_context():
        found = oidc.callback_url(settings.identity_providers[0])

    assert found == "http://localhost/en/sign-in/good_id/callback"
