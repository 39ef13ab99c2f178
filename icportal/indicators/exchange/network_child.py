"""The child process that reads a network's table: gate, then the fast reader, in blocks as they come.

Answers JSON lines on standard output: a header, then blocks of rows by column, each column as its distinct texts and
a number for each row; numbers of the value column apart. The fast reader knows neither errors nor percent formats
nor whether a formula was ever calculated, so a sheet that has any of these is read by the slow one.
"""

from __future__ import annotations

import base64
import gc
import io
import json
import re
import sys
from array import array
from collections.abc import Iterable, Iterator
from typing import Any

BLOCK = 10_000
MOST_ROWS = 200_000
HEADERS = ("city", "indicator", "breakdown", "period", "value", "status", "conf", "note")
NUMBER = "value"
#: Without these a value could be taken for another, or a secret for none.
REQUIRED = frozenset({"city", "indicator", "breakdown", "period", "value", "conf"})
#: How a cell with an error or a formula is written; searched as plain bytes, which is ten times as fast.
_SUSPECT = (b't="e"', b"t='e'", b"<f>", b"<f ", b"<f/", b":f>", b":f ", b":f/")
_PERCENT = re.compile(rb'formatCode="[^"]*%')
#: The numbers every workbook has for percentages, days and times.
_BUILT_IN = re.compile(rb'numFmtId="(?:9|10|1[4-9]|2[0-2]|4[5-7])"')


def answer(data: bytes, out: Any = None, *, careful: bool = False) -> None:
    """Read the table in these bytes and say what is in it, line by line; ``careful`` takes the slow reader."""
    # Millions of short-lived cells and no cycle among them: looking for cycles costs a quarter of the time.
    gc.disable()
    say = _Speaker(out or sys.stdout)
    rows = _slow_rows(data) if careful else _fast_rows(data)
    header = next(rows, None) or ()
    places = _places(header)
    if not places.keys() >= REQUIRED:
        say({"problem": "file.network_header", "params": {"wanted": ", ".join(HEADERS)}})
        return
    names = [str(name).strip() for name in header if isinstance(name, str) and name.strip()]
    if len([name for name in names if name.casefold() in HEADERS]) > len(places):
        say({"problem": "file.network_twice", "params": {"wanted": ", ".join(HEADERS)}})
        return
    unread = [name[:40] for name in names if name.casefold() not in HEADERS]
    order = [places.get(name) for name in HEADERS]
    number = 2
    for block in _blocks(rows):
        if number + len(block) > MOST_ROWS + 2:
            say({"problem": "file.too_many_rows", "params": {"most": MOST_ROWS}})
            return
        say({**_encoded(block, order, number), "unread": unread})
        number += len(block)
    say({"end": True})


def _fast_rows(data: bytes) -> Iterator[tuple[Any, ...]]:
    # Loaded only where a table has nothing it would get wrong.
    from python_calamine import CalamineWorkbook

    sheet = CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0)
    yield from sheet.iter_rows()  # type: ignore[misc]


class Signs:
    """Looks out for what the fast reader would silently get wrong: errors, formulas, percentages and dates."""

    def __init__(self) -> None:
        self.seen = False

    def __call__(self, name: str, piece: bytes) -> None:
        if self.seen:
            return
        if "/worksheets/" in name:
            self.seen = any(sign in piece for sign in _SUSPECT)
        elif name.endswith("/styles.xml"):
            used = piece[piece.rfind(b"<cellXfs") :] if b"<cellXfs" in piece else piece
            self.seen = bool(_PERCENT.search(piece) or _BUILT_IN.search(used))


def _slow_rows(data: bytes) -> Iterator[tuple[Any, ...]]:
    """The rows with a mark for every cell that is not simply a text or a number."""
    # Slow to load, and most tables never need it.
    import openpyxl

    values = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
    formulas = openpyxl.load_workbook(io.BytesIO(data), read_only=True, keep_links=False)
    for seen, written in zip(values.worksheets[0].iter_rows(), formulas.worksheets[0].iter_rows(), strict=False):
        yield tuple(_slow_cell(value, formula) for value, formula in zip(seen, written, strict=False))


def _slow_cell(value: Any, formula: Any) -> Any:
    if formula.data_type == "f" and value.value is None:
        return Marked("no_value", str(formula.value))
    if value.data_type == "e":
        return Marked("error", str(value.value))
    if value.data_type == "d" or value.is_date:
        return Marked("date", str(value.value))
    if value.data_type == "n" and value.value is not None and "%" in (value.number_format or ""):
        return Marked("percent", repr(float(value.value)))
    return value.value


class Marked:
    """A cell the reader has something to say about."""

    def __init__(self, kind: str, text: str) -> None:
        self.kind, self.text = kind, text


def _places(header: Iterable[Any]) -> dict[str, int]:
    found: dict[str, int] = {}
    for place, name in enumerate(header):
        if isinstance(name, str) and (plain := name.strip().casefold()) in HEADERS:
            found.setdefault(plain, place)
    return found


def _blocks(rows: Iterator[tuple[Any, ...]]) -> Iterator[list[tuple[Any, ...]]]:
    block: list[tuple[Any, ...]] = []
    for row in rows:
        block.append(row)
        if len(block) == BLOCK:
            yield block
            block = []
    if block:
        yield block


def _encoded(block: list[tuple[Any, ...]], order: list[int | None], first: int) -> dict[str, Any]:
    columns: dict[str, Any] = {}
    for name, place in zip(HEADERS, order, strict=True):
        cells = [row[place] if place < len(row) else None for row in block] if place is not None else [None] * len(block)
        columns[name] = _numbers(cells) if name == NUMBER else _texts(cells)
    return {"first": first, "rows": len(block), "columns": columns}


def _numbers(cells: list[Any]) -> dict[str, Any]:
    nan = float("nan")
    others: dict[int, tuple[str, str]] = {}
    found = array("d", bytes(8 * len(cells)))
    for place, cell in enumerate(cells):
        kind = type(cell)
        if kind is float or kind is int:
            found[place] = cell
            continue
        found[place] = nan
        if kind is Marked:
            others[place] = (cell.kind, cell.text)
        elif kind is bool:
            others[place] = ("boolean", "1" if cell else "0")
        elif kind is str or cell is None:
            if cell:
                others[place] = ("text", cell)
        else:
            others[place] = ("date", str(cell))
    return {"numbers": base64.b64encode(found.tobytes()).decode(), "others": others}


def _texts(cells: list[Any]) -> dict[str, Any]:
    codes: dict[Any, int] = {}
    places = array("I", [codes.setdefault(cell, len(codes)) for cell in map(_hashable, cells)])
    return {"texts": [_text(cell) for cell in codes], "codes": base64.b64encode(places.tobytes()).decode()}


def _hashable(cell: Any) -> Any:
    return cell.text if type(cell) is Marked else cell


def _text(cell: Any) -> str:
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip()


class _Speaker:
    def __init__(self, out: Any) -> None:
        self._out = out

    def __call__(self, line: dict[str, Any]) -> None:
        self._out.write(json.dumps(line, ensure_ascii=False, separators=(",", ":")))
        self._out.write("\n")
        self._out.flush()
