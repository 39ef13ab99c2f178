"""The stable assignment in which the mentees propose (deferred acceptance with limits on both sides).

A mentee proposes for its needs in their order of priority, at most as many at once as mentors it can work with; a mentor keeps the
best proposals its places and its total allow. Both choices are made greedily under nested limits, which makes the result
stable: nobody can find a pair that both would rather have. Preferences are strict: the own wishes first, then the score, then the code.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

from icportal.mentoring.matching.table import Table


@dataclass(frozen=True)
class Stable:
    """(row, column) of each need that got a mentor, by row."""

    pairs: tuple[tuple[int, int], ...]


def mentee_likes(table: Table, row: int, column: int) -> tuple[int, int, str]:
    """How a need orders offers, the smallest first."""
    return int(table.rank[row, column]), -int(table.score[row, column]), table.columns[column].city.code


def mentor_likes(table: Table, row: int, column: int) -> tuple[int, int, str, str]:
    """How a mentor orders needs over all its themes, the smallest first."""
    need = table.rows[row]
    return int(table.rank_by_mentor[row, column]), -int(table.score[row, column]), need.city.code, need.need.theme


def keep(table: Table, code: str, proposals: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """What a mentor keeps of proposals: the best that places and total allow."""
    kept: list[tuple[int, int]] = []
    used: dict[int, int] = {}
    for row, column in sorted(proposals, key=lambda pair: mentor_likes(table, *pair)):
        if len(kept) < table.room_as_mentor[code] and used.get(column, 0) < table.places_left(column):
            kept.append((row, column))
            used[column] = used.get(column, 0) + 1
    return kept


def stable(table: Table) -> Stable:
    """The stable assignment of what is free that is best for the mentees."""
    np = table.np
    lists: dict[int, list[int]] = {}
    codes = np.arange(len(table.columns))
    by_city: dict[str, list[int]] = {}
    for row in table.free_rows:
        options = np.flatnonzero(table.allowed[row])
        order = np.lexsort((codes[options], -table.score[row, options], table.rank[row, options]))
        lists[row] = [int(column) for column in options[order]]
        by_city.setdefault(table.rows[row].city.code, []).append(row)
    at: dict[int, int] = dict.fromkeys(lists, 0)
    held: dict[str, list[tuple[int, int]]] = {}
    waiting = deque(sorted(by_city))
    proposed: set[int] = set()
    while waiting:
        mentee = waiting.popleft()
        active = [row for row in by_city[mentee] if at[row] < len(lists[row])][: table.room_as_mentee[mentee]]
        for row in active:
            if row in proposed:
                continue
            column = lists[row][at[row]]
            mentor = table.columns[column].city.code
            offered = [*held.get(mentor, ()), (row, column)]
            held[mentor] = keep(table, mentor, offered)
            proposed.add(row)
            for refused, _column in set(offered) - set(held[mentor]):
                proposed.discard(refused)
                at[refused] += 1
                waiting.append(table.rows[refused].city.code)
    return Stable(tuple(sorted(pair for pairs in held.values() for pair in pairs)))
