"""The desk where chapters are written, translated and reviewed: content's, told what a chapter is."""

from __future__ import annotations

from typing import Any

from flask import render_template, url_for

from icportal.accounts.directory import names_of, reviewed_languages
from icportal.cities.queries import names_by_id
from icportal.content.desk import TextDesk, add_routes, workspace_context
from icportal.core.strings import Text, _, _l
from icportal.i18n.catalogues import current_language
from icportal.reporting import reports
from icportal.reporting.enums import Permission
from icportal.reporting.models import Chapter
from icportal.reporting.report.kind import CHAPTER
from icportal.reporting.services import reports as services
from icportal.reporting.views.pages import Answer, blueprint
from icportal.web.decorators import requires
from icportal.web.identity import current_actor

#: Below the reports, where the menu finds them. The address of a report begins with "report-": none is in the way.
ADDRESS = "/work/reporting/reports/chapters"


@blueprint.get(f"{ADDRESS}/<int:chapter_id>")
@requires(Permission.VIEW_REPORT)
def chapter_workspace(chapter_id: int) -> Answer:
    """A chapter: its languages, and what can be done with each."""
    return workspace_page(reports.open_chapter(chapter_id, actor=current_actor()))


def workspace_page(chapter: Chapter, form: Any = None, status: int = 200, reasons: dict[str, str] | None = None) -> Answer:
    """The workspace, again with what was refused."""
    return render_template(
        "reporting/report_chapter_workspace.html",
        **workspace_context(TEXTS.opened(chapter)),
        report=chapter.report,
        chapter=chapter,
        reviewed=reviewed_languages(),
        form=form,
        reasons=reasons,
    ), status


def _trail(chapter: Chapter) -> list[tuple[Text, str]]:
    """The list of reports, and the report the chapter is part of."""
    report = chapter.report
    return [
        (_("Reports"), url_for("reporting.list_report_work")),
        (report.title, url_for("reporting.show_report_work", slug=report.slug)),
    ]


TEXTS = TextDesk(
    kind=CHAPTER,
    blueprint=blueprint,
    address=ADDRESS,
    parameter="chapter_id",
    view=Permission.VIEW_REPORT,
    open_subject=reports.open_chapter,
    workspace_page=workspace_page,
    move=services.move_version,
    save=services.save_chapter,
    start=services.start_translation,
    people=names_of,
    cities=lambda ids: names_by_id(ids, current_language().code),
    facts_endpoint="reporting.chapter_workspace",
    untitled=_l("Untitled chapter"),
    not_written=_l("This chapter is not being written in that language."),
    prefix="chapter_",
    trail=_trail,
)
add_routes(TEXTS)
