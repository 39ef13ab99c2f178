"""The cells of a workbook as they stand, read straight from its parts in one pass.

Only cells with something in them are kept, so a million styled empty rows or a cell far away cost nothing. Each cell
comes with what a reader of values alone would lose: whether it holds a formula, an error, a percentage or a date.
Light on purpose: this runs in the child process.
"""

from __future__ import annotations

import posixpath
import re
import zipfile
from typing import Any

from icportal.indicators.exchange.inspection import Refused, column_number, feed, local, safe_parser
from icportal.indicators.exchange.layout import IDENTITY, LISTS_SHEET, META_SHEET, MOST_COLUMNS, MOST_ROWS

#: Kinds of cells: number, percentage, date as a number, date as text, text, boolean, error, formula without value.
NUMBER, PERCENT, SERIAL, DAY, TEXT, BOOLEAN, ERROR, NO_VALUE = "n", "%", "d", "D", "s", "b", "e", "x"

MOST_CELLS = 400_000
MOST_TEXTS = 16 * 1024 * 1024
#: Twice what a note may be long: enough to see that it is too long.
LONGEST_TEXT = 4000
MOST_STYLES, MOST_SHEETS, MOST_MERGES = 70_000, 100, 10_000
_DATE_FORMATS = frozenset({*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)})
_PERCENT_FORMATS = frozenset({9, 10})
_NOT_PATTERN = re.compile(r"\"[^\"]*\"|\\.|_.|\*.|\[[^\]]*\]")
_REFERENCE = re.compile(r"([A-Z]{1,4})(\d{1,9})")


def read(archive: zipfile.ZipFile, *, longest: int = LONGEST_TEXT) -> dict[str, Any]:
    """Everything the workbook holds, as plain JSON; texts up to ``longest`` characters.

    ``sheets`` have a name, ``cells`` as [row, column, kind, text, 1 if a formula], and ``merged`` ranges; texts are
    numbers into ``texts``. ``identities`` are what the three places say, ``from_1904`` how dates are counted.

    Raises:
        Refused: parts are missing or damaged, or it holds too much.
    """
    parts = {name.casefold(): name for name in archive.namelist()}
    book = _Book()
    home = _home(archive, parts)
    _parse(archive, parts, home, book)
    if not book.sheets:
        raise Refused("file.no_sheets")
    if len(book.sheets) > MOST_SHEETS:
        raise Refused("file.too_demanding")
    targets = _targets(archive, parts, home)
    kinds = _Styles()
    _parse(archive, parts, targets.get("styles", "xl/styles.xml"), kinds, optional=True)
    texts = _Texts()
    sheets = []
    for name, link in book.sheets:
        place = targets.get(link, "")
        if name == LISTS_SHEET or place.casefold() not in parts or "/worksheets/" not in place:
            continue
        sheet = _Sheet(kinds, texts, longest, only_identity=name == META_SHEET)
        _parse(archive, parts, place, sheet)
        sheets.append({"name": name, "cells": sheet.cells, "merged": sheet.merged})
    shared = _Shared(texts, longest)
    _parse(archive, parts, targets.get("sharedStrings", "xl/sharedStrings.xml"), shared, optional=True)
    properties = _Properties()
    _parse(archive, parts, "docProps/custom.xml", properties, optional=True)
    return {
        "sheets": sheets,
        "texts": texts.found,
        "identities": [text for text in (properties.identity, book.identity) if text],
        "from_1904": book.from_1904,
    }


def _home(archive: zipfile.ZipFile, parts: dict[str, str]) -> str:
    links = _Links()
    _parse(archive, parts, "_rels/.rels", links, optional=True)
    return next((target.lstrip("/") for kind, target in links.by_kind.items() if kind == "officeDocument"), "xl/workbook.xml")


def _targets(archive: zipfile.ZipFile, parts: dict[str, str], home: str) -> dict[str, str]:
    """Where the parts of the workbook lie, by their link and by their kind."""
    folder, name = posixpath.split(home)
    links = _Links()
    _parse(archive, parts, f"{folder}/_rels/{name}.rels", links)

    def place(target: str) -> str:
        return target.lstrip("/") if target.startswith("/") else posixpath.normpath(posixpath.join(folder, target))

    return {key: place(target) for key, target in {**links.by_kind, **links.by_id}.items()}


def _parse(archive: zipfile.ZipFile, parts: dict[str, str], name: str, handler: _Handler, *, optional: bool = False) -> None:
    found = parts.get(name.casefold())
    if found is None:
        if optional:
            return
        raise Refused("file.damaged")
    parser = safe_parser()
    parser.StartElementHandler = handler.start
    parser.EndElementHandler = handler.end
    parser.CharacterDataHandler = handler.data
    with archive.open(found) as part:
        feed(part, parser)


