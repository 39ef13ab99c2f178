"""Identities at other providers: linked from the account they are to open, and from nowhere else."""

from __future__ import annotations

from sqlalchemy.exc import IntegrityError

from icportal.accounts import notifications, queries
from icportal.accounts.enums import Permission
from icportal.accounts.models import Identity, User
from icportal.core.actors import Actor
from icportal.core.audit import record
from icportal.core.db import db
from icportal.core.errors import DomainError, NotAllowed, NotFound
from icportal.core.permissions import authorise
from icportal.core.strings import _

LONGEST_ISSUER, LONGEST_SUBJECT, LONGEST_LABEL = 300, 255, 200


def sign_in_with_identity(issuer: str, subject: str) -> User:
    """The person this identity is linked to. Its mail address plays no part: a provider may write what it likes there.

    Raises:
        NotAllowed: it is linked to no account, or to a closed one.
    """
    identity = queries.find_identity(issuer, subject)
    user = queries.open_user(identity.user_id) if identity is not None else None
    if user is None:
        raise NotAllowed(
            _(
                "No account opens with this identity. Sign in with your password first, then link the identity in your profile. If you have no account, ask your coordinator for an invitation."
            )
        )
    return user


def link_identity(user: User, *, actor: Actor, issuer: str, subject: str, label: str, provider: str) -> Identity:
    """Let an identity open one's own account from now on. ``label`` is how the provider calls the person.

    Raises:
        DomainError: the identity opens another account, or this one already.
    """
    authorise(actor, Permission.VIEW_OWN, user)
    if user.id != actor.id:
        raise NotFound(_("There is no such page, or it is not open to you."))
    if len(issuer) > LONGEST_ISSUER or len(subject) > LONGEST_SUBJECT:
        raise DomainError(_("The provider gave a name that is too long to be kept. Tell its administrator."))
    known = queries.find_identity(issuer, subject)
    if known is not None and known.user_id == user.id:
        raise DomainError(_("This identity is linked to your account already."))
    if known is not None:
        raise DomainError(_("This identity opens another account. Unlink it there first."))
    identity = Identity(user_id=user.id, issuer=issuer, subject=subject, label=label[:LONGEST_LABEL])
    db.session.add(identity)
    try:
        db.session.flush()
    except IntegrityError:
        db.session.rollback()
        raise DomainError(_("This identity opens another account. Unlink it there first.")) from None
    record(actor, "accounts.identity:link", identity, after={"user": user.id, "issuer": issuer})
    notifications.identity_linked(user, provider)
    return identity


def unlink_identity(user: User, identity_id: int, *, actor: Actor) -> None:
    """Let an identity open one's account no longer.

    Raises:
        NotFound: one has no such identity.
        DomainError: it is the last way in.
    """
    authorise(actor, Permission.VIEW_OWN, user)
    linked = queries.identities_of(user.id)
    identity = next((each for each in linked if each.id == identity_id), None)
    if user.id != actor.id or identity is None:
        raise NotFound(_("This identity is not linked to your account."))
    if user.password_hash is None and len(linked) == 1:
        raise DomainError(_("This is your only way to sign in. Set a password first: sign out and ask for a new one."))
    record(actor, "accounts.identity:unlink", identity, before={"user": user.id, "issuer": identity.issuer})
    db.session.delete(identity)
    db.session.flush()
