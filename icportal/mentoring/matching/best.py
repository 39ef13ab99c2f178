"""The best of all assignments: as many needs as possible, then the worst rank as good as possible, then the highest total score.

Exact. Every place of an offer is a seat (a column). A mentor whose offers have more places than it takes on in all gets rows of its
own that have to sit on its spare seats; a mentee with more needs than mentors it can work with gets columns that have to be
filled by its needs. What is left is one assignment, which scipy solves exactly in whole numbers below 2**53. Where several
assignments are equally good, the order of the cities' codes decides.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from icportal.mentoring.matching.table import UNWISHED, Table

#: Whole numbers up to here are exact in the solver.
EXACT = 2**53


@dataclass(frozen=True)
class Best:
    """(row, column) of each need that got a mentor, by row."""

    pairs: tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class _Network:
    """What limits a flow from the source (0) through mentees, needs, offers and mentors to the sink (1), whatever pairs are usable.

    ``first_seats`` are the seats that stand for an offer; an offer's node is ``first_column`` and its place among them.
    """

    sources: Any
    targets: Any
    limits: Any
    first_row: int
    first_column: int
    first_seats: Any
    size: int


class _Seats:
    """The assignment of one table: its seats, and the rows and columns that keep totals."""

    def __init__(self, table: Table) -> None:
        self.table = table
        np = self.np = table.np
        self.rows = [row for row in table.free_rows if table.room_as_mentee[table.rows[row].city.code]]
        places = [table.places_left(column) for column in range(len(table.columns))]
        self.seats = [column for column, number in enumerate(places) for _seat in range(number)]
        self.spare_rows = self._spare([table.columns[column].city.code for column in self.seats], table.room_as_mentor)
        self.spare_columns = self._spare([table.rows[row].city.code for row in self.rows], table.room_as_mentee)
        shape = (len(self.rows), len(self.seats))
        index = np.ix_(self.rows, self.seats) if self.rows and self.seats else None
        self.allowed = table.allowed[index] if index else np.zeros(shape, dtype=bool)
        self.score = table.score[index] if index else np.zeros(shape, dtype=np.int64)
        self.rank = table.rank[index] if index else np.zeros(shape, dtype=np.int64)

    @staticmethod
    def _spare(owners: Sequence[str], room: Any) -> list[str]:
        """A city for each place of it that has to stay free."""
        return [code for code, number in sorted(Counter(owners).items()) for _each in range(number - room[code])]

    @cached_property
    def network(self) -> _Network:
        """The limits of this table; the same for every worst rank."""
        np, table = self.np, self.table
        seats = Counter(self.seats)
        columns = sorted(seats)
        owners = [table.rows[row].city.code for row in self.rows]
        givers = [table.columns[column].city.code for column in columns]
        mentees, mentors = sorted(set(owners)), sorted(set(givers))
        first_row = 2 + len(mentees)
        first_column = first_row + len(self.rows)
        first_mentor = first_column + len(columns)
        mentee_at = {code: 2 + place for place, code in enumerate(mentees)}
        mentor_at = {code: first_mentor + place for place, code in enumerate(mentors)}
        edges = [(0, mentee_at[code], table.room_as_mentee[code]) for code in mentees]
        edges += [(mentee_at[code], first_row + place, 1) for place, code in enumerate(owners)]
        edges += [
            (first_column + place, mentor_at[code], seats[column])
            for place, (code, column) in enumerate(zip(givers, columns, strict=True))
        ]
        edges += [(mentor_at[code], 1, table.room_as_mentor[code]) for code in mentors]
        sources, targets, limits = (np.array(each, dtype=np.int32) for each in zip(*edges, strict=True))
        first_of = {column: place for place, column in reversed(list(enumerate(self.seats)))}
        first = np.array([first_of[column] for column in columns], dtype=int)
        return _Network(sources, targets, limits, first_row, first_column, first, first_mentor + len(mentors))

    def solve(self, worst: int) -> list[tuple[int, int]]:
        """The best assignment that uses no pair ranked below ``worst``: (row, seat) of each."""
        from scipy.optimize import linear_sum_assignment  # the server is smaller without

        if not self.rows or not self.seats:
            return []
        usable = self.allowed & (self.rank <= worst)
        cost = self._cost(usable)
        left, right = linear_sum_assignment(cost, maximize=True)
        size = len(self.rows), len(self.seats)
        return [(int(i), int(j)) for i, j in zip(left, right, strict=True) if i < size[0] and j < size[1] and usable[i, j]]

    def _cost(self, usable: Any) -> Any:
        """What each seat is worth to each row: being matched first, then the score, then the order of the codes."""
        np, (height, width) = self.np, usable.shape
        most = min(height, width)
        tie, step = self._ties(height, width, most)
        value = self.score * step + tie
        matched = int(value.max(initial=0)) * most + 1
        worth = np.where(usable, value + matched, 0).astype(np.float64)
        spare = len(self.spare_rows) + len(self.spare_columns)
        if not spare:
            return worth
        forced = (matched + int(value.max(initial=0))) * most + 1
        if forced * (spare + 1) >= EXACT:
            message = "the pool is too large to be computed exactly"
            raise ValueError(message)
        whole = np.zeros((height + len(self.spare_rows), width + len(self.spare_columns)), dtype=np.float64)
        whole[:height, :width] = worth
        owners = np.array([self.table.columns[column].city.code for column in self.seats])
        for place, code in enumerate(self.spare_rows):
            whole[height + place, :width][owners == code] = forced
        cities = np.array([self.table.rows[row].city.code for row in self.rows])
        for place, code in enumerate(self.spare_columns):
            whole[:height, width + place][cities == code] = forced
        return whole

    def _ties(self, height: int, width: int, most: int) -> tuple[Any, int]:
        """Something smaller than any point of the score that settles ties by the order of codes, as far as numbers are exact."""
        np = self.np
        tie = np.arange(height, 0, -1, dtype=np.int64)[:, None] * np.arange(width, 0, -1, dtype=np.int64)[None, :]
        step = height * width * most + 1
        highest = (int(self.score.max(initial=0)) + 1) * step
        spare = len(self.spare_rows) + len(self.spare_columns) + 1
        if (highest * most + highest) * most * spare < EXACT:
            return tie, step
        return np.zeros((height, width), dtype=np.int64), 1


def best(table: Table) -> Best:
    """The best assignment of what is free; pairs that stand already are no part of it."""
    seats = _Seats(table)
    found = seats.solve(UNWISHED)
    worst = max((int(seats.rank[pair]) for pair in found), default=0)
    low, high = 1, worst
    # The fewest matched under a stricter limit is known without solving: a limit that loses nobody is looked for by halving.
    while low < high:
        middle = (low + high) // 2
        if _most(seats, middle) >= len(found):
            high = middle
        else:
            low = middle + 1
    if worst and high < worst:
        found = seats.solve(high)
    pairs = sorted((seats.rows[i], seats.seats[j]) for i, j in found)
    return Best(tuple(pairs))


def _most(seats: _Seats, worst: int) -> int:
    """How many needs could have a mentor if no pair were ranked below ``worst``: the greatest flow through all limits."""
    # The server is smaller without both.
    from scipy.sparse import csr_array  # loaded only to match
    from scipy.sparse.csgraph import maximum_flow  # loaded only to match

    np, network = seats.np, seats.network
    usable = seats.allowed & (seats.rank <= worst)
    rows, columns = np.nonzero(usable[:, network.first_seats])
    sources = np.concatenate([network.sources, network.first_row + rows])
    targets = np.concatenate([network.targets, network.first_column + columns])
    limits = np.concatenate([network.limits, np.ones(len(rows), dtype=np.int32)])
    graph = csr_array((limits, (sources, targets)), shape=(network.size, network.size))
    return int(maximum_flow(graph, 0, 1).flow_value)
