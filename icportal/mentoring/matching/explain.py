"""Why: of every pair its parts, of every need left over which rule removed each mentor and the smallest change that would help.

A change is tried by computing the result anew with it, each result by its own solver. Only changes that open a pair, or make room
for one, are tried, the smallest first, until there are enough to tell. Whether a pair is on an avoid list, and whose, is told to nobody
but coordinators: what a city reads of it, and of a ban, is that there is a reason against the pair.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from icportal.mentoring.matching.best import Best
from icportal.mentoring.matching.pool import LEVELS, NO_INTERPRETER, OWN_COST, Candidate, Pair, Pool
from icportal.mentoring.matching.stable import Stable
from icportal.mentoring.matching.table import Rule, Table

#: At most so many changes of one kind are tried for one need, and no more once so many would meet it.
MOST_OF_A_KIND, ENOUGH = 6, 3
#: What a language in common, or an interpreter, does away with.
SPEECHLESS = frozenset({Rule.NO_LANGUAGE, Rule.NOBODY_PAYS})

#: What finds a result: ``best`` or ``stable``.
Solver = Callable[[Table], Best | Stable]
#: (change, value, effort, the city as it would be).
Tried = tuple["Change", str, int, Candidate]


@dataclass(frozen=True)
class PairReasons:
    """What speaks for a pair: points and weight of each part, common languages, days, and the ranks of both sides."""

    pair: Pair
    score: int
    parts: Sequence[tuple[str, int, int]]
    languages: Sequence[str]
    interpreter: bool
    days: int
    rank: int
    rank_by_mentor: int
    rules: Sequence[str] = ()

    def stored(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "theme": self.pair.theme, "mentor": self.pair.mentor, "mentee": self.pair.mentee, "score": self.score,
            "parts": [list(each) for each in self.parts], "languages": list(self.languages), "interpreter": self.interpreter,
            "days": self.days, "rank": self.rank, "rank_by_mentor": self.rank_by_mentor, "rules": list(self.rules),
        }  # fmt: skip


class Change(StrEnum):
    """Something a city (or, for ``PLACE`` and ``OFFER``, another city) could do so that its need is met."""

    LANGUAGE = "language"
    INTERPRETER = "interpreter"
    DAYS = "days"
    AVOID = "avoid"
    ROOM = "room"
    PLACE = "place"


@dataclass(frozen=True)
class Help:
    """A change that was tried: what is changed, how many mentors it opens, and whether the need would be met then.

    ``value`` is a language, the code of a mentor, or empty. ``effort`` orders changes, the smallest first.
    """

    change: str
    value: str
    opens: int
    is_met: bool
    effort: int

    def stored(self) -> dict[str, Any]:
        """As JSON."""
        return {"change": self.change, "value": self.value, "opens": self.opens, "is_met": self.is_met, "effort": self.effort}


@dataclass(frozen=True)
class LeftOver:
    """A need without a mentor: for each mentor of the theme the rules against it or who took its places, and what would help."""

    theme: str
    mentee: str
    mentors: Mapping[str, Sequence[str]]
    taken_by: Mapping[str, Sequence[str]] = field(default_factory=dict)
    helps: Sequence[Help] = ()

    def stored(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "theme": self.theme, "mentee": self.mentee, "mentors": {code: list(rules) for code, rules in self.mentors.items()},
            "taken_by": {code: list(each) for code, each in self.taken_by.items()}, "helps": [each.stored() for each in self.helps],
        }  # fmt: skip


@dataclass(frozen=True)
class _Judged:
    """An offer for a need that was left over: the rules that remove the pair, and whether the mentor has a place left."""

    city: Candidate
    rules: frozenset[Rule]
    has_place: bool

    @property
    def lacks_language(self) -> bool:
        """Whether nothing but a language or an interpreter is in the way."""
        return bool(self.rules) and self.rules <= SPEECHLESS


def why_pair(table: Table, row: int, column: int) -> PairReasons:
    """The reasons of one pair, whether it was matched or not."""
    pair = table.pair(row, column)
    languages = table.languages_of(pair.mentor, pair.mentee)
    days = int(table.common_days[table.place_of[pair.mentee], table.place_of[pair.mentor]])
    parts = [(str(part), points, table.weight(part)) for part, points in table.points_of(row, column).items()]
    return PairReasons(
        pair, int(table.score[row, column]), parts, languages, not languages, days, int(table.rank[row, column]),
        int(table.rank_by_mentor[row, column]), [str(rule) for rule in table.rules_against(row, column)],
    )  # fmt: skip


def why_left_over(table: Table, row: int, matched: Sequence[tuple[int, int]], solver: Solver) -> LeftOver:
    """Why a need got no mentor in the result of a solver, and the smallest changes that would help there."""
    need, mentee = table.rows[row].need, table.rows[row].city
    pairs = [*[table.pair(*each) for each in matched], *table.standing]
    mentors, taken = {}, {}
    for column, offered in _offers(table, row):
        rules = table.rules_against(row, column)
        mentors[offered.code] = [str(rule) for rule in rules]
        if not rules:
            taken[offered.code] = sorted(pair.mentee for pair in pairs if pair.mentor == offered.code)
    return LeftOver(need.theme, mentee.code, mentors, taken, _helps(table, row, matched, solver))


def _offers(table: Table, row: int) -> list[tuple[int, Candidate]]:
    """(column, city) of every other city that offers the theme of a need."""
    need, mentee = table.rows[row].need, table.rows[row].city
    return [
        (j, each.city) for j, each in enumerate(table.columns) if each.offer.theme == need.theme and each.city.code != mentee.code
    ]


def _helps(table: Table, row: int, matched: Sequence[tuple[int, int]], solver: Solver) -> list[Help]:
    need, mentee = table.rows[row].need, table.rows[row].city
    before = int(table.allowed[row].sum())
    found: list[Help] = []
    for change, value, effort, changed in _changes(table, row, matched):
        if sum(each.is_met for each in found) == ENOUGH:
            break
        # What one more place changes does not depend on whose need it is for, and no other change on the theme of the need.
        key = (solver, str(change), value, changed.code, need.theme if change is Change.PLACE else "")
        if key not in table.tried:
            table.tried[key] = _outcome(table.with_something_else(_with(table.pool, changed)), solver)
        allowed, is_met = table.tried[key][need.theme, mentee.code]
        opens = allowed - before
        if opens > 0 or is_met:
            found.append(Help(str(change), value, max(opens, 0), is_met, effort))
    return sorted(found, key=lambda each: (not each.is_met, each.effort, -each.opens, each.value))


def _outcome(after: Table, solver: Solver) -> dict[tuple[str, str], tuple[int, bool]]:
    """For each need (theme, mentee): how many mentors it could have, and whether the result gives it one."""
    met, counts = {row for row, _column in solver(after).pairs}, after.allowed.sum(axis=1)
    return {key: (int(counts[row]), row in met) for key, row in after.row_of.items()}


def _changes(table: Table, row: int, matched: Sequence[tuple[int, int]]) -> list[Tried]:
    """Everything that is worth trying, the smallest change first."""
    need, mentee = table.rows[row].need, table.rows[row].city
    offers = _judged(table, row, matched)
    kinds: list[list[Tried]] = [
        _room(table, mentee, matched),
        _languages(table, mentee, offers),
        _interpreter(mentee, offers),
        [
            (Change.DAYS, each.city.code, 2, replace(mentee, windows=tuple(sorted({*mentee.windows, *each.city.windows}))))
            for each in offers
            if each.rules == {Rule.NO_DAYS}
        ],
        [
            (Change.AVOID, each.city.code, 3, replace(mentee, avoid=mentee.avoid - {each.city.code}))
            for each in offers
            if each.rules == {Rule.AVOIDED} and mentee.code not in each.city.avoid
        ],
        [
            (Change.PLACE, each.city.code, 4, _one_more(each.city, need.theme))
            for each in offers
            if each.rules <= {Rule.NO_PLACE}
        ],
    ]  # fmt: skip
    return sorted((each for kind in kinds for each in kind[:MOST_OF_A_KIND]), key=lambda each: each[2])


def _judged(table: Table, row: int, matched: Sequence[tuple[int, int]]) -> list[_Judged]:
    """The offers for a need, those with a place left first."""
    taken = Counter(column for _row, column in matched)
    given = Counter(table.columns[column].city.code for _row, column in matched)
    found = [
        _Judged(
            city, frozenset(table.rules_against(row, column)),
            table.places_left(column) > taken[column] and table.room_as_mentor[city.code] > given[city.code],
        )
        for column, city in _offers(table, row)
    ]  # fmt: skip
    return sorted(found, key=lambda each: (not each.has_place, each.city.code))


def _room(table: Table, mentee: Candidate, matched: Sequence[tuple[int, int]]) -> list[Tried]:
    """One more mentor, where a city has as many as it can work with."""
    used = sum(table.rows[row].city.code == mentee.code for row, _column in matched)
    if used < table.room_as_mentee[mentee.code]:
        return []
    return [(Change.ROOM, "", 1, replace(mentee, most_as_mentee=mentee.most_as_mentee + 1))]


def _languages(table: Table, mentee: Candidate, offers: Sequence[_Judged]) -> list[Tried]:
    """Each language that opens a mentor, first what opens most of those with a place left."""
    level = table.pool.settings.level
    opened: dict[str, list[bool]] = {}
    for each in offers:
        if each.lacks_language:
            for code, spoken in each.city.languages.items():
                if LEVELS.index(spoken) >= LEVELS.index(level):
                    opened.setdefault(code, []).append(each.has_place)
    codes = sorted(opened, key=lambda code: (-sum(opened[code]), -len(opened[code]), code))
    return [(Change.LANGUAGE, code, 1, replace(mentee, languages={**mentee.languages, code: level})) for code in codes]


def _interpreter(mentee: Candidate, offers: Sequence[_Judged]) -> list[Tried]:
    """To pay for an interpreter, where that opens a mentor."""
    if not any(each.lacks_language and each.city.interpreter != NO_INTERPRETER for each in offers):
        return []
    return [(Change.INTERPRETER, "", 2, replace(mentee, interpreter=OWN_COST))]


def _one_more(city: Candidate, theme: str) -> Candidate:
    offers = tuple(replace(offer, places=offer.places + 1) if offer.theme == theme else offer for offer in city.offers)
    return replace(city, most_as_mentor=city.most_as_mentor + 1, offers=offers)


def _with(pool: Pool, changed: Candidate) -> Pool:
    return replace(pool, candidates=tuple(changed if each.code == changed.code else each for each in pool.candidates))
