"""Reads the shipped facts into typed, immutable records.

Knows no database and no request. Every function reads its file once and keeps the result.
"""

import csv
import json
import tomllib
from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Any

CHARTER_LANGUAGES = ("en", "fr", "de", "es", "it", "nl")
CHARTER_VERSIONS = ("draft-2010", "adopted-2010")
ADOPTED_VERSION = "adopted-2010"
TOOLKIT_LANGUAGES = ("en", "fr", "de", "es", "it", "nl")
#: In the order in which the portal shows them.
TOOLKITS = ("public-perception", "diverse-administration", "diverse-neighbourhoods", "consultative-bodies")


class Precision(StrEnum):
    """How exactly a date of signature is known."""

    DAY = "day"
    MONTH = "month"
    RANGE = "bound"


class CommitmentBasis(StrEnum):
    """Where the commitment of a practice comes from; only ``HEADING`` is the report's own."""

    HEADING = "heading"
    AREA = "area"
    CONTEXT = "context"


@dataclass(frozen=True, slots=True)
class HistoricSignature:
    """A signature as the sources give it: a day, a month, or a range between two days."""

    precision: Precision
    earliest: date
    latest: date

    @property
    def counts_from(self) -> date:
        """The first day on which the signature is certain."""
        return self.latest


@dataclass(frozen=True, slots=True)
class CityFact:
    """A city; ``signature`` is ``None`` where no source proves one."""

    city: str
    country: str
    signature: HistoricSignature | None
    reports: tuple[int, ...]
    languages: tuple[str, ...]
    source: str
    note: str


@dataclass(frozen=True, slots=True)
class PracticeFact:
    """A practice named in one of the reports; ``row`` is its stable line in the file, from 1."""

    row: int
    edition: int
    city: str
    commitment: int
    title: str
    theme: str
    basis: CommitmentBasis
    area: str

    @property
    def commitment_is_suggestion(self) -> bool:
        """True where the report does not name the commitment itself."""
        return self.basis is not CommitmentBasis.HEADING


@dataclass(frozen=True, slots=True)
class EventFact:
    """A conference or launch; ``start`` and ``end`` are ISO dates, a bare year, or empty."""

    event: str
    city: str
    country: str
    start: str
    end: str
    what: str
    source: str


@dataclass(frozen=True, slots=True)
class CharterUseFact:
    """How a city told a report that it used the charter."""

    edition: int
    city: str
    use: str
    summary: str


@dataclass(frozen=True, slots=True)
class StrategyFact:
    """A city's strategy; ``year_basis`` says what the years mean."""

    city: str
    strategy: str
    year_from: int | None
    year_to: int | None
    year_basis: str
    note: str


@dataclass(frozen=True, slots=True)
class Place:
    """Where a city lies."""

    city: str
    latitude: float
    longitude: float


@dataclass(frozen=True, slots=True)
class Area:
    """One of the four roles of a city in the charter."""

    key: str
    name: str


@dataclass(frozen=True, slots=True)
class CommitmentText:
    """A commitment in one language and one version of the charter."""

    number: int
    area: str
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class CharterItem:
    """A delivery duty or a request to the European institutions."""

    key: str
    text: str


@dataclass(frozen=True, slots=True)
class CharterDifference:
    """Where draft and adopted text differ; the two terms stand in English, as in the official texts."""

    place: str
    commitment: int | None
    label: str
    note: str
    draft: str
    adopted: str


@dataclass(frozen=True, slots=True)
class OfficialText:
    """Reference to the text that counts."""

    organisation: str
    title: str
    language: str
    date: str
    precision: str
    place: str
    url: str


@dataclass(frozen=True, slots=True)
class CharterText:
    """The portal's summary of one version of the charter in one language."""

    version: str
    language: str
    title: str
    version_name: str
    description: str
    note: str
    opening: str
    purpose: str
    areas: tuple[Area, ...]
    commitments: tuple[CommitmentText, ...]
    scope_rule: str
    scope_commitments: frozenset[int]
    delivery: str
    delivery_note: str
    duties: tuple[CharterItem, ...]
    requests: tuple[CharterItem, ...]
    official: OfficialText
    differences: tuple[CharterDifference, ...]


