"""What practices add to the page of a city and to the page of a commitment."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from flask import url_for

from icportal.cities.models import City
from icportal.cities.sections import Section
from icportal.practices import adoption, labels, queries
from icportal.web import figures

#: More practices of one city than this are read in the library.
MOST = 500
#: Of each commitment the city page shows so many; the page of a commitment shows twice as many.
SHOWN = 5


def commitments_of_city(city: City, language: str) -> Section:
    """The strip of eleven: no city's state is known yet, so each place tells how many practices it has."""
    numbers = _by_commitment(queries.of_city(city.slug, language, limit=MOST).rows)
    return Section(
        "practices/_city_commitments.html",
        {
            "counts": {number: len(numbers.get(number, ())) for number in figures.COMMITMENTS},
            "titles": labels.commitment_titles(),
            "links": labels.commitment_links(),
            "city": city.slug,
        },
    )


def practices_of_city(city: City, language: str) -> Section:
    """The city's published practices under the commitments they serve."""
    rows = queries.of_city(city.slug, language, limit=MOST).rows
    grouped = _by_commitment(rows)
    return Section(
        "practices/_city_practices.html",
        {
            "adopted": adoption.of_city(rows, language),
            "labels": labels,
            "groups": [(number, rows[:SHOWN], len(rows)) for number, rows in sorted(grouped.items())],
            "titles": labels.commitment_titles(),
            "city": city.slug,
            "all": url_for("practices.list_practices", city=city.slug),
        },
    )


def practices_of_commitment(number: int, language: str) -> Section:
    """The newest practices under a commitment, and the way to all."""
    page = queries.library(queries.Search(facets={"commitment": str(number)}), language, limit=2 * SHOWN)
    return Section(
        "practices/_commitment_practices.html",
        {
            "rows": page.rows,
            "total": page.total,
            "labels": labels,
            "all": url_for("practices.list_practices", commitment=number),
        },
    )


def _by_commitment(rows: Sequence[Any]) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = defaultdict(list)
    for row in rows:
        for number in row.facts["commitments"]:
            found[number].append(row)
    return found
