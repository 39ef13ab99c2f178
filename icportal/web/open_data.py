"""Lists to take away: the same rows as on the page, as JSON and as CSV."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from flask import Response

#: A cell that begins with one of these would be read as a formula by a spreadsheet.
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def json_list(items: Iterable[Mapping[str, Any]], *, total: int, **about: Any) -> Response:
    """``{"total": …, "items": […]}``, an item a line; ``about`` adds what the whole list is, such as the day it shows."""
    encode = json.JSONEncoder(ensure_ascii=False, default=_plain).encode
    rows = ",\n".join(map(encode, items))
    body = f'{encode({"total": total, **about})[:-1]}, "items": [\n{rows}\n]}}'
    return Response(body + "\n", mimetype="application/json", headers={"Access-Control-Allow-Origin": "*"})


def csv_list(header: Sequence[str], rows: Iterable[Sequence[Any]], *, filename: str) -> Response:
    """A table for spreadsheets: UTF-8 with its mark, no cell a formula."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(header)
    writer.writerows([safe_cell(value) for value in row] for row in rows)
    return Response(
        out.getvalue().encode("utf-8-sig"),
        mimetype="text/csv",
        headers={"Content-Disposition": f'attachment; filename="{filename}"', "Access-Control-Allow-Origin": "*"},
    )


def safe_cell(value: Any) -> str:
    """A value as it stands in a cell: lists joined by semicolons, dates as ISO writes them, text that is no formula."""
    if value is None:
        return ""
    if isinstance(value, (list, tuple)):
        value = ";".join(map(str, value))
    text = str(value)
    return f"'{text}" if text.startswith(FORMULA) and not is_number(text) else text


def is_number(text: str) -> bool:
    """Whether a text is a number and nothing else: those may begin with a sign."""
    try:
        return Decimal(text).is_finite()
    except ArithmeticError:
        return False


def _plain(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    return str(value)
