"""What a briefing says of a city: the answers it published, as its own people may read them, beside the charter and the dates.

Everything in it stands in the published snapshot. What others than the city do not read is marked, not left out: a council
reads all of its own city's answers.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select

from icportal.charter import queries as charter
from icportal.charter import texts
from icportal.cities.models import City
from icportal.core.clock import today
from icportal.core.db import db
from icportal.core.errors import NotFound
from icportal.core.strings import _
from icportal.i18n.formatting import day
from icportal.i18n.locales import LANGUAGES, reading_language
from icportal.reporting import labels
from icportal.reporting.briefings.planned import intentions_of
from icportal.reporting.enums import Grade, QuestionRole, Visibility
from icportal.reporting.models import QuestionnaireVersion, Response, Round
from icportal.reporting.questionnaires.definition import Section
from icportal.reporting.reading import last_grades
from icportal.reporting.services.publishing import hidden_grades, readers_of
from icportal.reporting.snapshots import content_of, last_of
from icportal.web.figures import NO_ANSWER

#: So much fits on two pages.
MOST_STRENGTHS, MOST_GAPS, MOST_PLANS, MOST_DATES = 4, 5, 5, 3
MOST_EVIDENCE = 2
MOST_WORDS = 22
BETTER = {Grade.NOT_AT_ALL: 0, Grade.PARTLY: 1, Grade.FULLY: 2}


@dataclass(frozen=True)
class Words:
    """Some words of the city in their own language."""

    text: str
    language: str


@dataclass(frozen=True)
class Row:
    """One commitment: how the city assesses itself now and the time before, as states of a figure."""

    number: int
    title: str
    grade: str
    last: str
    is_public: bool

    @property
    def change(self) -> int:
        """1 better, -1 worse than last time, 0 the same or unknown."""
        if self.grade not in BETTER or self.last not in BETTER:
            return 0
        now_, then = BETTER[Grade(self.grade)], BETTER[Grade(self.last)]
        return (now_ > then) - (now_ < then)


@dataclass(frozen=True)
class Point:
    """A strength or a gap: the commitment, what shows it or what stands in the way, and whether everybody reads it."""

    row: Row
    words: Sequence[Words] = ()
    is_public: bool = True


@dataclass(frozen=True)
class Plan:
    """What the city means to do: its words, by when, for which commitment (0 where none is told)."""

    words: Words
    number: int = 0
    due_on: date | None = None
    is_public: bool = True


@dataclass(frozen=True)
class Briefing:
    """Everything the two pages say, before it is put into sentences."""

    city: City
    round: Round
    name: str
    since: str
    purpose: str
    rows: Sequence[Row]
    strengths: Sequence[Point]
    gaps: Sequence[Point]
    plans: Sequence[Plan]
    dates: Sequence[tuple[str, str]]
    signed: bool

    @property
    def grades(self) -> dict[int, str]:
        return {row.number: row.grade for row in self.rows}

    @property
    def counts(self) -> Counter[str]:
        return Counter(row.grade for row in self.rows)

    @property
    def better(self) -> list[Row]:
        return [row for row in self.rows if row.change > 0]

    @property
    def worse(self) -> list[Row]:
        return [row for row in self.rows if row.change < 0]

    @property
    def has_last(self) -> bool:
        return any(row.last != NO_ANSWER for row in self.rows)

    @property
    def hides(self) -> bool:
        """Whether anything in it is marked as not public."""
        points = [*(each.is_public for each in self.strengths), *(each.is_public for each in self.gaps)]
        points += [*(each.is_public for each in self.plans), *(each.is_public for each in self.rows)]
        return not all(points)


def languages_for(city: City) -> list[str]:
    """The languages a briefing can be had in: the city's own that the portal speaks, the first of them first, and English."""
    own = [code for code in city.languages if code in LANGUAGES and not LANGUAGES[code].pseudo]
    return list(dict.fromkeys([*own, "en"]))


def gather(response: Response, city: City, language: str) -> Briefing:
    """What the briefing says, in the current language, which is ``language``.

    Raises:
        NotFound: the city's answers were never published.
    """
    snapshot = last_of(response, "publish", "adopt") if response.published_at is not None else None
    if snapshot is None:
        raise NotFound(_("There is no briefing as long as the answers are not published."))
    content = content_of(snapshot)
    version = db.session.get(QuestionnaireVersion, content["questionnaire_version"]) or response.round.questionnaire_version
    answers: Mapping[str, Any] = content["answers"]
    structure = version.known
    hidden = hidden_grades(answers, structure)
    last, titles = last_grades(response), texts.titles(language)
    standing = charter.standing_of(city, reading_language(language).code)
    of_city = _Answers(answers, structure, hidden)
    rows = [of_city.row(section, last, titles) for section in structure.sections if section.commitment and section.grade]
    return Briefing(
        city=city,
        round=response.round,
        name=city.name_in(reading_language(language).code),
        since=standing.since_text if standing else "",
        purpose=texts.text(language).purpose,
        rows=rows,
        strengths=of_city.strengths(rows)[:MOST_STRENGTHS],
        gaps=of_city.gaps(rows)[:MOST_GAPS],
        plans=_without_doubles([*_intended(city), *of_city.plans(rows)])[:MOST_PLANS],
        dates=_dates(city),
        signed=standing is not None and standing.is_signatory,
    )


