"""Fields of questions: what stands in them, what is understood of what comes back, and what is refused."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from reporting_world import STRUCTURE
from werkzeug.datastructures import MultiDict

from icportal.reporting.asked import Asked
from icportal.reporting.question_fields import read_values, shown, typed

ASKED = Asked(1, STRUCTURE, "en", {})


def read(section: str, fields: Mapping[str, Any], language: str = "en") -> tuple[dict[str, Any], dict[str, list[Any]]]:
    place = STRUCTURE.section(section)
    assert place is not None
    names = {name.split(".")[1] for name in fields}
    return read_values(place, MultiDict([("asked", name) for name in names] + list(fields.items())), ASKED, language)


NUMBERS = (
    ("1,250.5", "en", "1250.5"),
    ("1.250,5", "de", "1250.5"),
    ("1 250,5", "fr", "1250.5"),
    ("12", "en", "12"),
    (" ", "en", None),
)
REFUSED = (
    ("about", "a.budget", "a lot"),
    ("about", "a.staff", "2.5"),
    ("c01", "a.c01_grade", "splendid"),
    ("special", "a.adopted", "17 May"),
    ("special", "a.website", "city.example"),
    ("special", "a.themes", "nowhere"),
    ("c01", "a.c01_practices", "x"),
    ("special", "a.strategies.0.year", "soon"),
)


@pytest.mark.usefixtures("context")
def test_numbers_are_read_as_the_reader_writes_them() -> None:
    for text, language, value in NUMBERS:
        assert read("about", {"a.budget": text}, language) == ({"budget": value}, {}), text


@pytest.mark.usefixtures("context")
def test_what_is_not_understood_is_refused_at_its_field() -> None:
    for section, field, text in REFUSED:
        values, errors = read(section, {field: text})
        assert (values, list(errors)) == ({}, [field])


@pytest.mark.usefixtures("context")
def test_rows_of_a_table_come_back_as_they_were_typed() -> None:
    fields = {
        "a.strategies.0.title": "Plan",
        "a.strategies.0.year": "2023",
        "a.strategies.2.kind": "charter",
        "a.strategies.1.title": " ",
    }
    values, errors = read("special", fields)
    assert (values, errors) == ({"strategies": [{"title": "Plan", "year": 2023}, {"kind": "charter"}]}, {})
    question = STRUCTURE.questions["strategies"]
    assert [row["title"] for row in typed(question, MultiDict(fields))] == ["Plan", " ", ""]
    more = typed(question, MultiDict({**fields, "add_rows": "strategies"}))
    assert [row["kind"] for row in more] == ["", "", "charter", "", ""]
    again = shown(question, values["strategies"], "en")
    assert [row["year"] for row in again] == ["2023", "", "", ""]


@pytest.mark.usefixtures("context")
def test_a_question_that_was_not_on_the_page_is_not_taken_for_a_blank() -> None:
    values, _errors = read("about", {"a.office": ""})
    assert values == {"office": None}
    assert shown(STRUCTURE.questions["budget"], "1250.5", "de") == "1250,5"
