"""Reminding cities of their answers: every morning, each reminder once."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select

from icportal.cities.models import City
from icportal.core import audit
from icportal.core.actors import SYSTEM, Actor
from icportal.core.clock import now, today
from icportal.core.db import db
from icportal.core.errors import DomainError
from icportal.core.permissions import authorise
from icportal.core.strings import _
from icportal.core.transactions import insert_once
from icportal.reporting import reminders, round_notices
from icportal.reporting.addressees import people_of
from icportal.reporting.enums import ExtensionState, Permission, RoundState, SectionStatus
from icportal.reporting.models import Extension, Reminder, Response, Round
from icportal.reporting.responses import statuses_of

#: Sections with one of these need nothing more of the city.
SETTLED = frozenset({SectionStatus.COMPLETED, SectionStatus.NOT_NEEDED, SectionStatus.CHANGES_MADE})


def remind(*, actor: Actor = SYSTEM) -> int:
    """Send what is due today, of every open round; how many cities were reminded.

    A city that waits for a coordinator (its answers are sent in, or it asked for more time) is left in peace.
    """
    authorise(actor, Permission.RUN_ROUND)
    open_rounds = db.session.scalars(select(Round).where(Round.state == RoundState.OPEN).order_by(Round.id))
    return sum(_remind_of(round_, actor) for round_ in open_rounds.all())


def _remind_of(round_: Round, actor: Actor) -> int:
    day, dealt_with = today(), _dealt_with(round_)
    owed = []
    for response, city in _waiting(round_):
        offset = reminders.owed(response, day)
        if offset is not None and (response.id, response.due, offset) not in dealt_with:
            owed.append((response, city, offset))
    if not owed:
        return 0
    people = people_of([city.id for _response, city, _offset in owed])
    statuses = statuses_of(round_, [response.id for response, _city, _offset in owed])
    sent = 0
    for response, city, offset in owed:
        level = reminders.level_of(offset)
        readers = reminders.readers(people[city.id], response, level)
        row = {"response_id": response.id, "deadline": response.due, "offset": offset, "level": level, "sent_at": now()}
        reminder_id = insert_once(Reminder, **row, recipients=len(readers), note="")
        if reminder_id is None:
            continue
        still_open = sum(status not in SETTLED for status in statuses[response.id].values())
        round_notices.remind(response, city, readers, offset=offset, still_open=still_open)
        told = {"due": response.due, "offset": offset, "level": level, "recipients": len(readers)}
        audit.record(actor, "reporting.response:remind", response, after=told, city_id=city.id)
        sent += 1
    return sent


def _waiting(round_: Round) -> list[tuple[Response, City]]:
    asked = select(Extension.response_id).where(Extension.outcome == ExtensionState.ASKED)
    query = (
        select(Response, City)
        .join(City, City.id == Response.city_id)
        .where(Response.round_id == round_.id, Response.state.in_(reminders.WAITING), Response.id.not_in(asked))
        .order_by(Response.id)
    )
    return [(response, city) for response, city in db.session.execute(query)]


def _dealt_with(round_: Round) -> set[tuple[int, object, int]]:
    query = select(Reminder.response_id, Reminder.deadline, Reminder.offset).join(Response, Response.id == Reminder.response_id)
    return {
        (row.response_id, row.deadline, row.offset) for row in db.session.execute(query.where(Response.round_id == round_.id))
    }


def settle_passed(responses: Iterable[Response]) -> None:
    """A deadline was just set, and its cities hear of it: reminders whose day has passed already are not sent after it."""
    day = today()
    for response in responses:
        for offset in reminders.passed(response.due, day):
            _deal_with(response, offset)


def switch_off(response: Response, *, actor: Actor, note: str) -> int:
    """Send the city no further reminder of its present deadline; how many there would have been.

    Raises:
        DomainError: at ``note``: there is no word why.
    """
    authorise(actor, Permission.RUN_ROUND, response.round)
    note = note.strip()
    if not note:
        raise DomainError(_("Say why: other coordinators read it."), "note")
    gone = [offset for offset in reminders.OFFSETS if _deal_with(response, offset, note)]
    if gone:
        told = {"due": response.due, "offsets": gone, "note": note}
        audit.record(actor, "reporting.response:switch_off_reminders", response, after=told, city_id=response.city_id)
    return len(gone)


def _deal_with(response: Response, offset: int, note: str = "") -> bool:
    """Count a reminder as dealt with; whether it was not before."""
    row = {"response_id": response.id, "deadline": response.due, "offset": offset, "level": reminders.level_of(offset)}
    return insert_once(Reminder, **row, recipients=0, sent_at=now(), note=note) is not None


def switch_on(response: Response, *, actor: Actor) -> None:
    """Send the city the reminders again that are still to come."""
    authorise(actor, Permission.RUN_ROUND, response.round)
    offsets = reminders.ahead(response.due, today())
    mine = (Reminder.response_id == response.id, Reminder.deadline == response.due, Reminder.offset.in_(offsets))
    query = select(Reminder).where(*mine, Reminder.recipients == 0)
    for reminder in db.session.scalars(query).all():
        db.session.delete(reminder)
    db.session.flush()
    audit.record(actor, "reporting.response:switch_on_reminders", response, after={"due": response.due}, city_id=response.city_id)
