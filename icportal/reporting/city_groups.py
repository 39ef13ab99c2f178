"""The groups of cities that results are broken down by: country, number of residents, date of signature."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence

from sqlalchemy import select

from icportal.cities.models import City
from icportal.cities.sections import Membership, memberships
from icportal.core.db import db
from icportal.core.strings import LazyString, _l, _lp
from icportal.i18n.formatting import country_name
from icportal.indicators.profile import SIZES
from icportal.reporting.disclosure import Group

COUNTRY, SIZE, SIGNED = "country", "size", "signed"
UNKNOWN, NEVER = "unknown", "never"

#: In the order of pages: few groups before many.
BREAKDOWNS: Mapping[str, LazyString] = {
    SIGNED: _l("By date of signature"),
    SIZE: _l("By number of residents"),
    COUNTRY: _l("By country"),
}
SIZE_WORDS: Mapping[str, LazyString] = {
    "0": _l("under 100,000"),
    "1": _l("100,000 to 249,999"),
    "2": _l("250,000 to 499,999"),
    "3": _l("500,000 to 999,999"),
    "4": _l("1,000,000 and more"),
    UNKNOWN: _l("not known"),
}
#: First year of each class of signatures.
SIGNED_FROM = (2011, 2014, 2016)
SIGNED_WORDS: Mapping[str, LazyString] = {
    "0": _l("2010, the founders"),
    "1": _lp("years", "2011 to 2013"),
    "2": _lp("years", "2014 and 2015"),
    "3": _l("2016 or later"),
    NEVER: _l("not a signatory"),
    UNKNOWN: _l("not known"),
}


def label(group: Group) -> str:
    """What a group is called in the reader's language."""
    breakdown, key = group
    if breakdown == COUNTRY:
        return country_name(key)
    return str({SIZE: SIZE_WORDS, SIGNED: SIGNED_WORDS}[breakdown][key])


def in_order(groups: Sequence[Group]) -> list[Group]:
    """By breakdown, then by key: sizes and dates upwards, what is not known last."""
    places = {name: place for place, name in enumerate(BREAKDOWNS)}
    return sorted(groups, key=lambda group: (places[group[0]], group[1] == UNKNOWN, group[1] == NEVER, group[1]))


def groups_of_cities() -> dict[int, tuple[Group, ...]]:
    """City id → the groups it belongs to, one of each breakdown, in the order of the cities' names."""
    signed = memberships()
    query = select(City.id, City.country, City.population).order_by(City.key)
    return {
        city_id: ((SIGNED, signed_class(signed.get(city_id))), (SIZE, size_class(population)), (COUNTRY, country))
        for city_id, country, population in db.session.execute(query)
    }


def size_class(population: int | None) -> str:
    """The class of a number of residents; the same classes as for figures."""
    return UNKNOWN if population is None else str(bisect_right(SIZES, population))


def signed_class(membership: Membership | None) -> str:
    """The class of a date of signature; not known where the date may lie in two of them."""
    if membership is None:
        return NEVER
    first, last = (bisect_right(SIGNED_FROM, day.year) for day in (membership.earliest, membership.latest))
    return str(first) if first == last else UNKNOWN
