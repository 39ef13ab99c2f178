"""A city's action plan: its actions, their steps, where they come from, and who may do what."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from harness import PortalClient, statements
from reporting_world import World, fill, make_world, person
from sqlalchemy import select

from icportal.core.actors import Role
from icportal.core.clock import today
from icportal.core.db import db
from icportal.core.errors import DomainError, FieldErrors, InvalidTransition, NotAllowed, NotFound, Stale
from icportal.plans import queries, services, worklists
from icportal.plans.models import Action, ActionPlan
from icportal.plans.services import Answered, Draft

DRAFT = Draft("Train the staff", objective="Everybody is understood", commitments=(6,), owner_body="Personnel office")
PLAN = "/en/work/plans/oulu"


@pytest.fixture
def world(app: Flask) -> World:
    with app.app_context():
        world = make_world()
        fill(world.response("oulu"), {"c01_grade": "partly", "c01_plans": "More courses."})
        return world


def add(world: World, title: str = "Train the staff", **fields: object) -> Action:
    draft = replace(DRAFT, **{"title": title, **fields})  # type: ignore[arg-type]
    return services.create_action(world.city("oulu"), draft, actor=world.officer("oulu"))


def from_answer(world: World, question: str, said: str) -> Action:
    answered = Answered(world.responses["oulu"], question, said, "en")
    draft = Draft(said, commitments=(1,))
    return services.create_action(world.city("oulu"), draft, actor=world.officer("oulu"), answered=answered)


def move(world: World, action: Action, step: str, reason: str = "") -> None:
    services.move_action(action, step, actor=world.officer("oulu"), seen=action.version, reason=reason)


@pytest.mark.databases
def test_the_first_action_makes_the_plan(world: World, context: None) -> None:
    first, second = add(world), add(world, "Another")
    assert first.plan_id == second.plan_id
    assert db.session.scalars(select(ActionPlan.city_id)).all() == [world.cities["oulu"]]


@pytest.mark.databases
def test_the_same_answer_makes_one_action(world: World, context: None) -> None:
    first = from_answer(world, "c01_plans", "More courses.")
    assert from_answer(world, "c01_plans", "Said otherwise").id == first.id


def test_what_does_not_do_is_named(world: World, context: None) -> None:
    wrong = [
        ("title", " "),
        ("title", "x" * 301),
        ("language", "xx"),
        ("commitments", (12,)),
        ("due_on", today() - timedelta(days=9)),
    ]
    for field, value in wrong:
        with pytest.raises(FieldErrors) as refused:
            add(world, **{"title": "Fine", "starts_on": today(), field: value})
        assert [name for name, _message in refused.value.problems] == [field]
    assert db.session.scalar(select(ActionPlan.id)) is None


def test_of_two_who_edit_the_second_sees_both(world: World, context: None) -> None:
    action = add(world)
    seen = action.version
    services.edit_action(action, replace(DRAFT, objective="Theirs"), actor=world.officer("oulu"), seen=seen)
    with pytest.raises(Stale) as refused:
        services.edit_action(action, replace(DRAFT, objective="Mine"), actor=world.officer("oulu"), seen=seen)
    assert [(str(label), mine, theirs) for label, mine, theirs in refused.value.differences] == [("Objective", "Mine", "Theirs")]
    assert action.objective == "Theirs"


def test_steps_keep_their_reasons(world: World, context: None) -> None:
    action = add(world)
    with pytest.raises(InvalidTransition):
        move(world, action, "block")
    move(world, action, "block", "No budget")
    assert (action.state, action.because) == ("blocked", "No budget")
    move(world, action, "resume")
    assert (action.state, action.because) == ("in_progress", "")
    move(world, action, "finish")
    with pytest.raises(InvalidTransition):
        move(world, action, "block", "Too late")
    with pytest.raises(NotFound):
        move(world, action, "merge")


@pytest.mark.databases
def test_merging_keeps_where_both_came_from(world: World, context: None) -> None:
    officer = world.officer("oulu")
    first, second, third = from_answer(world, "c01_grade", "partly"), from_answer(world, "c01_plans", "More courses."), add(world)
    services.merge_actions(second, first, actor=officer, seen=first.version)
    services.merge_actions(third, second, actor=officer, seen=second.version)
    assert (first.state, first.merged_into_id, second.merged_into_id) == ("dropped", second.id, third.id)
    assert third.commitments == [1, 6]
    sources = queries.sources_of(third, "en")
    assert {(source.code, source.via.id if source.via else None) for source in sources} == {
        ("c01_grade", first.id), ("c01_plans", second.id), ("", first.id), ("", second.id),
    }  # fmt: skip
    assert not queries.sources_of(first, "en")
    with pytest.raises(InvalidTransition):
        move(world, first, "take_up", "Again")
    with pytest.raises(InvalidTransition):
        services.merge_actions(first, third, actor=officer, seen=third.version)
    with pytest.raises(DomainError):
        services.merge_actions(third, third, actor=officer, seen=third.version)


def test_overdue_and_blocked_stand_first(world: World, context: None) -> None:
    day = today()
    titles = ["done", "later", "blocked", "late", "no day"]
    dues = [None, day + timedelta(days=40), day + timedelta(days=90), day - timedelta(days=1), None]
    made = {title: add(world, title, due_on=due) for title, due in zip(titles, dues, strict=True)}
    move(world, made["done"], "finish")
    move(world, made["blocked"], "block", "No room")
    plan = queries.plan_of(world.city("oulu"))
    assert [action.title for action in plan.actions] == ["late", "blocked", "later", "no day", "done"]
    assert [action.title for action in queries.plan_of(world.city("oulu"), state="overdue").actions] == ["late"]
    assert queries.plan_of(world.city("oulu"), commitment=1).actions == []
    assert plan.commitments == {6}


def test_officers_find_what_is_due_within_two_weeks(world: World, context: None) -> None:
    for title, days in (("late", -3), ("soon", 14), ("far", 15)):
        add(world, title, due_on=today() + timedelta(days=days))
    finished = add(world, "finished", due_on=today())
    move(world, finished, "finish")
    (found,) = worklists.provide(world.officer("oulu"), 1)
    assert (found.count, [entry.title for entry in found.entries]) == (2, ["late"])
    assert worklists.provide(world.officer("vienna"), 9)[0].count == 0
    assert worklists.provide(world.mayor("oulu"), 9) == []


def test_the_city_and_coordinators_read_and_officers_write(world: World, context: None) -> None:
    action = add(world)
    for reader in (world.mayor("oulu"), world.coordinator):
        assert queries.open_action("oulu", action.id, actor=reader)[0] is action
        with pytest.raises(NotAllowed):
            services.edit_action(action, DRAFT, actor=reader, seen=action.version)
    with pytest.raises(NotFound):
        queries.open_city("oulu", actor=world.officer("vienna"))
    with pytest.raises(NotFound):
        services.move_action(action, "start", actor=world.officer("vienna"), seen=action.version)


# --- pages -------------------------------------------------------------------------------------------------


@pytest.fixture
def officer(world: World, app: Flask, sign_in: Callable[..., PortalClient]) -> PortalClient:
    with app.app_context():
        who = world.officer("oulu").id
    return sign_in(who)


def test_a_plan_from_its_first_action_to_its_end(officer: PortalClient) -> None:
    assert officer.get("/en/work/plans").location.endswith(PLAN)
    assert "No action yet" in officer.get(PLAN).get_data(as_text=True)
    form = {"title": "", "language": "en", "commitments": ["6"], "body": "Three days a year"}
    refused = officer.post(f"{PLAN}/new", data=form)
    assert refused.status_code == 422
    assert "Three days a year" in refused.get_data(as_text=True)
    made = officer.post(f"{PLAN}/new", data={**form, "title": "Train the staff"})
    page = officer.get(made.location).get_data(as_text=True)
    assert "Three days a year" in page
    blocked = officer.post(f"{made.location}/move", data={"transition": "block", "version": "1", "reason": ""})
    assert blocked.status_code == 409
    officer.post(f"{made.location}/move", data={"transition": "block", "version": "1", "reason": "No room yet"})
    assert "No room yet" in officer.get(PLAN).get_data(as_text=True)
    assert "Nothing here" in officer.get(f"{PLAN}?state=done&commitment=6").get_data(as_text=True)


def test_an_overtaken_form_shows_both(officer: PortalClient) -> None:
    here = officer.post(f"{PLAN}/new", data={"title": "One", "language": "en"}).location
    first = {"title": "Theirs", "language": "en", "version": "1"}
    assert officer.post(f"{here}/edit", data=first).status_code == 303
    stale = officer.post(f"{here}/edit", data={**first, "title": "Mine"})
    page = stale.get_data(as_text=True)
    assert stale.status_code == 409
    assert "Somebody was faster" in page
    assert "Theirs" in page
    assert 'value="Mine"' in page
    assert officer.post(f"{here}/edit", data={**first, "title": "Mine", "version": "2"}).status_code == 303


def test_the_action_shows_its_answer_and_what_was_merged(world: World, officer: PortalClient, app: Flask) -> None:
    with app.app_context():
        gap, plan = from_answer(world, "c01_grade", "partly").id, from_answer(world, "c01_plans", "More courses.").id
        db.session.commit()
    merged = officer.post(f"{PLAN}/actions/{gap}/merge", data={"into": str(plan), "version": "1"})
    assert merged.location.endswith(f"/actions/{plan}")
    page = officer.get(merged.location).get_data(as_text=True)
    assert "From the answer to “C01 plans” in Reporting round 5" in page
    assert "From the answer to “C01 grade” in Reporting round 5" in page
    assert 'href="/en/work/reporting/round-5/oulu/sections/c01#a.c01_plans"' in page
    assert "It goes on here" in officer.get(f"{PLAN}/actions/{gap}").get_data(as_text=True)
    again = officer.post(f"{PLAN}/actions/{plan}/merge", data={"into": "0", "version": "1"})
    assert again.status_code == 422


def test_other_cities_find_nothing_and_the_menu_is_for_cities(
    world: World, app: Flask, client: PortalClient, sign_in: Callable[..., PortalClient]
) -> None:
    with app.app_context():
        number = add(world).id
        db.session.commit()
        others = world.officer("vienna").id, world.coordinator.id, person(Role.MAYOR_OFFICE, "oulu").id
    sign_in(others[0])
    for address in (PLAN, f"{PLAN}/new", f"{PLAN}/actions/{number}", f"{PLAN}/actions/{number}/edit"):
        assert client.get(address).status_code == 404
    assert client.get(f"/en/work/plans/vienna/actions/{number}").status_code == 404
    sign_in(others[1])
    page = client.get("/en/work/plans").get_data(as_text=True)
    assert f'href="{PLAN}"' in page
    assert client.get(PLAN).status_code == 200
    assert ">Action plan<" not in page
    assert client.get(f"{PLAN}/new").status_code == 403
    sign_in(others[2])
    page = client.get(f"{PLAN}/actions/{number}").get_data(as_text=True)
    assert ">Action plan<" in page
    assert "Change the action" not in page


def test_the_list_asks_as_often_for_forty_actions_as_for_one(world: World, officer: PortalClient, app: Flask) -> None:
    def queries_of() -> int:
        with statements(app) as count:
            officer.get(PLAN)
        return len(count)

    with app.app_context():
        add(world)
        db.session.commit()
    officer.get(PLAN)
    few = queries_of()
    with app.app_context():
        for number in range(40):
            add(world, f"Action {number}", due_on=today())
        db.session.commit()
    assert queries_of() == few
