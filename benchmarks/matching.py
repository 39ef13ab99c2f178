"""What does a matching cost: with sixty cities and all its reasons, and two thousand needs beside the bare solver?"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from datetime import date
from random import Random

from scipy.optimize import linear_sum_assignment

from benchmarks.stage import Stage
from icportal.mentoring.matching.best import best
from icportal.mentoring.matching.pool import Candidate, Need, Offer, Pool
from icportal.mentoring.matching.runs import run
from icportal.mentoring.matching.table import Table

CITIES, NEEDS = 60, 2_000
#: Seconds of a whole matching of sixty cities, and times of the bare solver for two thousand needs.
RUN_GOAL, SOLVER_GOAL = 2.0, 3.0
YEAR = ((date(2027, 1, 1), date(2027, 12, 31)),)
THEMES = ("a", "b", "c", "d")


def ask(stage: Stage, kind: str, *, count: int, seconds: float, rounds: int) -> bool:  # noqa: ARG001  asked like the others
    """Print the times; whether both goals are reached. The matching knows no database: it is asked once."""
    if kind != "sqlite":
        return True
    whole = _median(lambda: run(cities(CITIES, THEMES)), rounds)
    print(f"\nA matching of {CITIES} cities in {len(THEMES)} themes, both results with every reason: < {RUN_GOAL} s")
    print(f"  {whole:.2f} s{'' if whole <= RUN_GOAL else '  missed'}", flush=True)
    pool = cities(NEEDS, THEMES[:1])
    table = Table(pool)
    laid = _median(lambda: Table(pool), rounds)
    scores = table.score.astype(float)
    bare = _median(lambda: linear_sum_assignment(scores, maximize=True), rounds)
    ours = _median(lambda: best(table), rounds)
    good = ours <= SOLVER_GOAL * bare
    print(f"{NEEDS:,} needs and as many places, beside scipy's solver on the same scores: time at most × {SOLVER_GOAL}")
    print(
        f"  solver {bare:.2f} s, best {ours:.2f} s, × {ours / bare:.2f}{'' if good else '  missed'}; table {laid:.2f} s",
        flush=True,
    )
    return whole <= RUN_GOAL and good


def _median(work: Callable[[], object], rounds: int) -> float:
    took = []
    for _round in range(rounds):
        began = time.perf_counter()
        work()
        took.append(time.perf_counter() - began)
    return statistics.median(took)


def cities(count: int, themes: tuple[str, ...]) -> Pool:
    """So many cities that need and offer something in every theme, with three wishes each; the same every time."""
    luck = Random(7)
    codes = [f"city-{number:04}" for number in range(count)]

    def wishes(code: str) -> tuple[str, ...]:
        return tuple(other for other in luck.sample(codes, 4) if other != code)[:3]

    return Pool(
        tuple(
            Candidate(
                code, languages={luck.choice(("en", "fr", "de")): "b2", "en": "b1"}, windows=YEAR, most_as_mentor=len(themes),
                most_as_mentee=len(themes), needs=tuple(Need(theme, luck.randrange(101), wishes=wishes(code)) for theme in themes),
                offers=tuple(Offer(theme, luck.randrange(101), wishes=wishes(code)) for theme in themes),
            )
            for code in codes
        )
    )  # fmt: skip
