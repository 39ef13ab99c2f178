"""What people do with accounts."""

from icportal.accounts.services.demonstration import create_demonstration_accounts
from icportal.accounts.services.identities import link_identity, sign_in_with_identity, unlink_identity
from icportal.accounts.services.invitations import (
    accept_invitation,
    invitation_link,
    invite_person,
    read_invitation,
    withdraw_invitation,
)
from icportal.accounts.services.own_account import (
    change_password,
    end_other_sessions,
    end_session,
    own_sessions,
    update_profile,
)
from icportal.accounts.services.people import create_user, disable_person, enable_person, give_role, set_password, take_role
from icportal.accounts.services.recovery import ask_for_reset, read_reset, register, reset_password
from icportal.accounts.services.signing_in import authenticate, may_act_for, note_sign_in

__all__ = [
    "accept_invitation",
    "ask_for_reset",
    "authenticate",
    "change_password",
    "create_demonstration_accounts",
    "create_user",
    "disable_person",
    "enable_person",
    "end_other_sessions",
    "end_session",
    "give_role",
    "invitation_link",
    "invite_person",
    "link_identity",
    "may_act_for",
    "note_sign_in",
    "own_sessions",
    "read_invitation",
    "read_reset",
    "register",
    "reset_password",
    "set_password",
    "sign_in_with_identity",
    "take_role",
    "unlink_identity",
    "update_profile",
    "withdraw_invitation",
]
