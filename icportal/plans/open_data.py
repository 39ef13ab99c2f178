"""A public plan as rows and records: the texts of the published version, the facts of the last report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from icportal.plans import progress, reading
from icportal.plans.contents import Content
from icportal.plans.models import ProgressRound
from icportal.plans.reading import ReadAction
from icportal.plans.versions import Published

COLUMNS = (
    "id", "objective", "title", "outcome", "body", "language", "state", "owner_body", "owner_person", "starts_on", "due_on",
    "cost", "currency", "funding", "commitments", "key_factors", "after", "milestones_done", "milestones", "indicators",
    "last_report",
)  # fmt: skip


def records(found: Published, reports: Sequence[ProgressRound]) -> list[dict[str, Any]]:
    """Every action with its milestones and indicators, days as ISO, and what the last report says of it."""
    newest = progress.report_on(found.version, reports)
    said: Mapping[int, Content] = {each["id"]: each for each in newest["actions"]} if newest else {}
    made = []
    for each in found.version.content["actions"]:
        told = said.get(each["id"])
        facts = {name: told[name] for name in ("state", "milestones", "indicators")} if told else {}
        made.append({**each, **facts, "last_report": told["text"] if told else ""})
    return made


def about(found: Published, reports: Sequence[ProgressRound], language: str) -> dict[str, Any]:
    """What the whole of it is: whose plan, in which version with which checksum, who has decided, every report."""
    content = found.version.content
    return {
        "city": found.city.slug,
        "city_name": found.city.name_in(language),
        **{name: content[name] for name in ("title", "language", "introduction", "starts_on", "ends_on", "objectives")},
        "demonstration": found.plan.is_demonstration,
        "version": found.version.number,
        "version_sha256": found.version.sha256,
        "published_at": found.plan.published_at.isoformat() if found.plan.published_at else None,
        "endorsement": {
            "body": found.endorsement.body,
            "decided_on": found.endorsement.decided_on.isoformat(),
            "reference": found.endorsement.reference,
        },
        "reports": [{**(each.content or {}), "sha256": each.sha256} for each in reports],
    }


def rows(found: Published, reports: Sequence[ProgressRound]) -> list[list[Any]]:
    """The same as a table, a row for each action; milestones and indicators in words no program has to read."""
    newest = progress.report_on(found.version, reports)
    plan = reading.with_report(reading.read(found.version.content), newest)
    said = {each["id"]: each["text"] for each in newest["actions"]} if newest else {}
    return [
        _row(objective.title, action, said.get(action.id, "")) for objective in plan.objectives for action in objective.actions
    ]


def _row(objective: str, action: ReadAction, report: str) -> list[Any]:
    values: dict[str, Any] = {
        **vars(action),
        "objective": objective,
        "milestones_done": sum(each.done_on is not None for each in action.milestones),
        "milestones": [f"{each.title} ({each.done_on or each.due_on})" for each in action.milestones],
        "indicators": [
            f"{each.label}: {each.value if each.value is not None else '–'} / {each.target}" for each in action.indicators
        ],
        "last_report": report,
    }
    return [values[name] for name in COLUMNS]
