"""A new password for whoever forgot theirs. Nobody learns from it whether an address has an account."""

from __future__ import annotations

from datetime import timedelta

from icportal.accounts import notifications, queries
from icportal.accounts.models import User
from icportal.accounts.services.people import replace_password
from icportal.accounts.services.signing_in import network_of
from icportal.core import queue, throttle
from icportal.core.actors import ANONYMOUS
from icportal.core.canonical import sha256
from icportal.core.errors import DomainError
from icportal.core.queue import Job
from icportal.core.strings import _
from icportal.core.tokens import make_token, read_token, use_token
from icportal.web.routing import external_url

PURPOSE = "accounts.reset"
HOLDS = timedelta(minutes=30)
SEND = "accounts.send_reset"

throttle.set_limit("accounts.reset-account", "5 per hour")
throttle.set_limit("accounts.reset-network", "20 per hour")


def ask_for_reset(*, email: str, address: str) -> None:
    """Send a link to this address if it has an account.

    The worker finds out, so that the answer is the same and takes the same time for every address.

    Raises:
        TooMany: it was asked too often, for whatever address.
    """
    throttle.hit("accounts.reset-network", network_of(address))
    throttle.hit("accounts.reset-account", queries.email_key(email))
    queue.enqueue(SEND, actor=ANONYMOUS, email=queries.email_key(email))


def send_reset(job: Job, email: str) -> bool:  # noqa: ARG001  a job's function gets its row
    """Send the link, if the address has an open account."""
    user = queries.find_user(email)
    if user is None or not queries.may_be_used(user):
        return False
    url = external_url("accounts.reset_password", language=user.language, token=reset_token(user))
    notifications.password_forgotten(user, url, minutes=int(HOLDS.total_seconds() // 60))
    return True


def reset_token(user: User) -> str:
    """A link for this account at its address with its present password: it dies when any of them changes."""
    return make_token(PURPOSE, {"user": user.id, "now": _present(user)})


def read_reset(token: str) -> User:
    """The person behind a link, without using it up.

    Raises:
        DomainError: the link is broken, expired or used, or the account was changed since.
    """
    return _person(read_token(PURPOSE, token, HOLDS))


def reset_password(token: str, *, password: str) -> User:
    """Set a new password by the link from the mail, and sign the person out everywhere.

    Raises:
        DomainError: the link is broken, expired or used, or the password is too easy.
    """
    user = read_reset(token)
    replace_password(user, password, actor=user.actor)
    use_token(PURPOSE, token, HOLDS)
    return user


def register() -> None:
    """Tell the worker how reset mails are sent."""
    queue.register_task(SEND, send_reset)


def _person(data: dict[str, object]) -> User:
    user = queries.open_user(int(str(data["user"])))
    if user is None or _present(user) != data["now"]:
        raise DomainError(_("This link no longer fits the account. Ask for a new one."))
    return user


def _present(user: User) -> str:
    return sha256(f"{user.password_hash} {user.email_key}")[:32]
