"""What the cities of a round find difficult and what they work on, over all commitments, on one page.

Everything comes from the computed documents and one query for the answers that stand on the page: the same few queries
whatever the number of commitments and cities.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from icportal.reporting import results
from icportal.reporting.asked import Asked
from icportal.reporting.counting import GIVEN, Document
from icportal.reporting.enums import QuestionRole, QuestionType
from icportal.reporting.questionnaires.definition import Question, Section, Structure
from icportal.reporting.results import ListPage, Results

#: Questions with several choices that tell what cities work on.
THEMES = frozenset({QuestionRole.PRIORITIES, QuestionRole.SPECIAL})


@dataclass(frozen=True)
class Written:
    """What cities wrote to one question: its numbers, and the first few of those that may be read."""

    question: Question
    document: Document
    page: ListPage


@dataclass(frozen=True)
class Challenge:
    """The challenges of one commitment; ``practices`` is how many cities name a practice for it, None where it was not asked."""

    number: int
    written: Written
    practices: int | None


@dataclass(frozen=True)
class Themes:
    """All of the page: challenges by commitment, questions on themes with their numbers, the tables of strategies."""

    challenges: Sequence[Challenge]
    themes: Sequence[tuple[Question, Document]]
    strategies: Sequence[Written]


def is_asked(structure: Structure) -> bool:
    """Whether a round with this questionnaire has anything for the page."""
    return bool(_challenges(structure) or _themes(structure) or structure.with_role(QuestionRole.STRATEGIES))


def themes_of(of: Results, words: Asked, *, reader: str, most: int) -> Themes:
    """The page as this audience reads it now, with at most so many answers to each question."""
    structure = words.structure
    challenges, themes = _challenges(structure), _themes(structure)
    strategies = structure.with_role(QuestionRole.STRATEGIES)
    practices = {number: _with_role(section, QuestionRole.PRACTICES) for number, (section, _question) in challenges.items()}
    asked = [question for _section, question in challenges.values()]
    counted = [*asked, *strategies, *themes, *(question for question in practices.values() if question)]
    # A question that came with a later version has no numbers before they are computed anew.
    documents = results.documents(of, [question.name for question in counted])
    texts = [question for question in (*asked, *strategies) if question.name in documents]
    totals = {question.name: documents[question.name]["lists"].get(GIVEN, 0) for question in texts}
    pages = results.first_answers(of, texts, totals, words=words, reader=reader, most=most)
    written = {question.name: Written(question, documents[question.name], pages[question.name]) for question in texts}
    return Themes(
        [
            Challenge(number, written[question.name], _counted(documents, practices[number]))
            for number, (_section, question) in challenges.items()
            if question.name in written
        ],
        [(question, documents[question.name]) for question in themes if question.name in documents],
        [written[question.name] for question in strategies if totals.get(question.name)],
    )


def _challenges(structure: Structure) -> dict[int, tuple[Section, Question]]:
    found = {
        section.commitment: (section, question)
        for section in structure.sections
        if section.commitment is not None and (question := _with_role(section, QuestionRole.CHALLENGES))
    }
    return dict(sorted(found.items()))


def _themes(structure: Structure) -> list[Question]:
    return [
        question
        for question in structure.questions.values()
        if question.role in THEMES and question.type == QuestionType.MULTIPLE
    ]


def _with_role(section: Section, role: str) -> Question | None:
    return next((question for question in section.questions if question.role == role), None)


def _counted(documents: Mapping[str, Document], question: Question | None) -> int | None:
    return documents[question.name]["counted"] if question and question.name in documents else None
