"""When a city is reminded of its answers, and who there.

The days count from the response's own deadline, which ends with its day in the network's time zone: on that day nothing
is overdue. Each reminder is dealt with once; when the worker was off, only the newest that fell due is caught up.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from icportal.core.clock import PORTAL_ZONE, today
from icportal.reporting.addressees import Addressee, CityPeople, unique
from icportal.reporting.enums import ResponseState
from icportal.reporting.models import Reminder, Response

#: Days from the deadline on which a reminder falls due.
OFFSETS = (-30, -7, -1, 1, 14)
#: States in which the city, and nobody else, has to move.
WAITING = (ResponseState.DRAFT, ResponseState.SIGN_OFF, ResponseState.CHANGES_REQUESTED)
SECOND_CONTACT, POLITICAL_LEAD = 2, 3


def level_of(offset: int) -> int:
    """How far up a reminder goes: 1 before the deadline, 2 adds the second contact, 3 the political lead."""
    if offset < 0:
        return 1
    return POLITICAL_LEAD if offset >= OFFSETS[-1] else SECOND_CONTACT


def number_of(offset: int) -> int:
    """Which of the reminders of a deadline it is, counted from 1."""
    return OFFSETS.index(offset) + 1


def day_of(due: date, offset: int) -> date:
    return due + timedelta(days=offset)


def passed(due: date, day: date) -> list[int]:
    """The reminders of a deadline whose day has come by this one, oldest first."""
    return [offset for offset in OFFSETS if day_of(due, offset) <= day]


def ahead(due: date, day: date) -> list[int]:
    """The reminders of a deadline that are still to come."""
    return [offset for offset in OFFSETS if day_of(due, offset) > day]


def owed(response: Response, day: date) -> int | None:
    """The reminder to send now, if its day came since the response is where it stands; None when there is none."""
    due = passed(response.due, day)
    since = response.state_since.astimezone(PORTAL_ZONE).date()
    return due[-1] if due and day_of(response.due, due[-1]) > since else None


@dataclass(frozen=True)
class Planned:
    """A reminder of the present deadline: its day, and what was done about it."""

    day: date
    offset: int
    reminder: Reminder | None

    @property
    def level(self) -> int:
        return level_of(self.offset)

    @property
    def number(self) -> int:
        return number_of(self.offset)

    @property
    def was_sent(self) -> bool:
        return self.reminder is not None and self.reminder.recipients > 0

    @property
    def is_off(self) -> bool:
        """Whether a coordinator switched it off."""
        return self.reminder is not None and bool(self.reminder.note)

    @property
    def is_ahead(self) -> bool:
        return self.reminder is None and self.day > today()


def schedule(response: Response, done: Iterable[Reminder]) -> list[Planned]:
    """All reminders of the present deadline, with what was done about them."""
    by_offset = {reminder.offset: reminder for reminder in done}
    return [Planned(day_of(response.due, offset), offset, by_offset.get(offset)) for offset in OFFSETS]


def is_overdue(response: Response, day: date) -> bool:
    """Whether the city has not sent its answers in, still can, and the last day for it is over."""
    return response.round.is_open and response.state in WAITING and day > response.due


def readers(people: CityPeople, response: Response, level: int) -> list[Addressee]:
    """Who is reminded: who has to act first, and more people with each level.

    While the response waits for its sign-off, the mayor's office is reminded and the officers are left in peace.
    """
    signs_off = response.state == ResponseState.SIGN_OFF
    contacts = people.contacts[:level]
    if not signs_off:
        lead = people.mayors_office if level >= POLITICAL_LEAD else []
        return unique([*people.officers, *contacts, *lead])
    at_rest = {person.recipient.address.casefold() for person in people.officers}
    at_rest -= {person.recipient.address.casefold() for person in people.mayors_office}
    return unique([*people.mayors_office, *(each for each in contacts if each.recipient.address.casefold() not in at_rest)])
