"""Forms about cities: shape and wording. What is right is decided by the services."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any

from wtforms import DateField, EmailField, IntegerField, SearchField, SelectField, SelectMultipleField, StringField
from wtforms.validators import Optional
from wtforms.widgets import CheckboxInput, ListWidget

from icportal.cities.enums import MOST_CONTACTS
from icportal.cities.models import City
from icportal.core.strings import _l
from icportal.i18n.catalogues import current_language
from icportal.i18n.formatting import country_name, sort_key
from icportal.i18n.locales import CONTENT_LANGUAGES, get, interface_codes
from icportal.web.forms import PortalForm, VersionedForm, at_most, chosen, options, required

#: Countries whose cities may join: members of the Council of Europe, and Canada, whose Toronto has signed.
COUNTRIES = (
    "AD", "AL", "AM", "AT", "AZ", "BA", "BE", "BG", "CA", "CH", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GB", "GE", "GR",
    "HR", "HU", "IE", "IS", "IT", "LI", "LT", "LU", "LV", "MC", "MD", "ME", "MK", "MT", "NL", "NO", "PL", "PT", "RO", "RS", "SE",
    "SI", "SK", "SM", "TR", "UA", "XK",
)  # fmt: skip


class SearchForm(PortalForm):
    """What a reader narrows the list of cities to. Sent by GET, so without a token."""

    class Meta(PortalForm.Meta):
        csrf = False

    q = SearchField(_l("Name of the city"))
    country = SelectField(_l("Country"), validate_choice=False)
    signatory = SelectField(
        _l("Charter"),
        validate_choice=False,
        choices=options([("", _l("any")), ("yes", _l("has signed")), ("no", _l("has not signed"))]),
    )
    report = SelectField(_l("Took part in report"), validate_choice=False)

    def edition(self) -> int | None:
        """The report asked about; None for any."""
        typed = self.report.data or ""
        return int(typed) if typed.isdecimal() and len(typed) < 3 else None  # noqa: PLR2004


class Languages(SelectMultipleField):
    """Several languages to tick."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


class AddCityForm(PortalForm):
    name = StringField(_l("Name in English"), [required(_l("Enter the name of the city in English.")), at_most(120)])
    country = SelectField(_l("Country"), [chosen(_l("Choose the country."))])
    languages = Languages(_l("Official languages"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.country.choices = options([("", _l("Choose a country")), *country_choices(COUNTRIES)])
        self.languages.choices = options(language_choices())


class EditCityForm(VersionedForm):
    name = StringField(_l("Name in English"), [required(_l("Enter the name of the city in English.")), at_most(120)])
    languages = Languages(_l("Official languages"))
    mayor = StringField(_l("Mayor"), [at_most(200)], description=_l("Whoever heads the city, whatever the office is called."))
    mayor_since = DateField(_l("Mayor since"), [Optional()], render_kw={"max": "9999-12-31"})
    next_election = DateField(
        _l("Next election"),
        [Optional()],
        render_kw={"max": "9999-12-31"},
        description=_l("90 days after this day the portal reminds the city to renew its signature."),
    )
    website = StringField(_l("Website"), [at_most(300)], description=_l("The whole address, such as https://www.oulu.fi."))

    population = IntegerField(
        _l("Population"),
        [Optional()],
        description=_l("Residents, in all digits, such as 208000. It says which cities are of similar size in figures."),
    )

    def facts(self) -> dict[str, Any]:
        """What was filled in, as the service takes it."""
        values = self.values()
        names = {name.removeprefix("name_"): values.pop(name) for name in [*values] if name.startswith("name_")}
        return {**values, "names": names}

    def name_fields(self) -> list[tuple[str, Any]]:
        """(language, field) of the names in other languages."""
        return [(name.removeprefix("name_"), field) for name, field in self._fields.items() if name.startswith("name_")]


def edit_city_form(city: City) -> EditCityForm:
    """The form with a field for the name in each interface language and each of the city's own."""
    codes = dict.fromkeys([*interface_codes(), *city.languages, *city.names])
    form = _with_names(tuple(code for code in codes if code != "en" and code in CONTENT_LANGUAGES))(
        data={
            "version": city.version,
            **{
                name: getattr(city, name)
                for name in ("name", "languages", "mayor", "mayor_since", "next_election", "website", "population")
            },
            **{f"name_{code}": name for code, name in city.names.items()},
        }
    )
    form.languages.choices = options(language_choices())
    for code, field in form.name_fields():
        field.label.text = get(code).name_in(current_language())
    for field in (form.mayor_since, form.next_election):
        if field.process_errors:
            field.process_errors = [_l("This is not a day. Write it as year, month and day, such as 2026-03-15.")]
    if form.population.process_errors:
        form.population.process_errors = [_l("This is not a number of residents. Write it in all digits, such as 208000.")]
    return form


@cache
def _with_names(codes: tuple[str, ...]) -> type[EditCityForm]:
    return type("EditCityForm", (EditCityForm,), {f"name_{code}": StringField(code, [at_most(120)]) for code in codes})


class ContactsForm(VersionedForm):
    """Rows of contacts, in the order in which they are written to."""

    def rows(self) -> list[dict[str, str]]:
        return [{name: self._fields[f"{name}_{number}"].data or "" for name in COLUMNS} for number in range(1, MOST_CONTACTS + 1)]

    def row_fields(self) -> list[list[Any]]:
        return [[self._fields[f"{name}_{number}"] for name in COLUMNS] for number in range(1, MOST_CONTACTS + 1)]


COLUMNS = ("name", "office", "email", "phone")
for _number in range(1, MOST_CONTACTS + 1):
    setattr(ContactsForm, f"name_{_number}", StringField(_l("Name"), [at_most(200)]))
    setattr(ContactsForm, f"office_{_number}", StringField(_l("Office"), [at_most(200)]))
    setattr(ContactsForm, f"email_{_number}", EmailField(_l("Mail address"), [at_most(254)]))
    setattr(ContactsForm, f"phone_{_number}", StringField(_l("Telephone"), [at_most(60)]))


def contacts_form(city: City) -> ContactsForm:
    """The form filled with the contacts there are."""
    data: dict[str, Any] = {"version": city.version}
    for number, contact in enumerate(city.contacts, start=1):
        data |= {f"{name}_{number}": getattr(contact, name) for name in COLUMNS}
    return ContactsForm(data=data)


def country_choices(codes: Iterable[str]) -> list[tuple[str, str]]:
    return sorted(((code, country_name(code)) for code in codes), key=lambda pair: sort_key(pair[1]))


def language_choices() -> list[tuple[str, str]]:
    named = ((code, language.name_in(current_language())) for code, language in CONTENT_LANGUAGES.items())
    return sorted(named, key=lambda pair: sort_key(pair[1]))
