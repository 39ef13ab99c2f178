"""Signing in with a password, and what is noted of it."""

from __future__ import annotations

import ipaddress
import logging

from sqlalchemy import update

from icportal.accounts import passwords, queries
from icportal.accounts.enums import Permission
from icportal.accounts.models import User
from icportal.core import throttle
from icportal.core.actors import Actor
from icportal.core.audit import record
from icportal.core.clock import now
from icportal.core.db import db
from icportal.core.errors import DomainError
from icportal.core.permissions import authorise
from icportal.core.strings import _

log = logging.getLogger(__name__)

EVERYBODY = "everybody"
IPV6_NETWORK = 64

throttle.set_limit("accounts.sign-in-account", "10 per 5 minutes")
throttle.set_limit("accounts.sign-in-network", "10 per 5 minutes")
throttle.set_limit("accounts.sign-in-everybody", "1000 per 5 minutes")


def authenticate(*, email: str, password: str, address: str) -> User:
    """The person with this address and password. ``address`` is where the request comes from.

    An unknown account, a closed one and a wrong password are refused in the same words and take the same time.
    Tries are counted by account, by network and over all; a right one does not count.

    Raises:
        DomainError: address and password do not belong together.
        TooMany: it was tried too often; also with the right password.
    """
    network = network_of(address)
    throttle.hit("accounts.sign-in-everybody", EVERYBODY)
    throttle.hit("accounts.sign-in-network", network)
    throttle.hit("accounts.sign-in-account", queries.email_key(email))
    user = queries.find_user(email)
    if not passwords.is_right(user.password_hash if user else None, password) or user is None or not queries.may_be_used(user):
        log.warning("a sign-in was refused%s", f" for account {user.id}" if user else "")
        raise DomainError(_("Mail address and password do not belong together. Check both, or ask for a new password."))
    throttle.forgive("accounts.sign-in-account", queries.email_key(email))
    throttle.take_back("accounts.sign-in-network", network)
    throttle.take_back("accounts.sign-in-everybody", EVERYBODY)
    if passwords.needs_rehash(user.password_hash or ""):
        _quietly(user, password_hash=passwords.hash_password(password))
    return user


def note_sign_in(user: User, *, way: str) -> None:
    """Write down that the person signed in, and which way: ``password`` or the issuer of an identity."""
    _quietly(user, last_signed_in_at=now())
    record(user.actor, "accounts.session:sign_in", user, after={"way": way})


def may_act_for(city_id: int, *, actor: Actor) -> None:
    """Start acting for a city. What is kept of it is in the session; here it is allowed and written down."""
    authorise(actor, Permission.ACT_FOR_CITY, city_id)
    record(actor, Permission.ACT_FOR_CITY, "city", after={"city": city_id}, city_id=city_id)


def network_of(address: str) -> str:
    """What counts as one visitor: an IPv4 address, or the /64 a household or office has in IPv6."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped:
            return str(parsed.ipv4_mapped)
        return str(ipaddress.ip_network((parsed, IPV6_NETWORK), strict=False))
    return str(parsed)


def _quietly(user: User, **values: object) -> None:
    """Change what nobody edits by hand. It leaves the version alone: two sign-ins at once are no conflict."""
    db.session.execute(update(User).where(User.id == user.id).values(**values))
