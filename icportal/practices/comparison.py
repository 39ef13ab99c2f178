"""Two texts of a practice set against each other, field by field and word by word."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from icportal.core.strings import Text
from icportal.core.text import word_diff
from icportal.practices.kind import FIELDS

_KINDS = {"equal": "same", "insert": "ins", "delete": "del"}


@dataclass(frozen=True)
class FieldChange:
    """One field of two texts; ``parts`` are (same | ins | del, words)."""

    name: str
    label: Text
    old: str
    new: str

    @property
    def is_changed(self) -> bool:
        return self.old != self.new

    @property
    def parts(self) -> list[tuple[str, str]]:
        return words(self.old, self.new)


def compare(old: Mapping[str, str], new: Mapping[str, str]) -> list[FieldChange]:
    """Every field that either text has, in reading order."""
    return [
        FieldChange(field.name, field.label, old.get(field.name, ""), new.get(field.name, ""))
        for field in FIELDS
        if old.get(field.name) or new.get(field.name)
    ]


def words(old: str, new: str) -> list[tuple[str, str]]:
    """What came and went between two texts, as templates show it."""
    return [(_KINDS[op], text) for op, text in word_diff(old, new)]
