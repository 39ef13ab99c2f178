"""A questionnaire as it is being written: its structure, its words by language, and how a city would read it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from icportal.content.models import LanguageVersion
from icportal.core.errors import NotFound
from icportal.core.strings import Text, _, _n
from icportal.core.text import count_words
from icportal.reporting.asked import Asked
from icportal.reporting.enums import QuestionType
from icportal.reporting.models import Questionnaire
from icportal.reporting.question_fields import Errors, field_id
from icportal.reporting.questionnaires import offering
from icportal.reporting.questionnaires.definition import Question, Section, Structure
from icportal.reporting.questionnaires.relevance import Relevance, condition, relevant


@dataclass(frozen=True)
class Trial:
    """What a test run finds: what is asked with these answers, and what a city would be told, by the id of the field."""

    shown: Relevance
    errors: Errors


def structure_of(questionnaire: Questionnaire) -> Structure:
    """The working copy."""
    return Structure.of(questionnaire.structure)


def words_of(questionnaire: Questionnaire) -> Mapping[str, str]:
    """The words of the working copy in the language it is written in."""
    head = questionnaire.item.source.head
    return head.body if head else {}


def all_words(questionnaire: Questionnaire) -> dict[str, dict[str, str]]:
    """The words of the working copy in every language there is, the source first."""
    structure = structure_of(questionnaire)
    texts = sorted(questionnaire.item.versions, key=lambda text: (not text.is_source, text.language))
    return {text.language: offering.texts_of(structure, text.head.body) for text in texts if text.head is not None}


def as_asked(questionnaire: Questionnaire, text: LanguageVersion) -> Asked:
    """The working copy as it would be read in a language; what that does not say yet stands in the source's words."""
    structure = structure_of(questionnaire)
    own = offering.texts_of(structure, text.head.body) if text.head else {}
    return Asked(0, structure, text.language, {**offering.texts_of(structure, words_of(questionnaire)), **own})


def section_of(questionnaire: Questionnaire, name: str) -> Section:
    """A section of the working copy. NotFound when there is none."""
    section = structure_of(questionnaire).section(name)
    if section is None:
        raise NotFound(_("There is no such section."))
    return section


def question_of(questionnaire: Questionnaire, code: str) -> tuple[Question, Section]:
    """A question of the working copy with its section. NotFound when there is none."""
    structure = structure_of(questionnaire)
    if code not in structure.questions:
        raise NotFound(_("There is no such question."))
    return structure.questions[code], structure.section_of[code]


def tried(asked: Asked, values: Mapping[str, Any], errors: Errors) -> Trial:
    """What a city would be told about these answers; ``errors`` are those that could not even be understood."""
    shown = relevant(asked.structure, values)
    known = {code: value for code, value in values.items() if code in shown.questions}
    found: Errors = {name: messages for name, messages in errors.items() if name.split(".")[1] in shown.questions}
    for code, question in asked.structure.questions.items():
        if (
            code in shown.questions
            and field_id(code) not in found
            and question.type not in {QuestionType.NOTE, QuestionType.FILE}
        ):
            if problem := _problem(question, asked, known):
                found[field_id(code)] = [problem]
            found.update(_cells(question, asked, known.get(code)))
    return Trial(shown, found)


def _problem(question: Question, asked: Asked, values: Mapping[str, Any]) -> Text | None:
    value = values.get(question.name)
    if value is None:
        return _("This has to be answered.") if question.required else None
    over = count_words(value, asked.language) - question.words if question.words and isinstance(value, str) else 0
    if over > 0:
        return _n("%(num)s word too many.", "%(num)s words too many.", over)
    limit = condition(question.constraint)
    if limit is not None and not limit.holds(values, value):
        return asked.message(question.name) or _("This answer is outside of what is possible.")
    return None


def _cells(question: Question, asked: Asked, rows: Any) -> Errors:
    """Cells of a table that are needed and empty."""
    if question.type != QuestionType.TABLE:
        return {}
    return {
        field_id(question.name, number, column.name): [
            _("Row %(row)s: “%(column)s” is missing.", row=number + 1, column=asked.column(question.name, column.name))
        ]
        for number, row in enumerate(rows or ())
        for column in question.columns
        if column.required and row.get(column.name) is None
    }
