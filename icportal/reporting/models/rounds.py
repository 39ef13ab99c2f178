"""Rounds: when which cities are asked what, and whom the portal has reminded."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, SmallInteger, String, Text, UniqueConstraint, event, inspect
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from icportal.core.clock import now
from icportal.core.db import Base, HasId, HasStamps, HasVersion, UtcDateTime
from icportal.core.errors import InvalidTransition
from icportal.core.files import StoredFile
from icportal.core.strings import _
from icportal.reporting.enums import RoundState
from icportal.reporting.models.questionnaires import QuestionnaireVersion


class Round(Base, HasId, HasStamps, HasVersion):
    """One survey round, the ``number``-th edition of the report. ``deadline`` ends at the end of that day in Brussels.

    ``smallest_group`` is the number of cities below which no breakdown is shown. ``is_demonstration`` marks made-up
    answers wherever they show. ``snapshot`` is what closing froze, ``snapshot_sha256`` its checksum.
    ``changed_questions`` maps questions that were changed while the round ran to the moment the round took that over.
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
    changed_questions: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
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


class Invitation(Base, HasId):
    """A city that is to take part in a round not open yet; opening makes a response of each."""

    __tablename__ = "reporting_invitation"
    __table_args__ = (UniqueConstraint("round_id", "city_id"),)

    round_id: Mapped[int] = mapped_column(ForeignKey("reporting_round.id"))
    city_id: Mapped[int] = mapped_column(ForeignKey("city.id"), index=True)


class RoundSnapshot(Base, HasId):
    """What closing a round froze; one for each time it was closed, and none is ever changed or lost.

    Made when the round is closed; the worker writes the file, and sets ``frozen_at`` last.
    """

    __tablename__ = "reporting_round_snapshot"
    __table_args__ = (Index("ix_reporting_round_snapshot_round_id", "round_id"),)

    round_id: Mapped[int] = mapped_column(ForeignKey("reporting_round.id"))
    closed_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    closed_by: Mapped[int | None]
    job_id: Mapped[int | None]
    file_id: Mapped[int | None] = mapped_column(ForeignKey("stored_file.id"))
    sha256: Mapped[str] = mapped_column(String(64), default="")
    responses: Mapped[int] = mapped_column(default=0)
    answers: Mapped[int] = mapped_column(default=0)
    frozen_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    file: Mapped[StoredFile | None] = relationship()


@event.listens_for(Session, "before_flush")
def _keep_frozen(session: Session, _context: Any, _instances: Any) -> None:
    """Nothing in the portal changes or deletes what closing froze."""
    for thing in (*session.dirty, *session.deleted):
        if isinstance(thing, RoundSnapshot) and (thing in session.deleted or session.is_modified(thing)):
            history = inspect(thing).attrs.frozen_at.history
            before = history.deleted[0] if history.deleted else (history.unchanged[0] if history.unchanged else None)
            if before is not None:
                raise InvalidTransition(_("What closing the round froze is never changed."))


class Reminder(Base, HasId):
    """A reminder that was dealt with: for which deadline, how many days from it (negative: before), and to whom.

    ``level`` is 1 for the first contacts, 2 with the second contact, 3 with the political lead. One that was not sent has
    no recipients: ``note`` says why a coordinator switched it off; without a note its day had passed when the deadline was set.
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
