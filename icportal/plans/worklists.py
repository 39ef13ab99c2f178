"""What of a city's plan is due."""

from __future__ import annotations

from datetime import date, datetime, time

from icportal.cities.models import City
from icportal.core.actors import Actor, Role
from icportal.core.clock import PORTAL_ZONE, today
from icportal.core.strings import _l, _lp
from icportal.i18n.catalogues import current_language
from icportal.plans import queries
from icportal.plans.flow import ACTION
from icportal.plans.models import Action
from icportal.workflow.worklists import Waiting, Worklist

YOU = _l("you")


def provide(actor: Actor, limit: int) -> list[Worklist]:
    """For officers, the actions that are overdue or due within two weeks; one query."""
    writes = actor.cities(Role.CITY_OFFICER)
    if not writes:
        return []
    found = queries.due_soon(writes)
    return [Worklist("plans.due", _l("Actions that are due"), True, len(found), [_entry(*each) for each in found[:limit]])]


def _entry(action: Action, city: City, day: date) -> Waiting:
    state = ACTION.state(action.state)
    overdue = day < today()
    return Waiting(
        title=action.title,
        endpoint="plans.show_action",
        values={"slug": city.slug, "action_id": action.id},
        kind=_lp("action plan", "Action"),
        state=queries.OVERDUE if overdue else action.state,
        state_label=_l("Overdue") if overdue else state.label,
        tone="stopped" if overdue else state.tone,
        since=action.state_since,
        waits_for=YOU,
        city=city.name_in(current_language().code),
        language=action.language,
        due=datetime.combine(day, time.max, PORTAL_ZONE),
    )
