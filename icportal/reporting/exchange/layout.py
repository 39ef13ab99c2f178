"""How a workbook of answers is laid out: writer, reader and error workbook agree on this page.

A sheet for each section, and one for each question that asks for a table. Row 1 of each is hidden and holds the codes of the
columns; a title, a hint and the names of the columns follow, data begin in row 5. The columns ``key`` and ``seen`` are
hidden. A key is the code of a question; of one of several choices ``themes=housing``, of a row of a table ``strategies#1``.
``seen`` is the seal of what the portal said when the workbook was made (``seals``). The workbook says three times what it is:
in a custom property, in a defined name and on the sheet ``_meta``.

Empty cells change nothing, ``-`` takes away what stands in the portal. Of several choices those with a sign are the answer,
of a table the rows in which anything stands; a group or a table without any sign changes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from icportal.reporting.exchange.pen import CODE_ROW, FIRST_ROW, HEADER_ROW, HINT_ROW, TITLE_ROW, Cell, Issue, Typed

__all__ = ["CODE_ROW", "FIRST_ROW", "HEADER_ROW", "HINT_ROW", "TITLE_ROW", "Cell", "Issue", "Typed"]

SCHEMA = "1"
PREFIX = "icportal-answers"
KEY, SEEN, NUMBER, QUESTION, ANSWER, LAST, EVIDENCE, VISIBILITY, COMMENT = (
    "key", "seen", "number", "question", "answer", "last", "evidence", "visibility", "comment",
)  # fmt: skip
#: The columns of a section's sheet in their order.
COLUMNS = (KEY, SEEN, NUMBER, QUESTION, ANSWER, LAST, EVIDENCE, VISIBILITY, COMMENT)
HIDDEN = frozenset({KEY, SEEN})
#: Columns that can be typed in; those of a table's sheet are named ``column.<name>``.
OPEN = frozenset({ANSWER, VISIBILITY, COMMENT})
TABLE_COLUMN = "column."
#: The sign of a choice that is part of the answer, and the one that takes an answer away.
CHOSEN = "x"
DELETE = frozenset({"-", "–", "—"})
#: The defined name of the list of readers.
READERS = "readers"


@dataclass(frozen=True)
class Identity:
    """Which workbook it is: of which questionnaire, round and city, which version of what is asked, and what was said then."""

    questionnaire: str
    round: str
    city: str
    number: int
    sha: str
    language: str
    seal: str

    def written(self) -> str:
        return "|".join(
            (
                PREFIX,
                SCHEMA,
                self.questionnaire,
                self.round,
                self.city,
                str(self.number),
                self.sha,
                self.language,
                self.seal,
            )
        )

    @classmethod
    def read(cls, text: str) -> Identity:
        """The identity a workbook carries.

        Raises:
            ValueError: it is not one of answers, or of another layout.
        """
        name, schema, questionnaire, round_, city, number, sha, language, seal = text.strip().split("|")
        if (name, schema) != (PREFIX, SCHEMA):
            raise ValueError(text)
        return cls(questionnaire, round_, city, int(number), sha, language, seal)


def choice_key(question: str, value: str) -> str:
    return f"{question}={value}"


def row_key(question: str, number: int) -> str:
    return f"{question}#{number}"


@dataclass(frozen=True)
class Line:
    """A row of a section's sheet. Without ``is_open`` its answer cell is grey: a heading, or what is answered elsewhere.

    ``kind`` is the type of the answer, ``list`` the list its choices come from.
    """

    key: str
    label: str
    number: str = ""
    hint: str = ""
    kind: str = ""
    list: str = ""
    answer: Cell = None
    last: str = ""
    evidence: str = ""
    visibility: str = ""
    comment: str = ""
    seen: str = ""
    is_open: bool = True
    #: Whether who reads it and a remark can be said in this row.
    is_question: bool = True


@dataclass(frozen=True)
class SectionSheet:
    """The sheet of a section."""

    name: str
    title: str
    hint: str
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class TableColumn:
    name: str
    label: str
    kind: str
    list: str = ""


@dataclass(frozen=True)
class TableSheet:
    """The sheet of a question that asks for a table, with all the rows it may have."""

    question: str
    title: str
    hint: str
    columns: tuple[TableColumn, ...]
    rows: tuple[Mapping[str, Cell], ...]
    most_rows: int


@dataclass(frozen=True)
class Book:
    """Everything a workbook is made of. ``lists`` are the choices of each list as they are written into cells."""

    identity: Identity
    language: str
    direction: str
    city: str
    edition: str
    due: str
    sections: tuple[SectionSheet, ...]
    tables: tuple[TableSheet, ...]
    lists: Mapping[str, tuple[str, ...]]
    file_name: str = ""
