"""Nuremberg plans: an action with milestones is written, seen as a Gantt chart on screen, on a phone and on paper, and goes to a workbook
and back with a change."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from people import Person
from pypdf import PdfReader

from icportal.core.clock import today
from icportal.reporting.exchange.pen import CODE_ROW, FIRST_ROW

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PLAN = "/en/work/plans/nuremberg"
TITLE, STEP = "Recruit for every post in two languages", "Advertisements rewritten"
#: A4 upright, in points.
A4 = (595, 842)


def words(page: Any) -> str:
    return str(page.get_by_role("main").inner_text())


def press(page: Any, button: Any) -> None:
    """Press a button that sends the page away, and wait for what comes."""
    with page.expect_navigation():
        button.click()


def day(number: int) -> str:
    return (today() + timedelta(days=number)).isoformat()


def write_an_action(officer: Person, axe: Callable[[Any], list[str]]) -> None:
    """First with too little: it is kept as a draft that says what it lacks; then whole."""
    page = officer.open(f"{PLAN}/new")
    page.locator("input[name=title]").fill(TITLE)
    page.locator("input[name=starts_on]").fill(day(0))
    page.locator("input[name=due_on]").fill(day(200))
    page.locator("[name='milestones-0-title']").fill(STEP)
    page.locator("[name='milestones-0-due_on']").fill(day(-30))
    press(page, page.get_by_role("main").get_by_role("button", name="Save", exact=True))
    assert page.locator("[data-error-summary]").count() == 1, "a milestone before its action is refused"
    assert page.locator("[name='milestones-0-title']").input_value() == STEP
    page.locator("[name='milestones-0-due_on']").fill(day(60))
    page.locator("[name='milestones-1-title']").fill("First contracts signed")
    page.locator("[name='milestones-1-due_on']").fill(day(180))
    assert axe(page) == []
    press(page, page.get_by_role("main").get_by_role("button", name="Save", exact=True))
    assert "What is missing keeps it a draft" in words(page)
    assert axe(page) == []
    press(page, page.get_by_role("main").get_by_role("link", name="Change", exact=False).first)
    page.locator("textarea[name=body]").fill(
        "Human resources rewrites every advertisement with two people who were hired last year."
    )
    page.locator("textarea[name=outcome]").fill("One new colleague in three has a migration background.")
    page.locator("input[name=commitments][value='6']").check()
    page.locator("input[name=owner_body]").fill("Human resources")
    page.locator("input[name=owner_person]").fill("Nora Lindner")
    page.locator("[name='indicators-0-label']").fill("Share of new staff with a migration background")
    page.locator("[name='indicators-0-unit']").fill("percent")
    page.locator("[name='indicators-0-baseline']").fill("21")
    page.locator("[name='indicators-0-baseline_on']").fill(day(-20))
    page.locator("[name='indicators-0-target']").fill("33")
    page.locator("[name='indicators-0-deadline']").fill(day(190))
    press(page, page.get_by_role("main").get_by_role("button", name="Save", exact=True))
    assert "What is missing keeps it a draft" not in words(page), words(page)


def read_the_chart(new_page: Callable[..., Any], officer: Person, axe: Callable[[Any], list[str]]) -> None:
    """The chart on a screen and on a phone; printed, it is a sheet of A4 that names the action."""
    page = officer.open(f"{PLAN}/gantt")
    assert TITLE in page.content()
    assert axe(page) == []
    with page.expect_download() as waiting:
        page.get_by_role("main").get_by_role("link", name="Download as PDF (A4)").click()
    sheets = PdfReader(Path(waiting.value.path())).pages
    size = sorted(round(float(side)) for side in sheets[0].mediabox[2:])
    assert all(abs(side - wanted) <= 1 for side, wanted in zip(size, A4, strict=True)), size
    assert "Recruit for every post" in "".join(sheet.extract_text() for sheet in sheets)
    phone = Person(new_page, "officer.nuremberg@demo.example", viewport={"width": 360, "height": 740})
    page = phone.open(f"{PLAN}/gantt")
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    assert TITLE in page.content()


def workbook_with(page: Any, changes: dict[str, Any]) -> dict[str, Any]:
    """The plan's workbook with these cells of the action changed, as a browser sends a file."""
    answer = page.request.get(f"{PLAN}/workbook.xlsx?language=en")
    assert answer.status == 200
    book = openpyxl.load_workbook(io.BytesIO(answer.body()))
    sheet = book["Actions"]
    heads = {cell.value: cell.column for cell in sheet[CODE_ROW]}
    row = next(row for row in range(FIRST_ROW, sheet.max_row + 1) if sheet.cell(row, heads["title"]).value == TITLE)
    for column, value in changes.items():
        sheet.cell(row, heads[column]).value = value
    data = io.BytesIO()
    book.save(data)
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    return {"name": "plan.xlsx", "mimeType": kind, "buffer": data.getvalue()}


def bring_the_workbook_back(officer: Person, axe: Callable[[Any], list[str]]) -> None:
    """What it changes is seen before anything is written, then stands in the plan."""
    page = officer.open(f"{PLAN}/workbook")
    assert axe(page) == []
    later = date.fromisoformat(day(240))
    page.locator("input[type=file]").set_input_files(
        workbook_with(page, {"owner_body": "Human resources and training", "due_on": later})
    )
    press(page, page.get_by_role("button", name="Look at what it changes"))
    shown = words(page)
    assert "What the file would change" in shown
    assert "Human resources and training" in shown
    assert axe(page) == []
    press(page, page.get_by_role("button", name="Accept this action"))
    assert "The import is done" in words(page)
    page = officer.open(PLAN)
    press(page, page.get_by_role("main").get_by_role("link", name=TITLE).first)
    assert "Human resources and training" in page.locator("body").inner_text()


def test_a_plan_on_screen_on_paper_and_in_a_workbook(new_page: Callable[..., Any], axe: Callable[[Any], list[str]]) -> None:
    officer = Person(new_page, "officer.nuremberg@demo.example")
    write_an_action(officer, axe)
    read_the_chart(new_page, officer, axe)
    bring_the_workbook_back(officer, axe)
