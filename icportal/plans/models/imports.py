"""Workbooks of a plan that came in: what they say, what was taken over of them, and whether that was undone."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from icportal.core.db import Base, HasId, HasStamps, HasVersion, UtcDateTime
from icportal.core.files import StoredFile


class PlanImport(Base, HasId, HasStamps, HasVersion):
    """A workbook that was uploaded for a plan. Nothing is written before somebody accepts it.

    ``said`` is what the file says; what it would change is worked out anew whenever it is looked at. ``digest`` is the hash
    of the changes that were accepted, ``written`` what they changed with what stood there before.
    """

    __tablename__ = "plan_import"
    __table_args__ = (Index("ix_plan_import_plan_id", "plan_id"),)

    plan_id: Mapped[int] = mapped_column(ForeignKey("plan.id"))
    city_id: Mapped[int] = mapped_column(ForeignKey("city.id"))
    file_id: Mapped[int] = mapped_column(ForeignKey("stored_file.id"))
    sha256: Mapped[str] = mapped_column(String(64))
    language: Mapped[str] = mapped_column(String(10))
    said: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    digest: Mapped[str] = mapped_column(String(64), default="")
    written: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    result: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    created_by: Mapped[int | None]
    accepted_by: Mapped[int | None]
    accepted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    discarded_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    undone_by: Mapped[int | None]
    undone_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    file: Mapped[StoredFile] = relationship(lazy="joined")

    @property
    def stage(self) -> str:
        """Where it stands: checked, accepted, discarded or undone."""
        if self.undone_at is not None:
            return "undone"
        if self.accepted_at is not None:
            return "accepted"
        return "discarded" if self.discarded_at is not None else "checked"
