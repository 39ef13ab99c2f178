"""What of the cities' responses waits, and for whom."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, time
from typing import Any

from sqlalchemy import func, select

from icportal.cities.models import City
from icportal.core.actors import Actor, Role
from icportal.core.clock import PORTAL_ZONE
from icportal.core.db import db
from icportal.core.strings import Text, _, _l
from icportal.i18n.catalogues import current_language
from icportal.reporting import labels
from icportal.reporting.enums import ResponseState, RoundState
from icportal.reporting.flow import RESPONSE
from icportal.reporting.models import Response, Round
from icportal.workflow.worklists import Waiting, Worklist

YOU = _l("you")
TO_ANSWER, TO_SIGN, TO_REVIEW = "reporting.show_response", "reporting.sign_off_response", "reporting.review_response"


def provide(actor: Actor, limit: int) -> list[Worklist]:
    """The actor's lists with at most ``limit`` entries each, longest waiting first; two queries a list at most."""
    S = ResponseState  # noqa: N806  short for the table below
    writes, signs = actor.cities(Role.CITY_OFFICER), actor.cities(Role.MAYOR_OFFICE)
    belongs = writes | signs
    lists: list[Worklist] = []
    if writes:
        lists += [
            _worklist("changes", _l("Answers to change"), {S.CHANGES_REQUESTED}, limit, TO_ANSWER, cities=writes),
            _worklist("answer", _l("Questionnaires to answer"), {S.DRAFT}, limit, TO_ANSWER, cities=writes),
        ]
    if signs:
        lists.append(_worklist("sign", _l("Answers to sign off"), {S.SIGN_OFF}, limit, TO_SIGN, cities=signs))
    if actor.has(Role.COORDINATOR):
        lists += [
            _worklist("review", _l("Answers to review"), {S.REVIEW}, limit, TO_REVIEW),
            _worklist("publish", _l("Answers to publish"), {S.ACCEPTED}, limit, TO_REVIEW, only_open=False),
        ]
    elif belongs:
        states = {S.REVIEW, S.ACCEPTED}
        lists.append(_worklist("network", _l("Answers at the network"), states, limit, TO_REVIEW, cities=belongs, mine=False))
        if writes - signs:
            waits = _worklist(
                "mayor", _l("Answers at the mayor's office"), {S.SIGN_OFF}, limit, TO_ANSWER, cities=writes - signs, mine=False
            )
            lists.append(waits)
    return lists


def _worklist(
    key: str,
    label: Text,
    states: Collection[str],
    limit: int,
    endpoint: str,
    *,
    cities: Collection[int] | None = None,
    mine: bool = True,
    only_open: bool = True,
) -> Worklist:
    waiting = _waiting(states, cities, only_open=only_open)
    # Every page says how many there are: they are counted without being read.
    count = db.session.scalar(select(func.count()).select_from(waiting.with_only_columns(Response.id).subquery())) or 0
    listed = waiting.order_by(Response.state_since, Response.id).limit(limit)
    found = db.session.execute(listed).all() if limit and count else []
    return Worklist(
        f"reporting.{key}", label, mine, count, [_entry(response, city, endpoint, mine=mine) for response, city in found]
    )


def _waiting(states: Collection[str], cities: Collection[int] | None, *, only_open: bool) -> Any:
    """Responses in these states. In a closed round nothing can be answered or signed any more."""
    query: Any = (
        select(Response, City)
        .join(City, City.id == Response.city_id)
        .join(Round, Round.id == Response.round_id)
        .where(Response.state.in_(states), Round.state != RoundState.DRAFT)
    )
    if only_open:
        query = query.where(Round.state == RoundState.OPEN)
    if cities is not None:
        query = query.where(Response.city_id.in_(cities))
    return query


def _entry(response: Response, city: City, endpoint: str, *, mine: bool) -> Waiting:
    state, reader = RESPONSE.state(response.state), current_language()
    name = city.name_in(reader.code)
    waits_for_city = response.state in {ResponseState.DRAFT, ResponseState.CHANGES_REQUESTED, ResponseState.SIGN_OFF}
    return Waiting(
        title=_("%(city)s: answers to %(edition)s", city=name, edition=labels.edition(response.round)),
        endpoint=endpoint,
        values={"round_slug": response.round.slug, "slug": city.slug},
        kind=_l("Reporting"),
        state=response.state,
        state_label=state.label,
        tone=state.tone,
        since=response.state_since,
        waits_for=YOU if mine else state.waits_for or "",
        city=name,
        language=reader.code,
        due=datetime.combine(response.due, time.max, PORTAL_ZONE) if waits_for_city else None,
    )
