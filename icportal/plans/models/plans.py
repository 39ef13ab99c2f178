"""The plan itself: its objectives, the versions that were read and endorsed, and what was said of it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, SmallInteger, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from icportal.core.clock import now
from icportal.core.db import Base, HasId, HasStamps, HasVersion, UtcDateTime
from icportal.core.files import StoredFile
from icportal.plans.enums import PlanState, RemarkKind


class ActionPlan(Base, HasId, HasStamps, HasVersion):
    """The one plan of a city; made with its first action or objective.

    ``title``, ``introduction`` are public in ``language``; ``internal_note`` is for the city and the network's coordinators.
    ``months_between`` is how long after one progress round the next one begins. ``written_by`` are the people who wrote any
    part of it since a coordinator last agreed: they may not agree to it. ``published_version_id`` is what the public reads,
    whatever the working copy is doing. ``calendar_nonce`` is part of the secret address of the plan's calendar.
    ``is_demonstration`` marks a made-up plan, on every page.
    Sending a version to review hands ``written_by`` on to it: from there on it names those who wrote since.
    """

    __tablename__ = "plan"
    __public__ = True

    city_id: Mapped[int] = mapped_column(ForeignKey("city.id"), unique=True)
    title: Mapped[str] = mapped_column(String(300), default="")
    language: Mapped[str] = mapped_column(String(10), default="en")
    introduction: Mapped[str] = mapped_column(Text, default="")
    internal_note: Mapped[str] = mapped_column(Text, default="")
    starts_on: Mapped[date | None]
    ends_on: Mapped[date | None]
    months_between: Mapped[int] = mapped_column(SmallInteger, default=12)
    state: Mapped[str] = mapped_column(String(30), default=PlanState.DRAFT)
    state_since: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    written_by: Mapped[list[int]] = mapped_column(JSON, default=list)
    submitted_version_id: Mapped[int | None] = mapped_column(ForeignKey("plan_version.id", use_alter=True))
    published_version_id: Mapped[int | None] = mapped_column(ForeignKey("plan_version.id", use_alter=True))
    published_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    calendar_nonce: Mapped[str | None] = mapped_column(String(40), unique=True)
    is_demonstration: Mapped[bool] = mapped_column(default=False)

    objectives: Mapped[list[Objective]] = relationship(order_by="Objective.position, Objective.id", viewonly=True)
    submitted_version: Mapped[PlanVersion | None] = relationship(
        primaryjoin="ActionPlan.submitted_version_id == foreign(PlanVersion.id)", uselist=False, viewonly=True
    )

    @property
    def contributor_ids(self) -> frozenset[int]:
        """Who wrote any part of it since a coordinator last agreed."""
        sent = self.submitted_version
        return frozenset(self.written_by) | frozenset(sent.written_by if sent and sent.agreed_at is None else ())


class Objective(Base, HasId, HasVersion):
    """What the city wants to reach with several actions."""

    __tablename__ = "plan_objective"
    __table_args__ = (Index("ix_plan_objective_plan_id", "plan_id"),)

    plan_id: Mapped[int] = mapped_column(ForeignKey("plan.id"))
    city_id: Mapped[int] = mapped_column(ForeignKey("city.id"))
    title: Mapped[str] = mapped_column(String(300))
    text: Mapped[str] = mapped_column(Text, default="")
    language: Mapped[str] = mapped_column(String(10), default="en")
    position: Mapped[int] = mapped_column(SmallInteger, default=0)


class PlanVersion(Base, HasId):
    """The plan as it was sent to review; never changed afterwards.

    ``content`` holds the public text of everything that is in it and names the internal notes not at all; ``sha256`` is
    its checksum, which a coordinator agrees to and the administration endorses. ``written_by`` are the people who wrote any
    part of it since a coordinator last agreed to one.
    """

    __tablename__ = "plan_version"
    __table_args__ = (UniqueConstraint("plan_id", "number"),)
    __public__ = True

    plan_id: Mapped[int] = mapped_column(ForeignKey("plan.id"))
    number: Mapped[int] = mapped_column(SmallInteger)
    content: Mapped[dict[str, Any]] = mapped_column(JSON)
    sha256: Mapped[str] = mapped_column(String(64))
    written_by: Mapped[list[int]] = mapped_column(JSON, default=list)
    created_by: Mapped[int | None]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    agreed_by: Mapped[int | None]
    agreed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Endorsement(Base, HasId):
    """The decision of the city's administration on one version: which body, on which day, with the paper that says so."""

    __tablename__ = "plan_endorsement"
    __table_args__ = (UniqueConstraint("version_id"), Index("ix_plan_endorsement_plan_id", "plan_id"))
    __public__ = True

    plan_id: Mapped[int] = mapped_column(ForeignKey("plan.id"))
    version_id: Mapped[int] = mapped_column(ForeignKey("plan_version.id"))
    body: Mapped[str] = mapped_column(String(200))
    decided_on: Mapped[date]
    reference: Mapped[str] = mapped_column(String(200), default="")
    file_id: Mapped[int | None] = mapped_column(ForeignKey("stored_file.id"))
    recorded_by: Mapped[int | None]
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)

    file: Mapped[StoredFile | None] = relationship(lazy="joined")


class PlanRemark(Base, HasId):
    """Something a mentor, a coordinator or the city says of the plan or one action, open until it is settled.

    ``city_id`` is the city of whoever speaks, None for a coordinator. ``version_id`` is the version it was said of, None where
    there was none yet. ``reply`` is the plan's city's answer.
    """

    __tablename__ = "plan_remark"
    __table_args__ = (Index("ix_plan_remark_plan_id", "plan_id"),)

    plan_id: Mapped[int] = mapped_column(ForeignKey("plan.id"))
    version_id: Mapped[int | None] = mapped_column(ForeignKey("plan_version.id"))
    action_id: Mapped[int | None] = mapped_column(ForeignKey("plan_action.id"))
    city_id: Mapped[int | None] = mapped_column(ForeignKey("city.id"))
    kind: Mapped[str] = mapped_column(String(10), default=RemarkKind.NOTE)
    text: Mapped[str] = mapped_column(Text)
    language: Mapped[str] = mapped_column(String(10), default="en")
    author_id: Mapped[int | None]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    reply: Mapped[str] = mapped_column(Text, default="")
    settled_by: Mapped[int | None]
    settled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
