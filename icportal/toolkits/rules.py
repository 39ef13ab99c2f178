"""Who may do what with toolkits."""

from __future__ import annotations

from icportal.core.actors import Actor, Role
from icportal.core.permissions import predicate
from icportal.core.roles import is_administrator, is_coordinator
from icportal.core.strings import _l
from icportal.toolkits.enums import Permission


@predicate(_l("You need to be a translator or reviewer."))
def works_on_texts(actor: Actor, _subject: object) -> bool:
    return actor.has(Role.TRANSLATOR, Role.REVIEWER)


RULES = {
    Permission.VIEW: works_on_texts | is_coordinator | is_administrator,
    Permission.EDIT: is_coordinator,
}
