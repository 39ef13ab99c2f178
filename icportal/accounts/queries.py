"""Reading accounts."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import joinedload, selectinload

from icportal.accounts.enums import CITY_ROLES, LANGUAGE_ROLES, NETWORK_ROLES, Permission, Role
from icportal.accounts.models import Identity, Invitation, RoleGrant, User
from icportal.accounts.rules import RoleOffer, sees_everybody
from icportal.core.actors import Actor
from icportal.core.audit import NETWORK, AuditEntry
from icportal.core.clock import now
from icportal.core.db import db
from icportal.core.errors import NotFound
from icportal.core.installation import settings
from icportal.core.outbox import Mail, MailState
from icportal.core.permissions import authorise, can
from icportal.core.queue import Job, JobState
from icportal.core.strings import _
from icportal.core.text import fold

if TYPE_CHECKING:
    from icportal.cities.models import City

PAGE = 50
INVITATION_HOLDS = timedelta(days=7)


def email_key(email: str) -> str:
    """The form in which addresses are compared."""
    return unicodedata.normalize("NFC", email.strip()).casefold()


def city_class() -> type[City]:
    """The model of cities. They stand above accounts, so they are known through the role that holds in one."""
    return RoleGrant.city.property.mapper.class_


# --- people ------------------------------------------------------------------------------------------------


def find_user(email: str) -> User | None:
    """The account with this address, if there is one."""
    return db.session.scalar(select(User).where(User.email_key == email_key(email)))


def get_user(user_id: int, *, actor: Actor) -> User:
    """A person the actor may see.

    Raises:
        NotFound: there is none, or not for this actor.
    """
    user = db.session.get(User, user_id)
    if user is None:
        raise NotFound(_("There is no such page, or it is not open to you."))
    authorise(actor, Permission.VIEW, user)
    return user


def open_user(user_id: int) -> User | None:
    """The person, if the account may be used in this installation now."""
    user = db.session.get(User, user_id)
    return user if user is not None and may_be_used(user) else None


def may_be_used(user: User) -> bool:
    """Whether the account is open; one of the demonstration is, in a demonstration only."""
    return user.is_active and (settings().demo or not user.is_demonstration)


def people_for(actor: Actor, *, search: str = "", role: str = "", city_id: int | None = None) -> Select[Any]:
    """The people the actor may see, by name."""
    query = select(User).options(selectinload(User.grants).joinedload(RoleGrant.city)).order_by(User.search_key, User.id)
    held = RoleGrant.revoked_at.is_(None)
    if not sees_everybody(actor):
        query = query.where(User.grants.any(held & RoleGrant.city_id.in_(actor.cities(Role.MAYOR_OFFICE))))
    if role:
        query = query.where(User.grants.any(held & (RoleGrant.role == role)))
    if city_id is not None:
        query = query.where(User.grants.any(held & (RoleGrant.city_id == city_id)))
    for word in fold(search).split():
        query = query.where(User.search_key.contains(word, autoescape=True))
    return query


@dataclass(frozen=True)
class People:
    """One page of the list of people; ``before`` and ``after`` are page numbers or None."""

    users: Sequence[User]
    total: int
    previous: int | None
    next: int | None


def list_people(actor: Actor, *, search: str = "", role: str = "", city_id: int | None = None, page: int = 1) -> People:
    """A page of the people the actor may see."""
    query = people_for(actor, search=search, role=role, city_id=city_id)
    total = db.session.scalar(select(func.count()).select_from(query.order_by(None).options().subquery())) or 0
    users = list(db.session.scalars(query.limit(PAGE).offset((page - 1) * PAGE)))
    return People(users, total, page - 1 if page > 1 else None, page + 1 if page * PAGE < total else None)


def active_administrators() -> int:
    """How many people can still give the role of administrator."""
    query = (
        select(func.count(func.distinct(User.id)))
        .join(RoleGrant, RoleGrant.user_id == User.id)
        .where(User.is_active, RoleGrant.role == Role.ADMINISTRATOR, RoleGrant.revoked_at.is_(None))
    )
    return db.session.scalar(query) or 0


def open_demonstration_accounts() -> int:
    """How many accounts of the demonstration there are."""
    return db.session.scalar(select(func.count()).select_from(User).where(User.is_demonstration)) or 0


# --- roles -------------------------------------------------------------------------------------------------


def history_of(user: User) -> Sequence[RoleGrant]:
    """Every role the person has or had, newest first."""
    query = (
        select(RoleGrant)
        .where(RoleGrant.user_id == user.id)
        .options(joinedload(RoleGrant.city), joinedload(RoleGrant.granter), joinedload(RoleGrant.revoker))
        .order_by(RoleGrant.granted_at.desc(), RoleGrant.id.desc())
    )
    return db.session.scalars(query).all()


def get_grant(user: User, grant_id: int) -> RoleGrant:
    """A role of this person.

    Raises:
        NotFound: the person has no such role.
    """
    grant = db.session.get(RoleGrant, grant_id)
    if grant is None or grant.user_id != user.id:
        raise NotFound(_("There is no such role."))
    return grant


def givable_roles(actor: Actor, permission: Permission = Permission.GRANT) -> list[Role]:
    """The roles the actor may give somewhere."""
    city = next(iter(actor.cities(Role.MAYOR_OFFICE)), 0)
    return [role for role in Role if can(actor, permission, RoleOffer(role, city_id=city))]


def cities_to_choose(actor: Actor, language: str) -> list[tuple[int, str]]:
    """The cities in which the actor may give roles, as they are called in a language."""
    city = city_class()
    query = select(city)
    if not sees_everybody(actor):
        query = query.where(city.id.in_(actor.cities(Role.MAYOR_OFFICE)))
    return sorted(((each.id, each.name_in(language)) for each in db.session.scalars(query)), key=lambda pair: pair[1].casefold())


def find_city(slug: str) -> City | None:
    """The city with this name in addresses."""
    city = city_class()
    return db.session.scalar(select(city).where(city.slug == slug))


def get_city(slug: str) -> City:
    """The city with this name in addresses.

    Raises:
        NotFound: there is none.
    """
    city = find_city(slug)
    if city is None:
        raise NotFound(_("There is no such city."))
    return city


def city_name(city_id: int | None, language: str) -> str:
    """What readers of a language call the city; empty for none."""
    city = db.session.get(city_class(), city_id) if city_id is not None else None
    return city.name_in(language) if city is not None else ""


def scope_needed(role: str) -> str:
    """Where a role holds: ``city``, ``language`` or ``network``."""
    assert role in CITY_ROLES | LANGUAGE_ROLES | NETWORK_ROLES
    return "city" if role in CITY_ROLES else "language" if role in LANGUAGE_ROLES else "network"


def open_invitations(actor: Actor) -> Sequence[Invitation]:
    """Invitations nobody has answered yet and whose link still holds, of those the actor may give."""
    query = (
        select(Invitation)
        .where(
            Invitation.accepted_at.is_(None), Invitation.withdrawn_at.is_(None), Invitation.invited_at > now() - INVITATION_HOLDS
        )
        .options(joinedload(Invitation.city), joinedload(Invitation.inviter))
        .order_by(Invitation.invited_at.desc(), Invitation.id.desc())
    )
    return [each for each in db.session.scalars(query) if can(actor, Permission.INVITE, offer_of(each))]


def get_invitation(invitation_id: int, *, actor: Actor) -> Invitation:
    """An invitation, for somebody who may give the role it offers.

    Raises:
        NotFound: there is none, or the actor may not know of it.
    """
    invitation = db.session.get(Invitation, invitation_id)
    if invitation is None or not can(actor, Permission.INVITE, offer_of(invitation)):
        raise NotFound(_("There is no such invitation."))
    return invitation


def offer_of(invitation: Invitation) -> RoleOffer:
    """The role an invitation offers."""
    return RoleOffer(invitation.role, invitation.city_id, invitation.role_language)


# --- identities --------------------------------------------------------------------------------------------


def find_identity(issuer: str, subject: str) -> Identity | None:
    """The account's link to this identity. Nothing but issuer and subject counts."""
    return db.session.scalar(select(Identity).where(Identity.issuer == issuer, Identity.subject == subject))


