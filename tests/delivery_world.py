"""The filled portal for tests of deliveries: its context stays open, and pages are asked for beside it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flask import Flask
from harness import ApartClient, PortalClient
from indicator_world import delivery

from icportal.core.db import db
from icportal.indicators import services

YEAR = 2024
HERE = f"/en/work/indicators/vienna/{YEAR}"


def opened(app: Flask) -> Iterator[Flask]:
    """The portal with its context open; what the test keeps is committed."""
    with app.app_context():
        yield app
        db.session.rollback()


def apart(app: Flask) -> PortalClient:
    app.test_client_class = ApartClient
    client: PortalClient = app.test_client()
    return client


def step(name: str, **fields: Any) -> dict[str, Any]:
    """The form of a step, as the page has it now."""
    db.session.rollback()
    sent = delivery("vienna", YEAR)
    return {"transition": name, "version": sent.version, "seen_hash": services.digest(sent), **fields}


def state() -> str:
    db.session.rollback()
    return delivery("vienna", YEAR).state
