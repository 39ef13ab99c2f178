"""What of plans waits on their way: to be read, changed, endorsed or published; and progress to be told and approved."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime, time
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select

from icportal.accounts import directory
from icportal.cities.models import City
from icportal.core.actors import Actor, Role
from icportal.core.clock import PORTAL_ZONE, today
from icportal.core.db import db
from icportal.core.strings import Text, _l, _lp
from icportal.i18n.catalogues import current_language
from icportal.plans import progress
from icportal.plans.enums import PlanState, ProgressState
from icportal.plans.flow import PLAN, PROGRESS
from icportal.plans.models import Action, ActionIndicator, ActionPlan, IndicatorValue, ProgressRound
from icportal.plans.queries import OVERDUE
from icportal.plans.rules import mentees_of
from icportal.plans.worklists import YOU
from icportal.workflow.worklists import Waiting, Worklist

#: The states in which an officer has to move.
_WITH_OFFICERS = frozenset({PlanState.CHANGES_REQUESTED, PlanState.ENDORSED})


def provide(actor: Actor, limit: int) -> list[Worklist]:
    """A list for each thing that waits for this actor, by the same few queries.

    What waits for the mayor's office waits for somebody else where nobody holds it: texts and values for the coordinators,
    endorsement for the officers.
    """
    officer, mayor = actor.cities(Role.CITY_OFFICER), actor.cities(Role.MAYOR_OFFICE)
    coordinates, mentored = actor.has(Role.COORDINATOR), mentees_of(officer) - officer
    if not (officer or mayor or coordinates):
        return []
    plans = _plans(officer, mayor | officer, mentored, sees_all=coordinates)
    is_asked = coordinates or any(plan.state == PlanState.REVIEWED for plan, _city in plans)
    with_mayor = directory.cities_with(Role.MAYOR_OFFICE) if is_asked else frozenset()
    endorsing = mayor | (officer - with_mayor)
    rounds = _rounds(None if coordinates else officer | mayor)
    approving = [(round_, city) for round_, city in rounds if city.id in mayor or (coordinates and city.id not in with_mayor)]
    waiting = _with_waiting_texts([round_ for round_, _city in approving])
    values = _with_waiting_values(mayor, with_mayor if coordinates else None) if mayor or coordinates else []
    in_review = [each for each in plans if each[0].state == PlanState.REVIEW]

    def listed(key: str, label: Text, rows: Sequence[Any], entry: Callable[..., Waiting]) -> Worklist:
        return Worklist(key, label, True, len(rows), [entry(*row) for row in rows[:limit]])

    return [
        listed("plans.review", _l("Action plans to review"), in_review if coordinates else [], _plan),
        listed(
            "plans.mentees", _l("Action plans of cities you mentor"),
            [] if coordinates else [each for each in in_review if each[1].id in mentored], _plan,
        ),
        listed(
            "plans.city", _l("Your action plan"),
            [each for each in plans if each[0].state in _WITH_OFFICERS and each[1].id in officer], _plan,
        ),
        listed(
            "plans.endorse", _l("Action plans to endorse"),
            [each for each in plans if each[0].state == PlanState.REVIEWED and each[1].id in endorsing], _plan,
        ),
        listed("plans.progress", _l("Progress to report"), [each for each in rounds if each[1].id in officer], _round),
        listed("plans.approve", _l("Texts on progress to approve"), [each for each in approving if each[0].id in waiting], _texts),
        listed("plans.values", _l("Values of indicators to approve"), values, _values),
    ]  # fmt: skip


def _plans(
    officer: frozenset[int], endorsing: frozenset[int], mentored: frozenset[int], *, sees_all: bool
) -> list[tuple[ActionPlan, City]]:
    in_review = ActionPlan.state == PlanState.REVIEW
    wanted: list[ColumnElement[bool]] = [
        in_review if sees_all else in_review & ActionPlan.city_id.in_(mentored),
        ActionPlan.state.in_(_WITH_OFFICERS) & ActionPlan.city_id.in_(officer),
        (ActionPlan.state == PlanState.REVIEWED) & ActionPlan.city_id.in_(endorsing),
    ]
    query = select(ActionPlan, City).join(City, City.id == ActionPlan.city_id).where(or_(*wanted))
    return [(plan, city) for plan, city in db.session.execute(query.order_by(ActionPlan.state_since, ActionPlan.id))]


def _rounds(cities: frozenset[int] | None) -> list[tuple[ProgressRound, City]]:
    """The open rounds of these cities; of all where none are named."""
    query = select(ProgressRound, City).join(City, City.id == ProgressRound.city_id)
    query = query.where(ProgressRound.state == ProgressState.OPEN)
    if cities is not None:
        query = query.where(ProgressRound.city_id.in_(cities))
    return [(round_, city) for round_, city in db.session.execute(query.order_by(ProgressRound.due_on, ProgressRound.id))]


def _with_waiting_texts(rounds: Sequence[ProgressRound]) -> frozenset[int]:
    """Of these rounds, those of which a public text waits to be approved."""
    return progress.with_waiting_notes(rounds) | {each.id for each in rounds if progress.waits(each)}


def _with_waiting_values(mayor: frozenset[int], with_mayor: frozenset[int] | None) -> list[tuple[City, datetime]]:
    """(city, since when) of the cities whose values wait: those of ``mayor``, and those not ``with_mayor`` where it is told."""
    theirs = Action.city_id.in_(mayor)
    wanted = theirs if with_mayor is None else theirs | Action.city_id.not_in(with_mayor)
    since = func.min(IndicatorValue.created_at)
    query = select(City, since).join(Action, Action.city_id == City.id).join(ActionIndicator).join(IndicatorValue)
    query = query.where(IndicatorValue.approved_at.is_(None), wanted).group_by(City.id).order_by(since, City.id)
    return [(city, moment) for city, moment in db.session.execute(query)]


def _values(city: City, since: datetime) -> Waiting:
    name = city.name_in(current_language().code)
    return Waiting(
        title=name, endpoint="plans.show_values", values={"slug": city.slug}, kind=_lp("worklist", "Values of indicators"),
        state="waiting", state_label=_l("Reported, not approved yet"), tone="waiting", since=since, waits_for=YOU, city=name,
        language=current_language().code,
    )  # fmt: skip


def _plan(plan: ActionPlan, city: City) -> Waiting:
    state = PLAN.state(plan.state)
    name = city.name_in(current_language().code)
    return Waiting(
        title=plan.title or name, endpoint="plans.show_review", values={"slug": city.slug}, kind=_lp("worklist", "Action plan"),
        state=plan.state, state_label=state.label, tone=state.tone, since=plan.state_since, waits_for=YOU, city=name,
        language=plan.language if plan.title else current_language().code,
    )  # fmt: skip


def _round(round_: ProgressRound, city: City) -> Waiting:
    return _of_round(round_, city, is_overdue=round_.due_on < today())


def _texts(round_: ProgressRound, city: City) -> Waiting:
    return _of_round(round_, city, is_overdue=False)


def _of_round(round_: ProgressRound, city: City, *, is_overdue: bool) -> Waiting:
    state = PROGRESS.state(round_.state)
    name = city.name_in(current_language().code)
    return Waiting(
        title=name, endpoint="plans.show_progress", values={"slug": city.slug, "number": round_.number},
        kind=_lp("worklist", "Progress round"), state=OVERDUE if is_overdue else round_.state,
        state_label=_l("Overdue") if is_overdue else state.label, tone="stopped" if is_overdue else state.tone,
        since=round_.state_since, waits_for=YOU, city=name, language=current_language().code, due=_end_of(round_.due_on),
    )  # fmt: skip


def _end_of(day: date) -> datetime:
    return datetime.combine(day, time.max, PORTAL_ZONE)
