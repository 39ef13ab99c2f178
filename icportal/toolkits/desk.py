"""A toolkit as it is being written: its words, and the practices a factor names or could name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from icportal.content.queries import ShelfPage
from icportal.practices import queries as library
from icportal.toolkits.kind import practice_titles
from icportal.toolkits.models import Toolkit
from icportal.toolkits.structure import Factor


@dataclass(frozen=True)
class Search:
    """What somebody looks for among practices; ``commitment`` is a number as it was chosen, or empty."""

    words: str = ""
    commitment: str = ""


def words_of(toolkit: Toolkit) -> Mapping[str, str]:
    """The words of the working copy in the language it is written in."""
    head = toolkit.item.source.head
    return head.body if head else {}


def practices_of(factor: Factor) -> list[tuple[int, str]]:
    """(number, title) of the practices a factor names, in their order."""
    names = practice_titles(factor.practices)
    return [(number, names.get(number, str(number))) for number in factor.practices]


def practices_to_pick(looked_for: Search, language: str, *, after: str | None = None) -> ShelfPage:
    """One page of the published practices to pick from."""
    return library.library(library.Search(looked_for.words, {"commitment": looked_for.commitment}), language, after=after)
