"""A city says whom it counts as a migrant. What it said before stays, and the values that name it go on naming it."""

from __future__ import annotations

from icportal.cities.models import City
from icportal.core import audit
from icportal.core.actors import Actor
from icportal.core.clock import today
from icportal.core.db import db
from icportal.core.errors import DomainError, FieldErrors
from icportal.core.permissions import authorise
from icportal.core.strings import Text, _
from icportal.core.transactions import hold
from icportal.i18n.locales import CONTENT_LANGUAGES
from icportal.indicators import definitions
from icportal.indicators.enums import DefinitionFamily, Permission
from icportal.indicators.models import MigrantDefinition
from icportal.web.page_cache import touch_public

EARLIEST = 1950
LONGEST_WORDS, LONGEST_SOURCE = 2000, 300


def state_definition(
    city: City,
    *,
    actor: Actor,
    family: str,
    words: str = "",
    words_language: str = "en",
    year_from: int | None = None,
    source: str = "",
) -> MigrantDefinition:
    """Add a definition of migrant that holds from a year on (None: always), until a later one does.

    Raises:
        NotAllowed: the actor does not enter values for this city.
        DomainError: with what is wrong at which field; the same definition stands already.
    """
    authorise(actor, Permission.ENTER, city)
    words, source = words.strip(), source.strip()
    problems = _problems(family, words, words_language, year_from, source)
    if problems:
        raise FieldErrors(problems)
    hold(city)
    same_years = [each for each in definitions.of_city(city.id) if each.year_from == year_from]
    wanted = (family, words, words_language, source)
    if same_years and (same_years[0].family, same_years[0].words, same_years[0].words_language, same_years[0].source) == wanted:
        raise DomainError(_("The city has stated this definition already: nothing was changed."))
    stated = MigrantDefinition(
        city_id=city.id,
        family=family,
        words=words,
        words_language=words_language,
        year_from=year_from,
        source=source,
        created_by=actor.id,
    )
    db.session.add(stated)
    db.session.flush()
    audit.record(
        actor,
        "indicators.definition:state",
        stated,
        after={"family": family, "words": words, "language": words_language, "year_from": year_from, "source": source},
        city_id=city.id,
    )
    touch_public()
    return stated


def _problems(family: str, words: str, language: str, year_from: int | None, source: str) -> list[tuple[str | None, Text]]:
    found: list[tuple[str | None, Text]] = []
    if family not in set(DefinitionFamily):
        found.append(("family", _("Choose one of the families of definitions.")))
    if not words and family != DefinitionFamily.NOT_STATED:
        found.append(("words", _("Say in the city's own words whom it counts as a migrant.")))
    if len(words) > LONGEST_WORDS:
        found.append(("words", _("This is too long: at most %(max)d characters.", max=LONGEST_WORDS)))
    if language not in CONTENT_LANGUAGES:
        found.append(("words_language", _("Choose the language the words are written in.")))
    latest = today().year + 1
    if year_from is not None and not EARLIEST <= year_from <= latest:
        found.append(
            ("year_from", _("Give a year between %(earliest)d and %(latest)d, or nothing.", earliest=EARLIEST, latest=latest))
        )
    if len(source) > LONGEST_SOURCE:
        found.append(("source", _("This is too long: at most %(max)d characters.", max=LONGEST_SOURCE)))
    return found
