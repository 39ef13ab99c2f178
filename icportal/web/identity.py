"""Who is asking in this request."""

from __future__ import annotations

from typing import Any

from flask import g, has_request_context
from flask_login import AnonymousUserMixin, current_user

from icportal.core.actors import ANONYMOUS, Actor


class Visitor(AnonymousUserMixin):
    """Somebody without a session."""

    actor = ANONYMOUS


def current_actor() -> Actor:
    """The actor of this request; a visitor's when nobody is signed in.

    The accounts package gives every user an ``actor``; roles are read anew in each request, so that one taken
    away is gone at once.
    """
    if not has_request_context():
        return ANONYMOUS
    if "actor" not in g:
        user: Any = current_user
        g.actor = user.actor
    return g.actor
