"""What others than the city read of a response: a copy of its answers, each no wider than the city wants it.

The copy is made of a snapshot alone, so that anybody can make it again and see whether it is what was written.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import delete, insert, select

from icportal.core.db import db
from icportal.reporting.enums import Grade, QuestionRole, QuestionType, Visibility
from icportal.reporting.models import Evidence, PublishedAnswer, Response
from icportal.reporting.questionnaires.definition import Question, Structure
from icportal.reporting.questionnaires.relevance import relevant
from icportal.reporting.snapshots import content_of, last_of
from icportal.reporting.wording import Said
from icportal.web.page_cache import touch_public

#: From the narrowest to the widest.
WIDTH = {Visibility.CITY: 0, Visibility.NETWORK: 1, Visibility.PUBLIC: 2}
#: What is told of an answer the city keeps to itself: that it is there, nothing else.
WITHHELD: dict[str, Any] = {"value": None, "choice": "", "no_evidence": False, "still_true_on": None, "evidence": []}
#: What would tell a grade that is hidden.
TELLING = frozenset({QuestionRole.GRADE, QuestionRole.EXPLANATION})


def publish_answers(response: Response) -> int:
    """Write what others read of the response, from its newest snapshot; gives the number of answers."""
    snapshot = last_of(response)
    assert snapshot is not None
    rows = rows_of(content_of(snapshot), response.round.questionnaire_version.known)
    db.session.execute(delete(PublishedAnswer).where(PublishedAnswer.response_id == response.id))
    place = {"response_id": response.id, "round_id": response.round_id, "city_id": response.city_id}
    if rows:
        db.session.execute(insert(PublishedAnswer), [{**place, **row} for row in rows])
    touch_public()
    db.session.flush()
    return len(rows)


def rows_of(content: Mapping[str, Any], structure: Structure) -> list[dict[str, Any]]:
    """What is written for each answer of a snapshot; nothing of blanks and of questions that do not apply."""
    answers: Mapping[str, Said] = content["answers"]
    asked = relevant(structure, {name: said["value"] for name, said in answers.items() if said["value"] is not None}).questions
    hidden = hidden_grades(answers, structure)
    return [
        _row(question, answers[question.name], hidden)
        for question in structure.questions.values()
        if question.name in asked and answers.get(question.name, WITHHELD)["value"] is not None
    ]


def _row(question: Question, said: Said, hidden: frozenset[str]) -> dict[str, Any]:
    readers = readers_of(question, said, hidden)
    row = {"question": question.name, "language": said["language"], "visibility": str(readers)}
    if readers == Visibility.CITY:
        return row | WITHHELD
    still = said["still_true_on"]
    return row | {
        "value": said["value"],
        "choice": said["value"] if question.type == QuestionType.CHOICE else "",
        "no_evidence": said["no_evidence"],
        "still_true_on": date.fromisoformat(still) if still else None,
        "evidence": [_evidence(each, readers) for each in said["evidence"] if each["visibility"] != Visibility.CITY],
    }


def readers_of(question: Question, said: Said, hidden: frozenset[str] = frozenset()) -> Visibility:
    """Who reads an answer. ``hidden`` are the questions of sections whose grade is low and not shown (``hidden_grades``).

    Nobody but the city makes a low grade public, or the explanation that would tell it.
    """
    wanted = Visibility(said["visibility"] or Visibility.CITY)
    chosen = said["visibility_chosen"] and wanted == Visibility.PUBLIC
    return narrower(wanted, Visibility.NETWORK) if question.name in hidden and not chosen else wanted


def hidden_grades(answers: Mapping[str, Said], structure: Structure) -> frozenset[str]:
    """The grades that are low and that the city has not chosen to show, with the questions that would tell them."""
    found: set[str] = set()
    for section in structure.sections:
        grade = section.grade
        said = answers.get(grade.name) if grade else None
        if not said or said["value"] != Grade.NOT_AT_ALL:
            continue
        if not (said["visibility_chosen"] and said["visibility"] == Visibility.PUBLIC):
            found |= {question.name for question in section.questions if question.role in TELLING}
    return frozenset(found)


def narrower(one: str, other: str) -> Visibility:
    return Visibility(min(one, other, key=lambda each: WIDTH[Visibility(each)]))


def _evidence(evidence: Mapping[str, Any], readers: Visibility) -> dict[str, Any]:
    """What is told of a piece of evidence: shown to nobody who may not read the answer, or the evidence itself."""
    names = ("id", "kind", "title", "language", "text", "url", "effective_on", "period_from", "period_to", "expires_on")
    file = evidence["file"]
    return {name: evidence[name] for name in names} | {
        "file": {"key": file["key"], "name": file["name"]} if file else None,
        "visibility": str(narrower(evidence["visibility"], readers)),
    }


def evidence_changed(evidence: Evidence) -> bool:
    """Drop the kept pages that may show a piece of evidence whose readers have changed, or that is gone; whether any could.

    Pages ask who may read a piece of evidence each time they are made, so that what is narrowed is gone at once.
    """
    published = select(PublishedAnswer.id).where(PublishedAnswer.city_id == evidence.city_id).limit(1)
    if db.session.scalar(published) is None:
        return False
    touch_public()
    return True
