"""Pairs that would rather have each other than what they got: found by asking both sides anew about every pair."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from icportal.mentoring.matching.stable import keep, mentee_likes
from icportal.mentoring.matching.table import Table


def blocking_pairs(table: Table, pairs: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Every allowed (row, column) of what is free that both cities would choose beside or instead of what they have."""
    matched = sorted(pairs)
    of_mentee: dict[str, list[tuple[int, int]]] = {}
    of_mentor: dict[str, list[tuple[int, int]]] = {}
    for row, column in matched:
        of_mentee.setdefault(table.rows[row].city.code, []).append((row, column))
        of_mentor.setdefault(table.columns[column].city.code, []).append((row, column))
    known, found = set(matched), []
    for row in table.free_rows:
        mentee = table.rows[row].city.code
        mine = of_mentee.get(mentee, [])
        for column in table.np.flatnonzero(table.allowed[row]):
            pair = (row, int(column))
            if pair in known or pair not in choose(table, mentee, [*mine, pair]):
                continue
            mentor = table.columns[pair[1]].city.code
            if pair in keep(table, mentor, [*of_mentor.get(mentor, []), pair]):
                found.append(pair)
    return found


def choose(table: Table, mentee: str, pairs: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """What a mentee chooses of pairs: for its needs in order of priority the best mentor each, as many as it can work with."""
    chosen: list[tuple[int, int]] = []
    for row in sorted({row for row, _column in pairs}):
        if len(chosen) < table.room_as_mentee[mentee]:
            chosen.append(min((pair for pair in pairs if pair[0] == row), key=lambda pair: mentee_likes(table, *pair)))
    return chosen
