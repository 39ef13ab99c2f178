"""A workbook of answers as it leaves: what is asked, what was said last time, and what is said already.

Nothing of a text ever becomes a formula, a link or a number, whatever it begins with; see ``layout`` for where everything stands.
"""

from __future__ import annotations

import io
import re
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from icportal.core.strings import Text, _, _p
from icportal.i18n.catalogues import in_language
from icportal.indicators.exchange.layout import IDENTITY, LISTS_SHEET, META_SHEET
from icportal.indicators.exchange.sheets import letters
from icportal.reporting.enums import QuestionType
from icportal.reporting.exchange.layout import (
    ANSWER,
    CODE_ROW,
    COLUMNS,
    COMMENT,
    EVIDENCE,
    FIRST_ROW,
    HEADER_ROW,
    HIDDEN,
    HINT_ROW,
    KEY,
    LAST,
    NUMBER,
    OPEN,
    QUESTION,
    READERS,
    SEEN,
    TABLE_COLUMN,
    TITLE_ROW,
    VISIBILITY,
    Book,
    Cell,
    Issue,
    Line,
    SectionSheet,
    TableSheet,
    Typed,
    row_key,
)

WIDTHS = {NUMBER: 6, QUESTION: 48, ANSWER: 60, LAST: 40, EVIDENCE: 24, VISIBILITY: 18, COMMENT: 30}
PLACE = {code: place for place, code in enumerate(COLUMNS)}
#: Widths of a table's columns by the kind of what stands there.
WIDE, NARROW = 30, 14
NARROW_KINDS = frozenset({QuestionType.INTEGER, QuestionType.DECIMAL, QuestionType.DATE})
NUMBERS = frozenset({QuestionType.INTEGER, QuestionType.DECIMAL})
LONGEST_CELL, LONGEST_NAME, LONGEST_TITLE, LONGEST_MESSAGE = 32_767, 31, 32, 255
#: A number with more digits than a spreadsheet keeps is written as text.
MOST_DIGITS = 15
PLAIN = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "in_memory": True}
LINE, HIGHEST = 15, 400
GREY, EDGE, WRONG, HEAD, INK = "#E4E7EB", "#818DA0", "#FFC7CE", "#CFE0F2", "#4F5B6B"


def write_workbook(book: Book, *, issues: Sequence[Issue] = (), typed: Typed | None = None) -> bytes:
    """The workbook as bytes. Needs an application context, for the language.

    ``typed`` are a person's own cells: with them nothing else is filled in. ``issues`` make red cells with comments and a
    first sheet that leads to them.
    """
    with in_language(book.language):
        return _Writer(book, issues, typed).made()


class _At(NamedTuple):
    """A cell to type in: where it stands, counted from 0, and what it is called."""

    sheet: Any
    row: int
    column: int
    key: str
    code: str


