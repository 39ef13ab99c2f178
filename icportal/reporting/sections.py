"""What reporting adds to the page of a city."""

from __future__ import annotations

from flask import url_for

from icportal.cities.models import City
from icportal.cities.sections import Section
from icportal.core.strings import _
from icportal.practices import labels as practices
from icportal.practices import sections as practices_sections
from icportal.reporting import labels, reading
from icportal.reporting.enums import Grade
from icportal.reporting.models import Response


def what_the_city_reports(city: City, language: str) -> Section | None:  # noqa: ARG001  the signature of a provider
    """The city's public grades of its newest published answers; nothing as long as none are published."""
    published = reading.latest_public(city.id)
    if not published:
        return None
    newest = published[0]
    grades = reading.public_grades(newest)
    codes = newest.round.questionnaire_version.known.grades
    page = _page(city, newest)
    counted = {grade: sum(each == grade for each in grades.values()) for grade in Grade}
    return Section(
        "reporting/_city_reports.html",
        {
            "grades": grades,
            "titles": practices.commitment_titles(),
            "links": practices.commitment_links() | {number: f"{page}#{codes[number].name}" for number in grades},
            "sentence": _(
                "%(edition)s. Commitments fully met: %(fully)s, partly: %(partly)s, not at all: %(not_at_all)s.",
                edition=labels.edition(newest.round),
                **{str(grade): str(count) for grade, count in counted.items()},
            ),
            "edition": labels.edition(newest.round),
            "all": page,
            "others": [(labels.edition(each.round), _page(city, each)) for each in published[1:]],
            "is_demonstration": newest.round.is_demonstration,
        },
    )


def _page(city: City, response: Response) -> str:
    return url_for("reporting.show_city_answers", slug=city.slug, round_slug=response.round.slug)


def commitments_of_city(city: City, language: str) -> Section | None:
    """What the city page says of the commitments as long as the city has published no grades."""
    return None if reading.latest_public(city.id) else practices_sections.commitments_of_city(city, language)
