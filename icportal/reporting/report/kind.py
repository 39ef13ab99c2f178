"""What a chapter of the network's report is as a text."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from icportal.content import kinds
from icportal.content.kinds import ContentField, ContentKind
from icportal.content.models import ContentItem, Revision
from icportal.core.db import db
from icportal.core.strings import Text, _, _l
from icportal.reporting.enums import CHAPTER as KIND
from icportal.reporting.models import Chapter
from icportal.reporting.models.reports import COVER
from icportal.reporting.report.blocks import problems
from icportal.reporting.report.material import Material

#: Room for what twenty cities wrote on one commitment.
LONGEST_CHAPTER = 60_000

FIELDS = (
    ContentField("title", _l("Title"), _l("What the chapter is about."), "line", 15, required=True),
    ContentField(
        "text", _l("Text"),
        _l(
            "Blocks in double square brackets stand for numbers, figures and sources, such as [[figure c04]], [[count c04 fully]] or "
            "[[from oulu c04_explanation]]; they stay as they are in a translation."
        ),
        longest=LONGEST_CHAPTER,
    ),
)  # fmt: skip


def chapter_of(item: ContentItem) -> Chapter | None:
    """The chapter whose text the item is; None while it is being made."""
    return db.session.scalar(select(Chapter).where(Chapter.item_id == item.id))


def facts(item: ContentItem, _source: Revision | None) -> dict[str, Any]:
    """What lists show beside the text."""
    chapter = chapter_of(item)
    return {"report": chapter.report.slug, "topic": chapter.topic} if chapter else {}


def missing(item: ContentItem) -> list[tuple[str | None, Text]]:
    """What has to be mended before the text can be reviewed: no text, or a block that names what there is not."""
    chapter = chapter_of(item)
    if chapter is None:
        return []
    head = item.source.head
    text = head.body.get("text", "") if head else ""
    if not text:
        return [] if chapter.topic == COVER else [("text", _("Write the text of the chapter."))]
    known = Material(chapter.report.round, item.source_language).known
    return [("text", str(problem)) for problem in problems(text, known)]


CHAPTER = ContentKind(
    key=KIND,
    label=_l("Chapter of a report"),
    fields=FIELDS,
    endpoint="",
    workspace="reporting.chapter_workspace",
    summary="text",
    facts=facts,
    missing=missing,
)


def register() -> None:
    """Make chapters known to content."""
    kinds.register(CHAPTER)
