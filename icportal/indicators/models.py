"""What is kept about indicators: the catalogue and its versions, every version of every value, files that came in."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    Dialect,
    ForeignKey,
    Index,
    SmallInteger,
    String,
    Text,
    TypeDecorator,
    UniqueConstraint,
    exists,
    or_,
    select,
)
from sqlalchemy.orm import Mapped, mapped_column, object_session, relationship

from icportal.content.models import ContentItem
from icportal.core.clock import now
from icportal.core.db import Base, HasId, HasStamps, HasVersion, UtcDateTime
from icportal.core.files import StoredFile
from icportal.indicators.entries import SCALE, Entry, Key
from icportal.indicators.enums import BatchScope, BatchState, Confidentiality, DeliveryState, How, Missing
from icportal.indicators.facts import Facts


class Exact(TypeDecorator[Decimal]):
    """A decimal number with up to six decimals, kept as a whole number of millionths: exact on both databases."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> int | None:  # noqa: ARG002  SQLAlchemy's signature
        return None if value is None else int((Decimal(value) * SCALE).to_integral_value())

    def process_result_value(self, value: int | None, dialect: Dialect) -> Decimal | None:  # noqa: ARG002  SQLAlchemy's signature
        return None if value is None else (Decimal(value) / SCALE).normalize() + 0


class Indicator(Base, HasId, HasStamps, HasVersion):
    """An entry of the catalogue. Its words are a content item; ``facts`` is the working copy (see ``Facts``).

    Only indicators that are ``asked`` stand in workbooks; the others came with figures of the published reports.
    """

    __tablename__ = "indicator"
    __public__ = True

    code: Mapped[str] = mapped_column(String(20), unique=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("content_item.id"), unique=True)
    family: Mapped[str] = mapped_column(String(30))
    position: Mapped[int] = mapped_column(default=0)
    asked: Mapped[bool] = mapped_column(default=True)
    facts: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)

    item: Mapped[ContentItem] = relationship()
    versions: Mapped[list[IndicatorVersion]] = relationship(
        back_populates="indicator", order_by="IndicatorVersion.number", cascade="all, delete-orphan"
    )

    @property
    def city_id(self) -> None:
        """The catalogue is the network's."""
        return


class IndicatorVersion(Base, HasId):
    """What an indicator meant from ``since`` on; made when a changed definition is published, never changed.

    ``body`` are the defining words in the source language, ``revision_id`` the revision that brought them.
    ``continues`` says that series run on from the version before: only what does not define was changed.
    """

    __tablename__ = "indicator_version"
    __table_args__ = (UniqueConstraint("indicator_id", "number"),)
    __public__ = True

    indicator_id: Mapped[int] = mapped_column(ForeignKey("indicator.id"))
    number: Mapped[int]
    continues: Mapped[bool] = mapped_column(default=False)
    revision_id: Mapped[int] = mapped_column(ForeignKey("content_revision.id"))
    since: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    facts: Mapped[dict[str, Any]] = mapped_column(JSON)
    body: Mapped[dict[str, str]] = mapped_column(JSON)

    indicator: Mapped[Indicator] = relationship(back_populates="versions")

    @property
    def known(self) -> Facts:
        return Facts.of(self.facts)


