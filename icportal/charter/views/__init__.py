"""Pages of the charter: what everybody reads (``public``) and the way of a signature (``signing``)."""

from __future__ import annotations

from flask import Blueprint

from icportal.core.strings import _l
from icportal.web.navigation import Entry

blueprint = Blueprint("charter", __name__, template_folder="../templates")

from icportal.charter.views import public, signing  # noqa: E402  they add their routes to the blueprint

MENU: tuple[Entry, ...] = (
    Entry(_l("Charter"), "charter.read_charter"),
    Entry(_l("Signatories"), "charter.list_signatories"),
    *signing.MENU,
)

__all__ = ["MENU", "blueprint", "public", "signing"]
