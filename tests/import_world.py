"""The filled portal, people of two cities, and workbooks made by hand: rows as the reader gives them."""

from __future__ import annotations

import io
import itertools
from collections.abc import Iterator
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from icportal.accounts.models import RoleGrant, User
from icportal.cities.models import City
from icportal.core.actors import Actor, Role
from icportal.core.db import db
from icportal.indicators import services
from icportal.indicators.entries import REMOVED, Entry, Key
from icportal.indicators.enums import Unit
from icportal.indicators.exchange.layout import Identity, ReadRow, ReadWorkbook
from icportal.indicators.exchange.writing import current_cells, write_workbook
from icportal.indicators.findings import Finding
from icportal.indicators.models import Department, ImportBatch, Indicator, IndicatorVersion, Observation
from icportal.indicators.services import opening
from icportal.indicators.workbooks import spec_for

YEAR = 2024
CITY = "nuremberg"
PEOPLE = {
    "paula": (Role.CITY_OFFICER, CITY),
    "piet": (Role.CITY_OFFICER, CITY),
    "vera": (Role.CITY_OFFICER, "vienna"),
    "coordinator": (Role.COORDINATOR, None),
    "administrator": (Role.ADMINISTRATOR, None),
    "mayor": (Role.MAYOR_OFFICE, CITY),
}


def make_world() -> SimpleNamespace:
    """People beside the demonstration accounts; gives their ids and those of the cities."""
    cities = {slug: db.session.scalars(select(City).where(City.slug == slug)).one().id for slug in (CITY, "vienna")}
    people = {}
    for name, (role, city) in PEOPLE.items():
        address = f"{name}@example.eu"
        user = User(email=address, email_key=address, name=name.title(), language="en")
        db.session.add(user)
        db.session.flush()
        db.session.add(RoleGrant(user_id=user.id, role=role, city_id=cities[city] if city else None))
        people[name] = user.id
    db.session.commit()
    return SimpleNamespace(people=people, cities=cities, files={}, numbers=itertools.count(1))


def opened(app: Flask) -> Iterator[SimpleNamespace]:
    """The world with the portal's context open; the test reads real workbooks."""
    with app.app_context():
        world = make_world()
        world.app = app
        yield world
        db.session.rollback()


def opened_by_hand(app: Flask, patch: pytest.MonkeyPatch) -> Iterator[SimpleNamespace]:
    """The world inside a request, with workbooks made by ``book``."""
    with app.test_request_context():
        world = make_world()
        world.app = app
        read_by_hand(world, patch)
        yield world
        db.session.rollback()


def actor(world: Any, name: str) -> Actor:
    db.session.expire_all()
    return db.session.get_one(User, world.people[name]).actor


def city(world: Any, slug: str = CITY) -> City:
    return db.session.get_one(City, world.cities[slug])


def indicator(code: str) -> tuple[int, int]:
    """(number, number of its newest version) of an indicator."""
    query = (
        select(Indicator.id, IndicatorVersion.id)
        .join(IndicatorVersion, IndicatorVersion.indicator_id == Indicator.id)
        .where(Indicator.code == code)
    )
    found = db.session.execute(query.order_by(IndicatorVersion.number.desc())).first()
    assert found is not None
    return found[0], found[1]


def key(world: Any, code: str = "POP01", breakdown: str = "", *, period: str = str(YEAR)) -> Key:
    return Key(world.cities[CITY], indicator(code)[0], breakdown, period)


def entry(amount: str | int, unit: str = Unit.PERCENT, **more: Any) -> Entry:
    return Entry(Decimal(amount), unit=unit, **more)


def row(
    cell: str,
    amount: str | int | None,
    *,
    code: str = "POP01",
    breakdown: str = "",
    seen: int | None = 0,
    problem: str = "",
    **more: Any,
) -> ReadRow:
    """A row whose value stands in ``cell``; without an amount its value cell is empty, "delete" takes it back."""
    said = REMOVED if amount == "delete" else None if amount is None or problem else entry(amount, **more)
    problems = (Finding(problem, {"seen": str(amount), "unit": ""}),) if problem else ()
    return ReadRow("Data", cell, "", code, breakdown, str(YEAR), "" if amount is None else str(amount), said, seen, problems)


def book(world: Any, *rows: ReadRow, department: int = 0) -> bytes:
    """Bytes that stand for a workbook with these rows."""
    data = f"PK workbook {next(world.numbers)}".encode()
    world.files[data] = ReadWorkbook(Identity(CITY, YEAR, "en", "", department), rows)
    return data


def read_by_hand(world: Any, patch: pytest.MonkeyPatch) -> None:
    """Read the workbooks of ``book``; they are no real files, so the gate is left out as well."""
    patch.setattr(opening, "pass_gate", lambda _data, **_about: None)
    patch.setattr(opening, "read", lambda data, **_about: world.files[data])


def upload(world: Any, data: bytes, who: str = "paula", **more: Any) -> ImportBatch:
    batch = services.receive_import(
        io.BytesIO(data), "values.xlsx", actor=actor(world, who), city=city(world), year=YEAR, reads_as="en", **more
    )
    db.session.commit()
    return batch


def accept(world: Any, batch: ImportBatch, who: str = "paula", **more: Any) -> None:
    seen = more.pop("seen_digest", batch.plan_digest)
    services.accept_import(batch, actor=actor(world, who), seen_digest=seen, **more)
    db.session.commit()


def taken_over(world: Any, *rows: ReadRow, who: str = "paula") -> ImportBatch:
    batch = upload(world, book(world, *rows), who)
    accept(world, batch, who)
    return batch


def type_in(world: Any, amount: str, who: str = "piet", *, code: str = "POP01", breakdown: str = "", **more: Any) -> None:
    change = services.Change(key(world, code, breakdown), indicator(code)[1], entry(amount, **more))
    services.record([change], actor=actor(world, who))
    db.session.commit()


def values(world: Any, slug: str = CITY) -> dict[tuple[str, str], str]:
    """What stands in the portal for the year: (code, breakdown) → number, or why there is none."""
    codes = {each.id: each.code for each in db.session.scalars(select(Indicator))}
    found = services.current_values(world.cities[slug], YEAR)
    return {
        (codes[each.indicator_id], each.breakdown): value.missing if value.amount is None else f"{value.amount:f}"
        for each, value in found.items()
    }


def versions(world: Any, code: str = "POP01", breakdown: str = "") -> list[Observation]:
    return services.versions_of(key(world, code, breakdown))


def department(world: Any, name: str, *codes: str) -> Department:
    made = Department(city_id=world.cities[CITY], name=name, codes=list(codes))
    db.session.add(made)
    db.session.commit()
    return made


def workbook(world: Any, filled: dict[str, dict[str, Any]], *, slug: str = CITY, year: int = YEAR, language: str = "en") -> bytes:
    """A real workbook of the portal with these columns filled in, by row key; the rest as the portal prefills it."""
    spec = spec_for(city(world, slug), year, language)
    values: dict[str, dict[str, Any]] = {}
    for each in spec.rows:
        said = {**current_cells(each.current), "seen": str(each.seen), **filled.get(each.key, {})}
        values[each.key] = said
    assert set(filled) <= set(values), "the workbook has no such row"
    return write_workbook(spec, values=values)
