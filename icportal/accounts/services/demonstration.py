"""Making the accounts of a demonstration."""

from __future__ import annotations

from icportal.accounts import queries
from icportal.accounts.demonstration import DEMO_ACCOUNTS, DemoAccount
from icportal.accounts.models import User
from icportal.accounts.services.people import create_user, give_role
from icportal.core.actors import SYSTEM
from icportal.core.errors import NotAllowed
from icportal.core.installation import settings
from icportal.core.strings import _


def create_demonstration_accounts() -> list[User]:
    """Make every account of the demonstration that is not there yet, with its roles. The cities have to be there.

    Raises:
        NotAllowed: this is no demonstration.
        NotFound: a city is missing.
    """
    if not settings().demo:
        raise NotAllowed(_("Accounts of the demonstration exist in a demonstration only."))
    return [_create(account) for account in DEMO_ACCOUNTS if queries.find_user(account.email) is None]


def _create(account: DemoAccount) -> User:
    user = create_user(
        actor=SYSTEM,
        email=account.email,
        name=account.name,
        password=account.password,
        language=account.interface,
        is_demonstration=True,
    )
    for held in account.roles:
        city_id = queries.get_city(held.city).id if held.city else None
        give_role(user, actor=SYSTEM, role=held.role, city_id=city_id, role_language=held.language, tell=False)
    return user
