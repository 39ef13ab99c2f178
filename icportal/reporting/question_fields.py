"""The fields of a question on a page: what stands in them, and what is understood of what came back.

A field is called ``a.<question>``; a cell of a table ``a.<question>.<row>.<column>``. A page names the questions that were
on it (``ASKED``), so that a question that was not shown is not taken for one that was left blank. Values are those
``Answer.value`` keeps; text stays text until here. Files are received by the page itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, Protocol

from babel.numbers import format_decimal

from icportal.core.strings import Text, _
from icportal.core.text import clean_line, clean_text
from icportal.i18n.locales import get
from icportal.indicators.exchange import cells, vocabulary
from icportal.reporting.asked import Asked
from icportal.reporting.enums import QuestionType
from icportal.reporting.questionnaires.definition import Column, Question, Section

#: The hidden field that names each question of the page.
ASKED = "asked"
#: The button that adds rows to the table it names.
ADD_ROWS = "add_rows"
EMPTY_ROWS = 2
LONGEST_LINE = 1000
LONGEST_TEXT = 20_000
LONGEST_NUMBER = 60
LONGEST_KEY = 18
LINK_SCHEMES = ("https://", "http://")

#: These are not text fields: the page that has them brings what can be chosen, or receives the file.
_APART = frozenset({QuestionType.NOTE, QuestionType.FILE})
Errors = dict[str, list[Text]]


class FormData(Protocol):
    """What a page sent, as Flask gives it."""

    def get(self, key: str, default: str) -> Any: ...

    def getlist(self, key: str) -> list[str]: ...


def field_id(question: str, row: int | None = None, column: str = "") -> str:
    """The name and id of a field; of one cell where a row and a column are given."""
    return f"a.{question}" if row is None else f"a.{question}.{row}.{column}"


# --- what stands in the fields ------------------------------------------------------------------------------------


def shown(question: Question, value: Any, language: str) -> Any:
    """A kept value as its fields have it: text, a list of text for several choices, a list of rows for a table."""
    if question.type == QuestionType.TABLE:
        rows = [
            {column.name: _plain(column.type, row.get(column.name), language) for column in question.columns}
            for row in value or ()
        ]
        return with_empty_rows(question, rows)
    if question.type in {QuestionType.MULTIPLE, QuestionType.PRACTICE}:
        return [str(each) for each in value or ()]
    if question.type == QuestionType.INDICATOR:
        return str((value or {}).get("observation", ""))
    return _plain(question.type, value, language)


def typed(question: Question, formdata: FormData) -> Any:
    """What was sent, exactly as it was typed, in the same shape as ``shown``; more rows where they were asked for."""
    name = field_id(question.name)
    if question.type == QuestionType.TABLE:
        rows = _rows(question, formdata)
        more = formdata.get(ADD_ROWS, "") == question.name
        return with_empty_rows(question, rows) if more else _padded(question, rows, max(len(rows), EMPTY_ROWS))
    if question.type in {QuestionType.MULTIPLE, QuestionType.PRACTICE}:
        return formdata.getlist(name)
    return str(formdata.get(name, ""))


def with_empty_rows(question: Question, rows: Sequence[Mapping[str, str]]) -> list[dict[str, str]]:
    """The rows of a table with empty ones to fill in, as far as the question allows more."""
    return _padded(question, rows, len(rows) + EMPTY_ROWS)


def _padded(question: Question, rows: Sequence[Mapping[str, str]], wanted: int) -> list[dict[str, str]]:
    empty = {column.name: "" for column in question.columns}
    missing = max(0, min(wanted, question.most_rows) - len(rows))
    return [*(dict(row) for row in rows), *(dict(empty) for _row in range(missing))]


def _plain(kind: str, value: Any, language: str) -> str:
    if value in (None, "", [], {}):
        return ""
    if kind in {QuestionType.INTEGER, QuestionType.DECIMAL}:
        try:
            number = Decimal(str(value))
        except InvalidOperation:
            return str(value)
        return str(format_decimal(number, format="0.######", locale=get(language).locale, group_separator=False))
    return str(value)


# --- what is understood -------------------------------------------------------------------------------------------


def on_page(section: Section, formdata: FormData) -> list[Question]:
    """The questions of the section that were on the page."""
    there = set(formdata.getlist(ASKED))
    return [question for question in section.questions if question.name in there]


def read_values(section: Section, formdata: FormData, asked: Asked, language: str) -> tuple[dict[str, Any], Errors]:
    """What a page says to the questions it showed, by their codes, and what cannot be understood, by the id of its field.

    A question left blank is None. One that cannot be understood is in the errors and not in the values: nothing is guessed.
    ``language`` is the one numbers are written in. Whether an answer is needed, allowed or too long is not asked here.
    """
    values: dict[str, Any] = {}
    errors: Errors = {}
    for question in on_page(section, formdata):
        if question.type in _APART:
            continue
        found: Errors = {}
        value = _read(question, formdata, asked, language, found)
        if found:
            errors.update(found)
        else:
            values[question.name] = value
    return values, errors


def read_text(
    kind: str, text: str, language: str, *, choices: Iterable[str] = (), labels: Mapping[str, str] | None = None
) -> tuple[Any, Text | None]:
    """A value of a type that one field holds, and what is wrong with it; None and None for an empty field.

    ``choices`` are the values of a choice; with ``labels`` (label → value) its words are understood too.
    """
    text = clean_text(text) if kind == QuestionType.LONG_TEXT else clean_line(text)
    if not text:
        return None, None
    if kind == QuestionType.CHOICE:
        value = text if text in set(choices) else (labels or {}).get(text)
        return (value, None) if value else (None, _("Choose one of the answers offered."))
    if kind in {QuestionType.INTEGER, QuestionType.DECIMAL}:
        return _number(text, language, whole=kind == QuestionType.INTEGER)
    if kind == QuestionType.DATE:
        return _day(text)
    return _words(kind, text)


def _read(question: Question, formdata: FormData, asked: Asked, language: str, errors: Errors) -> Any:
    name = field_id(question.name)
    if question.type == QuestionType.TABLE:
        return _table(question, formdata, asked, language, errors)
    if question.type == QuestionType.MULTIPLE:
        return _several(question, formdata.getlist(name), asked, errors)
    if question.type == QuestionType.PRACTICE:
        chosen = [text for text in formdata.getlist(name) if text]
        if any(not _is_number(text) for text in chosen):
            errors[name] = [_("Choose one of the answers offered.")]
        return None if errors else list(dict.fromkeys(int(text) for text in chosen)) or None
    text = str(formdata.get(name, ""))
    if question.type == QuestionType.INDICATOR:
        text = text.strip()
        if text and not _is_number(text):
            errors[name] = [_("Choose one of the answers offered.")]
        return {"observation": int(text)} if text and not errors else None
    value, problem = read_text(question.type, text, language, choices=asked.structure.choices.get(question.choices, ()))
    if problem:
        errors[name] = [problem]
    return value


def _is_number(text: str) -> bool:
    return text.isdecimal() and len(text) < LONGEST_KEY


def _several(question: Question, chosen: Sequence[str], asked: Asked, errors: Errors) -> list[str] | None:
    offered = asked.structure.choices.get(question.choices, ())
    if any(text and text not in offered for text in chosen):
        errors[field_id(question.name)] = [_("Choose one of the answers offered.")]
        return None
    return [value for value in offered if value in chosen] or None


def _table(question: Question, formdata: FormData, asked: Asked, language: str, errors: Errors) -> list[dict[str, Any]] | None:
    """The rows in which anything stands. A refused cell is named by its row and column."""
    rows = []
    for number, typed_row in enumerate(_rows(question, formdata)):
        row: dict[str, Any] = {}
        for column in question.columns:
            offered = asked.structure.choices.get(column.choices, ())
            value, problem = read_text(column.type, typed_row[column.name], language, choices=offered)
            if problem:
                errors[field_id(question.name, number, column.name)] = [_in_row(asked, question, column, number, problem)]
            elif value is not None:
                row[column.name] = value
        if row:
            rows.append(row)
    return rows or None


def _rows(question: Question, formdata: FormData) -> list[dict[str, str]]:
    """Every row of the table that was sent, up to the last in which something stands."""
    rows = [
        {column.name: str(formdata.get(field_id(question.name, number, column.name), "")) for column in question.columns}
        for number in range(question.most_rows)
    ]
    filled = [number for number, row in enumerate(rows) if any(text.strip() for text in row.values())]
    return rows[: filled[-1] + 1] if filled else []


def _in_row(asked: Asked, question: Question, column: Column, number: int, problem: Text) -> str:
    return _(
        "Row %(row)s, “%(column)s”: %(problem)s",
        row=number + 1,
        column=asked.column(question.name, column.name),
        problem=str(problem),
    )


def _number(text: str, language: str, *, whole: bool) -> tuple[Any, Text | None]:
    amount = None
    if len(text) <= LONGEST_NUMBER:
        amount, _notes, _code = cells.read_number(vocabulary.folded(text), reads_as=language, seen=text)
    if amount is None:
        return None, _("“%(text)s” is not a number such as 12.5. Leave out signs between thousands.", text=text[:LONGEST_NUMBER])
    if not whole:
        return format(amount, "f"), None
    if amount != amount.to_integral_value():
        return None, _("“%(text)s” is not a whole number.", text=text)
    return int(amount), None


def _day(text: str) -> tuple[str | None, Text | None]:
    try:
        return date.fromisoformat(text).isoformat(), None
    except ValueError:
        return None, _("This is not a day. Write it as year, month and day, such as 2026-03-15.")


def _words(kind: str, text: str) -> tuple[str | None, Text | None]:
    most = LONGEST_TEXT if kind == QuestionType.LONG_TEXT else LONGEST_LINE
    if len(text) > most:
        return None, _("This is too long: at most %(max)d characters.", max=most)
    if kind == QuestionType.LINK and not text.startswith(LINK_SCHEMES):
        return None, _("“%(line)s” does not begin with an address such as https://city.example.", line=text[:60])
    return text, None
