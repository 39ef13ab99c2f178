"""The workbook of a plan as people fill it in: made, opened by another program, changed and saved."""

from __future__ import annotations

import io
from typing import Any

import openpyxl
from reporting_world import World

from icportal.plans import contents
from icportal.plans.exchange.layout import KEY
from icportal.plans.exchange.writing import write_workbook
from icportal.plans.loaded import load_plan
from icportal.plans.workbooks import book_for
from icportal.reporting.exchange.pen import CODE_ROW, FIRST_ROW


def written(world: World, language: str = "en") -> bytes:
    city = world.city("oulu")
    return write_workbook(book_for(load_plan(city), city, language))


def filled(world: World, cells: dict[tuple[str, str], Any], language: str = "en") -> bytes:
    """The workbook with these cells changed, by key and column."""
    book = openpyxl.load_workbook(io.BytesIO(written(world, language)))
    for sheet in book.worksheets:
        heads = {cell.value: cell.column for cell in sheet[CODE_ROW]}
        if KEY not in heads:
            continue
        for row in range(FIRST_ROW, sheet.max_row + 1):
            for (key, column), value in cells.items():
                if sheet.cell(row, heads[KEY]).value == key:
                    sheet.cell(row, heads[column]).value = value
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def by_title(world: World) -> dict[str, str]:
    return {each.title: contents.key_of("actions", each.id) for each in load_plan(world.city("oulu")).actions}
