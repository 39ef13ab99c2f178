"""Calendars of mentoring: a visit as a file, secret addresses of pairings and cities, the phases of a programme."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from harness import PortalClient, statements
from icalendar import Calendar
from mentoring_world import make_programme, pair
from reporting_world import person
from sqlalchemy import select
from visit_world import SOON, make_pair, online, plan, study

from icportal.core.actors import Role
from icportal.core.clock import today
from icportal.core.db import db
from icportal.core.errors import NotAllowed, NotFound
from icportal.core.outbox import Mail
from icportal.mentoring import feeds, labels
from icportal.mentoring.enums import PairingState
from icportal.mentoring.models import Visit
from icportal.mentoring.services import calendars
from icportal.mentoring.services import programmes as running
from icportal.mentoring.services import visits as planning

CANCELLED = "CANCELLED"


def events(data: bytes) -> list[Any]:
    return list(Calendar.from_ical(data).walk("VEVENT"))


@pytest.mark.databases
def test_secret_addresses_are_given_changed_and_taken_away(context: None) -> None:
    world, pairing = make_pair()
    city, officer = world.city("oulu"), world.officer("oulu")
    for of in (pairing, city):
        assert feeds.secret_of(of) == ""
        calendars.renew_calendar(of, actor=officer)
        first = feeds.secret_of(of)
        assert feeds.open_calendar(first) is of
        calendars.renew_calendar(of, actor=officer)
        second = feeds.secret_of(of)
        assert second != first
        with pytest.raises(NotFound):
            feeds.open_calendar(first)
        with pytest.raises(NotFound):
            feeds.open_calendar(f"{second}x")
        calendars.close_calendar(of, actor=officer)
        calendars.close_calendar(of, actor=officer)
        with pytest.raises(NotFound):
            feeds.open_calendar(second)
    for of, wrong in ((pairing, "nuremberg"), (city, "vienna")):
        with pytest.raises(NotFound):
            calendars.renew_calendar(of, actor=world.officer(wrong))
    with pytest.raises(NotAllowed):
        calendars.renew_calendar(city, actor=world.mayor("oulu"))


def test_a_city_has_all_its_pairings_a_pairing_its_own_and_nobody_is_named(context: None, app: Flask) -> None:
    world, pairing = make_pair()
    plan(world, pairing)
    other = pair(world, "vienna", "nuremberg")
    planning.plan_visit(other, study(other, SOON + timedelta(days=9), title="Elsewhere"), actor=world.officer("vienna"))
    proposed = pair(world, "oulu", "nuremberg", state=PairingState.PROPOSED)
    db.session.commit()
    titles = {each.title for each in feeds.entries_of(world.city("vienna"), "en")}
    assert titles == {
        "How Vienna welcomes",
        "Elsewhere",
        "Agreed end: Vienna mentors Oulu",
        "Agreed end: Vienna mentors Nuremberg",
    }
    entries = feeds.entries_of(pairing, "en")
    assert {each.title for each in entries} == {"How Vienna welcomes", "Agreed end: Vienna mentors Oulu"}
    assert "Ada" not in str(entries)
    assert "Welcome" not in str(entries)
    assert f"Answer until today: {feeds.name_of(proposed, 'en')}" in {
        each.title for each in feeds.entries_of(world.city("oulu"), "en")
    }
    vienna = world.city("vienna")
    with statements(app) as one:
        feeds.entries_of(pairing, "en")
    with statements(app) as many:
        feeds.entries_of(vienna, "en")
    assert len(one) == len(many)


def test_a_visit_as_a_file_moves_and_is_struck_out(app: Flask, sign_in: Callable[..., PortalClient]) -> None:
    with app.app_context():
        world, pairing = make_pair()
        visit = plan(world, pairing)
        who, visit_id = world.officer("vienna").id, visit.id
    client, address = sign_in(who), f"/en/work/mentoring/visits/{visit_id}/visit.ics"
    answer = client.get(address)
    assert (answer.mimetype, answer.headers["Content-Disposition"]) == (
        "text/calendar", f'attachment; filename="icportal-visit-{visit_id}.ics"',
    )  # fmt: skip
    first = events(answer.data)[0]
    assert (first["dtstart"].dt, first["dtend"].dt) == (SOON, SOON + timedelta(days=2))
    assert first["location"] == "Town hall, room 3, Vienna"
    assert "Welcome" in first["description"]
    assert "status" not in first
    with app.app_context():
        visit = db.session.get_one(Visit, visit_id)
        planning.edit_visit(
            visit, study(visit.pairing, SOON + timedelta(days=5)), actor=world.officer("oulu"), seen=visit.version
        )
        db.session.commit()
    moved = events(client.get(address).data)[0]
    assert moved["uid"] == first["uid"]
    assert moved["sequence"] > first["sequence"]
    assert moved["dtstart"].dt == SOON + timedelta(days=5)
    with app.app_context():
        visit = db.session.get_one(Visit, visit_id)
        planning.move_visit(visit, "cancel", actor=world.officer("oulu"), seen=visit.version, reason="Ill.")
        db.session.commit()
    gone = events(client.get(address).data)[0]
    assert (gone["uid"], gone["status"], gone["transp"]) == (first["uid"], CANCELLED, "TRANSPARENT")
    assert gone["sequence"] > moved["sequence"]


def test_the_mails_of_a_visit_have_an_address_for_guests_that_follows_it_and_closes(app: Flask, client: PortalClient) -> None:
    def address() -> str:
        text = db.session.scalars(
            select(Mail.text).where(Mail.address.contains("officer.vienna")).order_by(Mail.id.desc())
        ).first()
        assert text is not None
        return re.search(r"/en/calendars/mentoring/visits/\S+\.ics", text)[0]  # type: ignore[index]

    with app.app_context():
        world, pairing = make_pair()
        officer = world.officer("oulu")
        world.officer("vienna")
        number = plan(world, pairing, online(pairing)).id
        sent = address()
    planned = events(client.get(sent).data)[0]
    assert (planned["location"], "Welcome" in planned["description"]) == ("https://meet.example/room", False)
    with app.app_context():
        visit = db.session.get_one(Visit, number)
        later = study(visit.pairing, SOON + timedelta(days=4))
        planning.edit_visit(visit, later, actor=officer, seen=visit.version)
        assert address() == sent
        db.session.commit()
    moved = events(client.get(sent).data)[0]
    assert (moved["uid"], moved["dtstart"].dt) == (planned["uid"], SOON + timedelta(days=4))
    assert "Ada Host" not in client.get(sent).get_data(as_text=True)
    with app.app_context():
        visit = db.session.get_one(Visit, number)
        planning.move_visit(visit, "cancel", actor=officer, seen=visit.version, reason="Ill.")
        assert address() == sent
        db.session.commit()
    assert events(client.get(sent).data)[0]["status"] == CANCELLED
    assert client.get(sent.replace(".ics", "x.ics")).status_code == 404
    with app.app_context():
        visit = db.session.get_one(Visit, number)
        visit.first_on = visit.last_on = today() - timedelta(days=31)
        db.session.commit()
    assert client.get(sent).status_code == 404


def test_an_online_meeting_is_a_moment_and_its_address_is_told_to_those_who_signed_in_only(context: None) -> None:
    world, pairing = make_pair()
    visit = plan(world, pairing, online(pairing))
    homes = {city.id: city for city in (world.city("vienna"), world.city("oulu"))}
    entry = feeds.visit_entry(visit, homes, "en")
    assert isinstance(entry.starts, datetime)
    assert entry.starts.astimezone(UTC).hour in {8, 9}
    assert "meet.example" not in str(entry)
    assert "meet.example" in str(feeds.visit_entry(visit, homes, "en", whole=True))


def test_the_pages_of_calendars(app: Flask, client: PortalClient, sign_in: Callable[..., PortalClient]) -> None:
    with app.app_context():
        world, pairing = make_pair()
        plan(world, pairing)
        ids = {slug: world.officer(slug).id for slug in ("oulu", "nuremberg")} | {
            "pairing": pairing.id,
            "boss": world.coordinator.id,
        }
    officer = sign_in(ids["oulu"])
    assert "Calendar of the mentoring of Oulu" in officer.get("/en/work/mentoring").get_data(as_text=True)
    for address in (f"/en/work/mentoring/pairings/{ids['pairing']}/calendar", "/en/work/mentoring/calendars/oulu"):
        assert "How Vienna welcomes" in officer.get(address).get_data(as_text=True)
        assert officer.post(f"{address}/renew").status_code == 303
        text = officer.get(address).get_data(as_text=True)
        feed = "/" + text.split('type="url" readonly value="', 1)[1].split('"', 1)[0].split("/", 3)[3]
        officer.sign_out()
        answer = officer.get(feed)
        assert str(events(answer.data)[0]["summary"]) == "How Vienna welcomes"
        assert officer.get(feed, headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304
        officer = sign_in(ids["oulu"])
        assert officer.post(f"{address}/close").status_code == 303
        assert officer.get(feed).status_code == 404
        stranger = sign_in(ids["nuremberg"])
        assert stranger.get(address).status_code == 404
        officer = sign_in(ids["oulu"])
    assert "Make an address" not in sign_in(ids["boss"]).get("/en/work/mentoring/calendars/oulu").get_data(as_text=True)


def test_the_phases_of_a_programme_that_is_not_public_are_shown_to_nobody(app: Flask, client: PortalClient) -> None:
    with app.app_context():
        world = make_programme()
        entries = feeds.phase_entries(world.programme, labels.PHASES, "First", "en")
        assert (entries[0].title, entries[0].starts) == ("First: Apply", today())
        assert len(entries) == 7
    # Its call is not published: nobody outside sees that there is one.
    assert client.get("/en/mentoring/first/calendar.ics").status_code == 404
    assert client.get("/en/mentoring/none/calendar.ics").status_code == 404


def test_a_programme_whose_call_is_published_gives_its_phases_to_everybody(app: Flask, client: PortalClient) -> None:
    with app.app_context():
        world = make_programme()
        call = world.programme.item.source
        body = {"title": "Cities learn", "summary": "A call.", "call": "Apply."}
        running.save_call(call, body, actor=world.coordinator, seen=call.version)
        for step, by in (("submit", world.coordinator), ("approve", person(Role.COORDINATOR, name="second"))):
            assert call.head is not None
            running.move_version(world.programme, call, step, actor=by, seen=call.version, seen_hash=call.head.sha256)
        db.session.commit()
    page = client.get("/en/mentoring/first").get_data(as_text=True)
    assert "/en/mentoring/first/calendar.ics" in page
    found = events(client.get("/de/mentoring/first/calendar.ics").data)
    assert len(found) == 7
    assert str(found[0]["summary"]).startswith("Cities learn: ")
    assert found[0]["dtstart"].dt == today()
