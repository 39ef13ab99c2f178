"""How fast are the public pages when nothing is kept, beside a bare Flask page of the same rows and weight?"""

from __future__ import annotations

import re

from benchmarks import load
from benchmarks.fill import COMMON, RARE, SOME
from benchmarks.stage import Server, Stage

GOAL = 0.6
#: Name → (the portal's page, the bare page).
PAGES = {
    "list": ("/en/practices", "/list"),
    "one facet": ("/en/practices?commitment=4", "/list?term=commitment:4"),
    "two facets": ("/en/practices?commitment=4&country=DE", "/list?term=country:DE&term=commitment:4"),
    "detail": ("/en/practices/{slug}", "/detail/{slug}"),
    "common word": (f"/en/practices?q={COMMON}", f"/list?term=w:{COMMON}"),
    "rare word": (f"/en/practices?q={RARE}", f"/list?term=w:{RARE}"),
    "two words": (f"/en/practices?q={SOME}+{COMMON}", f"/list?term=w:{SOME}&term=w:{COMMON}"),
}


def ask(stage: Stage, kind: str, *, count: int, seconds: float, rounds: int) -> bool:
    """Print a table; whether the goal is reached everywhere."""
    url = stage.database(kind, count)
    print(f"\nPages that are not kept, {kind}, {count:,} practices: requests a second (ms), goal {GOAL} of bare Flask")
    reached, bare_list = True, 0.0
    with stage.serve("icportal.wsgi:application", url, ICPORTAL_PAGE_CACHE="off") as portal:
        slug = first_slug(portal)
        for name, (ours, bare) in PAGES.items():
            weight = len(portal.get(ours.format(slug=slug)))
            with stage.serve("benchmarks.bare:application", url) as unweighted:
                padding = max(0, weight - len(unweighted.get(bare.format(slug=slug))))
            setting = {"BARE_PADDING": str(padding)}
            with stage.serve("benchmarks.bare:application", url, **setting) as other:
                speeds = load.compare(
                    {"portal": portal.address + ours.format(slug=slug), "bare": other.address + bare.format(slug=slug)},
                    seconds=seconds, rounds=rounds,
                )  # fmt: skip
            ratio = speeds["portal"].rate / speeds["bare"].rate
            bare_list = bare_list or speeds["bare"].rate
            # The goal is set beside the bare list of twenty rows; a page of one text also has a bare one of its own.
            beside_list = speeds["portal"].rate / bare_list
            enough = (beside_list if name == "detail" else ratio) >= GOAL
            reached = reached and enough
            print(
                f"  {name:<12} {weight / 1000:5.1f} kB  portal {speeds['portal'].rate:6.0f} ({speeds['portal'].milliseconds:5.1f})"
                f"  bare {speeds['bare'].rate:6.0f} ({speeds['bare'].milliseconds:5.1f})  ratio {ratio:4.2f}"
                f"{f', beside the bare list {beside_list:4.2f}' if name == 'detail' else ''}{'' if enough else '  missed'}",
                flush=True,
            )
    return reached


def first_slug(portal: Server) -> str:
    """The newest practice."""
    found = re.search(rb'/en/practices/([a-z0-9-]+)"', portal.get("/en/practices?commitment=4"))
    assert found is not None, "the library shows no practice"
    return found[1].decode()
