"""Who is asking in this request."""

from __future__ import annotations

from typing import Any

from flask import g, has_request_context, session
from flask_login import AnonymousUserMixin, current_user

from icportal.core.actors import ANONYMOUS, Actor

ACTING_KEY = "acting_for"


class Visitor(AnonymousUserMixin):
    """Somebody without a session."""

    actor = ANONYMOUS


def current_actor() -> Actor:
    """The actor of this request; a visitor's when nobody is signed in.

    The accounts package gives every user an ``actor``; roles are read anew in each request, so that one taken
    away is gone at once. The session may name a city the person acts for; whether they may is asked anew, too.
    """
    if not has_request_context():
        return ANONYMOUS
    if "actor" not in g:
        user: Any = current_user
        city_id = session.get(ACTING_KEY) if user.is_authenticated else None
        g.actor = user.actor if city_id is None else user.actor_for_city(city_id)
    return g.actor
