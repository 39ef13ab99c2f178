"""Why: of every pair its parts, of every need left over which rule removed each mentor and the smallest change that would help.

A change is tried by computing the best assignment anew with it. Whether a pair is on an avoid list, and whose, is told to nobody
but coordinators: what a city reads of it, and of a ban, is that there is a reason against the pair.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from icportal.mentoring.matching.best import best
from icportal.mentoring.matching.pool import NO_INTERPRETER, OTHERS_COST, OWN_COST, Candidate, Pair, Pool
from icportal.mentoring.matching.table import Rule, Table

#: At most so many changes are tried for one need.
MOST_CHANGES = 12


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


def why_pair(table: Table, row: int, column: int) -> PairReasons:
    """The reasons of one pair, whether it was matched or not."""
    pair = table.pair(row, column)
    languages = table.languages_of(pair.mentor, pair.mentee)
    days = int(table.common_days[table.place_of[pair.mentee], table.place_of[pair.mentor]])
    parts = [(str(part), int(points[row, column]), table.weight(part)) for part, points in table.points.items()]
    return PairReasons(
        pair, int(table.score[row, column]), parts, languages, not languages, days, int(table.rank[row, column]),
        int(table.rank_by_mentor[row, column]), [str(rule) for rule in table.rules_against(row, column)],
    )  # fmt: skip


def why_left_over(table: Table, row: int, matched: Iterable[tuple[int, int]], *, with_helps: bool = True) -> LeftOver:
    """Why a need got no mentor, and the smallest changes that would help."""
    need, mentee = table.rows[row].need, table.rows[row].city
    pairs = [*[table.pair(*each) for each in matched], *table.standing]
    mentors, taken = {}, {}
    for column, offered in enumerate(table.columns):
        if offered.offer.theme != need.theme or offered.city.code == mentee.code:
            continue
        rules = table.rules_against(row, column)
        mentors[offered.city.code] = [str(rule) for rule in rules]
        if not rules:
            taken[offered.city.code] = sorted(pair.mentee for pair in pairs if pair.mentor == offered.city.code)
    helps = _helps(table, row) if with_helps else ()
    return LeftOver(need.theme, mentee.code, mentors, taken, helps)


def _helps(table: Table, row: int) -> list[Help]:
    need, mentee = table.rows[row].need, table.rows[row].city
    before = int(table.allowed[row].sum())
    found = []
    for change, value, effort, changed in _changes(table, row):
        # What one more place changes does not depend on whose need it is for, and no other change on the theme of the need.
        key = (str(change), value, changed[0].code, need.theme if change is Change.PLACE else "")
        if key not in table.tried:
            table.tried[key] = _outcome(table.with_something_else(_with(table.pool, changed)))
        allowed, is_met = table.tried[key][need.theme, mentee.code]
        opens = allowed - before
        if opens > 0 or is_met:
            found.append(Help(str(change), value, max(opens, 0), is_met, effort))
    return sorted(found, key=lambda each: (not each.is_met, each.effort, -each.opens, each.value))


def _outcome(after: Table) -> dict[tuple[str, str], tuple[int, bool]]:
    """For each need (theme, mentee): how many mentors it could have, and whether the best assignment gives it one."""
    met, counts = {row for row, _column in best(after).pairs}, after.allowed.sum(axis=1)
    return {key: (int(counts[row]), row in met) for key, row in after.row_of.items()}


def _changes(table: Table, row: int) -> list[tuple[Change, str, int, Sequence[Candidate]]]:
    """(change, value, effort, the cities as they would be) of everything that is worth trying."""
    need, mentee = table.rows[row].need, table.rows[row].city
    offers = [c for c in table.columns if c.offer.theme == need.theme and c.city.code != mentee.code]
    tried: list[tuple[Change, str, int, Sequence[Candidate]]] = []
    level = table.pool.settings.level
    spoken = sorted(
        {code for offered in offers for code in offered.city.languages} - set(table.languages_of(mentee.code, mentee.code))
    )
    tried += [(Change.LANGUAGE, code, 1, [replace(mentee, languages={**mentee.languages, code: level})]) for code in spoken]
    if mentee.interpreter in {NO_INTERPRETER, OTHERS_COST}:
        tried.append((Change.INTERPRETER, "", 2, [replace(mentee, interpreter=OWN_COST)]))
    for offered in offers:
        column = table.column_of[need.theme, offered.city.code]
        rules = set(table.rules_against(row, column))
        if Rule.NO_DAYS in rules:
            windows = tuple(sorted({*mentee.windows, *offered.city.windows}))
            tried.append((Change.DAYS, offered.city.code, 2, [replace(mentee, windows=windows)]))
        if Rule.AVOIDED in rules and offered.city.code in mentee.avoid:
            tried.append((Change.AVOID, offered.city.code, 3, [replace(mentee, avoid=mentee.avoid - {offered.city.code})]))
        if not rules or rules == {Rule.NO_PLACE}:
            tried.append((Change.PLACE, offered.city.code, 4, [_one_more(offered.city, need.theme)]))
    if not table.room_as_mentee[mentee.code]:
        tried.append((Change.ROOM, "", 1, [replace(mentee, most_as_mentee=mentee.most_as_mentee + 1)]))
    return tried[:MOST_CHANGES]


def _one_more(city: Candidate, theme: str) -> Candidate:
    offers = tuple(replace(offer, places=offer.places + 1) if offer.theme == theme else offer for offer in city.offers)
    return replace(city, most_as_mentor=city.most_as_mentor + 1, offers=offers)


def _with(pool: Pool, changed: Sequence[Candidate]) -> Pool:
    by_code = {city.code: city for city in changed}
    return replace(pool, candidates=tuple(by_code.get(each.code, each) for each in pool.candidates))
