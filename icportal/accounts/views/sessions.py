"""Opening a session, and where to go then."""

from __future__ import annotations

import re
from typing import cast

from flask import Response, g, redirect, session, url_for
from flask_login import current_user, login_user

from icportal.accounts import queries, services
from icportal.accounts.models import User
from icportal.i18n.catalogues import current_language
from icportal.i18n.locales import LANGUAGES
from icportal.web.sessions import PortalSession

LONGEST_PATH = 2000
# A language, then printable ASCII without a backslash: nothing that a browser could read as another host.
_OWN = re.compile(r"/(?P<language>" + "|".join(sorted(LANGUAGES, key=len, reverse=True)) + r")(?P<rest>(?:[/?][!-\[\]-~]*)?)")


def portal_session() -> PortalSession:
    """This request's session, as what it is."""
    return cast("PortalSession", session)


def signed_in_person() -> User:
    """The account of whoever is signed in, as itself and not as Flask-Login's stand-in."""
    user = queries.open_user(int(current_user.get_id()))
    assert user is not None
    return user


def own_path(target: str | None) -> str | None:
    """The address, if it is a page of this portal; ``None`` for anything else."""
    if not target or len(target) > LONGEST_PATH or not _OWN.fullmatch(target):
        return None
    path = target.partition("?")[0]
    return None if "//" in path or ".." in path else target


def in_language_of(target: str, language: str) -> str:
    """The same page of this portal in another language."""
    found = _OWN.fullmatch(target)
    assert found is not None
    return f"/{language}{found['rest']}"


def enter(user: User, *, way: str, target: str | None) -> Response:
    """Sign the person in with a new session, and lead them on in the language they have been reading."""
    session.clear()
    login_user(user)
    portal_session().renew()
    services.note_sign_in(user, way=way)
    g.pop("actor", None)
    own = own_path(target)
    language = current_language().code
    return redirect(in_language_of(own, language) if own else start_page(language), 303)  # type: ignore[return-value]


def start_page(language: str) -> str:
    """Where a signed-in person begins."""
    return url_for("workflow.worklist", language_code=language)
