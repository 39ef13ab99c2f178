"""What the workbook of a plan says: each action with its milestones and indicators, from the cells the child process found."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from icportal.core.strings import _l, _lp
from icportal.core.text import clean_line
from icportal.indicators import findings
from icportal.indicators.exchange.cells import Seen
from icportal.indicators.exchange.layout import META_SHEET, Unreadable
from icportal.indicators.exchange.reading import open_workbook
from icportal.indicators.exchange.vocabulary import YES_NO, folded, spoken
from icportal.indicators.findings import Finding
from icportal.plans.exchange.layout import (
    ACTION,
    ACTIONS,
    COLUMNS,
    DELETE,
    INDICATORS,
    KEY,
    LETTERS,
    MILESTONES,
    NAMES,
    NUMBER,
    PREFIX,
    SCHEMA,
    SEEN,
    SEPARATOR,
    SHEETS,
    Column,
    Identity,
    row_id,
)
from icportal.reporting.exchange.pen import CODE_ROW, FIRST_ROW, Cell
from icportal.reporting.exchange.reading import cells_of, kept, value_in

SHOWN = 200
_NUMBERS = re.compile(r"[,;\s]+")

findings.register(
    {
        "plan.not_ours": _l("This workbook is not one of an action plan. Choose the one you downloaded from this page."),
        "plan.other_layout": _l(
            "This workbook was made by another version of the portal (layout %(found)s; today %(expected)s). Download a fresh "
            "workbook and copy your values into it."
        ),
        "plan.other_city": _l("This workbook is of another city (%(found)s). Choose the one of this city."),
        "plan.no_rows": _l("The workbook has no row with an action. Choose the one you downloaded from this page."),
        "plan.no_key": _l("This row belongs to nothing: its hidden code is missing. Write into the rows of the workbook."),
        "plan.row_twice": _l("This row stands twice in the workbook. Leave one of the two."),
        "plan.no_objective": _l("There is no objective “%(text)s” in the plan. Choose one of the list; new ones are made in the portal."),
        "plan.no_language": _l("“%(text)s” is no language of the list."),
        "plan.yes_no": _l("“%(text)s” is neither yes nor no."),
        "plan.no_action": _l("Say which action it belongs to: choose one of the list, or write the number of its row."),
        "plan.unknown_action": _l("There is no action with the number “%(text)s” in this workbook."),
        "plan.not_numbers": _l("“%(text)s” is no list of numbers such as 1, 6."),
    }
)  # fmt: skip


@cache
def _answers() -> Mapping[str, int]:
    """What the portal itself writes for yes and no."""
    return {words: int(said) for words, said in spoken({"1": _lp("answer", "yes"), "0": _lp("answer", "no")}).items()}


@dataclass(frozen=True)
class Context:
    """What a workbook is read against: words of lists, folded, and what each stands for."""

    city: str
    reads_as: str
    objectives: Mapping[str, int]
    languages: Mapping[str, str]


@dataclass
class ReadRow:
    """A row: what it says of each column (None takes away), where its cells stand, and what is wrong with them.

    ``problems`` are (column, cell, what stood there, finding). ``is_removed`` takes the whole row away. ``number`` is how the
    workbook calls an action.
    """

    key: str
    cells: dict[str, str]
    fields: dict[str, Any] = field(default_factory=dict)
    problems: list[tuple[str, str, str, Finding]] = field(default_factory=list)
    is_removed: bool = False
    number: str = ""
    seen: str = ""


@dataclass
class ReadAction(ReadRow):
    """An action with its milestones and indicators."""

    parts: dict[str, list[ReadRow]] = field(default_factory=lambda: {MILESTONES: [], INDICATORS: []})


@dataclass(frozen=True)
class ReadBook:
    """A workbook that came in. ``cells`` is what stood in each row by its key and column, ``stray`` what belongs to nothing."""

    identity: Identity
    actions: tuple[ReadAction, ...]
    cells: Mapping[str, Mapping[str, Cell]]
    stray: tuple[tuple[str, str, Finding], ...]
    notes: tuple[Finding, ...] = ()


@dataclass(frozen=True)
class _Row:
    sheet: str
    kind: str
    key: str
    cells: Mapping[str, Seen]

    def place(self, column: str) -> str:
        found = self.cells.get(column) or self.cells.get(NAMES[self.kind]) or next(iter(self.cells.values()))
        return f"{self.sheet}!{found.place}"


def read_plan(data: bytes, context: Context) -> ReadBook:
    """The workbook in these bytes. Needs an application context.

    Raises:
        Unreadable: it is no workbook, could do harm, or is not the one expected here; its finding says what to do.
    """
    found = open_workbook(data, form=True)
    tables = {sheet["name"]: cells_of(sheet, found["texts"], from_1904=found["from_1904"]) for sheet in found["sheets"]}
    meta = tables.pop(META_SHEET, {}).get((1, 2))
    identity = _identity([*found["identities"], *([meta.text] if meta else [])])
    if identity.city != context.city:
        raise Unreadable(Finding("plan.other_city", {"found": identity.city[:SHOWN]}))
    rows, stray = _rows(tables)
    reader = _Reader(context, rows, stray)
    actions = reader.read()
    if not any(row.kind == ACTIONS for row in rows):
        raise Unreadable(Finding("plan.no_rows"))
    cells = {row.key: {column: kept(seen) for column, seen in row.cells.items()} for row in rows}
    return ReadBook(identity, actions, cells, tuple(reader.stray), tuple(Finding(code) for code in found.get("notes", ())))


def _identity(written: Sequence[str]) -> Identity:
    for text in written:
        try:
            return Identity.read(text)
        except ValueError:
            parts = text.split("|")
            if parts[0] == PREFIX and len(parts) > 1 and parts[1] != SCHEMA:
                raise Unreadable(Finding("plan.other_layout", {"found": parts[1][:20], "expected": SCHEMA})) from None
    raise Unreadable(Finding("plan.not_ours"))


def _rows(tables: Mapping[str, Mapping[tuple[int, int], Seen]]) -> tuple[list[_Row], list[tuple[str, str, Finding]]]:
    """The rows in which anything stands, in reading order, and the cells that have no key."""
    rows: list[_Row] = []
    stray: list[tuple[str, str, Finding]] = []
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
            kind = _kind(key.text.strip() if key else "")
            if kind and key:
                rows.append(_Row(name, kind, key.text.strip(), found or {KEY: key}))
            elif found:
                seen = next(iter(found.values()))
                stray.append((f"{name}!{seen.place}", seen.shown[:SHOWN], Finding("plan.no_key")))
    return rows, stray


def _kind(key: str) -> str:
    return next((sheet for sheet in LETTERS if row_id(key, sheet) is not None), "")


class _Reader:
    def __init__(self, context: Context, rows: Sequence[_Row], stray: list[tuple[str, str, Finding]]) -> None:
        self.context, self.stray = context, stray
        self.rows: dict[str, list[_Row]] = {name: [] for name in SHEETS}
        known: set[str] = set()
        for row in rows:
            if row.key in known:
                self.stray.append((row.place(NAMES[row.kind]), "", Finding("plan.row_twice")))
            else:
                known.add(row.key)
                self.rows[row.kind].append(row)
        #: The keys of actions by the number people call them by.
        self.numbered = {row.cells[NUMBER].shown: row.key for row in self.rows[ACTIONS] if NUMBER in row.cells}
        self.actions: dict[str, ReadAction] = {}

    def read(self) -> tuple[ReadAction, ...]:
        for row in self.rows[ACTIONS]:
            action = self.actions[row.key] = ReadAction(row.key, {})
            self._fill(action, row)
        for kind in (MILESTONES, INDICATORS):
            for row in self.rows[kind]:
                self._part(row)
        return tuple(each for each in self.actions.values() if self._says_anything(each))

    @staticmethod
    def _says_anything(action: ReadAction) -> bool:
        return bool(action.fields or action.problems or any(action.parts.values()) or not action.key.startswith("new-"))

    def _part(self, row: _Row) -> None:
        """A milestone or an indicator: with the action it names."""
        if not any(column.code in row.cells for column in COLUMNS[row.kind]):
            return
        part = ReadRow(row.key, {})
        self._fill(part, row)
        owner = part.fields.pop(ACTION, None)
        if owner is None and not any(problem[0] == ACTION for problem in part.problems):
            part.problems.append((ACTION, row.place(ACTION), "", Finding("plan.no_action")))
        action = self.actions.get(owner or "")
        if action is None:
            self.stray += [(place, shown, finding) for _column, place, shown, finding in part.problems]
        else:
            action.parts[row.kind].append(part)

    def _fill(self, target: ReadRow, row: _Row) -> None:
        number, seen = row.cells.get(NUMBER), row.cells.get(SEEN)
        target.number = number.shown if number else ""
        target.seen = seen.text.strip()[:SHOWN] if seen else ""
        name = row.cells.get(NAMES[row.kind])
        if row.kind != ACTIONS and name is not None and name.text.strip() in DELETE:
            target.is_removed = True
        target.cells = {column.code: row.place(column.code) for column in COLUMNS[row.kind]}
        for column in COLUMNS[row.kind]:
            if column.code in row.cells:
                value, finding = self._value(column, row.cells[column.code])
                if finding is None:
                    target.fields[column.code] = value
                else:
                    shown = row.cells[column.code].shown[:SHOWN]
                    target.problems.append((column.code, row.place(column.code), shown, finding))

    def _value(self, column: Column, seen: Seen) -> tuple[Any, Finding | None]:
        text = clean_line(seen.shown)
        if text in DELETE:
            return None, None
        reads = {
            "objective": self._objective,
            "language": self._language,
            "person_public": self._yes_no,
            "after": self._after,
            "commitments": self._numbers,
            ACTION: self._action,
        }
        if column.code in reads:
            return reads[column.code](text)
        value, finding = value_in(seen, column.kind, self.context.reads_as)
        return value.upper() if column.code == "indicator_code" and value else value, finding

    def _objective(self, text: str) -> tuple[Any, Finding | None]:
        found = self.context.objectives.get(folded(text))
        return (found, None) if found else (None, Finding("plan.no_objective", {"text": text[:60]}))

    def _language(self, text: str) -> tuple[Any, Finding | None]:
        found = self.context.languages.get(folded(text))
        return (found, None) if found else (None, Finding("plan.no_language", {"text": text[:60]}))

    @staticmethod
    def _yes_no(text: str) -> tuple[Any, Finding | None]:
        words = folded(text)
        found = YES_NO.get(words, {"true": 1, "false": 0, "1": 1, "0": 0, **_answers()}.get(words))
        return (bool(found), None) if found is not None else (None, Finding("plan.yes_no", {"text": text[:60]}))

    @staticmethod
    def _numbers(text: str) -> tuple[Any, Finding | None]:
        parts = [part for part in _NUMBERS.split(text) if part]
        if all(part.isascii() and part.isdecimal() and len(part) < 4 for part in parts):  # noqa: PLR2004  no longer number is meant
            return sorted({int(part) for part in parts}), None
        return None, Finding("plan.not_numbers", {"text": text[:60]})

    def _after(self, text: str) -> tuple[Any, Finding | None]:
        parts = [part for part in _NUMBERS.split(text) if part]
        unknown = next((part for part in parts if part not in self.numbered), None)
        if unknown is not None:
            return None, Finding("plan.unknown_action", {"text": unknown[:60]})
        return sorted({self.numbered[part] for part in parts}), None

    def _action(self, text: str) -> tuple[Any, Finding | None]:
        number = text.partition(SEPARATOR.strip())[0].strip()
        found = self.numbered.get(number)
        return (found, None) if found else (None, Finding("plan.unknown_action", {"text": number[:60]}))
