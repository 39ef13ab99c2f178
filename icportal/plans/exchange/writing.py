"""The workbook of a plan as it leaves. Nothing of a text ever becomes a formula, a link or a number; see ``layout``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from icportal.core.strings import Text, _, _l, _lp, _p
from icportal.i18n.catalogues import in_language
from icportal.plans.draft import LABELS
from icportal.plans.exchange.layout import (
    ACTION,
    ACTIONS,
    COLUMNS,
    EMPTY_ROWS,
    HIDDEN,
    INDICATORS,
    KEY,
    MILESTONES,
    NAMES,
    NUMBER,
    SEEN,
    SHEETS,
    STATE,
    Book,
    Line,
    new_key,
)
from icportal.reporting.enums import QuestionType
from icportal.reporting.exchange import pen
from icportal.reporting.exchange.pen import FIRST_ROW, LONGEST_CELL, At, Issue, Pen, Typed, fit

KINDS: Mapping[str, str] = {
    QuestionType.INTEGER: pen.NUMBER,
    QuestionType.DECIMAL: pen.NUMBER,
    QuestionType.DATE: pen.DAY,
}
TITLES: Mapping[str, Text] = {
    ACTIONS: _l("Actions"),
    MILESTONES: _l("Milestones"),
    INDICATORS: _l("Indicators"),
}
#: What the columns are called; those of an action as on its page.
COLUMN_NAMES: Mapping[tuple[str, str], Text] = {
    **{(ACTIONS, name): label for name, label in LABELS.items()},
    (ACTIONS, NUMBER): _l("No."),
    (ACTIONS, STATE): _l("State"),
    (ACTIONS, "objective"): LABELS["objective_id"],
    (ACTIONS, "after"): _l("Begins after No."),
    (MILESTONES, ACTION): _lp("action plan", "Action"),
    (MILESTONES, "title"): _l("Milestone"),
    (MILESTONES, "due_on"): _lp("date", "Due"),
    (MILESTONES, "done_on"): _l("Done on"),
    (INDICATORS, ACTION): _lp("action plan", "Action"),
    (INDICATORS, "label"): _l("Indicator"),
    (INDICATORS, "indicator_code"): _l("Code in the catalogue"),
    (INDICATORS, "unit"): _l("Unit"),
    (INDICATORS, "baseline"): _l("Baseline"),
    (INDICATORS, "baseline_on"): _l("Day of the baseline"),
    (INDICATORS, "target"): _l("Target"),
    (INDICATORS, "deadline"): _l("Deadline"),
    (INDICATORS, "next_due_on"): _l("Next value due"),
}


def write_workbook(book: Book, *, issues: Sequence[Issue] = (), typed: Typed | None = None) -> bytes:
    """The workbook as bytes, in the language it is of. Needs an application context.

    ``typed`` are a person's own cells: with them nothing else is filled in. ``issues`` make red cells with remarks and a first
    sheet that leads to them.
    """
    with in_language(book.identity.language):
        return _Writer(book, issues, typed).made()


class _Writer(Pen):
    def __init__(self, spec: Book, issues: Sequence[Issue], typed: Typed | None) -> None:
        super().__init__(spec.identity.written(), spec.title, spec.direction, issues=issues, typed=typed)
        self.spec = spec

    def made(self) -> bytes:
        faults = self.new_sheet(_("Things to mend"))[0] if self.issues else None
        guide = self.new_sheet(_p("sheet of a workbook", "Instructions"))[0]
        for name in SHEETS:
            self._sheet_of(name)
        self.guide(self.about, _instructions(), guide)
        if faults is not None:
            self.faults(faults, _("Row"), self._names_of_rows())
        return self.finish(self.spec.lists)

    def _names_of_rows(self) -> dict[str, str]:
        said = self.typed.cells if self.typed else {}
        found = {line.key: str(line.cells.get(NAMES[name]) or "") for name in SHEETS for line in self.spec.lines[name]}
        return found | {key: str(cells.get("title") or cells.get("label") or key) for key, cells in said.items()}

    def _sheet_of(self, name: str) -> None:
        sheet, _title = self.new_sheet(str(TITLES[name]))
        columns = self._columns(name)
        self.head(sheet, str(TITLES[name]), str(_hints(name)), columns, hidden=HIDDEN)
        places = {code: place for place, (code, *_rest) in enumerate(columns)}
        lines = self.spec.lines[name]
        highest = max((line.number for line in lines), default=0)
        empty = [Line(new_key(name, number), {}, number=highest + number) for number in range(1, EMPTY_ROWS[name] + 1)]
        for row, line in enumerate([*lines, *empty], start=FIRST_ROW - 1):
            self._line(sheet, name, row, line, places)
        self.protect(sheet)

    @staticmethod
    def _columns(name: str) -> list[tuple[str, str, float, bool]]:
        about = [(KEY, KEY, 8.0, False)]
        if name == ACTIONS:
            about += [
                (SEEN, SEEN, 8.0, False),
                (NUMBER, str(COLUMN_NAMES[name, NUMBER]), 6.0, False),
                (STATE, str(COLUMN_NAMES[name, STATE]), 12.0, False),
            ]
        return [*about, *((each.code, str(COLUMN_NAMES[name, each.code]), each.width, True) for each in COLUMNS[name])]

    def _line(self, sheet: Any, name: str, row: int, line: Line, places: Mapping[str, int]) -> None:
        sheet.write_string(row, places[KEY], line.key)
        if name == ACTIONS:
            seen = self.typed.cells.get(line.key, {}).get(SEEN) if self.typed else None
            sheet.write_string(row, places[SEEN], str(seen or line.seen))
            sheet.write_number(row, places[NUMBER], line.number, self.grey(align="left"))
            sheet.write_string(row, places[STATE], line.state, self.grey())
        for column in COLUMNS[name]:
            at = At(sheet, row, places[column.code], line.key, column.code)
            self.cell(at, line.cells.get(column.code), KINDS.get(column.kind, ""), column.choices)
        said = self.typed.cells.get(line.key, {}) if self.typed else line.cells
        fit(sheet, row, [(str(said.get(each.code) or "")[:LONGEST_CELL], int(each.width)) for each in COLUMNS[name]])


def _hints(name: str) -> Text:
    if name == ACTIONS:
        return _("A row for each action. In the empty rows below you can write new ones.")
    return _("Choose the action by its number. In the empty rows below you can write new ones.")


def _instructions() -> list[Text]:
    return [
        _("Write into the white cells only. Everything grey is there for you to read, and is not read back."),
        _("An empty cell changes nothing in the portal. A hyphen (-) takes away what stands there."),
        _("A hyphen as the title of a milestone or as the name of an indicator takes away the whole of it."),
        _("Dates are written as year, month and day, such as 2026-03-15."),
        _("Commitments, and what an action begins after, are numbers with commas between them, such as 1, 6."),
        _("Costs are whole numbers without a sign of the currency."),
        _("Steps such as “begin” or “block” are taken in the portal, where they are given a reason. So is dropping an action."),
        _("Upload the workbook on the page you took it from. You see what it changes before anything is written."),
    ]
