"""Drawings: scales, bars and lines for pages, and the figures that leave the portal."""

from __future__ import annotations

from decimal import Decimal

import pytest

from icportal.indicators import figures, scales, standalone
from icportal.indicators.charting import Question, moment
from icportal.indicators.enums import Bound
from icportal.indicators.figures import Bar, Line, Point

D = Decimal


@pytest.mark.parametrize(
    ("numbers", "most", "low", "high"),
    [
        (["41", "22.2"], "100", "0", "50"),
        (["99"], "100", "0", "100"),
        (["-8.8", "11"], None, "-10", "15"),
        (["0"], None, "0", "1"),
        ([], None, "0", "1"),
        (["6000", "24200"], None, "0", "25000"),
        (["0.004"], None, "0", "0.004"),
        (["1"], "1", "0", "1"),
    ],
)
def test_a_scale_is_round_and_holds_every_number(numbers: list[str], most: str | None, low: str, high: str) -> None:
    found = scales.scale(map(D, numbers), most=D(most) if most else None)
    assert (found.low, found.high) == (D(low), D(high))
    assert found.ticks[0] == found.low
    assert found.ticks[-1] == found.high
    assert 2 <= len(found.ticks) <= 8


@pytest.mark.parametrize("numbers", [["61", "80"], ["70"], ["-5"], ["0"]])
def test_a_scale_of_lines_need_not_begin_at_zero(numbers: list[str]) -> None:
    found = scales.scale(map(D, numbers), zero=False)
    assert all(found.low <= D(number) <= found.high for number in numbers)
    assert found.low < found.high


def test_years_end_with_the_last() -> None:
    assert scales.years(2010, 2023)[-1] == 2023
    assert len(scales.years(1980, 2023)) <= 8
    assert scales.years(2014, 2014) == [2014]


@pytest.mark.parametrize(("period", "at"), [("2014", 2014.5), ("2014-01", 2014 + 0.5 / 12), ("2020/2021", 2021.0)])
def test_where_a_period_stands(period: str, at: float) -> None:
    assert moment(period) == pytest.approx(at)


SCALE = scales.Scale(D(0), D(100), D(20))


def bar(direction: str = "ltr", **facts: object) -> str:
    return figures.bar_svg(Bar("Oulu", "40%", D(40), **facts), SCALE, direction)  # type: ignore[arg-type]


def test_a_bar_begins_where_reading_begins() -> None:
    assert 'x="0%" y="2" width="40%"' in bar()
    assert 'x="60%" y="2" width="40%"' in bar("rtl")


def test_marked_bars_are_hatched() -> None:
    assert "fig-solid" in bar()
    assert "fig-hatched" in bar(hatched=True)
    assert "fig-solid" not in bar(hatched=True)


def test_a_bound_has_an_arrow_that_turns_with_the_reading() -> None:
    onward, back = "M1 3L8 9L1 15", "M-1 3L-8 9L-1 15"
    assert onward in bar(bound=Bound.AT_LEAST)
    assert back in bar(bound=Bound.AT_MOST)
    assert back in bar("rtl", bound=Bound.AT_LEAST)
    assert "fig-arrow" not in bar(bound=Bound.ROUNDED)


def test_a_negative_bar_ends_at_zero() -> None:
    scale = scales.Scale(D(-10), D(10), D(5))
    assert 'x="25%" y="2" width="25%"' in figures.bar_svg(Bar("Riga", "-5", D(-5)), scale, "ltr")


def test_signs_have_their_words() -> None:
    drawn = figures.signs([("*", "other data set"), ("**", "other <year>")])
    assert drawn.count("fig-sign") == 3
    assert "(other data set)" in drawn
    assert "other &lt;year&gt;" in drawn


def point(at: float, number: str, *, hollow: bool = False) -> Point:
    return Point(at, D(number), f"{at}: {number}", hollow)


def test_a_gap_stays_a_gap(seeded_app: object) -> None:
    stretches = [[point(2010.5, "40"), point(2011.5, "50")], [point(2015.5, "60")], [point(2016.5, "70", hollow=True)]]
    with seeded_app.test_request_context("/en/"):  # type: ignore[attr-defined]
        drawn = figures.lines([Line("Oulu", stretches, {2})], SCALE, [], label="Oulu")
        mirrored = figures.lines([Line("Oulu", stretches, {2})], SCALE, [], label="Oulu", direction="rtl")
    assert drawn.count('<line class="fig-stroke" x1') == 1 + 1, "one segment, one sample in the legend"
    assert drawn.count('class="fig-point"') == 3 + 1
    assert drawn.count('class="fig-point-hollow"') == 1
    assert drawn.count("fig-break") == 1
    assert drawn != mirrored


def test_every_line_of_eight_looks_its_own() -> None:
    assert len({figures.line_key(place) for place in range(8)}) == 8


def test_text_is_parted_at_spaces() -> None:
    assert standalone.wrapped("one two three", 7) == ["one two", "three"]
    assert standalone.wrapped("incomprehensibilities", 5) == ["incomprehensibilities"]


def question(**given: object) -> Question:
    values = {name: value if isinstance(value, list) else [value] for name, value in given.items()}
    return Question.of(lambda name: values.get(name, []))  # type: ignore[arg-type,return-value]


def test_a_question_is_read_and_written_back() -> None:
    asked = question(view="lines", year="2014", city=["oulu", "oulu", "ghent"], sort="name", without=["year", "nonsense"])
    assert asked == Question("lines", 2014, None, ("oulu", "ghent"), "name", frozenset({"year"}))
    assert asked.arguments() == {"view": "lines", "year": 2014, "city": ["oulu", "ghent"], "sort": "name", "without": ["year"]}
    assert question().arguments() == {}


@pytest.mark.parametrize("year", ["", "abc", "20145", "٢٠١٤", "-200", "1e99"])
def test_a_year_that_is_none_is_passed_over(year: str) -> None:
    assert question(year=year).year is None
