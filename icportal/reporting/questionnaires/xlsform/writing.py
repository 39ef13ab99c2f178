"""A questionnaire as XLSForm, for whoever edits it elsewhere. No text ever becomes a formula, whatever it begins with."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import xlsxwriter

from icportal.reporting.enums import QuestionType, Visibility
from icportal.reporting.questionnaires import definition
from icportal.reporting.questionnaires.definition import Column, Question, Section, Structure
from icportal.reporting.questionnaires.xlsform.layout import (
    CHOICES,
    MULTILINE,
    OWN_COLUMNS,
    PORTAL_TYPES,
    SETTINGS,
    SURVEY,
    TITLE_COLUMN,
    language_heading,
)

_PLAIN = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "in_memory": True}
_WIDTHS = {"type": 24, "name": 24, "relevant": 30, "constraint": 30, "list_name": 20}
_TEXT_WIDTH, _WIDTH = 50, 12
_TYPES = {
    QuestionType.TEXT: "text",
    QuestionType.LONG_TEXT: "text",
    QuestionType.INTEGER: "integer",
    QuestionType.DECIMAL: "decimal",
    QuestionType.DATE: "date",
    QuestionType.FILE: "file",
    QuestionType.NOTE: "note",
    QuestionType.TABLE: "begin_repeat",
}
Line = dict[str, str]
Texts = Mapping[str, Mapping[str, str]]


def write_xlsform(structure: Structure, texts: Texts, *, code: str, version: str, source: str = "") -> bytes:
    """The questionnaire with all its languages as a workbook. ``source`` is the first language where none is given."""
    source = source or next(iter(texts))
    writer = _Writer(structure, {source: {}, **texts}, source)
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, _PLAIN) as book:
        title = writer.texts[source].get(definition.TITLE, "")
        book.set_properties({"title": title})
        writer.sheet(book, SURVEY, writer.survey_columns(), writer.survey(), frozen=2)
        writer.sheet(book, CHOICES, ["list_name", "name", *writer.named("label")], writer.choices(), frozen=2)
        settings = {"form_title": title, "form_id": code, "version": version}
        settings = {**settings, "default_language": language_heading(source), **writer.titles()}
        writer.sheet(book, SETTINGS, list(settings), [settings], frozen=0)
    return stream.getvalue()


class _Writer:
    def __init__(self, structure: Structure, texts: Texts, source: str) -> None:
        self.structure, self.texts, self.source = structure, texts, source
        self._languages = [source, *(language for language in texts if language != source)]

    def named(self, column: str) -> list[str]:
        """The headings of a column in every language."""
        return [f"{column}::{language_heading(language)}" for language in self._languages]

    def survey_columns(self) -> list[str]:
        return [
            "type",
            "name",
            *self.named("label"),
            *self.named("hint"),
            "required",
            "relevant",
            "constraint",
            *self.named("constraint_message"),
            "appearance",
            *OWN_COLUMNS,
        ]

    def _said(self, column: str, key: str) -> Line:
        headings = zip(self.named(column), self._languages, strict=True)
        return {heading: self.texts[language].get(key, "") for heading, language in headings}

    def titles(self) -> Line:
        """Title and summary in each language; the title in the source has a column of its own."""
        titles = self._said(TITLE_COLUMN, definition.TITLE)
        del titles[self.named(TITLE_COLUMN)[0]]
        return {**titles, **self._said("summary", definition.SUMMARY)}

    def survey(self) -> Iterator[Line]:
        for section in self.structure.sections:
            yield self._section(section)
            for question in section.questions:
                yield self._question(question)
                if question.type == QuestionType.TABLE:
                    yield from (self._column(question, column) for column in question.columns)
                    yield {"type": "end_repeat", "name": question.name}
            yield {"type": "end_group", "name": section.name}

    def _section(self, section: Section) -> Line:
        return {
            "type": "begin_group",
            "name": section.name,
            **self._said("label", definition.section_key(section.name)),
            **self._said("hint", definition.section_hint_key(section.name)),
            "relevant": section.relevant,
            "commitment": "" if section.commitment is None else str(section.commitment),
        }

    def _question(self, question: Question) -> Line:
        is_table = question.type == QuestionType.TABLE
        return {
            **_kind(question),
            "name": question.name,
            **self._said("label", definition.label_key(question.name)),
            **self._said("hint", definition.hint_key(question.name)),
            **(self._said("constraint_message", definition.message_key(question.name)) if question.constraint else {}),
            "required": "yes" if question.required else "",
            "relevant": question.relevant,
            "constraint": question.constraint,
            "role": question.role,
            "visibility": "" if question.visibility == Visibility.PUBLIC else question.visibility,
            "former": question.former,
            "words": str(question.words or ""),
            "rows": str(question.most_rows) if is_table else "",
            "indicator": question.indicator,
        }

    def _column(self, question: Question, column: Column) -> Line:
        return {
            **_kind(column),
            "name": column.name,
            **self._said("label", definition.column_key(question.name, column.name)),
            "required": "yes" if column.required else "",
            "words": str(column.words or ""),
        }

    def choices(self) -> Iterator[Line]:
        for name, values in self.structure.choices.items():
            for value in values:
                yield {"list_name": name, "name": value, **self._said("label", definition.choice_key(name, value))}

    @staticmethod
    def sheet(book: Any, name: str, columns: Sequence[str], lines: Iterator[Line] | Sequence[Line], *, frozen: int) -> None:
        sheet = book.add_worksheet(name)
        head = book.add_format({"bold": True, "num_format": "@", "bg_color": "#E4E7EB", "border": 1, "border_color": "#818DA0"})
        # The mark keeps a text a text when somebody edits it.
        body = book.add_format({"num_format": "@", "text_wrap": True, "valign": "top", "quote_prefix": True})
        empty = book.add_format({"num_format": "@", "text_wrap": True, "valign": "top"})
        for place, column in enumerate(columns):
            sheet.set_column(place, place, _WIDTHS.get(column, _TEXT_WIDTH if "::" in column else _WIDTH), empty)
            sheet.write_string(0, place, column, head)
        for number, line in enumerate(lines, start=1):
            for place, column in enumerate(columns):
                if line.get(column):
                    sheet.write_string(number, place, line[column], body)
        if frozen:
            sheet.freeze_panes(1, frozen)


def _kind(asked: Question | Column) -> Line:
    """The type as XLSForm has it."""
    if asked.type == QuestionType.CHOICE:
        return {"type": f"select_one {asked.choices}"}
    if asked.type == QuestionType.MULTIPLE:
        return {"type": f"select_multiple {asked.choices}"}
    if asked.type in PORTAL_TYPES:
        return {"type": "text", "portal_type": asked.type}
    kind = {"type": _TYPES[QuestionType(asked.type)]}
    return {**kind, "appearance": MULTILINE} if asked.type == QuestionType.LONG_TEXT else kind
