"""Reading for those who keep the catalogue: every indicator with its languages, and one to work on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import selectinload

from icportal.content.enums import ContentState
from icportal.content.models import ContentItem, LanguageVersion
from icportal.core.actors import Actor
from icportal.core.db import db
from icportal.core.errors import NotFound
from icportal.core.permissions import authorise
from icportal.core.strings import _
from icportal.indicators import labels
from icportal.indicators.enums import KIND, Permission
from icportal.indicators.models import Indicator, IndicatorVersion

#: What the list can be narrowed to: texts in a state, or translations that are behind.
WAITING: Mapping[str, frozenset[str]] = {
    "writing": frozenset({ContentState.DRAFT, ContentState.CHANGES_REQUESTED}),
    "review": frozenset({ContentState.REVIEW}),
}


@dataclass(frozen=True)
class Row:
    """An indicator in the list: its versions by language, the source first, and the number of the definition in force."""

    indicator: Indicator
    title: str
    family: str
    versions: Sequence[LanguageVersion]
    number: int


def open_indicator(indicator_id: int, *, actor: Actor) -> Indicator:
    """An indicator for somebody who works on the catalogue. NotFound when there is none, NotAllowed for others."""
    authorise(actor, Permission.VIEW_CATALOGUE)
    query = select(Indicator).where(Indicator.id == indicator_id)
    indicator = db.session.scalar(query.options(selectinload(Indicator.item).selectinload(ContentItem.versions)))
    if indicator is None:
        raise NotFound(_("There is no such indicator."))
    return indicator


def listed(*, family: str = "", waiting: str = "", language: str = "") -> list[Row]:
    """The catalogue in its order, all of it or one group or what waits; four queries whatever its size.

    With a language a row has the source and that version only, and a translation that is not begun waits too.
    """
    query = select(Indicator).options(selectinload(Indicator.item).selectinload(ContentItem.versions))
    if family:
        query = query.where(Indicator.family == family)
    numbers = dict(
        db.session.execute(
            select(IndicatorVersion.indicator_id, func.max(IndicatorVersion.number)).group_by(IndicatorVersion.indicator_id)
        ).all()
    )
    rows = []
    for indicator in db.session.scalars(query.order_by(Indicator.position, Indicator.code)):
        versions = sorted(indicator.item.versions, key=lambda version: (not version.is_source, version.language))
        if language:
            versions = [version for version in versions if version.is_source or version.language == language]
        if not waiting or _waits(versions, waiting, language):
            family_label = str(labels.FAMILIES.get(indicator.family, indicator.family))
            rows.append(Row(indicator, versions[0].title, family_label, versions, numbers.get(indicator.id, 0)))
    return rows


def drafts() -> Any:
    """The source texts of the catalogue that are being written, for a worklist."""
    return (
        select(LanguageVersion)
        .join(ContentItem)
        .where(ContentItem.kind == KIND, LanguageVersion.is_source, LanguageVersion.state.in_(WAITING["writing"]))
    )


def _waits(versions: Sequence[LanguageVersion], waiting: str, language: str) -> bool:
    asked = [version for version in versions if not language or version.language == language]
    if waiting == "translation":
        behind = any(not version.is_source and version.stale_segments + version.missing_segments for version in asked)
        return behind or (bool(language) and not asked and versions[0].is_published)
    return any(version.state in WAITING.get(waiting, frozenset()) for version in asked)
