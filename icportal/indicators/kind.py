"""What an indicator is as a text: its fields, and the facts that are reviewed with them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import select

from icportal.content import kinds
from icportal.content.kinds import ContentField, ContentKind
from icportal.content.models import ContentItem, Revision
from icportal.core.db import db
from icportal.core.strings import Text, _, _l
from icportal.indicators.enums import KIND
from icportal.indicators.facts import Facts
from icportal.indicators.models import Indicator

FIELDS = (
    ContentField("title", _l("Title"), _l("Short, as it stands above a figure."), "line", 15, required=True),
    ContentField(
        "definition", _l("Definition"), _l("Who or what is counted, out of whom, and when. A change makes a new version."),
        "text", 120, required=True,
    ),
    ContentField("numerator", _l("Numerator"), _l("What is counted, for a share or a rate."), "text", 60),
    ContentField("denominator", _l("Denominator"), _l("Out of what, for a share or a rate."), "text", 60),
    ContentField("usual_source", _l("Usual source"), _l("Where cities find it: a register, a survey, a table."), "text", 60),
)  # fmt: skip


def indicator_of(item: ContentItem) -> Indicator | None:
    """The indicator whose text the item is; None while it is being made."""
    return db.session.scalar(select(Indicator).where(Indicator.item_id == item.id))


def reviewed_facts(item: ContentItem) -> dict[str, Any] | None:
    """The facts of the working copy that a second person approves together with the text."""
    indicator = indicator_of(item)
    if indicator is None:
        return None
    db.session.flush()
    db.session.expire(indicator)
    return working_facts(indicator)


def working_facts(indicator: Indicator) -> dict[str, Any]:
    """The facts of the working copy as a revision keeps them. Its columns tell what is published."""
    known = indicator.facts
    family, asked = known.get("family", indicator.family), known.get("asked", indicator.asked)
    return {"family": family, "asked": asked, **Facts.of(known).stored()}


def facts(item: ContentItem, source: Revision | None) -> dict[str, Any]:
    """What lists show beside the text."""
    indicator = indicator_of(item)
    if indicator is None:
        return {}
    return {"code": indicator.code, "family": indicator.family, **((source.facts or {}) if source else {})}


def terms(item: ContentItem, source: Revision | None) -> Iterable[str]:
    """What lists are filtered by."""
    indicator = indicator_of(item)
    if indicator is None:
        return
    known = (source.facts or {}) if source else {}
    yield f"family:{known.get('family', indicator.family)}"
    yield from (f"commitment:{number}" for number in known.get("commitments", ()))


def missing(item: ContentItem) -> list[tuple[str | None, Text]]:
    """Which facts are still needed before the text can be reviewed."""
    indicator = indicator_of(item)
    if indicator is None or not Facts.of(indicator.facts).rows():
        return [("facts", _("Say which values are asked for, on the page of facts."))]
    return []


INDICATOR = ContentKind(
    key=KIND,
    label=_l("Indicator"),
    fields=FIELDS,
    endpoint="indicators.show_indicator",
    workspace="indicators.workspace",
    facts=facts,
    terms=terms,
    reviewed_facts=reviewed_facts,
    missing=missing,
)


def register() -> None:
    """Make indicators known to content."""
    kinds.register(INDICATOR)
