"""The pages of a round: the board of all cities, the mail to send, and the way from the plan to the frozen file."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from harness import ApartClient, statements
from reporting_world import GOOD, World, fill, invite, make_city, make_version, make_world, set_state
from sqlalchemy import select

from icportal.cities.models import Contact
from icportal.core.actors import SYSTEM
from icportal.core.audit import AuditEntry
from icportal.core.clock import today
from icportal.core.db import db
from icportal.core.outbox import Mail
from icportal.reporting import board as boards
from icportal.reporting import flow, letters
from icportal.reporting.enums import SectionStatus
from icportal.reporting.models import Round
from icportal.reporting.services import deadlines
from icportal.workflow import engine

ROUND = "/en/work/reporting/rounds/round-5"


@pytest.fixture
def world(app: Flask) -> Iterator[World]:
    with app.app_context():
        yield make_world("oulu", "vienna", "nuremberg")
        db.session.rollback()


@pytest.fixture
def client(app: Flask, world: World) -> Any:
    app.test_client_class = ApartClient
    client = app.test_client()
    client.sign_in(world.coordinator.id)
    return client


def lines(world: World, **only: Any) -> list[boards.Line]:
    return list(boards.board(world.round, language="en", only=boards.Filter(**only)).lines)


def test_overdue_cities_come_first_and_each_says_who_has_to_move(world: World) -> None:
    world.response("vienna").deadline = today() - timedelta(days=3)
    world.response("nuremberg").deadline = today() - timedelta(days=9)
    fill(world.response("oulu"), GOOD)
    set_state(world.response("oulu"), "ask_sign_off", "sign_off")
    until = today() + timedelta(days=30)
    deadlines.ask_extension(world.response("vienna"), actor=world.officer("vienna"), until=until, reason="Elections.")
    shown = [(line.name, line.mover, line.days_over) for line in lines(world)]
    assert shown == [("Nuremberg", "city", 9), ("Vienna", "coordinator", 3), ("Oulu", "coordinator", 0)]
    assert [line.name for line in lines(world, overdue=True)] == ["Nuremberg", "Vienna"]
    assert [line.name for line in lines(world, mover="city")] == ["Nuremberg"]
    assert [line.name for line in lines(world, state="review")] == ["Oulu"]
    assert lines(world, state="review")[0].grades == {1: "fully", 4: "partly"}


def test_the_number_of_queries_does_not_grow_with_the_cities(world: World, client: Any) -> None:
    def queries() -> int:
        with statements(client.application) as counted:
            assert client.get(f"{ROUND}/board").status_code == 200
        return len(counted)

    for slug in world.responses:
        fill(world.response(slug), GOOD)
    queries()
    few = queries()
    for number in range(9):
        fill(invite(world, f"city-{number}"), GOOD)
    assert queries() == few
    assert len(lines(world)) == 12


def test_in_a_closed_round_no_city_has_to_move_and_what_was_sent_is_complete(world: World, client: Any) -> None:
    oulu, vienna = world.response("oulu"), world.response("vienna")
    for response in (oulu, vienna):
        fill(response, {"office": "Integration office"})
        response.deadline = today() - timedelta(days=3)
    set_state(oulu, "ask_sign_off", "sign_off")
    engine.fire(flow.ROUND, world.round, "close", actor=SYSTEM)
    found = {line.city.slug: line for line in lines(world)}
    assert (found["vienna"].mover, found["vienna"].days_over) == (boards.NOBODY, 0)
    assert found["oulu"].mover == boards.COORDINATOR
    told = {slug: found[slug].statuses["about"] for slug in ("oulu", "vienna")}
    assert told == {"oulu": SectionStatus.COMPLETED, "vienna": SectionStatus.IN_PROGRESS}
    db.session.commit()
    page = client.get("/en/work/reporting/round-5/vienna").text
    assert "The round is closed: nothing can be answered any more." in page
    assert "waits for: the city" not in page


def test_the_board_can_be_narrowed_and_taken_along(world: World, client: Any) -> None:
    fill(world.response("oulu"), {"office": "=Integration"})
    page = client.get(f"{ROUND}/board?mover=city").text
    assert page.count('<th scope="row">') == 3
    assert page.count("In progress") >= 1
    assert "No city here" in client.get(f"{ROUND}/board?state=published").text
    answer = client.get(f"{ROUND}/board.csv?state=draft", lint=False)
    rows = list(csv.reader(io.StringIO(answer.get_data().decode("utf-8-sig"))))
    assert [row[0] for row in rows] == ["City", "Nuremberg", "Oulu", "Vienna"]
    about = next(place for place, title in enumerate(rows[0]) if title.startswith("A."))
    assert [row[about] for row in rows[1:]] == ["Not started", "In progress", "Not started"]


def test_the_mail_to_a_city_is_drafted_in_its_language_and_sent_to_those_ticked(world: World, client: Any) -> None:
    city = make_city("vienna")
    city.languages = ["fr"]
    db.session.add(Contact(city_id=city.id, position=1, name="Eva", email="eva@wien.example"))
    officer = world.officer("vienna")
    db.session.commit()
    page = client.get(f"{ROUND}/cities/vienna/mail").text
    assert re.search(r'<textarea[^>]* lang="fr"', page)
    assert "Vienne" in page
    assert "/fr/work/reporting/round-5/vienna" in page
    assert "mailto:" in page
    assert page.count(" checked") == 2
    url = f"{ROUND}/cities/vienna/mail"
    refused = client.post(url, data={"language": "fr", "subject": "Bonjour", "text": "À bientôt."})
    assert refused.status_code == 422
    assert "À bientôt." in refused.text
    said = {"language": "fr", "subject": "Bonjour", "text": "Un\n\nDeux", "to": [f"user-{officer.id}", "contact-999"]}
    assert client.post(url, data=said).status_code == 303
    db.session.rollback()
    mail = db.session.scalars(select(Mail)).one()
    assert (mail.address, mail.language, mail.subject) == (officer.email, "fr", "Bonjour")
    assert "Deux" in mail.text
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "reporting.response:write")).one()
    assert entry.after == {"subject": "Bonjour", "language": "fr", "to": [f"user-{officer.id}"]}


def test_the_draft_says_why_the_city_waits(world: World) -> None:
    until, late = today() + timedelta(days=90), today() - timedelta(days=2)
    cases: dict[str, tuple[Any, str]] = {
        "idle": (lambda _response: None, "Nothing has been answered yet."),
        "busy": (lambda response: fill(response, {"office": "x"}), "4 sections are still open."),
        "signing": (lambda response: set_state(response, "ask_sign_off"), "wait for the sign-off"),
        "returned": (lambda response: set_state(response, "ask_sign_off", "send_back"), "Changes were asked for."),
        "late": (lambda response: setattr(response, "deadline", late), "was to send its answers by"),
        "asking": (
            lambda response: deadlines.ask_extension(response, actor=world.officer("asking"), until=until, reason="Elections."),
            "You have asked for time until",
        ),
        "done": (lambda response: set_state(response, "ask_sign_off", "sign_off"), "thank you"),
    }
    for slug, (prepare, sentence) in cases.items():
        prepare(invite(world, slug))
        db.session.flush()
        line = boards.line_of(world.round, make_city(slug), language="en")
        drafted = letters.draft(world.round, line, language="en", actor=world.coordinator)
        assert sentence in drafted.text
        assert world.coordinator.email in drafted.text


def test_from_the_plan_to_the_frozen_file(world: World, client: Any) -> None:
    version, day = make_version(code="edition-6"), today()
    make_city("oulu").reports = [5]
    db.session.commit()
    plan = {
        "number": "6", "questionnaire_version_id": str(version.id), "previous_id": str(world.round_id), "period_from": "2024-01-01",
        "period_to": "2025-12-31", "opens_on": day.isoformat(), "deadline": (day - timedelta(days=1)).isoformat(), "smallest_group": "3",
    }  # fmt: skip
    refused = client.post("/en/work/reporting/rounds/new", data=plan)
    assert refused.status_code == 422
    assert "The deadline is before the opening." in refused.text
    plan["deadline"] = (day + timedelta(days=90)).isoformat()
    made = client.post("/en/work/reporting/rounds/new", data=plan)
    assert made.location.endswith("/rounds/round-6/cities")
    cities = client.get(made.location).text
    ticked = re.findall(r'id="city-([a-z]+)"[^>]* checked', cities)
    assert ticked == ["oulu"]
    chosen = [str(world.cities["oulu"]), str(world.cities["vienna"])]
    assert client.post(made.location, data={"version": "1", "cities": chosen}).status_code == 303
    page = "/en/work/reporting/rounds/round-6"
    assert "Nothing opens by itself" in client.get(page).text

    def move(step: str, **more: str) -> Any:
        db.session.rollback()
        version = db.session.scalars(select(Round.version).where(Round.slug == "round-6")).one()
        return client.post(f"{page}/move", data={"transition": step, "version": str(version), **more})

    assert move("open").status_code == 303
    assert client.get(f"{page}/board").text.count('<th scope="row">') == 2
    assert move("close").status_code == 303
    shown = client.get(page).text
    frozen = re.search(r"<code>([0-9a-f]{64})</code>", shown)
    assert frozen
    file = re.search(r'href="([^"]+/snapshots/\d+)"', shown)
    assert file
    assert client.get(file[1], lint=False).mimetype == "application/json"
    assert move("reopen").status_code == 409, "without a reason"
    assert move("reopen", reason="Oulu sent a wrong file.").status_code == 303
    assert "Oulu sent a wrong file." in client.get(page).text


def test_more_time_on_the_pages(world: World, client: Any, app: Flask) -> None:
    officer = app.test_client()
    officer.sign_in(world.officer("oulu").id)
    url = f"{ROUND}/cities/oulu/extension"
    assert officer.post(url, data={"until": "soon", "reason": "Elections."}).status_code == 422
    until = (today() + timedelta(days=90)).isoformat()
    assert officer.post(url, data={"until": until, "reason": "Elections."}).status_code == 303
    assert "A request for more time already waits" in officer.get(url).text
    assert officer.get(f"{ROUND}/cities/vienna/extension").status_code == 404, "another city's is hidden"
    assert officer.get(f"{ROUND}/board").status_code == 403
    found = re.search(rf'href="({url}/\d+)"', client.get(ROUND).text)
    assert found
    assert client.post(found[1], data={"decision": "refused"}).status_code == 422
    assert client.post(found[1], data={"decision": "granted"}).status_code == 303
    assert client.post(found[1], data={"decision": "granted"}).status_code == 409
    db.session.rollback()
    assert world.response("oulu").due.isoformat() == until


def test_a_deadline_and_the_reminders_of_one_city(world: World, client: Any) -> None:
    url = f"{ROUND}/cities/oulu/deadline"
    version = str(world.response("oulu").version)
    assert client.post(url, data={"version": "0", "deadline": (today() + timedelta(days=9)).isoformat()}).status_code == 409
    assert client.post(url, data={"version": version, "deadline": (today() - timedelta(days=9)).isoformat()}).status_code == 422
    assert client.post(f"{ROUND}/cities/oulu/reminders", data={"note": ""}).status_code == 422
    assert client.post(f"{ROUND}/cities/oulu/reminders", data={"note": "They wrote to us."}).status_code == 303
    assert client.get(url).text.count("Switched off") == 5
    assert client.post(f"{ROUND}/cities/oulu/reminders", data={"on": "1"}).status_code == 303
    assert "Switched off" not in client.get(url).text


def test_city_people_see_their_own_answers_and_coordinators_the_rounds(world: World, client: Any, app: Flask) -> None:
    officer = app.test_client()
    officer.sign_in(world.officer("oulu").id)
    own = officer.get("/en/work/reporting").text
    assert "/en/work/reporting/round-5/oulu" in own
    assert "/en/work/reporting/round-5/vienna" not in own
    assert "/work/reporting/rounds/round-5" not in own
    assert "/work/reporting/rounds/round-5" in client.get("/en/work/reporting").text
