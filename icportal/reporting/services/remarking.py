"""What the mayor's office and coordinators say about a response: reasons for changes, feedback to the city, what was settled."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlalchemy import select

from icportal.core import audit
from icportal.core.actors import Actor
from icportal.core.clock import now
from icportal.core.db import db
from icportal.core.errors import DomainError, FieldErrors, NotFound
from icportal.core.permissions import authorise, can
from icportal.core.strings import Text, _
from icportal.core.text import clean_text
from icportal.core.transactions import hold
from icportal.reporting import response_notices
from icportal.reporting.enums import Permission, RemarkKind
from icportal.reporting.models import Remark, Response

LONGEST_REMARK = 2000
LONGEST_LETTER = 8000


def checked_reasons(response: Response, reasons: Mapping[str, str] | None, *, by_section: bool) -> dict[str, str]:
    """What was written at sections or questions, cleaned; empty ones are left out.

    Raises:
        NotFound: the questionnaire has no such section or question.
        FieldErrors: at each (``section-<name>``, ``question-<name>``) that is too long.
    """
    structure = response.round.questionnaire_version.known
    known = {section.name for section in structure.sections} if by_section else set(structure.questions)
    found = {name: clean_text(text) for name, text in (reasons or {}).items() if text.strip()}
    if set(found) - known:
        raise NotFound(_("There is no such page, or it is not open to you."))
    kind = "section" if by_section else "question"
    too_long: list[tuple[str | None, Text]] = [
        (f"{kind}-{name}", _("This is too long: at most %(max)s characters.", max=LONGEST_REMARK))
        for name, text in found.items()
        if len(text) > LONGEST_REMARK
    ]
    if too_long:
        raise FieldErrors(too_long)
    return found


def ask_for_changes(response: Response, reasons: Mapping[str, str], *, actor: Actor, by_section: bool) -> list[Remark]:
    """Put a reason on each of these sections or questions; the step that sends them has checked who may."""
    structure = response.round.questionnaire_version.known
    made = [
        Remark(
            response_id=response.id,
            section=name if by_section else structure.section_of[name].name,
            question="" if by_section else name,
            kind=RemarkKind.SENT_BACK if by_section else RemarkKind.CHANGE,
            text=text,
            author_id=actor.id,
            created_at=now(),
        )
        for name, text in reasons.items()
    ]
    db.session.add_all(made)
    db.session.flush()
    return made


def settle_all(remarks: Iterable[Remark], *, actor: Actor) -> None:
    """Call these settled, as part of a step; what was settled already stays as it was settled."""
    for remark in remarks:
        if remark.settled_at is None:
            remark.settled_by, remark.settled_at = actor.id, now()
    db.session.flush()


def settle_remark(response: Response, remark_id: int, *, actor: Actor) -> Remark:
    """Call a remark settled: coordinators what they asked for, the mayor's office what it sent back.

    Raises:
        NotFound: the response has no such remark, or it is feedback.
    """
    authorise(actor, Permission.VIEW_RESPONSE, response)
    remark = _remark(response, remark_id)
    if remark.kind == RemarkKind.NOTE:
        raise NotFound(_("There is no such remark."))
    authorise(actor, Permission.CERTIFY if remark.kind == RemarkKind.SENT_BACK else Permission.CHECK, response)
    if remark.settled_at is None:
        settle_all([remark], actor=actor)
        _note(response, remark, "settle", actor=actor)
    return remark


def write_letter(response: Response, text: str, *, actor: Actor) -> Remark:
    """Give the city feedback on the whole: strengths, gaps, recommendations. Nobody else reads it; the city may reply.

    Raises:
        DomainError: at ``text``: nothing is written, or too much.
    """
    authorise(actor, Permission.CHECK, response)
    said = _checked(text, LONGEST_LETTER)
    hold(response)
    remark = Remark(response_id=response.id, kind=RemarkKind.NOTE, text=said, author_id=actor.id, created_at=now())
    db.session.add(remark)
    db.session.flush()
    _note(response, remark, "letter", actor=actor)
    response_notices.feedback(response, actor=actor)
    return remark


def reply_to_letter(response: Response, remark_id: int, text: str, *, actor: Actor) -> Remark:
    """The city's answer to feedback, at any time; it replaces an earlier one.

    Raises:
        NotFound: it is no feedback to this city.
        DomainError: at ``text``: nothing is written, or too much.
    """
    authorise(actor, Permission.VIEW_RESPONSE, response)
    authorise(actor, Permission.ASK_EXTENSION, response)
    remark = _remark(response, remark_id)
    if remark.kind != RemarkKind.NOTE:
        raise NotFound(_("There is no such remark."))
    remark.reply = _checked(text, LONGEST_REMARK)
    db.session.flush()
    _note(response, remark, "reply", actor=actor)
    return remark


def may_settle(actor: Actor, response: Response, kind: str) -> bool:
    """Whether the actor may call remarks of this kind settled."""
    return can(actor, Permission.CERTIFY if kind == RemarkKind.SENT_BACK else Permission.CHECK, response)


def _remark(response: Response, remark_id: int) -> Remark:
    found = db.session.scalar(select(Remark).where(Remark.id == remark_id, Remark.response_id == response.id))
    if found is None:
        raise NotFound(_("There is no such remark."))
    return found


def _checked(text: str, most: int) -> str:
    said = clean_text(text)
    if not said:
        raise DomainError(_("Write what you want to say."), field="text")
    if len(said) > most:
        raise DomainError(_("This is too long: at most %(max)s characters.", max=most), field="text")
    return said


def _note(response: Response, remark: Remark, what: str, *, actor: Actor) -> None:
    audit.record(
        actor, f"reporting.remark:{what}", response, after={"remark": remark.id, "kind": remark.kind}, city_id=response.city_id
    )
