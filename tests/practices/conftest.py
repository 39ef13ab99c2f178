"""A world for practices, kept before the test begins."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import Context
from types import SimpleNamespace
from typing import Any

import practice_world
import pytest
from flask import Flask
from harness import PortalClient
from sqlalchemy import event
from werkzeug.test import TestResponse

from icportal.core.db import db


class ApartClient(PortalClient):
    """A client beside the test's own context: each request finds nothing but what was kept, and leaves nothing behind."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        db.session.rollback()
        return Context().run(super().open, *args, **kwargs)


@pytest.fixture
def client(world: SimpleNamespace) -> PortalClient:
    world.app.test_client_class = ApartClient
    client: PortalClient = world.app.test_client()
    return client


@pytest.fixture
def world(app: Flask) -> Iterator[SimpleNamespace]:
    """Cities and people; the context stays open for the test."""
    with app.app_context():
        made = practice_world.make_world()
        made.app = app
        yield made
        db.session.rollback()


@pytest.fixture
def count_queries(app: Flask) -> Any:
    """Counts the statements sent to the database inside a block."""

    @contextmanager
    def counting() -> Iterator[SimpleNamespace]:
        counted = SimpleNamespace(count=0)

        def one_more(*_: Any) -> None:
            counted.count += 1

        event.listen(db.engine, "before_cursor_execute", one_more)
        try:
            yield counted
        finally:
            event.remove(db.engine, "before_cursor_execute", one_more)

    return counting