class MigrantDefinition(Base, HasId):
    """Whom a city counts as a migrant, from ``year_from`` on (None: always) until another one does."""

    __tablename__ = "migrant_definition"
    __public__ = True

    city_id: Mapped[int] = mapped_column(ForeignKey("city.id"), index=True)
    family: Mapped[str] = mapped_column(String(40))
    words: Mapped[str] = mapped_column(Text, default="")
    words_language: Mapped[str] = mapped_column(String(10), default="en")
    year_from: Mapped[int | None] = mapped_column(SmallInteger)
    source: Mapped[str] = mapped_column(String(300), default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    created_by: Mapped[int | None]


class Delivery(Base, HasId, HasStamps, HasVersion):
    """What a city delivers for one year: the thing that is sent in, checked and published."""

    __tablename__ = "indicator_delivery"
    __table_args__ = (UniqueConstraint("city_id", "year"),)

    city_id: Mapped[int] = mapped_column(ForeignKey("city.id"))
    year: Mapped[int] = mapped_column(SmallInteger)
    state: Mapped[str] = mapped_column(String(30), default=DeliveryState.DRAFT)
    state_since: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    published_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    @property
    def contributor_ids(self) -> frozenset[int]:
        """Who wrote any value that is not public yet: they may not publish it.

        Whoever took a value back did so as long as the public still reads it; after that nothing is left of it.
        """
        session = object_session(self)
        assert session is not None
        public = select(PublishedObservation.observation_id)
        key = ("city_id", "year", "indicator_id", "breakdown", "period")
        is_read = exists().where(*(getattr(PublishedObservation, name) == getattr(Observation, name) for name in key))
        query = select(Observation.author_id).where(
            Observation.city_id == self.city_id,
            Observation.year == self.year,
            Observation.current,
            Observation.id.not_in(public),
            or_(Observation.missing != Missing.REMOVED, is_read),
            Observation.author_id.is_not(None),
        )
        return frozenset(author for author in session.scalars(query.distinct()) if author is not None)


class Observation(Base, HasId):
    """One version of one value; only ``current`` ever changes, when a later version takes its place.

    Its key is (city, indicator, breakdown, period), ``number`` counts its versions from 1. ``version_id`` is the
    version of the indicator it answers. Cities and versions are never deleted and their numbers are looked up by the
    two writers of this table, so it has no foreign keys for them: on PostgreSQL each costs an import of a hundred
    thousand rows a third of a second. What is published has them, and ``icportal verify`` looks for strays.
    """

    __tablename__ = "observation"
    __table_args__ = (
        Index("uq_observation_key", "city_id", "year", "indicator_id", "breakdown", "period", "number", unique=True),
        Index("ix_observation_batch_id", "batch_id"),
    )

    city_id: Mapped[int]
    indicator_id: Mapped[int]
    version_id: Mapped[int]
    breakdown: Mapped[str] = mapped_column(String(120), default="")
    period: Mapped[str] = mapped_column(String(10))
    year: Mapped[int] = mapped_column(SmallInteger)
    number: Mapped[int] = mapped_column(default=1)
    current: Mapped[bool] = mapped_column(default=True)
    amount: Mapped[Decimal | None] = mapped_column(Exact)
    missing: Mapped[str] = mapped_column(String(20), default="")
    unit: Mapped[str] = mapped_column(String(20))
    statuses: Mapped[str] = mapped_column(String(10), default="")
    confidentiality: Mapped[str] = mapped_column(String(1), default=Confidentiality.FREE)
    bound: Mapped[str] = mapped_column(String(12))
    geography: Mapped[str] = mapped_column(String(20))
    counting: Mapped[str] = mapped_column(String(12))
    definition_id: Mapped[int | None] = mapped_column(ForeignKey("migrant_definition.id"))
    source_kind: Mapped[str] = mapped_column(String(20))
    source: Mapped[str] = mapped_column(Text, default="")
    note: Mapped[str] = mapped_column(Text, default="")
    period_assumed: Mapped[bool] = mapped_column(default=False)
    how: Mapped[str] = mapped_column(String(10), default=How.TYPED)
    batch_id: Mapped[int | None]
    author_id: Mapped[int | None]
    acting_for: Mapped[int | None]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)

    @property
    def key(self) -> Key:
        return Key(self.city_id, self.indicator_id, self.breakdown, self.period)

    @property
    def entry(self) -> Entry:
        return Entry.of({name: getattr(self, name) for name in ENTRY_COLUMNS})


#: The columns that say what an ``Entry`` says, in its order.
ENTRY_COLUMNS = tuple(Entry.__slots__)


class PublishedObservation(Base):
    """What the public may read of a value: written when a delivery is published.

    A value that is not free stands here without its number and without words that could tell it; the database
    itself refuses anything else.
    """

    __tablename__ = "published_observation"
    __table_args__ = (
        CheckConstraint("confidentiality = 'F' OR (amount IS NULL AND note = '' AND source = '')", name="withheld"),
        Index("uq_published_observation_key", "indicator_id", "breakdown", "year", "city_id", "period", unique=True),
        Index("ix_published_observation_city_id_year", "city_id", "year"),
    )
    __public__ = True

    observation_id: Mapped[int] = mapped_column(ForeignKey("observation.id"), primary_key=True, autoincrement=False)
    city_id: Mapped[int] = mapped_column(ForeignKey("city.id"))
    indicator_id: Mapped[int] = mapped_column(ForeignKey("indicator.id"))
    version_id: Mapped[int] = mapped_column(ForeignKey("indicator_version.id"))
    breakdown: Mapped[str] = mapped_column(String(120))
    period: Mapped[str] = mapped_column(String(10))
    year: Mapped[int] = mapped_column(SmallInteger)
    amount: Mapped[Decimal | None] = mapped_column(Exact)
    missing: Mapped[str] = mapped_column(String(20))
    unit: Mapped[str] = mapped_column(String(20))
    statuses: Mapped[str] = mapped_column(String(10))
    confidentiality: Mapped[str] = mapped_column(String(1))
    bound: Mapped[str] = mapped_column(String(12))
    geography: Mapped[str] = mapped_column(String(20))
    counting: Mapped[str] = mapped_column(String(12))
    definition_id: Mapped[int | None] = mapped_column(ForeignKey("migrant_definition.id"))
    source_kind: Mapped[str] = mapped_column(String(20))
    source: Mapped[str] = mapped_column(Text)
    note: Mapped[str] = mapped_column(Text)
    period_assumed: Mapped[bool]
    published_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


