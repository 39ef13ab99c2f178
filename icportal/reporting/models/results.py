"""Results of a round as they were computed: a document for each thing a page shows."""

from __future__ import annotations

from typing import Any

from sqlalchemy import JSON, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from icportal.core.db import Base, HasId


class ResultDocument(Base, HasId):
    """One computed document: what a page reads by its key, whatever the number of cities.

    ``audience`` is who may read it (``public`` or ``network``). Keys are ``overview``, ``question:<code>`` and
    ``list:<code>:<choice>:<page>``; see ``reporting.counting``. The documents of a round are replaced together.
    """

    __tablename__ = "reporting_result"
    __table_args__ = (UniqueConstraint("round_id", "audience", "key"),)
    __public__ = True

    round_id: Mapped[int] = mapped_column(ForeignKey("reporting_round.id"))
    audience: Mapped[str] = mapped_column(String(10))
    key: Mapped[str] = mapped_column(String(160))
    body: Mapped[Any] = mapped_column(JSON)
