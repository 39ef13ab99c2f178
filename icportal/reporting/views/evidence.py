"""The evidence of a city, used again over questions and rounds."""

from __future__ import annotations

from collections.abc import Callable

from flask import Response as Download
from flask import flash, redirect, render_template, url_for

from icportal.cities.models import City
from icportal.cities.queries import get_city
from icportal.core import files
from icportal.core.errors import DomainError, NotAllowed, NotFound, Stale
from icportal.core.permissions import authorise, can
from icportal.core.strings import _
from icportal.i18n.catalogues import current_language
from icportal.reporting import evidence, labels
from icportal.reporting.asked import Asked, asked_of
from icportal.reporting.enums import Permission
from icportal.reporting.evidence_forms import EvidenceForm
from icportal.reporting.models import Evidence
from icportal.reporting.response_forms import StepForm
from icportal.reporting.services import evidence as services
from icportal.reporting.views.pages import Answer, blueprint
from icportal.web.decorators import requires
from icportal.web.identity import current_actor


@blueprint.get("/work/reporting/evidence/<slug:slug>")
@requires(Permission.VIEW_EVIDENCE)
def list_evidence(slug: str) -> Answer:
    """Everything the city has shown: what expires, and where it is used."""
    city = get_city(slug)
    authorise(current_actor(), Permission.VIEW_EVIDENCE, city)
    items = evidence.bank(city.id)
    return render_template(
        "reporting/evidence_list.html",
        city=city,
        city_name=city.name_in(current_language().code),
        items=items,
        asked_in=_asked_in(items),
        labels=labels,
        may_keep=can(current_actor(), Permission.KEEP_EVIDENCE, city),
    )


def _asked_in(items: list[evidence.Item]) -> dict[int, Asked]:
    """The words of each questionnaire that the evidence is used in."""
    return asked_of((use.round.questionnaire_version for item in items for use in item.uses), current_language().code)


@blueprint.route("/work/reporting/evidence/<slug:slug>/new", methods=["GET", "POST"])
@requires(Permission.KEEP_EVIDENCE)
def add_evidence(slug: str) -> Answer:
    """Add a file, a link or a statement."""
    city = get_city(slug)
    authorise(current_actor(), Permission.VIEW_EVIDENCE, city)
    authorise(current_actor(), Permission.KEEP_EVIDENCE, city)
    form = EvidenceForm(written_in=_written_in(city))

    def act() -> None:
        services.add_evidence(city, form.facts(), actor=current_actor(), upload=form.upload)
        flash(_("The evidence is there. Put it behind answers on the pages of the sections."), "success")

    return _ask(city, form, act, None)


@blueprint.route("/work/reporting/evidence/<slug:slug>/<int:evidence_id>", methods=["GET", "POST"])
@requires(Permission.VIEW_EVIDENCE)
def edit_evidence(slug: str, evidence_id: int) -> Answer:
    """Correct what is said of a piece of evidence, or renew it."""
    city = get_city(slug)
    found = evidence.get_evidence(city.id, evidence_id, actor=current_actor())
    form = EvidenceForm(data={**services.facts_of(found), "version": found.version}, written_in=found.language)

    def act() -> None:
        facts, seen = form.facts(found.kind), form.version.data or 0
        services.edit_evidence(found, facts, actor=current_actor(), seen=seen, upload=form.upload)
        flash(_("Saved."), "success")

    return _ask(city, form, act, found)


def _ask(city: City, form: EvidenceForm, act: Callable[[], None], found: Evidence | None) -> Answer:
    """Show the form, do what was asked, and show it again with what was refused."""
    status = 200
    stale: Stale | None = None
    if form.is_submitted():
        status = 422
        if form.validate():
            try:
                act()
                return redirect(url_for("reporting.list_evidence", slug=city.slug), 303)
            except (NotAllowed, NotFound):
                raise
            except Stale as error:
                stale, status = error, error.status
                form.version.data = found.version if found else 0
            except DomainError as error:
                form.refuse(error)
    return render_template(
        "reporting/evidence_edit.html",
        city=city,
        city_name=city.name_in(current_language().code),
        form=form,
        found=found,
        stale=stale,
        differences=[(form[str(name)].label.text, mine, theirs) for name, mine, theirs in (stale.differences if stale else ())],
        labels=labels,
        may_keep=can(current_actor(), Permission.KEEP_EVIDENCE, city),
    ), status


@blueprint.post("/work/reporting/evidence/<slug:slug>/<int:evidence_id>/remove")
@requires(Permission.KEEP_EVIDENCE)
def remove_evidence(slug: str, evidence_id: int) -> Answer:
    """Take away a piece of evidence that no answer stands on."""
    city = get_city(slug)
    found = evidence.get_evidence(city.id, evidence_id, actor=current_actor())
    if StepForm().validate():
        try:
            services.remove_evidence(found, actor=current_actor())
            flash(_("The evidence is removed."), "success")
        except NotAllowed:
            raise
        except DomainError as error:
            flash(str(error.message), "error")
    return redirect(url_for("reporting.list_evidence", slug=slug), 303)


@blueprint.get("/work/reporting/evidence/<slug:slug>/<int:evidence_id>/file")
@requires(Permission.VIEW_EVIDENCE)
def download_evidence(slug: str, evidence_id: int) -> Download:
    """The file of a piece of evidence."""
    return send_evidence(evidence.get_evidence(get_city(slug).id, evidence_id, actor=current_actor()))


def send_evidence(found: Evidence) -> Download:
    """The file of a piece of evidence, under headers that make it harmless."""
    if found.file is None:
        raise NotFound(_("There is no such file."))
    headers = {**files.headers_for(found.file), "Cache-Control": "no-store"}
    return Download(files.open_file(found.file), headers=headers)


def _written_in(city: City) -> str:
    return next(iter(city.languages), current_language().code)
