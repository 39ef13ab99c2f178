"""Money for a city's part in a programme: asked for, granted or refused."""

from __future__ import annotations

from icportal.cities.models import City
from icportal.core import audit
from icportal.core.actors import Actor
from icportal.core.clock import now
from icportal.core.db import db
from icportal.core.errors import FieldErrors, InvalidTransition
from icportal.core.permissions import authorise
from icportal.core.strings import Text, _
from icportal.core.text import clean_line, clean_text
from icportal.core.transactions import hold, insert_once
from icportal.mentoring import programme_notices
from icportal.mentoring.enums import GrantOutcome, Permission, Phase
from icportal.mentoring.models import Grant, Programme
from icportal.mentoring.rules import OfCity

LARGEST = 10_000_000
LONGEST_PURPOSE, LONGEST_REASON = 300, 5000


def ask_for_grant(programme: Programme, city: City, *, purpose: str, amount: int, currency: str, actor: Actor) -> Grant:
    """Ask for money for something the city's part in the programme needs; whole units of the currency.

    Raises:
        FieldErrors: naming what does not do, or that the same was asked for already.
    """
    authorise(actor, Permission.VIEW_APPLICATION, OfCity(city.id))
    authorise(actor, Permission.APPLY, OfCity(city.id))
    if programme.state in {Phase.DRAFT, Phase.CLOSED}:
        raise InvalidTransition(_("Grants can be asked for while the programme runs."))
    purpose, problems = clean_line(purpose), list[tuple[str | None, Text]]()
    if not purpose or len(purpose) > LONGEST_PURPOSE:
        problems.append(("purpose", _("Say in a line what the money is for.")))
    if not 0 < amount <= LARGEST:
        problems.append(("amount", _("Enter an amount between 1 and %(most)s.", most=LARGEST)))
    if len(currency) != 3 or not currency.isalpha():  # noqa: PLR2004  the length of a currency's code
        problems.append(("currency", _("Write the currency as three letters, such as EUR.")))
    if problems:
        raise FieldErrors(problems)
    number = insert_once(
        Grant,
        programme_id=programme.id,
        city_id=city.id,
        purpose=purpose,
        amount=amount,
        currency=currency.upper(),
        asked_by=actor.id,
    )
    if number is None:
        raise FieldErrors([("purpose", _("Your city has asked for this already."))])
    grant = db.session.get_one(Grant, number)
    after = {"purpose": purpose, "amount": amount, "currency": grant.currency}
    audit.record(actor, "mentoring.grant:ask", grant, after=after, city_id=city.id)
    programme_notices.grant_asked(programme, city, grant)
    return grant


def decide_grant(grant: Grant, *, granted: int | None, reason: str, actor: Actor, seen: int | None) -> None:
    """Grant an amount, or refuse (None) with the reason; the city is told.

    Raises:
        InvalidTransition: it was decided already, or somebody changed it meanwhile.
        FieldErrors: more than was asked for, nothing, or a refusal without a reason.
    """
    authorise(actor, Permission.RUN_PROGRAMME)
    reason = clean_text(reason)[:LONGEST_REASON]
    if not hold(grant) or (seen is not None and grant.version != seen) or grant.outcome != GrantOutcome.ASKED:
        raise InvalidTransition(_("This was decided meanwhile."))
    if granted is not None and not 0 < granted <= grant.amount:
        raise FieldErrors([("granted", _("Grant something, and no more than was asked for."))])
    if granted is None and not reason:
        raise FieldErrors([("reason", _("Say why: the city reads your reason."))])
    grant.granted, grant.reason = granted, reason
    grant.outcome = GrantOutcome.REFUSED if granted is None else GrantOutcome.GRANTED
    grant.decided_by, grant.decided_at = actor.id, now()
    db.session.flush()
    after = {"outcome": grant.outcome, "granted": granted, "reason": reason}
    audit.record(actor, "mentoring.grant:decide", grant, after=after, city_id=grant.city_id)
    programme_notices.grant_decided(db.session.get_one(Programme, grant.programme_id), grant)
