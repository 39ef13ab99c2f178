"""A kind of text that needs nothing but a title, two cities, and people who may be anybody."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask

from icportal.cities.models import City
from icportal.content import kinds, queries, services
from icportal.content.kinds import ContentField, ContentKind
from icportal.content.models import LanguageVersion
from icportal.core.actors import Actor, Grant, Role
from icportal.core.db import db
from icportal.web.page_cache import PublicStamp

ESSAY = ContentKind(
    key="essay",
    label="Essay",
    fields=(ContentField("title", "Title", kind="line", required=True), ContentField("summary", "Summary")),
    endpoint="cms.home",
    workspace="cms.home",
)


@dataclass(frozen=True)
class Place:
    """The ids of the two cities."""

    own: int
    other: int


@pytest.fixture
def place(app: Flask) -> Iterator[Place]:
    """Two cities, kept; the context stays open for the test."""
    kinds._kinds[ESSAY.key] = ESSAY
    with app.app_context():
        cities = [City(slug=name, key=name, name=name.title(), country="AT") for name in ("graz", "linz")]
        db.session.add_all(cities)
        if db.session.get(PublicStamp, 1) is None:
            db.session.add(PublicStamp(id=1, value=0))
        db.session.commit()
        yield Place(cities[0].id, cities[1].id)
        db.session.rollback()
    del kinds._kinds[ESSAY.key]


def person(number: int, *grants: Grant, acting_for: int | None = None) -> Actor:
    return Actor(id=number, name=f"Person {number}", grants=frozenset(grants), acting_for=acting_for)


def officer(place: Place, number: int = 1) -> Actor:
    return person(number, Grant(Role.CITY_OFFICER, city_id=place.own))


def reviewer(number: int = 2, language: str | None = "en") -> Actor:
    return person(number, Grant(Role.REVIEWER, language=language))


def translator(number: int = 3, language: str = "fr") -> Actor:
    return person(number, Grant(Role.TRANSLATOR, language=language))


def written(place: Place, title: str = "A first text", *, actor: Actor | None = None) -> LanguageVersion:
    """A draft in English, belonging to the own city."""
    return services.create_item(actor=actor or officer(place), kind="essay", language="en", title=title, city_id=place.own)


def published(place: Place, title: str = "A first text") -> LanguageVersion:
    """A text the public reads."""
    version = written(place, title)
    submit_and_approve(version, officer(place), reviewer())
    return version


def submit_and_approve(version: LanguageVersion, author: Actor, second: Actor) -> None:
    services.submit(version, actor=author)
    assert version.head is not None
    services.approve(version, actor=second, seen_hash=version.head.sha256)


def translated(source: LanguageVersion, text: str = "Un premier texte", *, actor: Actor | None = None) -> LanguageVersion:
    """A complete French draft of a published text."""
    actor = actor or translator()
    version = services.start_translation(source.item, "fr", actor=actor)
    save_translation(version, text, actor=actor)
    return version


def save_translation(version: LanguageVersion, text: str, *, actor: Actor) -> Any:
    targets = {f"{place}.{answer.source_hash}": text for place, answer in enumerate(queries.answers(version))}
    return services.save_translation(version, targets, actor=actor, seen=version.version)


def read(item_id: int, language: str) -> str | None:
    """What a reader of this language gets; None when there is nothing."""
    from icportal.content.models import Projection, Shelf

    row = (
        db.session.query(Projection.title)
        .join(Shelf, Shelf.language_version_id == Projection.language_version_id)
        .filter(Shelf.item_id == item_id, Shelf.language == language)
        .first()
    )
    return row[0] if row else None
