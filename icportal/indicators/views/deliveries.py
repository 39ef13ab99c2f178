"""Deliveries of cities: the list, one delivery with what to do now, and its steps."""

from __future__ import annotations

from typing import Any

from flask import redirect, render_template, request, url_for

from icportal.cities.models import City
from icportal.cities.queries import get_city
from icportal.core.errors import DomainError, NotAllowed
from icportal.core.permissions import authorise, can
from icportal.i18n.catalogues import current_language
from icportal.indicators import deliveries, imports, labels, services
from icportal.indicators.delivery_forms import BeginForm, StepForm
from icportal.indicators.enums import DeliveryState, Permission
from icportal.indicators.flow import DELIVERY, EDITABLE
from icportal.indicators.models import Delivery
from icportal.indicators.views.pages import Answer, blueprint
from icportal.web.decorators import requires
from icportal.web.identity import current_actor
from icportal.web.routing import row_number, year_number
from icportal.workflow import engine
from icportal.workflow.history import told

#: Steps that are taken where the values are read.
READ_FIRST = frozenset({"publish", "request_changes"})


@blueprint.get("/work/indicators")
@requires(Permission.LIST_DELIVERIES)
def list_deliveries() -> Answer:
    """The deliveries the actor works with, and the form that begins another."""
    form = BeginForm(formdata=None)
    return _list_page(form)


@blueprint.post("/work/indicators")
@requires(Permission.ENTER)
def begin_delivery() -> Answer:
    """Begin a year for a city, or open the one that was begun."""
    form = _offered(BeginForm())
    if not form.validate():
        return _list_page(form, 422)
    city, actor = get_city(form.city.data), current_actor()
    authorise(actor, Permission.VIEW_DELIVERY, city)
    try:
        delivery = services.begin(city, form.year.data or 0, actor=actor)
    except NotAllowed:
        raise
    except DomainError as error:
        form.refuse(error)
        return _list_page(form, error.status)
    return redirect(url_for("indicators.show_delivery", slug=city.slug, year=delivery.year), 303)


def _offered(form: BeginForm) -> BeginForm:
    code = current_language().code
    return form.offer((city.slug, city.name_in(code)) for city in deliveries.cities_to_begin_for(current_actor(), code))


def _list_page(form: BeginForm, status: int = 200) -> Answer:
    actor = current_actor()
    state, year = request.args.get("state", ""), request.args.get("year", type=year_number)
    if state not in set(DeliveryState):
        state = ""
    page = deliveries.list_for(actor, state=state, year=year, after=request.args.get("after", type=row_number))
    return render_template(
        "indicators/delivery_list.html",
        page=page,
        years=[(each, str(each)) for each in page.years],
        states=[(each.name, each.label) for each in DELIVERY.states],
        sees_all=deliveries.sees_all(actor),
        may_begin=can(actor, Permission.ENTER),
        may_exchange=can(actor, Permission.EXCHANGE_NETWORK),
        flow=DELIVERY,
        state=state,
        year=year,
        form=_offered(form),
    ), status


@blueprint.get("/work/indicators/<slug:slug>/<year:year>")
@requires(Permission.VIEW_DELIVERY)
def show_delivery(slug: str, year: int) -> Answer:
    """Where a delivery stands, and what to do now."""
    delivery, city = deliveries.open_delivery(slug, year, actor=current_actor())
    return delivery_page(delivery, city)


def delivery_page(
    delivery: Delivery, city: City, *, form: StepForm | None = None, reasons: Any = None, status: int = 200
) -> Answer:
    """The page of a delivery."""
    actor, language = current_actor(), current_language()
    sheet = deliveries.sheet(delivery, city, language.code)
    may_enter = can(actor, Permission.ENTER, delivery)
    sent_back = sheet.sent_back if delivery.state != DeliveryState.REVIEW else []
    return render_template(
        "indicators/delivery_show.html",
        **context_of(delivery, city),
        sheet=sheet,
        families=labels.FAMILIES,
        imports=imports.imports_of(delivery),
        moves=[move for move in engine.moves(DELIVERY, delivery, actor=actor) if move.transition.name not in READ_FIRST],
        may_enter=may_enter and delivery.state in EDITABLE,
        may_check=can(actor, Permission.CHECK, delivery),
        sent_back=sent_back,
        form=form,
        reasons=reasons,
    ), status


def context_of(delivery: Delivery, city: City) -> dict[str, Any]:
    """What every page of a delivery shows: whose it is, where it stands, how it came there."""
    language = current_language()
    events = engine.history(DELIVERY, delivery.id)
    names, places = deliveries.events_of(events, language.code)
    last = events[-1] if events else None
    return {
        "delivery": delivery,
        "city": city,
        "city_name": city.name_in(language.code),
        "state": DELIVERY.state(delivery.state),
        "is_editable": delivery.state in EDITABLE,
        "last_reason": last.reason if last and last.transition == "request_changes" else "",
        "entries": told(DELIVERY, events, names, places=places),
    }
