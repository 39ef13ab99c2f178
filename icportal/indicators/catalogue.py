"""The published catalogue as one snapshot in a reader's language: three queries whatever its size."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import func, select

from icportal.content.models import Projection, Revision, Shelf
from icportal.core.db import db
from icportal.indicators.enums import KIND
from icportal.indicators.facts import Facts
from icportal.indicators.models import Indicator, IndicatorVersion


@dataclass(frozen=True)
class Definition:
    """A published indicator: its facts, the version in force, and its words in the language given by ``language``."""

    indicator_id: int
    code: str
    family: str
    position: int
    asked: bool
    version_id: int
    number: int
    facts: Facts
    title: str
    definition: str
    numerator: str
    denominator: str
    usual_source: str
    language: str

    @property
    def rows(self) -> tuple[str, ...]:
        return self.facts.rows()

    def unit_of(self, breakdown: str) -> str:
        return self.facts.unit_of(breakdown)


def catalogue(language: str, *, asked_only: bool = False) -> dict[str, Definition]:
    """The published indicators by code, in the catalogue's order, in the language a reader of ``language`` gets."""
    latest = select(IndicatorVersion.indicator_id, func.max(IndicatorVersion.number).label("number"))
    newest = latest.group_by(IndicatorVersion.indicator_id).subquery()
    query = (
        select(Indicator, IndicatorVersion, Projection.language, Projection.title, Revision.body)
        .join(newest, newest.c.indicator_id == Indicator.id)
        .join(
            IndicatorVersion,
            (IndicatorVersion.indicator_id == Indicator.id) & (IndicatorVersion.number == newest.c.number),
        )
        .join(Shelf, (Shelf.item_id == Indicator.item_id) & (Shelf.language == language))
        .join(Projection, Projection.language_version_id == Shelf.language_version_id)
        .join(Revision, Revision.id == Projection.revision_id)
        .where(Projection.kind == KIND)
        .order_by(Indicator.position, Indicator.code)
    )
    if asked_only:
        query = query.where(Indicator.asked)
    return {
        indicator.code: Definition(
            indicator_id=indicator.id,
            code=indicator.code,
            family=indicator.family,
            position=indicator.position,
            asked=indicator.asked,
            version_id=version.id,
            number=version.number,
            facts=version.known,
            title=title,
            definition=body.get("definition", ""),
            numerator=body.get("numerator", ""),
            denominator=body.get("denominator", ""),
            usual_source=body.get("usual_source", ""),
            language=written_in,
        )
        for indicator, version, written_in, title, body in db.session.execute(query)
    }


def by_id(definitions: Mapping[str, Definition]) -> dict[int, Definition]:
    """The same by the indicator's number."""
    return {definition.indicator_id: definition for definition in definitions.values()}
