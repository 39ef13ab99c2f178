"""Rounds as coordinators run them: planned, opened, put off, closed with a checksum, opened again."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from click.testing import CliRunner
from flask import Flask, current_app
from reporting_world import GOOD, World, attach, fill, make_city, make_version, make_world, person, set_state
from sqlalchemy import select

from icportal.cities.models import Contact
from icportal.cli.rounds import rounds as rounds_command
from icportal.core import files, queue
from icportal.core.actors import Actor, Role
from icportal.core.audit import AuditEntry
from icportal.core.canonical import canonical_json
from icportal.core.clock import today
from icportal.core.db import db
from icportal.core.errors import DomainError, FieldErrors, InvalidTransition, NotAllowed, Stale
from icportal.core.outbox import Mail
from icportal.core.permissions import why_not
from icportal.reporting import round_worklists, rounds
from icportal.reporting.enums import ExtensionState, Permission, RoundState
from icportal.reporting.models import Invitation, Reminder, Response, Round
from icportal.reporting.services import deadlines, freezing
from icportal.reporting.services import rounds as services


@pytest.fixture
def here(app: Flask) -> Iterator[Flask]:
    with app.app_context():
        yield app
        db.session.rollback()


@pytest.fixture
def world(here: Flask) -> World:
    return make_world("oulu", "vienna")


@pytest.fixture
def clara(here: Flask) -> Actor:
    return person(Role.COORDINATOR)


def plan(number: int = 5, **other: object) -> services.Plan:
    day = today()
    given = {
        "questionnaire_version_id": make_version(code=f"of-{number}").id, "period_from": day - timedelta(days=700),
        "period_to": day, "opens_on": day, "deadline": day + timedelta(days=60),
    }  # fmt: skip
    return services.Plan(number=number, **{**given, **other})


def mails(subject: str = "") -> list[Mail]:
    return [mail for mail in db.session.scalars(select(Mail).order_by(Mail.id)) if subject in mail.subject]


def actions() -> list[str]:
    return list(db.session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)))


# --- planning and inviting ----------------------------------------------------------------------------------


def test_the_working_group_is_invited_without_a_choice(here: Flask, clara: Actor) -> None:
    make_city("oulu").reports = [1, 2]
    make_city("vienna")
    round_ = services.create_round(plan(), actor=clara)
    assert {each.name for each in rounds.candidates(round_, "en") if each.invited} == {"Oulu"}
    assert db.session.scalars(select(Response)).all() == []
    assert mails() == [], "nobody hears of a plan"


def test_a_plan_that_does_not_do_is_refused_at_its_field(here: Flask, clara: Actor) -> None:
    good = plan()
    wrong = {
        "questionnaire_version_id": 999,
        "period_to": good.period_from - timedelta(days=1),
        "deadline": good.opens_on - timedelta(days=1),
        "smallest_group": 1,
        "number": 0,
        "previous_id": 999,
    }
    for field, value in wrong.items():
        with pytest.raises(FieldErrors) as refused:
            services.create_round(replace(good, **{field: value}), actor=clara)
        assert [at for at, _message in refused.value.problems] == [field]


def test_an_edition_is_planned_once(world: World, clara: Actor) -> None:
    with pytest.raises(FieldErrors) as refused:
        services.create_round(plan(5), actor=clara)
    assert refused.value.field == "number"


def test_only_coordinators_run_rounds(world: World) -> None:
    for act in (
        lambda: services.create_round(plan(6), actor=world.officer("oulu")),
        lambda: services.close_round(world.round, actor=world.mayor("oulu")),
        lambda: services.invite(world.round, [1], actor=world.officer("oulu")),
        lambda: deadlines.change_deadline(world.response("oulu"), today(), actor=world.officer("oulu"), version=1),
    ):
        with pytest.raises(NotAllowed):
            act()


def test_opening_makes_a_response_of_each_city_and_mails_everybody_in_their_language(here: Flask, clara: Actor) -> None:
    oulu, vienna = make_city("oulu"), make_city("vienna")
    person(Role.CITY_OFFICER, "vienna", language="fr")
    officer = person(Role.CITY_OFFICER, "oulu")
    person(Role.MAYOR_OFFICE, "oulu")
    db.session.add(Contact(city_id=vienna.id, position=1, name="Eva", email="eva@wien.example"))
    db.session.add(Contact(city_id=oulu.id, position=1, name="Olli", email=officer.email))
    round_ = services.create_round(plan(), actor=clara, cities=[oulu.id, vienna.id])
    services.open_round(round_, actor=clara, version=round_.version)
    assert set(db.session.scalars(select(Response.city_id))) == {oulu.id, vienna.id}
    assert db.session.scalars(select(Invitation)).all() == []
    told = {mail.address: mail.language for mail in mails()}
    assert told == {
        "city.officer.oulu@reporting.example": "en",
        "mayor.office.oulu@reporting.example": "en",
        "city.officer.vienna@reporting.example": "fr",
        "eva@wien.example": "de",
    }
    assert len(mails()) == 4, "an officer who is a contact too gets one mail"
    assert "/de/work/reporting/round-5/vienna" in next(mail.text for mail in mails() if mail.address == "eva@wien.example")


@pytest.mark.parametrize("wrong", ["nobody", "late"])
def test_a_round_that_is_not_ready_does_not_open(here: Flask, clara: Actor, wrong: str) -> None:
    oulu = make_city("oulu")
    given = {} if wrong == "nobody" else {"opens_on": today() - timedelta(days=9), "deadline": today() - timedelta(days=1)}
    round_ = services.create_round(plan(**given), actor=clara, cities=[] if wrong == "nobody" else [oulu.id])
    with pytest.raises(DomainError):
        services.open_round(round_, actor=clara)
    assert round_.state == RoundState.DRAFT


def test_an_open_round_changes_its_deadline_only_and_tells_the_cities(world: World) -> None:
    world.officer("oulu")
    world.response("vienna").deadline = today() + timedelta(days=20)
    before, later = services.plan_of(world.round), today() + timedelta(days=90)
    with pytest.raises(InvalidTransition):
        services.edit_round(world.round, replace(before, smallest_group=4), actor=world.coordinator, version=world.round.version)
    new = replace(before, deadline=later)
    services.edit_round(world.round, new, actor=world.coordinator, version=world.round.version)
    assert world.response("oulu").due == later
    assert world.response("vienna").due == today() + timedelta(days=20)
    assert [mail.address for mail in mails("deadline")] == ["city.officer.oulu@reporting.example"]


def test_more_time_for_one_city_is_none_once_all_have_as_much(world: World) -> None:
    plan_, version = services.plan_of(world.round), world.round.version
    world.response("oulu").deadline = world.round.deadline + timedelta(days=10)
    world.response("vienna").deadline = world.round.deadline + timedelta(days=50)
    later = world.round.deadline + timedelta(days=30)
    services.edit_round(world.round, replace(plan_, deadline=later), actor=world.coordinator, version=version)
    assert world.response("oulu").due == later, "a city that was given more time is not due before all others"
    assert world.response("vienna").due == later + timedelta(days=20)


def test_two_coordinators_who_edit_see_each_other(here: Flask, clara: Actor) -> None:
    round_ = services.create_round(plan(), actor=clara, cities=[])
    version = round_.version
    planned = services.plan_of(round_)
    services.edit_round(round_, replace(planned, smallest_group=4), actor=clara, version=version)
    with pytest.raises(Stale) as stale:
        services.edit_round(round_, replace(planned, smallest_group=5), actor=clara, version=version)
    assert [(mine, theirs) for _label, mine, theirs in stale.value.differences] == [(5, 4)]
    assert round_.smallest_group == 4


def test_a_city_that_has_begun_stays_and_another_may_come_and_go(world: World) -> None:
    late = make_city("nuremberg")
    fill(world.response("oulu"), {"office": "Integration office"})
    came, gone = services.set_cities(world.round, [late.id], actor=world.coordinator)
    assert (came, gone) == (1, 1), "Vienna had not begun and went; Oulu stays without being named"
    assert rounds.invited_ids(world.round) == {world.cities["oulu"], late.id}
    with pytest.raises(InvalidTransition):
        services.uninvite(world.round, [world.cities["oulu"]], actor=world.coordinator)


# --- more time ----------------------------------------------------------------------------------------------


def test_more_time_is_asked_for_and_granted(world: World) -> None:
    clara, response, until = world.coordinator, world.response("oulu"), today() + timedelta(days=80)
    extension = deadlines.ask_extension(response, actor=world.officer("oulu"), until=until, reason="Elections.")
    assert [mail.address for mail in mails("asks for more time")] == [clara.email]
    listed = {each.key: each for each in round_worklists.provide(world.coordinator, 5)}
    assert listed["reporting.extensions"].count == 1
    with pytest.raises(InvalidTransition):
        deadlines.ask_extension(response, actor=world.officer("oulu"), until=until, reason="Again.")
    deadlines.decide_extension(extension, response, actor=world.coordinator, grant=True, until=until - timedelta(days=3))
    assert (response.due, extension.outcome) == (until - timedelta(days=3), ExtensionState.GRANTED)
    assert [mail.address for mail in mails("has more time")] == ["city.officer.oulu@reporting.example"]
    with pytest.raises(Stale):
        deadlines.decide_extension(extension, response, actor=world.coordinator, grant=False, reason="No.")


def test_a_refusal_needs_a_reason_and_leaves_the_day(world: World) -> None:
    response = world.response("oulu")
    due = response.due
    extension = deadlines.ask_extension(response, actor=world.mayor("oulu"), until=due + timedelta(days=9), reason="Holidays.")
    with pytest.raises(FieldErrors):
        deadlines.decide_extension(extension, response, actor=world.coordinator, grant=False)
    deadlines.decide_extension(extension, response, actor=world.coordinator, grant=False, reason="The printer waits.")
    assert response.due == due
    assert "The printer waits." in mails("was not granted")[0].text


def test_days_that_are_no_more_time_are_refused(world: World) -> None:
    response, officer = world.response("oulu"), world.officer("oulu")
    for days in (-1, 0, 60, 999):
        with pytest.raises(FieldErrors) as refused:
            deadlines.ask_extension(response, actor=officer, until=today() + timedelta(days=days), reason="Late.")
        assert refused.value.field == "until"


def test_no_more_time_for_answers_that_are_in_and_none_for_other_cities(world: World) -> None:
    response, until = world.response("oulu"), today() + timedelta(days=80)
    with pytest.raises(NotAllowed):
        deadlines.ask_extension(response, actor=world.officer("vienna"), until=until, reason="Late.")
    set_state(response, "ask_sign_off", "sign_off")
    with pytest.raises(InvalidTransition):
        deadlines.ask_extension(response, actor=world.officer("oulu"), until=until, reason="Late.")


# --- closing, freezing, opening again -----------------------------------------------------------------------


def closed(world: World) -> Round:
    services.close_round(world.round, actor=world.coordinator, version=world.round.version)
    db.session.commit()
    queue.run_due("test")
    db.session.expire_all()
    return world.round


@pytest.mark.databases
def test_closing_freezes_everything_with_its_checksum(world: World) -> None:
    fill(world.response("oulu"), GOOD)
    attach(world.response("oulu"), "c01_grade", title="Council decision")
    round_ = closed(world)
    (snapshot,) = rounds.snapshots_of(round_)
    assert snapshot.file is not None
    data = files.open_file(snapshot.file).getvalue()
    assert hashlib.sha256(data).hexdigest() == snapshot.sha256 == round_.snapshot_sha256
    frozen = json.loads(data)
    assert canonical_json(frozen).encode() == data
    oulu = next(each for each in frozen["responses"] if each["city"] == "oulu")
    assert oulu["answers"]["budget"]["value"] == "1250000.50", "what the city keeps to itself is frozen too"
    assert oulu["answers"]["c01_grade"]["evidence"][0]["title"] == "Council decision"
    assert frozen["questionnaire"]["sha256"] == round_.questionnaire_version.sha256
    assert (snapshot.responses, snapshot.answers) == (2, len(GOOD))
    names = list(db.session.scalars(select(queue.Job.name).where(queue.Job.name == "reporting.compute_results")))
    assert names, "the results are computed"
    assert [str(each) for each in why_not(world.officer("oulu"), Permission.ANSWER, world.response("oulu"))]


def test_reopening_needs_a_reason_and_keeps_what_was_frozen(world: World) -> None:
    world.officer("oulu")
    first = rounds.snapshots_of(closed(world))[0].sha256
    with pytest.raises(InvalidTransition):
        services.reopen_round(world.round, actor=world.coordinator, reason=" ")
    db.session.rollback()
    services.reopen_round(world.round, actor=world.coordinator, reason="Oulu sent a wrong file.")
    assert "Oulu sent a wrong file." in mails("open again")[0].text
    fill(world.response("oulu"), {"office": "Another office"})
    round_ = closed(world)
    assert [each.sha256 for each in rounds.snapshots_of(round_)][1] == first
    assert round_.snapshot_sha256 == rounds.snapshots_of(round_)[0].sha256 != first
    assert actions().count("reporting.round:freeze") == 2


def test_what_was_frozen_cannot_be_changed_and_tampering_is_found(world: World) -> None:
    snapshot = rounds.snapshots_of(closed(world))[0]
    assert freezing.tampered() == []
    snapshot.sha256 = "0" * 64
    with pytest.raises(InvalidTransition):
        db.session.flush()
    db.session.rollback()
    db.session.delete(rounds.snapshots_of(world.round)[0])
    with pytest.raises(InvalidTransition):
        db.session.flush()
    db.session.rollback()
    db.session.execute(rounds.RoundSnapshot.__table__.update().values(sha256="0" * 64))
    assert len(freezing.tampered()) == 1


def test_a_round_is_not_opened_again_before_it_is_frozen(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queue, "wake", lambda: None)
    services.close_round(world.round, actor=world.coordinator)
    db.session.commit()
    with pytest.raises(InvalidTransition):
        services.reopen_round(world.round, actor=world.coordinator, reason="Too early.")
    progress = rounds.freezing(world.round)
    assert progress is not None
    assert progress.running


def test_a_closed_round_changes_nothing(world: World) -> None:
    closed(world)
    for act in (
        lambda: services.invite(world.round, [make_city("nuremberg").id], actor=world.coordinator),
        lambda: services.edit_round(
            world.round, services.plan_of(world.round), actor=world.coordinator, version=world.round.version
        ),
        lambda: services.close_round(world.round, actor=world.coordinator),
        lambda: deadlines.change_deadline(
            world.response("oulu"), None, actor=world.coordinator, version=world.response("oulu").version
        ),
    ):
        with pytest.raises(InvalidTransition):
            act()


def test_a_round_whose_time_is_over_waits_to_be_closed(here: Flask) -> None:
    world = make_world("oulu", deadline=today() - timedelta(days=1), opens_on=today() - timedelta(days=30))
    listed = {each.key: each.count for each in round_worklists.provide(world.coordinator, 5)}
    assert listed["reporting.close"] == 1
    world.response("oulu").deadline = today()
    listed = {each.key: each.count for each in round_worklists.provide(world.coordinator, 5)}
    assert listed["reporting.close"] == 0, "a city with more time is waited for"
    assert round_worklists.provide(world.officer("oulu"), 5) == []
    assert db.session.scalars(select(Reminder)).all() == []


def test_rounds_on_the_command_line(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    portal, clara, officer = current_app._get_current_object(), world.coordinator, world.officer("oulu")  # type: ignore[attr-defined]
    monkeypatch.setattr("icportal.app.create_app", lambda: portal)

    def run(*words: str, who: Actor = clara) -> tuple[int, str]:
        answer = CliRunner().invoke(rounds_command, [*words, "--as", who.email])
        db.session.rollback()
        return answer.exit_code, answer.output

    assert run("list")[1].split() == ["round-5", "open", world.round.deadline.isoformat(), "0", "of", "2"]
    assert run("list", who=officer)[0] == 1
    assert run("remind") == (0, "0 cities were reminded\n")
    assert run("close", "round-5", who=officer)[0] == 1
    assert run("close", "round-5") == (0, "round-5: closed\n")
    assert run("open", "round-5")[0] == 1
    assert world.round.state == RoundState.CLOSED
