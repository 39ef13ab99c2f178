"""What comes after a pairing: a practice by one click, hours and costs, the certificate, the record that goes on, the city's page."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from harness import PortalClient, statements
from mentoring_world import Mentoring, apply, make_programme, pair
from reporting_world import person
from sqlalchemy import select, update

from icportal.cities.models import TimelineEntry
from icportal.core.actors import Role
from icportal.core.clock import today
from icportal.core.db import db
from icportal.core.errors import DomainError, FieldErrors, InvalidTransition, NotAllowed, NotFound
from icportal.mentoring import certificates, ledger, outcomes, programmes
from icportal.mentoring.enums import PairingState, Phase
from icportal.mentoring.models import Certificate, LedgerEntry, Pairing, Rating, Visit
from icportal.mentoring.services import ledger as spending
from icportal.mentoring.services import matching, minutes
from icportal.mentoring.services import outcomes as making
from icportal.mentoring.services import pairings as working
from icportal.mentoring.services.ledger import Spent
from icportal.mentoring.services.minutes import DecisionDraft, MinutesDraft
from icportal.practices.models import Practice

pytestmark = pytest.mark.databases
AGREED = {"goal": "Riga speaks with one voice.", "visits": "", "costs": "", "exit": ""}
DEMONSTRATION = "implementoring-a-second-time"


@pytest.fixture
def world(seeded_app: Flask) -> Any:
    with seeded_app.app_context():
        yield make_programme(phase=Phase.EVALUATE)


def completed(world: Mentoring, mentor: str = "genoa", mentee: str = "riga") -> Pairing:
    return pair(world, mentor, mentee, state=PairingState.COMPLETED, agreement=AGREED)


def spent(hours: float | None = 2.5, cost: int | None = None, **said: Any) -> Spent:
    return Spent(**{"on": today(), "hours": hours, "cost": cost, "kind": "visit", "note": "Two days in the press office", **said})


def test_the_success_becomes_a_practice_once(world: Mentoring) -> None:
    pairing, officer = completed(world), world.officer("riga")
    sources = [row.facts["practice"] for row in outcomes.sources_of(pairing, world.city("genoa"), "en")]
    number = making.make_practice(pairing, title="One voice", language="en", adopted_from=sources[:1], actor=officer)
    practice = db.session.get_one(Practice, number)
    assert (practice.city_id, practice.adopted_from) == (world.city("riga").id, sources[:1])
    assert practice.commitments
    assert practice.item.source.title == "One voice"
    assert "one voice" in str(practice.item.source.head.body if practice.item.source.head else "")
    assert making.make_practice(pairing, title="Again", language="en", adopted_from=[], actor=officer) == number
    assert db.session.query(Practice).filter_by(city_id=practice.city_id).filter(Practice.id >= number).count() == 1


def test_a_practice_begins_with_what_was_agreed_decided_and_said_in_the_language_chosen(world: Mentoring) -> None:
    pairing, officer = pair(world, "genoa", "riga", agreement=AGREED), world.officer("riga")
    visit = Visit(
        pairing_id=pairing.id, kind="study", host_id=pairing.mentor_id, title="There", first_on=today(), last_on=today(),
        languages=["en"], state="held",
    )  # fmt: skip
    db.session.add(visit)
    db.session.flush()
    decided = (DecisionDraft("Open a press desk.", pairing.mentee_id), DecisionDraft("Lend a trainer.", pairing.mentor_id))
    said = MinutesDraft("We met.", "en", decided)
    minutes.write_minutes(visit, said, city=world.city("riga"), actor=officer, seen=0)
    assert "how_it_works" not in outcomes.words_of(pairing, "en")
    read = visit.minutes.sha256 if visit.minutes else ""
    minutes.confirm_minutes(visit, world.city("genoa"), seen_sha256=read, actor=world.officer("genoa"))
    answers = {"worked": "Runāt kopā."}
    db.session.add(
        Rating(
            pairing_id=pairing.id, city_id=pairing.mentee_id, moment="after", language="lv", answers=answers, state="handed_in",
        )
    )  # fmt: skip
    working.move_pairing(pairing, "complete", actor=officer, seen=pairing.version)
    title = outcomes.title_of(pairing, "lv")
    number = making.make_practice(pairing, title=title, language="lv", adopted_from=[], actor=officer)
    source = db.session.get_one(Practice, number).item.source
    assert (source.language, source.title) == ("lv", title)
    assert source.head is not None
    assert {name: source.head.body[name] for name in ("issue_and_goals", "how_it_works", "results")} == {
        "issue_and_goals": "[English] Riga speaks with one voice.",
        "how_it_works": "[English] Open a press desk.",
        "results": "Runāt kopā.",
    }
    with pytest.raises(FieldErrors, match="language"):
        making.make_practice(
            completed(world, "genoa", "ghent"), title="X", language="xx", adopted_from=[], actor=world.officer("ghent")
        )


def test_who_may_make_it_a_practice_and_when(world: Mentoring) -> None:
    active = pair(world, "genoa", "ghent")
    with pytest.raises(InvalidTransition):
        making.make_practice(active, title="Too early", language="en", adopted_from=[], actor=world.officer("ghent"))
    over = completed(world)
    for actor in (world.officer("genoa"), world.mayor("genoa")):
        with pytest.raises(NotAllowed):
            making.make_practice(over, title="Not ours", language="en", adopted_from=[], actor=actor)
    with pytest.raises(NotFound):
        making.make_practice(over, title="Whose?", language="en", adopted_from=[], actor=world.officer("oulu"))
    with pytest.raises(FieldErrors, match="title"):
        making.make_practice(over, title=" ", language="en", adopted_from=[], actor=world.officer("riga"))
    with pytest.raises(FieldErrors, match="mentor"):
        making.make_practice(over, title="One voice", language="en", adopted_from=[999_999], actor=world.officer("riga"))


def test_hours_and_costs_add_up(world: Mentoring) -> None:
    pairing, riga, genoa = completed(world), world.city("riga"), world.city("genoa")
    spending.note_spent(pairing, genoa, spent(2.5, 100), actor=world.officer("genoa"))
    spending.note_spent(pairing, genoa, spent(0.25, 50, currency="CHF"), actor=world.officer("genoa"))
    own = spending.note_spent(pairing, riga, spent(None, 30), actor=world.mayor("riga"))
    sums = ledger.sums_of([pairing.id])
    assert sums[pairing.id, genoa.id].hours == 2.75
    assert sums[pairing.id, genoa.id].money == [("CHF", 50), ("EUR", 100)]
    assert sums[pairing.id, riga.id].money == [("EUR", 30)]
    row = ledger.ledger_of(genoa, "en")[0]
    assert (row.gave, row.own.hours, row.others.money, row.other.slug) == (True, 2.75, [("EUR", 30)], "riga")
    assert ledger.ledger_of(riga, "en")[0].gave is False
    with pytest.raises(NotAllowed):
        spending.take_away(own, actor=world.officer("genoa"))
    spending.take_away(own, actor=world.officer("riga"))
    assert db.session.query(LedgerEntry).count() == 2


@pytest.mark.parametrize(
    "wrong",
    [
        {"on": today() + timedelta(days=1)}, {"hours": None}, {"hours": -1.0}, {"cost": -5}, {"kind": "party"}, {"currency": "XXX"},
        {"note": "x" * 301}, {"hours": 9999.0},
    ],
)  # fmt: skip
def test_what_cannot_be_is_not_noted(world: Mentoring, wrong: dict[str, Any]) -> None:
    pairing = completed(world)
    with pytest.raises(FieldErrors):
        spending.note_spent(pairing, world.city("riga"), spent(**wrong), actor=world.officer("riga"))
    with pytest.raises(NotAllowed):
        spending.note_spent(pairing, world.city("genoa"), spent(), actor=world.officer("riga"))
    assert db.session.query(LedgerEntry).count() == 0


def test_a_certificate_is_given_once_and_shows_when_it_was_changed(world: Mentoring) -> None:
    pairing = completed(world)
    spending.note_spent(pairing, world.city("genoa"), spent(6), actor=world.officer("genoa"))
    with pytest.raises(NotAllowed):
        spending.certify(pairing, actor=world.officer("genoa"))
    certificate = spending.certify(pairing, actor=world.coordinator)
    assert spending.certify(pairing, actor=world.coordinator).id == certificate.id
    said = certificates.said_in(certificates.find(certificate.code.lower()), "it")
    assert (said.mentor, said.mentee, said.hours, said.visits) == ("Genova", "Riga", 6, 0)
    with pytest.raises(NotFound):
        certificates.find("AAAA-BBBB-CC")
    with pytest.raises(InvalidTransition):
        spending.certify(pair(world, "genoa", "ghent"), actor=world.coordinator)


def test_the_record_of_two_cities_goes_on(world: Mentoring) -> None:
    earlier = completed(world)
    later = make_programme(phase=Phase.MATCH, slug="second")
    apply(later, "genoa", offers=("public-perception",))
    apply(later, "riga", needs=("public-perception",))
    scheme, both = later.scheme(), (later.city("genoa"), later.city("riga"))
    matching.rule_pair(scheme, *both, "lock", reason="They go on from where they stopped.", actor=later.coordinator)
    run = matching.compute(later.programme, actor=later.coordinator)
    (pairing,) = matching.choose(later.programme, run, "best", why="They know each other.", actor=later.coordinator)
    assert pairing.previous_id == earlier.id


def test_a_completed_pairing_stands_on_both_pages_of_a_public_programme(world: Mentoring) -> None:
    private = pair(world, "genoa", "riga")
    working.move_pairing(private, "complete", actor=world.officer("riga"), seen=private.version)
    assert outcomes.completed_of(world.city("riga"), "en") == []
    assert db.session.query(TimelineEntry).filter_by(module="mentoring").count() == 0

    programme = programmes.public_programme(DEMONSTRATION, "en").programme
    shown = Mentoring(programme.id, {scheme.toolkit: scheme.id for scheme in programme.schemes})
    open_one = pair(shown, "genoa", "riga")
    working.move_pairing(open_one, "complete", actor=world.officer("riga"), seen=open_one.version)
    (row,) = outcomes.completed_of(world.city("riga"), "en")
    assert (row.mentor.slug, row.practice) == ("genoa", None)
    kept = {entry.city_id for entry in db.session.scalars(select(TimelineEntry).where(TimelineEntry.module == "mentoring"))}
    assert kept == {world.city("riga").id, world.city("genoa").id}


def test_the_pages_of_what_comes_after(seeded_app: Flask, client: PortalClient) -> None:
    with seeded_app.app_context():
        programme = programmes.public_programme(DEMONSTRATION, "en").programme
        world = Mentoring(programme.id, {scheme.toolkit: scheme.id for scheme in programme.schemes})
        pairing = completed(world)
        ids = {slug: world.officer(slug).id for slug in ("riga", "genoa", "oulu")} | {"coordinator": world.coordinator.id}
        address = f"/en/work/mentoring/pairings/{pairing.id}"
        db.session.commit()

    client.sign_in(ids["riga"])
    assert "Make a practice draft" in client.get(address).get_data(as_text=True)
    refused = client.post(f"{address}/practice", data={"title": "", "language": "en", "adopted_from": []})
    assert refused.status_code == 422
    begun = client.get(address).get_data(as_text=True)
    title = re.search(r'name="title"[^>]* value="([^"]+)"', begun) or re.search(r'value="([^"]+)"[^>]* name="title"', begun)
    assert title is not None
    assert title[1].endswith(" in Riga")
    assert '<option selected value="en">' in begun
    made = client.post(f"{address}/practice", data={"title": title[1], "language": "en"})
    assert made.status_code == 303
    assert "The practice made of this mentoring" in client.get(address).get_data(as_text=True)
    wrong = client.post(
        f"{address}/ledger", data={"on_date": today().isoformat(), "kind": "visit", "currency": "EUR", "note": "Kept"}
    )
    assert wrong.status_code == 422
    assert "Enter hours, costs, or both." in wrong.get_data(as_text=True)
    assert "Kept" in wrong.get_data(as_text=True)
    noted = {"on_date": today().isoformat(), "kind": "visit", "hours": "1.5", "currency": "EUR", "note": "=1+1"}
    assert client.post(f"{address}/ledger", data=noted).status_code == 303
    assert "1.5 h" in client.get(f"{address}/ledger").get_data(as_text=True)
    assert "Mentored by Genoa" in client.get("/en/work/mentoring/ledger/riga").get_data(as_text=True)
    assert client.get("/en/work/mentoring/ledger/genoa").status_code == 404
    table = client.get("/en/work/mentoring/ledger/riga/table.csv").get_data(as_text=True)
    assert "mentee,Genoa" in table

    client.sign_in(ids["oulu"])
    assert client.get(f"{address}/ledger").status_code == 404
    client.sign_in(ids["coordinator"])
    given = client.post(f"{address}/certificate")
    assert given.status_code == 303
    page = given.headers["Location"]
    client.post("/en/sign-out")
    assert "Genoa has mentored Riga." in client.get(page).get_data(as_text=True)
    assert "Mentored by Genoa" in client.get("/en/cities/riga").get_data(as_text=True)
    with seeded_app.app_context():
        db.session.execute(update(Certificate).values(content={**db.session.query(Certificate).one().content, "visits": 99}))
        db.session.commit()
    assert "This is not what was certified" in client.get(page).get_data(as_text=True)


def test_a_ledger_asks_as_often_for_many_as_for_few(seeded_app: Flask, client: PortalClient) -> None:
    def more(others: tuple[str, ...]) -> None:
        with seeded_app.app_context():
            world = make_programme(phase=Phase.EVALUATE, slug=others[0])
            for slug in others:
                where = completed(world, "genoa", slug)
                spending.note_spent(where, world.city("genoa"), spent(), actor=world.officer("genoa"))
            db.session.commit()

    more(("riga",))
    with seeded_app.app_context():
        client.sign_in(person(Role.COORDINATOR).id)

    def asked() -> int:
        client.get("/en/work/mentoring/ledger/genoa")
        with statements(seeded_app) as sent:
            assert client.get("/en/work/mentoring/ledger/genoa").status_code == 200
        return len(sent)

    few = asked()
    more(("ghent", "oulu", "vienna"))
    assert asked() == few


def test_a_refusal_says_what_to_do(world: Mentoring) -> None:
    proposed = pair(world, "genoa", "oulu", state=PairingState.PROPOSED, starts_on=None)
    with pytest.raises(DomainError, match="once both cities have accepted"):
        spending.note_spent(proposed, world.city("oulu"), spent(), actor=world.officer("oulu"))
