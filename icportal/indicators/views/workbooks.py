"""Workbooks to take away, of a city, a department or the network; and which indicators go to which department."""

from __future__ import annotations

from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for

from icportal.cities.models import City
from icportal.cities.queries import all_cities, get_city
from icportal.core.clock import today
from icportal.core.errors import DomainError, Stale
from icportal.core.permissions import authorise
from icportal.core.strings import _
from icportal.i18n import locales
from icportal.i18n.catalogues import current_language
from icportal.i18n.locales import interface_codes, reading_language
from icportal.indicators import labels, workbooks
from icportal.indicators.catalogue import catalogue
from icportal.indicators.enums import Permission
from icportal.indicators.exchange.writing import WorkbookSpec, write_workbook
from icportal.indicators.models import Department
from icportal.indicators.services import sharing_out
from icportal.indicators.views.pages import Answer, blueprint, workbook_answer
from icportal.indicators.workbook_forms import DepartmentForm, NetworkWorkbookForm
from icportal.web.decorators import requires
from icportal.web.forms import PortalForm, options
from icportal.web.identity import current_actor
from icportal.web.routing import row_number, year_number


@blueprint.get("/work/indicators/<slug:slug>/<year:year>/workbook.xlsx")
@requires(Permission.VIEW_DELIVERY)
def download_workbook(slug: str, year: int) -> Response:
    """The workbook of a city and a year, whole or of one department."""
    city = get_city(slug)
    authorise(current_actor(), Permission.VIEW_DELIVERY, city)
    number = request.args.get("department", 0, type=row_number)
    department = workbooks.department_of(city, number) if number else None
    return _answer(workbooks.spec_for(city, year, _language(), department=department))


def _answer(spec: WorkbookSpec) -> Response:
    return workbook_answer(write_workbook(spec), workbooks.file_name(spec))


def _language() -> str:
    return request.args.get("language") or current_language().code


def _languages() -> list[tuple[str, str]]:
    here = current_language().code
    codes = dict.fromkeys((here, *interface_codes()))
    return [(code, locales.get(code).autonym) for code in codes]


def _year() -> int:
    return request.args.get("year", 0, type=year_number) or today().year - 1


# --- departments -------------------------------------------------------------------------------------------


def _open_city(slug: str) -> City:
    city = get_city(slug)
    authorise(current_actor(), Permission.VIEW_DELIVERY, city)
    authorise(current_actor(), Permission.SHARE_OUT, city)
    return city


@blueprint.route("/work/indicators/<slug:slug>/departments", methods=["GET", "POST"])
@requires(Permission.SHARE_OUT)
def departments(slug: str) -> Answer:
    """Which indicators go to which department, and the workbook of each."""
    city, form = _open_city(slug), PortalForm()
    if not form.validate_on_submit():
        return _departments_page(city, form)
    known = workbooks.departments_of(city)
    wanted = {each.id: request.form.getlist(f"codes-{each.id}") for each in known if f"version-{each.id}" in request.form}
    seen = {number: request.form.get(f"version-{number}", 0, type=row_number) or 0 for number in wanted}
    try:
        changed = sharing_out.share_out(city, wanted, actor=current_actor(), seen=seen)
    except Stale as error:
        return _departments_page(city, form, stale=error, typed=wanted, status=409)
    flash(_("Saved.") if changed else _("Nothing was changed."), "success")
    return redirect(url_for("indicators.departments", slug=slug, year=_year(), language=_language()), 303)


def _departments_page(
    city: City,
    form: Any,
    *,
    adding: DepartmentForm | None = None,
    stale: Stale | None = None,
    typed: dict[int, list[str]] | None = None,
    status: int = 0,
) -> Answer:
    known = workbooks.departments_of(city)
    asked = catalogue(reading_language(current_language().code).code, asked_only=True)
    codes = {each.id: set((typed or {}).get(each.id, each.codes)) for each in known}
    families = dict.fromkeys(each.family for each in asked.values())
    shown = adding if adding is not None and adding.errors else form
    return render_template(
        "indicators/departments.html",
        city=city,
        departments=known,
        families=[(labels.FAMILIES[family], [each for each in asked.values() if each.family == family]) for family in families],
        codes=codes,
        nobody=[code for code in asked if not any(code in given for given in codes.values())],
        adding=adding if adding is not None else DepartmentForm(formdata=None),
        form=shown,
        stale=stale,
        year=_year(),
        year_choices=[(year, str(year)) for year in range(today().year + 1, today().year - 15, -1)],
        chosen_language=_language(),
        book_languages=_languages(),
    ), status or (422 if shown.errors else 200)


