"""Visits of a pairing: what may be planned, what overlaps, who may do what, and who is told."""

from __future__ import annotations

import io
from datetime import date, time, timedelta

import pytest
from charter_world import PDF
from flask import Flask
from harness import statements
from mentoring_world import pair
from reporting_world import person
from sqlalchemy import select
from visit_world import PAST, SOON, make_pair, minute, online, plan, study

from icportal.cities import queries as cities
from icportal.core import audit
from icportal.core.actors import Role
from icportal.core.clock import today
from icportal.core.db import db
from icportal.core.errors import DomainError, FieldErrors, InvalidTransition, NotAllowed, NotFound, Stale
from icportal.core.files import StoredFile
from icportal.core.outbox import Mail
from icportal.mentoring import feeds, visit_overlaps, visit_worklists, visits
from icportal.mentoring.enums import PairingState
from icportal.mentoring.models import Visit, VisitDocument
from icportal.mentoring.services import pairings as working
from icportal.mentoring.services import visits as planning
from icportal.mentoring.visit_drafts import Item, Person, said_by
from icportal.mentoring.visit_flow import VISIT
from icportal.mentoring.visit_words import VisitKind
from icportal.workflow import engine
from icportal.workflow.definition import problems

pytestmark = pytest.mark.usefixtures("context")


def told() -> list[tuple[str, str]]:
    return [(mail.address, mail.subject) for mail in db.session.scalars(select(Mail).order_by(Mail.id))]


def refused(call: object) -> dict[str, str]:
    with pytest.raises(FieldErrors) as error:
        call()  # type: ignore[operator]
    return {field or "": str(message) for field, message in error.value.problems}


def test_the_way_of_a_visit_is_sound() -> None:
    from icportal.core.permissions import names

    assert problems(VISIT, names()) == []


@pytest.mark.databases
def test_a_visit_is_planned_moved_and_cancelled_and_the_other_city_hears_of_it() -> None:
    world, pairing = make_pair()
    world.officer("vienna")
    pairing.asked_on = today()
    db.session.commit()
    visit = plan(world, pairing)
    assert pairing.asked_on is None
    assert [mail for mail in told() if "A visit is planned" in mail[1]] == [
        ("city.officer.vienna@reporting.example", "A visit is planned: “How Vienna welcomes”")
    ]
    officer = world.officer("vienna")
    later = study(pairing, SOON + timedelta(days=3))
    assert planning.edit_visit(visit, later, actor=officer, seen=visit.version)
    assert not planning.edit_visit(visit, said_by(visit), actor=officer, seen=visit.version)
    with pytest.raises(InvalidTransition, match="Say why"):
        planning.move_visit(visit, "cancel", actor=officer, seen=visit.version)
    planning.move_visit(visit, "cancel", actor=officer, seen=visit.version, reason="A strike of the trains.")
    db.session.commit()
    assert [event.transition for event in engine.history(VISIT, visit.id)] == ["move", "cancel"]
    assert engine.history(VISIT, visit.id)[0].reason == f"{SOON} – {SOON + timedelta(days=1)}"
    subjects = [subject for to, subject in told() if to.startswith("city.officer.oulu")]
    assert subjects == ["Changed: “How Vienna welcomes”", "Cancelled: “How Vienna welcomes”"]
    assert visit.because == "A strike of the trains."
    with pytest.raises(InvalidTransition, match="cancelled"):
        planning.edit_visit(visit, later, actor=officer, seen=visit.version)
    with pytest.raises(NotFound, match="no such step"):
        planning.move_visit(visit, "write_minutes", actor=officer, seen=None)


def test_what_is_logged_tells_days_and_no_words() -> None:
    world, pairing = make_pair()
    plan(world, pairing)
    entry = db.session.scalars(select(audit.AuditEntry).where(audit.AuditEntry.action == "mentoring.visit:plan")).one()
    assert entry.after["first_on"] == SOON.isoformat()
    assert "welcomes" not in str(entry.after)


@pytest.mark.parametrize("state", [PairingState.PROPOSED, PairingState.COMPLETED, PairingState.ENDED])
def test_visits_are_planned_in_pairings_that_run(state: str) -> None:
    world, pairing = make_pair(state)
    with pytest.raises(InvalidTransition, match="once both have accepted"):
        planning.plan_visit(pairing, study(pairing), actor=world.officer("oulu"))


