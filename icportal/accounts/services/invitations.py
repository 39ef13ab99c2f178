"""Inviting people: a mail with a link, and an account with a role at the end of it."""

from __future__ import annotations

import re

from sqlalchemy import select

from icportal.accounts import notifications, passwords, queries
from icportal.accounts.enums import Permission
from icportal.accounts.models import Invitation, RoleGrant, User
from icportal.accounts.services.people import LONGEST_NAME, checked_offer, create_user, give_role
from icportal.core.actors import SYSTEM, Actor
from icportal.core.audit import record
from icportal.core.clock import now
from icportal.core.db import db
from icportal.core.errors import DomainError
from icportal.core.permissions import authorise, can
from icportal.core.strings import _
from icportal.core.text import clean_line
from icportal.core.tokens import make_token, read_token, use_token
from icportal.i18n.catalogues import interface_language
from icportal.web.routing import external_url

PURPOSE = "accounts.invitation"
LONGEST_ADDRESS = 254
_ADDRESS = re.compile(
    r"[^\s@<>,;:\"\\()\[\]\x00-\x1f\x7f]+@[^\s@<>,;:\"\\()\[\]\x00-\x1f\x7f]+\.[^\s@<>,;:\"\\()\[\]\x00-\x1f\x7f.]+"
)


def checked_address(email: str) -> str:
    """The mail address without space around it.

    Raises:
        DomainError: it is none.
    """
    email = email.strip()
    if len(email) > LONGEST_ADDRESS or not _ADDRESS.fullmatch(email):
        raise DomainError(_("This is not a mail address. It looks like name@city.example."), "email")
    return email


def invite_person(
    *,
    actor: Actor,
    email: str,
    role: str,
    city_id: int | None = None,
    role_language: str | None = None,
    name: str | None = "",
    language: str = "en",
) -> Invitation | RoleGrant:
    """Offer somebody an account with a role, by mail. Whoever has an account gets the role at once.

    A second invitation to the same role replaces the first, whose link is dead from then on.

    Raises:
        NotAllowed: the actor may not give this role there.
        DomainError: the address is none, or the role lacks its scope.
    """
    offer = checked_offer(role, city_id=city_id, language=role_language)
    authorise(actor, Permission.INVITE, offer)
    email = checked_address(email)
    known = queries.find_user(email)
    if known is not None:
        return give_role(known, actor=actor, role=role, city_id=offer.city_id, role_language=offer.language)
    for earlier in _open_to(email):
        if queries.offer_of(earlier) == offer:
            earlier.withdrawn_at = now()
    invitation = Invitation(
        email=email,
        email_key=queries.email_key(email),
        name=clean_line(name or "")[:LONGEST_NAME],
        language=interface_language(language).code,
        role=role,
        city_id=offer.city_id,
        role_language=offer.language,
        invited_by=actor.id,
        invited_at=now(),
    )
    db.session.add(invitation)
    db.session.flush()
    record(
        actor,
        Permission.INVITE,
        invitation,
        after={"role": role, "city": offer.city_id, "language": offer.language},
        city_id=offer.city_id,
    )
    notifications.invited(invitation, invitation_link(invitation), actor=actor)
    return invitation


def invitation_link(invitation: Invitation) -> str:
    """The address with which the invitation is accepted. It is signed anew each time; all end with the first use."""
    token = make_token(PURPOSE, {"invitation": invitation.id, "to": invitation.email_key})
    return external_url("accounts.accept_invitation", language=invitation.language, token=token)


def withdraw_invitation(invitation: Invitation, *, actor: Actor) -> None:
    """Take an invitation back: its link is dead at once.

    Raises:
        NotAllowed: the actor may not give this role.
        DomainError: it was answered or taken back before.
    """
    authorise(actor, Permission.INVITE, queries.offer_of(invitation))
    if invitation.accepted_at or invitation.withdrawn_at:
        raise DomainError(_("This invitation was answered or taken back before."))
    invitation.withdrawn_at = now()
    db.session.flush()
    record(actor, Permission.INVITE, invitation, after={"withdrawn": True}, city_id=invitation.city_id)


def read_invitation(token: str) -> Invitation:
    """The invitation behind a link, without using it up: mail scanners open links too.

    Raises:
        DomainError: the link is broken, expired or used, or the invitation no longer holds.
    """
    return _standing(read_token(PURPOSE, token, queries.INVITATION_HOLDS))


def accept_invitation(token: str, *, name: str, password: str, language: str) -> User:
    """Make the account with the promised role, and with those of other invitations to the same address that hold.

    Raises:
        DomainError: the link is broken, expired or used, or the password is too easy.
    """
    invitation = read_invitation(token)
    if not clean_line(name):
        raise DomainError(_("Enter your name as others should read it."), "name")
    passwords.require_good(password, about=(name, invitation.email))
    use_token(PURPOSE, token, queries.INVITATION_HOLDS)
    user = create_user(
        actor=SYSTEM, email=invitation.email, name=clean_line(name)[:LONGEST_NAME], password=password, language=language
    )
    for each in _open_to(invitation.email):
        if _still_holds(each):
            each.accepted_at = now()
            give_role(
                user,
                actor=SYSTEM,
                role=each.role,
                city_id=each.city_id,
                role_language=each.role_language,
                by=each.invited_by,
                tell=False,
            )
    db.session.flush()
    record(user.actor, "accounts.user:accept_invitation", invitation, city_id=invitation.city_id)
    return user


def _standing(data: dict[str, object]) -> Invitation:
    invitation = db.session.get(Invitation, int(str(data["invitation"])))
    if invitation is None or invitation.email_key != data["to"] or not _still_holds(invitation):
        raise DomainError(
            _(
                "This invitation no longer holds: it was taken back or replaced by a newer one. Look for a later mail, or ask for a new invitation."
            )
        )
    if invitation.accepted_at is not None or queries.find_user(invitation.email) is not None:
        raise DomainError(_("This invitation was accepted before. Sign in with the password you chose then."))
    return invitation


def _still_holds(invitation: Invitation) -> bool:
    """Not taken back, and whoever invited could still do so."""
    if invitation.withdrawn_at is not None:
        return False
    inviter = invitation.inviter
    if invitation.invited_by is None:
        return True
    return (
        inviter is not None
        and inviter.is_active
        and (
            can(inviter.actor, Permission.INVITE, queries.offer_of(invitation))
            or (
                invitation.city_id is not None
                and can(inviter.actor_for_city(invitation.city_id), Permission.INVITE, queries.offer_of(invitation))
            )
        )
    )


def _open_to(email: str) -> list[Invitation]:
    query = select(Invitation).where(
        Invitation.email_key == queries.email_key(email),
        Invitation.accepted_at.is_(None),
        Invitation.withdrawn_at.is_(None),
        Invitation.invited_at > now() - queries.INVITATION_HOLDS,
    )
    return list(db.session.scalars(query.order_by(Invitation.id)))
