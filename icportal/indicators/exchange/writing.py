"""A workbook as it leaves: what a city is asked for, what it said last time, and what it has said already.

Nothing of a text ever becomes a formula, a link or a number, whatever it begins with; see ``layout`` for where
everything stands.
"""

from __future__ import annotations

import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from icportal.core.strings import _, _p
from icportal.i18n.catalogues import in_language
from icportal.indicators.entries import Entry
from icportal.indicators.enums import Bound, Confidentiality, Geography, Missing, SourceKind
from icportal.indicators.exchange import editions, guidance
from icportal.indicators.exchange.layout import (
    CODE_ROW,
    COLUMNS,
    COMMA,
    DASH,
    FIRST_ROW,
    HEADER_ROW,
    HIDDEN,
    IDENTITY,
    LISTS_SHEET,
    LOCKED,
    META_SHEET,
    NOT_AVAILABLE,
    UNDER_HALF,
    Identity,
)
from icportal.indicators.exchange.sheets import letters
from icportal.indicators.labels import MISSING

#: Columns with a list, and the name the list has in the workbook.
LISTS = {
    "period": "list_period",
    "status": "list_status",
    "conf": "list_conf",
    "bound": "list_bound",
    "geography": "list_geography",
    "definition": "list_definition",
    "source_kind": "list_source_kind",
}
WIDTHS = {
    "city": 13,
    "indicator": 10,
    "title": 44,
    "breakdown": 30,
    "unit": 16,
    "previous": 18,
    "value": 14,
    "period": 11,
    "status": 20,
    "conf": 16,
    "bound": 14,
    "geography": 16,
    "definition": 26,
    "source_kind": 18,
    "source": 30,
    "note": 40,
}
#: Columns that stay when one scrolls: up to and with the title.
FROZEN = COLUMNS.index("breakdown")
PLACE = {code: place for place, code in enumerate(COLUMNS)}
#: A cell holds at most so many characters, the name of a sheet so many, a message so many.
LONGEST_CELL, LONGEST_NAME, LONGEST_TITLE, LONGEST_MESSAGE = 32_767, 31, 32, 255
PLAIN = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "in_memory": True}
#: Points of one line.
LINE = 15
GREY, EDGE, INPUT, WRONG = "#E4E7EB", "#818DA0", "#FFFFFF", "#FFC7CE"


@dataclass(frozen=True)
class Previous:
    """What stood there last: a number with its period and letters beside it, or words."""

    amount: Decimal | None = None
    words: str = ""
    about: str = ""


@dataclass(frozen=True)
class SheetRow:
    """One value that is asked for. ``seen`` is the number of the version there is now, 0 when there is none."""

    key: str
    seen: int
    city: str
    code: str
    family: str
    title: str
    breakdown: str
    unit: str
    previous: Previous | None = None
    current: Entry | None = None
    period: str = ""


@dataclass(frozen=True)
class WorkbookSpec:
    """Everything a workbook is made of. ``lists`` are the choices of a column, as they are written into cells;
    ``definitions`` what each indicator means, as (code, title, unit, definition); ``contact`` whom to ask; ``versions``
    the number of each indicator's version.
    """

    identity: Identity
    language: str
    direction: str
    city: str
    rows: Sequence[SheetRow]
    lists: Mapping[str, Sequence[str]]
    department: str = ""
    definitions: Sequence[tuple[str, str, str, str]] = ()
    contact: str = ""
    versions: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Issue:
    """What is wrong with the cell in a column of a row, and how to mend it. Both are read in the workbook's language,
    so a finding may stand here itself. ``shown`` is the value as it was seen.
    """

    column: str
    text: object
    mend: object = ""
    shown: str = ""


Typed = Mapping[str, Mapping[str, str | float | Decimal | None]]


def write_workbook(
    spec: WorkbookSpec, *, issues: Mapping[str, Sequence[Issue]] | None = None, values: Typed | None = None
) -> bytes:
    """The workbook as bytes. Needs an application context, for the language.

    ``values`` are a person's own, by row key and column: a number is written as a number, a text as the text it is.
    With them nothing else is filled in; ``seen`` among them keeps the version the first workbook was made with.
    ``issues`` by row key make red cells with comments and a first sheet that leads to them.
    """
    with in_language(spec.language):
        return _Book(spec, issues or {}, values).made()


