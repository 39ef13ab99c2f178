"""The Gantt as a PDF: at once where that is quick, else made by the worker while the page waits."""

from __future__ import annotations

from typing import Any

from flask import Response as Download
from flask import redirect, url_for

from icportal.cities.models import City
from icportal.core import files
from icportal.core.errors import NotFound
from icportal.core.filetypes import FileKind
from icportal.core.queue import Job, JobState
from icportal.core.strings import _
from icportal.i18n.catalogues import current_language
from icportal.plans import gantt_paper, loaded, queries
from icportal.plans.enums import Permission
from icportal.plans.services import printing
from icportal.plans.views.pages import Answer, blueprint
from icportal.web.decorators import requires
from icportal.web.downloads import made_file
from icportal.web.identity import current_actor


@blueprint.get("/work/plans/<slug:slug>/gantt.pdf")
@requires(Permission.VIEW)
def download_gantt(slug: str) -> Answer:
    """The PDF of a plan that is short enough to be laid out at once."""
    city = queries.open_city(slug, actor=current_actor())
    if loaded.count_actions(city) > gantt_paper.QUICK:
        raise NotFound(_("This plan is long: have its PDF made on the page of the Gantt chart."))
    language = current_language().code
    return made_file(gantt_paper.pdf_of(city, language), gantt_paper.file_name(city, language), FileKind.PDF)


@blueprint.post("/work/plans/<slug:slug>/gantt/pdf")
@requires(Permission.VIEW)
def request_gantt(slug: str) -> Answer:
    """Have the PDF of a long plan made."""
    city = queries.open_city(slug, actor=current_actor())
    job = printing.request_gantt(city, current_language().code, actor=current_actor())
    return redirect(url_for("plans.show_gantt", slug=slug, job=job.id), 303)


@blueprint.get("/work/plans/<slug:slug>/gantt/pdf/<int:number>/progress")
@requires(Permission.VIEW)
def gantt_progress(slug: str, number: int) -> Answer:
    """How far the PDF is, for the page that waits."""
    city = queries.open_city(slug, actor=current_actor())
    job, _file = printing.printing_of(city, number, actor=current_actor())
    return {"running": _is_running(job), "done": job.progress_done, "total": job.progress_total}


@blueprint.get("/work/plans/<slug:slug>/gantt/pdf/<int:number>")
@requires(Permission.VIEW)
def download_printed_gantt(slug: str, number: int) -> Answer:
    """The PDF that was made for this person."""
    city = queries.open_city(slug, actor=current_actor())
    _job, file = printing.printing_of(city, number, actor=current_actor())
    if file is None:
        raise NotFound(_("There is no such file."))
    return Download(files.open_file(file), headers={**files.headers_for(file), "Cache-Control": "no-store"})


def print_context(city: City, number: int | None) -> dict[str, Any]:
    """What the page of the Gantt says of its PDF; ``number`` is of the job that was asked for."""
    job, file = printing.printing_of(city, number, actor=current_actor()) if number else (None, None)
    return {
        "is_quick": loaded.count_actions(city) <= gantt_paper.QUICK,
        "job": job,
        "file": file,
        "running": _is_running(job),
        "failed": job.error.partition(": ")[2] if job is not None and job.state == JobState.FAILED else "",
    }


def _is_running(job: Job | None) -> bool:
    return job is not None and job.state not in {JobState.FAILED, JobState.DONE}
