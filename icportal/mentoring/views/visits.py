"""Visits of a pairing: planned, changed, held or cancelled, with their documents."""

from __future__ import annotations

from typing import Any

from flask import Response as Download
from flask import flash, render_template, request

from icportal.cities.models import City
from icportal.core import files
from icportal.core.errors import DomainError, InvalidTransition, NotAllowed, NotFound
from icportal.core.permissions import authorise
from icportal.core.strings import _
from icportal.i18n.catalogues import current_language
from icportal.i18n.locales import reading_language
from icportal.mentoring import pairings, visit_overlaps, visits
from icportal.mentoring.enums import RUNNING, Permission
from icportal.mentoring.models import Pairing, Visit
from icportal.mentoring.pairing_forms import StepForm
from icportal.mentoring.services import visits as services
from icportal.mentoring.views.pages import UNPROCESSABLE, Answer, blueprint
from icportal.mentoring.views.programmes import ask
from icportal.mentoring.views.visit_pages import back_to, visit_context, visit_page
from icportal.mentoring.visit_drafts import VisitDraft, said_by
from icportal.mentoring.visit_flow import VISIT
from icportal.mentoring.visit_forms import DocumentForm, VisitForm, visit_form
from icportal.mentoring.visit_words import VisitKind, VisitState
from icportal.mentoring.zones import zone_of, zones_offered
from icportal.web.decorators import requires
from icportal.web.identity import current_actor

ADDRESS = "/work/mentoring/visits/<int:visit_id>"


@blueprint.route("/work/mentoring/pairings/<int:pairing_id>/visits/new", methods=["GET", "POST"])
@requires(Permission.WORK_ON_PAIRING)
def plan_visit(pairing_id: int) -> Answer:
    """Plan a visit; the other city gets a mail."""
    pairing = pairings.open_pairing(pairing_id, actor=current_actor())
    authorise(current_actor(), Permission.WORK_ON_PAIRING, pairing)
    if pairing.state not in RUNNING:
        raise InvalidTransition(
            _("Visits are planned while both cities work together: once both have accepted, and until it is over.")
        )
    context = visit_context(pairing)
    form = _form(visit_form(_first_draft(pairing, context["both"]), 0), context["both"])
    made: list[Visit] = []

    def act() -> None:
        made.append(services.plan_visit(pairing, form.draft, actor=current_actor()))
        _told(made[0], _("The visit is planned. The other city gets a mail."), context["both"])

    return _edit(form, act, lambda: back_to(made[0]), here=request.path, visit=None, **context)


@blueprint.get(ADDRESS)
@requires(Permission.VIEW_PAIRING)
def show_visit(visit_id: int) -> Answer:
    """A visit with its agenda, people, documents, minutes and decisions, for those who work in the pairing."""
    return visit_page(visits.open_visit(visit_id, actor=current_actor()))


@blueprint.route(f"{ADDRESS}/edit", methods=["GET", "POST"])
@requires(Permission.WORK_ON_PAIRING)
def edit_visit(visit_id: int) -> Answer:
    """Change a visit; of two who change it at once, the second sees both."""
    visit = visits.open_visit(visit_id, actor=current_actor())
    authorise(current_actor(), Permission.WORK_ON_PAIRING, visit)
    if visit.state == VisitState.CANCELLED:
        raise InvalidTransition(_("This visit is cancelled. Plan a new one instead."))
    context = visit_context(visit.pairing)
    form = _form(visit_form(said_by(visit), visit.version), context["both"])

    def act() -> None:
        services.edit_visit(visit, form.draft, actor=current_actor(), seen=form.version.data or 0)
        _told(visit, _("Saved."), context["both"])

    return _edit(form, act, lambda: back_to(visit), here=request.path, visit=visit, version=lambda: visit.version, **context)


