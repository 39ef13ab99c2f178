"""What stands in the way of publishing a questionnaire: everything at once, each with its place and a sentence."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from icportal.core.strings import Text, _
from icportal.reporting.enums import COLUMN_TYPES, GRADES, Grade, Provider, QuestionRole, QuestionType, Visibility
from icportal.reporting.questionnaires import relevance
from icportal.reporting.questionnaires.definition import (
    TITLE,
    Column,
    Question,
    Section,
    Structure,
    choice_key,
    column_key,
    label_key,
    section_key,
    text_keys,
)
from icportal.reporting.questionnaires.expressions import OWN, Expression, ExpressionError, compile_expression

CODE = re.compile(r"[a-z][a-z0-9_]{0,59}")
#: Values of choices come from many forms, and are only ever compared.
CHOICE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,59}")
COMMITMENTS = 11
#: Types whose answers are kept alike, so that one may become the other.
_ALIKE = {QuestionType.LONG_TEXT: QuestionType.TEXT}
#: The values that the lists of these roles have to have, no more and no less.
_VALUES: Mapping[str, frozenset[str]] = {QuestionRole.GRADE: frozenset(Grade), QuestionRole.PROVIDER: frozenset(Provider)}

Texts = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True)
class Problem:
    """One thing to mend. ``code`` is its kind, ``section`` and ``question`` say where, empty for the whole.

    ``field`` names the property (``label``, ``relevant``, ``choices`` …); ``choices`` the list of choices and ``item``
    the value in it, or the column of the question's table, that is meant.
    """

    code: str
    section: str
    question: str
    sentence: str
    field: str = ""
    choices: str = ""
    item: str = ""


def problems(
    structure: Structure,
    texts: Texts,
    *,
    source: str,
    frozen: Structure | None = None,
    frozen_texts: Mapping[str, str] | None = None,
) -> list[Problem]:
    """All that has to be mended before the questionnaire can be published, in reading order.

    ``frozen`` is the version published last: its codes stay what they are. ``frozen_texts`` are its texts in the
    source language; where they are not given, those that stand in ``texts`` for its codes are taken.
    """
    words = texts.get(source, {})
    return [
        *_sections(structure),
        *_lists(structure),
        *_conditions(structure),
        *_circles(structure),
        *_unsaid(structure, words),
        *(_changed(structure, frozen, words, frozen_texts or words) if frozen else ()),
    ]


def missing_texts(structure: Structure, texts: Texts, source: str) -> dict[str, tuple[str, ...]]:
    """The keys of the texts that each language lacks, in reading order; languages that lack nothing are not in it.

    A text that may be missing has to be there where the source has it.
    """
    keys = list(text_keys(structure))
    words = texts.get(source, {})
    wanted = [key.key for key in keys if not key.optional or _said(words, key.key)]
    found = {language: tuple(key for key in wanted if not _said(own, key)) for language, own in texts.items()}
    return {language: lacking for language, lacking in found.items() if lacking}


def _said(words: Mapping[str, str], key: str) -> bool:
    return bool((words.get(key) or "").strip())


def _at(code: str, section: str, question: str, sentence: Text, **place: str) -> Problem:
    return Problem(code, section, question, str(sentence), **place)


# --- codes and properties ----------------------------------------------------------------------------------


def bad_code(name: str) -> str:
    """What is wrong with a code, as a sentence."""
    return _(
        "“%(name)s” cannot be a code: small letters a–z, digits and _ only, beginning with a letter, at most 60 characters.",
        name=name[:80],
    )


def _twice(name: str) -> str:
    return _("The code “%(name)s” stands there twice.", name=name)


def _sections(structure: Structure) -> Iterator[Problem]:
    if not structure.sections:
        yield _at("no_questions", "", "", _("The questionnaire has no questions."))
    sections: set[str] = set()
    questions: set[str] = set()
    commitments: set[int] = set()
    for section in structure.sections:
        name = section.name
        if not CODE.fullmatch(name):
            yield _at("bad_code", name, "", bad_code(name), field="name")
        if name in sections:
            yield _at("twice", name, "", _twice(name), field="name")
        sections.add(name)
        yield from _commitment(section, commitments)
        if not section.questions:
            yield _at("no_questions", name, "", _("The section “%(name)s” has no questions.", name=name))
        for question in section.questions:
            if not CODE.fullmatch(question.name):
                yield _at("bad_code", name, question.name, bad_code(question.name), field="name")
            if question.name in questions:
                yield _at("twice", name, question.name, _twice(question.name), field="name")
            questions.add(question.name)
            yield from _question(structure, section, question)


def _commitment(section: Section, seen: set[int]) -> Iterator[Problem]:
    number = section.commitment
    if number is None:
        return
    if not 1 <= number <= COMMITMENTS:
        sentence = _("There is no commitment %(number)s: they are numbered from 1 to %(most)s.", number=number, most=COMMITMENTS)
        yield _at("commitment", section.name, "", sentence, field="commitment")
    if number in seen:
        sentence = _("Commitment %(number)s has a section already.", number=number)
        yield _at("commitment_twice", section.name, "", sentence, field="commitment")
    seen.add(number)
    for question in [question for question in section.questions if question.is_grade][1:]:
        sentence = _("The section has a grade already.")
        yield _at("grade_twice", section.name, question.name, sentence, field="role")


def _question(structure: Structure, section: Section, question: Question) -> Iterator[Problem]:
    for code, field, sentence in (
        *_properties(question),
        *_asked_for(structure, question),
        *_grade(section, question),
    ):
        yield _at(code, section.name, question.name, sentence, field=field)
    yield from _table(structure, section, question)


def _properties(question: Question) -> Iterator[tuple[str, str, str]]:
    if question.type not in set(QuestionType):
        yield "type", "type", _unknown_type(question.type)
    if question.role and question.role not in set(QuestionRole):
        yield "role", "role", _unknown(question.role, QuestionRole)
    if question.visibility not in set(Visibility):
        yield "visibility", "visibility", _unknown(question.visibility, Visibility)
    if question.former and not CODE.fullmatch(question.former):
        yield "bad_code", "former", bad_code(question.former)


def _asked_for(structure: Structure, question: Question) -> Iterator[tuple[str, str, str]]:
    if question.is_choice and question.choices not in structure.choices:
        yield "unknown_list", "choices", _unknown_list(question.choices)
    if question.type == QuestionType.INDICATOR and not question.indicator:
        yield "no_indicator", "indicator", _("“%(name)s” does not say which indicator it asks for.", name=question.name)


def _grade(section: Section, question: Question) -> Iterator[tuple[str, str, str]]:
    if question.is_grade and (question.type != QuestionType.CHOICE or question.choices != GRADES):
        yield "grade_list", "choices", _("A grade is one choice from the list “%(list)s”.", list=GRADES)
    if question.is_grade and section.commitment is None:
        yield "grade_place", "role", _("A grade stands in the section of a commitment.")
    if question.role == QuestionRole.PROVIDER and question.type != QuestionType.CHOICE:
        yield "provider", "type", _("Who provides the service is one choice from a list.")


def _unknown_type(name: str) -> str:
    return _("There is no type “%(name)s”.", name=name[:60])


def _unknown_list(name: str) -> str:
    if not name:
        return _("The question has no list of choices.")
    return _("There is no list of choices “%(name)s”.", name=name[:60])


def _unknown(name: str, known: Iterable[str]) -> str:
    return _("“%(name)s” is not possible here. Possible are: %(names)s.", name=name[:60], names=", ".join(known))


def _table(structure: Structure, section: Section, question: Question) -> Iterator[Problem]:
    if question.type != QuestionType.TABLE:
        return
    if not question.columns:
        sentence = _("The table “%(name)s” has no columns.", name=question.name)
        yield _at("no_columns", section.name, question.name, sentence, field="columns")
    seen: set[str] = set()
    for column in question.columns:
        for code, field, sentence in _column(structure, column, seen):
            yield _at(code, section.name, question.name, sentence, field=field, item=column.name)
        seen.add(column.name)


def _column(structure: Structure, column: Column, seen: set[str]) -> Iterator[tuple[str, str, str]]:
    if not CODE.fullmatch(column.name):
        yield "bad_code", "name", bad_code(column.name)
    if column.name in seen:
        yield "twice", "name", _twice(column.name)
    if column.type not in COLUMN_TYPES:
        yield "type", "type", _("A column of a table cannot be of the type “%(name)s”.", name=column.type[:60])
    if column.type == QuestionType.CHOICE and column.choices not in structure.choices:
        yield "unknown_list", "choices", _unknown_list(column.choices)


def _lists(structure: Structure) -> Iterator[Problem]:
    for name, values in structure.choices.items():
        if not CODE.fullmatch(name):
            yield _at("bad_code", "", "", bad_code(name), field="list", choices=name)
        if not values:
            sentence = _("The list “%(name)s” has no choices.", name=name)
            yield _at("empty_list", "", "", sentence, field="list", choices=name)
        seen: set[str] = set()
        for value in values:
            if not CHOICE.fullmatch(value):
                sentence = _(
                    "“%(name)s” cannot be the code of a choice: letters a–z, digits, _ . and - only, at most 60 characters.",
                    name=value[:80],
                )
                yield _at("bad_choice", "", "", sentence, field="name", choices=name, item=value)
            if value in seen:
                yield _at("twice", "", "", _twice(value), field="name", choices=name, item=value)
            seen.add(value)
    yield from _fixed_lists(structure)


def _fixed_lists(structure: Structure) -> Iterator[Problem]:
    used = {question.choices: _VALUES[question.role] for question in structure.questions.values() if question.role in _VALUES}
    for name, wanted in used.items():
        if name in structure.choices and set(structure.choices[name]) != wanted:
            sentence = _(
                "The list “%(name)s” has to have these choices and no others: %(names)s.",
                name=name,
                names=", ".join(sorted(wanted)),
            )
            yield _at("list_values", "", "", sentence, field="list", choices=name)


# --- conditions and limits ---------------------------------------------------------------------------------


def _conditions(structure: Structure) -> Iterator[Problem]:
    for section in structure.sections:
        yield from _expression(structure, section, None, "relevant", section.relevant)
        for question in section.questions:
            yield from _expression(structure, section, question, "relevant", question.relevant)
            yield from _expression(structure, section, question, "constraint", question.constraint)


def _expression(structure: Structure, section: Section, question: Question | None, field: str, text: str) -> Iterator[Problem]:
    if not text:
        return
    name = question.name if question else ""
    try:
        expression = compile_expression(text)
    except ExpressionError as error:
        yield _at("expression", section.name, name, error.sentence, field=field)
        return
    for code, sentence in _in_expression(structure, question, expression):
        yield _at(code, section.name, name, sentence, field=field)
    if field == "relevant" and expression.uses_own:
        yield _at("own", section.name, name, _("A condition cannot ask for the question’s own answer (“.”)."), field=field)


def _in_expression(structure: Structure, question: Question | None, expression: Expression) -> Iterator[tuple[str, str]]:
    known = structure.questions
    for code in sorted(expression.references):
        if code not in known:
            yield _nobody(structure, code)
        elif known[code].type == QuestionType.NOTE:
            yield "note", _("“%(name)s” is a note to read and has no answer.", name=code)
    for code, value in expression.compared:
        asked = question if code == OWN else known.get(code)
        if asked is None or not asked.is_choice or asked.choices not in structure.choices:
            continue
        values = structure.choices[asked.choices]
        if value not in values and not (asked.type == QuestionType.MULTIPLE and set(value.split()) <= set(values)):
            yield "unknown_choice", _("“%(value)s” is no choice of “%(name)s”.", value=value[:60], name=asked.name)


def _nobody(structure: Structure, code: str) -> tuple[str, str]:
    """Why a code is that of no question."""
    tables = (one.name for one in structure.questions.values() for column in one.columns if column.name == code)
    if table := next(tables, ""):
        sentence = _("“%(name)s” is a column of the table “%(table)s” and has no answer of its own.", name=code, table=table)
        return "column", sentence
    return "unknown_question", _("There is no question “%(name)s”.", name=code[:60])


def _circles(structure: Structure) -> Iterator[Problem]:
    for circle in relevance.circles(structure):
        sentence = _("The conditions go round in a circle: %(circle)s.", circle=" → ".join(circle))
        section = structure.section_of.get(circle[0])
        yield _at("circle", section.name if section else circle[0], circle[0] if section else "", sentence, field="relevant")


# --- texts and what was published --------------------------------------------------------------------------


def _unsaid(structure: Structure, words: Mapping[str, str]) -> Iterator[Problem]:
    """What has no text in the source language."""
    if not _said(words, TITLE):
        yield _at("no_text", "", "", _("The questionnaire has no title."), field="title")
    for section in structure.sections:
        if not _said(words, section_key(section.name)):
            yield _at("no_text", section.name, "", _no_text(section.name), field="label")
        for question in section.questions:
            name = question.name
            keys = {label_key(name): "", **{column_key(name, column.name): column.name for column in question.columns}}
            for key, item in keys.items():
                if not _said(words, key):
                    yield _at("no_text", section.name, name, _no_text(item or name), field="label", item=item)
    for choices, values in structure.choices.items():
        for value in values:
            if not _said(words, choice_key(choices, value)):
                yield _at("no_text", "", "", _no_text(value), field="label", choices=choices, item=value)


def _no_text(name: str) -> str:
    return _("“%(name)s” has no text.", name=name)


def _changed(
    structure: Structure, frozen: Structure, words: Mapping[str, str], old_words: Mapping[str, str]
) -> Iterator[Problem]:
    """What was published under a code and is something else now."""
    fresh = {code: question for code, question in structure.questions.items() if code not in frozen.questions}
    told = {question.former for question in structure.questions.values() if question.former}
    for code, old in frozen.questions.items():
        new = structure.questions.get(code)
        if new is None:
            label = _plain(old_words.get(label_key(code), ""))
            names = [name for name in fresh if label and _plain(words.get(label_key(name), "")) == label]
            if names and code not in told:
                yield _renamed(structure, code, names)
            continue
        place = structure.section_of[code].name
        if _alike(new.type) != _alike(old.type):
            yield _at("type_changed", place, code, _type_changed(code, old.type), field="type")
        types = {column.name: column.type for column in old.columns}
        for column in new.columns:
            if _alike(column.type) != _alike(types.get(column.name, column.type)):
                sentence = _type_changed(column.name, types[column.name])
                yield _at("type_changed", place, code, sentence, field="type", item=column.name)


def _renamed(structure: Structure, old: str, names: Sequence[str]) -> Problem:
    new = names[0]
    sentence = _(
        "“%(old)s” was published and is called “%(new)s” now. Give the question its old code back, or name that as its "
        "former code.",
        old=old,
        new=new,
    )
    return _at("renamed", structure.section_of[new].name, new, sentence, field="name")


def _type_changed(name: str, old: str) -> str:
    return _(
        "“%(name)s” was published with the type “%(old)s”. A question of another type needs another code.", name=name, old=old
    )


def _alike(type_: str) -> str:
    return _ALIKE.get(QuestionType(type_), type_) if type_ in set(QuestionType) else type_


def _plain(label: str) -> str:
    return " ".join(label.split()).casefold()
