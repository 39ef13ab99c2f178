"""Preparation and evaluation: what is kept, what is asked for, who reads what and when, and what of a programme is told."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask
from harness import PortalClient, statements
from mentoring_world import Mentoring, make_programme, pair
from reporting_world import person
from sqlalchemy import select

from icportal.core.actors import Role
from icportal.core.audit import AuditEntry
from icportal.core.db import db
from icportal.core.errors import FieldErrors, InvalidTransition, NotAllowed, NotFound, Stale
from icportal.core.outbox import Mail
from icportal.mentoring import rated_factors, rating_worklists, ratings
from icportal.mentoring.enums import PairingState, Phase
from icportal.mentoring.models import Pairing, Rating
from icportal.mentoring.rating_words import Moment
from icportal.mentoring.services import pairings as working
from icportal.mentoring.services import programmes as running
from icportal.mentoring.services import rated_factors as taking
from icportal.mentoring.services import ratings as services
from icportal.mentoring.services.ratings import RatingDraft

pytestmark = pytest.mark.databases
BEFORE, AFTER = Moment.BEFORE, Moment.AFTER


@pytest.fixture
def world(seeded_app: Flask) -> Any:
    """Genoa mentors Riga, and there are toolkits."""
    with seeded_app.app_context():
        made = make_programme(phase=Phase.PREPARE)
        pair(made, "genoa", "riga")
        yield made


def pairing() -> Pairing:
    return db.session.scalars(select(Pairing).order_by(Pairing.id)).one()


def full(pairing: Pairing, level: int | str = 2, **said: Any) -> RatingDraft:
    factors = {factor.code: {"level": level, "text": ""} for factor in ratings.benchmark_of(pairing, "en").factors}
    return RatingDraft(factors, **said)


def rate(world: Mentoring, slug: str, moment: str, level: int | str = 2, where: Pairing | None = None, **said: Any) -> bool:
    """Write and hand in at once."""
    where, actor = where or pairing(), world.officer(slug)
    rating = services.save_rating(where, world.city(slug), moment, full(where, level, **said), actor=actor, seen=0)
    return services.hand_in(rating, actor=actor)


def test_neither_reads_the_others_before_both_are_in(world: Mentoring) -> None:
    riga, genoa, coordinator = world.officer("riga"), world.officer("genoa"), world.coordinator
    city = world.city("riga")
    draft = RatingDraft({"F1": {"level": 1, "text": "Nobody answers the newspapers."}, "F99": {"level": 4}})
    rating = services.save_rating(pairing(), city, BEFORE, draft, actor=riga, seen=0)
    assert set(rating.factors) == {"F1"}, "a factor there is none of is left out"
    key = (BEFORE, city.id)
    assert key in ratings.sheet_of(pairing(), "en", riga).seen
    assert ratings.sheet_of(pairing(), "en", coordinator).seen == {}
    assert ratings.sheet_of(pairing(), "en", genoa).seen == {}
    with pytest.raises(FieldErrors, match="before you hand it in"):
        services.hand_in(rating, actor=riga)
    services.save_rating(pairing(), city, BEFORE, full(pairing()), actor=riga, seen=rating.version)
    assert services.hand_in(rating, actor=riga) is False
    assert set(ratings.sheet_of(pairing(), "en", coordinator).seen) == {key}
    assert ratings.sheet_of(pairing(), "en", genoa).seen == {}
    assert rate(world, "genoa", BEFORE, 3) is True
    assert len(ratings.sheet_of(pairing(), "en", genoa).seen) == len(ratings.sheet_of(pairing(), "en", riga).seen) == 2
    with pytest.raises(InvalidTransition):
        services.take_back(rating, actor=riga, seen=rating.version)
    with pytest.raises(InvalidTransition, match="Take it back first"):
        services.save_rating(pairing(), city, BEFORE, draft, actor=riga, seen=rating.version)
    subjects = list(db.session.scalars(select(Mail.subject)))
    assert any("has handed in its self-assessment" in each for each in subjects)
    assert any("Both self-assessments are handed in" in each for each in subjects)


def test_what_is_handed_in_is_taken_back_while_the_other_waits(world: Mentoring) -> None:
    rate(world, "riga", BEFORE)
    rating, riga = services.rating_for(pairing(), world.city("riga"), BEFORE), world.officer("riga")
    services.take_back(rating, actor=riga, seen=rating.version)
    changed = services.save_rating(pairing(), world.city("riga"), BEFORE, full(pairing(), 4), actor=riga, seen=rating.version)
    assert changed.level("F1") == 4


def test_an_evaluation_asks_whether_one_would_do_it_again(world: Mentoring) -> None:
    riga = world.officer("riga")
    said = full(pairing(), 3, answers={"worked": "The press desk."})
    rating = services.save_rating(pairing(), world.city("riga"), AFTER, said, actor=riga, seen=0)
    with pytest.raises(FieldErrors, match="do it again"):
        services.hand_in(rating, actor=riga)
    with pytest.raises(FieldErrors):
        services.save_rating(
            pairing(), world.city("riga"), AFTER, full(pairing(), again="perhaps"), actor=riga, seen=rating.version
        )
    with pytest.raises(FieldErrors):
        services.save_rating(
            pairing(), world.city("riga"), AFTER, full(pairing(), 9, again="yes"), actor=riga, seen=rating.version
        )


def test_who_cannot_say_need_not_guess(world: Mentoring) -> None:
    """A mentor has not seen everything before its first visit: it says so, hands in, and nothing is counted."""
    where, genoa = pairing(), world.officer("genoa")
    with pytest.raises(FieldErrors, match="nothing to save yet"):
        services.save_rating(where, world.city("genoa"), BEFORE, RatingDraft(), actor=genoa, seen=0)
    assert rate(world, "genoa", BEFORE, "cannot_say") is False
    sheet = ratings.sheet_of(where, "en", genoa)
    key = (BEFORE, world.city("genoa").id)
    assert {line.answers[key] for line in sheet.lines} == {"cannot_say"}
    assert {line.levels[key] for line in sheet.lines} == {None}
    with pytest.raises(FieldErrors, match="Choose one of the answers"):
        services.save_rating(where, world.city("riga"), BEFORE, full(where, 5), actor=world.officer("riga"), seen=0)


def test_a_wanting_factor_becomes_an_action_once(world: Mentoring) -> None:
    """By the mentee's own rating, the latest that is handed in; the plan's action says where it came from."""
    where, riga, genoa = pairing(), world.officer("riga"), world.officer("genoa")
    draft = full(where, 4, language="en")
    draft.factors["F1"].update(level=1, text="Nobody answers the newspapers.")
    rating = services.save_rating(where, world.city("riga"), BEFORE, draft, actor=riga, seen=0)
    assert rated_factors.wanting(where, ratings.ratings_of(where)) == {}, "not before it is handed in"
    services.hand_in(rating, actor=riga)
    assert set(rated_factors.wanting(where, ratings.ratings_of(where))) == {"F1"}
    with pytest.raises(NotFound):
        taking.make_action(where, "F2", actor=riga)
    with pytest.raises(NotAllowed):
        taking.make_action(where, "F1", actor=genoa)
    db.session.rollback()
    where, riga = pairing(), world.officer("riga")
    rating = services.save_rating(where, world.city("riga"), BEFORE, draft, actor=riga, seen=0)
    services.hand_in(rating, actor=riga)
    action = taking.make_action(where, "F1", actor=riga)
    assert action.body == "Nobody answers the newspapers."
    assert action.key_factors == [f"{where.scheme.toolkit}:F1"]
    assert rated_factors.actions_of(where) == {"F1": action}
    with pytest.raises(InvalidTransition, match="one key factor makes one action"):
        taking.make_action(where, "F1", actor=riga)


def test_who_writes_over_somebody_sees_both_versions(world: Mentoring) -> None:
    riga, city = world.officer("riga"), world.city("riga")
    services.save_rating(pairing(), city, BEFORE, full(pairing(), 1), actor=riga, seen=0)
    with pytest.raises(Stale) as refused:
        services.save_rating(pairing(), city, BEFORE, full(pairing(), 4), actor=riga, seen=0)
    assert next((mine, theirs) for _label, mine, theirs in refused.value.differences) == ("Fully in place", "First steps")


def test_only_the_two_cities_rate_and_only_while_it_is_time(world: Mentoring) -> None:
    for actor in (world.officer("oulu"), world.coordinator, person(Role.ADMINISTRATOR)):
        with pytest.raises((NotAllowed, NotFound)):
            services.save_rating(pairing(), world.city("riga"), BEFORE, full(pairing()), actor=actor, seen=0)
    with pytest.raises(NotAllowed):
        services.save_rating(pairing(), world.city("riga"), BEFORE, full(pairing()), actor=world.officer("genoa"), seen=0)
    proposed = pair(world, "ghent", "oulu", state=PairingState.PROPOSED)
    with pytest.raises(InvalidTransition):
        services.save_rating(proposed, world.city("oulu"), BEFORE, full(proposed), actor=world.officer("oulu"), seen=0)


def test_the_log_keeps_no_words(world: Mentoring) -> None:
    draft = RatingDraft({"F1": {"level": 1, "text": "canaryword"}}, language="en")
    services.save_rating(pairing(), world.city("riga"), BEFORE, draft, actor=world.officer("riga"), seen=0)
    entries = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "mentoring.rating:save")).all()
    assert len(entries) == 1
    assert "canaryword" not in str((entries[0].before, entries[0].after))


def test_lists_say_what_is_to_hand_in(world: Mentoring) -> None:
    def waiting(slug: str) -> list[int]:
        return [each.count for each in rating_worklists.provide(world.officer(slug), 5)]

    assert waiting("riga") == waiting("genoa") == [1, 0]
    rate(world, "riga", BEFORE)
    assert waiting("riga") == [0, 0]
    assert rating_worklists.provide(world.coordinator, 5) == []


def test_every_pair_is_asked_to_prepare_and_at_the_end_to_evaluate(seeded_app: Flask) -> None:
    with seeded_app.app_context():
        world = make_programme(phase=Phase.AGREE)
        where = pair(world, "genoa", "riga", state=PairingState.ACTIVE)
        for slug in ("genoa", "riga", "ghent"):
            world.officer(slug)
        pair(world, "ghent", "genoa", state=PairingState.PROPOSED)
        rate(world, "genoa", BEFORE, where=where)
        programme = world.programme
        running.move_programme(programme, "begin_preparing", actor=world.coordinator, seen=programme.version)
        asked_of = {mail.address: mail for mail in db.session.scalars(select(Mail).where(Mail.subject.contains("prepare your")))}
        assert {mail.subject for mail in asked_of.values()} == {"You and Genoa: prepare your visits"}
        asked = asked_of["city.officer.riga@reporting.example"]
        assert f"/en/work/mentoring/pairings/{where.id}/ratings/before/edit?city={world.city('riga').id}" in asked.text
        assert "The preparation ends on" in asked.text

        working.move_pairing(where, "complete_early", actor=world.coordinator, seen=where.version, reason="Done sooner.")
        told = {mail.address: mail.text for mail in db.session.scalars(select(Mail).where(Mail.text.contains("Completed early")))}
        for slug in ("genoa", "riga"):
            text = told[f"city.officer.{slug}@reporting.example"]
            assert f"/ratings/after/edit?city={world.city(slug).id}" in text


def test_means_are_told_of_enough_pairs_only(world: Mentoring) -> None:
    def both(where: Pairing, slug: str, before: int, after: int) -> None:
        rate(world, slug, BEFORE, before, where)
        rate(world, slug, AFTER, after, where, again="yes")

    both(pairing(), "riga", 1, 3)
    for slug, before, after in (("oulu", 0, 4), ("ghent", 2, 2)):
        themes = ratings.outcome_of(world.programme, "en").themes
        assert all(change.before is None for _benchmark, changes in themes for change in changes)
        both(pair(world, "genoa", slug), slug, before, after)
    (_benchmark, changes), *_others = ratings.outcome_of(world.programme, "en").themes
    assert {(change.pairs, change.before, change.after) for change in changes} == {(3, 1.0, 3.0)}
    assert ratings.outcome_of(world.programme, "en").again["yes"] == 3


def test_the_pages_of_a_rating(seeded_app: Flask, client: PortalClient) -> None:
    with seeded_app.app_context():
        world = make_programme(phase=Phase.PREPARE)
        where = pair(world, "genoa", "riga")
        ids = {slug: world.officer(slug).id for slug in ("riga", "genoa", "oulu")}
        coordinator, address = world.coordinator.id, f"/en/work/mentoring/pairings/{where.id}"
        codes = [factor.code for factor in ratings.benchmark_of(where, "en").factors]
        db.session.commit()
    rows = {
        f"factors-{n}-{name}": value
        for n, code in enumerate(codes)
        for name, value in (("code", code), ("level", "3"), ("text", ""))
    }
    half = {**rows, "factors-0-level": "", "factors-0-text": "Nobody answers the newspapers.", "version": "0", "language": "en"}

    client.sign_in(ids["riga"])
    assert "Rate the key factors" in client.get(address).get_data(as_text=True)
    refused = client.post(f"{address}/ratings/before/edit", data={**half, "hand_in": "1"})
    assert refused.status_code == 422
    assert "before you hand it in" in refused.get_data(as_text=True)
    assert "Nobody answers the newspapers." in refused.get_data(as_text=True)
    assert client.post(f"{address}/ratings/before/edit", data=half).status_code == 303
    stale = client.post(f"{address}/ratings/before/edit", data={**half, "factors-0-level": "4"})
    assert stale.status_code == 409
    assert "Somebody was faster" in stale.get_data(as_text=True)
    assert (
        client.post(f"{address}/ratings/before/edit", data={**rows, "version": "1", "language": "en", "hand_in": "1"}).status_code
        == 303
    )
    shown = client.get(f"{address}/ratings").get_data(as_text=True)
    assert "Mostly in place" in shown
    assert "factor-change" in shown
    assert "For the action plan" not in shown, "nothing is wanting"
    afterwards = client.get(f"{address}/ratings/after/edit").get_data(as_text=True)
    assert len(re.findall(r"Riga, before the visits:\s*Mostly in place", afterwards)) == len(codes), (
        "what one said then stands beside"
    )

    client.sign_in(ids["genoa"])
    assert "before the visits:" not in client.get(f"{address}/ratings/after/edit").get_data(as_text=True)
    assert "Mostly in place" not in client.get(f"{address}/ratings").get_data(as_text=True)
    client.sign_in(ids["oulu"])
    assert client.get(f"{address}/ratings").status_code == 404
    assert client.get(f"{address}/ratings/before/edit").status_code == 404
    client.sign_in(coordinator)
    assert "Mostly in place" in client.get(f"{address}/ratings").get_data(as_text=True)
    with statements(seeded_app) as asked:
        page = client.get("/en/work/mentoring/first/evaluation").get_data(as_text=True)
    assert "No city has handed in its evaluation yet." in page
    with seeded_app.app_context():
        for slug in ("oulu", "ghent", "vienna"):
            where = pair(world, "genoa", slug)
            rate(world, slug, AFTER, 2, where, again="with_changes", answers={"advice": f"More time, says {slug}."})
        db.session.commit()
    with statements(seeded_app) as asked_more:
        page = client.get("/en/work/mentoring/first/evaluation").get_data(as_text=True)
    assert "More time, says oulu." in page
    assert len(asked_more) == len(asked)


def test_a_rating_is_one_of_each(world: Mentoring) -> None:
    services.save_rating(pairing(), world.city("riga"), BEFORE, full(pairing()), actor=world.officer("riga"), seen=0)
    services.save_rating(pairing(), world.city("riga"), AFTER, full(pairing()), actor=world.officer("riga"), seen=0)
    assert sorted(each.moment for each in db.session.scalars(select(Rating))) == ["after", "before"]


def test_a_factor_is_taken_into_the_plan_on_the_page(seeded_app: Flask, client: PortalClient) -> None:
    with seeded_app.app_context():
        world = make_programme(phase=Phase.PREPARE)
        where = pair(world, "genoa", "riga")
        rate(world, "riga", BEFORE, 1)
        address, ids = (
            f"/en/work/mentoring/pairings/{where.id}/ratings",
            {slug: world.officer(slug).id for slug in ("riga", "genoa")},
        )
        db.session.commit()
    client.sign_in(ids["riga"])
    assert "For the action plan" in client.get(address).get_data(as_text=True)
    assert client.post(f"{address}/actions", data={"factor": "F1"}).status_code == 303
    shown = client.get(address).get_data(as_text=True)
    action = re.search(r"/en/work/plans/riga/actions/\d+", shown)
    assert action, shown
    page = client.get(action.group()).get_data(as_text=True)
    assert "Own rating of" in page
    assert "mentored by Genoa" in page
    assert client.post(f"{address}/actions", data={"factor": "F1"}).status_code == 409
    client.sign_in(ids["genoa"])
    assert client.post(f"{address}/actions", data={"factor": "F2"}).status_code in {403, 404}
