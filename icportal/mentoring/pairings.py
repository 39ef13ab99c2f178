"""Reading pairings: those somebody works with, and one of them with everything on its page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import aliased

from icportal.cities.models import City
from icportal.core.actors import Actor, Role
from icportal.core.clock import today
from icportal.core.db import db
from icportal.core.errors import NotFound
from icportal.core.permissions import authorise, can
from icportal.core.strings import _
from icportal.mentoring import matchings, programmes
from icportal.mentoring.enums import EXPECTED, FINISHED, RUNNING, STANDING, PairingState, Permission
from icportal.mentoring.flow import PAIRING
from icportal.mentoring.matching import reasons
from icportal.mentoring.matching.table import Part
from icportal.mentoring.models import JournalEntry, Pairing, Programme, Scheme
from icportal.mentoring.rules import OneSide
from icportal.workflow.models import WorkflowEvent


@dataclass(frozen=True)
class Row:
    """A pairing in a list, with both cities and the name of its theme."""

    pairing: Pairing
    mentor: City
    mentee: City
    theme: str
    theme_language: str


def pairings_for(actor: Actor, language: str, programme: Programme | None = None) -> list[Row]:
    """The pairings somebody works with: all for coordinators, else the own cities' and those one facilitates; newest first."""
    mentor, mentee = aliased(City), aliased(City)
    query = (
        select(Pairing, mentor, mentee).join(mentor, mentor.id == Pairing.mentor_id).join(mentee, mentee.id == Pairing.mentee_id)
    )
    if programme is not None:
        query = query.where(Pairing.programme_id == programme.id)
    if not can(actor, Permission.RUN_PAIRING):
        own = actor.cities(Role.CITY_OFFICER, Role.MAYOR_OFFICE)
        facilitated = select(Scheme.id).where(Scheme.facilitator_id == actor.id)
        query = query.where(Pairing.mentor_id.in_(own) | Pairing.mentee_id.in_(own) | Pairing.scheme_id.in_(facilitated))
    found = list(db.session.execute(query.order_by(Pairing.id.desc())))
    schemes = programmes.scheme_rows([pairing.scheme for pairing, _m, _n in found], language)
    return [
        Row(pairing, gives, takes, schemes[pairing.scheme_id].title, schemes[pairing.scheme_id].language)
        for pairing, gives, takes in found
    ]


def open_pairing(pairing_id: int, *, actor: Actor) -> Pairing:
    """A pairing for somebody who may open it. NotFound for everybody else."""
    pairing = db.session.get(Pairing, pairing_id)
    if pairing is None:
        raise NotFound(_("There is no such page, or it is not open to you."))
    authorise(actor, Permission.VIEW_PAIRING, pairing)
    return pairing


def row_of(pairing: Pairing, language: str) -> Row:
    """One pairing with its cities and theme."""
    scheme = programmes.scheme_rows([pairing.scheme], language)[pairing.scheme_id]
    mentor, mentee = db.session.get_one(City, pairing.mentor_id), db.session.get_one(City, pairing.mentee_id)
    return Row(pairing, mentor, mentee, scheme.title, scheme.language)


def own_sides(pairing: Pairing, actor: Actor) -> list[City]:
    """The cities of a pairing that somebody may speak for."""
    cities = [db.session.get_one(City, number) for number in (pairing.mentor_id, pairing.mentee_id)]
    return [city for city in cities if can(actor, Permission.ANSWER_PAIRING, OneSide(city.id))]


def journal_of(pairing: Pairing) -> list[JournalEntry]:
    """Everything written into its journal, newest first."""
    query = select(JournalEntry).where(JournalEntry.pairing_id == pairing.id)
    return list(db.session.scalars(query.order_by(JournalEntry.on_date.desc(), JournalEntry.id.desc())))