class _Handler:
    def start(self, _tag: str, _attributes: dict[str, str]) -> None:
        pass

    def end(self, _tag: str) -> None:
        pass

    def data(self, _text: str) -> None:
        pass


class _Links(_Handler):
    def __init__(self) -> None:
        self.by_id: dict[str, str] = {}
        self.by_kind: dict[str, str] = {}

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if local(tag) == "Relationship" and attributes.get("TargetMode") != "External":
            target = attributes.get("Target", "")
            self.by_id[attributes.get("Id", "")] = target
            self.by_kind.setdefault(attributes.get("Type", "").rpartition("/")[2], target)


class _Book(_Handler):
    """The names of the sheets with their links, and the identity kept in a defined name."""

    def __init__(self) -> None:
        self.sheets: list[tuple[str, str]] = []
        self.from_1904 = False
        self._is_identity = False
        self._text = ""

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        name = local(tag)
        if name == "sheet":
            link = next((value for key, value in attributes.items() if key.endswith(":id")), "")
            self.sheets.append((attributes.get("name", ""), link))
        elif name == "workbookPr":
            self.from_1904 = attributes.get("date1904", "") in {"1", "true"}
        elif name == "definedName":
            self._is_identity = attributes.get("name", "").casefold() == IDENTITY

    def end(self, _tag: str) -> None:
        self._is_identity = False

    def data(self, text: str) -> None:
        if self._is_identity and len(self._text) < LONGEST_TEXT:
            self._text += text

    @property
    def identity(self) -> str:
        """The constant the name stands for; a reference to a cell says nothing new."""
        text = self._text.strip().removeprefix("=")
        return text.strip('"') if text.startswith('"') else ""


class _Properties(_Handler):
    """The identity kept in a custom property of the document."""

    def __init__(self) -> None:
        self.identity = ""
        self._is_identity = False

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if local(tag) == "property":
            self._is_identity = attributes.get("name", "").casefold() == IDENTITY

    def data(self, text: str) -> None:
        if self._is_identity and len(self.identity) < LONGEST_TEXT:
            self.identity += text.strip()


class _Styles(_Handler):
    """Which kind of number each cell style shows."""

    def __init__(self) -> None:
        self.kinds: list[str] = []
        self._formats: dict[str, str] = {}
        self._in_cells = False

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        name = local(tag)
        if name == "numFmt":
            if len(self._formats) >= MOST_STYLES:
                raise Refused("file.too_demanding")
            self._formats[attributes.get("numFmtId", "")] = kind_of_format(attributes.get("formatCode", ""))
        elif name == "cellXfs":
            self._in_cells = True
        elif name == "xf":
            if len(self.kinds) >= MOST_STYLES:
                raise Refused("file.too_demanding")
            if self._in_cells:
                self.kinds.append(self._kind(attributes.get("numFmtId", "0")))

    def end(self, tag: str) -> None:
        if local(tag) == "cellXfs":
            self._in_cells = False

    def _kind(self, number: str) -> str:
        if number in self._formats:
            return self._formats[number]
        if not number.isdecimal():
            return NUMBER
        return SERIAL if int(number) in _DATE_FORMATS else PERCENT if int(number) in _PERCENT_FORMATS else NUMBER

    def of(self, style: str) -> str:
        return self.kinds[int(style)] if style.isdecimal() and int(style) < len(self.kinds) else NUMBER


def kind_of_format(code: str) -> str:
    """Whether a number format shows a percentage, a date or a plain number."""
    pattern = _NOT_PATTERN.sub("", code[:255]).partition(";")[0].casefold()
    if "%" in pattern:
        return PERCENT
    if pattern.strip() in {"general", "standard", "@", ""}:
        return SERIAL if re.search(r"\[(?:h+|m+|s+)\]", code.casefold()) else NUMBER
    return SERIAL if re.search(r"[dmyhs]", pattern) else NUMBER


class _Texts:
    """Every different text once, whether it is shared or stands in the cell. Shared ones are filled in last."""

    def __init__(self) -> None:
        self.found: list[str] = []
        self.shared: dict[int, int] = {}
        self._own: dict[str, int] = {}
        self._size = 0

    def own(self, text: str) -> int:
        if text not in self._own:
            self._own[text] = self._add(text)
        return self._own[text]

    def of_shared(self, number: int) -> int:
        if number not in self.shared:
            self.shared[number] = self._add("")
        return self.shared[number]

    def fill(self, number: int, text: str) -> None:
        if number in self.shared:
            self._count(text)
            self.found[self.shared[number]] = text

    def _add(self, text: str) -> int:
        self._count(text)
        self.found.append(text)
        return len(self.found) - 1

    def _count(self, text: str) -> None:
        self._size += len(text)
        if self._size > MOST_TEXTS:
            raise Refused("file.too_demanding")


