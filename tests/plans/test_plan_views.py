"""The plan as a whole: as a table, as a board, over time, as a calendar."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from harness import PortalClient, statements
from icalendar import Calendar
from plan_world import days, make_plan
from reporting_world import World, make_world
from sqlalchemy import select

from icportal.core.clock import now
from icportal.core.db import db
from icportal.core.errors import NotAllowed, NotFound
from icportal.plans import feeds, listing
from icportal.plans.listing import Listing, Wanted
from icportal.plans.loaded import load_plan, plan_row
from icportal.plans.models import Action, ActionIndicator, ActionPlan, Dependency, Milestone
from icportal.plans.services import calendars

PLAN = "/en/work/plans/oulu"


@pytest.fixture
def world(app: Flask) -> World:
    with app.app_context():
        world = make_world()
        make_plan(world)
        db.session.commit()
        return world


@pytest.fixture
def officer(world: World, app: Flask, sign_in: Callable[..., PortalClient]) -> PortalClient:
    with app.app_context():
        who = world.officer("oulu").id
    return sign_in(who)


def listed(world: World, **wanted: str) -> Listing:
    return listing.list_plan(load_plan(world.city("oulu")), Wanted.of(wanted))


def titles(found: Listing) -> list[list[str]]:
    return [[str(group.title), *(item.action.title for item in group.items)] for group in found.groups]


def number_of(title: str) -> int:
    return db.session.scalars(select(Action.id).where(Action.title == title)).one()


# --- as a table --------------------------------------------------------------------------------------------


def test_what_is_overdue_or_blocked_stands_first_then_by_objective(world: World, context: None) -> None:
    found = listed(world)
    assert titles(found) == [
        ["Overdue or blocked", "Train the staff", "Hire interpreters"],
        ["Work", "=1+1", "Mentors in firms"],
        ["Without an objective", "Letters in plain words", "An idea"],
    ]
    first = found.groups[0].items[0]
    assert (first.next.title if first.next else "", first.done, first.total) == ("Half of them", 1, 2)
    assert (found.counts["overdue"], found.commitments, found.costs) == (1, {1, 6, 9}, {"EUR": 12000})


def test_it_is_narrowed_by_what_is_chosen(world: World, context: None) -> None:
    objective = str(load_plan(world.city("oulu")).objectives[1].id)
    for wanted, count in (
        ({"state": "overdue"}, 1),
        ({"state": "draft"}, 2),
        ({"commitment": "6"}, 2),
        ({"objective": objective}, 2),
        ({"objective": "none"}, 2),
        ({"owner": "EMPLOYMENT office"}, 2),
        ({"owner": "Employment office", "state": "done"}, 1),
        ({"origin": "answer"}, 0),
        ({"commitment": "x" * 500}, 0),
    ):
        assert listed(world, **wanted).found == count, wanted


def test_a_long_plan_has_pages(world: World, context: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listing, "PAGE", 4)
    plan = load_plan(world.city("oulu"))
    pages = [listing.list_plan(plan, Wanted(), page=number) for number in (1, 2, 3)]
    assert [page.shown for page in pages] == [4, 2, 0]
    assert [page.has_next for page in pages] == [True, False, False]
    assert sum(len(group.items) for page in pages for group in page.groups) == 6


def test_names_of_people_stay_inside_unless_they_are_public(world: World, context: None) -> None:
    from flask import current_app

    macro = current_app.jinja_env.get_template("plans/_plan_parts.html").module.plan_rows
    from icportal.plans.flow import ACTION

    groups = listed(world).groups
    assert "Aino K." not in macro(groups, ACTION, "x")
    assert "Aino K." in macro(groups, ACTION, "x", sees_people=True)


# --- the pages ---------------------------------------------------------------------------------------------


def test_every_view_asks_as_often_for_many_actions_as_for_few(world: World, officer: PortalClient, app: Flask) -> None:
    tails = ("", "/board", "/gantt", "/calendar")

    def queries_of(tail: str) -> int:
        with statements(app) as count:
            assert officer.get(PLAN + tail).status_code == 200
        return len(count)

    few = [queries_of(tail) for tail in (*tails, *tails)][len(tails) :]
    with app.app_context():
        plan = db.session.scalars(select(ActionPlan)).one()
        more = [
            Action(plan_id=plan.id, city_id=plan.city_id, title=f"More {n}", due_on=days(n), starts_on=days(n - 9))
            for n in range(40)
        ]
        db.session.add_all(more)
        db.session.flush()
        for each in more:
            db.session.add_all(
                [
                    Milestone(action_id=each.id, title="Step", due_on=days(3)),
                    ActionIndicator(action_id=each.id, label="Reached", deadline=days(4)),
                    Dependency(action_id=each.id, after_id=number_of("An idea")),
                ]
            )
        db.session.commit()
    assert [queries_of(tail) for tail in tails] == few


def test_table_board_and_page_say_what_an_action_waits_for(world: World, officer: PortalClient, app: Flask) -> None:
    def told() -> list[bool]:
        pages = [officer.get(PLAN + tail).text for tail in ("", "/board")]
        return ['Waits for: <bdi lang="en">Train the staff</bdi>' in page for page in pages]

    with app.app_context():
        number, first = number_of("Hire interpreters"), number_of("Train the staff")
    assert told() == [True, True]
    assert "It waits for what is not done yet:" in officer.get(f"{PLAN}/actions/{number}").text
    refused = officer.post(f"{PLAN}/board/{number}", data={"transition": "resume", "version": "1", "reason": ""})
    assert (refused.status_code, "It waits for “Train the staff”." in refused.text) == (409, True)
    moved = officer.post(f"{PLAN}/board/{number}", data={"transition": "resume", "version": "1", "reason": "Money is there"})
    assert moved.status_code == 303
    with app.app_context():
        db.session.get_one(Action, first).state = "done"
        db.session.commit()
    assert told() == [False, False]


def test_the_board_takes_steps_and_keeps_what_was_typed(world: World, officer: PortalClient, app: Flask) -> None:
    with app.app_context():
        number = number_of("Train the staff")
    assert "Aino" not in officer.get(f"{PLAN}/board").get_data(as_text=True)
    address = f"{PLAN}/board/{number}"
    refused = officer.post(address, data={"transition": "block", "version": "1", "reason": "  "})
    assert refused.status_code == 409
    stale = officer.post(address, data={"transition": "block", "version": "7", "reason": "No money & no room"})
    page = stale.get_data(as_text=True)
    assert stale.status_code == 409
    assert "No money &amp; no room</textarea>" in page
    moved = officer.post(address, data={"transition": "block", "version": "1", "reason": "No money"})
    assert moved.location.endswith(f"{PLAN}/board#a-{number}")
    assert "No money" in officer.get(f"{PLAN}/board").get_data(as_text=True)


def test_the_gantt_goes_on_paper_at_once_or_by_the_worker(
    world: World, officer: PortalClient, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert officer.get(f"{PLAN}/gantt.pdf").get_data()[:5] == b"%PDF-"
    monkeypatch.setattr("icportal.plans.gantt_paper.QUICK", 3)
    assert officer.get(f"{PLAN}/gantt.pdf").status_code == 404
    asked = officer.post(f"{PLAN}/gantt/pdf")
    job = asked.location.rpartition("=")[2]
    assert officer.get(f"{PLAN}/gantt/pdf/{job}/progress").json == {"running": False, "done": 1, "total": 2}
    assert "Download the PDF" in officer.get(f"{PLAN}/gantt?job={job}").get_data(as_text=True)
    made = officer.get(f"{PLAN}/gantt/pdf/{job}")
    assert made.get_data()[:5] == b"%PDF-"
    assert "icportal-plan-oulu-en.pdf" in made.headers["Content-Disposition"]
    with app.app_context():
        other = world.mayor("oulu").id
    officer.sign_in(other)
    assert officer.get(f"{PLAN}/gantt/pdf/{job}").status_code == 404


# --- the calendar ------------------------------------------------------------------------------------------


def test_the_calendar_has_every_day_and_nothing_internal(world: World, context: None) -> None:
    city, plan = world.city("oulu"), plan_row(world.city("oulu"))
    assert plan is not None
    entries = {entry.title: entry for entry in feeds.entries_of(plan, city, "en")}
    assert set(entries) == {
        "Due: Train the staff", "Due: Hire interpreters", "Due: =1+1", "✓ Due: Mentors in firms", "Due: Letters in plain words",
        "✓ Milestone: Trainer chosen", "Milestone: Half of them", "Target to be reached: Staff trained",
    }  # fmt: skip
    assert not any("Aino" in str(entry) or "trainer may leave" in str(entry) for entry in entries.values())
    train = entries["Due: Train the staff"]
    assert (train.starts, train.sequence) == (days(-9), 1)
    assert train.url.startswith("http")


def test_the_address_is_the_key_and_can_be_changed(world: World, officer: PortalClient, client: PortalClient, app: Flask) -> None:
    def address() -> str:
        page = officer.get(f"{PLAN}/calendar").get_data(as_text=True)
        return page.partition('type="url" readonly value="')[2].partition('"')[0].partition("//")[2].partition("/")[2]

    assert address() == ""
    officer.post(f"{PLAN}/calendar/renew")
    first = f"/{address()}"
    officer.post(f"{PLAN}/calendar/renew")
    second = f"/{address()}"
    officer.post(f"{PLAN}/calendar/close")
    assert address() == ""
    officer.post(f"{PLAN}/calendar/renew")
    third = f"/{address()}"
    client.sign_out()
    assert [client.get(each).status_code for each in (first, second, third)] == [404, 404, 200]
    answer = client.get(third)
    assert "Set-Cookie" not in answer.headers
    assert answer.headers["Cache-Control"] == "private, no-cache"
    assert len(Calendar.from_ical(answer.get_data()).walk("VEVENT")) == 8
    assert client.get(third, headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304
    with app.app_context():
        row = db.session.get_one(Action, number_of("=1+1"))
        row.due_on, row.updated_at = days(99), now() + timedelta(seconds=1)
        db.session.commit()
    assert client.get(third, headers={"If-None-Match": answer.headers["ETag"]}).status_code == 200


def test_only_officers_give_the_address_out(world: World, context: None) -> None:
    plan = plan_row(world.city("oulu"))
    with pytest.raises(NotAllowed):
        calendars.renew_calendar(plan, actor=world.mayor("oulu"))
    with pytest.raises(NotFound):
        calendars.renew_calendar(plan, actor=world.officer("vienna"))
    with pytest.raises(NotFound):
        feeds.open_calendar("guessed")
