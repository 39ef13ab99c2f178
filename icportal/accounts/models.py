"""People and their roles. A role that was taken away stays as history."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from flask_login import UserMixin
from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, event
from sqlalchemy.orm import Mapped, mapped_column, relationship

from icportal.accounts.enums import CITY_ROLES, MailPreference, Permission
from icportal.core.actors import Actor, Grant
from icportal.core.clock import now
from icportal.core.db import Base, HasId, HasStamps, HasVersion, UtcDateTime
from icportal.core.permissions import can
from icportal.core.text import fold

if TYPE_CHECKING:
    from icportal.cities.models import City


class User(Base, HasId, HasStamps, HasVersion, UserMixin):
    """A person with an account. ``email`` is kept as typed; ``email_key`` is what is compared.

    ``search_key`` is name and address without case and accents; it follows them by itself.
    """

    __tablename__ = "account_user"

    email: Mapped[str] = mapped_column(String(254))
    email_key: Mapped[str] = mapped_column(String(254), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    search_key: Mapped[str] = mapped_column(String(500), default="")
    password_hash: Mapped[str | None] = mapped_column(String(200))
    language: Mapped[str] = mapped_column(String(10), default="en")
    mail_preference: Mapped[str] = mapped_column(String(20), default=MailPreference.WEEKLY)
    is_active: Mapped[bool] = mapped_column(default=True)  # type: ignore[assignment]  # UserMixin declares a property
    is_demonstration: Mapped[bool] = mapped_column(default=False)
    last_signed_in_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    grants: Mapped[list[RoleGrant]] = relationship(back_populates="user", foreign_keys="RoleGrant.user_id", lazy="selectin")

    @property
    def actor(self) -> Actor:
        """The person as services know them, with the roles that hold now."""
        held = frozenset(Grant(grant.role, grant.city_id, grant.language) for grant in self.grants if grant.revoked_at is None)
        return Actor(id=self.id, name=self.name, email=self.email, language=self.language, grants=held)

    def actor_for_city(self, city_id: int) -> Actor:
        """The person acting for a city, as long as they may; otherwise simply the person."""
        actor = self.actor
        return actor.acting_for_city(city_id, tuple(sorted(CITY_ROLES))) if can(actor, Permission.ACT_FOR_CITY) else actor


@event.listens_for(User, "before_insert")
@event.listens_for(User, "before_update")
def _fill_search_key(_mapper: Any, _connection: Any, user: User) -> None:
    user.search_key = fold(f"{user.name} {user.email}")[:500]


class RoleGrant(Base, HasId):
    """A role given to a person, where it holds, by whom, and until when it did."""

    __tablename__ = "account_role_grant"
    __table_args__ = (Index("ix_account_role_grant_role", "role", "city_id"),)

    user_id: Mapped[int] = mapped_column(ForeignKey("account_user.id"), index=True)
    role: Mapped[str] = mapped_column(String(30))
    city_id: Mapped[int | None] = mapped_column(ForeignKey("city.id"))
    language: Mapped[str | None] = mapped_column(String(10))
    granted_by: Mapped[int | None] = mapped_column(ForeignKey("account_user.id"))
    granted_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    revoked_by: Mapped[int | None] = mapped_column(ForeignKey("account_user.id"))
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    user: Mapped[User] = relationship(back_populates="grants", foreign_keys=[user_id])
    granter: Mapped[User | None] = relationship(foreign_keys=[granted_by], viewonly=True)
    revoker: Mapped[User | None] = relationship(foreign_keys=[revoked_by], viewonly=True)
    city: Mapped[City | None] = relationship("City", viewonly=True)


class Identity(Base, HasId):
    """An identity at a provider, by its issuer and subject alone; linked only from a signed-in account."""

    __tablename__ = "account_identity"
    __table_args__ = (UniqueConstraint("issuer", "subject"),)

    user_id: Mapped[int] = mapped_column(ForeignKey("account_user.id"), index=True)
    issuer: Mapped[str] = mapped_column(String(300))
    subject: Mapped[str] = mapped_column(String(255))
    label: Mapped[str] = mapped_column(String(200), default="")
    linked_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)

    user: Mapped[User] = relationship(viewonly=True)


class Invitation(Base, HasId):
    """An invitation to take an account with a role; the link in the mail is signed, expires and works once."""

    __tablename__ = "account_invitation"
    __table_args__ = (Index("ix_account_invitation_email_key", "email_key"),)

    email: Mapped[str] = mapped_column(String(254))
    email_key: Mapped[str] = mapped_column(String(254))
    name: Mapped[str] = mapped_column(String(200), default="")
    language: Mapped[str] = mapped_column(String(10), default="en")
    role: Mapped[str] = mapped_column(String(30))
    city_id: Mapped[int | None] = mapped_column(ForeignKey("city.id"))
    role_language: Mapped[str | None] = mapped_column(String(10))
    invited_by: Mapped[int | None] = mapped_column(ForeignKey("account_user.id"))
    invited_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    accepted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    city: Mapped[City | None] = relationship("City", viewonly=True)
    inviter: Mapped[User | None] = relationship(foreign_keys=[invited_by], viewonly=True)
