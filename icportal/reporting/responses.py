"""A city's response as those who work on it read it: answers, how far each section is, and what the city said last time.

Public pages never read from here: they know ``PublishedAnswer`` alone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select

from icportal.cities.models import City
from icportal.cities.queries import get_city
from icportal.core.actors import Actor
from icportal.core.clock import today
from icportal.core.db import db
from icportal.core.errors import NotFound
from icportal.core.permissions import authorise
from icportal.core.strings import _
from icportal.reporting import versions
from icportal.reporting.enums import Permission, QuestionType, RemarkKind, ResponseState, RoundState, SectionStatus
from icportal.reporting.models import (
    Answer,
    AnswerEvidence,
    Evidence,
    QuestionnaireVersion,
    Remark,
    Response,
    Round,
    SectionMark,
)
from icportal.reporting.questionnaires.definition import Question, Section, Structure
from icportal.reporting.questionnaires.relevance import Relevance, relevant

#: Minutes that an answer takes, by its type; what is not named here takes one.
MINUTES = {QuestionType.LONG_TEXT: 6, QuestionType.TABLE: 15, QuestionType.PRACTICE: 3, QuestionType.FILE: 3}
#: States in which the city's officers have sent the answers on.
SENT_ON = frozenset({ResponseState.SIGN_OFF, ResponseState.REVIEW, ResponseState.ACCEPTED, ResponseState.PUBLISHED})


@dataclass(frozen=True)
class LastAnswer:
    """What the city said to a question in the round before, and what stood behind it.

    ``fits`` tells whether the value can be an answer to today's question; ``asked_otherwise`` that the question is not
    quite what it was.
    """

    answer: Answer
    round: Round
    evidence: tuple[Evidence, ...] = ()
    fits: bool = True
    asked_otherwise: bool = False

    @property
    def gone(self) -> tuple[Evidence, ...]:
        """The evidence that no longer counts."""
        return tuple(each for each in self.evidence if has_expired(each))

    @property
    def expired(self) -> bool:
        return bool(self.gone)

    @property
    def can_still_be_true(self) -> bool:
        return self.fits and not self.expired


def has_expired(evidence: Evidence) -> bool:
    """Whether the day from which the evidence no longer counts has come."""
    return evidence.expires_on is not None and evidence.expires_on <= today()


# --- one response ------------------------------------------------------------------------------------------


def open_response(round_slug: str, city_slug: str, *, actor: Actor) -> tuple[Response, City]:
    """A city's response to a round for somebody who may see it.

    Raises:
        NotFound: there is none, or it is not open to this actor.
    """
    city = get_city(city_slug)
    authorise(actor, Permission.VIEW_RESPONSE, city)
    query = select(Response).join(Round, Round.id == Response.round_id)
    response = db.session.scalar(query.where(Response.city_id == city.id, Round.slug == round_slug))
    if response is None:
        raise NotFound(_("There is no such page, or it is not open to you."))
    return response, city


def is_shut(response: Response) -> bool:
    """Whether the round was closed before the city's answers were sent in: nobody can move them on."""
    return response.round.state == RoundState.CLOSED and response.state not in SENT_ON - {ResponseState.SIGN_OFF}


def structure_of(response: Response) -> Structure:
    """What is asked of the city."""
    return response.round.questionnaire_version.known


def section_of(response: Response, name: str) -> Section:
    """The section of this name. NotFound where the questionnaire has none."""
    found = structure_of(response).section(name)
    if found is None:
        raise NotFound(_("There is no such page, or it is not open to you."))
    return found


def answers_of(response: Response) -> dict[str, Answer]:
    """Every answer by its question, as the database has it now; blank ones that something is said of included."""
    query = select(Answer).where(Answer.response_id == response.id).order_by(Answer.id)
    return {answer.question: answer for answer in db.session.scalars(query)}


def values_of(answers: Mapping[str, Answer]) -> dict[str, Any]:
    """The values of the answers that say something."""
    return {question: answer.value for question, answer in answers.items() if not answer.is_blank}


def relevance_of(response: Response, answers: Mapping[str, Answer]) -> Relevance:
    """Which sections and questions the answers so far make relevant."""
    return relevant(structure_of(response), values_of(answers))


def marks_of(response: Response) -> dict[str, SectionMark]:
    """The mark of each section that was ever saved."""
    query = select(SectionMark).where(SectionMark.response_id == response.id)
    return {mark.section: mark for mark in db.session.scalars(query)}


