"""Who may do what in a reporting round. The subject is a response, a section of one (``Place``), a round or a piece of evidence.

Asked without a subject, a rule answers whether the actor could hold the permission over anything.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from icportal.core.actors import Actor, Role
from icportal.core.permissions import is_system, predicate
from icportal.core.roles import is_administrator, is_coordinator, is_mayor_office_of_city, is_officer_of_city
from icportal.core.strings import _l
from icportal.reporting.enums import Permission, ResponseState, RoundState


@dataclass(frozen=True)
class Place:
    """One section of one response, for the question who may answer there."""

    response: Any
    section: str

    @property
    def city_id(self) -> int:
        return int(self.response.city_id)

    @property
    def opened(self) -> str:
        """What a link that opens this section says in ``Actor.opened``."""
        return f"reporting.section:{self.response.id}:{self.section}"


def _response(subject: Any) -> Any:
    return subject.response if isinstance(subject, Place) else subject


@predicate(_l("You need the link to this section."))
def has_the_link(actor: Actor, subject: Any) -> bool:
    if subject is None:
        return bool(actor.opened)
    return isinstance(subject, Place) and actor.opened == subject.opened


@predicate(_l("The round is not open: ask a coordinator to open it again."))
def round_is_open(_actor: Actor, subject: Any) -> bool:
    return subject is None or _response(subject).round.state == RoundState.OPEN


@predicate(_l("The response has been sent on: take it back first, or ask for it to be reopened."))
def is_being_answered(_actor: Actor, subject: Any) -> bool:
    return subject is None or _response(subject).state in {ResponseState.DRAFT, ResponseState.CHANGES_REQUESTED}


@predicate(_l("You need to be of a city of the network."))
def is_of_a_city(actor: Actor, _subject: Any) -> bool:
    return actor.has(Role.CITY_OFFICER, Role.MAYOR_OFFICE)


@predicate(_l("You need to be a translator or reviewer."))
def works_on_texts(actor: Actor, _subject: Any) -> bool:
    return actor.has(Role.TRANSLATOR, Role.REVIEWER)


belongs_to_the_city = is_officer_of_city | is_mayor_office_of_city
works_in_the_network = is_of_a_city | is_coordinator | is_administrator

RULES = {
    Permission.VIEW_QUESTIONNAIRE: works_on_texts | is_coordinator | is_administrator,
    Permission.EDIT_QUESTIONNAIRE: is_coordinator | is_system,
    Permission.LIST_ROUNDS: works_in_the_network,
    Permission.VIEW_BOARD: is_coordinator | is_administrator,
    Permission.RUN_ROUND: is_coordinator | is_system,
    Permission.VIEW_RESPONSE: belongs_to_the_city | is_coordinator | is_administrator,
    Permission.ANSWER: (is_officer_of_city | is_mayor_office_of_city | has_the_link | is_system)
    & round_is_open
    & is_being_answered,
    Permission.ASK_EXTENSION: belongs_to_the_city,
    Permission.CERTIFY: is_mayor_office_of_city,
    Permission.CHECK: is_coordinator,
    Permission.ADOPT: is_system,
    Permission.VIEW_EVIDENCE: belongs_to_the_city | is_coordinator | is_administrator,
    Permission.KEEP_EVIDENCE: belongs_to_the_city | is_system,
    Permission.VIEW_RESULTS: works_in_the_network,
    Permission.COMPUTE_RESULTS: is_coordinator | is_system,
    Permission.VIEW_REPORT: works_on_texts | works_in_the_network,
    Permission.EDIT_REPORT: is_coordinator | is_system,
    Permission.RELEASE_REPORT: is_coordinator | is_system,
    Permission.DECIDE_MENTION: belongs_to_the_city,
    Permission.MAKE_BRIEFING: belongs_to_the_city | is_coordinator,
}

HIDDEN = frozenset({Permission.VIEW_RESPONSE, Permission.VIEW_EVIDENCE})
