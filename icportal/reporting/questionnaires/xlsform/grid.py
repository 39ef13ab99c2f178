"""The sheets of a form as rows of named cells, with what is wrong in their headings."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from icportal.core.strings import Text, _
from icportal.indicators.exchange import sheets
from icportal.reporting.questionnaires.xlsform.layout import (
    ALIASES,
    PLAIN_COLUMNS,
    TEXT_COLUMNS,
    FormFinding,
    language_written,
)

#: How workbooks write a sign that XML cannot hold.
_SIGN = re.compile(r"_x([0-9A-Fa-f]{4})_")
_WITH_LANGUAGE = re.compile(r"(?P<column>[a-z_ ]+?)\s*::?\s*(?P<language>.+)", re.IGNORECASE)


@dataclass(frozen=True)
class Heading:
    """What a column holds: ``name`` as the portal knows it, ``language`` empty where none is named, ``shown`` as it stands."""

    name: str
    language: str
    shown: str


@dataclass(frozen=True)
class Row:
    """One row: ``cells`` by name, ``words`` by (name, language)."""

    number: int
    cells: Mapping[str, str]
    words: Mapping[tuple[str, str], str]

    def get(self, name: str) -> str:
        return self.cells.get(name, "")

    @property
    def is_empty(self) -> bool:
        return not (self.cells or self.words)


@dataclass
class Report:
    """Everything that is found, in the order it is."""

    findings: list[FormFinding] = field(default_factory=list)

    def error(self, sheet: str, row: int, column: str, sentence: Text) -> None:
        self.findings.append(FormFinding(sheet, row, column, str(sentence)))

    def note(self, sheet: str, row: int, column: str, sentence: Text) -> None:
        self.findings.append(FormFinding(sheet, row, column, str(sentence), is_error=False))


@dataclass(frozen=True)
class Grid:
    """A sheet. ``headings`` are those of its texts that hold anything."""

    name: str
    rows: Sequence[Row] = ()
    texts: Sequence[Heading] = ()
    columns: Mapping[str, str] = field(default_factory=dict)

    def shown(self, column: str, language: str = "") -> str:
        """The heading of a column as it stands in the sheet."""
        fitting = [heading.shown for heading in self.texts if heading.name == column]
        own = [heading.shown for heading in self.texts if (heading.name, heading.language) == (column, language)]
        return next(iter([*own, *fitting]), self.columns.get(column, column))


def read_grid(found: Mapping[str, Any], name: str, report: Report) -> Grid | None:
    """The sheet of this name; None where the workbook has none."""
    sheet = next((sheet for sheet in found["sheets"] if sheet["name"].strip().casefold() == name), None)
    if sheet is None:
        return None
    cells: dict[int, dict[int, tuple[str, str]]] = {}
    for row, column, kind, text, *_formula in sheet["cells"]:
        cells.setdefault(row, {})[column] = (kind, found["texts"][text] if kind == sheets.TEXT else text)
    first = min(cells, default=0)
    headings = dict(_headings(name, first, cells.pop(first, {}), report))
    holding = {column for row in cells.values() for column, (_kind, text) in row.items() if text.strip()}
    for column in sorted(holding - headings.keys()):
        place = f"{sheets.letters(column)}{first}"
        report.note(name, first, "", _("The column %(cell)s has no heading and is not read.", cell=place))
    for column, heading in headings.items():
        if not heading.name and column in holding:
            report.note(name, first, heading.shown, _("This column is not read."))
    known = {column: heading for column, heading in headings.items() if heading.name}
    rows = [_row(name, number, cells[number], known, report) for number in sorted(cells)]
    texts = [heading for column, heading in known.items() if heading.name in TEXT_COLUMNS[name] and column in holding]
    shown = {heading.name: heading.shown for heading in known.values() if heading.name not in TEXT_COLUMNS[name]}
    return Grid(name, [row for row in rows if not row.is_empty], texts, shown)


def _headings(sheet: str, row: int, cells: Mapping[int, tuple[str, str]], report: Report) -> Iterator[tuple[int, Heading]]:
    seen: set[tuple[str, str]] = set()
    for column, (_kind, text) in sorted(cells.items()):
        shown = _clean(text)
        if not shown:
            continue
        heading = _heading(sheet, row, shown, report)
        if heading.name and (heading.name, heading.language) in seen:
            report.error(sheet, row, shown, _("This column stands there twice."))
            heading = Heading("", "", shown)
        seen.add((heading.name, heading.language))
        yield column, heading


def _heading(sheet: str, row: int, shown: str, report: Report) -> Heading:
    plain = _known(sheet, shown)
    if plain in {*PLAIN_COLUMNS[sheet], *TEXT_COLUMNS[sheet]}:
        return Heading(plain, "", shown)
    found = _WITH_LANGUAGE.fullmatch(shown)
    name = _known(sheet, found["column"]) if found else ""
    if found is None or name not in TEXT_COLUMNS[sheet]:
        return Heading("", "", shown)
    language, has_code = language_written(found["language"])
    if not language:
        report.error(
            sheet,
            row,
            shown,
            _("This names no language that the portal knows. Write it like “%(example)s”.", example=_example(name)),
        )
        return Heading("", "", shown)
    if not has_code:
        report.note(sheet, row, shown, _("The heading has no code of a language; it was read as “%(code)s”.", code=language))
    return Heading(name, language, shown)


def _known(sheet: str, shown: str) -> str:
    plain = re.sub(r"\s+", "_", shown.strip().casefold())
    return ALIASES[sheet].get(plain, plain)


def _example(name: str) -> str:
    return f"{name}::French (fr)"


def _row(sheet: str, number: int, cells: Mapping[int, tuple[str, str]], known: Mapping[int, Heading], report: Report) -> Row:
    plain: dict[str, str] = {}
    words: dict[tuple[str, str], str] = {}
    for column, (kind, text) in cells.items():
        heading = known.get(column)
        if heading is None:
            continue
        wrong = _wrong(kind, text)
        if wrong:
            report.error(sheet, number, heading.shown, wrong)
            continue
        value = _value(kind, text)
        if value and heading.name in TEXT_COLUMNS[sheet]:
            words[heading.name, heading.language] = value
        elif value:
            plain[heading.name] = value
    return Row(number, plain, words)


def _wrong(kind: str, text: str) -> str:
    """Why nothing can be read from a cell of this kind."""
    if kind == sheets.NO_VALUE:
        return _("The cell has a formula that was never worked out. Open the file in Excel, save it and choose it again.")
    if kind == sheets.ERROR:
        return _("The cell shows the error %(shown)s.", shown=text)
    if kind in {sheets.SERIAL, sheets.DAY}:
        return _("The cell was turned into a date. Type it as a text, with ' before it.")
    return ""


def _value(kind: str, text: str) -> str:
    if kind == sheets.BOOLEAN:
        return "true" if text == "1" else "false"
    if kind == sheets.TEXT:
        return _clean(text)
    # A whole number may be stored with a decimal point.
    return re.sub(r"\.0+$", "", text.strip())


def _clean(text: str) -> str:
    text = _SIGN.sub(_sign, text).replace("\r\n", "\n").replace("\r", "\n").replace("\xa0", " ")
    return text.strip()


def _sign(found: re.Match[str]) -> str:
    sign = chr(int(found[1], 16))
    return sign if sign.isprintable() or sign in "\n\r\t" else ""


def settle_languages(grids: Sequence[Grid], default: str, report: Report) -> tuple[str, list[str]]:
    """(the language that texts without one are in or the first, all languages in their order) of a form.

    Texts with and without a language in one form are refused: which language the bare ones are in is anybody's guess.
    """
    found = [(grid, heading) for grid in grids for heading in grid.texts]
    languages = list(dict.fromkeys(heading.language for _grid, heading in found if heading.language))
    if not languages:
        return default, [default]
    named = next(heading.shown for _grid, heading in found if heading.language)
    for grid, heading in found:
        if not heading.language and grid.name in {"survey", "choices"}:
            sentence = _(
                "“%(bare)s” names no language, but “%(named)s” does. Give every column its language, like “%(example)s”.",
                bare=heading.shown,
                named=named,
                example=_example(heading.name),
            )
            report.error(grid.name, 1, heading.shown, sentence)
    return default if default in languages else languages[0], languages
