"""The questionnaire to print: as a page, as Word, and as the PDF that the worker makes."""

from __future__ import annotations

from typing import Any

from flask import Response as Download
from flask import redirect, render_template, request, url_for

from icportal.cities.models import City
from icportal.content.desk import with_autonym
from icportal.core import files
from icportal.core.errors import NotFound
from icportal.core.filetypes import FileKind
from icportal.core.queue import Job, JobState
from icportal.core.strings import Text, _
from icportal.i18n.catalogues import current_language
from icportal.i18n.locales import get
from icportal.reporting import documents, labels, responses, workbooks
from icportal.reporting.enums import Permission
from icportal.reporting.exchange_forms import FILLED, PrintForm
from icportal.reporting.models import Response
from icportal.reporting.services import printing
from icportal.reporting.views.pages import Answer, blueprint
from icportal.web.decorators import requires
from icportal.web.downloads import made_file
from icportal.web.identity import current_actor
from icportal.web.routing import row_number


def _form(response: Response, city: City, sent: Any) -> PrintForm:
    languages: list[tuple[str, Text]] = [(code, with_autonym(code)) for code in workbooks.languages_for(response, city)]
    here = current_language()
    if here.pseudo:
        languages.append((here.code, here.autonym))
    first = here.code if here.code in dict(languages) else languages[0][0]
    return PrintForm(sent, meta={"csrf": False}).offer(languages, first)


@blueprint.get("/work/reporting/<slug:round_slug>/<slug:slug>/document")
@requires(Permission.VIEW_RESPONSE)
def print_response(round_slug: str, slug: str) -> Answer:
    """The questionnaire as a page that prints well, with the ways to have it as a file."""
    response, city = responses.open_response(round_slug, slug, actor=current_actor())
    form = _form(response, city, request.args)
    number = request.args.get("job", type=row_number)
    job, file = printing.printing_of(response, number, actor=current_actor()) if number else (None, None)
    return render_template(
        "reporting/response_print.html",
        city_name=city.name_in(current_language().code),
        edition=labels.edition(response.round),
        where={"round_slug": round_slug, "slug": slug},
        form=form,
        sheet=documents.sheet_for(response, city, form.language.data, is_filled=form.content.data == FILLED),
        shown=get(form.language.data),
        job=job,
        file=file,
        running=_is_running(job),
        failed=job.error.partition(": ")[2] if job is not None and job.state == JobState.FAILED else "",
    )


def _is_running(job: Job | None) -> bool:
    return job is not None and job.state not in {JobState.FAILED, JobState.DONE}


@blueprint.get("/work/reporting/<slug:round_slug>/<slug:slug>/document.docx")
@requires(Permission.VIEW_RESPONSE)
def download_document(round_slug: str, slug: str) -> Answer:
    """The questionnaire as a Word file."""
    response, city = responses.open_response(round_slug, slug, actor=current_actor())
    form = _form(response, city, request.args)
    language, is_filled = form.language.data, form.content.data == FILLED
    name = documents.file_name(response, city, language, "docx", is_filled=is_filled)
    return made_file(documents.docx(response, city, language, is_filled=is_filled), name, FileKind.DOCUMENT)


@blueprint.post("/work/reporting/<slug:round_slug>/<slug:slug>/document/pdf")
@requires(Permission.VIEW_RESPONSE)
def request_document(round_slug: str, slug: str) -> Answer:
    """Have the PDF made."""
    response, city = responses.open_response(round_slug, slug, actor=current_actor())
    form = _form(response, city, request.form)
    chosen: dict[str, Any] = {"language": form.language.data, "content": form.content.data}
    job = printing.request_pdf(response, form.language.data, is_filled=form.content.data == FILLED, actor=current_actor())
    return redirect(url_for("reporting.print_response", round_slug=round_slug, slug=slug, job=job.id, **chosen), 303)


@blueprint.get("/work/reporting/<slug:round_slug>/<slug:slug>/document/<int:number>/progress")
@requires(Permission.VIEW_RESPONSE)
def document_progress(round_slug: str, slug: str, number: int) -> Answer:
    """How far the PDF is, for the page that waits."""
    response, _city = responses.open_response(round_slug, slug, actor=current_actor())
    job, _file = printing.printing_of(response, number, actor=current_actor())
    return {"running": _is_running(job), "done": job.progress_done, "total": job.progress_total}


@blueprint.get("/work/reporting/<slug:round_slug>/<slug:slug>/document.pdf")
@requires(Permission.VIEW_RESPONSE)
def download_printed(round_slug: str, slug: str) -> Answer:
    """The PDF that was made for this person."""
    response, _city = responses.open_response(round_slug, slug, actor=current_actor())
    number = request.args.get("job", type=row_number)
    _job, file = printing.printing_of(response, number or 0, actor=current_actor())
    if file is None:
        raise NotFound(_("There is no such file."))
    return Download(files.open_file(file), headers={**files.headers_for(file), "Cache-Control": "no-store"})
