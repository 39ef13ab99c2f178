"""What became of an answer outside of the questionnaire."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from icportal.core.clock import now
from icportal.core.db import Base, HasId, UtcDateTime


class HandedOn(Base, HasId):
    """An answer was made into something else, once for each ``kind`` of thing: ``subject_id`` is its number there."""

    __tablename__ = "reporting_handed_on"
    __table_args__ = (UniqueConstraint("response_id", "question", "kind"),)

    response_id: Mapped[int] = mapped_column(ForeignKey("reporting_response.id"))
    question: Mapped[str] = mapped_column(String(60))
    kind: Mapped[str] = mapped_column(String(20))
    subject_id: Mapped[int]
    created_by: Mapped[int | None]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
