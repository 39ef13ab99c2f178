"""The minutes of a visit: written, confirmed, and decisions that become actions."""

from __future__ import annotations

from flask import flash, render_template, request

from icportal.cities.models import City
from icportal.core.clock import today
from icportal.core.errors import DomainError, InvalidTransition, NotAllowed, NotFound
from icportal.core.permissions import authorise
from icportal.core.strings import _, _n
from icportal.i18n.catalogues import current_language
from icportal.i18n.locales import reading_language
from icportal.mentoring import pairings, visits
from icportal.mentoring.enums import Permission
from icportal.mentoring.models import Pairing, Visit
from icportal.mentoring.services import decisions
from icportal.mentoring.services import minutes as services
from icportal.mentoring.services.minutes import MinutesDraft
from icportal.mentoring.views.pages import Answer, blueprint
from icportal.mentoring.views.programmes import ask
from icportal.mentoring.views.visit_pages import back_to, visit_context, visit_page
from icportal.mentoring.views.visits import ADDRESS
from icportal.mentoring.visit_forms import MinutesForm, minutes_form
from icportal.mentoring.visit_words import VisitState
from icportal.web.decorators import requires
from icportal.web.identity import current_actor
from icportal.web.routing import row_number


@blueprint.route(f"{ADDRESS}/minutes", methods=["GET", "POST"])
@requires(Permission.WORK_ON_PAIRING)
def write_minutes(visit_id: int) -> Answer:
    """Write down what was said and decided; the other city is asked to confirm it."""
    visit = visits.open_visit(visit_id, actor=current_actor())
    authorise(current_actor(), Permission.WORK_ON_PAIRING, visit)
    if visit.state == VisitState.CANCELLED or visit.first_on > today():
        raise InvalidTransition(_("Minutes are written once the visit has begun."))
    form, context = _form(visit), visit_context(visit.pairing)
    made = visits.actions_of([each.id for each in visit.minutes.decisions] if visit.minutes else [])
    context |= {"visit": visit, "made": {str(number) for number in made}}

    def act() -> None:
        sides = pairings.own_sides(visit.pairing, current_actor())
        city = sides[0] if len(sides) == 1 else None
        services.write_minutes(visit, form.draft, city=city, actor=current_actor(), seen=form.version.data or 0)
        flash(_("The minutes are saved. Whoever has not confirmed them gets a mail."), "success")

    if "more" in request.form:
        return render_template("mentoring/visit_minutes.html", form=_with_rows(form, visit.pairing), stale=None, **context)
    return ask(
        form,
        act,
        "mentoring/visit_minutes.html",
        lambda: back_to(visit, "#minutes-title"),
        version=lambda: _version(visit),
        **context,
    )


@blueprint.post(f"{ADDRESS}/minutes/confirm")
@requires(Permission.ANSWER_PAIRING)
def confirm_minutes(visit_id: int) -> Answer:
    """Confirm the minutes exactly as they were read."""
    visit = visits.open_visit(visit_id, actor=current_actor())
    try:
        both = services.confirm_minutes(visit, _city(visit), seen_sha256=request.form.get("sha256", ""), actor=current_actor())
    except (NotAllowed, NotFound):
        raise
    except DomainError as error:
        flash(str(error.message), "error")
        return visit_page(visit, status=error.status)
    flash(_("Both have confirmed the minutes.") if both else _("Confirmed. The other city is asked, too."), "success")
    return back_to(visit, "#minutes-title")


@blueprint.post(f"{ADDRESS}/actions")
@requires(Permission.VIEW_PAIRING)
def make_actions(visit_id: int) -> Answer:
    """Take one decision, or all that were chosen, into the plan of the city they are for."""
    visit = visits.open_visit(visit_id, actor=current_actor())
    one = request.form.get("only", type=row_number)
    numbers = [one] if one else request.form.getlist("decision", type=row_number)
    try:
        made = decisions.make_actions(visit, numbers, actor=current_actor())
    except (NotAllowed, NotFound):
        raise
    except DomainError as error:
        flash(str(error.message), "error")
        return visit_page(visit, status=error.status)
    flash(
        _n("The decision is an action of the plan now.", "%(num)s decisions are actions of the plan now.", len(made)), "success"
    )
    if visits.look_alike([each.action for each in made]):
        flash(
            _(
                "The plan has an action that looks like it. If they are the same, merge them on the page “Actions that look alike” of the plan."
            ),
            "info",
        )
    return back_to(visit, "#decisions-title")


# --- shared ----------------------------------------------------------------------------------------------------


def _form(visit: Visit) -> MinutesForm:
    minutes = visit.minutes
    first = MinutesDraft("", language=reading_language(current_language().code).code)
    draft = services.said_by(minutes) if minutes else first
    return _offered(minutes_form(draft, minutes.version if minutes else 0, visit.pairing.mentee_id), visit.pairing)


def _with_rows(form: MinutesForm, pairing: Pairing) -> MinutesForm:
    form.add_rows(pairing.mentee_id)
    return _offered(form, pairing)


def _offered(form: MinutesForm, pairing: Pairing) -> MinutesForm:
    language = current_language().code
    row = pairings.row_of(pairing, language)
    form.offer([(city.id, city.name_in(language)) for city in (row.mentee, row.mentor)])
    return form


def _version(visit: Visit) -> int:
    return visit.minutes.version if visit.minutes else 0


def _city(visit: Visit) -> City:
    """The city one confirms for; NotFound where one cannot speak for it."""
    wanted = request.form.get("city", type=row_number)
    found = [city for city in pairings.own_sides(visit.pairing, current_actor()) if wanted in (None, city.id)]
    if not found:
        raise NotFound(_("There is no such page, or it is not open to you."))
    return found[0]