def why(pairing: Pairing, language: str) -> Mapping[str, Any]:
    """The reasons it was proposed for, in words: parts of the score, ranks, languages, days. Empty where there was no run."""
    told = pairing.reasons
    if not told:
        return {}
    names = matchings.names_for(pairing.programme, language)
    # Both wishes are told by their rank.
    wishes = {Part.MENTEE_WISH, Part.MENTOR_WISH}
    parts = [
        (reasons.PARTS[n], points * weight) for n, points, weight in told["parts"] if points and weight > 0 and n not in wishes
    ]
    return {
        "parts": sorted(parts, key=lambda part: -part[1]),
        "score": told["score"],
        "ranks": (reasons.rank(told["rank"]), reasons.rank(told["rank_by_mentor"])),
        "languages": [names.spoken(code) for code in told["languages"]],
        "interpreter": told["interpreter"],
        "days": told["days"],
    }


def is_quiet(pairing: Pairing, day: date | None = None) -> bool:
    """Whether a pairing at work, or still to be agreed on, has given no sign of life for as long as its programme allows."""
    last = pairing.last_activity_on
    limit = timedelta(days=pairing.programme.quiet_days)
    return pairing.state in EXPECTED and last is not None and (day or today()) - last >= limit


def quiet_pairs(day: date | None = None) -> list[Pairing]:
    """The pairings that give no sign of life, those that are silent longest first."""
    query = select(Pairing).where(Pairing.state.in_(EXPECTED)).order_by(Pairing.last_activity_on, Pairing.id)
    return [pairing for pairing in db.session.scalars(query) if is_quiet(pairing, day)]


def mentors_of(city_id: int) -> frozenset[int]:
    """The cities that mentor a city now: their officers may read and remark on its plan."""
    query = select(Pairing.mentor_id).where(Pairing.mentee_id == city_id, Pairing.state.in_(RUNNING))
    return frozenset(db.session.scalars(query))


def mentees_of(city_ids: frozenset[int]) -> frozenset[int]:
    """The cities that one of these mentors now."""
    query = select(Pairing.mentee_id).where(Pairing.mentor_id.in_(city_ids), Pairing.state.in_(RUNNING))
    return frozenset(db.session.scalars(query))


def last_mentoring(mentor: City, mentee: City) -> int | None:
    """The last pairing of two cities that both had signed and that is over, whatever its programme or theme: a new one goes on from it."""
    signed = select(WorkflowEvent.id).where(
        WorkflowEvent.workflow == PAIRING.key, WorkflowEvent.subject_id == Pairing.id, WorkflowEvent.transition == "sign"
    )
    query = select(Pairing.id).where(Pairing.mentor_id == mentor.id, Pairing.mentee_id == mentee.id)
    query = query.where(Pairing.state.in_(FINISHED | {PairingState.ENDED}), signed.exists())
    return db.session.scalar(query.order_by(Pairing.id.desc()).limit(1))


def waiting_for(city_ids: Sequence[int]) -> list[tuple[Pairing, City]]:
    """(pairing, city) of what waits for one of these cities: a proposal to answer, an agreement to sign (anew), a sign of life."""
    query = select(Pairing).where(Pairing.mentor_id.in_(city_ids) | Pairing.mentee_id.in_(city_ids))
    query = query.where(Pairing.state.in_(STANDING))
    cities = {city.id: city for city in db.session.scalars(select(City).where(City.id.in_(city_ids)))}
    found = []
    for pairing in db.session.scalars(query.order_by(Pairing.answer_by, Pairing.id)):
        for city_id in pairing.city_ids & cities.keys():
            side = pairing.side_of(city_id)
            to_sign = pairing.waits_to_be_signed_anew and side not in pairing.signed_sides
            waits = {
                PairingState.PROPOSED: getattr(pairing, f"{side}_accepted_at") is None,
                PairingState.ACCEPTED: side not in pairing.signed_sides or pairing.asked_on is not None,
                PairingState.ACTIVE: to_sign or pairing.asked_on is not None,
                PairingState.PAUSED: to_sign,
            }
            if waits[PairingState(pairing.state)]:
                found.append((pairing, cities[city_id]))
    return found
