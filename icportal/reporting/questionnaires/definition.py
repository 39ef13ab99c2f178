"""What a questionnaire asks, without a word of any language: sections, questions, lists of choices and conditions.

The words stand apart, one text for each *key* (``text_keys``), so that a language can be complete or not. A structure is
kept as JSON (``stored``/``Structure.of``) and never changes once a version of the questionnaire is made of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, fields
from functools import cached_property
from typing import Any

from icportal.reporting.enums import GRADES, QuestionRole, QuestionType, Visibility

#: Text keys of a questionnaire as a whole.
TITLE, SUMMARY = "title", "summary"


@dataclass(frozen=True)
class Column:
    """One column of a table question. ``words`` 0 means no limit."""

    name: str
    type: str = QuestionType.TEXT
    choices: str = ""
    words: int = 0
    required: bool = False


@dataclass(frozen=True)
class Question:
    """One thing that is asked.

    ``name`` is its code: unique in the questionnaire, never changed once published, the same over editions for the same
    question; ``former`` is its code in an earlier edition where it was called otherwise. ``choices`` names the list of a
    choice. ``required`` binds when the response is submitted, ``relevant`` and ``constraint`` are XLSForm expressions
    (``expressions``). ``role`` says what the answer means to the portal, ``indicator`` is a code of the catalogue.
    ``visibility`` is what the answer starts with.
    """

    name: str
    type: str = QuestionType.TEXT
    choices: str = ""
    required: bool = False
    relevant: str = ""
    constraint: str = ""
    words: int = 0
    role: str = ""
    columns: tuple[Column, ...] = ()
    most_rows: int = 20
    indicator: str = ""
    visibility: str = Visibility.PUBLIC
    former: str = ""

    @property
    def is_choice(self) -> bool:
        return self.type in {QuestionType.CHOICE, QuestionType.MULTIPLE}

    @property
    def is_grade(self) -> bool:
        return self.role == QuestionRole.GRADE


@dataclass(frozen=True)
class Section:
    """A page of the questionnaire. ``commitment`` is the number of the commitment whose block it is, None for others."""

    name: str
    questions: tuple[Question, ...] = ()
    relevant: str = ""
    commitment: int | None = None

    @property
    def grade(self) -> Question | None:
        """The question that assesses the section's commitment."""
        return next((question for question in self.questions if question.is_grade), None)


@dataclass(frozen=True)
class Structure:
    """A whole questionnaire. ``choices`` maps the name of a list to its values, in their order."""

    sections: tuple[Section, ...] = ()
    choices: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> Structure:
        """The structure that JSON keeps; whatever it does not say has its default."""
        return cls(
            sections=tuple(_section(each) for each in stored.get("sections", ())),
            choices={str(name): tuple(values) for name, values in stored.get("choices", {}).items()},
        )

    def stored(self) -> dict[str, Any]:
        """As JSON: only what differs from a default."""
        return {
            "sections": [
                _spare(section, questions=[_spare_question(question) for question in section.questions])
                for section in self.sections
            ],
            "choices": {name: list(values) for name, values in self.choices.items()},
        }

    @cached_property
    def questions(self) -> Mapping[str, Question]:
        """Every question by its code, in reading order."""
        return {question.name: question for section in self.sections for question in section.questions}

    @cached_property
    def section_of(self) -> Mapping[str, Section]:
        """The section of each question, by the question's code."""
        return {question.name: section for section in self.sections for question in section.questions}

    @cached_property
    def grades(self) -> Mapping[int, Question]:
        """The question that assesses each commitment, by the commitment's number."""
        return {section.commitment: section.grade for section in self.sections if section.commitment and section.grade}

    def section(self, name: str) -> Section | None:
        return next((section for section in self.sections if section.name == name), None)

    def with_role(self, role: str) -> list[Question]:
        """The questions whose answers mean this, in reading order."""
        return [question for question in self.questions.values() if question.role == role]


@dataclass(frozen=True)
class TextKey:
    """A piece of text a language has to have. ``optional`` ones may be missing in the source, and then are in all."""

    key: str
    is_line: bool
    optional: bool = False


def label_key(question: str) -> str:
    return f"q.{question}"


def hint_key(question: str) -> str:
    return f"q.{question}.hint"


def message_key(question: str) -> str:
    """What is said when the question's constraint is not met."""
    return f"q.{question}.message"


def column_key(question: str, column: str) -> str:
    return f"q.{question}.column.{column}"


def section_key(section: str) -> str:
    return f"s.{section}"


def section_hint_key(section: str) -> str:
    return f"s.{section}.hint"


def choice_key(choices: str, value: str) -> str:
    return f"c.{choices}.{value}"


def text_keys(structure: Structure) -> Iterator[TextKey]:
    """Every text of the questionnaire in reading order: title and summary, the sections with their questions, the choices."""
    yield TextKey(TITLE, is_line=True)
    yield TextKey(SUMMARY, is_line=False, optional=True)
    for section in structure.sections:
        yield TextKey(section_key(section.name), is_line=True)
        yield TextKey(section_hint_key(section.name), is_line=False, optional=True)
        for question in section.questions:
            yield TextKey(label_key(question.name), is_line=True)
            yield TextKey(hint_key(question.name), is_line=False, optional=True)
            if question.constraint:
                yield TextKey(message_key(question.name), is_line=True, optional=True)
            for column in question.columns:
                yield TextKey(column_key(question.name, column.name), is_line=True)
    for name, values in structure.choices.items():
        for value in values:
            yield TextKey(choice_key(name, value), is_line=True)


def commitment_section(number: int, *, with_provider: bool = False) -> Section:
    """The self-assessment block of a commitment, the same in every edition: grade, evidence, explanation, challenges, plans.

    The city's evidence hangs on the grade. ``with_provider`` asks whether the city runs the service or advocates (4, 5).
    """
    code = f"c{number:02d}"
    provider = (
        (Question(f"{code}_provider", QuestionType.CHOICE, choices="provider", role=QuestionRole.PROVIDER),)
        if with_provider
        else ()
    )
    return Section(
        name=code,
        commitment=number,
        questions=(
            *provider,
            Question(f"{code}_grade", QuestionType.CHOICE, choices=GRADES, role=QuestionRole.GRADE),
            Question(f"{code}_explanation", QuestionType.LONG_TEXT, words=300, role=QuestionRole.EXPLANATION),
            Question(f"{code}_practices", QuestionType.PRACTICE, role=QuestionRole.PRACTICES),
            Question(
                f"{code}_challenges",
                QuestionType.LONG_TEXT,
                words=200,
                role=QuestionRole.CHALLENGES,
                visibility=Visibility.NETWORK,
            ),
            Question(f"{code}_plans", QuestionType.LONG_TEXT, words=200, role=QuestionRole.PLANS),
        ),
    )


def _spare(thing: Any, **instead: Any) -> dict[str, Any]:
    """The fields that differ from their defaults, with some given otherwise."""
    defaults = {each.name: each.default for each in fields(thing)}
    told = {name: value for name, value in asdict(thing).items() if name == "name" or value != defaults[name]}
    return {**told, **{name: value for name, value in instead.items() if value}}


def _spare_question(question: Question) -> dict[str, Any]:
    return _spare(question, columns=[_spare(column) for column in question.columns])


def _section(stored: Mapping[str, Any]) -> Section:
    return Section(**{**stored, "questions": tuple(_question(each) for each in stored.get("questions", ()))})


def _question(stored: Mapping[str, Any]) -> Question:
    return Question(**{**stored, "columns": tuple(Column(**column) for column in stored.get("columns", ()))})
