"""Pages of indicators: the public catalogue and figures, the cities' deliveries, imports, the coordinators' desk, open data."""

from __future__ import annotations

from icportal.core.strings import _l, _lp
from icportal.indicators.enums import Permission
from icportal.indicators.views import (
    catalogue,
    definitions,
    deliveries,
    figures,
    imports,
    open_data,
    review,
    typing_in,
    workbooks,
)
from icportal.indicators.views.pages import blueprint
from icportal.web.navigation import Entry

MENU: tuple[Entry, ...] = (
    Entry(_l("Indicators"), "indicators.list_indicators"),
    Entry(_l("Open data"), "indicators.open_data"),
    Entry(_l("Indicators"), "indicators.list_deliveries", Permission.LIST_DELIVERIES, area="work"),
    Entry(_lp("menu", "Catalogue"), "indicators.list_catalogue", Permission.VIEW_CATALOGUE, area="work"),
    Entry(_lp("menu", "Releases"), "indicators.list_releases", Permission.RELEASE, area="work"),
)

__all__ = [
    "MENU",
    "blueprint",
    "catalogue",
    "definitions",
    "deliveries",
    "figures",
    "imports",
    "open_data",
    "review",
    "typing_in",
    "workbooks",
]
