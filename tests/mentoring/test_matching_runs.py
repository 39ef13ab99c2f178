"""Runs of a programme's matching: what declined pairs and locks lead to, and what its pages read and show."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from harness import PortalClient, statements
from mentoring_world import THEMES, Mentoring, apply, make_programme, pair
from sqlalchemy import select

from icportal.core.clock import today
from icportal.core.db import db
from icportal.core.errors import Stale
from icportal.mentoring import applications, matchings, pools
from icportal.mentoring.enums import PairingState, Phase, RuleKind
from icportal.mentoring.matching.pool import Settings
from icportal.mentoring.models import MatchRun, Pairing
from icportal.mentoring.services import answers, matching
from icportal.mentoring.services import applications as applying
from icportal.mentoring.services import pairings as working

PERCEPTION = THEMES[0]


@pytest.fixture
def portal(app: Flask) -> Any:
    with app.app_context():
        yield app


def two_mentors(phase: str = Phase.MATCH) -> Mentoring:
    """Riga needs a mentor and wishes for Genoa; Ghent offers the same."""
    world = make_programme(phase=phase)
    apply(world, "genoa", offers=(PERCEPTION,))
    apply(world, "ghent", offers=(PERCEPTION,))
    apply(world, "riga", needs=(PERCEPTION,), wishes=((PERCEPTION, "mentee", "genoa"),))
    return world


def lock(world: Mentoring, mentor: str, mentee: str) -> None:
    matching.rule_pair(
        world.scheme(),
        world.city(mentor),
        world.city(mentee),
        RuleKind.LOCK,
        reason="They asked for it.",
        actor=world.coordinator,
    )


def send(world: Mentoring) -> tuple[MatchRun, list[str]]:
    """Compute, choose the best and send it: the run, and the mentors that are proposed."""
    run = matching.compute(world.programme, actor=world.coordinator)
    made = matching.choose(world.programme, run, "best", why="It serves most.", actor=world.coordinator)
    slugs = {world.city(slug).id: slug for slug in ("genoa", "ghent", "riga")}
    return run, [slugs[each.mentor_id] for each in made]


def decline(world: Mentoring) -> None:
    proposed = db.session.scalars(select(Pairing).where(Pairing.state == PairingState.PROPOSED)).one()
    answers.decline(proposed, world.city("riga"), reason="It is too far.", actor=world.officer("riga"))


# --- what was declined -----------------------------------------------------------------------------------------


@pytest.mark.databases
def test_a_declined_pair_is_not_proposed_again(portal: Flask) -> None:
    world = two_mentors()
    assert send(world)[1] == ["genoa"]
    decline(world)
    assert send(world)[1] == ["ghent"]


@pytest.mark.databases
def test_a_declined_lock_counts_again_only_once_it_is_set_again(portal: Flask) -> None:
    world = two_mentors()
    lock(world, "genoa", "riga")
    assert send(world)[1] == ["genoa"]
    decline(world)
    rules = matchings.rules_of(world.programme)
    assert pools.outdated_locks(world.programme, rules) == {rules[0].id}
    run, proposed = send(world)
    assert proposed == ["ghent"]
    assert [each["rules"] for each in run.outcome["warnings"]] == [["declined"]]
    decline(world)
    lock(world, "genoa", "riga")
    assert pools.outdated_locks(world.programme, matchings.rules_of(world.programme)) == frozenset()
    run, proposed = send(world)
    assert (proposed, run.outcome["warnings"]) == (["genoa"], [])


@pytest.mark.databases
def test_what_lapsed_or_was_taken_back_is_not_proposed_again_and_what_was_at_work_can_be(portal: Flask) -> None:
    world = two_mentors(Phase.AGREE)
    pair(world, "genoa", "riga", state=PairingState.ENDED)
    assert pools.pool_of(world.programme).declined == ()
    late = pair(world, "genoa", "riga", state=PairingState.PROPOSED, answer_by=today() - timedelta(days=1))
    answers.lapse_unanswered()
    assert late.state == PairingState.ENDED
    taken = pair(world, "ghent", "riga", state=PairingState.ACCEPTED)
    working.move_pairing(taken, "take_back", actor=world.coordinator, seen=None, reason="An error.")
    assert {each.mentor for each in pools.pool_of(world.programme).declined} == {"genoa", "ghent"}


@pytest.mark.databases
def test_a_city_that_takes_part_after_all_can_have_its_pair_again(portal: Flask) -> None:
    world = two_mentors()
    send(world)
    application = applications.application_of(world.programme, world.city("riga").id)
    assert application is not None
    assert answers.leave_pairings(application, actor=world.officer("riga"), reason="No time.") == 1
    assert send(world)[1] == ["genoa"]


@pytest.mark.databases
def test_a_lock_on_a_city_that_withdrew_is_not_proposed_and_leaves_the_other_free(portal: Flask) -> None:
    world = two_mentors()
    lock(world, "genoa", "riga")
    application = applications.application_of(world.programme, world.city("genoa").id)
    assert application is not None
    applying.move_application(
        application, world.programme, "withdraw", actor=world.officer("genoa"), seen=application.version, reason="No time."
    )
    run, proposed = send(world)
    assert proposed == ["ghent"]
    assert (run.outcome["standing"], [each["rules"] for each in run.outcome["warnings"]]) == ([], [["not_there"]])


def test_a_city_reads_of_a_declined_pair_without_blame(portal: Flask) -> None:
    world = two_mentors()
    send(world)
    decline(world)
    send(world)
    decline(world)
    send(world)
    told = {}
    for reader, actor in (("city", world.officer("riga")), ("coordinator", world.coordinator)):
        left = matchings.left_over_of(world.programme, world.city("riga"), actor=actor, language="en")
        told[reader] = dict(left[0].mentors)["Genoa"]
    assert told["city"] == ["This pair was proposed before and did not come about."]
    assert "declined" in told["coordinator"][0]


# --- what pages read -------------------------------------------------------------------------------------------


@pytest.mark.databases
def test_the_list_of_runs_reads_their_counts_and_nothing_else(portal: Flask) -> None:
    world = two_mentors()
    for _time in range(2):
        matching.compute(world.programme, actor=world.coordinator)
    programme = world.programme
    db.session.commit()
    assert programme.id == world.programme_id
    with statements(portal) as sent:
        rows = matchings.runs_of(programme)
    assert [(row.number, row.best, row.stable, row.aim) for row in rows] == [(2, 1, 1, ""), (1, 1, 1, "")]
    assert len(sent) == 1
    assert "inputs" not in sent[0]


def test_a_run_names_the_cities_it_started_from_and_no_others(portal: Flask) -> None:
    world = two_mentors()
    world.city("oulu")
    lock(world, "vantaa", "riga")
    run = matching.compute(world.programme, actor=world.coordinator)
    assert set(matchings.names_for(world.programme, "en", run).cities) == {"genoa", "ghent", "riga", "vantaa"}
    assert matchings.names_for(world.programme, "en").cities == {}


def test_pairs_with_their_reasons_come_in_pages(portal: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(matchings, "PAGE", 2)
    world = two_mentors()
    apply(world, "oulu", needs=(PERCEPTION,))
    run = matching.compute(world.programme, actor=world.coordinator)
    first, second, beyond = (matchings.pairs_of(run, page=page) for page in (1, 2, 99))
    assert (first.total, first.last, len(first.rows)) == (4, 2, 2)
    assert beyond == second
    assert [each["score"] for each in (*first.rows, *second.rows)] == sorted(
        (p["score"] for p in run.outcome["all_pairs"]), reverse=True
    )
    assert {each["mentor"] for each in matchings.pairs_of(run, city="ghent").rows} == {"ghent"}


def test_the_pages_of_a_run_lead_on_and_say_what_does_not_count(
    app: Flask, client: PortalClient, sign_in: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(matchings, "PAGE", 1)
    with app.app_context():
        world = two_mentors()
        lock(world, "genoa", "riga")
        send(world)
        decline(world)
        matching.compute(world.programme, actor=world.coordinator)
        db.session.commit()
        number = world.coordinator.id
    coordinator = sign_in(number)
    desk = "/en/work/mentoring/first/matching"
    assert "This lock no longer counts" in coordinator.get(desk).text
    assert "are locked, but not proposed:" in coordinator.get(f"{desk}/runs/2").text
    pairs = coordinator.get(f"{desk}/runs/2/pairs")
    assert "1 of 2 shown" in pairs.text
    assert 'rel="next" href="/en/work/mentoring/first/matching/runs/2/pairs?page=2"' in pairs.text
    last = coordinator.get(f"{desk}/runs/2/pairs?page=2")
    assert 'rel="prev"' in last.text
    assert 'rel="next"' not in last.text


@pytest.mark.databases
def test_of_two_who_weigh_at_once_the_second_reads_both_by_their_labels(portal: Flask) -> None:
    world = two_mentors()
    seen = world.programme.version
    matching.save_settings(world.programme, Settings(mentee_wish=7), actor=world.coordinator, seen=seen)
    db.session.commit()
    mine = Settings(mentee_wish=5, level="c1", same_country=False)
    with pytest.raises(Stale) as refused:
        matching.save_settings(world.programme, mine, actor=world.coordinator, seen=seen)
    assert [(str(label), mine, theirs) for label, mine, theirs in refused.value.differences] == [
        ("Wish of the mentee", "5", "7"),
        ("Least level both need in a common language", "C1 – fluent at work", "B2 – can discuss their own field"),
        ("Cities of one country may be paired", "no", "yes"),
    ]
