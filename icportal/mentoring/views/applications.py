"""A city's application: proposed by the portal, completed, sent, changed, withdrawn."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for

from icportal.accounts.directory import names_of
from icportal.charter import texts
from icportal.cities.models import City
from icportal.core.errors import DomainError, NotAllowed, NotFound, Stale
from icportal.core.permissions import authorise, can
from icportal.core.strings import _
from icportal.i18n.catalogues import current_language
from icportal.i18n.locales import reading_language
from icportal.mentoring import applications, labels, matchings
from icportal.mentoring.application_forms import ApplicationForm, StepForm, application_form
from icportal.mentoring.enums import ApplicationState, Permission
from icportal.mentoring.flow import APPLICATION
from icportal.mentoring.models import Application, Programme
from icportal.mentoring.rules import OfCity
from icportal.mentoring.services import applications as services
from icportal.mentoring.views.pages import CONFLICT, UNPROCESSABLE, Answer, blueprint
from icportal.mentoring.views.programmes import programme_context
from icportal.reporting import labels as reporting_labels
from icportal.web.decorators import requires
from icportal.web.identity import current_actor
from icportal.workflow import engine
from icportal.workflow.history import told


@blueprint.get("/work/mentoring/<slug:slug>/applications/<slug:city_slug>")
@requires(Permission.VIEW_APPLICATION)
def show_application(slug: str, city_slug: str) -> Answer:
    """What a city needs and offers, with the evidence; the form itself where it was not begun."""
    programme, city, application = applications.open_application(slug, city_slug, actor=current_actor())
    if application is None and can(current_actor(), Permission.APPLY, OfCity(city.id)) and applications.is_open(programme, None):
        return redirect(url_for("mentoring.edit_application", slug=slug, city_slug=city_slug))
    return _application_page(programme, city, application)


@blueprint.route("/work/mentoring/<slug:slug>/applications/<slug:city_slug>/edit", methods=["GET", "POST"])
@requires(Permission.APPLY)
def edit_application(slug: str, city_slug: str) -> Answer:
    """Say what the city needs and offers; the portal has proposed both."""
    programme, city, application = applications.open_application(slug, city_slug, actor=current_actor())
    authorise(current_actor(), Permission.APPLY, OfCity(city.id))
    language = current_language().code
    themes = applications.themes_of(programme, city, application, language)
    writes = reading_language(language).code
    form = application_form(application, applications.proposal_for(programme, city), themes, writes)
    others = [(each.id, each.name_in(language)) for each in applications.other_cities(city, language)]
    partners = applications.shown_partners(programme, actor=current_actor())
    form.offer_choices(themes, others, partners)
    if not form.is_submitted():
        return _edit_page(programme, city, application, form, themes)
    if "more" in request.form:
        form.add_rows()
        form.offer_choices(themes, others, partners)
        return _edit_page(programme, city, application, form, themes)
    return _save(programme, city, application, form, themes)


def _save(programme: Programme, city: City, application: Application | None, form: ApplicationForm, themes: Any) -> Answer:
    stale, status = None, UNPROCESSABLE
    if form.validate() and not form.half_windows():
        try:
            services.save_application(programme, city, form.draft, actor=current_actor(), seen=form.version.data or 0)
        except (NotAllowed, NotFound):
            raise
        except Stale as error:
            stale, status = error, CONFLICT
            current = applications.application_of(programme, city.id)
            form.version.raw_data, form.version.data = None, current.version if current else 0
        except DomainError as error:
            form.refuse(error)
            status = error.status
        else:
            flash(_("Saved. Read it once more and send it."), "success")
            return redirect(_address(programme, city), 303)
    return _edit_page(programme, city, application, form, themes, stale=stale, status=status)


@blueprint.post("/work/mentoring/<slug:slug>/applications/<slug:city_slug>/move")
@requires(Permission.APPLY)
def move_application(slug: str, city_slug: str) -> Answer:
    """Send, change or withdraw; refused, the page says what is missing."""
    programme, city, application = applications.open_application(slug, city_slug, actor=current_actor())
    if application is None:
        raise NotFound(_("There is no such page, or it is not open to you."))
    form = StepForm()
    if not form.validate():
        return _application_page(programme, city, application, form, UNPROCESSABLE)
    step, reason = form.transition.data or "", form.reason.data or ""
    try:
        services.move_application(application, programme, step, actor=current_actor(), seen=form.version.data, reason=reason)
    except (NotAllowed, NotFound):
        raise
    except DomainError as error:
        form.refuse(error)
        return _application_page(programme, city, application, form, error.status)
    if application.state == ApplicationState.DRAFT:
        return redirect(url_for("mentoring.edit_application", slug=slug, city_slug=city_slug), 303)
    flash(_("Done: it is now “%(state)s”.", state=APPLICATION.state(application.state).label), "success")
    return redirect(_address(programme, city), 303)


# --- shared ------------------------------------------------------------------------------------------------


def _address(programme: Programme, city: City) -> str:
    return url_for("mentoring.show_application", slug=programme.slug, city_slug=city.slug)


def _context(programme: Programme, city: City) -> dict[str, Any]:
    language = current_language().code
    return {
        **programme_context(programme),
        "city": city,
        "city_name": city.name_in(language),
        "titles": texts.titles(language),
        "grades": reporting_labels.GRADES,
        "labels": labels,
        "here": _address(programme, city),
    }


def _edit_page(
    programme: Programme, city: City, application: Application | None, form: ApplicationForm, themes: Any, *,
    stale: Stale | None = None, status: int = 200,
) -> Answer:  # fmt: skip
    return render_template(
        "mentoring/application_edit.html",
        **_context(programme, city),
        application=application,
        form=form,
        themes=themes,
        stale=stale,
    ), status


def _application_page(
    programme: Programme, city: City, application: Application | None, form: StepForm | None = None, status: int = 200
) -> Answer:
    actor, language = current_actor(), current_language().code
    events = engine.history(APPLICATION, application.id) if application else []
    names = names_of({event.actor_id for event in events})
    may_apply = can(actor, Permission.APPLY, OfCity(city.id))
    return render_template(
        "mentoring/application_show.html",
        **_context(programme, city),
        application=application,
        windows=services.draft_of(application).windows if application else (),
        application_state=APPLICATION.state(application.state) if application else None,
        themes=applications.themes_of(programme, city, application, language) if application else [],
        cities={each.id: each.name_in(language) for each in applications.other_cities(city, language)},
        missing=services.missing(application) if application and application.state == ApplicationState.DRAFT else [],
        is_open=applications.is_open(programme, application),
        may_apply=may_apply,
        moves=engine.moves(APPLICATION, application, actor=actor) if application and may_apply else [],
        form=form,
        reasons={form.transition.data: form.reason.data or ""} if form else {},
        left_over=matchings.left_over_of(programme, city, actor=actor, language=language) if application else [],
        entries=told(APPLICATION, events, names),
    ), status
