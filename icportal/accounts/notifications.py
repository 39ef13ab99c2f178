"""The mails of accounts, each in its recipient's language.

Links and warnings go at once; a role given or taken goes by what the person wants.
"""

from __future__ import annotations

from typing import Any

from icportal.accounts import queries
from icportal.accounts.enums import ROLE_NAMES
from icportal.accounts.models import Invitation, RoleGrant, User
from icportal.accounts.queries import scope_needed
from icportal.core.actors import Actor
from icportal.core.clock import now
from icportal.core.outbox import MailPreference, Recipient, queue_mail
from icportal.core.strings import _l
from icportal.i18n.catalogues import in_language
from icportal.i18n.formatting import moment
from icportal.i18n.locales import get
from icportal.web.routing import external_url

TOPIC = _l("Account")


def recipient(user: User) -> Recipient:
    """The person as mail knows them."""
    return Recipient(user.email, user.name, user.language, user.id, MailPreference(user.mail_preference))


def invited(invitation: Invitation, url: str, *, actor: Actor) -> None:
    """Send the link with which the invitation is accepted."""
    to = Recipient(invitation.email, invitation.name, invitation.language)
    until = invitation.invited_at + queries.INVITATION_HOLDS
    context = {
        "url": url, "by": _author(actor, invitation.language), "role": role_with_scope(invitation.role, invitation.city_id, invitation.role_language, invitation.language),
        "until": _moment(until, invitation.language),
    }  # fmt: skip
    queue_mail(to=to, template="accounts/invitation", context=context, urgent=True)


def password_forgotten(user: User, url: str, *, minutes: int) -> None:
    """Send the link with which a new password is set."""
    queue_mail(to=recipient(user), template="accounts/password_reset", context={"url": url, "minutes": minutes}, urgent=True)


def password_changed(user: User) -> None:
    """Tell the person, who should know if it was somebody else."""
    url = external_url("accounts.forgot_password", language=user.language)
    context = {"url": url, "at": _moment(now(), user.language)}
    queue_mail(to=recipient(user), template="accounts/password_changed", context=context, urgent=True)


def identity_linked(user: User, label: str) -> None:
    """Tell the person that there is a new way in."""
    url = external_url("accounts.profile", language=user.language)
    context = {"url": url, "label": label, "at": _moment(now(), user.language)}
    queue_mail(to=recipient(user), template="accounts/identity_linked", context=context, urgent=True)


def role_given(grant: RoleGrant, *, actor: Actor) -> None:
    """Tell the person what they may do from now on."""
    _role_mail("accounts/role_given", grant, actor)


def role_taken(grant: RoleGrant, *, actor: Actor) -> None:
    """Tell the person what they may no longer do."""
    _role_mail("accounts/role_taken", grant, actor)


def role_with_scope(role: str, city_id: int | None, language: str | None, reader: str) -> str:
    """A role and where it holds, for a reader of a language: *City officer (Vienna)*."""
    with in_language(reader) as tongue:
        name = str(ROLE_NAMES[role])
        if scope_needed(role) == "city":
            return f"{name} ({queries.city_name(city_id, tongue.code)})"
        if scope_needed(role) == "language" and language:
            return f"{name} ({get(language).name_in(tongue)})"
        return name


def _role_mail(template: str, grant: RoleGrant, actor: Actor) -> None:
    user = grant.user
    context = {
        "role": role_with_scope(grant.role, grant.city_id, grant.language, user.language), "by": _author(actor, user.language),
        "url": external_url("accounts.profile", language=user.language),
    }  # fmt: skip
    queue_mail(to=recipient(user), template=template, context=context, topic=TOPIC)


def _author(actor: Actor, language: str) -> dict[str, Any]:
    """Who did it, and for which city they acted; an empty name is the portal itself."""
    return {"name": "" if actor.is_system else actor.name, "acting_for": queries.city_name(actor.acting_for, language)}


def _moment(value: Any, language: str) -> str:
    with in_language(language):
        return moment(value)
