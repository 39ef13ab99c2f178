"""Answering: a section is saved as it is typed, last time's answer is called still true, a section is called complete."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from icportal.core import audit
from icportal.core.actors import Actor
from icportal.core.clock import now, today
from icportal.core.db import db
from icportal.core.errors import DomainError, NotFound, Stale
from icportal.core.permissions import authorise
from icportal.core.strings import Text, _
from icportal.core.text import clean_line, clean_text
from icportal.core.transactions import hold, insert_once
from icportal.i18n.formatting import day
from icportal.indicators.models import Observation
from icportal.practices.models import Practice
from icportal.reporting.choices import everybody_reads, pointed_at
from icportal.reporting.enums import Permission, QuestionType, Visibility
from icportal.reporting.models import Answer, AnswerEvidence, Remark, Response, SectionMark, SectionShare
from icportal.reporting.questionnaires.definition import Question
from icportal.reporting.responses import LastAnswer, evidence_of, last_time, section_of, structure_of
from icportal.reporting.rules import Place
from icportal.reporting.seals import Said, said_in, seal

LONGEST_NAME = 200
LONGEST_COMMENT = 2000


@dataclass(frozen=True)
class Typed:
    """What a page says to one question. ``seen`` is the seal of what stood there when the page was opened (see ``seals``);
    without one, the answer is written whatever stands there.

    ``visibility`` is empty for what is usual. ``no_evidence`` and ``comment`` stay as they are where they are None.
    """

    value: Any
    visibility: str = ""
    no_evidence: bool | None = None
    comment: str | None = None
    seen: str | None = None


@dataclass(frozen=True)
class Saved:
    """What a save wrote: the questions, the section's new version, and the seals of all questions that were sent."""

    questions: tuple[str, ...]
    version: int
    seals: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class _Hand:
    """Who writes, and by which link."""

    actor: Actor
    share: SectionShare | None = None


def save_section(
    response: Response,
    section: str,
    typed: Mapping[str, Typed],
    *,
    actor: Actor,
    language: str,
    share: SectionShare | None = None,
) -> Saved:
    """Write the answers of one section that were changed on the page; what others changed meanwhile stays.

    ``language`` is the one the texts are written in, ``share`` the link by which somebody without an account writes.

    Raises:
        NotAllowed: the round is closed, the response was sent on, or the section is not open to this actor.
        Stale: somebody else changed the same answer since; ``differences`` has (question, mine, theirs) for each.
        FieldErrors: an answer cannot be one.
    """
    authorise(actor, Permission.ANSWER, Place(response, section))
    questions = {question.name: question for question in section_of(response, section).questions}
    if unknown := set(typed) - set(questions):
        raise NotFound(_("There is no question “%(question)s” in this section.", question=min(unknown)))
    by = _Hand(actor, share)
    _hold(response)
    answers = _fresh(response, typed)
    changed: dict[str, Said] = {}
    overtaken: list[tuple[Text, Any, Any]] = []
    for name, given in typed.items():
        question, answer = questions[name], answers.get(name)
        mine, theirs = _mine(question, given, answer), said_in(question, answer)
        if mine == theirs or (given.seen is not None and seal(mine) == given.seen):
            continue
        if given.seen is not None and seal(theirs) != given.seen:
            overtaken.append((name, mine.value, theirs.value))
        changed[name] = mine
    if overtaken:
        raise Stale(_("Somebody else has changed the same answers since you opened the page. Nothing was saved yet."), overtaken)
    _require_possible(response, [(questions[name], said.value) for name, said in changed.items()])
    if actor.opened:
        _require_open(questions, answers, changed)
    for name, said in changed.items():
        answers[name] = _write(response, questions[name], answers.get(name), said, language)
        _signed(answers[name], by)
    mark = _mark(response, section)
    if changed:
        mark.saves += 1
        db.session.flush()
        audit.record(
            actor,
            Permission.ANSWER,
            response,
            after={"section": section, "questions": sorted(changed), "share": share.id if share else None},
            city_id=response.city_id,
        )
    seals = {name: seal(said_in(questions[name], answers.get(name))) for name in typed}
    return Saved(tuple(changed), mark.saves, seals)


def confirm_still_true(response: Response, question: str, *, actor: Actor, share: SectionShare | None = None) -> Answer:
    """Take over what the city said last time, with the evidence behind it, and note the day on which it was called true.

    Raises:
        NotAllowed: as for ``save_section``.
        DomainError: there was no answer last time, it does not fit the question any more, or its evidence has expired.
    """
    asked, section = _place(response, question)
    authorise(actor, Permission.ANSWER, Place(response, section))
    last = last_time(response, section_of(response, section)).get(question)
    if last is None:
        raise DomainError(_("There is no answer of last time to this question."), question)
    _require_still_possible(last, question)
    _hold(response)
    answer = _fresh(response, [question]).get(question)
    before = last.answer
    said = Said(before.value, before.visibility if before.visibility_chosen else "", before.no_evidence, "")
    answer = _write(response, asked, answer, said, before.language)
    answer.still_true_on, answer.still_true_of = today(), before.id
    there = {each.id for each in evidence_of(response, [question]).get(question, ())}
    for evidence in last.evidence:
        if evidence.id not in there:
            db.session.add(AnswerEvidence(response_id=response.id, question=question, evidence_id=evidence.id))
    _touched(response, section, answer, "still_true", _Hand(actor, share))
    return answer


