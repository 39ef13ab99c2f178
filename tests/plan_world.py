"""A plan with everything that its views show: objectives, milestones, indicators, what waits for what."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from reporting_world import World

from icportal.core.clock import today
from icportal.core.db import db
from icportal.plans.models import Action, ActionIndicator, ActionPlan, Dependency, Milestone, Objective

TODAY = today()


def days(number: int) -> date:
    return TODAY + timedelta(days=number)


def make_plan(world: World, slug: str = "oulu") -> ActionPlan:
    """Two objectives and six actions: one overdue, one blocked, one done, one without any day."""
    city = world.city(slug)
    plan = ActionPlan(city_id=city.id, title="Plan", language="en")
    db.session.add(plan)
    db.session.flush()
    counter, work = (
        Objective(plan_id=plan.id, city_id=city.id, title=each, position=n) for n, each in enumerate(("Counter", "Work"))
    )
    db.session.add_all([counter, work])
    db.session.flush()

    def action(title: str, objective: Objective | None, **said: Any) -> Action:
        row = Action(
            plan_id=plan.id, city_id=city.id, objective_id=objective.id if objective else None, title=title,
            **{"owner_body": "Personnel office", "state": "planned", **said},
        )  # fmt: skip
        db.session.add(row)
        db.session.flush()
        return row

    train = action(
        "Train the staff", counter, starts_on=days(-60), due_on=days(-9), state="in_progress", commitments=[6], cost=12000,
        owner_person="Aino K.", internal_note="The trainer may leave.", outcome="Everybody is understood",
    )  # fmt: skip
    hire = action(
        "Hire interpreters", counter, starts_on=days(1), due_on=days(90), state="blocked", because="No post", commitments=[6]
    )
    action("=1+1", work, starts_on=days(30), due_on=days(200), owner_body="Employment office", commitments=[1, 9])
    action("Mentors in firms", work, starts_on=days(-100), due_on=days(-30), state="done", owner_body="Employment office")
    action("Letters in plain words", None, due_on=days(120), state="draft")
    action("An idea", None, state="draft", owner_body="")
    db.session.add_all(
        [
            Milestone(action_id=train.id, title="Trainer chosen", due_on=days(-40), done_on=days(-41)),
            Milestone(action_id=train.id, title="Half of them", due_on=days(20)),
            ActionIndicator(action_id=train.id, label="Staff trained", unit="people", baseline=0, target=40, deadline=days(60)),
            Dependency(action_id=hire.id, after_id=train.id),
        ]
    )
    db.session.flush()
    db.session.expire_all()
    return plan
