"""What every form that leaves as a workbook shares: sheets with hidden codes, cells to type in, lists, and what is to be mended.

Nothing of a text ever becomes a formula, a link or a number, whatever it begins with. Rows and columns are counted from 0 here.
"""

from __future__ import annotations

import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from icportal.core.strings import Text, _
from icportal.indicators.exchange.layout import IDENTITY, LISTS_SHEET, META_SHEET
from icportal.indicators.exchange.sheets import letters

Cell = str | Decimal | date | None

#: The rows above the data, as people count them: codes (hidden), title, hint, names of the columns; then the first one of data.
CODE_ROW, TITLE_ROW, HINT_ROW, HEADER_ROW, FIRST_ROW = 1, 2, 3, 4, 5
LONGEST_CELL, LONGEST_NAME, LONGEST_TITLE, LONGEST_MESSAGE = 32_767, 31, 32, 255
#: A number with more digits than a spreadsheet keeps is written as text.
MOST_DIGITS = 15
PLAIN = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "in_memory": True}
LINE, HIGHEST = 15, 400
GREY, EDGE, WRONG, HEAD, INK = "#E4E7EB", "#818DA0", "#FFC7CE", "#CFE0F2", "#4F5B6B"
#: What may be typed into a cell, where it is more than text.
NUMBER, DAY = "number", "day"


@dataclass(frozen=True)
class Issue:
    """What is wrong with the cell in a column of the row with this key. ``text`` is read in the workbook's language."""

    key: str
    column: str
    text: object
    shown: str = ""


@dataclass(frozen=True)
class Typed:
    """A person's own cells by key and column, to be written instead of what the portal knows."""

    cells: Mapping[str, Mapping[str, Cell]] = field(default_factory=dict)


class At(NamedTuple):
    """A cell to type in: where it stands, counted from 0, and what it is called."""

    sheet: Any
    row: int
    column: int
    key: str
    code: str


