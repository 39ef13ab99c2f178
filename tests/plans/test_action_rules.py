"""What keeps an action a draft, how its state follows its milestones, and what may be written when."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from flask import Flask
from harness import statements
from reporting_world import World, make_world

from icportal.core.clock import today
from icportal.core.db import db
from icportal.core.errors import DomainError, FieldErrors, InvalidTransition, NotAllowed, Stale
from icportal.plans import alike, measured, queries, smart, status, steps
from icportal.plans.dependencies import early
from icportal.plans.draft import Draft, IndicatorDraft, MilestoneDraft
from icportal.plans.enums import PlanState
from icportal.plans.loaded import load_plan, plan_row
from icportal.plans.models import Action, Milestone
from icportal.plans.services import actions, indicators, objectives
from icportal.plans.services.objectives import ObjectiveDraft


def days(number: int) -> date:
    return today() + timedelta(days=number)


WHOLE = Draft(
    "Train the staff at the counter", outcome="Everybody is understood", body="Three days a year", commitments=(6,),
    owner_body="Personnel office", owner_person="Aino K.", starts_on=days(-60), due_on=days(300),
    indicators=(IndicatorDraft("Staff trained", "people", Decimal(0), days(-60), Decimal(40), days(200)),),
)  # fmt: skip
STEPS = (MilestoneDraft("Trainer chosen", days(-10)), MilestoneDraft("All trained", days(200)))


@pytest.fixture
def world(app: Flask) -> World:
    with app.app_context():
        return make_world()


@pytest.fixture
def context(world: World, app: Flask) -> Iterator[None]:
    with app.app_context():
        yield
        db.session.rollback()


def add(world: World, draft: Draft = WHOLE, **said: object) -> Action:
    return actions.create_action(world.city("oulu"), replace(draft, **said), actor=world.officer("oulu"))  # type: ignore[arg-type]


def edit(world: World, action: Action, **said: object) -> None:
    draft = replace(actions.said_by(action), **said)  # type: ignore[arg-type]
    actions.edit_action(action, draft, actor=world.officer("oulu"), seen=action.version)


def move(world: World, action: Action, step: str, reason: str = "") -> str:
    actions.move_action(action, step, actor=world.officer("oulu"), seen=action.version, reason=reason)
    return action.state


def tick(world: World, action: Action, place: int, on: date | None = None) -> str:
    actions.tick_milestone(action, action.milestones[place].id, on, actor=world.officer("oulu"))
    return action.state


def refused(world: World, **said: object) -> list[tuple[str | None, str]]:
    with pytest.raises(FieldErrors) as error:
        add(world, **said)
    return [(field, str(message)) for field, message in error.value.problems]


@pytest.mark.parametrize(
    ("lacking", "field"),
    [
        ({"body": ""}, "body"),
        ({"outcome": ""}, "body"),
        ({"indicators": ()}, "indicators"),
        ({"indicators": (replace(WHOLE.indicators[0], target=None),)}, "indicators"),
        ({"indicators": (replace(WHOLE.indicators[0], baseline=None),)}, "indicators"),
        ({"owner_person": ""}, "owner_body"),
        ({"commitments": ()}, "commitments"),
        ({"due_on": None}, "starts_on"),
    ],
)
def test_what_is_missing_keeps_an_action_a_draft(world: World, context: None, lacking: dict[str, object], field: str) -> None:
    action = add(world, **lacking)
    assert action.state == "draft"
    assert [point.field for point in smart.missing(action)] == [field]
    edit(world, action, **{name: getattr(WHOLE, name) for name in lacking})
    assert action.state == "planned"
    edit(world, action, **lacking)
    assert action.state == "draft"


def test_the_state_follows_the_milestones(world: World, context: None) -> None:
    action = add(world, milestones=STEPS)
    assert (action.state, status.is_overdue(action)) == ("planned", True)
    seen = action.version
    assert tick(world, action, 0, days(-1)) == "in_progress"
    assert (action.milestones[0].done_by, status.is_overdue(action)) == (world.officer("oulu").id, False)
    assert action.version > seen
    assert tick(world, action, 1, today()) == "done"
    assert tick(world, action, 1) == "in_progress"
    assert tick(world, action, 0) == "planned"
    with pytest.raises(DomainError):
        tick(world, action, 0, days(1))


def test_work_may_begin_before_the_first_milestone_is_done(world: World, context: None) -> None:
    action = add(world, milestones=STEPS)
    assert move(world, action, "start") == "in_progress"
    assert not action.is_overridden
    edit(world, action, people="The school")
    assert action.state == "in_progress"
    move(world, action, "block", "No room")
    for place in (0, 1):
        assert tick(world, action, place, today()) == "blocked"
    assert move(world, action, "resume") == "done"


def test_who_says_otherwise_than_the_milestones_says_why(world: World, context: None) -> None:
    action = add(world, milestones=STEPS)
    asked = {step.name: step.needs_reason for step in steps.open_to(action, actor=world.officer("oulu"), waits_for=())}
    assert asked == {"start": False, "finish": True, "block": True, "drop": True}
    with pytest.raises(InvalidTransition):
        move(world, action, "finish")
    assert move(world, action, "finish", "The rest is not needed") == "done"
    assert (action.is_overridden, action.because) == (True, "The rest is not needed")
    assert tick(world, action, 0, today()) == "done"
    with pytest.raises(Stale):
        actions.count_milestones(action, actor=world.officer("oulu"), seen=action.version - 1)
    actions.count_milestones(action, actor=world.officer("oulu"), seen=action.version)
    assert (action.state, action.is_overridden, action.because) == ("in_progress", False, "")
    move(world, action, "finish", "Again")
    tick(world, action, 1, today())
    assert (action.state, action.is_overridden) == ("done", False)


@pytest.mark.databases
def test_who_does_not_wait_for_what_comes_before_says_why(world: World, context: None) -> None:
    first = add(world, title="A")
    second = add(world, title="B", after=(first.id,))
    third = add(world, title="C", after=(first.id,), milestones=STEPS)
    asked = steps.open_to(second, actor=world.officer("oulu"), waits_for=queries.waits_for(second))
    assert {step.name: step.needs_reason for step in asked} == {"start": True, "finish": True, "block": True, "drop": True}
    for step in ("start", "finish"):
        with pytest.raises(InvalidTransition, match="It waits for “A”") as error:
            move(world, second, step)
        assert error.value.problems[0][0] == "reason"
    assert move(world, second, "start", "The room is free only now") == "in_progress"
    assert (second.because, second.is_overridden) == ("The room is free only now", False)
    move(world, second, "block", "No key")
    with pytest.raises(InvalidTransition, match="It waits for “A”"):
        move(world, second, "resume")
    # What its milestones count is no step that somebody takes.
    assert tick(world, third, 0, days(-1)) == "in_progress"
    move(world, first, "finish")
    assert move(world, second, "resume") == "in_progress"
    move(world, first, "take_up", "Once more")
    move(world, first, "drop", "Too dear")
    assert move(world, second, "finish") == "done"


def test_what_is_taken_up_and_not_complete_is_a_draft_again(world: World, context: None) -> None:
    action = add(world, Draft("An idea"))
    move(world, action, "drop", "Not now")
    assert move(world, action, "take_up", "Now") == "draft"


def test_days_and_numbers_that_cannot_be_are_named(world: World, context: None) -> None:
    early_step, late_step = MilestoneDraft("Too early", days(-61)), MilestoneDraft("Too late", days(301))
    assert refused(world, milestones=(early_step,))[0][1] == "The milestone “Too early” is before its action begins."
    assert refused(world, milestones=(late_step,))[0][1] == "The milestone “Too late” is after its action ends."
    assert refused(world, milestones=(MilestoneDraft("No day"),))[0][0] == "milestones"
    assert refused(world, milestones=(MilestoneDraft("Tomorrow", days(5), days(1)),))[0][0] == "milestones"
    before = replace(WHOLE.indicators[0], deadline=days(-61))
    assert refused(world, indicators=(before,))[0][1] == "The deadline of “Staff trained” is not after its baseline."
    assert refused(world, indicators=(replace(before, deadline=None, target=Decimal(10) ** 14),))[0][0] == "indicators"


@pytest.mark.databases
def test_a_circle_is_named_and_an_early_beginning_is_told(world: World, context: None) -> None:
    first = add(world, title="A")
    second = add(world, title="B", after=(first.id,))
    third = add(world, title="C", after=(second.id,))
    with pytest.raises(FieldErrors) as error:
        edit(world, first, after=(third.id,))
    assert error.value.problems == [("after", "This would be a circle: A → C → B → A.")]
    with pytest.raises(FieldErrors):
        edit(world, first, after=(first.id,))
    assert early(second, queries.waits_for(second)) == [first]
    actions.merge_actions(third, first, actor=world.officer("oulu"), seen=first.version)
    assert [each.title for each in queries.waits_for(second)] == []
    assert refused(world, after=(first.id,))[0][0] == "after"


@pytest.mark.databases
def test_what_waits_for_a_dropped_action_can_still_be_changed(world: World, context: None) -> None:
    first = add(world, title="A")
    second = add(world, title="B", after=(first.id,))
    move(world, first, "drop", "Too dear")
    edit(world, second, outcome="Changed")
    assert (second.outcome, actions.said_by(second).after) == ("Changed", (first.id,))
    assert refused(world, after=(first.id,)) == [("after", "Choose actions of this plan that are not dropped.")]
    edit(world, second, after=())
    with pytest.raises(FieldErrors):
        edit(world, second, after=(first.id,))


@pytest.mark.databases
def test_of_two_who_change_only_milestones_the_second_sees_both(world: World, context: None) -> None:
    action = add(world, milestones=STEPS)
    seen, said = action.version, actions.said_by(action)
    edit(world, action, milestones=said.milestones[:1])
    mine = replace(said, milestones=(*said.milestones, MilestoneDraft("Mine", days(20))))
    with pytest.raises(FieldErrors, match="removed one of these"):
        actions.edit_action(action, mine, actor=world.officer("oulu"), seen=seen)
    mine = replace(mine, milestones=(said.milestones[0], mine.milestones[-1]))
    with pytest.raises(Stale) as error:
        actions.edit_action(action, mine, actor=world.officer("oulu"), seen=seen)
    assert [str(label) for label, _mine, _theirs in error.value.differences] == ["Milestones"]
    assert db.session.query(Milestone).count() == 1


def test_what_others_read_is_not_written_and_who_wrote_is_kept(world: World, context: None) -> None:
    included, later = add(world, milestones=STEPS), add(world, title="Later")
    plan = plan_row(world.city("oulu"))
    assert plan is not None
    assert plan.contributor_ids == {world.officer("oulu").id}
    plan.state, included.is_included = PlanState.PUBLISHED, True
    db.session.flush()
    with pytest.raises(InvalidTransition, match="Write a new version"):
        edit(world, included, outcome="Changed")
    with pytest.raises(InvalidTransition):
        objectives.save_objectives(
            world.city("oulu"), [ObjectiveDraft("X")], language="en", actor=world.officer("oulu"), seen=None
        )
    with pytest.raises(InvalidTransition):
        actions.merge_actions(included, later, actor=world.officer("oulu"), seen=later.version)
    edit(world, later, outcome="Changed")
    assert tick(world, included, 0, today()) == "in_progress"
    assert move(world, included, "drop", "Too dear") == "dropped"


# --- values of indicators --------------------------------------------------------------------------------------


def report(world: World, action: Action, value: int, on: date) -> int:
    reported = indicators.report_value(
        action, action.indicators[0].id, value=Decimal(value), on=on, note="", actor=world.officer("oulu")
    )
    return reported.id


@pytest.mark.databases
def test_values_are_approved_by_somebody_else_and_once(world: World, context: None) -> None:
    city, action = world.city("oulu"), add(world)
    numbers = [report(world, action, 10, days(-5)), report(world, action, 25, today())]
    with pytest.raises(DomainError):
        report(world, action, 3, days(1))
    with pytest.raises(NotAllowed):
        indicators.approve_values(city, numbers, actor=world.officer("oulu"))
    with pytest.raises(DomainError):
        indicators.approve_values(city, [*numbers, 999], actor=world.mayor("oulu"))
    with pytest.raises(DomainError):
        indicators.approve_values(world.city("vienna"), numbers, actor=world.coordinator)
    assert [each.value.id for each in measured.waiting(load_plan(city))] == numbers
    assert indicators.approve_values(city, numbers, actor=world.mayor("oulu")) == 2
    assert indicators.approve_values(city, numbers, actor=world.coordinator) == 0
    assert {value.approved_by for value in action.indicators[0].values} == {world.mayor("oulu").id}
    assert measured.share(action.indicators[0]) == pytest.approx(25 / 40)
    with pytest.raises(DomainError, match="has reported values"):
        edit(world, action, indicators=())


def test_values_that_are_late_are_listed(world: World, context: None) -> None:
    asked = replace(WHOLE.indicators[0], next_due_on=days(-3))
    over = replace(WHOLE.indicators[0], deadline=days(-2))
    late, ended = add(world, indicators=(asked,)), add(world, title="Ended", indicators=(over,))
    add(world, title="Draft", indicators=(asked,), body="")
    due = measured.due(load_plan(world.city("oulu")))
    assert [(each.action.id, each.since, each.is_last) for each in due] == [
        (late.id, days(-3), False),
        (ended.id, days(-2), True),
    ]
    report(world, late, 4, today())
    report(world, ended, 40, days(-2))
    db.session.expire_all()
    assert measured.due(load_plan(world.city("oulu"))) == []


def test_the_way_to_a_target_is_drawn_and_told(world: World, context: None) -> None:
    action = add(world)
    assert "no value yet" in measured.figure(action.indicators[0])
    report(world, action, 10, today())
    left, right = (str(measured.figure(action.indicators[0], direction=each)) for each in ("ltr", "rtl"))
    assert "step-line" in left
    assert 'cx="310"' in left
    assert 'cx="10"' in right
    assert "style=" not in left


@pytest.mark.databases
def test_a_plan_is_loaded_by_as_many_questions_whatever_its_size(world: World, context: None, app: Flask) -> None:
    def asked() -> int:
        db.session.flush()
        db.session.expire_all()
        city = world.city("oulu")
        with statements(app) as count:
            plan = load_plan(city)
            assert sum(len(each.values) for action in plan.actions for each in action.indicators) == len(plan.actions)
        return len(count)

    few = [report(world, add(world, milestones=STEPS), 4, today()), asked()][1]
    for number in range(12):
        report(world, add(world, title=f"Action {number}", milestones=STEPS), 4, today())
    assert asked() == few


# --- actions that look alike -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("title", "commitments", "count"),
    [
        ("Training for the staff of the counter", (6, 7), 1),
        ("Train the staff at the counter", (1,), 0),
        ("Hire interpreters for the hospital", (6,), 0),
        ("Training staff at counters", (), 1),
    ],
)
def test_actions_that_look_alike_are_proposed(
    world: World, context: None, title: str, commitments: tuple[int, ...], count: int
) -> None:
    first, second = add(world, outcome=""), add(world, title=title, commitments=commitments, outcome="")
    pairs = alike.pairs_of([second, first])
    assert [(pair.first.id, pair.second.id) for pair in pairs] == [(first.id, second.id)][:count]


def test_the_same_words_are_found_among_two_thousand(app: Flask) -> None:
    words = [f"w{number}ord" for number in range(200)]
    many = [
        Action(
            id=n, title=f"Office course {words[n % 200]} {words[(n * 7) % 200]} {words[(n * 13) % 199]}", language="en", outcome="",
            commitments=[n % 11 + 1], state="planned",
        )
        for n in range(2000)
    ]  # fmt: skip
    many.append(Action(id=5000, title=many[3].title, language="en", outcome="", commitments=[4], state="planned"))
    pairs = alike.pairs_of(many)
    assert (pairs[0].first.id, pairs[0].second.id, pairs[0].likeness) == (3, 5000, 1.0)
