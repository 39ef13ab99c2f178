"""The blueprint all pages of accounts belong to."""

from __future__ import annotations

from typing import Any

from flask import Blueprint

from icportal.accounts import notifications
from icportal.accounts.enums import ROLE_NAMES

blueprint = Blueprint("accounts", __name__, template_folder="../templates")


@blueprint.context_processor
def names_of_roles() -> dict[str, Any]:
    """How the pages of accounts name a role, alone and with its scope."""
    return {"role_names": ROLE_NAMES, "role_text": notifications.role_with_scope}
