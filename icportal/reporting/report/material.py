"""What a report is made from: the round, the cities, their answers, their practices and the numbers, read once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sqlalchemy import select

from icportal.charter.texts import titles
from icportal.cities.models import City
from icportal.content import queries as content
from icportal.core.db import db
from icportal.i18n.formatting import sorted_by_name
from icportal.practices.enums import KIND as PRACTICE
from icportal.reporting.asked import Asked, asked
from icportal.reporting.enums import QuestionRole, QuestionType, Visibility
from icportal.reporting.models import PublishedAnswer, Response, Round
from icportal.reporting.questionnaires.definition import Question, Structure
from icportal.reporting.report import figures_data
from icportal.reporting.report.blocks import Known
from icportal.reporting.report.figures_data import Change, Counts
from icportal.web.figures import AREAS

#: Answers that are sentences, which a report may quote.
WORDS = frozenset({QuestionType.TEXT, QuestionType.LONG_TEXT})


@dataclass(frozen=True)
class Place:
    """A city of the round; ``answered`` when its response is published."""

    id: int
    slug: str
    names: Mapping[str, str]
    name: str
    country: str
    answered: bool

    def name_in(self, language: str) -> str:
        return self.names.get(language, self.name)


@dataclass(frozen=True)
class Practice:
    """A public practice as the box shows it, in the language a reader gets."""

    id: int
    slug: str
    city: str
    language: str
    title: str
    summary: str
    commitments: frozenset[int]


class Material:
    """Everything a report on this round can show, in one language. Parts are read when they are asked for first."""

    def __init__(self, round_: Round, language: str) -> None:
        self.round = round_
        self.language = language
        self.structure: Structure = round_.questionnaire_version.known

    @cached_property
    def asked(self) -> Asked:
        return asked(self.round.questionnaire_version, self.language)

    @cached_property
    def titles(self) -> Mapping[int, str]:
        """Commitment number, then its short title."""
        return titles(self.language)

    @cached_property
    def previous(self) -> Round | None:
        return db.session.get(Round, self.round.previous_id) if self.round.previous_id else None

    # --- cities

    @cached_property
    def cities(self) -> dict[str, Place]:
        """Every invited city by its slug, in the order of its name."""
        query = (
            select(City, Response.published_at)
            .join(Response, Response.city_id == City.id)
            .where(Response.round_id == self.round.id)
        )
        places = [
            Place(city.id, city.slug, city.names, city.name, city.country, published is not None)
            for city, published in db.session.execute(query)
        ]
        return {place.slug: place for place in sorted_by_name(places, lambda place: place.name_in(self.language))}

    @property
    def answering(self) -> list[Place]:
        return [place for place in self.cities.values() if place.answered]

    @property
    def silent(self) -> list[Place]:
        return [place for place in self.cities.values() if not place.answered]

    @property
    def city_counts(self) -> Mapping[str, int]:
        """The numbers of ``[[cities …]]``."""
        return {"count": len(self.answering), "invited": len(self.cities), "missing": len(self.silent)}

    # --- answers

    @cached_property
    def answers(self) -> dict[str, dict[str, PublishedAnswer]]:
        """Code, then city: the answers in words and rows of published responses that the network may read."""
        codes = [
            code for code, question in self.structure.questions.items() if question.type in {*WORDS, QuestionType.TABLE}
        ]  # fmt: skip
        query = select(PublishedAnswer).where(
            PublishedAnswer.round_id == self.round.id,
            PublishedAnswer.question.in_(codes),
            PublishedAnswer.visibility != Visibility.CITY,
        )
        slugs = {place.id: place.slug for place in self.answering}
        found: dict[str, dict[str, PublishedAnswer]] = defaultdict(dict)
        for row in db.session.scalars(query):
            if row.value not in (None, "", []) and row.city_id in slugs:
                found[row.question][slugs[row.city_id]] = row
        return {code: {slug: rows[slug] for slug in self.cities if slug in rows} for code, rows in found.items()}

    def strategies(self) -> tuple[Question | None, list[tuple[Place, list[Mapping[str, Any]]]]]:
        """The table of strategies: the question that asks for it, and the rows of each city that shows them to everybody."""
        question = next(
            (each for each in self.structure.with_role(QuestionRole.STRATEGIES) if each.type == QuestionType.TABLE), None
        )
        rows = self.answers.get(question.name, {}) if question else {}
        public = [(self.cities[slug], row.value) for slug, row in rows.items() if row.visibility == Visibility.PUBLIC]
        return question, [(place, value) for place, value in public if isinstance(value, list)]

    def named_practices(self, code: str) -> list[Any]:
        """What published answers to a question name as practices."""
        query = select(PublishedAnswer.value).where(
            PublishedAnswer.round_id == self.round.id,
            PublishedAnswer.question == code,
            PublishedAnswer.visibility != Visibility.CITY,
            PublishedAnswer.city_id.in_([place.id for place in self.answering]),
        )
        return list(db.session.scalars(query))

    # --- numbers

    @cached_property
    def counts(self) -> dict[str, Counts]:
        return figures_data.counts(self.round)

    @cached_property
    def changes(self) -> dict[str, Change]:
        return figures_data.changes(self.round)

    def code_of(self, written: str) -> str:
        """The question that a block means: ``c04`` is the grade of that commitment."""
        section = self.structure.section(written)
        if section is not None and section.grade is not None:
            return section.grade.name
        return written

    def codes_of(self, written: str) -> list[str]:
        """The questions of a figure: the grades of all commitments, of one area, or one question."""
        grades = self.structure.grades
        if written == "all":
            return [grades[number].name for number in sorted(grades)]
        if written.startswith("area"):
            return [grades[number].name for number in AREAS[int(written.removeprefix("area")) - 1] if number in grades]
        return [self.code_of(written)]

    def commitment_of(self, code: str) -> int | None:
        section = self.structure.section_of.get(code)
        return section.commitment if section is not None and section.grade and section.grade.name == code else None

    def label(self, code: str) -> str:
        """What a row of a figure is called: the commitment, or the question."""
        number = self.commitment_of(code)
        return f"{number}. {self.titles.get(number, '')}" if number else self.asked.label(code)

    # --- practices

    @cached_property
    def practices(self) -> dict[str, Practice]:
        """The public practices of the cities of the round, by slug."""
        rows = content.shelf_rows(PRACTICE, self.language)
        return {
            row.slug: Practice(
                row.facts.get("practice", 0), row.slug, row.facts["city"], row.language, row.title, row.summary,
                frozenset(row.facts.get("commitments", ())),
            )
            for row in rows
            if row.facts.get("city") in self.cities
        }  # fmt: skip

    # --- what blocks may name

    @cached_property
    def known(self) -> Known:
        lists = {
            question.name: tuple(self.structure.choices.get(question.choices, ()))
            for question in self.structure.questions.values()
            if question.is_choice
        }
        commitments = {
            section.name: lists[section.grade.name] for section in self.structure.sections if section.grade and section.commitment
        }
        readable: dict[str, set[str]] = defaultdict(set)
        for code, rows in self.answers.items():
            for slug in rows:
                readable[slug].add(code)
        question, _rows = self.strategies()
        return Known(
            {**lists, **commitments},
            frozenset(self.structure.questions),
            frozenset(self.cities),
            {slug: frozenset(codes) for slug, codes in readable.items()},
            frozenset(self.practices),
            has_strategies=question is not None,
            changes=frozenset(commitments) if self.previous is not None else frozenset(),
        )


def quoted(value: Any) -> str:
    """An answer as one paragraph of plain words."""
    return " ".join(str(value).split())


def listed_ids(value: Any) -> Sequence[int]:
    """The practices an answer names."""
    return [each for each in value if isinstance(each, int)] if isinstance(value, list) else []
