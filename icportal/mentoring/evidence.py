"""What a city needs and what it can give, by its own answers, evidence and practices: nobody starts from an empty form.

A gap is a commitment of the theme that the city meets partly or not at all; a strength is one it meets fully with evidence that
still counts, and every published practice under it. Answers that are not with the network yet propose, and prove nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Text, cast, select

from icportal.cities.models import City
from icportal.core.db import db
from icportal.practices import queries as practices
from icportal.reporting import labels
from icportal.reporting.enums import Grade, QuestionRole, ResponseState, Visibility
from icportal.reporting.models import Answer, AnswerEvidence, Evidence, Response, Round
from icportal.reporting.responses import has_expired

#: How large a gap a grade is, in percent.
GAP = {Grade.NOT_AT_ALL: 100, Grade.PARTLY: 60, Grade.FULLY: 0}
#: What a strength is made of, in points of a hundred: commitments met with live evidence, and practices (a number for each).
FROM_GRADES, FROM_PRACTICES, A_PRACTICE = 60, 40, 10
#: What a need or an offer weighs that no answer and no practice shows, in percent. What something shows never weighs less.
UNPROVEN_GAP, UNPROVEN_STRENGTH = 30, 20
#: At most so many practices are listed as evidence of one offer.
MOST_PRACTICES = 8
LONGEST_SAID = 1000

_FINAL = (ResponseState.REVIEW, ResponseState.ACCEPTED, ResponseState.PUBLISHED)
_EMPTY = ('""', "[]", "{}", "null")


@dataclass(frozen=True)
class Gap:
    """How large a need is by what the city has answered (0 to 100), what it weighs in a matching, and what shows it.

    ``is_sent`` tells whether the answers are with the network. See ``Need.evidence``.
    """

    size: int = 0
    weight: int = UNPROVEN_GAP
    evidence: Sequence[dict[str, Any]] = ()
    said: str = ""
    is_sent: bool = True


@dataclass(frozen=True)
class Strength:
    """How much a city can give by its answers and practices (0 to 100), what it weighs in a matching, and what shows it.

    See ``Offer.evidence``.
    """

    size: int = 0
    weight: int = UNPROVEN_STRENGTH
    evidence: Sequence[dict[str, Any]] = ()


@dataclass(frozen=True)
class Reported:
    """What a city has said in the last round it took part in: grade by commitment, and the words beside each; its practices.

    ``own`` are the commitments of which something is for the city alone.
    """

    round: Round | None = None
    response_id: int | None = None
    is_sent: bool = True
    grades: Mapping[int, tuple[str, str]] = field(default_factory=dict)
    challenges: Mapping[int, str] = field(default_factory=dict)
    live: Mapping[int, Sequence[str]] = field(default_factory=dict)
    own: Collection[int] = frozenset()
    practices: Sequence[Any] = ()

    def line(self, commitment: int, grade: str, said: str) -> dict[str, Any]:
        """An answer as a line of evidence. ``is_shared`` tells whether other cities may read it."""
        return {
            "kind": "answer", "response_id": self.response_id, "question": self.grades[commitment][1], "commitment": commitment,
            "grade": grade, "said": said, "edition": labels.edition(self.round) if self.round else "", "is_sent": self.is_sent,
            "is_shared": self.is_sent and commitment not in self.own,
        }  # fmt: skip


def reported(city: City, language: str) -> Reported:
    """What one city has said, and its practices in the language of the reader; see ``reported_by``."""
    return reported_by([city], {city.id: language})[city.id]


def reported_by(cities: Sequence[City], languages: Mapping[int, str]) -> dict[int, Reported]:
    """By city: its answers of the last round that is with the network, or else of the last one it has answered in.

    With every practice of it that is public, each city's in its language of ``languages``. The same few queries however many
    cities.
    """
    shown = practices.of_cities({city.slug: languages[city.id] for city in cities})
    responses = _responses([city.id for city in cities])
    numbers = [response.id for response in responses.values()]
    answers, behind = _answers(numbers), _evidence(numbers)
    found = {}
    for city in cities:
        response = responses.get(city.id)
        own = shown[city.slug]
        found[city.id] = _read(response, answers[response.id], behind[response.id], own) if response else Reported(practices=own)
    return found


def _responses(city_ids: Collection[int]) -> dict[int, Response]:
    said = select(Answer.id).where(
        Answer.response_id == Response.id, Answer.value.is_not(None), cast(Answer.value, Text).not_in(_EMPTY)
    )
    query = select(Response).join(Round, Round.id == Response.round_id).where(Response.city_id.in_(city_ids), said.exists())
    query = query.order_by(Response.state.in_(_FINAL), Round.number, Response.id)
    return {response.city_id: response for response in db.session.scalars(query)}


def _answers(response_ids: Collection[int]) -> Mapping[int, Mapping[str, Any]]:
    found: dict[int, dict[str, Any]] = defaultdict(dict)
    columns = (Answer.response_id, Answer.question, Answer.value, Answer.choice, Answer.visibility)
    for row in db.session.execute(select(*columns).where(Answer.response_id.in_(response_ids)).order_by(Answer.id)):
        found[row.response_id][row.question] = row
    return found


def _evidence(response_ids: Collection[int]) -> Mapping[int, Mapping[str, Sequence[Evidence]]]:
    found: dict[int, dict[str, list[Evidence]]] = defaultdict(lambda: defaultdict(list))
    query = select(AnswerEvidence).where(AnswerEvidence.response_id.in_(response_ids)).order_by(AnswerEvidence.id)
    for link in db.session.scalars(query):
        found[link.response_id][link.question].append(link.evidence)
    return found


def _read(
    response: Response, answers: Mapping[str, Any], behind: Mapping[str, Sequence[Evidence]], shown: Sequence[Any]
) -> Reported:
    structure = response.round.questionnaire_version.known
    names = {number: question.name for number, question in structure.grades.items()}
    grades = {number: (answers[name].choice, name) for number, name in names.items() if name in answers and answers[name].choice}
    counted = {
        number: [each for each in behind.get(name, ()) if not has_expired(each)]
        for number, name in names.items()
        if grades.get(number, ("",))[0] == Grade.FULLY
    }
    own = {number for number, (_grade, name) in grades.items() if answers[name].visibility == Visibility.CITY}
    own |= {number for number, rows in counted.items() if any(each.visibility == Visibility.CITY for each in rows)}
    challenges = {}
    for section in structure.sections:
        for question in section.questions:
            if section.commitment and question.role == QuestionRole.CHALLENGES and question.name in answers:
                answer = answers[question.name]
                challenges[section.commitment] = answer.value[:LONGEST_SAID] if isinstance(answer.value, str) else ""
                own |= {section.commitment} if answer.visibility == Visibility.CITY else set()
    live = {number: [each.title for each in rows] for number, rows in counted.items()}
    return Reported(response.round, response.id, response.state in _FINAL, grades, challenges, live, own, shown)


def gap_in(known: Reported, commitments: Iterable[int]) -> Gap:
    """The city's need in a theme that serves these commitments; size 0 where nothing shows one."""
    graded = {number: known.grades[number][0] for number in commitments if known.grades.get(number, ("",))[0]}
    short = {number: grade for number, grade in graded.items() if grade != Grade.FULLY}
    evidence = [known.line(number, grade, known.challenges.get(number, "")) for number, grade in short.items()]
    size = round(sum(GAP[Grade(grade)] for grade in graded.values()) / len(graded)) if graded else 0
    weight = UNPROVEN_GAP
    if graded and known.is_sent:
        # Whoever has said to meet everything has no gap, whatever it claims.
        weight = max(size, UNPROVEN_GAP) if short else 0
    said = "\n\n".join(str(each["said"]) for each in evidence if each.get("said"))
    return Gap(size, weight, evidence, said, known.is_sent)


