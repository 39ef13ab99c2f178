"""What indicators add to the page of a city and to the page of a commitment."""

from __future__ import annotations

from flask import url_for

from icportal.cities.models import City
from icportal.cities.sections import Section
from icportal.indicators import drawing, figures, profile, queries, wording
from icportal.indicators.charting import definitions

#: The city page shows so many numbers; its profile has them all.
SHOWN = 6


def indicators_of_city(city: City, language: str) -> Section:
    """The city's newest published numbers."""
    rows = profile.profile(city.id, [], (), language).rows
    listed = [
        (
            row.definition.title,
            url_for("indicators.show_indicator", slug=row.definition.code.lower()),
            wording.written(row.own.value),
            wording.period_words(row.own.value),
            figures.signs(drawing.bar_signs(row.own)),
        )
        for row in rows[:SHOWN]
    ]
    signed = any(row.own.signs for row in rows[:SHOWN])
    data = {"rows": listed, "signed": signed, "all": url_for("indicators.city_profile", slug=city.slug)}
    return Section("indicators/_city_indicators.html", data)


def indicators_of_commitment(number: int, language: str) -> Section | None:
    """The indicators that measure a commitment."""
    found = [entry for entry in definitions(language).values() if number in entry.facts.commitments]
    if not found:
        return None
    known = queries.coverage(found)
    rows = [(entry, known.get(entry.indicator_id)) for entry in found]
    return Section(
        "indicators/_commitment_indicators.html",
        {"rows": rows, "all": url_for("indicators.list_indicators", commitment=number)},
    )
