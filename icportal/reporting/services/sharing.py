"""Giving a section to somebody: a person with an account, or a colleague who gets a link and needs none."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from icportal.accounts.directory import people
from icportal.accounts.services.invitations import checked_address
from icportal.core import audit, throttle
from icportal.core.actors import Actor, Role
from icportal.core.canonical import sha256
from icportal.core.clock import PORTAL_ZONE, now, today
from icportal.core.db import db
from icportal.core.errors import DomainError, FieldErrors, InvalidTransition, NotAllowed
from icportal.core.permissions import authorise
from icportal.core.strings import _
from icportal.core.text import clean_line, clean_text
from icportal.core.transactions import hold
from icportal.i18n.catalogues import interface_language
from icportal.i18n.formatting import day
from icportal.reporting import sharing_notices
from icportal.reporting.enums import Permission
from icportal.reporting.models import Response, SectionShare
from icportal.reporting.responses import section_of
from icportal.reporting.sharing import LONGEST_LIFE, SENTENCES, Shut, shut

LONGEST_NAME = 200
LONGEST_NOTE = 2000
SECRET_BYTES = 32

throttle.set_limit("reporting.new-link", "3 per hour")


@dataclass(frozen=True)
class Colleague:
    """To whom a section is given. ``user_id`` is somebody with an account; the others get a link to their address."""

    name: str = ""
    email: str = ""
    department: str = ""
    language: str = "en"
    user_id: int | None = None


def share_section(
    response: Response, section: str, colleague: Colleague, *, actor: Actor, note: str = "", until: date | None = None
) -> SectionShare:
    """Give a section to somebody and tell them by mail, in their language.

    ``until`` is the last day on which a link works: the day the response is due where none is given, at most 60 days away.

    Raises:
        NotAllowed: the actor does not answer for the city, the round is closed, or the response was sent on.
        DomainError: name, address or day will not do.
    """
    authorise(actor, Permission.ANSWER, response)
    section_of(response, section)
    known = _checked(response, colleague)
    last = until or max(today(), min(response.due, today() + LONGEST_LIFE))
    _require_day(last)
    share = SectionShare(
        response_id=response.id,
        section=section,
        user_id=known.user_id,
        name=known.name,
        department=clean_line(known.department)[:LONGEST_NAME],
        email=known.email,
        language=interface_language(known.language).code,
        note=clean_text(note)[:LONGEST_NOTE],
        nonce=secrets.token_urlsafe(24),
        expires_at=_end_of(last),
        created_by=actor.id,
    )
    db.session.add(share)
    _noted(response, share, "given", actor)
    sharing_notices.section_given(share, response, by=actor.name)
    return share


def revoke_share(response: Response, share: SectionShare, *, actor: Actor) -> None:
    """Take a section back: the link opens nothing from now on. What was answered stays."""
    _require_city(response, actor)
    if share.revoked_at is not None:
        raise InvalidTransition(_("This section was taken back before."))
    share.revoked_at = now()
    _noted(response, share, "taken_back", actor)


def renew_share(response: Response, share: SectionShare, *, actor: Actor, until: date | None = None) -> None:
    """Send a new link, in whose place no earlier one works, for as long as a new one would."""
    authorise(actor, Permission.ANSWER, response)
    _require_given(share)
    last = until or max(today(), min(response.due, today() + LONGEST_LIFE))
    _require_day(last)
    share.expires_at = _end_of(last)
    _send_anew(response, share, actor)


def ask_for_new_link(response: Response, share: SectionShare) -> None:
    """Send a new link to the address the section was given to: whoever asks learns nothing and gets nothing else.

    Raises:
        TooMany: it was asked for too often.
        InvalidTransition: the section is no longer to be answered by anybody.
    """
    throttle.hit("reporting.new-link", share.id)
    reason = shut(share, response)
    if reason is not None and reason != Shut.EXPIRED:
        raise InvalidTransition(SENTENCES[reason])
    if reason == Shut.EXPIRED:
        share.expires_at = _end_of(max(today(), min(response.due, today() + LONGEST_LIFE)))
    _send_anew(response, share, Actor(id=None, name=share.name))


def bind_share(share: SectionShare, response: Response) -> str:
    """Make the browser that opens a link first the only one it works in: the secret it has to hold, of which we keep a hash.

    Raises:
        InvalidTransition: the link opens nothing any more.
        NotAllowed: another browser was first.
    """
    reason = shut(share, response)
    if reason is not None:
        raise InvalidTransition(SENTENCES[reason])
    if not hold(share) or share.bound_sha256:
        raise NotAllowed(_("This link was opened in another browser already."))
    secret = secrets.token_urlsafe(SECRET_BYTES)
    share.bound_sha256, share.bound_at = sha256(secret), now()
    _noted(response, share, "opened", Actor(id=None, name=share.name))
    return secret


# --- pieces ------------------------------------------------------------------------------------------------


def _checked(response: Response, colleague: Colleague) -> Colleague:
    if colleague.user_id is not None:
        found = next((user for user in people([colleague.user_id])), None)
        if found is None or not found.actor.has_in_city(response.city_id, Role.CITY_OFFICER, Role.MAYOR_OFFICE):
            raise DomainError(_("Choose somebody who has an account of your city."), "user_id")
        return Colleague(found.name, found.email, colleague.department, found.language, found.id)
    name = clean_line(colleague.name)
    if not name or len(name) > LONGEST_NAME:
        raise DomainError(_("Enter the name of the person or the department."), "name")
    return Colleague(name, checked_address(colleague.email), colleague.department, colleague.language)


def _require_day(last: date) -> None:
    if last < today():
        raise FieldErrors([("until", _("This day is over already."))])
    latest = today() + LONGEST_LIFE
    if last > latest:
        raise FieldErrors([("until", _("A link works for 60 days at most: until %(day)s.", day=day(latest)))])


def _require_given(share: SectionShare) -> None:
    if share.revoked_at is not None:
        raise InvalidTransition(_("This section was taken back before."))


def _require_city(response: Response, actor: Actor) -> None:
    """Taking back is open to the city at any time, also when nothing can be answered any more."""
    authorise(actor, Permission.ASK_EXTENSION, response)


def _end_of(last: date) -> datetime:
    """The end of a day in the network's time zone."""
    return datetime.combine(last + timedelta(days=1), time(), PORTAL_ZONE)


def _send_anew(response: Response, share: SectionShare, actor: Actor) -> None:
    share.nonce = secrets.token_urlsafe(24)
    share.bound_sha256, share.bound_at = "", None
    _noted(response, share, "new_link", actor)
    sharing_notices.section_given(share, response, by="")


def _noted(response: Response, share: SectionShare, what: str, actor: Actor) -> None:
    db.session.flush()
    after = {"section": share.section, "share": share.id, "what": what}
    audit.record(actor, Permission.ANSWER, response, after=after, city_id=response.city_id)
