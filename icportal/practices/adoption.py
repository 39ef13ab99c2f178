"""The chain from practice to practice: what a city adopted from another, and who adopted it in turn.

A practice names what it was adopted from among its reviewed facts; the public follows the chain both ways.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from icportal.content import queries as content
from icportal.content.models import ContentItem, Projection, Shelf
from icportal.core.db import db
from icportal.core.errors import FieldErrors
from icportal.core.strings import Text, _
from icportal.i18n.locales import reading_language
from icportal.practices.enums import KIND
from icportal.practices.models import Practice

#: A chain longer than this is followed no further on a page.
LONGEST_CHAIN = 10
MOST = 10

_SLUG = re.compile(r"(?:.*/practices/)?([a-z0-9-]+)/?(?:[?#].*)?")


@dataclass(frozen=True)
class Chain:
    """What a practice stands on, nearest first, and the published practices that were adopted from it."""

    before: Sequence[Any]
    after: Sequence[Any]

    def __bool__(self) -> bool:
        return bool(self.before or self.after)


def term(practice_id: int) -> str:
    """What the index knows a practice under that others have adopted."""
    return f"adopted:{practice_id}"


def chain_of(facts: dict[str, Any], language: str) -> Chain:
    """The chain of a published practice, by its published facts: one query a link, and one for who adopted it."""
    before: list[Any] = []
    seen, wanted = {facts["practice"]}, list(facts.get("adopted_from", ()))
    for _link in range(LONGEST_CHAIN):
        found = published([number for number in wanted if number not in seen], language)
        if not found:
            break
        before += found
        seen.update(wanted)
        wanted = [number for row in found for number in row.facts.get("adopted_from", ())]
    return Chain(before, content.shelf_rows(KIND, language, [term(facts["practice"])]))


def of_city(rows: Sequence[Any], language: str) -> list[tuple[Any, Any]]:
    """(practice, practice it was adopted from) for everything a city's published practices were adopted from or into.

    Two queries, and one for each of the city's practices that others have adopted.
    """
    own = {row.facts["practice"]: row for row in rows}
    wanted = {number for row in rows for number in row.facts.get("adopted_from", ())}
    sources = {row.facts["practice"]: row for row in published(wanted, language)}
    pairs = [(row, sources[number]) for row in rows for number in row.facts.get("adopted_from", ()) if number in sources]
    taken = {int(number) for number, _count in content.facet(KIND, "adopted")} & set(own)
    return pairs + [(row, own[number]) for number in sorted(taken) for row in content.shelf_rows(KIND, language, [term(number)])]


def published(numbers: Iterable[int], language: str) -> list[Any]:
    """These practices as a reader of the language gets them, as far as the public may read them; in the order asked for."""
    wanted = list(numbers)
    if not wanted:
        return []
    query = (
        select(Projection)
        .join(Shelf, Shelf.language_version_id == Projection.language_version_id)
        .join(Practice, Practice.item_id == Shelf.item_id)
        .where(Practice.id.in_(wanted), Shelf.language == reading_language(language).code, content.visible())
    )
    by_number = {row.facts["practice"]: row for row in db.session.scalars(query)}
    return [by_number[number] for number in wanted if number in by_number]


def addresses(numbers: Sequence[int]) -> str:
    """Practices as they are typed: the last part of the address of each, one a line."""
    if not numbers:
        return ""
    query = select(Practice.id, ContentItem.slug).join(ContentItem, ContentItem.id == Practice.item_id)
    slugs = {row.id: row.slug for row in db.session.execute(query.where(Practice.id.in_(list(numbers))))}
    return "\n".join(slugs[number] for number in numbers if number in slugs)


def named(lines: Sequence[str]) -> list[int]:
    """The published practices that addresses (or their last parts) lead to.

    Raises:
        FieldErrors: on ``adopted_from``, naming each line that leads to none.
    """
    slugs = [match.group(1) if (match := _SLUG.fullmatch(line)) else "" for line in lines]
    query = select(ContentItem.slug, Practice.id).join(Practice, Practice.item_id == ContentItem.id)
    query = query.join(Projection, Projection.item_id == ContentItem.id).where(ContentItem.slug.in_(slugs))
    known = {row.slug: row.id for row in db.session.execute(query.distinct())}
    problems: list[tuple[str | None, Text]] = [
        ("adopted_from", _("“%(line)s” leads to no published practice. Copy the address of its page.", line=line[:80]))
        for line, slug in zip(lines, slugs, strict=True)
        if slug not in known
    ]
    if len(slugs) > MOST:
        problems.append(("adopted_from", _("Name at most %(most)s practices.", most=MOST)))
    if problems:
        raise FieldErrors(problems)
    return list(dict.fromkeys(known[slug] for slug in slugs))


def problem_with(practice: Practice, numbers: Sequence[int]) -> Text | None:
    """Why a practice cannot be said to be adopted from these, or None: from itself, or from what was adopted from it."""
    if practice.id in numbers:
        return _("A practice is not adopted from itself.")
    seen: set[int] = set()
    edge = set(numbers)
    while edge:
        rows = db.session.execute(select(Practice.id, Practice.adopted_from).where(Practice.id.in_(edge)))
        seen |= edge
        edge = {number for row in rows for number in row.adopted_from} - seen
        if practice.id in edge:
            return _("One of these was itself adopted from this practice.")
    return None
