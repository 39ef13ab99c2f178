"""The way of a response: sent, sent back, signed off, changes asked for, accepted, published, reopened; and who is told."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import reporting_world as rw
from sqlalchemy import select

from icportal.cli.verify import findings
from icportal.core.actors import SYSTEM, Actor, Role
from icportal.core.clock import today
from icportal.core.db import db
from icportal.core.errors import DomainError, FieldErrors, InvalidTransition, NotAllowed, NotFound, Stale
from icportal.core.outbox import Mail
from icportal.i18n.formatting import day as day_in_words
from icportal.reporting import reminders, rounds
from icportal.reporting.enums import RemarkKind, Visibility
from icportal.reporting.flow import RESPONSE, ROUND
from icportal.reporting.services import answering, remarking, steps
from icportal.reporting.snapshots import Signature, digest
from icportal.workflow import engine

pytestmark = pytest.mark.usefixtures("context")


@pytest.fixture
def world() -> rw.World:
    return rw.make_world("oulu")


def mails() -> list[tuple[str, str]]:
    return [(mail.address.split("@")[0], mail.subject) for mail in db.session.scalars(select(Mail).order_by(Mail.id))]


def fields(error: DomainError) -> dict[str | None, str]:
    return {field: str(message) for field, message in error.problems}


@pytest.mark.databases
def test_the_whole_way_with_changes_at_both_desks(world: rw.World) -> None:
    officer, mayor, coordinator = world.officer("oulu"), world.mayor("oulu"), world.coordinator
    response = rw.send(world, "oulu")
    rw.step(response, "send_back", mayor, sections={"c01": "Say more about the council.", "c04": " "})
    assert response.state == "changes_requested"
    (asked,) = rw.remarks(response)
    assert (asked.kind, asked.section, asked.question, asked.text) == ("sent_back", "c01", "", "Say more about the council.")
    with pytest.raises(FieldErrors) as refused:
        rw.step(response, "ask_sign_off", officer)
    assert "Say more about the council." in fields(refused.value)["c01"], "neither changed nor replied to"
    db.session.rollback()
    rw.fill(response, {"c01_explanation": "The council decided the integration plan in 2023, with all parties."}, author=officer)
    rw.step(response, "ask_sign_off", officer)
    rw.step(response, "sign_off", mayor)
    assert rw.remarks(response)[0].settled_by == mayor.id, "signing settles what was sent back"
    assert (response.certified_by, response.certified_at is not None) == (mayor.id, True)
    rw.step(response, "request_changes", coordinator, remarks={"staff": "Full-time posts?", "adopted": "By whom?"})
    assert {(each.kind, each.section, each.question) for each in rw.remarks(response)[1:]} == {
        ("change", "about", "staff"),
        ("change", "special", "adopted"),
    }
    rw.fill(response, {"staff": 14}, author=officer)
    answering.reply_to_remark(response, rw.remarks(response)[2].id, "By the council.", actor=officer)
    rw.step(response, "ask_sign_off", officer)
    rw.step(response, "sign_off", mayor)
    assert not any(each.settled_at for each in rw.remarks(response)[1:]), "the coordinator has not read the answers yet"
    rw.step(response, "accept", coordinator)
    assert all(each.settled_at for each in rw.remarks(response))
    rw.step(response, "publish", coordinator)
    rw.step(response, "reopen", coordinator, reason="The city found a mistake.", remarks={"website": "This page is gone."})
    assert response.state == "changes_requested"
    assert [each.step for each in rw.snapshots(response)] == [
        "ask_sign_off", "send_back", "ask_sign_off", "sign_off", "request_changes", "ask_sign_off", "sign_off", "accept",
        "publish", "reopen",
    ]  # fmt: skip
    assert response.published_at is not None, "what was published stays public"
    assert rw.published(response)["staff"].value == 14
    assert findings() == []


def test_everybody_concerned_is_told_in_their_own_language(world: rw.World) -> None:
    french = rw.person(Role.CITY_OFFICER, "oulu", name="Fabienne", language="fr")
    response = rw.send(world, "oulu")
    assert mails() == [], "there is nobody in the mayor's office and no coordinator yet"
    mayor, coordinator = world.mayor("oulu"), world.coordinator
    rw.step(response, "take_back", world.officer("oulu"))
    rw.step(response, "ask_sign_off", world.officer("oulu"))
    assert mails() == [("mayor.office.oulu", "Reporting round 5: the answers of Oulu wait for your sign-off")]
    rw.step(response, "send_back", mayor, reason="Nearly there.", sections={"c04": "Which courses?"})
    told = {mail.recipient_id: mail for mail in db.session.scalars(select(Mail).where(Mail.subject.contains("change")))}
    assert set(told) >= {world.officer("oulu").id}
    texts = [mail.text for mail in db.session.scalars(select(Mail)) if "Which courses?" in mail.text]
    assert len(texts) == 2
    assert all("Nearly there." in text for text in texts)
    sent = db.session.scalars(select(Mail).where(Mail.recipient_id == french.id)).all()
    assert [mail.language for mail in sent] == ["fr"]
    assert "fr: C04" in sent[0].text, "the section is named as the questionnaire's French names it"
    rw.fill(response, {"c04_explanation": "Courses of Finnish are open to everybody, with waiting times."})
    rw.step(response, "ask_sign_off", world.officer("oulu"))
    rw.step(response, "sign_off", mayor)
    rw.step(response, "accept", coordinator)
    count = len(mails())
    rw.step(response, "publish", coordinator)
    assert sorted(address for address, _subject in mails()[count:]) == [
        "city.officer.oulu", "fabienne.oulu", "mayor.office.oulu",
    ]  # fmt: skip


def test_an_error_blocks_and_a_warning_asks_for_a_comment(world: rw.World, monkeypatch: pytest.MonkeyPatch) -> None:
    response, officer = world.response("oulu"), world.officer("oulu")
    rw.fill(response, {**rw.GOOD, "office": ""}, author=officer)
    with pytest.raises(FieldErrors) as refused:
        rw.step(response, "ask_sign_off", officer)
    assert "office" in fields(refused.value)
    db.session.rollback()
    warning = steps.checking.Finding("warning", "about", "staff", "Is this right?")
    rw.fill(response, {"office": "Integration office"})
    monkeypatch.setattr(steps.checking, "check", lambda _response: [warning])
    with pytest.raises(FieldErrors) as refused:
        rw.step(response, "ask_sign_off", officer)
    assert fields(refused.value) == {"staff": "Is this right?"}
    db.session.rollback()
    rw.fill(response, {"staff": {"value": 12, "comment": "Counted twice."}})
    rw.step(response, "ask_sign_off", officer)
    assert response.state == "sign_off"


def test_a_signature_is_bound_to_what_was_read_and_to_a_person(world: rw.World) -> None:
    response, mayor = rw.send(world, "oulu"), world.mayor("oulu")
    with pytest.raises(FieldErrors) as refused:
        rw.step(response, "sign_off", mayor, signed=None)
    assert "may_sign" in fields(refused.value)
    with pytest.raises(FieldErrors) as refused:
        rw.step(response, "sign_off", mayor, signed=Signature(" ", ""))
    assert set(fields(refused.value)) == {"name", "function"}
    seen = digest(response)
    rw.attach(response, "c01_grade")
    with pytest.raises(Stale):
        rw.step(response, "sign_off", mayor, seen_hash=seen)
    db.session.rollback()
    with pytest.raises(Stale):
        rw.step(response, "sign_off", mayor, seen=response.version - 1)
    db.session.rollback()
    rw.step(response, "sign_off", mayor)
    kept = rw.snapshots(response)[-1]
    assert kept.answers["signed"] == {"name": "Maija Mäkinen", "function": "Deputy mayor"}
    assert kept.sha256 == digest(response) == engine.history(RESPONSE, response.id)[-1].revision_hash


def test_who_may_not(world: rw.World) -> None:
    officer, mayor, coordinator = world.officer("oulu"), world.mayor("oulu"), world.coordinator
    response = rw.send(world, "oulu")
    elsewhere = rw.person(Role.MAYOR_OFFICE, "vienna")
    for actor, name in ((officer, "sign_off"), (coordinator, "sign_off"), (elsewhere, "sign_off"), (mayor, "accept")):
        with pytest.raises((NotAllowed, NotFound)):
            rw.step(response, name, actor)
        db.session.rollback()
    linked = Actor(id=None, name="Colleague", opened=f"reporting.section:{response.id}:c01")
    with pytest.raises(NotAllowed):
        rw.step(response, "ask_sign_off", linked)
    db.session.rollback()
    acting = coordinator.acting_for_city(response.city_id, (Role.CITY_OFFICER, Role.MAYOR_OFFICE))
    rw.step(response, "sign_off", acting)
    assert engine.history(RESPONSE, response.id)[-1].acting_for == response.city_id
    with pytest.raises(NotAllowed) as refused:
        rw.step(response, "accept", coordinator)
    assert steps.SIGNED_IT in refused.value.reasons, "whoever signed for the city does not accept it for the network"
    db.session.rollback()
    rw.step(response, "accept", rw.person(Role.COORDINATOR, name="Carlos"))


def test_whoever_answered_neither_signs_nor_accepts(world: rw.World) -> None:
    response, mayor = rw.send(world, "oulu"), world.mayor("oulu")
    rw.fill(response, {"office": "The mayor's own"}, author=mayor)
    with pytest.raises(NotAllowed):
        rw.step(response, "sign_off", mayor)


def test_asking_for_changes_needs_reasons_at_their_places(world: rw.World) -> None:
    response, mayor, coordinator = rw.send(world, "oulu"), world.mayor("oulu"), world.coordinator
    for sections in (None, {}, {"c01": "  "}):
        with pytest.raises(InvalidTransition):
            rw.step(response, "send_back", mayor, reason="Not like this.", sections=sections)
        db.session.rollback()
    with pytest.raises(NotFound):
        rw.step(response, "send_back", mayor, sections={"unknown": "x"})
    with pytest.raises(FieldErrors) as refused:
        rw.step(response, "send_back", mayor, sections={"c01": "x" * 2001})
    assert set(fields(refused.value)) == {"section-c01"}
    db.session.rollback()
    rw.step(response, "sign_off", mayor)
    with pytest.raises(InvalidTransition):
        rw.step(response, "request_changes", coordinator, reason="Everything.")
    db.session.rollback()
    rw.step(response, "accept", coordinator)
    with pytest.raises(InvalidTransition) as missing:
        rw.step(response, "reopen", coordinator, remarks={"staff": "Look again."})
    assert missing.value.field == "reason", "reopening needs a reason for the whole"
    db.session.rollback()
    assert rw.remarks(response) == []


def test_late_is_no_reason_not_to_sign_but_a_closed_round_is(world: rw.World) -> None:
    response, mayor = rw.send(world, "oulu"), world.mayor("oulu")
    response.deadline = today().replace(year=today().year - 1)
    db.session.commit()
    engine.fire(ROUND, world.round, "close", actor=SYSTEM)
    db.session.commit()
    with pytest.raises(InvalidTransition):
        rw.step(response, "sign_off", mayor)
    db.session.rollback()
    with pytest.raises(InvalidTransition):
        rw.step(response, "send_back", mayor, sections={"c01": "Say more."})
    db.session.rollback()
    engine.fire(ROUND, world.round, "reopen", actor=SYSTEM, reason="One city more.")
    rw.step(response, "sign_off", mayor)
    assert response.state == "review"


def test_a_city_asked_for_changes_gets_a_day_and_its_reminders_anew(world: rw.World) -> None:
    response, coordinator = rw.send(world, "oulu"), world.coordinator
    response.deadline = today() - timedelta(days=20)
    db.session.commit()
    rw.step(response, "sign_off", world.mayor("oulu"))
    for day in (today(), today() + timedelta(days=400)):
        with pytest.raises(FieldErrors) as refused:
            rw.step(response, "request_changes", coordinator, remarks={"staff": "Full-time posts?"}, until=day)
        assert list(fields(refused.value)) == ["until"]
        db.session.rollback()
    rw.step(response, "request_changes", coordinator, remarks={"staff": "Full-time posts?"})
    assert response.due == today() + timedelta(days=14), "nobody is overdue for what was asked for a moment ago"
    ahead = [each.offset for each in reminders.schedule(response, rounds.reminders_of(response)) if each.is_ahead]
    assert ahead == [-7, -1, 1, 14]
    mail = db.session.scalars(select(Mail).order_by(Mail.id.desc())).first()
    assert mail is not None
    assert f"Please send your changes by {day_in_words(response.due)}." in mail.text


def test_remarks_are_settled_by_whoever_made_them_and_feedback_stays_with_the_city(world: rw.World) -> None:
    response, coordinator, officer = rw.sign(world, "oulu"), world.coordinator, world.officer("oulu")
    rw.step(response, "request_changes", coordinator, remarks={"staff": "Full-time posts?"})
    (asked,) = rw.remarks(response)
    with pytest.raises(NotAllowed):
        remarking.settle_remark(response, asked.id, actor=officer)
    remarking.settle_remark(response, asked.id, actor=coordinator)
    assert asked.settled_by == coordinator.id
    rw.step(response, "ask_sign_off", officer)
    letter = remarking.write_letter(response, "Strong: the plan. Gap: housing.", actor=coordinator)
    assert letter.kind == RemarkKind.NOTE
    remarking.reply_to_letter(response, letter.id, "We know.", actor=officer)
    assert letter.reply == "We know."
    told = [mail for mail in db.session.scalars(select(Mail)) if "feedback" in mail.subject.lower()]
    assert {mail.recipient_id for mail in told} == {officer.id, *(mayor.id for mayor in [world.mayor("oulu")])}
    assert not any("Gap: housing" in mail.text for mail in told), "the mail says that it is there, the portal what it says"
    with pytest.raises(NotFound):
        remarking.reply_to_letter(response, letter.id, "Hello", actor=rw.person(Role.CITY_OFFICER, "vienna"))
    with pytest.raises(NotAllowed):
        remarking.write_letter(response, "Well done.", actor=officer)


def test_taking_over_a_published_report(world: rw.World) -> None:
    response = world.response("oulu")
    rw.fill(response, {"c01_grade": {"value": "fully", "visibility": Visibility.PUBLIC}})
    steps.adopt_response(response, actor=SYSTEM, reason="Report I")
    db.session.commit()
    assert (response.state, rw.published(response)["c01_grade"].choice) == ("published", "fully")
    assert findings() == []


CHANGES: dict[str, Any] = {
    "is not what was kept": "UPDATE reporting_snapshot SET answers = '{\"answers\": {}}' WHERE step = 'sign_off'",
    "are not those of its steps": "DELETE FROM reporting_snapshot WHERE step = 'accept'",
    "question c01_grade, is not": "UPDATE published_answer SET choice = 'partly' WHERE question = 'c01_grade'",
    "question budget, is not": "UPDATE published_answer SET visibility = 'public' WHERE question = 'budget'",
    "question staff, is not": "DELETE FROM published_answer WHERE question = 'staff'",
    "never was": "UPDATE reporting_response SET published_at = state_since WHERE state = 'accepted'",
    "its history says": "UPDATE reporting_response SET state = 'published'",
}


@pytest.mark.databases
def test_what_is_changed_behind_the_portals_back_is_found(world: rw.World) -> None:
    rw.accept(world, "oulu")
    assert findings() == []
    for told, change in CHANGES.items():
        db.session.execute(db.text(change))
        assert any(told in line for line in findings()), told
        db.session.rollback()
    kept = rw.snapshots(world.response("oulu"))[1]
    kept.answers = {**kept.answers, "signed": {"name": "Somebody else", "function": "Mayor"}}
    db.session.flush()
    assert any("signatures" in line for line in findings())