def identities_of(user_id: int) -> Sequence[Identity]:
    """The identities linked to an account, oldest first."""
    return db.session.scalars(select(Identity).where(Identity.user_id == user_id).order_by(Identity.id)).all()


# --- records -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Record:
    """An entry of the audit log with the names a reader needs."""

    entry: AuditEntry
    actor: str
    city: str
    acting_for: str


@dataclass(frozen=True)
class Records:
    """A page of the audit log; ``older`` is where the next page begins, or None."""

    records: list[Record]
    older: int | None


def list_audit(*, actor: Actor, language: str, city_id: int | None = None, before: int | None = None) -> Records:
    """The newest entries of the audit log, of one city when asked, older than an entry when asked."""
    authorise(actor, Permission.VIEW_AUDIT)
    query = select(AuditEntry).order_by(AuditEntry.id.desc()).limit(PAGE + 1)
    if city_id is not None:
        query = query.where(AuditEntry.chain == city_id)
    if before is not None:
        query = query.where(AuditEntry.id < before)
    entries = db.session.scalars(query).all()
    people = _names(entry.actor_id for entry in entries)
    cities = _city_names((value for entry in entries for value in (entry.chain, entry.acting_for)), language)
    shown = [
        Record(
            entry, people.get(entry.actor_id or 0, ""), cities.get(entry.chain, ""), cities.get(entry.acting_for or NETWORK, "")
        )
        for entry in entries[:PAGE]
    ]
    return Records(shown, entries[PAGE - 1].id if len(entries) > PAGE else None)


