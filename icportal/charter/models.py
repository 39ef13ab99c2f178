"""Charter versions and signatures.

The charter's wording lives in the shipped facts, in all interface languages; a version row fixes the text a
signature refers to by its SHA-256, per language.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from icportal.charter.enums import Precision, SignatureKind, SignatureState
from icportal.core.clock import now
from icportal.core.db import Base, HasId, HasStamps, HasVersion, UtcDateTime


class CharterVersion(Base, HasId):
    """A wording of the charter: ``draft-2010`` or ``adopted-2010``. ``hashes`` maps language to SHA-256 of its text."""

    __tablename__ = "charter_version"
    __public__ = True

    key: Mapped[str] = mapped_column(String(40), unique=True)
    adopted_on: Mapped[date | None]
    is_current: Mapped[bool] = mapped_column(default=False)
    hashes: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)


class Signature(Base, HasId, HasStamps, HasVersion):
    """A city's signature of one charter version, with everything that makes it count.

    ``signed_earliest`` and ``signed_latest`` are equal when the day is known; who signed between two dates counts
    from the later one. What was read is fixed by ``text_language`` and ``text_sha256``.
    """

    __tablename__ = "charter_signature"
    __table_args__ = (Index("ix_charter_signature_city_state", "city_id", "state"),)
    __public__ = True

    city_id: Mapped[int] = mapped_column(ForeignKey("city.id"))
    charter_version_id: Mapped[int] = mapped_column(ForeignKey("charter_version.id"))
    kind: Mapped[str] = mapped_column(String(20), default=SignatureKind.FIRST)
    renews_id: Mapped[int | None] = mapped_column(ForeignKey("charter_signature.id"))
    state: Mapped[str] = mapped_column(String(30), default=SignatureState.DRAFT)
    state_since: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    created_by: Mapped[int | None]

    council_decided_on: Mapped[date | None]
    council_reference: Mapped[str] = mapped_column(String(200), default="")
    council_file_id: Mapped[int | None] = mapped_column(ForeignKey("stored_file.id"))
    notified_on: Mapped[date | None]
    ceremony_on: Mapped[date | None]
    ceremony_place: Mapped[str] = mapped_column(String(200), default="")

    signer_name: Mapped[str] = mapped_column(String(200), default="")
    signer_office: Mapped[str] = mapped_column(String(200), default="")
    mandate: Mapped[str] = mapped_column(Text, default="")
    method: Mapped[str] = mapped_column(String(20), default="")
    signed_by: Mapped[int | None]
    signed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    signed_earliest: Mapped[date | None]
    signed_latest: Mapped[date | None]
    signed_precision: Mapped[str] = mapped_column(String(10), default=Precision.DAY)
    deed_file_id: Mapped[int | None] = mapped_column(ForeignKey("stored_file.id"))
    text_language: Mapped[str] = mapped_column(String(10), default="")
    text_sha256: Mapped[str] = mapped_column(String(64), default="")
    receipt_code: Mapped[str | None] = mapped_column(String(20), unique=True)

    published_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    withdrawn_on: Mapped[date | None]
    source: Mapped[str] = mapped_column(String(300), default="")
    note: Mapped[str] = mapped_column(String(500), default="")

    charter_version: Mapped[CharterVersion] = relationship(lazy="joined")
    writers: Mapped[list[SignatureWriter]] = relationship(cascade="all, delete-orphan")

    @property
    def contributor_ids(self) -> frozenset[int]:
        """Who filled in or signed any part of it: they may not check it."""
        return frozenset(writer.user_id for writer in self.writers)


class SignatureWriter(Base):
    """A person who wrote part of a signature since it was last checked."""

    __tablename__ = "charter_signature_writer"

    signature_id: Mapped[int] = mapped_column(ForeignKey("charter_signature.id"), primary_key=True)
    user_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)


class Delay(Base, HasId):
    """More time asked for a deadline of the charter (the renewal after an election), and the answer."""

    __tablename__ = "charter_delay"

    city_id: Mapped[int] = mapped_column(ForeignKey("city.id"), index=True)
    deadline: Mapped[date]
    asked_until: Mapped[date]
    reason: Mapped[str] = mapped_column(Text)
    asked_by: Mapped[int | None]
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    decision: Mapped[str] = mapped_column(String(20), default="")
    decided_until: Mapped[date | None]
    decided_by: Mapped[int | None]
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decision_reason: Mapped[str] = mapped_column(Text, default="")
    version: Mapped[int] = mapped_column(default=1)


class Reminder(Base):
    """A reminder that was sent, so that it is sent once."""

    __tablename__ = "charter_reminder"

    city_id: Mapped[int] = mapped_column(ForeignKey("city.id"), primary_key=True)
    topic: Mapped[str] = mapped_column(String(40), primary_key=True)
    due: Mapped[date] = mapped_column(primary_key=True)
    sent_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


def as_details(signature: Signature) -> dict[str, Any]:
    """The fields a person fills in, for comparison and audit."""
    names = (
        "council_decided_on", "council_reference", "council_file_id", "notified_on", "ceremony_on", "ceremony_place",
        "signer_name", "signer_office", "mandate",
    )  # fmt: skip
    return {name: getattr(signature, name) for name in names}
