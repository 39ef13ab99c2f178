"""Telling what came of a plan: rounds, a note for each action, their approval, the report. Every function is one act."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select

from icportal.cities.models import City
from icportal.core import audit
from icportal.core.actors import Actor
from icportal.core.canonical import sha256
from icportal.core.clock import PORTAL_ZONE, now, today
from icportal.core.db import db
from icportal.core.errors import DomainError, FieldErrors, InvalidTransition, NotAllowed, NotFound, Stale
from icportal.core.permissions import authorise
from icportal.core.strings import Text, _, _l
from icportal.core.text import clean_text
from icportal.core.transactions import hold, insert_once
from icportal.i18n.locales import CONTENT_LANGUAGES
from icportal.plans import loaded, progress, progress_notices, timeline, versions
from icportal.plans.draft import LONGEST_TEXT
from icportal.plans.enums import Permission, ProgressState
from icportal.plans.flow import PROGRESS
from icportal.plans.models import ActionPlan, ProgressNote, ProgressRound
from icportal.plans.queries import OfCity
from icportal.plans.services.writing import held_plan
from icportal.workflow import engine
from icportal.workflow.models import WorkflowEvent

#: How long a city has to answer where nobody says otherwise, and how long it has at most.
TIME_TO_ANSWER, MOST_TIME = timedelta(days=30), timedelta(days=366)
#: How long a report that was opened again stays open at least.
TIME_TO_CORRECT = timedelta(days=14)
OWN = _l("You wrote part of one of these texts: a second person has to approve it.")
LABELS: dict[str, Text] = {
    "text": _l("What was done"), "internal_note": _l("Internal note"), "language": _l("Language you write in"),
    "summary": _l("Summary"), "due_on": _l("Last day"),
}  # fmt: skip


@dataclass(frozen=True)
class NoteDraft:
    """What is said of an action: ``text`` is public in ``language``, the internal note is not."""

    text: str
    internal_note: str = ""
    language: str = "en"


def begin_round(city: City, *, due_on: date | None, actor: Actor) -> ProgressRound:
    """Open a progress round on the plan that is public, or was endorsed last.

    Raises:
        NotAllowed: the actor is no officer of the city.
        InvalidTransition: no version was endorsed, or a round is open already.
        DomainError: at ``due_on``: the day is missing, over, or too far away.
    """
    _authorise(city, actor, Permission.REPORT)
    if due_on is None:
        raise DomainError(_("Enter the last day for the report."), "due_on")
    _check_due(due_on)
    if loaded.plan_row(city) is None:
        raise InvalidTransition(_("Progress is told on a plan that was endorsed. This one was not yet."))
    round_ = begin(city, held_plan(city.id), due_on=due_on, actor=actor)
    progress_notices.begun(city, round_, actor=actor)
    return round_


def begin(city: City, plan: ActionPlan, *, due_on: date, actor: Actor) -> ProgressRound:
    """The next round of a plan that the caller holds, whoever asks for it."""
    version = versions.reported_on(plan)
    if version is None:
        raise InvalidTransition(_("Progress is told on a plan that was endorsed. This one was not yet."))
    rounds = progress.rounds_of(plan)
    if any(each.state == ProgressState.OPEN for each in rounds):
        raise InvalidTransition(_("A progress round is open already. Close it first."))
    since = rounds[0].covers_to if rounds else (plan.published_at or version.created_at).astimezone(PORTAL_ZONE).date()
    round_ = ProgressRound(
        plan_id=plan.id, city_id=city.id, version_id=version.id, number=rounds[0].number + 1 if rounds else 1, covers_from=min(since, today()),
        covers_to=due_on, due_on=due_on, language=plan.language,
    )  # fmt: skip
    db.session.add(round_)
    db.session.flush()
    audit.record(
        actor, "plans.progress:open", round_, after={"number": round_.number, "due_on": due_on.isoformat()}, city_id=city.id
    )
    return round_


def edit_round(
    round_: ProgressRound, city: City, *, summary: str, language: str, due_on: date | None, actor: Actor, seen: int
) -> bool:
    """Write the summary of a round and set its last day; whether anything changed. A changed summary has to be approved anew.

    Raises:
        InvalidTransition: the round is closed.
        Stale: somebody has changed it since; ``differences`` has (label, mine, theirs).
        FieldErrors: naming what does not do.
    """
    _authorise(city, actor, Permission.REPORT)
    held, summary = _held(round_), clean_text(summary)
    said: dict[str, Any] = {"summary": summary, "language": language, "due_on": due_on}
    changed = [name for name, value in said.items() if value != getattr(round_, name)]
    if not held or round_.version != seen:
        raise Stale(
            _("Somebody has changed this since you opened it."),
            [(LABELS[name], said[name], getattr(round_, name)) for name in changed],
        )
    _require_open(round_)
    if problems := _problems({"summary": summary}, language, due_on, before=round_.due_on):
        raise FieldErrors(problems)
    if not changed:
        return False
    before = {name: str(getattr(round_, name)) for name in changed}
    if due_on != round_.due_on and round_.closed_at is None:
        round_.covers_to = due_on or round_.covers_to
    for name in changed:
        setattr(round_, name, said[name])
    was_waiting = _something_waits(round_)
    if "summary" in changed:
        _written(round_, actor)
    db.session.flush()
    audit.record(
        actor, "plans.progress:edit", round_, before=before, after={name: str(said[name]) for name in changed}, city_id=city.id
    )
    if summary and "summary" in changed and not was_waiting:
        progress_notices.to_approve(city, round_, actor=actor)
    return True


def write_note(round_: ProgressRound, city: City, action_id: int, draft: NoteDraft, *, actor: Actor, seen: int) -> bool:
    """Say what was done for an action; whether anything changed. ``seen`` is the version of the note, 0 where there was none.

    A changed public text has to be approved anew, by somebody who wrote no part of it.

    Raises:
        NotFound: the version whose progress is told has no such action.
        InvalidTransition: the round is closed.
        Stale: somebody has written meanwhile; ``differences`` has (label, mine, theirs).
        FieldErrors: naming what does not do.
    """
    _authorise(city, actor, Permission.REPORT)
    _held(round_)
    _require_open(round_)
    line = progress.opened(city, round_).line(action_id)
    draft = NoteDraft(clean_text(draft.text), clean_text(draft.internal_note), draft.language)
    note = line.note
    old = NoteDraft(note.text, note.internal_note, note.language) if note else NoteDraft("", "", draft.language)
    changed = [name for name in ("text", "internal_note", "language") if getattr(draft, name) != getattr(old, name)]
    if seen != (note.version if note else 0):
        raise Stale(
            _("Somebody has changed this since you opened it."),
            [(LABELS[name], getattr(draft, name), getattr(old, name)) for name in changed],
        )
    if problems := _problems({"text": draft.text, "internal_note": draft.internal_note}, draft.language, None):
        raise FieldErrors(problems)
    if not changed:
        return False
    was_waiting = _something_waits(round_)
    if note is None:
        insert_once(ProgressNote, round_id=round_.id, action_id=action_id, created_by=actor.id)
        query = select(ProgressNote).where(ProgressNote.round_id == round_.id, ProgressNote.action_id == action_id)
        note = db.session.scalars(query).one()
    note.text, note.internal_note, note.language = draft.text, draft.internal_note, draft.language
    if {"text", "language"} & set(changed):
        _written(note, actor)
    db.session.flush()
    # The texts and not the internal note: administrators of the portal read the log.
    audit.record(
        actor, "plans.progress:write", note, before={"text": old.text}, after={"text": draft.text, "changed": changed},
        city_id=city.id,
    )  # fmt: skip
    if draft.text and "text" in changed and not was_waiting:
        progress_notices.to_approve(city, round_, actor=actor)
    return True


def approve(round_: ProgressRound, city: City, chosen: Mapping[int, int], *, actor: Actor) -> int:
    """Approve public texts, all of them or none; how many were not approved before.

    ``chosen`` are the versions that were read, by the number of the note; 0 stands for the summary of the round.

    Raises:
        NotAllowed: the actor may not approve what this city tells, or wrote part of one of them.
        DomainError: none was chosen.
        Stale: one of them has changed since it was read.
        InvalidTransition: the round is closed.
    """
    _authorise(city, actor, Permission.APPROVE_PROGRESS)
    _held(round_)
    _require_open(round_)
    if not chosen:
        raise DomainError(_("Choose at least one text."), "chosen")
    notes = {each.id: each for each in db.session.scalars(select(ProgressNote).where(ProgressNote.round_id == round_.id))}
    there: dict[int, ProgressNote | ProgressRound] = {0: round_, **notes}
    if any(number not in there or there[number].version != version for number, version in chosen.items()):
        raise Stale(_("One of these texts has changed since you read it. Nothing was approved: look at it again."))
    waiting = [there[number] for number in chosen if progress.waits(there[number])]
    if any(actor.id in text.written_by for text in waiting):
        raise NotAllowed(_("You may not do this."), [OWN])
    for text in waiting:
        text.approved_by, text.approved_at = actor.id, now()
    db.session.flush()
    if waiting:
        audit.record(actor, "plans.progress:approve", round_, after={"texts": sorted(chosen)}, city_id=city.id)
    return len(waiting)


def move_round(
    round_: ProgressRound, city: City, step: str, *, actor: Actor, seen: int | None, reason: str = ""
) -> WorkflowEvent:
    """Close a round, which freezes the report of what was done; or open it again with a reason.

    Raises:
        NotFound: there is no such step.
        InvalidTransition: something stands in the way, which is said; or another round is open.
        NotAllowed, Stale: as the engine says.
    """
    _authorise(city, actor, Permission.REPORT)
    if not any(each.name == step for each in PROGRESS.transitions):
        raise NotFound(_("There is no such step."))
    held_plan(city.id)
    if step == "close":
        return _close(round_, city, actor=actor, seen=seen)
    other = db.session.scalar(
        select(ProgressRound).where(ProgressRound.plan_id == round_.plan_id, ProgressRound.state == ProgressState.OPEN)
    )
    if other is not None and other.id != round_.id:
        raise InvalidTransition(_("A progress round is open already. Close it first."))
    event = engine.fire(PROGRESS, round_, step, actor=actor, version=seen, reason=reason, city_id=city.id)
    round_.due_on = max(round_.due_on, today() + TIME_TO_CORRECT)
    db.session.flush()
    progress_notices.opened_again(city, round_, actor=actor, reason=event.reason)
    return event


def _close(round_: ProgressRound, city: City, *, actor: Actor, seen: int | None) -> WorkflowEvent:
    _held(round_)
    if seen is not None and round_.version != seen:
        raise Stale(_("Somebody has changed this since you opened it. Nothing of yours was applied: look at it again."))
    found = progress.opened(city, round_)
    if round_.state == ProgressState.OPEN and (problems := progress.obstacles(found)):
        raise InvalidTransition(problems[0])
    if round_.closed_at is None:
        round_.covers_to = today()
    content = progress.content_of(found)
    checksum = sha256(content)
    db.session.flush()
    event = engine.fire(PROGRESS, round_, "close", actor=actor, revision_hash=checksum, city_id=city.id)
    round_.content, round_.sha256, round_.closed_at = content, checksum, round_.closed_at or event.at
    db.session.flush()
    plan = found.plan.plan
    if plan is not None and plan.published_version_id is not None:
        timeline.tell_report(plan, round_)
    progress_notices.closed(city, round_, actor=actor)
    return event


# --- pieces ------------------------------------------------------------------------------------------------


def _authorise(city: City, actor: Actor, permission: Permission) -> None:
    authorise(actor, Permission.VIEW, OfCity(city.id))
    authorise(actor, permission, OfCity(city.id))


def _held(round_: ProgressRound) -> bool:
    """Nobody else writes into the round until this is done; whether it is what was read."""
    held = hold(round_)
    # Whatever was read before is read again: others may have written until this moment.
    db.session.expire_all()
    if not held:
        hold(round_)
    return held


def _require_open(round_: ProgressRound) -> None:
    if round_.state != ProgressState.OPEN:
        raise InvalidTransition(_("This round is closed. Open it again to correct its report."))


def _written(text: ProgressNote | ProgressRound, actor: Actor) -> None:
    """Somebody has changed a public text: whoever wrote any part of it does not approve it."""
    if actor.id is not None:
        text.written_by = sorted({*text.written_by, actor.id})
    text.approved_by = text.approved_at = None


def _something_waits(round_: ProgressRound) -> bool:
    """Whether somebody was told already that there is something to approve."""
    with db.session.no_autoflush:
        return bool(progress.with_waiting_notes([round_]))


def _check_due(due_on: date) -> None:
    if due_on < today():
        raise DomainError(_("This day is over. Choose one that is still to come."), "due_on")
    if due_on > today() + MOST_TIME:
        raise DomainError(_("Choose a day within a year."), "due_on")


def _problems(
    texts: Mapping[str, str], language: str, due_on: date | None, *, before: date | None = None
) -> list[tuple[str | None, Text]]:
    problems: list[tuple[str | None, Text]] = [
        (name, _("This is too long: at most %(max)d characters.", max=LONGEST_TEXT))
        for name, text in texts.items()
        if len(text) > LONGEST_TEXT
    ]
    if language not in CONTENT_LANGUAGES:
        problems.append(("language", _("Choose the language you write in.")))
    if before is not None and due_on is None:
        problems.append(("due_on", _("Enter the last day for the report.")))
    elif due_on is not None and due_on != before:
        try:
            _check_due(due_on)
        except DomainError as error:
            problems += error.problems
    return problems
