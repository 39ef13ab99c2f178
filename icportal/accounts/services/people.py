"""People and their roles, as those do who may give them."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from icportal.accounts import notifications, passwords, queries
from icportal.accounts.enums import CITY_ROLES, LANGUAGE_ROLES, Permission, Role
from icportal.accounts.models import RoleGrant, User
from icportal.accounts.rules import RoleOffer
from icportal.core.actors import Actor
from icportal.core.audit import record
from icportal.core.clock import now
from icportal.core.db import db
from icportal.core.errors import DomainError, FieldErrors
from icportal.core.outbox import MailPreference
from icportal.core.permissions import authorise
from icportal.core.strings import _
from icportal.core.text import clean_line
from icportal.i18n.catalogues import interface_language
from icportal.i18n.locales import CONTENT_LANGUAGES
from icportal.web.sessions import end_sessions

LONGEST_NAME = 200


def checked_offer(role: str, *, city_id: int | None, language: str | None, user_id: int | None = None) -> RoleOffer:
    """The role with the scope it needs and no other.

    Raises:
        FieldErrors: naming what is missing.
    """
    if role not in list(Role):
        raise DomainError(_("Choose a role from the list."), "role")
    problems = []
    if role in CITY_ROLES and (city_id is None or db.session.get(queries.city_class(), city_id) is None):
        problems.append(("city_id", _("This role holds in one city: choose the city.")))
    if role in LANGUAGE_ROLES and language not in CONTENT_LANGUAGES:
        problems.append(("role_language", _("This role holds for one language: choose the language.")))
    if problems:
        raise FieldErrors(list(problems))
    return RoleOffer(role, city_id if role in CITY_ROLES else None, language if role in LANGUAGE_ROLES else None, user_id)


def create_user(
    *, actor: Actor, email: str, name: str, password: str | None, language: str, is_demonstration: bool = False
) -> User:
    """Make an account: where an accepted invitation ends.

    Raises:
        DomainError: the address has an account.
    """
    authorise(actor, Permission.CREATE)
    user = User(
        email=email.strip(),
        email_key=queries.email_key(email),
        name=clean_line(name),
        password_hash=passwords.hash_password(password) if password else None,
        language=interface_language(language).code,
        mail_preference=MailPreference.WEEKLY,
        is_demonstration=is_demonstration,
        grants=[],
    )
    db.session.add(user)
    try:
        db.session.flush()
    except IntegrityError:
        db.session.rollback()
        raise DomainError(_("This address has an account already."), "email") from None
    record(actor, Permission.CREATE, user, after={"language": user.language, "demonstration": is_demonstration})
    return user


def give_role(
    user: User,
    *,
    actor: Actor,
    role: str,
    city_id: int | None = None,
    role_language: str | None = None,
    by: int | None = None,
    tell: bool = True,
) -> RoleGrant:
    """Give a person a role where it is to hold; it counts from their next request on. ``by`` is who promised it.

    Raises:
        NotAllowed: the actor may not give this role there.
        DomainError: the role needs a scope, or the person has it already.
    """
    offer = checked_offer(role, city_id=city_id, language=role_language, user_id=user.id)
    authorise(actor, Permission.GRANT, offer)
    if any(_is_same(grant, offer) for grant in user.grants):
        raise DomainError(_("%(name)s has this role already.", name=user.name), "role")
    grant = RoleGrant(role=role, city_id=offer.city_id, language=offer.language, granted_by=by or actor.id, granted_at=now())
    user.grants.append(grant)
    db.session.flush()
    record(actor, Permission.GRANT, user, after=_scope(grant), city_id=grant.city_id)
    if tell:
        notifications.role_given(grant, actor=actor)
    return grant


def take_role(user: User, grant: RoleGrant, *, actor: Actor) -> None:
    """Take a role away. It stays in the history, with who took it and when.

    Raises:
        NotAllowed: the actor may not take this role.
        DomainError: it was taken before, or nobody would be left to administer the portal.
    """
    authorise(actor, Permission.REVOKE, grant)
    if grant.revoked_at is not None:
        raise DomainError(_("This role was taken away before."))
    if grant.role == Role.ADMINISTRATOR:
        _require_another_administrator(user)
    # Two givers at once may have left the same role twice; it is gone only when both are.
    for same in [each for each in user.grants if _is_same(each, grant)]:
        same.revoked_at, same.revoked_by = now(), actor.id
    db.session.flush()
    record(actor, Permission.REVOKE, user, before=_scope(grant), city_id=grant.city_id)
    notifications.role_taken(grant, actor=actor)


def disable_person(user: User, *, actor: Actor) -> None:
    """Close an account: the person is signed out everywhere at once and cannot come back. What they did stays.

    Raises:
        NotAllowed: the actor may not.
        DomainError: it is their own account, or nobody would be left to administer the portal.
    """
    authorise(actor, Permission.DISABLE, user)
    if user.id == actor.id:
        raise DomainError(_("You cannot close your own account: ask another administrator."))
    if not user.is_active:
        raise DomainError(_("This account is closed already."))
    if any(grant.role == Role.ADMINISTRATOR and grant.revoked_at is None for grant in user.grants):
        _require_another_administrator(user)
    user.is_active = False
    end_sessions(user.id)
    db.session.flush()
    record(actor, Permission.DISABLE, user, before={"open": True}, after={"open": False})


def enable_person(user: User, *, actor: Actor) -> None:
    """Open a closed account again, with the roles it has.

    Raises:
        NotAllowed: the actor may not.
        DomainError: the account is open.
    """
    authorise(actor, Permission.DISABLE, user)
    if user.is_active:
        raise DomainError(_("This account is open already."))
    user.is_active = True
    db.session.flush()
    record(actor, Permission.DISABLE, user, before={"open": False}, after={"open": True})


def set_password(user: User, password: str, *, actor: Actor) -> None:
    """Set a person's password from the command line and sign them out everywhere.

    Raises:
        DomainError: the password is too short or easily guessed.
    """
    authorise(actor, Permission.SET_PASSWORD, user)
    replace_password(user, password, actor=actor)


def replace_password(user: User, password: str, *, actor: Actor, except_session: str = "") -> None:
    """Put a new password in place, end the sessions opened with the old one, and tell the person."""
    passwords.require_good(password, about=(user.name, user.email))
    user.password_hash = passwords.hash_password(password)
    end_sessions(user.id, except_key=except_session)
    db.session.flush()
    record(actor, "accounts.user:set_password", user)
    notifications.password_changed(user)


def _is_same(grant: RoleGrant, other: RoleGrant | RoleOffer) -> bool:
    return grant.revoked_at is None and (grant.role, grant.city_id, grant.language) == (other.role, other.city_id, other.language)


def _scope(grant: RoleGrant) -> dict[str, object]:
    return {"role": str(grant.role), "city": grant.city_id, "language": grant.language}


def _require_another_administrator(user: User) -> None:
    # The lock makes two administrators who remove each other at once wait for one another.
    db.session.execute(select(RoleGrant.id).where(RoleGrant.role == Role.ADMINISTRATOR).with_for_update())
    if user.is_active and queries.active_administrators() < 2:  # noqa: PLR2004  this one and another
        raise DomainError(_("This is the last administrator: make somebody else administrator first."))
