"""One matching: both results side by side, with everything that explains them, and the checksum that it repeats to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from icportal.core.canonical import sha256
from icportal.mentoring.matching.best import best
from icportal.mentoring.matching.blocking import blocking_pairs
from icportal.mentoring.matching.explain import Solver, why_left_over, why_pair
from icportal.mentoring.matching.pool import Pool
from icportal.mentoring.matching.stable import stable
from icportal.mentoring.matching.table import RULES, Rule, Table

BEST, STABLE = "best", "stable"


def run(pool: Pool, *, with_reasons: bool = True) -> dict[str, Any]:
    """Compute both results of a pool, as JSON.

    ``best`` and ``stable`` each have ``pairs`` (with their reasons), ``matched`` of ``needs``, the ``worst`` rank, how many pairs
    stand at which rank (``ranks``), the ``total`` score, the ``blocking`` pairs and who is ``left_over``. ``warnings`` names the
    locks that break a rule or a limit. ``all_pairs`` has the reasons of every pair there could be. Without reasons, the pairs only.
    """
    table = Table(pool)
    outcome = {
        BEST: _result(table, best, with_reasons=with_reasons),
        STABLE: _result(table, stable, with_reasons=with_reasons),
        "standing": [[each.theme, each.mentor, each.mentee] for each in table.standing],
        "warnings": _warnings(table),
        "needs": len(table.rows),
    }
    if with_reasons:
        pairs = [(int(i), int(j)) for i, j in table.np.argwhere(table.same_theme)]
        outcome["all_pairs"] = [why_pair(table, *pair).stored() for pair in pairs if not _is_own(table, pair)]
    return outcome


def checksum(pool: Pool, outcome: dict[str, Any]) -> str:
    """The SHA-256 over everything a run started from, its weights, and what came out."""
    return sha256({"inputs": pool.canonical(), "outcome": outcome})


def _result(table: Table, solver: Solver, *, with_reasons: bool) -> dict[str, Any]:
    pairs = solver(table).pairs
    ranks = Counter(int(table.rank[pair]) for pair in pairs)
    matched = {row for row, _column in pairs}
    left = [row for row in table.free_rows if row not in matched]
    return {
        "pairs": [why_pair(table, *pair).stored() if with_reasons else _named(table, pair) for pair in pairs],
        "matched": len(pairs),
        "worst": max(ranks, default=0),
        "ranks": {str(rank): ranks[rank] for rank in sorted(ranks)},
        "total": sum(int(table.score[pair]) for pair in pairs),
        "blocking": [_named(table, pair) for pair in blocking_pairs(table, pairs)],
        "left_over": [
            why_left_over(table, row, pairs, solver).stored()
            if with_reasons
            else {"theme": table.rows[row].need.theme, "mentee": table.rows[row].city.code}
            for row in left
        ],
    }


def _named(table: Table, pair: tuple[int, int]) -> dict[str, str]:
    found = table.pair(*pair)
    return {"theme": found.theme, "mentor": found.mentor, "mentee": found.mentee}


def _is_own(table: Table, pair: tuple[int, int]) -> bool:
    return table.rows[pair[0]].city.code == table.columns[pair[1]].city.code


def _warnings(table: Table) -> list[dict[str, Any]]:
    """Locks that break a rule or a limit, or name a city or theme that takes no part."""
    found = []
    for lock in sorted(set(table.pool.locks)):
        place = table.place_in_table(lock)
        if place is None:
            rules = ["not_there"]
        else:
            broken = {*table.rules_against(*place), *(_limits_broken_by(table, *place) if lock in table.standing else ())}
            rules = [str(rule) for rule in RULES if rule in broken]
        if rules:
            found.append({"theme": lock.theme, "mentor": lock.mentor, "mentee": lock.mentee, "rules": rules})
    return found


def _limits_broken_by(table: Table, row: int, column: int) -> Iterator[Rule]:
    """What a pair that stands goes beyond, together with the others that do."""
    offer, mentor = table.columns[column].offer, table.columns[column].city
    need, mentee = table.rows[row].need, table.rows[row].city
    given = [pair.theme for pair in table.standing if pair.mentor == mentor.code]
    taken = [pair.theme for pair in table.standing if pair.mentee == mentee.code]
    if given.count(offer.theme) > offer.places or len(given) > mentor.most_as_mentor:
        yield Rule.NO_PLACE
    if taken.count(need.theme) > 1 or len(taken) > mentee.most_as_mentee:
        yield Rule.NO_ROOM
