"""What of the cities' deliveries waits, and for whom."""

from __future__ import annotations

from collections.abc import Sequence

from icportal.cities.models import City
from icportal.core.actors import Actor, Role
from icportal.core.strings import Text, _, _l
from icportal.i18n.catalogues import current_language
from icportal.indicators import deliveries
from icportal.indicators.enums import DeliveryState
from icportal.indicators.flow import DELIVERY
from icportal.indicators.models import Delivery
from icportal.workflow.worklists import Waiting, Worklist

YOU = _l("you")


def provide(actor: Actor, limit: int) -> list[Worklist]:
    """The actor's lists with at most ``limit`` entries each, longest waiting first; a query a list."""
    lists: list[Worklist] = []
    writes, belongs = actor.cities(Role.CITY_OFFICER), actor.cities(Role.CITY_OFFICER, Role.MAYOR_OFFICE)
    if writes:
        found = deliveries.waiting(deliveries.OPEN_STATES, writes)
        lists.append(_worklist("enter", _l("Indicators to go on with"), found, limit, mine=True))
    if actor.has(Role.COORDINATOR):
        found = deliveries.waiting({DeliveryState.REVIEW})
        lists.append(_worklist("check", _l("Indicators to check"), found, limit, mine=True))
    elif belongs:
        found = deliveries.waiting({DeliveryState.REVIEW}, belongs)
        lists.append(_worklist("others", _l("Indicators the network is checking"), found, limit, mine=False))
    return lists


def _worklist(key: str, label: Text, found: Sequence[tuple[Delivery, City]], limit: int, *, mine: bool) -> Worklist:
    entries = [_waiting(delivery, city, mine=mine, check=key == "check") for delivery, city in found[:limit]]
    return Worklist(f"deliveries.{key}", label, mine, len(found), entries)


def _waiting(delivery: Delivery, city: City, *, mine: bool, check: bool) -> Waiting:
    state, reader = DELIVERY.state(delivery.state), current_language()
    name = city.name_in(reader.code)
    return Waiting(
        title=_("%(city)s: indicators for %(year)s", city=name, year=str(delivery.year)),
        endpoint="indicators.review_delivery" if check else "indicators.show_delivery",
        values={"slug": city.slug, "year": delivery.year},
        kind=_l("Indicators"),
        state=delivery.state,
        state_label=state.label,
        tone=state.tone,
        since=delivery.state_since,
        waits_for=YOU if mine else state.waits_for or "",
        city=name,
        language=reader.code,
    )
