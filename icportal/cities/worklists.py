"""Cities that lack contacts: work for the city, something to know for the coordinator."""

from __future__ import annotations

from icportal.cities import queries
from icportal.cities.enums import FEWEST_CONTACTS, Permission
from icportal.cities.models import City
from icportal.core.actors import CITY_ROLES, Actor, Role
from icportal.core.permissions import can
from icportal.core.strings import _, _l
from icportal.i18n.catalogues import current_language
from icportal.workflow.worklists import Waiting, Worklist


def provide(actor: Actor, limit: int) -> list[Worklist]:
    """Cities with fewer contacts than they should have: the actor's own, and for a coordinator those of all others."""
    found = []
    own = actor.cities(*CITY_ROLES)
    if own:
        short = [city for city in queries.short_of_contacts(own) if can(actor, Permission.EDIT_CONTACTS, city)]
        found.append(Worklist("cities.contacts", _l("Contacts to name"), True, len(short), [_waiting(c) for c in short[:limit]]))
    if actor.has(Role.COORDINATOR):
        short = [city for city in queries.short_of_contacts() if city.id not in own]
        label = _l("Cities with too few contacts")
        found.append(Worklist("cities.without_contacts", label, False, len(short), [_waiting(c) for c in short[:limit]]))
    return found


def _waiting(city: City) -> Waiting:
    name = city.name_in(current_language().code)
    return Waiting(
        title=name,
        endpoint="cities.edit_contacts",
        values={"slug": city.slug},
        kind=_l("City"),
        state="draft",
        state_label=_("%(named)s of %(fewest)s contacts named", named=len(city.contacts), fewest=FEWEST_CONTACTS),
        tone="waiting",
        # Changing the contacts touches the city, so this is when it became short, or later.
        since=city.updated_at,
        waits_for=_l("the city"),
        city=name,
    )
