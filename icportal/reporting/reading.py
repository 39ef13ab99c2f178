"""A response as somebody reads it from top to bottom: before signing it, before accepting it, or as the public finds it.

``read`` is for the city's own people and the network's; ``public_reading`` knows ``PublishedAnswer`` alone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select

from icportal.cities.models import City
from icportal.cities.queries import get_city
from icportal.core.clock import PORTAL_ZONE
from icportal.core.db import db
from icportal.core.errors import NotFound
from icportal.core.files import StoredFile
from icportal.core.strings import _
from icportal.reporting.asked import Asked, asked
from icportal.reporting.enums import QuestionType, Visibility
from icportal.reporting.models import Answer, Evidence, PublishedAnswer, QuestionnaireVersion, Remark, Response, Round, Snapshot
from icportal.reporting.questionnaires.definition import Question, Section
from icportal.reporting.questionnaires.relevance import relevant
from icportal.reporting.services.publishing import hidden_grades, readers_of
from icportal.reporting.snapshots import Change, compare, last_of
from icportal.reporting.wording import Said, Shown, Words


@dataclass(frozen=True)
class AnswerRead:
    """One question with what is said to it. ``readers`` is who may read it in the end; ``is_hidden`` that a low grade hides it."""

    question: Question
    label: str
    said: Said
    shown: Shown
    readers: str = ""
    is_hidden: bool = False
    change: Change | None = None
    remarks: Sequence[Remark] = ()

    @property
    def evidence(self) -> Sequence[Mapping[str, Any]]:
        found: Sequence[Mapping[str, Any]] = self.said["evidence"]
        return found

    @property
    def is_there(self) -> bool:
        return not self.shown.is_empty


@dataclass(frozen=True)
class SectionRead:
    """One section. ``last_grade`` is the grade of the round before, where the city gave one."""

    section: Section
    title: str
    answers: Sequence[AnswerRead]
    remarks: Sequence[Remark] = ()
    last_grade: str = ""

    @property
    def grade(self) -> AnswerRead | None:
        return next((answer for answer in self.answers if answer.question.is_grade), None)

    @property
    def answered(self) -> list[AnswerRead]:
        return [answer for answer in self.answers if answer.is_there or answer.evidence or answer.change or answer.remarks]

    @property
    def blank(self) -> list[AnswerRead]:
        there = {answer.question.name for answer in self.answered}
        return [answer for answer in self.answers if answer.question.name not in there]

    def wrote(self, typed: Mapping[str, str]) -> bool:
        """Whether a reason was typed at a question without an answer (see ``review_forms``)."""
        return any(typed.get(f"question-{answer.question.name}") for answer in self.blank)

    @property
    def changed(self) -> int:
        return sum(answer.change is not None for answer in self.answers)


BLANK: dict[str, Any] = {
    "value": None, "language": "", "visibility": "", "visibility_chosen": False, "no_evidence": False, "still_true_on": None,
    "comment": "", "evidence": [],
}  # fmt: skip


def read(
    response: Response,
    content: Mapping[str, Any],
    reader: str,
    *,
    since: Mapping[str, Any] | None = None,
    remarks: Iterable[Remark] = (),
) -> tuple[Asked, list[SectionRead]]:
    """Everything that is asked of the city with what it says; what does not apply is left out.

    ``content`` is that of ``snapshots.answers_as_read``; ``since`` an earlier one, to say what changed.
    """
    words = asked(response.round.questionnaire_version, reader)
    structure, answers = words.structure, content["answers"]
    applies = relevant(structure, {name: said["value"] for name, said in answers.items() if said["value"] is not None})
    said_in_words = Words(words, answers, reader=reader)
    hidden = hidden_grades(answers, structure)
    changes = (
        {} if since is None else {each.question: each for part in compare(since, content, words, reader) for each in part.changes}
    )
    last = last_grades(response)
    about: dict[tuple[str, str], list[Remark]] = defaultdict(list)
    for remark in remarks:
        about[remark.section, remark.question].append(remark)

    def answer(section: Section, question: Question) -> AnswerRead:
        said = answers.get(question.name, BLANK)
        return AnswerRead(
            question,
            words.label(question.name),
            said,
            said_in_words.of(question, said),
            readers=str(readers_of(question, said, hidden)),
            is_hidden=question.name in hidden and readers_of(question, said) == Visibility.PUBLIC,
            change=changes.get(question.name),
            remarks=about.get((section.name, question.name), ()),
        )

    return words, [
        SectionRead(
            section,
            words.section(section.name),
            [
                answer(section, question)
                for question in section.questions
                if question.name in applies.questions and question.type != QuestionType.NOTE
            ],
            remarks=about.get((section.name, ""), ()),
            last_grade=last.get(section.commitment or 0, ""),
        )
        for section in structure.sections
        if section.name in applies.sections
    ]


def last_grades(response: Response) -> dict[int, str]:
    """The grades the city gave in the round before, by the number of the commitment."""
    previous = db.session.get(Round, response.round.previous_id) if response.round.previous_id else None
    if previous is None:
        return {}
    codes = {question.name: number for number, question in previous.questionnaire_version.known.grades.items()}
    query = (
        select(Answer.question, Answer.choice)
        .join(Response, Response.id == Answer.response_id)
        .where(Response.round_id == previous.id, Response.city_id == response.city_id, Answer.question.in_(codes))
    )
    return {codes[question]: choice for question, choice in db.session.execute(query) if choice}


# --- for everybody -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class PublicReading:
    """What everybody reads of a city's answers to one round. ``kept`` is how many answers others than the public read, or nobody."""

    response: Response
    city: City
    words: Asked
    sections: Sequence[SectionRead]
    kept: int
    signed_on: date | None

    @property
    def grades(self) -> dict[int, str]:
        """The public grades by the number of the commitment."""
        return {
            section.section.commitment: str(section.grade.said["value"])
            for section in self.sections
            if section.section.commitment and section.grade
        }


