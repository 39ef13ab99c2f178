"""Values of indicators that somebody has to look at, rounds beside a newer version of the plan, and the pages of both."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import plan_review_world as way
import pytest
from flask import Flask
from flask_migrate import downgrade, upgrade
from harness import PortalClient
from reporting_world import World, person
from sqlalchemy import select

from icportal.config import ROOT
from icportal.core.actors import Role
from icportal.core.audit import AuditEntry
from icportal.core.clock import today
from icportal.core.db import db
from icportal.core.errors import DomainError, NotAllowed, NotFound
from icportal.plans import measured, progress, rules
from icportal.plans.loaded import load_plan
from icportal.plans.models import Action, ActionIndicator, IndicatorValue, ProgressNote, ProgressRound
from icportal.plans.review_worklists import provide
from icportal.plans.services import actions, indicators

PLAN = "/en/work/plans/oulu"
PUBLIC = "/en/cities/oulu/plan"
FOLDER = str(ROOT / "migrations")


@pytest.fixture
def world(app: Flask) -> Iterator[World]:
    kept = list(rules._mentors), list(rules._mentees)
    with app.app_context():
        world = way.make()
        way.mentored(world)
        way.publish(world)
        db.session.commit()
    yield world
    rules._mentors[:], rules._mentees[:] = kept


@pytest.fixture
def enter(app: Flask, sign_in: Callable[..., PortalClient]) -> Callable[..., PortalClient]:
    """Sign in as somebody of the world: a role, in a city."""

    def as_(role: str, slug: str = "") -> PortalClient:
        with app.app_context():
            who = person(role, slug).id
        return sign_in(who)

    return as_


def gauge(title: str = "Train the staff") -> ActionIndicator:
    return way.action(title).indicators[0]


def report(world: World, value: int, on: date, *, next_on: date | None = None) -> IndicatorValue:
    return indicators.report_value(
        way.action("Train the staff"), gauge().id, value=Decimal(value), on=on, note="", actor=world.officer("oulu"),
        next_on=next_on,
    )  # fmt: skip


def waiting(who: Any) -> set[str]:
    return {each.key for each in provide(who, 50) if each.count}


def days(number: int) -> date:
    return today() + timedelta(days=number)


def second_version(world: World, *, without: str = "") -> None:
    """The plan is published again: “Train the staff” is blocked, and one action has gone."""
    way.move(world, "revise", "Something new")
    actions.move_action(way.action("Train the staff"), "block", actor=world.officer("oulu"), seen=None, reason="No trainer")
    if without:
        actions.move_action(way.action(without), "drop", actor=world.officer("oulu"), seen=None, reason="Too dear")
    way.submit(world)
    way.agree(world)
    way.decide(world)
    way.move(world, "publish")
    db.session.commit()


def closed_round(world: World) -> ProgressRound:
    round_ = way.begin(world)
    way.write(world, round_, "Train the staff", "Half of them were trained.")
    way.approve_all(world, round_)
    way.close(world, round_)
    db.session.commit()
    return round_


# --- rounds and a newer version --------------------------------------------------------------------------------


@pytest.mark.databases
def test_what_is_said_stays_in_its_round_when_a_newer_version_has_no_such_action(world: World, context: None) -> None:
    round_ = way.begin(world)
    way.write(world, round_, "=1+1", "It was tried.")
    second_version(world, without="=1+1")
    found = progress.opened(way.oulu(world), round_)
    assert [line.said["title"] for line in found.lines if line.waits] == ["=1+1"]
    assert "plans.approve" in waiting(world.mayor("oulu"))
    way.approve_all(world, round_)
    assert "plans.approve" not in waiting(world.mayor("oulu"))
    way.close(world, round_)
    assert "It was tried." in str(round_.content)


@pytest.mark.databases
def test_a_note_no_page_shows_waits_on_no_list_and_keeps_no_mail_back(world: World, context: None) -> None:
    round_ = way.begin(world)
    # As it was left behind when rounds went from version to version: the version of the round has no such action.
    db.session.add(ProgressNote(round_id=round_.id, action_id=way.action("An idea").id, text="Of an older version."))
    db.session.flush()
    assert "plans.approve" not in waiting(world.mayor("oulu"))
    before = len(way.subjects())
    way.write(world, round_, "Train the staff", "Done.")
    assert [address for address, _subject in way.subjects()[before:]] == [world.mayor("oulu").email]
    assert "plans.approve" in waiting(world.mayor("oulu"))


def test_the_pages_of_a_closed_round_and_of_a_newer_version_tell_each_their_own(
    world: World, app: Flask, client: PortalClient, enter: Callable[..., PortalClient]
) -> None:
    with app.app_context():
        closed_round(world)
    first = client.get(PUBLIC).text
    assert ("of the newest report" in first, "Blocked" in client.get("/en/cities/oulu").text) == (True, True)
    with app.app_context():
        way.move(world, "revise", "It goes on")
        hire = way.action("Hire interpreters")
        actions.move_action(hire, "resume", actor=world.officer("oulu"), seen=None, reason="It need not wait")
        way.submit(world)
        way.agree(world)
        way.decide(world)
        way.move(world, "publish")
        db.session.commit()
    # Version 2 says that nothing is blocked; the report on version 1 said that one action was.
    page, city = client.get(PUBLIC).text, client.get("/en/cities/oulu").text
    assert ("endorsed anew since" in page, "Blocked" in page, "Blocked" in city) == (True, False, False)
    states = {each["title"]: each["state"] for each in json.loads(client.get(f"{PUBLIC}.json").data)["items"]}
    assert states["Hire interpreters"] == "in_progress"
    assert "blocked" not in client.get(f"{PUBLIC}.csv").data.decode("utf-8")
    assert "Blocked" in client.get(f"{PUBLIC}/reports/1").text
    inside = enter(Role.CITY_OFFICER, "oulu").get(f"{PLAN}/progress/1").text
    assert ("actions of version 1." in inside, "Blocked" in inside) == (True, True)


# --- values that are looked at ---------------------------------------------------------------------------------


@pytest.mark.databases
def test_who_approves_is_told_once_that_values_wait(world: World, context: None) -> None:
    before = len(way.subjects())
    first, second = report(world, 5, days(-2)), report(world, 6, today())
    told = [(world.mayor("oulu").email, "Values of indicators of Oulu wait to be approved")]
    assert way.subjects()[before:] == told
    indicators.approve_values(way.oulu(world), [first.id, second.id], actor=world.mayor("oulu"))
    report(world, 7, today())
    assert way.subjects()[before:] == told * 2


def test_a_value_of_an_indicator_the_version_does_not_have_stops_no_report(world: World, context: None) -> None:
    round_ = way.begin(world)
    train = way.action("Train the staff")
    later = ActionIndicator(action_id=train.id, label="Of the next version")
    db.session.add(later)
    db.session.flush()
    db.session.add(IndicatorValue(indicator_id=later.id, on_date=today(), value=1))
    db.session.flush()
    db.session.expire_all()
    way.write(world, round_, "Train the staff", "Done.")
    way.approve_all(world, round_)
    assert progress.obstacles(progress.opened(way.oulu(world), round_)) == []
    way.close(world, round_)


@pytest.mark.databases
def test_a_value_that_was_taken_away_is_in_no_list_and_its_indicator_can_go(world: World, context: None) -> None:
    way.move(world, "revise", "Fewer indicators")
    train, officer = way.action("Train the staff"), world.officer("oulu")
    typo = report(world, 5000, today())
    without = replace(actions.said_by(train), indicators=(), due_on=days(90))
    with pytest.raises(DomainError, match="has reported values"):
        actions.edit_action(train, without, actor=officer, seen=train.version)
    seen = train.version
    indicators.take_away_value(way.oulu(world), typo.id, reason="A nought too many", actor=world.mayor("oulu"))
    assert measured.waiting(load_plan(way.oulu(world))) == []
    # A value is due again: whoever writes at the action meanwhile is told that it has changed.
    assert (gauge().next_due_on, train.version > seen) == (today(), True)
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "plans.indicator:take_away")).one()
    assert (entry.actor_id, (entry.before or {})["value"], entry.after) == (
        world.mayor("oulu").id, "5000", {"reason": "A nought too many"},
    )  # fmt: skip
    assert actions.edit_action(train, without, actor=officer, seen=train.version)
    assert db.session.get_one(Action, train.id).indicators == []


def test_an_older_value_that_is_taken_away_makes_nothing_due(world: World, context: None) -> None:
    old = report(world, 1, days(-900))
    report(world, 5, today())
    indicators.take_away_value(way.oulu(world), old.id, reason="Of another city", actor=world.mayor("oulu"))
    assert gauge().next_due_on is None
    newest = report(world, 6, today(), next_on=days(90))
    indicators.take_away_value(way.oulu(world), newest.id, reason="Mistyped", actor=world.officer("oulu"))
    assert gauge().next_due_on == days(90)


@pytest.mark.databases
def test_a_value_that_is_approved_meanwhile_is_not_taken_away_by_who_reported_it(
    world: World, context: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    value, officer, mayor = report(world, 5, today()), world.officer("oulu"), world.mayor("oulu")

    def meanwhile(reason: str) -> str:
        """Once the value was read, the mayor's office approves it."""
        indicators.approve_values(way.oulu(world), [value.id], actor=mayor)
        return reason

    monkeypatch.setattr(indicators, "clean_text", meanwhile)
    with pytest.raises(NotAllowed):
        indicators.take_away_value(way.oulu(world), value.id, reason="Mistyped", actor=officer)
    assert [each.approved_by for each in gauge().values] == [mayor.id]


