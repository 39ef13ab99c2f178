"""Reading toolkits: the public list, one benchmark with its factors, and what factors are called."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import selectinload

from icportal.content import queries as content
from icportal.content.enums import ContentState
from icportal.content.models import ContentItem, LanguageVersion, Projection, Shelf
from icportal.core.actors import Actor
from icportal.core.db import db
from icportal.core.errors import NotFound
from icportal.core.permissions import authorise
from icportal.core.strings import _
from icportal.i18n.locales import reading_language, reading_order
from icportal.practices import adoption
from icportal.toolkits.enums import KIND, Permission
from icportal.toolkits.models import BenchmarkVersion, Toolkit
from icportal.toolkits.structure import Structure, how_key, question_key, title_key, why_key


@dataclass(frozen=True)
class ToolkitRow:
    """A published toolkit in a list, as the reader gets it; ``number`` is that of its newest benchmark."""

    slug: str
    title: str
    language: str
    summary: str
    commitments: tuple[int, ...]
    number: int
    series: str = ""


@dataclass(frozen=True)
class Factor:
    """A factor in words. ``questions`` are (code, text); ``practices`` numbers of practices."""

    code: str
    title: str
    why: str
    how: str
    kind: str
    commitments: tuple[int, ...]
    practices: tuple[int, ...]
    questions: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Benchmark:
    """One version of a toolkit's benchmark, its words in ``language``."""

    slug: str
    title: str
    language: str
    summary: str
    standard: str
    introduction: str
    number: int
    newest: int
    factors: tuple[Factor, ...]
    series: str = ""
    is_own: bool = True

    @property
    def commitments(self) -> tuple[int, ...]:
        """Every commitment a factor serves."""
        return tuple(sorted({number for factor in self.factors for number in factor.commitments}))


def all_toolkits(language: str) -> list[ToolkitRow]:
    """Every published toolkit in its order; two queries."""
    newest = dict(
        _pairs(select(BenchmarkVersion.toolkit_id, func.max(BenchmarkVersion.number)).group_by(BenchmarkVersion.toolkit_id))
    )
    query = (
        select(Toolkit, Projection)
        .join(Shelf, Shelf.item_id == Toolkit.item_id)
        .join(Projection, Projection.language_version_id == Shelf.language_version_id)
        .where(Shelf.language == reading_language(language).code, content.visible())
    )
    return [
        ToolkitRow(
            toolkit.slug, text.title, text.language, text.summary, Structure.of(text.facts.get("structure", {})).commitments,
            newest.get(toolkit.id, 1), toolkit.series,
        )
        for toolkit, text in db.session.execute(query.order_by(Toolkit.position, Toolkit.slug))
    ]  # fmt: skip


def benchmark(slug: str, language: str, number: int | None = None) -> Benchmark:
    """A benchmark of a toolkit, the newest where no number is given, in the best language there is for the reader.

    Raises:
        NotFound: there is no such toolkit or version.
    """
    query = select(BenchmarkVersion, Toolkit).join(Toolkit, Toolkit.id == BenchmarkVersion.toolkit_id).where(Toolkit.slug == slug)
    versions = {version.number: (version, toolkit) for version, toolkit in db.session.execute(query)}
    wanted = max(versions, default=0) if number is None else number
    if wanted not in versions:
        raise NotFound(_("There is no such toolkit, or it is not public yet."))
    version, toolkit = versions[wanted]
    source = toolkit.item.source_language
    best = reading_order(reading_language(language).code, set(version.texts), source)[0]
    texts = version.texts[best]
    return Benchmark(
        slug, texts.get("title", slug), best, texts.get("summary", ""), texts.get("standard", ""), texts.get("introduction", ""),
        wanted, max(versions), _factors(Structure.of(version.structure), texts), toolkit.series, toolkit.is_own,
    )  # fmt: skip


def latest_number(slug: str) -> int | None:
    """The number of the newest benchmark of a toolkit; None where none is published."""
    query = select(func.max(BenchmarkVersion.number)).join(Toolkit, Toolkit.id == BenchmarkVersion.toolkit_id)
    return db.session.scalar(query.where(Toolkit.slug == slug))


def factor_titles(keys: Iterable[str], language: str) -> dict[str, str]:
    """What factors are called, by ``<toolkit slug>:<factor code>``; those that are known. One query."""
    wanted: dict[str, list[str]] = defaultdict(list)
    for key in keys:
        slug, _colon, code = key.partition(":")
        wanted[slug].append(code)
    if not wanted:
        return {}
    query = select(Toolkit.slug, BenchmarkVersion).join(Toolkit, Toolkit.id == BenchmarkVersion.toolkit_id)
    query = query.where(Toolkit.slug.in_(wanted)).order_by(BenchmarkVersion.number)
    found: dict[str, str] = {}
    for slug, version in db.session.execute(query):
        best = reading_order(reading_language(language).code, set(version.texts), "en")[0]
        for code in wanted[slug]:
            if title := version.texts[best].get(title_key(code)):
                found[f"{slug}:{code}"] = title
    return found


def open_toolkit(toolkit_id: int, *, actor: Actor) -> Toolkit:
    """A toolkit for somebody who works on it. NotFound when there is none."""
    authorise(actor, Permission.VIEW)
    query = select(Toolkit).where(Toolkit.id == toolkit_id)
    toolkit = db.session.scalar(query.options(selectinload(Toolkit.item).selectinload(ContentItem.versions)))
    if toolkit is None:
        raise NotFound(_("There is no such toolkit, or it is not public yet."))
    return toolkit


def listed() -> list[tuple[Toolkit, Sequence[LanguageVersion]]]:
    """Every toolkit with its texts, the source first, for those who work on them."""
    query = select(Toolkit).options(selectinload(Toolkit.item).selectinload(ContentItem.versions))
    return [
        (toolkit, sorted(toolkit.item.versions, key=lambda version: (not version.is_source, version.language)))
        for toolkit in db.session.scalars(query.order_by(Toolkit.position, Toolkit.slug))
    ]


def practices_of(found: Benchmark, language: str) -> dict[int, Any]:
    """The published practices the factors name, by number."""
    numbers = [number for factor in found.factors for number in factor.practices]
    return {row.facts["practice"]: row for row in adoption.published(dict.fromkeys(numbers), language)}


def serving(number: int, language: str) -> list[ToolkitRow]:
    """The toolkits that serve a commitment."""
    return [row for row in all_toolkits(language) if number in row.commitments]


def drafts() -> Any:
    """The toolkits that are being written, for a worklist."""
    states = (ContentState.DRAFT, ContentState.CHANGES_REQUESTED)
    return (
        select(LanguageVersion)
        .join(ContentItem)
        .where(ContentItem.kind == KIND, LanguageVersion.is_source, LanguageVersion.state.in_(states))
    )


def _factors(structure: Structure, texts: dict[str, str]) -> tuple[Factor, ...]:
    return tuple(
        Factor(
            each.code, texts.get(title_key(each.code), each.code), texts.get(why_key(each.code), ""), texts.get(how_key(each.code), ""),
            each.kind, each.commitments, each.practices,
            tuple((code, texts.get(question_key(each.code, code), "")) for code in each.questions),
        )
        for each in structure.factors
    )  # fmt: skip


def _pairs(query: Any) -> list[tuple[int, int]]:
    return [(row[0], row[1]) for row in db.session.execute(query)]
