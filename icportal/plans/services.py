"""What a city does with its action plan. Every function is one act; the caller commits."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import select, update

from icportal.charter.texts import titles
from icportal.cities.models import City
from icportal.core import audit
from icportal.core.actors import Actor
from icportal.core.db import db
from icportal.core.errors import DomainError, FieldErrors, InvalidTransition, NotFound, Stale
from icportal.core.permissions import authorise
from icportal.core.strings import Text, _, _l, _lp
from icportal.core.text import clean_line, clean_text
from icportal.core.transactions import hold, insert_once
from icportal.i18n.locales import CONTENT_LANGUAGES
from icportal.plans.enums import OPEN, OriginKind, Permission
from icportal.plans.flow import ACTION
from icportal.plans.models import Action, ActionPlan, Origin
from icportal.plans.queries import OfCity
from icportal.workflow import engine
from icportal.workflow.models import WorkflowEvent

LONGEST_TITLE, LONGEST_NAME, LONGEST_TEXT = 300, 200, 20_000

LABELS: dict[str, Text] = {
    "title": _l("Title"),
    "objective": _l("Objective"),
    "body": _l("What is done"),
    "language": _l("Language you write in"),
    "owner_body": _l("Responsible body"),
    "owner_person": _l("Responsible person"),
    "starts_on": _l("Start"),
    "due_on": _lp("date", "Due"),
    "commitments": _l("Commitments it serves"),
    "internal_note": _l("Internal note"),
}
_LINES = {"title": LONGEST_TITLE, "owner_body": LONGEST_NAME, "owner_person": LONGEST_NAME}
_TEXTS = ("objective", "body", "internal_note")


@dataclass(frozen=True)
class Draft:
    """What a person says of an action; see ``Action``."""

    title: str
    objective: str = ""
    body: str = ""
    language: str = "en"
    owner_body: str = ""
    owner_person: str = ""
    starts_on: date | None = None
    due_on: date | None = None
    commitments: tuple[int, ...] = ()
    internal_note: str = ""


@dataclass(frozen=True)
class Answered:
    """The answer an action comes from, and what it said that day."""

    response_id: int
    question: str
    said: str
    language: str


def draft_of(action: Action) -> Draft:
    """What an action says now."""
    said = {name: getattr(action, name) for name in LABELS}
    return Draft(**{**said, "commitments": tuple(said["commitments"])})


def create_action(city: City, draft: Draft, *, actor: Actor, answered: Answered | None = None) -> Action:
    """Put an action into the city's plan; the first one makes the plan. Of the same answer it is made once.

    Raises:
        NotAllowed: the actor is no officer of the city.
        FieldErrors: naming what does not do.
    """
    _authorise(actor, city)
    draft = _checked(draft)
    plan = _held_plan(city.id)
    if answered is not None and (there := _action_from(answered)) is not None:
        return there
    action = Action(plan_id=plan.id, city_id=city.id, created_by=actor.id, **_columns(draft))
    db.session.add(action)
    db.session.flush()
    if answered is not None:
        db.session.add(Origin(action_id=action.id, kind=OriginKind.ANSWER, created_by=actor.id, **asdict(answered)))
        db.session.flush()
    after = {**_plain(draft), "origin": [answered.response_id, answered.question] if answered else None}
    audit.record(actor, "plans.action:create", action, after=after, city_id=city.id)
    return action


def edit_action(action: Action, draft: Draft, *, actor: Actor, seen: int) -> bool:
    """Change what an action says; whether anything changed.

    Raises:
        NotAllowed: the actor is no officer of the city.
        Stale: somebody has changed it since; ``differences`` has (label, mine, theirs) for each field.
        FieldErrors: naming what does not do.
    """
    _authorise(actor, action)
    held = hold(action)
    if not held:
        db.session.refresh(action)
    old, new = draft_of(action), _checked(draft)
    changed = [name for name in LABELS if getattr(new, name) != getattr(old, name)]
    if not held or action.version != seen:
        differences = [(LABELS[name], _shown(getattr(new, name)), _shown(getattr(old, name))) for name in changed]
        raise Stale(_("Somebody has changed this since you opened it."), differences)
    if not changed:
        return False
    for name, value in _columns(new).items():
        setattr(action, name, value)
    db.session.flush()
    before, after = _plain(old), _plain(new)
    audit.record(
        actor, "plans.action:edit", action, before={name: before[name] for name in changed},
        after={name: after[name] for name in changed}, city_id=action.city_id,
    )  # fmt: skip
    return True


def move_action(action: Action, step: str, *, actor: Actor, seen: int | None, reason: str = "") -> WorkflowEvent:
    """Take a step with an action. Why it is blocked or dropped stands in the plan.

    Raises:
        NotFound: there is no such step.
        NotAllowed, Stale, InvalidTransition: as the engine says.
    """
    _authorise(actor, action)
    if not any(each.name == step and not each.automatic for each in ACTION.transitions):
        raise NotFound(_("There is no such step."))
    event = engine.fire(ACTION, action, step, actor=actor, version=seen, reason=reason, city_id=action.city_id)
    action.because = event.reason if step in {"block", "drop"} else ""
    db.session.flush()
    return event


def merge_actions(kept: Action, merged: Action, *, actor: Actor, seen: int | None) -> None:
    """Let one action take in another of the same plan: all origins and commitments of both stand at the one that is kept.

    The other one is dropped, keeps its words and its history, and says where it went. ``seen`` is the version of the
    merged action.

    Raises:
        DomainError: they are the same one, or of two plans.
        InvalidTransition: one of them is not open any more.
        Stale: somebody has changed one of them meanwhile.
    """
    _authorise(actor, kept)
    if kept.id == merged.id or kept.plan_id != merged.plan_id:
        raise DomainError(_("Choose another action of this plan."), "into")
    if not hold(kept):
        raise Stale(_("Somebody has changed this since you opened it. Nothing of yours was applied: look at it again."))
    if kept.state not in OPEN:
        raise InvalidTransition(_("Choose an action that is still open."), "into")
    reason = _("Merged into “%(title)s”", title=kept.title)
    engine.fire(ACTION, merged, "merge", actor=actor, version=seen, reason=reason, city_id=merged.city_id)
    merged.because, merged.merged_into_id = "", kept.id
    of_merged = update(Origin).where(Origin.action_id == merged.id)
    db.session.execute(of_merged.where(Origin.from_action_id.is_(None)).values(action_id=kept.id, from_action_id=merged.id))
    db.session.execute(of_merged.values(action_id=kept.id))
    db.session.add(
        Origin(
            action_id=kept.id, kind=OriginKind.ACTION, from_action_id=merged.id, said=merged.title,
            language=merged.language, created_by=actor.id,
        )
    )  # fmt: skip
    kept.commitments = sorted({*kept.commitments, *merged.commitments})
    db.session.flush()
    db.session.expire_all()
    audit.record(actor, "plans.action:merge", kept, after={"merged": merged.id}, city_id=kept.city_id)


# --- pieces ------------------------------------------------------------------------------------------------


def _authorise(actor: Actor, subject: Any) -> None:
    """Whoever may not even read the plan is not told that there is one."""
    authorise(actor, Permission.VIEW, OfCity(_city_id(subject)))
    authorise(actor, Permission.EDIT, OfCity(_city_id(subject)))


def _city_id(subject: Any) -> int:
    return int(subject.id if isinstance(subject, City) else subject.city_id)


def _held_plan(city_id: int) -> ActionPlan:
    """The city's plan, made where there is none; nobody else makes an action of it until this is done."""
    insert_once(ActionPlan, city_id=city_id)
    query = select(ActionPlan).where(ActionPlan.city_id == city_id)
    return db.session.execute(query.with_for_update()).scalar_one()


