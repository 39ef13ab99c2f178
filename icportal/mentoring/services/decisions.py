"""A decision of a visit becomes an action in a city's plan: once, by one click, and it knows where it came from."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from icportal.cities import queries as cities
from icportal.cities.models import City
from icportal.core.actors import Actor
from icportal.core.errors import DomainError, InvalidTransition, NotFound
from icportal.core.permissions import authorise
from icportal.core.strings import _
from icportal.mentoring import ratings, visits
from icportal.mentoring.enums import Permission
from icportal.mentoring.models import Visit, VisitDecision
from icportal.mentoring.services.minutes import held_minutes
from icportal.mentoring.services.signs_of_life import show_life
from icportal.mentoring.visit_words import DECISION
from icportal.plans.draft import LONGEST_TITLE, Draft
from icportal.plans.models import Action
from icportal.plans.services.actions import CameFrom, create_action


@dataclass(frozen=True)
class Made:
    """A decision and the action that was made of it."""

    decision: VisitDecision
    action: Action


def make_actions(visit: Visit, numbers: Collection[int], *, actor: Actor) -> list[Made]:
    """Take decisions of a visit into the plans of the cities they are for. What is an action already stays the one it is.

    Raises:
        NotFound: one of them is no decision of this visit.
        NotAllowed: the actor is no officer of the city it is for.
        DomainError: none was chosen.
        InvalidTransition: all of them are actions already, or not both cities have confirmed the minutes as they stand: from
            then on a decision that is an action is not changed any more, and nobody settles that for the other.
    """
    authorise(actor, Permission.VIEW_PAIRING, visit)
    # Two who click at the same moment come one after the other.
    minutes = held_minutes(visit)
    there = {each.id: each for each in minutes.decisions} if minutes else {}
    if not numbers:
        raise DomainError(_("Choose at least one decision."), "decision")
    if set(numbers) - set(there):
        raise NotFound(_("There is no such page, or it is not open to you."))
    known = visits.actions_of(numbers)
    wanted = [there[number] for number in sorted(set(numbers) - set(known), key=lambda number: (there[number].position, number))]
    if not wanted:
        raise InvalidTransition(_("This is an action already: one decision makes one action."))
    if visits.unconfirmed(visit):
        raise InvalidTransition(_("Both cities confirm the minutes first: then a decision can become an action."))
    homes = cities.by_id(sorted({each.city_id for each in wanted}))
    language, served = minutes.language if minutes else "en", ratings.commitments_of(visit.pairing)
    made = [Made(each, _make(each, homes[each.city_id], language, served, actor)) for each in wanted]
    show_life(visit.pairing)
    return made


def _make(decision: VisitDecision, city: City, language: str, commitments: tuple[int, ...], actor: Actor) -> Action:
    first_line = decision.text.split("\n", 1)[0]
    title = first_line if len(first_line) <= LONGEST_TITLE else f"{first_line[: LONGEST_TITLE - 1].rpartition(' ')[0]}…"
    draft = Draft(
        title, body=decision.text, language=language, owner_body=decision.owner_body, owner_person=decision.owner_person,
        due_on=decision.due_on, commitments=commitments,
    )  # fmt: skip
    return create_action(city, draft, actor=actor, came_from=CameFrom(DECISION, decision.id, decision.text, language))
