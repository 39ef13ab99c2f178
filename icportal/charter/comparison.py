"""Two versions of the charter beside each other, passage by passage."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from icportal.core.strings import _
from icportal.core.text import word_diff
from icportal.data.reader import CharterText

_KINDS = {"equal": "same", "delete": "del", "insert": "ins"}


@dataclass(frozen=True)
class Passage:
    """A passage of our summary: its name, and its words as (same | del | ins, text)."""

    label: str
    parts: tuple[tuple[str, str], ...]

    @property
    def is_changed(self) -> bool:
        return any(kind != "same" for kind, _text in self.parts)


def passages(old: CharterText, new: CharterText) -> list[Passage]:
    """Every passage in reading order."""
    return [
        Passage(label, tuple((_KINDS[op], text) for op, text in word_diff(before, after)))
        for (label, before), (_label, after) in zip(_passages_of(old), _passages_of(new), strict=True)
    ]


def _passages_of(text: CharterText) -> Iterator[tuple[str, str]]:
    yield _("Opening"), text.opening
    yield _("Purpose"), text.purpose
    for commitment in text.commitments:
        yield _("Commitment %(number)s", number=commitment.number), f"{commitment.title}. {commitment.text}"
    yield _("Delivery"), text.delivery
    for number, duty in enumerate(text.duties, start=1):
        yield _("Duty %(number)s", number=number), duty.text