class Pen:
    """A workbook being written. ``about`` stands in its properties and below every page."""

    def __init__(
        self, identity: str, about: str, direction: str, *, issues: Sequence[Issue] = (), typed: Typed | None = None
    ) -> None:
        self.identity, self.about, self.direction, self.typed = identity, about, direction, typed
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
        self.book.set_properties({"title": about})
        self.book.set_custom_property(IDENTITY, identity, "text")
        self.book.define_name(IDENTITY, f'="{identity}"')

    def finish(self, lists: Mapping[str, Sequence[str]]) -> bytes:
        """Write the lists that are chosen from and what the workbook is, and close it."""
        hidden = self.book.add_worksheet(LISTS_SHEET), self.book.add_worksheet(META_SHEET)
        self._write_lists(hidden[0], lists)
        hidden[1].write_string(0, 0, IDENTITY)
        hidden[1].write_string(0, 1, self.identity)
        for sheet in hidden:
            sheet.hide()
            sheet.protect()
        self.book.worksheets()[0].activate()
        self.book.close()
        return self.out.getvalue()

    def new_sheet(self, title: str) -> tuple[Any, str]:
        plain = re.sub(r"[\[\]:*?/\\']", "", title).strip() or "Sheet"
        name, number = plain[:LONGEST_NAME].strip(), 1
        while name.casefold() in {each.casefold() for each in self._names}:
            number += 1
            name = f"{plain[: LONGEST_NAME - 4].strip()} ({number})"
        self._names.add(name)
        sheet = self.book.add_worksheet(name)
        if self.direction == "rtl":
            sheet.right_to_left()
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.set_margins(left=0.4, right=0.4, top=0.6, bottom=0.6)
        sheet.fit_to_pages(1, 0)
        foot = self.about.replace("&", "&&")
        sheet.set_footer(f"&L{foot[:120]}&R&P / &N")
        return sheet, name

    def format(self, **wanted: Any) -> Any:
        """A format with these properties, made once."""
        key = tuple(sorted(wanted.items()))
        if key not in self._formats:
            order = 2 if self.direction == "rtl" else 1
            self._formats[key] = self.book.add_format({"valign": "top", "reading_order": order, **wanted})
        return self._formats[key]

    def text(self, **wanted: Any) -> Any:
        return self.format(num_format="@", quote_prefix=True, text_wrap=True, **wanted)

    def grey(self, **wanted: Any) -> Any:
        return self.text(bg_color=GREY, border=1, border_color=EDGE, **wanted)

    def head(
        self, sheet: Any, title: str, hint: str, columns: Sequence[tuple[str, str, float, bool]], *, hidden: frozenset[str]
    ) -> None:
        """The rows above the data. ``columns`` are (code, name, width, whether one can type there)."""
        for place, (code, name, width, is_open) in enumerate(columns):
            sheet.set_column(place, place, width, None, {"hidden": code in hidden})
            sheet.write_string(CODE_ROW - 1, place, code)
            look = self.text(bold=True, border=1, border_color=EDGE, bg_color=HEAD if is_open else GREY)
            sheet.write_string(HEADER_ROW - 1, place, name, look)
        sheet.set_row(CODE_ROW - 1, None, None, {"hidden": True})
        first = len([code for code, *_rest in columns if code in hidden])
        sheet.write_string(TITLE_ROW - 1, first, title, self.format(bold=True, font_size=15))
        sheet.set_row(TITLE_ROW - 1, 24)
        shown = " ".join(hint.split())
        sheet.write_string(HINT_ROW - 1, first, shown[:LONGEST_CELL], self.format(font_color=INK))
        sheet.freeze_panes(HEADER_ROW, 0)
        sheet.repeat_rows(HEADER_ROW - 1)

    @staticmethod
    def protect(sheet: Any) -> None:
        """Lock what is not to be typed in, against slips only: there is no password."""
        sheet.protect("", dict.fromkeys(("format_cells", "format_columns", "format_rows", "objects", "scenarios"), True))

    def cell(self, at: At, value: Cell, kind: str = "", choices: str = "") -> None:
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

    def _put(self, at: At, value: Cell, kind: str, look: dict[str, Any]) -> None:
        sheet, place = at.sheet, (at.row, at.column)
        if isinstance(value, date):
            sheet.write_datetime(*place, value, self.format(num_format="yyyy-mm-dd", align="left", **look))
        elif isinstance(value, Decimal) and len(value.as_tuple().digits) <= MOST_DIGITS:
            sheet.write_number(*place, float(value), self.format(align="left", **look))
        elif value not in (None, ""):
            sheet.write_string(*place, str(value)[:LONGEST_CELL], self.text(**look))
        elif kind == NUMBER:
            sheet.write_blank(*place, None, self.format(align="left", **look))
        elif kind == DAY:
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

    def _write_lists(self, sheet: Any, lists: Mapping[str, Sequence[str]]) -> None:
        for column, (name, labels) in enumerate(lists.items()):
            sheet.write_string(0, column, name)
            for place, label in enumerate(labels, start=1):
                sheet.write_string(place, column, label, self.text())
            letter = letters(column + 1)
            self.book.define_name(f"list_{name}", f"={LISTS_SHEET}!${letter}$2:${letter}${max(len(labels), 1) + 1}")

    def guide(self, title: str, sentences: Sequence[Text], sheet: Any) -> None:
        """How the workbook is used."""
        sheet.set_column(0, 0, 100)
        sheet.write_string(0, 0, title, self.format(bold=True, font_size=16))
        sheet.set_row(0, 26)
        for place, sentence in enumerate(sentences, start=1):
            sheet.write_string(place, 0, str(sentence), self.text())
            fit(sheet, place, [(str(sentence), 100)])
        sheet.protect("", {"format_columns": True, "format_rows": True})

    def faults(self, sheet: Any, row_name: Text, labels: Mapping[str, str]) -> None:
        """Everything that is to be mended, each with the way to its cell. ``labels`` are the names of the rows."""
        heads = (_("Sheet"), _("Cell"), row_name, _("What you wrote"), _("What is wrong"))
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
                fit(sheet, line, [(told[2], 50), (told[4], 70)])
                line += 1
        sheet.freeze_panes(1, 0)


def fit(sheet: Any, row: int, texts: Sequence[tuple[str, int]], *, least: int = 1) -> None:
    """Make the row as high as its longest text needs in a column of that width: not every program does so itself."""
    lines = max(sum(-(-max(len(part), 1) // (width - 2)) for part in text.split("\n")) for text, width in texts)
    if max(lines, least) > 1:
        sheet.set_row(row, min(HIGHEST, LINE * max(lines, least)))
