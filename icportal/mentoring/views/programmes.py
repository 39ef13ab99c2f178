"""Programmes as coordinators run them and as cities see them: plan, calendar, phases, schemes, grants."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from flask import flash, redirect, render_template, url_for

from icportal.accounts.directory import names_of
from icportal.cities.models import City
from icportal.cities.queries import get_city
from icportal.content.desk import with_autonym
from icportal.core.errors import DomainError, NotAllowed, NotFound, Stale
from icportal.core.permissions import authorise, can
from icportal.core.strings import _
from icportal.i18n.catalogues import current_language
from icportal.i18n.locales import CONTENT_LANGUAGES
from icportal.mentoring import applications, labels, pairings, programmes
from icportal.mentoring.enums import Permission, Phase
from icportal.mentoring.flow import APPLICATION, PAIRING, PROGRAMME
from icportal.mentoring.models import Programme, Scheme
from icportal.mentoring.programme_forms import (
    CALENDAR_ROWS,
    GrantDecisionForm,
    GrantForm,
    ProgrammeForm,
    SchemeForm,
    StartForm,
    StepForm,
    apart,
)
from icportal.mentoring.rules import OfCity
from icportal.mentoring.services import grants
from icportal.mentoring.services import programmes as services
from icportal.mentoring.views.pages import CONFLICT, UNPROCESSABLE, Answer, blueprint
from icportal.web.decorators import requires
from icportal.web.identity import current_actor
from icportal.workflow import engine
from icportal.workflow.history import told


@blueprint.get("/work/mentoring")
@requires(Permission.LIST_PROGRAMMES)
def list_programmes() -> Answer:
    """All programmes, what the own cities have applied for, and their pairings."""
    actor, language = current_actor(), current_language().code
    drafts = can(actor, Permission.VIEW_PROGRAMME)
    return render_template(
        "mentoring/programme_list.html",
        rows=programmes.programmes_for(actor, language, drafts=drafts),
        own=applications.own_applications(actor, language),
        pairs=pairings.pairings_for(actor, language),
        calendar_cities=programmes.own_cities(actor, language),
        flow=PROGRAMME,
        pairing_flow=PAIRING,
        application_flow=APPLICATION,
        may_edit=can(actor, Permission.EDIT_PROGRAMME),
    )


@blueprint.route("/work/mentoring/new", methods=["GET", "POST"])
@requires(Permission.EDIT_PROGRAMME)
def new_programme() -> Answer:
    """Begin a programme; the text of its call is written next."""
    form = StartForm.of(None)
    form.language.choices = [(code, with_autonym(code)) for code in CONTENT_LANGUAGES]
    if not form.is_submitted():
        form.language.data = current_language().code
    _offer(form)
    made: list[Programme] = []

    def act() -> None:
        title, language = form.title.data or "", form.language.data or ""
        made.append(services.create_programme(title=title, language=language, plan=form.plan(), actor=current_actor()))
        flash(_("The programme is begun. Write the text of its call next."), "success")

    return ask(form, act, "mentoring/programme_edit.html", lambda: show(made[0]), programme=None, calendar=CALENDAR_ROWS)


@blueprint.get("/work/mentoring/<slug:slug>")
@requires(Permission.LIST_PROGRAMMES)
def show_programme_work(slug: str) -> Answer:
    """A programme: where it stands, its calendar and schemes, and what can be done now."""
    return _programme_page(programmes.open_programme(slug, actor=current_actor()))


def _programme_page(programme: Programme, form: StepForm | None = None, status: int = 200) -> Answer:
    actor, language = current_actor(), current_language().code
    events = engine.history(PROGRAMME, programme.id)
    names = names_of({event.actor_id for event in events})
    may_run = can(actor, Permission.RUN_PROGRAMME, programme)
    own = applications.own_applications(actor, language, programme)
    return render_template(
        "mentoring/programme_show.html",
        **programme_context(programme),
        form=form,
        reasons={form.transition.data: form.reason.data or ""} if form else {},
        moves=engine.moves(PROGRAMME, programme, actor=actor) if may_run else [],
        schemes=list(programmes.scheme_rows(programme.schemes, language).values()),
        partners=applications.named_partners(programme, language, actor=actor),
        phases=programme.phases,
        phase_names=labels.PHASES,
        applied=programmes.applied(programme, language) if may_run else [],
        not_applied=programmes.not_applied(programme, language) if may_run and programme.state == Phase.APPLY else [],
        own=own,
        to_begin=_to_begin(programme, own),
        pairs=pairings.pairings_for(actor, language, programme),
        pair_counts=programmes.pair_counts(programme),
        pairing_flow=PAIRING,
        application_flow=APPLICATION,
        not_ready=services.not_ready(programme) if programme.state == Phase.DRAFT else None,
        entries=told(PROGRAMME, events, names) if may_run else [],
    ), status


def _to_begin(programme: Programme, own: Iterable[applications.OwnApplication]) -> list[City]:
    """The cities for which the reader can begin an application now."""
    if programme.state != Phase.APPLY:
        return []
    cities = [each.city for each in own if each.application is None]
    return [city for city in cities if can(current_actor(), Permission.APPLY, OfCity(city.id))]


def programme_context(programme: Programme) -> dict[str, Any]:
    """What every page of a programme shows."""
    return {
        "programme": programme,
        "programme_url": url_for("mentoring.show_programme_work", slug=programme.slug),
        "state": PROGRAMME.state(programme.state),
        "may_edit": can(current_actor(), Permission.EDIT_PROGRAMME, programme),
        "may_run": can(current_actor(), Permission.RUN_PROGRAMME, programme),
    }


@blueprint.route("/work/mentoring/<slug:slug>/edit", methods=["GET", "POST"])
@requires(Permission.EDIT_PROGRAMME)
def edit_programme(slug: str) -> Answer:
    """Change themes, calendar and patience of a programme."""
    programme = programmes.open_programme(slug, actor=current_actor())
    authorise(current_actor(), Permission.EDIT_PROGRAMME, programme)
    form = ProgrammeForm.of(programme)
    _offer(form, programme)

    def act() -> None:
        seen = form.version.data or 0
        services.edit_programme(programme, form.plan(programme), actor=current_actor(), seen=seen)
        flash(_("Saved."), "success")

    return ask(
        form, act, "mentoring/programme_edit.html", lambda: show(programme), version=lambda: programme.version,
        calendar=CALENDAR_ROWS, **programme_context(programme),
    )  # fmt: skip


@blueprint.post("/work/mentoring/<slug:slug>/move")
@requires(Permission.RUN_PROGRAMME)
def move_programme(slug: str) -> Answer:
    """Go on to the next phase; refused, the page comes again with the reason typed."""
    programme = programmes.open_programme(slug, actor=current_actor())
    form = StepForm()
    if not form.validate():
        return _programme_page(programme, form, UNPROCESSABLE)
    try:
        services.move_programme(
            programme, form.transition.data or "", actor=current_actor(), seen=form.version.data, reason=form.reason.data or ""
        )
    except (NotAllowed, NotFound):
        raise
    except DomainError as error:
        form.refuse(error)
        return _programme_page(programme, form, error.status)
    flash(_("Done: it is now “%(state)s”.", state=PROGRAMME.state(programme.state).label), "success")
    return show(programme)


@blueprint.route("/work/mentoring/<slug:slug>/schemes/<slug:toolkit>", methods=["GET", "POST"])
@requires(Permission.EDIT_PROGRAMME)
def edit_scheme(slug: str, toolkit: str) -> Answer:
    """Say who facilitates a scheme."""
    programme = programmes.open_programme(slug, actor=current_actor())
    authorise(current_actor(), Permission.EDIT_PROGRAMME, programme)
    scheme = _scheme(programme, toolkit)
    form = SchemeForm(obj=scheme, data={"version": programme.version, "facilitator_id": scheme.facilitator_id or 0})
    form.offer(programmes.possible_facilitators())

    def act() -> None:
        plan = services.plan_of(programme)
        themes = [form.theme(toolkit) if theme.toolkit == toolkit else theme for theme in plan.themes]
        new = services.Plan(plan.phases, themes, plan.previous_id, plan.answer_days, plan.quiet_days)
        services.edit_programme(programme, new, actor=current_actor(), seen=form.version.data or 0)
        flash(_("Saved."), "success")

    row = programmes.scheme_rows([scheme], current_language().code)[scheme.id]
    return ask(
        form, act, "mentoring/scheme_edit.html", lambda: show(programme), version=lambda: programme.version, row=row,
        **programme_context(programme),
    )  # fmt: skip


@blueprint.get("/work/mentoring/<slug:slug>/grants")
@requires(Permission.LIST_PROGRAMMES)
def show_grants(slug: str) -> Answer:
    """What cities ask money for: all of it for coordinators, the own cities' for their people."""
    return _grants_page(programmes.open_programme(slug, actor=current_actor()))


