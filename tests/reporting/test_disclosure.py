"""Nobody can derive a hidden grade from the numbers and names the public reads, even knowing how they are made."""

from __future__ import annotations

from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from icportal.reporting.counting import GRADES, PUBLIC, Field, Place, count, question_document
from icportal.reporting.disclosure import may_be_counted, shown

COUNTRIES, SIZES = ("AT", "FI"), ("0", "1", "2")
VISIBILITIES = ("public", "network", "city", "")

City = tuple[str, str, str, str]
"""(country, size, grade, visibility); no visibility is no answer"""


def public_document(cities: list[City], *, smallest: int, settled: bool = True) -> dict:
    """What the public reads of these cities."""
    cells: dict[tuple, int] = {}
    places, rows = {}, []
    for number, (country, size, grade, visibility) in enumerate(cities):
        cell = cells.setdefault((("size", size), ("country", country)), len(cells))
        places[number] = Place(number, cell, is_public=True)
        if visibility:
            rows.append((number, "" if visibility == "city" else grade, visibility))
    asked = Field(places, tuple(cells), smallest, settled)
    return question_document(count(rows, asked)[PUBLIC], asked, "choice", GRADES)


def hidden(cities: list[City]) -> list[int]:
    return [number for number, city in enumerate(cities) if city[3] == "network"]


@st.composite
def rounds(draw, most_hidden: int = 5) -> list[City]:
    grade, place = st.sampled_from(GRADES), st.tuples(st.sampled_from(COUNTRIES), st.sampled_from(SIZES))
    secret = draw(st.lists(st.tuples(place, grade), max_size=most_hidden))
    rest = draw(st.lists(st.tuples(place, grade, st.sampled_from(("public", "city", ""))), max_size=8))
    return [(*where, str(said), "network") for where, said in secret] + [(*where, str(said), seen) for where, said, seen in rest]


@settings(max_examples=150, deadline=None)
@given(cities=rounds(), smallest=st.sampled_from([1, 2, 3]))
def test_no_hidden_grade_follows_from_what_is_published(cities, smallest):
    """Of all the ways the hidden cities could have answered, those that look the same to the public disagree on every city.

    The reader of this attack knows who hides a grade, in which groups each city is, every named grade, and the rule itself.
    """
    secret, seen = hidden(cities), public_document(cities, smallest=smallest)
    possible: list[set[str]] = [set() for _number in secret]
    for said in product(map(str, GRADES), repeat=len(secret)):
        other = list(cities)
        for number, grade in zip(secret, said, strict=True):
            other[number] = (*cities[number][:2], grade, "network")
        if public_document(other, smallest=smallest) == seen:
            for place, grade in enumerate(said):
                possible[place].add(grade)
    assert all(len(grades) > 1 for grades in possible)


@settings(max_examples=200, deadline=None)
@given(cities=rounds(most_hidden=12), smallest=st.sampled_from([2, 3, 5]))
def test_hidden_answers_count_in_large_numbers_and_in_no_group(cities, smallest):
    document = public_document(cities, smallest=smallest)
    assert document["unnamed"] in {0, len(hidden(cities))}
    assert document["unnamed"] == 0 or document["unnamed"] >= smallest
    assert all(part["unnamed"] == 0 for parts in document["groups"].values() for part in parts)
    sizes = [part["invited"] - part["no_answer"] for parts in document["groups"].values() for part in parts]
    assert all(size >= smallest for size in sizes)


@settings(max_examples=200, deadline=None)
@given(cities=rounds(most_hidden=12), smallest=st.sampled_from([2, 3, 5]))
def test_every_answer_is_counted_once_or_said_to_be_withheld(cities, smallest):
    document = public_document(cities, smallest=smallest)
    for part in (document, *(each for parts in document["groups"].values() for each in parts)):
        assert sum(part["counts"].values()) == part["counted"]
        assert part["counted"] + part["withheld"] + part["no_answer"] == part["invited"]
    for breakdown in ("size", "country"):
        shown_cities = sum(part["invited"] for part in document["groups"].get(breakdown, ()))
        left_out = document["suppressed"].get(breakdown, {"cities": 0})["cities"]
        without = sum(not city[3] for city in cities)
        assert len(cities) - without <= shown_cities + left_out <= len(cities)


def test_one_or_two_hidden_answers_are_withheld_and_three_of_two_minds_are_counted():
    named = [("AT", "0", "fully", "public")] * 5
    two = public_document([*named, ("AT", "0", "partly", "network"), ("AT", "0", "not_at_all", "network")], smallest=3)
    assert (two["counts"]["partly"], two["unnamed"], two["withheld"]) == (0, 0, 2)
    three = public_document([*named, *[("AT", "0", "partly", "network")] * 2, ("AT", "0", "not_at_all", "network")], smallest=3)
    assert (three["counts"]["partly"], three["counts"]["not_at_all"], three["unnamed"], three["withheld"]) == (2, 1, 3, 0)


def test_hidden_answers_that_are_all_alike_are_withheld_however_many():
    cities = [("AT", "0", "fully", "public")] * 5 + [("AT", "0", "not_at_all", "network")] * 6
    document = public_document(cities, smallest=3)
    assert (document["counts"]["not_at_all"], document["withheld"]) == (0, 6)


def test_while_a_round_is_not_settled_only_named_answers_count():
    cities = [("AT", "0", "partly", "network")] * 3 + [("AT", "0", "fully", "network")] * 3
    assert public_document(cities, smallest=3, settled=False)["counted"] == 0
    assert public_document(cities, smallest=3)["counted"] == 6


def test_a_single_small_group_takes_the_smallest_of_the_others_with_it():
    assert shown({"a": 10, "b": 5, "c": 7, "d": 2}, 3) == {"a", "c"}
    assert shown({"a": 10, "b": 1, "c": 2}, 3) == {"a"}
    assert shown({"a": 10, "b": 1, "c": 1}, 3) == frozenset()
    assert shown({"a": 10, "b": 5, "c": 0}, 3) == {"a", "b"}


def test_a_group_counts_what_is_shown_by_name():
    cities = [("AT", "0", "fully", "public")] * 3 + [("AT", "0", "partly", "network")] * 2 + [("FI", "0", "fully", "network")] * 3
    document = public_document(cities, smallest=3)
    assert (document["counts"]["fully"], document["counts"]["partly"], document["unnamed"]) == (6, 2, 5)
    austria = next(part for part in document["groups"]["country"] if part["key"] == "AT")
    assert (austria["counts"]["fully"], austria["counts"]["partly"], austria["withheld"]) == (3, 0, 2)


def test_a_city_alone_is_never_a_group():
    assert not may_be_counted({"fully": 1}, 1)
    assert not may_be_counted({}, 1)
    assert may_be_counted({"fully": 1, "partly": 1}, 1)