def strength_in(known: Reported, commitments: Sequence[int]) -> Strength:
    """What the city can give in a theme that serves these commitments; size 0 where nothing shows it."""
    graded = [number for number in commitments if known.grades.get(number, ("",))[0]]
    claimed = [number for number in graded if known.grades[number][0] == Grade.FULLY]
    shown = [number for number in claimed if known.live.get(number)]
    evidence = [known.line(number, Grade.FULLY, "; ".join(known.live[number])) for number in shown]
    rows = [row for row in known.practices if set(row.facts["commitments"]) & set(commitments)]
    evidence += [
        {
            "kind": "practice", "practice": row.facts["practice"], "slug": row.slug, "title": row.title, "language": row.language,
            "commitment": min(set(row.facts["commitments"]) & set(commitments)), "is_sent": True, "is_shared": True,
        }
        for row in rows[:MOST_PRACTICES]
    ]  # fmt: skip
    by_grades = round(FROM_GRADES * len(shown) / len(graded)) if graded else 0
    by_practices = min(FROM_PRACTICES, A_PRACTICE * len(rows))
    proven = by_practices + (by_grades if known.is_sent else 0)
    # Who has said to meet none of it in full, and has no practice, has nothing to give, whatever it claims.
    has_nothing = not proven and graded and not claimed and known.is_sent
    weight = 0 if has_nothing else max(proven, UNPROVEN_STRENGTH)
    return Strength(by_grades + by_practices, weight, evidence)
