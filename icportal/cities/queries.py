"""Reading cities."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import selectinload

from icportal.cities.enums import FEWEST_CONTACTS
from icportal.cities.models import City, Contact, TimelineEntry
from icportal.cities.sections import Membership
from icportal.core.db import db
from icportal.core.errors import NotFound
from icportal.core.strings import _
from icportal.core.text import fold
from icportal.i18n.formatting import sorted_by_name
from icportal.web.page_cache import kept


def count() -> int:
    """How many cities the portal knows."""
    return db.session.scalar(select(func.count(City.id))) or 0


def all_cities(language: str) -> list[City]:
    """Every city, in the order of its name in this language."""
    return sorted_by_name(db.session.scalars(select(City)), lambda city: city.name_in(language))


def matching(cities: Collection[City], *, text: str = "", country: str = "", edition: int | None = None) -> list[City]:
    """The cities that one of its names (accents and case aside), its country and its reports allow."""
    wanted = fold(text)
    return [
        city
        for city in cities
        if (not wanted or any(wanted in name for name in folded_names(city)))
        and (not country or city.country == country)
        and (edition is None or edition in city.reports)
    ]


def folded_names(city: City) -> set[str]:
    """Every name of the city as it is compared: without case and accents."""
    return {city.key, fold(city.name), *(fold(name) for name in city.names.values())}


@kept(64)
def names(language: str) -> Mapping[str, str]:
    """Slug → what readers of a language call each city."""
    return {row.slug: row.names.get(language, row.name) for row in db.session.execute(select(City.slug, City.name, City.names))}


def get_city(slug: str) -> City:
    """The city with this name in its address.

    Raises:
        NotFound: there is none.
    """
    city = db.session.scalar(select(City).where(City.slug == slug))
    if city is None:
        raise NotFound(_("The portal knows no such city."))
    return city


def find_by_name(name: str, country: str) -> City | None:
    """The city of a country that has this name in any language, accents and case aside."""
    wanted = fold(name)
    query = select(City).where(City.country == country).order_by(City.id)
    return next((city for city in db.session.scalars(query) if wanted in folded_names(city)), None)


def by_key() -> dict[str, City]:
    """All cities by the key spreadsheets use: the English name without case and accents."""
    return {city.key: city for city in db.session.scalars(select(City))}


def by_id(ids: Collection[int]) -> dict[int, City]:
    return {city.id: city for city in db.session.scalars(select(City).where(City.id.in_(ids)))}


def by_slug(slugs: Collection[str]) -> dict[str, City]:
    return {city.slug: city for city in db.session.scalars(select(City).where(City.slug.in_(slugs)))}


def names_by_id(ids: Collection[int | None], language: str) -> dict[int, str]:
    """What cities are called in a language, by their number."""
    wanted = {each for each in ids if each is not None}
    return {city_id: city.name_in(language) for city_id, city in by_id(wanted).items()} if wanted else {}


def as_record(city: City, language: str, membership: Membership | None = None) -> dict[str, Any]:
    """A city as data."""
    return {
        "city": city.name,
        "name": city.name_in(language),
        "slug": city.slug,
        "country": city.country,
        "languages": city.languages,
        "reports": city.reports,
        "signed_earliest": membership.earliest if membership else None,
        "signed_latest": membership.latest if membership else None,
        "signed_precision": str(membership.precision) if membership else None,
        "latitude": city.latitude,
        "longitude": city.longitude,
        "names": city.names,
    }


def timeline_entries(city_id: int | None) -> list[TimelineEntry]:
    """What is stored on a city's timeline, or on the network's."""
    mine = TimelineEntry.city_id.is_(None) if city_id is None else TimelineEntry.city_id == city_id
    return list(db.session.scalars(select(TimelineEntry).where(mine).order_by(TimelineEntry.latest, TimelineEntry.id)))


def find_timeline_entry(city_id: int | None, module: str, reference: str) -> TimelineEntry | None:
    mine = TimelineEntry.city_id.is_(None) if city_id is None else TimelineEntry.city_id == city_id
    query = select(TimelineEntry).where(mine, TimelineEntry.module == module, TimelineEntry.reference == reference)
    return db.session.scalar(query)


def timeline_references(module: str) -> set[tuple[int | None, str]]:
    """(city, reference) of every stored entry of a module."""
    query = select(TimelineEntry.city_id, TimelineEntry.reference).where(TimelineEntry.module == module)
    return {(row.city_id, row.reference) for row in db.session.execute(query)}


def short_of_contacts(city_ids: Collection[int] | None = None) -> list[City]:
    """Cities with fewer named contacts than they should have; of all cities, or of these."""
    query = (
        select(City)
        .outerjoin(Contact)
        .group_by(City.id)
        .having(func.count(Contact.id) < FEWEST_CONTACTS)
        .options(selectinload(City.contacts))
        .order_by(City.name)
    )
    if city_ids is not None:
        query = query.where(City.id.in_(city_ids))
    return list(db.session.scalars(query))