def take_back_still_true(response: Response, question: str, *, actor: Actor, share: SectionShare | None = None) -> None:
    """Take the tick away: the answer is open again, and nothing of last time stands there by itself."""
    asked, section = _place(response, question)
    authorise(actor, Permission.ANSWER, Place(response, section))
    _hold(response)
    answer = _fresh(response, [question]).get(question)
    if answer is None or answer.still_true_on is None:
        return
    _write(response, asked, answer, Said(None, "", no_evidence=False, comment=""), answer.language)
    links = select(AnswerEvidence).where(AnswerEvidence.response_id == response.id, AnswerEvidence.question == question)
    for link in db.session.scalars(links):
        db.session.delete(link)
    _touched(response, section, answer, "not_still_true", _Hand(actor, share))


def set_file(response: Response, question: str, key: str | None, *, actor: Actor, share: SectionShare | None = None) -> Answer:
    """The file that answers a question, by its key; None takes it away."""
    asked, section = _place(response, question)
    authorise(actor, Permission.ANSWER, Place(response, section))
    _hold(response)
    answer = _fresh(response, [question]).get(question)
    kept = said_in(asked, answer)
    answer = _write(response, asked, answer, Said(key, kept.visibility, kept.no_evidence, kept.comment), "")
    _touched(response, section, answer, "file", _Hand(actor, share))
    return answer


def complete_section(response: Response, section: str, *, actor: Actor, share: SectionShare | None = None) -> None:
    """Call a section complete. What is missing or wrong in it is found by the check before the response is sent on."""
    authorise(actor, Permission.ANSWER, Place(response, section))
    section_of(response, section)
    _hold(response)
    mark = _mark(response, section)
    mark.completed_at, mark.completed_by = now(), actor.id
    mark.completed_name = "" if actor.is_signed_in else actor.name[:LONGEST_NAME]
    if share is not None:
        share.finished_at = now()
    _recorded(response, section, "completed", _Hand(actor, share))


def reopen_section(response: Response, section: str, *, actor: Actor, share: SectionShare | None = None) -> None:
    """Say that a section is not complete after all."""
    authorise(actor, Permission.ANSWER, Place(response, section))
    section_of(response, section)
    _hold(response)
    mark = _mark(response, section)
    mark.completed_at, mark.completed_by, mark.completed_name = None, None, ""
    if share is not None:
        share.finished_at = None
    _recorded(response, section, "reopened", _Hand(actor, share))


def reply_to_remark(response: Response, remark_id: int, text: str, *, actor: Actor) -> Remark:
    """The city's answer to what was remarked; it replaces an earlier one. Guests reply in their own section only.

    Raises:
        NotFound: no such remark of this response is open.
    """
    remark = db.session.scalar(
        select(Remark).where(Remark.id == remark_id, Remark.response_id == response.id, Remark.settled_at.is_(None))
    )
    if remark is None:
        raise NotFound(_("This remark was settled meanwhile."))
    found = structure_of(response).section_of.get(remark.question)
    section = found.name if found else remark.section
    authorise(actor, Permission.ANSWER, Place(response, section) if section else response)
    text = clean_text(text)
    if len(text) > LONGEST_COMMENT:
        raise DomainError(_("This is too long: at most %(max)d characters.", max=LONGEST_COMMENT), f"reply.{remark.id}")
    if remark.reply != text:
        remark.reply = text
        _recorded(response, section, "reply", _Hand(actor))
    return remark


def usual_visibility(question: Question, value: Any) -> str:
    """Who reads an answer as long as the city has not chosen: the public never reads "not at all" by itself."""
    if question.is_grade and value == "not_at_all" and question.visibility == Visibility.PUBLIC:
        return Visibility.NETWORK
    return question.visibility


# --- pieces ------------------------------------------------------------------------------------------------


def _hold(response: Response) -> None:
    """One writer of a response at a time: what is compared stays as it is until it is written."""
    if not hold(response):
        raise Stale(_("Somebody has changed this since you opened it. Nothing of yours was applied: look at it again."))


def _place(response: Response, question: str) -> tuple[Question, str]:
    structure = structure_of(response)
    if question not in structure.questions:
        raise NotFound(_("There is no such page, or it is not open to you."))
    return structure.questions[question], structure.section_of[question].name