def remarks_of(response: Response, *, only_open: bool = False) -> list[Remark]:
    """What was said about the response, oldest first."""
    query = select(Remark).where(Remark.response_id == response.id).order_by(Remark.id)
    return list(db.session.scalars(query.where(Remark.settled_at.is_(None)) if only_open else query))


def evidence_of(response: Response, questions: Collection[str] | None = None) -> dict[str, list[Evidence]]:
    """The evidence behind each answer, oldest first; of all questions, or of these."""
    query = select(AnswerEvidence).where(AnswerEvidence.response_id == response.id).order_by(AnswerEvidence.id)
    if questions is not None:
        query = query.where(AnswerEvidence.question.in_(questions))
    found: dict[str, list[Evidence]] = defaultdict(list)
    for link in db.session.scalars(query):
        found[link.question].append(link.evidence)
    return dict(found)


# --- how far the sections are ------------------------------------------------------------------------------


@dataclass
class _Progress:
    """What is known of a response to say how far it is: which questions are answered and when each was last touched.

    With ``is_sent`` the city has sent its answers on: what it answered is complete, whether a section was marked so or not.
    """

    answered: set[str] = field(default_factory=set)
    touched: dict[str, datetime] = field(default_factory=dict)
    values: dict[str, Any] = field(default_factory=dict)
    completed: dict[str, datetime] = field(default_factory=dict)
    remarks: list[Remark] = field(default_factory=list)
    is_sent: bool = False


def section_statuses(
    response: Response,
    answers: Mapping[str, Answer] | None = None,
    marks: Mapping[str, SectionMark] | None = None,
    remarks: Iterable[Remark] | None = None,
) -> dict[str, SectionStatus]:
    """How far each section is. What the caller has read already need not be read again."""
    answers = answers_of(response) if answers is None else answers
    marks = marks_of(response) if marks is None else marks
    remarks = remarks_of(response, only_open=True) if remarks is None else remarks
    progress = _Progress(
        {name for name, answer in answers.items() if not answer.is_blank},
        {name: answer.updated_at for name, answer in answers.items()},
        values_of(answers),
        {name: mark.completed_at for name, mark in marks.items() if mark.completed_at},
        [remark for remark in remarks if remark.settled_at is None],
        response.state in SENT_ON,
    )
    return _statuses(structure_of(response), response.round, progress)


def statuses_of(round_: Round, response_ids: Collection[int] | None = None) -> dict[int, dict[str, SectionStatus]]:
    """How far each section of each response is, by the response's number: the same few queries however many there are.

    ``response_ids`` narrows it to the responses of one page of a list.
    """
    structure = round_.questionnaire_version.known
    wanted = select(Response.id).where(Response.round_id == round_.id)
    if response_ids is not None:
        wanted = wanted.where(Response.id.in_(response_ids))
    states = db.session.execute(wanted.add_columns(Response.state))
    found = {response_id: _Progress(is_sent=state in SENT_ON) for response_id, state in states}
    among = wanted.scalar_subquery()
    given = select(Answer.response_id, Answer.question, Answer.updated_at, Answer.value.is_not(None).label("is_there"))
    for row in db.session.execute(given.where(Answer.response_id.in_(among))):
        found[row.response_id].touched[row.question] = row.updated_at
        if row.is_there:
            found[row.response_id].answered.add(row.question)
    if _has_conditions(structure):
        values = select(Answer.response_id, Answer.question, Answer.value).where(Answer.value.is_not(None))
        for row in db.session.execute(values.where(Answer.response_id.in_(among))):
            found[row.response_id].values[row.question] = row.value
    marks = select(SectionMark.response_id, SectionMark.section, SectionMark.completed_at)
    for response_id, section, moment in db.session.execute(marks.where(SectionMark.response_id.in_(among))):
        if moment is not None:
            found[response_id].completed[section] = moment
    for remark in db.session.scalars(select(Remark).where(Remark.response_id.in_(among), Remark.settled_at.is_(None))):
        found[remark.response_id].remarks.append(remark)
    return {response_id: _statuses(structure, round_, progress) for response_id, progress in found.items()}


def _has_conditions(structure: Structure) -> bool:
    return any(section.relevant for section in structure.sections) or any(
        question.relevant for question in structure.questions.values()
    )


