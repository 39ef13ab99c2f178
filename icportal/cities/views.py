"""Pages of cities."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for

from icportal.cities import queries, sections, services, timeline
from icportal.cities.enums import FEWEST_CONTACTS, Permission
from icportal.cities.forms import AddCityForm, SearchForm, contacts_form, country_choices, edit_city_form
from icportal.cities.models import City
from icportal.core.errors import DomainError, Stale
from icportal.core.permissions import authorise, can
from icportal.core.strings import _, _l
from icportal.i18n.catalogues import current_language
from icportal.i18n.formatting import country_name
from icportal.web import figures
from icportal.web.decorators import cached_page, requires
from icportal.web.forms import options
from icportal.web.identity import current_actor
from icportal.web.navigation import Entry
from icportal.web.open_data import csv_list, json_list

blueprint = Blueprint("cities", __name__, template_folder="templates")
blueprint.add_app_template_filter(country_name, "country")

MENU: tuple[Entry, ...] = (Entry(_l("Cities"), "cities.list_cities"),)

COLUMNS = (
    "city", "name", "slug", "country", "languages", "reports", "signed_earliest", "signed_latest", "signed_precision",
    "latitude", "longitude",
)  # fmt: skip


@blueprint.get("/cities")
@cached_page
def list_cities() -> str:
    """Every city of the network, found by any of its names."""
    language, form = current_language(), SearchForm(request.args)
    everybody, signed = queries.all_cities(language.code), sections.memberships()
    form.country.choices = options([("", _("any")), *country_choices({city.country for city in everybody})])
    editions = sorted({edition for city in everybody for edition in city.reports})
    form.report.choices = options(
        [("", _("any")), *((edition, _("report %(edition)s", edition=edition)) for edition in editions)]
    )
    found = _narrowed(everybody, form, signed)
    return render_template(
        "cities/city_list.html",
        form=form,
        cities=found,
        total=len(everybody),
        signed=signed,
        figure_map=figures.dot_map(_places(found, signed), label=_("Cities of the network"), direction=language.direction),
        arguments={name: value for name, value in request.args.items() if value},
        may_add=can(current_actor(), Permission.ADD),
    )


def _places(found: Iterable[City], signed: Mapping[int, Any]) -> list[figures.Place]:
    """Where the cities lie; one that has not signed is hollow."""
    code = current_language().code
    return [
        figures.Place(
            city.name_in(code),
            city.latitude,
            city.longitude,
            url_for("cities.show_city", slug=city.slug),
            city.id not in signed,
        )
        for city in found
        if city.latitude is not None and city.longitude is not None
    ]


@blueprint.get("/cities.json")
@cached_page
def list_cities_json() -> Response:
    """The cities as data."""
    records = _records()
    return json_list(records, total=len(records))


@blueprint.get("/cities.csv")
@cached_page
def list_cities_csv() -> Response:
    """The cities as a table."""
    return csv_list(COLUMNS, [[record[name] for name in COLUMNS] for record in _records()], filename="cities.csv")


@blueprint.get("/cities/<slug:slug>")
@cached_page
def show_city(slug: str) -> str:
    """A city: what it signed, what it does, and everything that happened, in one line of time."""
    language, actor, city = current_language(), current_actor(), queries.get_city(slug)
    name, moments = city.name_in(language.code), timeline.of_city(city)
    may_see_contacts = can(actor, Permission.VIEW_CONTACTS, city)
    return render_template(
        "cities/city_show.html",
        city=city,
        name=name,
        other_names=city.other_names(name),
        membership=sections.memberships().get(city.id),
        sections=sections.CITY.of(city, language.code),
        moments=moments,
        figure_map=_own_map(city, name),
        figure_timeline=figures.timeline(
            [figures.Event(f"{m.when}: {m.sentence}", m.earliest, m.latest, m.tone) for m in moments],
            label=_("What happened, over the years"),
            direction=language.direction,
        ),
        may_edit=can(actor, Permission.EDIT, city),
        may_edit_contacts=can(actor, Permission.EDIT_CONTACTS, city),
        contacts=city.contacts if may_see_contacts else None,
        fewest=FEWEST_CONTACTS,
    )


@blueprint.route("/cities/new", methods=["GET", "POST"])
@requires(Permission.ADD)
def add_city() -> Any:
    """A coordinator puts a city on the portal."""
    form, existing = AddCityForm(), None
    if form.validate_on_submit():
        try:
            city = services.add_city(actor=current_actor(), **form.values())
        except services.Duplicate as error:
            form.refuse(error)
            existing = error.city
        except DomainError as error:
            form.refuse(error)
        else:
            flash(_("%(city)s is on the portal. Name its contacts next.", city=city.name), "success")
            return redirect(url_for("cities.edit_contacts", slug=city.slug), 303)
    return render_template("cities/city_add.html", form=form, existing=existing), 422 if form.errors else 200


@blueprint.route("/cities/<slug:slug>/edit", methods=["GET", "POST"])
@requires(Permission.EDIT)
def edit_city(slug: str) -> Any:
    """Change names, languages, mayor, dates, website and population of a city."""
    city, actor = queries.get_city(slug), current_actor()
    authorise(actor, Permission.EDIT, city)
    form, status, differences = edit_city_form(city), 200, []
    if form.is_submitted() and not form.validate():
        status = 422
    elif form.is_submitted():
        try:
            services.edit_city(city, actor=actor, version=form.version.data or 0, **form.facts())
        except Stale as error:
            status, differences = error.status, error.differences
            form.version.data = city.version
            form.version.raw_data = None
        except DomainError as error:
            form.refuse(error)
            status = error.status
        else:
            flash(_("Saved."), "success")
            return redirect(url_for("cities.show_city", slug=city.slug), 303)
    return render_template("cities/city_edit.html", form=form, city=city, differences=differences), status


@blueprint.route("/cities/<slug:slug>/contacts", methods=["GET", "POST"])
@requires(Permission.EDIT_CONTACTS)
def edit_contacts(slug: str) -> Any:
    """Name the people one reaches at a city."""
    city, actor = queries.get_city(slug), current_actor()
    authorise(actor, Permission.EDIT_CONTACTS, city)
    form = contacts_form(city)
    if form.validate_on_submit():
        try:
            services.edit_contacts(city, actor=actor, version=form.version.data or 0, contacts=form.rows())
        except Stale as error:
            form.version.data, form.version.raw_data = city.version, None
            return render_template(
                "cities/contact_edit.html", form=form, city=city, fewest=FEWEST_CONTACTS, theirs=city.contacts
            ), error.status
        except DomainError as error:
            form.refuse(error)
        else:
            if len(city.contacts) < FEWEST_CONTACTS:
                flash(_("Saved. Name a second contact as soon as you can: with one, a holiday cuts the thread."), "warning")
            else:
                flash(_("Saved."), "success")
            return redirect(url_for("cities.show_city", slug=city.slug), 303)
    page = render_template("cities/contact_edit.html", form=form, city=city, fewest=FEWEST_CONTACTS, theirs=None)
    return page, 422 if form.errors else 200


def _narrowed(everybody: list[City], form: SearchForm, signed: Any) -> list[City]:
    found = queries.matching(everybody, text=(form.q.data or "")[:100], country=form.country.data or "", edition=form.edition())
    if form.signatory.data in ("yes", "no"):
        found = [city for city in found if (city.id in signed) == (form.signatory.data == "yes")]
    return found


def _records() -> list[dict[str, Any]]:
    language, signed = current_language().code, sections.memberships()
    found = _narrowed(queries.all_cities(language), SearchForm(request.args), signed)
    return [queries.as_record(city, language, signed.get(city.id)) for city in found]


def _own_map(city: City, name: str) -> Any:
    """The map with this city ringed; nothing where it lies outside the frame."""
    if city.latitude is None or city.longitude is None or figures.project(city.latitude, city.longitude) is None:
        return None
    place = figures.Place(name, city.latitude, city.longitude)
    return figures.dot_map(
        [place], label=_("Where %(city)s lies", city=name), selected=name, direction=current_language().direction
    )
