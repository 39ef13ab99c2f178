"""Short words for tests of indicators on the filled portal: values of a city, its officer, a coordinator."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from icportal.accounts.models import RoleGrant, User
from icportal.cities.models import City
from icportal.core.actors import SYSTEM, Actor, Role
from icportal.core.db import db
from icportal.indicators import services
from icportal.indicators.catalogue import Definition, catalogue
from icportal.indicators.entries import Entry, Key
from icportal.indicators.models import Delivery, Observation


def definition(code: str) -> Definition:
    return catalogue("en")[code]


def city(slug: str) -> City:
    return db.session.scalars(select(City).where(City.slug == slug)).one()


def key(city_slug: str, code: str, breakdown: str = "", period: str = "2022") -> Key:
    return Key(city(city_slug).id, definition(code).indicator_id, breakdown, period)


def entry(amount: str | float | None, *, code: str = "", breakdown: str = "", **fields: Any) -> Entry:
    """A value with its caveats. With ``code`` the unit and the counting are the ones asked for; else per cent."""
    if code:
        asked = definition(code)
        fields = {"unit": asked.unit_of(breakdown), "counting": asked.facts.counting, **fields}
    return Entry(amount=None if amount is None else Decimal(str(amount)), **fields)


def put(
    city_slug: str,
    year: int,
    values: Mapping[str | tuple[str, ...], str | float | Entry],
    actor: Actor = SYSTEM,
    **fields: Any,
) -> list[Observation]:
    """Enter values. A key is a code, (code, breakdown) or (code, breakdown, period); ``fields`` are caveats of all numbers."""
    changes = []
    for name, value in values.items():
        code, breakdown, period = (*((name,) if isinstance(name, str) else name), "", "")[:3]
        said = value if isinstance(value, Entry) else entry(value, code=code, breakdown=breakdown, **fields)
        where = key(city_slug, code, breakdown, period or str(year))
        changes.append(services.Change(where, definition(code).version_id, said))
    written = services.record(changes, actor=actor)
    db.session.commit()
    return written


def delivery(city_slug: str, year: int) -> Delivery:
    return services.delivery_of(city(city_slug).id, year)


def submit(city_slug: str, year: int) -> Delivery:
    """Sent to the network by the city's officer."""
    sent = delivery(city_slug, year)
    services.move(sent, "submit", actor=officer(city_slug), seen=sent.version)
    db.session.commit()
    return sent


def publish(city_slug: str, year: int) -> Delivery:
    """Sent in by the city's officer, published by a coordinator."""
    sent = submit(city_slug, year)
    services.move(sent, "publish", actor=coordinator(), seen=sent.version, seen_hash=services.digest(sent))
    db.session.commit()
    return sent


def officer(city_slug: str) -> Actor:
    """An officer of the city: the demonstration's, or one made here."""
    where = city(city_slug).id
    held = select(RoleGrant.user_id).where(RoleGrant.role == Role.CITY_OFFICER, RoleGrant.city_id == where)
    user = db.session.scalars(select(User).where(User.id.in_(held)).order_by(User.id)).first()
    if user is None:
        address = f"officer.{city_slug}@example.eu"
        user = User(email=address, email_key=address, name=f"Officer of {city_slug}", language="en")
        db.session.add(user)
        db.session.flush()
        db.session.add(RoleGrant(user_id=user.id, role=Role.CITY_OFFICER, city_id=where))
        db.session.commit()
        db.session.refresh(user)
    return user.actor


def coordinator(address: str = "coordinator@demo.example") -> Actor:
    return db.session.scalars(select(User).where(User.email_key == address)).one().actor
