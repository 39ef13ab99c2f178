"""A city's action plan: its actions, their steps, where they come from, and who may do what."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from flask import Flask
from harness import PortalClient, statements
from reporting_world import World, fill, make_world, person
from sqlalchemy import select

from icportal.core import audit
from icportal.core.actors import Role
from icportal.core.audit import AuditEntry
from icportal.core.canonical import sha256
from icportal.core.clock import today
from icportal.core.db import db
from icportal.core.errors import DomainError, FieldErrors, InvalidTransition, NotAllowed, NotFound, Stale
from icportal.plans import briefing, listing, loaded, queries, rules, worklists
from icportal.plans.draft import Draft, IndicatorDraft
from icportal.plans.loaded import load_plan
from icportal.plans.models import Action, ActionPlan
from icportal.plans.services import about
from icportal.plans.services import actions as services
from icportal.plans.services.actions import Answered, CameFrom
from icportal.reporting.models import PublishedAnswer


def days(number: int) -> date:
    return today() + timedelta(days=number)


#: Nothing is missing.
DRAFT = Draft(
    "Train the staff", outcome="Everybody is understood", body="Three days a year", commitments=(6,),
    owner_body="Personnel office", owner_person="Aino K.", starts_on=days(-60), due_on=days(300),
    indicators=(IndicatorDraft("Staff trained", "people", Decimal(0), days(-60), Decimal(40), days(300)),),
)  # fmt: skip
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
    draft = replace(DRAFT, title=said, commitments=(1,))
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
    came_from = CameFrom("remark", 7, "Do it together.", "en")
    made = [
        services.create_action(world.city("oulu"), Draft(title), actor=world.officer("oulu"), came_from=came_from)
        for title in ("Together", "Again")
    ]
    assert made[0].id == made[1].id
    assert [(source.said, source.label) for source in queries.sources_of(made[0], "en", sees_internal=True)] == [
        ("Do it together.", "From another part of the portal")
    ]
    assert [source.said for source in queries.sources_of(made[0], "en")] == [""]


def test_what_does_not_do_is_named(world: World, context: None) -> None:
    wrong = [
        ("title", " "),
        ("title", "x" * 301),
        ("language", "xx"),
        ("commitments", (12,)),
        ("due_on", days(-90)),
        ("cost", -1),
        ("currency", "euro"),
        ("key_factors", ("no-toolkit:x",)),
        ("objective_id", 99),
        ("after", (99,)),
    ]
    for field, value in wrong:
        with pytest.raises(FieldErrors) as refused:
            add(world, **{"title": "Fine", field: value})
        assert [name for name, _message in refused.value.problems] == [field]
    assert db.session.scalar(select(Action.id)) is None


def test_of_two_who_edit_the_second_sees_both(world: World, context: None) -> None:
    action = add(world)
    seen = action.version
    said = services.said_by(action)
    services.edit_action(action, replace(said, outcome="Theirs"), actor=world.officer("oulu"), seen=seen)
    with pytest.raises(Stale) as refused:
        services.edit_action(action, replace(said, outcome="Mine"), actor=world.officer("oulu"), seen=seen)
    assert [(str(label), mine, theirs) for label, mine, theirs in refused.value.differences] == [
        ("What will be different", "Mine", "Theirs")
    ]
    assert action.outcome == "Theirs"


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


def after(action: Action) -> list[str]:
    return [each.title for each in queries.waits_for(action)]


@pytest.mark.databases
def test_merging_keeps_what_waits_for_what_and_tells_what_cannot_be(world: World, context: None) -> None:
    officer = world.officer("oulu")
    first, gone = add(world, "First"), add(world, "Gone")
    kept = add(world, "Kept")
    between = add(world, "Between", after=(kept.id,))
    merged = add(world, "Merged", after=(first.id, gone.id, between.id))
    follower = add(world, "Follower", after=(merged.id,))
    move(world, gone, "drop", "Too dear")
    read, followed = kept.version, follower.version
    lost = services.merge_actions(kept, merged, actor=officer, seen=merged.version)
    assert (after(kept), after(between), after(follower), after(merged)) == (["First"], ["Kept"], ["Kept"], [])
    assert lost == [("Kept", "Gone"), ("Kept", "Between")]
    told = db.session.scalars(select(AuditEntry.after).where(AuditEntry.action == "plans.action:merge")).all()
    assert {"merged": merged.id, "not_taken_over": [[kept.id, gone.id], [kept.id, between.id]]} in told
    for action, seen in ((kept, read), (follower, followed)):
        with pytest.raises(Stale):
            services.edit_action(action, replace(services.said_by(action), after=()), actor=officer, seen=seen)


@pytest.mark.databases
def test_merging_what_waits_for_it_tells_who_waits_no_more(world: World, context: None) -> None:
    merged = add(world, "Merged")
    between = add(world, "Between", after=(merged.id,))
    kept = add(world, "Kept", after=(merged.id, between.id))
    lost = services.merge_actions(kept, merged, actor=world.officer("oulu"), seen=merged.version)
    assert (lost, after(kept), after(between)) == ([("Between", "Kept")], ["Between"], [])


def test_overdue_and_blocked_stand_first(world: World, context: None) -> None:
    day = today()
    titles = ["done", "later", "blocked", "late", "no day"]
    dues = [day, day + timedelta(days=40), day + timedelta(days=90), day - timedelta(days=1), None]
    made = {title: add(world, title, due_on=due) for title, due in zip(titles, dues, strict=True)}
    move(world, made["done"], "finish")
    move(world, made["blocked"], "block", "No room")
    plan = load_plan(world.city("oulu"))
    assert [item.action.title for item in listing.items_of(plan)] == ["late", "blocked", "later", "no day", "done"]
    assert listing.commitments_of(plan) == {6}
    assert made["no day"].state == "draft"
    assert [told.title for told in briefing.open_actions(world.city("oulu"))] == ["late", "blocked", "later"]


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


def version_on(page: str) -> str:
    found = re.search(r'name="version" value="(\d+)"', page)
    assert found is not None
    return found[1]


def test_a_plan_from_its_first_action_to_its_end(officer: PortalClient) -> None:
    assert officer.get("/en/work/plans").location.endswith(PLAN)
    assert "No action yet" in officer.get(PLAN).get_data(as_text=True)
    form = {
        "title": "", "language": "en", "commitments": ["6"], "body": "Three days a year", "outcome": "All are understood",
        "owner_body": "Personnel", "owner_person": "Aino K.", "starts_on": "2026-01-01", "due_on": str(days(90)), "currency": "EUR",
        "milestones-0-title": "Trainer chosen", "milestones-0-due_on": "2025-01-01",
        "indicators-0-label": "Trained", "indicators-0-baseline": "0", "indicators-0-baseline_on": "2026-01-01",
        "indicators-0-target": "many", "indicators-0-deadline": str(days(90)),
    }  # fmt: skip
    refused = officer.post(f"{PLAN}/new", data=form)
    assert refused.status_code == 422
    assert all(
        typed in refused.get_data(as_text=True) for typed in ("Three days a year", 'value="Trainer chosen"', 'value="many"')
    )
    more = officer.post(f"{PLAN}/new", data={**form, "more": "1"})
    assert (more.status_code, 'id="milestones-2-title"' in more.get_data(as_text=True)) == (200, True)
    form |= {"title": "Train the staff", "indicators-0-target": "40"}
    refused = officer.post(f"{PLAN}/new", data=form)
    assert "The milestone “Trainer chosen” is before its action begins." in refused.get_data(as_text=True)
    made = officer.post(f"{PLAN}/new", data={**form, "milestones-0-due_on": "2026-02-01"})
    page = officer.get(made.location).get_data(as_text=True)
    assert "Three days a year" in page
    version = version_on(page)
    blocked = officer.post(f"{made.location}/move", data={"transition": "block", "version": version, "reason": ""})
    assert blocked.status_code == 409
    officer.post(f"{made.location}/move", data={"transition": "block", "version": version, "reason": "No room yet"})
    assert "No room yet" in officer.get(PLAN).get_data(as_text=True)
    assert "Nothing here" in officer.get(f"{PLAN}?state=done&commitment=6").get_data(as_text=True)


def test_an_overtaken_form_shows_both(officer: PortalClient) -> None:
    here = officer.post(f"{PLAN}/new", data={"title": "One", "language": "en", "currency": "EUR"}).location
    first = {"title": "Theirs", "language": "en", "currency": "EUR", "version": "1"}
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
    version = version_on(officer.get(f"{PLAN}/actions/{gap}").get_data(as_text=True))
    merged = officer.post(f"{PLAN}/actions/{gap}/merge", data={"into": str(plan), "version": version})
    assert merged.location.endswith(f"/actions/{plan}")
    page = officer.get(merged.location).get_data(as_text=True)
    assert "From the answer to “C01 plans” in Reporting round 5" in page
    assert "From the answer to “C01 grade” in Reporting round 5" in page
    assert 'href="/en/work/reporting/round-5/oulu/sections/c01#a.c01_plans"' in page
    assert "It goes on here" in officer.get(f"{PLAN}/actions/{gap}").get_data(as_text=True)
    again = officer.post(f"{PLAN}/actions/{plan}/merge", data={"into": "0", "version": "1"})
    assert again.status_code == 422


def test_the_page_tells_what_was_not_taken_over(world: World, officer: PortalClient, app: Flask) -> None:
    with app.app_context():
        kept = add(world, "Kept")
        between = add(world, "Between", after=(kept.id,))
        merged = add(world, "Merged", after=(between.id,))
        number, data = merged.id, {"into": str(kept.id), "version": str(merged.version)}
        db.session.commit()
    page = officer.get(officer.post(f"{PLAN}/actions/{number}/merge", data=data).location).text
    assert "Not taken over, because it would be a circle or the other one was dropped: “Kept” after “Between”." in page


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


def test_a_mentor_reads_no_internal_note_and_no_name_that_is_not_public(
    world: World, app: Flask, client: PortalClient, sign_in: Callable[..., PortalClient], monkeypatch: pytest.MonkeyPatch
) -> None:
    with app.app_context():
        oulu, vienna = world.cities["oulu"], world.cities["vienna"]
        number, mentor = add(world, internal_note="The trainer may leave.").id, world.officer("vienna").id
        shown = add(world, "Another", person_public=True, people="Bo L. of the chamber").id
        db.session.commit()
    monkeypatch.setattr(rules, "_mentors", [lambda city_id: frozenset({vienna}) if city_id == oulu else frozenset()])
    sign_in(mentor)
    page = client.get(f"{PLAN}/actions/{number}").get_data(as_text=True)
    assert "Three days a year" in page
    assert not [word for word in ("Aino K.", "The trainer may leave.", "Officer", "History") if word in page]
    page = client.get(f"{PLAN}/actions/{shown}").get_data(as_text=True)
    assert ("Aino K." in page, "Bo L." in page) == (True, False)
    assert client.get(f"{PLAN}/values").status_code == 403
    assert client.post(f"{PLAN}/actions/{number}/move", data={"transition": "start"}).status_code == 403


@pytest.mark.databases
@pytest.mark.parametrize(
    ("visibility", "published", "read"),
    [
        (None, "More courses.", ""), ("city", None, ""), ("network", "More courses.", "More courses."),
        ("public", "More courses.", "More courses."), ("public", "Said otherwise since", ""),
    ],
)  # fmt: skip
def test_a_mentor_reads_a_quoted_answer_only_as_far_as_others_may_read_it(
    world: World, context: None, visibility: str | None, published: str | None, read: str
) -> None:
    made = from_answer(world, "c01_plans", "More courses.")
    if visibility:
        response = world.response("oulu")
        row = {"response_id": response.id, "round_id": response.round_id, "city_id": response.city_id, "language": "en"}
        db.session.add(PublishedAnswer(**row, question="c01_plans", value=published, visibility=visibility))
        db.session.flush()
    assert [source.said for source in queries.sources_of(made, "en")] == [read]
    assert [source.said for source in queries.sources_of(made, "en", sees_internal=True)] == ["More courses."]


def test_a_mentor_sees_that_there_was_an_answer_and_no_way_to_it(
    world: World, app: Flask, client: PortalClient, sign_in: Callable[..., PortalClient], monkeypatch: pytest.MonkeyPatch
) -> None:
    with app.app_context():
        action = from_answer(world, "c01_plans", "More courses.")
        action.title, number = "Otherwise called", action.id
        vienna, mentor = world.cities["vienna"], world.officer("vienna").id
        db.session.commit()
    monkeypatch.setattr(rules, "_mentors", [lambda _city_id: frozenset({vienna})])
    sign_in(mentor)
    page = client.get(f"{PLAN}/actions/{number}").get_data(as_text=True)
    assert "From the answer to “C01 plans” in Reporting round 5" in page
    assert not [word for word in ("More courses.", "/work/reporting/round-5/oulu") if word in page]


@pytest.mark.databases
def test_the_log_says_that_an_internal_note_changed_and_not_what_it_says(world: World, context: None) -> None:
    action = add(world, internal_note="The trainer may leave.")
    said, officer = services.said_by(action), world.officer("oulu")
    services.edit_action(action, replace(said, internal_note="The trainer stays."), actor=officer, seen=action.version)
    there = about.said_by(loaded.plan_row(world.city("oulu")))
    about.edit_plan(world.city("oulu"), replace(there, internal_note="The trainer is costly."), actor=officer, seen=there.seal)
    entries = list(
        db.session.scalars(select(audit.AuditEntry).where(audit.AuditEntry.action.like("plans.%")).order_by(audit.AuditEntry.id))
    )
    assert not [entry for entry in entries if "trainer" in f"{entry.before} {entry.after}"]
    edit = next(entry for entry in entries if entry.action == "plans.action:edit")
    assert (edit.before, edit.after) == (
        {"internal_note": sha256("The trainer may leave.")}, {"internal_note": sha256("The trainer stays.")},
    )  # fmt: skip
    assert entries[-1].before == {"internal_note": ""}


def test_an_internal_note_is_for_the_city_and_the_coordinators(
    world: World, app: Flask, client: PortalClient, sign_in: Callable[..., PortalClient]
) -> None:
    with app.app_context():
        number = add(world, internal_note="The trainer may leave.").id
        people = {
            person(Role.ADMINISTRATOR).id: False, world.coordinator.id: True, world.officer("oulu").id: True,
            world.mayor("oulu").id: True,
        }  # fmt: skip
        db.session.commit()
    for who, reads in people.items():
        sign_in(who)
        page = client.get(f"{PLAN}/actions/{number}")
        assert (page.status_code, "The trainer may leave." in page.get_data(as_text=True)) == (200, reads)
        assert client.get(f"{PLAN}/workbook").status_code == (200 if reads else 403)


def test_values_are_reported_and_approved_on_pages(
    world: World, app: Flask, officer: PortalClient, sign_in: Callable[..., PortalClient]
) -> None:
    with app.app_context():
        action = add(world)
        number, indicator, mayor = action.id, action.indicators[0].id, world.mayor("oulu").id
        db.session.commit()
    here = f"{PLAN}/actions/{number}/indicators/{indicator}"
    refused = officer.post(here, data={f"i{indicator}-value": "many", f"i{indicator}-on_date": str(today())})
    assert (refused.status_code, 'value="many"' in refused.get_data(as_text=True)) == (422, True)
    officer.post(here, data={f"i{indicator}-value": "12,5", f"i{indicator}-on_date": str(today())})
    sign_in(mayor)
    assert "12.5" in officer.get(f"{PLAN}/values").get_data(as_text=True)
    assert officer.post(f"{PLAN}/values", data={}).status_code == 422
    assert officer.post(f"{PLAN}/values", data={"chosen": ["1"]}).status_code == 303
    assert "Approved" in officer.get(f"{PLAN}/actions/{number}").get_data(as_text=True)


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
