"""The pages of action plans."""

from icportal.core.strings import _l
from icportal.plans.enums import Permission
from icportal.plans.views import (
    actions,
    calendar,
    exchange,
    measured,
    objectives,
    parts,
    plans,
    printing,
    progress,
    public,
    review,
    versions,
)
from icportal.plans.views.pages import blueprint
from icportal.web.navigation import Entry

MENU: tuple[Entry, ...] = (Entry(_l("Action plan"), "plans.list_plans", Permission.OWN, area="work"),)

__all__ = [
    "MENU", "actions", "blueprint", "calendar", "exchange", "measured", "objectives", "parts", "plans", "printing", "progress",
    "public", "review", "versions",
]  # fmt: skip
