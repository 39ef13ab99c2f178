"""Whom a city counts as a migrant: the definition in force in a year, and all there are to choose from."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from sqlalchemy import select

from icportal.core.db import db
from icportal.core.strings import _
from icportal.indicators import labels
from icportal.indicators.models import MigrantDefinition


def of_city(city_id: int) -> list[MigrantDefinition]:
    """All definitions a city ever stated: by the year they hold from, the latest first; of one year the newest first."""
    return of_cities([city_id]).get(city_id, [])


def of_cities(city_ids: Collection[int]) -> dict[int, list[MigrantDefinition]]:
    """The same for many cities, in one query; a city that stated none is missing."""
    found: dict[int, list[MigrantDefinition]] = {}
    for each in db.session.scalars(select(MigrantDefinition).where(MigrantDefinition.city_id.in_(city_ids))):
        found.setdefault(each.city_id, []).append(each)
    return {city_id: sorted(stated, key=_place, reverse=True) for city_id, stated in found.items()}


def in_force(city_id: int, year: int) -> MigrantDefinition | None:
    """The definition that held in a year: the last one from that year or before; None where the city stated none."""
    return holding(of_city(city_id), year)


def holding(stated: Iterable[MigrantDefinition], year: int) -> MigrantDefinition | None:
    """The same among the definitions of one city, as ``of_city`` gives them."""
    return next((each for each in stated if each.year_from is None or each.year_from <= year), None)


def choices(city_id: int) -> list[tuple[int, str]]:
    """What a value of the city may name as its definition: (number, label), in the order of ``of_city``."""
    return [(each.id, label(each)) for each in of_city(city_id)]


def words(ids: Collection[int | None]) -> dict[int, str]:
    """These definitions in words, by their number."""
    wanted = {each for each in ids if each is not None}
    found = db.session.scalars(select(MigrantDefinition).where(MigrantDefinition.id.in_(wanted))) if wanted else ()
    return {each.id: label(each) for each in found}


def label(stated: MigrantDefinition) -> str:
    """A definition in one line: its family, and from when it holds."""
    family = str(labels.DEFINITION_FAMILIES[stated.family])
    if stated.year_from is None:
        return family
    return _("%(definition)s (from %(year)s on)", definition=family, year=stated.year_from)


def _place(stated: MigrantDefinition) -> tuple[int, int]:
    return stated.year_from or 0, stated.id
