"""Does a page of twenty rows ask the database more often than a page of one?"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event

from benchmarks.fill import COMMON, RARE
from benchmarks.stage import Stage
from icportal.core.db import db


@contextmanager
def counting(app: Any) -> Iterator[list[str]]:
    """The statements sent inside the block."""
    sent: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        sent.append(statement)

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(engine, "before_cursor_execute", note)


def asked(app: Any, path: str) -> int:
    """How many statements a page costs that was shown before."""
    client = app.test_client()
    for _ in range(2):
        answer = client.get(path)
        assert answer.status_code == 200, f"{path} answered {answer.status_code}"
    # The page is made anew: neither kept, nor the stamp looked up a moment ago.
    cache = app.extensions["page_cache"]
    cache.pages.clear()
    cache.expect_change()
    with counting(app) as sent:
        client.get(path)
    return len(sent)


def ask(stage: Stage, kind: str, *, count: int, seconds: float, rounds: int) -> bool:  # noqa: ARG001  asked like the others
    """Print the numbers; whether they are equal."""
    pages = {
        "list": "/en/practices",
        "facet": "/en/practices?commitment=4",
        "common word": f"/en/practices?q={COMMON}",
        "rare word": f"/en/practices?q={RARE}",
    }
    apps = {size: stage.portal(stage.database(kind, size)) for size in (1, count)}
    print(f"\nQueries of a page with one row and with twenty, {kind}")
    equal = True
    for name, path in pages.items():
        one, many = (asked(app, path) for app in apps.values())
        equal = equal and one == many
        print(f"  {name:<12} {one} and {many}{'' if one == many else '  differ'}")
    return equal
