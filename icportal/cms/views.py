"""The home page and the portal's own pages."""

from __future__ import annotations

from flask import Blueprint, render_template

from icportal.charter import queries as charter
from icportal.cities import queries as cities
from icportal.core.installation import settings
from icportal.core.strings import _, _l
from icportal.i18n.catalogues import current_language
from icportal.practices import queries as practices
from icportal.web import figures
from icportal.web.decorators import cached_page
from icportal.web.navigation import Entry

blueprint = Blueprint("cms", __name__, template_folder="templates")

MENU = (
    Entry(_l("Accessibility"), "cms.accessibility", area="footer"),
    Entry(_l("Privacy"), "cms.privacy", area="footer"),
    Entry(_l("Open data"), "cms.open_data", area="footer"),
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
        latest_practices=practices.latest(language.code, limit=5),
        latest_signatures=charter.latest_signatures(language=language.code, limit=5),
        commitments=charter.commitment_links(language.code),
        figure_map=figures.dot_map(
            charter.map_points(signatories), label=_("Cities that have signed the charter"), direction=language.direction
        ),
        figure_growth=figures.growth_line(
            charter.growth(), label=_("Number of signatories over time"), direction=language.direction
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
    return render_template("cms/open_data.html")


