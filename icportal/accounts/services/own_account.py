"""What people do with their own account."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from icportal.accounts import passwords
from icportal.accounts.enums import MAIL_PREFERENCES, Permission
from icportal.accounts.models import User
from icportal.accounts.services.people import LONGEST_NAME, replace_password
from icportal.core import throttle
from icportal.core.actors import Actor
from icportal.core.audit import record
from icportal.core.db import db
from icportal.core.errors import DomainError, NotFound
from icportal.core.permissions import authorise
from icportal.core.strings import _
from icportal.core.text import clean_line
from icportal.i18n.locales import LANGUAGES
from icportal.web.sessions import WebSession, end_sessions, sessions_of

NAME_LENGTH = 16

throttle.set_limit("accounts.own-password", "10 per 5 minutes")


@dataclass(frozen=True)
class OpenSession:
    """A session as its owner sees it. ``name`` tells it from the others and opens nothing."""

    name: str
    agent: str
    opened_at: datetime
    seen_at: datetime
    is_this_one: bool


def update_profile(user: User, *, actor: Actor, name: str, language: str, mail_preference: str) -> None:
    """Change one's name, language and how often to be written to.

    Raises:
        DomainError: naming the field.
    """
    _require_own(user, actor)
    if not clean_line(name):
        raise DomainError(_("Enter your name as others should read it."), "name")
    if language not in LANGUAGES:
        raise DomainError(_("Choose a language from the list."), "language")
    if mail_preference not in MAIL_PREFERENCES:
        raise DomainError(_("Choose from the list how often you want to hear from the portal."), "mail_preference")
    before = {"language": user.language, "mail_preference": str(user.mail_preference)}
    user.name, user.language, user.mail_preference = clean_line(name)[:LONGEST_NAME], language, mail_preference
    db.session.flush()
    record(
        actor,
        "accounts.user:update_profile",
        user,
        before=before,
        after={"language": language, "mail_preference": mail_preference},
    )


def change_password(user: User, *, actor: Actor, current: str, password: str, session_key: str) -> None:
    """Set a new password. It needs the present one, and ends every session but this.

    Raises:
        DomainError: the present password is wrong, or the new one too easy.
        TooMany: it was tried too often.
    """
    _require_own(user, actor)
    throttle.hit("accounts.own-password", user.id)
    if not passwords.is_right(user.password_hash, current):
        raise DomainError(_("This is not your present password. If you forgot it, sign out and ask for a new one."), "current")
    throttle.forgive("accounts.own-password", user.id)
    replace_password(user, password, actor=actor, except_session=session_key)


def own_sessions(user: User, *, actor: Actor, session_key: str) -> list[OpenSession]:
    """Where the person is signed in, last used first."""
    _require_own(user, actor)
    return [
        OpenSession(_name(each), each.agent, each.created_at, each.seen_at, each.key == session_key)
        for each in sessions_of(user.id)
    ]


def end_session(user: User, name: str, *, actor: Actor) -> None:
    """Sign out one of one's sessions.

    Raises:
        NotFound: it has ended.
    """
    _require_own(user, actor)
    found = [each for each in sessions_of(user.id) if _name(each) == name]
    if not found:
        raise NotFound(_("This session has already ended."))
    for each in found:
        db.session.delete(each)
    db.session.flush()
    record(actor, "accounts.session:end", user)


def end_other_sessions(user: User, *, actor: Actor, session_key: str) -> None:
    """Sign out everywhere but here."""
    _require_own(user, actor)
    end_sessions(user.id, except_key=session_key)
    record(actor, "accounts.session:end", user, after={"all": True})


def _require_own(user: User, actor: Actor) -> None:
    authorise(actor, Permission.VIEW_OWN, user)
    if user.id != actor.id:
        raise NotFound(_("There is no such page, or it is not open to you."))


def _name(session: WebSession) -> str:
    return session.key[:NAME_LENGTH]
