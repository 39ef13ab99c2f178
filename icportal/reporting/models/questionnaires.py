"""Questionnaires: the working copy, and the versions that rounds are held with."""

from __future__ import annotations

from datetime import datetime
from functools import cached_property
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from icportal.content.models import ContentItem
from icportal.core.clock import now
from icportal.core.db import Base, HasId, HasStamps, HasVersion, UtcDateTime
from icportal.reporting.questionnaires.definition import Structure


class Questionnaire(Base, HasId, HasStamps, HasVersion):
    """A questionnaire. Its words are a content item; ``structure`` is the working copy (see ``definition.Structure``).

    Words and structure are reviewed together: each revision of the source keeps the structure as its facts.
    """

    __tablename__ = "questionnaire"

    code: Mapped[str] = mapped_column(String(40), unique=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("content_item.id"), unique=True)
    position: Mapped[int] = mapped_column(default=0)
    structure: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)

    item: Mapped[ContentItem] = relationship()
    versions: Mapped[list[QuestionnaireVersion]] = relationship(
        back_populates="questionnaire", order_by="QuestionnaireVersion.number"
    )

    @property
    def city_id(self) -> None:
        """A questionnaire is the network's."""
        return


class QuestionnaireVersion(Base, HasId, HasVersion):
    """What was asked from ``since`` on. Its structure changes only as long as nobody has answered it.

    ``mapping`` says for each code of the version before what became of it: its code here, or null where it is gone;
    ``needs_look`` are codes here whose question is not quite what it was, so that old answers need a look.
    """

    __tablename__ = "questionnaire_version"
    __table_args__ = (UniqueConstraint("questionnaire_id", "number"),)

    questionnaire_id: Mapped[int] = mapped_column(ForeignKey("questionnaire.id"))
    number: Mapped[int]
    revision_id: Mapped[int] = mapped_column(ForeignKey("content_revision.id"))
    structure: Mapped[dict[str, Any]] = mapped_column(JSON)
    sha256: Mapped[str] = mapped_column(String(64))
    mapping: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    needs_look: Mapped[list[str]] = mapped_column(JSON, default=list)
    since: Mapped[datetime] = mapped_column(UtcDateTime, default=now)

    questionnaire: Mapped[Questionnaire] = relationship(back_populates="versions", lazy="joined")
    texts: Mapped[list[QuestionnaireText]] = relationship(
        back_populates="questionnaire_version", order_by="QuestionnaireText.language"
    )

    @cached_property
    def known(self) -> Structure:
        """The structure as an object. A version is read anew after its structure was changed."""
        return Structure.of(self.structure)


class QuestionnaireText(Base, HasId):
    """The words of one version in one language, by text key; offered to cities only when ``complete``."""

    __tablename__ = "questionnaire_text"
    __table_args__ = (UniqueConstraint("questionnaire_version_id", "language"),)

    questionnaire_version_id: Mapped[int] = mapped_column(ForeignKey("questionnaire_version.id"))
    language: Mapped[str] = mapped_column(String(10))
    is_source: Mapped[bool] = mapped_column(default=False)
    complete: Mapped[bool] = mapped_column(default=False)
    texts: Mapped[dict[str, str]] = mapped_column(JSON)

    questionnaire_version: Mapped[QuestionnaireVersion] = relationship(back_populates="texts")
