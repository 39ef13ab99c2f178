"""What a city plans to do. The package that keeps plans says so; without one, only the answers speak of plans."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from icportal.cities.models import City


@dataclass(frozen=True)
class Intention:
    """Something the city means to do, by a day where one is set. ``language`` is that of the title."""

    title: str
    language: str
    due_on: date | None = None


_sources: dict[Callable[[City], Sequence[Intention]], None] = {}


def register(source: Callable[[City], Sequence[Intention]]) -> None:
    """Name a place where plans of cities are kept. The application does."""
    _sources[source] = None


def intentions_of(city: City) -> list[Intention]:
    """What the city has in hand, the most urgent first."""
    return [each for source in _sources for each in source(city)]