def test_who_may_plan_and_read() -> None:
    world, pairing = make_pair()
    visit = plan(world, pairing)
    for stranger in (world.officer("nuremberg"), person(Role.ADMINISTRATOR)):
        with pytest.raises(NotFound):
            visits.open_visit(visit.id, actor=stranger)
        with pytest.raises(NotFound):
            planning.plan_visit(pairing, study(pairing), actor=stranger)
    assert visits.open_visit(visit.id, actor=world.mayor("oulu")) is visit
    with pytest.raises(NotAllowed):
        planning.plan_visit(pairing, study(pairing), actor=world.mayor("oulu"))
    facilitator = person(Role.PEER_REVIEWER, name="guide")
    world.scheme().facilitator_id = facilitator.id
    db.session.commit()
    assert planning.plan_visit(pairing, online(pairing, SOON + timedelta(days=20)), actor=facilitator).id
    assert planning.plan_visit(pairing, online(pairing, SOON + timedelta(days=21)), actor=world.coordinator).id


# --- bad input -----------------------------------------------------------------------------------------------


def test_bad_days_hosts_and_hours_are_refused_at_their_fields() -> None:
    world, pairing = make_pair()
    officer, third = world.officer("oulu"), world.city("nuremberg").id

    def of(draft: object) -> dict[str, str]:
        return refused(lambda: planning.plan_visit(pairing, draft, actor=officer))  # type: ignore[arg-type]

    assert "before the first" in of(study(pairing, SOON, SOON - timedelta(days=1)))["last_on"]
    assert "at most 30 days" in of(study(pairing, SOON, SOON + timedelta(days=30)))["last_on"]
    assert "one of the two cities" in of(study(pairing, host_id=third))["host_id"]
    assert "goes to the mentor" in of(study(pairing, host_id=pairing.mentee_id))["host_id"]
    assert "visits the mentee" in of(study(pairing, kind=VisitKind.MENTORING))["host_id"]
    assert set(of(study(pairing, kind="party", title=" ", languages=(), interpreter="maybe", link="javascript:alert(1)"))) == {
        "kind", "title", "languages", "interpreter", "link",
    }  # fmt: skip
    assert set(of(online(pairing, hours=(None, None), zone="Mars/Base"))) == {"starts_at", "ends_at", "zone"}  # type: ignore[arg-type]
    assert "ends before it begins" in of(online(pairing, hours=(time(11), time(10))))["ends_at"]
    assert "one day" in of(online(pairing, last_on=SOON + timedelta(days=1)))["last_on"]
    outside = Item("Too late", SOON + timedelta(days=9))
    assert "no day of the visit" in of(study(pairing, agenda=(outside,)))["agenda"]
    assert "needs its title" in of(study(pairing, agenda=(Item("", SOON, time(9)),)))["agenda"]
    assert "of neither city" in of(study(pairing, people=(Person("Eve", city_id=third),)))["people"]
    assert "needs a name" in of(study(pairing, people=(Person("", "Mayor"),)))["people"]
    assert db.session.scalar(select(Visit.id)) is None


def test_an_agenda_is_kept_in_the_order_of_its_days_and_hours() -> None:
    world, pairing = make_pair()
    items = (Item("Last", SOON + timedelta(days=1)), Item("Second", SOON, time(11)), Item("First", SOON, time(9)))
    visit = plan(world, pairing, study(pairing, agenda=items))
    assert [each["title"] for each in visit.agenda] == ["First", "Second", "Last"]


@pytest.mark.databases
def test_visits_that_overlap_are_refused_and_only_those_who_may_know_are_told_which() -> None:
    world, pairing = make_pair()
    plan(world, pairing, study(pairing, SOON, SOON + timedelta(days=2)))
    other = pair(world, "vienna", "nuremberg")
    for first in (SOON - timedelta(days=1), SOON + timedelta(days=2)):
        draft = study(other, first, first + timedelta(days=1))
        hidden = refused(lambda draft=draft: planning.plan_visit(other, draft, actor=world.officer("nuremberg")))["first_on"]
        assert hidden == "Vienna has another visit of its mentoring on these days. Choose other days."
        shown = refused(lambda draft=draft: planning.plan_visit(other, draft, actor=world.officer("vienna")))["first_on"]
        assert "“How Vienna welcomes”" in shown


@pytest.mark.databases
def test_a_call_on_a_day_of_a_visit_is_planned_and_both_are_told_of() -> None:
    world, pairing = make_pair()
    plan(world, pairing, study(pairing, SOON, SOON + timedelta(days=2)))
    other = pair(world, "vienna", "nuremberg")
    both = [world.city("vienna"), world.city("nuremberg")]

    def warned(visit: Visit, slug: str) -> list[str]:
        return [str(each) for each in visit_overlaps.warnings(visit, both, actor=world.officer(slug), language="en")]

    call = planning.plan_visit(other, online(other), actor=world.officer("nuremberg"))
    assert warned(call, "nuremberg") == [
        "Vienna has something else of its mentoring on these days. Check with it that the hours suit."
    ]
    assert "“How Vienna welcomes”" in warned(call, "vienna")[0]
    assert (
        warned(planning.plan_visit(other, online(other, SOON + timedelta(days=3)), actor=world.officer("vienna")), "vienna") == []
    )
    # The other way round, too: a visit over the days of a call.
    later = planning.plan_visit(other, study(other, SOON + timedelta(days=3)), actor=world.officer("vienna"))
    assert "“A call”" in warned(later, "vienna")[0]


