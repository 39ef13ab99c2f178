"""What a city needs and what it can give, by its own answers, evidence and practices: nobody starts from an empty form.

A gap is a commitment of the theme that the city meets partly or not at all; a strength is one it meets fully with evidence that
still counts, and every published practice under it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from icportal.cities.models import City
from icportal.core.db import db
from icportal.practices import queries as practices
from icportal.reporting import labels
from icportal.reporting.enums import Grade, QuestionRole, ResponseState
from icportal.reporting.models import Answer, Response, Round
from icportal.reporting.responses import answers_of, evidence_of, has_expired

#: How large a gap a grade is, in percent.
GAP = {Grade.NOT_AT_ALL: 100, Grade.PARTLY: 60, Grade.FULLY: 0}
#: What a strength is made of, in points of a hundred: commitments met with live evidence, and practices (a number for each).
FROM_GRADES, FROM_PRACTICES, A_PRACTICE = 60, 40, 10
#: At most so many practices are listed as evidence of one offer.
MOST_PRACTICES = 8
#: More than any city has published.
MOST_KNOWN = 500
LONGEST_SAID = 1000

_FINAL = (ResponseState.REVIEW, ResponseState.ACCEPTED, ResponseState.PUBLISHED)


@dataclass(frozen=True)
class Gap:
    """How large a need is (0 to 100) and what shows it; see ``Need.evidence``."""

    size: int = 0
    evidence: Sequence[dict[str, Any]] = ()
    said: str = ""


@dataclass(frozen=True)
class Strength:
    """How much a city can give (0 to 100) and what shows it; see ``Offer.evidence``."""

    size: int = 0
    evidence: Sequence[dict[str, Any]] = ()


@dataclass(frozen=True)
class Reported:
    """What a city has said in the last round it took part in: grade by commitment, and the words beside each; its practices."""

    round: Round | None = None
    response_id: int | None = None
    grades: Mapping[int, tuple[str, str]] = field(default_factory=dict)
    challenges: Mapping[int, str] = field(default_factory=dict)
    live: Mapping[int, Sequence[str]] = field(default_factory=dict)
    practices: Sequence[Any] = ()


def reported(city: City, language: str) -> Reported:
    """The city's own answers of its last round that is with the network, or else the last one it has answered in.

    With every practice of it that is public, in the language of the reader. As many queries whatever is asked of it later.
    """
    shown = practices.of_city(city.slug, language, limit=MOST_KNOWN).rows
    query = select(Response).join(Round, Round.id == Response.round_id).where(Response.city_id == city.id)
    query = query.order_by(Response.state.in_(_FINAL).desc(), Round.number.desc(), Response.id.desc())
    for response in db.session.scalars(query):
        answers = answers_of(response)
        if any(not answer.is_blank for answer in answers.values()):
            return _read(response, answers, shown)
    return Reported(practices=shown)


def _read(response: Response, answers: Mapping[str, Answer], shown: Sequence[Any]) -> Reported:
    structure = response.round.questionnaire_version.known
    names = {number: question.name for number, question in structure.grades.items()}
    grades = {number: (answers[name].choice, name) for number, name in names.items() if name in answers and answers[name].choice}
    behind = evidence_of(response, set(names.values()))
    live = {
        number: [each.title for each in behind.get(name, ()) if not has_expired(each)]
        for number, name in names.items()
        if grades.get(number, ("",))[0] == Grade.FULLY
    }
    challenges = {}
    for section in structure.sections:
        for question in section.questions:
            if section.commitment and question.role == QuestionRole.CHALLENGES and question.name in answers:
                value = answers[question.name].value
                challenges[section.commitment] = value[:LONGEST_SAID] if isinstance(value, str) else ""
    return Reported(response.round, response.id, grades, challenges, live, shown)


def gap_in(known: Reported, commitments: Sequence[int]) -> Gap:
    """The city's need in a theme that serves these commitments; size 0 where nothing shows one."""
    edition = labels.edition(known.round) if known.round else ""
    evidence, sizes = [], []
    for number in commitments:
        grade, question = known.grades.get(number, ("", ""))
        if not grade:
            continue
        sizes.append(GAP[Grade(grade)])
        if grade != Grade.FULLY:
            evidence.append({
                "kind": "answer", "response_id": known.response_id, "question": question, "commitment": number, "grade": grade,
                "said": known.challenges.get(number, ""), "edition": edition,
            })  # fmt: skip
    said = "\n\n".join(str(each["said"]) for each in evidence if each.get("said"))
    return Gap(round(sum(sizes) / len(sizes)) if sizes else 0, evidence, said)


def strength_in(known: Reported, commitments: Sequence[int]) -> Strength:
    """What the city can give in a theme that serves these commitments; size 0 where nothing shows it."""
    edition = labels.edition(known.round) if known.round else ""
    graded = [number for number in commitments if known.grades.get(number, ("",))[0]]
    proven = [number for number in graded if known.live.get(number)]
    evidence: list[dict[str, Any]] = [
        {
            "kind": "answer", "response_id": known.response_id, "question": known.grades[number][1], "commitment": number,
            "grade": Grade.FULLY, "said": "; ".join(known.live[number]), "edition": edition,
        }
        for number in proven
    ]  # fmt: skip
    rows = [row for row in known.practices if set(row.facts["commitments"]) & set(commitments)]
    evidence += [
        {
            "kind": "practice", "practice": row.facts["practice"], "slug": row.slug, "title": row.title, "language": row.language,
            "commitment": min(set(row.facts["commitments"]) & set(commitments)),
        }
        for row in rows[:MOST_PRACTICES]
    ]  # fmt: skip
    points = round(FROM_GRADES * len(proven) / len(graded)) if graded else 0
    return Strength(points + min(FROM_PRACTICES, A_PRACTICE * len(rows)), evidence)
