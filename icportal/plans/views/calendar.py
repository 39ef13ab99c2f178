"""What is due of a plan day by day, and the address under which a calendar program reads it."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from flask import flash, redirect, render_template, url_for

from icportal.core.clock import today
from icportal.core.strings import _
from icportal.i18n.catalogues import current_language
from icportal.i18n.formatting import month
from icportal.plans import feeds, loaded, queries
from icportal.plans.enums import Permission
from icportal.plans.services import calendars
from icportal.plans.views.pages import Answer, blueprint, plan_page
from icportal.web.calendars import calendar_response
from icportal.web.decorators import public, requires
from icportal.web.identity import current_actor
from icportal.web.routing import external_url


@blueprint.get("/work/plans/<slug:slug>/calendar")
@requires(Permission.VIEW)
def show_calendar(slug: str) -> Answer:
    """Everything that is due from today on, by months, and the plan's calendar for other programs."""
    city = queries.open_city(slug, actor=current_actor())
    plan, language = loaded.plan_row(city), current_language().code
    entries = feeds.entries_of(plan, city, language) if plan else []
    context = plan_page(city, "calendar")
    secret = feeds.secret_of(plan) if plan and context["may_edit"] else ""
    coming = sorted((each for each in entries if each.starts >= today()), key=lambda each: (each.starts, each.uid))
    return render_template(
        "plans/plan_calendar.html", **context, has_plan=plan is not None, passed=len(entries) - len(coming),
        months=[(month(first), list(each)) for first, each in groupby(coming, lambda entry: entry.starts.replace(day=1))],
        address=external_url("plans.feed", language=language, secret=secret) if secret else "",
    )  # fmt: skip


@blueprint.post("/work/plans/<slug:slug>/calendar/renew")
@requires(Permission.EDIT)
def renew_calendar(slug: str) -> Answer:
    """Give the calendar an address, or a new one."""
    city = queries.open_city(slug, actor=current_actor())
    calendars.renew_calendar(loaded.plan_row(city), actor=current_actor())
    flash(_("The calendar has a new address. Whoever had an older one reads it no more."), "success")
    return redirect(url_for("plans.show_calendar", slug=slug), 303)


@blueprint.post("/work/plans/<slug:slug>/calendar/close")
@requires(Permission.EDIT)
def close_calendar(slug: str) -> Answer:
    """Take the address away."""
    city = queries.open_city(slug, actor=current_actor())
    calendars.close_calendar(loaded.plan_row(city), actor=current_actor())
    flash(_("The calendar has no address any more."), "success")
    return redirect(url_for("plans.show_calendar", slug=slug), 303)


@blueprint.get("/calendars/plans/<string:secret>.ics")
@public
def feed(secret: str) -> Any:
    """A plan as a calendar, for whoever has its address."""
    plan, city = feeds.open_calendar(secret)
    language = current_language().code
    name = _("Action plan of %(city)s", city=city.name_in(language))
    return calendar_response(name, feeds.entries_of(plan, city, language), language, filename=f"icportal-plan-{city.slug}")