def public_response(city_slug: str, round_slug: str) -> tuple[Response, City]:
    """A city's response that was published. NotFound where there is none."""
    city = get_city(city_slug)
    query = select(Response).join(Round, Round.id == Response.round_id)
    response = db.session.scalar(
        query.where(Response.city_id == city.id, Round.slug == round_slug, Response.published_at.is_not(None))
    )
    if response is None:
        raise NotFound(_("There is no such page, or it is not open to you."))
    return response, city


def public_reading(response: Response, city: City, reader: str) -> PublicReading:
    """What everybody reads of a published response, in the order of the questionnaire."""
    version, signed_on = _as_told(response)
    words = asked(version, reader)
    rows = list(db.session.scalars(select(PublishedAnswer).where(PublishedAnswer.response_id == response.id)))
    open_rows = {row.question: row for row in rows if row.visibility == Visibility.PUBLIC}
    answers = _said_publicly(open_rows)
    said_in_words = Words(words, answers, reader=reader, public=True)
    sections = []
    for section in words.structure.sections:
        found = [
            AnswerRead(question, words.label(question.name), said, shown)
            for question in section.questions
            if (said := answers.get(question.name)) and not (shown := said_in_words.of(question, said)).is_empty
        ]
        if found:
            sections.append(SectionRead(section, words.section(section.name), found))
    return PublicReading(response, city, words, sections, len(rows) - len(open_rows), signed_on)


def _as_told(response: Response) -> tuple[QuestionnaireVersion, date | None]:
    """What was asked when the answers were published, and when they had been signed off: the last time before that.

    A round may go on with a newer version of its questionnaire; what is public keeps the codes and words it was published with.
    """
    version, signed = response.round.questionnaire_version, None
    told = last_of(response, "publish", "adopt")
    if told is None:
        return version, None
    query = select(Snapshot.at).where(Snapshot.response_id == response.id, Snapshot.step == "sign_off", Snapshot.id < told.id)
    signed = db.session.scalar(query.order_by(Snapshot.id.desc()).limit(1))
    asked_then = told.answers.get("questionnaire_version", version.id)
    if asked_then != version.id:
        version = db.session.get(QuestionnaireVersion, asked_then) or version
    return version, signed.astimezone(PORTAL_ZONE).date() if signed else None


def public_grades(response: Response) -> dict[int, str]:
    """The grades everybody reads, by the number of the commitment."""
    version, _signed = _as_told(response)
    codes = {question.name: number for number, question in version.known.grades.items()}
    query = select(PublishedAnswer.question, PublishedAnswer.choice).where(
        PublishedAnswer.response_id == response.id,
        PublishedAnswer.visibility == Visibility.PUBLIC,
        PublishedAnswer.question.in_(codes),
    )
    return {codes[question]: choice for question, choice in db.session.execute(query) if choice}


def latest_public(city_id: int) -> list[Response]:
    """The city's published responses, the newest round first."""
    query = (
        select(Response)
        .join(Round, Round.id == Response.round_id)
        .where(Response.city_id == city_id, Response.published_at.is_not(None))
    )
    return list(db.session.scalars(query.order_by(Round.number.desc(), Round.id.desc())))


def public_file(response: Response, key: str) -> StoredFile:
    """A file that everybody may read: an answer, or evidence behind one. NotFound for every other file."""
    query = select(PublishedAnswer).where(
        PublishedAnswer.response_id == response.id, PublishedAnswer.visibility == Visibility.PUBLIC
    )
    asked_for = _as_told(response)[0].known.questions
    answers = _said_publicly({row.question: row for row in db.session.scalars(query)})
    keys = {
        str(said["value"]) for name, said in answers.items() if name in asked_for and asked_for[name].type == QuestionType.FILE
    } | {each["file"]["key"] for said in answers.values() for each in said["evidence"] if each["file"]}
    found = db.session.scalar(select(StoredFile).where(StoredFile.key == key)) if key in keys else None
    if found is None:
        raise NotFound(_("There is no such file."))
    return found


def _said_publicly(rows: Mapping[str, PublishedAnswer]) -> dict[str, Said]:
    """Public rows as answers, each with the evidence that is public in the copy and has not been narrowed since."""
    ids = {each["id"] for row in rows.values() for each in row.evidence if each["visibility"] == Visibility.PUBLIC}
    query = select(Evidence.id).where(Evidence.id.in_(ids), Evidence.visibility == Visibility.PUBLIC)
    still = set(db.session.scalars(query)) if ids else set()
    return {
        name: {
            **BLANK,
            "value": row.value,
            "language": row.language,
            "visibility": row.visibility,
            "no_evidence": row.no_evidence,
            "still_true_on": row.still_true_on.isoformat() if row.still_true_on else None,
            "evidence": [each for each in row.evidence if each["id"] in still and each["visibility"] == Visibility.PUBLIC],
        }
        for name, row in rows.items()
    }


def work_file(content: Mapping[str, Any], key: str) -> StoredFile:
    """A file that stands in a response or behind one of its answers. NotFound for every other file."""
    answers = content["answers"].values()
    keys = {said["file"]["key"] for said in answers if said.get("file")}
    keys |= {each["file"]["key"] for said in answers for each in said["evidence"] if each["file"]}
    found = db.session.scalar(select(StoredFile).where(StoredFile.key == key)) if key in keys else None
    if found is None:
        raise NotFound(_("There is no such file."))
    return found
