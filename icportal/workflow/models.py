"""The history of every subject: append-only, each event bound to the one before it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from icportal.core.db import Base, HasId, UtcDateTime


class WorkflowEvent(Base, HasId):
    """One step of one subject: who, when, from, to, why, and the hash of the revision it speaks of."""

    __tablename__ = "workflow_event"
    __table_args__ = (UniqueConstraint("workflow", "subject_id", "position"),)

    workflow: Mapped[str] = mapped_column(String(60))
    subject_id: Mapped[int]
    position: Mapped[int]
    transition: Mapped[str] = mapped_column(String(40))
    source: Mapped[str] = mapped_column(String(30))
    target: Mapped[str] = mapped_column(String(30))
    actor_id: Mapped[int | None] = mapped_column(index=True)
    acting_for: Mapped[int | None]
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    reason: Mapped[str] = mapped_column(Text, default="")
    revision_hash: Mapped[str] = mapped_column(String(64), default="")
    previous: Mapped[str] = mapped_column(String(64), default="")
    hash: Mapped[str] = mapped_column(String(64), default="")

    def content(self) -> dict[str, Any]:
        """What the hash is taken over."""
        return {
            "workflow": self.workflow, "subject": self.subject_id, "position": self.position,
            "transition": self.transition, "source": self.source, "target": self.target, "actor": self.actor_id,
            "acting_for": self.acting_for, "at": self.at.isoformat(), "reason": self.reason,
            "revision": self.revision_hash, "previous": self.previous,
        }  # fmt: skip
