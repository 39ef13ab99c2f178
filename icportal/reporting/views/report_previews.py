"""Looking at a report before it is published: as pages, and as the PDF that the worker makes for it."""

from __future__ import annotations

from flask import Response, redirect, render_template, request, url_for

from icportal.content.desk import with_autonym
from icportal.core import files
from icportal.core.errors import NotFound
from icportal.core.installation import settings
from icportal.core.permissions import authorise
from icportal.core.queue import JobState
from icportal.core.strings import _
from icportal.i18n.catalogues import current_language
from icportal.i18n.locales import LANGUAGES, get
from icportal.reporting import labels, reports
from icportal.reporting.enums import Permission
from icportal.reporting.models import Report
from icportal.reporting.report import making
from icportal.reporting.report_forms import PreviewForm
from icportal.reporting.services import editions
from icportal.reporting.views.pages import Answer, blueprint
from icportal.web.decorators import requires
from icportal.web.identity import current_actor


@blueprint.get("/work/reporting/reports/<slug:slug>/preview")
@requires(Permission.EDIT_REPORT)
def preview_report(slug: str) -> Answer:
    """The chapters as they would be read now, in one language."""
    report = _open(slug)
    language = _asked(report)
    edition = making.Edition(report.round, report.slug, 0, report.round.deadline, "")
    job, file = editions.preview_file(report)
    form = PreviewForm(formdata=None, language=language)
    form.language.choices = [(code, get(code).autonym if get(code).pseudo else with_autonym(code)) for code in _offered(report)]
    return render_template(
        "reporting/report_preview.html",
        report=report,
        edition=labels.edition(report.round),
        pages=list(making.pages(edition, editions.working_parts(report, language), language)),
        shown=get(language),
        form=form,
        job=job,
        file=file,
        running=job is not None and job.state not in {JobState.FAILED, JobState.DONE},
        failed=job.error.partition(": ")[2] if job is not None and job.state == JobState.FAILED else "",
    )


@blueprint.post("/work/reporting/reports/<slug:slug>/preview")
@requires(Permission.EDIT_REPORT)
def print_preview(slug: str) -> Answer:
    """Have the PDF made as it would be now."""
    report = _open(slug)
    language = request.form.get("language", "")
    if language not in _offered(report):
        language = report.language
    editions.request_preview(report, language, actor=current_actor())
    return redirect(url_for("reporting.preview_report", slug=slug, language=language), 303)


@blueprint.get("/work/reporting/reports/<slug:slug>/preview/progress")
@requires(Permission.EDIT_REPORT)
def preview_progress(slug: str) -> Answer:
    """How far the PDF is, for the page that waits."""
    job, _file = editions.preview_file(_open(slug))
    running = job is not None and job.state not in {JobState.FAILED, JobState.DONE}
    return {"running": running, "done": job.progress_done if job else 0, "total": job.progress_total if job else None}


@blueprint.get("/work/reporting/reports/<slug:slug>/preview.pdf")
@requires(Permission.EDIT_REPORT)
def download_preview(slug: str) -> Answer:
    """The PDF of the last preview."""
    _job, file = editions.preview_file(_open(slug))
    if file is None:
        raise NotFound(_("There is no such file."))
    return Response(files.open_file(file), headers=files.headers_for(file))


def _open(slug: str) -> Report:
    report = reports.open_report(slug, actor=current_actor())
    authorise(current_actor(), Permission.EDIT_REPORT, report)
    return report


def _offered(report: Report) -> list[str]:
    """The languages a chapter is written in; on a demonstration the test languages too."""
    written = {version.language for chapter in report.shown for version in chapter.item.versions}
    pseudo = [code for code, language in LANGUAGES.items() if language.pseudo] if settings().demo else []
    return [report.language, *sorted(written - {report.language}), *pseudo]


def _asked(report: Report) -> str:
    asked = request.args.get("language", "") or current_language().code
    return asked if asked in _offered(report) else report.language
