"""Breakdowns: which part of the population a value speaks of, and in which class.

A breakdown is written as ``dimension=code`` pairs in a fixed order, joined by semicolons; the whole is the empty
text. The same text stands in the hidden key column of a workbook, in open data and in the database.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

#: The codes of every dimension, in the order in which keys and tables have them.
DIMENSIONS: dict[str, tuple[str, ...]] = {
    "origin": (
        "national", "foreign", "eu_foreign", "non_eu_foreign",
        "native_born", "foreign_born", "eu_born", "non_eu_born",
        "migrant_background", "no_migrant_background",
    ),
    "sex": ("f", "m", "x"),
    "age": ("15-24", "25-54", "55-64", "65+"),
    "isced": ("0-2", "3-4", "5-8"),
    "subject": ("reading", "maths", "science"),
    "level": ("executive", "middle", "entry"),
    "measure": ("exists", "meetings", "opinions", "absolute", "relative", "value", "share", "trust", "belonging"),
}  # fmt: skip

#: The parts of a group that together are the group.
PARTS: dict[str, tuple[str, ...]] = {
    "origin=foreign": ("origin=eu_foreign", "origin=non_eu_foreign"),
    "origin=foreign_born": ("origin=eu_born", "origin=non_eu_born"),
}

WHOLE = ""
_PAIR = re.compile(r"([a-z]+)=([a-z0-9_+-]+)")


def key_of(parts: Mapping[str, str]) -> str:
    """The key of these codes, in the order of the dimensions."""
    return ";".join(f"{dimension}={parts[dimension]}" for dimension in DIMENSIONS if dimension in parts)


def parse(key: str) -> dict[str, str]:
    """The codes of a key by dimension.

    Raises:
        ValueError: it is not written like a key, or names a dimension or code there is none of.
    """
    parts: dict[str, str] = {}
    for piece in key.split(";") if key else ():
        pair = _PAIR.fullmatch(piece)
        if pair is None or pair[2] not in DIMENSIONS.get(pair[1], ()) or pair[1] in parts:
            raise ValueError(key)
        parts[pair[1]] = pair[2]
    return parts


def place(key: str) -> tuple[int, ...]:
    """Where a breakdown stands in a table: the whole first, then by the order of dimensions and codes."""
    parts = parse(key)
    return tuple(DIMENSIONS[name].index(parts[name]) + 1 if name in parts else 0 for name in DIMENSIONS)
