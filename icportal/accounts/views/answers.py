"""How a form of accounts is shown again, and pages that nobody may keep."""

from __future__ import annotations

from typing import Any

from flask import Response, make_response, render_template

from icportal.core.errors import DomainError, TooMany
from icportal.web.forms import PortalForm

REFUSED = 422


def answer_form(template: str, form: PortalForm, refusal: DomainError | None = None, **context: Any) -> Response:
    """The page with its form: as it was opened, or with what was typed and what is wrong with it."""
    status = refusal.status if refusal else REFUSED if form.errors else 200
    response = make_response(render_template(template, form=form, **context), status)
    # What is on such a page belongs to one person: a link that works once, or a token.
    response.headers["Cache-Control"] = "no-store"
    if isinstance(refusal, TooMany):
        response.headers["Retry-After"] = str(refusal.seconds)
    return response
