"""The words of accounts."""

from enum import StrEnum

from icportal.core.actors import CITY_ROLES, LANGUAGE_ROLES, NETWORK_ROLES, Role
from icportal.core.outbox import MailPreference
from icportal.core.strings import LazyString, _l

__all__ = [
    "CITY_ROLES",
    "LANGUAGE_ROLES",
    "MAIL_PREFERENCES",
    "NETWORK_ROLES",
    "ROLE_NAMES",
    "MailPreference",
    "Permission",
    "Role",
]


class Permission(StrEnum):
    VIEW_OWN = "accounts.user:view_own"
    LIST = "accounts.user:list"
    VIEW = "accounts.user:view"
    INVITE = "accounts.user:invite"
    GRANT = "accounts.role:grant"
    REVOKE = "accounts.role:revoke"
    CREATE = "accounts.user:create"
    DISABLE = "accounts.user:disable"
    SET_PASSWORD = "accounts.user:set_password"  # noqa: S105  the name of a permission
    ACT_FOR_CITY = "accounts.city:act_for"
    VIEW_AUDIT = "accounts.audit:view"
    VIEW_MAIL = "accounts.mail:view"
    READ_MAIL = "accounts.mail:read"


ROLE_NAMES: dict[str, LazyString] = {
    Role.ADMINISTRATOR: _l("Administrator"),
    Role.COORDINATOR: _l("Coordinator"),
    Role.MAYOR_OFFICE: _l("Mayor's office"),
    Role.CITY_OFFICER: _l("City officer"),
    Role.TRANSLATOR: _l("Translator"),
    Role.REVIEWER: _l("Reviewer"),
    Role.PEER_REVIEWER: _l("Peer reviewer"),
}

MAIL_PREFERENCES: dict[str, LazyString] = {
    MailPreference.AT_ONCE: _l("Every mail at once"),
    MailPreference.WEEKLY: _l("One mail a week, and at once what has a deadline"),
    MailPreference.URGENT_ONLY: _l("Only mail with a deadline"),
}
