"""What waits among the texts of one kind: to write, to review, to translate, and what of mine waits for others."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, func, select

from icportal.content import queries
from icportal.content.flow import CONTENT
from icportal.content.models import LanguageVersion, Projection
from icportal.core.actors import Actor
from icportal.core.db import db
from icportal.core.strings import Text, _l
from icportal.i18n.catalogues import current_language
from icportal.i18n.locales import get
from icportal.workflow.worklists import Waiting, Worklist

YOU = _l("you")


@dataclass(frozen=True)
class Place:
    """Where a text is worked on: what stands in its address, its city, and its title in the language it was written in."""

    values: Mapping[str, object]
    source: str
    city: str = ""


def places_of(owner: Any, value: str) -> Callable[[set[int]], Mapping[int, Place]]:
    """Finds the places of the network's own texts, by the model that has the text (``item_id``) and what its id is called in addresses."""

    def places(item_ids: set[int]) -> Mapping[int, Place]:
        query = select(owner.item_id, owner.id, LanguageVersion.title)
        query = query.join(LanguageVersion, and_(LanguageVersion.item_id == owner.item_id, LanguageVersion.is_source))
        found = db.session.execute(query.where(owner.item_id.in_(item_ids)))
        return {item_id: Place({value: number}, title) for item_id, number, title in found}

    return places


@dataclass(frozen=True)
class TextLists:
    """The worklists of one kind of text.

    ``lists`` maps write, review, translate and others to (label, endpoint); an endpoint among ``whole`` speaks of the
    subject, not of one language. ``kind_in(language)`` says what is listed; ``places`` finds items by their numbers.
    """

    kind: str
    prefix: str
    lists: Mapping[str, tuple[Text, str]]
    whole: frozenset[str]
    kind_in: Callable[[str], str]
    places: Callable[[set[int]], Mapping[int, Place]]

    def provide(self, actor: Actor, limit: int, *, more: Mapping[str, Select[Any]] | None = None) -> list[Worklist]:
        """The actor's lists with at most ``limit`` entries each, oldest first; three queries a list at most.

        ``more`` are queries by list that take the place of content's own, for a kind that is not written by cities.
        """
        waiting = {**queries.versions_waiting_for(actor, self.kind), **(more or {})}
        lists = [self._worklist(key, query, mine=True, limit=limit) for key, query in waiting.items()]
        others = queries.versions_waiting_for_others(actor, self.kind)
        if others is not None:
            lists.append(self._worklist("others", others, mine=False, limit=limit))
        return lists

    def _worklist(self, key: str, query: Select[Any], *, mine: bool, limit: int) -> Worklist:
        label, endpoint = self.lists[key]
        count = db.session.scalar(select(func.count()).select_from(query.with_only_columns(LanguageVersion.id).subquery())) or 0
        since = queries.waiting_since()
        dated = query.outerjoin(Projection, Projection.language_version_id == LanguageVersion.id).add_columns(since)
        found = db.session.execute(dated.order_by(since).limit(limit)).all() if limit and count else []
        item_ids = {version.item_id for version, _since in found}
        places = self.places(item_ids) if item_ids else {}
        return Worklist(
            f"{self.prefix}.{key}",
            label,
            mine,
            count,
            [self._waiting(version, endpoint, places[version.item_id], since=moment, mine=mine) for version, moment in found],
        )

    def _waiting(self, version: LanguageVersion, endpoint: str, place: Place, *, since: datetime, mine: bool) -> Waiting:
        state = CONTENT.state(version.state)
        values = dict(place.values)
        if endpoint not in self.whole:
            values["code"] = version.language
        title, language = (version.title, version.language) if version.title else (place.source, version.item.source_language)
        return Waiting(
            title=title,
            endpoint=endpoint,
            values=values,
            kind=self.kind_in(get(version.language).name_in(current_language())),
            state=version.state,
            state_label=state.label,
            tone=state.tone,
            since=since,
            waits_for=YOU if mine else state.waits_for or "",
            city=place.city,
            language=language,
        )