@blueprint.post(f"{ADDRESS}/move")
@requires(Permission.WORK_ON_PAIRING)
def move_visit(visit_id: int) -> Answer:
    """Say that it took place or is cancelled; refused, the page comes again with the reason typed."""
    visit, form = visits.open_visit(visit_id, actor=current_actor()), StepForm()
    if not form.validate():
        return visit_page(visit, form=form, status=UNPROCESSABLE)
    try:
        step, reason = form.transition.data or "", form.reason.data or ""
        services.move_visit(visit, step, actor=current_actor(), seen=form.version.data, reason=reason)
    except (NotAllowed, NotFound):
        raise
    except DomainError as error:
        form.refuse(error)
        return visit_page(visit, form=form, status=error.status)
    flash(_("Done: it is now “%(state)s”.", state=VISIT.state(visit.state).label), "success")
    return back_to(visit)


# --- documents -------------------------------------------------------------------------------------------------


@blueprint.post(f"{ADDRESS}/documents")
@requires(Permission.WORK_ON_PAIRING)
def add_document(visit_id: int) -> Answer:
    """Keep a file with a visit."""
    visit, form = visits.open_visit(visit_id, actor=current_actor()), DocumentForm()
    authorise(current_actor(), Permission.WORK_ON_PAIRING, visit)
    if form.validate():
        sent = form.upload.data
        try:
            services.add_document(visit, sent.stream, sent.filename or "", title=form.title.data or "", actor=current_actor())
        except (NotAllowed, NotFound):
            raise
        except DomainError as error:
            form.refuse(error)
        else:
            flash(_("The document is kept with the visit."), "success")
            return back_to(visit, "#documents-title")
    return visit_page(visit, document=form, status=UNPROCESSABLE)


@blueprint.get(f"{ADDRESS}/documents/<int:document_id>")
@requires(Permission.VIEW_PAIRING)
def download_document(visit_id: int, document_id: int) -> Download:
    """A document of a visit, for those who may open the pairing."""
    file = visits.document_of(visits.open_visit(visit_id, actor=current_actor()), document_id).file
    return Download(files.open_file(file), headers={**files.headers_for(file), "Cache-Control": "no-store"})


@blueprint.post(f"{ADDRESS}/documents/<int:document_id>/remove")
@requires(Permission.WORK_ON_PAIRING)
def remove_document(visit_id: int, document_id: int) -> Answer:
    """Take a document away."""
    visit = visits.open_visit(visit_id, actor=current_actor())
    services.remove_document(visit, visits.document_of(visit, document_id), actor=current_actor())
    flash(_("The document is removed."), "success")
    return back_to(visit, "#documents-title")


# --- shared ----------------------------------------------------------------------------------------------------


def _edit(form: Any, act: Any, leave: Any, *, version: Any = None, **context: Any) -> Answer:
    if "more" in request.form:
        form.add_rows()
        _form(form, context["both"])
        return render_template("mentoring/visit_edit.html", form=form, stale=None, **context)
    return ask(form, act, "mentoring/visit_edit.html", leave, version=version, **context)


def _form(form: VisitForm, both: list[City]) -> VisitForm:
    form.offer(both, [(zone, zone.replace("_", " ")) for zone in zones_offered(both)], current_language().code)
    return form


def _first_draft(pairing: Pairing, both: list[City]) -> VisitDraft:
    """What a new visit probably is: the mentee goes to see the mentor, in the languages agreed on."""
    return VisitDraft(
        VisitKind.STUDY, pairing.mentor_id, "", None, zone=zone_of(both[0]),
        language=reading_language(current_language().code).code, languages=tuple(pairing.languages),
    )  # fmt: skip


def _told(visit: Visit, message: str, both: list[City]) -> None:
    flash(message, "success")
    if visits.is_outside(visit):
        flash(_("Its days lie outside the time you have agreed on. Check the agreement, or the days."), "warning")
    for warning in visit_overlaps.warnings(visit, both, actor=current_actor(), language=current_language().code):
        flash(warning, "warning")
