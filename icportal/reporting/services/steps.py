"""The steps of a city's response: sent to the mayor's office, sent back, signed off, changes asked for, accepted, published, reopened.

Whatever moves a response comes here: it checks what the step asks for, keeps a snapshot, settles what was asked for, brings
what others read up to date, and tells the people concerned; all in the caller's transaction.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from icportal.core import audit
from icportal.core.actors import SYSTEM, Actor
from icportal.core.canonical import sha256
from icportal.core.clock import now
from icportal.core.errors import FieldErrors, InvalidTransition, NotAllowed
from icportal.core.permissions import authorise
from icportal.core.strings import Text, _, _l
from icportal.core.text import clean_line
from icportal.core.transactions import hold
from icportal.reporting import checking, response_notices, timeline
from icportal.reporting.enums import RemarkKind
from icportal.reporting.flow import RESPONSE
from icportal.reporting.models import Remark, Response
from icportal.reporting.remarks import answered, open_remarks
from icportal.reporting.services import deadlines, publishing, remarking
from icportal.reporting.services.computing import request_results
from icportal.reporting.snapshots import Signature, answers_as_read, take
from icportal.workflow import engine
from icportal.workflow.models import WorkflowEvent

STEPS = frozenset({
    "ask_sign_off", "take_back", "send_back", "sign_off", "request_changes", "accept", "publish", "reopen",
})  # fmt: skip
#: Steps that a coordinator takes over what the mayor's office has signed: not the person who signed.
AFTER_SIGNING = frozenset({"accept", "publish"})
SIGNED_IT = _l("You signed this off in the city's name: a second person has to approve it.")
LONGEST_NAME = 200


@dataclass
class _Step:
    """A step on its way: what stands in the response, what was said, and what was asked for before."""

    response: Response
    name: str
    actor: Actor
    content: Mapping[str, Any]
    reasons: Mapping[str, str] = field(default_factory=dict)
    reason: str = ""
    signed: Signature | None = None
    until: date | None = None
    made: list[Remark] = field(default_factory=list)


def move_response(
    response: Response,
    step: str,
    *,
    actor: Actor,
    seen: int | None,
    seen_hash: str = "",
    reason: str = "",
    remarks: Mapping[str, str] | None = None,
    sections: Mapping[str, str] | None = None,
    signed: Signature | None = None,
    until: date | None = None,
) -> WorkflowEvent:
    """Take a step. ``seen_hash`` is the digest of what was read, ``remarks`` are reasons by question (``request_changes``,
    ``reopen``), ``sections`` reasons by section (``send_back``); ``signed`` is who signs in the city's name (``sign_off``).
    ``until`` is the day by which the city has to make the changes that are asked for (see ``deadlines.day_for_changes``).

    Raises:
        NotAllowed, NotFound: the permission does not hold, or the actor wrote or signed what is to be approved.
        Stale: somebody changed the response since, or an answer was changed since it was read.
        InvalidTransition: the state does not allow it, or the reason is missing.
        FieldErrors: what the check found, remarks that wait for an answer, or what is missing to sign.
    """
    if step not in STEPS:
        raise InvalidTransition(_("There is no such step."))
    transition = RESPONSE.find(step)
    authorise(actor, transition.permission, response)
    hold(response)
    content = answers_as_read(response)
    taken = _Step(response, step, actor, content, reason=reason.strip(), signed=signed, until=until)
    if response.state in transition.sources:
        _prepare(taken, remarks, sections)
    revision = sha256(content)
    event = engine.fire(
        RESPONSE,
        response,
        step,
        actor=actor,
        version=seen,
        reason=taken.reason,
        revision_hash=revision,
        seen_hash=seen_hash if transition.binds else None,
        city_id=response.city_id,
    )
    take(response, step, actor, content=content, signed=taken.signed)
    _follow(taken)
    response_notices.tell(response, step, taken.made, actor=actor, reason=reason.strip())
    return event


def adopt_response(response: Response, *, actor: Actor, reason: str, published_at: datetime | None = None) -> WorkflowEvent:
    """Publish what was taken over from a published report; ``published_at`` is when it was published there, else now."""
    content = answers_as_read(response)
    event = engine.fire(
        RESPONSE, response, "adopt", actor=actor, reason=reason, revision_hash=sha256(content), city_id=response.city_id
    )
    take(response, "adopt", actor, content=content)
    _publish(response, published_at or now())
    return event


# --- before a step -----------------------------------------------------------------------------------------


def _prepare(step: _Step, remarks: Mapping[str, str] | None, sections: Mapping[str, str] | None) -> None:
    match step.name:
        case "ask_sign_off":
            _require_checked(step)
        case "sign_off":
            step.signed = _checked_signature(step.signed)
        case "send_back":
            step.reasons = remarking.checked_reasons(step.response, sections, by_section=True)
            _require_reasons(step, _("Say why at each section that has to be changed: write a reason for at least one."))
            step.reason = step.reason or _("The reasons stand at the sections: %(count)s.", count=len(step.reasons))
        case "request_changes":
            step.until = deadlines.checked_day_for_changes(step.response, step.until)
            step.reasons = remarking.checked_reasons(step.response, remarks, by_section=False)
            _require_reasons(step, _("Say why at each answer that has to be changed: write a reason for at least one."))
            step.reason = step.reason or _("The reasons stand at the questions: %(count)s.", count=len(step.reasons))
        case "reopen":
            step.until = deadlines.checked_day_for_changes(step.response, step.until)
            step.reasons = remarking.checked_reasons(step.response, remarks, by_section=False)
        case "accept" | "publish":
            _require_second_person(step)


def _require_checked(step: _Step) -> None:
    """No error stands, each warning has a comment, and each remark was answered."""
    found: list[tuple[str | None, Text]] = []
    commented = {code for code, said in step.content["answers"].items() if said["comment"]}
    found += [
        (finding.question or finding.section or None, finding.sentence)
        for finding in checking.check(step.response)
        if finding.level == checking.ERROR or finding.question not in commented
    ]
    waiting = open_remarks(step.response)
    done = answered(step.response, waiting, step.content)
    found += [
        (
            remark.question or remark.section or None,
            _("Change what was asked for, or reply to it: “%(remark)s”", remark=remark.text),
        )
        for remark in waiting
        if not done[remark.id]
    ]
    if found:
        raise FieldErrors(found)


def _checked_signature(signed: Signature | None) -> Signature:
    if signed is None:
        raise FieldErrors([("may_sign", _("Confirm that you may sign in the city's name."))])
    name, function = clean_line(signed.name)[:LONGEST_NAME], clean_line(signed.function)[:LONGEST_NAME]
    missing: list[tuple[str | None, Text]] = []
    if not name:
        missing.append(("name", _("Write your name, as it stands under the response.")))
    if not function:
        missing.append(("function", _("Write in which function you sign.")))
    if missing:
        raise FieldErrors(missing)
    return Signature(name, function)


def _require_reasons(step: _Step, message: Text) -> None:
    if not step.reasons:
        raise InvalidTransition(message, field="reasons")


def _require_second_person(step: _Step) -> None:
    if closed_by_signing(step.response, step.name, step.actor):
        raise NotAllowed(_("You may not do this."), [SIGNED_IT])


def closed_by_signing(response: Response, step: str, actor: Actor) -> bool:
    """Whether the step is closed to this person because they signed the response off themselves."""
    return step in AFTER_SIGNING and actor.id is not None and actor.id == response.certified_by


# --- after a step ------------------------------------------------------------------------------------------


def _follow(step: _Step) -> None:
    """What a step brings with it; where others read more or less from now on, the worker counts the results anew."""
    response, actor = step.response, step.actor
    match step.name:
        case "sign_off":
            response.certified_by, response.certified_at = actor.id, now()
            remarking.settle_all(open_remarks(response, RemarkKind.SENT_BACK), actor=actor)
            assert step.signed is not None
            audit.record(
                actor, "reporting.response:signature", response,
                after={"name": step.signed.name, "function": step.signed.function, "revision": sha256(step.content)},
                city_id=response.city_id,
            )  # fmt: skip
        case "send_back":
            _ask(step, RemarkKind.SENT_BACK, by_section=True)
        case "request_changes" | "reopen":
            _ask(step, RemarkKind.CHANGE, by_section=False)
            if step.until is not None:
                deadlines.give_time_for_changes(response, step.until, actor=actor)
        case "accept":
            remarking.settle_all(open_remarks(response), actor=actor)
            if response.published_at is None:
                publishing.publish_answers(response)
            request_results(response.round, actor=SYSTEM)
        case "publish":
            _publish(response, now())
            request_results(response.round, actor=SYSTEM)


def _ask(step: _Step, kind: str, *, by_section: bool) -> None:
    """Settle what was answered since it was asked for, and ask for what is wanted now."""
    earlier = open_remarks(step.response, kind)
    done = answered(step.response, earlier, step.content)
    remarking.settle_all([remark for remark in earlier if done[remark.id]], actor=step.actor)
    step.made = remarking.ask_for_changes(step.response, step.reasons, actor=step.actor, by_section=by_section)


def _publish(response: Response, moment: datetime) -> None:
    response.published_at = moment
    publishing.publish_answers(response)
    timeline.tell(response)
