"""Reading visits: one of them, those of a pairing in the order of time with what is missing, and what came of their decisions."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from babel.dates import get_timezone_location
from sqlalchemy import or_, select
from sqlalchemy.orm import selectinload

from icportal.cities import queries as cities
from icportal.cities.models import City
from icportal.core.actors import Actor
from icportal.core.clock import PORTAL_ZONE, today
from icportal.core.db import db
from icportal.core.errors import NotFound
from icportal.core.permissions import authorise
from icportal.core.strings import Text, _, _l
from icportal.i18n.catalogues import current_language
from icportal.i18n.formatting import clock, day
from icportal.mentoring.enums import RUNNING, PairingState, Permission, Side
from icportal.mentoring.models import Pairing, Visit, VisitDecision, VisitDocument, VisitMinutes
from icportal.mentoring.visit_words import DECISION, VisitState
from icportal.mentoring.zones import moment_of, zone_of
from icportal.plans import alike, loaded
from icportal.plans.models import Action, Origin


@dataclass(frozen=True)
class Row:
    """A visit in a list: its host, what is missing of it, whether it is the next one, and whether it fell with its pairing."""

    visit: Visit
    host: City
    missing: Sequence[Text]
    is_next: bool = False
    fell_away: bool = False


@dataclass(frozen=True)
class Decided:
    """A decision, the city it is for, and the action that came of it."""

    decision: VisitDecision
    city: City
    action: Action | None = None


def open_visit(visit_id: int, *, actor: Actor) -> Visit:
    """A visit for somebody who may open its pairing. NotFound for everybody else."""
    visit = db.session.get(Visit, visit_id)
    if visit is None:
        raise NotFound(_("There is no such page, or it is not open to you."))
    authorise(actor, Permission.VIEW_PAIRING, visit)
    return visit


def document_of(visit: Visit, number: int) -> VisitDocument:
    """A document of a visit. NotFound where it has none of this number."""
    found = next((each for each in visit.documents if each.id == number), None)
    if found is None:
        raise NotFound(_("There is no such file."))
    return found


def visits_of(pairing: Pairing) -> list[Row]:
    """The visits of a pairing: the next one first, then what follows, then what is past, the newest first. A few queries in all."""
    query = select(Visit).where(Visit.pairing_id == pairing.id)
    query = query.options(selectinload(Visit.minutes), selectinload(Visit.documents))
    found = sorted(
        db.session.scalars(query), key=lambda each: (each.first_on, each.starts_at is not None, each.starts_at, each.id)
    )
    hosts = cities.by_id(sorted({each.host_id for each in found}))
    to_come = [each for each in found if each.state == VisitState.PLANNED and each.last_on >= today() and not fell_away(each)]
    past = [each for each in reversed(found) if each not in to_come]
    first = to_come[0] if to_come else None
    return [Row(each, hosts[each.host_id], missing(each), each is first, fell_away(each)) for each in [*to_come, *past]]


def missing(visit: Visit) -> list[Text]:
    """What is still to do about a visit, in sentences; nothing for one that does not take place."""
    if is_off(visit) or visit.pairing.state == PairingState.ENDED:
        return []
    if visit.first_on > today():
        told: list[tuple[bool, Text]] = [
            (not visit.is_online and not visit.place, _l("The place is missing.")),
            (visit.is_online and not visit.link, _l("The address of the online meeting is missing.")),
            (not visit.agenda, _l("The agenda is missing.")),
            (not visit.people, _l("Nobody is named yet who takes part.")),
        ]
        return [text for is_missing, text in told if is_missing]
    if visit.minutes is None:
        if visit.last_on >= today():
            return []
        return [_l("The minutes are missing.") if visit.state == VisitState.HELD else _l("Say whether it took place.")]
    return [_l("The minutes are not confirmed by both.")] if unconfirmed(visit) else []


def unconfirmed(visit: Visit) -> list[int]:
    """The cities that have not confirmed the minutes as they stand; nobody while there are none."""
    minutes, pairing = visit.minutes, visit.pairing
    if minutes is None:
        return []
    sides = {pairing.mentor_id: minutes.mentor_confirmed_at, pairing.mentee_id: minutes.mentee_confirmed_at}
    return [number for number, at in sides.items() if at is None]


def is_outside(visit: Visit) -> bool:
    """Whether a visit lies outside the time both cities have agreed on."""
    first, last = visit.pairing.starts_on, visit.pairing.ends_on
    return bool((first and visit.first_on < first) or (last and visit.last_on > last))


def is_off(visit: Visit) -> bool:
    """Whether nobody should go there: it is cancelled, or its pairing was over before it began."""
    return visit.state == VisitState.CANCELLED or fell_away(visit)


def fell_away(visit: Visit) -> bool:
    """Whether a visit that is still planned has no pairing any more: that was completed or ended before its first day.

    One that had begun by then may well have taken place: its minutes are still asked for.
    """
    if visit.state != VisitState.PLANNED or visit.pairing.state in RUNNING:
        return False
    return visit.first_on > visit.pairing.state_since.astimezone(PORTAL_ZONE).date()


def when(visit: Visit) -> str:
    """The days of a visit, or the day and hours of an online meeting with whose clock they are on, in the current language."""
    if visit.starts_at is None or visit.ends_at is None:
        return days(visit.first_on, visit.last_on)
    told = {"day": day(visit.first_on), "from_": clock(visit.starts_at), "to": clock(visit.ends_at), "place": _place(visit.zone)}
    return _("%(day)s, %(from_)s–%(to)s (time in %(place)s)", **told)


def days(first: date, last: date) -> str:
    """One day, or the first and the last."""
    return day(first) if first == last else f"{day(first)} – {day(last)}"


def elsewhere(visit: Visit, both: Iterable[City]) -> list[tuple[City, str]]:
    """(city, hours) of an online meeting for the cities whose clock shows another time."""
    if visit.starts_at is None or visit.ends_at is None:
        return []
    starts, ends = (moment_of(visit.first_on, at, visit.zone) for at in (visit.starts_at, visit.ends_at))
    told = []
    for city in both:
        own = moment_of(visit.first_on, visit.starts_at, zone_of(city)).tzinfo
        if starts.astimezone(own).utcoffset() != starts.utcoffset():
            told.append((city, f"{clock(starts.astimezone(own).time())}–{clock(ends.astimezone(own).time())}"))
    return told


def _place(zone: str) -> str:
    return get_timezone_location(zone, locale=current_language().locale, return_city=True)


# --- decisions -------------------------------------------------------------------------------------------------


def actions_of(numbers: Collection[int]) -> dict[int, Action]:
    """The action each of these decisions has become, where it has; where it was merged, the one that took it in."""
    query = select(Origin.source_id, Action).join(Action, Action.id == Origin.action_id)
    query = query.where(Origin.kind == DECISION, Origin.source_id.in_(numbers))
    return {number: action for number, action in db.session.execute(query) if number is not None}


def decided_at(visit: Visit) -> list[Decided]:
    """The decisions of a visit in their order, with what came of them."""
    if visit.minutes is None:
        return []
    decisions = visit.minutes.decisions
    homes, made = cities.by_id(sorted(visit.city_ids)), actions_of([each.id for each in decisions])
    return [Decided(each, homes[each.city_id], made.get(each.id)) for each in decisions]


def look_alike(actions: Sequence[Action]) -> bool:
    """Whether one of these actions looks like another open one of its plan."""
    new = {each.id for each in actions}
    homes = cities.by_id(sorted({each.city_id for each in actions}))
    pairs = [pair for city in homes.values() for pair in alike.pairs_of(loaded.load_plan(city).actions)]
    return any({pair.first.id, pair.second.id} & new for pair in pairs)


# --- what waits --------------------------------------------------------------------------------------------------


def without_minutes(city_ids: Collection[int]) -> list[Visit]:
    """Visits of these cities that are over and have no minutes, the oldest first."""
    query = _of_cities(city_ids).where(Visit.state != VisitState.CANCELLED, Visit.last_on < today())
    query = query.where(~select(VisitMinutes.id).where(VisitMinutes.visit_id == Visit.id).exists())
    found = db.session.scalars(query.where(Pairing.state != PairingState.ENDED).order_by(Visit.last_on, Visit.id))
    return [visit for visit in found if not fell_away(visit)]


def to_confirm(city_ids: Collection[int]) -> list[tuple[Visit, VisitMinutes]]:
    """Visits whose minutes wait for one of these cities, what waits longest first."""
    query = select(Visit, VisitMinutes).join(Pairing, Pairing.id == Visit.pairing_id)
    query = query.join(VisitMinutes, VisitMinutes.visit_id == Visit.id).where(Visit.state != VisitState.CANCELLED)
    waits = or_(
        (Pairing.mentor_id.in_(city_ids)) & VisitMinutes.mentor_confirmed_at.is_(None),
        (Pairing.mentee_id.in_(city_ids)) & VisitMinutes.mentee_confirmed_at.is_(None),
    )
    found = db.session.execute(query.where(waits).order_by(VisitMinutes.updated_at, Visit.id))
    return [(visit, minutes) for visit, minutes in found]


def side_confirmed(minutes: VisitMinutes, side: Side) -> bool:
    """Whether a side has confirmed the minutes as they stand."""
    return getattr(minutes, f"{side}_confirmed_at") is not None


def _of_cities(city_ids: Collection[int]):  # type: ignore[no-untyped-def]  # noqa: ANN202  SQLAlchemy's own
    query = select(Visit).join(Pairing, Pairing.id == Visit.pairing_id)
    return query.where(or_(Pairing.mentor_id.in_(city_ids), Pairing.mentee_id.in_(city_ids)))
