"""Reading toolkits: the public list, one benchmark with its factors, and what factors are called."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import exists, func, select
from sqlalchemy.orm import aliased, selectinload

from icportal.content import queries as content
from icportal.content.enums import ContentState
from icportal.content.models import ContentItem, LanguageVersion, Projection
from icportal.core.actors import Actor
from icportal.core.db import db
from icportal.core.errors import NotFound
from icportal.core.permissions import authorise
from icportal.core.strings import _, _l
from icportal.i18n.locales import reading_language, reading_order
from icportal.practices import adoption
from icportal.toolkits.enums import KIND, Permission
from icportal.toolkits.models import BenchmarkVersion, Toolkit
from icportal.toolkits.structure import (
    INTRODUCTION,
    STANDARD,
    SUMMARY,
    TITLE,
    Structure,
    how_key,
    is_whole,
    question_key,
    title_key,
    why_key,
)


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
    is_own: bool = True
    factors: int = 0


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


@dataclass(frozen=True)
class Reading:
    """A benchmark as the public reads it.

    ``wanted`` is the language the reader asked for, ``others`` are those it can be read in as well, ``versions`` are
    (number, moment of publication), the newest first. ``changed_at`` is set where a translation is behind its original.
    """

    benchmark: Benchmark
    wanted: str
    others: tuple[str, ...]
    versions: tuple[tuple[int, datetime], ...]
    published_at: datetime
    changed_at: datetime | None

    @property
    def is_fallback(self) -> bool:
        """Whether the reader asked for another language than the one shown."""
        return self.benchmark.language != self.wanted


def all_toolkits(language: str) -> list[ToolkitRow]:
    """Every published toolkit in its order; one query."""
    return [
        ToolkitRow(
            found.slug, found.title, found.language, found.summary, found.commitments, found.number, found.series, found.is_own,
            len(found.factors),
        )
        for found in all_benchmarks(language)
    ]  # fmt: skip


def all_benchmarks(language: str) -> list[Benchmark]:
    """The newest benchmark of every published toolkit in its order; one query."""
    later = aliased(BenchmarkVersion)
    public = exists().where(Projection.item_id == Toolkit.item_id, content.visible())
    query = (
        select(BenchmarkVersion, Toolkit)
        .join(Toolkit, Toolkit.id == BenchmarkVersion.toolkit_id)
        .where(public, ~exists().where(later.toolkit_id == Toolkit.id, later.number > BenchmarkVersion.number))
        .order_by(Toolkit.position, Toolkit.slug)
    )
    return [_benchmark(toolkit, version, version.number, language) for version, toolkit in db.session.execute(query)]


def benchmark(slug: str, language: str, number: int | None = None) -> Benchmark:
    """A benchmark of a toolkit, the newest where no number is given, in the best language there is for the reader.

    For those who work with a version: it stays when the toolkit is withdrawn. One query.

    Raises:
        NotFound: there is no such toolkit or version.
    """
    toolkit, versions = _versions(slug)
    return _benchmark(toolkit, _chosen(versions, number), max(versions), language)


def benchmarks(wanted: Collection[tuple[str, int | None]], language: str) -> dict[tuple[str, int | None], Benchmark]:
    """Several benchmarks by (slug, number), each as ``benchmark`` gives it; those there are. One query."""
    known: dict[str, dict[int, BenchmarkVersion]] = defaultdict(dict)
    owners: dict[str, Toolkit] = {}
    query = select(BenchmarkVersion, Toolkit).join(Toolkit, Toolkit.id == BenchmarkVersion.toolkit_id)
    for version, toolkit in db.session.execute(query.where(Toolkit.slug.in_({slug for slug, _number in wanted}))):
        known[toolkit.slug][version.number], owners[toolkit.slug] = version, toolkit
    found = {}
    for slug, number in wanted:
        chosen = known[slug].get(max(known[slug], default=0) if number is None else number)
        if chosen is not None:
            found[slug, number] = _benchmark(owners[slug], chosen, max(known[slug]), language)
    return found


def read(slug: str, language: str, *, number: int | None = None, chosen: str = "") -> Reading:
    """A toolkit as everybody reads it: one version, in the reader's language or the one they chose among those there are.

    A language is offered where the public may read it today and every word of that version is there. Two queries.

    Raises:
        NotFound: there is no such toolkit or version, or the public may not read it today.
    """
    shown = {row.language: row for row in content.public_versions(KIND, slug)}
    if not shown:
        raise NotFound(_NOT_PUBLIC)
    toolkit, versions = _versions(slug)
    version = _chosen(versions, number)
    offered = [code for code in _whole(toolkit, version) if code in shown]
    wanted = chosen if chosen in offered else language
    found = _benchmark(toolkit, version, max(versions), wanted, among=shown)
    is_newest = found.number == found.newest
    return Reading(
        benchmark=found,
        wanted=wanted,
        others=tuple(code for code in offered if code != found.language),
        versions=tuple((each, versions[each].published_at) for each in sorted(versions, reverse=True)),
        published_at=shown[found.language].published_at if is_newest and found.language in shown else version.published_at,
        changed_at=shown[found.language].source_changed_at if is_newest and found.language in shown else None,
    )


def latest_number(slug: str) -> int | None:
    """The number of the newest benchmark of a toolkit; None where none is published."""
    query = select(func.max(BenchmarkVersion.number)).join(Toolkit, Toolkit.id == BenchmarkVersion.toolkit_id)
    return db.session.scalar(query.where(Toolkit.slug == slug))


def factor_titles(keys: Iterable[str], language: str) -> dict[str, str]:
    """What factors are called, by ``<toolkit slug>:<factor code>``; those that are known, gone ones too. One query."""
    wanted: dict[str, list[str]] = defaultdict(list)
    for key in keys:
        slug, _colon, code = key.partition(":")
        wanted[slug].append(code)
    if not wanted:
        return {}
    query = (
        select(Toolkit.slug, ContentItem.source_language, BenchmarkVersion.texts)
        .join(BenchmarkVersion, BenchmarkVersion.toolkit_id == Toolkit.id)
        .join(ContentItem, ContentItem.id == Toolkit.item_id)
        .where(Toolkit.slug.in_(wanted))
    )
    found: dict[str, str] = {}
    for slug, source, texts in db.session.execute(query.order_by(BenchmarkVersion.number)):
        for code in wanted[slug]:
            said = {each: words[title_key(code)] for each, words in texts.items() if title_key(code) in words}
            if said:
                found[f"{slug}:{code}"] = said[reading_order(reading_language(language).code, set(said), source)[0]]
    return found


def open_toolkit(toolkit_id: int, *, actor: Actor) -> Toolkit:
    """A toolkit for somebody who works on it. NotFound when there is none."""
    authorise(actor, Permission.VIEW)
    query = select(Toolkit).where(Toolkit.id == toolkit_id)
    toolkit = db.session.scalar(query.options(selectinload(Toolkit.item).selectinload(ContentItem.versions)))
    if toolkit is None:
        raise NotFound(_("There is no such toolkit."))
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


_NOT_PUBLIC = _l("There is no such toolkit, or it is not public yet.")


def _versions(slug: str) -> tuple[Toolkit, dict[int, BenchmarkVersion]]:
    query = select(BenchmarkVersion, Toolkit).join(Toolkit, Toolkit.id == BenchmarkVersion.toolkit_id).where(Toolkit.slug == slug)
    rows = db.session.execute(query).all()
    if not rows:
        raise NotFound(_NOT_PUBLIC)
    return rows[0][1], {version.number: version for version, _toolkit in rows}


def _chosen(versions: Mapping[int, BenchmarkVersion], number: int | None) -> BenchmarkVersion:
    wanted = max(versions) if number is None else number
    if wanted not in versions:
        raise NotFound(_("This toolkit has no version %(number)s.", number=wanted))
    return versions[wanted]


def _whole(toolkit: Toolkit, version: BenchmarkVersion) -> list[str]:
    """The languages that say every word of a version, by code; the one it was written in always does."""
    structure, source = Structure.of(version.structure), toolkit.item.source_language
    return [code for code, texts in sorted(version.texts.items()) if code == source or is_whole(structure, texts)]


def _benchmark(
    toolkit: Toolkit, version: BenchmarkVersion, newest: int, language: str, *, among: Collection[str] | None = None
) -> Benchmark:
    """A version in the best language for a reader, of those ``among`` which the public may read where that is asked."""
    source = toolkit.item.source_language
    languages = {code for code in _whole(toolkit, version) if among is None or code in among} or {source}
    best = reading_order(reading_language(language).code, languages, source)[0]
    texts = version.texts.get(best, {})
    return Benchmark(
        toolkit.slug, texts.get(TITLE, toolkit.slug), best, texts.get(SUMMARY, ""), texts.get(STANDARD, ""),
        texts.get(INTRODUCTION, ""), version.number, newest, _factors(Structure.of(version.structure), texts),
        toolkit.series, toolkit.is_own,
    )  # fmt: skip


def _factors(structure: Structure, texts: dict[str, str]) -> tuple[Factor, ...]:
    return tuple(
        Factor(
            each.code, texts.get(title_key(each.code), each.code), texts.get(why_key(each.code), ""), texts.get(how_key(each.code), ""),
            each.kind, each.commitments, each.practices,
            tuple((code, texts.get(question_key(each.code, code), "")) for code in each.questions),
        )
        for each in structure.factors
    )  # fmt: skip
