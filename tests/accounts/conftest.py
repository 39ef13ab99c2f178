"""Four cities and whoever a test needs in them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from flask import Flask

from icportal.accounts import services
from icportal.accounts.models import User
from icportal.cities.models import City
from icportal.core.actors import SYSTEM
from icportal.core.db import db
from icportal.core.outbox import Mail

PASSWORD = "lantern under the old bridge"
CITIES = ("vienna", "oulu", "genoa", "nuremberg", "riga", "milan")


class World:
    """The portal with four cities; people are made as a test asks for them."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        with app.app_context():
            cities = [City(slug=slug, key=slug, name=slug.title(), country="AT") for slug in CITIES]
            db.session.add_all(cities)
            db.session.commit()
            self.cities = {city.slug: city.id for city in cities}

    def person(self, name: str, *roles: tuple[str, str | None], language: str = "en", password: str | None = PASSWORD) -> int:
        """An account ``name@city.example`` with roles as (role, city or language)."""
        with self.changes():
            user = services.create_user(
                actor=SYSTEM, email=f"{name}@city.example", name=name.title(), password=password, language=language
            )
            for role, scope in roles:
                city_id = self.cities.get(scope or "")
                services.give_role(
                    user, actor=SYSTEM, role=role, city_id=city_id, role_language=None if city_id else scope, tell=False
                )
            return user.id

    @contextmanager
    def changes(self) -> Iterator[None]:
        """Work on the database; kept at the end."""
        with self.app.app_context():
            yield
            db.session.commit()
            db.session.remove()

    def user(self, user_id: int) -> User:
        """The person as stored now; use inside ``changes``."""
        return db.session.get_one(User, user_id)

    def mails(self, address: str | None = None) -> list[tuple[str, str, str]]:
        """Address, subject and text of every mail, oldest first."""
        with self.changes():
            mails = db.session.query(Mail).order_by(Mail.id)
            return [(mail.address, mail.subject, mail.text) for mail in mails if address in (None, mail.address)]

    def link(self, address: str) -> str:
        """The path of the link in the newest mail to this address."""
        found = re.findall(r"http://localhost(/\S+)", self.mails(address)[-1][2])
        return str(found[0])


@pytest.fixture
def world(app: Flask) -> World:
    return World(app)


@pytest.fixture
def enter(world: World) -> Any:
    """A client of their own, signed in as this person."""

    def enter(user_id: int) -> Any:
        client = world.app.test_client()
        client.sign_in(user_id)
        return client

    return enter
