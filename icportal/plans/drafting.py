"""From what a workbook makes of an action to the draft that the services write, by the rules of the page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from icportal.core.errors import FieldErrors
from icportal.core.strings import Text
from icportal.plans.contents import Content
from icportal.plans.draft import Draft, IndicatorDraft, MilestoneDraft, checked
from icportal.plans.exchange.layout import ACTIONS, COLUMNS, INDICATORS, MILESTONES, row_id
from icportal.plans.models import Action
from icportal.reporting.enums import QuestionType

_KINDS = {(sheet, column.code): column.kind for sheet, columns in COLUMNS.items() for column in columns}
_LINKS = frozenset({"objective", "after", "commitments"})


def draft_of(content: Content, numbers: Mapping[str, int], action: Action | None = None) -> Draft:
    """The draft of an action; what the workbook does not say of it stays as it is. ``numbers`` are those behind keys."""
    own = {
        name: _value(ACTIONS, name, said) for name, said in content.items() if (ACTIONS, name) in _KINDS and name not in _LINKS
    }
    return Draft(
        **own,
        objective_id=content["objective"],
        commitments=tuple(content["commitments"]),
        after=tuple(sorted(numbers[key] for key in content["after"] if key in numbers)),
        milestones=tuple(MilestoneDraft(**_part(MILESTONES, each)) for each in content[MILESTONES]),
        indicators=tuple(IndicatorDraft(**_part(INDICATORS, each)) for each in content[INDICATORS]),
        key_factors=tuple(action.key_factors) if action else (),
    )


def refusals(content: Content) -> list[tuple[str, Text]]:
    """(column, why) of what the page would refuse of the words, days and parts of an action. Asks nothing of the database.

    Where an action leads to, an objective, others or the catalogue, is looked at by whoever knows them all.
    """
    draft = draft_of(content, {})
    alone = replace(
        draft, objective_id=None, milestones=tuple(replace(each, id=None) for each in draft.milestones),
        indicators=tuple(replace(each, id=None, indicator_code="") for each in draft.indicators),
    )  # fmt: skip
    try:
        checked(alone, plan_id=0, action=None)
    except FieldErrors as error:
        return [(field or "title", message) for field, message in error.problems]
    return []


def _part(sheet: str, part: Mapping[str, Any]) -> dict[str, Any]:
    """A milestone or an indicator, with its number where it is there already."""
    said = {name: _value(sheet, name, value) for name, value in part.items() if (sheet, name) in _KINDS}
    return {**said, "id": row_id(part["key"], sheet) or None}


def _value(sheet: str, name: str, value: Any) -> Any:
    kind = _KINDS[sheet, name]
    if value is None:
        return None
    if kind == QuestionType.DATE:
        return date.fromisoformat(value)
    return Decimal(value) if kind == QuestionType.DECIMAL else value
