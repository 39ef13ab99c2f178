"""What became of a plan: rounds in which the city says what was done, action by action."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, SmallInteger, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from icportal.core.clock import now
from icportal.core.db import Base, HasId, HasStamps, HasVersion, UtcDateTime
from icportal.plans.enums import ProgressState


class ProgressRound(Base, HasId, HasStamps, HasVersion):
    """One time a city is asked what came of its plan.

    It tells of the version ``version_id``, whatever is endorsed meanwhile. ``content`` is the report of what was done, frozen
    when the round is closed, with its checksum ``sha256``; the public reads it where it reads the plan, and goes on reading it
    while a round that was opened again is corrected. ``summary`` is public in ``language``: ``written_by`` wrote any part of
    it, and somebody else has approved it.
    """

    __tablename__ = "plan_progress_round"
    __table_args__ = (UniqueConstraint("plan_id", "number"),)
    __public__ = True

    plan_id: Mapped[int] = mapped_column(ForeignKey("plan.id"))
    city_id: Mapped[int] = mapped_column(ForeignKey("city.id"))
    version_id: Mapped[int] = mapped_column(ForeignKey("plan_version.id"))
    number: Mapped[int] = mapped_column(SmallInteger)
    covers_from: Mapped[date]
    covers_to: Mapped[date]
    due_on: Mapped[date]
    summary: Mapped[str] = mapped_column(Text, default="")
    language: Mapped[str] = mapped_column(String(10), default="en")
    state: Mapped[str] = mapped_column(String(30), default=ProgressState.OPEN)
    state_since: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    written_by: Mapped[list[int]] = mapped_column(JSON, default=list)
    approved_by: Mapped[int | None]
    approved_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    content: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    sha256: Mapped[str] = mapped_column(String(64), default="")
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class ProgressNote(Base, HasId, HasVersion):
    """What was done for one action in one round. ``text`` is public, ``internal_note`` is not.

    ``written_by`` are all who wrote any part of the text: none of them approves it.
    """

    __tablename__ = "plan_progress_note"
    __table_args__ = (UniqueConstraint("round_id", "action_id"),)

    round_id: Mapped[int] = mapped_column(ForeignKey("plan_progress_round.id"))
    action_id: Mapped[int] = mapped_column(ForeignKey("plan_action.id"), index=True)
    text: Mapped[str] = mapped_column(Text, default="")
    internal_note: Mapped[str] = mapped_column(Text, default="")
    language: Mapped[str] = mapped_column(String(10), default="en")
    written_by: Mapped[list[int]] = mapped_column(JSON, default=list)
    created_by: Mapped[int | None]
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now, onupdate=now)
    approved_by: Mapped[int | None]
    approved_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class PlanReminder(Base, HasId):
    """A reminder of a progress round that was sent: how many days from its last day (negative: before)."""

    __tablename__ = "plan_reminder"
    __table_args__ = (UniqueConstraint("round_id", "due_on", "offset"),)

    round_id: Mapped[int] = mapped_column(ForeignKey("plan_progress_round.id"))
    due_on: Mapped[date]
    offset: Mapped[int] = mapped_column(SmallInteger)
    recipients: Mapped[int] = mapped_column(SmallInteger, default=0)
    sent_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
