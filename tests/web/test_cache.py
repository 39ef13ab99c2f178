"""Visitors get kept pages, and never an old one, nor one made for somebody else."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from harness import PortalClient, faults_of_headers

from icportal.cities.models import City
from icportal.content import kinds
from icportal.content import services as content
from icportal.core.actors import Actor, Grant, Role
from icportal.core.clock import today
from icportal.core.db import db
from icportal.data import reader
from icportal.practices import services as practices
from icportal.web.cycle import commit

pytestmark = pytest.mark.databases

SECOND = Actor(id=900_000, name="Second", grants=frozenset({Grant(Role.COORDINATOR)}))


@pytest.fixture
def practice(app: Flask) -> tuple[int, str]:
    """A draft that is complete; its language version and slug."""
    with app.test_request_context("/en/"):
        city = City(slug="graz", key="graz", name="Graz", country="AT")
        db.session.add(city)
        db.session.flush()
        author = Actor(id=1, name="Author", email="a@graz.example", grants=frozenset({Grant(Role.CITY_OFFICER, city_id=city.id)}))
        made = practices.create_practice(actor=author, city=city, language="en", title="A house for all")
        practices.save_facts(made, {"commitments": [1], "themes": [next(iter(reader.themes()))]}, actor=author, seen=made.version)
        source = made.item.source
        body = {field.name: source.title if field.name == "title" else "Some words." for field in kinds.get("practice").fields}
        content.save_source(source, body, actor=author, seen=source.version)
        content.submit(source, actor=author)
        commit()
        found = (source.id, made.item.slug)
        db.session.remove()
    return found


def act(app: Flask, number: int, *steps: Any) -> None:
    with app.test_request_context("/en/"):
        from icportal.content import queries

        for step in steps:
            step(queries.get_version(number))
        commit()
        db.session.remove()


def approve(version: Any) -> None:
    content.approve(version, actor=SECOND, seen_hash=version.head.sha256)


def test_a_visitor_reads_what_was_published_a_moment_ago(app: Flask, client: PortalClient, practice: tuple[int, str]) -> None:
    number, slug = practice
    for _ in range(2):
        assert "A house for all" not in client.get("/en/practices").text
    assert client.get(f"/en/practices/{slug}").status_code == 404
    act(app, number, approve)
    assert "A house for all" in client.get("/en/practices").text
    assert client.get(f"/en/practices/{slug}").status_code == 200
    assert client.get("/en/practices.json").json["total"] == 1
    act(app, number, lambda version: content.withdraw(version, actor=SECOND, reason="Wrong."))
    assert "A house for all" not in client.get("/en/practices").text
    assert client.get(f"/en/practices/{slug}").status_code == 404


def test_what_is_scheduled_stays_hidden(app: Flask, client: PortalClient, practice: tuple[int, str]) -> None:
    number, slug = practice
    tomorrow = today() + timedelta(days=1)
    act(app, number, approve, lambda v: content.set_visibility(v.item, actor=SECOND, visible_from=tomorrow, visible_until=None))
    assert client.get(f"/en/practices/{slug}").status_code == 404
    assert slug not in client.get("/en/practices.json").text
    assert slug not in client.get("/en/practices/feed.xml").text


def test_an_unchanged_page_is_not_sent_again(app: Flask, client: PortalClient, practice: tuple[int, str]) -> None:
    first = client.get("/en/practices")
    tag = first.headers["ETag"]
    again = client.get("/en/practices", headers={"If-None-Match": tag})
    assert (again.status_code, again.data) == (304, b"")
    assert again.headers["Content-Security-Policy"] == first.headers["Content-Security-Policy"], "the kept page keeps its nonce"
    act(app, practice[0], approve)
    changed = client.get("/en/practices", headers={"If-None-Match": tag})
    assert changed.status_code == 200
    assert changed.headers["ETag"] != tag


def test_nothing_of_a_reader_with_an_account_is_kept(app: Flask, client: PortalClient, practice: tuple[int, str]) -> None:
    from icportal.accounts.models import User

    with app.app_context():
        user = User(email="ines@x.example", email_key="ines@x.example", name="Ines Canary", grants=[])
        db.session.add(user)
        db.session.commit()
        number = user.id
    act(app, practice[0], approve)
    signed_in, visitor = app.test_client(), app.test_client()
    signed_in.sign_in(number)
    for path in ("/en/", "/en/practices", f"/en/practices/{practice[1]}", "/en/cities", "/en/practices.json"):
        mine = signed_in.get(path)
        assert mine.headers["Cache-Control"] == "no-store", path
        assert "Cookie" in mine.headers["Vary"], path
        theirs = visitor.get(path)
        assert "Ines Canary" not in theirs.text, path
        kept = visitor.get(path)
        assert "Ines Canary" not in kept.text, path
        again = signed_in.get(path)
        assert again.headers["Cache-Control"] == "no-store", f"{path}: a kept page was given to somebody signed in"
        if "json" not in path:
            assert "Ines Canary" in again.text, path


def test_a_visitor_with_a_message_waiting_gets_a_page_of_their_own(app: Flask, client: PortalClient) -> None:
    """The message of a refused page is shown to who was refused, and to nobody after."""
    client.get("/en/work")
    assert "Sign in to open this page." in client.get("/en/sign-in").text
    assert "Sign in to open this page." not in app.test_client().get("/en/").text


@pytest.mark.parametrize(
    "path", ["/en/", "/en/cities", "/static/portal.css", "/en/nothing-here", "/nothing", "/en/practices.json"]
)
def test_headers_of_every_answer(client: PortalClient, path: str) -> None:
    for _ in range(2):
        assert faults_of_headers(client.get(path, lint=False)) == []


def test_headers_of_refusals(app: Flask, client: PortalClient) -> None:
    large = client.post("/en/sign-in", data={"email": "x" * 20_000_000}, lint=False)
    assert large.status_code == 413
    assert faults_of_headers(large) == []
    assert faults_of_headers(client.post("/en/sign-in", csrf=False, lint=False)) == []
    assert faults_of_headers(client.get("/en/", headers={"Host": "evil.example"}, lint=False)) == []


def test_a_failure_is_a_page_with_its_headers_and_tells_nothing(
    app: Flask, client: PortalClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    app.config["PROPAGATE_EXCEPTIONS"] = False

    def broken() -> None:
        raise RuntimeError("secret inside")

    monkeypatch.setitem(app.view_functions, "cms.accessibility", broken)
    response = client.get("/en/accessibility", lint=False)
    assert response.status_code == 500
    assert faults_of_headers(response) == []
    assert "secret inside" not in response.text
    assert "Traceback" not in response.text