@blueprint.post("/work/mentoring/<slug:slug>/grants/<slug:city_slug>")
@requires(Permission.APPLY)
def ask_for_grant(slug: str, city_slug: str) -> Answer:
    """Ask for a grant."""
    programme = programmes.open_programme(slug, actor=current_actor())
    city, form = get_city(city_slug), GrantForm()
    if form.validate():
        try:
            grants.ask_for_grant(
                programme, city, purpose=form.purpose.data or "", amount=form.amount.data or 0, currency=form.currency.data or "",
                actor=current_actor(),
            )  # fmt: skip
        except (NotAllowed, NotFound):
            raise
        except DomainError as error:
            form.refuse(error)
        else:
            flash(_("The coordinators were told. They decide, and you get a mail."), "success")
            return redirect(url_for("mentoring.show_grants", slug=slug), 303)
    return _grants_page(programme, form=form, asking=city.slug, status=UNPROCESSABLE)


@blueprint.post("/work/mentoring/<slug:slug>/grants/decide/<int:grant_id>")
@requires(Permission.RUN_PROGRAMME)
def decide_grant(slug: str, grant_id: int) -> Answer:
    """Grant or refuse what a city asked for."""
    programme = programmes.open_programme(slug, actor=current_actor())
    grant = programmes.get_grant(programme, grant_id)
    form = GrantDecisionForm()
    if form.validate():
        try:
            grants.decide_grant(
                grant, granted=form.granted.data, reason=form.reason.data or "", actor=current_actor(), seen=form.version.data
            )
        except (NotAllowed, NotFound):
            raise
        except DomainError as error:
            form.refuse(error)
        else:
            flash(_("Decided. The city gets a mail."), "success")
            return redirect(url_for("mentoring.show_grants", slug=slug), 303)
    return _grants_page(programme, form=form, deciding=grant_id, status=UNPROCESSABLE)