def test_the_next_day_is_not_set_while_another_value_is_due(world: World, context: None) -> None:
    gauge().next_due_on = days(-7)
    db.session.flush()
    with pytest.raises(DomainError, match="still to come") as refused:
        report(world, 5, days(-900), next_on=days(30))
    assert (refused.value.field, gauge().next_due_on) == ("next_on", days(-7))
    report(world, 6, days(-8), next_on=days(30))
    assert gauge().next_due_on == days(30)


def test_a_value_is_taken_away_on_its_page(world: World, app: Flask, enter: Callable[..., PortalClient]) -> None:
    with app.app_context():
        number, action_id = report(world, 5000, today()).id, way.action("Train the staff").id
        db.session.commit()
    away = f"{PLAN}/values/{number}/take-away"
    officer = enter(Role.CITY_OFFICER, "oulu")
    page = officer.get(f"{PLAN}/actions/{action_id}").text
    assert (away in page, "Next value due on" in page) == (True, True)
    mayor = enter(Role.MAYOR_OFFICE, "oulu")
    assert "Values of indicators to approve" in mayor.get("/en/work").text
    assert away in mayor.get(f"{PLAN}/values").text
    assert "A value is due again." in mayor.get(away).text
    empty = mayor.post(away, data={"reason": " "})
    assert (empty.status_code, 'href="#reason"' in empty.text) == (422, True)
    assert mayor.post(away, data={"reason": "A nought too many"}).status_code == 303
    assert "5,000" not in mayor.get(f"{PLAN}/values").text
    assert (mayor.get(away).status_code, mayor.post(away, data={"reason": "Again"}).status_code) == (404, 404)
    with app.app_context(), pytest.raises(NotFound):
        indicators.take_away_value(way.oulu(world), number, reason="Again", actor=world.mayor("oulu"))


@pytest.mark.databases
def test_rounds_of_before_get_the_version_they_told_of(world: World, context: None) -> None:
    closed = closed_round(world)
    second_version(world)
    numbers = {closed.id: closed.version_id, way.begin(world).id: way.plan_of(world).published_version_id}
    assert len(set(numbers.values())) == 2
    db.session.commit()
    db.session.remove()
    downgrade(directory=FOLDER, revision="20261127_0840")
    upgrade(directory=FOLDER)
    assert {each.id: each.version_id for each in db.session.scalars(select(ProgressRound))} == numbers
    db.session.remove()
    db.engine.dispose()
