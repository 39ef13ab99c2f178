"""Minutes of a visit: written by one side, confirmed by the other; decisions that become actions, once."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from mentoring_world import pair
from reporting_world import person
from sqlalchemy import func, select
from visit_world import PAST, decided, make_pair, minute, plan, study

from icportal.core import audit
from icportal.core.actors import Role
from icportal.core.clock import today
from icportal.core.db import db
from icportal.core.errors import DomainError, FieldErrors, InvalidTransition, NotAllowed, NotFound, Stale
from icportal.core.outbox import Mail
from icportal.mentoring import visit_origins, visits
from icportal.mentoring.models import Visit
from icportal.mentoring.services import decisions, minutes
from icportal.mentoring.services import visits as planning
from icportal.mentoring.services.minutes import DecisionDraft, MinutesDraft
from icportal.mentoring.visit_drafts import said_by
from icportal.mentoring.visit_flow import VISIT
from icportal.plans.models import Action, Origin
from icportal.plans.queries import sources_of
from icportal.plans.services import actions
from icportal.workflow import engine

pytestmark = pytest.mark.usefixtures("context")


def held_visit() -> tuple[object, Visit]:
    world, pairing = make_pair()
    world.officer("vienna")
    return world, plan(world, pairing, study(pairing, PAST))


def subjects(to: str) -> list[str]:
    return list(db.session.scalars(select(Mail.subject).where(Mail.address.like(f"%{to}@%")).order_by(Mail.id)))


# --- minutes ---------------------------------------------------------------------------------------------------


@pytest.mark.databases
def test_one_side_writes_the_other_confirms_and_a_change_takes_it_back() -> None:
    world, visit = held_visit()
    pairing, vienna, oulu = visit.pairing, world.city("vienna"), world.city("oulu")
    minute(world, visit, "Open a welcome desk")
    assert visit.state == "held"
    assert visits.unconfirmed(visit) == [pairing.mentor_id]
    assert "Minutes to confirm: “How Vienna welcomes”" in subjects("vienna")
    written = visit.minutes
    assert written is not None
    assert minutes.confirm_minutes(visit, vienna, seen_sha256=written.sha256, actor=world.officer("vienna"))
    assert minutes.confirm_minutes(visit, vienna, seen_sha256=written.sha256, actor=world.officer("vienna"))
    assert [event.transition for event in engine.history(VISIT, visit.id)] == ["hold", "write_minutes", "confirm_minutes"]
    draft = minutes.said_by(written)
    assert not minutes.write_minutes(visit, draft, city=oulu, actor=world.officer("oulu"), seen=written.version)
    more = replace(draft, decisions=(*draft.decisions, DecisionDraft("Train the staff", vienna.id)))
    assert minutes.write_minutes(visit, more, city=vienna, actor=world.officer("vienna"), seen=written.version)
    assert visits.unconfirmed(visit) == [pairing.mentee_id]
    with pytest.raises(Stale, match="Read them again"):
        minutes.confirm_minutes(visit, oulu, seen_sha256=minutes.checksum(draft), actor=world.officer("oulu"))
    assert minutes.confirm_minutes(visit, oulu, seen_sha256=minutes.checksum(more), actor=world.mayor("oulu"))


@pytest.mark.databases
def test_whoever_changes_a_visit_asks_the_other_city_to_confirm_its_minutes_again() -> None:
    world, visit = held_visit()
    vienna, oulu = world.city("vienna"), world.city("oulu")
    minute(world, visit)
    written = visit.minutes
    assert written is not None
    minutes.confirm_minutes(visit, vienna, seen_sha256=written.sha256, actor=world.officer("vienna"))
    # What the minutes do not depend on takes nothing back.
    told = replace(said_by(visit), interpreter="host")
    assert planning.edit_visit(visit, told, actor=world.officer("oulu"), seen=visit.version)
    assert visits.unconfirmed(visit) == []
    emptied = replace(told, first_on=PAST - timedelta(days=3), agenda=(), people=())
    assert planning.edit_visit(visit, emptied, actor=world.officer("oulu"), seen=visit.version)
    db.session.commit()
    assert visits.unconfirmed(visit) == [vienna.id]
    assert subjects("vienna")[-1] == "Minutes to confirm again: “How Vienna welcomes”"
    assert "Minutes to confirm again: “How Vienna welcomes”" not in subjects("oulu")
    assert engine.history(VISIT, visit.id)[-1].transition == "ask_again"
    # Nobody has a confirmation left to lose: one mail is enough.
    planning.edit_visit(visit, replace(emptied, title="Another"), actor=world.officer("oulu"), seen=visit.version)
    assert [subject for subject in subjects("vienna") if "again" in subject] == [
        "Minutes to confirm again: “How Vienna welcomes”"
    ]
    planning.edit_visit(visit, told, actor=world.coordinator, seen=visit.version)
    assert visits.unconfirmed(visit) == [vienna.id, oulu.id]
    for city in (vienna, oulu):
        done = minutes.confirm_minutes(visit, city, seen_sha256=written.sha256, actor=world.officer(city.slug))
    assert done


def test_who_belongs_to_neither_city_writes_for_nobody_and_both_confirm() -> None:
    world, visit = held_visit()
    minutes.write_minutes(visit, MinutesDraft("What I saw."), city=None, actor=world.coordinator, seen=0)
    assert visits.unconfirmed(visit) == [visit.pairing.mentor_id, visit.pairing.mentee_id]
    with pytest.raises(NotAllowed):
        minutes.write_minutes(visit, MinutesDraft("For Vienna"), city=world.city("vienna"), actor=world.officer("oulu"), seen=1)
    with pytest.raises(NotAllowed):
        minutes.confirm_minutes(visit, world.city("vienna"), seen_sha256="", actor=world.coordinator)


def test_minutes_wait_for_the_visit_and_are_not_written_of_one_that_is_cancelled() -> None:
    world, pairing = make_pair()
    visit, draft = plan(world, pairing), MinutesDraft("Too early")
    with pytest.raises(InvalidTransition, match="once the visit has begun"):
        minutes.write_minutes(visit, draft, city=None, actor=world.officer("oulu"), seen=0)
    with pytest.raises(InvalidTransition, match="no minutes"):
        minutes.confirm_minutes(visit, world.city("oulu"), seen_sha256="", actor=world.officer("oulu"))
    with pytest.raises(NotFound):
        minutes.write_minutes(visit, draft, city=None, actor=world.officer("nuremberg"), seen=0)


def test_bad_minutes_are_refused_with_the_decision_named() -> None:
    world, visit = held_visit()
    wrong = (
        DecisionDraft("", visit.pairing.mentee_id, "Somebody"),
        DecisionDraft("For a third city", world.city("nuremberg").id),
        DecisionDraft("Before the visit", visit.pairing.mentee_id, due_on=PAST - timedelta(days=1)),
    )
    with pytest.raises(FieldErrors) as refused:
        minutes.write_minutes(visit, MinutesDraft(" ", "xx", wrong), city=None, actor=world.officer("oulu"), seen=0)
    fields = [field for field, _message in refused.value.problems]
    words = " ".join(str(message) for _field, message in refused.value.problems)
    assert fields == ["text", "language", "decisions", "decisions", "decisions"]
    assert "“For a third city”" in words
    assert "before the visit" in words
    assert visit.minutes is None


@pytest.mark.databases
def test_of_two_who_write_the_second_sees_both_texts() -> None:
    world, visit = held_visit()
    minute(world, visit, "Open a welcome desk")
    mine = decided(visit.pairing, "Close it")
    with pytest.raises(Stale) as stale:
        minutes.write_minutes(visit, mine, city=None, actor=world.officer("vienna"), seen=0)
    assert [str(label) for label, _mine, _theirs in stale.value.differences] == ["Decisions"]
    assert "Open a welcome desk" in stale.value.differences[0][2][0]


def test_the_log_has_checksums_and_no_words() -> None:
    world, visit = held_visit()
    minute(world, visit, "Secret decision")
    entry = db.session.scalars(select(audit.AuditEntry).where(audit.AuditEntry.action == "mentoring.minutes:write")).one()
    assert set(entry.after) == {"sha256"}


# --- decisions become actions ------------------------------------------------------------------------------------


@pytest.mark.databases
def test_a_decision_becomes_an_action_that_knows_where_it_came_from_once() -> None:
    world, visit = held_visit()
    officer = world.officer("oulu")
    minute(world, visit, "Open a welcome desk\nin the town hall", "Train the staff")
    first, second = visit.minutes.decisions
    made = decisions.make_actions(visit, [first.id], actor=officer)
    db.session.commit()
    action = made[0].action
    assert (action.title, action.owner_body, action.owner_person) == ("Open a welcome desk", "Department of housing", "Liisa")
    assert (action.due_on, action.city_id, action.state) == (first.due_on, visit.pairing.mentee_id, "draft")
    assert [(each.decision.id, each.action) for each in visits.decided_at(visit)] == [(first.id, action), (second.id, None)]
    with pytest.raises(InvalidTransition, match="one decision makes one action"):
        decisions.make_actions(visit, [first.id], actor=officer)
    both = decisions.make_actions(visit, [second.id, first.id], actor=officer)
    assert [each.decision.id for each in both] == [second.id]
    assert db.session.scalar(select(func.count()).select_from(Action)) == 2
    assert db.session.scalars(select(Origin.source_id).order_by(Origin.id)).all() == [first.id, second.id]


def test_only_an_officer_of_the_city_it_is_for_takes_a_decision() -> None:
    world, visit = held_visit()
    minute(world, visit, "Open a welcome desk")
    number = visit.minutes.decisions[0].id
    for other in (world.officer("vienna"), world.mayor("oulu"), world.coordinator):
        with pytest.raises(NotAllowed):
            decisions.make_actions(visit, [number], actor=other)
    with pytest.raises(NotFound):
        decisions.make_actions(visit, [number], actor=world.officer("nuremberg"))
    with pytest.raises(NotFound):
        decisions.make_actions(visit, [number, number + 7], actor=world.officer("oulu"))
    with pytest.raises(DomainError, match="at least one"):
        decisions.make_actions(visit, [], actor=world.officer("oulu"))
    assert db.session.scalar(select(Action.id)) is None


def test_a_decision_that_is_an_action_stays_as_both_read_it() -> None:
    world, visit = held_visit()
    officer = world.officer("oulu")
    minute(world, visit, "Open a welcome desk", "Train the staff")
    decisions.make_actions(visit, [visit.minutes.decisions[0].id], actor=officer)
    draft, seen = minutes.said_by(visit.minutes), visit.minutes.version
    for fewer in (draft.decisions[1:], (replace(draft.decisions[0], text="Something else"), draft.decisions[1])):
        with pytest.raises(FieldErrors, match="is an action already"):
            minutes.write_minutes(visit, replace(draft, decisions=fewer), city=None, actor=officer, seen=seen)
    assert minutes.write_minutes(visit, replace(draft, decisions=draft.decisions[:1]), city=None, actor=officer, seen=seen)
    assert [each.text for each in visit.minutes.decisions] == ["Open a welcome desk"]


def test_a_merged_action_is_found_from_the_decision_and_likeness_is_told() -> None:
    world, visit = held_visit()
    officer = world.officer("oulu")
    minute(world, visit, "Open a welcome desk", "Open the welcome desk")
    first, second = (
        each.action for each in decisions.make_actions(visit, [d.id for d in visit.minutes.decisions], actor=officer)
    )
    assert visits.look_alike([second])
    actions.merge_actions(first, second, actor=officer, seen=second.version)
    assert {each.action.id for each in visits.decided_at(visit) if each.action} == {first.id}
    assert not visits.look_alike([first])


def test_the_page_of_the_action_names_the_visit_to_those_who_may_open_it_only(app: object) -> None:
    world, visit = held_visit()
    minute(world, visit, "Open a welcome desk")
    action = decisions.make_actions(visit, [visit.minutes.decisions[0].id], actor=world.officer("oulu"))[0].action
    # Outside a request nobody is signed in: the label tells no details.
    sources = sources_of(action, "en")
    assert [(source.label, source.url, source.said) for source in sources] == [
        ("Decided at a visit of a mentoring pairing", "", "")
    ]
    assert visit_origins.describe_decisions([0], "en") == {}


def test_a_mentor_of_another_pairing_does_not_take_what_is_not_theirs() -> None:
    world, visit = held_visit()
    pair(world, "nuremberg", "oulu")
    minute(world, visit, "Open a welcome desk")
    with pytest.raises(NotFound):
        decisions.make_actions(visit, [visit.minutes.decisions[0].id], actor=world.officer("nuremberg"))
    assert person(Role.CITY_OFFICER, "nuremberg").id
    assert visit.minutes.decisions[0].due_on > today()
