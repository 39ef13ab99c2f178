"""Two texts of one kind set against each other, field by field and word by word; and the facts that go with them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from icportal.content.kinds import ContentField
from icportal.core.strings import Text
from icportal.core.text import word_diff

_KINDS = {"equal": "same", "insert": "ins", "delete": "del"}


@dataclass(frozen=True)
class FactChange:
    """One fact of two revisions, as lists of what is said; ``parts`` are (same | ins | del, a line)."""

    label: Text
    old: list[str]
    new: list[str]

    @property
    def is_changed(self) -> bool:
        return self.old != self.new

    @property
    def said(self) -> list[str]:
        """What is there, what is new with a plus and what is gone with a minus."""
        signs = {"same": "", "ins": "+ ", "del": "− "}
        return [signs[kind] + line.strip() for kind, line in self.parts if self.old and kind != "same"] or self.new

    @property
    def parts(self) -> list[tuple[str, str]]:
        kept = [("same" if line in self.old else "ins", f"{line}\n") for line in self.new]
        return kept + [("del", f"{line}\n") for line in self.old if line not in self.new]


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


def compare(fields: Iterable[ContentField], old: Mapping[str, str], new: Mapping[str, str]) -> list[FieldChange]:
    """Every field that either text has, in reading order."""
    return [
        FieldChange(field.name, field.label, old.get(field.name, ""), new.get(field.name, ""))
        for field in fields
        if old.get(field.name) or new.get(field.name)
    ]


def compare_said(labels: Mapping[str, Text], before: Mapping[str, list[str]], after: Mapping[str, list[str]]) -> list[FactChange]:
    """Every fact that either side has, in the order of the labels."""
    return [FactChange(label, before[name], after[name]) for name, label in labels.items() if before[name] or after[name]]


def words(old: str, new: str) -> list[tuple[str, str]]:
    """What came and went between two texts, as templates show it."""
    return [(_KINDS[op], text) for op, text in word_diff(old, new)]
