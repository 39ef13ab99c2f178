"""What may stand beside what: marks, footnotes, leaving out, and the light."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from icportal.indicators import comparability
from icportal.indicators.comparability import (
    Criterion,
    Period,
    Reference,
    Value,
    differences,
    joins,
    leave_out,
    light,
    mark,
    usual_definition,
    usual_period,
)
from icportal.indicators.enums import Bound, Counting, DefinitionFamily, Geography, Unit

VALUE = Value(
    city_id=1, indicator_id=10, breakdown="", period="2014", year=2014, amount=Decimal("22.2"), missing="", unit=Unit.PERCENT,
    statuses="", withheld=False, bound=Bound.EXACT, geography=Geography.CITY, counting=Counting.STOCK,
    definition=DefinitionFamily.FOREIGN_BORN, series=1,
)  # fmt: skip
REFERENCE = Reference(10, 1, Unit.PERCENT, Counting.STOCK, 2014, Geography.CITY, DefinitionFamily.FOREIGN_BORN)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, ()),
        ({"indicator_id": 11}, (Criterion.DATA_SET,)),
        ({"statuses": "d"}, (Criterion.DATA_SET,)),
        ({"year": 2012, "period": "2012"}, (Criterion.YEAR,)),
        ({"period": "2014-06"}, ()),
        ({"period": "2014-06", "counting": Counting.FLOW}, (Criterion.PERIOD, Criterion.COUNTING)),
        ({"period": "2014/2015", "counting": Counting.FLOW}, (Criterion.PERIOD, Criterion.COUNTING)),
        ({"period": "2012-06", "year": 2012}, (Criterion.YEAR,)),
        ({"definition": DefinitionFamily.NOT_STATED}, (Criterion.DEFINITION,)),
        ({"geography": Geography.NATIONAL}, (Criterion.GEOGRAPHY,)),
        ({"geography": Geography.NOT_STATED}, (Criterion.GEOGRAPHY,)),
        ({"series": 2}, (Criterion.SERIES,)),
        ({"counting": Counting.CUMULATIVE}, (Criterion.COUNTING,)),
        ({"unit": Unit.PERSONS}, (Criterion.UNIT,)),
        ({"indicator_id": 11, "year": 2012}, (Criterion.DATA_SET, Criterion.YEAR)),
        ({"statuses": "ep", "bound": Bound.AT_LEAST, "period_assumed": True}, ()),
    ],
)
def test_a_value_is_marked_for_what_it_differs_in(change: dict[str, object], expected: tuple[str, ...]) -> None:
    assert differences(replace(VALUE, **change), REFERENCE) == expected


def test_caveats_that_do_not_hinder_comparison_are_still_shown(context: None) -> None:
    value = replace(VALUE, statuses="bdp", bound=Bound.AT_MOST, period_assumed=True)
    [item] = mark([value], REFERENCE)
    assert [sign for sign, _word in item.signs] == ["*", "≤", "b", "p", "?"]


def test_a_value_in_another_unit_is_never_drawn() -> None:
    other, same = mark([replace(VALUE, unit=Unit.PERSONS), VALUE], REFERENCE)
    assert not other.is_drawn
    assert same.is_drawn


def test_a_withheld_number_is_neither_drawn_nor_compared() -> None:
    [item] = mark([replace(VALUE, amount=None, withheld=True)], REFERENCE)
    assert not item.is_drawn
    assert not item.compares
    assert item.signs == ()


def test_leaving_out_takes_marked_values_and_no_others() -> None:
    values = [VALUE, replace(VALUE, year=2012), replace(VALUE, year=2012, geography=Geography.REGION)]
    kept, out = leave_out(mark(values, REFERENCE), {Criterion.GEOGRAPHY})
    assert [item.value for item in kept] == values[:2]
    assert [item.value for item in out] == values[2:]


def test_the_usual_definition_is_a_stated_one() -> None:
    unstated = replace(VALUE, definition=DefinitionFamily.NOT_STATED)
    assert usual_definition([unstated, unstated, VALUE]) == DefinitionFamily.FOREIGN_BORN
    assert usual_definition([unstated]) == DefinitionFamily.NOT_STATED


def test_the_usual_kind_of_period_is_what_most_cities_give() -> None:
    month, school_year = replace(VALUE, period="2014-06"), replace(VALUE, period="2014/2015")
    assert usual_period([]) == Period.YEAR
    assert usual_period([month, replace(VALUE, city_id=2)]) == Period.YEAR, "between equals the year"
    assert usual_period([replace(month, period=f"2014-{number:02}") for number in range(1, 13)] + [VALUE]) == Period.YEAR
    assert usual_period([replace(school_year, city_id=2), school_year, replace(VALUE, city_id=3)]) == Period.YEARS
    assert usual_period([month, replace(VALUE, city_id=2, amount=None)]) == Period.MONTH


@pytest.mark.parametrize(
    ("years", "tone"),
    [([], "draft"), ([2014], "draft"), ([2014, 2014], "done"), ([2014, 2014, 2012], "waiting"), ([2014, 2012], "stopped")],
)
def test_the_light(seeded_app: object, years: list[int], tone: str) -> None:
    with seeded_app.test_request_context("/en/"):  # type: ignore[attr-defined]
        shown = light(mark([replace(VALUE, year=year) for year in years], REFERENCE), explanation="they agree")
    assert shown.tone == tone
    assert shown.word


def test_the_amber_light_counts(seeded_app: object) -> None:
    with seeded_app.test_request_context("/en/"):  # type: ignore[attr-defined]
        shown = light(mark([VALUE, VALUE, replace(VALUE, year=2013)], REFERENCE), explanation="")
    assert shown.word == "1 of 3 values is marked"


def test_footnotes_name_what_differs_and_whose(seeded_app: object) -> None:
    values = [VALUE, replace(VALUE, indicator_id=11, city_id=2), replace(VALUE, year=2012, period="2012", city_id=3)]
    with seeded_app.test_request_context("/en/"):  # type: ignore[attr-defined]
        notes = comparability.footnotes(mark(values, REFERENCE), {11: "Foreign nationals share"})
        found = {note.sign: [(detail, [value.city_id for value in of]) for detail, of in note.details] for note in notes}
    assert found == {"*": [("Foreign nationals share", [2])], "**": [("2012", [3])]}


@pytest.mark.parametrize(
    ("change", "runs_on"),
    [
        ({"year": 2015}, True),
        ({"statuses": "b"}, False),
        ({"series": 2}, False),
        ({"definition": DefinitionFamily.MINORITIES}, False),
        ({"geography": Geography.REGION}, False),
        ({"statuses": "d"}, False),
        ({"statuses": "p"}, True),
        ({"unit": Unit.PERSONS}, False),
        ({"period": "2015-01", "year": 2015}, True),
        ({"amount": None}, False),
    ],
)
def test_a_line_runs_on_only_between_numbers_of_one_kind(change: dict[str, object], *, runs_on: bool) -> None:
    assert joins(VALUE, replace(VALUE, **change)) is runs_on


def test_what_flows_in_a_month_does_not_join_what_flows_in_a_year() -> None:
    flow = replace(VALUE, counting=Counting.FLOW)
    assert joins(flow, replace(flow, period="2015", year=2015))
    assert not joins(flow, replace(flow, period="2015-01", year=2015))
    assert not joins(flow, replace(flow, period="2015/2016", year=2015))


some_values = st.builds(
    replace,
    st.just(VALUE),
    indicator_id=st.sampled_from([10, 11]),
    year=st.integers(2012, 2016),
    unit=st.sampled_from([Unit.PERCENT, Unit.PERSONS]),
    definition=st.sampled_from(DefinitionFamily),
    geography=st.sampled_from(Geography),
    counting=st.sampled_from(Counting),
    series=st.integers(1, 3),
    statuses=st.sampled_from(["", "b", "d", "ep"]),
    withheld=st.booleans(),
)


@given(st.lists(some_values, max_size=12), st.sets(st.sampled_from(comparability.CHOICES)))
def test_values_without_a_mark_agree_on_everything(values: list[Value], without: set[str]) -> None:
    reference = replace(REFERENCE, definition=usual_definition(values))
    kept, out = leave_out(mark(values, reference), without)
    assert len(kept) + len(out) == len(values)
    names = ("indicator_id", "year", "unit", "definition", "geography", "counting", "series")
    for one, other in combinations([item.value for item in kept if item.compares], 2):
        assert [getattr(one, name) for name in names] == [getattr(other, name) for name in names]
    assert all(set(item.differs) & without for item in out)
    assert not any(set(item.differs) & without for item in kept)