def _grants_page(programme: Programme, *, form: Any = None, asking: str = "", deciding: int = 0, status: int = 200) -> Answer:
    actor = current_actor()
    rows, cities = programmes.grants_for(programme, actor), programmes.own_cities(actor, current_language().code)
    asks = {city.slug: apart(GrantForm(formdata=None), city.slug) for city in cities}
    decisions = {grant.id: apart(GrantDecisionForm(formdata=None), str(grant.id)) for grant, _city in rows}
    return render_template(
        "mentoring/programme_grants.html",
        **programme_context(programme),
        rows=rows,
        cities=cities,
        outcomes=labels.GRANT_OUTCOMES,
        form=form,
        asking=asking,
        deciding=deciding,
        ask_forms=asks,
        decide_forms=decisions,
    ), status


# --- shared ------------------------------------------------------------------------------------------------


def ask(
    form: Any,
    act: Callable[[], Any],
    template: str,
    leave: Callable[[], Any],
    *,
    version: Callable[[], int | str] | None = None,
    **context: Any,
) -> Answer:
    """Show a form; when it was sent, act and leave, or show it again with what was refused."""
    stale, status = None, 200
    if form.is_submitted():
        status = UNPROCESSABLE
        if form.validate():
            try:
                act()
            except (NotAllowed, NotFound):
                raise
            except Stale as error:
                stale, status = error, CONFLICT
                if version is not None:
                    form.version.raw_data, form.version.data = None, version()
            except DomainError as error:
                form.refuse(error)
                status = error.status
            else:
                return leave()
    return render_template(template, form=form, stale=stale, **context), status


def show(programme: Programme) -> Answer:
    """To the programme's page."""
    return redirect(url_for("mentoring.show_programme_work", slug=programme.slug), 303)


def _offer(form: ProgrammeForm, programme: Programme | None = None) -> None:
    themes = programmes.themes_to_choose(programme, current_language().code)
    known = programmes.programmes_for(current_actor(), current_language().code, drafts=True)
    own = programme.id if programme else None
    form.offer(themes, [(row.programme.id, row.title) for row in known if row.programme.id != own])


def _scheme(programme: Programme, toolkit: str) -> Scheme:
    found = next((each for each in programme.schemes if each.toolkit == toolkit), None)
    if found is None:
        raise NotFound(_("There is no such page, or it is not open to you."))
    return found
