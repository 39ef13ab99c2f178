"""A workbook of answers as it leaves: what is asked, what was said last time, and what is said already.

Nothing of a text ever becomes a formula, a link or a number, whatever it begins with; see ``layout`` for where everything stands.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from icportal.core.strings import Text, _, _p
from icportal.i18n.catalogues import in_language
from icportal.reporting.enums import QuestionType
from icportal.reporting.exchange import pen
from icportal.reporting.exchange.layout import (
    ANSWER,
    COLUMNS,
    COMMENT,
    EVIDENCE,
    FIRST_ROW,
    HIDDEN,
    KEY,
    LAST,
    NUMBER,
    OPEN,
    QUESTION,
    READERS,
    SEEN,
    TABLE_COLUMN,
    VISIBILITY,
    Book,
    Issue,
    Line,
    SectionSheet,
    TableSheet,
    Typed,
    row_key,
)
from icportal.reporting.exchange.pen import EDGE, GREY, INK, LONGEST_CELL, At, Pen, fit

WIDTHS = {NUMBER: 6, QUESTION: 48, ANSWER: 60, LAST: 40, EVIDENCE: 24, VISIBILITY: 18, COMMENT: 30}
PLACE = {code: place for place, code in enumerate(COLUMNS)}
#: Widths of a table's columns by the kind of what stands there.
WIDE, NARROW = 30, 14
NARROW_KINDS = frozenset({QuestionType.INTEGER, QuestionType.DECIMAL, QuestionType.DATE})
#: What is typed into a cell, by the type of the answer.
KINDS: Mapping[str, str] = {
    QuestionType.INTEGER: pen.NUMBER,
    QuestionType.DECIMAL: pen.NUMBER,
    QuestionType.DATE: pen.DAY,
}


def write_workbook(book: Book, *, issues: Sequence[Issue] = (), typed: Typed | None = None) -> bytes:
    """The workbook as bytes. Needs an application context, for the language.

    ``typed`` are a person's own cells: with them nothing else is filled in. ``issues`` make red cells with comments and a
    first sheet that leads to them.
    """
    with in_language(book.language):
        return _Writer(book, issues, typed).made()


class _Writer(Pen):
    def __init__(self, spec: Book, issues: Sequence[Issue], typed: Typed | None) -> None:
        about = f"{spec.city}, {spec.edition}"
        super().__init__(spec.identity.written(), about, spec.direction, issues=issues, typed=typed)
        self.spec = spec

    def made(self) -> bytes:
        spec = self.spec
        faults = self.new_sheet(_("Things to mend"))[0] if self.issues else None
        guide = self.new_sheet(_p("sheet of a workbook", "Instructions"))[0]
        tables = {table.question: table for table in spec.tables}
        for section in spec.sections:
            self._section(section)
            for line in section.lines:
                if line.key in tables:
                    self._table(tables[line.key])
        self.guide(self.about, _instructions(spec), guide)
        if faults is not None:
            self.faults(faults, _("Question"), self._names_of_rows())
        return self.finish(spec.lists)

    def _names_of_rows(self) -> dict[str, str]:
        labels = {line.key: line.label for section in self.spec.sections for line in section.lines}
        return labels | {
            row_key(table.question, number): f"{table.title}, {number}"
            for table in self.spec.tables
            for number in range(1, table.most_rows + 1)
        }

    # --- a section ---------------------------------------------------------------------------------------------

    def _section(self, section: SectionSheet) -> None:
        sheet, _name = self.new_sheet(section.title)
        names = _column_names()
        columns = [(code, names.get(code, code), WIDTHS.get(code, 8), code in OPEN) for code in COLUMNS]
        self.head(sheet, section.title, section.hint, columns, hidden=HIDDEN)
        for place, line in enumerate(section.lines, start=FIRST_ROW - 1):
            self._line(sheet, place, line)
        self.protect(sheet)

    def _line(self, sheet: Any, row: int, line: Line) -> None:
        typed = self.typed.cells.get(line.key, {}) if self.typed is not None else {}
        sheet.write_string(row, PLACE[KEY], line.key)
        sheet.write_string(row, PLACE[SEEN], str(typed.get(SEEN) or line.seen))
        sheet.write_string(row, PLACE[NUMBER], line.number, self.grey(align="left"))
        self._label(sheet, row, line)
        if line.is_open:
            self.cell(At(sheet, row, PLACE[ANSWER], line.key, ANSWER), line.answer, KINDS.get(line.kind, ""), line.list)
        else:
            sheet.write_string(row, PLACE[ANSWER], str(line.answer or "")[:LONGEST_CELL], self.grey(font_color=INK))
        sheet.write_string(row, PLACE[LAST], line.last[:LONGEST_CELL], self.grey(font_color=INK))
        sheet.write_string(row, PLACE[EVIDENCE], line.evidence[:LONGEST_CELL], self.grey(font_color=INK))
        if line.is_question:
            self.cell(At(sheet, row, PLACE[VISIBILITY], line.key, VISIBILITY), line.visibility, choices=READERS)
            self.cell(At(sheet, row, PLACE[COMMENT], line.key, COMMENT), line.comment)
        else:
            for code in (VISIBILITY, COMMENT):
                sheet.write_blank(row, PLACE[code], None, self.grey())
        answer = typed.get(ANSWER) if self.typed is not None else line.answer
        asked = f"{line.label}\n{line.hint}" if line.hint else line.label
        texts = {QUESTION: asked, ANSWER: str(answer or ""), LAST: line.last, EVIDENCE: line.evidence, COMMENT: line.comment}
        fit(sheet, row, [(text, WIDTHS[code]) for code, text in texts.items()], least=_LEAST.get(line.kind, 1))

    def _label(self, sheet: Any, row: int, line: Line) -> None:
        place, label = PLACE[QUESTION], line.label[:LONGEST_CELL]
        indent = {} if line.is_question or line.number else {"indent": 2}
        if line.hint:
            parts = (self.format(bold=True), label, self.format(font_color=INK), f"\n{line.hint}"[:LONGEST_CELL])
            sheet.write_rich_string(row, place, *parts, self.grey(**indent))
        else:
            sheet.write_string(row, place, label, self.grey(**indent, **({"bold": True} if line.is_question else {})))

    # --- a table -----------------------------------------------------------------------------------------------

    def _table(self, table: TableSheet) -> None:
        sheet, _name = self.new_sheet(table.title)
        columns = [(KEY, KEY, 8.0, False), (NUMBER, _("No."), 6.0, False)]
        columns += [
            (f"{TABLE_COLUMN}{column.name}", column.label, NARROW if column.kind in NARROW_KINDS else WIDE, True)
            for column in table.columns
        ]
        self.head(sheet, table.title, table.hint, columns, hidden=HIDDEN)
        for number in range(1, table.most_rows + 1):
            row, key = FIRST_ROW - 2 + number, row_key(table.question, number)
            said = table.rows[number - 1] if number <= len(table.rows) else {}
            sheet.write_string(row, 0, key)
            sheet.write_number(row, 1, number, self.format(bg_color=GREY, border=1, border_color=EDGE, align="left"))
            for place, column in enumerate(table.columns, start=2):
                code = f"{TABLE_COLUMN}{column.name}"
                self.cell(At(sheet, row, place, key, code), said.get(column.name), KINDS.get(column.kind, ""), column.list)
            fit(sheet, row, [(str(said.get(column.name) or ""), WIDE) for column in table.columns])
        self.protect(sheet)


#: Lines that an answer of this kind is given at least.
_LEAST: Mapping[str, int] = {QuestionType.LONG_TEXT: 5}


def _column_names() -> dict[str, str]:
    return {
        NUMBER: _("No."),
        QUESTION: _("Question"),
        ANSWER: _("Your answer"),
        LAST: _("Last time’s answer"),
        EVIDENCE: _("Evidence"),
        VISIBILITY: _("Who may read it"),
        COMMENT: _("Remark"),
    }


def _instructions(book: Book) -> list[Text]:
    return [
        _("The answers are due on %(day)s.", day=book.due),
        _("Write into the white cells only. Everything grey is there for you to read, and is not read back."),
        _("An empty cell changes nothing in the portal. A hyphen (-) takes the answer away that stands there."),
        _("Where several choices are possible, put an x beside each that applies. No x at all changes nothing."),
        _("A question that asks for a table has a sheet of its own. The rows you fill in there replace those in the portal."),
        _("Dates are written as year, month and day, such as 2026-03-15."),
        _("Files, evidence, practices and values of indicators are chosen in the portal."),
        _("Who may read it: leave the cell empty for what is usual for the question."),
        _("Upload the workbook on the page you took it from. You see what it changes before anything is written."),
    ]
