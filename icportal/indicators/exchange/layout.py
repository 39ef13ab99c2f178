"""How a workbook of ours is laid out: writer, reader and error workbook agree on this page.

Row 1 of the data sheet is hidden and holds the codes of the columns; row 2 shows their names; data begin in row 3.
Columns ``key`` and ``seen`` are hidden. A key (``POP01|origin=eu_born``, with a city before it in a workbook of
several: ``vienna|POP01|``) moves with its row when somebody sorts. The workbook says three times what it is: in a
custom property, in a defined name and on the sheet ``_meta``.

Values of lists are written ``code – label`` (``d – definition differs``): the reader takes what stands before the
dash. Several status letters are written with commas between them (``b, e``). The code of a definition of migrant is
its number. Years and other periods are texts without a label. A value that is not available is ``:``; where one
knows why, the reason in words; ``0n`` is less than half of the unit. A key stands in one row.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from icportal.indicators.entries import Entry

if TYPE_CHECKING:
    # The child process reads this page as well, and sentences would bring all of Flask into it.
    from icportal.indicators.findings import Finding

SCHEMA = "1"
#: The custom property and the defined name that hold ``Identity.written()``; the same text is cell B1 of ``_meta``.
IDENTITY = "icportal_template"
META_SHEET = "_meta"
LISTS_SHEET = "_lists"
CODE_ROW, HEADER_ROW, FIRST_ROW = 1, 2, 3
MOST_ROWS, MOST_COLUMNS = 20_000, 300

#: The columns in their order, by code. The first two are hidden, those in LOCKED cannot be typed in.
COLUMNS = (
    "key",
    "seen",
    "city",
    "indicator",
    "title",
    "breakdown",
    "unit",
    "previous",
    "value",
    "period",
    "status",
    "conf",
    "bound",
    "geography",
    "definition",
    "source_kind",
    "source",
    "note",
)
HIDDEN = frozenset({"key", "seen"})
LOCKED = frozenset({"key", "seen", "city", "indicator", "title", "breakdown", "unit", "previous"})
#: What may be written into the value column instead of a number. ``:`` is understood everywhere.
NOT_AVAILABLE, DELETE = ":", "delete"
UNDER_HALF = "0n"
#: Between the code and the label of a choice, and between several codes.
DASH, COMMA = " – ", ", "


@dataclass(frozen=True)
class Identity:
    """Which workbook it is. ``city`` is a slug, empty in a network's; ``department`` a number, 0 for the whole city."""

    city: str
    year: int
    language: str
    catalogue: str
    department: int = 0
    schema: str = SCHEMA

    def written(self) -> str:
        return "|".join(("icportal", self.schema, self.city, str(self.year), self.language, str(self.department), self.catalogue))

    @classmethod
    def read(cls, text: str) -> Identity:
        """The identity a workbook carries.

        Raises:
            ValueError: it is not one of ours.
        """
        name, schema, city, year, language, department, catalogue = text.split("|")
        if name != "icportal":
            raise ValueError(text)
        return cls(city, int(year), language, catalogue, int(float(department)), schema)


def row_key(code: str, breakdown: str, city: str = "") -> str:
    """What stands in the hidden key column."""
    return f"{city}|{code}|{breakdown}" if city else f"{code}|{breakdown}"


def split_key(text: str) -> tuple[str, str, str]:
    """(city slug or empty, indicator code, breakdown) of a key.

    Raises:
        ValueError: it is not written like a key.
    """
    parts = text.strip().split("|")
    if len(parts) == 2:  # noqa: PLR2004  code and breakdown
        return "", parts[0], parts[1]
    city, code, breakdown = parts
    return city, code, breakdown


@dataclass(frozen=True)
class ReadRow:
    """One row of a workbook that came in, understood. ``cell`` is where its value stands (``I14``).

    ``entry`` is None where nothing is said (an empty value cell changes nothing) or where a problem stands in the
    way; ``problems`` refuse the row, ``notes`` tell what was understood and how. ``seen`` is the number of the
    version the workbook was made with, None where the hidden column is gone. ``cells`` maps the code of a column
    to (cell, value as seen), for every cell that is not empty. ``says_secrecy`` is whether anything in the row says
    how confidential the value is: silence frees nothing.
    """

    sheet: str
    cell: str
    city: str
    code: str
    breakdown: str
    period: str
    shown: str
    entry: Entry | None
    seen: int | None = None
    problems: tuple[Finding, ...] = ()
    notes: tuple[Finding, ...] = ()
    cells: dict[str, tuple[str, str]] = field(default_factory=dict)
    says_secrecy: bool = True

    @property
    def is_empty(self) -> bool:
        return self.entry is None and not self.problems


@dataclass(frozen=True)
class ReadWorkbook:
    """A workbook that came in: what it says it is, its rows, and what was found about the whole of it."""

    identity: Identity | None
    rows: tuple[ReadRow, ...]
    notes: tuple[Finding, ...] = ()


class Unreadable(Exception):
    """The file cannot be read as a workbook of ours; ``finding`` says why and what to do."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.code)
        self.finding = finding
