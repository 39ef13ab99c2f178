"""The toolkits that are shipped with the portal, in all their languages; the files are ``icportal/data/toolkits``."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import func, select

from icportal.cities.models import City
from icportal.content import services as content
from icportal.content.models import ContentItem, LanguageVersion
from icportal.core.actors import Actor
from icportal.core.db import db
from icportal.data import reader
from icportal.practices.models import Practice
from icportal.toolkits.enums import KIND
from icportal.toolkits.models import Toolkit
from icportal.toolkits.services.toolkits import take_effect
from icportal.toolkits.structure import (
    INTRODUCTION,
    STANDARD,
    SUMMARY,
    TITLE,
    Factor,
    Structure,
    how_key,
    question_key,
    title_key,
    why_key,
)

LANGUAGES = reader.TOOLKIT_LANGUAGES
SHIPPED = reader.TOOLKITS
SOURCE = "en"
SINCE = datetime(2026, 11, 1, 12, tzinfo=UTC)
REASON = "Shipped with the portal"


def load_toolkits(*, actor: Actor) -> int:
    """Take over the toolkits that are not there yet; how many were added. Existing ones are left as they are.

    Raises:
        ValueError: a practice that a factor names is not there, or a translation has other pieces than its original.
    """
    known = set(db.session.scalars(select(Toolkit.slug)))
    wanted = [slug for slug in SHIPPED if slug not in known]
    practices = _practices() if wanted else {}
    for slug in wanted:
        _load(reader.toolkit(slug), practices, actor=actor)
    return len(wanted)


def words(slug: str, language: str) -> dict[str, str]:
    """All words of a toolkit in a language, by the names of its fields."""
    told = reader.toolkit_text(slug, language)
    found = {TITLE: told.title, SUMMARY: told.summary, STANDARD: told.standard, INTRODUCTION: told.introduction}
    for code, factor in told.factors.items():
        found |= {title_key(code): factor.title, why_key(code): factor.why, how_key(code): factor.how}
        found |= {question_key(code, name): text for name, text in factor.questions.items()}
    return found


def _load(fact: reader.ToolkitFact, practices: dict[tuple[str, str], int], *, actor: Actor) -> None:
    factors = tuple(
        Factor(
            each.code,
            each.kind,
            each.commitments,
            each.questions,
            tuple(_find(practices, city, part) for city, part in each.practices),
        )
        for each in fact.factors
    )
    structure = Structure(factors, fact.series, fact.own).stored()
    body = words(fact.slug, SOURCE)
    version = content.create_item(
        actor=actor,
        kind=KIND,
        language=SOURCE,
        title=body.pop(TITLE),
        city_id=None,
        slug=fact.slug,
        facts={"structure": structure},
        body=body,
    )
    toolkit = Toolkit(slug=fact.slug, item_id=version.item_id, position=SHIPPED.index(fact.slug), structure=structure)
    db.session.add(toolkit)
    db.session.flush()
    content.adopt(version, actor=actor, published_at=SINCE, reason=REASON)
    for language in LANGUAGES:
        if language != SOURCE:
            translated = content.take_over_translation(version.item, language, words(fact.slug, language), actor=actor)
            content.adopt(translated, actor=actor, published_at=SINCE, reason=REASON)
    db.session.expire(version.item)
    take_effect(toolkit, actor=actor)


def _practices() -> dict[tuple[str, str], int]:
    """The practices of the reports by (city, title of the original)."""
    query = (
        select(func.lower(City.key), LanguageVersion.title, Practice.id)
        .join(City, City.id == Practice.city_id)
        .join(ContentItem, ContentItem.id == Practice.item_id)
        .join(LanguageVersion, LanguageVersion.item_id == ContentItem.id)
        .where(LanguageVersion.is_source, Practice.edition.is_not(None))
    )
    return {(row[0], row[1]): row[2] for row in db.session.execute(query)}


def _find(practices: dict[tuple[str, str], int], city: str, part: str) -> int:
    found = [number for (key, title), number in practices.items() if key == city and part in title]
    if len(found) != 1:
        message = f"{len(found)} practices of {city} have “{part}” in their title"
        raise ValueError(message)
    return found[0]
