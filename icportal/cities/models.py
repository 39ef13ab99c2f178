"""Cities and the people one reaches there."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import JSON, Float, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from icportal.core.db import Base, HasId, HasStamps, HasVersion


class City(Base, HasId, HasStamps, HasVersion):
    """A city. ``name`` is its English name; ``names`` holds what it is called in other languages.

    ``key`` is the name accent-free and case-folded, as spreadsheets write it; ``languages`` are its official ones.
    ``last_election`` is kept when the one after it is entered: renewals are counted from it. ``population`` is entered by
    people, in persons; it says which cities are of similar size.
    """

    __tablename__ = "city"
    __public__ = True

    slug: Mapped[str] = mapped_column(String(80), unique=True)
    key: Mapped[str] = mapped_column(String(120), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    country: Mapped[str] = mapped_column(String(2))
    names: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)
    languages: Mapped[list[str]] = mapped_column(JSON, default=list)
    reports: Mapped[list[int]] = mapped_column(JSON, default=list)
    latitude: Mapped[float | None] = mapped_column(Float)
    longitude: Mapped[float | None] = mapped_column(Float)
    mayor: Mapped[str] = mapped_column(String(200), default="")
    mayor_since: Mapped[date | None]
    next_election: Mapped[date | None]
    last_election: Mapped[date | None]
    website: Mapped[str] = mapped_column(String(300), default="")
    population: Mapped[int | None]
    note: Mapped[str] = mapped_column(String(500), default="")
    source: Mapped[str] = mapped_column(String(300), default="")

    contacts: Mapped[list[Contact]] = relationship(
        back_populates="city", order_by="Contact.position", cascade="all, delete-orphan"
    )

    @property
    def city_id(self) -> int:
        """The city itself, for rules that ask which city a thing belongs to."""
        return self.id

    def name_in(self, language: str) -> str:
        """What readers of a language call it."""
        return self.names.get(language, self.name)

    def other_names(self, name: str) -> list[tuple[str, str]]:
        """(language, name) of everything else it is called, each name once."""
        by_name: dict[str, str] = {}
        for code, other in {"en": self.name, **self.names}.items():
            by_name.setdefault(other, code)
        return [(code, other) for other, code in by_name.items() if other != name]


class Contact(Base, HasId):
    """A named person at a city; the first is written to first. Shown to the network, never to the public."""

    __tablename__ = "city_contact"
    __table_args__ = (UniqueConstraint("city_id", "position"),)

    city_id: Mapped[int] = mapped_column(ForeignKey("city.id"), index=True)
    position: Mapped[int]
    name: Mapped[str] = mapped_column(String(200))
    office: Mapped[str] = mapped_column(String(200), default="")
    email: Mapped[str] = mapped_column(String(254))
    phone: Mapped[str] = mapped_column(String(60), default="")

    city: Mapped[City] = relationship(back_populates="contacts")


class TimelineEntry(Base, HasId):
    """Something on a city's (or the network's) public timeline, dated as exactly as is known.

    Modules add their own entries when they publish; ``module`` and ``reference`` say whose it is, ``labels`` hold
    the sentence by language where it is stored, otherwise ``key`` and ``values`` make it from the catalogue.
    """

    __tablename__ = "city_timeline_entry"
    __table_args__ = (UniqueConstraint("city_id", "module", "reference"),)
    __public__ = True

    city_id: Mapped[int | None] = mapped_column(ForeignKey("city.id"), index=True)
    module: Mapped[str] = mapped_column(String(30))
    reference: Mapped[str] = mapped_column(String(80))
    key: Mapped[str] = mapped_column(String(60))
    values: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    earliest: Mapped[date]
    latest: Mapped[date]
    precision: Mapped[str] = mapped_column(String(10), default="day")
    source: Mapped[str] = mapped_column(String(300), default="")
