"""The actions of a plan: who does what by when, at what cost, how one sees that it worked, and where it came from."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import JSON, ForeignKey, Index, Numeric, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from icportal.core.clock import now
from icportal.core.db import Base, HasId, HasStamps, HasVersion, UtcDateTime
from icportal.plans.enums import ActionState, OriginKind


class Action(Base, HasId, HasStamps, HasVersion):
    """Something a city means to do.

    ``outcome`` is what will be different when it is done. ``because`` is the reason of a blocked or dropped one, or of a
    state set by hand: ``is_overridden`` says that a person, not the milestones, has set it. ``key_factors`` name key factors
    of toolkits as ``<toolkit>:<factor>``. ``cost`` is in whole units of ``currency``. ``internal_note`` is for the city and the
    network's coordinators, and who the person is stays with them too unless ``person_public``. An action that was merged
    into another is dropped and says into which: its origins stand there. ``is_included``: the version last sent to review has it.
    """

    __tablename__ = "plan_action"
    __table_args__ = (
        Index("ix_plan_action_plan_id", "plan_id"),
        Index("ix_plan_action_city_id_due_on", "city_id", "due_on"),
    )

    plan_id: Mapped[int] = mapped_column(ForeignKey("plan.id"))
    city_id: Mapped[int] = mapped_column(ForeignKey("city.id"))
    objective_id: Mapped[int | None] = mapped_column(ForeignKey("plan_objective.id"))
    title: Mapped[str] = mapped_column(String(300))
    outcome: Mapped[str] = mapped_column(Text, default="")
    body: Mapped[str] = mapped_column(Text, default="")
    language: Mapped[str] = mapped_column(String(10), default="en")
    owner_body: Mapped[str] = mapped_column(String(200), default="")
    owner_person: Mapped[str] = mapped_column(String(200), default="")
    person_public: Mapped[bool] = mapped_column(default=False)
    people: Mapped[str] = mapped_column(Text, default="")
    starts_on: Mapped[date | None]
    due_on: Mapped[date | None]
    cost: Mapped[int | None]
    currency: Mapped[str] = mapped_column(String(3), default="EUR")
    funding: Mapped[str] = mapped_column(String(300), default="")
    commitments: Mapped[list[int]] = mapped_column(JSON, default=list)
    key_factors: Mapped[list[str]] = mapped_column(JSON, default=list)
    internal_note: Mapped[str] = mapped_column(Text, default="")
    state: Mapped[str] = mapped_column(String(30), default=ActionState.DRAFT)
    state_since: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    because: Mapped[str] = mapped_column(Text, default="")
    is_overridden: Mapped[bool] = mapped_column(default=False)
    is_included: Mapped[bool] = mapped_column(default=False)
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("plan_action.id"))
    created_by: Mapped[int | None]

    milestones: Mapped[list[Milestone]] = relationship(order_by="Milestone.due_on, Milestone.id", viewonly=True)
    indicators: Mapped[list[ActionIndicator]] = relationship(order_by="ActionIndicator.id", viewonly=True)


class Milestone(Base, HasId):
    """A step of an action with its day; done on ``done_on``, or still to do."""

    __tablename__ = "plan_milestone"
    __table_args__ = (Index("ix_plan_milestone_action_id", "action_id"),)

    action_id: Mapped[int] = mapped_column(ForeignKey("plan_action.id"))
    title: Mapped[str] = mapped_column(String(300))
    due_on: Mapped[date]
    done_on: Mapped[date | None]
    done_by: Mapped[int | None]


class Dependency(Base, HasId):
    """An action that can begin only after another one of the same plan is done. There is never a circle of them."""

    __tablename__ = "plan_dependency"
    __table_args__ = (UniqueConstraint("action_id", "after_id"), Index("ix_plan_dependency_after_id", "after_id"))

    action_id: Mapped[int] = mapped_column(ForeignKey("plan_action.id"))
    after_id: Mapped[int] = mapped_column(ForeignKey("plan_action.id"))


class ActionIndicator(Base, HasId):
    """How one sees that an action works: where it stood on ``baseline_on``, and what it is to be by ``deadline``.

    ``indicator_code`` names an indicator of the catalogue where it is one. Values are in ``unit``. ``next_due_on`` is the
    day the next value is expected.
    """

    __tablename__ = "plan_indicator"
    __table_args__ = (Index("ix_plan_indicator_action_id", "action_id"),)

    action_id: Mapped[int] = mapped_column(ForeignKey("plan_action.id"))
    label: Mapped[str] = mapped_column(String(300))
    indicator_code: Mapped[str] = mapped_column(String(20), default="")
    unit: Mapped[str] = mapped_column(String(60), default="")
    baseline: Mapped[Decimal | None] = mapped_column(Numeric(18, 4))
    baseline_on: Mapped[date | None]
    target: Mapped[Decimal | None] = mapped_column(Numeric(18, 4))
    deadline: Mapped[date | None]
    next_due_on: Mapped[date | None]

    values: Mapped[list[IndicatorValue]] = relationship(order_by="IndicatorValue.on_date, IndicatorValue.id", viewonly=True)


class IndicatorValue(Base, HasId):
    """A value that was reached, reported by somebody and, once looked at, approved by somebody else."""

    __tablename__ = "plan_indicator_value"
    __table_args__ = (Index("ix_plan_indicator_value_indicator_id", "indicator_id"),)

    indicator_id: Mapped[int] = mapped_column(ForeignKey("plan_indicator.id"))
    on_date: Mapped[date]
    value: Mapped[Decimal] = mapped_column(Numeric(18, 4))
    note: Mapped[str] = mapped_column(Text, default="")
    created_by: Mapped[int | None]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    approved_by: Mapped[int | None]
    approved_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Origin(Base, HasId):
    """Where an action comes from. ``said`` is what stood there that day, in ``language``.

    Of an answer, the response and the question are named; of an action that was merged, ``from_action_id``; of anything
    else, ``source_id`` is its number in the domain that ``kind`` belongs to. An origin that came along with a merged action
    names that action too.
    """

    __tablename__ = "plan_origin"
    __table_args__ = (
        UniqueConstraint("response_id", "question"),
        UniqueConstraint("kind", "source_id"),
        Index("ix_plan_origin_action_id", "action_id"),
    )

    action_id: Mapped[int] = mapped_column(ForeignKey("plan_action.id"))
    kind: Mapped[str] = mapped_column(String(20), default=OriginKind.ANSWER)
    response_id: Mapped[int | None] = mapped_column(ForeignKey("reporting_response.id"))
    question: Mapped[str | None] = mapped_column(String(60))
    from_action_id: Mapped[int | None] = mapped_column(ForeignKey("plan_action.id"))
    source_id: Mapped[int | None]
    said: Mapped[str] = mapped_column(Text, default="")
    language: Mapped[str] = mapped_column(String(10), default="en")
    created_by: Mapped[int | None]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