@dataclass(frozen=True)
class Mails:
    """A page of the outbox; ``older`` is where the next page begins, or None."""

    mails: Sequence[Mail]
    older: int | None


def list_mails(*, actor: Actor, before: int | None = None, address: str = "", unsettled: bool = False) -> Mails:
    """The newest mails, to one address when asked, or only those somebody has to decide about."""
    authorise(actor, Permission.VIEW_MAIL)
    query = select(Mail).order_by(Mail.id.desc()).limit(PAGE + 1)
    if before is not None:
        query = query.where(Mail.id < before)
    if address:
        query = query.where(func.lower(Mail.address) == address.strip().lower())
    if unsettled:
        query = query.where(Mail.state.in_((MailState.UNCERTAIN, MailState.FAILED)))
    mails = db.session.scalars(query).all()
    return Mails(mails[:PAGE], mails[PAGE - 1].id if len(mails) > PAGE else None)


def get_mail(mail_id: int, *, actor: Actor) -> Mail:
    """A mail of the outbox.

    Raises:
        NotFound: there is none.
    """
    authorise(actor, Permission.VIEW_MAIL)
    mail = db.session.get(Mail, mail_id)
    if mail is None:
        raise NotFound(_("There is no such mail. Mails are kept for 90 days."))
    return mail


def get_page_of_mail(mail_id: int, *, actor: Actor) -> Mail:
    """A mail whose HTML part is a page of its own, for whoever may read what it says.

    Raises:
        NotFound: there is none, it is a notice for the weekly mail, or nobody may read it here.
    """
    mail = get_mail(mail_id, actor=actor)
    authorise(actor, Permission.READ_MAIL, mail)
    if not has_page(mail):
        raise NotFound(_("There is no such mail. Mails are kept for 90 days."))
    return mail


def has_page(mail: Mail) -> bool:
    """Whether the HTML part stands alone; that of a notice is a piece of the weekly mail."""
    return mail.html.lower().startswith("<!doctype")


def failed_jobs() -> Sequence[Job]:
    """Jobs that were given up, the newest first."""
    return db.session.scalars(select(Job).where(Job.state == JobState.FAILED).order_by(Job.id.desc()).limit(PAGE)).all()


def get_job(job_id: int) -> Job:
    """A job of the worker.

    Raises:
        NotFound: there is none.
    """
    job = db.session.get(Job, job_id)
    if job is None:
        raise NotFound(_("There is no such page, or it is not open to you."))
    return job


def _names(ids: Iterable[int | None]) -> dict[int, str]:
    wanted = {each for each in ids if each is not None}
    return {user.id: user.name for user in db.session.scalars(select(User).where(User.id.in_(wanted)))}


def _city_names(ids: Iterable[int | None], language: str) -> dict[int, str]:
    city = city_class()
    wanted = {each for each in ids if each}
    return {each.id: each.name_in(language) for each in db.session.scalars(select(city).where(city.id.in_(wanted)))}
