"""The programme of a demonstration, as ``icportal/data/demonstration/mentoring.toml`` has it: made up, and marked so on every page."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from importlib.resources import files
from typing import Any

#: Whoever stands for a city is reached here; no such address exists.
ADDRESS = "mentoring@{city}.example"


@dataclass(frozen=True)
class Said:
    """A need or an offer. Where ``text`` is empty, what the portal proposes stands in its place."""

    theme: str
    text: str = ""
    factors: Sequence[str] = ()
    wishes: Sequence[str] = ()


@dataclass(frozen=True)
class Applicant:
    """What a city is made to say; see ``models.Application``. ``skills`` are (person, language, level)."""

    city: str
    language: str
    contact: str
    interpreter: str
    windows: Sequence[tuple[date, date]]
    competences: Sequence[str]
    skills: Sequence[tuple[str, str, str]]
    group: Sequence[tuple[str, str]] = ()
    most_as_mentor: int = 1
    needs: Sequence[Said] = ()
    offers: Sequence[Said] = ()


@cache
def read() -> Mapping[str, Any]:
    """The file as it is."""
    place = files("icportal.data") / "demonstration" / "mentoring.toml"
    return tomllib.loads(place.read_text(encoding="utf-8"))


def calendar(day: date) -> dict[str, tuple[date | None, date | None]]:
    """First and last day of each phase, for a programme that is loaded on ``day``."""
    return {phase: _days(day, between) for phase, between in read()["calendar"].items()}


def applicants(day: date) -> list[Applicant]:
    """Every city with what it says on ``day``."""
    return [
        Applicant(
            city=each["city"],
            language=each["language"],
            contact=each["contact"],
            interpreter=each["interpreter"],
            windows=[_days(day, between) for between in each["days"]],
            competences=each["competences"],
            skills=[(person, code, level) for person, code, level in each["skills"]],
            group=[(name, role) for name, role in each.get("group", ())],
            most_as_mentor=each.get("most_as_mentor", 1),
            needs=[Said(**said) for said in each.get("needs", ())],
            offers=[Said(**said) for said in each.get("offers", ())],
        )
        for each in read()["cities"]
    ]


def _days(day: date, between: Sequence[int]) -> tuple[date, date]:
    first, last = (day + timedelta(days=number) for number in between)
    return first, last
