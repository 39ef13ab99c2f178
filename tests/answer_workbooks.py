"""Workbooks of answers as people fill them in: made, opened by another program, changed and saved."""

from __future__ import annotations

import io
from typing import Any

import openpyxl
from openpyxl.worksheet.worksheet import Worksheet
from reporting_world import World

from icportal.reporting.exchange.layout import ANSWER, CODE_ROW, FIRST_ROW, KEY
from icportal.reporting.exchange.writing import write_workbook
from icportal.reporting.workbooks import book_for


def made(world: World, slug: str = "oulu", language: str = "en", sections: tuple[str, ...] = ()) -> bytes:
    return write_workbook(book_for(world.response(slug), world.city(slug), language, sections=sections))


def opened(data: bytes) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(data))


def saved(book: openpyxl.Workbook) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def columns(sheet: Worksheet) -> dict[str, int]:
    return {str(cell.value): cell.column for cell in sheet[CODE_ROW] if cell.value}


def rows(book: openpyxl.Workbook) -> dict[str, tuple[Worksheet, int]]:
    found = {}
    for sheet in book.worksheets:
        place = columns(sheet).get(KEY)
        if place:
            found |= {
                str(sheet.cell(row, place).value): (sheet, row)
                for row in range(FIRST_ROW, sheet.max_row + 1)
                if sheet.cell(row, place).value
            }
    return found


def cell(book: openpyxl.Workbook, key: str, column: str = ANSWER) -> Any:
    sheet, row = rows(book)[key]
    return sheet.cell(row, columns(sheet)[column])
