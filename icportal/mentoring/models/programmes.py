"""Programmes of mentoring: the call, its calendar, and the schemes of cities that work on one theme."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, SmallInteger, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from icportal.content.models import ContentItem
from icportal.core.clock import now
from icportal.core.db import Base, HasId, HasStamps, HasVersion, UtcDateTime
from icportal.mentoring.enums import GrantOutcome, Phase


class Programme(Base, HasId, HasStamps, HasVersion):
    """One programme. Its call is a text in several languages; ``state`` is the phase it is in.

    ``settings`` are the weights and rules of the matching as ``matching.pool.Settings`` keeps them. ``answer_days`` is how long
    cities have to accept a proposal, ``quiet_days`` after how many days of silence both are asked whether all is well.
    Who was left over in ``previous`` goes first. ``is_demonstration`` marks made-up facts wherever they show.
    """

    __tablename__ = "mentoring_programme"
    __public__ = True

    slug: Mapped[str] = mapped_column(String(80), unique=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("content_item.id"), unique=True)
    previous_id: Mapped[int | None] = mapped_column(ForeignKey("mentoring_programme.id"))
    state: Mapped[str] = mapped_column(String(30), default=Phase.DRAFT)
    state_since: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    settings: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    answer_days: Mapped[int] = mapped_column(SmallInteger, default=14)
    quiet_days: Mapped[int] = mapped_column(SmallInteger, default=45)
    is_demonstration: Mapped[bool] = mapped_column(default=False)
    created_by: Mapped[int | None]

    item: Mapped[ContentItem] = relationship(lazy="joined")
    phases: Mapped[list[ProgrammePhase]] = relationship(
        order_by="ProgrammePhase.starts_on, ProgrammePhase.id", cascade="all, delete-orphan"
    )
    schemes: Mapped[list[Scheme]] = relationship(
        order_by="Scheme.position, Scheme.id", back_populates="programme", cascade="all, delete-orphan"
    )

    @property
    def city_id(self) -> None:
        """A programme is the network's."""
        return

    @property
    def title(self) -> str:
        """Its title in the language it was written in."""
        return self.item.source.title


class ProgrammePhase(Base, HasId):
    """When a phase begins and ends, both days included."""

    __tablename__ = "mentoring_phase"
    __table_args__ = (UniqueConstraint("programme_id", "phase"),)
    __public__ = True

    programme_id: Mapped[int] = mapped_column(ForeignKey("mentoring_programme.id"))
    phase: Mapped[str] = mapped_column(String(20))
    starts_on: Mapped[date]
    ends_on: Mapped[date]


class Scheme(Base, HasId, HasVersion):
    """The cities of one programme that work on one theme, with a facilitator who keeps the benchmark in view.

    The theme is a toolkit; ``benchmark_number`` is the version of its benchmark this scheme works with.
    """

    __tablename__ = "mentoring_scheme"
    __table_args__ = (UniqueConstraint("programme_id", "toolkit"),)
    __public__ = True

    programme_id: Mapped[int] = mapped_column(ForeignKey("mentoring_programme.id"))
    toolkit: Mapped[str] = mapped_column(String(80))
    benchmark_number: Mapped[int] = mapped_column(SmallInteger, default=1)
    position: Mapped[int] = mapped_column(SmallInteger, default=0)
    facilitator_id: Mapped[int | None]
    facilitator_name: Mapped[str] = mapped_column(String(200), default="")
    facilitator_organisation: Mapped[str] = mapped_column(String(200), default="")
    note: Mapped[str] = mapped_column(Text, default="")

    programme: Mapped[Programme] = relationship(back_populates="schemes")

    @property
    def city_id(self) -> None:
        return


class Grant(Base, HasId, HasStamps, HasVersion):
    """Money for a city's part in a programme: asked for by the city, granted or refused by a coordinator, with a reason.

    Amounts are whole units of ``currency``.
    """

    __tablename__ = "mentoring_grant"
    __table_args__ = (UniqueConstraint("programme_id", "city_id", "purpose"),)

    programme_id: Mapped[int] = mapped_column(ForeignKey("mentoring_programme.id"))
    city_id: Mapped[int] = mapped_column(ForeignKey("city.id"), index=True)
    purpose: Mapped[str] = mapped_column(String(300))
    amount: Mapped[int]
    granted: Mapped[int | None]
    currency: Mapped[str] = mapped_column(String(3), default="EUR")
    outcome: Mapped[str] = mapped_column(String(10), default=GrantOutcome.ASKED)
    reason: Mapped[str] = mapped_column(Text, default="")
    asked_by: Mapped[int | None]
    decided_by: Mapped[int | None]
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
