"""The language is the first part of every address.

Blueprints are mounted under ``/<language>``; a view never sees it. ``url_for`` fills it in from the request, and
``url_in`` gives the same page in another language.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from flask import Flask, Response, current_app, g, has_request_context, redirect, request, url_for
from werkzeug.exceptions import NotFound as NoPage
from werkzeug.exceptions import SecurityError
from werkzeug.routing import BaseConverter, IntegerConverter, Map

from icportal.core.installation import settings
from icportal.i18n.catalogues import current_language, set_request_language
from icportal.i18n.locales import LANGUAGES
from icportal.i18n.negotiation import choose
from icportal.web.identity import current_actor

IN_PATHS = "/:@!$&'()*+,;=~"
PREFIX = "/<language:language_code>"
LARGEST_NUMBER = 2**31 - 1
LATEST_YEAR = 9999
ROBOTS = "User-agent: *\nDisallow: /*/work\n"


class LanguageConverter(BaseConverter):
    """The code of an interface language; anything else is another address."""

    regex = "|".join(sorted(LANGUAGES, key=len, reverse=True))
    part_isolating = True


class SlugConverter(BaseConverter):
    """A name in an address: lower case letters, digits and hyphens."""

    regex = "[a-z0-9]+(?:-[a-z0-9]+)*"


class NumberConverter(IntegerConverter):
    """The number of a row. One that no column can hold is another address, not a question to the database."""

    def __init__(self, map: Map, fixed_digits: int = 0, min: int | None = None, max: int | None = None) -> None:  # noqa: A002
        super().__init__(map, fixed_digits, min, LARGEST_NUMBER if max is None else max)


class YearConverter(NumberConverter):
    """A year; columns of years are small, and one that they cannot hold is another address."""

    def __init__(self, map: Map) -> None:  # noqa: A002
        super().__init__(map, max=LATEST_YEAR)


def year_number(value: str) -> int:
    """A year from a query string, for ``request.args.get(..., type=year_number)``."""
    number = int(value)
    if not 0 < number <= LATEST_YEAR:
        message = f"{number} is no year"
        raise ValueError(message)
    return number


def row_number(value: str) -> int:
    """A number from a query string, for ``request.args.get(..., type=row_number)``; what no column can hold is none."""
    number = int(value)
    if not 0 < number <= LARGEST_NUMBER:
        message = f"{number} is no number of a row"
        raise ValueError(message)
    return number


def preferred_language() -> str:
    """The language to greet a visitor in who named none."""
    actor = current_actor()
    return choose(request.headers.get("Accept-Language", ""), preferred=[actor.language if actor.is_signed_in else None])


def url_in(language: str) -> str:
    """This page's address in another language, its query kept."""
    return f"{request.script_root}/{language}{address_without_language()}"


def in_language(address: str, language: str) -> str:
    """An address of ours (without host) with another language in it."""
    begin = request.script_root + "/"
    return begin + language + address[address.index("/", len(begin)) :]


def address_without_language() -> str:
    """What follows the language in this page's address; the start page's where the address leads nowhere."""
    _empty, first, *rest = request.path.split("/", 2)
    if request.endpoint is None or first not in LANGUAGES or not rest:
        return "/"
    query = request.query_string.decode("ascii", "replace")
    return f"/{quote(rest[0], safe=IN_PATHS)}" + (f"?{query}" if query else "")


def init_app(app: Flask) -> None:
    app.url_map.converters["int"] = NumberConverter
    app.url_map.converters["year"] = YearConverter
    app.url_map.converters["language"] = LanguageConverter
    app.url_map.converters["slug"] = SlugConverter

    @app.url_value_preprocessor
    def pull_language(_endpoint: str | None, values: dict[str, Any] | None) -> None:
        code = values.pop("language_code", None) if values else None
        if code:
            set_request_language(code)

    @app.url_defaults
    def push_language(endpoint: str, values: dict[str, Any]) -> None:
        if "language_code" not in values and app.url_map.is_endpoint_expecting(endpoint, "language_code"):
            values["language_code"] = current_language().code

    @app.get("/")
    def entrance() -> Response:
        """Send a visitor to the portal in a language they read."""
        response = redirect(url_for("cms.home", language_code=preferred_language()), 302)
        response.headers["Vary"] = "Accept-Language, Cookie"
        return response  # type: ignore[return-value]

    entrance.__access__ = "public"  # type: ignore[attr-defined]

    @app.get("/robots.txt")
    def robots() -> Response:
        """What is public may be read by machines too; the desks behind the sign-in say nothing to them."""
        return Response(ROBOTS, mimetype="text/plain")

    robots.__access__ = "public"  # type: ignore[attr-defined]

    @app.errorhandler(SecurityError)
    def strange_host(_error: SecurityError) -> Response:
        """Asked for under a name that is not the portal's: no page can be built, since every link would bear that name."""
        return Response("This portal does not answer to that name.\n", 400, mimetype="text/plain")

    @app.before_request
    def language_of_the_lost() -> None:
        """An address that leads nowhere is answered in the language it began with, or the visitor's own."""
        if "language_code" not in g:
            first = request.path.split("/", 2)[1] if request.path.count("/") else ""
            g.language_code = first if first in LANGUAGES else preferred_language()


def external_url(endpoint: str, *, language: str, **values: Any) -> str:
    """An address for a mail or a document: built from the configured base, never from the request's host."""
    base = settings().base_url
    if has_request_context():
        return base + url_for(endpoint, language_code=language, _external=False, **values)
    with current_app.test_request_context(base_url=base):
        return base + url_for(endpoint, language_code=language, _external=False, **values)


__all__ = ["PREFIX", "NoPage", "external_url", "init_app", "preferred_language", "row_number", "url_in"]
