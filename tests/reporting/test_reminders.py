"""Reminders: on which mornings, to whom, in which language, and when a city is left in peace."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from flask import Flask
from reporting_world import World, fill, make_city, make_world, person, set_state
from sqlalchemy import select

from icportal.cities.models import Contact
from icportal.core import queue
from icportal.core.actors import Role
from icportal.core.clock import today
from icportal.core.db import db
from icportal.core.errors import DomainError
from icportal.core.outbox import Mail
from icportal.reporting import reminders, round_jobs
from icportal.reporting.models import Reminder, SectionMark
from icportal.reporting.services import deadlines, reminding
from icportal.reporting.services import rounds as services

DUE = date(2027, 4, 30)
OFFICER, MAYOR = "city.officer.oulu@reporting.example", "mayor.office.oulu@reporting.example"


def morning(offset: int) -> datetime:
    """Seven o'clock in Brussels, so many days from the deadline."""
    return datetime(DUE.year, DUE.month, DUE.day, 5, 0, tzinfo=UTC) + timedelta(days=offset)


@pytest.fixture
def clock() -> Iterator[time_machine.Coordinates]:
    with time_machine.travel(morning(-60), tick=False) as clock:
        yield clock


@pytest.fixture
def world(app: Flask, clock: time_machine.Coordinates) -> Iterator[World]:
    with app.app_context():
        world = make_world("oulu", deadline=DUE)
        world.officer("oulu"), world.mayor("oulu")
        for position, name in enumerate(("first", "second", "third"), start=1):
            address = f"{name}@oulu.example"
            db.session.add(Contact(city_id=world.cities["oulu"], position=position, name=name, email=address))
        db.session.commit()
        yield world
        db.session.rollback()


def sent() -> list[set[str]]:
    """Whom the reminders have gone to since the last look, those of one morning together."""
    mails = list(db.session.scalars(select(Mail).order_by(Mail.id)))
    for mail in mails:
        db.session.delete(mail)
    db.session.flush()
    return [{mail.address for mail in mails}] if mails else []


def test_each_reminder_goes_once_on_its_morning_and_reaches_further_up(world: World, clock: time_machine.Coordinates) -> None:
    told = {}
    for offset in range(-59, 30):
        clock.move_to(morning(offset))
        reminding.remind()
        reminding.remind()
        for readers in sent():
            told[offset] = {address.split("@")[0] for address in readers}
    first = {"city.officer.oulu", "first"}
    assert told == {
        -30: first, -7: first, -1: first, 1: {*first, "second"}, 14: {*first, "second", "third", "mayor.office.oulu"},
    }  # fmt: skip
    levels = [(row.offset, row.level, row.recipients) for row in db.session.scalars(select(Reminder).order_by(Reminder.offset))]
    assert levels == [(-30, 1, 2), (-7, 1, 2), (-1, 1, 2), (1, 2, 3), (14, 3, 5)]


def test_after_a_pause_only_the_newest_is_caught_up(world: World, clock: time_machine.Coordinates) -> None:
    clock.move_to(morning(-3))
    assert reminding.remind() == 1
    assert [row.offset for row in db.session.scalars(select(Reminder))] == [-7]


@pytest.mark.parametrize(("hour", "offset"), [(21, -1), (22, 1)])
def test_the_day_ends_in_the_networks_own_time(world: World, clock: time_machine.Coordinates, hour: int, offset: int) -> None:
    """22:00 UTC on the last day is midnight in Brussels."""
    clock.move_to(datetime(DUE.year, DUE.month, DUE.day, hour, 0, tzinfo=UTC))
    assert reminders.is_overdue(world.response("oulu"), today()) is (offset > 0)
    reminding.remind()
    assert [row.offset for row in db.session.scalars(select(Reminder))] == [offset]


def test_the_mail_says_what_is_open_in_the_readers_language(world: World, clock: time_machine.Coordinates) -> None:
    db.session.scalars(select(Contact).where(Contact.position == 1)).one().email = "third.party@oulu.example"
    make_city("oulu").languages = ["fi", "fr"]
    fill(world.response("oulu"), {"office": "Integration office"})
    db.session.add(SectionMark(response_id=world.response("oulu").id, section="about", completed_at=morning(-40)))
    db.session.flush()
    clock.move_to(morning(-7))
    reminding.remind()
    mails = {mail.address: mail for mail in db.session.scalars(select(Mail))}
    assert mails["third.party@oulu.example"].language == "fr"
    text = mails[OFFICER].text
    assert "3 sections are still open." in text
    assert "This is reminder 2 of 5." in text
    assert "/en/work/reporting/round-5/oulu" in text
    assert "30 April 2027" in text


