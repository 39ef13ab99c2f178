"""What does a page cost when there are ten times as many practices?"""

from __future__ import annotations

from contextlib import ExitStack

from benchmarks import load
from benchmarks.pages import PAGES, first_slug
from benchmarks.stage import Stage

GOAL = 1.3


def ask(stage: Stage, kind: str, *, count: int, seconds: float, rounds: int) -> bool:
    """Print a table; whether the goal is reached everywhere."""
    sizes = (count, count * 10)
    urls = {size: stage.database(kind, size) for size in sizes}
    print(f"\nGrowth from {sizes[0]:,} to {sizes[1]:,} practices, {kind}, pages not kept: time at most {GOAL} times")
    reached = True
    with ExitStack() as stack:
        portals = {
            size: stack.enter_context(stage.serve("icportal.wsgi:application", urls[size], ICPORTAL_PAGE_CACHE="off"))
            for size in sizes
        }
        for name, (page, _bare) in PAGES.items():
            addresses = {str(size): portal.address + page.format(slug=first_slug(portal)) for size, portal in portals.items()}
            speeds = load.compare(addresses, seconds=seconds, rounds=rounds)
            small, large = (speeds[str(size)].rate for size in sizes)
            reached = reached and small / large <= GOAL
            print(
                f"  {name:<12} {small:6.0f} → {large:6.0f} a second, time × {small / large:4.2f}{'' if small / large <= GOAL else '  missed'}",
                flush=True,
            )
    return reached
