"""What publishing writes for readers: projections, shelves and the index of terms.

All of it can be made anew from versions and revisions (``icportal data reindex`` does).
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from sqlalchemy import delete, insert

from icportal.content import kinds
from icportal.content.models import ContentItem, LanguageVersion, Posting, Projection, Revision, Shelf
from icportal.core.db import db
from icportal.core.search import tokens
from icportal.core.text import fold, render_markdown
from icportal.core.transactions import hold
from icportal.i18n.locales import interface_codes, reading_order
from icportal.web.page_cache import touch_public

EVERYTHING = "all"
TITLE_FIRST = 10**14
LONGEST_TERM = 80


def words(kind: kinds.ContentKind, revision: Revision) -> dict[str, Any]:
    """What readers see of a revision's text: its columns in the projection."""
    html = {
        field.name: str(render_markdown(revision.body[field.name], heading_offset=2))
        for field in kind.fields
        if field.kind == "text" and revision.body.get(field.name)
    }
    title, summary = revision.body.get(kind.title, ""), revision.body.get(kind.summary, "")
    return {"revision_id": revision.id, "title": title, "summary": summary, "html": html}


def hold_text(item: ContentItem, version: LanguageVersion | None = None) -> None:
    """Wait for whoever is changing this text, in any language, and read anew what they wrote.

    Until the transaction ends nobody else changes it: what one language shows depends on the others.
    """
    source = item.source
    rows = [source] if version is None or version is source else [source, version]
    for row in rows:
        if not hold(row):
            db.session.expire(row)
    for other in item.versions:
        if other not in rows:
            db.session.expire(other)


def project(version: LanguageVersion) -> Projection:
    """Write what readers see of the version's published revision."""
    revision, item = version.published, version.item
    assert revision is not None
    kind = kinds.get(item.kind)
    values: dict[str, Any] = {
        "item_id": item.id,
        "kind": item.kind,
        "slug": item.slug,
        "language": version.language,
        "source_language": item.source_language,
        **words(kind, revision),
        "facts": kind.facts(item, item.source.published),
        "published_at": version.published_at,
        "visible_from": item.visible_from,
        "visible_until": item.visible_until,
    }
    projection = db.session.get(Projection, version.id)
    if projection is None:
        projection = Projection(language_version_id=version.id)
        db.session.add(projection)
    for name, value in values.items():
        setattr(projection, name, value)
    db.session.flush()
    return projection


def project_facts(item: ContentItem) -> None:
    """Write the facts of the published source anew wherever the item is read."""
    facts = kinds.get(item.kind).facts(item, item.source.published)
    for version in item.versions:
        projection = db.session.get(Projection, version.id) if version.is_published else None
        if projection is not None and projection.facts != facts:
            projection.facts = facts
    db.session.flush()


def withdraw(version: LanguageVersion) -> None:
    """Take the version from readers."""
    db.session.execute(delete(Shelf).where(Shelf.language_version_id == version.id))
    projection = db.session.get(Projection, version.id)
    if projection is not None:
        db.session.delete(projection)
    db.session.flush()


def reshelve(item: ContentItem) -> None:
    """Write anew which version each reader gets and under which terms the item is found."""
    published = {version.language: version for version in item.versions if version.is_published}
    db.session.execute(delete(Shelf).where(Shelf.item_id == item.id))
    db.session.execute(delete(Posting).where(Posting.item_id == item.id))
    touch_public()
    if not published:
        return
    db.session.execute(insert(Shelf), [
        {"language": code, "item_id": item.id, "language_version_id": published[best].id}
        for code in interface_codes()
        for best in reading_order(code, set(published), item.source_language)[:1]
    ])  # fmt: skip
    db.session.execute(insert(Posting), list(_postings(item, published.values())))


def refresh(item: ContentItem) -> None:
    """Write everything readers see of an item, after a fact of it has changed."""
    hold_text(item)
    for version in item.versions:
        if version.is_published:
            project(version)
    reshelve(item)


def _postings(item: ContentItem, published: Iterable[LanguageVersion]) -> Iterable[dict[str, Any]]:
    kind = kinds.get(item.kind)
    newest = max(version.published_at for version in published if version.published_at)
    base = -int(newest.timestamp() * 1000)
    found: dict[str, int] = {}
    for version in published:
        assert version.published is not None
        for field in kind.fields:
            rank = base - TITLE_FIRST if field.name == kind.title else base
            text = version.published.body.get(field.name, "")
            for word in {*tokens(text, version.language), *fold(text).split()}:
                term = f"w:{word}"[:LONGEST_TERM]
                found[term] = min(rank, found.get(term, 0))
    source = item.source.published
    for label, language in kind.labels(item, source):
        for term in label_terms(label, language):
            found[term] = min(base, found.get(term, 0))
    facts = [EVERYTHING, *kind.terms(item, source), *(f"language:{version.language}" for version in published)]
    for term, rank in [*found.items(), *((fact, base) for fact in dict.fromkeys(facts))]:
        yield {"kind": item.kind, "term": term, "rank": rank, "item_id": item.id}


@lru_cache(maxsize=4096)
def label_terms(label: str, language: str) -> frozenset[str]:
    """The index terms of a fact's name in one language."""
    return frozenset(f"w:{word}"[:LONGEST_TERM] for word in {*tokens(label, language), *fold(label).split()})
