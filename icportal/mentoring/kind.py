"""What the call of a mentoring programme is as a text."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from icportal.content import kinds
from icportal.content.kinds import ContentField, ContentKind
from icportal.content.models import ContentItem, Revision
from icportal.core.db import db
from icportal.core.strings import _l
from icportal.mentoring.enums import KIND
from icportal.mentoring.models import Programme

FIELDS = (
    ContentField("title", _l("Title"), _l("What the programme is called."), "line", 15, required=True),
    ContentField("summary", _l("Summary"), _l("Who helps whom with what, in three sentences."), "text", 80, required=True),
    ContentField(
        "call", _l("Call"), _l("What cities can expect, what is expected of them, and how they are matched."), "text", 400, required=True,
    ),
    ContentField("costs", _l("Costs and grants"), _l("Who pays for travel, interpreters and time, and what can be asked for."), "text", 150),
    ContentField("results", _l("What came of it"), _l("Written when the programme is over."), "text", 300),
)  # fmt: skip


def programme_of(item: ContentItem) -> Programme | None:
    """The programme whose call the item is; None while it is being made."""
    return db.session.scalar(select(Programme).where(Programme.item_id == item.id))


def facts(item: ContentItem, _source: Revision | None) -> dict[str, Any]:
    """What lists show beside the text."""
    programme = programme_of(item)
    return {"programme": programme.slug} if programme else {}


PROGRAMME = ContentKind(
    key=KIND,
    label=_l("Call for mentoring"),
    fields=FIELDS,
    endpoint="mentoring.show_programme",
    workspace="mentoring.call_workspace",
    facts=facts,
)


def register() -> None:
    """Make calls known to content."""
    kinds.register(PROGRAMME)
