"""What a workbook of answers says: each answer with a verdict, from the cells the child process found. Nothing is guessed."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from icportal.core.strings import _l
from icportal.core.text import clean_line, clean_text
from icportal.indicators import findings
from icportal.indicators.exchange import sheets
from icportal.indicators.exchange.cells import Seen
from icportal.indicators.exchange.layout import META_SHEET, Unreadable
from icportal.indicators.exchange.reading import open_workbook
from icportal.indicators.exchange.vocabulary import folded
from icportal.indicators.findings import Finding
from icportal.reporting.enums import QuestionType
from icportal.reporting.exchange.layout import (
    ANSWER,
    CODE_ROW,
    COMMENT,
    DELETE,
    FIRST_ROW,
    KEY,
    PREFIX,
    SCHEMA,
    SEEN,
    TABLE_COLUMN,
    VISIBILITY,
    Cell,
    Identity,
)
from icportal.reporting.question_fields import read_text
from icportal.reporting.questionnaires.definition import Column, Question, Structure

SHOWN = 200
#: Answers that are chosen in the portal: their cells are not read.
APART = frozenset({QuestionType.NOTE, QuestionType.FILE, QuestionType.PRACTICE, QuestionType.INDICATOR})
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_TEXTS = frozenset({QuestionType.TEXT, QuestionType.LONG_TEXT, QuestionType.LINK})
_NUMBERS = frozenset({QuestionType.INTEGER, QuestionType.DECIMAL})
#: The finding for a text that is no answer of a type.
_PROBLEMS = {
    QuestionType.CHOICE: "answer.not_offered",
    QuestionType.INTEGER: "answer.not_whole",
    QuestionType.DECIMAL: "answer.not_number",
    QuestionType.DATE: "answer.not_day",
    QuestionType.LINK: "answer.not_link",
}

findings.register(
    {
        "answers.not_ours": _l("This workbook is not one of answers. Choose the one you downloaded from this page."),
        "answers.other_layout": _l(
            "This workbook was made by another version of the portal (layout %(found)s; today %(expected)s). Download a fresh "
            "workbook and copy your values into it."
        ),
        "answers.other_city": _l("This workbook is of another city (%(found)s). Choose the one of this city."),
        "answers.other_round": _l("This workbook is of another round (%(found)s). Choose the one of this round."),
        "answers.other_version": _l(
            "This workbook was made for version %(found)s of the questionnaire; version %(expected)s is asked now. Download a "
            "fresh workbook and copy your answers into it: the questions may have changed."
        ),
        "answers.no_rows": _l("The workbook has no row with an answer. Choose the one you downloaded from this page."),
        "answer.not_offered": _l("“%(text)s” is not one of the answers offered. Choose one of the list."),
        "answer.not_whole": _l("“%(text)s” is not a whole number."),
        "answer.not_number": _l("“%(text)s” is not a number such as 12.5. Leave out signs between thousands."),
        "answer.not_day": _l("This is not a day. Write it as year, month and day, such as 2026-03-15."),
        "answer.not_link": _l("“%(text)s” does not begin with an address such as https://city.example."),
        "answer.too_long": _l("This is too long: at most %(most)s characters."),
        "answer.error": _l("The cell shows an error (%(text)s). Write the answer itself."),
        "answer.readers": _l("“%(text)s” says nothing about who may read it. Choose one of the list."),
        "answer.unknown": _l("There is no question “%(text)s” in this questionnaire."),
        "answer.twice": _l("This row stands twice in the workbook. Leave one of the two."),
        "answer.no_key": _l("This row belongs to no question: its hidden code is missing. Write into the rows of the workbook."),
        "answer.too_many_rows": _l("The table may have %(most)s rows at most."),
        "answer.mark": _l("“%(text)s” was taken as a sign that this choice applies."),
        "answer.formula": _l("The cell holds a formula; the value that was saved last was read."),
    }
)


@dataclass(frozen=True)
class Context:
    """What a workbook is read against. ``labels`` are the words of each list of choices, ``readers`` those of who may read."""

    structure: Structure
    round: str
    city: str
    number: int
    sha: str
    reads_as: str
    labels: Mapping[str, Mapping[str, str]]
    readers: Mapping[str, str]


@dataclass(frozen=True)
class Problem:
    """Why a cell is refused."""

    key: str
    column: str
    cell: str
    shown: str
    finding: Finding


@dataclass
class ReadAnswer:
    """What the workbook says to one question. ``says`` tells whether the answer itself is said; ``value`` None takes it away.

    ``visibility`` and ``comment`` are None where the workbook says nothing of them. ``seen`` is the seal of what it was made with.
    """

    question: str
    section: str
    sheet: str
    cell: str
    shown: str = ""
    says: bool = False
    value: Any = None
    visibility: str | None = None
    comment: str | None = None
    seen: str | None = None
    problems: list[Problem] = field(default_factory=list)
    notes: list[Finding] = field(default_factory=list)

    @property
    def is_silent(self) -> bool:
        return not (self.says or self.problems) and self.visibility is None and self.comment is None


@dataclass(frozen=True)
class ReadBook:
    """A workbook that came in. ``cells`` is what stood in each row by its key and column, ``stray`` what belongs to no question."""

    identity: Identity
    answers: tuple[ReadAnswer, ...]
    cells: Mapping[str, Mapping[str, Cell]]
    stray: tuple[Problem, ...] = ()
    notes: tuple[Finding, ...] = ()


@dataclass(frozen=True)
class _Row:
    sheet: str
    cells: Mapping[str, Seen]

    def place(self, column: str) -> str:
        found = self.cells.get(column) or next(iter(self.cells.values()))
        return found.place


def read_answers(data: bytes, context: Context) -> ReadBook:
    """The workbook in these bytes. Needs an application context.

    Raises:
        Unreadable: it is no workbook, could do harm, or is not the one expected here; its finding says what to do.
    """
    found = open_workbook(data, form=True)
    tables = {sheet["name"]: cells_of(sheet, found["texts"], from_1904=found["from_1904"]) for sheet in found["sheets"]}
    identity = _identity([*found["identities"], *_meta(tables.pop(META_SHEET, {}))])
    _require_expected(identity, context)
    rows, stray = _rows(tables)
    if not rows:
        raise Unreadable(Finding("answers.no_rows"))
    reader = _Reader(context, rows)
    answers = tuple(reader.read())
    return ReadBook(
        identity,
        answers,
        {key: {column: kept(seen) for column, seen in row.cells.items()} for key, row in reader.rows.items()},
        (*stray, *reader.stray),
        tuple(Finding(code) for code in found.get("notes", ())),
    )


# --- which workbook it is ----------------------------------------------------------------------------------


def _meta(cells: Mapping[tuple[int, int], Seen]) -> list[str]:
    found = cells.get((1, 2))
    return [found.text] if found else []


def _identity(written: Sequence[str]) -> Identity:
    """What the first of the three places says that is left."""
    for text in written:
        try:
            return Identity.read(text)
        except ValueError:
            parts = text.split("|")
            if parts[0] == PREFIX and len(parts) > 1 and parts[1] != SCHEMA:
                raise Unreadable(Finding("answers.other_layout", {"found": parts[1][:20], "expected": SCHEMA})) from None
    raise Unreadable(Finding("answers.not_ours"))


def _require_expected(identity: Identity, context: Context) -> None:
    if identity.city != context.city:
        raise Unreadable(Finding("answers.other_city", {"found": identity.city[:SHOWN]}))
    if identity.round != context.round:
        raise Unreadable(Finding("answers.other_round", {"found": identity.round[:SHOWN]}))
    if (identity.number, identity.sha) != (context.number, context.sha):
        told = {"found": identity.number, "expected": context.number}
        raise Unreadable(Finding("answers.other_version", told))


# --- which rows --------------------------------------------------------------------------------------------


def cells_of(sheet: Mapping[str, Any], texts: Sequence[str], *, from_1904: bool) -> dict[tuple[int, int], Seen]:
    """The cells of a sheet as the child process found them, by row and column."""
    found = {}
    for row, column, kind, text, *formula in sheet["cells"]:
        words = _unescaped(texts[text]) if kind == sheets.TEXT else str(text)
        found[row, column] = Seen(row, column, kind, words, bool(formula), from_1904)
    return found


def _unescaped(text: str) -> str:
    """What the format writes as ``_x000D_`` is the sign itself."""
    return _ESCAPED.sub(lambda match: chr(int(match[1], 16)), text) if "_x" in text else text


def _rows(tables: Mapping[str, Mapping[tuple[int, int], Seen]]) -> tuple[list[tuple[str, _Row]], list[Problem]]:
    """(key, row) of every sheet of ours, in reading order, and cells in which something stands without a key."""
    rows, stray = [], []
    for name, cells in tables.items():
        heads = {column: seen.text.strip() for (row, column), seen in cells.items() if row == CODE_ROW}
        if KEY not in heads.values():
            continue
        by_row: dict[int, dict[str, Seen]] = defaultdict(dict)
        for (row, column), seen in cells.items():
            if row >= FIRST_ROW and column in heads and not seen.is_blank:
                by_row[row][heads[column]] = seen
        for _number, found in sorted(by_row.items()):
            key = found.pop(KEY, None)
            typed = [column for column in found if column in {ANSWER, VISIBILITY, COMMENT} or column.startswith(TABLE_COLUMN)]
            if key is not None:
                rows.append((key.text.strip(), _Row(name, {KEY: key, **found})))
            elif typed:
                seen = found[typed[0]]
                stray.append(Problem("", typed[0], f"{name}!{seen.place}", seen.shown[:SHOWN], Finding("answer.no_key")))
    return rows, stray


def kept(seen: Seen) -> Cell:
    """What stood in a cell, to be written again: numbers and days as such."""
    if seen.kind == sheets.NUMBER:
        return Decimal(seen.shown)
    if seen.kind in {sheets.SERIAL, sheets.DAY} and seen.moment is not None:
        return seen.moment.date()
    return seen.shown


# --- what they say -----------------------------------------------------------------------------------------


class _Reader:
    def __init__(self, context: Context, rows: Sequence[tuple[str, _Row]]) -> None:
        self.context = context
        self.rows: dict[str, _Row] = {}
        self.stray: list[Problem] = []
        self.choices: dict[str, list[tuple[str, _Row]]] = defaultdict(list)
        self.table_rows: dict[str, list[tuple[str, _Row]]] = defaultdict(list)
        for key, row in rows:
            question = re.split(r"[=#]", key, maxsplit=1)[0]
            if key in self.rows:
                self._stray(key, row, "answer.twice")
            elif question not in context.structure.questions:
                self._stray(key, row, "answer.unknown", text=question[:SHOWN])
            else:
                self.rows[key] = row
                if "=" in key:
                    self.choices[question].append((key, row))
                elif "#" in key:
                    self.table_rows[question].append((key, row))

    def _stray(self, key: str, row: _Row, code: str, **params: Any) -> None:
        self.stray.append(Problem(key, ANSWER, f"{row.sheet}!{row.place(ANSWER)}", "", Finding(code, params)))

    def read(self) -> list[ReadAnswer]:
        found = []
        for section in self.context.structure.sections:
            for question in section.questions:
                there = question.name in self.rows or question.name in self.choices or question.name in self.table_rows
                if there and question.type != QuestionType.NOTE:
                    answer = self._answer(section.name, question)
                    if not answer.is_silent:
                        found.append(answer)
        return found

    def _answer(self, section: str, question: Question) -> ReadAnswer:
        row = self.rows.get(question.name)
        parts = self.choices.get(question.name) or self.table_rows.get(question.name)
        first = row or (parts[0][1] if parts else None)
        assert first is not None
        answer = ReadAnswer(question.name, section, first.sheet, first.place(ANSWER))
        if row is not None:
            seen = row.cells.get(SEEN)
            answer.seen = seen.text.strip()[:SHOWN] if seen else None
            self._around(answer, row)
        if question.type == QuestionType.MULTIPLE:
            self._several(answer, question)
        elif question.type == QuestionType.TABLE:
            self._table(answer, question)
        elif question.type not in APART and row is not None and ANSWER in row.cells:
            answer.cell, answer.shown = row.cells[ANSWER].place, row.cells[ANSWER].shown[:SHOWN]
            self._single(answer, question, row.cells[ANSWER])
        return answer

    def _around(self, answer: ReadAnswer, row: _Row) -> None:
        """Who may read it, and the remark."""
        readers, remark = row.cells.get(VISIBILITY), row.cells.get(COMMENT)
        if readers is not None:
            words = folded(readers.text)
            if words in DELETE:
                answer.visibility = ""
            elif words in self.context.readers:
                answer.visibility = self.context.readers[words]
            else:
                self._refuse(answer, answer.question, VISIBILITY, readers, "answer.readers", text=readers.shown[:SHOWN])
        if remark is not None:
            answer.comment = "" if remark.text.strip() in DELETE else clean_line(remark.shown)

    def _single(self, answer: ReadAnswer, question: Question, seen: Seen) -> None:
        if seen.text.strip() in DELETE:
            answer.says = True
            return
        value, finding = self._value(question, seen)
        if finding is not None:
            self._refuse(answer, question.name, ANSWER, seen, finding.code, **finding.params)
            return
        answer.says, answer.value = value is not None, value
        if seen.is_formula:
            answer.notes.append(Finding("answer.formula"))

    def _several(self, answer: ReadAnswer, question: Question) -> None:
        """The choices with a sign; a hyphen beside the question, or nothing but hyphens, takes the answer away."""
        row = self.rows.get(question.name)
        whole = row.cells.get(ANSWER) if row else None
        if whole is not None and whole.text.strip() in DELETE:
            answer.says = True
            return
        offered = self.context.structure.choices.get(question.choices, ())
        marked, emptied = set(), False
        for key, part in self.choices[question.name]:
            seen, value = part.cells.get(ANSWER), key.partition("=")[2]
            if seen is None:
                continue
            if not answer.shown:
                answer.cell = seen.place
            if value not in offered:
                self._refuse(answer, key, ANSWER, seen, "answer.not_offered", text=value[:SHOWN])
            elif seen.kind == sheets.ERROR:
                self._refuse(answer, key, ANSWER, seen, "answer.error", text=seen.text)
            elif seen.text.strip() in DELETE:
                emptied = True
            else:
                marked.add(value)
                if folded(seen.text) not in {"x", "✓", "✔", "×", "1"}:
                    answer.notes.append(Finding("answer.mark", {"text": seen.shown[:SHOWN]}))
        answer.value = [value for value in offered if value in marked] or None
        answer.says = bool(marked) or emptied
        answer.shown = ", ".join(answer.value or ())

    def _table(self, answer: ReadAnswer, question: Question) -> None:
        columns = {f"{TABLE_COLUMN}{column.name}": column for column in question.columns}
        rows: list[dict[str, Any]] = []
        emptied = False
        for key, part in self.table_rows[question.name]:
            said: dict[str, Any] = {}
            for code, seen in part.cells.items():
                if code not in columns:
                    continue
                if seen.text.strip() in DELETE:
                    emptied = True
                    continue
                value, finding = self._value(columns[code], seen)
                if finding is not None:
                    self._refuse(answer, key, code, seen, finding.code, sheet=part.sheet, **finding.params)
                elif value is not None:
                    said[columns[code].name] = value
            if said:
                rows.append(said)
                answer.cell, answer.sheet = (answer.cell, answer.sheet) if len(rows) > 1 else (part.place(KEY), part.sheet)
        if len(rows) > question.most_rows:
            seen = self.table_rows[question.name][question.most_rows][1].cells[KEY]
            self._refuse(answer, question.name, ANSWER, seen, "answer.too_many_rows", most=question.most_rows)
        answer.value = rows or None
        answer.says = bool(rows) or emptied

    def _refuse(
        self, answer: ReadAnswer, key: str, column: str, seen: Seen, code: str, *, sheet: str = "", **params: Any
    ) -> None:
        place = f"{sheet or answer.sheet}!{seen.place}"
        answer.problems.append(Problem(key, column, place, seen.shown[:SHOWN], Finding(code, params)))

    # --- one cell

    def _value(self, asked: Question | Column, seen: Seen) -> tuple[Any, Finding | None]:
        """The value in a cell, or why there is none."""
        if asked.type == QuestionType.CHOICE and seen.kind not in {sheets.ERROR, sheets.NO_VALUE}:
            return self._chosen(asked, seen.text if seen.kind == sheets.TEXT else seen.shown)
        return value_in(seen, asked.type, self.context.reads_as)

    def _chosen(self, asked: Question | Column, text: str) -> tuple[str | None, Finding | None]:
        known = self.context.labels.get(asked.choices, {})
        value = clean_line(text)
        if value not in self.context.structure.choices.get(asked.choices, ()):
            value = known.get(folded(text), "")
        return (value, None) if value else (None, Finding("answer.not_offered", {"text": clean_line(text)[:60]}))


def value_in(seen: Seen, kind: str, reads_as: str) -> tuple[Any, Finding | None]:
    """The value of a type in a cell, or why there is none; a choice is read by whoever knows what is offered."""
    if seen.kind in {sheets.ERROR, sheets.NO_VALUE}:
        return None, Finding("answer.error", {"text": seen.text})
    if kind in _NUMBERS and seen.kind != sheets.TEXT:
        return _number(kind, seen)
    if kind == QuestionType.DATE and seen.kind in {sheets.SERIAL, sheets.DAY}:
        found = seen.moment
        return (found.date().isoformat(), None) if found else (None, Finding("answer.not_day"))
    text = seen.text if seen.kind == sheets.TEXT else seen.shown
    value, problem = read_text(kind, text, reads_as)
    if problem is None:
        return value, None
    return None, _too_long(kind, text) or Finding(_PROBLEMS[QuestionType(kind)], {"text": text.strip()[:60]})


def _too_long(kind: str, text: str) -> Finding | None:
    """A text that is refused for nothing but its length."""
    if kind not in _TEXTS or (kind == QuestionType.LINK and not text.strip().startswith(("http://", "https://"))):
        return None
    most = 20_000 if kind == QuestionType.LONG_TEXT else 1000
    return Finding("answer.too_long", {"most": most}) if len(clean_text(text)) > most else None


def _number(kind: str, seen: Seen) -> tuple[int | str | None, Finding | None]:
    whole = kind == QuestionType.INTEGER
    if seen.kind != sheets.NUMBER:
        return None, Finding("answer.not_whole" if whole else "answer.not_number", {"text": seen.shown[:60]})
    amount = Decimal(seen.shown)
    if not whole:
        return format(amount, "f"), None
    if amount != amount.to_integral_value():
        return None, Finding("answer.not_whole", {"text": seen.shown[:60]})
    return int(amount), None


def iso(value: Any) -> date | None:
    """A day kept as text."""
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        return None
