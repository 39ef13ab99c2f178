"""Parts of pages: what the charter adds to the city page, and what others add to the page of a commitment."""

from __future__ import annotations

from flask import url_for

from icportal.charter import queries
from icportal.charter.badge import HEIGHT, WIDTH, alternative
from icportal.cities.models import City
from icportal.cities.sections import Page, Section
from icportal.core.installation import settings

#: The page of a commitment; a provider gets (number, language).
COMMITMENT = Page()


def signatures(city: City, language: str) -> Section:
    """What a city has signed, with its dates as exactly as they are known."""
    found = queries.signatures_of(city.id)
    standing = queries.standing_of(city, language)
    return Section("charter/_city_signatures.html", {"signatures": found, "standing": standing})


def badge(city: City, language: str) -> Section | None:
    """The badge a signatory may show on its own website, with the lines to copy."""
    standing = queries.standing_of(city, language)
    if standing is None or not standing.is_signatory:
        return None
    base = settings().base_url
    page = base + url_for("charter.show_signatory", slug=city.slug)
    picture = url_for("charter.show_badge", slug=city.slug)
    words = alternative(standing)
    snippet = f'<a href="{page}"><img src="{base}{picture}" width="{WIDTH}" height="{HEIGHT}" alt="{words}"></a>'
    return Section("charter/_city_badge.html", {"picture": picture, "words": words, "snippet": snippet})
