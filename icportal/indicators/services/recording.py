"""The only writer of values: page, workbook, command line and shipped facts all come here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import insert, select, tuple_, update

from icportal.core import audit
from icportal.core.actors import Actor
from icportal.core.bulk import parts
from icportal.core.clock import now
from icportal.core.db import db
from icportal.core.errors import InvalidTransition, Stale
from icportal.core.permissions import authorise
from icportal.core.strings import _
from icportal.core.transactions import hold, insert_once
from icportal.indicators.entries import Entry, Key, same
from icportal.indicators.enums import DeliveryState, How, Permission
from icportal.indicators.flow import DELIVERY, EDITABLE
from icportal.indicators.models import ENTRY_COLUMNS, Delivery, Observation
from icportal.indicators.services.withholding import withhold
from icportal.workflow import engine


@dataclass(frozen=True, slots=True)
class Change:
    """A value to be written. ``seen`` is the number of the version the person had before them (0: there was none);
    None where nobody looked, as with facts taken over.
    """

    key: Key
    version_id: int
    entry: Entry
    seen: int | None = None


def delivery_of(city_id: int, year: int) -> Delivery:
    """The delivery of a city for a year, made when it is not there yet. Flushes."""
    query = select(Delivery).where(Delivery.city_id == city_id, Delivery.year == year)
    found = db.session.scalar(query)
    if found is None:
        db.session.flush()
        insert_once(Delivery, city_id=city_id, year=year, state=DELIVERY.initial, state_since=now())
        found = db.session.scalars(query).one()
    return found


def record(changes: Iterable[Change], *, actor: Actor, how: str = How.TYPED, batch_id: int | None = None) -> list[Observation]:
    """Write values as new versions; what is the same already is left alone. Gives the versions that were written.

    All belong to one city and year. A value that is the same stays with the version of the indicator it answered. A
    published or withdrawn delivery becomes a draft again; the public goes on reading what was published, but for
    values that are not free any more: those are withheld at once.

    Raises:
        NotAllowed: the actor may not enter values for this city.
        InvalidTransition: the delivery is in review.
        Stale: with (key, mine, theirs) for every value somebody else changed meanwhile.
    """
    wanted = {change.key: change for change in changes}
    if not wanted:
        return []
    first = next(iter(wanted))
    if any((key.city_id, key.year) != (first.city_id, first.year) for key in wanted):
        message = "one call records values of one city and one year"
        raise ValueError(message)
    delivery = delivery_of(first.city_id, first.year)
    authorise(actor, Permission.ENTER, delivery)
    open_for_writing(delivery, actor=actor)
    before = current_values(first.city_id, first.year)
    _refuse_overtaken(wanted.values(), before)
    moment, rows, replaced = now(), [], []
    for key, change in wanted.items():
        old = before.get(key)
        if same(old.entry if old else None, change.entry):
            continue
        if old is not None:
            replaced.append(old)
        rows.append(
            {
                "city_id": key.city_id,
                "indicator_id": key.indicator_id,
                "version_id": change.version_id,
                "breakdown": key.breakdown,
                "period": key.period,
                "year": key.year,
                "number": old.number + 1 if old else 1,
                "current": True,
                **{name: getattr(change.entry, name) for name in ENTRY_COLUMNS},
                "how": how,
                "batch_id": batch_id,
                "author_id": actor.id,
                "acting_for": actor.acting_for,
                "created_at": moment,
            }
        )
    if not rows:
        return []
    for part in parts([old.id for old in replaced]):
        db.session.execute(update(Observation).where(Observation.id.in_(part)).values(current=False))
    written = list(db.session.scalars(insert(Observation).returning(Observation, sort_by_parameter_order=True), rows))
    withheld = 0 if all(value.entry.is_free for value in written) else withhold([(delivery.city_id, delivery.year)])
    _touch(delivery)
    audit.record(
        actor,
        "indicators.delivery:record",
        delivery,
        after={
            "values": len(written),
            "how": how,
            "import": batch_id,
            "year": delivery.year,
            **({"withheld": withheld} if withheld else {}),
        },
        city_id=delivery.city_id,
    )
    return written


def open_for_writing(delivery: Delivery, *, actor: Actor) -> None:
    """Hold the delivery until the end of the transaction and make it one that can be written into.

    Raises:
        InvalidTransition: it is in review.
    """
    if not hold(delivery):
        db.session.refresh(delivery)
        hold(delivery)
    open_state(delivery, actor=actor)


def open_state(delivery: Delivery, *, actor: Actor) -> None:
    """Make a delivery that is held one that can be written into.

    Raises:
        InvalidTransition: it is in review.
    """
    if delivery.state not in EDITABLE:
        raise InvalidTransition(_("This delivery is in review: take it back first, then change it."))
    if delivery.state in {DeliveryState.PUBLISHED, DeliveryState.WITHDRAWN}:
        engine.fire(DELIVERY, delivery, "revise", actor=actor, city_id=delivery.city_id)


def current_values(city_id: int, year: int) -> dict[Key, Observation]:
    """The newest version of every value of a city's year, removed ones included."""
    query = select(Observation).where(Observation.city_id == city_id, Observation.year == year, Observation.current)
    return {value.key: value for value in db.session.scalars(query.execution_options(populate_existing=True))}


def earlier_values(city_id: int, year: int) -> list[Observation]:
    """The values of a city's earlier years as they stand, oldest first."""
    query = select(Observation).where(Observation.city_id == city_id, Observation.year < year, Observation.current)
    return list(db.session.scalars(query.order_by(Observation.year, Observation.period)))


def versions_of(key: Key) -> list[Observation]:
    """All versions of one value, newest first."""
    query = select(Observation).where(
        Observation.city_id == key.city_id,
        Observation.year == key.year,
        Observation.indicator_id == key.indicator_id,
        Observation.breakdown == key.breakdown,
        Observation.period == key.period,
    )
    return list(db.session.scalars(query.order_by(Observation.number.desc())))


def current_of(keys: Sequence[Key]) -> dict[Key, Observation]:
    """The newest version of each of these values, of any city and year."""
    found: dict[Key, Observation] = {}
    columns = (Observation.city_id, Observation.year, Observation.indicator_id, Observation.breakdown, Observation.period)
    for part in parts(keys):
        wanted = [(key.city_id, key.year, key.indicator_id, key.breakdown, key.period) for key in part]
        query = select(Observation).where(tuple_(*columns).in_(wanted), Observation.current)
        found |= {value.key: value for value in db.session.scalars(query)}
    return found


def _refuse_overtaken(changes: Iterable[Change], before: Mapping[Key, Observation]) -> None:
    overtaken = [
        (change.key, change.entry, old.entry if old else None)
        for change in changes
        if change.seen is not None
        and (old := before.get(change.key), (old.number if old else 0))[1] != change.seen
        and not same(old.entry if old else None, change.entry)
    ]
    if overtaken:
        raise Stale(
            _("Somebody else has changed these values since you opened them. Both are shown; nothing of yours was saved."),
            overtaken,
        )


def _touch(delivery: Delivery) -> None:
    """A new version number, so that an approval of what stood here before is refused."""
    delivery.updated_at = now()
    db.session.flush()
