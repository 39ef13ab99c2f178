"""Reading action plans: a city's actions in the order of what needs somebody, and where each comes from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import func, select

from icportal.cities.models import City
from icportal.cities.queries import get_city
from icportal.core.actors import Actor, Role
from icportal.core.clock import today
from icportal.core.db import db
from icportal.core.errors import NotFound
from icportal.core.permissions import authorise, can
from icportal.core.strings import _
from icportal.i18n.formatting import sorted_by_name
from icportal.plans.enums import OPEN, ActionState, OriginKind, Permission
from icportal.plans.models import Action, ActionPlan, Origin
from icportal.reporting import labels
from icportal.reporting.asked import asked_of
from icportal.reporting.models import QuestionnaireVersion, Response, Round

SOON = timedelta(days=14)
OVERDUE = "overdue"


@dataclass(frozen=True)
class OfCity:
    """The plan of a city as a subject of permissions, whether there is one yet or not."""

    city_id: int


@dataclass(frozen=True)
class Plan:
    """A city's plan as it is listed. ``states`` has an entry for each commitment an open or finished action serves."""

    city: City
    actions: Sequence[Action]
    total: int
    counts: Mapping[str, int]
    commitments: frozenset[int]


@dataclass(frozen=True)
class Source:
    """Where an action comes from. ``round_slug`` and ``section`` lead to the answer; ``via`` is the action it came along with."""

    said: str
    language: str
    question: str = ""
    edition: str = ""
    round_slug: str = ""
    section: str = ""
    code: str = ""
    via: Action | None = None
    spoken: str = ""


def is_overdue(action: Action) -> bool:
    """Whether its last day is over and somebody still works on it."""
    return action.state in OPEN and action.due_on is not None and action.due_on < today()


def open_city(slug: str, *, actor: Actor) -> City:
    """The city of this name for somebody who may read its plan. NotFound for everybody else."""
    city = get_city(slug)
    authorise(actor, Permission.VIEW, OfCity(city.id))
    return city


def open_action(slug: str, action_id: int, *, actor: Actor) -> tuple[Action, City]:
    """An action of a city's plan for somebody who may read it. NotFound for everybody else."""
    city = open_city(slug, actor=actor)
    action = db.session.get(Action, action_id)
    if action is None or action.city_id != city.id:
        raise NotFound(_("There is no such page, or it is not open to you."))
    return action, city


def plan_of(city: City, *, state: str = "", commitment: int | None = None) -> Plan:
    """A city's actions, overdue and blocked ones first, narrowed to a state (or ``overdue``) and a commitment."""
    everything = list(db.session.scalars(select(Action).where(Action.city_id == city.id)))
    counts = Counter(action.state for action in everything)
    counts[OVERDUE] = sum(is_overdue(action) for action in everything)
    found = [
        action
        for action in everything
        if (not state or action.state == state or (state == OVERDUE and is_overdue(action)))
        and (commitment is None or commitment in action.commitments)
    ]
    moved = frozenset(number for action in everything if action.state != ActionState.DROPPED for number in action.commitments)
    return Plan(city, sorted(found, key=_urgency), len(everything), counts, moved)


def _urgency(action: Action) -> tuple[int, date, int]:
    if is_overdue(action):
        place = 0
    elif action.state == ActionState.BLOCKED:
        place = 1
    elif action.state in OPEN:
        place = 2
    else:
        place = 3 if action.state == ActionState.DONE else 4
    return place, action.due_on or date.max, action.id


def others_open(action: Action) -> list[Action]:
    """The open actions of the same plan that it could be merged into, by title."""
    query = select(Action).where(Action.plan_id == action.plan_id, Action.id != action.id, Action.state.in_(OPEN))
    return sorted_by_name(db.session.scalars(query), lambda each: each.title)


def merged_into(action: Action) -> Action | None:
    return db.session.get(Action, action.merged_into_id) if action.merged_into_id else None


def sources_of(action: Action, language: str) -> list[Source]:
    """Where an action comes from, oldest first, in the reader's words."""
    query = select(Origin).where(Origin.action_id == action.id).order_by(Origin.id)
    origins = list(db.session.scalars(query))
    numbers = {origin.from_action_id for origin in origins if origin.from_action_id}
    actions = {each.id: each for each in db.session.scalars(select(Action).where(Action.id.in_(numbers)))}
    asked_in = select(Response.id, Round, QuestionnaireVersion).join(Round, Round.id == Response.round_id)
    asked_in = asked_in.join(QuestionnaireVersion, QuestionnaireVersion.id == Round.questionnaire_version_id)
    wanted = {origin.response_id for origin in origins if origin.response_id}
    rounds = {row[0]: (row[1], row[2]) for row in db.session.execute(asked_in.where(Response.id.in_(wanted)))}
    words = asked_of((version for _round, version in rounds.values()), language)
    found = []
    for origin in origins:
        via = actions.get(origin.from_action_id or 0)
        if origin.kind == OriginKind.ACTION or origin.response_id not in rounds:
            found.append(Source(origin.said, origin.language, via=via))
            continue
        round_, version = rounds[origin.response_id]
        code, spoken = origin.question or "", words[version.id]
        section = version.known.section_of.get(code)
        found.append(
            Source(
                origin.said, origin.language, spoken.label(code), labels.edition(round_), round_.slug,
                section.name if section else "", code, via, spoken.language,
            )
        )  # fmt: skip
    return found


def due_soon(city_ids: frozenset[int]) -> list[tuple[Action, City]]:
    """Open actions of these cities that are overdue or due within two weeks, the most urgent first."""
    query = select(Action, City).join(City, City.id == Action.city_id)
    query = query.where(Action.city_id.in_(city_ids), Action.state.in_(OPEN), Action.due_on <= today() + SOON)
    return [(action, city) for action, city in db.session.execute(query.order_by(Action.due_on, Action.id))]


@dataclass(frozen=True)
class Row:
    """A city in the list of plans, with how much of its plan is open, overdue and done."""

    city: City
    total: int
    open: int
    overdue: int
    done: int


def plans_for(actor: Actor, language: str) -> list[Row]:
    """The plans somebody may read, by the name of the city: all there are for the network's people, else the own cities'."""
    own = actor.cities(Role.CITY_OFFICER, Role.MAYOR_OFFICE)
    sees_all = can(actor, Permission.VIEW, OfCity(0))
    mine = City.id.in_(own)
    query = select(City).where(mine | City.id.in_(select(ActionPlan.city_id)) if sees_all else mine)
    cities = sorted_by_name(db.session.scalars(query), lambda city: city.name_in(language))
    tally = select(Action.city_id, Action.state, func.count()).where(Action.city_id.in_([city.id for city in cities]))
    counts: dict[tuple[int, str], int] = {
        (row[0], row[1]): row[2] for row in db.session.execute(tally.group_by(Action.city_id, Action.state))
    }
    late = select(Action.city_id, func.count()).where(Action.state.in_(OPEN), Action.due_on < today()).group_by(Action.city_id)
    overdue = {row[0]: row[1] for row in db.session.execute(late)}
    return [
        Row(
            city,
            sum(counts.get((city.id, state), 0) for state in ActionState),
            sum(counts.get((city.id, state), 0) for state in OPEN),
            overdue.get(city.id, 0),
            counts.get((city.id, ActionState.DONE), 0),
        )
        for city in cities
    ]
