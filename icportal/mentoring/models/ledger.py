"""What mentoring takes and what comes of it: hours and costs of both cities, and the certificate of a mentor."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, SmallInteger, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from icportal.core.clock import now
from icportal.core.db import Base, HasId, HasStamps, HasVersion, UtcDateTime
from icportal.mentoring.ledger_words import Work
from icportal.mentoring.models.pairings import Pairing


class LedgerEntry(Base, HasId, HasStamps, HasVersion):
    """Hours and costs of one city on one day. ``minutes`` is working time; ``cost`` whole units of ``currency``."""

    __tablename__ = "mentoring_ledger"

    pairing_id: Mapped[int] = mapped_column(ForeignKey("mentoring_pairing.id"), index=True)
    city_id: Mapped[int] = mapped_column(ForeignKey("city.id"), index=True)
    on_date: Mapped[date]
    kind: Mapped[str] = mapped_column(String(15), default=Work.OTHER)
    minutes: Mapped[int] = mapped_column(SmallInteger, default=0)
    cost: Mapped[int] = mapped_column(default=0)
    currency: Mapped[str] = mapped_column(String(3), default="EUR")
    note: Mapped[str] = mapped_column(String(300), default="")
    created_by: Mapped[int | None]

    pairing: Mapped[Pairing] = relationship(lazy="joined")


class Certificate(Base, HasId):
    """That a city has mentored another, as anybody can check by its ``code``. Never changed: ``sha256`` seals its ``content``."""

    __tablename__ = "mentoring_certificate"
    __public__ = True

    pairing_id: Mapped[int] = mapped_column(ForeignKey("mentoring_pairing.id"), unique=True)
    code: Mapped[str] = mapped_column(String(20), unique=True)
    content: Mapped[dict[str, Any]] = mapped_column(JSON)
    sha256: Mapped[str] = mapped_column(String(64))
    issued_by: Mapped[int | None]
    issued_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
