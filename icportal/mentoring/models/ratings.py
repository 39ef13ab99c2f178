"""What the two cities of a pairing make of the mentee's key factors, before the visits and when the mentoring is over."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from icportal.core.clock import now
from icportal.core.db import Base, HasId, HasStamps, HasVersion, UtcDateTime
from icportal.mentoring.models.pairings import Pairing
from icportal.mentoring.rating_words import RatingState


class Rating(Base, HasId, HasStamps, HasVersion):
    """How one city of a pairing rates the mentee's key factors at one moment: the mentee itself, the mentor what it sees.

    ``factors`` maps the code of a key factor to {level, text}; a level is 0 to 4, ``CANNOT_SAY``, or None
    while it is open. ``answers`` are the free
    texts by question and ``again`` whether the city would do it again, both asked for afterwards only. Texts are in ``language``.
    Neither city reads the other's before both are handed in.
    """

    __tablename__ = "mentoring_rating"
    __table_args__ = (UniqueConstraint("pairing_id", "city_id", "moment"),)

    pairing_id: Mapped[int] = mapped_column(ForeignKey("mentoring_pairing.id"))
    city_id: Mapped[int] = mapped_column(ForeignKey("city.id"), index=True)
    moment: Mapped[str] = mapped_column(String(10))
    language: Mapped[str] = mapped_column(String(10), default="en")
    factors: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    answers: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)
    again: Mapped[str] = mapped_column(String(15), default="")
    state: Mapped[str] = mapped_column(String(30), default=RatingState.DRAFT)
    state_since: Mapped[datetime] = mapped_column(UtcDateTime, default=now)

    pairing: Mapped[Pairing] = relationship(lazy="joined")

    @property
    def is_handed_in(self) -> bool:
        return self.state == RatingState.HANDED_IN

    def level(self, code: str) -> int | None:
        """How well the key factor is met, 0 to 4; None where nobody has said so."""
        level = self.answer(code)
        return level if isinstance(level, int) else None

    def answer(self, code: str) -> int | str | None:
        """What was chosen: a level, ``CANNOT_SAY``, or None while it is open."""
        answer: int | str | None = self.factors.get(code, {}).get("level")
        return answer

    def text(self, code: str) -> str:
        """What was written beside the level."""
        return str(self.factors.get(code, {}).get("text", ""))


class RatedFactor(Base, HasId):
    """A key factor of a pairing that the mentee has made an action of its plan, by its own rating. Its id is what the action names as its origin."""

    __tablename__ = "mentoring_rated_factor"
    __table_args__ = (UniqueConstraint("pairing_id", "code"),)

    pairing_id: Mapped[int] = mapped_column(ForeignKey("mentoring_pairing.id"))
    code: Mapped[str] = mapped_column(String(10))

    pairing: Mapped[Pairing] = relationship()