@dataclass(frozen=True, slots=True)
class FactorFact:
    """A factor of a toolkit; ``kind`` is key or context, ``practices`` are (city, part of the title)."""

    code: str
    kind: str
    commitments: tuple[int, ...]
    questions: tuple[str, ...]
    practices: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class ToolkitFact:
    """What is the same about a toolkit in all languages; ``own`` says that its words were written for the portal."""

    slug: str
    series: str
    own: bool
    commitments: tuple[int, ...]
    factors: tuple[FactorFact, ...]


@dataclass(frozen=True, slots=True)
class FactorText:
    """The words of a factor; ``questions`` by their codes."""

    title: str
    why: str
    how: str
    questions: dict[str, str]


@dataclass(frozen=True, slots=True)
class ToolkitText:
    """The words of a toolkit in one language; ``factors`` by their codes."""

    title: str
    summary: str
    standard: str
    introduction: str
    factors: dict[str, FactorText]


@cache
def cities() -> tuple[CityFact, ...]:
    """All cities, signatories or not."""
    return tuple(
        CityFact(
            city=row["city"],
            country=row["country"],
            signature=_signature(row),
            reports=tuple(int(edition) for edition in _list(row["reports"])),
            languages=_list(row["languages"]),
            source=row["source"],
            note=row["note"],
        )
        for row in _rows("facts/cities.csv")
    )


@cache
def practices() -> tuple[PracticeFact, ...]:
    """All practices named in the reports."""
    return tuple(
        PracticeFact(
            row=number,
            edition=int(row["edition"]),
            city=row["city"],
            commitment=int(row["commitment"]),
            title=row["title"],
            theme=row["theme"],
            basis=CommitmentBasis(row["commitment_basis"]),
            area=row["area"],
        )
        for number, row in enumerate(_rows("facts/practices.csv"), start=1)
    )


@cache
def events() -> tuple[EventFact, ...]:
    """Conferences and launches, as the sources give their dates."""
    return tuple(EventFact(**row) for row in _rows("facts/events.csv"))


@cache
def charter_uses() -> tuple[CharterUseFact, ...]:
    """How cities used the charter, in the order of the file."""
    return tuple(
        CharterUseFact(edition=int(row["edition"]), city=row["city"], use=row["use"], summary=row["summary"])
        for row in _rows("facts/charter_use.csv")
    )


@cache
def strategies() -> tuple[StrategyFact, ...]:
    """Strategies of cities."""
    return tuple(
        StrategyFact(
            city=row["city"],
            strategy=row["strategy"],
            year_from=int(row["year_from"]) if row["year_from"] else None,
            year_to=int(row["year_to"]) if row["year_to"] else None,
            year_basis=row["year_basis"],
            note=row["note"],
        )
        for row in _rows("facts/strategies.csv")
    )


@cache
def names() -> dict[str, dict[str, str]]:
    """City, then language, then name; English for every city, others where there is one."""
    found: dict[str, dict[str, str]] = {}
    for row in _rows("names.csv"):
        found.setdefault(row["city"], {})[row["language"]] = row["name"]
    return found


def city_name(city: str, language: str) -> str:
    """The name in a language, else the English one."""
    known = names()[city]
    return known.get(language, known["en"])


@cache
def places() -> dict[str, Place]:
    """Latitude and longitude of every city."""
    return {row["city"]: Place(row["city"], float(row["latitude"]), float(row["longitude"])) for row in _rows("places.csv")}


@cache
def themes() -> dict[str, dict[str, str]]:
    """Theme, then language, then label."""
    return {key: dict(labels) for key, labels in _toml("themes.toml").items()}


@cache
def country_outlines() -> dict[str, str]:
    """ISO code of a country, then its SVG path in the coordinates of ``projection.VIEW_BOX``."""
    document = json.loads(files(__package__).joinpath("map_europe.svgpath").read_text(encoding="utf-8"))
    return dict(document["countries"])


