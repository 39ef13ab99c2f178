"""What of visits waits for a city: minutes to write, minutes to confirm."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time

from icportal.cities import queries as cities
from icportal.cities.models import City
from icportal.content.worklists import YOU
from icportal.core.actors import Actor, Role
from icportal.core.clock import PORTAL_ZONE
from icportal.core.strings import Text, _l, _lp
from icportal.i18n.catalogues import current_language
from icportal.mentoring import visits
from icportal.mentoring.models import Visit
from icportal.workflow.worklists import Waiting, Worklist


def provide(actor: Actor, limit: int) -> list[Worklist]:
    """The actor's two lists with at most ``limit`` entries each, what waits longest first."""
    own = sorted(actor.cities(Role.CITY_OFFICER, Role.MAYOR_OFFICE))
    if not own:
        return []
    late = [(visit, datetime.combine(visit.last_on, time.max, PORTAL_ZONE)) for visit in visits.without_minutes(own)]
    unread = [(visit, minutes.updated_at) for visit, minutes in visits.to_confirm(own)]
    return [
        _list("mentoring.minutes", _l("Visits without minutes"), late, _lp("minutes", "Missing"), limit),
        _list("mentoring.minutes_to_confirm", _l("Minutes to confirm"), unread, _lp("minutes", "To confirm"), limit),
    ]


def _list(key: str, label: Text, found: Sequence[tuple[Visit, datetime]], state: Text, limit: int) -> Worklist:
    shown = found[:limit]
    homes = cities.by_id(sorted({visit.host_id for visit, _since in shown}))
    entries = [_entry(visit, homes[visit.host_id], since, state) for visit, since in shown]
    return Worklist(key, label, True, len(found), entries)


def _entry(visit: Visit, host: City, since: datetime, state: Text) -> Waiting:
    return Waiting(
        title=visit.title,
        endpoint="mentoring.show_visit",
        values={"visit_id": visit.id},
        kind=_lp("mentoring", "Visit"),
        state=visit.state,
        state_label=state,
        tone="waiting",
        since=since,
        waits_for=YOU,
        city=host.name_in(current_language().code),
        language=visit.language,
    )
