"""A plan on its way: sent, agreed to, endorsed, published, reported on; each step by whoever takes it."""

from __future__ import annotations

import io
from collections.abc import Iterable
from datetime import date

from plan_world import days, make_plan
from reporting_world import World, make_world, person
from sqlalchemy import select

from icportal.cities.models import City
from icportal.core.actors import Role
from icportal.core.clock import today
from icportal.core.db import db
from icportal.core.outbox import Mail
from icportal.plans import progress, versions
from icportal.plans.loaded import plan_row
from icportal.plans.models import Action, ActionIndicator, ActionPlan, PlanVersion, ProgressNote, ProgressRound
from icportal.plans.rules import register_mentors
from icportal.plans.services import progress as telling
from icportal.plans.services import reviewing
from icportal.plans.services.progress import NoteDraft
from icportal.plans.services.reviewing import Decision, Upload

#: The actions that are open and no drafts.
COMPLETE = ("Train the staff", "Hire interpreters", "=1+1")
#: The smallest PDF that is one.
PAPER = b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\nxref\ntrailer\n<<>>\nstartxref\n9\n%%EOF\n"


def make() -> World:
    """Oulu has a plan of six actions, all but the two drafts complete or done; Vienna mentors it."""
    world = make_world()
    make_plan(world)
    complete(COMPLETE)
    for role, slug in (
        (Role.CITY_OFFICER, "oulu"), (Role.MAYOR_OFFICE, "oulu"), (Role.CITY_OFFICER, "vienna"), (Role.COORDINATOR, ""),
    ):  # fmt: skip
        person(role, slug)
    db.session.commit()
    return world


def complete(titles: Iterable[str]) -> None:
    """Say of these actions all that makes them ones a city can be held to."""
    for title in titles:
        row = action(title)
        row.outcome, row.body = row.outcome or "Seen by everybody", row.body or "Step by step"
        row.owner_body = row.owner_body or "Personnel office"
        row.owner_person, row.commitments = row.owner_person or "Aino K.", row.commitments or [1]
        row.starts_on, row.due_on = row.starts_on or days(-1), row.due_on or days(30)
        measured = next(iter(row.indicators), None) or ActionIndicator(action_id=row.id, label=f"{title}: reached")
        measured.baseline, measured.baseline_on, measured.target, measured.deadline = 0, days(-60), 40, days(60)
        db.session.add(measured)
    db.session.flush()
    db.session.expire_all()


def mentored(world: World) -> None:
    """From here on Vienna mentors Oulu, until the test is over and the application registers anew."""
    oulu, vienna = world.cities["oulu"], world.cities["vienna"]
    register_mentors(
        lambda city_id: frozenset({vienna}) if city_id == oulu else frozenset(),
        lambda cities: frozenset({oulu}) if vienna in cities else frozenset(),
    )


def oulu(world: World) -> City:
    return world.city("oulu")


def plan_of(world: World) -> ActionPlan:
    plan = plan_row(oulu(world))
    assert plan is not None
    return plan


def action(title: str) -> Action:
    return db.session.scalars(select(Action).where(Action.title == title)).one()


def submit(world: World) -> PlanVersion:
    return reviewing.submit_plan(oulu(world), actor=world.officer("oulu"), seen=plan_of(world).version)


def agree(world: World) -> PlanVersion:
    version = versions.version_in_hand(plan_of(world))
    assert version is not None
    reviewing.decide_review(oulu(world), "agree", actor=world.coordinator, seen_sha256=version.sha256)
    return version


def decide(world: World, *, with_paper: bool = False, on: date | None = None, body: str = "City council") -> None:
    version = versions.version_in_hand(plan_of(world))
    assert version is not None
    upload = Upload(io.BytesIO(PAPER), "decision.pdf") if with_paper else None
    decision = Decision(body, on or today(), "2026/17")
    reviewing.endorse_plan(oulu(world), decision, actor=world.mayor("oulu"), seen_sha256=version.sha256, upload=upload)


def move(world: World, step: str, reason: str = "") -> None:
    reviewing.move_plan(oulu(world), step, actor=world.officer("oulu"), seen=plan_of(world).version, reason=reason)


def go_back(world: World) -> PlanVersion:
    return reviewing.go_back(oulu(world), actor=world.officer("oulu"), seen=plan_of(world).version)


def ask_for_changes(world: World, reason: str = "Costs?") -> None:
    version = versions.version_in_hand(plan_of(world))
    assert version is not None
    reviewing.decide_review(oulu(world), "request_changes", actor=world.coordinator, seen_sha256=version.sha256, reason=reason)


def publish(world: World, *, with_paper: bool = False) -> PlanVersion:
    """All the way to the public."""
    submit(world)
    version = agree(world)
    decide(world, with_paper=with_paper)
    move(world, "publish")
    db.session.commit()
    return version


def begin(world: World) -> ProgressRound:
    return telling.begin_round(oulu(world), due_on=today() + telling.TIME_TO_ANSWER, actor=world.officer("oulu"))


def note_of(round_: ProgressRound, title: str) -> ProgressNote | None:
    query = select(ProgressNote).join(Action, Action.id == ProgressNote.action_id)
    return db.session.scalar(query.where(ProgressNote.round_id == round_.id, Action.title == title))


def write(world: World, round_: ProgressRound, title: str, text: str, *, internal: str = "") -> ProgressNote:
    note = note_of(round_, title)
    draft = NoteDraft(text, internal, "en")
    seen = note.version if note else 0
    telling.write_note(round_, oulu(world), action(title).id, draft, actor=world.officer("oulu"), seen=seen)
    note = note_of(round_, title)
    assert note is not None
    return note


def approve_all(world: World, round_: ProgressRound) -> int:
    found = progress.opened(oulu(world), round_)
    chosen = {line.note.id: line.note.version for line in found.lines if line.note and line.waits}
    if progress.waits(round_):
        chosen[0] = round_.version
    return telling.approve(round_, oulu(world), chosen, actor=world.mayor("oulu"))


def close(world: World, round_: ProgressRound) -> None:
    telling.move_round(round_, oulu(world), "close", actor=world.officer("oulu"), seen=round_.version)


def subjects() -> list[tuple[str, str]]:
    """(address, subject) of every mail written so far."""
    return [(row.address, row.subject) for row in db.session.scalars(select(Mail).order_by(Mail.id))]
