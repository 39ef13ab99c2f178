"""People and their roles. A role that was taken away stays as history."""

from __future__ import annotations

from datetime import datetime

from flask_login import UserMixin
from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from icportal.accounts.enums import MailPreference
from icportal.core.actors import Actor, Grant
from icportal.core.clock import now
from icportal.core.db import Base, HasId, HasStamps, HasVersion, UtcDateTime


class User(Base, HasId, HasStamps, HasVersion, UserMixin):
    """A person with an account. ``email`` is kept as typed; ``email_key`` is what is compared."""

    __tablename__ = "account_user"

    email: Mapped[str] = mapped_column(String(254))
    email_key: Mapped[str] = mapped_column(String(254), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    password_hash: Mapped[str | None] = mapped_column(String(200))
    language: Mapped[str] = mapped_column(String(10), default="en")
    mail_preference: Mapped[str] = mapped_column(String(20), default=MailPreference.WEEKLY)
    is_active: Mapped[bool] = mapped_column(default=True)  # type: ignore[assignment]  UserMixin declares a property
    is_demonstration: Mapped[bool] = mapped_column(default=False)
    last_signed_in_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    grants: Mapped[list[RoleGrant]] = relationship(back_populates="user", foreign_keys="RoleGrant.user_id", lazy="selectin")

    @property
    def actor(self) -> Actor:
        """The person as services know them, with the roles that hold now."""
        held = frozenset(
            Grant(grant.role, grant.city_id, grant.language) for grant in self.grants if grant.revoked_at is None
        )
        return Actor(id=self.id, name=self.name, email=self.email, language=self.language, grants=held)


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


class Identity(Base, HasId):
    """An identity at a provider, by its issuer and subject alone; linked only from a signed-in account."""

    __tablename__ = "account_identity"
    __table_args__ = (UniqueConstraint("issuer", "subject"),)

    user_id: Mapped[int] = mapped_column(ForeignKey("account_user.id"), index=True)
    issuer: Mapped[str] = mapped_column(String(300))
    subject: Mapped[str] = mapped_column(String(255))
    label: Mapped[str] = mapped_column(String(200), default="")
    linked_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


class Invitation(Base, HasId):
    """An invitation to take an account with a role; the link in the mail is signed, expires and works once."""

    __tablename__ = "account_invitation"

    email: Mapped[str] = mapped_column(String(254))
    name: Mapped[str] = mapped_column(String(200), default="")
    language: Mapped[str] = mapped_column(String(10), default="en")
    role: Mapped[str] = mapped_column(String(30))
    city_id: Mapped[int | None] = mapped_column(ForeignKey("city.id"))
    role_language: Mapped[str | None] = mapped_column(String(10))
    invited_by: Mapped[int | None] = mapped_column(ForeignKey("account_user.id"))
    invited_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    accepted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
