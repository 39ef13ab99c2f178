"""Progress rounds as they are read: which there are, what each action's note says, what the milestones and values say already."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from sqlalchemy import select

from icportal.cities.models import City
from icportal.core.db import db
from icportal.core.errors import NotFound
from icportal.core.strings import Text, _
from icportal.plans import loaded
from icportal.plans.contents import Content, amount
from icportal.plans.enums import ActionState, ProgressState
from icportal.plans.loaded import LoadedPlan
from icportal.plans.models import Action, ActionIndicator, ActionPlan, IndicatorValue, PlanVersion, ProgressNote, ProgressRound


@dataclass(frozen=True)
class Line:
    """An action in a round: as the version names it, as it stands now, and what is said of it (None: nothing yet)."""

    said: Content
    action: Action
    note: ProgressNote | None

    @property
    def waits(self) -> bool:
        """Whether a public text waits for somebody else to approve it."""
        return waits(self.note)


@dataclass(frozen=True)
class OpenedRound:
    """A round with everything its page shows."""

    round: ProgressRound
    version: PlanVersion
    plan: LoadedPlan
    lines: Sequence[Line]

    @cached_property
    def frozen(self) -> Mapping[int, Content]:
        """What the report said of each action when the round was closed; nothing before."""
        return {each["id"]: each for each in self.round.content["actions"]} if self.round.content else {}

    def line(self, action_id: int) -> Line:
        """The line of an action. NotFound where the version has no such action."""
        found = next((line for line in self.lines if line.action.id == action_id), None)
        if found is None:
            raise NotFound(_("The version whose progress is told has no such action."))
        return found

    @property
    def told(self) -> int:
        """Of how many actions something is said."""
        return sum(bool(line.note and line.note.text) for line in self.lines)


_FACTS = ("id", "title", "language", "state", "milestones", "indicators")


def waits(text: ProgressNote | ProgressRound | None) -> bool:
    """Whether a public text waits for somebody else to approve it."""
    if text is None or text.approved_at is not None:
        return False
    return bool(text.summary if isinstance(text, ProgressRound) else text.text)


def with_waiting_notes(rounds: Sequence[ProgressRound]) -> frozenset[int]:
    """Of these rounds, those in which what is said of an action waits. What no page of a round shows does not count.

    Before rounds kept to their version, a note could be left behind on an action that a newer version no longer has.
    """
    query = select(ProgressNote.round_id, ProgressNote.action_id).where(ProgressNote.round_id.in_([each.id for each in rounds]))
    query = query.where(ProgressNote.text != "", ProgressNote.approved_at.is_(None))
    notes = [(row.round_id, row.action_id) for row in db.session.execute(query)] if rounds else []
    of_round = {each.id: each.version_id for each in rounds}
    wanted = {of_round[round_id] for round_id, _action in notes}
    texts = db.session.execute(select(PlanVersion.id, PlanVersion.content).where(PlanVersion.id.in_(wanted))) if wanted else ()
    actions = {row.id: {each["id"] for each in row.content["actions"]} for row in texts}
    return frozenset(round_id for round_id, action_id in notes if action_id in actions[of_round[round_id]])


def rounds_of(plan: ActionPlan | None) -> list[ProgressRound]:
    """Every round, the newest first."""
    query = select(ProgressRound).where(ProgressRound.plan_id == (plan.id if plan else 0))
    return list(db.session.scalars(query.order_by(ProgressRound.number.desc())))


def open_round_of(plan: ActionPlan) -> ProgressRound | None:
    """The round that is open now: there is never more than one."""
    return next((each for each in rounds_of(plan) if each.state == ProgressState.OPEN), None)


def reports_of(plan: ActionPlan) -> list[ProgressRound]:
    """The rounds that have a report, the newest first."""
    return [each for each in rounds_of(plan) if each.content is not None]


def report_on(version: PlanVersion, reports: Sequence[ProgressRound]) -> Content | None:
    """The newest report that tells of this version: one of an older version says less than the version itself."""
    return next((each.content for each in reports if each.content and each.content["version"] >= version.number), None)


def get_round(city: City, number: int) -> ProgressRound:
    """A round by its number. NotFound where there is none."""
    query = select(ProgressRound).where(ProgressRound.city_id == city.id, ProgressRound.number == number)
    round_ = db.session.scalar(query)
    if round_ is None:
        raise NotFound(_("There is no such progress round."))
    return round_


def load_round(city: City, number: int) -> OpenedRound:
    """A round with its actions and notes, by the same few queries whatever their number."""
    return opened(city, get_round(city, number))


def opened(city: City, round_: ProgressRound) -> OpenedRound:
    """The same of a round that is there."""
    plan = loaded.load_plan(city)
    version = db.session.get_one(PlanVersion, round_.version_id)
    rows = db.session.scalars(select(ProgressNote).where(ProgressNote.round_id == round_.id))
    notes, actions = {each.action_id: each for each in rows}, {each.id: each for each in plan.actions}
    lines = [
        Line(each, actions[each["id"]], notes.get(each["id"])) for each in version.content["actions"] if each["id"] in actions
    ]
    return OpenedRound(round_, version, plan, lines)


# --- what is known already -------------------------------------------------------------------------------------


def approved_value(indicator: ActionIndicator | None) -> IndicatorValue | None:
    """The newest value that somebody else has approved."""
    values = [each for each in (indicator.values if indicator else ()) if each.approved_at is not None]
    return max(values, key=lambda value: (value.on_date, value.id), default=None)


def facts_of(round_: OpenedRound, line: Line) -> Content:
    """The state of an action, its milestones and approved values, under the names the version gives them.

    Once a round was closed, those of that day: who opens it again corrects what was said, not what was the case.
    """
    kept = round_.frozen.get(line.action.id)
    return {name: kept[name] for name in _FACTS} if kept else _facts_now(line)


def _facts_now(line: Line) -> Content:
    done = {each.id: each.done_on for each in line.action.milestones}
    there = {each.id: each for each in line.action.indicators}
    return {
        "id": line.action.id,
        "title": line.said["title"],
        "language": line.said["language"],
        "state": line.action.state if line.action.state != ActionState.DRAFT else line.said["state"],
        "milestones": [
            {**each, "done_on": day.isoformat() if (day := done.get(each["id"])) else None} for each in line.said["milestones"]
        ],
        "indicators": [_measured(each, approved_value(there.get(each["id"]))) for each in line.said["indicators"]],
    }


def _measured(said: Content, value: IndicatorValue | None) -> Content:
    told = {name: said[name] for name in ("id", "label", "unit", "baseline", "target", "deadline")}
    reached = (
        {"value": amount(value.value), "value_on": value.on_date.isoformat()} if value else {"value": None, "value_on": None}
    )
    return {**told, **reached}


def content_of(round_: OpenedRound) -> Content:
    """The report of what was done: facts, and the texts that somebody else has approved."""
    row = round_.round
    return {
        "number": row.number,
        "version": round_.version.number,
        "covers_from": row.covers_from.isoformat(),
        "covers_to": row.covers_to.isoformat(),
        "summary": row.summary if row.approved_at is not None else "",
        "language": row.language,
        "actions": [{**facts_of(round_, line), **_text(line.note)} for line in round_.lines],
    }


def _text(note: ProgressNote | None) -> Content:
    shown = note is not None and note.approved_at is not None
    return {"text": note.text if note and shown else "", "text_language": note.language if note and shown else ""}


def obstacles(round_: OpenedRound) -> list[Text]:
    """What stands in the way of closing a round; nothing where it can be closed."""
    found: list[Text] = []
    waiting = [line for line in round_.lines if line.waits]
    if waits(round_.round):
        found.append(_("The summary waits to be approved by somebody who wrote no part of it."))
    if waiting:
        names = ", ".join(f"“{line.said['title']}”" for line in waiting[:5])
        found.append(_("Texts wait to be approved by somebody who wrote no part of them: %(titles)s", titles=names))
    if unlooked := _unapproved_values(round_):
        found.append(_("Values of indicators wait to be approved or taken away: %(labels)s", labels=", ".join(unlooked[:5])))
    if not round_.told and not round_.round.summary:
        found.append(_("Nothing is said yet. Write a summary, or what was done for at least one action."))
    return found


def _unapproved_values(round_: OpenedRound) -> list[str]:
    """Indicators of the version of which a value waits for somebody else; none where the report has its facts already."""
    if round_.round.content:
        return []
    return [
        f"“{said['label']}”"
        for line in round_.lines
        for said in line.said["indicators"]
        for each in line.action.indicators
        if each.id == said["id"] and any(value.approved_at is None for value in each.values)
    ]


def counts_of(content: Content) -> Mapping[str, int]:
    """How many actions of a report are in each state."""
    found: dict[str, int] = {}
    for each in content["actions"]:
        found[each["state"]] = found.get(each["state"], 0) + 1
    return found
