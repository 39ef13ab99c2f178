"""A city's response to a round: its answers, the evidence behind them, who works on which section, and what was said."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, select
from sqlalchemy.orm import Mapped, mapped_column, object_session, relationship

from icportal.core.clock import now
from icportal.core.db import Base, HasId, HasStamps, HasVersion, UtcDateTime
from icportal.core.files import StoredFile
from icportal.reporting.enums import EvidenceKind, ExtensionState, RemarkKind, ResponseState, Visibility
from icportal.reporting.models.rounds import Round


class Response(Base, HasId, HasStamps, HasVersion):
    """What one city answers in one round; made when the round opens, or when a city is invited to an open one.

    ``deadline`` replaces the round's where the city has its own. ``published_*`` say what the public reads.
    ``digest`` of ``Snapshot`` is what a certifier signs and a coordinator accepts.
    """

    __tablename__ = "reporting_response"
    __table_args__ = (UniqueConstraint("round_id", "city_id"), Index("ix_reporting_response_city_id", "city_id"))
    __public__ = True

    round_id: Mapped[int] = mapped_column(ForeignKey("reporting_round.id"))
    city_id: Mapped[int] = mapped_column(ForeignKey("city.id"))
    state: Mapped[str] = mapped_column(String(30), default=ResponseState.DRAFT)
    state_since: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    deadline: Mapped[date | None]
    invited_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    certified_by: Mapped[int | None]
    certified_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    published_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    round: Mapped[Round] = relationship(lazy="joined")

    @property
    def due(self) -> date:
        """The last day on which the city may submit."""
        return self.deadline or self.round.deadline

    @property
    def contributor_ids(self) -> frozenset[int]:
        """Who has written any answer since the response was last accepted: they may neither certify nor accept it."""
        session = object_session(self)
        assert session is not None
        query = select(Answer.author_id).where(Answer.response_id == self.id, Answer.author_id.is_not(None))
        return frozenset(author for author in session.scalars(query.distinct()) if author is not None)


class Answer(Base, HasId, HasVersion):
    """What a city says to one question. No row (or an empty ``value``) is no answer, never "not at all".

    ``value`` is text, a number, an ISO date, a list of choices, a list of rows, or the key of a file; ``choice`` repeats a
    single choice, so that results are counted without reading JSON. ``language`` is that of the text. ``no_evidence`` is
    the explicit "no evidence available". ``still_true_on`` is the day on which ``still_true_of``, an answer of an
    earlier round, was confirmed. ``comment`` answers a warning. ``author_name`` is who wrote it by a link.
    """

    __tablename__ = "reporting_answer"
    __table_args__ = (UniqueConstraint("response_id", "question"), Index("ix_reporting_answer_question", "question"))

    response_id: Mapped[int] = mapped_column(ForeignKey("reporting_response.id"))
    question: Mapped[str] = mapped_column(String(60))
    value: Mapped[Any] = mapped_column(JSON(none_as_null=True), nullable=True)
    choice: Mapped[str] = mapped_column(String(60), default="")
    language: Mapped[str] = mapped_column(String(10), default="en")
    visibility: Mapped[str] = mapped_column(String(10), default=Visibility.PUBLIC)
    visibility_chosen: Mapped[bool] = mapped_column(default=False)
    no_evidence: Mapped[bool] = mapped_column(default=False)
    still_true_on: Mapped[date | None]
    still_true_of: Mapped[int | None] = mapped_column(ForeignKey("reporting_answer.id"))
    comment: Mapped[str] = mapped_column(Text, default="")
    author_id: Mapped[int | None]
    author_name: Mapped[str] = mapped_column(String(200), default="")
    share_id: Mapped[int | None]
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now, onupdate=now)

    @property
    def is_blank(self) -> bool:
        return self.value in (None, "", [], {})


class Evidence(Base, HasId, HasStamps, HasVersion):
    """Something that shows what a city says, used again over questions and rounds.

    ``effective_on`` is when it took effect (not when it was entered), ``period_*`` what it covers, ``expires_on`` the
    first day on which it no longer counts. ``owner`` is the person or office that answers for it.
    """

    __tablename__ = "reporting_evidence"

    city_id: Mapped[int] = mapped_column(ForeignKey("city.id"), index=True)
    kind: Mapped[str] = mapped_column(String(10), default=EvidenceKind.LINK)
    title: Mapped[str] = mapped_column(String(300))
    language: Mapped[str] = mapped_column(String(10), default="en")
    text: Mapped[str] = mapped_column(Text, default="")
    url: Mapped[str] = mapped_column(String(2000), default="")
    file_id: Mapped[int | None] = mapped_column(ForeignKey("stored_file.id"))
    effective_on: Mapped[date | None]
    period_from: Mapped[date | None]
    period_to: Mapped[date | None]
    expires_on: Mapped[date | None]
    owner: Mapped[str] = mapped_column(String(200), default="")
    visibility: Mapped[str] = mapped_column(String(10), default=Visibility.NETWORK)
    created_by: Mapped[int | None]
    warned_for: Mapped[date | None]

    file: Mapped[StoredFile | None] = relationship(lazy="joined")


class AnswerEvidence(Base, HasId):
    """A piece of evidence behind one answer."""

    __tablename__ = "reporting_answer_evidence"
    __table_args__ = (UniqueConstraint("response_id", "question", "evidence_id"),)

    response_id: Mapped[int] = mapped_column(ForeignKey("reporting_response.id"))
    question: Mapped[str] = mapped_column(String(60))
    evidence_id: Mapped[int] = mapped_column(ForeignKey("reporting_evidence.id"), index=True)

    evidence: Mapped[Evidence] = relationship(lazy="joined")


class SectionMark(Base, HasId, HasVersion):
    """One section of one response: its version, which each save raises, and who has called it complete."""

    __tablename__ = "reporting_section"
    __table_args__ = (UniqueConstraint("response_id", "section"),)

    response_id: Mapped[int] = mapped_column(ForeignKey("reporting_response.id"))
    section: Mapped[str] = mapped_column(String(60))
    saves: Mapped[int] = mapped_column(default=0)
    completed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    completed_by: Mapped[int | None]
    completed_name: Mapped[str] = mapped_column(String(200), default="")


class SectionShare(Base, HasId, HasStamps, HasVersion):
    """A section given to a person or department: somebody with an account, or a colleague by a signed link.

    A link opens one section until ``expires_at`` and in one browser only: the first that opened it, whose secret's hash
    is ``bound_sha256``. ``nonce`` is part of the link; a new link takes its place.
    """

    __tablename__ = "reporting_share"
    __table_args__ = (Index("ix_reporting_share_response_id_section", "response_id", "section"),)

    response_id: Mapped[int] = mapped_column(ForeignKey("reporting_response.id"))
    section: Mapped[str] = mapped_column(String(60))
    user_id: Mapped[int | None]
    name: Mapped[str] = mapped_column(String(200))
    department: Mapped[str] = mapped_column(String(200), default="")
    email: Mapped[str] = mapped_column(String(254))
    language: Mapped[str] = mapped_column(String(10), default="en")
    note: Mapped[str] = mapped_column(Text, default="")
    nonce: Mapped[str] = mapped_column(String(40), unique=True)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    bound_sha256: Mapped[str] = mapped_column(String(64), default="")
    bound_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_by: Mapped[int | None]


class Remark(Base, HasId):
    """Something said about a section or a question, open until it is settled. ``reply`` is the city's answer to it."""

    __tablename__ = "reporting_remark"
    __table_args__ = (Index("ix_reporting_remark_response_id", "response_id"),)

    response_id: Mapped[int] = mapped_column(ForeignKey("reporting_response.id"))
    section: Mapped[str] = mapped_column(String(60), default="")
    question: Mapped[str] = mapped_column(String(60), default="")
    kind: Mapped[str] = mapped_column(String(12), default=RemarkKind.NOTE)
    text: Mapped[str] = mapped_column(Text)
    author_id: Mapped[int | None]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    reply: Mapped[str] = mapped_column(Text, default="")
    settled_by: Mapped[int | None]
    settled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Snapshot(Base, HasId):
    """All answers of a response as they stood when a step was taken; what was certified, accepted and published."""

    __tablename__ = "reporting_snapshot"
    __table_args__ = (Index("ix_reporting_snapshot_response_id", "response_id"),)

    response_id: Mapped[int] = mapped_column(ForeignKey("reporting_response.id"))
    step: Mapped[str] = mapped_column(String(40))
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    actor_id: Mapped[int | None]
    answers: Mapped[dict[str, Any]] = mapped_column(JSON)
    sha256: Mapped[str] = mapped_column(String(64))


