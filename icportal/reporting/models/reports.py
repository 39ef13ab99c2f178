"""The network's report on a round: its chapters, what it says of single cities, and the editions that were published."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, SmallInteger, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from icportal.content.models import ContentItem
from icportal.core.clock import now
from icportal.core.db import Base, HasId, HasStamps, HasVersion, UtcDateTime
from icportal.core.files import StoredFile
from icportal.reporting.enums import MentionOutcome, ReportState
from icportal.reporting.models.rounds import Round


class Report(Base, HasId, HasStamps, HasVersion):
    """The report on one round, written in ``language``; its title is the cover's.

    ``consent_until`` is the last day on which cities are asked about their mentions; after it a coordinator may release
    what a city has not answered to, never what it objects to. ``preview_job_id`` made the last printed preview.
    """

    __tablename__ = "network_report"
    __public__ = True

    slug: Mapped[str] = mapped_column(String(80), unique=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("reporting_round.id"), unique=True)
    language: Mapped[str] = mapped_column(String(10))
    state: Mapped[str] = mapped_column(String(30), default=ReportState.DRAFT)
    state_since: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    consent_until: Mapped[date | None]
    preview_job_id: Mapped[int | None]
    created_by: Mapped[int | None]

    round: Mapped[Round] = relationship(lazy="joined")
    chapters: Mapped[list[Chapter]] = relationship(back_populates="report", order_by="Chapter.position, Chapter.id")
    editions: Mapped[list[ReportEdition]] = relationship(back_populates="report", order_by="ReportEdition.number.desc()")

    @property
    def city_id(self) -> None:
        """A report is the network's."""
        return

    @property
    def cover(self) -> Chapter:
        """The chapter that gives the report its title."""
        return next(chapter for chapter in self.chapters if chapter.topic == COVER)

    @property
    def title(self) -> str:
        return self.cover.item.source.title

    @property
    def shown(self) -> list[Chapter]:
        """The chapters that are part of the report, in their order."""
        return [chapter for chapter in self.chapters if not chapter.left_out]


#: The topic of the chapter that is the cover.
COVER = "cover"


class Chapter(Base, HasId):
    """One chapter: a text in several languages. ``topic`` stands in its address; ``level`` 2 belongs under the one before.

    ``drafted_sha256`` is the hash of what drafting wrote: a text that still has it was not touched by anybody.
    """

    __tablename__ = "report_chapter"
    __table_args__ = (UniqueConstraint("report_id", "topic"),)

    report_id: Mapped[int] = mapped_column(ForeignKey("network_report.id"))
    item_id: Mapped[int] = mapped_column(ForeignKey("content_item.id"), unique=True)
    topic: Mapped[str] = mapped_column(String(80))
    position: Mapped[int]
    level: Mapped[int] = mapped_column(SmallInteger, default=1)
    left_out: Mapped[bool] = mapped_column(default=False)
    drafted_sha256: Mapped[str] = mapped_column(String(64), default="")

    report: Mapped[Report] = relationship(back_populates="chapters", lazy="joined")
    item: Mapped[ContentItem] = relationship(lazy="joined")

    @property
    def city_id(self) -> None:
        """A chapter is the network's."""
        return


class Mention(Base, HasId, HasVersion):
    """A paragraph that says something of a city, and what the city says to it.

    What the city decided holds for exactly this text (``sha256``): a changed paragraph is another mention, and one that
    comes back as it was finds its decision again. ``origins`` are the questions or the practice it comes from.
    """

    __tablename__ = "report_mention"
    __table_args__ = (
        UniqueConstraint("chapter_id", "city_id", "kind", "sha256"),
        Index("ix_report_mention_report_id", "report_id", "city_id"),
        Index("ix_report_mention_city_id", "city_id"),
    )

    report_id: Mapped[int] = mapped_column(ForeignKey("network_report.id"))
    chapter_id: Mapped[int] = mapped_column(ForeignKey("report_chapter.id"))
    city_id: Mapped[int] = mapped_column(ForeignKey("city.id"))
    kind: Mapped[str] = mapped_column(String(10))
    origins: Mapped[list[str]] = mapped_column(JSON, default=list)
    position: Mapped[int] = mapped_column(default=0)
    excerpt: Mapped[str] = mapped_column(Text)
    sha256: Mapped[str] = mapped_column(String(64))
    is_current: Mapped[bool] = mapped_column(default=True)
    outcome: Mapped[str] = mapped_column(String(10), default=MentionOutcome.PENDING)
    remark: Mapped[str] = mapped_column(Text, default="")
    decided_by: Mapped[int | None]
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    report: Mapped[Report] = relationship()
    chapter: Mapped[Chapter] = relationship()


class ReportEdition(Base, HasId):
    """The report as it was published: made once by the worker from the texts that ``sources`` names, and never changed.

    ``sources`` lists for each language [topic, level, number of the revision] of every chapter. A correction is another edition.
    """

    __tablename__ = "report_edition"
    __table_args__ = (UniqueConstraint("report_id", "number"),)
    __public__ = True

    report_id: Mapped[int] = mapped_column(ForeignKey("network_report.id"))
    number: Mapped[int] = mapped_column(SmallInteger)
    note: Mapped[str] = mapped_column(Text, default="")
    sources: Mapped[dict[str, Any]] = mapped_column(JSON)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    created_by: Mapped[int | None]
    job_id: Mapped[int | None]
    frozen_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    sha256: Mapped[str] = mapped_column(String(64), default="")

    report: Mapped[Report] = relationship(back_populates="editions", lazy="joined")
    pages: Mapped[list[ReportPage]] = relationship(order_by="ReportPage.language, ReportPage.position")
    files: Mapped[list[ReportFile]] = relationship(order_by="ReportFile.id")

    @property
    def languages(self) -> list[str]:
        """The languages the edition is in, the one it was written in first."""
        return sorted(self.sources, key=lambda code: (code != self.report.language, code))


class ReportPage(Base, HasId):
    """A chapter of an edition as a page of one language: ``html`` was sanitised when it was made. Position 0 is the cover."""

    __tablename__ = "report_page"
    __table_args__ = (UniqueConstraint("edition_id", "language", "position"),)
    __public__ = True

    edition_id: Mapped[int] = mapped_column(ForeignKey("report_edition.id"))
    language: Mapped[str] = mapped_column(String(10))
    position: Mapped[int]
    level: Mapped[int] = mapped_column(SmallInteger, default=1)
    topic: Mapped[str] = mapped_column(String(80))
    title: Mapped[str] = mapped_column(String(300))
    html: Mapped[str] = mapped_column(Text)
    sha256: Mapped[str] = mapped_column(String(64))


class ReportFile(Base, HasId):
    """A file of an edition; ``language`` is empty for data."""

    __tablename__ = "report_file"
    __table_args__ = (UniqueConstraint("edition_id", "name"),)
    __public__ = True

    edition_id: Mapped[int] = mapped_column(ForeignKey("report_edition.id"))
    name: Mapped[str] = mapped_column(String(120))
    form: Mapped[str] = mapped_column(String(10))
    language: Mapped[str] = mapped_column(String(10), default="")
    media_type: Mapped[str] = mapped_column(String(120))
    sha256: Mapped[str] = mapped_column(String(64))
    size: Mapped[int]
    file_id: Mapped[int] = mapped_column(ForeignKey("stored_file.id"))

    file: Mapped[StoredFile] = relationship(lazy="joined")
