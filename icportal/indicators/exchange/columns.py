"""The columns beside the value: what may stand in each, and what it means."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from icportal.core.strings import _l
from icportal.indicators import findings
from icportal.indicators.entries import LONGEST_TEXT
from icportal.indicators.enums import Confidentiality, Geography, SourceKind
from icportal.indicators.exchange import cells, sheets, vocabulary
from icportal.indicators.exchange.cells import Seen
from icportal.indicators.findings import Finding

_LONGEST_SHOWN = 200
_YEARS = range(1900, 2101)

findings.register(
    {
        "cell.unknown_choice": _l("“%(seen)s” is not in the list of this column. Choose one of: %(wanted)s."),
        "cell.unknown_definition": _l(
            "“%(seen)s” is none of the definitions of migrant your city has told us. Choose one from the list, or add it on the "
            "portal first."
        ),
        "cell.period": _l("“%(seen)s” is not a period. Type a year (2014), a month (2014-06) or two years (2014/2015)."),
        "cell.period_from_date": _l("The date %(seen)s in the column of the period was read as %(value)s."),
        "cell.cell_error": _l("The cell %(cell)s holds the error %(seen)s. Mend it or empty it."),
    }
)


@dataclass
class Beside:
    """What the columns beside a value say, with what was found in them."""

    period: str = ""
    statuses: str = ""
    confidentiality: str = ""
    bound: str = ""
    geography: str = Geography.CITY
    definition_id: int | None = None
    source_kind: str = SourceKind.NOT_STATED
    source: str = ""
    note: str = ""
    notes: list[Finding] = field(default_factory=list)
    problems: list[Finding] = field(default_factory=list)


def read(found: Mapping[str, Seen], *, period: str, definitions: Mapping[str, int]) -> Beside:
    """Understand the cells of a row by column. ``period`` holds where none is written."""
    beside = Beside(period=period)
    for column, seen in found.items():
        if column not in _READERS:
            continue
        if seen.kind in {sheets.ERROR, sheets.NO_VALUE}:
            beside.problems.append(Finding("cell.cell_error", {"cell": seen.place, "seen": seen.text or "?"}))
        elif seen.shown.strip():
            _READERS[column](beside, seen, definitions)
    return beside


def _status(beside: Beside, seen: Seen, _definitions: Mapping[str, int]) -> None:
    letters, rest = "", []
    # The words of a flag may hold a comma themselves.
    is_one = vocabulary.folded(seen.shown) in vocabulary.choices("status")
    for piece in [seen.shown] if is_one else re.split(r"[,;\n]", seen.shown):
        code = choice("status", piece)
        if code is None and piece.strip():
            rest.append(piece)
        letters += code or ""
    # Letters without the words of the list: "b e", "be", and those of the list before 2025.
    flags = cells.read_flags("".join(rest), seen=seen.shown)
    beside.problems.extend(flags.problems)
    beside.notes.extend(flags.notes)
    beside.statuses = cells.both_flags([letters, flags.statuses])
    if flags.confidentiality and beside.confidentiality in {"", Confidentiality.FREE}:
        beside.confidentiality = flags.confidentiality


def _conf(beside: Beside, seen: Seen, _definitions: Mapping[str, int]) -> None:
    code = _chosen(beside, "conf", seen)
    # An old c beside it in the column of the status is not undone by a column that says nothing special.
    if code and (code != Confidentiality.FREE or not beside.confidentiality):
        beside.confidentiality = code


def _simple(column: str) -> Any:
    def reader(beside: Beside, seen: Seen, _definitions: Mapping[str, int]) -> None:
        if code := _chosen(beside, column, seen):
            setattr(beside, column, code)

    return reader


def _definition(beside: Beside, seen: Seen, definitions: Mapping[str, int]) -> None:
    known = {vocabulary.folded(text): number for text, number in definitions.items()}
    words = vocabulary.folded(seen.shown)
    found = next((known[text] for text in (words, *_beginnings(words)) if text in known), None)
    if found is None:
        beside.problems.append(Finding("cell.unknown_definition", {"seen": seen.shown[:_LONGEST_SHOWN]}))
    beside.definition_id = found


def _period(beside: Beside, seen: Seen, _definitions: Mapping[str, int]) -> None:
    if seen.kind in {sheets.DAY, sheets.SERIAL}:
        found = _period_of_date(seen)
        if found and seen.shown != found:
            beside.notes.append(Finding("cell.period_from_date", {"seen": seen.shown, "value": found}))
    else:
        found = read_period(seen.shown)
    if not found:
        beside.problems.append(no_period(seen.shown))
    beside.period = found or beside.period


def _period_of_date(seen: Seen) -> str:
    """A month, for that is what a spreadsheet makes a date of; but a year may have got the format of a date."""
    if seen.kind == sheets.SERIAL and seen.text.partition(".")[0].isdecimal() and int(seen.text.partition(".")[0]) in _YEARS:
        return seen.text.partition(".")[0]
    moment = seen.moment
    return f"{moment.year}-{moment.month:02}" if moment and moment.year in _YEARS else ""


def read_period(text: str) -> str:
    """A year, a month or two years as they are stored; nothing where it is none of these."""
    plain = vocabulary.plain(text).replace(" ", "")
    if found := re.fullmatch(r"(\d{4})(?:\.0+)?", plain):
        return found[1] if int(found[1]) in _YEARS else ""
    month = None
    if found := re.fullmatch(r"(\d{4})([-./])(\d{1,2})", plain):
        if found[2] == "/" and int(found[3]) == (int(found[1]) + 1) % 100:
            return f"{found[1]}/{int(found[1]) + 1}"
        month = (found[1], found[3])
    elif found := re.fullmatch(r"(\d{1,2})[-./](\d{4})", plain):
        month = (found[2], found[1])
    elif found := re.fullmatch(r"(\d{4})[-/](\d{4})", plain):
        return f"{found[1]}/{found[2]}" if int(found[1]) in _YEARS and int(found[2]) == int(found[1]) + 1 else ""
    if month and int(month[0]) in _YEARS and 1 <= int(month[1]) <= 12:  # noqa: PLR2004  months of a year
        return f"{month[0]}-{int(month[1]):02}"
    return ""


def _words(column: str) -> Any:
    def reader(beside: Beside, seen: Seen, _definitions: Mapping[str, int]) -> None:
        text = seen.shown.strip()
        if len(text) > LONGEST_TEXT:
            beside.problems.append(Finding("cell.too_long", {"most": LONGEST_TEXT}))
        setattr(beside, column, text[:LONGEST_TEXT])

    return reader


def _chosen(beside: Beside, column: str, seen: Seen) -> str | None:
    code = choice(column, seen.shown)
    if code is None:
        beside.problems.append(none_of(column, seen.shown))
    return code


def none_of(column: str, text: str) -> Finding:
    """That a text is in no list of the column."""
    return Finding("cell.unknown_choice", {"seen": text[:_LONGEST_SHOWN], "wanted": ", ".join(vocabulary.LISTS[column])})


def no_period(text: str) -> Finding:
    """That a text is no period."""
    return Finding("cell.period", {"seen": text[:_LONGEST_SHOWN]})


def choice(column: str, text: str) -> str | None:
    """The code that is meant: written as "code – label", as the code or as the label in any language of the pages."""
    codes = {vocabulary.folded(str(code)): str(code) for code in vocabulary.LISTS[column]}
    spoken = vocabulary.choices(column)
    words = vocabulary.folded(text)
    for candidate in (words, *_beginnings(words)):
        if candidate in codes:
            return codes[candidate]
        if candidate in spoken:
            return str(spoken[candidate])
    return None


def _beginnings(words: str) -> list[str]:
    """What stands before a dash or a colon, which lists put between a code and its words."""
    return [words.partition(mark)[0].strip() for mark in (" - ", ": ", " (") if mark in words]


_READERS: dict[str, Any] = {
    "period": _period,
    "status": _status,
    "conf": _conf,
    "bound": _simple("bound"),
    "geography": _simple("geography"),
    "definition": _definition,
    "source_kind": _simple("source_kind"),
    "source": _words("source"),
    "note": _words("note"),
}
