"""Pages of indicators: the public catalogue and figures, the cities' deliveries, imports, the coordinators' desk, open data."""

from __future__ import annotations

from icportal.core.strings import _l
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
    Entry(_l("Catalogue of indicators"), "indicators.list_catalogue", Permission.VIEW_CATALOGUE, area="work"),
    Entry(_l("Releases of open data"), "indicators.list_releases", Permission.RELEASE, area="work"),
    Entry(_l("Workbook of the network"), "indicators.network_workbook", Permission.EXCHANGE_NETWORK, area="work"),
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
