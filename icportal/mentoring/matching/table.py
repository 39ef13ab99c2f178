"""What holds of every pair of a need and an offer: which rules remove it, what it scores, and how each side ranks it.

Rows are needs, columns are offers, both by city code and theme, so that nothing depends on the order of the input. Pairs of
different themes do not exist. Everything is computed for all pairs at once.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cached_property, reduce
from typing import Any

from icportal.mentoring.matching.pool import (
    LEVELS,
    NO_INTERPRETER,
    OWN_COST,
    PROGRAMMES_COST,
    Candidate,
    Need,
    Offer,
    Pair,
    Pool,
)

#: Wishes that count; a mentor that is not among them has this rank.
WISHES = 5
UNWISHED = WISHES + 1
POINTS = 100
#: What one does not know of two cities counts as half alike.
UNKNOWN = 50
#: Points of a common language by the lower of both levels, and of a pair that needs an interpreter.
COMFORT = {"a1": 0, "a2": 10, "b1": 40, "b2": 70, "c1": 100, "c2": 100}
#: Points for having been left over once; twice is all there is.
LEFT_OVER_ONCE = 50


class Rule(StrEnum):
    """A hard rule that removes a pair."""

    SAME_CITY = "same_city"
    NO_PLACE = "no_place"
    NO_ROOM = "no_room"
    BANNED = "banned"
    DECLINED = "declined"
    AVOIDED = "avoided"
    NO_LANGUAGE = "no_language"
    NOBODY_PAYS = "nobody_pays"
    NO_DAYS = "no_days"
    SAME_COUNTRY = "same_country"
    PAST_PAIR = "past_pair"


#: In this order they are told.
RULES = tuple(Rule)


class Part(StrEnum):
    """What a score is made of."""

    EVIDENCE = "evidence"
    MENTEE_WISH = "mentee_wish"
    MENTOR_WISH = "mentor_wish"
    CONTEXT = "context"
    LANGUAGE = "language"
    CARRIED_OVER = "carried_over"
    REPEAT = "repeat"
    LOAD = "load"


@dataclass(frozen=True)
class Row:
    """A need and the city that has it."""

    city: Candidate
    need: Need


@dataclass(frozen=True)
class Column:
    """An offer and the city that makes it."""

    city: Candidate
    offer: Offer


class Table:
    """Every pair of a pool. ``standing`` are the pairs that are there already: fixed ones and locks."""

    def __init__(self, pool: Pool) -> None:
        import numpy as np  # the server is smaller without

        self.np = np
        self.pool = pool
        cities = sorted({each.code: each for each in pool.candidates}.values(), key=lambda each: each.code)
        self.cities: Mapping[str, Candidate] = {each.code: each for each in cities}
        self.rows: Sequence[Row] = [Row(city, need) for city in cities for need in _ordered(city.needs)]
        self.columns: Sequence[Column] = [
            Column(city, offer) for city in cities for offer in sorted(city.offers, key=lambda offer: offer.theme)
        ]
        self.row_of = {(row.need.theme, row.city.code): place for place, row in enumerate(self.rows)}
        self.column_of = {(column.offer.theme, column.city.code): place for place, column in enumerate(self.columns)}
        self.place_of = {code: number for number, code in enumerate(self.cities)}
        self._row_city = np.array([self.place_of[row.city.code] for row in self.rows], dtype=int)
        self._column_city = np.array([self.place_of[column.city.code] for column in self.columns], dtype=int)
        #: What changes of this pool would lead to, as far as ``explain`` has tried them.
        self.tried: dict[tuple[Any, ...], Mapping[tuple[str, str], tuple[int, bool]]] = {}

    def with_something_else(self, pool: Pool) -> Table:
        """The table of a pool in which a city has changed its languages, interpreter, days, places, room or whom it avoids."""
        other = Table(pool)
        vars(other).update({name: getattr(self, name) for name in ("rank", "rank_by_mentor", "same_theme", "_lasting", "_never")})
        return other

    # --- what stands already -------------------------------------------------------------------------------

    @cached_property
    def standing(self) -> tuple[Pair, ...]:
        """Pairs that no run touches, each once: those that are there, and every lock that can be proposed."""
        locks = sorted(lock for lock in set(self.pool.locks) - set(self.pool.declined) if self.place_in_table(lock) is not None)
        return tuple(dict.fromkeys([*sorted(set(self.pool.fixed)), *locks]))

    @cached_property
    def free_rows(self) -> list[int]:
        """The needs that still want a mentor."""
        taken = {(pair.theme, pair.mentee) for pair in self.standing}
        return [place for place, row in enumerate(self.rows) if (row.need.theme, row.city.code) not in taken]

    def places_left(self, column: int) -> int:
        """How many more cities an offer can take."""
        return self._places_left[column]

    @cached_property
    def _places_left(self) -> list[int]:
        taken, room = Counter((pair.theme, pair.mentor) for pair in self.standing), self.room_as_mentor
        return [max(0, min(c.offer.places - taken[c.offer.theme, c.city.code], room[c.city.code])) for c in self.columns]

    @cached_property
    def room_as_mentor(self) -> Mapping[str, int]:
        """How many more cities each city can mentor, in all themes together."""
        given = Counter(pair.mentor for pair in self.standing)
        return {code: max(0, city.most_as_mentor - given[code]) for code, city in self.cities.items()}

    @cached_property
    def room_as_mentee(self) -> Mapping[str, int]:
        """How many more mentors each city can work with."""
        got = Counter(pair.mentee for pair in self.standing)
        return {code: max(0, city.most_as_mentee - got[code]) for code, city in self.cities.items()}

    # --- hard rules ----------------------------------------------------------------------------------------

    @cached_property
    def same_theme(self) -> Any:
        """Which pairs there are at all."""
        np = self.np
        themes = {
            theme: number
            for number, theme in enumerate(sorted({row.need.theme for row in self.rows} | {c.offer.theme for c in self.columns}))
        }
        left = np.array([themes[row.need.theme] for row in self.rows], dtype=int)
        right = np.array([themes[column.offer.theme] for column in self.columns], dtype=int)
        return left[:, None] == right[None, :]

    @cached_property
    def removed(self) -> Mapping[Rule, Any]:
        """For each rule, the pairs it removes."""
        np, shape = self.np, (len(self.rows), len(self.columns))
        return {
            **{rule: self._by_city(found) for rule, found in self._between.items()},
            Rule.NO_PLACE: np.broadcast_to(self._no_place[None, :], shape),
            Rule.NO_ROOM: np.broadcast_to(self._no_room[:, None], shape),
            **self._for_good,
        }

    @cached_property
    def _no_place(self) -> Any:
        full = [column.offer.places < 1 or column.city.most_as_mentor < 1 for column in self.columns]
        return self.np.array(full, dtype=bool)

    @cached_property
    def _no_room(self) -> Any:
        return self.np.array([row.city.most_as_mentee < 1 for row in self.rows], dtype=bool)

    @property
    def _between(self) -> Mapping[Rule, Any]:
        """What two cities can change between them, whatever the theme."""
        apart = self.common_language < 0
        return {
            Rule.AVOIDED: self._avoided,
            Rule.NO_LANGUAGE: apart & (self._interpreters == 0),
            Rule.NOBODY_PAYS: apart & (self._interpreters == 1),
            Rule.NO_DAYS: self.common_days < self.pool.settings.days,
        }

    @property
    def _for_good(self) -> Mapping[Rule, Any]:
        """What no city can change."""
        return {
            Rule.SAME_CITY: self._row_city[:, None] == self._column_city[None, :],
            Rule.BANNED: self._marked(self.pool.bans),
            Rule.DECLINED: self._marked(self.pool.declined),
            Rule.SAME_COUNTRY: self._by_city(self._same_country),
            Rule.PAST_PAIR: self._by_city(self._past) & (self.rank == UNWISHED),
        }

    @cached_property
    def _never(self) -> Any:
        return reduce(self.np.logical_or, self._for_good.values())

    @cached_property
    def allowed(self) -> Any:
        """The pairs no rule removes."""
        allowed = self.same_theme & ~self._never & ~self._by_city(reduce(self.np.logical_or, self._between.values()))
        return allowed & ~self._no_place[None, :] & ~self._no_room[:, None]

    def rules_against(self, row: int, column: int) -> list[Rule]:
        """The rules that remove one pair."""
        found = int(self._rules_by_bit[row, column])
        return [rule for bit, rule in enumerate(RULES) if found >> bit & 1] if found else []

    @cached_property
    def _rules_by_bit(self) -> Any:
        """The rules that remove each pair in one number, each a bit."""
        found = self.np.zeros((len(self.rows), len(self.columns)), dtype=self.np.int64)
        for bit, rule in enumerate(RULES):
            found |= self.removed[rule].astype(self.np.int64) << bit
        return found

    # --- what each side thinks -----------------------------------------------------------------------------

    @cached_property
    def rank(self) -> Any:
        """The place of the mentor among the mentee's wishes: 1 is the first, ``UNWISHED`` any other city."""
        return self._ranks([row.need.wishes for row in self.rows], [column.city.code for column in self.columns])

    @cached_property
    def rank_by_mentor(self) -> Any:
        """The place of the mentee among the mentor's wishes."""
        return self._ranks([column.offer.wishes for column in self.columns], [row.city.code for row in self.rows]).T

    def _ranks(self, wishes: Sequence[Sequence[str]], codes: Sequence[str]) -> Any:
        places: dict[str, list[int]] = {}
        for place, code in enumerate(codes):
            places.setdefault(code, []).append(place)
        ranks = self.np.full((len(wishes), len(codes)), UNWISHED, dtype=self.np.int64)
        found = [
            (line, place, rank)
            for line, named in enumerate(wishes)
            for rank, code in enumerate(dict.fromkeys(named[:WISHES]), 1)
            for place in places.get(code, ())
        ]
        if found:
            lines, columns, values = zip(*found, strict=True)
            ranks[list(lines), list(columns)] = values
        return ranks

    # --- score ---------------------------------------------------------------------------------------------

    @cached_property
    def points(self) -> Mapping[Part, Any]:
        """Points of every pair, 0 to 100 for each part; load counts against a pair."""
        np = self.np
        gap = np.array([row.need.gap for row in self.rows], dtype=np.int64)
        strength = np.array([column.offer.strength for column in self.columns], dtype=np.int64)
        carried = np.array([min(POINTS, row.city.carried_over * LEFT_OVER_ONCE) for row in self.rows], dtype=np.int64)
        shape = (len(self.rows), len(self.columns))
        wished_again = self._by_city(self._past) & (self.rank < UNWISHED)
        return {
            Part.EVIDENCE: gap[:, None] * strength[None, :] // POINTS,
            Part.MENTEE_WISH: (UNWISHED - self.rank) * (POINTS // WISHES),
            Part.MENTOR_WISH: (UNWISHED - self.rank_by_mentor) * (POINTS // WISHES),
            Part.CONTEXT: self._by_city(self._likeness),
            Part.LANGUAGE: self._by_city(self._comfort),
            Part.CARRIED_OVER: np.broadcast_to(carried[:, None], shape),
            Part.REPEAT: wished_again * POINTS,
            Part.LOAD: np.broadcast_to(self._loads[None, :], shape),
        }

    def points_of(self, row: int, column: int) -> Mapping[Part, int]:
        """The points of one pair."""
        return dict(zip(self.points, self._points_together[:, row, column].tolist(), strict=True))

    @cached_property
    def _points_together(self) -> Any:
        return self.np.stack(list(self.points.values()))

    def weight(self, part: Part) -> int:
        """How much a part counts; load is taken off."""
        weight = int(getattr(self.pool.settings, part))
        return -weight if part is Part.LOAD else weight

    @cached_property
    def score(self) -> Any:
        """The score of every pair in whole points, never below nothing."""
        comfort = self.weight(Part.LANGUAGE) * self._by_city(self._comfort)
        return self.np.maximum(self._lasting + comfort + self.weight(Part.LOAD) * self._loads[None, :], 0)

    @cached_property
    def _lasting(self) -> Any:
        """What languages and load do not touch of the score."""
        total = self.np.full((len(self.rows), len(self.columns)), POINTS * max(0, self.pool.settings.load), dtype=self.np.int64)
        for part, points in self.points.items():
            if part not in {Part.LANGUAGE, Part.LOAD}:
                total = total + self.weight(part) * points
        return total

    # --- of two cities, whatever the theme -----------------------------------------------------------------

    def _by_city(self, square: Any) -> Any:
        """What holds of two cities, for each need and offer of theirs."""
        return square[self._row_city[:, None], self._column_city[None, :]]

    @cached_property
    def _levels(self) -> tuple[list[str], Any]:
        codes = sorted({code for city in self.cities.values() for code in city.languages})
        levels = self.np.full((len(self.cities), len(codes)), -1, dtype=self.np.int64)
        for place, city in enumerate(self.cities.values()):
            for code, level in city.languages.items():
                levels[place, codes.index(code)] = LEVELS.index(level)
        return codes, levels

    @cached_property
    def common_language(self) -> Any:
        """The level both reach in the language they share best, as a place in ``LEVELS``; -1 without one at the level needed."""
        np = self.np
        _codes, levels = self._levels
        best = np.full((len(self.cities), len(self.cities)), -1, dtype=np.int64)
        for each in range(levels.shape[1]):
            best = np.maximum(best, np.minimum(levels[:, None, each], levels[None, :, each]))
        return np.where(best >= LEVELS.index(self.pool.settings.level), best, -1)

    def languages_of(self, one: str, other: str) -> list[str]:
        """The languages two cities share at the level needed, best first."""
        least, first, second = LEVELS.index(self.pool.settings.level), self.cities[one].languages, self.cities[other].languages
        shared = {code: min(LEVELS.index(first[code]), LEVELS.index(second[code])) for code in set(first) & set(second)}
        return sorted((code for code, level in shared.items() if level >= least), key=lambda code: (-shared[code], code))

    @cached_property
    def _interpreters(self) -> Any:
        """0: one of both wants no interpreter. 1: both would, and neither pays. 2: both would, and somebody pays."""
        np = self.np
        ready = np.array([city.interpreter != NO_INTERPRETER for city in self.cities.values()], dtype=bool)
        pays = np.array([city.interpreter in {OWN_COST, PROGRAMMES_COST} for city in self.cities.values()], dtype=bool)
        both = ready[:, None] & ready[None, :]
        return both.astype(np.int64) + (both & (pays[:, None] | pays[None, :]))

    @cached_property
    def common_days(self) -> Any:
        """On how many days both can meet."""
        np = self.np
        windows = [day for city in self.cities.values() for window in city.windows for day in window]
        first = min(windows, default=date.min)
        span = (max(windows, default=date.min) - first).days + 1
        free = np.zeros((len(self.cities), span), dtype=np.float32)
        for place, city in enumerate(self.cities.values()):
            for start, end in city.windows:
                free[place, (start - first).days : (end - first).days + 1] = 1
        return (free @ free.T).astype(np.int64)

    @cached_property
    def _avoided(self) -> Any:
        places = {code: place for place, code in enumerate(self.cities)}
        found = self.np.zeros((len(places), len(places)), dtype=bool)
        for code, city in self.cities.items():
            for other in city.avoid & places.keys():
                found[places[code], places[other]] = found[places[other], places[code]] = True
        return found

    @cached_property
    def _same_country(self) -> Any:
        countries = self.np.array([city.country for city in self.cities.values()])
        same = countries[:, None] == countries[None, :]
        return same & (not self.pool.settings.same_country)

    @cached_property
    def _past(self) -> Any:
        """Mentee × mentor: whether the two were a pair before."""
        places = {code: place for place, code in enumerate(self.cities)}
        found = self.np.zeros((len(places), len(places)), dtype=bool)
        for mentor, mentee in self.pool.past:
            if mentor in places and mentee in places:
                found[places[mentee], places[mentor]] = True
        return found

    @cached_property
    def _comfort(self) -> Any:
        points = self.np.array([0, *(COMFORT[level] for level in LEVELS)], dtype=self.np.int64)
        return points[self.common_language + 1]

    @cached_property
    def _likeness(self) -> Any:
        """How alike two cities are, 0 to 100: in size, in what they run themselves, in who lives there."""
        np = self.np
        prints = [city.fingerprint for city in self.cities.values()]
        size = np.array([math.log10(each.population) if each.population else np.nan for each in prints])
        share = np.array([each.foreign_share if each.foreign_share is not None else np.nan for each in prints], dtype=float)
        services = sorted({each for print_ in prints for each in print_.competences})
        has = np.array([[each in print_.competences for each in services] for print_ in prints], dtype=float).reshape(
            len(prints), -1
        )
        with np.errstate(invalid="ignore"):
            alike_size = POINTS - np.abs(size[:, None] - size[None, :]) * POINTS
            alike_share = POINTS - np.abs(share[:, None] - share[None, :]) * 4
        common = has @ has.T
        either = has.sum(axis=1)[:, None] + has.sum(axis=1)[None, :] - common
        told = has.any(axis=1)
        alike_services = np.where(told[:, None] & told[None, :], common / np.maximum(either, 1) * POINTS, np.nan)
        parts = [
            np.clip(np.where(np.isnan(each), UNKNOWN, each), 0, POINTS) for each in (alike_size, alike_share, alike_services)
        ]
        return np.rint(sum(parts) / len(parts)).astype(np.int64)

    @cached_property
    def _loads(self) -> Any:
        given = Counter(pair.mentor for pair in self.standing)
        loads = [min(POINTS, POINTS * given[each.city.code] // max(1, each.city.most_as_mentor)) for each in self.columns]
        return self.np.array(loads, dtype=self.np.int64)

    def _marked(self, pairs: Sequence[Pair]) -> Any:
        found = self.np.zeros((len(self.rows), len(self.columns)), dtype=bool)
        for pair in pairs:
            if (place := self.place_in_table(pair)) is not None:
                found[place] = True
        return found

    def place_in_table(self, pair: Pair) -> tuple[int, int] | None:
        """Its row and column; None where one of both cities takes no part in the theme."""
        row, column = self.row_of.get((pair.theme, pair.mentee)), self.column_of.get((pair.theme, pair.mentor))
        return None if row is None or column is None else (row, column)

    def pair(self, row: int, column: int) -> Pair:
        return Pair(self.rows[row].need.theme, self.columns[column].city.code, self.rows[row].city.code)


def _ordered(needs: Sequence[Need]) -> list[Need]:
    return sorted(needs, key=lambda need: (need.priority, need.theme))
