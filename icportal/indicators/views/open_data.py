"""Open data: releases everybody may take, the catalogue for other portals, and the coordinators' page that makes them."""

from __future__ import annotations

from email.utils import parseaddr
from typing import Any

from flask import Response, flash, jsonify, redirect, render_template, request, url_for

from icportal.core import files
from icportal.core.errors import DomainError, NotFound
from icportal.core.installation import settings
from icportal.core.queue import JobState
from icportal.core.strings import _
from icportal.i18n.catalogues import in_language
from icportal.i18n.locales import interface_codes
from icportal.indicators import labels, releases
from icportal.indicators.enums import Permission
from icportal.indicators.models import Release
from icportal.indicators.opendata import dcat
from icportal.indicators.opendata.wording import COLUMNS, SENTENCES
from icportal.indicators.release_forms import ReleaseForm
from icportal.indicators.services import releasing
from icportal.indicators.views.pages import Answer, blueprint
from icportal.web.decorators import cached_page, public, requires
from icportal.web.identity import current_actor

#: A file of a frozen release is the same for ever.
FOR_EVER = "public, max-age=31536000, immutable"
#: What each file is, in the order of a release.
FILES = {
    "observations.xlsx": lambda: _(
        "All values as a workbook, with the codebook on a sheet of its own: for Excel and LibreOffice."
    ),
    "observations.csv": lambda: _("All values as a table with a decimal point and commas: for statistics programs."),
    "indicators.csv": lambda: _("The catalogue of indicators with their definitions in every language."),
    "cities.csv": lambda: _("The cities, the codes of their countries and where they lie."),
    "sdmx.csv": lambda: _("All values as SDMX-CSV 2.0: for the systems of statistical offices. Sources and notes are left out."),
    "datapackage.zip": lambda: _("The three tables with their description as a Data Package, in one archive."),
    "datapackage.json": lambda: _("The description of the Data Package alone."),
    "observations.csv-metadata.json": lambda: _("The description of the table of values by CSV on the Web (W3C)."),
    "json-stat.json": lambda: _("All numbers as a cube in JSON-stat 2.0: for charts on the web."),
    "codebook.csv": lambda: _("What every column, code and flag means, in every language."),
    "codebook.json": lambda: _("The same for programs, with every version of every definition."),
    "CITATION.cff": lambda: _("How to cite the release, for reference managers."),
    "checksums.txt": lambda: _("The SHA-256 of every file, to see that nothing was changed on the way."),
}


@blueprint.get("/data")
@cached_page
def open_data() -> str:
    """What there is, for whom, under which licence, and what is withheld."""
    frozen = releases.frozen()
    return render_template(
        "indicators/open_data_start.html", newest=frozen[0] if frozen else None, older=frozen[1:], explain=_explain, labels=labels
    )


@blueprint.get("/data/releases/<string:name>")
@cached_page
def show_release(name: str) -> str:
    """One release: its files, how to cite it, and whether there is a newer one."""
    release = releases.get_release(name)
    return render_template(
        "indicators/open_data_release.html",
        release=release,
        newest=releases.frozen()[0],
        explain=_explain,
        address=releasing.address_of(release.name),
        columns=COLUMNS,
    )


@blueprint.get("/data/releases/<string:name>/<string:filename>")
@public
def release_file(name: str, filename: str) -> Response:
    """A file of a release, as it was frozen."""
    file = releases.get_file(name, filename)
    headers = files.headers_for(file.file) | {
        "Cache-Control": FOR_EVER,
        "Access-Control-Allow-Origin": "*",
        "Cross-Origin-Resource-Policy": "cross-origin",
    }
    answer = Response(files.open_file(file.file), headers=headers)
    answer.set_etag(file.sha256)
    answer.make_conditional(request)
    return answer


@blueprint.get("/data/catalogue.<string:syntax>")
@cached_page
def data_catalogue(syntax: str) -> Response:
    """The catalogue for other data portals (DCAT-AP)."""
    if syntax not in dcat.SYNTAXES:
        raise NotFound(_("There is no catalogue of this kind; take catalogue.ttl or catalogue.jsonld."))
    body = dcat.catalogue(_about(), [_edition(release) for release in releases.frozen()], syntax=syntax)
    return Response(body, content_type=dcat.SYNTAXES[syntax][1], headers={"Access-Control-Allow-Origin": "*"})


@blueprint.route("/work/indicators/releases", methods=["GET", "POST"])
@requires(Permission.RELEASE)
def list_releases() -> Answer:
    """The releases there are, what a new one would bring, and the form that makes it."""
    form = ReleaseForm()
    if form.validate_on_submit():
        try:
            release = releasing.publish_release(form.name.data or "", form.note.data or "", actor=current_actor())
        except DomainError as error:
            form.refuse(error)
        else:
            flash(
                _("Release %(name)s is being made. It is public as soon as all files are written.", name=release.name), "success"
            )
            return redirect(url_for("indicators.list_releases"), 303)
    if request.method != "POST":
        form.name.data = releases.next_name()
    everything = [(release, job, _state(release, job)) for release, job in releases.everything()]
    page = render_template(
        "indicators/open_data_work.html", form=form, releases=everything, contents=releases.contents(),
        busy=next((release for release, _job, state in everything if state == "running"), None),
    )  # fmt: skip
    return page, 422 if form.errors or form.form_errors else 200


@blueprint.get("/work/indicators/releases/<string:name>/progress")
@requires(Permission.RELEASE)
def release_progress(name: str) -> Answer:
    """How far the worker is with a release, for the page that waits."""
    found = next(((release, job) for release, job in releases.everything() if release.name == name), None)
    if found is None:
        raise NotFound(_("There is no such release."))
    release, job = found
    return jsonify(
        running=_state(release, job) == "running",
        done=job.progress_done if job else 0,
        total=job.progress_total if job else None,
    )


def _state(release: Release, job: Any) -> str:
    if release.frozen_at is not None:
        return "frozen"
    return "failed" if job is None or job.state == JobState.FAILED else "running"


def _explain(filename: str) -> str:
    return FILES[filename]() if filename in FILES else ""


def _about() -> dcat.About:
    titles, descriptions, patterns = {}, {}, {}
    for language in interface_codes():
        with in_language(language):
            titles[language] = str(SENTENCES["title"])
            descriptions[language] = f"{SENTENCES['description']} {SENTENCES['withheld']}"
            patterns[language] = _("%(title)s, release %(name)s", title=SENTENCES["title"], name="{name}")
    return dcat.About(
        address=f"{settings().base_url}/en/data",
        contact=parseaddr(settings().mail_from)[1],
        titles=titles,
        descriptions=descriptions,
        release_titles=lambda language, name: str(patterns[language]).replace("{name}", name),
    )


def _edition(release: Release) -> dcat.Edition:
    assert release.frozen_at is not None
    listed = [dcat.File(file.name, file.form, file.media_type, file.sha256, file.size) for file in release.files]
    return dcat.Edition(release.name, releasing.address_of(release.name), release.note, release.frozen_at, listed)
