"""What comes after a pairing: a practice by one click, hours and costs, the certificate, the record that goes on, the city's page."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from harness import PortalClient, statements
from mentoring_world import Mentoring, apply, make_programme, pair
from reporting_world import person
from sqlalchemy import select, update
from visit_world import PAST, confirm, minute, plan, study

from icportal.accounts.models import User
from icportal.cities.models import TimelineEntry
from icportal.core.actors import Actor, Role
from icportal.core.clock import today
from icportal.core.db import db
from icportal.core.errors import DomainError, FieldErrors, InvalidTransition, NotAllowed, NotFound
from icportal.core.outbox import Mail
from icportal.mentoring import certificates, ledger, outcomes, pairing_worklists, pairings, programmes, ratings
from icportal.mentoring.enums import PairingState, Phase
from icportal.mentoring.models import Certificate, LedgerEntry, Pairing, Programme, Rating, Visit
from icportal.mentoring.notices import people_of_city
from icportal.mentoring.services import answers, decisions, matching, minutes
from icportal.mentoring.services import ledger as spending
from icportal.mentoring.services import outcomes as making
from icportal.mentoring.services import pairings as working
from icportal.mentoring.services.ledger import Spent
from icportal.mentoring.services.minutes import DecisionDraft, MinutesDraft
from icportal.mentoring.services.pairings import Agreement
from icportal.practices.models import Practice
from icportal.web.page_cache import PublicStamp

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
        {"note": "x" * 301}, {"hours": 9999.0}, {"hours": 0.001},
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


def test_a_certificate_reaches_the_mentor_and_leaves_the_list_of_those_to_give(world: Mentoring) -> None:
    def waiting(actor: Actor) -> dict[str, list[str]]:
        return {each.key: [entry.title for entry in each.entries] for each in pairing_worklists.provide(actor, 10)}

    officer, pairing = world.officer("genoa"), completed(world)
    db.session.execute(update(User).where(User.id == officer.id).values(language="it"))
    assert waiting(world.coordinator)["mentoring.certificates"] == ["Riga"]
    assert "mentoring.certificates" not in waiting(officer)
    certificate = spending.certify(pairing, actor=world.coordinator)
    spending.certify(pairing, actor=world.coordinator)
    mails = list(db.session.scalars(select(Mail).where(Mail.text.contains(certificate.code))))
    assert sorted(mail.address for mail in mails) == sorted(user.email for user in people_of_city(pairing.mentor_id))
    (own,) = (mail for mail in mails if mail.recipient_id == officer.id)
    assert own.language == "it"
    assert f"/it/mentoring/certificates/{certificate.code}" in own.text
    assert waiting(world.coordinator)["mentoring.certificates"] == []


def test_a_ledger_of_one_year(world: Mentoring) -> None:
    genoa, riga, officer = world.city("genoa"), world.city("riga"), world.officer("genoa")
    first, second, year = completed(world), completed(world, "genoa", "ghent"), today().year - 1
    spending.note_spent(first, genoa, spent(2, on=date(year - 1, 12, 31)), actor=officer)
    spending.note_spent(first, genoa, spent(3, on=date(year, 1, 1)), actor=officer)
    spending.note_spent(second, genoa, spent(4, on=date(year, 11, 2)), actor=officer)

    def hours(of: int | None) -> list[float]:
        return [row.own.hours for row in ledger.ledger_of(genoa, "en", of)]

    assert (hours(None), hours(year), hours(year - 1), hours(year - 2)) == ([4, 5], [4, 3], [2], [])
    assert (ledger.years_of(genoa), ledger.years_of(riga)) == ([year, year - 1], [year, year - 1])


def test_an_action_made_of_a_decision_serves_the_commitments_of_the_theme(world: Mentoring) -> None:
    pairing = pair(world, "vienna", "oulu")
    visit = confirm(world, minute(world, plan(world, pairing, study(pairing, PAST)), "Open a desk"))
    assert visit.minutes is not None
    (made,) = decisions.make_actions(visit, [visit.minutes.decisions[0].id], actor=world.officer("oulu"))
    assert made.action.commitments
    assert made.action.commitments == sorted(ratings.benchmark_of(pairing, "en").commitments)


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


def test_a_proposal_that_was_declined_or_lapsed_was_no_mentoring(world: Mentoring) -> None:
    scheme, genoa, riga = world.scheme(), world.city("genoa"), world.city("riga")
    declined = pair(world, "genoa", "riga", state=PairingState.PROPOSED)
    answers.decline(declined, riga, reason="Not this year.", actor=world.officer("riga"))
    lapsed = pair(world, "genoa", "riga", state=PairingState.PROPOSED, answer_by=today() - timedelta(days=1))
    answers.accept(lapsed, genoa, actor=world.officer("genoa"))
    answers.lapse_unanswered()
    with pytest.raises(InvalidTransition, match="once both cities have accepted"):
        spending.note_spent(declined, riga, spent(), actor=world.officer("riga"))
    assert (ledger.ledger_of(genoa, "en"), ledger.ledger_of(riga, "en")) == ([], [])
    assert pairings.last_mentoring(genoa, riga) is None

    running = pair(world, "genoa", "riga")
    assert pairings.last_mentoring(genoa, riga) is None, "it is not over"
    working.move_pairing(running, "end", actor=world.officer("riga"), seen=running.version, reason="The mayor left.")
    new = matching.propose_one(scheme, genoa, riga, run=None, reasons={}, actor=world.coordinator)
    assert new.previous_id == running.id
    assert [row.pairing.id for row in ledger.ledger_of(genoa, "en")] == [running.id]


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


def test_a_kept_public_page_shows_a_pair_once_both_have_signed_and_that_it_is_over(
    seeded_app: Flask, client: PortalClient
) -> None:
    def kept() -> str:
        return re.sub(r"<[^>]+>", "", client.get(f"/en/mentoring/{DEMONSTRATION}").get_data(as_text=True))

    with seeded_app.app_context():
        programme = programmes.public_programme(DEMONSTRATION, "en").programme
        shown = Mentoring(programme.id, {scheme.toolkit: scheme.id for scheme in programme.schemes})
        pairing = pair(shown, "genoa", "riga", state=PairingState.ACCEPTED)
        agreed = Agreement(goal="One voice", visits="One each", costs="Each its own", exit="By mail", languages=("en",))
        working.write_agreement(pairing, agreed, actor=shown.officer("riga"), seen_sha256=pairing.agreement_sha256)
        db.session.commit()
        assert "Genoa mentors Riga." not in kept()
        for slug in ("genoa", "riga"):
            working.sign(pairing, shown.city(slug), seen_sha256=pairing.agreement_sha256, actor=shown.officer(slug))
        db.session.commit()
        assert "Genoa mentors Riga." in kept()
        working.move_pairing(pairing, "complete", actor=shown.officer("riga"), seen=pairing.version)
        db.session.commit()
        assert "Genoa mentored Riga." in kept()


def test_a_line_of_the_journal_drops_no_kept_page(world: Mentoring) -> None:
    pairing = pair(world, "genoa", "riga")
    before = db.session.scalar(select(PublicStamp.value))
    working.write_journal(
        pairing, text="A call.", on=today(), kind="contact", language="en", city=None, actor=world.officer("riga")
    )
    db.session.commit()
    assert db.session.scalar(select(PublicStamp.value)) == before
    working.move_pairing(pairing, "pause", actor=world.officer("riga"), seen=pairing.version, reason="Elections.")
    db.session.commit()
    assert db.session.scalar(select(PublicStamp.value)) == (before or 0) + 1


def test_a_coordinator_opens_what_was_completed_by_mistake_and_it_leaves_the_public_pages(world: Mentoring) -> None:
    programme = programmes.public_programme(DEMONSTRATION, "en").programme
    shown = Mentoring(programme.id, {scheme.toolkit: scheme.id for scheme in programme.schemes})
    pairing = pair(shown, "genoa", "riga")
    working.move_pairing(pairing, "complete", actor=shown.officer("riga"), seen=pairing.version)
    code = spending.certify(pairing, actor=shown.coordinator).code
    # That the programme is over meanwhile changes nothing.
    db.session.execute(update(Programme).where(Programme.id == programme.id).values(state=Phase.CLOSED))
    for actor in (shown.officer("riga"), shown.mayor("genoa")):
        with pytest.raises(NotAllowed):
            working.move_pairing(pairing, "reopen", actor=actor, seen=pairing.version, reason="We are not done.")
    with pytest.raises(InvalidTransition, match="Say why"):
        working.move_pairing(pairing, "reopen", actor=shown.coordinator, seen=pairing.version)
    working.move_pairing(pairing, "reopen", actor=shown.coordinator, seen=pairing.version, reason="A click too many.")
    assert (pairing.state, pairing.because) == (PairingState.ACTIVE, "A click too many.")
    assert db.session.query(TimelineEntry).filter_by(module="mentoring").count() == 0
    assert outcomes.completed_of(shown.city("riga"), "en") == []
    with pytest.raises(NotFound):
        certificates.find(code)
    working.move_pairing(pairing, "complete_early", actor=shown.officer("riga"), seen=pairing.version, reason="Now we are.")
    assert db.session.query(TimelineEntry).filter_by(module="mentoring").count() == 2
    assert spending.certify(pairing, actor=shown.coordinator).code != code
    working.move_pairing(pairing, "reopen", actor=shown.coordinator, seen=pairing.version, reason="And again.")


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
    german = f"{address}/ledger".replace("/en/", "/de/")
    for typed in ("sNaN", "0,001", "zwei"):
        answer = client.post(german, data={**noted, "hours": typed})
        assert answer.status_code == 422
        assert typed in answer.get_data(as_text=True)
    assert client.post(german, data={**noted, "hours": "2,5"}).status_code == 303
    assert "4 h" in client.get(f"{address}/ledger").get_data(as_text=True)
    assert "Mentored by Genoa" in client.get("/en/work/mentoring/ledger/riga").get_data(as_text=True)
    assert client.get("/en/work/mentoring/ledger/genoa").status_code == 404
    table = client.get("/en/work/mentoring/ledger/riga/table.csv").get_data(as_text=True)
    assert "mentee,Genoa" in table
    this, address_of = today().year, "/en/work/mentoring/ledger/riga"
    assert f'<option value="{this}" selected>' in client.get(f"{address_of}?year={this}").get_data(as_text=True)
    assert "Nothing was noted in this year." in client.get(f"{address_of}?year=1999").get_data(as_text=True)
    assert "mentee,Genoa" in client.get(f"{address_of}/table.csv?year={this}").get_data(as_text=True)
    assert "Genoa" not in client.get(f"{address_of}/table.csv?year=1999").get_data(as_text=True)

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
