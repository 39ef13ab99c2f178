"""Pages of accounts: signing in, one's own profile, people and roles, records."""

from __future__ import annotations

from typing import Any

from flask import Flask

from icportal.accounts import oidc, queries, services
from icportal.accounts.enums import Permission
from icportal.accounts.views import identities, people, profile, records, recovery, sign_in
from icportal.accounts.views.blueprint import blueprint
from icportal.core.strings import _l
from icportal.extensions import login
from icportal.i18n.catalogues import current_language
from icportal.web.identity import current_actor
from icportal.web.navigation import Entry

__all__ = ["MENU", "blueprint", "identities", "init_app", "people", "profile", "records", "recovery", "sign_in"]

MENU: tuple[Entry, ...] = (
    Entry(_l("People"), "accounts.list_people", Permission.LIST, area="work"),
    Entry(_l("Audit log"), "accounts.list_audit", Permission.VIEW_AUDIT, area="work"),
    Entry(_l("Mails"), "accounts.list_mails", Permission.VIEW_MAIL, area="work"),
)


def init_app(app: Flask) -> None:
    """Tell Flask-Login whom a session belongs to, the worker how to send links, and prepare the identity providers."""
    login.user_loader(lambda key: queries.open_user(int(key)))
    services.register()
    oidc.init_app(app)

    @app.context_processor
    def acting() -> dict[str, Any]:
        """The name of the city one acts for, for the line above every page."""
        city_id = current_actor().acting_for
        return {"acting_city": queries.city_name(city_id, current_language().code) if city_id else ""}
