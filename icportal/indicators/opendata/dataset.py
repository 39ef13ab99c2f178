"""What a release of open data says, apart from any format: rows of published values, and the words that explain them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from icportal.indicators import breakdowns
from icportal.indicators.enums import PRECEDENCE

LICENCE = "CC-BY-4.0"
LICENCE_TITLE = "Creative Commons Attribution 4.0 International"
LICENCE_ADDRESS = "https://creativecommons.org/licenses/by/4.0/"
PUBLISHER = "Integrating Cities"
#: The key of the whole: no part of a key is left empty in open data.
TOTAL = "total"
#: What stands where there is no number, as Eurostat writes it.
NO_NUMBER = ":"
#: Countries Eurostat writes otherwise than ISO 3166.
EUROSTAT_COUNTRIES = {"GR": "EL", "GB": "UK"}


class Row(NamedTuple):
    """One published value. ``value`` is None where there is no number, or none that may be shown."""

    city: str
    country: str
    country_eurostat: str
    city_name: str
    indicator: str
    indicator_version: int
    breakdown: str
    origin: str
    sex: str
    age: str
    isced: str
    subject: str
    level: str
    measure: str
    period: str
    value: Decimal | None
    unit: str
    obs_status: str
    status: str
    conf_status: str
    bound: str
    geography: str
    counting: str
    definition_of_migrant: str
    missing: str
    source_kind: str
    source: str
    note: str
    period_assumed: bool

    @property
    def parts(self) -> dict[str, str]:
        """The codes of the breakdown by dimension, only those it has."""
        return {name: code for name in breakdowns.DIMENSIONS if (code := getattr(self, name))}


#: The columns that together name a value.
KEY = ("city", "indicator", "breakdown", "period")


@dataclass(frozen=True)
class CityRow:
    """A city of the release. ``latitude`` and ``longitude`` are degrees, None where they are not known."""

    slug: str
    name: str
    country: str
    names: Mapping[str, str]
    latitude: float | None
    longitude: float | None

    @property
    def country_eurostat(self) -> str:
        return eurostat_country(self.country)


@dataclass(frozen=True)
class VersionText:
    """What one version of an indicator meant, in the language it was written in."""

    number: int
    since: date
    definition: str
    numerator: str
    denominator: str


@dataclass(frozen=True)
class IndicatorText:
    """An indicator of the release. ``words`` maps language → field → text, only languages it is written in."""

    code: str
    family: str
    version: int
    unit: str
    decimals: int
    counting: str
    frames: tuple[str, ...]
    commitments: tuple[int, ...]
    words: Mapping[str, Mapping[str, str]]
    versions: tuple[VersionText, ...]

    @property
    def title(self) -> str:
        return self.words.get("en", {}).get("title") or self.code


@dataclass(frozen=True)
class Vocabulary:
    """The words of one language: columns (name → (title, description)), code lists (list → code → words), sentences."""

    columns: Mapping[str, tuple[str, str]]
    lists: Mapping[str, Mapping[str, str]]
    sentences: Mapping[str, str]


@dataclass(frozen=True)
class Dataset:
    """A release before it is written. ``address`` is where it will be read, ``words`` maps languages to vocabularies."""

    name: str
    day: date
    note: str
    address: str
    rows: tuple[Row, ...]
    indicators: tuple[IndicatorText, ...]
    cities: tuple[CityRow, ...]
    words: Mapping[str, Vocabulary]

    @property
    def title(self) -> str:
        return f"Indicators of the Integrating Cities Charter, release {self.name}"

    @property
    def citation(self) -> str:
        """How to name the release in a text."""
        return f"{PUBLISHER} ({self.day.year}): {self.title}. {self.address}. Licence: {LICENCE}."


def eurostat_country(code: str) -> str:
    """The country as Eurostat writes it."""
    return EUROSTAT_COUNTRIES.get(code, code)


def leading(statuses: str) -> str:
    """The one letter of several that a format with a single flag carries; the break in a series leads."""
    return next((letter for letter in PRECEDENCE if letter in statuses), "")


def written(value: Decimal | None) -> str:
    """A number with a decimal point and nothing else, ``:`` where there is none."""
    return NO_NUMBER if value is None else format(value, "f")
