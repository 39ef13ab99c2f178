"""A delivery on its way: sent in, sent back, published, withdrawn; and what the public reads of it."""

from __future__ import annotations

from sqlalchemy import delete, func, insert, select

from icportal.cities.models import City
from icportal.core import audit
from icportal.core.actors import Actor
from icportal.core.canonical import sha256
from icportal.core.clock import now, today
from icportal.core.db import db
from icportal.core.errors import DomainError, InvalidTransition
from icportal.core.permissions import authorise
from icportal.core.strings import _
from icportal.core.transactions import hold
from icportal.indicators import notifications, timeline
from icportal.indicators.enums import Mark, Missing, Permission
from icportal.indicators.flow import DELIVERY
from icportal.indicators.models import ENTRY_COLUMNS, Delivery, Observation, PublishedObservation, ValueMark
from icportal.indicators.services.recording import current_values, delivery_of
from icportal.indicators.services.withholding import WITHHELD, withhold
from icportal.web.page_cache import touch_public
from icportal.workflow import engine
from icportal.workflow.models import WorkflowEvent

__all__ = ["adopt", "begin", "digest", "has_values", "move", "open_reasons", "publish_values", "unpublish_values", "withhold"]

#: The columns a version of a value and what the public reads of it have in common.
SHARED = ("city_id", "indicator_id", "version_id", "breakdown", "period", "year", *ENTRY_COLUMNS)


def digest(delivery: Delivery) -> str:
    """The hash of all values as they stand: what somebody read before publishing them."""
    values = current_values(delivery.city_id, delivery.year)
    return sha256([[value.id, value.number] for _key, value in sorted(values.items())])


#: No city of the network kept figures on this before.
FIRST_YEAR = 1950


def begin(city: City, year: int, *, actor: Actor) -> Delivery:
    """Begin what a city delivers for a year; the delivery that is there already where there is one.

    Raises:
        DomainError: at ``year``: nobody can know figures of that year.
    """
    authorise(actor, Permission.ENTER, city)
    if not FIRST_YEAR <= year <= today().year:
        raise DomainError(
            _("Give a year between %(first)s and %(last)s.", first=FIRST_YEAR, last=today().year),
            field="year",
        )
    found = db.session.scalar(select(Delivery).where(Delivery.city_id == city.id, Delivery.year == year))
    if found is None:
        found = delivery_of(city.id, year)
        audit.record(actor, "indicators.delivery:begin", found, after={"year": year}, city_id=city.id)
    return found


def move(
    delivery: Delivery, name: str, *, actor: Actor, seen: int | None, seen_hash: str = "", reason: str = ""
) -> WorkflowEvent:
    """Take a step of the workflow and tell the people it concerns; page, command line and bulk action come here.

    Raises:
        DomainError: there is nothing to send in.
    """
    if name not in {"submit", "publish", "request_changes", "retract", "withdraw"}:
        raise InvalidTransition(_("There is no such step."))
    if name == "submit" and not has_values(delivery):
        raise DomainError(_("There is no value yet: enter one or upload a workbook first."))
    hold(delivery)
    event = engine.fire(
        DELIVERY,
        delivery,
        name,
        actor=actor,
        version=seen,
        reason=reason,
        revision_hash=digest(delivery) if name == "publish" else "",
        seen_hash=seen_hash if name == "publish" else None,
        city_id=delivery.city_id,
    )
    if name == "submit":
        notifications.submitted(delivery, actor=actor)
    elif name == "publish":
        publish_values(delivery)
        _settle_reasons(delivery, actor=actor)
        timeline.tell(delivery)
        notifications.published(delivery, actor=actor)
    elif name == "request_changes":
        notifications.sent_back(delivery, event, open_reasons(delivery), actor=actor)
    elif name == "withdraw":
        unpublish_values(delivery)
        timeline.tell(delivery)
        notifications.withdrawn(delivery, event, actor=actor)
    return event


def adopt(delivery: Delivery, *, actor: Actor, reason: str) -> WorkflowEvent:
    """Publish what was taken over from a published report."""
    event = engine.fire(DELIVERY, delivery, "adopt", actor=actor, reason=reason, city_id=delivery.city_id)
    publish_values(delivery)
    return event


def has_values(delivery: Delivery) -> bool:
    """Whether the delivery says anything that was not taken back."""
    query = select(func.count()).where(
        Observation.city_id == delivery.city_id,
        Observation.year == delivery.year,
        Observation.current,
        Observation.missing != Missing.REMOVED,
    )
    return bool(db.session.scalar(query))


def publish_values(delivery: Delivery) -> None:
    """Write what the public reads of this delivery. A value that is not free is written without its number."""
    unpublish_values(delivery)
    moment = delivery.published_at = now()
    rows = []
    for value in current_values(delivery.city_id, delivery.year).values():
        if value.missing == Missing.REMOVED:
            continue
        row = {name: getattr(value, name) for name in SHARED}
        if not value.entry.is_free:
            row |= WITHHELD
        rows.append({"observation_id": value.id, **row, "published_at": moment})
    if rows:
        db.session.execute(insert(PublishedObservation), rows)
    db.session.flush()


def unpublish_values(delivery: Delivery) -> None:
    """Take the delivery's values away from the public."""
    db.session.execute(
        delete(PublishedObservation).where(
            PublishedObservation.city_id == delivery.city_id, PublishedObservation.year == delivery.year
        )
    )
    delivery.published_at = None
    touch_public()
    db.session.flush()


def open_reasons(delivery: Delivery) -> list[ValueMark]:
    """The reasons on values that nobody called settled, oldest first."""
    query = select(ValueMark).where(
        ValueMark.delivery_id == delivery.id, ValueMark.kind == Mark.REASON, ValueMark.settled_at.is_(None)
    )
    return list(db.session.scalars(query.order_by(ValueMark.id)))


def _settle_reasons(delivery: Delivery, *, actor: Actor) -> None:
    """A published value has answered the reason it was sent back for."""
    for mark in open_reasons(delivery):
        mark.settled_by, mark.settled_at = actor.id, now()
