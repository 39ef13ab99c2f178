"""The plan as a workbook and back: taken away, uploaded, what it would change, the decision, taking it back."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for

from icportal.accounts.directory import names_of
from icportal.cities.models import City
from icportal.content.desk import with_autonym
from icportal.core.errors import DomainError, NotFound
from icportal.core.filetypes import FileKind
from icportal.core.permissions import authorise
from icportal.core.strings import Text, _
from icportal.i18n.catalogues import current_language
from icportal.i18n.locales import get, offered
from icportal.indicators.enums import Outcome
from icportal.indicators.findings import Finding
from icportal.plans import imports, loaded, queries, workbooks
from icportal.plans.enums import Permission
from icportal.plans.exchange.writing import write_workbook
from icportal.plans.models import PlanImport
from icportal.plans.queries import OfCity
from icportal.plans.services import importing
from icportal.plans.views.pages import UNPROCESSABLE, Answer, blueprint, plan_page
from icportal.practices.desk import languages_to_write_in
from icportal.reporting.exchange_forms import AnswersUploadForm, ImportDecisionForm
from icportal.web.decorators import requires
from icportal.web.downloads import made_file
from icportal.web.identity import current_actor

#: A file that is too large is read so far that it can be refused at its field.
ROOM_FOR_REFUSAL = 64 * 1024 * 1024
UPLOAD = "plans.upload_workbook"
CHOICE = "choice-"


@blueprint.url_value_preprocessor
def make_room(endpoint: str | None, _values: dict[str, Any] | None) -> None:
    """Let people who are signed in send a file that is too large: only so can the answer say it at the field."""
    if endpoint == UPLOAD and request.method == "POST" and current_actor().is_signed_in:
        request.max_content_length = ROOM_FOR_REFUSAL


# --- taken away and brought back -------------------------------------------------------------------------------


@blueprint.get("/work/plans/<slug:slug>/workbook")
@requires(Permission.VIEW_INTERNAL)
def show_workbook(slug: str) -> Answer:
    """Take the workbook away, or bring one back; below, those that came in."""
    return _workbook_page(_city(slug))


def _city(slug: str) -> City:
    """The city of this name: a workbook holds internal notes, so not everybody who reads the plan may have it."""
    city = queries.open_city(slug, actor=current_actor())
    authorise(current_actor(), Permission.VIEW_INTERNAL, OfCity(city.id))
    return city


def _workbook_page(city: City, form: AnswersUploadForm | None = None) -> Answer:
    came_in = imports.imports_of(city)
    return render_template(
        "plans/plan_workbook.html", **plan_page(city, "workbook"), form=form or _upload_form(city, is_sent=False),
        offered=[(each.code, with_autonym(each.code)) for each in offered(with_pseudo=False)],
        came_in=came_in, whose=names_of({each.created_by for each in came_in}),
    ), UNPROCESSABLE if form else 200  # fmt: skip


def _upload_form(city: City, *, is_sent: bool) -> AnswersUploadForm:
    form = AnswersUploadForm() if is_sent else AnswersUploadForm(formdata=None)
    choices: list[tuple[str, Text]] = [(each.code, with_autonym(each.code)) for each in languages_to_write_in([city])]
    return form.offer(choices)


@blueprint.get("/work/plans/<slug:slug>/workbook.xlsx")
@requires(Permission.VIEW_INTERNAL)
def download_workbook(slug: str) -> Answer:
    """The plan as a workbook, in the language that was chosen."""
    city = _city(slug)
    language = request.args.get("language", current_language().code)
    book = workbooks.book_for(loaded.load_plan(city), city, language)
    return made_file(write_workbook(book), book.file_name, FileKind.WORKBOOK)


@blueprint.post("/work/plans/<slug:slug>/workbook/upload")
@requires(Permission.EDIT)
def upload_workbook(slug: str) -> Answer:
    """Take in a workbook that was filled in; nothing is written yet."""
    city = _city(slug)
    form = _upload_form(city, is_sent=True)
    if form.validate():
        try:
            received = importing.receive_workbook(
                city, form.upload.data.stream, form.upload.data.filename or "", actor=current_actor(),
                written_in=form.written_in.data,
            )  # fmt: skip
        except DomainError as error:
            form.refuse(error)
        else:
            return redirect(_url(received, city), 303)
    return _workbook_page(city, form)


def _url(import_: PlanImport, city: City) -> str:
    return url_for("plans.show_import", slug=city.slug, number=import_.id)


# --- what it would change --------------------------------------------------------------------------------------


def _open(slug: str, number: int) -> tuple[PlanImport, City]:
    city = _city(slug)
    return importing.import_for(city, number, actor=current_actor()), city


@blueprint.get("/work/plans/<slug:slug>/imports/<int:number>")
@requires(Permission.VIEW_INTERNAL)
def show_import(slug: str, number: int) -> Answer:
    """An import: what it would change, and at last what became of it."""
    return _page(*_open(slug, number))


def _page(import_: PlanImport, city: City, *, form: Any = None, status: int = 200) -> Answer:
    plan = loaded.load_plan(city)
    planned = imports.plan_of(import_, plan)
    rows, waits = imports.rows_of(planned, plan), import_.stage == "checked"
    return render_template(
        "plans/import_show.html",
        **plan_page(city, "workbook"),
        batch=import_,
        digest=planned.digest,
        rows=[row for row in rows if row.outcome not in {Outcome.UNCHANGED, Outcome.CONFLICT}] if waits else [],
        conflicts=[row for row in rows if row.outcome == Outcome.CONFLICT] if waits else [],
        unchanged=len(planned.with_outcome(Outcome.UNCHANGED)),
        good=len(planned.with_outcome(*imports.WRITES)),
        refused=planned.refused,
        stray=[(place, shown, str(finding)) for place, shown, finding in planned.stray] if waits else [],
        told=[Finding.of(note) for note in import_.said.get("notes", ())],
        may_undo=importing.may_undo(import_),
        undone_by_day=importing.last_day_to_undo(import_),
        written_in=get(import_.language),
        whose=names_of({import_.created_by, import_.accepted_by, import_.undone_by}),
        chosen=request.form,
        form=form,
    ), status


@blueprint.get("/work/plans/<slug:slug>/imports/<int:number>/errors.xlsx")
@requires(Permission.VIEW_INTERNAL)
def error_workbook(slug: str, number: int) -> Answer:
    """The workbook with everything as it was filled in, and beside each refused cell what is wrong."""
    import_, city = _open(slug, number)
    data, name = imports.error_workbook(import_, loaded.load_plan(city), city)
    return made_file(data, name, FileKind.WORKBOOK)


# --- deciding --------------------------------------------------------------------------------------------------


@blueprint.post("/work/plans/<slug:slug>/imports/<int:number>/accept")
@requires(Permission.EDIT)
def accept_import(slug: str, number: int) -> Answer:
    """Take over what the preview showed: all of it or nothing."""
    import_, city = _open(slug, number)
    choices = {name.removeprefix(CHOICE): value for name, value in request.form.items() if name.startswith(CHOICE)}
    try:
        importing.accept_workbook(
            import_, city, actor=current_actor(), seen_digest=request.form.get("digest", ""), choices=choices
        )
    except NotFound:
        raise
    except DomainError as error:
        return _refused(import_, city, error)
    return redirect(_url(import_, city), 303)


@blueprint.post("/work/plans/<slug:slug>/imports/<int:number>/discard")
@requires(Permission.EDIT)
def discard_import(slug: str, number: int) -> Answer:
    """Give the import up; nothing of it was written."""
    import_, city = _open(slug, number)
    try:
        importing.discard_workbook(import_, actor=current_actor())
    except DomainError as error:
        return _refused(import_, city, error)
    flash(_("The import was given up. The plan was not changed."), "success")
    return redirect(url_for("plans.show_workbook", slug=slug), 303)


@blueprint.post("/work/plans/<slug:slug>/imports/<int:number>/undo")
@requires(Permission.EDIT)
def undo_import(slug: str, number: int) -> Answer:
    """Take an accepted import back; what was changed since stays."""
    import_, city = _open(slug, number)
    try:
        importing.undo_workbook(import_, city, actor=current_actor())
    except DomainError as error:
        return _refused(import_, city, error)
    return redirect(_url(import_, city), 303)


def _refused(import_: PlanImport, city: City, error: DomainError) -> Answer:
    form = ImportDecisionForm(formdata=None)
    form.refuse(error)
    return _page(import_, city, form=form, status=error.status)