def test_in_sign_off_the_mayors_office_is_reminded(world: World, clock: time_machine.Coordinates) -> None:
    contact = db.session.scalars(select(Contact).where(Contact.position == 1)).one()
    contact.email = OFFICER
    clock.move_to(morning(-20))
    set_state(world.response("oulu"), "ask_sign_off")
    clock.move_to(morning(-7))
    reminding.remind()
    assert sent() == [{MAYOR}], "an officer who is the first contact has nothing to do"


def test_answers_sent_back_are_reminded_of_too(world: World, clock: time_machine.Coordinates) -> None:
    clock.move_to(morning(-5))
    set_state(world.response("oulu"), "ask_sign_off", "sign_off")
    clock.move_to(morning(-1))
    assert reminding.remind() == 0, "they wait for a coordinator"
    clock.move_to(morning(4))
    set_state(world.response("oulu"), "request_changes")
    assert reminding.remind() == 0, "they were told just now"
    clock.move_to(morning(14))
    reminding.remind()
    assert MAYOR in sent()[0]
    response = world.response("oulu")
    deadlines.change_deadline(response, DUE + timedelta(days=40), actor=world.coordinator, version=response.version)
    sent()
    clock.move_to(morning(33))
    reminding.remind()
    assert sent() == [{OFFICER, "first@oulu.example"}], "a new day has reminders of its own"


def test_a_city_that_asked_for_more_time_is_left_in_peace(world: World, clock: time_machine.Coordinates) -> None:
    clock.move_to(morning(-7))
    until = DUE + timedelta(days=20)
    extension = deadlines.ask_extension(world.response("oulu"), actor=world.officer("oulu"), until=until, reason="Elections.")
    assert reminding.remind() == 0
    deadlines.decide_extension(extension, world.response("oulu"), actor=world.coordinator, grant=True)
    sent()
    assert reminding.remind() == 0
    clock.move_to(morning(13))
    assert reminding.remind() == 1
    newest = db.session.scalars(select(Reminder).order_by(Reminder.id.desc())).first()
    assert newest is not None
    assert (newest.deadline, newest.offset) == (until, -7)


def test_a_city_invited_late_is_not_reminded_of_days_gone_by(world: World, clock: time_machine.Coordinates) -> None:
    clock.move_to(morning(-6))
    services.invite(world.round, [make_city("vienna").id], actor=world.coordinator)
    reminding.remind()
    assert {row.recipients for row in db.session.scalars(select(Reminder)) if row.response_id != world.responses["oulu"]} == {0}
    assert not [
        mail for mail in db.session.scalars(select(Mail)) if "your answers by" in mail.subject and "vienna" in mail.address
    ]


def test_a_closed_round_reminds_nobody(world: World, clock: time_machine.Coordinates) -> None:
    services.close_round(world.round, actor=world.coordinator)
    db.session.commit()
    clock.move_to(morning(1))
    assert reminding.remind() == 0


def test_reminders_are_switched_off_with_a_word_why_and_on_again(world: World, clock: time_machine.Coordinates) -> None:
    with pytest.raises(DomainError):
        reminding.switch_off(world.response("oulu"), actor=world.coordinator, note=" ")
    assert reminding.switch_off(world.response("oulu"), actor=world.coordinator, note="They wrote to us.") == 5
    clock.move_to(morning(-7))
    assert reminding.remind() == 0
    reminding.switch_on(world.response("oulu"), actor=world.coordinator)
    clock.move_to(morning(-1))
    assert reminding.remind() == 1


def test_the_worker_does_it_every_morning(app: Flask) -> None:
    assert queue._daily[round_jobs.REMIND].hour == 7


@pytest.mark.databases
def test_a_second_worker_sends_nothing_twice(world: World, clock: time_machine.Coordinates) -> None:
    clock.move_to(morning(-7))
    person(Role.CITY_OFFICER, "oulu", name="Second")
    assert reminding.remind() == 1
    row = db.session.scalars(select(Reminder)).one()
    assert not reminding._deal_with(world.response("oulu"), row.offset)
