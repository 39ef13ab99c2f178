"""Loading the action plan of a demonstration: written, agreed to, endorsed and published."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from icportal.cities.models import City
from icportal.cities.queries import get_city
from icportal.core.actors import Actor, Grant, Role
from icportal.core.clock import today
from icportal.core.db import db
from icportal.core.errors import NotAllowed
from icportal.core.installation import settings
from icportal.core.strings import _
from icportal.plans import demonstration, loaded, versions
from icportal.plans.models import ActionPlan, Objective
from icportal.plans.services import about, actions, indicators, objectives, reviewing
from icportal.plans.services.about import About
from icportal.plans.services.objectives import ObjectiveDraft
from icportal.plans.services.reviewing import Decision


def load_demonstration_plan() -> int:
    """Add the plan of the demonstration, published; how many were added. Where the city has a plan already, none is.

    Needs the cities and the toolkits. Each step is taken as whoever may take it; gives nobody notice who has no account yet.

    Raises:
        NotAllowed: this is no demonstration.
    """
    if not settings().demo:
        raise NotAllowed(_("Plans of the demonstration exist in a demonstration only."))
    said = demonstration.read()
    city = get_city(said["city"])
    if loaded.plan_row(city) is not None:
        return 0
    officer, mayor = _somebody(Role.CITY_OFFICER, city.id), _somebody(Role.MAYOR_OFFICE, city.id)
    coordinator = _somebody(Role.COORDINATOR)
    _write(city, said, officer, mayor)
    plan = _plan(city)
    # Before it is published: the timeline tells nothing that is made up.
    plan.is_demonstration = True
    db.session.flush()
    version = reviewing.submit_plan(city, actor=officer, seen=plan.version)
    reviewing.decide_review(city, "agree", actor=coordinator, seen_sha256=version.sha256)
    decision = Decision(said["decision"]["body"], today(), said["decision"]["reference"])
    reviewing.endorse_plan(city, decision, actor=mayor, seen_sha256=version.sha256)
    reviewing.move_plan(city, "publish", actor=officer, seen=_plan(city).version)
    assert versions.find_published(city) is not None
    return 1


def _somebody(role: Role, city_id: int | None = None) -> Actor:
    """Somebody without an account who may do what a role may, and no more."""
    return Actor(id=None, name="", grants=frozenset({Grant(role, city_id=city_id)}))


def _plan(city: City) -> ActionPlan:
    plan = loaded.plan_row(city)
    assert plan is not None
    return plan


def _write(city: City, said: Mapping[str, Any], officer: Actor, mayor: Actor) -> None:
    day, language = today(), said["language"]
    drafts = [ObjectiveDraft(each["title"], each["text"]) for each in said["objectives"]]
    objectives.save_objectives(city, drafts, language=language, actor=officer, seen=None)
    plan = _plan(city)
    first, last = (demonstration.day_of(day, said[name]) for name in ("starts_on", "ends_on"))
    text = About(said["title"], language, said["introduction"].strip(), first, last)
    about.edit_plan(city, text, actor=officer, seen=about.said_by(plan).seal)
    query = select(Objective.id).where(Objective.plan_id == plan.id).order_by(Objective.position)
    places = list(db.session.scalars(query))
    made: dict[str, int] = {}
    for each in said["actions"]:
        after = tuple(made[key] for key in each.get("after", ()))
        draft = demonstration.action_draft(each, day, objectives=places, after=after)
        action = actions.create_action(city, draft, actor=officer)
        made[each["key"]] = action.id
        for indicator, values in zip(list(action.indicators), demonstration.values_of(each, day), strict=True):
            for value, on in values:
                told = indicators.report_value(action, indicator.id, value=value, on=on, note="", actor=officer)
                indicators.approve_values(city, [told.id], actor=mayor)
        if "step" in each:
            step, reason = each["step"]
            actions.move_action(action, step, actor=officer, seen=None, reason=reason)
