"""What waits in practices: to write, to review, to translate, to look at again, and what of mine waits for others."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any

from sqlalchemy import Select, and_, func, select

from icportal.cities.models import City
from icportal.content import queries as content
from icportal.content.flow import CONTENT
from icportal.content.models import LanguageVersion, Projection
from icportal.core.actors import Actor, Role
from icportal.core.clock import PORTAL_ZONE, today
from icportal.core.db import db
from icportal.core.strings import Text, _, _l
from icportal.i18n.catalogues import current_language
from icportal.i18n.locales import get
from icportal.practices.enums import KIND
from icportal.practices.models import Practice
from icportal.workflow.worklists import Waiting, Worklist

LISTS: dict[str, tuple[Text, str]] = {
    "write": (_l("Practices to go on writing"), "practices.workspace"),
    "review": (_l("Practices to review"), "practices.review"),
    "translate": (_l("Practices to translate"), "practices.translate"),
    "others": (_l("Practices that wait for others"), "practices.workspace"),
}
YOU = _l("you")


def provide(actor: Actor, limit: int) -> list[Worklist]:
    """The actor's lists with at most ``limit`` entries each, oldest first; three queries a list at most."""
    lists = [_worklist(key, query, mine=True, limit=limit) for key, query in content.versions_waiting_for(actor, KIND).items()]
    others = content.versions_waiting_for_others(actor, KIND)
    if others is not None:
        lists.append(_worklist("others", others, mine=False, limit=limit))
    lists.append(_to_look_at_again(actor, limit))
    return lists


def _worklist(key: str, query: Select[Any], *, mine: bool, limit: int) -> Worklist:
    label, endpoint = LISTS[key]
    count = db.session.scalar(select(func.count()).select_from(query.with_only_columns(LanguageVersion.id).subquery())) or 0
    since = content.waiting_since()
    dated = query.outerjoin(Projection, Projection.language_version_id == LanguageVersion.id).add_columns(since)
    found = db.session.execute(dated.order_by(since).limit(limit)).all() if limit and count else []
    places = _places({version.item_id for version, _since in found})
    return Worklist(
        f"practices.{key}",
        label,
        mine,
        count,
        [_waiting(version, endpoint, *places[version.item_id], since=moment, mine=mine) for version, moment in found],
    )


def _waiting(
    version: LanguageVersion, endpoint: str, practice_id: int, city: City, source: str, *, since: datetime, mine: bool
) -> Waiting:
    state, reader = CONTENT.state(version.state), current_language()
    values: dict[str, object] = {"practice_id": practice_id}
    if endpoint != "practices.workspace":
        values["code"] = version.language
    title, language = (version.title, version.language) if version.title else (source, version.item.source_language)
    return Waiting(
        title=title,
        endpoint=endpoint,
        values=values,
        kind=_("Practice in %(language)s", language=get(version.language).name_in(reader)),
        state=version.state,
        state_label=state.label,
        tone=state.tone,
        since=since,
        waits_for=YOU if mine else state.waits_for or "",
        city=city.name_in(reader.code),
        language=language,
    )


def _to_look_at_again(actor: Actor, limit: int) -> Worklist:
    """Published practices of the actor's cities whose review-by date has passed."""
    label = _l("Practices to look at again")
    cities = actor.cities(Role.CITY_OFFICER)
    if not cities:
        return Worklist("practices.look_again", label, True, 0, [])
    query = (
        select(Practice.id, Practice.review_by, LanguageVersion, City)
        .join(LanguageVersion, and_(LanguageVersion.item_id == Practice.item_id, LanguageVersion.is_source))
        .join(City, City.id == Practice.city_id)
        .where(Practice.city_id.in_(cities), LanguageVersion.published_id.is_not(None), Practice.review_by < today())
    )
    count = db.session.scalar(select(func.count()).select_from(query.with_only_columns(Practice.id).subquery())) or 0
    rows = db.session.execute(query.order_by(Practice.review_by).limit(limit)).all() if limit and count else []
    entries = []
    for practice_id, review_by, version, city in rows:
        state, due = CONTENT.state(version.state), datetime.combine(review_by or today(), time.min, PORTAL_ZONE)
        entries.append(
            Waiting(
                title=version.title, endpoint="practices.workspace", values={"practice_id": practice_id}, kind=_("Practice"),
                state=version.state, state_label=state.label, tone=state.tone, since=due, waits_for=YOU,
                city=city.name_in(current_language().code), language=version.language, due=due,
            )
        )  # fmt: skip
    return Worklist("practices.look_again", label, True, count, entries)


def _places(item_ids: set[int]) -> dict[int, tuple[int, City, str]]:
    """For each item its practice's number, its city and its title in the language it was written in."""
    if not item_ids:
        return {}
    query = (
        select(Practice.item_id, Practice.id, City, LanguageVersion.title)
        .join(City, City.id == Practice.city_id)
        .join(LanguageVersion, and_(LanguageVersion.item_id == Practice.item_id, LanguageVersion.is_source))
        .where(Practice.item_id.in_(item_ids))
    )
    return {item_id: (practice_id, city, title) for item_id, practice_id, city, title in db.session.execute(query)}
