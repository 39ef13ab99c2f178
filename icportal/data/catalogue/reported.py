"""The figures of the published reports and whom their cities count as a migrant, typed; no database, no request."""

from __future__ import annotations

import csv
import tomllib
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Any

REPORTS = {
    1: "Integrating Cities Report I (2013)",
    2: "Integrating Cities Report II (2015)",
    5: "Integrating Cities Report #5 (2022)",
}
#: What a row of the list of definitions says, as a family one can compare.
FAMILIES = {
    "foreign nationality, EU included": "foreign_nationality",
    "foreign nationality, EU and non-EU kept apart": "foreign_nationality_eu_apart",
    "also nationals with at least one foreign parent": "foreign_parent",
    "also historical ethnic or linguistic minorities": "minorities",
}


@dataclass(frozen=True, slots=True)
class ObservationFact:
    """A figure of a report, and how the portal understands it. ``row`` is its stable line in the file, from 1.

    ``basis`` and ``caveat`` are the report's own words about it; ``counting`` is empty where the indicator's holds.
    """

    row: int
    edition: int
    city: str
    indicator: str
    value: Decimal
    unit: str
    period: str
    basis: str
    caveat: str
    code: str
    breakdown: str = ""
    geography: str = "city"
    bound: str = "exact"
    statuses: str = ""
    counting: str = ""
    source_kind: str = "report"
    period_assumed: bool = False
    about_migrants: bool = False
    note: str = ""

    @property
    def year(self) -> int:
        return int(self.period[:4])

    @property
    def source(self) -> str:
        return REPORTS[self.edition]

    @property
    def words(self) -> str:
        """Everything said about the value: the report's words as they are, then the portal's."""
        return "; ".join(filter(None, (self.basis, self.caveat, self.note)))


@dataclass(frozen=True, slots=True)
class DefinitionFact:
    """Whom a city counted as a migrant when it answered Report I; ``words`` is how the report grouped it."""

    city: str
    family: str
    words: str

    @property
    def source(self) -> str:
        return REPORTS[1]


@cache
def observations() -> tuple[ObservationFact, ...]:
    """All figures of the reports, in the order of the file.

    Raises:
        ValueError: a row is not the one its mapping speaks of.
    """
    known = tomllib.loads(_text("catalogue/observations.toml"))
    found = []
    for number, row in enumerate(_rows("facts/observations.csv"), start=1):
        meant: dict[str, Any] = dict(known[str(number)])
        if meant.pop("indicator") != row["indicator"]:
            raise ValueError(f"row {number} of observations.csv is {row['indicator']}: observations.toml speaks of another")
        found.append(
            ObservationFact(
                row=number,
                edition=int(row["edition"]),
                city=row["city"],
                indicator=row["indicator"],
                value=Decimal(row["value"]),
                unit=row["unit"].lower(),
                period=row["year"],
                basis=row["basis"],
                caveat=row["caveat"],
                **meant,
            )
        )
    return tuple(found)


@cache
def definitions() -> tuple[DefinitionFact, ...]:
    """Whom the cities of Report I count as a migrant."""
    rows = _rows("facts/migrant_definitions.csv")
    return tuple(
        DefinitionFact(row["city"], FAMILIES[row["definition_family_report1"]], row["definition_family_report1"]) for row in rows
    )


def _rows(name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(_text(name).splitlines()))


def _text(name: str) -> str:
    return files("icportal.data").joinpath(name).read_text(encoding="utf-8")
