"""A world for practices, kept before the test begins."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace

import practice_world
import pytest
from flask import Flask
from harness import ApartClient, PortalClient

from icportal.core.db import db


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
