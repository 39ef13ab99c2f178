"""What mentoring adds to the page of a city."""

from __future__ import annotations

from icportal.cities.models import City
from icportal.cities.sections import Section
from icportal.mentoring import outcomes


def mentoring_of_city(city: City, language: str) -> Section | None:
    """Whom the city has mentored and who has mentored it, and the practices that came of it. Running pairings are private."""
    rows = outcomes.completed_of(city, language)
    return Section("mentoring/_city_mentoring.html", {"rows": rows, "city_id": city.id}) if rows else None
