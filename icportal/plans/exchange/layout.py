"""How the workbook of a plan is laid out: writer, reader and error workbook agree on this page.

Three sheets: actions, milestones, indicators. Row 1 of each is hidden and holds the codes of the columns; a title, a hint and
the names of the columns follow, data begin in row 5. A key is ``a12`` for the action, ``m12`` for the milestone, ``i12`` for
the indicator of that number in the portal, and ``new-a3`` and so on in the empty rows below. The column ``seen`` of an action
is the seal of everything the portal said of it, its milestones and indicators included, when the workbook was made. People
call an action by its ``number`` in the workbook; so do the other two sheets and the column ``after``.

Empty cells change nothing, ``-`` takes away what stands in the portal; in the title of a milestone or the name of an indicator
it takes away the whole of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from icportal.reporting.enums import QuestionType
from icportal.reporting.exchange.pen import Cell

SCHEMA = "1"
PREFIX = "icportal-plan"
KEY, SEEN, NUMBER, ACTION, STATE = "key", "seen", "number", "action", "state"
ACTIONS, MILESTONES, INDICATORS = "actions", "milestones", "indicators"
SHEETS = (ACTIONS, MILESTONES, INDICATORS)
HIDDEN = frozenset({KEY, SEEN})
#: The first letter of a key, and how many empty rows there are below those of the plan.
LETTERS = {ACTIONS: "a", MILESTONES: "m", INDICATORS: "i"}
EMPTY_ROWS = {ACTIONS: 30, MILESTONES: 60, INDICATORS: 30}
NEW = "new-"
DELETE = frozenset({"-", "–", "—"})
SEPARATOR = " · "
OBJECTIVES, LANGUAGE_LIST, YES_NO, ACTION_LIST = "objectives", "languages", "yes_no", "actions"
CHOICE = QuestionType.CHOICE


@dataclass(frozen=True)
class Column:
    """A column that can be typed in: what it holds, the list it is chosen from, how wide it is."""

    code: str
    kind: str
    width: float = 14
    choices: str = ""


_TEXT, _LONG = QuestionType.TEXT, QuestionType.LONG_TEXT
_DAY, _WHOLE, _AMOUNT = QuestionType.DATE, QuestionType.INTEGER, QuestionType.DECIMAL

COLUMNS: Mapping[str, tuple[Column, ...]] = {
    ACTIONS: (
        Column("title", _TEXT, 40),
        Column("objective", CHOICE, 26, OBJECTIVES),
        Column("outcome", _LONG, 40),
        Column("body", _LONG, 40),
        Column("owner_body", _TEXT, 24),
        Column("owner_person", _TEXT, 24),
        Column("person_public", CHOICE, 10, YES_NO),
        Column("people", _LONG, 24),
        Column("starts_on", _DAY),
        Column("due_on", _DAY),
        Column("after", _TEXT, 12),
        Column("cost", _WHOLE),
        Column("currency", _TEXT, 10),
        Column("funding", _TEXT, 24),
        Column("commitments", _TEXT, 14),
        Column("language", CHOICE, 14, LANGUAGE_LIST),
        Column("internal_note", _LONG, 30),
    ),
    MILESTONES: (
        Column(ACTION, CHOICE, 44, ACTION_LIST),
        Column("title", _TEXT, 50),
        Column("due_on", _DAY),
        Column("done_on", _DAY),
    ),
    INDICATORS: (
        Column(ACTION, CHOICE, 44, ACTION_LIST),
        Column("label", _TEXT, 44),
        Column("indicator_code", _TEXT, 14),
        Column("unit", _TEXT, 14),
        Column("baseline", _AMOUNT),
        Column("baseline_on", _DAY),
        Column("target", _AMOUNT),
        Column("deadline", _DAY),
        Column("next_due_on", _DAY),
    ),
}
#: What an action, a milestone and an indicator is called by.
NAMES = {ACTIONS: "title", MILESTONES: "title", INDICATORS: "label"}


@dataclass(frozen=True)
class Identity:
    """Which workbook it is: of which city's plan, in which language, and the version of the plan when it was made."""

    city: str
    language: str
    version: int

    def written(self) -> str:
        return "|".join((PREFIX, SCHEMA, self.city, self.language, str(self.version)))

    @classmethod
    def read(cls, text: str) -> Identity:
        """The identity a workbook carries.

        Raises:
            ValueError: it is not one of a plan, or of another layout.
        """
        name, schema, city, language, version = text.strip().split("|")
        if (name, schema) != (PREFIX, SCHEMA):
            raise ValueError(text)
        return cls(city, language, int(version))


@dataclass(frozen=True)
class Line:
    """A row of a sheet: its key, the cells as they are written, and what stands there to be read only."""

    key: str
    cells: Mapping[str, Cell]
    number: int = 0
    seen: str = ""
    state: str = ""


@dataclass(frozen=True)
class Book:
    """Everything a workbook is made of. ``lists`` are the choices of each list as they are written into cells."""

    identity: Identity
    direction: str
    title: str
    lines: Mapping[str, tuple[Line, ...]]
    lists: Mapping[str, tuple[str, ...]]
    file_name: str = ""


def new_key(sheet: str, number: int) -> str:
    return f"{NEW}{LETTERS[sheet]}{number}"


def row_id(key: str, sheet: str) -> int | None:
    """The number in the portal a key names, 0 for a new row; None where it is no key of this sheet."""
    is_new = key.startswith(NEW)
    letter, number = key.removeprefix(NEW)[:1], key.removeprefix(NEW)[1:]
    if letter != LETTERS[sheet] or not number.isdecimal() or len(number) > 9:  # noqa: PLR2004  no row has a longer number
        return None
    return 0 if is_new else int(number)
