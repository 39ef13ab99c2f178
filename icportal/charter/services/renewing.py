"""After an election: the reminder, and more time where a city needs it."""

from __future__ import annotations

from datetime import date

from icportal.charter import dossier, notifications
from icportal.charter.enums import Decision, Permission, SignatureState
from icportal.charter.models import Delay, Reminder
from icportal.charter.services.preparing import LONGEST_TEXT, lock_city, too_long
from icportal.cities.models import City
from icportal.core import audit
from icportal.core.actors import SYSTEM, Actor
from icportal.core.clock import now, today
from icportal.core.db import db
from icportal.core.errors import DomainError, FieldErrors, InvalidTransition, Stale
from icportal.core.permissions import authorise
from icportal.core.strings import Text, _
from icportal.core.text import clean_text
from icportal.core.transactions import insert_once

TOPIC = "renewal"


def ask_for_delay(city: City, *, actor: Actor, asked_until: date | None, reason: str) -> Delay:
    """Ask for more time for the renewal.

    Raises:
        FieldErrors: the day or the reason does not do.
        InvalidTransition: nothing is due, or a request already waits for its answer.
    """
    authorise(actor, Permission.ASK_DELAY, city)
    lock_city(city.id)
    renewal = dossier.renewal_of(city)
    if renewal is None:
        raise InvalidTransition(_("No renewal is due for this city, so there is nothing to put off."))
    if dossier.waiting_delays([city.id]):
        raise InvalidTransition(_("A request for more time already waits for the coordinator. You get a mail with the answer."))
    reason = clean_text(reason)
    problems = _problems_of_day(asked_until, renewal, "asked_until")
    if not reason:
        problems.append(("reason", _("Say why the city needs more time.")))
    elif len(reason) > LONGEST_TEXT:
        problems.append(("reason", too_long(LONGEST_TEXT)))
    if problems:
        raise FieldErrors(problems)
    assert asked_until is not None
    delay = Delay(city_id=city.id, deadline=renewal.due, asked_until=asked_until, reason=reason, asked_by=actor.id)
    db.session.add(delay)
    db.session.flush()
    audit.record(
        actor,
        Permission.ASK_DELAY,
        delay,
        after={"deadline": renewal.due, "until": asked_until, "reason": reason},
        city_id=city.id,
    )
    notifications.tell_coordinators_of_delay(delay, city)
    return delay


def decide_delay(
    delay: Delay, *, actor: Actor, version: int, grant: bool | None, until: date | None = None, reason: str = ""
) -> None:
    """Grant more time, to the day asked for or another, or refuse it with a reason.

    Raises:
        FieldErrors: no decision, a wrong day, or no reason for a refusal.
        Stale: somebody has decided meanwhile.
    """
    authorise(actor, Permission.DECIDE_DELAY, delay)
    city = dossier.city_of(delay)
    lock_city(city.id)
    db.session.refresh(delay)
    if delay.version != version or delay.decision:
        raise Stale(_("Somebody has answered this request since you opened it."))
    if grant is None:
        raise DomainError(_("Choose whether to grant the time."), "decision")
    reason = clean_text(reason)
    problems: list[tuple[str | None, Text]] = []
    if grant:
        until = until or delay.asked_until
        renewal = dossier.renewal_of(city)
        if renewal is not None:
            problems += _problems_of_day(until, renewal, "until")
    elif not reason:
        problems.append(("reason", _("Say why: the people concerned read your reason.")))
    if len(reason) > LONGEST_TEXT:
        problems.append(("reason", too_long(LONGEST_TEXT)))
    if problems:
        raise FieldErrors(problems)
    delay.decision = Decision.GRANTED if grant else Decision.REFUSED
    delay.decided_until = until if grant else None
    delay.decided_by, delay.decided_at, delay.decision_reason = actor.id, now(), reason
    delay.version += 1
    db.session.flush()
    audit.record(
        actor, Permission.DECIDE_DELAY, delay, before={"decision": ""},
        after={"decision": delay.decision, "until": delay.decided_until, "reason": reason}, city_id=city.id,
    )  # fmt: skip
    notifications.tell_city_of_delay(delay, city)


def remind_of_renewals(*, actor: Actor = SYSTEM) -> int:
    """Write to every city whose renewal is due, once for each due day; how many were written to.

    A city whose renewal lies with the network, or whose request for more time is not answered, is left in peace.
    """
    authorise(actor, Permission.REMIND)
    asked = {city.id for _delay, city in dossier.waiting_delays()}
    reminded = 0
    for renewal in dossier.renewals_due(today()):
        under_way = dossier.open_signature(renewal.city_id)
        done = under_way is not None and under_way.state == SignatureState.REVIEW
        if renewal.due > today() or renewal.city_id in asked or done:
            continue
        row = {"city_id": renewal.city_id, "topic": TOPIC, "due": renewal.due, "sent_at": now()}
        if insert_once(Reminder, **row) is not None:
            notifications.remind_of_renewal(renewal)
            reminded += 1
    return reminded


def _problems_of_day(day: date | None, renewal: dossier.Renewal, field: str) -> list[tuple[str | None, Text]]:
    latest = renewal.election + dossier.RENEWAL_AFTER + dossier.LONGEST_DELAY
    if day is None:
        return [(field, _("Give the day to which the renewal is to be put off."))]
    if day <= max(renewal.due, today()):
        return [(field, _("Choose a day after the present deadline and after today."))]
    if day > latest:
        return [(field, _("At most one year more can be asked for. Choose an earlier day."))]
    return []
