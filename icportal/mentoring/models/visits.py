"""Visits of a pairing, what is written down of them, and the secret addresses of its calendars."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, SmallInteger, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from icportal.core.clock import now
from icportal.core.db import Base, HasId, HasStamps, HasVersion, UtcDateTime
from icportal.core.files import StoredFile
from icportal.mentoring.models.pairings import Pairing
from icportal.mentoring.visit_words import VisitInterpreter, VisitKind, VisitState


class Visit(Base, HasId, HasStamps, HasVersion):
    """A visit or an online meeting of both cities. Who may open the pairing may open it, and nobody else.

    ``first_on`` and ``last_on`` are days, both included. An online meeting has one day, and ``starts_at`` and ``ends_at`` on the
    clock of ``zone``; a visit has neither. ``agenda`` holds items with on (day), at (time, both in ISO 8601 or None), title, lead;
    ``people`` those who take part with name, role, organisation and the ``city_id`` they are of (None for guests). Texts are in
    ``language``, ``languages`` are spoken. ``because`` is the reason of the present state.
    """

    __tablename__ = "mentoring_visit"
    __table_args__ = (Index("ix_mentoring_visit_pairing_id_first_on", "pairing_id", "first_on"),)

    pairing_id: Mapped[int] = mapped_column(ForeignKey("mentoring_pairing.id"))
    host_id: Mapped[int] = mapped_column(ForeignKey("city.id"))
    kind: Mapped[str] = mapped_column(String(12), default=VisitKind.STUDY)
    title: Mapped[str] = mapped_column(String(200))
    place: Mapped[str] = mapped_column(String(300), default="")
    link: Mapped[str] = mapped_column(String(500), default="")
    first_on: Mapped[date]
    last_on: Mapped[date]
    starts_at: Mapped[time | None]
    ends_at: Mapped[time | None]
    zone: Mapped[str] = mapped_column(String(60), default="")
    language: Mapped[str] = mapped_column(String(10), default="en")
    languages: Mapped[list[str]] = mapped_column(JSON, default=list)
    interpreter: Mapped[str] = mapped_column(String(12), default=VisitInterpreter.NONE)
    agenda: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    people: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    state: Mapped[str] = mapped_column(String(30), default=VisitState.PLANNED)
    state_since: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    because: Mapped[str] = mapped_column(Text, default="")
    created_by: Mapped[int | None]

    pairing: Mapped[Pairing] = relationship(lazy="joined")
    minutes: Mapped[VisitMinutes | None] = relationship(viewonly=True, uselist=False)
    documents: Mapped[list[VisitDocument]] = relationship(order_by="VisitDocument.id", viewonly=True)

    @property
    def city_ids(self) -> frozenset[int]:
        """Both cities of its pairing, for rules that ask whose people may open it."""
        return self.pairing.city_ids

    @property
    def facilitator_id(self) -> int | None:
        return self.pairing.facilitator_id

    @property
    def is_online(self) -> bool:
        return self.kind == VisitKind.ONLINE


class VisitMinutes(Base, HasId, HasStamps, HasVersion):
    """What was said and decided at a visit. Both cities confirm it as it stands (``sha256``); a change takes that back.

    ``city_id`` is the city that wrote it last (None for a facilitator or coordinator); who writes confirms by it.
    """

    __tablename__ = "mentoring_minutes"

    visit_id: Mapped[int] = mapped_column(ForeignKey("mentoring_visit.id"), unique=True)
    text: Mapped[str] = mapped_column(Text, default="")
    language: Mapped[str] = mapped_column(String(10), default="en")
    city_id: Mapped[int | None] = mapped_column(ForeignKey("city.id"))
    written_by: Mapped[int | None]
    sha256: Mapped[str] = mapped_column(String(64), default="")
    mentor_confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    mentor_confirmed_by: Mapped[int | None]
    mentee_confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    mentee_confirmed_by: Mapped[int | None]

    decisions: Mapped[list[VisitDecision]] = relationship(
        order_by="VisitDecision.position, VisitDecision.id", viewonly=True, lazy="selectin"
    )


class VisitDecision(Base, HasId):
    """Something that was decided at a visit, for the plan of ``city_id``. Which action came of it, the plan knows by its origin."""

    __tablename__ = "mentoring_decision"
    __table_args__ = (Index("ix_mentoring_decision_minutes_id", "minutes_id"),)

    minutes_id: Mapped[int] = mapped_column(ForeignKey("mentoring_minutes.id"))
    position: Mapped[int] = mapped_column(SmallInteger, default=0)
    city_id: Mapped[int] = mapped_column(ForeignKey("city.id"))
    text: Mapped[str] = mapped_column(Text)
    owner_body: Mapped[str] = mapped_column(String(200), default="")
    owner_person: Mapped[str] = mapped_column(String(200), default="")
    due_on: Mapped[date | None]


class VisitDocument(Base, HasId):
    """A file that belongs to a visit: an invitation, slides, a list of links."""

    __tablename__ = "mentoring_visit_document"
    __table_args__ = (Index("ix_mentoring_visit_document_visit_id", "visit_id"),)

    visit_id: Mapped[int] = mapped_column(ForeignKey("mentoring_visit.id"))
    file_id: Mapped[int] = mapped_column(ForeignKey("stored_file.id"))
    title: Mapped[str] = mapped_column(String(200), default="")
    added_by: Mapped[int | None]
    added_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)

    file: Mapped[StoredFile] = relationship(lazy="joined")


class MentoringCalendar(Base, HasId):
    """The secret address of the calendar of a pairing, or of everything a city does in mentoring."""

    __tablename__ = "mentoring_calendar"

    pairing_id: Mapped[int | None] = mapped_column(ForeignKey("mentoring_pairing.id"), unique=True)
    city_id: Mapped[int | None] = mapped_column(ForeignKey("city.id"), unique=True)
    nonce: Mapped[str | None] = mapped_column(String(40), unique=True)
