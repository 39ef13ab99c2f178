"""The public face of mentoring: what it is, which programmes there were, and who mentored whom."""

from __future__ import annotations

from flask import render_template

from icportal.i18n.catalogues import current_language
from icportal.mentoring import labels, programmes
from icportal.mentoring.flow import PROGRAMME
from icportal.mentoring.kind import FIELDS
from icportal.mentoring.views.pages import blueprint
from icportal.toolkits import queries as toolkits
from icportal.web.decorators import cached_page

TEXTS = [field for field in FIELDS if field.kind == "text" and field.name != "summary"]


@blueprint.get("/mentoring")
@cached_page
def list_public() -> str:
    """How mentoring between cities works here, the programmes with their themes, and the toolkits they use."""
    language = current_language().code
    return render_template(
        "mentoring/public_list.html",
        rows=programmes.public_programmes(language),
        toolkits=toolkits.all_toolkits(language),
        phases=labels.PHASES,
        flow=PROGRAMME,
    )


@blueprint.get("/mentoring/<slug:slug>")
@cached_page
def show_programme(slug: str) -> str:
    """A programme: its call, calendar and schemes, and the cities that work together, once they have agreed to it."""
    language = current_language().code
    found = programmes.public_programme(slug, language)
    return render_template(
        "mentoring/public_show.html",
        summary=found,
        programme=found.programme,
        text=found.text,
        fields=TEXTS,
        phases=labels.PHASES,
        flow=PROGRAMME,
        pairs=programmes.public_pairs(found.programme, language),
    )
