"""What a practice knows besides its text: commitments, themes, where it comes from, whom to ask."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import JSON, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from icportal.content.models import ContentItem
from icportal.core.db import Base, HasId, HasStamps, HasVersion
from icportal.core.files import StoredFile
from icportal.practices.enums import Basis


class Practice(Base, HasId, HasStamps, HasVersion):
    """A good practice of a city. Its text is the content item, in every language it has.

    ``edition`` is the report it was taken from, None for one written here; ``basis`` says how its commitment
    numbers were found: all but ``city`` and ``heading`` are suggestions and shown as such. ``reminded_for`` is the
    review-by date its officers were last reminded of. ``adopted_from`` are the practices of other cities it was made after.
    """

    __tablename__ = "practice"
    __public__ = True

    item_id: Mapped[int] = mapped_column(ForeignKey("content_item.id"), unique=True)
    city_id: Mapped[int] = mapped_column(ForeignKey("city.id"), index=True)
    edition: Mapped[int | None]
    basis: Mapped[str] = mapped_column(String(10), default=Basis.CITY)
    commitments: Mapped[list[int]] = mapped_column(JSON, default=list)
    themes: Mapped[list[str]] = mapped_column(JSON, default=list)
    links: Mapped[list[dict[str, str]]] = mapped_column(JSON, default=list)
    contact_name: Mapped[str] = mapped_column(String(200), default="")
    contact_email: Mapped[str] = mapped_column(String(254), default="")
    looking_for_partners: Mapped[bool] = mapped_column(default=False)
    adopted_from: Mapped[list[int]] = mapped_column(JSON, default=list)
    review_by: Mapped[date | None] = mapped_column(index=True)
    reminded_for: Mapped[date | None]
    source: Mapped[str] = mapped_column(String(300), default="")

    item: Mapped[ContentItem] = relationship(lazy="joined")
    files: Mapped[list[PracticeFile]] = relationship(order_by="PracticeFile.id", cascade="all, delete-orphan")

    @property
    def is_suggested(self) -> bool:
        """Whether the commitment numbers are a suggestion rather than the source's own."""
        return self.basis in (Basis.AREA, Basis.CONTEXT)

    @property
    def language(self) -> str:
        return self.item.source_language

    @property
    def is_source(self) -> bool:
        return True

    def facts(self) -> dict[str, Any]:
        """The facts a person fills in, for comparison and audit."""
        names = (
            "commitments", "themes", "links", "contact_name", "contact_email", "looking_for_partners", "adopted_from", "review_by",
        )  # fmt: skip
        schedule = {"visible_from": self.item.visible_from, "visible_until": self.item.visible_until}
        return {**{name: getattr(self, name) for name in names}, **schedule}

    def reviewed_facts(self) -> dict[str, Any]:
        """The facts that become public only when a second person has approved them, as a revision keeps them."""
        return {
            "commitments": list(self.commitments),
            "suggested": self.is_suggested,
            "themes": list(self.themes),
            "looking_for_partners": self.looking_for_partners,
            "links": [dict(link) for link in self.links],
            "files": [file.described() for file in self.files],
            # Only where there is something: the facts of texts approved before this was asked stay what they are.
            **({"adopted_from": list(self.adopted_from)} if self.adopted_from else {}),
        }


class PracticeFile(Base, HasId):
    """A file beside a practice."""

    __tablename__ = "practice_file"

    practice_id: Mapped[int] = mapped_column(ForeignKey("practice.id"), index=True)
    file_id: Mapped[int] = mapped_column(ForeignKey("stored_file.id"))
    label: Mapped[str] = mapped_column(String(200), default="")

    stored: Mapped[StoredFile] = relationship(lazy="joined")

    def described(self) -> dict[str, Any]:
        """What a revision keeps of the file: enough to hand out this very content when it is gone from the draft."""
        stored = self.stored
        return {
            "id": stored.id, "label": self.label, "name": stored.name, "size": stored.size, "kind": stored.kind,
            "sha256": stored.sha256,
        }  # fmt: skip