def test_what_is_cancelled_or_belongs_to_a_pairing_that_is_over_is_in_nobodys_way() -> None:
    world, pairing = make_pair()
    visit = plan(world, pairing)
    other = pair(world, "vienna", "nuremberg")
    assert "first_on" in refused(lambda: planning.plan_visit(other, study(other), actor=world.officer("nuremberg")))
    working.move_pairing(pairing, "end", actor=world.officer("oulu"), seen=pairing.version, reason="Enough.")
    assert visits.is_off(visit)
    assert planning.plan_visit(other, study(other), actor=world.officer("nuremberg")).id


@pytest.mark.databases
@pytest.mark.parametrize("step", ["complete", "end"])
def test_a_visit_to_come_falls_with_its_pairing_and_one_that_had_begun_still_waits_for_its_minutes(step: str) -> None:
    world, pairing = make_pair()
    coming, past = plan(world, pairing), plan(world, pairing, study(pairing, PAST, title="Past"))
    before = feeds.visit_entry(coming, cities.by_id(sorted(coming.city_ids)), "en")
    working.move_pairing(pairing, step, actor=world.officer("oulu"), seen=pairing.version, reason="Enough.")
    db.session.commit()
    rows = visits.visits_of(pairing)
    assert [(row.visit, row.is_next, row.fell_away) for row in rows] == [(coming, False, True), (past, False, False)]
    assert [visits.is_off(each) for each in (coming, past)] == [True, False]
    assert visits.missing(coming) == []
    entry = feeds.visit_entry(coming, cities.by_id(sorted(coming.city_ids)), "en")
    assert (entry.is_cancelled, entry.is_busy, entry.title) == (True, False, "Cancelled: “How Vienna welcomes”")
    assert entry.sequence > before.sequence
    # Weeks later nobody is asked for the minutes of what never was.
    coming.first_on = coming.last_on = today() - timedelta(days=1)
    pairing.state_since -= timedelta(days=2)
    db.session.commit()
    assert visits.without_minutes([pairing.mentee_id]) == ([past] if step == "complete" else [])


def test_two_online_meetings_collide_by_their_hours_whatever_the_clock() -> None:
    world, pairing = make_pair()
    officer = world.officer("oulu")
    visit = plan(world, pairing, online(pairing, hours=(time(10), time(11))))
    # Eleven in Oulu is ten in Vienna.
    same = online(pairing, hours=(time(11), time(12)), zone="Europe/Helsinki", host_id=pairing.mentee_id)
    assert "“A call”" in refused(lambda: planning.plan_visit(pairing, same, actor=officer))["first_on"]
    after = online(pairing, hours=(time(12), time(13)), zone="Europe/Helsinki", host_id=pairing.mentee_id)
    assert planning.plan_visit(pairing, after, actor=officer).id
    # A visit is not in its own way.
    assert planning.edit_visit(visit, online(pairing, hours=(time(9), time(11))), actor=officer, seen=visit.version)
    assert visits.elsewhere(visit, [world.city("vienna"), world.city("oulu")]) == [(world.city("oulu"), "10:00–12:00")]


def test_days_outside_the_agreed_time_are_a_warning_and_no_refusal() -> None:
    world, pairing = make_pair()
    pairing.ends_on = SOON
    db.session.commit()
    assert visits.is_outside(plan(world, pairing))
    assert not visits.is_outside(plan(world, pairing, study(pairing, SOON - timedelta(days=5))))


def test_of_two_who_change_a_visit_the_second_sees_both_versions() -> None:
    world, pairing = make_pair()
    visit = plan(world, pairing)
    seen = visit.version
    planning.edit_visit(visit, study(pairing, place="Main library"), actor=world.officer("vienna"), seen=seen)
    mine = study(pairing, title="Another title", kind=VisitKind.PEER, agenda=())
    with pytest.raises(Stale) as stale:
        planning.edit_visit(visit, mine, actor=world.officer("oulu"), seen=seen)
    both = {str(label): (mine, theirs) for label, mine, theirs in stale.value.differences}
    assert both["Place"] == ("Town hall, room 3", "Main library")
    assert both["What it is about"] == ("Another title", "How Vienna welcomes")
    assert both["What kind of visit"] == ("Peer visit", "Study visit to the mentor")
    assert both["Agenda"][0] == []
    assert both["Agenda"][1][0].endswith("Welcome Ada Host")
    with pytest.raises(Stale):
        planning.move_visit(visit, "cancel", actor=world.officer("oulu"), seen=seen, reason="Late.")


