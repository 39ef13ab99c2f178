"""Visits that would need the same city at the same time, in its pairings that run now.

Two visits collide where their days do, two online meetings where their hours do. A meeting on a day of a visit does not: an hour
can be found, so both are told and nobody is refused.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import or_, select

from icportal.cities.models import City
from icportal.core.actors import Actor
from icportal.core.db import db
from icportal.core.permissions import can
from icportal.core.strings import Text, _
from icportal.i18n.formatting import day
from icportal.mentoring.enums import RUNNING, Permission
from icportal.mentoring.models import Pairing, Visit
from icportal.mentoring.visit_drafts import VisitDraft, said_by
from icportal.mentoring.visit_words import VisitKind, VisitState
from icportal.mentoring.zones import moment_of

_A_DAY = timedelta(days=1)


def overlapping(draft: VisitDraft, pairing: Pairing, but: int | None = None) -> list[Visit]:
    """The visits of either city that a checked draft collides with, the first one first; ``but`` is the visit it is of."""
    return [visit for visit in _near(draft, pairing, but) if _collide(draft, visit)]


def beside(draft: VisitDraft, pairing: Pairing, but: int | None = None) -> list[Visit]:
    """The visits during which an online meeting takes place, or the meetings in the days of a visit."""
    return [visit for visit in _near(draft, pairing, but) if _is_online(draft) != visit.is_online and _share_days(draft, visit)]


def _near(draft: VisitDraft, pairing: Pairing, but: int | None) -> list[Visit]:
    assert draft.first_on is not None
    assert draft.last_on is not None
    ours = pairing.city_ids
    query = select(Visit).join(Pairing, Pairing.id == Visit.pairing_id)
    query = query.where(or_(Pairing.mentor_id.in_(ours), Pairing.mentee_id.in_(ours)), Pairing.state.in_(RUNNING))
    # A day on either side: what is Tuesday evening on one clock is Wednesday on another.
    near = query.where(Visit.first_on <= draft.last_on + _A_DAY, Visit.last_on >= draft.first_on - _A_DAY)
    near = near.where(Visit.state != VisitState.CANCELLED, Visit.id != (but or 0)).order_by(Visit.first_on, Visit.id)
    return list(db.session.scalars(near))


def refusals(
    draft: VisitDraft, found: Sequence[Visit], pairing: Pairing, cities: Sequence[City], *, actor: Actor, language: str
) -> list[Text]:
    """Why these visits are in the way, a sentence each. Of a pairing the actor may not open it says whose days are taken, no more."""
    names = {city.id: city.name_in(language) for city in cities}
    told = []
    for visit in found:
        if can(actor, Permission.VIEW_PAIRING, visit):
            told.append(
                _(
                    "This overlaps with “%(title)s” (%(days)s). Choose other days, or move that one first.",
                    title=visit.title,
                    days=_days(visit),
                )
            )
            continue
        taken = names[min(visit.city_ids & pairing.city_ids)]
        if _is_online(draft):
            told.append(_("%(city)s has another meeting of its mentoring at that hour. Choose another time.", city=taken))
        else:
            told.append(_("%(city)s has another visit of its mentoring on these days. Choose other days.", city=taken))
    return list(dict.fromkeys(told))


def warnings(visit: Visit, cities: Sequence[City], *, actor: Actor, language: str) -> list[Text]:
    """What a visit has beside it on its days, a sentence each; no more of a pairing the actor may not open than ``refusals`` say."""
    names = {city.id: city.name_in(language) for city in cities}
    told = []
    for other in beside(said_by(visit), visit.pairing, visit.id):
        if can(actor, Permission.VIEW_PAIRING, other):
            told.append(
                _(
                    "On these days there is “%(title)s” (%(days)s), too. Check that the hours suit everybody.",
                    title=other.title,
                    days=_days(other),
                )
            )
            continue
        taken = names[min(other.city_ids & visit.city_ids)]
        told.append(
            _("%(city)s has something else of its mentoring on these days. Check with it that the hours suit.", city=taken)
        )
    return list(dict.fromkeys(told))


def _days(visit: Visit) -> str:
    return day(visit.first_on) if visit.first_on == visit.last_on else f"{day(visit.first_on)} – {day(visit.last_on)}"


def _is_online(draft: VisitDraft) -> bool:
    return draft.kind == VisitKind.ONLINE


def _share_days(draft: VisitDraft, visit: Visit) -> bool:
    assert draft.first_on is not None
    assert draft.last_on is not None
    return draft.first_on <= visit.last_on and visit.first_on <= draft.last_on


def _collide(draft: VisitDraft, visit: Visit) -> bool:
    if _is_online(draft) != visit.is_online:
        return False
    if visit.is_online:
        assert draft.first_on is not None
        assert draft.starts_at is not None
        assert draft.ends_at is not None
        assert visit.starts_at is not None
        assert visit.ends_at is not None
        ours = (moment_of(draft.first_on, draft.starts_at, draft.zone), moment_of(draft.first_on, draft.ends_at, draft.zone))
        theirs = (moment_of(visit.first_on, visit.starts_at, visit.zone), moment_of(visit.first_on, visit.ends_at, visit.zone))
        return ours[0] < theirs[1] and theirs[0] < ours[1]
    return _share_days(draft, visit)
