"""`python -m benchmarks [question ...]`: every question in one run, each answer beside its goal."""

from __future__ import annotations

import argparse
import os
import platform
import sys

from benchmarks import growth, indicators, kept, load, matching, memory, pages, plans, queries, report, results, services
from benchmarks.stage import WORKERS, set_up

QUESTIONS = {
    "pages": pages,
    "kept": kept,
    "queries": queries,
    "memory": memory,
    "services": services,
    "growth": growth,
    "indicators": indicators,
    "results": results,
    "report": report,
    "plans": plans,
    "matching": matching,
}
DATABASES = ("sqlite", "postgres")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("question", nargs="*", help="which questions; all when none is named")
    parser.add_argument("--database", choices=[*DATABASES, "both"], default="both")
    parser.add_argument("--count", type=int, default=5000, help="published practices (growth takes ten times as many)")
    parser.add_argument("--seconds", type=float, default=3, help="length of one load")
    parser.add_argument("--rounds", type=int, default=3, help="loads of which the middle one counts")
    chosen = parser.parse_args()
    unknown = set(chosen.question) - set(QUESTIONS)
    if unknown:
        parser.error(f"there is no question {', '.join(sorted(unknown))}; there are {', '.join(QUESTIONS)}")
    print(f"{platform.platform()}, {os.cpu_count()} cores, Python {platform.python_version()}, granian with {WORKERS} workers")
    print(load.tell_the_tool())
    missed: list[str] = []
    with set_up() as stage:
        for database in DATABASES if chosen.database == "both" else (chosen.database,):
            for name in chosen.question or QUESTIONS:
                reached = QUESTIONS[name].ask(stage, database, count=chosen.count, seconds=chosen.seconds, rounds=chosen.rounds)
                missed += [] if reached else [f"{name} on {database}"]
    print(f"\nMissed: {', '.join(missed)}." if missed else "\nEvery goal is reached.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
