"""The Gantt on A4: one document, laid out as a PDF that everybody can read."""

from __future__ import annotations

from collections.abc import Sequence

from flask import current_app
from markupsafe import Markup

from icportal.cities.models import City
from icportal.core.clock import today
from icportal.core.errors import DomainError
from icportal.core.strings import _, _n
from icportal.i18n.catalogues import in_language
from icportal.i18n.formatting import day
from icportal.i18n.locales import reading_language
from icportal.plans import gantt, listing, loaded
from icportal.plans.flow import ACTION
from icportal.plans.gantt import Group
from icportal.reporting.report import printing

#: In CSS pixels: the width of a picture beside the words on A4 across, and the height of a line of words.
PAPER = (664.0, 15.0)
#: So many actions are laid out in less than two seconds; longer plans are made by the worker.
QUICK = 40


def pdf(groups: Sequence[Group], *, title: str, facts: Sequence[str], language: str, author: str = "") -> bytes:
    """The figure of these groups as a tagged PDF.

    Raises:
        DomainError: no action has a day, or what ``printing.pdf`` refuses.
    """
    with in_language(language) as spoken:
        figure = gantt.draw(groups, language=language, paper=PAPER)
        if figure is None:
            raise DomainError(_("No action has a day yet, so there is nothing to draw."))
        html = current_app.jinja_env.get_template("plans/gantt_document.html").render(
            title=title, facts=facts, figure=figure, samples=gantt.key(figure, language=language, on_paper=True), flow=ACTION,
            code=spoken.code, direction=spoken.direction, author=author,
        )  # fmt: skip
        foot = Markup(title.replace("\\", "").replace('"', "”").replace("\n", " ").replace("<", ""))  # noqa: S704  for a string of CSS
        style = current_app.jinja_env.get_template("plans/gantt_document.css").render(family=printing.FAMILY, foot=foot)
        return printing.pdf(html.replace("</head>", f"<style>{style}</style></head>", 1))


def pdf_of(city: City, language: str) -> bytes:
    """The plan of a city as it stands now. Raises what ``pdf`` raises."""
    plan = loaded.load_plan(city)
    with in_language(language):
        title = _("Action plan of %(city)s", city=city.name_in(reading_language(language).code))
        facts = [_n("%(num)s action", "%(num)s actions", len(plan.actions)), _("As of %(day)s", day=day(today()))]
    return pdf(listing.groups_of(plan), title=title, facts=facts, language=language)


def file_name(city: City, language: str) -> str:
    return f"icportal-plan-{city.slug}-{language}.pdf"
