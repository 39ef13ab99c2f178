"""A plan as its pages list it: narrowed, in groups, what is overdue or blocked first. Works on what was loaded; asks nothing."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any

from icportal.core.strings import Text, _
from icportal.core.text import fold
from icportal.i18n.formatting import sorted_by_name
from icportal.plans.enums import OPEN, ActionState
from icportal.plans.flow import ACTION
from icportal.plans.gantt import Bar, Group, Point
from icportal.plans.loaded import LoadedPlan
from icportal.plans.models import Action, Milestone, Objective
from icportal.plans.queries import OVERDUE
from icportal.plans.status import is_overdue, unfinished

PAGE = 200
#: Cards of one state on the board.
MOST_CARDS = 40
NO_OBJECTIVE = "none"
#: The order of the columns of the board.
COLUMNS = (
    ActionState.BLOCKED,
    ActionState.IN_PROGRESS,
    ActionState.PLANNED,
    ActionState.DRAFT,
    ActionState.DONE,
    ActionState.DROPPED,
)


@dataclass(frozen=True)
class Wanted:
    """What a list is narrowed to; empty where all are wanted. ``owner`` is folded, ``objective`` a number or ``none``."""

    state: str = ""
    commitment: str = ""
    objective: str = ""
    owner: str = ""
    origin: str = ""

    @classmethod
    def of(cls, args: Mapping[str, str]) -> Wanted:
        """From the words of an address; what is too long to mean anything is left out."""
        said = {name: args.get(name, "")[:200] for name in cls.__dataclass_fields__}
        return cls(**{**said, "owner": fold(said["owner"])})

    @property
    def given(self) -> dict[str, str]:
        """What an address says of it."""
        return {name: value for name, value in asdict(self).items() if value}


@dataclass(frozen=True)
class Item:
    """An action in a list, with what of it is due next. ``waits_for`` are the unfinished ones it begins after."""

    action: Action
    objective: Objective | None
    is_overdue: bool
    next: Milestone | None
    done: int
    total: int
    waits_for: Sequence[Action] = ()

    @property
    def share(self) -> float:
        """How much of its milestones is done, from 0 to 1."""
        return self.done / self.total if self.total else 0.0


@dataclass(frozen=True)
class ListGroup:
    """Actions under one heading; ``objective`` is None for those that are urgent and those without one."""

    title: Text
    items: Sequence[Item]
    objective: Objective | None = None
    is_urgent: bool = False


@dataclass(frozen=True)
class Listing:
    """A page of a plan. ``offered`` are the choices of each filter, ``found`` counts what the filters leave."""

    groups: Sequence[ListGroup]
    found: int
    total: int
    counts: Mapping[str, int]
    commitments: frozenset[int]
    offered: Mapping[str, Sequence[tuple[str, Text]]]
    page: int = 1
    shown: int = 0
    costs: Mapping[str, int] = field(default_factory=dict)

    @property
    def has_next(self) -> bool:
        return self.page * PAGE < self.found


def list_plan(plan: LoadedPlan, wanted: Wanted, *, page: int = 1, kinds: Mapping[str, Text] | None = None) -> Listing:
    """One page of the plan as a table, of at most ``PAGE`` actions. ``kinds`` are the names of where actions come from."""
    items = [item for item in items_of(plan) if _fits(item, wanted, plan)]
    groups = _grouped(items)
    page = max(page, 1)
    cut, passed, shown = [], 0, 0
    for group in groups:
        begin, end = max((page - 1) * PAGE - passed, 0), max(page * PAGE - passed, 0)
        passed += len(group.items)
        part = group.items[begin:end]
        shown += len(part)
        if part:
            cut.append(ListGroup(group.title, part, group.objective, is_urgent=group.is_urgent))
    return Listing(
        cut, len(items), len(plan.actions), counts_of(plan), commitments_of(plan), _offered(plan, wanted, kinds or {}),
        page, shown, _costs(items),
    )  # fmt: skip


def items_of(plan: LoadedPlan) -> list[Item]:
    """Every action, the most urgent first."""
    objectives = {each.id: each for each in plan.objectives}
    actions = {each.id: each for each in plan.actions}
    return [
        _item(action, objectives, [actions[number] for number in plan.after.get(action.id, ()) if number in actions])
        for action in sorted(plan.actions, key=urgency)
    ]


def _item(action: Action, objectives: Mapping[int, Objective], before: Sequence[Action]) -> Item:
    open_ones = [each for each in action.milestones if each.done_on is None]
    following = min(open_ones, key=lambda each: (each.due_on, each.id), default=None) if action.state in OPEN else None
    done, total = len(action.milestones) - len(open_ones), len(action.milestones)
    waits_for = unfinished(before) if action.state in OPEN else []
    return Item(action, objectives.get(action.objective_id or 0), is_overdue(action), following, done, total, waits_for)


def urgency(action: Action) -> tuple[int, date, int]:
    """Overdue, blocked, open by their day, done, dropped."""
    if is_overdue(action):
        place = 0
    elif action.state == ActionState.BLOCKED:
        place = 1
    elif action.state in OPEN:
        place = 2
    else:
        place = 3 if action.state == ActionState.DONE else 4
    return place, action.due_on or date.max, action.id


def counts_of(plan: LoadedPlan) -> Mapping[str, int]:
    """How many actions there are in each state, and how many are overdue."""
    counts = Counter(action.state for action in plan.actions)
    counts[OVERDUE] = sum(is_overdue(action) for action in plan.actions)
    return counts


def commitments_of(plan: LoadedPlan) -> frozenset[int]:
    """The commitments an open or finished action serves."""
    kept = (action for action in plan.actions if action.state != ActionState.DROPPED)
    return frozenset(number for action in kept for number in action.commitments)


def _grouped(items: Iterable[Item]) -> list[ListGroup]:
    urgent: list[Item] = []
    by_objective: dict[int, list[Item]] = defaultdict(list)
    objectives: dict[int, Objective | None] = {}
    for item in items:
        if item.is_overdue or item.action.state == ActionState.BLOCKED:
            urgent.append(item)
        else:
            number = item.objective.id if item.objective else 0
            objectives[number] = item.objective
            by_objective[number].append(item)
    found = [ListGroup(_("Overdue or blocked"), urgent, is_urgent=True)] if urgent else []
    found += [
        ListGroup(objective.title if objective else _("Without an objective"), by_objective[number], objective)
        for number, objective in sorted(objectives.items(), key=lambda pair: _place(pair[1]))
    ]
    return found


def _place(objective: Objective | None) -> tuple[bool, int, int]:
    return (False, objective.position, objective.id) if objective else (True, 0, 0)


# --- narrowing -------------------------------------------------------------------------------------------------


def _fits(item: Item, wanted: Wanted, plan: LoadedPlan) -> bool:
    action = item.action
    return (
        (not wanted.state or action.state == wanted.state or (wanted.state == OVERDUE and item.is_overdue))
        and (not wanted.commitment or wanted.commitment in map(str, action.commitments))
        and (not wanted.objective or wanted.objective == _objective_key(action))
        and (not wanted.owner or fold(action.owner_body) == wanted.owner)
        and (not wanted.origin or wanted.origin in plan.origin_kinds.get(action.id, ()))
    )


def _objective_key(action: Action) -> str:
    return str(action.objective_id) if action.objective_id else NO_OBJECTIVE


def _offered(plan: LoadedPlan, wanted: Wanted, kinds: Mapping[str, Text]) -> dict[str, list[tuple[str, Text]]]:
    """The choices of each filter: only those that find something, or are chosen."""
    counts = counts_of(plan)
    states = [(OVERDUE, _("Overdue")), *((each.name, each.label) for each in ACTION.states)]
    owners = {fold(action.owner_body): action.owner_body for action in plan.actions if action.owner_body}
    objectives: list[tuple[str, Text]] = [(str(each.id), each.title) for each in plan.objectives]
    if objectives and any(action.objective_id is None for action in plan.actions):
        objectives.append((NO_OBJECTIVE, _("Without an objective")))
    origins = {kind for found in plan.origin_kinds.values() for kind in found}
    return {
        "state": [(name, label) for name, label in states if counts.get(name) or name == wanted.state],
        "objective": objectives,
        "owner": sorted_by_name(owners.items(), lambda pair: pair[1]),
        "origin": [(kind, label) for kind, label in kinds.items() if kind in origins],
    }


def _costs(items: Iterable[Item]) -> dict[str, int]:
    """What all of them cost that were not dropped, by currency."""
    found: Counter[str] = Counter()
    for item in items:
        if item.action.cost and item.action.state != ActionState.DROPPED:
            found[item.action.currency] += item.action.cost
    return dict(sorted(found.items()))


# --- the board -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class BoardColumn:
    """The actions of one state: the most urgent as cards, and how many there are."""

    state: Any
    items: Sequence[Item]
    total: int


def board_of(plan: LoadedPlan) -> list[BoardColumn]:
    """The plan by states; at most ``MOST_CARDS`` cards for each."""
    by_state: dict[str, list[Item]] = defaultdict(list)
    for item in items_of(plan):
        by_state[item.action.state].append(item)
    return [BoardColumn(ACTION.state(name), by_state[name][:MOST_CARDS], len(by_state[name])) for name in COLUMNS]


# --- the Gantt -------------------------------------------------------------------------------------------------


def groups_of(plan: LoadedPlan, *, url: Any = None) -> list[Group]:
    """The plan as it is drawn: by objectives, in each by beginning. ``url`` gives the page of an action."""
    objectives = {each.id: each for each in plan.objectives}
    by_objective: dict[int, list[Action]] = defaultdict(list)
    for action in plan.actions:
        if action.merged_into_id is None:
            by_objective[action.objective_id if action.objective_id in objectives else 0].append(action)
    places = sorted(by_objective, key=lambda number: _place(objectives.get(number)))
    alone = len(places) == 1 and not places[0]
    return [
        Group(
            objectives[number].title if number else "" if alone else str(_("Without an objective")),
            [_bar(action, plan, url) for action in sorted(by_objective[number], key=_beginning)],
            objectives[number].language if number else "",
        )
        for number in places
    ]


def _beginning(action: Action) -> tuple[date, date, int]:
    days = [each.due_on for each in action.milestones]
    first = action.starts_on or action.due_on or min(days, default=date.max)
    return first, action.due_on or date.max, action.id


def _bar(action: Action, plan: LoadedPlan, url: Any) -> Bar:
    done = sum(each.done_on is not None for each in action.milestones)
    return Bar(
        key=action.id,
        title=action.title,
        state=action.state,
        starts=action.starts_on,
        ends=action.due_on,
        language=action.language,
        url=url(action) if url else "",
        owner=action.owner_body,
        points=tuple(Point(each.title, each.due_on, is_done=each.done_on is not None) for each in action.milestones),
        after=tuple(plan.after.get(action.id, ())),
        progress=done / len(action.milestones) if action.milestones else 0.0,
        is_overdue=is_overdue(action),
    )
