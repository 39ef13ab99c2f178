"""How much memory has a worker that has served every kind of public page in every language?"""

from __future__ import annotations

from benchmarks import load
from benchmarks.pages import PAGES, first_slug
from benchmarks.stage import Stage

GOAL = 120


def ask(stage: Stage, kind: str, *, count: int, seconds: float, rounds: int) -> bool:  # noqa: ARG001  asked like the others
    """Print the memory of the larger worker; whether it is below the goal."""
    with stage.serve("icportal.wsgi:application", stage.database(kind, count), ICPORTAL_PAGE_CACHE="on") as portal:
        slug = first_slug(portal)
        for language in ("en", "fr", "de", "es", "it", "nl"):
            for page, _bare in PAGES.values():
                load.measure(portal.address + page.format(slug=slug).replace("/en/", f"/{language}/"), seconds=1)
        rss, pss = portal.memory()
    print(
        f"\nMemory of a loaded worker, {kind}: RSS {rss:.0f} MB, PSS {pss:.0f} MB, goal below {GOAL} MB{'' if rss < GOAL else '  missed'}"
    )
    return rss < GOAL