@cache
def charter(language: str, version: str = ADOPTED_VERSION) -> CharterText:
    """The charter in a language, in one of ``CHARTER_VERSIONS``."""
    shared = _toml("charter/versions.toml")
    words = _toml(f"charter/{language}.toml")
    facts = next(entry for entry in shared["versions"] if entry["id"] == version)
    wording = words["versions"][version]
    return CharterText(
        version=version,
        language=language,
        title=words["title"],
        version_name=wording["name"],
        description=wording["description"],
        note=words["note"],
        opening=wording["opening"],
        purpose=wording["purpose"],
        areas=tuple(Area(key, name) for key, name in words["areas"].items()),
        commitments=tuple(
            CommitmentText(
                number=entry["number"],
                area=entry["area"],
                title=_worded(entry, "title", version),
                text=_worded(entry, "text", version),
            )
            for entry in words["commitments"]
        ),
        scope_rule=words["scope_rule"],
        scope_commitments=frozenset(shared["scope_commitments"]),
        delivery=wording["delivery"],
        delivery_note=words["delivery_note"] if version == ADOPTED_VERSION else "",
        duties=tuple(CharterItem(entry["id"], _worded(entry, "text", version)) for entry in words["duties"]),
        requests=tuple(CharterItem(entry["id"], entry["text"]) for entry in words["requests"]),
        official=OfficialText(
            organisation=shared["organisation"],
            title=shared["official_title"],
            language=shared["official_language"],
            date=facts["date"],
            precision=facts["precision"],
            place=facts["place"],
            url=facts["url"],
        ),
        differences=tuple(
            CharterDifference(
                place=entry["place"],
                commitment=entry.get("commitment"),
                label=words["differences"][entry["place"]]["label"],
                note=words["differences"][entry["place"]]["note"],
                draft=entry["draft"],
                adopted=entry["adopted"],
            )
            for entry in shared["differences"]
        ),
    )


def commitments(language: str, version: str = ADOPTED_VERSION) -> tuple[CommitmentText, ...]:
    """The eleven commitments in a language, in their order."""
    return charter(language, version).commitments


def signatories_on(day: date) -> tuple[CityFact, ...]:
    """Cities whose signature is certain on a day."""
    return tuple(city for city in cities() if city.signature and city.signature.counts_from <= day)


@cache
def toolkit(slug: str) -> ToolkitFact:
    """One of the shipped toolkits, in its order of factors."""
    told = _toml(f"toolkits/{slug}.toml")
    factors = tuple(
        FactorFact(
            each["code"],
            each["kind"],
            tuple(sorted(each["commitments"])),
            tuple(each["questions"]),
            tuple((one["city"], one["title_contains"]) for one in each.get("practices", ())),
        )
        for each in told["factors"]
    )
    return ToolkitFact(told["slug"], told["series"], told["own"], tuple(told["commitments"]), factors)


@cache
def toolkit_text(slug: str, language: str) -> ToolkitText:
    """The words of a shipped toolkit in one of ``TOOLKIT_LANGUAGES``."""
    told = _toml(f"toolkits/{slug}.{language}.toml")
    factors = {code: FactorText(**each) for code, each in told["factors"].items()}
    named = {name: told[name].strip() for name in ("title", "summary", "standard", "introduction")}
    return ToolkitText(factors=factors, **named)


def _signature(row: dict[str, str]) -> HistoricSignature | None:
    if not row["signed_by"]:
        return None
    first, last = _span(row["signed_by"])
    precision = Precision(row["signed_precision"])
    if precision is Precision.RANGE:
        first = _span(row["signed_after"])[0]
    return HistoricSignature(precision=precision, earliest=first, latest=last)


def _span(text: str) -> tuple[date, date]:
    """First and last day of an ISO day or month."""
    year, month, *day = (int(part) for part in text.split("-"))
    if day:
        exact = date(year, month, day[0])
        return exact, exact
    return date(year, month, 1), date(year, month, monthrange(year, month)[1])


def _worded(entry: dict[str, Any], field: str, version: str) -> str:
    """The wording of a version: the draft's own where it differs, else the common one."""
    own = entry.get(f"draft_{field}") if version != ADOPTED_VERSION else None
    return str(own or entry[field])


def _list(cell: str) -> tuple[str, ...]:
    return tuple(part for part in cell.split(";") if part)


def _rows(name: str) -> list[dict[str, str]]:
    text = files(__package__).joinpath(name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


def _toml(name: str) -> dict[str, Any]:
    return tomllib.loads(files(__package__).joinpath(name).read_text(encoding="utf-8"))
