"""A plan over time: where things stand, what is drawn of it, and what fits on paper."""

from __future__ import annotations

import io
import re
from datetime import date
from xml.etree import ElementTree as ET

import pytest
from flask import Flask
from pypdf import PdfReader

from icportal.plans import gantt, gantt_paper
from icportal.plans.gantt import REACH, Bar, Figure, Group, Point

D = date
ON = D(2026, 11, 27)
BARS = (
    Bar(1, "Train", "in_progress", D(2026, 9, 15), D(2026, 10, 31), points=(Point("Half", D(2026, 10, 1), is_done=True),),
        progress=0.5, is_overdue=True),
    Bar(2, "Hire", "blocked", D(2026, 12, 1), D(2027, 3, 31), after=(1,)),
    Bar(3, "Letters", "draft", None, D(2027, 6, 30)),
    Bar(4, "Someday", "draft"),
)  # fmt: skip


def drawn(*bars: Bar, language: str = "en", on: date = ON) -> Figure:
    figure = gantt.draw([Group("", bars)], language=language, on=on)
    assert figure is not None
    return figure


def picture(figure: Figure, number: int) -> ET.Element:
    return ET.fromstring(str(figure.blocks[0].rows[number - 1].picture))


def xs(element: ET.Element, kind: str) -> list[str]:
    return [each.get("x") or each.get("x1") or "" for each in element.iter() if each.get("class") == kind]


@pytest.fixture(autouse=True)
def context(app: Flask):
    with app.app_context():
        yield


def test_the_axis_has_no_empty_month_before_or_after() -> None:
    scale = drawn(*BARS).scale
    assert (scale.first, scale.last) == (D(2026, 9, 1), D(2027, 7, 1))
    assert scale.at(D(2026, 9, 1)) == 0
    assert scale.until(D(2027, 6, 30)) == 1


@pytest.mark.parametrize(
    ("last", "first_label", "count"),
    [(D(2027, 1, 31), "Jan", 13), (D(2029, 12, 31), "Q1", 16), (D(2044, 5, 1), "2026", 19), (D(2200, 1, 1), "2034", 19)],
)
def test_the_axis_names_months_then_quarters_then_years(last: date, first_label: str, count: int) -> None:
    ticks = [each for each in drawn(Bar(1, "x", "planned", D(2026, 1, 5), last)).scale.ticks if not each.is_year]
    assert ticks[0].label == first_label
    assert len(ticks) == count
    assert sum(tick.is_narrow for tick in ticks) <= gantt.NARROW


def test_states_and_what_is_late_have_shapes_of_their_own() -> None:
    figure = drawn(*BARS)
    first, second, third, fourth = (picture(figure, number) for number in (1, 2, 3, 4))
    classes = {each.get("class") for each in first.iter()}
    assert {"bar in_progress", "part", "point done", "late", "warn"} <= classes
    assert "stop" in {each.get("class") for each in second.iter()}
    assert "end" in {each.get("class") for each in third.iter()}
    assert {each.get("class") for each in fourth.iter()} == {"gantt-picture", None}
    assert not re.search(r"style=|#[0-9a-f]{3}", str(figure.blocks[0].rows[0].picture))
    labels = [str(sample.label) for sample in gantt.key(figure, language="en")]
    assert labels == [
        "Draft", "In progress", "Blocked", "share of its milestones done", "overdue, until today", "milestone, done",
        "begins after the other one", "today",
    ]  # fmt: skip


def test_an_arrow_goes_from_the_end_to_the_beginning_row_by_row() -> None:
    figure = drawn(*BARS)
    end = picture(figure, 1).findall(".//line[@class='link']")
    assert [(each.get("y1"), each.get("y2")) for each in end] == [("50%", "100%")]
    begin = [each for each in picture(figure, 2).iter() if each.get("class") in {"link", "tip"}]
    assert len(begin) == 3
    assert figure.blocks[0].rows[1].after == (1,)
    far = [Bar(number, f"No. {number}", "planned", ON, ON) for number in range(1, REACH + 3)]
    far.append(Bar(99, "Last", "planned", ON, ON, after=(1,)))
    assert "link" not in str(drawn(*far).blocks[0].rows[-1].picture)
    assert drawn(*far).blocks[0].rows[-1].after == (1,)


def test_it_is_mirrored_for_who_reads_from_right_to_left() -> None:
    bar = Bar(1, "x", "planned", D(2027, 1, 1), D(2027, 1, 31))
    edge = Bar(2, "y", "planned", D(2027, 1, 1), D(2027, 4, 10))
    left, right = (xs(picture(drawn(bar, edge, language=code), 1), "bar planned")[0] for code in ("en", "ar-xb"))
    assert left == "0%"
    assert float(right.rstrip("%")) == pytest.approx(100 * (1 - 31 / 120), abs=0.01)


def test_where_today_is() -> None:
    bar = Bar(1, "x", "planned", D(2027, 1, 1), D(2027, 1, 31))
    assert [drawn(bar, on=day).now for day in (D(2026, 12, 31), D(2027, 1, 9), D(2027, 2, 1))] == [-1, 0, 1]
    assert gantt.draw([Group("", [Bar(1, "x", "draft")])], language="en") is None


def test_on_paper_the_axis_stands_on_every_page() -> None:
    bars = [Bar(n, f"Action number {n}", "planned", D(2027, 1, 1), D(2027, 3, 1), after=(n - 1,)) for n in range(1, 46)]
    data = gantt_paper.pdf([Group("Objective", bars)], title='Plan of "Oulu"', facts=["Draft"], language="en")
    pages = PdfReader(io.BytesIO(data)).pages
    assert len(pages) > 2
    assert float(pages[0].mediabox.width) > float(pages[0].mediabox.height)
    assert all("Feb" in page.extract_text() for page in pages)
    assert "Action number 45" in pages[-1].extract_text()
