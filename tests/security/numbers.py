"""What the world of the matrix has of indicators: a delivery in each state for two cities, imports, departments, a release."""

from __future__ import annotations

import io
from decimal import Decimal
from typing import TYPE_CHECKING

from sqlalchemy import select

from icportal.cities.models import City
from icportal.content import kinds
from icportal.content import services as content
from icportal.core.actors import Actor
from icportal.core.db import db
from icportal.core.files import keep
from icportal.core.filetypes import FileKind
from icportal.indicators import services
from icportal.indicators.catalogue import Definition, catalogue
from icportal.indicators.entries import Entry, Key
from icportal.indicators.enums import BatchScope, BatchState
from icportal.indicators.exchange.writing import current_cells, write_workbook
from icportal.indicators.models import Delivery, ImportBatch, Indicator
from icportal.indicators.services import releasing, sharing_out
from icportal.indicators.workbooks import spec_for

if TYPE_CHECKING:
    from security.world import World

YEARS = {"draft": 2011, "review": 2012, "changes_requested": 2013, "published": 2014, "withdrawn": 2015}
#: A city nobody of the world works for, and a year nobody delivered.
NOWHERE = ("toronto", 1999)
RELEASE = "2020-01"
#: A withheld number that stands nowhere else.
SECRET = "13.579246"


def fill(world: World, officers: dict[str, Actor], coordinator: Actor, readers: dict[str, frozenset[str]]) -> None:
    """Deliveries of these officers' cities; ``readers`` are the roles that may read what a city keeps to itself."""
    for slug, officer in officers.items():
        for state in YEARS:
            _delivery(world, slug, state, officer, coordinator)
            for word in ("secret", "comment") if state == "published" else ("secret", "comment", "note"):
                world.canaries[f"canarydata{slug}{state}{word}"] = readers[slug]
        city = _city(slug)
        department = sharing_out.add_department(city, actor=officer, name=f"canarydata{slug}department")
        world.ids[f"department {slug}"] = department.id
        world.canaries[f"canarydata{slug}department"] = readers[slug]
        world.ids[f"import {slug}"] = _import(city, officer, f"canarydata{slug}import").id
        world.canaries[f"canarydata{slug}import"] = readers[slug]
    world.canaries[SECRET] = frozenset().union(*readers.values())
    world.ids["import network"] = _network_import(coordinator).id
    world.canaries["canarynetworkimport"] = frozenset({"coordinator"})
    _catalogue(world, coordinator)
    releasing.publish_release(RELEASE, "", actor=coordinator)


def _city(slug: str) -> City:
    return db.session.scalars(select(City).where(City.slug == slug)).one()


def _delivery(world: World, slug: str, state: str, officer: Actor, coordinator: Actor) -> None:
    city, year, known = _city(slug), YEARS[state], catalogue("en")
    word = f"canarydata{slug}{state}"
    services.record(
        [
            _change(city, known["POP01"], year, "31.4", note="Everybody reads this." if state == "published" else f"{word}note"),
            _change(city, known["POP02"], year, SECRET, note=f"{word}secret", source=f"{word}secret", confidentiality="C"),
        ],
        actor=officer,
    )
    delivery = services.delivery_of(city.id, year)
    remark = services.comment(delivery, _key(city, known["POP01"], year), f"{word}comment", actor=officer)
    world.ids[f"mark {slug} {state}"] = remark.id
    steps = {"draft": "", "review": "submit", "changes_requested": "submit request_changes", "published": "submit publish"}
    for step in steps.get(state, "submit publish withdraw").split():
        _step(delivery, step, officer if step == "submit" else coordinator)


def _step(delivery: Delivery, name: str, actor: Actor) -> None:
    reason = "It has to be done again." if name in {"request_changes", "withdraw"} else ""
    services.move(delivery, name, actor=actor, seen=delivery.version, seen_hash=services.digest(delivery), reason=reason)
    db.session.flush()


def _key(city: City, definition: Definition, year: int) -> Key:
    return Key(city.id, definition.indicator_id, "", str(year))


def _change(city: City, definition: Definition, year: int, amount: str, **said: str) -> services.Change:
    entry = Entry(Decimal(amount), unit=definition.unit_of(""), counting=definition.facts.counting, **said)
    return services.Change(_key(city, definition, year), definition.version_id, entry)


def _import(city: City, officer: Actor, name: str) -> ImportBatch:
    """A workbook that is read and waits for somebody to accept it."""
    year = YEARS["draft"]
    spec = spec_for(city, year, "en")
    values = {row.key: {**current_cells(row.current), "seen": str(row.seen)} for row in spec.rows}
    first = next(row.key for row in spec.rows if row.code == "POP01" and row.breakdown)
    values[first]["value"] = "12.5"
    book = io.BytesIO(write_workbook(spec, values=values))
    return services.receive_import(book, f"{name}.xlsx", actor=officer, city=city, year=year, reads_as="en")


def _network_import(coordinator: Actor) -> ImportBatch:
    file = keep(b"city,indicator\n", "canarynetworkimport.xlsx", kind=FileKind.WORKBOOK, actor=coordinator)
    batch = ImportBatch(
        scope=BatchScope.NETWORK, file_id=file.id, sha256=file.sha256, state=BatchState.CHECKED, created_by=coordinator.id
    )
    db.session.add(batch)
    db.session.flush()
    return batch


def _catalogue(world: World, coordinator: Actor) -> None:
    """An indicator whose text is being changed, with a remark on it and a translation that was begun."""
    indicator = db.session.scalars(select(Indicator).where(Indicator.code == "EMPL05")).one()
    source = indicator.item.source
    body = {
        field.name: source.title if field.name == "title" else "canarycataloguetext" for field in kinds.get("indicator").fields
    }
    content.save_source(source, body, actor=coordinator, seen=source.version)
    world.ids["indicator"] = indicator.id
    world.ids["comment indicator"] = content.add_comment(source, actor=coordinator, field="", text="canarycatalogueremark").id
    readers = frozenset({"coordinator", "administrator", "reviewer"})
    world.canaries |= {"canarycataloguetext": readers, "canarycatalogueremark": readers}
