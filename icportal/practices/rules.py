"""Who may do what with a practice. Its text follows the rules of content; here is what comes on top.

Asked without a subject, a rule answers whether the actor could hold the permission over anything.
"""

from __future__ import annotations

from typing import Any

from icportal.core.actors import Actor, Role
from icportal.core.permissions import is_signed_in, predicate
from icportal.core.roles import is_administrator, is_coordinator, is_mayor_office_of_city, is_officer_of_city
from icportal.core.strings import _l
from icportal.practices.enums import Permission


@predicate(_l("You need to be a translator or reviewer of a language it is published or being written in."))
def works_on_a_language_of_it(actor: Actor, practice: Any) -> bool:
    if practice is None:
        return actor.has(Role.TRANSLATOR, Role.REVIEWER)
    item = practice.item
    if item.source.is_published and actor.has(Role.TRANSLATOR):
        return True
    return any(actor.has_in_language(version.language, Role.TRANSLATOR, Role.REVIEWER) for version in item.versions)


@predicate(_l("You need to be a translator."))
def is_translator_of_any(actor: Actor, _subject: Any) -> bool:
    return actor.has(Role.TRANSLATOR)


@predicate(_l("You need to be a reviewer."))
def is_reviewer_of_any(actor: Actor, _subject: Any) -> bool:
    return actor.has(Role.REVIEWER)


RULES = {
    Permission.CREATE: is_officer_of_city | is_coordinator,
    Permission.EDIT_FACTS: is_officer_of_city | is_coordinator,
    Permission.WRITE_TO_CITY: is_signed_in,
    Permission.BULK: is_reviewer_of_any | is_coordinator,
    Permission.TRANSLATE_ANY: is_translator_of_any | is_officer_of_city | is_coordinator,
    Permission.OVERVIEW: is_coordinator | is_administrator,
    Permission.VIEW_WORKSPACE: (
        is_officer_of_city | is_mayor_office_of_city | is_coordinator | is_administrator | works_on_a_language_of_it
    ),
}

HIDDEN = frozenset({Permission.VIEW_WORKSPACE})
