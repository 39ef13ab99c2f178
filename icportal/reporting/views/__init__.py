"""The pages of reporting."""

from icportal.core.strings import _l
from icportal.reporting.enums import Permission
from icportal.reporting.views import (
    answering,
    board,
    briefings,
    changes,
    city_answers,
    evidence,
    exchange,
    handing_on,
    mentions,
    network_results,
    printing,
    questionnaire_exchange,
    questionnaire_structure,
    questionnaires,
    report_pages,
    report_previews,
    report_texts,
    reports,
    result_themes,
    results,
    review,
    rounds,
    sharing,
)
from icportal.reporting.views.pages import blueprint
from icportal.web.navigation import Entry

MENU: tuple[Entry, ...] = (
    Entry(_l("Results"), "reporting.list_results"),
    Entry(_l("Reports"), "reporting.list_reports"),
    Entry(_l("Reporting"), "reporting.list_rounds", Permission.LIST_ROUNDS, area="work"),
    Entry(_l("Reports"), "reporting.list_report_work", Permission.EDIT_REPORT, area="work"),
    Entry(_l("Questionnaires"), "reporting.list_questionnaires", Permission.VIEW_QUESTIONNAIRE, area="work"),
)

__all__ = [
    "MENU",
    "answering",
    "blueprint",
    "board",
    "briefings",
    "changes",
    "city_answers",
    "evidence",
    "exchange",
    "handing_on",
    "mentions",
    "network_results",
    "printing",
    "questionnaire_exchange",
    "questionnaire_structure",
    "questionnaires",
    "report_pages",
    "report_previews",
    "report_texts",
    "reports",
    "result_themes",
    "results",
    "review",
    "rounds",
    "sharing",
]
