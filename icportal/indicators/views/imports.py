"""Workbooks that come in: the upload, what it would change, the decision, and taking it back."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for

from icportal.accounts.directory import names_of
from icportal.cities.models import City
from icportal.cities.queries import get_city
from icportal.core.errors import DomainError, NotFound, Stale
from icportal.core.permissions import authorise, can
from icportal.core.strings import _, _n
from icportal.i18n.catalogues import current_language
from icportal.indicators import error_workbooks, imports, services, workbooks
from icportal.indicators.enums import BatchScope, BatchState, Outcome, Permission
from icportal.indicators.import_forms import DecisionForm, NetworkUploadForm, UploadForm
from icportal.indicators.models import Delivery, ImportBatch
from icportal.indicators.views.pages import Answer, blueprint, workbook_answer
from icportal.web.decorators import requires
from icportal.web.identity import current_actor
from icportal.web.routing import row_number

#: A file that is too large is read so far that it can be refused at its field.
ROOM_FOR_REFUSAL = 64 * 1024 * 1024
TAKE_FILES = frozenset({"indicators.upload_workbook", "indicators.upload_network"})
EARLIEST, LATEST = 1990, 2100
#: Filters of the preview, in the order of their tiles.
TILES = (Outcome.NEW, Outcome.CHANGED, Outcome.UNCHANGED, Outcome.REFUSED)


@blueprint.url_value_preprocessor
def make_room(endpoint: str | None, _values: dict[str, Any] | None) -> None:
    """Let people who are signed in send a file that is too large: only so can the answer say it at the field."""
    if endpoint in TAKE_FILES and request.method == "POST" and current_actor().is_signed_in:
        request.max_content_length = ROOM_FOR_REFUSAL


def _place(slug: str, year: int) -> City:
    """The city of an address, for those who may enter its values."""
    if not EARLIEST <= year <= LATEST:
        raise NotFound(_("There is no such page, or it is not open to you."))
    city = get_city(slug)
    subject = Delivery(city_id=city.id, year=year)
    authorise(current_actor(), Permission.VIEW_DELIVERY, subject)
    authorise(current_actor(), Permission.ENTER, subject)
    return city


# --- uploading ----------------------------------------------------------------------------------------------


@blueprint.route("/work/indicators/<slug:slug>/<year:year>/upload", methods=["GET", "POST"])
@requires(Permission.ENTER)
def upload_workbook(slug: str, year: int) -> Answer:
    """Choose a workbook; small ones are shown at once, large ones are read in the background."""
    city = _place(slug, year)
    departments = workbooks.departments_of(city)
    form = UploadForm().offer(current_language().code, departments)
    if form.validate_on_submit():
        chosen = next((each for each in departments if each.id == form.department.data), None)
        try:
            batch = services.receive_import(
                form.upload.data.stream, form.upload.data.filename or "", actor=current_actor(), city=city, year=year,
                reads_as=form.reads_as.data, department=chosen,
            )  # fmt: skip
        except DomainError as error:
            form.refuse(error)
        else:
            return redirect(url_for("indicators.show_import", batch_id=batch.id), 303)
    return _upload_page("indicators/import_upload.html", form, city=city, year=year, departments=departments)


@blueprint.route("/work/indicators/network/upload", methods=["GET", "POST"])
@requires(Permission.EXCHANGE_NETWORK)
def upload_network() -> Answer:
    """Choose a table of many cities; it is read in the background."""
    authorise(current_actor(), Permission.EXCHANGE_NETWORK)
    form = NetworkUploadForm().offer(current_language().code)
    if form.validate_on_submit():
        upload = form.upload.data
        try:
            batch = services.receive_network_import(
                upload.stream, upload.filename or "", actor=current_actor(), reads_as=form.reads_as.data
            )
        except DomainError as error:
            form.refuse(error)
        else:
            return redirect(url_for("indicators.show_import", batch_id=batch.id), 303)
    return _upload_page("indicators/import_network.html", form, rows=imports.network_imports())


def _upload_page(template: str, form: Any, **values: Any) -> Answer:
    if "city" in values:
        values["city_name"] = values["city"].name_in(current_language().code)
        values["begun"] = imports.is_begun(values["city"].id, values["year"])
    return render_template(template, form=form, **values), 422 if form.errors or form.form_errors else 200


# --- what it would change -----------------------------------------------------------------------------------


@blueprint.get("/work/indicators/imports/<int:batch_id>")
@requires(Permission.VIEW_DELIVERY)
def show_import(batch_id: int) -> Answer:
    """An import: while it is read its progress, then its preview, and at last what became of it."""
    return _page(services.import_for(batch_id, actor=current_actor()))


def _page(batch: ImportBatch, *, form: Any = None, status: int = 200) -> Answer:
    city = imports.city_of(batch)
    progress = imports.progress_of(batch)
    subject = {
        "batch": batch,
        "city": city,
        "city_name": city.name_in(current_language().code) if city else _("Whole network"),
        "whose": names_of({batch.created_by, batch.accepted_by, batch.undone_by}),
        "form": form,
        "told": imports.sentences_of(batch),
        "may_decide": can(current_actor(), services.deciding_on(batch), batch),
        "progress": progress,
    }
    if progress is not None:
        return render_template("indicators/import_progress.html", **subject), status
    show, page = request.args.get("show", ""), request.args.get("page", 1, type=row_number)
    show = show if show in {*imports.ORDER, imports.WARNINGS} else ""
    return render_template(
        "indicators/import_show.html",
        cells=imports.cells(batch, show=show, page=page),
        show=show,
        conflicts=imports.conflicts(batch) if batch.state == BatchState.CHECKED else [],
        chosen=request.form,
        tiles=TILES,
        outcomes=Outcome,
        count=batch.counts,
        good=imports.count_of(batch, Outcome.NEW, Outcome.CHANGED),
        refused=imports.count_of(batch, Outcome.REFUSED),
        others=imports.waiting_beside(batch),
        in_review=imports.is_in_review(batch),
        superseded_by=imports.superseded_by(batch),
        kept=imports.kept_of(batch),
        is_network=batch.scope == BatchScope.NETWORK,
        **subject,
    ), status


@blueprint.get("/work/indicators/imports/<int:batch_id>/progress")
@requires(Permission.VIEW_DELIVERY)
def import_progress(batch_id: int) -> Answer:
    """How far the reading is, for the page that shows it."""
    batch = services.import_for(batch_id, actor=current_actor())
    progress = imports.progress_of(batch)
    running = progress is not None and progress.running
    return {
        "running": running,
        "done": progress.done if progress else 0,
        "total": progress.total if progress else None,
    }


@blueprint.get("/work/indicators/imports/<int:batch_id>/errors.xlsx")
@requires(Permission.VIEW_DELIVERY)
def error_workbook(batch_id: int) -> Answer:
    """The workbook with everything as it was filled in, and beside each refused cell what is wrong."""
    batch = services.import_for(batch_id, actor=current_actor())
    return workbook_answer(*error_workbooks.error_workbook(batch, language=current_language().code))


# --- deciding -----------------------------------------------------------------------------------------------


@blueprint.post("/work/indicators/imports/<int:batch_id>/accept")
@requires(Permission.ENTER)
def accept_import(batch_id: int) -> Answer:
    """Take over what the preview showed."""
    batch = services.import_for(batch_id, actor=current_actor())
    choices = {int(name[7:]): value for name, value in request.form.items() if name.startswith("choice-") and name[7:].isdigit()}
    try:
        services.accept_import(
            batch, actor=current_actor(), seen_digest=request.form.get("digest", ""),
            only_good=request.form.get("only_good") == "1", choices=choices,
        )  # fmt: skip
    except Stale as error:
        services.check_import_again(batch, actor=current_actor())
        flash(str(error.message), "warning")
    except DomainError as error:
        return _refused(batch, error)
    return redirect(url_for("indicators.show_import", batch_id=batch.id), 303)


@blueprint.post("/work/indicators/imports/<int:batch_id>/discard")
@requires(Permission.ENTER)
def discard_import(batch_id: int) -> Answer:
    """Give the import up; nothing of it was written."""
    batch = services.import_for(batch_id, actor=current_actor())
    try:
        services.discard_import(batch, actor=current_actor())
    except DomainError as error:
        return _refused(batch, error)
    flash(_("The import was given up. No value was changed."), "success")
    return redirect(url_for("indicators.show_import", batch_id=batch.id), 303)


@blueprint.post("/work/indicators/imports/<int:batch_id>/undo")
@requires(Permission.ENTER)
def undo_import(batch_id: int) -> Answer:
    """Take an accepted import back; what was edited since stays."""
    batch = services.import_for(batch_id, actor=current_actor())
    try:
        services.undo_import(batch, actor=current_actor())
    except DomainError as error:
        return _refused(batch, error)
    return redirect(url_for("indicators.show_import", batch_id=batch.id), 303)


def _refused(batch: ImportBatch, error: DomainError) -> Answer:
    form = DecisionForm(formdata=None)
    form.refuse(error)
    return _page(batch, form=form, status=error.status)


# --- several files together ---------------------------------------------------------------------------------


@blueprint.route("/work/indicators/<slug:slug>/<year:year>/merge", methods=["GET", "POST"])
@requires(Permission.ENTER)
def merge(slug: str, year: int) -> Answer:
    """All files of a city's year that wait, merged value by value; what they do not agree on is chosen here."""
    city = _place(slug, year)
    if request.method != "POST":
        return _merge_page(city, year)
    chosen = {name[7:]: value for name, value in request.form.items() if name.startswith("choice-")}
    try:
        batches = services.accept_merge(
            city.id, year, actor=current_actor(), seen_digest=request.form.get("digest", ""), choices=chosen,
            only_good=request.form.get("only_good") == "1",
        )  # fmt: skip
    except DomainError as error:
        form = DecisionForm(formdata=None)
        form.refuse(error)
        return _merge_page(city, year, form=form, status=error.status)
    number = sum(batch.result["written"] for batch in batches)
    flash(_n("One value was taken over.", "%(num)s values were taken over.", number), "success")
    return redirect(url_for("indicators.show_delivery", slug=slug, year=year), 303)


def _merge_page(city: City, year: int, *, form: Any = None, status: int = 200) -> Answer:
    merged = services.merge_of(city.id, year)
    return render_template(
        "indicators/import_merge.html",
        city=city,
        city_name=city.name_in(current_language().code),
        year=year,
        merge=merged,
        files={batch.id: batch for batch in merged.batches},
        whose=names_of([batch.created_by for batch in merged.batches]),
        rows={row.id: row for row in imports.merge_rows(merged)},
        form=form,
        chosen=request.form,
    ), status
