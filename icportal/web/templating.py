"""What every template knows: the language, who reads, the menu, and how things are written."""

from __future__ import annotations

from typing import Any

from flask import Flask, g, request, session
from flask_wtf.csrf import generate_csrf
from jinja2 import StrictUndefined
from markupsafe import Markup, escape

from icportal.core.actors import Actor
from icportal.core.installation import settings
from icportal.i18n import formatting
from icportal.i18n.catalogues import current_language
from icportal.i18n.locales import CONTENT_LANGUAGES, get, offered
from icportal.web import figures
from icportal.web.identity import current_actor
from icportal.web.navigation import menu
from icportal.web.routing import address_without_language, url_in

#: A sign no address and no text of ours contains.
REST = "\ue000"


def init_app(app: Flask) -> None:
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.filters.update(
        day=formatting.day,
        moment=formatting.moment,
        number=formatting.number,
        listing=formatting.listing,
        ago=formatting.ago,
        choosing=choosing,
    )
    app.jinja_env.globals.update(
        csrf_token=generate_csrf,
        figures=figures,
        language_named=language_named,
        content_language=get,
        content_languages=CONTENT_LANGUAGES,
        historic=formatting.historic,
    )

    frames: dict[tuple[str, str | None], tuple[str, Markup]] = {}

    @app.context_processor
    def shared() -> dict[str, Any]:
        actor, language = current_actor(), current_language()
        known = {"language": language, "actor": actor, "demo_mode": settings().demo, "breadcrumbs": (), "form": None}
        if actor.is_signed_in:
            return known | _menus(actor) | {"kept_head": None, "kept_foot": None}
        # What frames a page depends on nothing but the language and the place in the menu, as long as nobody is signed in.
        place = (language.code, request.endpoint)
        if place not in frames:
            frames[place] = _frame(app, known | _menus(actor))
        head, foot = frames[place]
        return known | {"kept_head": Markup(head.replace(REST, str(escape(address_without_language())))), "kept_foot": foot}  # noqa: S704  escaped


def _menus(actor: Actor) -> dict[str, Any]:
    return {
        "navigation": menu(actor),
        "work_navigation": menu(actor, "work") if actor.is_signed_in else [],
        "footer_links": menu(actor, "footer"),
        "languages": [(language, url_in(language.code)) for language in offered(with_pseudo=settings().demo)],
    }


def _frame(app: Flask, context: dict[str, Any]) -> tuple[str, Markup]:
    """A visitor's head and foot. ``REST`` stands in the links to other languages for the page's own address."""
    languages = [(language, f"{request.script_root}/{language.code}{REST}") for language, _url in context["languages"]]
    context = context | {
        "languages": languages,
        "direction": context["language"].direction,
        "request": request,
        "session": session,
        "g": g,
    }
    head, foot = (app.jinja_env.get_template(name).render(context) for name in ("page_head.html", "page_foot.html"))
    return head, Markup(foot)  # noqa: S704  rendered with escaping


def choosing(options: Markup, value: object) -> Markup:
    """Ready ``<option>``s with one of them chosen."""
    opening = Markup('<option value="{}"').format(value)
    return options.replace(opening + ">", opening + " selected>", 1) if value else options


def language_named(code: str) -> str:
    """A language's name as the current language writes it."""
    return get(code).name_in(current_language())
