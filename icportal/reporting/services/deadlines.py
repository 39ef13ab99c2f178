"""The deadline of one city: changed by a coordinator, or put off because the city asked."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy import select

from icportal.core import audit
from icportal.core.actors import Actor
from icportal.core.clock import now, today
from icportal.core.db import db
from icportal.core.errors import DomainError, FieldErrors, InvalidTransition, Stale
from icportal.core.permissions import authorise
from icportal.core.strings import Text, _
from icportal.core.text import clean_text
from icportal.core.transactions import hold
from icportal.reporting import round_notices
from icportal.reporting.enums import ExtensionState, Permission, RoundState
from icportal.reporting.models import Extension, Response
from icportal.reporting.reminders import WAITING
from icportal.reporting.services import reminding

LONGEST_TEXT = 2000
#: No city gets more than this beyond the round's own deadline.
LONGEST_EXTENSION = timedelta(days=366)
#: A city that is asked for changes has at least these days for them, unless the coordinator says otherwise.
FOR_CHANGES = timedelta(days=14)


def change_deadline(response: Response, deadline: date | None, *, actor: Actor, version: int) -> None:
    """Give the city a deadline of its own; None gives it the round's again. The city is told.

    Raises:
        DomainError: at ``deadline``: the day is over or too far away.
        InvalidTransition: the round is not open.
        Stale: somebody has changed the response meanwhile.
    """
    authorise(actor, Permission.RUN_ROUND, response.round)
    _open_and_held(response)
    if response.version != version:
        raise Stale(_("Somebody has changed this since you opened it."))
    if deadline is not None:
        if deadline < today():
            raise DomainError(_("Choose a day that is not over."), "deadline")
        _not_too_far(response, deadline, "deadline")
    before = response.due
    _set_deadline(response, deadline)
    if response.due == before:
        return
    audit.record(
        actor, "reporting.response:change_deadline", response, before={"due": before}, after={"due": response.due},
        city_id=response.city_id,
    )  # fmt: skip
    round_notices.deadline_changed([response])


def ask_extension(response: Response, *, actor: Actor, until: date | None, reason: str) -> Extension:
    """Ask for more time.

    Raises:
        FieldErrors: the day or the reason does not do.
        InvalidTransition: the answers are sent in, the round is closed, or a request already waits for its answer.
    """
    authorise(actor, Permission.ASK_EXTENSION, response)
    _open_and_held(response)
    if response.state not in WAITING:
        raise InvalidTransition(_("Your answers have been sent in: you need no more time."))
    asked = select(Extension.id).where(Extension.response_id == response.id, Extension.outcome == ExtensionState.ASKED)
    if db.session.scalar(asked) is not None:
        raise InvalidTransition(_("A request for more time already waits for the coordinator. You get a mail with the answer."))
    reason = clean_text(reason).strip()
    problems: list[tuple[str | None, Text]] = []
    if until is None:
        problems.append(("until", _("Give the day until which the city needs time.")))
    else:
        problems += _problems_of_day(response, until, "until")
    if not reason:
        problems.append(("reason", _("Say why the city needs more time.")))
    problems += _too_long(reason)
    if problems:
        raise FieldErrors(problems)
    assert until is not None
    extension = Extension(response_id=response.id, until=until, reason=reason, asked_by=actor.id)
    db.session.add(extension)
    db.session.flush()
    audit.record(
        actor, Permission.ASK_EXTENSION, extension, before={"due": response.due}, after={"until": until, "reason": reason},
        city_id=response.city_id,
    )  # fmt: skip
    round_notices.extension_asked(extension, response)
    return extension


def decide_extension(
    extension: Extension, response: Response, *, actor: Actor, grant: bool | None, until: date | None = None, reason: str = ""
) -> None:
    """Grant more time, to the day asked for or another, or refuse it with a reason.

    Raises:
        FieldErrors: no decision, a wrong day, or no reason for a refusal.
        InvalidTransition: the round is not open.
        Stale: somebody has decided meanwhile.
    """
    authorise(actor, Permission.RUN_ROUND, response.round)
    _open_and_held(response)
    db.session.refresh(extension)
    if extension.outcome != ExtensionState.ASKED:
        raise Stale(_("Somebody has answered this request since you opened it."))
    if grant is None:
        raise DomainError(_("Choose whether to grant the time."), "decision")
    reason, until = clean_text(reason).strip(), until or extension.until
    problems = _too_long(reason)
    if grant:
        problems += _problems_of_day(response, until, "until")
    elif not reason:
        problems.append(("reason", _("Say why: the people concerned read your reason.")))
    if problems:
        raise FieldErrors(problems)
    before = response.due
    extension.outcome = ExtensionState.GRANTED if grant else ExtensionState.REFUSED
    extension.granted_until = until if grant else None
    extension.decided_by, extension.decided_at, extension.decision = actor.id, now(), reason
    db.session.flush()
    if grant:
        _set_deadline(response, until)
    audit.record(
        actor, "reporting.response:decide_extension", extension, before={"due": before},
        after={"outcome": str(extension.outcome), "due": response.due, "reason": reason}, city_id=response.city_id,
    )  # fmt: skip
    round_notices.extension_decided(extension, response)


# --- changes that were asked for ----------------------------------------------------------------------------


def day_for_changes(response: Response) -> date:
    """The day by which changes are asked for where nobody says another: the deadline, as long as that leaves time enough."""
    return max(response.due, today() + FOR_CHANGES)


def checked_day_for_changes(response: Response, until: date | None) -> date:
    """The day by which a city is to have made its changes.

    Raises:
        FieldErrors: at ``until``: the day is over or too far away.
    """
    if until is None:
        return day_for_changes(response)
    if until <= today():
        raise FieldErrors([("until", _("Choose a day after today."))])
    if until > today() + LONGEST_EXTENSION:
        raise FieldErrors([("until", _("Choose a day within a year."))])
    return until


def give_time_for_changes(response: Response, until: date, *, actor: Actor) -> None:
    """The city has to move again by this day, and is reminded of it as of its first deadline. The step tells the city."""
    authorise(actor, Permission.CHECK, response)
    before = response.due
    _set_deadline(response, until)
    if response.due != before:
        audit.record(
            actor, "reporting.response:change_deadline", response, before={"due": before}, after={"due": response.due},
            city_id=response.city_id,
        )  # fmt: skip


def _set_deadline(response: Response, deadline: date | None) -> None:
    response.deadline = None if deadline == response.round.deadline else deadline
    db.session.flush()
    reminding.settle_passed([response])


def _open_and_held(response: Response) -> None:
    if not hold(response):
        raise Stale(_("Somebody has changed this since you opened it."))
    if response.round.state != RoundState.OPEN:
        raise InvalidTransition(_("The round is not open."))


def _problems_of_day(response: Response, day: date, field: str) -> list[tuple[str | None, Text]]:
    if day <= max(response.due, today()):
        return [(field, _("Choose a day after the present deadline and after today."))]
    try:
        _not_too_far(response, day, field)
    except DomainError as error:
        return error.problems
    return []


def _not_too_far(response: Response, day: date, field: str) -> None:
    if day > response.round.deadline + LONGEST_EXTENSION:
        raise DomainError(_("At most one year more can be asked for. Choose an earlier day."), field)


def _too_long(reason: str) -> list[tuple[str | None, Text]]:
    if len(reason) <= LONGEST_TEXT:
        return []
    return [("reason", _("This is too long: at most %(number)s characters.", number=LONGEST_TEXT))]