class ValueMark(Base, HasId):
    """A star, a comment or a reason on one value of a delivery. ``observation_id`` is the version it was put on."""

    __tablename__ = "indicator_value_mark"
    __table_args__ = (Index("ix_indicator_value_mark_delivery_id", "delivery_id"),)

    delivery_id: Mapped[int] = mapped_column(ForeignKey("indicator_delivery.id"))
    observation_id: Mapped[int] = mapped_column(ForeignKey("observation.id"))
    indicator_id: Mapped[int] = mapped_column(ForeignKey("indicator.id"))
    breakdown: Mapped[str] = mapped_column(String(120))
    period: Mapped[str] = mapped_column(String(10))
    kind: Mapped[str] = mapped_column(String(10))
    text: Mapped[str] = mapped_column(Text, default="")
    author_id: Mapped[int | None]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    settled_by: Mapped[int | None]
    settled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Department(Base, HasId, HasVersion):
    """A part of a city's administration that fills in a workbook of its own."""

    __tablename__ = "indicator_department"
    __table_args__ = (UniqueConstraint("city_id", "name"),)

    city_id: Mapped[int] = mapped_column(ForeignKey("city.id"))
    name: Mapped[str] = mapped_column(String(120))
    email: Mapped[str] = mapped_column(String(254), default="")
    codes: Mapped[list[str]] = mapped_column(JSON, default=list)


class ImportBatch(Base, HasId, HasStamps, HasVersion):
    """A file that came in, what was found in it, and what became of it.

    ``problems`` are findings about the whole file; ``counts`` maps outcomes (and ``warnings``) to how many cells;
    ``plan_digest`` is the hash of what accepting would do, so that nothing else is ever applied. ``reads_as`` is the
    language whose way of writing numbers the person chose.
    """

    __tablename__ = "indicator_import"
    __table_args__ = (
        Index("ix_indicator_import_city_id_year", "city_id", "year"),
        Index("ix_indicator_import_sha256", "sha256"),
    )

    scope: Mapped[str] = mapped_column(String(10), default=BatchScope.CITY)
    city_id: Mapped[int | None] = mapped_column(ForeignKey("city.id"))
    year: Mapped[int | None] = mapped_column(SmallInteger)
    department_id: Mapped[int | None] = mapped_column(ForeignKey("indicator_department.id", ondelete="SET NULL"))
    department_name: Mapped[str] = mapped_column(String(120), default="")
    file_id: Mapped[int] = mapped_column(ForeignKey("stored_file.id"))
    sha256: Mapped[str] = mapped_column(String(64))
    reads_as: Mapped[str] = mapped_column(String(10), default="en")
    state: Mapped[str] = mapped_column(String(12), default=BatchState.RECEIVED)
    problems: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    counts: Mapped[dict[str, int]] = mapped_column(JSON, default=dict)
    plan_digest: Mapped[str] = mapped_column(String(64), default="")
    result: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    job_id: Mapped[int | None]
    created_by: Mapped[int | None]
    acting_for: Mapped[int | None]
    accepted_by: Mapped[int | None]
    accepted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    undone_by: Mapped[int | None]
    undone_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    file: Mapped[StoredFile] = relationship(lazy="joined")


class ImportCell(Base, HasId):
    """One cell of a checked file: where it stands, what was seen, what it means, and what accepting it would do.

    Of a network's file only the cells with a finding are kept; of a city's workbook all that are not empty. ``seen``
    is the number of the version the workbook was made with, None where it does not say.
    """

    __tablename__ = "indicator_import_cell"
    __table_args__ = (Index("ix_indicator_import_cell_batch_id_outcome", "batch_id", "outcome"),)

    batch_id: Mapped[int] = mapped_column(ForeignKey("indicator_import.id", ondelete="CASCADE"))
    sheet: Mapped[str] = mapped_column(String(40))
    cell: Mapped[str] = mapped_column(String(12))
    city_id: Mapped[int | None]
    indicator_id: Mapped[int | None]
    breakdown: Mapped[str] = mapped_column(String(120), default="")
    period: Mapped[str] = mapped_column(String(10), default="")
    shown: Mapped[str] = mapped_column(Text, default="")
    entry: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    outcome: Mapped[str] = mapped_column(String(10))
    problems: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    warnings: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    notes: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    previous_id: Mapped[int | None]
    seen: Mapped[int | None]


class Release(Base, HasId):
    """A frozen edition of everything published; never changed and never taken away."""

    __tablename__ = "indicator_release"
    __public__ = True

    name: Mapped[str] = mapped_column(String(40), unique=True)
    note: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    created_by: Mapped[int | None]
    frozen_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    observations: Mapped[int] = mapped_column(default=0)
    job_id: Mapped[int | None]
    sha256: Mapped[str] = mapped_column(String(64), default="")

    files: Mapped[list[ReleaseFile]] = relationship(order_by="ReleaseFile.id", cascade="all, delete-orphan")


class ReleaseFile(Base, HasId):
    """One file of a release, by its name at the release's address."""

    __tablename__ = "indicator_release_file"
    __table_args__ = (UniqueConstraint("release_id", "name"),)
    __public__ = True

    release_id: Mapped[int] = mapped_column(ForeignKey("indicator_release.id"))
    name: Mapped[str] = mapped_column(String(80))
    form: Mapped[str] = mapped_column(String(20))
    media_type: Mapped[str] = mapped_column(String(120))
    sha256: Mapped[str] = mapped_column(String(64))
    size: Mapped[int]
    file_id: Mapped[int] = mapped_column(ForeignKey("stored_file.id"))

    file: Mapped[StoredFile] = relationship()