def _fresh(response: Response, questions: Mapping[str, Any] | Sequence[str]) -> dict[str, Answer]:
    """The answers as they are now that nobody else can change them."""
    query = select(Answer).where(Answer.response_id == response.id, Answer.question.in_(list(questions)))
    return {answer.question: answer for answer in db.session.scalars(query.execution_options(populate_existing=True))}


def _mine(question: Question, typed: Typed, answer: Answer | None) -> Said:
    kept = said_in(question, answer)
    return Said(
        typed.value,
        typed.visibility if typed.visibility in set(Visibility) else "",
        kept.no_evidence if typed.no_evidence is None else typed.no_evidence,
        kept.comment if typed.comment is None else clean_line(typed.comment)[:LONGEST_COMMENT],
    ).to(question)


def _write(response: Response, question: Question, answer: Answer | None, said: Said, language: str) -> Answer:
    """Put what is said into the answer's row. A changed value is no longer the one that was called still true."""
    if answer is None:
        answer = Answer(response_id=response.id, question=question.name)
        db.session.add(answer)
    if said.value != said_in(question, answer).value:
        answer.value = said.value
        answer.still_true_on = answer.still_true_of = None
        answer.language = language or answer.language
    answer.choice = said.value if question.type == QuestionType.CHOICE and said.value else ""
    answer.visibility_chosen = bool(said.visibility)
    answer.visibility = said.visibility or usual_visibility(question, said.value)
    answer.no_evidence = said.no_evidence
    answer.comment = said.comment
    return answer


def _signed(answer: Answer, by: _Hand) -> None:
    answer.author_id = by.actor.id
    answer.author_name = "" if by.actor.is_signed_in else by.actor.name[:LONGEST_NAME]
    answer.share_id = by.share.id if by.share else None
    answer.updated_at = now()


def _touched(response: Response, section: str, answer: Answer, what: str, by: _Hand) -> None:
    _signed(answer, by)
    _mark(response, section).saves += 1
    _recorded(response, section, what, by, question=answer.question)


def _recorded(response: Response, section: str, what: str, by: _Hand, **more: Any) -> None:
    db.session.flush()
    after = {"section": section, "what": what, "share": by.share.id if by.share else None, **more}
    audit.record(by.actor, Permission.ANSWER, response, after=after, city_id=response.city_id)


def _mark(response: Response, section: str) -> SectionMark:
    insert_once(SectionMark, response_id=response.id, section=section)
    query = select(SectionMark).where(SectionMark.response_id == response.id, SectionMark.section == section)
    return db.session.execute(query.execution_options(populate_existing=True)).scalar_one()


def _require_still_possible(last: LastAnswer, question: str) -> None:
    if last.gone:
        first = min(last.gone, key=lambda each: each.expires_on or today())
        raise DomainError(
            _(
                "This cannot be called still true: the evidence “%(title)s” expired on %(day)s. Renew the evidence, or answer anew.",
                title=first.title, day=day(first.expires_on or today()),
            ),
            question,
        )  # fmt: skip
    if not last.fits:
        raise DomainError(_("The question is asked in another way now: answer it anew."), question)


def _require_possible(response: Response, said: Sequence[tuple[Question, Any]]) -> None:
    """Whoever calls, a choice is one that is offered, and a practice or a value is the city's own."""
    choices = structure_of(response).choices
    for question, value in said:
        if value is None:
            continue
        offered = choices.get(question.choices, ())
        chosen = value if question.type == QuestionType.MULTIPLE else [value]
        if question.is_choice and any(each not in offered for each in chosen):
            raise DomainError(_("Choose one of the answers offered."), question.name)
        if question.type == QuestionType.PRACTICE and not _own_practices(response.city_id, value):
            raise DomainError(_("Choose practices of your own city."), question.name)
        if question.type == QuestionType.INDICATOR and not _own_value(response.city_id, value):
            raise DomainError(_("Choose a value of your own city."), question.name)


def _require_open(questions: Mapping[str, Question], answers: Mapping[str, Answer], changed: Mapping[str, Said]) -> None:
    """A guest points at what everybody reads, or leaves what is pointed at: nobody learns of a draft by guessing its number."""
    for name, said in changed.items():
        question, before = questions[name], answers.get(name)
        if question.type not in {QuestionType.PRACTICE, QuestionType.INDICATOR}:
            continue
        new = pointed_at(question, said.value) - pointed_at(question, before.value if before else None)
        if not new <= everybody_reads([question], new)[question.type]:
            raise DomainError(_("Choose one of the answers offered."), name)


def _own_practices(city_id: int, numbers: Sequence[int]) -> bool:
    found = db.session.scalars(select(Practice.id).where(Practice.city_id == city_id, Practice.id.in_(numbers)))
    return set(found) == set(numbers)


def _own_value(city_id: int, value: Mapping[str, Any]) -> bool:
    number = value.get("observation")
    return number is None or db.session.scalar(select(Observation.city_id).where(Observation.id == number)) == city_id