def _statuses(structure: Structure, round_: Round, progress: _Progress) -> dict[str, SectionStatus]:
    now = relevant(structure, progress.values)
    return {section.name: _status(section, round_, progress, now) for section in structure.sections}


def _status(section: Section, round_: Round, progress: _Progress, now: Relevance) -> SectionStatus:
    if round_.state == RoundState.DRAFT or section.name in now.undecided:
        return SectionStatus.CANNOT_START
    if section.name not in now.sections:
        return SectionStatus.NOT_NEEDED
    names = {question.name for question in section.questions}
    asked_for = [remark for remark in progress.remarks if _asks_for_change(remark, section, names)]
    if asked_for:
        done = all(_is_answered(remark, section, names, progress) for remark in asked_for)
        return SectionStatus.CHANGES_MADE if done else SectionStatus.CHANGES_REQUESTED
    if section.name in progress.completed or (progress.is_sent and names & progress.answered):
        return SectionStatus.COMPLETED
    return SectionStatus.IN_PROGRESS if names & progress.answered else SectionStatus.NOT_STARTED


def _asks_for_change(remark: Remark, section: Section, names: Collection[str]) -> bool:
    return remark.kind != RemarkKind.NOTE and (remark.question in names if remark.question else remark.section == section.name)


def _is_answered(remark: Remark, section: Section, names: Collection[str], progress: _Progress) -> bool:
    """Whether the city has done anything about a remark since it was made: changed an answer, replied, or ticked the section."""
    if remark.reply:
        return True
    about = {remark.question} if remark.question else set(names)
    touched = [progress.touched[name] for name in about if name in progress.touched]
    if not remark.question and section.name in progress.completed:
        touched.append(progress.completed[section.name])
    return any(moment > remark.created_at for moment in touched)


# --- last time ---------------------------------------------------------------------------------------------


def last_time(response: Response, section: Section | None = None) -> dict[str, LastAnswer]:
    """What the city said in the round before this one, by the code the question has today; of all sections, or of one."""
    previous = db.session.get(Round, response.round.previous_id) if response.round.previous_id else None
    if previous is None:
        return {}
    then = select(Response).where(Response.round_id == previous.id, Response.city_id == response.city_id)
    earlier = db.session.scalar(then)
    if earlier is None:
        return {}
    old = previous.questionnaire_version
    version = response.round.questionnaire_version
    questions = section.questions if section else tuple(version.known.questions.values())
    former = former_codes(old, version)
    wanted = {former[question.name] for question in questions if question.name in former}
    query = select(Answer).where(Answer.response_id == earlier.id, Answer.question.in_(wanted))
    said = {answer.question: answer for answer in db.session.scalars(query) if not answer.is_blank}
    behind = evidence_of(earlier, said) if said else {}
    look = set(version.needs_look)
    return {
        question.name: LastAnswer(
            said[code],
            previous,
            tuple(behind.get(code, ())),
            fits=_fits(said[code], old.known.questions.get(code), question, version.known),
            asked_otherwise=question.name in look,
        )
        for question in questions
        if (code := former.get(question.name)) in said
    }


def former_codes(old: QuestionnaireVersion, new: QuestionnaireVersion) -> dict[str, str]:
    """Today's code → the code the question had in an earlier version or edition, for those that were asked then."""
    same = old.questionnaire_id == new.questionnaire_id
    codes = versions.between(old, new) if same else versions.became(old.known, new.known)
    return {now: then for then, now in codes.items() if now is not None}


def _fits(answer: Answer, then: Question | None, today_: Question, structure: Structure) -> bool:
    """Whether what was said then can be said today: the same kind of answer, and every choice still offered."""
    if then is None or then.type != today_.type:
        return False
    offered = structure.choices.get(today_.choices, ())
    if today_.type == QuestionType.CHOICE:
        return answer.value in offered
    if today_.type == QuestionType.MULTIPLE:
        return all(value in offered for value in answer.value)
    if today_.type == QuestionType.TABLE:
        known = {column.name for column in today_.columns}
        return all(set(row) <= known for row in answer.value)
    return True


# --- how long it will take ---------------------------------------------------------------------------------


def remaining(section: Section, shown: Collection[str], answered: Collection[str]) -> int:
    """About how many minutes the section still takes: what is ``shown`` there and not answered."""
    return sum(
        MINUTES.get(QuestionType(question.type), 1)
        for question in section.questions
        if question.type != QuestionType.NOTE and question.name in shown and question.name not in answered
    )
