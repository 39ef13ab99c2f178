"""Reading action plans: a city's actions in the order of what needs somebody, and where each comes from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import ColumnElement, and_, func, or_, select

from icportal.cities.models import City
from icportal.cities.queries import get_city
from icportal.core.actors import Actor, Role
from icportal.core.clock import today
from icportal.core.db import db
from icportal.core.errors import NotFound
from icportal.core.permissions import authorise, can
from icportal.core.strings import _
from icportal.core.text import clean_text
from icportal.i18n.formatting import sorted_by_name
from icportal.plans.enums import OPEN, ActionState, OriginKind, Permission
from icportal.plans.models import Action, ActionPlan, Dependency, Milestone, Objective, Origin
from icportal.plans.origins import Described, describe
from icportal.plans.rules import mentees_of
from icportal.reporting import labels
from icportal.reporting.asked import asked_of
from icportal.reporting.counting import NETWORK
from icportal.reporting.models import PublishedAnswer, QuestionnaireVersion, Response, Round
from icportal.reporting.results import may_be_read
from icportal.toolkits import queries as toolkits

SOON = timedelta(days=14)
OVERDUE = "overdue"


@dataclass(frozen=True)
class OfCity:
    """The plan of a city as a subject of permissions, whether there is one yet or not."""

    city_id: int


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
    label: str = ""
    url: str = ""


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


def waits_for(action: Action) -> list[Action]:
    """The actions an action begins after, by title."""
    query = select(Action).join(Dependency, Dependency.after_id == Action.id).where(Dependency.action_id == action.id)
    return sorted_by_name(db.session.scalars(query), lambda each: each.title)


def waited_for_by(action: Action) -> list[Action]:
    """The open actions that begin after an action, by title."""
    query = select(Action).join(Dependency, Dependency.action_id == Action.id).where(Dependency.after_id == action.id)
    return sorted_by_name(db.session.scalars(query.where(Action.state.in_(OPEN))), lambda each: each.title)


def objective_of(action: Action) -> Objective | None:
    return db.session.get(Objective, action.objective_id) if action.objective_id else None


def factors_offered(language: str) -> list[tuple[str, str]]:
    """(key, name) of the key factors of every published toolkit, to work on."""
    return [
        (f"{benchmark.slug}:{factor.code}", f"{benchmark.title}: {factor.title}")
        for benchmark in toolkits.all_benchmarks(language)
        for factor in benchmark.factors
    ]


def factor_names(action: Action, language: str) -> list[str]:
    """What the key factors an action works on are called."""
    names = toolkits.factor_titles(action.key_factors, language)
    return [names[key] for key in action.key_factors if key in names]


def others_open(action: Action) -> list[Action]:
    """The open actions of the same plan that it could be merged into, by title."""
    query = select(Action).where(Action.plan_id == action.plan_id, Action.id != action.id, Action.state.in_(OPEN))
    return sorted_by_name(db.session.scalars(query), lambda each: each.title)


def merged_into(action: Action) -> Action | None:
    return db.session.get(Action, action.merged_into_id) if action.merged_into_id else None


def sources_of(action: Action, language: str, *, sees_internal: bool = False) -> list[Source]:
    """Where an action comes from, oldest first, in the reader's words.

    Whoever does not see what is internal reads a quotation only where they may read what it was taken from.
    """
    query = select(Origin).where(Origin.action_id == action.id).order_by(Origin.id)
    origins = list(db.session.scalars(query))
    numbers = {origin.from_action_id for origin in origins if origin.from_action_id}
    actions = {each.id: each for each in db.session.scalars(select(Action).where(Action.id.in_(numbers)))}
    asked_in = select(Response.id, Round, QuestionnaireVersion).join(Round, Round.id == Response.round_id)
    asked_in = asked_in.join(QuestionnaireVersion, QuestionnaireVersion.id == Round.questionnaire_version_id)
    wanted = {origin.response_id for origin in origins if origin.response_id}
    rounds = {row[0]: (row[1], row[2]) for row in db.session.execute(asked_in.where(Response.id.in_(wanted)))}
    words = asked_of((version for _round, version in rounds.values()), language)
    found, described = [], _described(origins, language)
    shown = frozenset(origin.id for origin in origins) if sees_internal else _open_to_the_network(origins)
    for origin in origins:
        via = actions.get(origin.from_action_id or 0)
        said = origin.said if origin.id in shown else ""
        if origin.source_id is not None:
            told = described.get(origin.id) or Described(_("From another part of the portal"))
            said = origin.said if sees_internal or told.is_open else ""
            found.append(Source(said, origin.language, via=via, label=told.label, url=told.url))
            continue
        if origin.kind == OriginKind.ACTION or origin.response_id not in rounds:
            found.append(Source(said, origin.language, via=via))
            continue
        round_, version = rounds[origin.response_id]
        code, spoken = origin.question or "", words[version.id]
        section = version.known.section_of.get(code)
        found.append(
            Source(
                said, origin.language, spoken.label(code), labels.edition(round_), round_.slug,
                section.name if section else "", code, via, spoken.language,
            )
        )  # fmt: skip
    return found


def _open_to_the_network(origins: Sequence[Origin]) -> frozenset[int]:
    """Of these origins, actions of the same plan, and answers that others than the city may read and that still say the same."""
    actions = frozenset(origin.id for origin in origins if origin.kind == OriginKind.ACTION)
    wanted = {(origin.response_id, origin.question): origin for origin in origins if origin.response_id is not None}
    if not wanted:
        return actions
    query = select(PublishedAnswer.response_id, PublishedAnswer.question, PublishedAnswer.value)
    query = query.where(PublishedAnswer.response_id.in_({number for number, _question in wanted}), *may_be_read(NETWORK))
    rows = [(wanted.get((number, question)), value) for number, question, value in db.session.execute(query)]
    return actions | {origin.id for origin, value in rows if origin is not None and clean_text(str(value)) == origin.said}


def _described(found: Sequence[Origin], language: str) -> dict[int, Described]:
    """What origins of other packages are, by the origin's number: one question for each kind."""
    told: dict[int, Described] = {}
    for kind in {origin.kind for origin in found if origin.source_id is not None}:
        own = {origin.source_id: origin.id for origin in found if origin.kind == kind and origin.source_id is not None}
        told |= {own[number]: each for number, each in describe(kind, own, language).items() if number in own}
    return told


