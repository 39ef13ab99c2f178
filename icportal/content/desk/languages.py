"""Which languages somebody is offered at a desk."""

from __future__ import annotations

from icportal.core.actors import Actor, Role
from icportal.i18n.catalogues import current_language
from icportal.i18n.formatting import sorted_by_name
from icportal.i18n.locales import CONTENT_LANGUAGES, Language


def languages_to_translate_into(actor: Actor) -> list[Language]:
    """The languages this actor may translate something into, those of their roles first."""
    held = actor.languages(Role.TRANSLATOR)
    named = [code for code in sorted_by_name([code for code in held if code], name_of) if code in CONTENT_LANGUAGES]
    if None not in held and not actor.has(Role.COORDINATOR, Role.CITY_OFFICER):
        return [CONTENT_LANGUAGES[code] for code in named]
    others = sorted_by_name([code for code in CONTENT_LANGUAGES if code not in named], name_of)
    return [CONTENT_LANGUAGES[code] for code in (*named, *others)]


def name_of(code: str) -> str:
    """What readers of the current language call a language."""
    return CONTENT_LANGUAGES[code].name_in(current_language())


def with_autonym(code: str) -> str:
    """The name of a language, with what its own speakers call it where that is something else."""
    name, autonym = name_of(code), CONTENT_LANGUAGES[code].autonym
    return name if name == autonym else f"{name} ({autonym})"
