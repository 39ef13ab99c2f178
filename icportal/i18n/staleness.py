"""How a translation stands against its source: computed from hashes, never ticked by hand.

A stored piece of translation answers the source text it was made from. It is *fresh* while that text still
stands (anywhere in the same field), *stale* when the text in its place has changed, a source piece with no
answer is *missing*, and an answer whose source piece was taken out is *gone*. Putting the old source text back makes the translation fresh again without any work.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from icportal.i18n.segments import Segment, segment_hash

#: So many pairs of changed pieces are compared word by word; more stand together by their order.
MOST_COMPARISONS = 400

FRESH, STALE, MISSING, GONE = "fresh", "stale", "missing", "gone"


@dataclass(frozen=True)
class Answer:
    """One source piece and what the translation says to it.

    ``old_source`` is the text the translation was made from when that differs from the source of today (which is
    empty where the piece is gone); ``claimed`` tells that an editor vouched for the difference.
    """

    field: str
    source: str
    target: str
    state: str
    old_source: str = ""
    claimed: bool = False

    @property
    def source_hash(self) -> str:
        return segment_hash(self.source)

    @property
    def old_hash(self) -> str:
        return segment_hash(self.old_source)


def compare(
    source: Sequence[Segment], stored: Sequence[Mapping[str, Any]], claims: Collection[tuple[str, str]] = ()
) -> list[Answer]:
    """Set a translation's stored pieces ({field, source, text}) beside the source's segments, in source order.

    Pieces that answer nothing any more stand after the others of their field.

    ``claims`` are pairs (old hash, new hash) whose meaning an editor declared unchanged.
    """
    vouched = set(claims)
    fields: dict[str, tuple[list[str], list[Mapping[str, Any]]]] = {}
    for segment in source:
        fields.setdefault(segment.field, ([], []))[0].append(segment.text)
    for entry in stored:
        entries = fields.setdefault(str(entry["field"]), ([], []))[1]
        if str(entry["text"]).strip():
            entries.append(entry)
    return [answer for name, (pieces, entries) in fields.items() for answer in _compare_field(name, pieces, entries, vouched)]


def counts(answers: Sequence[Answer]) -> tuple[int, int]:
    """(stale, missing); a piece that is gone makes a translation stale too."""
    states = [answer.state for answer in answers]
    return states.count(STALE) + states.count(GONE), states.count(MISSING)


def _compare_field(name: str, pieces: list[str], entries: list[Mapping[str, Any]], claims: set[tuple[str, str]]) -> list[Answer]:
    wanted = [segment_hash(piece) for piece in pieces]
    held = [segment_hash(str(entry["source"])) for entry in entries]
    partner = _same_text(wanted, held)
    _vouched(wanted, held, partner, claims)
    taken = set(partner.values())
    _same_place(pieces, entries, partner, taken)
    answers = []
    for position, piece in enumerate(pieces):
        index = partner.get(position)
        if index is None:
            answers.append(Answer(name, piece, "", MISSING))
            continue
        entry = entries[index]
        same = held[index] == wanted[position]
        claimed = not same and (held[index], wanted[position]) in claims
        answers.append(
            Answer(
                name,
                piece,
                str(entry["text"]),
                FRESH if same or claimed else STALE,
                "" if same else str(entry["source"]),
                claimed,
            )
        )
    left = [entry for index, entry in enumerate(entries) if index not in set(partner.values())]
    return answers + [Answer(name, "", str(entry["text"]), GONE, str(entry["source"])) for entry in left]


def _same_text(wanted: list[str], held: list[str]) -> dict[int, int]:
    """Pieces whose text still stands, wherever it moved."""
    free: dict[str, list[int]] = {}
    for index, value in enumerate(held):
        free.setdefault(value, []).append(index)
    return {position: free[value].pop(0) for position, value in enumerate(wanted) if free.get(value)}


def _vouched(wanted: list[str], held: list[str], partner: dict[int, int], claims: set[tuple[str, str]]) -> None:
    taken = set(partner.values())
    for position, value in enumerate(wanted):
        if position in partner:
            continue
        for index, old in enumerate(held):
            if index not in taken and (old, value) in claims:
                partner[position] = index
                taken.add(index)
                break


def _same_place(pieces: Sequence[str], entries: Sequence[Mapping[str, Any]], partner: dict[int, int], taken: set[int]) -> None:
    """Pieces whose text changed: those standing between the same unchanged neighbours belong together.

    Where something was put in or taken out as well, the most alike find each other.
    """
    if len(partner) == len(pieces) or len(taken) == len(entries):
        return
    held = [segment_hash(str(entry["source"])) for entry in entries]
    keyed = [held[partner[position]] if position in partner else f"new {position}" for position in range(len(pieces))]
    for tag, old_from, old_to, new_from, new_to in SequenceMatcher(a=held, b=keyed, autojunk=False).get_opcodes():
        if tag != "replace":
            continue
        free_old = [index for index in range(old_from, old_to) if index not in taken]
        free_new = [position for position in range(new_from, new_to) if position not in partner]
        pairs = list(zip(free_new, free_old, strict=False))
        if len(free_old) != len(free_new) and len(free_old) * len(free_new) <= MOST_COMPARISONS:
            pairs = sorted(
                ((position, index) for position in free_new for index in free_old),
                key=lambda pair: -_likeness(pieces[pair[0]], str(entries[pair[1]]["source"])),
            )
        for position, index in pairs:
            if position not in partner and index not in taken:
                partner[position] = index
                taken.add(index)


def _likeness(one: str, other: str) -> float:
    return SequenceMatcher(a=one.split(), b=other.split(), autojunk=False).ratio()
