"""The pages on which a response is read, signed off, decided on and compared; and what everybody reads of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import reporting_world as rw
from flask import Flask
from harness import ApartClient, PortalClient, statements

from icportal.core import files
from icportal.core.actors import SYSTEM, Role
from icportal.core.db import db
from icportal.core.filetypes import FileKind
from icportal.core.permissions import can
from icportal.reporting.enums import Permission
from icportal.reporting.snapshots import digest
from icportal.reporting.worklists import provide

SignIn = Callable[..., PortalClient]
HERE = "/en/work/reporting/round-5/oulu"
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"


@pytest.fixture
def world(app: Flask) -> Iterator[rw.World]:
    with app.app_context():
        made = rw.make_world("oulu")
        # Everybody is there before anything happens.
        for actor in (made.officer("oulu"), made.mayor("oulu"), made.coordinator):
            assert actor.id
        yield made
        db.session.rollback()


@pytest.fixture
def client(world: rw.World, app: Flask) -> PortalClient:
    app.test_client_class = ApartClient
    return app.test_client()  # type: ignore[return-value]


def fields(world: rw.World, step: str, **more: Any) -> dict[str, Any]:
    """The form of a step, as the page has it now."""
    db.session.rollback()
    response = world.response("oulu")
    return {"transition": step, "version": response.version, "seen_hash": digest(response), **more}


def state(world: rw.World) -> str:
    db.session.rollback()
    return world.response("oulu").state


def test_the_mayors_office_reads_sends_back_and_signs(world: rw.World, client: PortalClient, sign_in: SignIn) -> None:
    rw.fill(world.response("oulu"), rw.GOOD, author=world.officer("oulu"))
    rw.attach(world.response("oulu"), "c01_grade", title="Council decision 12/2023")
    rw.send(world, "oulu")
    sign_in(world.mayor("oulu"))
    page = client.get(f"{HERE}/sign-off").text
    for words in ("C01 grade", "The council decided the integration plan", "Council decision 12/2023", "1,250,000.5", "Integration plan",
                  "read by: Only the city and its coordinator", "Send this section back", "Sign off and submit"):  # fmt: skip
        assert words in page, words
    assert 'id="seen' not in page
    kept = {"section-c04": "Which courses?", "name": "Maija", "function": "", "may_sign": "y"}
    refused = client.post(f"{HERE}/sign-off", data=fields(world, "sign_off", **kept))
    assert refused.status_code == 422
    assert "Write in which function you sign." in refused.text
    assert "Which courses?" in refused.text, "nothing typed is lost"
    assert client.post(f"{HERE}/sign-off", data=fields(world, "send_back", reason="So so")).status_code == 422
    assert client.post(f"{HERE}/sign-off", data=fields(world, "send_back", **kept)).status_code == 303
    assert state(world) == "changes_requested"
    rw.fill(world.response("oulu"), {"c04_explanation": "Courses of Finnish are open to everybody, with waiting times."})
    rw.step(world.response("oulu"), "ask_sign_off", world.officer("oulu"))
    page = client.get(f"{HERE}/sign-off").text
    assert "<ins>" in page, "what changed since the section was sent back"
    assert "Changes made" in page
    assert client.post(f"{HERE}/sign-off", data=fields(world, "sign_off", **{**kept, "function": "Mayor"})).status_code == 303
    assert state(world) == "review"
    assert "Mayor" in client.get(f"{HERE}/review").text


def test_what_was_not_read_is_not_signed(world: rw.World, client: PortalClient, sign_in: SignIn) -> None:
    response = rw.send(world, "oulu")
    sign_in(world.mayor("oulu"))
    form = fields(world, "sign_off", name="Maija", function="Mayor", may_sign="y")
    rw.step(response, "take_back", world.officer("oulu"))
    rw.fill(response, {"staff": 99})
    rw.step(response, "ask_sign_off", world.officer("oulu"))
    answer = client.post(f"{HERE}/sign-off", data={**form, "version": world.response("oulu").version})
    assert answer.status_code == 409
    assert "The answers have changed since you read them" in answer.text
    assert (link := re.search(r"/changes\?from=\d+", answer.text))
    assert "99" in client.get(f"{HERE}{link[0]}").text
    assert state(world) == "sign_off"


def test_the_coordinator_asks_at_answers_accepts_and_publishes(world: rw.World, client: PortalClient, sign_in: SignIn) -> None:
    rw.sign(world, "oulu")
    sign_in(world.coordinator)
    page = client.get(f"{HERE}/review").text
    assert "Ask for a change here" in page
    assert "Feedback to the city" in page
    refused = client.post(f"{HERE}/review", data=fields(world, "request_changes", **{"question-staff": "x" * 2001}))
    assert refused.status_code == 422
    assert 'href="#question-staff"' in refused.text, "the summary leads to the place"
    assert client.post(f"{HERE}/review", data=fields(world, "request_changes")).status_code == 422
    assert client.post(f"{HERE}/feedback", data={"text": "Strong: the plan."}).status_code == 303
    assert client.post(f"{HERE}/review", data=fields(world, "accept")).status_code == 303
    assert client.get("/en/cities/oulu/answers/round-5").status_code == 404, "accepted is not published"
    assert client.post(f"{HERE}/review", data=fields(world, "publish")).status_code == 303
    assert client.get("/en/cities/oulu/answers/round-5").status_code == 200
    history = client.get(f"{HERE}/history").text
    assert "Sign off and submit" in history
    assert "/changes?to=" in history
    sign_in(world.officer("oulu"))
    page = client.get(f"{HERE}/review").text
    assert "Strong: the plan." in page
    remark = rw.remarks(world.response("oulu"))[0]
    assert client.post(f"{HERE}/feedback/{remark.id}", data={"text": "Thank you."}).status_code == 303
    assert client.post(f"{HERE}/review", data=fields(world, "reopen", reason="No")).status_code == 403


def test_nobody_else_finds_the_pages(world: rw.World, client: PortalClient, sign_in: SignIn) -> None:
    rw.send(world, "oulu")
    pages = ("sign-off", "review", "changes", "history")
    for page in pages:
        assert client.get(f"{HERE}/{page}").status_code == 303, "to the sign-in"
    sign_in(rw.person(Role.CITY_OFFICER, "vienna"))
    for page in pages:
        assert client.get(f"{HERE}/{page}").status_code == 404, page
    sign_in(world.officer("oulu"))
    for page in pages:
        assert client.get(f"{HERE}/{page}").status_code == 200, page
    assert client.post(f"{HERE}/sign-off", data=fields(world, "sign_off")).status_code == 403
    assert client.post(f"{HERE}/sign-off", data=fields(world, "publish")).status_code == 404
    assert client.get("/en/work/reporting/round-6/oulu/review").status_code == 404


def test_the_city_page_leads_to_the_answers(world: rw.World, client: PortalClient) -> None:
    assert "What the city reports" not in client.get("/en/cities/oulu").text
    rw.publish(world, "oulu")
    page = client.get("/en/cities/oulu").text
    assert "Commitments fully met: 1, partly: 1, not at all: 0." in page
    assert "/en/cities/oulu/answers/round-5#c01_grade" in page
    assert "No self-assessment is public yet" not in page
    assert "Published its answers to reporting round 5." in page
    assert 'id="c01_grade"' in client.get("/en/cities/oulu/answers/round-5").text


def test_files_are_handed_to_those_who_may_read_them(world: rw.World, client: PortalClient, sign_in: SignIn) -> None:
    response = world.response("oulu")
    annex, shown, hidden = (
        files.keep(PDF + name, f"{name.decode()}.pdf", kind=FileKind.PDF, actor=SYSTEM, city_id=response.city_id)
        for name in (b"annex", b"shown", b"hidden")
    )
    rw.fill(response, {**rw.GOOD, "annex": annex.key}, author=world.officer("oulu"))
    rw.attach(response, "c01_grade", kind="file", url="", file_id=shown.id, title="For all", visibility="public")
    rw.attach(response, "c01_grade", kind="file", url="", file_id=hidden.id, title="For us", visibility="city")
    public, work = "/en/cities/oulu/answers/round-5/files", f"{HERE}/read"
    sign_in(world.coordinator)
    assert [client.get(f"{work}/{file.key}").status_code for file in (annex, shown, hidden)] == [200, 200, 200]
    rw.publish(world, "oulu")
    sign_in(rw.person(Role.CITY_OFFICER, "vienna"))
    assert [client.get(f"{public}/{file.key}").status_code for file in (annex, shown, hidden)] == [200, 200, 404]
    assert client.get(f"{work}/{annex.key}").status_code == 404
    page = client.get("/en/cities/oulu/answers/round-5").text
    assert "For all" in page
    assert "For us" not in page
    first = next(each for each in rw.evidence_of(world.response("oulu")) if each.title == "For all")
    first.visibility = "network"
    db.session.commit()
    assert client.get(f"{public}/{shown.key}").status_code == 404, "narrowed after it was published, it is gone at once"


def test_lists_say_who_has_to_move(world: rw.World) -> None:
    officer, mayor, coordinator = world.officer("oulu"), world.mayor("oulu"), world.coordinator

    def mine(actor: Any) -> list[str]:
        return [each.key for each in provide(actor, 10) if each.mine and each.count]

    assert (mine(officer), mine(mayor), mine(coordinator)) == (["reporting.answer"], [], [])
    (entry,) = provide(officer, 10)[1].entries
    assert entry.due is not None
    assert entry.due.date() == world.response("oulu").due
    response = rw.send(world, "oulu")
    assert (mine(officer), mine(mayor), mine(coordinator)) == ([], ["reporting.sign"], [])
    assert "reporting.mayor" in [each.key for each in provide(officer, 10) if each.count]
    rw.step(response, "send_back", mayor, sections={"c01": "More."})
    assert mine(officer) == ["reporting.changes"]
    rw.fill(response, {"c01_explanation": "More of it."})
    rw.step(response, "ask_sign_off", officer)
    rw.step(response, "sign_off", mayor)
    assert (mine(officer), mine(mayor), mine(coordinator)) == ([], [], ["reporting.review"])
    rw.step(response, "accept", coordinator)
    assert mine(coordinator) == ["reporting.publish"]
    assert can(coordinator, Permission.CHECK, response)


def test_a_long_response_costs_no_more_queries(world: rw.World, client: PortalClient, sign_in: SignIn, app: Flask) -> None:
    response = world.response("oulu")
    rw.fill(response, {"office": "Integration office", "c01_grade": "fully"})
    rw.attach(response, "c01_grade", visibility="public")
    sign_in(world.coordinator)

    def counted(path: str) -> int:
        with statements(app) as sent:
            assert client.get(path).status_code == 200
        return len(sent)

    client.get(f"{HERE}/review")
    few = counted(f"{HERE}/review")
    rw.fill(response, rw.GOOD, author=world.officer("oulu"))
    for number in range(10):
        rw.attach(response, "c04_grade", title=f"Evidence {number}", visibility="public")
    assert counted(f"{HERE}/review") <= few
    rw.publish(world, "oulu")
    client.sign_out()
    assert counted("/en/cities/oulu/answers/round-5") <= 12
