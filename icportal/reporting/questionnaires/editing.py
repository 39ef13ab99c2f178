"""A structure with one thing in it changed: what the pages of a questionnaire do, one step at a time.

A structure never changes; each function gives another one. What comes of it is checked when it is saved.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TypeVar

from icportal.reporting.enums import GRADES, Grade, Provider
from icportal.reporting.questionnaires.definition import Question, Section, Structure, commitment_section

T = TypeVar("T", Section, Question)
#: The commitments that ask whether the city runs the service or advocates for it.
WITH_PROVIDER = frozenset({4, 5})
PROVIDER = "provider"
Questions = tuple[Question, ...]


def with_section(structure: Structure, section: Section) -> Structure:
    """With a section more, at the end."""
    return replace(structure, sections=(*structure.sections, section))


def with_block(structure: Structure, commitment: int) -> Structure:
    """With the block of a commitment more, at the end, and the lists of choices it needs."""
    has_provider = commitment in WITH_PROVIDER
    choices = dict(structure.choices)
    choices.setdefault(GRADES, tuple(Grade))
    if has_provider:
        choices.setdefault(PROVIDER, tuple(Provider))
    block = commitment_section(commitment, with_provider=has_provider)
    return with_section(replace(structure, choices=choices), block)


def with_changed_section(structure: Structure, name: str, section: Section) -> Structure:
    """With another section in the place of this one; its questions stay."""
    return replace(
        structure,
        sections=tuple(replace(section, questions=each.questions) if each.name == name else each for each in structure.sections),
    )


def without_section(structure: Structure, name: str) -> Structure:
    return replace(structure, sections=tuple(each for each in structure.sections if each.name != name))


def with_moved_section(structure: Structure, name: str, by: int) -> Structure:
    """With a section nearer to the beginning (negative) or the end."""
    return replace(structure, sections=_moved(structure.sections, name, by))


def with_question(structure: Structure, section: str, question: Question) -> Structure:
    """With a question more, at the end of a section."""
    return _each(structure, section, lambda questions: (*questions, question))


def with_changed_question(structure: Structure, code: str, question: Question, section: str) -> Structure:
    """With another question in the place of this one; at the end of ``section`` where that is another one."""
    here = structure.section_of[code].name
    if here == section:
        return _each(structure, here, lambda questions: tuple(question if each.name == code else each for each in questions))
    return with_question(without_question(structure, code), section, question)


def without_question(structure: Structure, code: str) -> Structure:
    here = structure.section_of[code].name
    return _each(structure, here, lambda questions: tuple(each for each in questions if each.name != code))


def with_moved_question(structure: Structure, code: str, by: int) -> Structure:
    """With a question nearer to the beginning (negative) or the end of its section."""
    return _each(structure, structure.section_of[code].name, lambda questions: _moved(questions, code, by))


def with_choices(structure: Structure, name: str, values: Sequence[str]) -> Structure:
    """With these values in a list of choices, which may be a new one."""
    return replace(structure, choices={**structure.choices, name: tuple(values)})


def without_choices(structure: Structure, name: str) -> Structure:
    return replace(structure, choices={each: values for each, values in structure.choices.items() if each != name})


def uses_of(structure: Structure, name: str) -> list[str]:
    """The questions that use a list of choices, themselves or in a column."""
    return [
        question.name
        for question in structure.questions.values()
        if question.choices == name or any(column.choices == name for column in question.columns)
    ]


def _each(structure: Structure, section: str, change: Callable[[Questions], Questions]) -> Structure:
    return replace(
        structure,
        sections=tuple(
            replace(each, questions=change(each.questions)) if each.name == section else each for each in structure.sections
        ),
    )


def _moved(things: tuple[T, ...], name: str, by: int) -> tuple[T, ...]:
    place = next((number for number, each in enumerate(things) if each.name == name), -1)
    if place < 0:
        return things
    others = things[:place] + things[place + 1 :]
    to = max(0, min(len(others), place + by))
    return others[:to] + things[place : place + 1] + others[to:]
