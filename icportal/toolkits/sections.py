"""What toolkits add to the page of a commitment."""

from __future__ import annotations

from icportal.cities.sections import Section
from icportal.toolkits import queries


def toolkits_of_commitment(number: int, language: str) -> Section | None:
    """The toolkits that serve it."""
    rows = queries.serving(number, language)
    return Section("toolkits/_commitment_toolkits.html", {"rows": rows}) if rows else None
