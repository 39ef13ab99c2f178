"""What people put on single values: the coordinator's star, comments of both sides, reasons for sending a value back."""

from __future__ import annotations

from icportal.core import audit
from icportal.core.actors import Actor
from icportal.core.clock import now
from icportal.core.db import db
from icportal.core.errors import DomainError, InvalidTransition, NotFound
from icportal.core.permissions import authorise
from icportal.core.strings import _
from icportal.core.text import clean_text
from icportal.core.transactions import hold
from icportal.indicators.entries import Key
from icportal.indicators.enums import DeliveryState, Mark, Permission
from icportal.indicators.models import Delivery, Observation, ValueMark
from icportal.indicators.services.delivering import move, open_reasons
from icportal.indicators.services.recording import current_of
from icportal.workflow.models import WorkflowEvent

LONGEST_REMARK = 2000


def set_star(delivery: Delivery, key: Key, *, actor: Actor, on: bool) -> None:
    """Mark a value to be followed up, or take the mark away. Coordinators see stars, nobody else."""
    authorise(actor, Permission.CHECK, delivery)
    hold(delivery)
    value = _value(delivery, key)
    star = _find_star(delivery, key)
    if on and star is None:
        _add(delivery, value, Mark.STAR, "", actor=actor)
    elif not on and star is not None:
        _settle(delivery, star, actor=actor)


def comment(delivery: Delivery, key: Key, text: str, *, actor: Actor) -> ValueMark:
    """Say something about a value. The city's people and the coordinators talk to each other here."""
    authorise(actor, Permission.ENTER, delivery)
    return _add(delivery, _value(delivery, key), Mark.COMMENT, _checked(text), actor=actor)


def give_reason(delivery: Delivery, key: Key, text: str, *, actor: Actor) -> ValueMark:
    """Say why a value is going to be sent back; the city reads it when that happens."""
    authorise(actor, Permission.CHECK, delivery)
    if delivery.state != DeliveryState.REVIEW:
        raise InvalidTransition(_("Values are sent back while they are in review; write a comment instead."))
    return _add(delivery, _value(delivery, key), Mark.REASON, _checked(text), actor=actor)


def settle(delivery: Delivery, mark_id: int, *, actor: Actor) -> ValueMark:
    """Mark a comment or a reason as dealt with. What was settled already stays as it was settled.

    Raises:
        NotFound: the delivery has no such mark, or it is a star.
    """
    authorise(actor, Permission.ENTER, delivery)
    mark = db.session.get(ValueMark, mark_id)
    if mark is None or mark.delivery_id != delivery.id or mark.kind == Mark.STAR:
        raise NotFound(_("There is no such remark."))
    if mark.kind == Mark.REASON and delivery.state == DeliveryState.REVIEW:
        # What was not sent yet is the coordinators' own.
        authorise(actor, Permission.CHECK, delivery)
    if mark.settled_at is None:
        _settle(delivery, mark, actor=actor)
    return mark


def send_back(delivery: Delivery, *, actor: Actor, seen: int | None, reason: str = "") -> WorkflowEvent:
    """Ask the city for changes: with a reason for the whole, or with reasons on single values, or both.

    Raises:
        InvalidTransition: there is no reason at all.
    """
    authorise(actor, Permission.CHECK, delivery)
    count = len(open_reasons(delivery))
    if not reason.strip() and not count:
        raise InvalidTransition(
            _("Say why: write a reason for the whole delivery, or a reason at each value that has to be changed."), field="reason"
        )
    said = reason.strip() or _("The reasons stand at the values: %(count)s.", count=count)
    return move(delivery, "request_changes", actor=actor, seen=seen, reason=said)


def _value(delivery: Delivery, key: Key) -> Observation:
    if (key.city_id, key.year) != (delivery.city_id, delivery.year) or (value := current_of([key]).get(key)) is None:
        raise NotFound(_("There is no such value in this delivery."))
    return value


def _find_star(delivery: Delivery, key: Key) -> ValueMark | None:
    query = db.select(ValueMark).where(
        ValueMark.delivery_id == delivery.id,
        ValueMark.indicator_id == key.indicator_id,
        ValueMark.breakdown == key.breakdown,
        ValueMark.period == key.period,
        ValueMark.kind == Mark.STAR,
        ValueMark.settled_at.is_(None),
    )
    return db.session.scalar(query)


def _checked(text: str) -> str:
    said = clean_text(text)
    if not said:
        raise DomainError(_("Write what you want to say."), field="text")
    if len(said) > LONGEST_REMARK:
        raise DomainError(_("This is too long: at most %(max)s characters.", max=LONGEST_REMARK), field="text")
    return said


def _add(delivery: Delivery, value: Observation, kind: str, text: str, *, actor: Actor) -> ValueMark:
    mark = ValueMark(
        delivery_id=delivery.id,
        observation_id=value.id,
        indicator_id=value.indicator_id,
        breakdown=value.breakdown,
        period=value.period,
        kind=kind,
        text=text,
        author_id=actor.id,
        created_at=now(),
    )
    db.session.add(mark)
    db.session.flush()
    _note(delivery, mark, "mark", actor=actor)
    return mark


def _settle(delivery: Delivery, mark: ValueMark, *, actor: Actor) -> None:
    mark.settled_by, mark.settled_at = actor.id, now()
    db.session.flush()
    _note(delivery, mark, "settle", actor=actor)


def _note(delivery: Delivery, mark: ValueMark, what: str, *, actor: Actor) -> None:
    audit.record(
        actor, f"indicators.delivery:{what}", delivery, after={"mark": mark.id, "kind": mark.kind, "value": mark.observation_id},
        city_id=delivery.city_id,
    )  # fmt: skip
