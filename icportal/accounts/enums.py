"""The words of accounts."""

from enum import StrEnum


class MailPreference(StrEnum):
    """How much mail a person wants. What has a deadline always comes at once."""

    AT_ONCE = "at_once"
    WEEKLY = "weekly"
    DEADLINES_ONLY = "deadlines_only"


class Permission(StrEnum):
    VIEW_OWN = "accounts.user:view_own"
    LIST = "accounts.user:list"
    INVITE = "accounts.user:invite"
    GRANT = "accounts.role:grant"
    DISABLE = "accounts.user:disable"
    ACT_FOR_CITY = "accounts.city:act_for"
    VIEW_AUDIT = "accounts.audit:view"
    VIEW_MAIL = "accounts.mail:view"
