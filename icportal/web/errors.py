"""Refusals and failures as pages: each says what happened and what to do next."""

from __future__ import annotations

import logging
from typing import Any

from flask import Flask, Response, current_app, flash, g, jsonify, redirect, render_template, request, url_for
from flask_wtf.csrf import CSRFError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from icportal.core.db import db
from icportal.core.errors import DomainError, NotAllowed, NotFound, Stale, TooMany
from icportal.core.installation import settings
from icportal.core.strings import _
from icportal.i18n.locales import DEFAULT, LANGUAGES
from icportal.web.identity import current_actor

log = logging.getLogger(__name__)
PAGES = frozenset({400, 403, 404, 409, 413, 422, 429, 500})


def page(status: int, **context: Any) -> tuple[str, int]:
    """The page of an error status."""
    if "language_code" not in g:
        first = request.path.split("/", 2)[1]
        g.language_code = first if first in LANGUAGES else DEFAULT
    name = status if status in PAGES else (500 if status >= 500 else 404)  # noqa: PLR2004
    return render_template(f"errors/{name}.html", **context), status


def wants_json() -> bool:
    return request.path.endswith(".json") or request.accept_mimetypes.best == "application/json"


def init_app(app: Flask) -> None:
    """Answer every refusal and failure with its page."""
    app.register_error_handler(DomainError, refused)
    app.register_error_handler(StaleDataError, overtaken)
    app.register_error_handler(CSRFError, forged)
    app.register_error_handler(RequestEntityTooLarge, too_large)
    app.register_error_handler(HTTPException, http)
    app.register_error_handler(Exception, failed)


def refused(error: DomainError) -> Any:
    """A service's refusal that no form took."""
    db.session.rollback()
    # The same words for what is not there and for what is private: they must not tell the one from the other.
    message = _("There is no such page, or it is not open to you.") if isinstance(error, NotFound) else error.message
    if wants_json():
        why = error.reasons if isinstance(error, NotAllowed) else []
        return jsonify(error=" ".join(str(each) for each in why or [message])), error.status
    if isinstance(error, NotAllowed) and not current_actor().is_signed_in and request.method != "POST":
        flash(_("Sign in to open this page."), "info")
        return redirect(url_for("accounts.sign_in", next=request.full_path.rstrip("?")), 303)
    response = current_app.make_response(
        page(
            error.status,
            message=message,
            problems=[] if isinstance(error, NotFound) else [problem for _field, problem in error.problems],
            reasons=error.reasons if isinstance(error, NotAllowed) else [],
            differences=error.differences if isinstance(error, Stale) else [],
            typed=typed() if request.method == "POST" and isinstance(error, (NotAllowed, NotFound)) else [],
        )
    )
    if isinstance(error, TooMany):
        response.headers["Retry-After"] = str(error.seconds)
    return response


def overtaken(_error: StaleDataError) -> Any:
    """The database refused the second of two writers."""
    db.session.rollback()
    return page(409, message=_("Somebody has changed this since you opened it. Nothing of yours was applied: look at it again."))


def forged(_error: CSRFError) -> Any:
    """A form without its token. What was typed is shown, so that it can be taken into a fresh form."""
    db.session.rollback()
    return page(
        422,
        message=_(
            "This form was open too long or in another session. Nothing was changed: open the page again and send it once more."
        ),
        typed=typed(),
        again=request.full_path.rstrip("?"),
    )


#: Fields of a form that nobody typed, or that must not be shown.
UNSHOWN = (
    "csrf_token", "version", "transition", "seen", "asked", "then", "next", "current", "password", "written_in", "visibility",
)  # fmt: skip
#: The same, within a part of a form that has a name of its own.
CHOSEN = ("-kind", "-language", "-visibility")


def typed() -> list[str]:
    """The texts a person sent with this form, in its order; no secrets, nothing the form itself had put in."""
    return [
        value
        for name, values in request.form.lists()
        if not name.startswith(UNSHOWN) and not name.endswith(CHOSEN)
        for value in values
        if len(value.strip()) > 1
    ]


def too_large(_error: RequestEntityTooLarge) -> Any:
    """A body over the limit."""
    db.session.rollback()
    limit = settings().upload_limit // (1024 * 1024)
    return page(413, message=_("The file is too large: at most %(limit)s MB are accepted.", limit=limit))


def http(error: HTTPException) -> Any:
    """What Flask itself refuses."""
    db.session.rollback()
    if error.code is None or error.code < 400:  # noqa: PLR2004  the first error status
        return error
    if wants_json():
        return jsonify(error=error.name), error.code
    response = current_app.make_response(page(error.code))
    for name, value in error.get_headers():
        if name in {"Allow", "Retry-After"}:
            response.headers[name] = value
    return response


def failed(error: Exception) -> Any:
    """A fault of ours. The page of last resort must not depend on what just broke."""
    db.session.rollback()
    if current_app.testing and current_app.config.get("PROPAGATE_EXCEPTIONS") is not False:
        raise error
    log.error("request %s failed", getattr(g, "request_id", ""), exc_info=error)
    try:
        return page(500, request_id=getattr(g, "request_id", ""))
    except Exception:
        log.exception("error page failed")
        return Response("The portal cannot answer now. Please try again in a minute.", 500, mimetype="text/plain")
