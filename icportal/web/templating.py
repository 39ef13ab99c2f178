"""What every template knows: the language, who reads, the menu, and how things are written."""

from __future__ import annotations

from typing import Any

from flask import Flask, request
from flask_wtf.csrf import generate_csrf
from jinja2 import StrictUndefined

from icportal.core.installation import settings
from icportal.i18n import formatting
from icportal.i18n.catalogues import current_language
from icportal.i18n.locales import CONTENT_LANGUAGES, Language, get, offered
from icportal.web import figures
from icportal.web.identity import current_actor
from icportal.web.navigation import menu
from icportal.web.routing import url_in


def init_app(app: Flask) -> None:
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.filters.update(
        day=formatting.day, moment=formatting.moment, number=formatting.number, listing=formatting.listing, ago=formatting.ago
    )
    app.jinja_env.globals.update(
        csrf_token=generate_csrf,
        figures=figures,
        language_named=language_named,
        content_language=get,
        content_languages=CONTENT_LANGUAGES,
        historic=formatting.historic,
    )

    @app.context_processor
    def shared() -> dict[str, Any]:
        actor = current_actor()
        return {
            "language": current_language(),
            "actor": actor,
            "navigation": menu(actor),
            "work_navigation": menu(actor, "work") if actor.is_signed_in else [],
            "languages": _switcher(),
            "demo_mode": settings().demo,
            "footer_links": menu(actor, "footer"),
            "breadcrumbs": (),
            "form": None,
        }


def language_named(code: str) -> str:
    """A language's name as the current language writes it."""
    return get(code).name_in(current_language())


def _switcher() -> list[tuple[Language, str]]:
    if request.endpoint is None:
        return [(language, f"/{language.code}/") for language in offered(with_pseudo=settings().demo)]
    return [(language, url_in(language.code)) for language in offered(with_pseudo=settings().demo)]


