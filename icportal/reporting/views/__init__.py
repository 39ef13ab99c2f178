"""The pages of reporting."""

from icportal.reporting.views import (
    answering,
    briefings,
    evidence,
    exchange,
    questionnaires,
    reports,
    results,
    review,
    rounds,
    sharing,
)
from icportal.reporting.views.pages import blueprint
from icportal.web.navigation import Entry

MENU: tuple[Entry, ...] = ()

__all__ = [
    "MENU",
    "answering",
    "blueprint",
    "briefings",
    "evidence",
    "exchange",
    "questionnaires",
    "reports",
    "results",
    "review",
    "rounds",
    "sharing",
]