def is_due(last: date) -> ColumnElement[bool]:
    """The condition that an open action, or an open milestone of it, is due until a day: the database's ``status.next_due``."""
    waits = select(Milestone.id).where(Milestone.action_id == Action.id, Milestone.done_on.is_(None), Milestone.due_on <= last)
    return and_(Action.state.in_(OPEN), or_(Action.due_on <= last, waits.exists()))


def due_soon(city_ids: frozenset[int]) -> list[tuple[Action, City, date]]:
    """Open actions of these cities of which something is overdue or due within two weeks, with its day; the first due first."""
    waits = select(func.min(Milestone.due_on)).where(Milestone.action_id == Action.id, Milestone.done_on.is_(None))
    query = select(Action, City, waits.scalar_subquery()).join(City, City.id == Action.city_id)
    query = query.where(Action.city_id.in_(city_ids), is_due(today() + SOON))
    found = [
        (action, city, min(each for each in (action.due_on, milestone) if each))
        for action, city, milestone in db.session.execute(query)
    ]
    return sorted(found, key=lambda each: (each[2], each[0].id))


@dataclass(frozen=True)
class Row:
    """A city in the list of plans, with where its plan stands (empty: there is none yet), how much is open, overdue and done."""

    city: City
    state: str
    total: int
    open: int
    overdue: int
    done: int


def plans_for(actor: Actor, language: str) -> list[Row]:
    """The plans somebody may read, by the name of the city: all there are for the network's people, else those of the own cities
    and of the cities these mentor.
    """
    own, mentored = actor.cities(Role.CITY_OFFICER, Role.MAYOR_OFFICE), mentees_of(actor.cities(Role.CITY_OFFICER))
    mine, there = City.id.in_(own), City.id.in_(select(ActionPlan.city_id))
    read = there if can(actor, Permission.VIEW, OfCity(0)) else and_(there, City.id.in_(mentored))
    query = select(City).where(mine | read)
    cities = sorted_by_name(db.session.scalars(query), lambda city: city.name_in(language))
    tally = select(Action.city_id, Action.state, func.count()).where(Action.city_id.in_([city.id for city in cities]))
    counts: dict[tuple[int, str], int] = {
        (row[0], row[1]): row[2] for row in db.session.execute(tally.group_by(Action.city_id, Action.state))
    }
    late = select(Action.city_id, func.count()).where(is_due(today() - timedelta(days=1))).group_by(Action.city_id)
    overdue = {row[0]: row[1] for row in db.session.execute(late)}
    stands = select(ActionPlan.city_id, ActionPlan.state).where(ActionPlan.city_id.in_([city.id for city in cities]))
    states: dict[int, str] = {row[0]: row[1] for row in db.session.execute(stands)}
    return [
        Row(
            city,
            states.get(city.id, ""),
            sum(counts.get((city.id, state), 0) for state in ActionState),
            sum(counts.get((city.id, state), 0) for state in OPEN),
            overdue.get(city.id, 0),
            counts.get((city.id, ActionState.DONE), 0),
        )
        for city in cities
    ]