def current_cells(entry: Entry | None) -> dict[str, str | Decimal]:
    """How an entry is written into the columns one can type into; what is as usual stays empty."""
    if entry is None or entry.is_removed:
        return {}
    found: dict[str, str | Decimal] = {"value": _value_of(entry)}
    if entry.statuses:
        found["status"] = COMMA.join(entry.statuses)
    if entry.confidentiality != Confidentiality.FREE:
        found["conf"] = entry.confidentiality
    if entry.bound not in {Bound.EXACT, Bound.UNDER_HALF}:
        found["bound"] = entry.bound
    if entry.geography != Geography.CITY:
        found["geography"] = entry.geography
    if entry.definition_id is not None:
        found["definition"] = str(entry.definition_id)
    if entry.source_kind != SourceKind.NOT_STATED:
        found["source_kind"] = entry.source_kind
    found |= {name: text for name, text in (("source", entry.source), ("note", entry.note)) if text}
    return found


def _value_of(entry: Entry) -> str | Decimal:
    if entry.bound == Bound.UNDER_HALF:
        return UNDER_HALF
    if entry.amount is not None:
        return entry.amount
    return NOT_AVAILABLE if entry.missing in {"", Missing.NOT_AVAILABLE} else str(MISSING[entry.missing])


class _Book:
    def __init__(self, spec: WorkbookSpec, issues: Mapping[str, Sequence[Issue]], values: Typed | None) -> None:
        self.spec, self.issues, self.values = spec, issues, values
        self.out = io.BytesIO()
        # Sixteen megabytes that a process which only answers readers never needs.
        from xlsxwriter import Workbook

        self.book = Workbook(self.out, PLAIN)
        self._formats: dict[tuple[tuple[str, Any], ...], Any] = {}
        #: What a code of a list looks like in its cell: with its label.
        self.choices = {column: {each.split(DASH)[0]: each for each in spec.lists.get(column, ())} for column in LISTS}
        self.data_name = _sheet_name(_p("sheet of a workbook", "Values"))

    def made(self) -> bytes:
        spec, book = self.spec, self.book
        written = spec.identity.written()
        book.set_properties({"title": " ".join(filter(None, (_("Indicators"), spec.city, str(spec.identity.year))))})
        book.set_custom_property(IDENTITY, written, "text")
        book.define_name(IDENTITY, f'="{written}"')
        issues = self._add_sheet(_("Things to mend")) if self.issues else None
        guide = self._add_sheet(_p("sheet of a workbook", "Instructions"))
        data = self._add_sheet(self.data_name)
        lists, meta = self._add_sheet(LISTS_SHEET), self._add_sheet(META_SHEET)
        self._write_lists(lists)
        self._write_data(data)
        self._write_guide(guide)
        if issues is not None:
            self._write_issues(issues)
        meta.write_string(0, 0, IDENTITY)
        meta.write_string(0, 1, written)
        meta.write_string(editions.ROW - 1, 0, editions.NAME)
        meta.write_string(editions.ROW - 1, 1, editions.written(spec.versions))
        for sheet in (lists, meta):
            sheet.hide()
            sheet.protect()
        book.worksheets()[0].activate()
        book.close()
        return self.out.getvalue()

    def _add_sheet(self, name: str) -> Any:
        sheet = self.book.add_worksheet(_sheet_name(name))
        if self.spec.direction == "rtl":
            sheet.right_to_left()
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.set_margins(left=0.4, right=0.4, top=0.6, bottom=0.6)
        sheet.fit_to_pages(1, 0)
        city = " ".join(filter(None, (self.spec.city, self.spec.department))).replace("&", "&&")
        sheet.set_footer(f"&L{city[:80]} {self.spec.identity.year}&R&P / &N")
        return sheet

    def format(self, **wanted: Any) -> Any:
        """A format with these properties, made once. Text is written so that editing never makes a formula of it."""
        key = tuple(sorted(wanted.items()))
        if key not in self._formats:
            self._formats[key] = self.book.add_format({"valign": "top", "reading_order": self._order, **wanted})
        return self._formats[key]

    @property
    def _order(self) -> int:
        return 2 if self.spec.direction == "rtl" else 1

    def text(self, **wanted: Any) -> Any:
        return self.format(num_format="@", quote_prefix=True, text_wrap=True, **wanted)

    # --- the sheet with the values -------------------------------------------------------------------------

    def _write_data(self, sheet: Any) -> None:
        spec = self.spec
        headers = guidance.headers(spec.identity.year)
        for code, place in PLACE.items():
            sheet.set_column(place, place, WIDTHS.get(code, 8), None, {"hidden": code in HIDDEN})
            sheet.write_string(CODE_ROW - 1, place, code)
            locked = code in LOCKED
            head = self.text(bold=True, border=1, border_color=EDGE, bg_color=GREY if locked else "#CFE0F2")
            sheet.write_string(HEADER_ROW - 1, place, headers[code], head)
        sheet.set_row(CODE_ROW - 1, None, None, {"hidden": True})
        for place, row in enumerate(spec.rows, start=FIRST_ROW - 1):
            self._write_row(sheet, place, row)
        last = FIRST_ROW - 2 + max(len(spec.rows), 1)
        sheet.freeze_panes(HEADER_ROW, FROZEN)
        sheet.autofilter(HEADER_ROW - 1, 0, last, len(COLUMNS) - 1)
        sheet.repeat_rows(HEADER_ROW - 1)
        self._write_choices(sheet, last)
        allowed = ("format_cells", "format_columns", "format_rows", "sort", "autofilter", "objects", "scenarios")
        sheet.protect("", dict.fromkeys(allowed, True))

    def _write_row(self, sheet: Any, place: int, row: SheetRow) -> None:
        typed = None if self.values is None else self.values.get(row.key, {})
        fixed = {"key": row.key, "city": row.city, "indicator": row.code, "title": row.title}
        fixed |= {"breakdown": row.breakdown, "unit": row.unit}
        for code, text in fixed.items():
            sheet.write_string(place, PLACE[code], text[:LONGEST_CELL], self.text(bg_color=GREY, border=1, border_color=EDGE))
        _fit(sheet, place, [(row.title, WIDTHS["title"]), (row.breakdown, WIDTHS["breakdown"]), (row.unit, WIDTHS["unit"])])
        seen = row.seen if typed is None or not str(typed.get("seen") or "").isdecimal() else int(str(typed["seen"]))
        sheet.write_number(place, PLACE["seen"], seen)
        self._write_previous(sheet, place, row.previous)
        period = row.period or str(self.spec.identity.year)
        cells: Mapping[str, Any] = {"period": period, **(current_cells(row.current) if typed is None else typed)}
        wrong = {self._column(issue.column) for issue in self.issues.get(row.key, ())}
        for code in COLUMNS:
            if code not in LOCKED:
                self._write_input(sheet, place, code, cells.get(code), wrong=code in wrong)
        self._write_comments(sheet, place, row.key)

    def _write_previous(self, sheet: Any, place: int, previous: Previous | None) -> None:
        look = {"bg_color": GREY, "font_color": "#4F5B6B", "border": 1, "border_color": EDGE}
        if previous is not None and previous.amount is not None:
            decimals = max(0, -int(previous.amount.as_tuple().exponent))
            pattern = "#,##0" + (f".{'0' * decimals}" if decimals else "")
            about = '" ({})"'.format(re.sub(r'["\\]', "", previous.about))
            cell = self.format(num_format=pattern + about, align="right", **look)
            sheet.write_number(place, PLACE["previous"], float(previous.amount), cell)
            return
        words = "" if previous is None else f"{previous.words} ({previous.about})" if previous.about else previous.words
        sheet.write_string(place, PLACE["previous"], words, self.text(**look))

    def _write_input(self, sheet: Any, place: int, code: str, value: Any, *, wrong: bool) -> None:
        look = {"locked": False, "border": 1, "border_color": EDGE, "bg_color": WRONG if wrong else INPUT}
        column = PLACE[code]
        if isinstance(value, (int, float, Decimal)) and not isinstance(value, bool) and code == "value":
            sheet.write_number(place, column, float(value), self.format(align="right", **look))
            return
        text = "" if value is None else str(value)
        text = self.choices.get(code, {}).get(text, text)[:LONGEST_CELL]
        if code == "value":
            # Empty or a word: a number typed over it has to stay a number, so the cell is no text cell.
            look = {"align": "right", **look, **({"quote_prefix": True} if text else {})}
            form = self.format(**look)
        else:
            form = self.text(**look) if text else self.format(num_format="@", text_wrap=True, **look)
        if text:
            sheet.write_string(place, column, text, form)
        else:
            sheet.write_blank(place, column, None, form)

    def _write_choices(self, sheet: Any, last: int) -> None:
        for code, help_ in guidance.helps().items():
            asked: dict[str, Any] = {
                "validate": "any",
                "input_title": help_.title[:LONGEST_TITLE],
                "input_message": help_.message[:LONGEST_MESSAGE],
            }
            if self.spec.lists.get(code):
                asked |= {
                    "validate": "list",
                    "source": f"={LISTS[code]}",
                    # Several letters are fine though no list can hold every choice of them.
                    "error_type": "warning" if code in {"status", "definition"} else "stop",
                    "error_title": help_.title[:LONGEST_TITLE],
                    "error_message": help_.error[:LONGEST_MESSAGE],
                }
            elif code == "value":
                top = f"{letters(PLACE[code] + 1)}{FIRST_ROW}"
                asked |= {
                    "validate": "custom",
                    "value": f"=OR(ISNUMBER({top}),ISTEXT({top}))",
                    "error_type": "warning",
                    "error_title": help_.title[:LONGEST_TITLE],
                    "error_message": help_.error[:LONGEST_MESSAGE],
                }
            sheet.data_validation(FIRST_ROW - 1, PLACE[code], last, PLACE[code], asked)

    def _write_lists(self, sheet: Any) -> None:
        for column, (code, name) in enumerate(LISTS.items()):
            entries = list(self.spec.lists.get(code, ()))
            sheet.write_string(0, column, code)
            for place, entry in enumerate(entries, start=1):
                sheet.write_string(place, column, entry, self.text())
            letter = letters(column + 1)
            self.book.define_name(name, f"={LISTS_SHEET}!${letter}$2:${letter}${len(entries) + 1 if entries else 2}")

    # --- what has to be mended -----------------------------------------------------------------------------

    @staticmethod
    def _column(code: str) -> str:
        """The column the issue is shown in: a hidden one cannot be seen."""
        return code if code in PLACE and code not in HIDDEN else "indicator" if code in HIDDEN else "value"

    def _write_comments(self, sheet: Any, place: int, key: str) -> None:
        told: dict[str, list[str]] = {}
        for issue in self.issues.get(key, ()):
            told.setdefault(self._column(issue.column), []).append(" ".join(filter(None, (str(issue.text), str(issue.mend)))))
        for code, sentences in told.items():
            text = "\n".join(sentences)
            height = 20 * (2 + len(text) // 42)
            sheet.write_comment(place, PLACE[code], text, {"author": "icportal", "width": 300, "height": height})

    def _write_issues(self, sheet: Any) -> None:
        titles = guidance.issue_headers()
        head = self.text(bold=True, bg_color=GREY, border=1, border_color=EDGE)
        body = self.text(border=1, border_color=EDGE)
        link = self.format(font_color="#1D4E89", underline=1, border=1, border_color=EDGE)
        sheet.write_string(0, 0, guidance.issue_lead(), self.format(bold=True))
        for place, (title, width) in enumerate(zip(titles, (14, 8, 44, 30, 20, 60, 50), strict=True)):
            sheet.set_column(place, place, width)
            sheet.write_string(1, place, title, head)
        rows = {row.key: (number, row) for number, row in enumerate(self.spec.rows, start=FIRST_ROW - 1)}
        line = 2
        for key in [*(key for key in rows if key in self.issues), *(key for key in self.issues if key not in rows)]:
            number, row = rows.get(key, (None, None))
            for issue in self.issues[key]:
                words = [row.code + " " + row.title, row.breakdown] if row else [key, ""]
                for place, text in enumerate((*words, issue.shown, str(issue.text), str(issue.mend)), start=2):
                    sheet.write_string(line, place, text[:LONGEST_CELL], body)
                sheet.write_string(line, 0, self.data_name if row else "", body)
                if number is not None:
                    cell = f"{letters(PLACE[self._column(issue.column)] + 1)}{number + 1}"
                    sheet.write_url(line, 1, f"internal:'{self.data_name}'!{cell}", link, cell)
                line += 1
        sheet.freeze_panes(2, 0)
        sheet.repeat_rows(1)

    # --- the instructions ----------------------------------------------------------------------------------

    def _write_guide(self, sheet: Any) -> None:
        sheet.set_column(0, 0, 26)
        sheet.set_column(1, 1, 50)
        sheet.set_column(2, 2, 18)
        sheet.set_column(3, 3, 80)
        line = 0
        for text, kind in guidance.paragraphs(self.spec):
            if kind == "pair":
                sheet.write_string(line, 0, text[0], self.text(bold=True))
                sheet.write_string(line, 1, text[1], self.text())
                _fit(sheet, line, [(text[1], 50)])
            else:
                size = {"title": 16, "heading": 13}.get(kind, 11)
                form = self.format(bold=kind != "text", font_size=size, valign="bottom")
                sheet.write_string(line, 0, text[0], form)
                sheet.set_row(line, {"title": 26, "heading": 28}.get(kind, LINE))
            line += 1
        for entry in self.spec.definitions:
            for place, words in enumerate(entry):
                sheet.write_string(line, place, words[:LONGEST_CELL], self.text(bold=place == 0))
            _fit(sheet, line, [(entry[1], 50), (entry[2], 18), (entry[3], 80)])
            line += 1
        sheet.protect("", {"format_columns": True, "format_rows": True})


def _fit(sheet: Any, line: int, texts: Sequence[tuple[str, int]]) -> None:
    """Make the row as high as its longest text needs in a column of that width: not every program does so itself."""
    lines = max(-(-len(text) // (width - 2)) for text, width in texts)
    if lines > 1:
        sheet.set_row(line, LINE * lines)


def _sheet_name(text: str) -> str:
    """A name a sheet may have."""
    return re.sub(r"[\[\]:*?/\\']", "", text).strip()[:LONGEST_NAME] or "Sheet"
