"""Parts of a page that packages above add to it: the city page knows no charter and no practices.

A provider is asked for its part whenever the page is made and may answer None. The application registers them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any


@dataclass(frozen=True)
class Section:
    """A part of a page: its template is included with ``data``."""

    template: str
    data: Mapping[str, Any] = field(default_factory=dict)


Provider = Callable[[Any, str], Section | None]


class Page:
    """A page that others add parts to, in the order of registration. A provider gets (subject, language)."""

    def __init__(self) -> None:
        self._providers: dict[str, Provider] = {}

    def register(self, name: str, provider: Provider) -> None:
        self._providers[name] = provider

    def of(self, subject: Any, language: str) -> dict[str, Section]:
        """The parts this subject has, by name."""
        made = {name: provider(subject, language) for name, provider in self._providers.items()}
        return {name: section for name, section in made.items() if section is not None}


CITY = Page()
register = CITY.register


@dataclass(frozen=True)
class Membership:
    """Since when a city counts as a signatory, and how exactly that is known."""

    earliest: date
    latest: date
    precision: str


_memberships: list[Callable[[], Mapping[int, Membership]]] = []


def register_memberships(provider: Callable[[], Mapping[int, Membership]]) -> None:
    """Name the function that says which cities are signatories today, by city id."""
    _memberships[:] = [provider]


def memberships() -> Mapping[int, Membership]:
    """Which cities are signatories today; nobody where no charter is installed."""
    return _memberships[0]() if _memberships else {}
