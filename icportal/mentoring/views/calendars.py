"""Calendars of mentoring: a visit as a file, the addresses to subscribe to, and the phases of a programme for everybody."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from flask import flash, redirect, render_template, url_for

from icportal.cities import queries as cities
from icportal.cities.models import City
from icportal.core.clock import today
from icportal.core.permissions import authorise, can
from icportal.core.strings import _
from icportal.i18n.catalogues import current_language
from icportal.i18n.formatting import month
from icportal.mentoring import feeds, labels, pairings, programmes, visits
from icportal.mentoring.enums import Permission
from icportal.mentoring.models import Pairing
from icportal.mentoring.rules import OfCity
from icportal.mentoring.services import calendars as services
from icportal.mentoring.views.pages import Answer, blueprint
from icportal.mentoring.views.visits import ADDRESS
from icportal.web.calendars import calendar_response
from icportal.web.decorators import public, requires
from icportal.web.identity import current_actor
from icportal.web.routing import external_url

PAIRING, CITY = "/work/mentoring/pairings/<int:pairing_id>/calendar", "/work/mentoring/calendars/<slug:slug>"


@blueprint.get(f"{ADDRESS}/visit.ics")
@requires(Permission.VIEW_PAIRING)
def download_visit(visit_id: int) -> Any:
    """A visit as a file for one's own calendar; opened again after a change, the entry there moves."""
    visit, language = visits.open_visit(visit_id, actor=current_actor()), current_language().code
    entry = feeds.visit_entry(visit, cities.by_id(sorted(visit.city_ids)), language, whole=True)
    return calendar_response(visit.title, [entry], language, filename=f"icportal-visit-{visit.id}", download=True)


@blueprint.get(PAIRING)
@requires(Permission.VIEW_PAIRING)
def show_pairing_calendar(pairing_id: int) -> Answer:
    """The days of a pairing, and its calendar for other programs."""
    pairing = pairings.open_pairing(pairing_id, actor=current_actor())
    return _page(pairing, may_open=can(current_actor(), Permission.WORK_ON_PAIRING, pairing))


@blueprint.post(f"{PAIRING}/renew")
@requires(Permission.WORK_ON_PAIRING)
def renew_pairing_calendar(pairing_id: int) -> Answer:
    """Give the calendar of a pairing an address, or a new one."""
    services.renew_calendar(pairings.open_pairing(pairing_id, actor=current_actor()), actor=current_actor())
    return _renewed("show_pairing_calendar", pairing_id=pairing_id)


@blueprint.post(f"{PAIRING}/close")
@requires(Permission.WORK_ON_PAIRING)
def close_pairing_calendar(pairing_id: int) -> Answer:
    """Take the address of a pairing's calendar away."""
    services.close_calendar(pairings.open_pairing(pairing_id, actor=current_actor()), actor=current_actor())
    return _closed("show_pairing_calendar", pairing_id=pairing_id)


@blueprint.get(CITY)
@requires(Permission.VIEW_CALENDAR)
def show_city_calendar(slug: str) -> Answer:
    """Everything a city does in mentoring day by day, and its calendar for other programs."""
    city = _open_city(slug)
    return _page(city, may_open=can(current_actor(), Permission.OPEN_CALENDAR, OfCity(city.id)))


@blueprint.post(f"{CITY}/renew")
@requires(Permission.OPEN_CALENDAR)
def renew_city_calendar(slug: str) -> Answer:
    """Give the calendar of a city's mentoring an address, or a new one."""
    services.renew_calendar(_open_city(slug), actor=current_actor())
    return _renewed("show_city_calendar", slug=slug)


@blueprint.post(f"{CITY}/close")
@requires(Permission.OPEN_CALENDAR)
def close_city_calendar(slug: str) -> Answer:
    """Take the address of a city's calendar away."""
    services.close_calendar(_open_city(slug), actor=current_actor())
    return _closed("show_city_calendar", slug=slug)


@blueprint.get("/calendars/mentoring/<string:secret>.ics")
@public
def feed(secret: str) -> Any:
    """A pairing, or all mentoring of a city, as a calendar for whoever has its address."""
    of, language = feeds.open_calendar(secret), current_language().code
    name = feeds.name_of(of, language)
    kind = "pairing" if isinstance(of, Pairing) else of.slug
    return calendar_response(name, feeds.entries_of(of, language), language, filename=f"icportal-mentoring-{kind}")


@blueprint.get("/calendars/mentoring/visits/<string:secret>.ics")
@public
def visit_feed(secret: str) -> Any:
    """One visit as a file, for whoever was passed the address in its mails: day, hours, place, and nothing of the agenda."""
    visit, language = feeds.open_visit_address(secret), current_language().code
    entry = feeds.visit_entry(visit, cities.by_id(sorted(visit.city_ids)), language, to_guests=True)
    return calendar_response(visit.title, [entry], language, filename=f"icportal-visit-{visit.id}", download=True)


@blueprint.get("/mentoring/<slug:slug>/calendar.ics")
@public
def programme_calendar(slug: str) -> Any:
    """The phases of a programme as a calendar, for everybody."""
    language = current_language().code
    found = programmes.public_programme(slug, language)
    title = found.text.title if found.text else found.programme.title
    entries = feeds.phase_entries(found.programme, labels.PHASES, title, language)
    return calendar_response(title, entries, language, filename=f"icportal-mentoring-{slug}")


# --- shared ----------------------------------------------------------------------------------------------------


def _open_city(slug: str) -> City:
    city = cities.get_city(slug)
    authorise(current_actor(), Permission.VIEW_CALENDAR, OfCity(city.id))
    return city


def _page(of: Pairing | City, *, may_open: bool) -> Answer:
    language = current_language().code
    entries = feeds.entries_of(of, language)
    coming = sorted((each for each in entries if feeds.day_of(each) >= today()), key=lambda each: (feeds.day_of(each), each.uid))
    name, secret = feeds.name_of(of, language), feeds.secret_of(of) if may_open else ""
    endpoint, values = (
        ("pairing_calendar", {"pairing_id": of.id}) if isinstance(of, Pairing) else ("city_calendar", {"slug": of.slug})
    )
    return render_template(
        "mentoring/calendar.html", name=name, may_open=may_open, day_of=feeds.day_of,
        months=[(month(first), list(each)) for first, each in groupby(coming, lambda entry: feeds.day_of(entry).replace(day=1))],
        address=external_url("mentoring.feed", language=language, secret=secret) if secret else "",
        renew_url=url_for(f"mentoring.renew_{endpoint}", **values), close_url=url_for(f"mentoring.close_{endpoint}", **values),
        back=(name, url_for("mentoring.show_pairing", **values)) if isinstance(of, Pairing) else None,
    )  # fmt: skip


def _renewed(endpoint: str, **values: Any) -> Answer:
    flash(_("The calendar has a new address. Whoever had an older one reads it no more."), "success")
    return redirect(url_for(f"mentoring.{endpoint}", **values), 303)


def _closed(endpoint: str, **values: Any) -> Answer:
    flash(_("The calendar has no address any more."), "success")
    return redirect(url_for(f"mentoring.{endpoint}", **values), 303)
