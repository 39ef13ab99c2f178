"""A plan is frozen, read, agreed to, endorsed and published: who may, what binds to what, and what the public reads."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import plan_review_world as way
import pytest
from flask import Flask
from reporting_world import World, person
from sqlalchemy import func, select

from icportal.accounts.models import RoleGrant, User
from icportal.cities import queries as cities
from icportal.cities import timeline
from icportal.cli.verify import findings
from icportal.core import audit
from icportal.core.actors import Role
from icportal.core.canonical import sha256
from icportal.core.clock import today
from icportal.core.db import db
from icportal.core.errors import DomainError, FieldErrors, InvalidTransition, NotAllowed, NotFound, Stale
from icportal.core.files import StoredFile
from icportal.core.outbox import Mail
from icportal.core.permissions import can
from icportal.plans import comparison, freezing, reading, remarks, rules, versions
from icportal.plans.enums import Permission, PlanState, RemarkKind
from icportal.plans.flow import PLAN, WITHDRAWALS
from icportal.plans.loaded import load_plan
from icportal.plans.models import Action, ActionPlan, Endorsement, Origin, PlanVersion
from icportal.plans.queries import OfCity, plans_for, sources_of
from icportal.plans.review_worklists import provide
from icportal.plans.services import about, actions, correcting, objectives, remarking, reviewing
from icportal.plans.services.objectives import ObjectiveDraft
from icportal.plans.services.reviewing import Decision, Upload
from icportal.web.page_cache import PublicStamp
from icportal.workflow import engine

COMPLETE = ["=1+1", "Hire interpreters", "Mentors in firms", "Train the staff"]


@pytest.fixture
def world(app: Flask, context: None) -> Iterator[World]:
    kept = list(rules._mentors), list(rules._mentees)
    world = way.make()
    way.mentored(world)
    yield world
    rules._mentors[:], rules._mentees[:] = kept


def titles(version: PlanVersion) -> list[str]:
    return sorted(each["title"] for each in version.content["actions"])


# --- sending -----------------------------------------------------------------------------------------------


@pytest.mark.databases
def test_a_version_freezes_what_is_public_and_leaves_drafts_and_notes_out(world: World) -> None:
    way.plan_of(world).internal_note = "Nobody outside"
    version = way.submit(world)

    assert (version.number, version.sha256, titles(version)) == (1, sha256(version.content), COMPLETE)
    told = str(version.content)
    for kept in ("The trainer may leave", "Nobody outside", "Aino K.", "No post", "An idea"):
        assert kept not in told
    assert way.plan_of(world).state == PlanState.REVIEW
    assert {a.title for a in db.session.scalars(select(Action).where(Action.is_included))} == set(COMPLETE)


def test_a_public_name_is_part_of_it(world: World) -> None:
    way.action("Train the staff").person_public = True
    assert "Aino K." in str(way.submit(world).content)


def test_what_is_said_later_does_not_change_a_version(world: World) -> None:
    version = way.submit(world)
    before = dict(version.content)
    actions.move_action(way.action("=1+1"), "start", actor=world.officer("oulu"), seen=None)
    db.session.expire_all()
    assert db.session.get_one(PlanVersion, version.id).content == before


def test_what_stands_in_the_way_is_said(world: World) -> None:
    vienna = world.city("vienna")
    assert [str(each) for each in freezing.obstacles(load_plan(vienna), None)] == ["The plan is empty. Add an action first."]
    with pytest.raises(InvalidTransition, match="The plan is empty"):
        reviewing.submit_plan(vienna, actor=world.officer("vienna"), seen=None)
    for each in db.session.scalars(select(Action)):
        db.session.execute(Action.__table__.update().where(Action.id == each.id).values(state="draft"))
    db.session.expire_all()
    with pytest.raises(InvalidTransition, match="still a draft"):
        way.submit(world)
    assert db.session.scalar(select(func.count()).select_from(PlanVersion)) == 0


@pytest.mark.databases
@pytest.mark.parametrize("state", ["in_progress", "blocked", "done", "dropped"])
def test_what_was_begun_and_emptied_is_in_no_version(world: World, state: str) -> None:
    officer, action = world.officer("oulu"), way.action("=1+1")
    actions.move_action(action, "start", actor=officer, seen=None)
    emptied = replace(
        actions.said_by(action), outcome="", body="", owner_body="", owner_person="", commitments=(), key_factors=(), starts_on=None,
        due_on=None, indicators=(),
    )  # fmt: skip
    assert actions.edit_action(action, emptied, actor=officer, seen=action.version)
    steps = {"blocked": "block", "done": "finish", "dropped": "drop"}
    if state in steps:
        actions.move_action(way.action("=1+1"), steps[state], actor=officer, seen=None, reason="So it is")
    assert way.action("=1+1").state == state
    if state in {"done", "dropped"}:
        assert not freezing.obstacles(load_plan(way.oulu(world)), None)
        return
    with pytest.raises(InvalidTransition) as refused:
        way.submit(world)
    assert str(refused.value) == (
        "“=1+1” is no draft, but something is missing: Specific, Measurable, Assigned, Relevant and Timed. Complete it, or drop it."
    )
    way.complete(["=1+1"])
    assert "=1+1" in titles(way.submit(world))


def test_where_an_action_comes_from_makes_it_relevant(world: World) -> None:
    action = way.action("=1+1")
    action.commitments = []
    db.session.flush()
    assert [action.title for action, _lacking in freezing.unfinished(load_plan(way.oulu(world)))] == ["=1+1"]
    db.session.add(Origin(action_id=action.id, kind="remark", source_id=7))
    db.session.flush()
    assert not freezing.unfinished(load_plan(way.oulu(world)))


def test_what_was_agreed_to_is_not_sent_again_unchanged(world: World) -> None:
    way.submit(world)
    way.agree(world)
    way.move(world, "revise", "More to say")
    with pytest.raises(InvalidTransition, match="Nothing has changed"):
        way.submit(world)


def test_what_was_taken_back_can_be_sent_again_as_it_is(world: World) -> None:
    first = way.submit(world)
    way.move(world, "take_back")
    assert (way.plan_of(world).state, way.plan_of(world).submitted_version_id) == (PlanState.DRAFT, None)
    second = way.submit(world)
    assert (second.number, second.sha256) == (2, first.sha256)


def test_only_an_officer_sends_and_a_second_tab_is_told(world: World) -> None:
    seen = way.plan_of(world).version
    for who in (world.mayor("oulu"), world.coordinator, world.officer("vienna")):
        with pytest.raises(NotAllowed):
            reviewing.submit_plan(way.oulu(world), actor=who, seen=seen)
    with pytest.raises(NotFound):
        reviewing.submit_plan(way.oulu(world), actor=person(Role.CITY_OFFICER, "ghent"), seen=seen)
    about.edit_plan(way.oulu(world), about.About(title="Otherwise"), actor=world.officer("oulu"), seen=None)
    with pytest.raises(Stale):
        reviewing.submit_plan(way.oulu(world), actor=world.officer("oulu"), seen=seen)


@pytest.mark.databases
def test_what_was_written_since_one_looked_is_not_sent_unread(world: World) -> None:
    officer, idea = world.officer("oulu"), way.action("An idea")

    def write(action: Action, **said: object) -> None:
        actions.edit_action(action, replace(actions.said_by(action), **said), actor=officer, seen=action.version)  # type: ignore[arg-type]

    write(idea, title="A better idea")
    seen, stamp = way.plan_of(world).version, db.session.scalar(select(PublicStamp.value))
    db.session.commit()
    write(idea, title="The best idea")
    with pytest.raises(Stale):
        reviewing.submit_plan(way.oulu(world), actor=officer, seen=seen)
    db.session.commit()
    assert db.session.scalar(select(PublicStamp.value)) == stamp
    seen = way.plan_of(world).version
    actions.move_action(way.action("=1+1"), "start", actor=officer, seen=None)
    reviewing.submit_plan(way.oulu(world), actor=officer, seen=seen)


@pytest.mark.databases
def test_what_is_written_beside_a_version_overtakes_nobody_who_has_to_do_with_it(world: World) -> None:
    way.publish(world)
    officer, idea, seen = world.officer("oulu"), way.action("An idea"), way.plan_of(world).version
    actions.edit_action(idea, replace(actions.said_by(idea), title="A better idea"), actor=officer, seen=idea.version)
    assert officer.id in way.plan_of(world).written_by
    reviewing.move_plan(way.oulu(world), "revise", actor=officer, seen=seen, reason="More to say")
    seen = way.plan_of(world).version
    actions.edit_action(idea, replace(actions.said_by(idea), title="The best idea"), actor=officer, seen=idea.version)
    reviewing.move_plan(way.oulu(world), "withdraw_earlier", actor=officer, seen=seen, reason="A mistake in the costs")
    assert way.plan_of(world).published_version_id is None


# --- what stands still while it is read ------------------------------------------------------------------------


def test_the_text_that_is_read_stands_still_and_drafts_do_not(world: World) -> None:
    way.submit(world)
    officer, train = world.officer("oulu"), way.action("Train the staff")
    with pytest.raises(InvalidTransition, match="Take it back first"):
        actions.edit_action(train, replace(actions.said_by(train), title="Otherwise"), actor=officer, seen=train.version)
    with pytest.raises(InvalidTransition, match="Take it back first"):
        objectives.save_objectives(way.oulu(world), [ObjectiveDraft("Other")], language="en", actor=officer, seen=None)
    with pytest.raises(InvalidTransition, match="Take it back first"):
        about.edit_plan(way.oulu(world), about.About(title="Other"), actor=officer, seen=None)
    # The months and the internal note are no part of any version.
    there = about.said_by(way.plan_of(world))
    assert about.edit_plan(way.oulu(world), replace(there, months_between=6), actor=officer, seen=there.seal)
    idea = way.action("An idea")
    assert actions.edit_action(idea, replace(actions.said_by(idea), title="A better idea"), actor=officer, seen=idea.version)


def test_an_action_that_is_read_is_not_merged_away(world: World) -> None:
    way.submit(world)
    idea, train = way.action("An idea"), way.action("Train the staff")
    with pytest.raises(InvalidTransition, match="Take it back first"):
        actions.merge_actions(idea, train, actor=world.officer("oulu"), seen=train.version)


# --- agreeing --------------------------------------------------------------------------------------------------


@pytest.mark.databases
def test_a_coordinator_agrees_to_the_version_that_was_read(world: World) -> None:
    version = way.submit(world)
    coordinator = world.coordinator
    with pytest.raises(Stale):
        reviewing.decide_review(way.oulu(world), "agree", actor=coordinator, seen_sha256="0" * 64)
    way.agree(world)
    assert (way.plan_of(world).state, version.agreed_by) == (PlanState.REVIEWED, coordinator.id)


def test_neither_step_is_taken_on_another_version_than_was_read(world: World) -> None:
    old = way.submit(world).sha256
    way.move(world, "take_back")
    about.edit_plan(way.oulu(world), about.About(title="Otherwise"), actor=world.officer("oulu"), seen=None)
    for step in ("agree", "request_changes"):
        with pytest.raises(Stale):
            reviewing.decide_review(way.oulu(world), step, actor=world.coordinator, seen_sha256=old, reason="More")
    way.submit(world)
    with pytest.raises(Stale):
        reviewing.decide_review(way.oulu(world), "request_changes", actor=world.coordinator, seen_sha256=old, reason="More")


def test_nobody_agrees_to_what_they_wrote_any_part_of(world: World) -> None:
    officer = world.officer("oulu")
    db.session.add(RoleGrant(user_id=officer.id, role=Role.COORDINATOR))
    db.session.commit()
    both = person(Role.CITY_OFFICER, "oulu")
    assert both.has(Role.COORDINATOR)
    idea = way.action("An idea")
    actions.edit_action(idea, replace(actions.said_by(idea), title="Mine"), actor=both, seen=idea.version)
    version = way.submit(world)
    assert both.id in version.written_by
    with pytest.raises(NotAllowed) as refused:
        reviewing.decide_review(way.oulu(world), "agree", actor=both, seen_sha256=version.sha256)
    assert "second person" in str(refused.value.reasons[0])
    # What was not agreed to stays theirs, whoever writes next.
    reviewing.decide_review(
        way.oulu(world), "request_changes", actor=world.coordinator, seen_sha256=version.sha256, reason="More"
    )
    assert both.id in way.plan_of(world).written_by
    version = way.submit(world)
    with pytest.raises(NotAllowed):
        reviewing.decide_review(way.oulu(world), "agree", actor=both, seen_sha256=version.sha256)
    way.agree(world)
    assert way.plan_of(world).contributor_ids == frozenset()


def test_changes_are_asked_for_with_a_reason(world: World) -> None:
    version = way.submit(world)
    with pytest.raises(InvalidTransition) as refused:
        reviewing.decide_review(way.oulu(world), "request_changes", actor=world.coordinator, seen_sha256=version.sha256)
    assert refused.value.field == "reason"
    for who in (world.officer("oulu"), world.mayor("oulu"), world.officer("vienna")):
        with pytest.raises(NotAllowed):
            reviewing.decide_review(way.oulu(world), "request_changes", actor=who, seen_sha256=version.sha256, reason="No")
    reviewing.decide_review(
        way.oulu(world), "request_changes", actor=world.coordinator, seen_sha256=version.sha256, reason="Costs?"
    )
    assert way.plan_of(world).state == PlanState.CHANGES_REQUESTED
    with pytest.raises(NotFound):
        reviewing.decide_review(way.oulu(world), "publish", actor=world.coordinator, seen_sha256=version.sha256)


# --- endorsing -------------------------------------------------------------------------------------------------


@pytest.mark.databases
def test_the_decision_is_kept_with_its_paper(world: World) -> None:
    way.submit(world)
    version = way.agree(world)
    way.decide(world, with_paper=True)
    endorsement = versions.endorsement_of(version)
    assert endorsement is not None
    assert endorsement.file is not None
    assert (endorsement.body, endorsement.reference, endorsement.file.name) == ("City council", "2026/17", "decision.pdf")
    assert way.plan_of(world).state == PlanState.ENDORSED


@pytest.mark.parametrize(
    ("decision", "field"),
    [
        (Decision("", today()), "body"),
        (Decision("x" * 201, today()), "body"),
        (Decision("Council", None), "decided_on"),
        (Decision("Council", today() + timedelta(days=1)), "decided_on"),
        (Decision("Council", today() - timedelta(days=1)), "decided_on"),
        (Decision("Council", today(), "x" * 201), "reference"),
    ],
)
def test_a_decision_that_cannot_be_is_refused(world: World, decision: Decision, field: str) -> None:
    way.submit(world)
    version = way.agree(world)
    with pytest.raises(FieldErrors) as refused:
        reviewing.endorse_plan(way.oulu(world), decision, actor=world.mayor("oulu"), seen_sha256=version.sha256)
    assert [name for name, _message in refused.value.problems] == [field]


def test_a_paper_that_is_none_changes_nothing(world: World) -> None:
    way.submit(world)
    version = way.agree(world)
    for content in (b"", b"MZ not a paper"):
        with pytest.raises(DomainError) as refused:
            reviewing.endorse_plan(
                way.oulu(world), Decision("Council", today()), actor=world.mayor("oulu"), seen_sha256=version.sha256,
                upload=Upload(io.BytesIO(content), "decision.pdf"),
            )  # fmt: skip
        assert refused.value.field == "upload"
    assert way.plan_of(world).state == PlanState.REVIEWED
    for model in (Endorsement, StoredFile):
        assert db.session.scalar(select(func.count()).select_from(model)) == 0


def test_only_the_city_endorses_and_only_what_was_agreed_to(world: World) -> None:
    version = way.submit(world)
    decision = Decision("Council", today())
    with pytest.raises(InvalidTransition):
        reviewing.endorse_plan(way.oulu(world), decision, actor=world.mayor("oulu"), seen_sha256=version.sha256)
    way.agree(world)
    for who in (world.coordinator, world.officer("vienna")):
        with pytest.raises(NotAllowed):
            reviewing.endorse_plan(way.oulu(world), decision, actor=who, seen_sha256=version.sha256)
    with pytest.raises(Stale):
        reviewing.endorse_plan(way.oulu(world), decision, actor=world.mayor("oulu"), seen_sha256="1" * 64)


def correct(
    world: World, number: int, decision: Decision, *, seen: str = "", reason: str = "The minutes came", **more: Any
) -> bool:
    there = versions.endorsement_of(versions.get_version(way.plan_of(world), number))
    who = more.pop("actor", None) or world.mayor("oulu")
    return correcting.correct_endorsement(
        way.oulu(world), number, decision, actor=who, seen=seen or correcting.seal_of(there), reason=reason, **more
    )


@pytest.mark.databases
def test_a_decision_is_completed_and_corrected_with_a_reason(world: World) -> None:
    version = way.publish(world)
    endorsement = versions.endorsement_of(version)
    assert endorsement is not None
    mails = len(way.subjects())
    right = Decision("City council of Oulu", endorsement.decided_on, "2026/18")
    upload = Upload(io.BytesIO(way.PAPER), "minutes.pdf")
    assert correct(world, 1, right, upload=upload)
    assert (endorsement.body, endorsement.reference) == ("City council of Oulu", "2026/18")
    assert endorsement.file is not None
    assert endorsement.file.name == "minutes.pdf"
    assert way.plan_of(world).state == PlanState.PUBLISHED, "the version and where it stands are the same"
    entry = db.session.scalars(select(audit.AuditEntry).where(audit.AuditEntry.action == "plans.endorsement:correct")).one()
    paper = {"key": endorsement.file.key, "name": "minutes.pdf", "sha256": endorsement.file.sha256}
    assert entry.before == {"body": "City council", "reference": "2026/17", "paper": None}
    assert entry.after == {
        "version": 1, "reason": "The minutes came", "body": "City council of Oulu", "reference": "2026/18", "paper": paper,
    }  # fmt: skip
    assert "Endorsed its action plan: City council of Oulu." in [m.sentence for m in timeline.of_city(way.oulu(world))]
    assert {address for address, _subject in way.subjects()[mails:]} == {world.officer("oulu").email, world.coordinator.email}
    # The same again is no correction; another paper is, and the one before it is named.
    assert not correct(world, 1, right, reason="")
    assert correct(world, 1, right, upload=Upload(io.BytesIO(way.PAPER), "signed.pdf"))
    last = db.session.scalars(select(audit.AuditEntry).order_by(audit.AuditEntry.id.desc())).first()
    assert last is not None
    assert last.before == {"paper": paper}


def test_of_two_who_correct_a_decision_the_second_sees_both(world: World) -> None:
    endorsement = versions.endorsement_of(way.publish(world))
    assert endorsement is not None
    seen, on = correcting.seal_of(endorsement), endorsement.decided_on
    correct(world, 1, Decision("The mayor", on, "2026/17"))
    with pytest.raises(Stale) as stale:
        correct(world, 1, Decision("The board", on, "2026/17"), seen=seen)
    assert [(mine, theirs) for _label, mine, theirs in stale.value.differences] == [("The board", "The mayor")]


def test_a_correction_is_checked_like_the_decision_itself(world: World) -> None:
    way.submit(world)
    way.agree(world)
    with pytest.raises(NotFound, match="Nothing was decided"):
        correcting.correct_endorsement(
            way.oulu(world), 1, Decision("Council", today()), actor=world.mayor("oulu"), seen="", reason="Wrong"
        )
    way.decide(world)
    for who in (world.coordinator, world.officer("vienna")):
        with pytest.raises(NotAllowed):
            correct(world, 1, Decision("Council", today()), actor=who)
    with pytest.raises(NotFound):
        correct(world, 1, Decision("Council", today()), actor=person(Role.CITY_OFFICER, "ghent"))
    with pytest.raises(FieldErrors) as refused:
        correct(world, 1, Decision("", today() - timedelta(days=1)), reason=" ")
    assert [name for name, _message in refused.value.problems] == ["body", "decided_on", "reason"]
    with pytest.raises(DomainError) as wrong:
        correct(world, 1, Decision("Council", today()), upload=Upload(io.BytesIO(b"MZ not a paper"), "decision.pdf"))
    assert wrong.value.field == "upload"
    # What is not public does not come to stand on the timeline.
    assert correct(world, 1, Decision("Council", today()))
    assert cities.timeline_entries(world.cities["oulu"]) == []


# --- publishing ------------------------------------------------------------------------------------------------


@pytest.mark.databases
def test_the_public_goes_on_reading_what_was_published(world: World) -> None:
    first = way.publish(world)
    way.move(world, "revise", "Two years later")
    about.edit_plan(way.oulu(world), about.About(title="The second plan"), actor=world.officer("oulu"), seen=None)
    assert versions.published_plan("oulu").version.id == first.id
    way.submit(world)
    second = way.agree(world)
    assert versions.published_plan("oulu").version.id == first.id
    way.decide(world)
    way.move(world, "publish")
    assert versions.published_plan("oulu").version.id == second.id


def test_what_is_withdrawn_is_read_by_nobody_outside(world: World) -> None:
    way.publish(world)
    with pytest.raises(InvalidTransition):
        way.move(world, "withdraw")
    way.move(world, "withdraw", "A mistake in the costs")
    with pytest.raises(NotFound):
        versions.published_plan("oulu")
    assert cities.timeline_entries(world.cities["oulu"]) == []
    way.move(world, "publish")
    way.move(world, "revise", "Mend it")
    way.move(world, "withdraw_earlier", "Not before it is mended")
    with pytest.raises(NotFound):
        versions.published_plan("oulu")
    assert way.plan_of(world).state == PlanState.DRAFT


@pytest.mark.databases
@pytest.mark.parametrize("stage", ["draft", "review", "changes_requested", "reviewed", "endorsed"])
def test_what_is_public_is_withdrawn_wherever_its_successor_stands(world: World, stage: str) -> None:
    first = way.publish(world)
    way.move(world, "revise", "Two years later")
    about.edit_plan(way.oulu(world), about.About(title="The second plan"), actor=world.officer("oulu"), seen=None)
    steps = {
        "draft": (), "review": (way.submit,), "changes_requested": (way.submit, way.ask_for_changes),
        "reviewed": (way.submit, way.agree), "endorsed": (way.submit, way.agree, way.decide),
    }  # fmt: skip
    for act in steps[stage]:
        act(world)
    plan = way.plan_of(world)
    stands = plan.state, plan.state_since, plan.submitted_version_id
    assert plan.state == stage
    for who, is_open in (
        (world.officer("oulu"), True),
        (world.mayor("oulu"), True),
        (world.coordinator, True),
        (world.officer("vienna"), False),
    ):
        open_ = {move.name for move in engine.available(PLAN, plan, actor=who)} & WITHDRAWALS
        assert bool(open_) == is_open
    step = next(move.name for move in engine.available(PLAN, plan, actor=world.coordinator) if move.name in WITHDRAWALS)
    with pytest.raises(InvalidTransition) as refused:
        reviewing.move_plan(way.oulu(world), step, actor=world.coordinator, seen=plan.version)
    assert refused.value.field == "reason"
    reviewing.move_plan(way.oulu(world), step, actor=world.coordinator, seen=plan.version, reason="A name stands in it")
    plan = way.plan_of(world)
    assert (plan.state, plan.state_since, plan.submitted_version_id) == stands
    with pytest.raises(NotFound):
        versions.published_plan("oulu")
    assert cities.timeline_entries(world.cities["oulu"]) == []
    event = engine.history(PLAN, plan.id)[-1]
    assert (event.reason, event.revision_hash) == ("A name stands in it", first.sha256)
    assert not {move.name for move in engine.available(PLAN, plan, actor=world.coordinator)} & WITHDRAWALS
    assert not [found for found in findings() if not found.startswith("plan_action")], (
        "the actions of this world are made without steps"
    )


# --- going back ------------------------------------------------------------------------------------------------


@pytest.mark.databases
def test_a_new_version_that_was_begun_by_mistake_is_taken_back(world: World) -> None:
    way.submit(world)
    version = way.agree(world)
    way.move(world, "revise", "A wrong click")
    assert way.go_back(world).id == version.id
    assert (way.plan_of(world).state, way.plan_of(world).submitted_version_id) == (PlanState.REVIEWED, version.id)
    way.decide(world)
    way.move(world, "revise", "Another one")
    assert way.go_back(world).id == version.id
    assert way.plan_of(world).state == PlanState.ENDORSED
    way.move(world, "publish")
    way.move(world, "revise", "And another")
    way.go_back(world)
    assert way.plan_of(world).state == PlanState.PUBLISHED
    assert versions.published_plan("oulu").version.id == version.id
    assert {a.title for a in db.session.scalars(select(Action).where(Action.is_included))} == set(COMPLETE)
    assert not [found for found in findings() if not found.startswith("plan_action")], (
        "the actions of this world are made without steps"
    )


def test_what_was_withdrawn_can_be_put_back(world: World) -> None:
    version = way.publish(world)
    way.move(world, "revise", "Mend it")
    way.move(world, "withdraw_earlier", "Not before it is mended")
    way.go_back(world)
    assert way.plan_of(world).state == PlanState.ENDORSED
    way.move(world, "publish")
    assert versions.published_plan("oulu").version.id == version.id


def test_what_goes_on_while_the_text_stands_still_is_not_in_the_way_of_going_back(world: World) -> None:
    way.submit(world)
    way.agree(world)
    officer, train = world.officer("oulu"), way.action("Train the staff")
    actions.tick_milestone(train, train.milestones[1].id, today(), actor=officer)
    actions.move_action(way.action("=1+1"), "start", actor=officer, seen=None)
    idea = way.action("An idea")
    actions.edit_action(idea, replace(actions.said_by(idea), title="A better idea"), actor=officer, seen=idea.version)
    way.move(world, "revise", "A wrong click")
    way.go_back(world)
    assert way.plan_of(world).state == PlanState.REVIEWED


def test_nobody_goes_back_from_another_text_or_past_a_request_for_changes(world: World) -> None:
    with pytest.raises(InvalidTransition, match="no version to go back to"):
        way.go_back(world)
    way.submit(world)
    way.move(world, "take_back")
    with pytest.raises(InvalidTransition, match="no version to go back to"):
        way.go_back(world)
    way.submit(world)
    first = way.agree(world)
    way.move(world, "revise", "More to say")
    seen = way.plan_of(world).version
    for who in (world.mayor("oulu"), world.coordinator, world.officer("vienna")):
        with pytest.raises(NotAllowed):
            reviewing.go_back(way.oulu(world), actor=who, seen=seen)
    with pytest.raises(Stale):
        reviewing.go_back(way.oulu(world), actor=world.officer("oulu"), seen=seen - 1)
    there = about.said_by(way.plan_of(world))
    about.edit_plan(way.oulu(world), replace(there, title="Otherwise"), actor=world.officer("oulu"), seen=there.seal)
    with pytest.raises(InvalidTransition, match="something else by now"):
        way.go_back(world)
    # A successor that was not agreed to is given up: as soon as the text is the old one, it can stand again.
    way.submit(world)
    way.ask_for_changes(world)
    about.edit_plan(way.oulu(world), there, actor=world.officer("oulu"), seen=None)
    assert way.go_back(world).id == first.id
    # What a coordinator asks to change is not agreed to any more.
    way.ask_for_changes(world)
    with pytest.raises(InvalidTransition, match="no version to go back to"):
        way.go_back(world)


def test_the_timeline_tells_of_decision_and_publication(world: World) -> None:
    way.publish(world)
    told = [moment.sentence for moment in timeline.of_city(way.oulu(world))]
    assert sorted(told) == ["Endorsed its action plan: City council.", "Published its action plan."]


def test_mentors_and_strangers_take_no_step(world: World) -> None:
    way.submit(world)
    way.agree(world)
    way.decide(world)
    with pytest.raises(NotAllowed):
        reviewing.move_plan(way.oulu(world), "publish", actor=world.officer("vienna"), seen=None)
    with pytest.raises(NotFound):
        reviewing.move_plan(way.oulu(world), "publish", actor=person(Role.CITY_OFFICER, "ghent"), seen=None)
    with pytest.raises(NotFound):
        reviewing.move_plan(way.oulu(world), "submit", actor=world.officer("oulu"), seen=None)


def test_verify_finds_a_version_that_was_changed(world: World) -> None:
    version = way.publish(world)
    db.session.commit()
    ours = [line for line in findings() if "plan" in line and "plan_action" not in line]
    assert ours == []
    content = {**version.content, "title": "Forged"}
    db.session.execute(PlanVersion.__table__.update().where(PlanVersion.id == version.id).values(content=content))
    db.session.expire_all()
    assert "version 1 of plan 1 is not what was frozen" in findings()
    db.session.execute(
        PlanVersion.__table__.update().where(PlanVersion.id == version.id).values(content=content, sha256=sha256(content))
    )
    db.session.expire_all()
    assert "version 1 of plan 1 is not what was endorsed" in findings()
    db.session.execute(ActionPlan.__table__.update().values(state="draft"))
    assert any("its history says “published”" in line for line in findings())


# --- comparing -------------------------------------------------------------------------------------------------


def test_two_versions_are_compared_piece_by_piece(world: World) -> None:
    old = way.submit(world).content
    way.move(world, "take_back")
    officer, hire = world.officer("oulu"), way.action("Hire interpreters")
    actions.edit_action(
        hire, replace(actions.said_by(hire), title="Hire two interpreters", cost=900), actor=officer, seen=hire.version
    )
    actions.move_action(way.action("=1+1"), "drop", actor=officer, seen=None, reason="No money")
    about.edit_plan(way.oulu(world), about.About(title="Plan of Oulu", months_between=12), actor=officer, seen=None)
    new = way.submit(world).content
    found = comparison.compare(old, new)
    assert [(piece.kind, piece.title) for piece in found.actions] == [
        ("changed", "Hire two interpreters"), ("removed", "=1+1"),
    ]  # fmt: skip
    assert [str(change.label) for change in found.actions[0].changes] == ["Title", "Cost"]
    assert ("ins", "two ") in found.actions[0].changes[0].parts
    assert [str(change.label) for change in found.plan] == ["Title"]
    assert comparison.compare(new, new).is_empty
    assert sorted(piece.kind for piece in comparison.compare(new, old).actions) == ["added", "changed"]


def test_the_same_words_written_again_are_no_change(world: World) -> None:
    old = way.submit(world).content
    new = {
        **old,
        "actions": [{**each, "milestones": [{**m, "id": m["id"] + 90} for m in each["milestones"]]} for each in old["actions"]],
    }
    assert comparison.compare(old, new).is_empty


def test_a_version_is_read_as_it_was_frozen(world: World) -> None:
    version = way.submit(world)
    text = reading.read(version.content)
    assert [(each.title, [a.title for a in each.actions]) for each in text.objectives] == [
        ("Counter", ["Train the staff", "Hire interpreters"]), ("Work", ["=1+1", "Mentors in firms"]),
    ]  # fmt: skip
    train = text.actions[0]
    assert [each.title for each in train.milestones] == ["Trainer chosen", "Half of them"]
    assert (train.indicators[0].target, text.commitments) == (40, {1, 6, 9})


# --- remarks ---------------------------------------------------------------------------------------------------


def say(world: World, who: object, kind: str = RemarkKind.NOTE, text: str = "Who pays?", action_id: int | None = None) -> int:
    return remarking.add_remark(
        way.oulu(world),
        kind=kind,
        text=text,
        action_id=action_id,
        language="en",
        actor=who,  # type: ignore[arg-type]
    ).id


@pytest.mark.databases
def test_those_who_read_remark_and_the_city_answers_and_settles(world: World) -> None:
    version = way.submit(world)
    train = way.action("Train the staff").id
    first = say(world, world.officer("vienna"), RemarkKind.ADVICE, action_id=train)
    say(world, world.coordinator, RemarkKind.CHANGE, "Name a body")
    listed = remarks.remarks_of(way.plan_of(world))
    assert [(each.remark.kind, each.number, each.city.slug if each.city else None) for each in listed] == [
        ("advice", version.number, "vienna"), ("change", version.number, None),
    ]  # fmt: skip
    officer = world.officer("oulu")
    remarking.reply_to(way.oulu(world), first, "The state does.", actor=officer, seen="")
    with pytest.raises(Stale) as refused:
        remarking.reply_to(way.oulu(world), first, "We do.", actor=officer, seen="")
    assert refused.value.differences[0][1:] == ("We do.", "The state does.")
    assert remarking.settle(way.oulu(world), first, actor=officer) is True
    assert remarking.settle(way.oulu(world), first, actor=officer) is False
    with pytest.raises(InvalidTransition):
        remarking.reply_to(way.oulu(world), first, "Later", actor=officer, seen="The state does.")
    assert [each.remark.id for each in remarks.remarks_of(way.plan_of(world))][-1] == first


def test_only_coordinators_ask_for_changes_and_only_the_city_answers(world: World) -> None:
    way.submit(world)
    with pytest.raises(FieldErrors):
        say(world, world.officer("vienna"), RemarkKind.CHANGE)
    with pytest.raises(FieldErrors):
        say(world, world.officer("oulu"), RemarkKind.ADVICE)
    with pytest.raises(NotFound):
        say(world, person(Role.CITY_OFFICER, "ghent"))
    number = say(world, world.coordinator)
    for who in (world.officer("vienna"), world.mayor("oulu")):
        with pytest.raises(NotAllowed):
            remarking.reply_to(way.oulu(world), number, "Yes", actor=who, seen="")
    with pytest.raises(NotAllowed):
        remarking.settle(way.oulu(world), number, actor=world.officer("vienna"))
    with pytest.raises(NotFound):
        remarking.settle(world.city("vienna"), number, actor=world.officer("vienna"))
    assert remarking.settle(way.oulu(world), number, actor=world.coordinator)


def test_a_remark_becomes_an_action_that_says_where_it_comes_from(world: World, app: Flask) -> None:
    way.submit(world)
    number = say(world, world.coordinator, RemarkKind.CHANGE, "Ask firms for mentors\nas Tampere does")
    officer = world.officer("oulu")
    with pytest.raises(NotAllowed):
        remarking.make_action(way.oulu(world), number, actor=world.mayor("oulu"))
    made = remarking.make_action(way.oulu(world), number, actor=officer)
    assert remarking.make_action(way.oulu(world), number, actor=officer).id == made.id
    assert (made.title, made.body, made.state) == ("Ask firms for mentors", "Ask firms for mentors\nas Tampere does", "draft")
    with app.test_request_context("/en/"):
        app.preprocess_request()
        source = sources_of(made, "en")[0]
    # Whoever reads the plan reads its remarks, so also what one of them said.
    assert (source.label, source.url, source.said) == (
        "From a remark on the plan: Change needed",
        f"/en/work/plans/oulu/review#remark-{number}",
        "Ask firms for mentors\nas Tampere does",
    )


def test_a_remark_that_says_nothing_or_is_about_something_else_is_refused(world: World) -> None:
    way.submit(world)
    with pytest.raises(FieldErrors) as refused:
        remarking.add_remark(way.oulu(world), kind="praise", text=" ", action_id=999, language="xx", actor=world.coordinator)
    assert {name for name, _message in refused.value.problems} == {"text", "kind", "action_id", "language"}
    with pytest.raises(FieldErrors):
        say(world, world.coordinator, text="x" * 5001)


# --- what waits, and mails -------------------------------------------------------------------------------------


def waiting(who: object) -> dict[str, int]:
    return {each.key: each.count for each in provide(who, 50) if each.count}  # type: ignore[arg-type]


def test_everybody_finds_what_waits_for_them(world: World) -> None:
    officer, mayor, mentor = world.officer("oulu"), world.mayor("oulu"), world.officer("vienna")
    assert [waiting(who) for who in (officer, mayor, mentor, world.coordinator)] == [{}, {}, {}, {}]
    version = way.submit(world)
    assert [waiting(who) for who in (officer, mayor, mentor, world.coordinator)] == [
        {}, {}, {"plans.mentees": 1}, {"plans.review": 1},
    ]  # fmt: skip
    reviewing.decide_review(
        way.oulu(world), "request_changes", actor=world.coordinator, seen_sha256=version.sha256, reason="More"
    )
    assert [waiting(who) for who in (officer, mayor, mentor, world.coordinator)] == [{"plans.city": 1}, {}, {}, {}]
    way.submit(world)
    way.agree(world)
    assert [waiting(who) for who in (officer, mayor, mentor, world.coordinator)] == [{}, {"plans.endorse": 1}, {}, {}]
    way.decide(world)
    assert [waiting(who) for who in (officer, mayor, mentor, world.coordinator)] == [{"plans.city": 1}, {}, {}, {}]
    way.move(world, "publish")
    assert [waiting(who) for who in (officer, mayor, mentor, world.coordinator)] == [{}, {}, {}, {}]


def test_a_mentor_finds_the_plan_in_the_list(world: World) -> None:
    assert [row.city.slug for row in plans_for(world.officer("vienna"), "en")] == ["oulu", "vienna"]
    assert [row.city.slug for row in plans_for(person(Role.CITY_OFFICER, "ghent"), "en")] == ["ghent"]
    assert can(world.officer("vienna"), Permission.VIEW, OfCity(world.cities["oulu"]))


def test_each_hand_over_is_told_to_whoever_moves_next(world: World) -> None:
    officer, mayor, mentor = (w.email for w in (world.officer("oulu"), world.mayor("oulu"), world.officer("vienna")))
    coordinator = world.coordinator.email

    def new(act: object, *args: object) -> set[str]:
        before = len(way.subjects())
        act(world, *args)  # type: ignore[operator]
        return {address for address, _subject in way.subjects()[before:]}

    assert new(way.submit) == {mentor, coordinator}
    assert new(way.agree) == {officer, mayor}
    # Whoever takes a step is not told of it.
    assert new(way.decide) == {officer, mentor, coordinator}
    assert new(way.move, "publish") == {mayor, mentor, coordinator}
    assert new(way.move, "withdraw", "Wait") == {mayor, coordinator}


def test_mails_are_in_the_language_of_whoever_reads_them(world: World) -> None:
    db.session.execute(User.__table__.update().where(User.id == world.coordinator.id).values(language="de"))
    db.session.expire_all()
    way.submit(world)
    mails = {mail.address: mail for mail in db.session.scalars(select(Mail))}
    theirs, other = mails[world.coordinator.email], mails[world.officer("vienna").email]
    assert (theirs.language, other.language) == ("de", "en")
    assert ("/de/work/plans/oulu/review" in theirs.text, "/en/work/plans/oulu/review" in other.text) == (True, True)
    assert other.subject == "The action plan of Oulu waits for your review"


def test_every_step_is_in_the_audit_log(world: World) -> None:
    way.publish(world)
    entries = db.session.scalars(
        select(audit.AuditEntry.action).where(audit.AuditEntry.action.like("plans.plan:%")).order_by(audit.AuditEntry.id)
    )
    assert list(entries) == [f"plans.plan:{step}" for step in ("submit", "agree", "endorse", "publish")]
