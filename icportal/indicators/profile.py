"""A city's published figures, and beside each the cities one compares it with."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from itertools import groupby
from statistics import median

from icportal.core.strings import Text, _, _l
from icportal.indicators import queries
from icportal.indicators.catalogue import Definition
from icportal.indicators.charting import Place, definitions, places
from icportal.indicators.comparability import (
    Criterion,
    Light,
    Marked,
    Reference,
    Value,
    caveats,
    leave_out,
    light,
    mark,
)

MOST_CHOSEN = 8


class Peers(StrEnum):
    """Which cities are like mine."""

    SIZE = "size"
    COUNTRY = "country"
    REGION = "region"
    ALL = "all"
    CHOSEN = "chosen"


PEERS: dict[str, Text] = {
    Peers.SIZE: _l("Cities of similar size"),
    Peers.COUNTRY: _l("Cities of the same country"),
    Peers.REGION: _l("Cities of the same part of Europe"),
    Peers.ALL: _l("All cities"),
    Peers.CHOSEN: _l("My own choice"),
}

#: Two cities are of similar size when both stand between the same two of these numbers of residents.
SIZES = (100_000, 250_000, 500_000, 1_000_000)

#: The parts of Europe as the statisticians of the United Nations group countries.
REGIONS: tuple[frozenset[str], ...] = (
    frozenset(["DK", "EE", "FI", "GB", "IE", "IS", "LT", "LV", "NO", "SE"]),
    frozenset(["AT", "BE", "CH", "DE", "FR", "LI", "LU", "MC", "NL"]),
    frozenset(["AD", "AL", "BA", "CY", "ES", "GR", "HR", "IT", "ME", "MK", "MT", "PT", "RS", "SI", "SM", "TR", "XK"]),
    frozenset(["BG", "BY", "CZ", "HU", "MD", "PL", "RO", "SK", "UA"]),
)


@dataclass(frozen=True)
class Row:
    """One indicator of a city. ``own`` is what the peers are measured against; ``middle`` the median of those drawn."""

    definition: Definition
    own: Marked
    peers: tuple[Marked, ...]
    middle: Decimal | None

    @property
    def drawn(self) -> list[Marked]:
        return [item for item in self.peers if item.is_drawn]

    @property
    def marks(self) -> tuple[tuple[str, Text], ...]:
        """The signs of every value the median is made of."""
        found: dict[tuple[str, str], tuple[str, Text]] = {}
        for item in self.drawn:
            for sign, word in item.signs:
                found.setdefault((sign, str(word)), (sign, word))
        return tuple(found.values())

    @property
    def differing(self) -> int:
        """How many of the peers' values are marked."""
        return sum(bool(item.differs) for item in self.drawn)


@dataclass(frozen=True)
class Profile:
    """A city's rows by family, in the catalogue's order."""

    families: tuple[tuple[str, tuple[Row, ...]], ...]
    peers: tuple[int, ...]

    @property
    def rows(self) -> list[Row]:
        return [row for _family, rows in self.families for row in rows]

    @property
    def light(self) -> Light:
        """Over all peers' values of the page: how many compare with the city's own."""
        drawn = [item for row in self.rows for item in row.drawn]
        agreed = _("Values without a mark share definition of migrant, year and area with the city's own.")
        if not drawn:
            return Light("draft", _("Nothing to compare with"), _("None of the other cities has a number for the same year."))
        return light(drawn, explanation=agreed, beside=1)

    @property
    def criteria(self) -> set[str]:
        """In what any value differs from the city's own."""
        return {name for row in self.rows for item in row.peers for name in item.differs}


def like(city_id: int, choice: str, chosen: Collection[int], language: str) -> list[int]:
    """The cities a city is compared with, by the choice a reader made."""
    named = places(language)
    if choice == Peers.CHOSEN:
        return [number for number in named if number in chosen and number != city_id][:MOST_CHOSEN]
    return [number for number, place in named.items() if number != city_id and _is_like(named[city_id], place, choice)]


def _is_like(mine: Place, other: Place, choice: str) -> bool:
    if choice == Peers.SIZE:
        return mine.population is not None and other.population is not None and _size(mine.population) == _size(other.population)
    if choice == Peers.COUNTRY:
        return mine.country == other.country
    if choice == Peers.REGION:
        return any({mine.country, other.country} <= region for region in REGIONS) or mine.country == other.country
    return True


def _size(population: int) -> int:
    return bisect_right(SIZES, population)


def profile(city_id: int, peers: Sequence[int], without: Collection[str], language: str) -> Profile:
    """The newest number of a city for each indicator, and its peers' of the same year."""
    known = definitions(language)
    values = queries.newest_of_city(known.values(), city_id, peers)
    by_indicator: Mapping[int, list[Value]] = {
        number: list(group) for number, group in groupby(values, key=lambda value: value.indicator_id)
    }
    rows = [
        row
        for definition in known.values()
        if definition.indicator_id in by_indicator
        and (row := _row(definition, city_id, by_indicator[definition.indicator_id], without)) is not None
    ]
    families = tuple((family, tuple(group)) for family, group in groupby(rows, key=lambda row: row.definition.family))
    return Profile(families, tuple(peers))


def _row(definition: Definition, city_id: int, values: Sequence[Value], without: Collection[str]) -> Row | None:
    numbers = [value for value in values if value.is_number]
    if len({value.period for value in numbers}) > 1:
        numbers.sort(key=_whole_year_first)
    own = next((value for value in numbers if value.city_id == city_id), None)
    if own is None:
        return None
    first: dict[int, Value] = {}
    for value in sorted(numbers, key=lambda value: value.kind != own.kind):
        if value.city_id != city_id:
            first.setdefault(value.city_id, value)
    peers, _out = leave_out(mark(first.values(), reference_of(own, own.year)), without)
    amounts = [item.value.amount for item in peers if item.is_drawn and item.value.amount is not None]
    return Row(
        definition, Marked(own, _own_marks(own, definition), caveats(own)), tuple(peers), median(amounts) if amounts else None
    )


def _whole_year_first(value: Value) -> tuple[int, list[int]]:
    return len(value.period), [-ord(sign) for sign in value.period]


def _own_marks(own: Value, definition: Definition) -> tuple[str, ...]:
    """A city's own value is the measure of its row; only what differs from what was asked for is said of it."""
    differs = [Criterion.DATA_SET] if "d" in own.statuses else []
    differs += [Criterion.GEOGRAPHY] if own.geography != "city" else []
    differs += [Criterion.UNIT] if own.unit != definition.unit_of(own.breakdown) else []
    return tuple(differs)


def reference_of(own: Value, year: int | None) -> Reference:
    return Reference(own.indicator_id, own.series, own.unit, own.counting, year, own.geography, own.definition, own.kind)
