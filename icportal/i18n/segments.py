"""Text cut into the pieces a translator works on: a title, a paragraph, a list item."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from icportal.core.canonical import sha256
from icportal.core.text import clean_text, join_blocks, split_blocks


@dataclass(frozen=True)
class Segment:
    """One piece of a field. ``hash`` is that of the text, white space folded."""

    field: str
    text: str

    @property
    def hash(self) -> str:
        return segment_hash(self.text)


def segment_hash(text: str) -> str:
    """What a translation is bound to: two pieces that differ only in white space are the same."""
    return sha256(" ".join(text.split()))


def cut(fields: Iterable[tuple[str, str]], body: Mapping[str, str]) -> list[Segment]:
    """The segments of a text in reading order. ``fields`` are (name, kind); a ``line`` is one segment."""
    segments: list[Segment] = []
    for name, kind in fields:
        text = body.get(name, "").strip()
        pieces = [text] if kind == "line" else _blocks(text)
        segments += [Segment(name, piece) for piece in pieces if piece.strip()]
    return segments


def _blocks(text: str) -> list[str]:
    """The blocks of a text. One line is one block, whatever it is; a questionnaire has hundreds of them."""
    return split_blocks(text) if len(text.splitlines()) > 1 else [clean_text(text)]


def put_together(pieces: Sequence[tuple[str, str]]) -> dict[str, str]:
    """The fields of a text from its translated pieces (field, text), in order."""
    fields: dict[str, list[str]] = {}
    for name, text in pieces:
        if text.strip():
            fields.setdefault(name, []).append(text.strip())
    return {name: join_blocks(blocks) for name, blocks in fields.items()}
