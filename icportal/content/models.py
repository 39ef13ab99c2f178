"""A text in several languages.

An *item* has one source language and one *language version* per language. Versions hold no text: text lives in
immutable *revisions*, and what the public reads is the *projection* of the revision a version points to.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from icportal.content.enums import ContentState
from icportal.core.clock import now
from icportal.core.db import Base, HasId, HasStamps, HasVersion, UtcDateTime


class ContentItem(Base, HasId, HasStamps):
    """One text of one kind. ``city_id`` is the city it belongs to, None for the network's own."""

    __tablename__ = "content_item"
    __table_args__ = (UniqueConstraint("kind", "slug"),)
    __public__ = True

    kind: Mapped[str] = mapped_column(String(30))
    slug: Mapped[str] = mapped_column(String(120))
    source_language: Mapped[str] = mapped_column(String(10))
    city_id: Mapped[int | None] = mapped_column(ForeignKey("city.id"), index=True)
    visible_from: Mapped[date | None]
    visible_until: Mapped[date | None]

    versions: Mapped[list[LanguageVersion]] = relationship(back_populates="item", order_by="LanguageVersion.language")

    @property
    def source(self) -> LanguageVersion:
        """The version the others are translated from."""
        return next(version for version in self.versions if version.is_source)

    def version_in(self, language: str) -> LanguageVersion | None:
        return next((version for version in self.versions if version.language == language), None)


class LanguageVersion(Base, HasId, HasStamps, HasVersion):
    """An item in one language, with the state of its working copy.

    ``head_id`` is the newest revision, ``published_id`` the one the public reads: a new draft never touches it.
    ``stale_segments`` and ``missing_segments`` count against the published source; they are written whenever
    either side changes and can be computed anew at any time.
    """

    __tablename__ = "content_language_version"
    __table_args__ = (UniqueConstraint("item_id", "language"), Index("ix_content_version_state", "state", "language"))

    item_id: Mapped[int] = mapped_column(ForeignKey("content_item.id"))
    language: Mapped[str] = mapped_column(String(10))
    is_source: Mapped[bool]
    state: Mapped[str] = mapped_column(String(30), default=ContentState.DRAFT)
    state_since: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    title: Mapped[str] = mapped_column(String(300), default="")
    head_id: Mapped[int | None] = mapped_column(ForeignKey("content_revision.id", use_alter=True))
    published_id: Mapped[int | None] = mapped_column(ForeignKey("content_revision.id", use_alter=True))
    published_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    approved_number: Mapped[int] = mapped_column(default=0)
    stale_segments: Mapped[int] = mapped_column(default=0)
    missing_segments: Mapped[int] = mapped_column(default=0)

    item: Mapped[ContentItem] = relationship(back_populates="versions", lazy="joined")
    head: Mapped[Revision | None] = relationship(foreign_keys=[head_id], post_update=True)
    published: Mapped[Revision | None] = relationship(foreign_keys=[published_id], post_update=True)
    revisions: Mapped[list[Revision]] = relationship(
        foreign_keys="Revision.language_version_id", order_by="Revision.number", viewonly=True
    )

    @property
    def contributor_ids(self) -> frozenset[int]:
        """Who wrote any part of it since the last approval: they may not approve it."""
        return frozenset(
            revision.author_id for revision in self.revisions if revision.number > self.approved_number and revision.author_id
        )

    @property
    def city_id(self) -> int | None:
        return self.item.city_id

    @property
    def is_published(self) -> bool:
        """Whether the public reads a revision of it, whatever the working copy is doing."""
        return self.published_id is not None


class Revision(Base, HasId):
    """The text of one version at one moment; never changed afterwards.

    ``body`` maps field names to text. A translation also keeps ``segments``: for each piece of the source the
    source text it answers and the translation, so that staleness is computed and never ticked by hand. The source
    keeps ``facts`` too, where its kind has facts that are reviewed like the text.
    """

    __tablename__ = "content_revision"
    __table_args__ = (UniqueConstraint("language_version_id", "number"),)

    language_version_id: Mapped[int] = mapped_column(ForeignKey("content_language_version.id"), index=True)
    number: Mapped[int]
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("content_revision.id"))
    author_id: Mapped[int | None] = mapped_column(index=True)
    acting_for: Mapped[int | None]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    body: Mapped[dict[str, str]] = mapped_column(JSON)
    segments: Mapped[list[dict[str, Any]] | None] = mapped_column(JSON)
    facts: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    source_revision_id: Mapped[int | None] = mapped_column(ForeignKey("content_revision.id"))
    sha256: Mapped[str] = mapped_column(String(64))

    def content(self) -> dict[str, Any]:
        """What the hash is taken over."""
        told = {"body": self.body, "segments": self.segments, "parent": self.parent_id, "number": self.number}
        return told if self.facts is None else {**told, "facts": self.facts}


