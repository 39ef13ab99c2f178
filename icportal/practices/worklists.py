"""What waits in practices: to write, to review, to translate, to look at again, and what of mine waits for others."""

from __future__ import annotations

from datetime import datetime, time

from sqlalchemy import and_, func, select

from icportal.cities.models import City
from icportal.content.flow import CONTENT
from icportal.content.models import LanguageVersion
from icportal.content.worklists import YOU, Place, TextLists
from icportal.core.actors import Actor, Role
from icportal.core.clock import PORTAL_ZONE, today
from icportal.core.db import db
from icportal.core.strings import _, _l
from icportal.i18n.catalogues import current_language
from icportal.practices.enums import KIND
from icportal.practices.models import Practice
from icportal.workflow.worklists import Waiting, Worklist


def provide(actor: Actor, limit: int) -> list[Worklist]:
    """The actor's lists with at most ``limit`` entries each, oldest first; three queries a list at most."""
    return [*TEXTS.provide(actor, limit), _to_look_at_again(actor, limit)]


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


def _places(item_ids: set[int]) -> dict[int, Place]:
    query = (
        select(Practice.item_id, Practice.id, City, LanguageVersion.title)
        .join(City, City.id == Practice.city_id)
        .join(LanguageVersion, and_(LanguageVersion.item_id == Practice.item_id, LanguageVersion.is_source))
        .where(Practice.item_id.in_(item_ids))
    )
    code = current_language().code
    return {
        item_id: Place({"practice_id": practice_id}, title, city.name_in(code))
        for item_id, practice_id, city, title in db.session.execute(query)
    }


TEXTS = TextLists(
    kind=KIND,
    prefix="practices",
    lists={
        "write": (_l("Practices to go on writing"), "practices.workspace"),
        "review": (_l("Practices to review"), "practices.review"),
        "translate": (_l("Practices to translate"), "practices.translate"),
        "others": (_l("Practices that wait for others"), "practices.workspace"),
    },
    whole=frozenset({"practices.workspace"}),
    kind_in=lambda language: _("Practice in %(language)s", language=language),
    places=_places,
)
