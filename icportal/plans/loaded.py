"""A whole plan in a constant number of queries, for the pages that show all of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm.attributes import set_committed_value

from icportal.cities.models import City
from icportal.core.db import db
from icportal.plans.models import Action, ActionIndicator, ActionPlan, Dependency, IndicatorValue, Milestone, Objective, Origin


@dataclass(frozen=True)
class LoadedPlan:
    """Everything of a city's plan, milestones, indicators and their values with it. ``plan`` is None where there is none yet.

    ``after`` names for each action those it begins after, ``origin_kinds`` what kinds of things each comes from.
    """

    city: City
    plan: ActionPlan | None
    actions: Sequence[Action]
    objectives: Sequence[Objective]
    after: Mapping[int, Sequence[int]]
    origin_kinds: Mapping[int, frozenset[str]]


def load_plan(city: City) -> LoadedPlan:
    """The plan of a city, whatever its size by the same few queries."""
    plan = plan_row(city)
    if plan is None:
        return LoadedPlan(city, None, (), (), {}, {})
    actions = list(db.session.scalars(select(Action).where(Action.plan_id == plan.id).order_by(Action.id)))
    _attach(actions, "milestones", Milestone, select(Milestone).order_by(Milestone.due_on, Milestone.id), plan)
    _attach(actions, "indicators", ActionIndicator, select(ActionIndicator).order_by(ActionIndicator.id), plan)
    _attach_values(actions, Action.plan_id == plan.id)
    objectives = select(Objective).where(Objective.plan_id == plan.id).order_by(Objective.position, Objective.id)
    after: dict[int, list[int]] = defaultdict(list)
    links = select(Dependency.action_id, Dependency.after_id).join(Action, Action.id == Dependency.action_id)
    for action_id, after_id in db.session.execute(links.where(Action.plan_id == plan.id).order_by(Dependency.id)):
        after[action_id].append(after_id)
    kinds: dict[int, set[str]] = defaultdict(set)
    origins = select(Origin.action_id, Origin.kind).join(Action, Action.id == Origin.action_id).where(Action.plan_id == plan.id)
    for action_id, kind in db.session.execute(origins):
        kinds[action_id].add(kind)
    found = {number: frozenset(each) for number, each in kinds.items()}
    return LoadedPlan(city, plan, actions, list(db.session.scalars(objectives)), dict(after), found)


def _attach(actions: Sequence[Action], name: str, model: Any, query: Select[Any], plan: ActionPlan) -> None:
    """Give every action its milestones or indicators by one query: a relationship asks once for every few hundred."""
    found: dict[int, list[Any]] = defaultdict(list)
    for row in db.session.scalars(query.join(Action, Action.id == model.action_id).where(Action.plan_id == plan.id)):
        found[row.action_id].append(row)
    for action in actions:
        set_committed_value(action, name, found[action.id])


def load_values(action: Action) -> None:
    """Give the indicators of one action their values, by one query however many there are."""
    _attach_values([action], Action.id == action.id)


def _attach_values(actions: Sequence[Action], of_these: ColumnElement[bool]) -> None:
    query = select(IndicatorValue).join(ActionIndicator).join(Action).where(of_these)
    found: dict[int, list[IndicatorValue]] = defaultdict(list)
    for value in db.session.scalars(query.order_by(IndicatorValue.on_date, IndicatorValue.id)):
        found[value.indicator_id].append(value)
    for action in actions:
        for indicator in action.indicators:
            set_committed_value(indicator, "values", found[indicator.id])


def plan_row(city: City) -> ActionPlan | None:
    """The plan itself, or None where the city has none yet."""
    return db.session.scalar(select(ActionPlan).where(ActionPlan.city_id == city.id))


def count_actions(city: City) -> int:
    """How many actions the plan of a city has."""
    return db.session.scalar(select(func.count()).select_from(Action).where(Action.city_id == city.id)) or 0
