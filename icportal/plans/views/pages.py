"""What every page of action plans shares."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, url_for

from icportal.charter import texts
from icportal.cities.models import City
from icportal.core.permissions import can
from icportal.core.strings import Text, _
from icportal.i18n.catalogues import current_language
from icportal.i18n.locales import CONTENT_LANGUAGES
from icportal.plans import loaded, status
from icportal.plans.enums import Permission
from icportal.plans.flow import ACTION, PLAN
from icportal.plans.queries import OfCity
from icportal.plans.reading import ReadPlan
from icportal.practices.desk import languages_to_write_in
from icportal.toolkits import queries as toolkits
from icportal.web.forms import options
from icportal.web.identity import current_actor

blueprint = Blueprint("plans", __name__, template_folder="../templates")

Answer = Any
UNPROCESSABLE, CONFLICT = 422, 409


def plan_context(city: City) -> dict[str, Any]:
    """What every page of a city's plan shows."""
    return {
        "city": city,
        "city_name": city.name_in(current_language().code),
        "plan_url": url_for("plans.show_plan", slug=city.slug),
        "may_see_internal": can(current_actor(), Permission.VIEW_INTERNAL, OfCity(city.id)),
        "may_edit": can(current_actor(), Permission.EDIT, OfCity(city.id)),
        "flow": ACTION,
        "is_overdue": status.is_overdue,
        "titles": texts.titles(current_language().code),
    }


def languages(city: City) -> list[Any]:
    """The languages a text of the city's plan can be written in, the city's own first."""
    return options((each.code, each.autonym) for each in languages_to_write_in([city]))


def written_in(city: City) -> str:
    """The language somebody most likely writes in: the page's where it is one of content, else the city's first."""
    code = current_language().code
    return code if code in CONTENT_LANGUAGES else languages_to_write_in([city])[0].code


def plan_page(city: City, tab: str) -> dict[str, Any]:
    """What the views of a plan share: its name, and the way between them."""
    context = plan_context(city)
    views: list[tuple[str, str, Text]] = [
        ("table", "plans.show_plan", _("Table")),
        ("board", "plans.show_board", _("Board")),
        ("gantt", "plans.show_gantt", _("Gantt chart")),
        ("calendar", "plans.show_calendar", _("Calendar")),
        ("review", "plans.show_review", _("Review")),
        ("versions", "plans.list_versions", _("Versions")),
        ("progress", "plans.list_progress", _("Progress")),
    ]
    if context["may_see_internal"]:
        views.append(("workbook", "plans.show_workbook", _("Workbook")))
    plan = loaded.plan_row(city)
    return {
        "is_made_up": plan is not None and plan.is_demonstration,
        **context,
        "tab": tab,
        "plan_state": PLAN.state(plan.state) if plan else None,
        "views": [{"label": label, "url": url_for(name, slug=city.slug), "current": key == tab} for key, name, label in views],
    }


def factor_titles(plan: ReadPlan) -> dict[str, str]:
    """What the key factors that a version names are called, by one question for all of them."""
    keys = list(dict.fromkeys(key for action in plan.actions for key in action.key_factors))
    return dict(toolkits.factor_titles(keys, current_language().code)) if keys else {}