class _Answers:
    def __init__(self, answers: Mapping[str, Any], structure: Any, hidden: frozenset[str]) -> None:
        self.answers, self.hidden = answers, hidden
        self.sections: dict[int, Section] = {each.commitment: each for each in structure.sections if each.commitment}
        self.questions = structure.questions

    def row(self, section: Section, last: Mapping[int, str], titles: Mapping[int, str]) -> Row:
        number, grade = section.commitment or 0, section.grade
        said = self.answers.get(grade.name) if grade else None
        value = str(said["value"]) if said and said["value"] else NO_ANSWER
        public = value == NO_ANSWER or self._is_public(grade.name if grade else "")
        return Row(number, titles.get(number, ""), value, last.get(number, NO_ANSWER), public)

    def _is_public(self, name: str) -> bool:
        said = self.answers[name]
        return readers_of(self.questions[name], said, self.hidden) == Visibility.PUBLIC

    def _said(self, number: int, role: str) -> tuple[Words | None, bool]:
        """The words of the answer with this role, and whether everybody reads them."""
        for question in self.sections[number].questions:
            said = self.answers.get(question.name)
            if question.role == role and said and isinstance(said["value"], str):
                return Words(_shortened(said["value"]), said["language"]), self._is_public(question.name)
        return None, True

    def strengths(self, rows: Sequence[Row]) -> list[Point]:
        """What is fully met and shown by evidence, before what is fully met only."""
        found = []
        for row in rows:
            grade = self.sections[row.number].grade
            if row.grade == Grade.FULLY and grade is not None:
                shown = self.answers[grade.name]["evidence"][:MOST_EVIDENCE]
                words = [Words(_shortened(each["title"]), each["language"]) for each in shown]
                public = row.is_public and all(each["visibility"] == Visibility.PUBLIC for each in shown)
                found.append(Point(row, words, public))
        return sorted(found, key=lambda each: (not each.words, each.row.number))

    def gaps(self, rows: Sequence[Row]) -> list[Point]:
        """What is not met at all, before what is partly met, with what stands in the way."""
        found = []
        for row in rows:
            if row.grade in {Grade.NOT_AT_ALL, Grade.PARTLY}:
                words, public = self._said(row.number, QuestionRole.CHALLENGES)
                found.append(Point(row, [words] if words else [], row.is_public and public))
        return sorted(found, key=lambda each: (BETTER[Grade(each.row.grade)], each.row.number))

    def plans(self, rows: Sequence[Row]) -> list[Plan]:
        said = [(row.number, *self._said(row.number, QuestionRole.PLANS)) for row in rows]
        return [Plan(words, number, None, public) for number, words, public in said if words is not None]


def _intended(city: City) -> list[Plan]:
    """What stands in the city's plan, which the public does not read."""
    return [
        Plan(Words(_shortened(each.title), each.language), due_on=each.due_on, is_public=False) for each in intentions_of(city)
    ]


def _without_doubles(plans: Sequence[Plan]) -> list[Plan]:
    """An action that was made of an answer begins with its words: it is told once."""
    found: dict[str, Plan] = {}
    for plan in plans:
        found.setdefault(" ".join(plan.words.text.casefold().split()[:5]), plan)
    return list(found.values())


def _shortened(text: str) -> str:
    words = text.split()
    return " ".join(words) if len(words) <= MOST_WORDS else " ".join(words[:MOST_WORDS]) + " …"


def _dates(city: City) -> list[tuple[str, str]]:
    """What comes next for the city: (day, what)."""
    query = (
        select(Response)
        .join(Round, Round.id == Response.round_id)
        .where(Response.city_id == city.id, Response.published_at.is_(None))
        .order_by(Round.deadline)
    )
    found = [
        (each.due, _("The city’s answers are due: %(round)s", round=labels.edition(each.round)))
        for each in db.session.scalars(query)
        if each.due >= today()
    ]
    found += [(each.due_on, each.title) for each in intentions_of(city) if each.due_on and each.due_on >= today()]
    return [(day(when), what) for when, what in sorted(found)[:MOST_DATES]]
