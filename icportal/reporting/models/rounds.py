"""Rounds: when which cities are asked what, and whom the portal has reminded."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, SmallInteger, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from icportal.core.clock import now
from icportal.core.db import Base, HasId, HasStamps, HasVersion, UtcDateTime
from icportal.core.files import StoredFile
from icportal.reporting.enums import RoundState
from icportal.reporting.models.questionnaires import QuestionnaireVersion


class Round(Base, HasId, HasStamps, HasVersion):
    """One survey round, the ``number``-th edition of the report. ``deadline`` ends at the end of that day in Brussels.

    ``smallest_group`` is the number of cities below which no breakdown is shown. ``is_demonstration`` marks made-up
    answers wherever they show. ``snapshot`` is what closing froze, ``snapshot_sha256`` its checksum.
    """

    __tablename__ = "reporting_round"
    __public__ = True

    slug: Mapped[str] = mapped_column(String(60), unique=True)
    number: Mapped[int] = mapped_column(SmallInteger)
    questionnaire_version_id: Mapped[int] = mapped_column(ForeignKey("questionnaire_version.id"))
    previous_id: Mapped[int | None] = mapped_column(ForeignKey("reporting_round.id"))
    period_from: Mapped[date]
    period_to: Mapped[date]
    opens_on: Mapped[date]
    deadline: Mapped[date]
    smallest_group: Mapped[int] = mapped_column(SmallInteger, default=3)
    is_demonstration: Mapped[bool] = mapped_column(default=False)
    state: Mapped[str] = mapped_column(String(30), default=RoundState.DRAFT)
    state_since: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    snapshot_id: Mapped[int | None] = mapped_column(ForeignKey("stored_file.id"))
    snapshot_sha256: Mapped[str] = mapped_column(String(64), default="")

    questionnaire_version: Mapped[QuestionnaireVersion] = relationship(lazy="joined")
    snapshot: Mapped[StoredFile | None] = relationship()

    @property
    def city_id(self) -> None:
        """A round is the network's."""
        return

    @property
    def is_open(self) -> bool:
        return self.state == RoundState.OPEN


class Reminder(Base, HasId):
    """A reminder that was sent: for which deadline, how many days from it (negative: before), and to whom.

    ``level`` is 1 for the first contacts, 2 with the second contact, 3 with the political lead.
    """

    __tablename__ = "reporting_reminder"
    __table_args__ = (UniqueConstraint("response_id", "deadline", "offset"),)

    response_id: Mapped[int] = mapped_column(ForeignKey("reporting_response.id"))
    deadline: Mapped[date]
    offset: Mapped[int] = mapped_column(SmallInteger)
    level: Mapped[int] = mapped_column(SmallInteger, default=1)
    recipients: Mapped[int] = mapped_column(SmallInteger, default=0)
    sent_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    note: Mapped[str] = mapped_column(Text, default="")
