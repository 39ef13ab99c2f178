"""The toolkits that are shipped with the portal, in all their languages; the files are ``icportal/data/toolkits``."""

from __future__ import annotations

import tomllib
from datetime import UTC, datetime
from functools import cache
from importlib.resources import files
from typing import Any

from sqlalchemy import func, select

from icportal.cities.models import City
from icportal.content import services as content
from icportal.content.models import ContentItem, LanguageVersion
from icportal.core.actors import Actor
from icportal.core.db import db
from icportal.practices.models import Practice
from icportal.toolkits.enums import KIND
from icportal.toolkits.models import Toolkit
from icportal.toolkits.services.toolkits import take_effect
from icportal.toolkits.structure import Factor, Structure, how_key, question_key, title_key, why_key

LANGUAGES = ("en", "fr", "de", "es", "it", "nl")
SOURCE = "en"
SINCE = datetime(2026, 11, 1, 12, tzinfo=UTC)
REASON = "Shipped with the portal"
#: The order in which the portal shows them.
SHIPPED = ("public-perception", "diverse-administration", "diverse-neighbourhoods", "consultative-bodies")


def load_toolkits(*, actor: Actor) -> int:
    """Take over the toolkits that are not there yet; how many were added. Existing ones are left as they are.

    Raises:
        ValueError: a practice that a factor names is not there, or a text is missing in some language.
    """
    known = set(db.session.scalars(select(Toolkit.slug)))
    wanted = [slug for slug in SHIPPED if slug not in known]
    practices = _practices() if wanted else {}
    for slug in wanted:
        _load(slug, practices, actor=actor)
    return len(wanted)


@cache
def read(name: str) -> dict[str, Any]:
    """A file of the shipped toolkits."""
    return tomllib.loads((files("icportal.data") / "toolkits" / name).read_text(encoding="utf-8"))


def words(slug: str, language: str) -> dict[str, str]:
    """All words of a toolkit in a language, by the names of its fields."""
    told = read(f"{slug}.{language}.toml")
    found = {name: told[name].strip() for name in ("title", "summary", "standard", "introduction")}
    for code, factor in told["factors"].items():
        found |= {title_key(code): factor["title"], why_key(code): factor["why"], how_key(code): factor["how"]}
        found |= {question_key(code, name): text for name, text in factor["questions"].items()}
    return found


def _load(slug: str, practices: dict[tuple[str, str], int], *, actor: Actor) -> None:
    fixed = read(f"{slug}.toml")
    structure = Structure(
        tuple(
            Factor(
                each["code"], each["kind"], tuple(sorted(each["commitments"])), tuple(each["questions"]),
                tuple(_find(practices, one["city"], one["title_contains"]) for one in each.get("practices", ())),
            )
            for each in fixed["factors"]
        )
    )  # fmt: skip
    body = words(slug, SOURCE)
    title = body.pop("title")
    version = content.create_item(
        actor=actor,
        kind=KIND,
        language=SOURCE,
        title=title,
        city_id=None,
        slug=slug,
        facts={"structure": structure.stored()},
        body=body,
    )
    toolkit = Toolkit(
        slug=slug, item_id=version.item_id, series=fixed["series"], is_own=fixed["own"], position=SHIPPED.index(slug),
        structure=structure.stored(),
    )  # fmt: skip
    db.session.add(toolkit)
    db.session.flush()
    content.adopt(version, actor=actor, published_at=SINCE, reason=REASON)
    for language in LANGUAGES:
        if language != SOURCE:
            translated = content.take_over_translation(version.item, language, words(slug, language), actor=actor)
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
