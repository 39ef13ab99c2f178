"""What both cities of a pairing say in its theme, as the other one reads it before it answers.

Wishes, the cities somebody would rather not work with and the note to the coordinators are no part of it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from icportal.core.actors import Actor
from icportal.core.db import db
from icportal.core.permissions import authorise
from icportal.mentoring import applications
from icportal.mentoring.enums import FINISHED, RUNNING, STANDING, ApplicationState, Permission, Side
from icportal.mentoring.models import Application, Need, Offer, Pairing


@dataclass(frozen=True)
class Spoken:
    """One city's side: its need or offer with the language it is written in, key factors in words, and what shows it.

    ``is_said`` is False while the city is changing its application or has withdrawn it. Contact and group are empty until both
    have accepted.
    """

    side: Side
    city_id: int
    is_said: bool = False
    text: str = ""
    language: str = "en"
    factors: Sequence[str] = ()
    evidence: Sequence[Mapping[str, Any]] = ()
    contact_name: str = ""
    contact_email: str = ""
    support_group: Sequence[Mapping[str, str]] = ()


def said_by_both(pairing: Pairing, language: str, *, actor: Actor) -> list[Spoken]:
    """The mentee's need and the mentor's offer, for whoever may open the pairing; nothing once it has ended.

    The same few queries whatever is said.
    """
    authorise(actor, Permission.VIEW_PAIRING, pairing)
    if pairing.state not in STANDING | FINISHED:
        return []
    query = select(Application).where(Application.programme_id == pairing.programme_id, Application.city_id.in_(pairing.city_ids))
    query = query.options(selectinload(Application.needs), selectinload(Application.offers))
    found = {each.city_id: each for each in db.session.scalars(query)}
    benchmark = applications.benchmark_of(pairing.scheme, language)
    factors = {factor.code: factor.title for factor in benchmark.factors} if benchmark else {}
    both = ((Side.MENTEE, pairing.mentee_id), (Side.MENTOR, pairing.mentor_id))
    return [_side(pairing, side, city_id, found.get(city_id), factors) for side, city_id in both]


def _side(pairing: Pairing, side: Side, city_id: int, application: Application | None, factors: Mapping[str, str]) -> Spoken:
    reached: dict[str, Any] = {}
    if application is not None and pairing.state in RUNNING | FINISHED:
        reached = {name: getattr(application, name) for name in ("contact_name", "contact_email", "support_group")}
    if application is None or application.state != ApplicationState.SUBMITTED:
        return Spoken(side, city_id, **reached)
    rows: Sequence[Need | Offer] = application.needs if side is Side.MENTEE else application.offers
    said = next((each for each in rows if each.scheme_id == pairing.scheme_id), None)
    if said is None:
        return Spoken(side, city_id, **reached)
    words = [title for code, title in factors.items() if code in said.key_factors]
    shown = [line for line in said.evidence if line.get("is_shared")]
    return Spoken(side, city_id, True, said.text, application.language, words, shown, **reached)
