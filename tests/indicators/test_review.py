"""The coordinator's check: what stood before and stands now, stars, comments, reasons for each value, and back again."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator

import pytest
from delivery_world import HERE, YEAR, apart, opened, state, step
from flask import Flask
from harness import PortalClient
from indicator_world import coordinator, delivery, entry, key, officer, publish, put, submit
from sqlalchemy import select

from icportal.core.db import db
from icportal.core.errors import DomainError, InvalidTransition, NotAllowed, NotFound
from icportal.core.outbox import Mail
from icportal.indicators import services
from icportal.indicators.catalogue import catalogue
from icportal.indicators.models import ValueMark

SignIn = Callable[..., PortalClient]
NAME = "POP01||2024"
WHERE = f"{HERE}/marks"


@pytest.fixture
def world(seeded_app: Flask) -> Iterator[Flask]:
    yield from opened(seeded_app)


@pytest.fixture
def client(world: Flask) -> PortalClient:
    return apart(world)


def in_review() -> None:
    put("vienna", YEAR, {"POP01": "35.2", "POP02": "31"}, actor=officer("vienna"))
    submit("vienna", YEAR)


def marks() -> list[ValueMark]:
    db.session.rollback()
    return list(db.session.scalars(select(ValueMark).order_by(ValueMark.id)))


def test_sent_back_with_a_reason_at_a_value_mended_and_published(world: Flask, client: PortalClient, sign_in: SignIn) -> None:
    in_review()
    sign_in("coordinator@demo.example")
    assert client.post(f"{HERE}/move", data=step("request_changes")).status_code == 422, "some reason is needed"
    reason = {"kind": "reason", "name": NAME, "text": "This looks like the whole country"}
    assert client.post(WHERE, data=reason).status_code == 303
    sign_in("officer.vienna@demo.example")
    for path in ("", "/review", "/type-in?family=demography"):
        assert "the whole country" not in client.get(HERE + path).text.replace("whole country only", ""), "not sent yet"
    sign_in("coordinator@demo.example")
    assert client.post(f"{HERE}/move", data=step("request_changes")).status_code == 303
    assert state() == "changes_requested"
    mail = next(mail for mail in db.session.scalars(select(Mail)) if "Bitte ändern Sie die Indikatoren" in mail.subject)
    assert "This looks like the whole country" in mail.text
    assert "POP01" in mail.text

    sign_in("officer.vienna@demo.example")
    for path in ("", "/review", "/type-in?family=demography"):
        assert "This looks like the whole country" in client.get(HERE + path).text, path
    put("vienna", YEAR, {"POP01": "36.6"}, actor=officer("vienna"))
    assert "changed since" in client.get(HERE).text
    submit("vienna", YEAR)
    sign_in("coordinator@demo.example")
    assert "the value was changed since" in client.get(f"{HERE}/review").text
    assert client.post(f"{HERE}/move", data=step("publish")).status_code == 303
    assert state() == "published"
    assert all(mark.settled_at is not None for mark in marks()), "what is published has answered the reason"


@pytest.mark.databases
def test_a_general_reason_is_enough(world: Flask) -> None:
    in_review()
    sent = delivery("vienna", YEAR)
    with pytest.raises(InvalidTransition):
        services.send_back(sent, actor=coordinator(), seen=sent.version, reason="  ")
    with pytest.raises(NotAllowed):
        services.send_back(sent, actor=officer("vienna"), seen=sent.version, reason="I want it")
    event = services.send_back(sent, actor=coordinator(), seen=sent.version, reason="Please use the register")
    assert event.reason == "Please use the register"
    assert sent.state == "changes_requested"


def test_stars_are_the_coordinators_own(world: Flask, client: PortalClient, sign_in: SignIn) -> None:
    in_review()
    sign_in("coordinator@demo.example")
    assert client.post(WHERE, data={"kind": "star", "name": NAME, "on": "1"}).status_code == 303
    assert client.post(WHERE, data={"kind": "star", "name": NAME, "on": "1"}).status_code == 303
    assert len(marks()) == 1, "twice is once"
    starred = client.get(f"{HERE}/review?only=starred").text
    assert "to be followed up" in starred
    assert "POP02" not in starred
    sign_in("officer.vienna@demo.example")
    page = client.get(f"{HERE}/review?only=starred").text
    assert "to be followed up" not in page
    assert "Starred" not in page
    assert client.post(WHERE, data={"kind": "star", "name": NAME, "on": "1"}).status_code == 403
    sign_in("coordinator@demo.example")
    assert client.post(WHERE, data={"kind": "star", "name": NAME, "on": "0"}).status_code == 303
    assert "to be followed up" not in client.get(f"{HERE}/review").text


def test_both_sides_talk_about_a_value(world: Flask, client: PortalClient, sign_in: SignIn) -> None:
    in_review()
    sign_in("coordinator@demo.example")
    assert client.post(WHERE, data={"kind": "comment", "name": NAME, "text": "Which register?"}).status_code == 303
    sign_in("officer.vienna@demo.example")
    assert "Which register?" in client.get(f"{HERE}/review").text
    assert client.post(WHERE, data={"kind": "comment", "name": NAME, "text": "The one of <b>residents</b>"}).status_code == 303
    page = client.get(f"{HERE}/review").text
    assert "&lt;b&gt;residents" in page
    first = marks()[0]
    assert client.post(f"{WHERE}/{first.id}/settle").status_code == 303
    assert marks()[0].settled_at is not None
    assert client.post(f"{WHERE}/999999/settle").status_code == 404


def test_an_empty_or_endless_remark_is_refused_and_kept(world: Flask, client: PortalClient, sign_in: SignIn) -> None:
    in_review()
    sign_in("coordinator@demo.example")
    assert client.post(WHERE, data={"kind": "comment", "name": NAME, "text": "  "}).status_code == 422
    long = client.post(WHERE, data={"kind": "comment", "name": NAME, "text": "abc" * 700})
    assert long.status_code == 422
    assert "abcabcabc" in long.text
    for name in ("POP01||2019", "NOTHING||2024", "POP01", "", "POP03||2024"):
        assert client.post(WHERE, data={"kind": "comment", "name": name, "text": "x"}).status_code == 404, name
    assert client.post(WHERE, data={"kind": "nonsense", "name": NAME, "text": "x"}).status_code == 404
    assert marks() == []


def test_reasons_belong_to_a_delivery_in_review(world: Flask) -> None:
    put("vienna", YEAR, {"POP01": "35.2"}, actor=officer("vienna"))
    draft, where = delivery("vienna", YEAR), key("vienna", "POP01", "", str(YEAR))
    with pytest.raises(InvalidTransition):
        services.give_reason(draft, where, "Wrong", actor=coordinator())
    with pytest.raises(NotAllowed):
        services.give_reason(draft, where, "Wrong", actor=officer("vienna"))
    with pytest.raises(NotAllowed):
        services.comment(draft, where, "Hello", actor=officer("oulu"))
    with pytest.raises(NotFound):
        services.comment(draft, key("oulu", "POP01", "", str(YEAR)), "Hello", actor=coordinator())
    with pytest.raises(DomainError):
        services.comment(draft, where, "", actor=coordinator())


def test_another_citys_marks_cannot_be_settled(world: Flask, client: PortalClient, sign_in: SignIn) -> None:
    in_review()
    put("oulu", YEAR, {"POP01": "5"}, actor=officer("oulu"))
    mark = services.comment(delivery("oulu", YEAR), key("oulu", "POP01", "", str(YEAR)), "Ours", actor=officer("oulu"))
    db.session.commit()
    sign_in("officer.vienna@demo.example")
    assert client.post(f"{WHERE}/{mark.id}/settle").status_code == 404
    assert client.post(f"{WHERE.replace('vienna', 'oulu')}/{mark.id}/settle").status_code == 404
    assert marks()[0].settled_at is None


def test_before_and_now_stand_beside_each_other(world: Flask, client: PortalClient, sign_in: SignIn) -> None:
    put("vienna", YEAR, {"POP01": "35.2", "POP02": "31"}, actor=officer("vienna"))
    publish("vienna", YEAR)
    put("vienna", YEAR, {"POP01": "36.6"}, actor=officer("vienna"))
    submit("vienna", YEAR)
    sign_in("coordinator@demo.example")
    changed = client.get(f"{HERE}/review?only=changed").text
    assert "35.2%" in changed
    assert "36.6%" in changed
    assert "POP02" not in changed
    put_in = client.get(f"{HERE}/values/pop01").text
    assert "35.2%" in put_in
    assert "version 2" in put_in
    assert "The public reads this" in put_in


def test_warnings_can_be_looked_at_alone(world: Flask, client: PortalClient, sign_in: SignIn) -> None:
    put("vienna", YEAR, {"POP01": "135", "POP02": "31"}, actor=officer("vienna"))
    submit("vienna", YEAR)
    sign_in("coordinator@demo.example")
    warned = client.get(f"{HERE}/review?only=warned").text
    assert "more than the whole" in warned
    assert "POP02" not in warned


def test_a_value_that_was_confidential_is_asked_back_about(world: Flask, client: PortalClient, sign_in: SignIn) -> None:
    secret = entry("35.2", code="POP01", confidentiality="C")
    put("vienna", YEAR, {"POP01": secret, "POP02": "31"}, actor=officer("vienna"))
    publish("vienna", YEAR)
    put("vienna", YEAR, {"POP01": entry("35.2", code="POP01")}, actor=officer("vienna"))
    submit("vienna", YEAR)
    sign_in("coordinator@demo.example")
    warned = client.get(f"{HERE}/review?only=warned").text
    assert "is confidential so far" in warned
    assert "POP02" not in warned


# --- one family at a time ----------------------------------------------------------------------------------


@pytest.fixture
def full(world: Flask) -> int:
    """Every value that is asked for, in review; gives how many."""
    asked = [each for each in catalogue("en").values() if each.asked]
    values = {(each.code, row): "12" for each in asked for row in each.rows}
    put("vienna", YEAR, values, actor=officer("vienna"), note="Counted at the end of the year", source="Register of residents")
    submit("vienna", YEAR)
    return len(values)


def test_a_full_delivery_is_read_a_family_at_a_time(full: int, client: PortalClient, sign_in: SignIn) -> None:
    sign_in("coordinator@demo.example")
    page = client.get(f"{HERE}/review")
    assert "POP01" in page.text
    assert "EMP01" not in page.text
    families = dict(re.findall(r'review\?family=(\w+)"[^>]*>[^<]*<span class="count">(\d+)', page.text))
    assert len(families) == 10
    assert sum(map(int, families.values())) == full
    digest = services.digest(delivery("vienna", YEAR))
    for family in families:
        each = client.get(f"{HERE}/review?family={family}")
        assert len(each.data) < 150_000, family
        assert each.text.count("<form") < 15, "remarks are written where somebody asks for it"
        assert digest in each.text, "the decision is about everything"
        assert f"all {full} values" in each.text
        assert "Families with values: 10." in each.text
        assert "Publish the values" in each.text
    assert "EMP01" in client.get(f"{HERE}/review?family=employment").text
    assert "POP01" in client.get(f"{HERE}/review?family=nonsense").text
    changed = client.get(f"{HERE}/review?only=changed&family=employment")
    assert "EMP01" in changed.text
    assert len(changed.data) < 150_000, "a list that narrows nothing down goes family by family too"
    assert client.post(f"{HERE}/move", data=step("publish")).status_code == 303
    assert state() == "published"


def test_a_narrowed_list_goes_across_families(world: Flask, client: PortalClient, sign_in: SignIn) -> None:
    put("vienna", YEAR, {"POP01": "35.2", "EMP01": "61"}, actor=officer("vienna"))
    sign_in("coordinator@demo.example")
    assert "EMP01" not in client.get(f"{HERE}/review").text
    changed = client.get(f"{HERE}/review?only=changed").text
    assert "POP01" in changed
    assert "EMP01" in changed


def test_the_forms_of_a_value_open_where_they_are_asked_for(world: Flask, client: PortalClient, sign_in: SignIn) -> None:
    put("vienna", YEAR, {"POP01": "35.2", "EMP01": "61"}, actor=officer("vienna"))
    submit("vienna", YEAR)
    sign_in("coordinator@demo.example")
    closed = client.get(f"{HERE}/review?family=employment").text
    assert "Keep this reason" not in closed
    link = re.search(r'href="([^"]*open=EMP01[^"]*)"', closed)
    assert link is not None
    page = client.get(html.unescape(link[1]).partition("#")[0]).text
    assert page.count("Keep this reason") == 1
    assert 'value="EMP01||2024"' in page
    target = re.search(r'action="([^"]*/marks[^"]*)"', page)
    assert target is not None
    kept = client.post(html.unescape(target[1]), data={"kind": "reason", "name": "EMP01||2024", "text": "Too high"})
    assert kept.status_code == 303
    assert "family=employment" in kept.location
    refused = client.post(f"{HERE}/marks", data={"kind": "comment", "name": "EMP01||2024", "text": "abc" * 700})
    assert refused.status_code == 422
    assert "abcabcabc" in refused.text, "what was typed comes again, in its family"


def test_the_mayors_office_gets_no_forms(world: Flask, client: PortalClient, sign_in: SignIn) -> None:
    in_review()
    sign_in("mayor.vienna@demo.example")
    page = client.get(f"{HERE}/review").text
    assert "35.2%" in page
    assert "open=" not in page
    assert "/marks" not in client.get(f"{HERE}/review?open={NAME}").text
