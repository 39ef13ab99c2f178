"""An officer fills in the workbook and takes it over, in a browser: also on a narrow screen and without scripts."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import openpyxl
import pytest
from people import Person

pytestmark = pytest.mark.browser

OFFICER = "officer.oulu@demo.example"
UPLOAD = "/en/work/indicators/oulu/{year}/upload"


def filled(page: Any, year: int, values: dict[str, Any]) -> dict[str, Any]:
    """The officer's workbook with these values typed in, as a browser sends a file."""
    answer = page.request.get(f"/en/work/indicators/oulu/{year}/workbook.xlsx")
    assert answer.status == 200
    book = openpyxl.load_workbook(io.BytesIO(answer.body()))
    typed = 0
    for sheet in book:
        codes = {cell.value: cell.column for cell in sheet[1]}
        if not {"key", "value"} <= codes.keys():
            continue
        for row in range(3, sheet.max_row + 1):
            key = sheet.cell(row, codes["key"]).value
            if key in values:
                sheet.cell(row, codes["value"]).value = values[key]
                typed += 1
    assert typed == len(values)
    data = io.BytesIO()
    book.save(data)
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    return {"name": "oulu.xlsx", "mimeType": kind, "buffer": data.getvalue()}


@pytest.mark.parametrize(
    ("year", "options"), [(2023, {"viewport": {"width": 360, "height": 740}}), (2024, {"java_script_enabled": False})]
)
def test_a_workbook_comes_in(
    new_page: Callable[..., Any], axe: Callable[[Any], list[str]], year: int, options: dict[str, Any]
) -> None:
    officer = Person(new_page, OFFICER, **options)
    page = officer.open(UPLOAD.format(year=year))
    scripted = "java_script_enabled" not in options
    assert not scripted or axe(page) == []
    page.get_by_label("Workbook").set_input_files(filled(page, year, {"POP01|": 21.5, "POP02|": "a fifth", "POP03|": 120}))
    officer.press("Look at what it changes")
    page.get_by_role("heading", name="What the file would change").wait_for()
    main = page.get_by_role("main")
    assert main.get_by_text("a fifth").first.is_visible()
    assert main.get_by_text("more than the whole").first.is_visible()
    if scripted:
        assert axe(page) == []
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    officer.press("Accept the 2 good cells and leave out 1")
    page.get_by_role("heading", name="The import is done").wait_for()
    assert not scripted or axe(page) == []
    officer.press("Undo this import")
    page.get_by_role("heading", name="The import was undone").wait_for()
    assert main.get_by_text("2 values are again as they were before").is_visible()


def test_two_files_are_merged(new_page: Callable[..., Any], axe: Callable[[Any], list[str]]) -> None:
    officer = Person(new_page, OFFICER)
    for name in ("Statistics office", "Housing office"):
        page = officer.open("/en/work/indicators/oulu/departments")
        page.locator("form[action$='/departments/add'] input[name=name]").fill(name)
        page.locator("form[action$='/departments/add'] button").click()
    for amount, name in ((21, "Statistics office"), (22, "Housing office")):
        page = officer.open(UPLOAD.format(year=2022))
        page.get_by_label("Workbook").set_input_files(filled(page, 2022, {"POP01|": amount}))
        page.get_by_label("Filled in by").select_option(name)
        officer.press("Look at what it changes")
        page.get_by_role("heading", name="What the file would change").wait_for()
    officer.follow("Merge them and accept all together")
    assert axe(page) == []
    page.get_by_role("main").get_by_role("radio").nth(1).check()
    officer.press("Accept all together")
    page.get_by_role("status").get_by_text("One value was taken over.").wait_for()
