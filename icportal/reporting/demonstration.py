"""The rounds of a demonstration, as the files of ``icportal/data/demonstration`` have them: made up, and marked so on every page."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

from icportal.core.text import fold
from icportal.data import reader
from icportal.reporting.enums import Grade, QuestionRole
from icportal.reporting.questionnaires.definition import Structure

#: Rounds that are over, in their order.
PAST = (2, 5)
#: The round that is open, asked as the last one was, and how many days its cities have from the day it is loaded.
OPEN, DAYS_TO_ANSWER = 6, 150
OPEN_PERIOD = (date(2022, 7, 1), date(2026, 6, 30))
LETTERS = {"f": Grade.FULLY, "p": Grade.PARTLY, "n": Grade.NOT_AT_ALL}
#: What the column of a strategy's year says, for those bases of the facts that say one thing.
YEAR_MEANINGS = {"period": "period", "horizon": "horizon", "publication": "publication"}


@dataclass(frozen=True)
class MadeUp:
    """What one city is made to say: answers by question (the value, or what else is kept of it), and pieces of evidence."""

    city: str
    language: str
    answers: Mapping[str, Mapping[str, Any]]
    evidence: tuple[Mapping[str, Any], ...]


@cache
def past_round(number: int) -> Mapping[str, Any]:
    """The file of a round that is over."""
    place = files("icportal.data") / "demonstration" / f"round-{number}.toml"
    return tomllib.loads(place.read_text(encoding="utf-8"))


def slugs() -> list[str]:
    """The cities of the demonstration, by their slugs."""
    return [each["city"] for each in past_round(PAST[-1])["cities"]]


def said_in(number: int, structure: Structure, keys: Mapping[str, str]) -> Iterator[MadeUp]:
    """What each city says in a past round. ``keys`` are those of the cities, by their slugs."""
    read = past_round(number)
    for each in read["cities"]:
        answers = {code: said if isinstance(said, dict) else {"value": said} for code, said in each["answers"].items()}
        facts = _strategies(keys[each["city"]], structure) if number == PAST[0] else {}
        yield MadeUp(
            each["city"],
            each["language"],
            {**_grades(each["grades"], structure), **facts, **answers},
            tuple(each.get("evidence", ())),
        )


def _grades(letters: str, structure: Structure) -> dict[str, dict[str, Any]]:
    """Grades by question; where there is none, nothing: a blank is not "not at all"."""
    found = dict(zip(structure.grades.values(), letters.split(), strict=True))
    return {question.name: {"value": str(LETTERS[letter])} for question, letter in found.items() if letter in LETTERS}


def _strategies(city: str, structure: Structure) -> dict[str, dict[str, Any]]:
    """The strategies that the reports give for a city: these are facts."""
    rows = [
        {
            "strategy": fact.strategy,
            **({"year_from": fact.year_from} if fact.year_from else {}),
            **({"year_to": fact.year_to} if fact.year_to else {}),
            **({"year_meaning": YEAR_MEANINGS[fact.year_basis]} if fact.year_basis in YEAR_MEANINGS else {}),
        }
        for fact in reader.strategies()
        if fold(fact.city) == city
    ]
    asked = next((name for name, each in structure.questions.items() if each.role == QuestionRole.STRATEGIES), "")
    return {asked: {"value": rows, "language": "en"}} if rows and asked else {}
