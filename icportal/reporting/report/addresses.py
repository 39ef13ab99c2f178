"""Where an answer that the public reads has its place on the web."""

from __future__ import annotations

from collections.abc import Callable

from icportal.i18n.catalogues import interface_language
from icportal.reporting.models import PublishedAnswer
from icportal.reporting.report.material import Material
from icportal.web.routing import external_url

PAGE = "reporting.show_city_answers"


def answer_address(material: Material) -> Callable[[PublishedAnswer], str]:
    """For each answer the address of its place on the page of the city's answers, in the language of the report."""
    slugs = {place.id: place.slug for place in material.cities.values()}
    pages: dict[int, str] = {}
    reads = interface_language(material.language).code

    def address(answer: PublishedAnswer) -> str:
        if answer.city_id not in pages:
            pages[answer.city_id] = external_url(PAGE, language=reads, slug=slugs[answer.city_id], round_slug=material.round.slug)
        return f"{pages[answer.city_id]}#{answer.question}"

    return address
