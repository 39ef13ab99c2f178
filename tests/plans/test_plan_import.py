"""A workbook of a plan that comes in: shown, accepted as a whole or not at all, undone."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import openpyxl
import pytest
from flask import Flask
from harness import PortalClient
from plan_workbooks import by_title, filled, written
from plan_world import days, make_plan
from reporting_world import World, make_world

from icportal.core.clock import now
from icportal.core.db import db
from icportal.core.errors import DomainError, InvalidTransition, NotAllowed, NotFound, Stale
from icportal.indicators.enums import Outcome
from icportal.plans import imports
from icportal.plans.imports import ImportPlan
from icportal.plans.loaded import load_plan
from icportal.plans.models import Action, PlanImport
from icportal.plans.services import actions, importing

PLAN = "/en/work/plans/oulu"
Cells = dict[tuple[str, str], Any]


@pytest.fixture
def world(app: Flask) -> World:
    with app.app_context():
        world = make_world()
        make_plan(world)
        db.session.commit()
        return world


@pytest.fixture
def context(world: World, app: Flask) -> Iterator[None]:
    with app.app_context():
        yield
        db.session.rollback()


def receive(world: World, data: bytes, slug: str = "oulu") -> PlanImport:
    stream = io.BytesIO(data)
    return importing.receive_workbook(world.city(slug), stream, "p.xlsx", actor=world.officer("oulu"), written_in="en")


def planned(world: World, import_: PlanImport) -> ImportPlan:
    db.session.expire_all()
    return imports.plan_of(import_, load_plan(world.city("oulu")))


def outcomes(world: World, import_: PlanImport) -> dict[str, str]:
    return {row.title: str(row.outcome) for row in planned(world, import_).rows if row.outcome != "unchanged"}


def accept(world: World, import_: PlanImport, **how: Any) -> PlanImport:
    how = {"seen_digest": planned(world, import_).digest, "actor": world.officer("oulu"), **how}
    return importing.accept_workbook(import_, world.city("oulu"), **how)


def action(title: str) -> Action:
    db.session.expire_all()
    return db.session.query(Action).filter_by(title=title).one()


@pytest.fixture
def changes(context: None, world: World) -> Cells:
    return cells(world)


def cells(world: World) -> Cells:
    """One action changed, one new."""
    hire = by_title(world)["Hire interpreters"]
    return {
        (hire, "outcome"): "Everybody is understood",
        (hire, "commitments"): "6, 7",
        ("new-a1", "title"): "Meet employers",
        ("new-a1", "owner_body"): "Employment office",
    }


@pytest.mark.databases
@pytest.mark.parametrize("language", ["en", "ar-xb"])
def test_out_and_in_again_changes_nothing(world: World, context: None, language: str) -> None:
    import_ = receive(world, written(world, language))
    assert outcomes(world, import_) == {}
    with pytest.raises(DomainError):
        accept(world, import_)


@pytest.mark.databases
def test_what_was_shown_is_written_once_and_undone(world: World, changes: Cells) -> None:
    import_ = receive(world, filled(world, changes))
    assert outcomes(world, import_) == {"Hire interpreters": "changed", "Meet employers": "new"}
    digest = planned(world, import_).digest
    accept(world, import_, seen_digest=digest)
    accept(world, import_, seen_digest=digest)
    assert (action("Hire interpreters").outcome, action("Hire interpreters").commitments) == ("Everybody is understood", [6, 7])
    assert action("Meet employers").owner_body == "Employment office"
    assert import_.result == {"written": 2, "kept": 0}
    importing.undo_workbook(import_, world.city("oulu"), actor=world.officer("oulu"))
    assert (action("Hire interpreters").outcome, action("Hire interpreters").commitments) == ("", [6])
    assert (action("Meet employers").state, import_.result["dropped"]) == ("dropped", 1)
    with pytest.raises(InvalidTransition):
        accept(world, import_)


def test_undoing_keeps_what_somebody_has_changed_since_and_ends_after_a_month(world: World, changes: Cells) -> None:
    import_ = accept(world, receive(world, filled(world, changes)))
    action("Hire interpreters").outcome = "Better still"
    db.session.flush()
    assert import_.accepted_at is not None
    accepted, import_.accepted_at = import_.accepted_at, now() - importing.UNDO - timedelta(hours=1)
    with pytest.raises(InvalidTransition):
        importing.undo_workbook(import_, world.city("oulu"), actor=world.officer("oulu"))
    import_.accepted_at = accepted
    importing.undo_workbook(import_, world.city("oulu"), actor=world.officer("oulu"))
    assert action("Hire interpreters").outcome == "Better still"
    assert import_.result["changed_since"] == ["Hire interpreters"]


def test_what_changed_since_is_chosen_and_what_changed_under_ones_hands_is_shown_anew(world: World, changes: Cells) -> None:
    data = filled(world, changes)
    row = action("Hire interpreters")
    key, row.outcome = f"a{row.id}", "Theirs"
    db.session.flush()
    import_ = receive(world, data)
    assert outcomes(world, import_)["Hire interpreters"] == "conflict"
    shown = imports.rows_of(planned(world, import_), load_plan(world.city("oulu")))
    conflict = next(each for each in shown if each.outcome == "conflict")
    assert ("Theirs", "Everybody is understood") in {(change.before, change.after) for change in conflict.changes}
    with pytest.raises(DomainError):
        accept(world, import_)
    digest = planned(world, import_).digest
    action("Hire interpreters").outcome = "Theirs again"
    db.session.flush()
    with pytest.raises(Stale):
        accept(world, import_, seen_digest=digest, choices={key: "mine"})
    accept(world, import_, choices={key: "theirs"})
    assert action("Hire interpreters").outcome == "Theirs again"
    assert import_.result == {"written": 1, "kept": 1}


def test_one_refused_cell_refuses_all_and_stands_in_the_error_workbook(world: World, changes: Cells) -> None:
    import_ = receive(world, filled(world, {**changes, ("new-a2", "owner_body"): "Nobody", ("new-m1", "title"): "Whose?"}))
    found = planned(world, import_)
    assert found.refused == 2
    with pytest.raises(DomainError):
        accept(world, import_)
    assert action("Hire interpreters").outcome == ""
    city = world.city("oulu")
    data, _name = imports.error_workbook(import_, load_plan(city), city)
    book = openpyxl.load_workbook(io.BytesIO(data))
    told = [str(cell.value) for line in book["Things to mend"].iter_rows(min_row=2) for cell in line]
    assert any("no name" in text for text in told)
    assert any("Everybody is understood" in str(cell.value) for line in book["Actions"].iter_rows() for cell in line)


def test_the_rules_of_the_page_hold_and_name_the_cell(world: World, changes: Cells) -> None:
    keys = by_title(world)
    train, hire, letters = keys["Train the staff"], keys["Hire interpreters"], keys["Letters in plain words"]
    wrong = {
        (hire, "due_on"): "2020-01-01",
        (train, "after"): "5",
        (letters, "after"): "1",
        ("new-m1", "action"): "3",
        ("new-m1", "title"): "Too early",
        ("new-m1", "due_on"): "2020-01-01",
    }
    action("Train the staff").due_on = days(100)
    db.session.flush()
    found = planned(world, receive(world, filled(world, wrong)))
    told = {(row.title, column): str(finding) for row in found.rows for _cell, column, _key, _shown, finding in row.problems}
    assert told == {
        ("Hire interpreters", "due_on"): "The end is before the beginning.",
        ("Train the staff", "after"): "This would be a circle: Train the staff → Letters in plain words → Train the staff.",
        (
            "Letters in plain words",
            "after",
        ): "This would be a circle: Letters in plain words → Train the staff → Letters in plain words.",
        ("=1+1", "title"): "The milestone “Too early” is before its action begins.",
    }


@pytest.mark.databases
def test_nothing_comes_to_wait_for_a_dropped_action(world: World, context: None) -> None:
    keys = by_title(world)
    train, hire, letters = action("Train the staff"), keys["Hire interpreters"], keys["Letters in plain words"]
    actions.move_action(train, "drop", actor=world.officer("oulu"), seen=train.version, reason="Too dear")
    found = planned(world, receive(world, filled(world, {(hire, "outcome"): "Understood", (letters, "after"): "1"})))
    assert {row.title: str(row.outcome) for row in found.rows if row.outcome != "unchanged"} == {
        "Hire interpreters": "changed", "Letters in plain words": "refused",
    }  # fmt: skip
    ((_cell, column, key, _shown, finding),) = found.with_outcome(Outcome.REFUSED)[0].problems
    assert (column, key, str(finding)) == (
        "after", letters, "“Train the staff” was dropped: nothing can begin after it any more.",
    )  # fmt: skip
    accept(world, receive(world, filled(world, {(hire, "outcome"): "Understood"})))
    assert action("Hire interpreters").outcome == "Understood"
    assert load_plan(world.city("oulu")).after[action("Hire interpreters").id] == [train.id]


@pytest.mark.databases
def test_milestones_indicators_and_what_waits_for_what_come_and_go(world: World, context: None) -> None:
    keys = by_title(world)
    train, hire = keys["Train the staff"], keys["Hire interpreters"]
    row = action("Train the staff")
    first, last = (f"m{each.id}" for each in row.milestones)
    row.due_on = days(100)
    db.session.flush()
    given = {
        (first, "title"): "-",
        (last, "title"): "Half of the staff",
        ("new-m1", "action"): "1",
        ("new-m1", "title"): "All of them",
        ("new-m1", "due_on"): days(90),
        (f"i{row.indicators[0].id}", "target"): 60,
        (hire, "after"): "-",
        (train, "after"): "2",
        ("new-a1", "title"): "Evaluate",
        ("new-a1", "after"): "1, 2, 8",
        ("new-a2", "title"): "Before that",
    }
    import_ = accept(world, receive(world, filled(world, given)))
    plan = load_plan(world.city("oulu"))
    said = {each.title: each for each in plan.actions}
    assert [each.title for each in said["Train the staff"].milestones] == ["Half of the staff", "All of them"]
    assert said["Train the staff"].indicators[0].target == 60
    numbers = [said[title].id for title in ("Train the staff", "Hire interpreters", "Before that")]
    assert sorted(plan.after[said["Evaluate"].id]) == sorted(numbers)
    assert plan.after[numbers[0]] == [numbers[1]]
    assert numbers[1] not in plan.after
    importing.undo_workbook(import_, world.city("oulu"), actor=world.officer("oulu"))
    assert [each.title for each in action("Train the staff").milestones] == ["Trainer chosen", "Half of them"]
    assert load_plan(world.city("oulu")).after[numbers[1]] == [numbers[0]]
    assert (import_.result["restored"], import_.result["dropped"]) == (2, 2)


def test_who_may_do_it(world: World, context: None) -> None:
    import_ = receive(world, written(world))
    with pytest.raises(NotAllowed):
        importing.discard_workbook(import_, actor=world.coordinator)
    with pytest.raises(NotFound):
        importing.import_for(world.city("oulu"), import_.id, actor=world.officer("vienna"))
    with pytest.raises(NotFound):
        importing.import_for(world.city("vienna"), import_.id, actor=world.officer("vienna"))
    importing.discard_workbook(import_, actor=world.officer("oulu"))
    with pytest.raises(InvalidTransition):
        accept(world, import_)


def test_the_pages_lead_through_it(world: World, app: Flask, sign_in: Callable[..., PortalClient]) -> None:
    with app.app_context():
        data, who = filled(world, cells(world)), world.officer("oulu").id
    officer = sign_in(who)
    page = officer.get(f"{PLAN}/workbook").get_data(as_text=True)
    assert "Bring it back" in page
    assert officer.get(f"{PLAN}/workbook.xlsx?language=fr").get_data()[:2] == b"PK"
    assert officer.get(f"{PLAN}/workbook.xlsx?language=xx").status_code == 404
    wrong = officer.post(f"{PLAN}/workbook/upload", data={"upload": (io.BytesIO(b"no"), "x.xlsx"), "written_in": "en"})
    assert wrong.status_code == 422
    sent = officer.post(f"{PLAN}/workbook/upload", data={"upload": (io.BytesIO(data), "plan.xlsx"), "written_in": "en"})
    shown = officer.get(sent.location).get_data(as_text=True)
    assert "Everybody is understood" in shown
    digest = shown.partition('name="digest" value="')[2].partition('"')[0]
    assert officer.post(f"{sent.location}/accept", data={"digest": "old"}).status_code == 409
    assert officer.post(f"{sent.location}/accept", data={"digest": digest}).status_code == 303
    assert "Undo this import" in officer.get(sent.location).get_data(as_text=True)
    officer.post(f"{sent.location}/undo")
    assert "was undone" in officer.get(sent.location).get_data(as_text=True)
    assert "plan.xlsx" in officer.get(f"{PLAN}/workbook").get_data(as_text=True)