def _action_from(answered: Answered) -> Action | None:
    """The action that was made of this answer, as it was made: it may have been merged since."""
    query = select(Origin).where(Origin.response_id == answered.response_id, Origin.question == answered.question)
    origin = db.session.scalar(query)
    return db.session.get(Action, origin.action_id) if origin else None


def _checked(draft: Draft) -> Draft:
    lines: dict[str, Any] = {name: clean_line(getattr(draft, name)) for name in _LINES}
    texts: dict[str, Any] = {name: clean_text(getattr(draft, name)) for name in _TEXTS}
    draft = replace(draft, **lines, **texts, commitments=tuple(sorted(set(draft.commitments))))
    problems: list[tuple[str | None, Text]] = []
    if not draft.title:
        problems.append(("title", _("Give it a title: it is how you find it again.")))
    limits = {**_LINES, **dict.fromkeys(_TEXTS, LONGEST_TEXT)}
    problems += [
        (name, _("This is too long: at most %(max)d characters.", max=most))
        for name, most in limits.items()
        if len(getattr(draft, name)) > most
    ]
    if draft.language not in CONTENT_LANGUAGES:
        problems.append(("language", _("Choose the language you write in.")))
    if unknown := set(draft.commitments) - set(titles("en")):
        problems.append(("commitments", _("There is no commitment %(number)s.", number=min(unknown))))
    if draft.starts_on and draft.due_on and draft.due_on < draft.starts_on:
        problems.append(("due_on", _("The end is before the beginning.")))
    if problems:
        raise FieldErrors(problems)
    return draft


def _columns(draft: Draft) -> dict[str, Any]:
    return {**asdict(draft), "commitments": list(draft.commitments)}


def _plain(draft: Draft) -> dict[str, Any]:
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in _columns(draft).items()}


def _shown(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value
