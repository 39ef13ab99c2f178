"""Visits on their pages: planned, changed, minuted and taken into the plan, by people of both cities."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from charter_world import pdf
from flask import Flask
from harness import PortalClient
from mentoring_world import Mentoring
from reporting_world import person
from sqlalchemy import select
from visit_world import PAST, SOON, make_pair, minute, plan, study

from icportal.core.actors import Role
from icportal.core.db import db
from icportal.mentoring.models import Visit
from icportal.mentoring.services import pairings
from icportal.mentoring.services import visits as planning
from icportal.plans.models import Action

Ids = dict[str, int]


@pytest.fixture
def ids(app: Flask) -> Ids:
    """A pairing with a visit that is over and one that is to come, and the people around it."""
    with app.app_context():
        world, pairing = make_pair()
        past, coming = plan(world, pairing, study(pairing, PAST, title="Over")), plan(world, pairing)
        people = {slug: world.officer(slug).id for slug in ("vienna", "oulu", "nuremberg")}
        return {
            **people, "coordinator": world.coordinator.id, "administrator": person(Role.ADMINISTRATOR).id,
            "mayor": world.mayor("oulu").id, "pairing": pairing.id, "past": past.id, "coming": coming.id,
            "mentor": pairing.mentor_id, "mentee": pairing.mentee_id,
        }  # fmt: skip


def page(client: PortalClient, address: str, status: int = 200) -> str:
    response = client.get(address)
    assert response.status_code == status
    return response.get_data(as_text=True)


def fields(ids: Ids, **said: Any) -> dict[str, Any]:
    day = (SOON + timedelta(days=40)).isoformat()
    return {
        "version": "0", "kind": "study", "host_id": str(ids["mentor"]), "title": "Second visit", "language": "en", "first_on": day,
        "last_on": "", "place": "The harbour", "languages": ["en", "de"], "interpreter": "host", "agenda-0-title": "Round table",
        "agenda-0-on": day, "agenda-0-at": "14:30", "agenda-0-lead": "Ada", "people-0-name": "Bo Guest",
        "people-0-role": "Interpreter", "people-0-organisation": "Words Ltd", "people-0-city_id": "0", **said,
    }  # fmt: skip


def visit_of(app: Flask, title: str) -> Visit:
    with app.app_context():
        return db.session.scalars(select(Visit).where(Visit.title == title)).one()


def test_a_visit_is_planned_on_its_page_and_nothing_typed_is_lost(
    app: Flask, ids: Ids, sign_in: Callable[..., PortalClient]
) -> None:
    officer = sign_in(ids["oulu"])
    pairing = f"/en/work/mentoring/pairings/{ids['pairing']}"
    shown = page(officer, pairing)
    assert shown.index("The next visit") < shown.index("How Vienna welcomes") < shown.index("Over")
    assert "Say whether it took place." in shown
    new = f"{pairing}/visits/new"
    assert "Plan a visit" in page(officer, new)
    more = officer.post(new, data=fields(ids, more="1"))
    assert more.status_code == 200
    assert "Words Ltd" in more.get_data(as_text=True)
    refused = officer.post(new, data=fields(ids, last_on="2001-01-01", **{"agenda-1-at": "half past"}))
    assert refused.status_code == 422
    text = refused.get_data(as_text=True)
    assert "This is not a time of the day." in text
    assert all(each in text for each in ("Words Ltd", "Round table", "half past"))
    overlap = officer.post(new, data=fields(ids, first_on=SOON.isoformat(), **{"agenda-0-on": ""}))
    assert overlap.status_code == 422
    assert '<a href="#first_on">This overlaps with “How Vienna welcomes”' in overlap.get_data(as_text=True)
    hours = {"kind": "online", "starts_at": "10:00", "ends_at": "11:00", "zone": "Europe/Vienna", "agenda-0-on": ""}
    call = officer.post(new, data=fields(ids, title="A call", first_on=SOON.isoformat(), **hours))
    assert call.status_code == 303
    assert "On these days there is “How Vienna welcomes”" in page(officer, call.headers["Location"])
    assert officer.post(new, data=fields(ids)).status_code == 303
    visit = visit_of(app, "Second visit")
    text = page(officer, f"/en/work/mentoring/visits/{visit.id}")
    for words in (
        "With an interpreter, the host pays",
        "Round table",
        "14:30",
        "Bo Guest",
        "Words Ltd",
        "The harbour",
        "Planned the visit",
    ):
        assert words in text


def test_an_online_meeting_says_its_hours_on_both_clocks(app: Flask, ids: Ids, sign_in: Callable[..., PortalClient]) -> None:
    officer = sign_in(ids["vienna"])
    said = fields(
        ids, kind="online", title="A call", starts_at="10:00", ends_at="11:00", zone="Europe/Vienna", link="https://meet.example/x", place="",
    )  # fmt: skip
    assert officer.post(f"/en/work/mentoring/pairings/{ids['pairing']}/visits/new", data=said).status_code == 303
    address = f"/en/work/mentoring/visits/{visit_of(app, 'A call').id}"
    text = page(officer, address)
    assert "10:00–11:00 (time in Vienna)" in text
    assert "in Oulu: 11:00–12:00" in text
    assert "10:00–11:00" in page(officer, address.replace("/en/", "/de/"))


def test_of_two_people_who_change_a_visit_the_second_sees_both_versions(
    app: Flask, ids: Ids, sign_in: Callable[..., PortalClient]
) -> None:
    address = f"/en/work/mentoring/visits/{ids['coming']}/edit"
    day = SOON.isoformat()
    first = fields(ids, version="1", title="Theirs", first_on=day, **{"agenda-0-on": day})
    assert sign_in(ids["vienna"]).post(address, data=first).status_code == 303
    officer = sign_in(ids["oulu"])
    mine = {**first, "title": "Mine", "place": "My place"}
    stale = officer.post(address, data=mine)
    assert stale.status_code == 409
    text = stale.get_data(as_text=True)
    assert "Somebody was faster" in text
    assert all(each in text for each in ("Theirs", "Mine", "My place", "The harbour", "Save my version over it"))
    seen = re.search(r'name="version" type="hidden" value="(\d+)"', text)
    assert seen is not None
    assert officer.post(address, data={**mine, "version": seen[1]}).status_code == 303
    assert visit_of(app, "Mine").place == "My place"


def test_who_opens_a_visit_and_who_does_not(ids: Ids, sign_in: Callable[..., PortalClient]) -> None:
    address = f"/en/work/mentoring/visits/{ids['coming']}"
    for who in ("nuremberg", "administrator"):
        client = sign_in(ids[who])
        for part in ("", "/edit", "/minutes", "/visit.ics", "/documents/1"):
            assert client.get(f"{address}{part}").status_code == 404 or (part in {"/edit", "/minutes"} and who == "administrator")
    coordinator = sign_in(ids["coordinator"])
    assert "Change the visit" in page(coordinator, address)
    mayor = sign_in(ids["mayor"])
    assert "Change the visit" not in page(mayor, address)
    assert mayor.get(f"{address}/edit").status_code == 403


def test_a_visit_is_cancelled_with_a_reason_and_its_page_says_why(ids: Ids, sign_in: Callable[..., PortalClient]) -> None:
    officer, address = sign_in(ids["oulu"]), f"/en/work/mentoring/visits/{ids['coming']}"
    refused = officer.post(f"{address}/move", data={"transition": "cancel", "version": "1", "reason": ""})
    assert refused.status_code == 409
    assert "Say why" in refused.get_data(as_text=True)
    assert (
        officer.post(f"{address}/move", data={"transition": "cancel", "version": "1", "reason": "Elections."}).status_code == 303
    )
    text = page(officer, address)
    assert "Elections." in text
    assert "Change the visit" not in text
    assert officer.get(f"{address}/edit").status_code == 409
    assert officer.get(f"{address}/minutes").status_code == 409


def test_documents_come_and_go(ids: Ids, sign_in: Callable[..., PortalClient]) -> None:
    officer, address = sign_in(ids["vienna"]), f"/en/work/mentoring/visits/{ids['coming']}"
    bad = officer.post(f"{address}/documents", data={"upload": pdf("slides.pdf", b"MZ a program"), "title": "Slides"})
    assert bad.status_code == 422
    assert 'value="Slides"' in bad.get_data(as_text=True)
    assert "Choose a file." in officer.post(f"{address}/documents", data={"title": ""}).get_data(as_text=True)
    assert officer.post(f"{address}/documents", data={"upload": pdf("slides.pdf"), "title": "Slides"}).status_code == 303
    found = re.search(rf"{address}/documents/(\d+)\"", page(officer, address))
    assert found is not None
    other = sign_in(ids["oulu"])
    got = other.get(f"{address}/documents/{found[1]}")
    assert got.data.startswith(b"%PDF")
    assert got.headers["Content-Disposition"].startswith("attachment")
    assert other.get(f"/en/work/mentoring/visits/{ids['past']}/documents/{found[1]}").status_code == 404
    assert sign_in(ids["nuremberg"]).get(f"{address}/documents/{found[1]}").status_code == 404
    assert sign_in(ids["oulu"]).post(f"{address}/documents/{found[1]}/remove").status_code == 303
    assert other.get(f"{address}/documents/{found[1]}").status_code == 404


def test_minutes_are_written_confirmed_and_taken_into_the_plan(
    app: Flask, ids: Ids, sign_in: Callable[..., PortalClient]
) -> None:
    officer, address = sign_in(ids["oulu"]), f"/en/work/mentoring/visits/{ids['past']}"
    said = {
        "version": "0", "language": "en", "text": "We saw the desk.", "decisions-0-text": "Open a desk", "decisions-0-city_id": ids["mentee"],
        "decisions-0-owner_body": "Housing", "decisions-0-owner_person": "Liisa", "decisions-0-due_on": "2001-01-01",
        "decisions-1-text": "Train the staff", "decisions-1-city_id": ids["mentee"],
    }  # fmt: skip
    refused = officer.post(f"{address}/minutes", data=said)
    assert refused.status_code == 422
    assert "Train the staff" in refused.get_data(as_text=True)
    assert "before the visit" in refused.get_data(as_text=True)
    assert officer.post(f"{address}/minutes", data={**said, "more": "1"}).status_code == 200
    due = (SOON + timedelta(days=90)).isoformat()
    assert officer.post(f"{address}/minutes", data={**said, "decisions-0-due_on": due}).status_code == 303
    text = page(officer, address)
    assert text.count("Both cities confirm the minutes first") == 2
    assert "Make it an action" not in text
    sha = re.search(r"<code>([0-9a-f]{64})</code>", text)
    assert sha is not None
    assert sign_in(ids["mayor"]).post(f"{address}/minutes/confirm", data={"sha256": sha[1]}).status_code == 303
    mentor = sign_in(ids["vienna"])
    assert mentor.post(f"{address}/minutes/confirm", data={"sha256": "0" * 64}).status_code == 409
    assert mentor.post(f"{address}/minutes/confirm", data={"sha256": sha[1]}).status_code == 303
    assert "An officer of Oulu can make it an action." in page(mentor, address)
    text = page(sign_in(ids["oulu"]), address)
    assert text.count("Make it an action") == 2
    assert "Make all that are chosen actions" in text
    mentor = sign_in(ids["vienna"])
    numbers = re.findall(r'name="only" value="(\d+)"', text)
    assert mentor.post(f"{address}/actions", data={"only": numbers[0]}).status_code == 403
    officer = sign_in(ids["oulu"])
    assert officer.post(f"{address}/actions", data={}).status_code == 422
    assert officer.post(f"{address}/actions", data={"only": numbers[0]}).status_code == 303
    twice = officer.post(f"{address}/actions", data={"only": numbers[0]})
    assert twice.status_code == 409
    assert "one decision makes one action" in twice.get_data(as_text=True)
    assert officer.post(f"{address}/actions", data={"decision": numbers}).status_code == 303
    with app.app_context():
        made = list(db.session.scalars(select(Action.id).order_by(Action.id)))
    text = page(officer, address)
    assert all(f"/en/work/plans/oulu/actions/{number}" in text for number in made)
    assert len(made) == 2
    shown = page(officer, f"/en/work/plans/oulu/actions/{made[0]}")
    assert "Decided at “Over”" in shown
    assert f"/en/work/mentoring/visits/{ids['past']}" in shown
    assert "It is an action of the plan already." in page(officer, f"{address}/minutes")
    administrator = page(sign_in(ids["administrator"]), f"/en/work/plans/oulu/actions/{made[0]}")
    assert "Decided at a visit of a mentoring pairing" in administrator
    assert "“Over”" not in administrator
    assert ("<blockquote" in shown, "<blockquote" in administrator) == (True, False)
    mentor = page(sign_in(ids["vienna"]), f"/en/work/plans/oulu/actions/{made[0]}")
    assert ("Decided at “Over”" in mentor, "<blockquote" in mentor) == (True, True)


def test_two_people_writing_minutes_both_see_both(app: Flask, ids: Ids, sign_in: Callable[..., PortalClient]) -> None:
    with app.app_context():
        world = Mentoring(1)
        minute(world, db.session.get_one(Visit, ids["past"]), "Open a desk")
    mentor = sign_in(ids["vienna"])
    stale = mentor.post(
        f"/en/work/mentoring/visits/{ids['past']}/minutes", data={"version": "0", "language": "en", "text": "Mine"}
    )
    assert stale.status_code == 409
    text = stale.get_data(as_text=True)
    assert all(each in text for each in ("Mine", "We saw the welcome desk.", "Save my version over it"))


def test_a_proposed_or_ended_pairing_has_no_way_to_plan(app: Flask, ids: Ids, sign_in: Callable[..., PortalClient]) -> None:
    with app.app_context():
        pairing = db.session.get_one(Visit, ids["past"]).pairing
        pairings.move_pairing(pairing, "end", actor=Mentoring(1).officer("oulu"), seen=None, reason="Enough.")
        db.session.commit()
    officer = sign_in(ids["oulu"])
    assert "Plan a visit" not in page(officer, f"/en/work/mentoring/pairings/{ids['pairing']}")
    assert officer.get(f"/en/work/mentoring/pairings/{ids['pairing']}/visits/new").status_code == 409


@pytest.mark.parametrize("language", ["de", "ar-xb"])
def test_the_pages_in_other_languages(app: Flask, ids: Ids, sign_in: Callable[..., PortalClient], language: str) -> None:
    with app.app_context():
        visit = db.session.get_one(Visit, ids["coming"])
        planning.edit_visit(visit, study(visit.pairing, language="ar"), actor=Mentoring(1).officer("vienna"), seen=visit.version)
        db.session.commit()
    officer = sign_in(ids["oulu"])
    for part in (
        f"visits/{ids['coming']}",
        f"visits/{ids['coming']}/edit",
        f"visits/{ids['past']}/minutes",
        f"pairings/{ids['pairing']}",
    ):
        page(officer, f"/{language}/work/mentoring/{part}")
    assert 'lang="ar" dir="rtl">How Vienna welcomes' in page(officer, f"/{language}/work/mentoring/visits/{ids['coming']}")
