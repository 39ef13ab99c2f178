"""Large tables as they leave: a workbook or a CSV file, with numbers as numbers and no text that is a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import IO, Any

import rustpy_xlsxwriter

from icportal.web.open_data import is_number

FORMS = ("xlsx", "csv")
#: A cell whose text begins with one of these could be read as a formula by a spreadsheet, full-width signs too.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
SHEET = "data"


def write_table(
    columns: Sequence[str], rows: Iterable[Sequence[Any]], fileobj: IO[bytes], *, form: str = "xlsx", sheet: str = SHEET
) -> int:
    """Write the rows under these column names; how many there were. Decimals become numbers, None an empty cell."""
    counted = _Counted(rows)
    if form == "csv":
        _write_csv(columns, counted, fileobj)
    else:
        _write_workbook(columns, counted, fileobj, sheet)
    return counted.count


def guarded(value: Any) -> Any:
    """A value for a cell of a CSV file: a text that could become a formula gets an apostrophe, a number never does."""
    if isinstance(value, str) and value.startswith(FORMULA) and not is_number(value):
        return f"'{value}"
    return value


def _write_csv(columns: Sequence[str], rows: Iterable[Sequence[Any]], fileobj: IO[bytes]) -> None:
    out = io.TextIOWrapper(fileobj, encoding="utf-8-sig", newline="")
    writer = csv.writer(out)
    writer.writerow(columns)
    writer.writerows([_plain(guarded(value)) for value in row] for row in rows)
    out.flush()
    out.detach()


def _write_workbook(columns: Sequence[str], rows: Iterable[Sequence[Any]], fileobj: IO[bytes], sheet: str) -> None:
    names = list(columns)
    records = (
        dict(zip(names, [float(value) if type(value) is Decimal else value for value in row], strict=True)) for row in rows
    )
    first = next(records, None)
    # The writer takes its header from the first record and knows no empty table.
    kept: Any = [dict.fromkeys(names)] if first is None else _chained(first, records)
    out = io.BytesIO()
    rustpy_xlsxwriter.write_worksheet(kept, out, sheet_name=sheet, freeze_row=1, bold_headers=True)
    fileobj.write(out.getvalue())


def _chained(first: dict[str, Any], rest: Iterator[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    yield first
    yield from rest


def _plain(value: Any) -> Any:
    if type(value) is float:
        return repr(value).removesuffix(".0")
    return format(value, "f") if type(value) is Decimal else value


class _Counted:
    def __init__(self, rows: Iterable[Sequence[Any]]) -> None:
        self.count = 0
        self._rows = rows

    def __iter__(self) -> Iterator[Sequence[Any]]:
        for row in self._rows:
            self.count += 1
            yield row
