"""The pages of mentoring."""

from icportal.core.strings import _l
from icportal.mentoring.enums import Permission
from icportal.mentoring.views import (
    applications,
    calendars,
    ledger,
    matching,
    minutes,
    pairings,
    programme_texts,
    programmes,
    public,
    ratings,
    visits,
)
from icportal.mentoring.views.pages import blueprint
from icportal.web.navigation import Entry

MENU: tuple[Entry, ...] = (
    Entry(_l("Mentoring"), "mentoring.list_public"),
    Entry(_l("Mentoring"), "mentoring.list_programmes", Permission.LIST_PROGRAMMES, area="work"),
)

__all__ = [
    "MENU",
    "applications",
    "blueprint",
    "calendars",
    "ledger",
    "matching",
    "minutes",
    "pairings",
    "programme_texts",
    "programmes",
    "public",
    "ratings",
    "visits",
]
