"""Who may do what with a text. The subject is a language version (or an item; both know city and language).

Asked without a subject, a rule answers whether the actor could hold the permission over anything.
"""

from __future__ import annotations

from typing import Any

from icportal.content.enums import Permission
from icportal.core.actors import Actor, Role
from icportal.core.permissions import Predicate, is_system, predicate
from icportal.core.roles import is_administrator, is_coordinator, is_mayor_office_of_city, is_officer_of_city
from icportal.core.strings import _l


@predicate(_l("You need to be a translator of this language."))
def is_translator(actor: Actor, subject: Any) -> bool:
    if subject is None:
        return actor.has(Role.TRANSLATOR)
    return actor.has_in_language(subject.language, Role.TRANSLATOR)


@predicate(_l("You need to be a reviewer of this language."))
def is_reviewer(actor: Actor, subject: Any) -> bool:
    if subject is None:
        return actor.has(Role.REVIEWER)
    return actor.has_in_language(subject.language, Role.REVIEWER)


@predicate(_l("This is the text the others are translated from; it belongs to the city's officers."))
def is_translation(_actor: Actor, subject: Any) -> bool:
    return subject is None or not subject.is_source


@predicate(_l("This is a translation; it is done at the translation desk."))
def is_source(_actor: Actor, subject: Any) -> bool:
    return subject is None or subject.is_source


may_write_source = (is_officer_of_city | is_coordinator) & is_source
may_translate = (is_translator | is_officer_of_city | is_coordinator) & is_translation
may_write: Predicate = may_write_source | may_translate
may_review = is_reviewer | is_coordinator

RULES = {
    Permission.VIEW_DRAFT: may_write | may_review | is_mayor_office_of_city | is_administrator,
    Permission.EDIT: may_write_source,
    Permission.TRANSLATE: may_translate,
    Permission.SUBMIT: may_write,
    Permission.REVIEW: may_review,
    Permission.OVERRIDE: is_coordinator | is_administrator,
    Permission.WITHDRAW: is_officer_of_city | is_coordinator | is_administrator,
    Permission.IMPORT: is_system,
    Permission.COMMENT: may_write | may_review,
    Permission.EDIT_ITEM: is_officer_of_city | is_coordinator,
}

HIDDEN = frozenset({Permission.VIEW_DRAFT})