class _Collector(_Handler):
    """Gathers the text of an element, up to the longest that matters."""

    def __init__(self, longest: int) -> None:
        self._pieces: list[str] = []
        self._length, self._longest = 0, longest
        self._gathers = False

    def data(self, text: str) -> None:
        if self._gathers and self._length < self._longest:
            self._pieces.append(text[: self._longest - self._length])
            self._length += len(text)

    def gathered(self) -> str:
        text = "".join(self._pieces)
        self._pieces, self._length = [], 0
        return text


class _Shared(_Collector):
    def __init__(self, texts: _Texts, longest: int) -> None:
        super().__init__(longest)
        self._texts = texts
        self._number = 0
        self._is_sound = False

    def start(self, tag: str, _attributes: dict[str, str]) -> None:
        name = local(tag)
        if name == "t":
            self._gathers = not self._is_sound
        elif name == "rPh":
            self._is_sound = True

    def end(self, tag: str) -> None:
        name = local(tag)
        if name == "t":
            self._gathers = False
        elif name == "rPh":
            self._is_sound = False
        elif name == "si":
            self._texts.fill(self._number, self.gathered())
            self._number += 1


class _Sheet(_Collector):
    """The cells of one sheet. A cell without a reference stands after the one before it."""

    def __init__(self, kinds: _Styles, texts: _Texts, longest: int, *, only_identity: bool) -> None:
        super().__init__(longest)
        self.cells: list[list[Any]] = []
        self.merged: list[str] = []
        self._kinds, self._texts, self._only_identity = kinds, texts, only_identity
        self._row = self._column = 0
        self._reference: str | None = None
        self._type = self._style = ""
        self._is_formula = False
        self._value: str | None = None

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        name = local(tag)
        if name == "c":
            reference = attributes.get("r")
            if reference is None:
                self._place()
                self._column += 1
            # Understood only when something stands in the cell: a million empty ones are passed by.
            self._reference = reference
            self._type, self._style = attributes.get("t", "n"), attributes.get("s", "0")
            self._is_formula, self._value = False, None
        elif name in {"v", "t"}:
            self._gathers = True
        elif name == "f":
            self._is_formula = True
        elif name == "row":
            number = attributes.get("r", "")
            if not number.isdecimal():
                self._place()
            self._row = int(number) if number.isdecimal() else self._row + 1
            self._column, self._reference = 0, None
        elif name == "mergeCell" and len(self.merged) < MOST_MERGES:
            self.merged.append(attributes.get("ref", "")[:30])

    def _place(self) -> None:
        """Where the cell that was begun last stands, by its own word."""
        if self._reference is None:
            return
        found = _REFERENCE.fullmatch(self._reference)
        if found is None:
            raise Refused("file.damaged")
        self._row, self._column = int(found[2]), column_number(found[1])

    def end(self, tag: str) -> None:
        name = local(tag)
        if name == "v":
            self._gathers = False
            self._value = self.gathered()
        elif name == "t":
            self._gathers = False
        elif name == "is":
            self._value = self.gathered()
        elif name == "c" and (self._value or self._is_formula):
            self._keep()

    def _keep(self) -> None:
        self._place()
        if self._row > MOST_ROWS or self._column > MOST_COLUMNS:
            raise Refused("file.too_far", cell=f"{letters(self._column)}{self._row}"[:12], rows=MOST_ROWS, columns=MOST_COLUMNS)
        if len(self.cells) >= MOST_CELLS:
            raise Refused("file.too_demanding")
        if self._only_identity and (self._row, self._column) != (1, 2):
            return
        kind, text = self._understood()
        self.cells.append([self._row, self._column, kind, text, *([1] if self._is_formula else [])])

    def _understood(self) -> tuple[str, str | int]:
        kind, value = self._type, self._value or ""
        if kind == "str" and self._value is not None:
            # A formula may be worked out to an empty text.
            return TEXT, self._texts.own(value)
        if not value:
            return NO_VALUE, ""
        if kind == "s":
            if not value.isdecimal():
                raise Refused("file.damaged")
            return TEXT, self._texts.of_shared(int(value[:9]))
        if kind == "inlineStr":
            return TEXT, self._texts.own(value)
        plain = {
            "b": (BOOLEAN, "1" if value.strip() in {"1", "true"} else "0"),
            "e": (ERROR, value[:20]),
            "d": (DAY, value[:40]),
        }
        return plain.get(kind) or (self._kinds.of(self._style), value[:40])


def letters(column: int) -> str:
    """1 is A."""
    found = ""
    while column > 0:
        column, rest = divmod(column - 1, 26)
        found = chr(65 + rest) + found
    return found


def place_of(reference: str) -> tuple[int, int] | None:
    """(row, column) of a reference, with or without dollars; None where it is none."""
    found = _REFERENCE.fullmatch(reference.replace("$", ""))
    return (int(found[2]), column_number(found[1])) if found else None
