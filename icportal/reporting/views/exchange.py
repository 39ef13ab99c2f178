"""The whole questionnaire as a workbook and back: taken away, uploaded, what it would change, the decision, taking it back."""

from __future__ import annotations

from typing import Any

from flask import Response as Download
from flask import flash, redirect, render_template, request, url_for

from icportal.accounts.directory import names_of
from icportal.cities.models import City
from icportal.content.desk import with_autonym
from icportal.core.errors import DomainError, NotFound
from icportal.core.filetypes import FileKind
from icportal.core.permissions import can
from icportal.core.strings import Text, _
from icportal.i18n.catalogues import current_language
from icportal.i18n.locales import get
from icportal.indicators.enums import Outcome
from icportal.indicators.findings import Finding
from icportal.practices.desk import languages_to_write_in
from icportal.reporting import imports, labels, responses, workbooks
from icportal.reporting.asked import asked
from icportal.reporting.enums import Permission
from icportal.reporting.error_workbooks import error_workbook
from icportal.reporting.exchange.writing import write_workbook
from icportal.reporting.exchange_forms import AnswersUploadForm, ImportDecisionForm, WorkbookForm
from icportal.reporting.models import Response, ResponseImport
from icportal.reporting.services import importing
from icportal.reporting.views.pages import Answer, blueprint
from icportal.web.decorators import requires
from icportal.web.downloads import made_file
from icportal.web.identity import current_actor

#: A file that is too large is read so far that it can be refused at its field.
ROOM_FOR_REFUSAL = 64 * 1024 * 1024
UPLOAD = "reporting.upload_answers"
CHOICE = "choice-"


@blueprint.url_value_preprocessor
def make_room(endpoint: str | None, _values: dict[str, Any] | None) -> None:
    """Let people who are signed in send a file that is too large: only so can the answer say it at the field."""
    if endpoint == UPLOAD and request.method == "POST" and current_actor().is_signed_in:
        request.max_content_length = ROOM_FOR_REFUSAL


def _shared(response: Response, city: City) -> dict[str, Any]:
    return {
        "response": response,
        "round": response.round,
        "city": city,
        "city_name": city.name_in(current_language().code),
        "edition": labels.edition(response.round),
        "where": {"round_slug": response.round.slug, "slug": city.slug},
        "may_answer": can(current_actor(), Permission.ANSWER, response),
    }


# --- taken away and brought back ---------------------------------------------------------------------------


@blueprint.get("/work/reporting/<slug:round_slug>/<slug:slug>/workbook")
@requires(Permission.VIEW_RESPONSE)
def workbook(round_slug: str, slug: str) -> Answer:
    """Choose a workbook to take away, or bring one back; below, those that came in."""
    response, city = responses.open_response(round_slug, slug, actor=current_actor())
    return _workbook_page(response, city)


def _workbook_page(response: Response, city: City, *, form: AnswersUploadForm | None = None) -> Answer:
    came_in = imports.imports_of(response)
    upload = form or _upload_form(city, is_sent=False)
    return render_template(
        "reporting/response_workbook.html",
        **_shared(response, city),
        wanted=_wanted(response, city, is_sent=False),
        form=upload,
        came_in=came_in,
        whose=names_of({each.created_by for each in came_in}),
    ), 422 if upload.errors or upload.form_errors else 200


def _wanted(response: Response, city: City, *, is_sent: bool) -> WorkbookForm:
    words = asked(response.round.questionnaire_version, current_language().code)
    languages: list[tuple[str, Text]] = [(code, with_autonym(code)) for code in workbooks.languages_for(response, city)]
    if current_language().pseudo:
        languages.append((current_language().code, current_language().autonym))
    form = WorkbookForm(request.args if is_sent else None, meta={"csrf": False})
    return form.offer(languages, [(each.name, words.section(each.name)) for each in words.structure.sections])


def _upload_form(city: City, *, is_sent: bool) -> AnswersUploadForm:
    form = AnswersUploadForm() if is_sent else AnswersUploadForm(formdata=None)
    return form.offer([(each.code, with_autonym(each.code)) for each in languages_to_write_in([city])])


@blueprint.get("/work/reporting/<slug:round_slug>/<slug:slug>/workbook.xlsx")
@requires(Permission.VIEW_RESPONSE)
def download_workbook(round_slug: str, slug: str) -> Answer:
    """The workbook, of the whole questionnaire or of some sections."""
    response, city = responses.open_response(round_slug, slug, actor=current_actor())
    wanted = _wanted(response, city, is_sent=True)
    if not wanted.validate():
        raise NotFound(_("There is no such workbook."))
    book = workbooks.book_for(response, city, wanted.language.data, sections=wanted.sections.data or ())
    return _file(write_workbook(book), book.file_name)


def _file(data: bytes, name: str) -> Download:
    return made_file(data, name, FileKind.WORKBOOK)


@blueprint.post("/work/reporting/<slug:round_slug>/<slug:slug>/workbook/upload")
@requires(Permission.VIEW_RESPONSE)
def upload_answers(round_slug: str, slug: str) -> Answer:
    """Take in a workbook that was filled in; nothing is written yet."""
    response, city = responses.open_response(round_slug, slug, actor=current_actor())
    form = _upload_form(city, is_sent=True)
    if form.validate():
        try:
            received = importing.receive_answers(
                response, city, form.upload.data.stream, form.upload.data.filename or "", actor=current_actor(),
                written_in=form.written_in.data,
            )  # fmt: skip
        except DomainError as error:
            form.refuse(error)
        else:
            return redirect(_url(received, city), 303)
    return _workbook_page(response, city, form=form)


