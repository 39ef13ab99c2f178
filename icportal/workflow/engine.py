"""The only writer of a state column."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy import func, select

from icportal.core import audit
from icportal.core.actors import Actor
from icportal.core.canonical import sha256
from icportal.core.clock import now
from icportal.core.db import db
from icportal.core.errors import InvalidTransition, NotAllowed, Stale
from icportal.core.permissions import authorise, why_not
from icportal.core.strings import Text, _, _l
from icportal.core.transactions import hold
from icportal.workflow.definition import Definition, Transition, registered
from icportal.workflow.models import WorkflowEvent

FOUR_EYES = _l("You wrote part of this since it was last approved: a second person has to approve it.")


class Subject(Protocol):
    """What the engine moves: a row with a state and a version."""

    id: Any
    state: Any
    version: Any


def contributors(subject: Any) -> frozenset[int]:
    """Who wrote any part of the subject since its last approval; nobody where it keeps no record."""
    return getattr(subject, "contributor_ids", frozenset())


@dataclass(frozen=True)
class Move:
    """A transition as one actor meets it; ``reasons`` say why it is closed and are empty when it is open."""

    transition: Transition
    reasons: tuple[Text, ...] = ()

    @property
    def is_open(self) -> bool:
        return not self.reasons


def moves(definition: Definition, subject: Subject, *, actor: Actor) -> list[Move]:
    """Every step that could be taken from here, each open or with the reasons why not."""
    return [
        Move(transition, tuple(_unmet(transition, subject, actor)))
        for transition in definition.leaving(subject.state)
        if not transition.automatic and transition.condition(actor, subject)
    ]


def available(definition: Definition, subject: Subject, *, actor: Actor) -> list[Transition]:
    """The steps this actor may take now: templates draw a button for each."""
    return [move.transition for move in moves(definition, subject, actor=actor) if move.is_open]


def fire(
    definition: Definition,
    subject: Subject,
    name: str,
    *,
    actor: Actor,
    version: int | None = None,
    reason: str = "",
    revision_hash: str = "",
    seen_hash: str | None = None,
    city_id: int | None = None,
) -> WorkflowEvent:
    """Move the subject along the named transition and record the move. Flushes, does not commit.

    ``version`` is the version of the subject the actor looked at; ``seen_hash`` the hash of the revision that was
    read, ``revision_hash`` the one that stands now: an approval of anything else is refused.

    Raises:
        NotAllowed, NotFound: the permission does not hold, or the actor wrote what is to be approved.
        Stale: somebody changed the subject since.
        InvalidTransition: the state does not allow it, or the reason is missing.
    """
    transition = definition.find(name)
    authorise(actor, transition.permission, subject)
    if not hold(subject) or (version is not None and subject.version != version):
        raise Stale(_("Somebody has changed this since you opened it. Nothing of yours was applied: look at it again."))
    if subject.state not in transition.sources or not transition.condition(actor, subject):
        raise InvalidTransition(
            _("This cannot be done now: it is already “%(state)s”.", state=definition.state(subject.state).label)
        )
    if transition.binds and seen_hash != revision_hash:
        raise Stale(_("The text has changed since you read it. Read the new version before you decide."))
    if transition.four_eyes and actor.id in contributors(subject):
        raise NotAllowed(_("You may not do this."), [FOUR_EYES])
    if transition.needs_reason and not reason.strip():
        raise InvalidTransition(_("Say why: the people concerned read your reason."), field="reason")
    event = _append(definition, subject, transition, actor=actor, reason=reason.strip(), revision_hash=revision_hash)
    subject.state = transition.target
    # A step that leaves the state as it is leaves the day since when, too.
    if event.source != event.target and hasattr(subject, "state_since"):
        subject.state_since = event.at
    audit.record(
        actor,
        f"{definition.key}:{name}",
        subject,
        before={"state": event.source},
        after={"state": event.target, **_as_logged(definition, event.reason), "revision": revision_hash},
        city_id=city_id,
    )
    db.session.flush()
    return event


def history(definition: Definition, subject_id: int) -> list[WorkflowEvent]:
    """All events of a subject, oldest first."""
    query = select(WorkflowEvent).where(WorkflowEvent.workflow == definition.key, WorkflowEvent.subject_id == subject_id)
    return list(db.session.scalars(query.order_by(WorkflowEvent.position)))


def tampered() -> Iterator[str]:
    """Every event that is not what was written, named."""
    query = select(WorkflowEvent).order_by(WorkflowEvent.workflow, WorkflowEvent.subject_id, WorkflowEvent.position)
    key, position, previous = None, 0, ""
    for event in db.session.scalars(query.execution_options(yield_per=1000)):
        if key != (event.workflow, event.subject_id):
            key, position, previous = (event.workflow, event.subject_id), 0, ""
        position += 1
        if event.position != position or event.previous != previous or event.hash != sha256(event.content()):
            yield f"workflow event {event.id} ({event.workflow} {event.subject_id}, step {event.position})"
        position, previous = event.position, event.hash
    yield from _unlogged()


def _unlogged() -> Iterator[str]:
    """Every subject whose steps are not those the audit log has: one was removed, added or made anew with its hash."""
    steps: dict[tuple[str, int], list[tuple[Any, ...]]] = defaultdict(list)
    for event in db.session.scalars(select(WorkflowEvent).order_by(WorkflowEvent.position).execution_options(yield_per=1000)):
        why = sha256(event.reason)
        step = (event.transition, event.actor_id, event.acting_for, event.source, event.target, why, event.revision_hash)
        steps[event.workflow, event.subject_id].append(step)
    logged: dict[tuple[str, int], list[tuple[Any, ...]]] = defaultdict(list)
    actions = [f"{key}:{move.name}" for key, definition in registered().items() for move in definition.transitions]
    entries = select(audit.AuditEntry).where(audit.AuditEntry.action.in_(actions)).order_by(audit.AuditEntry.id)
    for entry in db.session.scalars(entries.execution_options(yield_per=1000)):
        workflow, _colon, name = entry.action.rpartition(":")
        before, after = entry.before or {}, entry.after or {}
        if "state" in after and entry.subject_id is not None:
            states = (before.get("state"), after["state"])
            logged[workflow, entry.subject_id].append(
                (name, entry.actor_id, entry.acting_for, *states, _logged_reason(after), after.get("revision"))
            )
    for workflow, subject in sorted({*steps, *logged}):
        if steps[workflow, subject] != logged[workflow, subject]:
            yield f"workflow {workflow} {subject}: its steps are not those in the audit log"


def _as_logged(definition: Definition, reason: str) -> dict[str, str]:
    """What the log has of a reason: its words, or the checksum of words that stay with the subject."""
    return {"reason_sha256": sha256(reason)} if definition.reasons_are_private and reason else {"reason": reason}


def _logged_reason(after: Mapping[str, Any]) -> str | None:
    """The checksum of a logged reason, whichever way it was logged: entries from before a workflow was private have its words."""
    if "reason_sha256" in after:
        return str(after["reason_sha256"])
    reason = after.get("reason")
    return sha256(reason) if isinstance(reason, str) else None


def last_states() -> Iterator[tuple[str, int, str]]:
    """(workflow, subject, state after its last event), for ``verify`` to compare with the state columns."""
    newest = (
        select(WorkflowEvent.workflow, WorkflowEvent.subject_id, func.max(WorkflowEvent.position).label("position"))
        .group_by(WorkflowEvent.workflow, WorkflowEvent.subject_id)
        .subquery()
    )
    query = select(WorkflowEvent.workflow, WorkflowEvent.subject_id, WorkflowEvent.target).join(
        newest,
        (WorkflowEvent.workflow == newest.c.workflow)
        & (WorkflowEvent.subject_id == newest.c.subject_id)
        & (WorkflowEvent.position == newest.c.position),
    )
    for row in db.session.execute(query):
        yield row.workflow, row.subject_id, row.target


def _unmet(transition: Transition, subject: Subject, actor: Actor) -> list[Text]:
    reasons = why_not(actor, transition.permission, subject)
    if transition.four_eyes and actor.id in contributors(subject):
        reasons.append(FOUR_EYES)
    return reasons


def _append(
    definition: Definition, subject: Subject, transition: Transition, *, actor: Actor, reason: str, revision_hash: str
) -> WorkflowEvent:
    query = select(WorkflowEvent.position, WorkflowEvent.hash).where(
        WorkflowEvent.workflow == definition.key, WorkflowEvent.subject_id == subject.id
    )
    last = db.session.execute(query.order_by(WorkflowEvent.position.desc()).limit(1)).first()
    event = WorkflowEvent(
        workflow=definition.key,
        subject_id=subject.id,
        position=(last.position if last else 0) + 1,
        transition=transition.name,
        source=subject.state,
        target=transition.target,
        actor_id=actor.id,
        acting_for=actor.acting_for,
        at=now(),
        reason=reason,
        revision_hash=revision_hash,
        previous=last.hash if last else "",
    )
    event.hash = sha256(event.content())
    db.session.add(event)
    return event
