"""Nuremberg delivers its indicators: the workbook in German, filled in and once saved by LibreOffice, three mistakes, the
error workbook, accepted, sent in, published; read in the figure and in every format of the open data; then undone."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from people import Person

from icportal.indicators.exchange.layout import CODE_ROW, COLUMNS, FIRST_ROW, row_key

pytestmark = [pytest.mark.browser, pytest.mark.slow]

YEAR = 2023
HOME = f"/en/work/indicators/nuremberg/{YEAR}"
GOOD = {"POP01": 24.3, "POP02": "27,8", "EMPL01": 9.8, "WEL01": ":"}
MISTAKES = {"EMP01": "viel", "EMP02": "#REF!", "EMP03": "date"}
MENDED = {"EMP01": 71.4, "EMP02": 5.2, "EMP03": 78.9}


def rows_of(book: Any) -> tuple[Any, dict[str, int], dict[str, int]]:
    """(data sheet, columns by code, rows by key) of a workbook of ours, whatever its sheets are called."""
    for sheet in book.worksheets:
        codes = {str(cell.value): cell.column for cell in sheet[CODE_ROW] if cell.value}
        if {"key", "value"} <= codes.keys():
            keys = {str(sheet.cell(row, codes["key"]).value): row for row in range(FIRST_ROW, sheet.max_row + 1)}
            return sheet, codes, keys
    raise AssertionError("there is no data sheet")


def filled(data: bytes, values: dict[str, Any]) -> bytes:
    """The workbook with values typed in, as a spreadsheet program would save it."""
    book = openpyxl.load_workbook(io.BytesIO(data))
    sheet, codes, keys = rows_of(book)
    for code, value in values.items():
        cell = sheet.cell(keys[row_key(code, "")], codes["value"])
        if value == "date":
            cell.value, cell.number_format = 45297, "dd.mm.yyyy"
        elif value == "#REF!":
            cell.value, cell.data_type = "#REF!", "e"
        else:
            cell.value = value
            cell.comment = None
    sheet.cell(keys[row_key("POP02", "")], codes["status"]).value = "d"
    sheet.cell(keys[row_key("POP01", "")], codes["note"]).value = "=1+1 Stichtag 31.12."
    sheet.cell(keys[row_key("POP01", "")], codes["note"]).data_type = "s"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def downloaded(person: Person, link: str) -> bytes:
    with person.page.expect_download() as waiting:
        person.page.locator(f"main a[href*='{link}']").first.click()
    return Path(waiting.value.path()).read_bytes()


def upload(person: Person, data: bytes, tmp_path: Path) -> None:
    page = person.open(f"{HOME}/upload")
    path = tmp_path / "indikatoren.xlsx"
    path.write_bytes(data)
    page.locator("input[name=upload]").set_input_files(path)
    page.locator("input[name=reads_as][value=de], select[name=reads_as]").first.evaluate(
        "e => { if (e.tagName == 'SELECT') e.value = 'de'; else e.checked = true; }"
    )
    person.press("Look at what it changes")


def tile(page: Any, outcome: str) -> str:
    return page.locator(f".import-tiles .outcome-{outcome} strong").inner_text()


def take_step(person: Person, address: str, step: str) -> None:
    page = person.open(address)
    page.locator(f"form:has(input[name=transition][value={step}]) button").first.click()


def test_nuremberg_delivers_its_indicators(
    new_page: Callable[..., Any],
    axe: Callable[[Any], list[str]],
    libreoffice: Callable[..., bytes],
    live_worker: None,
    tmp_path: Path,
) -> None:
    officer = Person(new_page, "officer.nuremberg@demo.example")
    page = officer.open("/en/work/indicators")
    page.locator("input[name=year]").last.fill(str(YEAR))
    officer.press("Begin year")
    assert page.url.endswith(HOME), page.url
    assert axe(page) == []
    page.goto(page.url.replace("/en/", "/de/"))
    template = downloaded(officer, "workbook.xlsx")
    names = openpyxl.load_workbook(io.BytesIO(template)).sheetnames
    assert "Data" not in names, f"the workbook is in German: {names}"

    upload(officer, libreoffice(filled(template, GOOD | MISTAKES)), tmp_path)
    assert axe(page) == []
    assert (tile(page, "new"), tile(page, "refused")) == ("4", "3")
    shown = page.get_by_role("main").inner_text()
    assert "viel" in shown
    assert "#REF!" in shown
    errors = downloaded(officer, "errors.xlsx")
    sheet, codes, keys = rows_of(openpyxl.load_workbook(io.BytesIO(errors)))
    for code in MISTAKES:
        cell = sheet.cell(keys[row_key(code, "")], codes["value"])
        assert cell.comment is not None, f"{code} says what is wrong"
    assert sheet.cell(keys[row_key("POP01", "")], codes["value"]).value == 24.3, "the person's own values are there"
    assert len(codes) == len(COLUMNS)

    upload(officer, filled(errors, MENDED), tmp_path)
    assert (tile(page, "new"), tile(page, "refused")) == ("7", "0")
    officer.press("Accept these 7 values")
    done = page.url
    assert axe(page) == []
    upload(officer, filled(errors, MENDED), tmp_path)
    assert "already" in page.get_by_role("main").inner_text(), "the same file again says so"

    take_step(officer, HOME, "submit")
    coordinator = Person(new_page, "coordinator@demo.example")
    coordinator.open(f"{HOME}/review")
    assert axe(coordinator.page) == []
    take_step(coordinator, f"{HOME}/review", "publish")

    visitor = new_page()
    visitor.goto(f"/en/indicators/pop02?year={YEAR}")
    figure = visitor.get_by_role("main").inner_text()
    assert "27.8" in figure
    assert "*" in figure, "another data set than asked for is marked"
    assert axe(visitor) == []

    desk = coordinator.open("/en/work/indicators/releases")
    desk.locator("input[name=name]").fill("2026-11.9")
    coordinator.press("Publish the release")
    for _attempt in range(60):
        answer = visitor.request.get("/en/data/releases/2026-11.9")
        if answer.status == 200:
            break
        visitor.wait_for_timeout(500)
    visitor.goto("/en/data/releases/2026-11.9")
    links = [link.get_attribute("href") for link in visitor.locator("main a[href*='/data/releases/2026-11.9/']").all()]
    found = {str(link).rpartition("/")[2]: visitor.request.get(str(link)).body() for link in links}
    observations = list(csv.DictReader(io.StringIO(found["observations.csv"].decode("utf-8-sig"))))
    mine = {row["indicator"]: row for row in observations if row["city"] == "nuremberg" and row["period"] == str(YEAR)}
    assert float(mine["POP01"]["value"]) == 24.3
    assert len(mine) == 7
    in_cell = [
        cell.data_type
        for row in openpyxl.load_workbook(io.BytesIO(found["observations.xlsx"])).worksheets[0].iter_rows()
        for cell in row
        if isinstance(cell.value, str) and cell.value.startswith("=1+1")
    ]
    assert set(in_cell) == {"s"}, "a note is text, never a formula"
    assert any("24.3" in line and "POP01" in line for line in found["sdmx.csv"].decode().splitlines())
    package = zipfile.ZipFile(io.BytesIO(found["datapackage.zip"]))
    assert "24.3" in "".join(package.read(name).decode() for name in package.namelist() if name.endswith("observations.csv"))
    statistics = next(json.loads(data) for name, data in found.items() if "stat" in name and name.endswith("json"))
    values = statistics["value"]
    assert 24.3 in (values.values() if isinstance(values, dict) else values)
    catalogue = visitor.request.get("/en/data/catalogue.ttl").text()
    assert "2026-11.9" in catalogue

    page = officer.open(done.replace(done.partition("/en/")[0], ""))
    officer.press("Undo this import")
    assert "undid it" in page.get_by_role("main").inner_text()
    history = officer.open(f"{HOME}/values/pop01")
    assert "24.3" in history.get_by_role("main").inner_text()
    frozen = visitor.request.get("/en/data/releases/2026-11.9/observations.csv").body()
    assert frozen == found["observations.csv"], "a frozen release stays as it is"
