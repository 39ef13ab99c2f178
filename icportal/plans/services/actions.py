"""What a city does with the actions of its plan. Every function is one act; the caller commits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import delete, select, update

from icportal.cities.models import City
from icportal.core import audit
from icportal.core.actors import Actor
from icportal.core.clock import now, today
from icportal.core.db import db
from icportal.core.errors import DomainError, InvalidTransition, NotFound, Stale
from icportal.core.strings import _
from icportal.core.transactions import hold
from icportal.i18n.formatting import listing
from icportal.plans import queries, smart, status
from icportal.plans.contents import amount
from icportal.plans.dependencies import circle, links_of
from icportal.plans.draft import COLUMNS, LABELS, Draft, IndicatorDraft, MilestoneDraft, checked, draft_of
from icportal.plans.enums import OPEN, ActionState, OriginKind
from icportal.plans.flow import ACTION
from icportal.plans.models import Action, ActionIndicator, Dependency, Milestone, Origin
from icportal.plans.services.writing import authorise_writing, for_the_log, held_plan, require_writable, touch_plan
from icportal.plans.steps import is_against, overtaken
from icportal.workflow import engine
from icportal.workflow.models import WorkflowEvent

#: Steps by which somebody says that work has begun, whatever the milestones say.
_BEGUN = frozenset({"start", "resume", "take_up"})


@dataclass(frozen=True)
class Answered:
    """The answer an action comes from, and what it said that day."""

    response_id: int
    question: str
    said: str
    language: str


@dataclass(frozen=True)
class CameFrom:
    """Anything else an action comes from: a number of the domain that ``kind`` belongs to, and what stood there."""

    kind: str
    source_id: int
    said: str
    language: str


def create_action(
    city: City, draft: Draft, *, actor: Actor, answered: Answered | None = None, came_from: CameFrom | None = None
) -> Action:
    """Put an action into the city's plan; the first one makes the plan. Of the same answer or source it is made once.

    Raises:
        NotAllowed: the actor is no officer of the city.
        FieldErrors: naming what does not do.
    """
    authorise_writing(actor, city)
    plan = held_plan(city.id)
    draft = checked(draft, plan_id=plan.id, action=None)
    if (there := _made_of(answered, came_from)) is not None:
        return there
    action = Action(plan_id=plan.id, city_id=city.id, created_by=actor.id, **_columns(draft))
    db.session.add(action)
    db.session.flush()
    if answered is not None:
        db.session.add(Origin(action_id=action.id, kind=OriginKind.ANSWER, created_by=actor.id, **asdict(answered)))
    if came_from is not None:
        db.session.add(Origin(action_id=action.id, created_by=actor.id, **asdict(came_from)))
    _write_parts(action, draft, actor=actor)
    origin = (
        [answered.response_id, answered.question] if answered else [came_from.kind, came_from.source_id] if came_from else None
    )
    audit.record(actor, "plans.action:create", action, after={**for_the_log(_plain(draft)), "origin": origin}, city_id=city.id)
    touch_plan(plan, actor=actor)
    _follow(action, actor=actor)
    return action


def edit_action(action: Action, draft: Draft, *, actor: Actor, seen: int) -> bool:
    """Change what an action says, with its milestones, indicators and what it waits for; whether anything changed.

    Raises:
        NotAllowed: the actor is no officer of the city.
        InvalidTransition: the plan is read, endorsed or published as it stands.
        Stale: somebody has changed it since; ``differences`` has (label, mine, theirs) for each field.
        FieldErrors: naming what does not do.
    """
    authorise_writing(actor, action)
    plan = held_plan(action.city_id)
    held = _held(action)
    require_writable(plan, action)
    old, new = said_by(action), checked(draft, plan_id=action.plan_id, action=action)
    changed = [name for name in LABELS if getattr(new, name) != getattr(old, name)]
    if not held or action.version != seen:
        differences = [(LABELS[name], _shown(getattr(new, name)), _shown(getattr(old, name))) for name in changed]
        raise Stale(_("Somebody has changed this since you opened it."), differences)
    if not changed:
        return False
    for name, value in _columns(new).items():
        setattr(action, name, value)
    # A milestone more makes another version of the action, even where nothing of its own columns changed.
    action.updated_at = now()
    _write_parts(action, new, actor=actor)
    touch_plan(plan, actor=actor)
    before, after = for_the_log(_plain(old)), for_the_log(_plain(new))
    audit.record(
        actor, "plans.action:edit", action, before={name: before[name] for name in changed},
        after={name: after[name] for name in changed}, city_id=action.city_id,
    )  # fmt: skip
    _follow(action, actor=actor)
    return True


def said_by(action: Action) -> Draft:
    """What an action says now."""
    return draft_of(action, tuple(links_of(action.plan_id).get(action.id, ())))


def move_action(action: Action, step: str, *, actor: Actor, seen: int | None, reason: str = "") -> WorkflowEvent:
    """Take a step with an action. Why it is blocked or dropped stands in the plan.

    A step against what the milestones say needs its reason, and holds until they say the same or count again
    (``count_milestones``). Work before what the action waits for is done needs one too. What is taken up while something is
    missing is a draft again.

    Raises:
        NotFound: there is no such step.
        NotAllowed, Stale, InvalidTransition: as the engine says.
    """
    authorise_writing(actor, action)
    if not any(each.name == step and not each.automatic for each in ACTION.transitions):
        raise NotFound(_("There is no such step."))
    against, early = is_against(ACTION.find(step), action), overtaken(ACTION.find(step), queries.waits_for(action))
    if against and not reason.strip():
        raise InvalidTransition(_("The milestones say otherwise. Say why: your reason stands in the plan."), field="reason")
    if early and not reason.strip():
        others = listing(f"“{each.title}”" for each in early)
        message = _(
            "It waits for %(others)s. Say why it does not wait any longer: your reason stands in the plan.", others=others
        )
        raise InvalidTransition(message, field="reason")
    event = engine.fire(ACTION, action, step, actor=actor, version=seen, reason=reason, city_id=action.city_id)
    action.is_overridden = against
    action.because = event.reason if against or early or step in {"block", "drop"} else ""
    db.session.flush()
    if step == "take_up" and not _is_complete(action):
        _fire(action, "make_draft", actor)
    _follow(action, actor=actor)
    return event


def count_milestones(action: Action, *, actor: Actor, seen: int | None) -> None:
    """Let the milestones say the state again, where a person had set it.

    Raises:
        Stale: somebody has changed the action meanwhile.
    """
    authorise_writing(actor, action)
    if not _held(action) or (seen is not None and action.version != seen):
        raise Stale(_("Somebody has changed this since you opened it. Nothing of yours was applied: look at it again."))
    if not action.is_overridden:
        return
    action.is_overridden, action.because = False, ""
    db.session.flush()
    audit.record(actor, "plans.action:count_milestones", action, city_id=action.city_id)
    _follow(action, actor=actor, strictly=True)


def tick_milestone(action: Action, milestone_id: int, done_on: date | None, *, actor: Actor) -> None:
    """Say on which day a milestone was reached, or (None) that it was not. The action's state follows.

    Raises:
        NotFound: the action has no such milestone.
        DomainError: the day is still to come.
    """
    authorise_writing(actor, action)
    _held(action)
    milestone = db.session.get(Milestone, milestone_id)
    if milestone is None or milestone.action_id != action.id:
        raise NotFound(_("There is no such page, or it is not open to you."))
    if done_on is not None and done_on > today():
        raise DomainError(_("Choose a day that is not still to come."), "done_on")
    before = milestone.done_on
    if before == done_on:
        return
    milestone.done_on, milestone.done_by = done_on, actor.id if done_on else None
    action.updated_at = now()
    db.session.flush()
    db.session.expire(action, ["milestones"])
    days = {"before": before.isoformat() if before else None, "after": done_on.isoformat() if done_on else None}
    audit.record(
        actor, "plans.milestone:tick", action, before={"milestone": milestone.id, "done_on": days["before"]},
        after={"milestone": milestone.id, "done_on": days["after"]}, city_id=action.city_id,
    )  # fmt: skip
    _follow(action, actor=actor)


def merge_actions(kept: Action, merged: Action, *, actor: Actor, seen: int | None) -> list[tuple[str, str]]:
    """Let one action take in another of the same plan: all origins and commitments of both stand at the one that is kept.

    The other one is dropped, keeps its words, milestones and history, and says where it went. ``seen`` is the version of the
    merged action. Gives what could not be taken over of what waits for what, as titles: (who waits, for whom).

    Raises:
        DomainError: they are the same one, or of two plans.
        InvalidTransition: one of them is not open any more, or the plan is read, endorsed or published as it stands.
        Stale: somebody has changed one of them meanwhile.
    """
    authorise_writing(actor, kept)
    if kept.id == merged.id or kept.plan_id != merged.plan_id:
        raise DomainError(_("Choose another action of this plan."), "into")
    plan = held_plan(kept.city_id)
    require_writable(plan, kept)
    require_writable(plan, merged)
    if not hold(kept):
        raise Stale(_("Somebody has changed this since you opened it. Nothing of yours was applied: look at it again."))
    if kept.state not in OPEN:
        raise InvalidTransition(_("Choose an action that is still open."), "into")
    reason = _("Merged into “%(title)s”", title=kept.title)
    engine.fire(ACTION, merged, "merge", actor=actor, version=seen, reason=reason, city_id=merged.city_id)
    merged.because, merged.merged_into_id = "", kept.id
    _hand_over_origins(kept, merged, actor=actor)
    lost = _hand_over_links(kept, merged)
    told = [(waiting.title, awaited.title) for waiting, awaited in lost]
    numbers = [[waiting.id, awaited.id] for waiting, awaited in lost]
    kept.updated_at = now()
    kept.commitments = sorted({*kept.commitments, *merged.commitments})
    kept.key_factors = list(dict.fromkeys([*kept.key_factors, *merged.key_factors]))
    touch_plan(plan, actor=actor)
    db.session.flush()
    db.session.expire_all()
    after = {"merged": merged.id, "not_taken_over": numbers}
    audit.record(actor, "plans.action:merge", kept, after=after, city_id=kept.city_id)
    _follow(kept, actor=actor)
    return told


# --- pieces ------------------------------------------------------------------------------------------------


def _held(action: Action) -> bool:
    """Wait for whoever changes the action at this moment, and see what became of it; whether it is what was read."""
    if hold(action):
        return True
    db.session.refresh(action)
    hold(action)
    return False


def _made_of(answered: Answered | None, came_from: CameFrom | None) -> Action | None:
    """The action that was made of this answer or source, as it was made: it may have been merged since."""
    if answered is not None:
        query = select(Origin).where(Origin.response_id == answered.response_id, Origin.question == answered.question)
    elif came_from is not None:
        query = select(Origin).where(Origin.kind == came_from.kind, Origin.source_id == came_from.source_id)
    else:
        return None
    origin = db.session.scalar(query)
    return db.session.get(Action, origin.action_id) if origin else None


def _write_parts(action: Action, draft: Draft, *, actor: Actor) -> None:
    """Bring milestones, indicators and dependencies to what was said."""
    _write_rows(action, Milestone, draft.milestones, actor)
    _write_rows(action, ActionIndicator, draft.indicators, actor)
    there = set(db.session.scalars(select(Dependency.after_id).where(Dependency.action_id == action.id)))
    if gone := there - set(draft.after):
        db.session.execute(delete(Dependency).where(Dependency.action_id == action.id, Dependency.after_id.in_(gone)))
    db.session.add_all([Dependency(action_id=action.id, after_id=number) for number in draft.after if number not in there])
    db.session.flush()
    db.session.expire(action, ["milestones", "indicators"])


def _write_rows(action: Action, model: Any, said: Sequence[MilestoneDraft | IndicatorDraft], actor: Actor) -> None:
    known = {row.id: row for row in db.session.scalars(select(model).where(model.action_id == action.id))}
    for number in set(known) - {each.id for each in said}:
        _require_no_values(known[number])
        db.session.delete(known[number])
    for each in said:
        values = {name: value for name, value in asdict(each).items() if name != "id"}
        row = known.get(each.id)
        if isinstance(each, MilestoneDraft) and each.done_on != (row.done_on if row else None):
            values["done_by"] = actor.id if each.done_on else None
        if row is None:
            db.session.add(model(action_id=action.id, **values))
            continue
        for name, value in values.items():
            setattr(row, name, value)


def _require_no_values(row: Any) -> None:
    """An indicator somebody has reported a value of is not taken away: the value would go with it."""
    if isinstance(row, ActionIndicator) and row.values:
        message = _("“%(label)s” has reported values and stays: they would be lost with it.", label=row.label)
        raise DomainError(message, "indicators")


def _hand_over_origins(kept: Action, merged: Action, *, actor: Actor) -> None:
    """Where the merged action came from stands at the kept one, and that it was merged into it."""
    of_merged = update(Origin).where(Origin.action_id == merged.id)
    db.session.execute(of_merged.where(Origin.from_action_id.is_(None)).values(action_id=kept.id, from_action_id=merged.id))
    db.session.execute(of_merged.values(action_id=kept.id))
    db.session.add(
        Origin(
            action_id=kept.id, kind=OriginKind.ACTION, from_action_id=merged.id, said=merged.title,
            language=merged.language, created_by=actor.id,
        )
    )  # fmt: skip


def _hand_over_links(kept: Action, merged: Action) -> list[tuple[Action, Action]]:
    """What waited for the merged action waits for the kept one, which waits for what the merged one waited for.

    Gives what was not taken over, as (who waits, for whom): what would be a circle, and waiting for a dropped action.
    """
    links, lost = links_of(kept.plan_id), []
    wanted = [(number, kept.id) for number, after in sorted(links.items()) if merged.id in after and number != kept.id]
    wanted += [(kept.id, number) for number in links.get(merged.id, ()) if number != kept.id]
    db.session.execute(delete(Dependency).where((Dependency.action_id == merged.id) | (Dependency.after_id == merged.id)))
    links = links_of(kept.plan_id)
    of_both = select(Action).where(Action.id.in_({number for pair in wanted for number in pair}))
    rows = {each.id: each for each in db.session.scalars(of_both)}
    for waiting, awaited in wanted:
        after = links.get(waiting, [])
        if awaited in after:
            continue
        if rows[awaited].state == ActionState.DROPPED or circle({**links, waiting: [*after, awaited]}, waiting):
            lost.append((rows[waiting], rows[awaited]))
            continue
        links[waiting] = [*after, awaited]
        db.session.add(Dependency(action_id=waiting, after_id=awaited))
        # Whoever is changing it at this moment is told: it waits for something else now.
        rows[waiting].updated_at = now()
    return lost


def _is_complete(action: Action) -> bool:
    has_origin = db.session.scalar(select(Origin.id).where(Origin.action_id == action.id).limit(1)) is not None
    return not smart.missing(action, has_origin=has_origin)


def _follow(action: Action, *, actor: Actor, strictly: bool = False) -> None:
    """Bring the state to what the action has become: a draft as long as something is missing, then by its milestones.

    A state somebody set by hand holds until the milestones say the same. That work began before the first milestone is done
    holds too, unless they are asked ``strictly``.
    """
    if action.state == ActionState.DRAFT and _is_complete(action):
        _fire(action, "make_ready", actor)
    elif action.state == ActionState.PLANNED and not _is_complete(action):
        _fire(action, "make_draft", actor)
    said = status.counted(action)
    if said is None or action.state not in status.COUNTED:
        return
    if action.is_overridden and not status.contradicts(action, action.state):
        action.is_overridden, action.because = False, ""
        db.session.flush()
    if action.is_overridden or action.state == said:
        return
    if strictly or status.contradicts(action, action.state) or not _was_begun(action):
        _fire(action, status.STEPS[said], actor)


def _was_begun(action: Action) -> bool:
    """Whether a person said that work has begun, and nothing else was said since."""
    newest = select(WorkflowEvent.transition).where(WorkflowEvent.workflow == ACTION.key, WorkflowEvent.subject_id == action.id)
    return db.session.scalar(newest.order_by(WorkflowEvent.position.desc()).limit(1)) in _BEGUN


def _fire(action: Action, step: str, actor: Actor) -> None:
    engine.fire(ACTION, action, step, actor=actor, city_id=action.city_id)


def _columns(draft: Draft) -> dict[str, Any]:
    said = {name: getattr(draft, name) for name in COLUMNS}
    return {name: list(value) if isinstance(value, tuple) else value for name, value in said.items()}


def _plain(draft: Draft) -> dict[str, Any]:
    return {name: _as_json(getattr(draft, name)) for name in LABELS}


def _as_json(value: Any) -> Any:
    if isinstance(value, (MilestoneDraft, IndicatorDraft)):
        return {name: _as_json(each) for name, each in asdict(value).items()}
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return amount(value)
    return [_as_json(each) for each in value] if isinstance(value, tuple) else value


def _shown(value: Any) -> Any:
    """A value as one reads it where two versions stand side by side."""
    if not isinstance(value, tuple):
        return value
    return [_words(each) if isinstance(each, (MilestoneDraft, IndicatorDraft)) else each for each in value]


def _words(each: MilestoneDraft | IndicatorDraft) -> str:
    said = [value for name, value in asdict(each).items() if name != "id" and value not in (None, "")]
    return " · ".join(amount(value) if isinstance(value, Decimal) else str(value) for value in said)


__all__ = [
    "LABELS", "Answered", "CameFrom", "Draft", "IndicatorDraft", "MilestoneDraft", "count_milestones", "create_action",
    "edit_action", "held_plan", "merge_actions", "move_action", "said_by", "tick_milestone",
]  # fmt: skip
