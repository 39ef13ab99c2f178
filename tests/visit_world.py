"""Visits for tests: Vienna mentors Oulu, and what is planned, held and written down between them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time, timedelta
from typing import Any

from mentoring_world import Mentoring, make_programme, pair

from icportal.core.clock import today
from icportal.core.db import db
from icportal.mentoring.enums import PairingState, Phase
from icportal.mentoring.models import Pairing, Visit
from icportal.mentoring.services import minutes as writing
from icportal.mentoring.services import visits as planning
from icportal.mentoring.services.minutes import DecisionDraft, MinutesDraft
from icportal.mentoring.visit_drafts import Item, Person, VisitDraft
from icportal.mentoring.visit_words import VisitKind

SOON = today() + timedelta(days=10)
PAST = today() - timedelta(days=5)


def make_pair(state: str = PairingState.ACTIVE) -> tuple[Mentoring, Pairing]:
    """A programme in its visits, in which Vienna mentors Oulu."""
    world = make_programme(phase=Phase.VISITS)
    return world, pair(world, "vienna", "oulu", state=state)


def study(pairing: Pairing, first: date = SOON, last: date | None = None, **said: Any) -> VisitDraft:
    """A study visit to the mentor that fits."""
    draft = VisitDraft(
        VisitKind.STUDY, pairing.mentor_id, "How Vienna welcomes", first, last or first + timedelta(days=1), place="Town hall, room 3",
        languages=("en",), agenda=(Item("Welcome", first, time(9, 30), "Ada Host"),),
        people=(Person("Ada Host", "Head of unit", "City of Vienna", pairing.mentor_id), Person("Bo Guest", "Interpreter")),
    )  # fmt: skip
    return replace(draft, **said)


def online(pairing: Pairing, day: date = SOON, hours: tuple[time, time] = (time(10), time(11)), **said: Any) -> VisitDraft:
    """An online meeting that fits, on the clock of Vienna."""
    draft = VisitDraft(
        VisitKind.ONLINE, pairing.mentor_id, "A call", day, None, *hours, zone="Europe/Vienna", link="https://meet.example/room",
        languages=("en",),
    )  # fmt: skip
    return replace(draft, **said)


def plan(world: Mentoring, pairing: Pairing, draft: VisitDraft | None = None) -> Visit:
    """A visit that Oulu's officer has planned."""
    visit = planning.plan_visit(pairing, draft or study(pairing), actor=world.officer("oulu"))
    db.session.commit()
    return visit


def decided(pairing: Pairing, *texts: str) -> MinutesDraft:
    """Minutes with these decisions for the mentee."""
    decisions = (
        DecisionDraft(text, pairing.mentee_id, "Department of housing", "Liisa", today() + timedelta(days=60)) for text in texts
    )
    return MinutesDraft("We saw the welcome desk.", "en", tuple(decisions))


def confirm(world: Mentoring, visit: Visit) -> Visit:
    """The visit whose minutes Vienna's officer has confirmed, too."""
    assert visit.minutes is not None
    writing.confirm_minutes(visit, world.city("vienna"), seen_sha256=visit.minutes.sha256, actor=world.officer("vienna"))
    db.session.commit()
    return visit


def minute(world: Mentoring, visit: Visit, *texts: str) -> Visit:
    """The visit with minutes Oulu's officer has written."""
    draft = decided(visit.pairing, *texts)
    writing.write_minutes(visit, draft, city=world.city("oulu"), actor=world.officer("oulu"), seen=0)
    db.session.commit()
    return visit
