"""What a city's action plan keeps: the plan, its actions, and where each of them came from."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from icportal.core.clock import now
from icportal.core.db import Base, HasId, HasStamps, HasVersion, UtcDateTime
from icportal.plans.enums import ActionState, OriginKind


class ActionPlan(Base, HasId):
    """The one plan of a city; made with its first action."""

    __tablename__ = "plan"

    city_id: Mapped[int] = mapped_column(ForeignKey("city.id"), unique=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


class Action(Base, HasId, HasStamps, HasVersion):
    """Something a city means to do.

    ``because`` is the reason of a blocked or dropped one. ``internal_note`` is for the city alone. An action that was
    merged into another is dropped and says into which: its origins stand there.
    """

    __tablename__ = "plan_action"
    __table_args__ = (
        Index("ix_plan_action_plan_id", "plan_id"),
        Index("ix_plan_action_city_id_due_on", "city_id", "due_on"),
    )

    plan_id: Mapped[int] = mapped_column(ForeignKey("plan.id"))
    city_id: Mapped[int] = mapped_column(ForeignKey("city.id"))
    title: Mapped[str] = mapped_column(String(300))
    objective: Mapped[str] = mapped_column(Text, default="")
    body: Mapped[str] = mapped_column(Text, default="")
    language: Mapped[str] = mapped_column(String(10), default="en")
    owner_body: Mapped[str] = mapped_column(String(200), default="")
    owner_person: Mapped[str] = mapped_column(String(200), default="")
    starts_on: Mapped[date | None]
    due_on: Mapped[date | None]
    commitments: Mapped[list[int]] = mapped_column(JSON, default=list)
    internal_note: Mapped[str] = mapped_column(Text, default="")
    state: Mapped[str] = mapped_column(String(30), default=ActionState.PLANNED)
    state_since: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    because: Mapped[str] = mapped_column(Text, default="")
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("plan_action.id"))
    created_by: Mapped[int | None]


class Origin(Base, HasId):
    """Where an action comes from. ``said`` is what stood there that day, in ``language``.

    Of an answer, the response and the question are named; of an action that was merged, ``from_action_id``. An origin
    that came along with a merged action names that action too.
    """

    __tablename__ = "plan_origin"
    __table_args__ = (UniqueConstraint("response_id", "question"), Index("ix_plan_origin_action_id", "action_id"))

    action_id: Mapped[int] = mapped_column(ForeignKey("plan_action.id"))
    kind: Mapped[str] = mapped_column(String(20), default=OriginKind.ANSWER)
    response_id: Mapped[int | None] = mapped_column(ForeignKey("reporting_response.id"))
    question: Mapped[str | None] = mapped_column(String(60))
    from_action_id: Mapped[int | None] = mapped_column(ForeignKey("plan_action.id"))
    said: Mapped[str] = mapped_column(Text, default="")
    language: Mapped[str] = mapped_column(String(10), default="en")
    created_by: Mapped[int | None]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
