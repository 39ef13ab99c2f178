"""Reading for those who write, review and translate practices."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import and_, exists, func, or_, select
from sqlalchemy.orm import aliased, selectinload

from icportal.cities.models import City
from icportal.content import queries as content
from icportal.content.desk.languages import name_of
from icportal.content.enums import ContentState
from icportal.content.enums import Permission as ContentPermission
from icportal.content.models import ContentItem, LanguageVersion, Projection
from icportal.core.actors import Actor, Role
from icportal.core.db import db
from icportal.core.errors import NotFound
from icportal.core.permissions import authorise, can
from icportal.core.strings import _
from icportal.i18n.catalogues import current_language
from icportal.i18n.formatting import sorted_by_name
from icportal.i18n.locales import CONTENT_LANGUAGES, Language
from icportal.practices.enums import KIND, Permission
from icportal.practices.models import Practice
from icportal.practices.queries import get_practice

PAGE = 50


@dataclass(frozen=True)
class Row:
    """A practice in a list of the desk: where its workspace is, its versions by language, and since when it waits."""

    practice_id: int
    title: str
    city: str
    source_language: str
    versions: Mapping[str, LanguageVersion]
    since: datetime | None = None


@dataclass(frozen=True)
class DeskPage:
    """One page of a list of the desk. ``after`` continues it; None when it ends here."""

    rows: Sequence[Row]
    total: int
    after: int | None


def open_practice(practice_id: int, *, actor: Actor) -> Practice:
    """A practice for somebody who works on it. NotFound for everybody else."""
    practice = get_practice(practice_id)
    authorise(actor, Permission.VIEW_WORKSPACE, practice)
    return practice


def version_in(practice: Practice, code: str) -> LanguageVersion:
    """The practice in one language. NotFound when it is not there."""
    version = practice.item.version_in(code)
    if version is None:
        raise NotFound(_("This practice is not being written in that language."))
    return version


def practice_and_version(version_id: int) -> tuple[Practice, LanguageVersion]:
    """A language version of a practice by its number. NotFound when there is none."""
    query = (
        select(Practice.id)
        .join(LanguageVersion, LanguageVersion.item_id == Practice.item_id)
        .where(LanguageVersion.id == version_id)
    )
    practice_id = db.session.scalar(query)
    if practice_id is None:
        raise NotFound(_("There is no such text."))
    practice = get_practice(practice_id)
    return practice, next(version for version in practice.item.versions if version.id == version_id)


def city_of(practice: Practice) -> City:
    return db.session.get_one(City, practice.city_id)


def cities_to_write_for(actor: Actor) -> list[City]:
    """The cities this actor may write practices for, in the order of their names."""
    query = select(City)
    if not actor.has(Role.COORDINATOR):
        query = query.where(City.id.in_(actor.cities(Role.CITY_OFFICER)))
    code = current_language().code
    return sorted_by_name(db.session.scalars(query), lambda city: city.name_in(code))


def languages_to_write_in(cities: Iterable[City]) -> list[Language]:
    """All content languages, those of the cities first."""
    own = dict.fromkeys(code for city in cities for code in city.languages if code in CONTENT_LANGUAGES)
    others = sorted_by_name([code for code in CONTENT_LANGUAGES if code not in own], name_of)
    return [CONTENT_LANGUAGES[code] for code in (*own, *others)]


def due_for_review(latest: date) -> list[Practice]:
    """Published practices to be looked at again by then whose officers have not been told of that date."""
    query = (
        select(Practice)
        .join(LanguageVersion, and_(LanguageVersion.item_id == Practice.item_id, LanguageVersion.is_source))
        .where(
            LanguageVersion.published_id.is_not(None),
            Practice.review_by <= latest,
            or_(Practice.reminded_for.is_(None), Practice.reminded_for != Practice.review_by),
        )
        .options(selectinload(Practice.item).selectinload(ContentItem.versions))
        .order_by(Practice.id)
    )
    return list(db.session.scalars(query))


def with_visibility() -> list[Practice]:
    """Practices whose city has said from which or to which day they are read."""
    query = (
        select(Practice)
        .join(ContentItem, ContentItem.id == Practice.item_id)
        .where(or_(ContentItem.visible_from.is_not(None), ContentItem.visible_until.is_not(None)))
        .options(selectinload(Practice.item).selectinload(ContentItem.versions))
        .order_by(Practice.id)
    )
    return list(db.session.scalars(query))


def matrix(*, after: int | None = None, city_id: int | None = None, limit: int = PAGE) -> DeskPage:
    """Practices with all their versions, newest first."""
    query = select(ContentItem.id).where(ContentItem.kind == KIND)
    if city_id is not None:
        query = query.where(ContentItem.city_id == city_id)
    return _page(query, after, limit)


def matrix_counts() -> tuple[dict[str, dict[str, int]], dict[str, int]]:
    """(language → state → how many, language → how many are behind the original)."""
    states: dict[str, dict[str, int]] = {}
    query = (
        select(LanguageVersion.language, LanguageVersion.state, func.count())
        .join(ContentItem)
        .where(ContentItem.kind == KIND)
        .group_by(LanguageVersion.language, LanguageVersion.state)
    )
    for language, state, number in db.session.execute(query):
        states.setdefault(language, {})[state] = number
    behind = (
        select(LanguageVersion.language, func.count())
        .join(ContentItem)
        .where(
            ContentItem.kind == KIND,
            LanguageVersion.published_id.is_not(None),
            LanguageVersion.stale_segments + LanguageVersion.missing_segments > 0,
        )
        .group_by(LanguageVersion.language)
    )
    return states, {language: number for language, number in db.session.execute(behind)}  # noqa: C416  rows are not pairs to a type checker


def to_translate(language: str, *, actor: Actor, limit: int = PAGE) -> list[Row]:
    """Translations into a language that are begun or behind the original, those waiting longest first."""
    open_states, since = (ContentState.DRAFT, ContentState.CHANGES_REQUESTED), content.waiting_since()
    query = (
        select(LanguageVersion.item_id)
        .join(ContentItem)
        .where(
            ContentItem.kind == KIND,
            LanguageVersion.language == language,
            ~LanguageVersion.is_source,
            _source_is_published(LanguageVersion.item_id),
            or_(
                LanguageVersion.state.in_(open_states),
                and_(
                    LanguageVersion.state == ContentState.PUBLISHED,
                    LanguageVersion.stale_segments + LanguageVersion.missing_segments > 0,
                ),
            ),
            _translatable_by(actor, language),
        )
        .outerjoin(Projection, Projection.language_version_id == LanguageVersion.id)
        .order_by(since)
        .limit(limit)
        .add_columns(since)
    )
    waiting: dict[int, datetime] = {item_id: moment for item_id, moment in db.session.execute(query)}  # noqa: C416  rows are not pairs to a type checker
    return [replace(row, since=waiting[item_id]) for item_id, row in zip(waiting, _rows(list(waiting)), strict=True)]


def not_begun(language: str, *, actor: Actor, after: int | None = None, limit: int = 20) -> DeskPage:
    """Published practices that have no version in a language, newest first."""
    there = aliased(LanguageVersion)
    query = select(ContentItem.id).where(
        ContentItem.kind == KIND,
        _source_is_published(ContentItem.id),
        ~exists().where(there.item_id == ContentItem.id, there.language == language),
        _translatable_by(actor, language),
    )
    return _page(query, after, limit)


def to_review(query: Any, *, limit: int = 200) -> list[tuple[LanguageVersion, Row]]:
    """The versions of a worklist with their practices, those waiting longest first; heads come along."""
    texts = (selectinload(LanguageVersion.head), selectinload(LanguageVersion.published))
    versions = list(db.session.scalars(query.options(*texts).order_by(LanguageVersion.state_since).limit(limit)))
    rows = {
        version_id: row
        for row in _rows([version.item_id for version in versions])
        for version_id in (v.id for v in row.versions.values())
    }
    return [(version, rows[version.id]) for version in versions]


def texts_in(state: str, *, language: str, actor: Actor) -> list[tuple[int, LanguageVersion]]:
    """The texts in a state that this actor may see, with the number of their practice, those waiting longest first."""
    query = (
        select(Practice.id, LanguageVersion)
        .join(LanguageVersion, LanguageVersion.item_id == Practice.item_id)
        .where(LanguageVersion.state == state)
        .options(selectinload(LanguageVersion.head))
        .order_by(LanguageVersion.state_since)
    )
    if language:
        query = query.where(LanguageVersion.language == language)
    return [
        (practice_id, version)
        for practice_id, version in db.session.execute(query)
        if can(actor, ContentPermission.VIEW_DRAFT, version)
    ]


def _page(query: Any, after: int | None, limit: int) -> DeskPage:
    total = db.session.scalar(select(func.count()).select_from(query.subquery())) or 0
    if after is not None:
        query = query.where(ContentItem.id < after)
    ids = list(db.session.scalars(query.order_by(ContentItem.id.desc()).limit(limit + 1)))
    following = ids[limit - 1] if len(ids) > limit else None
    return DeskPage(_rows(ids[:limit]), total, following)


def _rows(item_ids: Sequence[int]) -> list[Row]:
    """The practices of these items, in their order, by three queries whatever their number."""
    query = (
        select(Practice.id, ContentItem, City)
        .join(ContentItem, ContentItem.id == Practice.item_id)
        .join(City, City.id == Practice.city_id)
        .where(ContentItem.id.in_(item_ids))
        .options(selectinload(ContentItem.versions))
    )
    code = current_language().code
    found = {
        item.id: Row(
            practice_id, item.source.title, city.name_in(code), item.source_language, {v.language: v for v in item.versions}
        )
        for practice_id, item, city in db.session.execute(query)
    }
    return [found[item_id] for item_id in item_ids if item_id in found]


def _source_is_published(item_id: Any) -> Any:
    original = aliased(LanguageVersion)
    return exists().where(original.item_id == item_id, original.is_source, original.published_id.is_not(None))


def _translatable_by(actor: Actor, language: str) -> Any:
    if actor.has(Role.COORDINATOR) or actor.has_in_language(language, Role.TRANSLATOR):
        return ContentItem.id.is_not(None)
    return ContentItem.city_id.in_(actor.cities(Role.CITY_OFFICER))
