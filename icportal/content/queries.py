"""Reading content: single texts, public shelves, and what waits."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from sqlalchemy import BigInteger, Date, Integer, Select, and_, bindparam, case, exists, func, or_, select
from sqlalchemy.orm import aliased, selectinload

from icportal.content import kinds
from icportal.content.enums import ContentState
from icportal.content.models import (
    Autosave,
    Comment,
    ContentItem,
    LanguageVersion,
    MeaningClaim,
    Posting,
    Projection,
    Revision,
    Shelf,
)
from icportal.content.publication import EVERYTHING, LONGEST_TERM
from icportal.core.actors import Actor, Role
from icportal.core.clock import today
from icportal.core.db import db, read_rows
from icportal.core.errors import NotFound
from icportal.core.search import tokens
from icportal.core.strings import _
from icportal.core.text import fold
from icportal.i18n.locales import reading_language
from icportal.i18n.segments import Segment, cut
from icportal.i18n.staleness import Answer, compare
from icportal.web.page_cache import kept

PAGE = 20


@dataclass(frozen=True)
class ShelfPage:
    """One page of a public list. ``after`` continues it; None when it ends here."""

    rows: Sequence[Any]
    total: int
    after: str | None


def get_version(version_id: int) -> LanguageVersion:
    """The language version with its item and siblings. NotFound when there is none."""
    options = selectinload(LanguageVersion.item).selectinload(ContentItem.versions)
    version = db.session.scalar(select(LanguageVersion).where(LanguageVersion.id == version_id).options(options))
    if version is None:
        raise NotFound(_("There is no such text."))
    return version


def get_item(kind: str, slug: str) -> ContentItem:
    """The item with its versions. NotFound when there is none."""
    query = select(ContentItem).where(ContentItem.kind == kind, ContentItem.slug == slug)
    item = db.session.scalar(query.options(selectinload(ContentItem.versions)))
    if item is None:
        raise NotFound(_("There is no such text."))
    return item


def field_kinds(source: LanguageVersion, revision: Revision | None) -> list[tuple[str, str]]:
    """(field, kind) in reading order, as a revision of the source has them."""
    return [(field.name, field.kind) for field in kinds.get(source.item.kind).fields_for(source.item, revision)]


def segments_of(source: LanguageVersion, revision: Revision | None) -> list[Segment]:
    """The pieces of a revision of the source."""
    return cut(field_kinds(source, revision), revision.body) if revision else []


def claims_for(version: LanguageVersion) -> set[tuple[str, str]]:
    """Differences in the source that an editor declared to mean the same, for all languages or for this one.

    Who says that A means B and B means C has said that A means C.
    """
    query = select(MeaningClaim.old_hash, MeaningClaim.new_hash).where(
        MeaningClaim.item_id == version.item_id, MeaningClaim.language.in_(("", version.language))
    )
    claims = {(row.old_hash, row.new_hash) for row in db.session.execute(query)}
    while further := {(a, d) for a, b in claims for c, d in claims if b == c} - claims:
        claims |= further
    return claims


def answers(translation: LanguageVersion, revision: Revision | None = None) -> list[Answer]:
    """How a translation (its head, or the given revision) stands against the published source.

    Nothing can be said while the source is not published: then there are no answers.
    """
    source = translation.item.source
    if source.published is None:
        return []
    shown = revision or translation.head
    held = shown.segments if shown else []
    return compare(segments_of(source, source.published), held or [], claims_for(translation))


def revisions_of(version_id: int) -> list[Revision]:
    """All revisions, newest first."""
    query = select(Revision).where(Revision.language_version_id == version_id).order_by(Revision.number.desc())
    return list(db.session.scalars(query))


def revision_of(version_id: int, number: int) -> Revision:
    """One revision by its number. NotFound when there is none."""
    query = select(Revision).where(Revision.language_version_id == version_id, Revision.number == number)
    revision = db.session.scalar(query)
    if revision is None:
        raise NotFound(_("There is no such revision."))
    return revision


def comments_on(version_id: int) -> list[Comment]:
    """Open remarks first, then settled ones, oldest first."""
    query = select(Comment).where(Comment.language_version_id == version_id)
    return list(db.session.scalars(query.order_by(Comment.settled_at.is_not(None), Comment.id)))


def autosave_of(user_id: int | None, version_id: int) -> Autosave | None:
    """What this person typed here and has not saved."""
    return db.session.get(Autosave, (user_id, version_id)) if user_id else None


# --- public shelves -----------------------------------------------------------------------------------------------


def visible(day: Any = None) -> Any:
    """Within its time of visibility, decided when it is read: today, or on the day given."""
    day = today() if day is None else day
    return and_(
        or_(Projection.visible_from.is_(None), Projection.visible_from <= day),
        or_(Projection.visible_until.is_(None), Projection.visible_until >= day),
    )


def search_terms(kind: str, words: str, language: str) -> list[str]:
    """Index terms for what a reader typed: per word the form under which most is found, in their language first."""
    found = []
    for word in fold(words).split()[:8]:
        reader = reading_language(language)
        codes = dict.fromkeys([reader.code, *reader.fallbacks])
        forms = dict.fromkeys([*(token for code in codes for token in tokens(word, code)), word])
        candidates = [f"w:{form}"[:LONGEST_TERM] for form in forms]
        found.append(max(candidates, key=lambda term: term_count(kind, term)))
    return list(dict.fromkeys(found))


@kept(4096)
def term_count(kind: str, term: str) -> int:
    """How many published items have the term (whether or not their time has come)."""
    query = select(func.count()).select_from(Posting).where(Posting.kind == kind, Posting.term == term)
    return db.session.scalar(query) or 0


def shelf_page(kind: str, language: str, terms: Iterable[str] = (), *, after: str | None = None, limit: int = PAGE) -> ShelfPage:
    """Published items under all the terms, newest first, each in the language this reader gets."""
    wanted = sorted(terms, key=lambda term: term_count(kind, term)) or [EVERYTHING]
    place = _place(after)
    values = _values(kind, language, wanted) | {"limit": limit + 1}
    if place:
        values |= {"rank": place[0], "item": place[1]}
    rows = read_rows(_page_query(len(wanted), continued=bool(place)), values)
    more = len(rows) > limit
    rows = rows[:limit]
    following = f"{rows[-1].rank}_{rows[-1].item_id}" if more else None
    return ShelfPage(rows, shelf_total(kind, language, tuple(wanted)), following)


def shelf_total(kind: str, language: str, terms: tuple[str, ...]) -> int:
    """How many items a reader of this language finds under all the terms today."""
    return _shelf_total(kind, language, terms, today())


@kept(1024)
def _shelf_total(kind: str, language: str, terms: tuple[str, ...], day: date) -> int:
    query = _under(len(terms)).with_only_columns(func.count())
    return db.session.scalar(query, _values(kind, language, terms) | {"day": day}) or 0


def shelf_rows(kind: str, language: str, terms: Iterable[str] = ()) -> Sequence[Any]:
    """All items under the terms, for open data."""
    wanted = sorted(terms) or [EVERYTHING]
    query = _under(len(wanted)).with_only_columns(Projection).order_by(Posting.rank, Posting.item_id)
    return db.session.scalars(query, _values(kind, language, wanted)).all()


def shelf_rows_of(kind: str, languages: Collection[str], terms: Collection[str]) -> Sequence[Any]:
    """(term, reader's language, item as a row) of everything under any of the terms, newest first; one query."""
    query = (
        select(
            Posting.term, Shelf.language.label("reads"), Projection.title, Projection.slug, Projection.language, Projection.facts
        )
        .join(Shelf, Shelf.item_id == Posting.item_id)
        .join(Projection, Projection.language_version_id == Shelf.language_version_id)
        .where(Posting.kind == kind, Posting.term.in_(terms), Shelf.language.in_(languages), visible())
    )
    return db.session.execute(query.order_by(Posting.rank, Posting.item_id)).all()


@kept(256)
def facet(kind: str, prefix: str) -> list[tuple[str, int]]:
    """(value, number of items) of one facet, by value."""
    query = (
        select(Posting.term, func.count())
        .where(Posting.kind == kind, Posting.term >= f"{prefix}:", Posting.term < f"{prefix};")
        .group_by(Posting.term)
        .order_by(Posting.term)
    )
    return [(term.partition(":")[2], count) for term, count in db.session.execute(query)]


# Queries of shelves are put together once for each number of terms; what a reader asks for travels in ``_values``.


def _values(kind: str, language: str, terms: Sequence[str]) -> dict[str, Any]:
    return {
        "kind": kind,
        "language": reading_language(language).code,
        "day": today(),
        **{f"term{place}": term for place, term in enumerate(terms)},
    }


@lru_cache(maxsize=32)
def _under(terms: int) -> Select[Any]:
    kind: Any = bindparam("kind")
    day: Any = bindparam("day", type_=Date)
    query = (
        select(Posting)
        .join(Shelf, and_(Shelf.item_id == Posting.item_id, Shelf.language == bindparam("language")))
        .join(Projection, Projection.language_version_id == Shelf.language_version_id)
        .where(Posting.kind == kind, Posting.term == bindparam("term0"), visible(day))
    )
    for place in range(1, terms):
        other = aliased(Posting)
        same = (other.kind == kind, other.term == bindparam(f"term{place}"), other.item_id == Posting.item_id)
        query = query.where(exists().where(*same))
    return query


@lru_cache(maxsize=64)
def _page_query(terms: int, *, continued: bool) -> Select[Any]:
    query = _under(terms).with_only_columns(
        Posting.rank, Posting.item_id, Projection.title, Projection.summary, Projection.slug, Projection.language,
        Projection.source_language, Projection.facts, Projection.published_at,
    )  # fmt: skip
    if continued:
        rank, item = bindparam("rank", type_=BigInteger), bindparam("item", type_=Integer)
        query = query.where(or_(Posting.rank > rank, and_(Posting.rank == rank, Posting.item_id > item)))
        query = query.where(Posting.rank >= rank)
    return query.order_by(Posting.rank, Posting.item_id).limit(bindparam("limit", type_=Integer))


def _place(after: str | None) -> tuple[int, int] | None:
    try:
        rank, _sep, item = (after or "").partition("_")
        return (int(rank), int(item)) if item and len(after or "") < 40 else None  # noqa: PLR2004  two numbers
    except ValueError:
        return None


def public_versions(kind: str, slug: str) -> Sequence[Any]:
    """The versions of an item that the public may read today, as rows; empty when there are none."""
    values = {"kind": kind, "slug": slug, "day": today()}
    return read_rows(_versions_query(), values)


@lru_cache(maxsize=1)
def _versions_query() -> Select[Any]:
    query = select(*Projection.__table__.columns).where(
        Projection.kind == bindparam("kind"), Projection.slug == bindparam("slug")
    )
    return query.where(visible(bindparam("day", type_=Date))).order_by(Projection.language)


# --- what waits ---------------------------------------------------------------------------------------------------


def versions_waiting_for(actor: Actor, kind: str) -> dict[str, Select[Any]]:
    """The texts in which this actor has to move, as queries by list: to write, to review, to translate."""
    base = select(LanguageVersion).join(ContentItem).where(ContentItem.kind == kind)
    lists: dict[str, Select[Any]] = {}
    cities = actor.cities(Role.CITY_OFFICER)
    open_states = (ContentState.DRAFT, ContentState.CHANGES_REQUESTED)
    if cities:
        lists["write"] = base.where(
            ContentItem.city_id.in_(cities), LanguageVersion.is_source, LanguageVersion.state.in_(open_states)
        )
    reviewing = _languages(actor, Role.REVIEWER)
    if actor.has(Role.COORDINATOR):
        reviewing = LanguageVersion.id.is_not(None)
    if reviewing is not None:
        mine = exists().where(
            Revision.language_version_id == LanguageVersion.id,
            Revision.number > LanguageVersion.approved_number,
            Revision.author_id == actor.id,
        )
        lists["review"] = base.where(reviewing, LanguageVersion.state == ContentState.REVIEW, ~mine)
    translating = _languages(actor, Role.TRANSLATOR)
    if translating is not None:
        original = aliased(LanguageVersion)
        lists["translate"] = base.where(
            translating,
            exists().where(original.item_id == LanguageVersion.item_id, original.is_source, original.published_id.is_not(None)),
            ~LanguageVersion.is_source,
            LanguageVersion.state.in_((*open_states, ContentState.PUBLISHED)),
            or_(
                LanguageVersion.state.in_(open_states),
                LanguageVersion.stale_segments + LanguageVersion.missing_segments > 0,
            ),
        )
    return lists


def waiting_since() -> Any:
    """Since when a text waits: a published translation since its original changed, any other since it is in its state.

    For queries of versions joined with their projections.
    """
    behind = (LanguageVersion.state == ContentState.PUBLISHED, Projection.source_changed_at)
    return func.coalesce(case(behind), LanguageVersion.state_since)


def versions_waiting_for_others(actor: Actor, kind: str) -> Select[Any] | None:
    """Texts this actor had a hand in that wait for somebody else."""
    if not actor.is_signed_in:
        return None
    wrote = exists().where(Revision.language_version_id == LanguageVersion.id, Revision.author_id == actor.id)
    return (
        select(LanguageVersion)
        .join(ContentItem)
        .where(ContentItem.kind == kind, LanguageVersion.state == ContentState.REVIEW, wrote)
    )


def _languages(actor: Actor, role: Role) -> Any:
    languages = actor.languages(role)
    if not languages:
        return None
    return LanguageVersion.id.is_not(None) if None in languages else LanguageVersion.language.in_(languages)
