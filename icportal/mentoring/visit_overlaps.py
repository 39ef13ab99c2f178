"""Visits that would need the same city at the same time, in its pairings that run now."""

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
from icportal.mentoring.visit_drafts import VisitDraft
from icportal.mentoring.visit_words import VisitKind, VisitState
from icportal.mentoring.zones import moment_of

_A_DAY = timedelta(days=1)


def overlapping(draft: VisitDraft, pairing: Pairing, but: int | None = None) -> list[Visit]:
    """The visits of either city that a checked draft collides with, the first one first; ``but`` is the visit it is of.

    Two online meetings collide where their hours do; anything else where its days do.
    """
    assert draft.first_on is not None
    assert draft.last_on is not None
    ours = pairing.city_ids
    query = select(Visit).join(Pairing, Pairing.id == Visit.pairing_id)
    query = query.where(or_(Pairing.mentor_id.in_(ours), Pairing.mentee_id.in_(ours)), Pairing.state.in_(RUNNING))
    # A day on either side: what is Tuesday evening on one clock is Wednesday on another.
    near = query.where(Visit.first_on <= draft.last_on + _A_DAY, Visit.last_on >= draft.first_on - _A_DAY)
    near = near.where(Visit.state != VisitState.CANCELLED, Visit.id != (but or 0)).order_by(Visit.first_on, Visit.id)
    return [visit for visit in db.session.scalars(near) if _collide(draft, visit)]


def refusals(
    draft: VisitDraft, found: Sequence[Visit], pairing: Pairing, cities: Sequence[City], *, actor: Actor, language: str
) -> list[Text]:
    """Why these visits are in the way, a sentence each. Of a pairing the actor may not open it says whose days are taken, no more."""
    names = {city.id: city.name_in(language) for city in cities}
    told = []
    for visit in found:
        if can(actor, Permission.VIEW_PAIRING, visit):
            days = day(visit.first_on) if visit.first_on == visit.last_on else f"{day(visit.first_on)} – {day(visit.last_on)}"
            told.append(
                _(
                    "This overlaps with “%(title)s” (%(days)s). Choose other days, or move that one first.",
                    title=visit.title,
                    days=days,
                )
            )
            continue
        taken = names[min(visit.city_ids & pairing.city_ids)]
        if draft.kind == VisitKind.ONLINE and visit.is_online:
            told.append(_("%(city)s has another meeting of its mentoring at that hour. Choose another time.", city=taken))
        else:
            told.append(_("%(city)s has another visit of its mentoring on these days. Choose other days.", city=taken))
    return list(dict.fromkeys(told))


def _collide(draft: VisitDraft, visit: Visit) -> bool:
    assert draft.first_on is not None
    assert draft.last_on is not None
    if draft.kind == VisitKind.ONLINE and visit.is_online:
        assert draft.starts_at is not None
        assert draft.ends_at is not None
        assert visit.starts_at is not None
        assert visit.ends_at is not None
        ours = (moment_of(draft.first_on, draft.starts_at, draft.zone), moment_of(draft.first_on, draft.ends_at, draft.zone))
        theirs = (moment_of(visit.first_on, visit.starts_at, visit.zone), moment_of(visit.first_on, visit.ends_at, visit.zone))
        return ours[0] < theirs[1] and theirs[0] < ours[1]
    return draft.first_on <= visit.last_on and visit.first_on <= draft.last_on
