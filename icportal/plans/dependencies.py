"""What waits for what in a plan: there is never a circle, and who begins before what it waits for is told."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

from sqlalchemy import select

from icportal.core.db import db
from icportal.core.strings import Text, _
from icportal.plans.models import Action, Dependency

#: What an action is known by: its number, or its key in a workbook.
Key = TypeVar("Key", bound=Hashable)


def circle(after: Mapping[Key, Iterable[Key]], start: Key) -> list[Key]:
    """A way from an action back to itself along what it waits for, or nothing where there is none."""
    way: list[tuple[Key, list[Key]]] = [(start, [start])]
    seen: set[Key] = set()
    while way:
        here, path = way.pop()
        for following in after.get(here, ()):
            if following == start:
                return [*path, start]
            if following not in seen:
                seen.add(following)
                way.append((following, [*path, following]))
    return []


def links_of(plan_id: int) -> dict[int, list[int]]:
    """What each action of a plan waits for."""
    query = select(Dependency.action_id, Dependency.after_id).join(Action, Action.id == Dependency.action_id)
    found: dict[int, list[int]] = {}
    for action_id, after_id in db.session.execute(query.where(Action.plan_id == plan_id).order_by(Dependency.id)):
        found.setdefault(action_id, []).append(after_id)
    return found


def problem_with(plan_id: int, action_id: int | None, after: Sequence[int]) -> Text | None:
    """Why an action cannot wait for these: itself, one of another plan or a dropped one, or a circle, which is named.

    What it waited for before may have been dropped since: that alone stands in the way of no change.
    """
    if action_id in after:
        return _("An action cannot wait for itself.")
    links = links_of(plan_id)
    query = select(Action.id, Action.title).where(Action.plan_id == plan_id)
    titles: dict[int, str] = dict(_pairs(query))
    open_ = dict(_pairs(query.where(Action.state != "dropped")))
    if set(after) - set(open_) - set(links.get(action_id or 0, ())):
        return _("Choose actions of this plan that are not dropped.")
    if action_id is not None and (found := circle({**links, action_id: after}, action_id)):
        return _("This would be a circle: %(way)s.", way=" → ".join(titles[number] for number in found))
    return None


def early(action: Action, others: Iterable[Action]) -> list[Action]:
    """Those an action waits for that end after it begins."""
    return [other for other in others if action.starts_on and other.due_on and other.due_on > action.starts_on]


def _pairs(query: Any) -> list[tuple[int, str]]:
    return [(row[0], row[1]) for row in db.session.execute(query)]