def _url(import_: ResponseImport, city: City) -> str:
    where: dict[str, Any] = {"round_slug": import_.response.round.slug, "slug": city.slug, "number": import_.id}
    return url_for("reporting.show_answers_import", **where)


# --- what it would change ----------------------------------------------------------------------------------


def _open(round_slug: str, slug: str, number: int) -> tuple[ResponseImport, City]:
    response, city = responses.open_response(round_slug, slug, actor=current_actor())
    found = importing.import_for(number, actor=current_actor())
    if found.response_id != response.id:
        raise NotFound(_("There is no such page, or it is not open to you."))
    return found, city


@blueprint.get("/work/reporting/<slug:round_slug>/<slug:slug>/imports/<int:number>")
@requires(Permission.VIEW_RESPONSE)
def show_answers_import(round_slug: str, slug: str, number: int) -> Answer:
    """An import: what it would change, and at last what became of it."""
    return _page(*_open(round_slug, slug, number))


def _page(import_: ResponseImport, city: City, *, form: Any = None, status: int = 200) -> Answer:
    plan, language = imports.plan_of(import_), current_language().code
    rows = imports.rows_of(plan, import_.response, language)
    waits = import_.stage == "checked"
    words = asked(import_.response.round.questionnaire_version, language)
    return render_template(
        "reporting/import_show.html",
        **_shared(import_.response, city),
        batch=import_,
        digest=plan.digest,
        rows=[row for row in rows if row.outcome not in {Outcome.UNCHANGED, Outcome.CONFLICT}] if waits else [],
        conflicts=[row for row in rows if row.outcome == Outcome.CONFLICT] if waits else [],
        unchanged=len(plan.with_outcome(Outcome.UNCHANGED)),
        good=len(plan.with_outcome(*imports.WRITES)),
        refused=plan.refused,
        stray=imports.stray_of(plan) if waits else [],
        told=[Finding.of(note) for note in import_.said.get("notes", ())],
        written=[words.label(each["question"]) for each in import_.written],
        kept=[words.label(name) for name in import_.result.get("changed_since", ())],
        written_in=get(import_.language),
        whose=names_of({import_.created_by, import_.accepted_by, import_.undone_by}),
        others=importing.waiting_beside(import_),
        chosen=request.form,
        form=form,
    ), status


@blueprint.get("/work/reporting/<slug:round_slug>/<slug:slug>/imports/<int:number>/errors.xlsx")
@requires(Permission.VIEW_RESPONSE)
def answers_error_workbook(round_slug: str, slug: str, number: int) -> Answer:
    """The workbook with everything as it was filled in, and beside each refused cell what is wrong."""
    import_, city = _open(round_slug, slug, number)
    return _file(*error_workbook(import_, city, language=current_language().code))


# --- deciding ----------------------------------------------------------------------------------------------


@blueprint.post("/work/reporting/<slug:round_slug>/<slug:slug>/imports/<int:number>/accept")
@requires(Permission.VIEW_RESPONSE)
def accept_answers_import(round_slug: str, slug: str, number: int) -> Answer:
    """Take over what the preview showed."""
    import_, city = _open(round_slug, slug, number)
    choices = {name.removeprefix(CHOICE): value for name, value in request.form.items() if name.startswith(CHOICE)}
    try:
        importing.accept_answers(
            import_, actor=current_actor(), seen_digest=request.form.get("digest", ""),
            only_good=request.form.get("only_good") == "1", choices=choices,
        )  # fmt: skip
    except DomainError as error:
        return _refused(import_, city, error)
    return redirect(_url(import_, city), 303)


@blueprint.post("/work/reporting/<slug:round_slug>/<slug:slug>/imports/<int:number>/discard")
@requires(Permission.VIEW_RESPONSE)
def discard_answers_import(round_slug: str, slug: str, number: int) -> Answer:
    """Give the import up; nothing of it was written."""
    import_, city = _open(round_slug, slug, number)
    try:
        importing.discard_answers(import_, actor=current_actor())
    except DomainError as error:
        return _refused(import_, city, error)
    flash(_("The import was given up. No answer was changed."), "success")
    return redirect(url_for("reporting.workbook", round_slug=round_slug, slug=slug), 303)


@blueprint.post("/work/reporting/<slug:round_slug>/<slug:slug>/imports/<int:number>/undo")
@requires(Permission.VIEW_RESPONSE)
def undo_answers_import(round_slug: str, slug: str, number: int) -> Answer:
    """Take an accepted import back; what was changed since stays."""
    import_, city = _open(round_slug, slug, number)
    try:
        importing.undo_answers(import_, actor=current_actor())
    except DomainError as error:
        return _refused(import_, city, error)
    return redirect(_url(import_, city), 303)


def _refused(import_: ResponseImport, city: City, error: DomainError) -> Answer:
    form = ImportDecisionForm(formdata=None)
    form.refuse(error)
    return _page(import_, city, form=form, status=error.status)
