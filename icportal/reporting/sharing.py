"""Who has which section, and what a link still opens."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from sqlalchemy import select

from icportal.core.actors import Actor
from icportal.core.canonical import sha256
from icportal.core.clock import PORTAL_ZONE, now
from icportal.core.db import db
from icportal.core.errors import DomainError, NotFound
from icportal.core.strings import LazyString, _, _l
from icportal.core.tokens import make_token, read_token
from icportal.reporting.enums import ResponseState
from icportal.reporting.models import Response, SectionShare

PURPOSE = "reporting.section"
#: No link lives longer than this.
LONGEST_LIFE = timedelta(days=60)
_VISIBLE = 1


class Shut(StrEnum):
    """Why a link opens nothing."""

    REVOKED = "revoked"
    EXPIRED = "expired"
    CLOSED = "closed"
    SENT_ON = "sent_on"


SENTENCES: dict[str, LazyString] = {
    Shut.REVOKED: _l("Your city has taken this link back. Ask the person who sent it to you."),
    Shut.EXPIRED: _l("The time of this link is over. You can have a new one sent to the same address."),
    Shut.CLOSED: _l("The round is closed: nothing can be answered any more."),
    Shut.SENT_ON: _l("Your city has sent its answers on: this section can no longer be changed."),
}


@dataclass(frozen=True)
class Opened:
    """What a link leads to. ``shut`` says why it opens nothing, ``ours`` whether this browser is the one it is bound to."""

    share: SectionShare
    response: Response
    shut: Shut | None
    ours: bool

    @property
    def is_bound_elsewhere(self) -> bool:
        return bool(self.share.bound_sha256) and not self.ours

    @property
    def actor(self) -> Actor:
        return guest(self.share)


def guest(share: SectionShare) -> Actor:
    """Who answers by this link: somebody with a name and one section."""
    opened = f"reporting.section:{share.response_id}:{share.section}"
    return Actor(id=None, name=share.name, email=share.email, language=share.language, opened=opened)


def token_of(share: SectionShare) -> str:
    """What the link in the mail ends with. A new nonce makes all earlier ones worthless."""
    return make_token(PURPOSE, {"share": share.id, "nonce": share.nonce})


def opened_by(token: str, secret: str) -> Opened:
    """The section behind a link, for a browser that holds this secret (or none).

    Raises:
        DomainError: the link is broken, or a newer one has taken its place.
    """
    data = read_token(PURPOSE, token, LONGEST_LIFE)
    share = db.session.get(SectionShare, int(data["share"]))
    if share is None or share.nonce != data["nonce"]:
        raise DomainError(_("A newer link has taken the place of this one. Look for a later mail."))
    response = db.session.get_one(Response, share.response_id)
    ours = bool(secret) and bool(share.bound_sha256) and sha256(secret) == share.bound_sha256
    return Opened(share, response, shut(share, response), ours)


def shut(share: SectionShare, response: Response) -> Shut | None:
    """Why a link opens nothing; None where it opens its section."""
    if share.revoked_at is not None:
        return Shut.REVOKED
    if not response.round.is_open:
        return Shut.CLOSED
    if response.state not in {ResponseState.DRAFT, ResponseState.CHANGES_REQUESTED}:
        return Shut.SENT_ON
    return Shut.EXPIRED if is_over(share) else None


def is_over(share: SectionShare) -> bool:
    """Whether the time of a link is over."""
    return share.expires_at <= now()


def last_day(share: SectionShare) -> date:
    """The last day on which a link works."""
    return (share.expires_at.astimezone(PORTAL_ZONE) - timedelta(seconds=1)).date()


def shares_of(response: Response, section: str | None = None) -> dict[str, list[SectionShare]]:
    """Who has which section, newest first, what was taken back left out; of all sections, or of one."""
    query = select(SectionShare).where(SectionShare.response_id == response.id, SectionShare.revoked_at.is_(None))
    if section is not None:
        query = query.where(SectionShare.section == section)
    found: dict[str, list[SectionShare]] = defaultdict(list)
    for share in db.session.scalars(query.order_by(SectionShare.id.desc())):
        found[share.section].append(share)
    return dict(found)


def given_to(user_id: int, response_ids: Sequence[int]) -> dict[int, list[str]]:
    """The sections that were given to a person with an account, by response."""
    query = select(SectionShare).where(
        SectionShare.user_id == user_id, SectionShare.response_id.in_(response_ids), SectionShare.revoked_at.is_(None)
    )
    found: dict[int, list[str]] = defaultdict(list)
    for share in db.session.scalars(query.order_by(SectionShare.id)):
        found[share.response_id].append(share.section)
    return dict(found)


def get_share(response: Response, share_id: int) -> SectionShare:
    """A section that was given to somebody. NotFound where the response has none such."""
    share = db.session.get(SectionShare, share_id)
    if share is None or share.response_id != response.id:
        raise NotFound(_("There is no such page, or it is not open to you."))
    return share


def masked(address: str) -> str:
    """A mail address that its owner knows again and nobody learns: ``m•••@city.example``."""
    name, _at, host = address.partition("@")
    return f"{name[:_VISIBLE]}•••@{host}"