class MeaningClaim(Base, HasId):
    """An editor's word that a changed piece of the source still means the same; logged, and open to review."""

    __tablename__ = "content_meaning_claim"
    __table_args__ = (UniqueConstraint("item_id", "old_hash", "new_hash", "language"),)

    item_id: Mapped[int] = mapped_column(ForeignKey("content_item.id"), index=True)
    old_hash: Mapped[str] = mapped_column(String(64))
    new_hash: Mapped[str] = mapped_column(String(64))
    language: Mapped[str] = mapped_column(String(10), default="")
    claimed_by: Mapped[int | None]
    claimed_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


class Autosave(Base):
    """What one person has typed into one text and not saved yet; nobody else's work is touched by it."""

    __tablename__ = "content_autosave"

    user_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    language_version_id: Mapped[int] = mapped_column(
        ForeignKey("content_language_version.id"), primary_key=True, autoincrement=False
    )
    body: Mapped[dict[str, Any]] = mapped_column(JSON)
    base_version: Mapped[int]
    saved_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


class Comment(Base, HasId):
    """A remark on one field (or on the whole text), open until somebody settles it."""

    __tablename__ = "content_comment"

    language_version_id: Mapped[int] = mapped_column(ForeignKey("content_language_version.id"), index=True)
    revision_id: Mapped[int] = mapped_column(ForeignKey("content_revision.id"))
    field: Mapped[str] = mapped_column(String(160), default="")
    text: Mapped[str] = mapped_column(Text)
    author_id: Mapped[int | None]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    settled_by: Mapped[int | None]
    settled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Projection(Base):
    """What the public reads of one version: made when it is published, so that a page costs one or two queries."""

    __tablename__ = "content_projection"
    __public__ = True

    language_version_id: Mapped[int] = mapped_column(
        ForeignKey("content_language_version.id"), primary_key=True, autoincrement=False
    )
    item_id: Mapped[int] = mapped_column(ForeignKey("content_item.id"), index=True)
    kind: Mapped[str] = mapped_column(String(30))
    slug: Mapped[str] = mapped_column(String(120), index=True)
    language: Mapped[str] = mapped_column(String(10))
    source_language: Mapped[str] = mapped_column(String(10))
    revision_id: Mapped[int]
    title: Mapped[str] = mapped_column(String(300))
    summary: Mapped[str] = mapped_column(Text)
    html: Mapped[dict[str, str]] = mapped_column(JSON)
    facts: Mapped[dict[str, Any]] = mapped_column(JSON)
    published_at: Mapped[datetime] = mapped_column(UtcDateTime)
    source_changed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    visible_from: Mapped[date | None]
    visible_until: Mapped[date | None]


class Shelf(Base):
    """Which version of an item a reader of one language gets: one row for each item and interface language."""

    __tablename__ = "content_shelf"
    __public__ = True

    language: Mapped[str] = mapped_column(String(10), primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("content_item.id"), primary_key=True, autoincrement=False)
    language_version_id: Mapped[int] = mapped_column(ForeignKey("content_projection.language_version_id"), index=True)


class Posting(Base):
    """An index of published items by term: a word of their text, or a fact such as ``commitment:4``.

    Reading one term walks the key from the newest item on, so a page of twenty costs the same among five thousand
    items and fifty thousand, on both databases.
    """

    __tablename__ = "content_posting"
    __table_args__ = (Index("ix_content_posting_item_id_term", "item_id", "term"), {"sqlite_with_rowid": False})

    kind: Mapped[str] = mapped_column(String(30), primary_key=True)
    term: Mapped[str] = mapped_column(String(80), primary_key=True)
    rank: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    item_id: Mapped[int] = mapped_column(ForeignKey("content_item.id"), primary_key=True, autoincrement=False)