class _Writer:
    def __init__(self, spec: Book, issues: Sequence[Issue], typed: Typed | None) -> None:
        self.spec, self.typed = spec, typed
        self.issues: dict[tuple[str, str], list[Issue]] = {}
        for issue in issues:
            self.issues.setdefault((issue.key, issue.column), []).append(issue)
        self.out = io.BytesIO()
        # Sixteen megabytes that a process which only answers readers never needs.
        from xlsxwriter import Workbook

        self.book = Workbook(self.out, PLAIN)
        self._formats: dict[tuple[tuple[str, Any], ...], Any] = {}
        self._names: set[str] = {LISTS_SHEET, META_SHEET}
        #: Where each cell that can be typed in stands: (key, column) → (sheet, reference).
        self.where: dict[tuple[str, str], tuple[str, str]] = {}

    def made(self) -> bytes:
        spec, book = self.spec, self.book
        written = spec.identity.written()
        book.set_properties({"title": f"{spec.city}, {spec.edition}"})
        book.set_custom_property(IDENTITY, written, "text")
        book.define_name(IDENTITY, f'="{written}"')
        faults = self._sheet(_("Things to mend"))[0] if self.issues else None
        guide = self._sheet(_p("sheet of a workbook", "Instructions"))[0]
        tables = {table.question: table for table in spec.tables}
        for section in spec.sections:
            self._section(section)
            for line in section.lines:
                if line.key in tables:
                    self._table(tables[line.key])
        lists, meta = book.add_worksheet(LISTS_SHEET), book.add_worksheet(META_SHEET)
        self._lists(lists)
        self._guide(guide)
        if faults is not None:
            self._faults(faults)
        meta.write_string(0, 0, IDENTITY)
        meta.write_string(0, 1, written)
        for sheet in (lists, meta):
            sheet.hide()
            sheet.protect()
        book.worksheets()[0].activate()
        book.close()
        return self.out.getvalue()

    # --- what sheets share -------------------------------------------------------------------------------------

    def _sheet(self, title: str) -> tuple[Any, str]:
        plain = re.sub(r"[\[\]:*?/\\']", "", title).strip() or "Sheet"
        name, number = plain[:LONGEST_NAME].strip(), 1
        while name.casefold() in {each.casefold() for each in self._names}:
            number += 1
            name = f"{plain[: LONGEST_NAME - 4].strip()} ({number})"
        self._names.add(name)
        sheet = self.book.add_worksheet(name)
        if self.spec.direction == "rtl":
            sheet.right_to_left()
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.set_margins(left=0.4, right=0.4, top=0.6, bottom=0.6)
        sheet.fit_to_pages(1, 0)
        foot = f"{self.spec.city}, {self.spec.edition}".replace("&", "&&")
        sheet.set_footer(f"&L{foot[:120]}&R&P / &N")
        return sheet, name

    def format(self, **wanted: Any) -> Any:
        """A format with these properties, made once."""
        key = tuple(sorted(wanted.items()))
        if key not in self._formats:
            order = 2 if self.spec.direction == "rtl" else 1
            self._formats[key] = self.book.add_format({"valign": "top", "reading_order": order, **wanted})
        return self._formats[key]

    def text(self, **wanted: Any) -> Any:
        return self.format(num_format="@", quote_prefix=True, text_wrap=True, **wanted)

    def grey(self, **wanted: Any) -> Any:
        return self.text(bg_color=GREY, border=1, border_color=EDGE, **wanted)

    def _head(self, sheet: Any, title: str, hint: str, columns: Sequence[tuple[str, str, float, bool]]) -> None:
        """The rows above the data. ``columns`` are (code, name, width, whether one can type there)."""
        for place, (code, name, width, is_open) in enumerate(columns):
            sheet.set_column(place, place, width, None, {"hidden": code in HIDDEN})
            sheet.write_string(CODE_ROW - 1, place, code)
            look = self.text(bold=True, border=1, border_color=EDGE, bg_color=HEAD if is_open else GREY)
            sheet.write_string(HEADER_ROW - 1, place, name, look)
        sheet.set_row(CODE_ROW - 1, None, None, {"hidden": True})
        first = len([code for code, *_rest in columns if code in HIDDEN])
        sheet.write_string(TITLE_ROW - 1, first, title, self.format(bold=True, font_size=15))
        sheet.set_row(TITLE_ROW - 1, 24)
        shown = " ".join(hint.split())
        sheet.write_string(HINT_ROW - 1, first, shown[:LONGEST_CELL], self.format(font_color=INK))
        sheet.freeze_panes(HEADER_ROW, 0)
        sheet.repeat_rows(HEADER_ROW - 1)

    def _protect(self, sheet: Any) -> None:
        sheet.protect("", dict.fromkeys(("format_cells", "format_columns", "format_rows", "objects", "scenarios"), True))

    def _input(self, at: _At, value: Cell, kind: str = "", choices: str = "") -> None:
        """A cell to type in, with its list where it has one."""
        if self.typed is not None:
            value = self.typed.cells.get(at.key, {}).get(at.code)
        self.where[at.key, at.code] = (at.sheet.get_name(), f"{letters(at.column + 1)}{at.row + 1}")
        wrong = self.issues.get((at.key, at.code), ())
        look: dict[str, Any] = {"locked": False, "border": 1, "border_color": EDGE, "bg_color": WRONG if wrong else "#FFFFFF"}
        self._put(at, value, kind, look)
        if choices:
            at.sheet.data_validation(at.row, at.column, at.row, at.column, self._offered(choices))
        if wrong:
            told = "\n".join(str(issue.text) for issue in wrong)
            size = {"author": "icportal", "width": 300, "height": 20 * (2 + len(told) // 42)}
            at.sheet.write_comment(at.row, at.column, told, size)

    def _put(self, at: _At, value: Cell, kind: str, look: dict[str, Any]) -> None:
        sheet, place = at.sheet, (at.row, at.column)
        if isinstance(value, date):
            sheet.write_datetime(*place, value, self.format(num_format="yyyy-mm-dd", align="left", **look))
        elif isinstance(value, Decimal) and len(value.as_tuple().digits) <= MOST_DIGITS:
            sheet.write_number(*place, float(value), self.format(align="left", **look))
        elif value not in (None, ""):
            sheet.write_string(*place, str(value)[:LONGEST_CELL], self.text(**look))
        elif kind in NUMBERS:
            sheet.write_blank(*place, None, self.format(align="left", **look))
        elif kind == QuestionType.DATE:
            sheet.write_blank(*place, None, self.format(num_format="yyyy-mm-dd", align="left", **look))
        else:
            sheet.write_blank(*place, None, self.format(num_format="@", text_wrap=True, **look))

    @staticmethod
    def _offered(choices: str) -> dict[str, Any]:
        return {
            "validate": "list",
            "source": f"=list_{choices}",
            "error_type": "warning",
            "error_title": _("Not in the list")[:LONGEST_TITLE],
            "error_message": _("Choose one of the answers offered.")[:LONGEST_MESSAGE],
        }

    # --- a section ---------------------------------------------------------------------------------------------

    def _section(self, section: SectionSheet) -> None:
        sheet, _name = self._sheet(section.title)
        names = _column_names()
        columns = [(code, names.get(code, code), WIDTHS.get(code, 8), code in OPEN) for code in COLUMNS]
        self._head(sheet, section.title, section.hint, columns)
        for place, line in enumerate(section.lines, start=FIRST_ROW - 1):
            self._line(sheet, place, line)
        self._protect(sheet)

    def _line(self, sheet: Any, row: int, line: Line) -> None:
        typed = self.typed.cells.get(line.key, {}) if self.typed is not None else {}
        sheet.write_string(row, PLACE[KEY], line.key)
        sheet.write_string(row, PLACE[SEEN], str(typed.get(SEEN) or line.seen))
        sheet.write_string(row, PLACE[NUMBER], line.number, self.grey(align="left"))
        self._label(sheet, row, line)
        if line.is_open:
            self._input(_At(sheet, row, PLACE[ANSWER], line.key, ANSWER), line.answer, line.kind, line.list)
        else:
            sheet.write_string(row, PLACE[ANSWER], str(line.answer or "")[:LONGEST_CELL], self.grey(font_color=INK))
        sheet.write_string(row, PLACE[LAST], line.last[:LONGEST_CELL], self.grey(font_color=INK))
        sheet.write_string(row, PLACE[EVIDENCE], line.evidence[:LONGEST_CELL], self.grey(font_color=INK))
        if line.is_question:
            self._input(_At(sheet, row, PLACE[VISIBILITY], line.key, VISIBILITY), line.visibility, choices=READERS)
            self._input(_At(sheet, row, PLACE[COMMENT], line.key, COMMENT), line.comment)
        else:
            for code in (VISIBILITY, COMMENT):
                sheet.write_blank(row, PLACE[code], None, self.grey())
        answer = typed.get(ANSWER) if self.typed is not None else line.answer
        asked = f"{line.label}\n{line.hint}" if line.hint else line.label
        texts = {QUESTION: asked, ANSWER: str(answer or ""), LAST: line.last, EVIDENCE: line.evidence, COMMENT: line.comment}
        _fit(sheet, row, [(text, WIDTHS[code]) for code, text in texts.items()], least=_LEAST.get(line.kind, 1))

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
        sheet, _name = self._sheet(table.title)
        columns = [(KEY, KEY, 8.0, False), (NUMBER, _("No."), 6.0, False)]
        columns += [
            (f"{TABLE_COLUMN}{column.name}", column.label, NARROW if column.kind in NARROW_KINDS else WIDE, True)
            for column in table.columns
        ]
        self._head(sheet, table.title, table.hint, columns)
        for number in range(1, table.most_rows + 1):
            row, key = FIRST_ROW - 2 + number, row_key(table.question, number)
            said = table.rows[number - 1] if number <= len(table.rows) else {}
            sheet.write_string(row, 0, key)
            sheet.write_number(row, 1, number, self.format(bg_color=GREY, border=1, border_color=EDGE, align="left"))
            for place, column in enumerate(table.columns, start=2):
                code = f"{TABLE_COLUMN}{column.name}"
                self._input(_At(sheet, row, place, key, code), said.get(column.name), column.kind, column.list)
            _fit(sheet, row, [(str(said.get(column.name) or ""), WIDE) for column in table.columns])
        self._protect(sheet)

    # --- around it ---------------------------------------------------------------------------------------------

    def _lists(self, sheet: Any) -> None:
        for column, (name, labels) in enumerate(self.spec.lists.items()):
            sheet.write_string(0, column, name)
            for place, label in enumerate(labels, start=1):
                sheet.write_string(place, column, label, self.text())
            letter = letters(column + 1)
            self.book.define_name(f"list_{name}", f"={LISTS_SHEET}!${letter}$2:${letter}${max(len(labels), 1) + 1}")

    def _guide(self, sheet: Any) -> None:
        sheet.set_column(0, 0, 100)
        sheet.write_string(0, 0, f"{self.spec.city}, {self.spec.edition}", self.format(bold=True, font_size=16))
        sheet.set_row(0, 26)
        for place, sentence in enumerate(_instructions(self.spec), start=1):
            sheet.write_string(place, 0, str(sentence), self.text())
            _fit(sheet, place, [(str(sentence), 100)])
        sheet.protect("", {"format_columns": True, "format_rows": True})

    def _faults(self, sheet: Any) -> None:
        heads = (_("Sheet"), _("Cell"), _("Question"), _("What you wrote"), _("What is wrong"))
        labels = {line.key: line.label for section in self.spec.sections for line in section.lines}
        labels |= {
            row_key(table.question, number): f"{table.title}, {number}"
            for table in self.spec.tables
            for number in range(1, table.most_rows + 1)
        }
        body, link = self.text(border=1, border_color=EDGE), self.format(font_color="#1D4E89", underline=1, border=1)
        for place, (head, width) in enumerate(zip(heads, (26, 8, 50, 30, 70), strict=True)):
            sheet.set_column(place, place, width)
            sheet.write_string(0, place, head, self.grey(bold=True))
        line = 1
        for (key, column), issues in self.issues.items():
            name, cell = self.where.get((key, column), ("", ""))
            for issue in issues:
                told = (name, "", labels.get(key, key), issue.shown, str(issue.text))
                for place, text in enumerate(told):
                    sheet.write_string(line, place, text[:LONGEST_CELL], body)
                if cell:
                    sheet.write_url(line, 1, f"internal:'{name}'!{cell}", link, cell)
                _fit(sheet, line, [(told[2], 50), (told[4], 70)])
                line += 1
        sheet.freeze_panes(1, 0)


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


def _fit(sheet: Any, row: int, texts: Sequence[tuple[str, int]], *, least: int = 1) -> None:
    """Make the row as high as its longest text needs in a column of that width: not every program does so itself."""
    lines = max(sum(-(-max(len(part), 1) // (width - 2)) for part in text.split("\n")) for text, width in texts)
    if max(lines, least) > 1:
        sheet.set_row(row, min(HIGHEST, LINE * max(lines, least)))
