"""The evidence of a city: everything it has ever shown, when it expires, and which answers stand on it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import or_, select

from icportal.core.actors import Actor
from icportal.core.clock import today
from icportal.core.db import db
from icportal.core.errors import NotFound
from icportal.core.permissions import authorise
from icportal.core.strings import _
from icportal.reporting.enums import Permission
from icportal.reporting.models import AnswerEvidence, Evidence, Response, Round
from icportal.reporting.responses import has_expired

#: Officers are told so many days before a piece of evidence expires.
WARNED_BEFORE = (7, 1)
SOON = timedelta(days=60)


@dataclass(frozen=True)
class Use:
    """An answer that stands on a piece of evidence."""

    round: Round
    question: str


@dataclass(frozen=True)
class Item:
    """A piece of evidence in the city's list."""

    evidence: Evidence
    uses: Sequence[Use] = ()

    @property
    def has_expired(self) -> bool:
        return has_expired(self.evidence)

    @property
    def expires_soon(self) -> bool:
        expires = self.evidence.expires_on
        return expires is not None and not self.has_expired and expires <= today() + SOON


def bank(city_id: int) -> list[Item]:
    """All evidence of a city, newest first, each with the answers that stand on it: two queries."""
    uses: dict[int, list[Use]] = defaultdict(list)
    query = (
        select(AnswerEvidence.evidence_id, AnswerEvidence.question, Round)
        .join(Response, Response.id == AnswerEvidence.response_id)
        .join(Round, Round.id == Response.round_id)
        .where(Response.city_id == city_id)
        .order_by(Round.number.desc(), AnswerEvidence.id)
    )
    for evidence_id, question, round_ in db.session.execute(query):
        uses[evidence_id].append(Use(round_, question))
    found = select(Evidence).where(Evidence.city_id == city_id).order_by(Evidence.id.desc())
    return [Item(evidence, tuple(uses.get(evidence.id, ()))) for evidence in db.session.scalars(found)]


def evidence_of_city(city_id: int) -> list[Evidence]:
    """What the city can put behind an answer, by title."""
    return list(db.session.scalars(select(Evidence).where(Evidence.city_id == city_id).order_by(Evidence.title, Evidence.id)))


def get_evidence(city_id: int, evidence_id: int, *, actor: Actor) -> Evidence:
    """A piece of evidence of this city for somebody who may see it. NotFound otherwise."""
    found = find_evidence(city_id, evidence_id)
    authorise(actor, Permission.VIEW_EVIDENCE, found)
    return found


def find_evidence(city_id: int, evidence_id: int) -> Evidence:
    """A piece of evidence by its number. NotFound where the city has none such."""
    found = db.session.get(Evidence, evidence_id)
    if found is None or found.city_id != city_id:
        raise NotFound(_("There is no such page, or it is not open to you."))
    return found


def warning_day(expires_on: date, day: date) -> date | None:
    """The latest day on which a warning fell due by ``day``; None before the first, and once it has expired."""
    due = [expires_on - timedelta(days=before) for before in WARNED_BEFORE]
    passed = [each for each in due if each <= day]
    return max(passed) if passed and day < expires_on else None


def to_warn_of(day: date) -> list[Evidence]:
    """Evidence whose officers have not been given the warning that is due by ``day``, by city."""
    query = select(Evidence).where(
        Evidence.expires_on > day,
        Evidence.expires_on <= day + timedelta(days=max(WARNED_BEFORE)),
        or_(Evidence.warned_for.is_(None), Evidence.warned_for < Evidence.expires_on),
    )
    found = db.session.scalars(query.order_by(Evidence.city_id, Evidence.expires_on, Evidence.id))
    return [each for each in found if _is_due(each, day)]


def _is_due(evidence: Evidence, day: date) -> bool:
    due = warning_day(evidence.expires_on, day) if evidence.expires_on else None
    return due is not None and (evidence.warned_for is None or evidence.warned_for < due)
