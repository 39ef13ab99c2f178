"""The words a practice's facts are shown in, in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from flask import url_for
from markupsafe import Markup

from icportal.charter import texts
from icportal.cities import queries as cities
from icportal.content import queries as content
from icportal.core.strings import _
from icportal.data import reader
from icportal.i18n.catalogues import current_language
from icportal.i18n.formatting import sorted_by_name
from icportal.i18n.locales import CONTENT_LANGUAGES, DEFAULT, LANGUAGES, get
from icportal.practices.enums import KIND
from icportal.web import figures
from icportal.web.page_cache import kept


def commitment_titles() -> Mapping[int, str]:
    """Number → short title of the eleven commitments."""
    return _commitments(_catalogue_language())


def theme_label(key: str) -> str:
    """What a theme is called; its key when it is none of ours."""
    return theme_in(key, _catalogue_language())


def theme_in(key: str, language: str) -> str:
    """What a theme is called in a language, in English where the language has no word for it yet."""
    names = reader.themes().get(key, {})
    return names.get(language) or names.get(DEFAULT, key)


def theme_choices() -> list[tuple[str, str]]:
    """(key, label) of every theme, by the alphabet of the current language."""
    return sorted_by_name([(key, theme_label(key)) for key in reader.themes()], lambda choice: choice[1])


def country(code: str) -> str:
    """A country's name."""
    return current_language().locale.territories.get(code, code)


def edition(number: int | str) -> str:
    """How a report is called."""
    return {1: _("Report I (2013)"), 2: _("Report II (2015)"), 5: _("Report #5 (2022)")}.get(int(number), str(number))


def city(slug: str) -> str:
    """What readers of the current language call a city."""
    return cities.names(current_language().code).get(slug, slug)


def of_facet(name: str, value: str) -> str:
    """The label of one value of a facet."""
    if name == "commitment":
        return f"{value} · {commitment_titles().get(int(value), value)}"
    if name == "theme":
        return theme_label(value)
    if name == "city":
        return city(value)
    if name == "country":
        return country(value)
    if name == "edition":
        return edition(value)
    return CONTENT_LANGUAGES[value].name_in(current_language()) if value in CONTENT_LANGUAGES else value


def choices(name: str) -> Markup:
    """A facet's values as ``<option>``s with their counts: numbers in their order, names by the alphabet."""
    return _choices(name, current_language().code)


@kept(256)
def _choices(name: str, _language: str) -> Markup:
    labelled = [(value, f"{of_facet(name, value)} ({count})") for value, count in content.facet(KIND, name)]
    if name in ("commitment", "edition"):
        labelled.sort(key=lambda option: int(option[0]))
    else:
        labelled = sorted_by_name(labelled, lambda option: option[1])
    return Markup("").join(Markup('<option value="{}">{}</option>').format(value, label) for value, label in labelled)


def short(row: Any) -> dict[str, Any]:
    """What a list shows of a practice besides its text."""
    facts = row.facts
    return {
        "city": facts["city_names"].get(current_language().code, facts["city_name"]),
        "country": country(facts["country"]),
        "themes": [theme_label(key) for key in facts["themes"]],
    }


@dataclass(frozen=True)
class Listed:
    """What stands beside a practice's title and summary in a list."""

    of_text: Markup
    meta: str
    strip: Markup


def listed(row: Any) -> Listed:
    """How a practice stands in a list for readers of the current language."""
    facts, language = row.facts, current_language()
    city_name = facts["city_names"].get(language.code, facts["city_name"])
    about = (city_name, facts["country"], tuple(facts["themes"]), facts["edition"])
    return _listed(language.code, row.language, about, tuple(facts["commitments"]), facts["suggested"])


@lru_cache(maxsize=4096)
def _listed(
    _language: str,
    written_in: str,
    about: tuple[str, str, tuple[str, ...], int | None],
    commitments: tuple[int, ...],
    suggested: bool,  # noqa: FBT001  a fact of the practice
) -> Listed:
    language = current_language()
    city_name, country_code, themes, edition_number = about
    of_text, meta = Markup(""), [f"{city_name}, {country(country_code)}", ", ".join(map(theme_label, themes))]
    if edition_number:
        meta.append(edition(edition_number))
    if written_in != language.code and not (language.pseudo and written_in == "en"):
        of_text = Markup(' lang="{}" dir="{}"').format(written_in, get(written_in).direction)
        meta.append(_("in %(language)s", language=get(written_in).name_in(language)))
    states = dict.fromkeys(commitments, "suggested" if suggested else "served")
    strip_drawn = figures.strip_of_eleven(states, label=serves(list(commitments), suggested), direction=language.direction)
    return Listed(of_text, " · ".join(part for part in meta if part), strip_drawn)


def _catalogue_language() -> str:
    """The language our own facts are read in: a pseudo-language reads the English ones."""
    language = current_language()
    return "en" if language.pseudo or language.code not in LANGUAGES else language.code


@lru_cache(maxsize=16)
def _commitments(language: str) -> dict[int, str]:
    return texts.titles(language)


def serves(commitments: list[int], suggested: bool) -> str:  # noqa: FBT001  a fact of the practice, called from templates
    """The sentence behind a practice's strip."""
    numbers = ", ".join(map(str, commitments))
    if suggested:
        return _("Suggested commitments: %(numbers)s", numbers=numbers)
    return _("Serves commitments: %(numbers)s", numbers=numbers)


def strip(facts: dict[str, Any]) -> dict[int, str]:
    """The states of a practice's strip of eleven."""
    return dict.fromkeys(facts["commitments"], "suggested" if facts["suggested"] else "served")


def commitment_links() -> dict[int, str]:
    """Number → address of the commitment's page."""
    return _commitment_links(current_language().code)


@cache
def _commitment_links(language: str) -> dict[int, str]:
    return {number: url_for("charter.show_commitment", number=number, language_code=language) for number in commitment_titles()}