class Extension(Base, HasId):
    """More time that a city asks for: a reason and a day; decided by a coordinator, with a reason where it is refused."""

    __tablename__ = "reporting_extension"
    __table_args__ = (Index("ix_reporting_extension_response_id", "response_id"),)

    response_id: Mapped[int] = mapped_column(ForeignKey("reporting_response.id"))
    until: Mapped[date]
    reason: Mapped[str] = mapped_column(Text)
    outcome: Mapped[str] = mapped_column(String(10), default=ExtensionState.ASKED)
    asked_by: Mapped[int | None]
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    granted_until: Mapped[date | None]
    decided_by: Mapped[int | None]
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decision: Mapped[str] = mapped_column(Text, default="")


class PublishedAnswer(Base, HasId):
    """What others than the city may read of an answer: written when a response is published, dropped when it is withdrawn.

    An answer the city keeps to itself stands here without its value: it counts as given, and the database itself refuses
    anything more. The public reads only rows that are ``public``; the network reads the rest, and results count both.
    ``evidence`` lists what may be shown with it: title, kind, url or file key, dates, visibility.
    """

    __tablename__ = "published_answer"
    __table_args__ = (
        CheckConstraint("visibility != 'city' OR (value IS NULL AND choice = '')", name="withheld"),
        UniqueConstraint("response_id", "question"),
        # Counting the answers to a question and listing who gave them reads nothing but this.
        Index("ix_published_answer_counted", "round_id", "question", "city_id", "visibility", "choice"),
    )
    __public__ = True

    response_id: Mapped[int] = mapped_column(ForeignKey("reporting_response.id"))
    round_id: Mapped[int] = mapped_column(ForeignKey("reporting_round.id"))
    city_id: Mapped[int] = mapped_column(ForeignKey("city.id"))
    question: Mapped[str] = mapped_column(String(60))
    value: Mapped[Any] = mapped_column(JSON(none_as_null=True), nullable=True)
    choice: Mapped[str] = mapped_column(String(60), default="")
    language: Mapped[str] = mapped_column(String(10))
    visibility: Mapped[str] = mapped_column(String(10))
    no_evidence: Mapped[bool] = mapped_column(default=False)
    still_true_on: Mapped[date | None]
    evidence: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