@blueprint.post("/work/indicators/<slug:slug>/departments/add")
@requires(Permission.SHARE_OUT)
def add_department(slug: str) -> Answer:
    """Name a department."""
    city, form = _open_city(slug), DepartmentForm()
    if form.validate():
        try:
            sharing_out.add_department(city, actor=current_actor(), name=form.name.data or "", email=form.email.data or "")
        except DomainError as error:
            form.refuse(error)
        else:
            flash(_("The department is there. Tick the indicators that go to it."), "success")
            return redirect(url_for("indicators.departments", slug=slug), 303)
    return _departments_page(city, PortalForm(), adding=form, status=422)


@blueprint.route("/work/indicators/<slug:slug>/departments/<int:number>", methods=["GET", "POST"])
@requires(Permission.SHARE_OUT)
def edit_department(slug: str, number: int) -> Answer:
    """Change the name of a department."""
    city = _open_city(slug)
    department = workbooks.department_of(city, number)
    form = DepartmentForm(obj=department)
    if not form.validate_on_submit():
        return _department_page(city, department, form)
    said = {"name": form.name.data or "", "email": form.email.data or ""}
    try:
        sharing_out.rename_department(department, actor=current_actor(), seen=form.version.data or 0, **said)
    except Stale as error:
        form.version.raw_data = None
        form.version.data = department.version
        return _department_page(city, department, form, stale=error, status=409)
    except DomainError as error:
        form.refuse(error)
        return _department_page(city, department, form)
    flash(_("Saved."), "success")
    return redirect(url_for("indicators.departments", slug=slug), 303)


def _department_page(city: City, department: Department, form: Any, *, stale: Stale | None = None, status: int = 0) -> Answer:
    page = render_template("indicators/departments_edit.html", city=city, department=department, form=form, stale=stale)
    return page, status or (422 if form.errors else 200)


@blueprint.post("/work/indicators/<slug:slug>/departments/<int:number>/remove")
@requires(Permission.SHARE_OUT)
def remove_department(slug: str, number: int) -> Answer:
    """Remove a department; what it delivered stays."""
    city = _open_city(slug)
    sharing_out.remove_department(workbooks.department_of(city, number), actor=current_actor())
    flash(_("The department is removed. What it delivered stays."), "success")
    return redirect(url_for("indicators.departments", slug=slug), 303)


# --- the network -------------------------------------------------------------------------------------------


@blueprint.get("/work/indicators/network")
@requires(Permission.EXCHANGE_NETWORK)
def network_workbook() -> Answer:
    """Choose what a workbook of several cities holds."""
    return _network_page(_network_form(None))


@blueprint.get("/work/indicators/network/workbook.xlsx")
@requires(Permission.EXCHANGE_NETWORK)
def download_network_workbook() -> Answer:
    """One workbook of the cities, families and indicators that were chosen."""
    authorise(current_actor(), Permission.EXCHANGE_NETWORK, None)
    form = _network_form(request.args)
    if not form.validate():
        return _network_page(form)
    wanted = set(form.cities.data or ())
    cities = [city for city in all_cities(form.language.data) if not wanted or city.slug in wanted]
    try:
        spec = workbooks.network_spec(
            cities, form.year.data or 0, form.language.data, families=form.families.data or (), codes=form.chosen_codes()
        )
    except DomainError as error:
        form.refuse(error)
        return _network_page(form)
    return _answer(spec)


def _network_form(arguments: Any) -> NetworkWorkbookForm:
    here = current_language().code
    form = NetworkWorkbookForm(arguments, year=today().year - 1, language=here)
    form.language.choices = options(_languages())
    form.families.choices = options((key, label) for key, label in labels.FAMILIES.items() if key != "reported")
    form.cities.choices = options((city.slug, city.name_in(here)) for city in all_cities(here))
    return form


def _network_page(form: NetworkWorkbookForm) -> Answer:
    return render_template("indicators/workbook_network.html", form=form), 422 if form.errors else 200
