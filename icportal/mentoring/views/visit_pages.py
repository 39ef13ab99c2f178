"""What the pages of a visit share, and the part of the pairing's page that lists its visits."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from flask import redirect, render_template, url_for

from icportal.accounts.directory import names_of
from icportal.cities.models import City
from icportal.core.clock import today
from icportal.core.permissions import can
from icportal.core.strings import _
from icportal.i18n.catalogues import current_language
from icportal.i18n.formatting import clock, moment
from icportal.mentoring import pairings, visit_drafts, visits
from icportal.mentoring.enums import RUNNING, Permission
from icportal.mentoring.models import Pairing, Visit
from icportal.mentoring.pairing_forms import StepForm
from icportal.mentoring.views.pages import Answer
from icportal.mentoring.visit_flow import VISIT
from icportal.mentoring.visit_forms import DocumentForm
from icportal.mentoring.visit_words import VISIT_INTERPRETERS, VISIT_KINDS, VisitState
from icportal.plans.enums import Permission as PlanPermission
from icportal.plans.flow import ACTION
from icportal.plans.queries import OfCity
from icportal.web.identity import current_actor
from icportal.workflow import engine
from icportal.workflow.history import doer, told


def pairing_visits(pairing: Pairing) -> dict[str, Any]:
    """What the list of visits on a pairing's page needs."""
    may_work = can(current_actor(), Permission.WORK_ON_PAIRING, pairing)
    return {
        "visit_rows": visits.visits_of(pairing),
        "visit_kinds": VISIT_KINDS,
        "visit_flow": VISIT,
        "visit_when": visits.when,
        "may_plan": may_work and pairing.state in RUNNING,
    }


def visit_context(pairing: Pairing) -> dict[str, Any]:
    """What every page about a visit needs of its pairing."""
    language = current_language().code
    row = pairings.row_of(pairing, language)
    return {
        "pairing": pairing,
        "both": [row.mentor, row.mentee],
        "mentor_name": row.mentor.name_in(language),
        "mentee_name": row.mentee.name_in(language),
        "pairing_url": url_for("mentoring.show_pairing", pairing_id=pairing.id),
    }


def visit_page(visit: Visit, *, form: StepForm | None = None, document: DocumentForm | None = None, status: int = 200) -> Answer:
    """The page of a visit; ``form`` and ``document`` are what was refused, with what was typed."""
    actor, context = current_actor(), visit_context(visit.pairing)
    may_work = can(actor, Permission.WORK_ON_PAIRING, visit)
    return render_template(
        "mentoring/visit_show.html", **context, **_about(visit, context["both"]), **_minutes(visit), visit=visit,
        may_work=may_work, may_edit=may_work and not visits.is_off(visit),
        may_minute=may_work and visit.state != VisitState.CANCELLED and visit.first_on <= today(), fell_away=visits.fell_away(visit),
        sides=pairings.own_sides(visit.pairing, actor),
        moves=engine.moves(VISIT, visit, actor=actor) if may_work else [], form=document or form,
        document=document or DocumentForm(formdata=None),
        reasons={form.transition.data: form.reason.data or ""} if form else {},
    ), status  # fmt: skip


def back_to(visit: Visit, anchor: str = "") -> Answer:
    """To the page of a visit."""
    return redirect(url_for("mentoring.show_visit", visit_id=visit.id) + anchor, 303)


def _about(visit: Visit, both: list[City]) -> dict[str, Any]:
    people = [(city, [each for each in visit.people if each["city_id"] == city.id]) for city in both]
    guests = [each for each in visit.people if each["city_id"] is None]
    return {
        "state": VISIT.state(visit.state),
        "kinds": VISIT_KINDS,
        "interpreters": VISIT_INTERPRETERS,
        "when": visits.when(visit),
        "elsewhere": visits.elsewhere(visit, both),
        "host": next(city for city in both if city.id == visit.host_id),
        "agenda": [(on, list(items)) for on, items in groupby(visit_drafts.agenda_of(visit), lambda item: item.on)],
        "clock": clock,
        "people": [(city.name_in(current_language().code), own) for city, own in people if own]
        + ([(_("Guests"), guests)] if guests else []),
        "missing": visits.missing(visit),
        "is_outside": visits.is_outside(visit),
    }


def _minutes(visit: Visit) -> dict[str, Any]:
    actor, decided, minutes = current_actor(), visits.decided_at(visit), visit.minutes
    events = engine.history(VISIT, visit.id)
    names = names_of({visit.created_by, *(event.actor_id for event in events), *(each.added_by for each in visit.documents)})
    waiting = visits.unconfirmed(visit)
    return {
        "minutes": minutes,
        "unconfirmed": waiting,
        "decided": decided,
        "may_take": {number for number in visit.city_ids if can(actor, PlanPermission.EDIT, OfCity(number))},
        "may_read": {number for number in visit.city_ids if can(actor, PlanPermission.VIEW, OfCity(number))},
        "actions": ACTION,
        "names": names,
        "history": [*told(VISIT, events, names), _first(visit, names)],
    }


def _first(visit: Visit, names: dict[int, str]) -> dict[str, Any]:
    who = doer(visit.created_by, names)
    return {"when": moment(visit.created_at), "who": who, "what": _("Planned the visit"), "state": VISIT.state(VISIT.initial)}
