"""What everybody reads of a city's published answers, and the files among them."""

from __future__ import annotations

from flask import Response as Download
from flask import render_template

from icportal.core import files
from icportal.i18n.catalogues import current_language
from icportal.reporting import labels, reading, reports
from icportal.reporting.views.pages import Answer, blueprint
from icportal.web.decorators import cached_page, public


@blueprint.get("/cities/<slug:slug>/answers/<slug:round_slug>")
@cached_page
def show_city_answers(slug: str, round_slug: str) -> Answer:
    """A city's answers to one round, as far as the city has made them public. Each has an address of its own."""
    language = current_language()
    response, city = reading.public_response(slug, round_slug)
    found = reading.public_reading(response, city, language.code)
    return render_template(
        "reporting/city_answers.html",
        reading=found,
        words=found.words,
        city=city,
        city_name=city.name_in(language.code),
        round=response.round,
        edition=labels.edition(response.round),
        period=labels.period(response.round),
        others=[each.round for each in reading.latest_public(city.id) if each.id != response.id],
        quoted=reports.quoted_in(response, language.code),
        labels=labels,
    )


@blueprint.get("/cities/<slug:slug>/answers/<slug:round_slug>/files/<string:key>")
@public
def download_public_file(slug: str, round_slug: str, key: str) -> Download:
    """A file that the city shows to everybody, as an answer or as evidence."""
    response, _city = reading.public_response(slug, round_slug)
    found = reading.public_file(response, key)
    return Download(files.open_file(found), headers=files.headers_for(found))
