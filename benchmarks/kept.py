"""How fast are pages that are kept, beside a route that answers `hello`?"""

from __future__ import annotations

from benchmarks import load
from benchmarks.pages import first_slug
from benchmarks.stage import Stage

GOAL = 0.8


def ask(stage: Stage, kind: str, *, count: int, seconds: float, rounds: int) -> bool:
    """Print a table; whether the goal is reached everywhere."""
    url = stage.database(kind, count)
    print(f"\nPages that are kept, {kind}: requests a second, goal {GOAL} of hello")
    with (
        stage.serve("icportal.wsgi:application", url, ICPORTAL_PAGE_CACHE="on") as portal,
        stage.serve("benchmarks.bare:application", url) as bare,
    ):
        slug = first_slug(portal)
        addresses = {
            "hello": f"{bare.address}/hello",
            "list": f"{portal.address}/en/practices",
            "filtered list": f"{portal.address}/en/practices?commitment=4",
            "detail": f"{portal.address}/en/practices/{slug}",
        }
        speeds = load.compare(addresses, seconds=seconds, rounds=rounds)
    hello = speeds.pop("hello")
    reached = True
    for name, speed in speeds.items():
        ratio = speed.rate / hello.rate
        reached = reached and ratio >= GOAL
        print(
            f"  {name:<14} {speed.rate:7.0f}  hello {hello.rate:7.0f}  ratio {ratio:4.2f}{'' if ratio >= GOAL else '  missed'}",
            flush=True,
        )
    return reached
