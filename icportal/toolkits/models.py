"""What a toolkit keeps besides its text: the structure of its benchmark, and every version of that."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, SmallInteger, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from icportal.content.models import ContentItem
from icportal.core.clock import now
from icportal.core.db import Base, HasId, HasStamps, HasVersion, UtcDateTime


class Toolkit(Base, HasId, HasStamps, HasVersion):
    """One toolkit. Its words are the content item, in every language it has.

    ``structure`` is the working copy of its benchmark (see ``structure.Structure``). ``series`` is the project it belongs to,
    ``is_own`` says that this portal's own people wrote it.
    """

    __tablename__ = "toolkit"
    __public__ = True

    slug: Mapped[str] = mapped_column(String(80), unique=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("content_item.id"), unique=True)
    series: Mapped[str] = mapped_column(String(120), default="")
    is_own: Mapped[bool] = mapped_column(default=True)
    position: Mapped[int] = mapped_column(SmallInteger, default=0)
    structure: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)

    item: Mapped[ContentItem] = relationship(lazy="joined")

    @property
    def city_id(self) -> None:
        """A toolkit is the network's."""
        return


class BenchmarkVersion(Base, HasId):
    """The benchmark of a toolkit as it was published: another one whenever its structure changed, and none is ever changed.

    ``texts`` are the words of its factors by language as they were then.
    """

    __tablename__ = "toolkit_benchmark"
    __table_args__ = (UniqueConstraint("toolkit_id", "number"),)
    __public__ = True

    toolkit_id: Mapped[int] = mapped_column(ForeignKey("toolkit.id"))
    number: Mapped[int] = mapped_column(SmallInteger)
    structure: Mapped[dict[str, Any]] = mapped_column(JSON)
    texts: Mapped[dict[str, dict[str, str]]] = mapped_column(JSON, default=dict)
    published_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    sha256: Mapped[str] = mapped_column(String(64))
