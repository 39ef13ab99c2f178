import time_machine

from icportal.accounts.services.recovery import reset_token
from icportal.core.clock import now

from .conftest import PASSWORD

NEW = "quiet harbour with six boats"


def ask(client, name="olga"):
    return client.post("/en/forgot-password", data={"email": f"{name}@city.example"})


def test_the_answer_is_the_same_for_every_address(world, client):
    world.person("olga")
    closed = world.person("closed")
    with world.changes():
        world.user(closed).is_active = False

    answers = [ask(client, name) for name in ("olga", "closed", "nobody")]

    assert {(answer.status_code, answer.location) for answer in answers} == {(303, "/en/sign-in")}
    assert [mail[0] for mail in world.mails()] == ["olga@city.example"]


def test_the_link_sets_a_new_password_once_and_ends_every_session(world, client, enter):
    user_id = world.person("olga", language="fr")
    elsewhere = enter(user_id)
    ask(client)
    link = world.link("olga@city.example")
    assert link.startswith("/fr/reset-password/")

    # A mail scanner opens it first.
    assert [world.app.test_client().get(link).status_code for _ in range(2)] == [200, 200]
    assert client.post(link, data={"password": "short"}).status_code == 422
    assert client.post(link, data={"password": NEW}).status_code == 303

    assert elsewhere.get("/en/profile").status_code == 303
    assert client.post(link, data={"password": "another good password here"}).status_code == 422
    assert client.get(link).status_code == 422
    sign_in = {"email": "olga@city.example", "password": NEW}
    assert world.app.test_client().post("/en/sign-in", data=sign_in).status_code == 303
    assert world.app.test_client().post("/en/sign-in", data=sign_in | {"password": PASSWORD}).status_code == 422
    assert len(world.mails("olga@city.example")) == 2


def test_a_link_dies_after_half_an_hour_and_with_the_use_of_another(world, client):
    user_id = world.person("olga")
    with world.changes():
        first, second = (f"/en/reset-password/{reset_token(world.user(user_id))}" for _ in range(2))

    with time_machine.travel(now().timestamp() + 31 * 60):
        late = client.get(first)
    assert (late.status_code, "expired" in late.text) == (422, True)
    assert client.post(second, data={"password": NEW}).status_code == 303
    assert client.post(first, data={"password": "another good password here"}).status_code == 422


def test_a_link_is_for_one_account_and_one_purpose(world, client):
    user_id = world.person("olga")
    with world.changes():
        token = reset_token(world.user(user_id))

    broken = token[:-2] + ("aa" if not token.endswith("aa") else "bb")
    assert client.get(f"/en/reset-password/{broken}").status_code == 422
    assert client.get(f"/en/invitations/{token}").status_code == 422
    assert client.get("/en/reset-password/nonsense").status_code == 422


def test_the_page_of_a_link_is_kept_by_nobody(world, client):
    user_id = world.person("olga")
    with world.changes():
        token = reset_token(world.user(user_id))

    response = client.get(f"/en/reset-password/{token}")

    assert response.headers["Cache-Control"] == "no-store"
    assert response.headers["Referrer-Policy"] == "same-origin"


def test_asking_too_often_is_refused_for_known_and_unknown_alike(world):
    world.person("olga")
    for name in ("olga", "nobody"):
        answers = [ask(world.app.test_client(), name).status_code for _ in range(6)]
        assert answers == [303] * 5 + [429]
