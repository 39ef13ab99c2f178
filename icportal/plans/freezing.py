"""A plan as a version of it says it: plain values, nothing internal, nothing that is still a draft.

Days are ISO, numbers texts. What a version leaves out: internal notes, the names of people that are not public, other
people and partners, reasons, drafts, and actions that were dropped or merged. Asks nothing of the database.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from icportal.core.strings import Text, _
from icportal.i18n.formatting import listing
from icportal.plans import smart
from icportal.plans.contents import Content, amount
from icportal.plans.enums import OPEN, ActionState
from icportal.plans.loaded import LoadedPlan
from icportal.plans.models import Action, ActionIndicator
from icportal.plans.smart import Point

#: States of actions that no version has.
LEFT_OUT = frozenset({ActionState.DRAFT, ActionState.DROPPED})
_SAID = (
    "id", "title", "outcome", "body", "language", "state", "owner_body", "starts_on", "due_on", "cost", "currency", "funding",
)  # fmt: skip
_INDICATOR = ("id", "label", "indicator_code", "unit", "baseline", "baseline_on", "target", "deadline")


def included(plan: LoadedPlan) -> list[Action]:
    """The actions a version made now would have."""
    return [action for action in plan.actions if action.state not in LEFT_OUT and action.merged_into_id is None]


def drafts(plan: LoadedPlan) -> list[Action]:
    """The actions that stay out of it because something is missing."""
    return [action for action in plan.actions if action.state == ActionState.DRAFT]


def unfinished(plan: LoadedPlan) -> list[tuple[Action, list[Point]]]:
    """The open actions of it that a city cannot be held to, with what is missing: it was taken out after work had begun."""
    found = [
        (action, smart.missing(action, has_origin=bool(plan.origin_kinds.get(action.id))))
        for action in included(plan)
        if action.state in OPEN
    ]
    return [(action, lacking) for action, lacking in found if lacking]


def obstacles(plan: LoadedPlan, previous: Content | None) -> list[Text]:
    """What stands in the way of sending the plan to review; nothing where it can be sent. ``previous`` is the last version that was agreed to."""
    if plan.plan is None or not plan.actions:
        return [_("The plan is empty. Add an action first.")]
    if not included(plan):
        return [_("Every action is still a draft. Complete at least one: its page says what is missing.")]
    if lacking := unfinished(plan):
        return [
            _(
                "“%(title)s” is no draft, but something is missing: %(points)s. Complete it, or drop it.",
                title=action.title, points=listing(point.name for point in points),
            )
            for action, points in lacking
        ]  # fmt: skip
    if previous is not None and content_of(plan) == previous:
        return [_("Nothing has changed since the version that was agreed to. Change something first.")]
    return []


def says_the_same(plan: LoadedPlan, content: Content) -> bool:
    """Whether all that stands still while a version is read is as the version has it.

    Steps, milestones that were reached and new actions go on meanwhile: they make no other plan of it.
    """
    numbers = {each["id"] for each in content["actions"]}
    kept = [action for action in plan.actions if action.id in numbers and action.merged_into_id is None]
    return _standing_still(_content(plan, kept)) == _standing_still(content)


def _standing_still(content: Content) -> Content:
    actions = [
        {**each, "state": "", "milestones": [{**step, "done_on": None} for step in each["milestones"]]}
        for each in content["actions"]
    ]
    return {**content, "actions": actions}


def content_of(plan: LoadedPlan) -> Content:
    """Everything a version of the plan says."""
    return _content(plan, included(plan))


def _content(plan: LoadedPlan, kept: Sequence[Action]) -> Content:
    row = plan.plan
    assert row is not None, "only a plan that is there is read"
    numbers = {action.id for action in kept}
    return {
        "title": row.title,
        "language": row.language,
        "introduction": row.introduction,
        "starts_on": _plain(row.starts_on),
        "ends_on": _plain(row.ends_on),
        "objectives": [
            {"id": each.id, "title": each.title, "text": each.text, "language": each.language} for each in plan.objectives
        ],
        "actions": [_action(action, [n for n in plan.after.get(action.id, ()) if n in numbers]) for action in kept],
    }


def _action(action: Action, after: Sequence[int]) -> Content:
    return {
        **{name: _plain(getattr(action, name)) for name in _SAID},
        "objective": action.objective_id,
        "owner_person": action.owner_person if action.person_public else "",
        "commitments": sorted(action.commitments),
        "key_factors": list(action.key_factors),
        "after": sorted(after),
        "milestones": [
            {"id": each.id, "title": each.title, "due_on": _plain(each.due_on), "done_on": _plain(each.done_on)}
            for each in action.milestones
        ],
        "indicators": [_indicator(each) for each in action.indicators],
    }


def _indicator(indicator: ActionIndicator) -> Content:
    return {name: _plain(getattr(indicator, name)) for name in _INDICATOR}


def _plain(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    return amount(value) if isinstance(value, Decimal) else value
