"""The programme of a demonstration: what it holds, how it is matched, that it is marked, and that no other portal has it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from harness import PortalClient
from sqlalchemy import func, select

from icportal.accounts.demonstration import DEMO_ACCOUNTS
from icportal.cities.models import City
from icportal.config import Mode
from icportal.core.actors import Actor, Grant, Role
from icportal.core.db import db
from icportal.core.errors import NotAllowed
from icportal.core.outbox import Mail
from icportal.mentoring import applications, evidence, matchings, pools
from icportal.mentoring.enums import ApplicationState, Phase
from icportal.mentoring.matching import runs
from icportal.mentoring.models import Application, Programme
from icportal.mentoring.services import applications as applying
from icportal.mentoring.services import matching
from icportal.mentoring.services.demonstration import load_demonstration_programme
from icportal.toolkits.loading import SHIPPED

MADE_UP = "made up for the demonstration"
COORDINATOR = Actor(id=None, name="", grants=frozenset({Grant(Role.COORDINATOR)}))


@pytest.fixture
def seeded(seeded_app: Flask) -> Any:
    with seeded_app.app_context():
        yield seeded_app


def programme() -> Programme:
    return db.session.scalars(select(Programme)).one()


def said() -> dict[str, Application]:
    slugs = {city.id: city.slug for city in db.session.scalars(select(City))}
    return {slugs[each.city_id]: each for each in applications.sent_applications(programme())}


def pairs(outcome: dict[str, Any], aim: str) -> set[tuple[str, str]]:
    return {(pair["mentor"], pair["mentee"]) for pair in outcome[aim]["pairs"]}


@pytest.mark.databases
def test_four_themes_and_twelve_cities_wait_for_their_matching(seeded: Flask) -> None:
    found = programme()
    assert (found.state, found.is_demonstration, found.item.source.is_published) == (Phase.MATCH, True, True)
    assert [scheme.toolkit for scheme in found.schemes] == list(SHIPPED)
    assert all(scheme.facilitator_name for scheme in found.schemes)
    sent = applications.sent_applications(found)
    assert len(sent) == 12
    assert {each.state for each in sent} == {ApplicationState.SUBMITTED}
    assert all(applying.missing(each) == [] for each in sent)
    assert db.session.scalar(select(func.count()).select_from(Mail)) == 0, "nobody is told of what is made up"
    assert load_demonstration_programme() == 0, "a second call adds nothing"


def test_what_cities_reported_stands_behind_their_needs_and_offers(seeded: Flask) -> None:
    sent = said()
    riga, genoa, ghent = (sent[slug] for slug in ("riga", "genoa", "ghent"))
    assert riga.needs[0].gap > 0
    assert {line["grade"] for line in riga.needs[0].evidence} <= {"partly", "not_at_all"}
    assert riga.needs[0].evidence
    assert any(line["kind"] == "practice" for line in genoa.offers[0].evidence)
    titles = [line["title"] for line in genoa.offers[0].evidence if line["kind"] == "practice"]
    assert genoa.offers[0].text == "\n".join(titles), "an offer nobody wrote begins with the city’s practices"
    assert ghent.offers[0].strength > evidence.UNPROVEN_STRENGTH


def test_genoa_and_riga_come_out_of_both_results_and_milan_is_left_over_because_of_a_language(seeded: Flask) -> None:
    outcome = runs.run(pools.pool_of(programme()))
    for aim in ("best", "stable"):
        assert ("genoa", "riga") in pairs(outcome, aim)
        left = outcome[aim]["left_over"]
        assert [each["mentee"] for each in left] == ["milan"]
        assert {rule for rules in left[0]["mentors"].values() for rule in rules} == {"no_language"}
        assert (left[0]["helps"][0]["change"], left[0]["helps"][0]["value"]) == ("language", "en")
    assert pairs(outcome, "best") != pairs(outcome, "stable"), "there is something to choose"


def test_milan_adds_a_language_and_is_placed(seeded: Flask) -> None:
    found = programme()
    matching.choose(
        found, matching.compute(found, actor=COORDINATOR), "best", why="Nobody is far from a wish.", actor=COORDINATOR
    )
    milan = said()["milan"]
    officer = Actor(id=None, name="", grants=frozenset({Grant(Role.CITY_OFFICER, city_id=milan.city_id)}))
    applying.move_application(milan, found, "change", actor=officer, seen=milan.version)
    draft = replace(applying.draft_of(milan), skills=(*applying.draft_of(milan).skills, ("Funzionaria", "en", "b2")))
    city = db.session.get_one(City, milan.city_id)
    applying.save_application(found, city, draft, actor=officer, seen=milan.version)
    applying.move_application(milan, found, "submit", actor=officer, seen=milan.version)
    again = matching.compute(found, actor=COORDINATOR)
    assert pairs(again.outcome, "best") == {("oslo", "milan")}
    assert len(again.outcome["standing"]) == 7
    assert matchings.repeats_itself(again)


def test_it_is_marked_wherever_it_shows(seeded_app: Flask, client: PortalClient, sign_in: Any) -> None:
    for address in ("/en/mentoring", "/en/mentoring/implementoring-a-second-time"):
        assert MADE_UP in client.get(address).get_data(as_text=True), address
    coordinator = sign_in("coordinator")
    for address in ("/en/work/mentoring", "/en/work/mentoring/implementoring-a-second-time"):
        assert MADE_UP in coordinator.get(address).get_data(as_text=True), address


def test_its_cities_have_people_who_can_sign_in() -> None:
    cities = {(account.role, account.city) for account in DEMO_ACCOUNTS}
    for city in ("genoa", "riga"):
        assert {(Role.CITY_OFFICER, city), (Role.MAYOR_OFFICE, city)} <= cities
    assert (Role.CITY_OFFICER, "milan") in cities


def test_no_other_portal_has_it(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(app.config, "SETTINGS", replace(app.config["SETTINGS"], mode=Mode.PRODUCTION))
    with app.app_context():
        with pytest.raises(NotAllowed):
            load_demonstration_programme()
        assert db.session.scalars(select(Programme)).all() == []
