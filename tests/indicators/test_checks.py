"""Plausibility: what the portal asks back about, and what it leaves in peace."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from icportal.indicators import breakdowns, checks, findings
from icportal.indicators.catalogue import Definition
from icportal.indicators.entries import REMOVED, Entry, Key
from icportal.indicators.enums import Bound, Confidentiality, Geography, Missing, Unit
from icportal.indicators.facts import Facts

SHARE = Facts(
    unit=Unit.PERCENT, groups=("eu_born", "non_eu_born"), adds_up=("origin",), low=Decimal(0), high=Decimal(100), jump=50
)
PERSONS = Facts(unit=Unit.PERSONS, decimals=0, sexes=("f", "m"), adds_up=("sex",), low=Decimal(0), high=Decimal(1000), jump=50)
LEVELS = Facts(
    total=False, classes=("isced=0-2", "isced=3-4", "isced=5-8"), groups=("foreign_born",), crossed=True, adds_up=("isced",)
)


def definition(number: int, code: str, facts: Facts) -> Definition:
    return Definition(number, code, "demography", number, True, number, 1, facts, code, "", "", "", "", "en")


KNOWN = {
    1: definition(1, "POP01", SHARE),
    2: definition(2, "EMPL05", PERSONS),
    3: definition(3, "EDU01", LEVELS),
    4: definition(4, "POP03", Facts(jump=50)),
    5: definition(5, "EMPL01", Facts(jump=50)),
    6: definition(6, "EMPL04", Facts(unit=Unit.PERCENTAGE_POINTS, low=Decimal(-100), high=Decimal(100))),
    7: definition(7, "BUY02", Facts(
        unit=Unit.PERCENT, total=False, classes=("measure=value", "measure=share"), high=Decimal(10000),
        units={"measure=value": "eur", "measure=share": "percent"},
    )),
}  # fmt: skip


def key(indicator: int, breakdown: str = "", period: str = "2024") -> Key:
    return Key(1, indicator, breakdown, period)


def entry(amount: str | int | None, unit: str = Unit.PERCENT, **more: Any) -> Entry:
    more.setdefault("definition_id", 9)
    return Entry(None if amount is None else Decimal(amount), unit=unit, **more)


def asked(entries: dict[Key, Entry], previous: dict[Key, Entry] | None = None, **more: Any) -> dict[tuple[int, str], list[str]]:
    found = checks.warnings(entries, previous=previous or {}, definitions=KNOWN, **more)
    return {(each.indicator_id, each.breakdown): [finding.code for finding in of] for each, of in found.items()}


def one(amount: str | int | None, before: str | None = None, indicator: int = 1, **more: Any) -> list[str]:
    unit = KNOWN[indicator].facts.unit
    previous = {key(indicator, period="2022"): entry(before, unit)} if before else {}
    return asked({key(indicator): entry(amount, unit, **more)}, previous).get((indicator, ""), [])


@pytest.mark.parametrize(
    ("amount", "indicator", "code"),
    [
        ("120", 1, "check.share"),
        ("-1", 1, "check.range"),
        ("-3", 2, "check.negative"),
        ("2000", 2, "check.range"),
        ("101", 6, "check.range"),
    ],
)
def test_an_implausible_number_is_asked_about(amount: str, indicator: int, code: str) -> None:
    assert one(amount, indicator=indicator) == [code]


@pytest.mark.parametrize(("amount", "indicator"), [("0", 1), ("100", 1), ("12.5", 1), ("1000", 2), ("-100", 6)])
def test_a_plausible_number_is_left_in_peace(amount: str, indicator: int) -> None:
    assert one(amount, indicator=indicator) == []


def test_the_range_of_another_unit_is_not_applied_but_a_share_never_exceeds_the_whole() -> None:
    found = asked({key(7, "measure=value"): entry(8_800_000, Unit.EUR), key(7, "measure=share"): entry(101)})
    assert found == {(7, "measure=share"): ["check.share"]}


def test_a_jump_is_asked_about_unless_it_is_trivial() -> None:
    assert one("31", before="20") == ["check.jump"]
    assert one("30", before="20") == []
    # 0.3 to 0.9 is three times as much, and nothing worth a question.
    assert one("0.9", before="0.3") == []
    assert one("9", before="20") == ["check.jump"]


def test_a_jump_is_seen_against_the_last_period_and_only_in_the_same_unit() -> None:
    earlier = {key(1, period="2020"): entry(10), key(1, period="2022"): entry(22), key(1, period="2026"): entry(1)}
    assert asked({key(1): entry(25)}, earlier) == {}
    assert asked({key(1): entry(50)}, {key(1, period="2022"): entry(10, Unit.PER_1000)}) == {}
    assert asked({key(1): entry(50)}, {key(1, period="2022"): REMOVED}) == {}


def test_parts_that_exceed_the_whole() -> None:
    found = asked({key(2): entry(100, Unit.PERSONS), key(2, "sex=f"): entry(130, Unit.PERSONS)})
    assert found == {(2, "sex=f"): ["check.part"]}
    found = asked(
        {key(2): entry(100, Unit.PERSONS), key(2, "sex=f"): entry(60, Unit.PERSONS), key(2, "sex=m"): entry(60, Unit.PERSONS)}
    )
    assert set(found) == {(2, ""), (2, "sex=f"), (2, "sex=m")}
    assert all(codes == ["check.parts"] for codes in found.values())


def test_parts_may_be_rounded_or_incomplete() -> None:
    whole, eu, other = key(1), key(1, "origin=eu_born"), key(1, "origin=non_eu_born")
    assert asked({whole: entry("20.0"), eu: entry("8.1"), other: entry("12.0")}) == {}
    assert asked({whole: entry("20.0"), eu: entry("8.5"), other: entry("12.0")}) != {}
    assert asked({whole: entry("20.0"), eu: entry("8.3"), other: entry("12.0", bound=Bound.ABOUT)}) == {}
    assert asked({whole: entry("20.0"), eu: entry("8")}) == {}
    assert asked({whole: entry("20.0"), eu: entry("8"), other: entry(None, missing=Missing.NOT_AVAILABLE)}) == {}


def test_levels_of_education_add_up_to_a_hundred_for_every_group() -> None:
    def levels(group: str, *amounts: str) -> dict[Key, Entry]:
        codes = ("0-2", "3-4", "5-8")
        return {
            key(3, ";".join(filter(None, (group, f"isced={code}")))): entry(amount)
            for code, amount in zip(codes, amounts, strict=False)
        }

    assert asked(levels("", "20", "50", "30")) == {}
    assert asked(levels("", "20.1", "50", "30")) == {}
    assert asked(levels("", "20", "50")) == {}
    found = asked(levels("", "20", "50", "30") | levels("origin=foreign_born", "40", "40", "30"))
    assert {breakdown for _indicator, breakdown in found} == {
        f"origin=foreign_born;isced={code}" for code in ("0-2", "3-4", "5-8")
    }
    assert all(codes == ["check.hundred"] for codes in found.values())


def test_a_figure_of_the_country_is_marked_or_guessed() -> None:
    assert one("20", geography=Geography.NATIONAL) == ["check.national"]
    same = {key(1): [Decimal(20), Decimal("20.0"), Decimal(7)]}
    assert asked({key(1): entry(20)}, elsewhere=same) == {(1, ""): ["check.national_alike"]}
    assert asked({key(1): entry(20)}, elsewhere={key(1): [Decimal(20), Decimal(7)]}) == {}
    assert asked({key(1): entry(20, geography=Geography.REGION)}, elsewhere=same) == {}
    before = {key(1, period="2022"): entry(20, geography=Geography.NATIONAL)}
    assert asked({key(1): entry(20)}, before) == {(1, ""): ["check.national_before"]}


def test_another_unit_than_asked_for() -> None:
    assert asked({key(1): entry(120, Unit.PERSONS)}) == {(1, ""): ["check.unit"]}


def test_a_confidential_value_that_is_the_difference_of_the_others() -> None:
    hidden = {"confidentiality": Confidentiality.CONFIDENTIAL}
    whole, eu, other = key(1), key(1, "origin=eu_born"), key(1, "origin=non_eu_born")
    assert asked({whole: entry(20), eu: entry(8, **hidden), other: entry(12)}) == {(1, "origin=eu_born"): ["check.disclosed"]}
    assert asked({whole: entry(20, **hidden), eu: entry(8), other: entry(12)}) == {(1, ""): ["check.disclosed"]}
    assert asked({whole: entry(20), eu: entry(8, **hidden), other: entry(12, **hidden)}) == {}
    assert asked({whole: entry(20), eu: entry(8, **hidden)}) == {}


def test_whom_a_city_counts_as_a_migrant_has_to_be_said_where_it_matters() -> None:
    assert one("20", indicator=4, definition_id=None) == ["check.definition"]
    assert one("20", indicator=1, definition_id=None) == []
    assert one(None, indicator=4, definition_id=None, missing=Missing.NOT_AVAILABLE) == []


def test_the_gap_is_the_difference_it_is_computed_from() -> None:
    def gap(amount: str) -> dict[tuple[int, str], list[str]]:
        return asked({key(4): entry(30), key(5): entry("12.5"), key(6): entry(amount, Unit.PERCENTAGE_POINTS)})

    assert gap("17.5") == {}
    assert gap("17.4") == {}
    assert gap("15") == {(6, ""): ["check.gap"]}
    assert asked({key(4): entry(30), key(6): entry("15", Unit.PERCENTAGE_POINTS)}) == {}


def test_what_was_taken_back_is_not_asked_about() -> None:
    assert asked({key(1): REMOVED, key(1, "origin=eu_born"): entry(8), key(1, "origin=non_eu_born"): entry(12)}) == {}


def test_unknown_indicators_are_passed_over() -> None:
    assert asked({key(99): entry(500)}) == {}


def test_every_question_can_be_read(app: Any) -> None:
    numbers = dict.fromkeys(
        ("value", "low", "high", "before", "percent", "sum", "whole", "population", "workforce", "expected"), 1234.5
    )
    with app.test_request_context():
        for code in (code for code in findings.known() if code.startswith("check.")):
            sentence = str(findings.Finding(code, {**numbers, "period": "2014", "count": 2}))
            assert "%(" not in sentence
            assert sentence.endswith(".")


def test_a_group_counts_once_when_its_parts_are_asked_for_as_well() -> None:
    facts = Facts(unit=Unit.PERSONS, groups=("national", "foreign", "eu_foreign", "non_eu_foreign"), adds_up=("origin",))
    assert set(breakdowns.PARTS["origin=foreign"]) == {"origin=eu_foreign", "origin=non_eu_foreign"}
    known = {1: definition(1, "X", facts)}
    amounts = {"": 100, "origin=national": 70, "origin=foreign": 30, "origin=eu_foreign": 10, "origin=non_eu_foreign": 20}
    entries = {key(1, breakdown): entry(amount, Unit.PERSONS) for breakdown, amount in amounts.items()}
    assert checks.warnings(entries, previous={}, definitions=known) == {}
