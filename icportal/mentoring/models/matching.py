"""What was fixed before a matching, and every matching that was computed."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, SmallInteger, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from icportal.core.clock import now
from icportal.core.db import Base, HasId, UtcDateTime


class PairRule(Base, HasId):
    """A pair that a coordinator has locked (it stands in every run) or banned, in one scheme, with the reason."""

    __tablename__ = "mentoring_pair_rule"
    __table_args__ = (UniqueConstraint("scheme_id", "mentor_id", "mentee_id"),)

    programme_id: Mapped[int] = mapped_column(ForeignKey("mentoring_programme.id"), index=True)
    scheme_id: Mapped[int] = mapped_column(ForeignKey("mentoring_scheme.id"))
    mentor_id: Mapped[int] = mapped_column(ForeignKey("city.id"))
    mentee_id: Mapped[int] = mapped_column(ForeignKey("city.id"))
    kind: Mapped[str] = mapped_column(String(10))
    reason: Mapped[str] = mapped_column(Text)
    created_by: Mapped[int | None]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


class MatchRun(Base, HasId):
    """One matching: everything it started from, both results, and the checksum over all of it. Never changed afterwards.

    ``inputs`` is the pool as ``matching.pool`` writes it, with the weights; ``outcome`` what ``matching.runs`` found. What a
    coordinator chose of it stands in ``aim`` and ``why``, and when the proposals went out in ``sent_at``.
    """

    __tablename__ = "mentoring_run"
    __table_args__ = (UniqueConstraint("programme_id", "number"),)

    programme_id: Mapped[int] = mapped_column(ForeignKey("mentoring_programme.id"))
    number: Mapped[int] = mapped_column(SmallInteger)
    inputs: Mapped[dict[str, Any]] = mapped_column(JSON)
    outcome: Mapped[dict[str, Any]] = mapped_column(JSON)
    sha256: Mapped[str] = mapped_column(String(64))
    created_by: Mapped[int | None]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    aim: Mapped[str] = mapped_column(String(10), default="")
    why: Mapped[str] = mapped_column(Text, default="")
    chosen_by: Mapped[int | None]
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