def test_a_visit_is_held_once_it_has_begun_and_can_be_put_back() -> None:
    world, pairing = make_pair()
    officer = world.officer("oulu")
    coming = plan(world, pairing)
    with pytest.raises(InvalidTransition):
        planning.move_visit(coming, "hold", actor=officer, seen=coming.version)
    visit = plan(world, pairing, study(pairing, PAST))
    planning.move_visit(visit, "hold", actor=officer, seen=visit.version)
    future = study(pairing, SOON + timedelta(days=30))
    assert "took place" in refused(lambda: planning.edit_visit(visit, future, actor=officer, seen=visit.version))["first_on"]
    planning.move_visit(visit, "put_back", actor=officer, seen=visit.version, reason="It was the other one.")
    assert visit.state == "planned"


# --- documents -------------------------------------------------------------------------------------------------


@pytest.mark.databases
def test_documents_are_checked_kept_and_removed_without_a_trace() -> None:
    world, pairing = make_pair()
    visit, officer = plan(world, pairing), world.officer("vienna")
    for bad, name in ((b"", "empty.pdf"), (b"MZ\x90\x00 a program", "slides.pdf")):
        with pytest.raises(DomainError) as error:
            planning.add_document(visit, io.BytesIO(bad), name, title="", actor=officer)
        assert error.value.field == "upload"
    with pytest.raises(NotFound):
        planning.add_document(visit, io.BytesIO(PDF), "a.pdf", title="", actor=world.officer("nuremberg"))
    document = planning.add_document(visit, io.BytesIO(PDF), "slides.pdf", title="Slides", actor=officer)
    db.session.commit()
    assert visits.document_of(visit, document.id).file.name == "slides.pdf"
    with pytest.raises(NotFound):
        visits.document_of(visit, document.id + 1)
    planning.remove_document(visit, document, actor=world.officer("oulu"))
    db.session.commit()
    assert (db.session.scalar(select(VisitDocument.id)), db.session.scalar(select(StoredFile.id))) == (None, None)


# --- what is shown and what waits --------------------------------------------------------------------------------


def test_the_next_visit_stands_first_then_what_follows_then_what_is_past() -> None:
    world, pairing = make_pair()
    bare = study(pairing, SOON + timedelta(days=9), title="Far", place="", agenda=(), people=())
    for draft in (
        bare,
        study(pairing, title="Near"),
        study(pairing, PAST, title="Past"),
        study(pairing, PAST - timedelta(days=9), title="Older"),
    ):
        plan(world, pairing, draft)
    rows = visits.visits_of(pairing)
    assert [(row.visit.title, row.is_next) for row in rows] == [("Near", True), ("Far", False), ("Past", False), ("Older", False)]
    assert [str(each) for each in rows[1].missing] == [
        "The place is missing.", "The agenda is missing.", "Nobody is named yet who takes part.",
    ]  # fmt: skip
    assert [str(each) for each in rows[2].missing] == ["Say whether it took place."]
    assert rows[0].missing == []


def test_the_list_of_visits_asks_the_database_no_more_for_many(app: Flask) -> None:
    world, pairing = make_pair()
    counts = []
    for number in range(3):
        visit = plan(world, pairing, study(pairing, PAST - timedelta(days=10 * number)))
        minute(world, visit, "Decided")
        if number in {0, 2}:
            db.session.expire_all()
            assert pairing.mentor_id
            with statements(app) as sent:
                visits.visits_of(pairing)
            counts.append(len(sent))
    assert counts[0] == counts[1]


def test_minutes_that_are_missing_or_to_confirm_wait_for_the_cities() -> None:
    world, pairing = make_pair()
    assert visit_worklists.provide(world.coordinator, 10) == []
    visit = plan(world, pairing, study(pairing, PAST))

    def waits(slug: str) -> dict[str, list[str]]:
        return {each.key: [entry.title for entry in each.entries] for each in visit_worklists.provide(world.officer(slug), 10)}

    assert waits("oulu")["mentoring.minutes"] == waits("vienna")["mentoring.minutes"] == ["How Vienna welcomes"]
    minute(world, visit)
    assert waits("vienna") == {"mentoring.minutes": [], "mentoring.minutes_to_confirm": ["How Vienna welcomes"]}
    assert waits("oulu") == {"mentoring.minutes": [], "mentoring.minutes_to_confirm": []}


def test_a_mail_tells_days_hours_and_place_in_the_readers_language() -> None:
    world, pairing = make_pair()
    person(Role.CITY_OFFICER, "vienna", language="de")
    world.city("vienna").names = {"de": "Wien"}
    db.session.commit()
    plan(world, pairing, online(pairing, date(2027, 3, 9)))
    text = db.session.scalars(select(Mail.text).order_by(Mail.id.desc())).first()
    assert text is not None
    assert "9. März 2027, 10:00–11:00" in text
    assert "Wien" in text
    assert "/de/work/mentoring/visits/" in text
