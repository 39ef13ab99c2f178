"""Reading practices: the public library and single practices."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from markupsafe import Markup
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from icportal.content import queries as content
from icportal.content.models import ContentItem, Projection
from icportal.content.publication import EVERYTHING
from icportal.core.db import db
from icportal.core.errors import NotFound
from icportal.core.files import StoredFile
from icportal.core.strings import _
from icportal.i18n.locales import get, reading_language, reading_order
from icportal.practices.enums import KIND
from icportal.practices.kind import approved
from icportal.practices.models import Practice

FACETS = ("commitment", "theme", "city", "country", "edition", "language")


@dataclass(frozen=True)
class Search:
    """What a reader looks for. Each facet holds one value or none."""

    words: str = ""
    facets: dict[str, str] = field(default_factory=dict)
    partners: bool = False

    @property
    def terms(self) -> list[str]:
        """The facts of the index the search asks for."""
        chosen = [f"{name}:{value}" for name, value in self.facets.items() if value]
        return chosen + (["partners:yes"] if self.partners else [])

    @property
    def is_empty(self) -> bool:
        return not self.words and not self.terms


@dataclass(frozen=True)
class Reading:
    """A practice as one reader gets it: the version shown, and the others there are."""

    shown: Projection
    others: Sequence[Projection]
    wanted: str

    @property
    def is_fallback(self) -> bool:
        """Whether the reader asked for another language than the one shown."""
        return self.shown.language != self.wanted

    def html(self, name: str) -> Markup:
        """A field as it was sanitised when it was published."""
        return Markup(self.shown.html[name])  # noqa: S704  nh3 wrote it, see core.text.render_markdown


def library(search: Search, language: str, *, after: str | None = None, limit: int = content.PAGE) -> content.ShelfPage:
    """One page of the public library, newest first, title hits before others."""
    terms = search.terms + content.search_terms(KIND, search.words, language)
    return content.shelf_page(KIND, language, terms, after=after, limit=limit)


def everything(search: Search, language: str) -> Sequence[Any]:
    """All practices of a search, for open data."""
    return content.shelf_rows(KIND, language, search.terms + content.search_terms(KIND, search.words, language))


def is_known(facet: str, value: str) -> bool:
    """Whether any published practice has this value of a facet."""
    return any(value == known for known, _count in content.facet(KIND, facet))


def count(language: str) -> int:
    """How many practices a reader finds."""
    return content.shelf_total(KIND, language, (EVERYTHING,))


def latest(language: str, *, limit: int) -> Sequence[Any]:
    """The practices published last."""
    return content.shelf_page(KIND, language, limit=limit).rows


def of_city(city_slug: str, language: str, *, limit: int = 100) -> content.ShelfPage:
    """A city's published practices."""
    return content.shelf_page(KIND, language, [f"city:{city_slug}"], limit=limit)


def of_cities(languages: Mapping[str, str]) -> dict[str, list[Any]]:
    """The published practices of several cities, each city's in a language of its own, newest first; one query."""
    found: dict[str, list[Any]] = {slug: [] for slug in languages}
    wanted = {slug: reading_language(code).code for slug, code in languages.items()}
    for row in content.shelf_rows_of(KIND, set(wanted.values()), [f"city:{slug}" for slug in wanted]):
        slug = row.term.partition(":")[2]
        if row.reads == wanted[slug]:
            found[slug].append(row)
    return found


def read(slug: str, language: str, *, chosen: str | None = None) -> Reading:
    """A practice in the language a reader gets, or in the one they chose among those there are.

    Raises:
        NotFound: there is no such practice, or the public may not read it today.
    """
    versions = {version.language: version for version in content.public_versions(KIND, slug)}
    if not versions:
        raise NotFound(_("There is no such practice, or it is not public any more."))
    source = next(iter(versions.values())).source_language
    wanted = chosen if chosen and chosen in versions else language
    best = reading_order(get(wanted).code, set(versions), source)[0]
    others = [version for code, version in versions.items() if code != best]
    return Reading(versions[best], others, wanted)


def get_practice(practice_id: int) -> Practice:
    """The practice with its item and language versions. NotFound when there is none."""
    query = select(Practice).where(Practice.id == practice_id)
    practice = db.session.scalar(query.options(selectinload(Practice.item).selectinload(ContentItem.versions)))
    if practice is None:
        raise NotFound(_("There is no such practice."))
    return practice


def practice_of(item_id: int) -> Practice:
    """The practice whose text this item is."""
    return db.session.scalars(select(Practice).where(Practice.item_id == item_id)).one()


def published_file(practice: Practice, file_id: int) -> StoredFile | None:
    """A file the published text names, whether or not the draft still has it; None when it names none such."""
    named = approved(practice.item.source.published)["files"]
    found = next((file for file in named if file["id"] == file_id), None)
    stored = db.session.get(StoredFile, file_id) if found else None
    return stored if stored is not None and found and stored.sha256 == found["sha256"] else None


def draft_file(practice: Practice, file_id: int) -> StoredFile:
    """A file of the working copy. NotFound when there is none."""
    found = next((file for file in practice.files if file.file_id == file_id), None)
    if found is None:
        raise NotFound(_("There is no such file."))
    return found.stored
