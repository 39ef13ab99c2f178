"""The two pages in one language, as a PDF that everybody can read and as a Word file to work on."""

from __future__ import annotations

from flask import current_app
from jinja2 import Template
from markupsafe import Markup

from icportal.cities.models import City
from icportal.core.clock import today
from icportal.core.strings import _
from icportal.i18n.catalogues import in_language
from icportal.i18n.formatting import day
from icportal.i18n.locales import get
from icportal.reporting import labels
from icportal.reporting.briefings.material import Briefing, gather
from icportal.reporting.models import Response
from icportal.reporting.report import drawing, printing
from icportal.reporting.report.printing import Sheet
from icportal.web import figures


def body(response: Response, city: City, language: str) -> tuple[str, Markup]:
    """(title, the two pages as HTML with headings from the second level on). Raises what ``gather`` raises."""
    with in_language(language) as spoken:
        found = gather(response, city, language)
        html = _template("reporting/_briefing_body.html").render(
            briefing=found,
            edition=labels.edition(response.round),
            period=labels.period(response.round),
            made_on=day(today()),
            states=figures.STATE_WORDS,
            strip=figures.strip_of_eleven(
                found.grades, label=_("Grades of the eleven commitments"), missing="no_answer", direction=spoken.direction
            ),
            get_language=get,
            here=language,
        )
        return _title(found), Markup(html)  # noqa: S704  a template's own output


def _template(name: str) -> Template:
    # The worker makes files as well, and there is no request whose context a page would have.
    return current_app.jinja_env.get_template(name)


def _title(found: Briefing) -> str:
    return _("%(city)s and the Integrating Cities Charter", city=found.name)


def pdf(response: Response, city: City, language: str) -> bytes:
    """The briefing as a tagged PDF. Raises what ``gather`` and ``printing.pdf`` raise."""
    title, html = body(response, city, language)
    with in_language(language) as spoken:
        page = _template("reporting/briefing_document.html").render(
            title=title, body=html, code=spoken.code, direction=spoken.direction
        )
        style = _template("reporting/briefing_document.css").render(family=printing.FAMILY)
        page = page.replace("</head>", f"<style>{style}</style></head>", 1)
        return printing.pdf(drawing.on_paper(page))


def docx(response: Response, city: City, language: str) -> bytes:
    """The briefing as a Word file with styles, to be changed by the office that puts it on the agenda."""
    # The library is large, and most processes never write a Word file.
    from icportal.reporting.briefings import word

    title, html = body(response, city, language)
    with in_language(language) as spoken:
        return word.write(Sheet(title, Markup(""), language, spoken.direction, ()), html)


def file_name(response: Response, city: City, language: str, ending: str) -> str:
    return f"icportal-briefing-{response.round.slug}-{city.slug}-{language}.{ending}"
