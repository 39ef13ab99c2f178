"""The home page and the portal's own pages."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template, url_for

from icportal.charter import queries as charter
from icportal.charter import texts
from icportal.cities import queries as cities
from icportal.core.clock import today
from icportal.core.installation import settings
from icportal.core.strings import _, _l
from icportal.i18n.catalogues import current_language
from icportal.i18n.locales import get
from icportal.practices import labels
from icportal.practices import queries as practices
from icportal.web import figures
from icportal.web.decorators import cached_page
from icportal.web.navigation import Entry

blueprint = Blueprint("cms", __name__, template_folder="templates")

MENU = (
    Entry(_l("Accessibility"), "cms.accessibility", area="footer"),
    Entry(_l("Privacy"), "cms.privacy", area="footer"),
    Entry(_l("Open data"), "indicators.open_data", area="footer"),
)


@blueprint.get("/")
@cached_page
def home() -> str:
    """What the network is, who has signed, and what was published last."""
    language = current_language()
    signatories = charter.registry(language=language.code)
    return render_template(
        "home.html",
        signatory_count=len(signatories),
        city_count=cities.count(),
        practice_count=practices.count(language.code),
        latest_practices=[_practice(row) for row in practices.latest(language.code, limit=5)],
        latest_signatures=[
            {"date": row.since_text, "url": url_for("charter.show_signatory", slug=row.slug), "city": row.name}
            for row in charter.latest(language=language.code, limit=5)
        ],
        commitments=[
            {"number": number, "title": title, "url": url_for("charter.show_commitment", number=number)}
            for number, title in texts.titles(language.code).items()
        ],
        figure_map=_map(signatories),
        figure_growth=figures.growth_line(
            charter.growth(),
            label=_("Number of signatories over time"),
            until=today(),
            earliest=charter.growth(earliest=True),
            direction=language.direction,
        ),
    )


@blueprint.get("/accessibility")
@cached_page
def accessibility() -> str:
    """The accessibility statement."""
    return render_template("cms/accessibility.html", contact=settings().mail_from)


@blueprint.get("/privacy")
@cached_page
def privacy() -> str:
    """What the portal keeps about people, and why."""
    return render_template("cms/privacy.html", contact=settings().mail_from)


@blueprint.get("/open-data")
@cached_page
def open_data() -> str:
    """The lists that can be taken away, with their addresses."""
    lists = [
        (label, *(url_for(f"{endpoint}{form}") for form in ("", "_json", "_csv")))
        for label, endpoint in (
            (_("Signatories"), "charter.list_signatories"),
            (_("Cities"), "cities.list_cities"),
            (_("Practices"), "practices.list_practices"),
        )
    ]
    return render_template(
        "cms/open_data.html", lists=lists, example=url_for("charter.list_signatories_json", as_of="2013-01-31")
    )


def _practice(row: Any) -> dict[str, Any]:
    return {
        "url": url_for("practices.show_practice", slug=row.slug),
        "title": row.title,
        "language": row.language,
        "dir": get(row.language).direction,
        "city": labels.short(row)["city"],
        "commitments": row.facts["commitments"],
        "suggested": row.facts["suggested"],
        "serves": labels.serves(row.facts["commitments"], row.facts["suggested"]),
    }


def _map(signatories: list[charter.Signatory]) -> Any:
    places = [
        figures.Place(
            row.name, row.city.latitude, row.city.longitude, url_for("cities.show_city", slug=row.slug), note=row.since_text
        )
        for row in signatories
        if row.city.latitude is not None and row.city.longitude is not None
    ]
    return figures.dot_map(places, label=_("Cities that have signed the charter"), direction=current_language().direction)
