"""What came of a plan: rounds, notes that a second person approves, the frozen report, reminders, and what the public reads."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import plan_review_world as way
import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from reporting_world import World, person
from sqlalchemy import func, select

from icportal.accounts.models import RoleGrant
from icportal.cities import timeline
from icportal.cli.verify import findings
from icportal.core.actors import SYSTEM, Role
from icportal.core.canonical import sha256
from icportal.core.clock import now, today
from icportal.core.db import db
from icportal.core.errors import DomainError, FieldErrors, InvalidTransition, NotAllowed, NotFound, Stale
from icportal.plans import freezing, open_data, progress, progress_words, reading, rules, versions
from icportal.plans.enums import ProgressState
from icportal.plans.loaded import LoadedPlan, load_plan
from icportal.plans.models import Action, ActionPlan, PlanReminder, ProgressNote, ProgressRound
from icportal.plans.review_worklists import provide
from icportal.plans.services import actions, asking, indicators
from icportal.plans.services import progress as telling
from icportal.plans.services.progress import NoteDraft


@pytest.fixture
def world(app: Flask, context: None) -> Iterator[World]:
    kept = list(rules._mentors), list(rules._mentees)
    world = way.make()
    way.mentored(world)
    way.publish(world)
    yield world
    rules._mentors[:], rules._mentees[:] = kept


def reported(world: World) -> ProgressRound:
    """A closed round with one text of its own."""
    round_ = way.begin(world)
    way.write(world, round_, "Train the staff", "Half of them were trained.", internal="The trainer was ill.")
    way.approve_all(world, round_)
    way.close(world, round_)
    db.session.commit()
    return round_


# --- rounds ----------------------------------------------------------------------------------------------------


def test_progress_is_told_of_what_was_endorsed_and_one_round_at_a_time(world: World) -> None:
    round_ = way.begin(world)
    assert (round_.number, round_.covers_from, round_.state) == (1, today(), ProgressState.OPEN)
    with pytest.raises(InvalidTransition, match="open already"):
        way.begin(world)
    with pytest.raises(InvalidTransition, match="endorsed"):
        telling.begin_round(world.city("vienna"), due_on=today(), actor=world.officer("vienna"))


@pytest.mark.parametrize("due_on", [None, today() - timedelta(days=1), today() + timedelta(days=400)])
def test_a_last_day_has_to_be_one(world: World, due_on: date | None) -> None:
    with pytest.raises(DomainError) as refused:
        telling.begin_round(way.oulu(world), due_on=due_on, actor=world.officer("oulu"))
    assert refused.value.field == "due_on"


def test_only_the_citys_officers_report_and_only_the_office_or_a_coordinator_approves(world: World) -> None:
    for who in (world.mayor("oulu"), world.coordinator, world.officer("vienna")):
        with pytest.raises(NotAllowed):
            telling.begin_round(way.oulu(world), due_on=today(), actor=who)
    with pytest.raises(NotFound):
        telling.begin_round(way.oulu(world), due_on=today(), actor=person(Role.CITY_OFFICER, "ghent"))
    round_ = way.begin(world)
    note = way.write(world, round_, "Train the staff", "Done.")
    for who in (world.officer("oulu"), world.officer("vienna")):
        with pytest.raises(NotAllowed):
            telling.approve(round_, way.oulu(world), {note.id: note.version}, actor=who)
    with pytest.raises(NotAllowed):
        telling.move_round(round_, way.oulu(world), "close", actor=world.coordinator, seen=None)


# --- notes -----------------------------------------------------------------------------------------------------


@pytest.mark.databases
def test_of_two_who_write_the_second_sees_both(world: World) -> None:
    round_ = way.begin(world)
    note = way.write(world, round_, "Train the staff", "First.")
    number = way.action("Train the staff").id
    for seen in (0, note.version - 1):
        with pytest.raises(Stale) as refused:
            telling.write_note(round_, way.oulu(world), number, NoteDraft("Second."), actor=world.officer("oulu"), seen=seen)
        assert refused.value.differences[0][1:] == ("Second.", "First.")
    assert (
        telling.write_note(round_, way.oulu(world), number, NoteDraft("First."), actor=world.officer("oulu"), seen=note.version)
        is False
    )


def test_nobody_approves_what_they_wrote_any_part_of_however_long_ago(world: World) -> None:
    round_, mayor = way.begin(world), world.mayor("oulu")
    note = way.write(world, round_, "Train the staff", "First.")
    # The mayor's office wrote once, when it was an officer; an officer wrote last.
    note.written_by = sorted({*note.written_by, mayor.id or 0})
    db.session.flush()
    note = way.write(world, round_, "Train the staff", "First and second.")
    with pytest.raises(NotAllowed) as refused:
        telling.approve(round_, way.oulu(world), {note.id: note.version}, actor=mayor)
    assert "second person" in str(refused.value.reasons[0])
    assert telling.approve(round_, way.oulu(world), {note.id: note.version}, actor=world.coordinator) == 1


def test_a_changed_text_is_approved_anew_and_a_changed_internal_note_is_not(world: World) -> None:
    round_ = way.begin(world)
    way.write(world, round_, "Train the staff", "First.")
    way.approve_all(world, round_)
    note = way.write(world, round_, "Train the staff", "First.", internal="Between us.")
    assert note.approved_at is not None
    note = way.write(world, round_, "Train the staff", "Second.", internal="Between us.")
    assert (note.approved_at, note.approved_by) == (None, None)


def test_an_approval_binds_to_the_text_that_was_read(world: World) -> None:
    round_ = way.begin(world)
    note = way.write(world, round_, "Train the staff", "First.")
    read = note.version
    way.write(world, round_, "Train the staff", "Second.")
    with pytest.raises(Stale):
        telling.approve(round_, way.oulu(world), {note.id: read}, actor=world.mayor("oulu"))
    with pytest.raises(Stale):
        telling.approve(round_, way.oulu(world), {999: 1}, actor=world.mayor("oulu"))
    with pytest.raises(DomainError) as refused:
        telling.approve(round_, way.oulu(world), {}, actor=world.mayor("oulu"))
    assert refused.value.field == "chosen"


def test_what_cannot_be_said_is_refused(world: World) -> None:
    round_, officer = way.begin(world), world.officer("oulu")
    number = way.action("Train the staff").id
    for draft, field in (
        (NoteDraft("x" * 20_001), "text"), (NoteDraft("a", "x" * 20_001), "internal_note"), (NoteDraft("a", "", "xx"), "language"),
    ):  # fmt: skip
        with pytest.raises(FieldErrors) as refused:
            telling.write_note(round_, way.oulu(world), number, draft, actor=officer, seen=0)
        assert [name for name, _message in refused.value.problems] == [field]
    with pytest.raises(NotFound):
        telling.write_note(round_, way.oulu(world), way.action("An idea").id, NoteDraft("a"), actor=officer, seen=0)
    with pytest.raises(FieldErrors):
        telling.edit_round(round_, way.oulu(world), summary="", language="en", due_on=None, actor=officer, seen=round_.version)


def test_the_first_words_say_what_is_known_and_no_value_nobody_approved(world: World) -> None:
    train, officer = way.action("Train the staff"), world.officer("oulu")
    indicator = train.indicators[0]
    for value in (12, 15):
        indicators.report_value(train, indicator.id, value=Decimal(value), on=today(), note="Kept inside", actor=officer)
    first = train.indicators[0].values[0]
    indicators.approve_values(way.oulu(world), [first.id], actor=world.mayor("oulu"))
    round_ = way.begin(world)
    found = progress.opened(way.oulu(world), round_)
    words = progress_words.first_words(progress.facts_of(found, found.line(train.id)))
    assert words.startswith("State: In progress.\n1 of 2 milestones are reached.\n“Trainer chosen” was reached on ")
    assert "“Staff trained”: 12 people on" in words
    assert ("15" in words.split("Staff trained")[1].split(" on ")[0], "Kept inside" in words) == (False, False)


# --- the report ------------------------------------------------------------------------------------------------


@pytest.mark.databases
def test_closing_freezes_the_report(world: World) -> None:
    round_ = reported(world)
    assert round_.content is not None
    assert (round_.state, round_.sha256, round_.covers_to) == (ProgressState.CLOSED, sha256(round_.content), today())
    told = {each["title"]: each["text"] for each in round_.content["actions"]}
    assert told["Train the staff"] == "Half of them were trained."
    assert "The trainer was ill." not in str(round_.content)
    assert [line for line in findings() if "progress round" in line] == []
    with pytest.raises(InvalidTransition):
        way.write(world, round_, "Train the staff", "Later.")
    db.session.execute(ProgressRound.__table__.update().values(content={**round_.content, "summary": "Forged"}))
    db.session.expire_all()
    assert f"the report of progress round {round_.id} is not what was frozen" in findings()


def test_what_stands_in_the_way_of_closing_is_said(world: World) -> None:
    round_ = way.begin(world)
    with pytest.raises(InvalidTransition, match="Nothing is said yet"):
        way.close(world, round_)
    way.write(world, round_, "Train the staff", "Done.")
    with pytest.raises(InvalidTransition, match="“Train the staff”"):
        way.close(world, round_)
    way.approve_all(world, round_)
    telling.edit_round(
        round_, way.oulu(world), summary="It went well.", language="en", due_on=round_.due_on, actor=world.officer("oulu"),
        seen=round_.version,
    )  # fmt: skip
    with pytest.raises(InvalidTransition, match="The summary waits"):
        way.close(world, round_)
    way.approve_all(world, round_)
    way.close(world, round_)
    assert (round_.content or {})["summary"] == "It went well."


def test_of_two_who_write_the_summary_the_second_sees_both(world: World) -> None:
    round_, officer = way.begin(world), world.officer("oulu")
    seen = round_.version
    telling.edit_round(round_, way.oulu(world), summary="First.", language="en", due_on=round_.due_on, actor=officer, seen=seen)
    with pytest.raises(Stale) as refused:
        telling.edit_round(
            round_, way.oulu(world), summary="Second.", language="en", due_on=round_.due_on, actor=officer, seen=seen
        )
    assert refused.value.differences == [("Summary", "Second.", "First.")]


def test_a_report_is_corrected_with_a_reason_and_read_meanwhile(world: World) -> None:
    round_ = reported(world)
    first, closed = round_.sha256, round_.closed_at
    officer = world.officer("oulu")
    with pytest.raises(InvalidTransition):
        telling.move_round(round_, way.oulu(world), "reopen", actor=officer, seen=round_.version)
    telling.move_round(round_, way.oulu(world), "reopen", actor=officer, seen=round_.version, reason="A wrong number")
    assert (round_.sha256, progress.reports_of(way.plan_of(world))[0]) == (first, round_)
    way.write(world, round_, "Train the staff", "A third of them were trained.", internal="The trainer was ill.")
    way.approve_all(world, round_)
    way.close(world, round_)
    assert (round_.sha256 != first, round_.closed_at) == (True, closed)
    with pytest.raises(NotFound):
        telling.move_round(round_, way.oulu(world), "burn", actor=officer, seen=None)


def test_a_report_is_not_opened_beside_an_open_round(world: World) -> None:
    first = reported(world)
    second = way.begin(world)
    assert (second.number, second.covers_from) == (2, first.covers_to)
    with pytest.raises(InvalidTransition, match="open already"):
        telling.move_round(first, way.oulu(world), "reopen", actor=world.officer("oulu"), seen=first.version, reason="Mend it")


def test_the_timeline_tells_of_a_report_as_long_as_the_plan_is_public(world: World) -> None:
    reported(world)
    said = [moment.sentence for moment in timeline.of_city(way.oulu(world))]
    assert "Reported what came of its action plan: progress round 1." in said
    way.move(world, "withdraw", "Wait")
    assert timeline.of_city(way.oulu(world)) == []
    way.move(world, "publish")
    assert len(timeline.of_city(way.oulu(world))) == 3


def test_the_public_reads_states_of_the_report_and_words_of_the_version(world: World) -> None:
    train = way.action("Train the staff")
    before = versions.published_plan("oulu").version.content
    actions.move_action(train, "block", actor=world.officer("oulu"), seen=None, reason="Only between us")
    assert {each.title: each.state for each in reading.read(before).actions}["Train the staff"] == "in_progress"
    content = reported(world).content
    text = reading.with_report(reading.read(before), content)
    assert {each.title: each.state for each in text.actions}["Train the staff"] == "blocked"
    assert "Only between us" not in str(content)


# --- nothing internal becomes public ---------------------------------------------------------------------------

SECRETS = ("internal_note", "because", "people", "owner_person")


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    said=st.lists(
        st.tuples(st.sampled_from(["draft", "planned", "in_progress", "blocked", "done", "dropped"]), st.booleans(), st.booleans()),
        min_size=1, max_size=6,
    )
)  # fmt: skip
def test_whatever_a_plan_is_like_nothing_internal_is_in_a_version(said: list[tuple[str, bool, bool]]) -> None:
    rows = []
    for number, (state, is_public, is_merged) in enumerate(said, start=1):
        hidden = {name: f"secret{name}{number}" for name in SECRETS}
        row = Action(
            id=number, title=f"title{number}", state=state, person_public=is_public, merged_into_id=1 if is_merged else None,
            outcome="", body="", language="en", owner_body="", currency="EUR", funding="", commitments=[], key_factors=[], **hidden,
        )  # fmt: skip
        rows.append(row)
    plan = ActionPlan(id=1, title="Plan", language="en", introduction="", internal_note="secretplan")
    content = freezing.content_of(LoadedPlan(None, plan, rows, [], {1: [n + 1 for n in range(len(rows))]}, {}))  # type: ignore[arg-type]
    told = str(content)
    allowed = {
        f"secretowner_person{row.id}"
        for row in rows
        if row.person_public and row.state not in {"draft", "dropped"} and row.merged_into_id is None
    }
    hidden = {f"secret{name}{row.id}" for row in rows for name in SECRETS} | {"secretplan"}
    found = {each for each in hidden if f"'{each}'" in told}
    assert found == allowed
    kept = {row.id for row in rows if row.state not in {"draft", "dropped"} and row.merged_into_id is None}
    assert {each["id"] for each in content["actions"]} == kept
    assert all(set(each["after"]) <= kept for each in content["actions"])


def test_open_data_has_the_texts_of_the_version_and_nothing_internal(world: World) -> None:
    reported(world)
    found = versions.published_plan("oulu")
    reports = progress.reports_of(found.plan)
    rows = open_data.rows(found, reports)
    assert [row[open_data.COLUMNS.index("title")] for row in rows] == [
        "Train the staff",
        "Hire interpreters",
        "=1+1",
        "Mentors in firms",
    ]
    told = str([rows, open_data.records(found, reports), open_data.about(found, reports, "en")])
    for kept in ("The trainer may leave", "The trainer was ill", "Aino K.", "No post", "An idea"):
        assert kept not in told
    assert "Half of them were trained." in told


# --- asked and reminded ----------------------------------------------------------------------------------------


def shift(round_: ProgressRound, *, due: int, since: int) -> None:
    """Let the round be due in so many days, and open since so many days ago."""
    values = {"due_on": today() + timedelta(days=due), "state_since": now() - timedelta(days=since)}
    db.session.execute(ProgressRound.__table__.update().where(ProgressRound.id == round_.id).values(**values))
    db.session.expire_all()


@pytest.mark.databases
def test_the_portal_asks_when_the_time_has_come_and_only_once(world: World) -> None:
    assert asking.ask_due_cities() == 0
    db.session.execute(ActionPlan.__table__.update().values(published_at=datetime(2024, 1, 31, 12, tzinfo=UTC), months_between=1))
    db.session.expire_all()
    assert asking.next_round_on(way.plan_of(world)) == date(2024, 2, 29)
    before = len(way.subjects())
    assert (asking.ask_due_cities(), asking.ask_due_cities()) == (1, 0)
    assert way.subjects()[before:] == [(world.officer("oulu").email, "What came of your action plan?")]
    round_ = db.session.scalars(select(ProgressRound)).one()
    assert (round_.due_on, round_.covers_from) == (today() + timedelta(days=30), date(2024, 1, 31))


def test_people_do_not_start_what_the_worker_does(world: World) -> None:
    for act in (asking.ask_due_cities, asking.remind):
        with pytest.raises(NotAllowed):
            act(actor=world.coordinator)
    assert asking.remind(actor=SYSTEM) == 0


@pytest.mark.databases
@pytest.mark.parametrize(
    ("due", "since", "told"),
    [(20, 40, 0), (14, 40, 1), (3, 40, 1), (1, 40, 1), (0, 40, 1), (-7, 40, 2), (10, 1, 0), (-20, 1, 0)],
)
def test_each_reminder_is_sent_once(world: World, due: int, since: int, told: int) -> None:
    shift(way.begin(world), due=due, since=since)
    before = len(way.subjects())
    first, again = asking.remind(), asking.remind()
    assert (first, again, len(way.subjects()) - before) == (min(told, 1), 0, told)
    rows = db.session.scalar(select(func.count()).select_from(PlanReminder))
    assert rows == min(told, 1)


def test_a_closed_round_reminds_nobody_and_a_new_day_reminds_again(world: World) -> None:
    round_ = way.begin(world)
    shift(round_, due=1, since=40)
    assert asking.remind() == 1
    telling.edit_round(
        round_, way.oulu(world), summary="", language="en", due_on=today() + timedelta(days=14), actor=world.officer("oulu"),
        seen=round_.version,
    )  # fmt: skip
    assert asking.remind() == 1
    way.write(world, round_, "Train the staff", "Done.")
    way.approve_all(world, round_)
    shift(round_, due=-7, since=40)
    way.close(world, round_)
    assert asking.remind() == 0


def test_the_office_is_told_once_that_texts_wait(world: World) -> None:
    round_ = way.begin(world)
    before = len(way.subjects())
    way.write(world, round_, "Train the staff", "Done.")
    way.write(world, round_, "Hire interpreters", "None found.")
    assert way.subjects()[before:] == [(world.mayor("oulu").email, "Texts on the action plan of Oulu wait to be approved")]


def test_rounds_and_texts_wait_in_the_lists(world: World) -> None:
    def waiting(who: object) -> dict[str, list[str]]:
        return {each.key: [entry.state for entry in each.entries] for each in provide(who, 50) if each.count}  # type: ignore[arg-type]

    round_ = way.begin(world)
    assert [waiting(world.officer("oulu")), waiting(world.mayor("oulu"))] == [{"plans.progress": ["open"]}, {}]
    way.write(world, round_, "Train the staff", "Done.")
    shift(round_, due=-1, since=40)
    assert [waiting(world.officer("oulu")), waiting(world.mayor("oulu"))] == [
        {"plans.progress": ["overdue"]}, {"plans.approve": ["open"]},
    ]  # fmt: skip
    assert waiting(world.officer("vienna")) == {}


def second_version(world: World) -> None:
    """The plan is published again, with one action called otherwise."""
    way.move(world, "revise", "Something new")
    officer, hire = world.officer("oulu"), way.action("Hire interpreters")
    actions.edit_action(hire, replace(actions.said_by(hire), title="Hire two interpreters"), actor=officer, seen=hire.version)
    way.submit(world)
    way.agree(world)
    way.decide(world)
    way.move(world, "publish")


@pytest.mark.databases
def test_a_round_tells_of_the_version_it_began_with(world: World) -> None:
    round_ = way.begin(world)
    way.write(world, round_, "Train the staff", "Done.")
    second_version(world)
    found = progress.opened(way.oulu(world), round_)
    assert (found.version.number, found.told) == (1, 1)
    assert "Hire interpreters" in [line.said["title"] for line in found.lines]
    assert db.session.scalar(select(func.count()).select_from(ProgressNote)) == 1
    assert len(load_plan(way.oulu(world)).actions) == 6
    way.approve_all(world, round_)
    way.close(world, round_)
    assert (round_.content or {})["version"] == 1


@pytest.mark.databases
def test_a_closed_report_keeps_its_facts_and_lies_over_no_newer_version(world: World) -> None:
    round_, officer = reported(world), world.officer("oulu")
    content = round_.content or {}
    state = {each["title"]: each["state"] for each in content["actions"]}["Train the staff"]
    train = way.action("Train the staff")
    actions.move_action(train, "block", actor=officer, seen=None, reason="No trainer")
    second_version(world)
    found = progress.opened(way.oulu(world), round_)
    assert found.version.number == 1
    assert progress.facts_of(found, found.line(train.id))["state"] == state != "blocked"
    public = versions.published_plan("oulu")
    reports = progress.reports_of(public.plan)
    assert progress.report_on(public.version, reports) is None
    assert {each["title"]: each["state"] for each in open_data.records(public, reports)}["Train the staff"] == "blocked"
    states = [row[open_data.COLUMNS.index("state")] for row in open_data.rows(public, reports)]
    assert states[0] == "blocked"
    telling.move_round(round_, way.oulu(world), "reopen", actor=officer, seen=round_.version, reason="A wrong word")
    way.write(world, round_, "Train the staff", "A third of them were trained.", internal="The trainer was ill.")
    way.approve_all(world, round_)
    way.close(world, round_)
    again = round_.content or {}
    assert (again["version"], {each["title"]: each["state"] for each in again["actions"]}["Train the staff"]) == (1, state)
    assert "A third of them were trained." in str(again)


# --- values ----------------------------------------------------------------------------------------------------


@pytest.mark.databases
def test_a_value_nobody_has_looked_at_is_listed_and_stops_the_report(world: World) -> None:
    train, officer, mayor = way.action("Train the staff"), world.officer("oulu"), world.mayor("oulu")
    indicator = train.indicators[0]
    typo = indicators.report_value(train, indicator.id, value=Decimal(5000), on=today(), note="", actor=officer)
    assert [each.key for each in provide(mayor, 50) if each.count] == ["plans.values"]
    assert [each.key for each in provide(world.coordinator, 50) if each.count] == [], "the city has a mayor's office"
    round_ = way.begin(world)
    way.write(world, round_, "Train the staff", "Done.")
    way.approve_all(world, round_)
    with pytest.raises(InvalidTransition, match="“Staff trained”"):
        way.close(world, round_)
    with pytest.raises(DomainError) as refused:
        indicators.take_away_value(way.oulu(world), typo.id, reason=" ", actor=mayor)
    assert refused.value.field == "reason"
    with pytest.raises(NotFound):
        indicators.take_away_value(way.oulu(world), typo.id, reason="Not mine", actor=world.officer("ghent"))
    before = len(way.subjects())
    indicators.take_away_value(way.oulu(world), typo.id, reason="A nought too many", actor=mayor)
    assert way.subjects()[before:] == [(officer.email, "A value you reported was taken away")]
    db.session.expire_all()
    assert (indicator.next_due_on, list(indicator.values)) == (today(), [])
    way.close(world, round_)
    with pytest.raises(NotFound):
        indicators.take_away_value(way.oulu(world), typo.id, reason="Again", actor=mayor)


def test_who_reported_a_value_takes_it_away_until_somebody_has_approved_it(world: World) -> None:
    train, officer = way.action("Train the staff"), world.officer("oulu")
    indicator = train.indicators[0]
    first = indicators.report_value(train, indicator.id, value=Decimal(5), on=today(), note="", actor=officer)
    before = len(way.subjects())
    indicators.take_away_value(way.oulu(world), first.id, reason="Mistyped", actor=officer)
    assert len(way.subjects()) == before, "nobody is told what they did themselves"
    second = indicators.report_value(train, indicator.id, value=Decimal(6), on=today(), note="", actor=officer)
    indicators.approve_values(way.oulu(world), [second.id], actor=world.mayor("oulu"))
    with pytest.raises(NotAllowed):
        indicators.take_away_value(way.oulu(world), second.id, reason="Mistyped", actor=officer)
    indicators.take_away_value(way.oulu(world), second.id, reason="It was of another year", actor=world.coordinator)


def test_an_old_value_is_not_the_one_that_was_due(world: World) -> None:
    train, officer = way.action("Train the staff"), world.officer("oulu")
    indicator = train.indicators[0]
    due = today() - timedelta(days=7)
    indicator.next_due_on = due
    db.session.flush()

    def report(days: int, **more: object) -> None:
        on = today() - timedelta(days=days)
        indicators.report_value(train, indicator.id, value=Decimal(5), on=on, note="", actor=officer, **more)  # type: ignore[arg-type]

    report(900)
    assert indicator.next_due_on == due
    report(3)
    assert indicator.next_due_on is None
    with pytest.raises(DomainError) as refused:
        report(2, next_on=today())
    assert refused.value.field == "next_on"
    report(2, next_on=today() + timedelta(days=365))
    assert indicator.next_due_on == today() + timedelta(days=365)


@pytest.mark.databases
def test_what_waits_for_a_mayors_office_nobody_holds_waits_for_others(world: World) -> None:
    train, officer = way.action("Train the staff"), world.officer("oulu")
    indicator = train.indicators[0]
    db.session.execute(RoleGrant.__table__.update().where(RoleGrant.role == Role.MAYOR_OFFICE).values(revoked_at=now()))
    db.session.expire_all()
    round_ = way.begin(world)
    before = len(way.subjects())
    way.write(world, round_, "Train the staff", "Done.")
    indicators.report_value(train, indicator.id, value=Decimal(5), on=today(), note="", actor=officer)
    assert way.subjects()[before:] == [
        (world.coordinator.email, "Texts on the action plan of Oulu wait to be approved"),
        (world.coordinator.email, "Values of indicators of Oulu wait to be approved"),
    ]
    assert {"plans.approve", "plans.values"} <= {each.key for each in provide(world.coordinator, 50) if each.count}
    way.move(world, "revise", "Something new")
    hire = way.action("Hire interpreters")
    actions.edit_action(hire, replace(actions.said_by(hire), title="Hire two"), actor=officer, seen=hire.version)
    way.submit(world)
    way.agree(world)
    assert "plans.endorse" in {each.key for each in provide(officer, 50) if each.count}
