"""A pairing of two cities: its proposal, its agreement and its journal."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from icportal.core.clock import now
from icportal.core.db import Base, HasId, HasStamps, HasVersion, UtcDateTime
from icportal.mentoring.enums import EntryKind, PairingState, Side
from icportal.mentoring.models.programmes import Programme, Scheme


class Pairing(Base, HasId, HasStamps, HasVersion):
    """Two cities in one scheme. Private to their people, the scheme's facilitator and the coordinators.

    ``reasons`` is why they were proposed, as the run said it. ``answer_by`` is the last day on which both can accept.
    ``agreement`` holds goal, visits, costs and exit, ``languages`` the working languages; both sign its text as it stands
    (``agreement_sha256``): changing it takes the signatures back. ``because`` is the reason of the present state.
    ``last_activity_on`` is the day of the last sign of life; ``asked_on`` when both were asked whether all is well, and
    ``told_on`` when a coordinator was told that nobody answered. ``previous_id`` is the pairing this one continues,
    ``practice_id`` the practice the mentee made of it.
    """

    __tablename__ = "mentoring_pairing"
    __table_args__ = (
        Index("ix_mentoring_pairing_mentor_id", "mentor_id"),
        Index("ix_mentoring_pairing_mentee_id", "mentee_id"),
        Index("ix_mentoring_pairing_scheme_id", "scheme_id"),
    )

    programme_id: Mapped[int] = mapped_column(ForeignKey("mentoring_programme.id"), index=True)
    scheme_id: Mapped[int] = mapped_column(ForeignKey("mentoring_scheme.id"))
    run_id: Mapped[int | None] = mapped_column(ForeignKey("mentoring_run.id"))
    mentor_id: Mapped[int] = mapped_column(ForeignKey("city.id"))
    mentee_id: Mapped[int] = mapped_column(ForeignKey("city.id"))
    previous_id: Mapped[int | None] = mapped_column(ForeignKey("mentoring_pairing.id"))
    practice_id: Mapped[int | None] = mapped_column(ForeignKey("practice.id"))
    state: Mapped[str] = mapped_column(String(30), default=PairingState.PROPOSED)
    state_since: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    because: Mapped[str] = mapped_column(Text, default="")
    reasons: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    answer_by: Mapped[date | None]
    mentor_accepted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    mentor_accepted_by: Mapped[int | None]
    mentee_accepted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    mentee_accepted_by: Mapped[int | None]
    agreement: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)
    agreement_language: Mapped[str] = mapped_column(String(10), default="en")
    languages: Mapped[list[str]] = mapped_column(JSON, default=list)
    starts_on: Mapped[date | None]
    ends_on: Mapped[date | None]
    agreement_sha256: Mapped[str] = mapped_column(String(64), default="")
    mentor_signed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    mentor_signed_by: Mapped[int | None]
    mentee_signed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    mentee_signed_by: Mapped[int | None]
    last_activity_on: Mapped[date | None]
    asked_on: Mapped[date | None]
    told_on: Mapped[date | None]

    programme: Mapped[Programme] = relationship(lazy="joined")
    scheme: Mapped[Scheme] = relationship(lazy="joined")

    @property
    def city_ids(self) -> frozenset[int]:
        """Both cities, for rules that ask whose people may open it."""
        return frozenset({self.mentor_id, self.mentee_id})

    @property
    def facilitator_id(self) -> int | None:
        return self.scheme.facilitator_id

    @property
    def signed_sides(self) -> frozenset[Side]:
        """The sides that have signed the agreement as it stands."""
        return frozenset(side for side in Side if getattr(self, f"{side}_signed_at") is not None)

    @property
    def waits_to_be_signed_anew(self) -> bool:
        """Whether the agreement of a pair at work was changed and not both have signed it since."""
        at_work = self.state in {PairingState.ACTIVE, PairingState.PAUSED}
        return at_work and bool(self.agreement_sha256) and self.signed_sides != frozenset(Side)

    @property
    def is_accepted(self) -> bool:
        """Whether both have accepted it, however it went on; a proposal that was declined or lapsed was no mentoring."""
        return self.mentor_accepted_at is not None and self.mentee_accepted_at is not None

    def side_of(self, city_id: int) -> Side:
        """Whether a city of it is the mentor or the mentee."""
        return Side.MENTOR if city_id == self.mentor_id else Side.MENTEE


class JournalEntry(Base, HasId):
    """A line of the journal: a call, a mail, a note, or the word that all is well."""

    __tablename__ = "mentoring_journal"
    __table_args__ = (Index("ix_mentoring_journal_pairing_id", "pairing_id"),)

    pairing_id: Mapped[int] = mapped_column(ForeignKey("mentoring_pairing.id"))
    city_id: Mapped[int | None] = mapped_column(ForeignKey("city.id"))
    kind: Mapped[str] = mapped_column(String(10), default=EntryKind.NOTE)
    on_date: Mapped[date]
    text: Mapped[str] = mapped_column(Text, default="")
    language: Mapped[str] = mapped_column(String(10), default="en")
    author_id: Mapped[int | None]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
