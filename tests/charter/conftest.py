"""Fixtures of the small network of ``charter_world``."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from charter_world import make_world
from flask import Flask

from icportal.charter.models import Signature
from icportal.core.db import db


@pytest.fixture
def world(app: Flask) -> SimpleNamespace:
    """Ids of the people and cities of the small network."""
    with app.app_context():
        return make_world()


@pytest.fixture
def as_person(app: Flask, world: SimpleNamespace) -> Callable[[str], Any]:
    """A browser of somebody of the small network."""

    def as_person(name: str) -> Any:
        client = app.test_client()
        client.sign_in(world.people[name])
        return client

    return as_person


@pytest.fixture
def newest(app: Flask) -> Callable[[], Signature]:
    """The newest signature as the database has it now."""

    def newest() -> Signature:
        with app.app_context():
            found = db.session.query(Signature).order_by(Signature.id.desc()).first()
            assert found is not None
            _loaded = (found.charter_version, list(found.writers))
            db.session.expunge_all()
            return found

    return newest
