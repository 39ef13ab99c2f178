"""A small mentoring programme for tests: two schemes, cities with their people, applications and pairings.

Works on the empty portal (``app``, fast) and on the filled one. Written straight into the tables and kept (committed) as made.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from reporting_world import make_city, person

from icportal.cities.models import City
from icportal.content.models import ContentItem, LanguageVersion
from icportal.core.actors import SYSTEM, Actor, Role
from icportal.core.clock import now, today
from icportal.core.db import db
from icportal.mentoring.enums import CALENDAR, KIND, ApplicationState, PairingState, Phase
from icportal.mentoring.flow import APPLICATION, PAIRING, PROGRAMME
from icportal.mentoring.models import Application, LanguageSkill, Need, Offer, Pairing, Programme, ProgrammePhase, Scheme, Wish
from icportal.workflow import engine

THEMES = ("public-perception", "consultative-bodies")
#: The steps that lead to a phase.
WAY = {
    Phase.APPLY: "open_call",
    Phase.MATCH: "close_call",
    Phase.AGREE: "send_proposals",
    Phase.PREPARE: "begin_preparing",
    Phase.VISITS: "begin_visits",
    Phase.PLAN: "begin_planning",
    Phase.EVALUATE: "begin_evaluation",
    Phase.CLOSED: "close",
}
#: The steps that lead to a state of a pairing.
STEPS = {
    PairingState.PROPOSED: (),
    PairingState.ACCEPTED: ("accept",),
    PairingState.ACTIVE: ("accept", "sign"),
    PairingState.PAUSED: ("accept", "sign", "pause"),
    PairingState.COMPLETED: ("accept", "sign", "complete"),
    PairingState.ENDED: ("accept", "sign", "end"),
}


@dataclass
class Mentoring:
    """Ids and shortcuts; rows are read anew, so that a test may roll back or commit as it likes."""

    programme_id: int
    schemes: dict[str, int] = field(default_factory=dict)

    @property
    def programme(self) -> Programme:
        return db.session.get_one(Programme, self.programme_id)

    def scheme(self, toolkit: str = THEMES[0]) -> Scheme:
        return db.session.get_one(Scheme, self.schemes[toolkit])

    def city(self, slug: str) -> City:
        return make_city(slug)

    def officer(self, slug: str) -> Actor:
        return person(Role.CITY_OFFICER, slug)

    def mayor(self, slug: str) -> Actor:
        return person(Role.MAYOR_OFFICE, slug)

    @property
    def coordinator(self) -> Actor:
        return person(Role.COORDINATOR)


def make_programme(
    *, phase: str = Phase.APPLY, slug: str = "first", themes: tuple[str, ...] = THEMES, **fields: Any
) -> Mentoring:
    """A programme in a phase; its calendar gives thirty days to each, beginning today."""
    item = ContentItem(kind=KIND, slug=slug, source_language="en")
    db.session.add(item)
    db.session.flush()
    db.session.add(LanguageVersion(item_id=item.id, language="en", is_source=True, title=slug.title()))
    programme = Programme(slug=slug, item_id=item.id, **fields)
    db.session.add(programme)
    db.session.flush()
    for place, name in enumerate(CALENDAR):
        first = today() + timedelta(days=30 * place)
        db.session.add(ProgrammePhase(programme_id=programme.id, phase=name, starts_on=first, ends_on=first + timedelta(days=29)))
    made = Mentoring(programme.id)
    for place, toolkit in enumerate(themes):
        scheme = Scheme(programme_id=programme.id, toolkit=toolkit, position=place)
        db.session.add(scheme)
        db.session.flush()
        made.schemes[toolkit] = scheme.id
    coordinator = person(Role.COORDINATOR)
    for name, step in WAY.items():
        if phase == Phase.DRAFT:
            break
        engine.fire(PROGRAMME, programme, step, actor=coordinator)
        if name == phase:
            break
    db.session.commit()
    return made


def apply(
    world: Mentoring,
    slug: str,
    *,
    needs: tuple[str, ...] = (),
    offers: tuple[str, ...] = (),
    languages: tuple[tuple[str, str], ...] = (("en", "c1"),),
    wishes: tuple[tuple[str, str, str], ...] = (),
    sent: bool = True,
    **fields: Any,
) -> Application:
    """A city's application. ``needs`` and ``offers`` name themes; ``wishes`` are (theme, side, city) in order."""
    city = make_city(slug)
    first = today() + timedelta(days=60)
    given: dict[str, Any] = {
        "windows": [[first.isoformat(), (first + timedelta(days=90)).isoformat()]], "population": 300_000, **fields,
    }  # fmt: skip
    application = Application(
        programme_id=world.programme_id, city_id=city.id, contact_name="Somebody", contact_email="somebody@city.example", **given
    )
    db.session.add(application)
    db.session.flush()
    for code, level in languages:
        db.session.add(LanguageSkill(application_id=application.id, person="Project officer", language=code, level=level))
    for place, theme in enumerate(needs, 1):
        db.session.add(
            Need(application_id=application.id, scheme_id=world.schemes[theme], text="What we lack", gap=60, priority=place)
        )
    for theme in offers:
        db.session.add(
            Offer(application_id=application.id, scheme_id=world.schemes[theme], text="What we have done", strength=70)
        )
    ranks: dict[tuple[str, str], int] = {}
    for theme, side, other in wishes:
        rank = ranks[theme, side] = ranks.get((theme, side), 0) + 1
        db.session.add(
            Wish(
                application_id=application.id, scheme_id=world.schemes[theme], side=side, city_id=make_city(other).id, rank=rank
            )
        )  # fmt: skip
    db.session.flush()
    if sent:
        engine.fire(APPLICATION, application, "submit", actor=world.officer(slug), city_id=city.id)
        application.submitted_at = now()
        assert application.state == ApplicationState.SUBMITTED
    db.session.commit()
    return application


def pair(
    world: Mentoring, mentor: str, mentee: str, *, state: str = PairingState.ACTIVE, toolkit: str = THEMES[0], **fields: Any
) -> Pairing:
    """A pairing of two cities, brought along its way without what services do beside it."""
    given: dict[str, Any] = {
        "answer_by": today() + timedelta(days=14), "last_activity_on": today(), "starts_on": today(),
        "ends_on": date(today().year + 1, 12, 31), **fields,
    }  # fmt: skip
    if STEPS[PairingState(state)]:
        given = {"mentor_accepted_at": now(), "mentee_accepted_at": now(), **given}
    pairing = Pairing(
        programme_id=world.programme_id,
        scheme_id=world.schemes[toolkit],
        mentor_id=make_city(mentor).id,
        mentee_id=make_city(mentee).id,
        **given,
    )
    db.session.add(pairing)
    db.session.flush()
    for step in STEPS[PairingState(state)]:
        reason = "Because." if PAIRING.find(step).needs_reason else ""
        engine.fire(PAIRING, pairing, step, actor=world.coordinator, reason=reason)
    db.session.commit()
    return pairing


__all__ = ["STEPS", "SYSTEM", "THEMES", "Mentoring", "apply", "make_programme", "pair"]
