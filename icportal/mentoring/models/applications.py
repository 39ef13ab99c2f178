"""What a city needs, what it offers, and under which conditions it takes part in a programme."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import JSON, ForeignKey, Numeric, SmallInteger, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from icportal.core.clock import now
from icportal.core.db import Base, HasId, HasStamps, HasVersion, UtcDateTime
from icportal.mentoring.enums import ApplicationState, Interpreter, Level


class Application(Base, HasId, HasStamps, HasVersion):
    """A city's part in a programme: as mentor in some schemes, as mentee in others.

    ``windows`` are [first day, last day] pairs of ISO dates in which it can travel or host. ``most_as_mentor`` and
    ``most_as_mentee`` are how many pairings it takes on in all; 0 means none for now. ``population``, ``competences`` and
    ``foreign_share`` (percent) are its fingerprint: what makes another city like it. ``support_group`` lists the people of the
    local support group as {name, organisation, role}. ``contact_*`` is who is asked.
    """

    __tablename__ = "mentoring_application"
    __table_args__ = (UniqueConstraint("programme_id", "city_id"),)

    programme_id: Mapped[int] = mapped_column(ForeignKey("mentoring_programme.id"))
    city_id: Mapped[int] = mapped_column(ForeignKey("city.id"), index=True)
    state: Mapped[str] = mapped_column(String(30), default=ApplicationState.DRAFT)
    state_since: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    language: Mapped[str] = mapped_column(String(10), default="en")
    contact_name: Mapped[str] = mapped_column(String(200), default="")
    contact_email: Mapped[str] = mapped_column(String(254), default="")
    interpreter: Mapped[str] = mapped_column(String(12), default=Interpreter.NONE)
    most_as_mentor: Mapped[int] = mapped_column(SmallInteger, default=1)
    most_as_mentee: Mapped[int] = mapped_column(SmallInteger, default=1)
    windows: Mapped[list[list[str]]] = mapped_column(JSON, default=list)
    population: Mapped[int | None]
    competences: Mapped[list[str]] = mapped_column(JSON, default=list)
    foreign_share: Mapped[Decimal | None] = mapped_column(Numeric(5, 2))
    support_group: Mapped[list[dict[str, str]]] = mapped_column(JSON, default=list)
    note: Mapped[str] = mapped_column(Text, default="")
    submitted_by: Mapped[int | None]
    submitted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    skills: Mapped[list[LanguageSkill]] = relationship(order_by="LanguageSkill.id", cascade="all, delete-orphan")
    needs: Mapped[list[Need]] = relationship(order_by="Need.priority, Need.id", cascade="all, delete-orphan")
    offers: Mapped[list[Offer]] = relationship(order_by="Offer.id", cascade="all, delete-orphan")
    wishes: Mapped[list[Wish]] = relationship(order_by="Wish.side, Wish.scheme_id, Wish.rank", cascade="all, delete-orphan")
    avoided: Mapped[list[AvoidedCity]] = relationship(order_by="AvoidedCity.id", cascade="all, delete-orphan")


class LanguageSkill(Base, HasId):
    """A language somebody of the city's team speaks, and how well. ``person`` may be a function ("project officer")."""

    __tablename__ = "mentoring_language"

    application_id: Mapped[int] = mapped_column(ForeignKey("mentoring_application.id"), index=True)
    person: Mapped[str] = mapped_column(String(200))
    language: Mapped[str] = mapped_column(String(10))
    level: Mapped[str] = mapped_column(String(2), default=Level.B2)


class Need(Base, HasId):
    """A gap the city wants to close in one scheme.

    ``gap`` is how large it is by the evidence, 0 to 100. ``evidence`` lists where it comes from: {kind, response_id, question,
    commitment, grade, said, edition, is_sent, is_shared}. ``key_factors`` are codes of the scheme's benchmark. The lower ``priority``, the more it
    matters.
    """

    __tablename__ = "mentoring_need"
    __table_args__ = (UniqueConstraint("application_id", "scheme_id"),)

    application_id: Mapped[int] = mapped_column(ForeignKey("mentoring_application.id"))
    scheme_id: Mapped[int] = mapped_column(ForeignKey("mentoring_scheme.id"), index=True)
    text: Mapped[str] = mapped_column(Text, default="")
    gap: Mapped[int] = mapped_column(SmallInteger, default=50)
    priority: Mapped[int] = mapped_column(SmallInteger, default=1)
    evidence: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    key_factors: Mapped[list[str]] = mapped_column(JSON, default=list)


class Offer(Base, HasId):
    """What a city can give in one scheme, to at most ``places`` cities at once.

    ``strength`` is by the evidence, 0 to 100: commitments met with evidence that still counts, and published practices.
    ``evidence`` lists them: {kind, response_id, question, commitment, grade, practice, title, edition, is_sent, is_shared}.
    """

    __tablename__ = "mentoring_offer"
    __table_args__ = (UniqueConstraint("application_id", "scheme_id"),)

    application_id: Mapped[int] = mapped_column(ForeignKey("mentoring_application.id"))
    scheme_id: Mapped[int] = mapped_column(ForeignKey("mentoring_scheme.id"), index=True)
    text: Mapped[str] = mapped_column(Text, default="")
    strength: Mapped[int] = mapped_column(SmallInteger, default=50)
    places: Mapped[int] = mapped_column(SmallInteger, default=1)
    evidence: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    key_factors: Mapped[list[str]] = mapped_column(JSON, default=list)


class Wish(Base, HasId):
    """A city this one would like, in one scheme, as mentor (``side`` mentee) or as mentee (``side`` mentor). 1 is the first wish."""

    __tablename__ = "mentoring_wish"
    __table_args__ = (
        UniqueConstraint("application_id", "scheme_id", "side", "city_id"),
        UniqueConstraint("application_id", "scheme_id", "side", "rank"),
    )

    application_id: Mapped[int] = mapped_column(ForeignKey("mentoring_application.id"))
    scheme_id: Mapped[int] = mapped_column(ForeignKey("mentoring_scheme.id"))
    side: Mapped[str] = mapped_column(String(10))
    city_id: Mapped[int] = mapped_column(ForeignKey("city.id"))
    rank: Mapped[int] = mapped_column(SmallInteger)


class AvoidedCity(Base, HasId):
    """A city this one would rather not work with. Known to the city and the coordinators only."""

    __tablename__ = "mentoring_avoided"
    __table_args__ = (UniqueConstraint("application_id", "city_id"),)

    application_id: Mapped[int] = mapped_column(ForeignKey("mentoring_application.id"))
    city_id: Mapped[int] = mapped_column(ForeignKey("city.id"))
