"""Pages of indicators: the public catalogue and figures, the cities' deliveries, imports, the coordinators' desk, open data."""

from __future__ import annotations

from icportal.indicators.views.pages import blueprint
from icportal.web.navigation import Entry

MENU: tuple[Entry, ...] = ()

__all__ = ["MENU", "blueprint"]
