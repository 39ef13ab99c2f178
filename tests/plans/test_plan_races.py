"""Two people at once with one plan: exactly one is heard, and the other is told, on both databases."""

from __future__ import annotations

from collections.abc import Callable
from threading import Barrier, Thread
from typing import Any

import plan_review_world as way
import pytest
from flask import Flask
from reporting_world import World
from sqlalchemy import func, select

from icportal.cli.verify import findings
from icportal.core.actors import Actor
from icportal.core.clock import today
from icportal.core.db import db
from icportal.core.errors import DomainError
from icportal.plans import progress, versions
from icportal.plans.loaded import plan_row
from icportal.plans.models import ActionPlan, PlanVersion, ProgressNote, ProgressRound
from icportal.plans.services import asking, reviewing
from icportal.plans.services import progress as telling
from icportal.plans.services.progress import NoteDraft
from icportal.web.cycle import commit

pytestmark = pytest.mark.databases

Act = Callable[[World], Any]


@pytest.fixture
def world(app: Flask, context: None) -> World:
    return way.make()


def race(app: Flask, world: World, acts: list[Act]) -> list[str]:
    """Let each act happen in a thread of its own, all having read the same plan; what became of each."""
    barrier, outcomes = Barrier(len(acts)), [""] * len(acts)

    def run(place: int, act: Act) -> None:
        with app.app_context():
            try:
                plan = plan_row(way.oulu(world))
                assert plan is not None
                progress.rounds_of(plan)
                barrier.wait(10)
                act(world)
                commit()
                outcomes[place] = "kept"
            except DomainError as error:
                db.session.rollback()
                outcomes[place] = type(error).__name__
            except Exception as error:  # noqa: BLE001  what a person would meet as a failure of the portal
                db.session.rollback()
                outcomes[place] = f"{type(error).__name__}: {error}"[:200]
            finally:
                db.session.remove()

    threads = [Thread(target=run, args=(place, act)) for place, act in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    db.session.rollback()
    db.session.expire_all()
    return sorted(outcomes)


def people(world: World) -> tuple[Actor, Actor, Actor]:
    """The officer, the mayor's office and the coordinator, looked up before anybody races."""
    return world.officer("oulu"), world.mayor("oulu"), world.coordinator


def count(model: Any) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def ours() -> list[str]:
    """What ``verify`` finds of plans; the actions of this world were written into their table."""
    return [line for line in findings() if "plan" in line and "plan_action" not in line]


def test_of_two_who_send_one_makes_a_version(app: Flask, world: World) -> None:
    officer, _mayor, _coordinator = people(world)
    seen = way.plan_of(world).version
    db.session.commit()
    outcome = race(app, world, [lambda w: reviewing.submit_plan(way.oulu(w), actor=officer, seen=seen)] * 2)
    assert (outcome[-1], outcome[0] in {"InvalidTransition", "Stale"}, count(PlanVersion)) == ("kept", True, 1)
    assert ours() == []


def test_of_two_who_decide_one_is_heard(app: Flask, world: World) -> None:
    _officer, _mayor, coordinator = people(world)
    checksum = way.submit(world).sha256
    db.session.commit()
    outcome = race(app, world, [
        lambda w, step=step: reviewing.decide_review(way.oulu(w), step, actor=coordinator, seen_sha256=checksum, reason="More")
        for step in ("agree", "agree")
    ])  # fmt: skip
    assert (outcome[-1], outcome[0] in {"InvalidTransition", "Stale"}) == ("kept", True)
    assert ours() == []


def test_what_is_taken_back_is_not_agreed_to(app: Flask, world: World) -> None:
    officer, _mayor, coordinator = people(world)
    checksum = way.submit(world).sha256
    db.session.commit()
    race(app, world, [
        lambda w: reviewing.decide_review(way.oulu(w), "agree", actor=coordinator, seen_sha256=checksum),
        lambda w: reviewing.move_plan(way.oulu(w), "take_back", actor=officer, seen=None),
    ])  # fmt: skip
    plan, version = way.plan_of(world), versions.latest(way.plan_of(world))
    assert version is not None
    assert (plan.state, version.agreed_at is not None, plan.submitted_version_id) in {
        ("reviewed", True, version.id), ("draft", False, None),
    }  # fmt: skip
    assert ours() == []


def test_of_two_who_begin_a_round_one_does(app: Flask, world: World) -> None:
    officer, _mayor, _coordinator = people(world)
    way.publish(world)
    day = today()
    outcome = race(app, world, [lambda w: telling.begin_round(way.oulu(w), due_on=day, actor=officer)] * 2)
    assert (outcome, count(ProgressRound)) == (["InvalidTransition", "kept"], 1)


def test_the_worker_and_an_officer_open_one_round(app: Flask, world: World) -> None:
    officer, _mayor, _coordinator = people(world)
    way.publish(world)
    db.session.execute(ActionPlan.__table__.update().values(months_between=0))
    db.session.commit()
    race(app, world, [
        lambda _w: asking.ask_due_cities(),
        lambda w: telling.begin_round(way.oulu(w), due_on=today(), actor=officer),
    ])  # fmt: skip
    assert count(ProgressRound) == 1


def test_of_two_who_write_a_note_one_is_kept(app: Flask, world: World) -> None:
    officer, _mayor, _coordinator = people(world)
    way.publish(world)
    number, action_id = way.begin(world).id, way.action("Train the staff").id
    db.session.commit()

    def write(text: str) -> Act:
        def act(w: World) -> None:
            round_ = db.session.get_one(ProgressRound, number)
            telling.write_note(round_, way.oulu(w), action_id, NoteDraft(text), actor=officer, seen=0)

        return act

    assert race(app, world, [write("First."), write("Second.")]) == ["Stale", "kept"]
    assert count(ProgressNote) == 1


def test_a_text_that_changes_while_it_is_approved_or_closed_is_not_public(app: Flask, world: World) -> None:
    officer, mayor, _coordinator = people(world)
    way.publish(world)
    round_ = way.begin(world)
    note = way.write(world, round_, "Train the staff", "As it was read.")
    number, action_id, note_id, seen = round_.id, way.action("Train the staff").id, note.id, note.version
    db.session.commit()

    def write(w: World) -> None:
        there = db.session.get_one(ProgressRound, number)
        telling.write_note(there, way.oulu(w), action_id, NoteDraft("Slipped in."), actor=officer, seen=seen)

    def approve(w: World) -> None:
        telling.approve(db.session.get_one(ProgressRound, number), way.oulu(w), {note_id: seen}, actor=mayor)

    race(app, world, [write, approve])
    note = db.session.get_one(ProgressNote, note_id)
    assert (note.text, note.approved_at is None) in {("As it was read.", False), ("Slipped in.", True)}
