"""Who may take which step of a signature in which state, as a table over services and pages alike."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from charter_world import PDF, PEOPLE, STEPS, actor_of, some_day, take

from icportal.charter import services
from icportal.charter.enums import Permission, SignatureKind, SignatureState
from icportal.charter.flow import SIGNATURE
from icportal.charter.models import Signature, SignatureWriter
from icportal.charter.rules import RULES
from icportal.charter.services.preparing import Upload
from icportal.cities.models import City
from icportal.core.actors import SYSTEM
from icportal.core.clock import now, today
from icportal.core.db import db
from icportal.core.errors import DomainError, InvalidTransition, NotAllowed, NotFound
from icportal.core.files import keep
from icportal.core.filetypes import FileKind
from icportal.workflow import engine
from icportal.workflow.definition import problems

STATES = [state.name for state in SIGNATURE.states]
ROLES = [*PEOPLE, "mayor_elsewhere", "acting"]

#: Who may take a step that the state allows. ``everything`` holds each role, yet wrote nothing here.
MAY = {
    "sign": {"mayor", "everything", "acting"},
    "reopen": {"mayor", "everything", "acting"},
    "submit": {"mayor", "everything", "acting"},
    "publish": {"coordinator", "second_coordinator", "everything"},
    "request_changes": {"coordinator", "second_coordinator", "everything"},
    "withdraw": {"mayor", "coordinator", "second_coordinator", "everything", "acting"},
}
FROM = {
    "sign": {"draft", "changes_requested"},
    "reopen": {"signed"},
    "submit": {"signed", "changes_requested"},
    "publish": {"review"},
    "request_changes": {"review"},
    "withdraw": {"draft", "signed", "review", "changes_requested", "published"},
}


def who(world, name):
    if name == "acting":
        return actor_of(world, "coordinator").acting_for_city(world.vienna, ("mayor_office", "city_officer"))
    return actor_of(world, name)


def signature_in(world: SimpleNamespace, state: str) -> Signature:
    """A signature as it is in this state, written by nobody who is in the table."""
    signature = Signature(city_id=world.vienna, charter_version_id=2, kind=SignatureKind.FIRST, state=state)
    signature.charter_version = services.preparing.dossier.current_charter()
    stored = keep(PDF, "decision.pdf", kind=FileKind.PDF, actor=SYSTEM)
    signature.council_decided_on, signature.council_file_id = some_day(), stored.id
    signature.signer_name, signature.signer_office, signature.mandate = "Ada", "Mayor", "Statute"
    if state != SignatureState.DRAFT:
        signature.signed_at, signature.signed_earliest, signature.signed_latest = now(), today(), today()
        signature.text_language, signature.text_sha256 = "en", signature.charter_version.hashes["en"]
    db.session.add(signature)
    db.session.flush()
    return signature


def test_the_definition_is_sound():
    assert problems(SIGNATURE, RULES) == []
    assert set(STEPS) == set(MAY) == set(FROM)


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("role", ROLES)
def test_every_state_role_and_step(app, world, role, step):
    with app.test_request_context("/en/"):
        for state in STATES:
            signature = signature_in(world, state)
            actor = who(world, role)
            allowed = role in MAY[step] and state in FROM[step]
            offered = step in {each.name for each in engine.available(SIGNATURE, signature, actor=actor)}
            assert offered == allowed, (state, role, step)
            if allowed:
                take(signature, step, actor)
                assert signature.state == SIGNATURE.find(step).target
            else:
                with pytest.raises((NotAllowed, NotFound, InvalidTransition)):
                    take(signature, step, actor)
                assert signature.state == state
            db.session.rollback()


@pytest.mark.parametrize("role", [role for role in ROLES if role in MAY["publish"]])
def test_whoever_wrote_part_of_it_may_not_publish(app, world, role):
    with app.test_request_context("/en/"):
        signature = signature_in(world, "review")
        actor = who(world, role)
        signature.writers.append(SignatureWriter(user_id=actor.id))
        db.session.flush()
        with pytest.raises(NotAllowed):
            take(signature, "publish", actor)


@pytest.mark.parametrize("step", ["request_changes", "withdraw"])
def test_a_step_that_needs_a_reason_is_refused_without(app, world, step):
    with app.test_request_context("/en/"):
        signature = signature_in(world, "review")
        with pytest.raises(InvalidTransition):
            take(signature, step, who(world, "coordinator"), reason="  ")


def test_only_the_portal_takes_over_history(app, world):
    with app.test_request_context("/en/"):
        city = db.session.get_one(City, world.oulu)
        values = {
            "city": city,
            "earliest": some_day(60),
            "latest": some_day(30),
            "precision": "bound",
            "source": "List",
            "note": "",
        }
        for role in ROLES:
            with pytest.raises((NotAllowed, NotFound)):
                services.adopt_historic_signature(actor=who(world, role), **values)
        signature = services.adopt_historic_signature(actor=SYSTEM, **values)
        assert (signature.state, signature.signed_precision) == ("published", "bound")
        assert [event.transition for event in engine.history(SIGNATURE, signature.id)] == ["adopt"]


def test_nobody_edits_what_lies_with_the_network(app, world):
    with app.test_request_context("/en/"):
        for state in ("review", "published", "withdrawn", "superseded"):
            signature = signature_in(world, state)
            before = services.signature_hash(signature)
            with pytest.raises(InvalidTransition):
                services.record_council_decision(
                    signature, actor=who(world, "mayor"), version=signature.version, decided_on=some_day(), reference="New",
                    upload=Upload(__import__("io").BytesIO(PDF), "x.pdf"),
                )  # fmt: skip
            assert services.signature_hash(signature) == before
            db.session.rollback()


def test_the_hash_moves_with_everything_that_was_read(app, world):
    with app.test_request_context("/en/"):
        signature = signature_in(world, "review")
        seen = {services.signature_hash(signature)}
        other = keep(PDF + b"\n", "other.pdf", kind=FileKind.PDF, actor=SYSTEM)
        changes = {
            "council_decided_on": some_day(31), "council_reference": "x", "council_file_id": other.id, "notified_on": some_day(2),
            "ceremony_on": today(), "ceremony_place": "Hall", "signer_name": "B", "signer_office": "Deputy", "mandate": "Else",
            "signed_latest": some_day(1), "signed_earliest": some_day(1), "text_language": "de", "text_sha256": "0" * 64,
            "deed_file_id": other.id, "receipt_code": "AAAAA-AAAAA", "method": "deed",
        }  # fmt: skip
        for name, value in changes.items():
            setattr(signature, name, value)
            digest = services.signature_hash(signature)
            assert digest not in seen, name
            seen.add(digest)
        db.session.rollback()


def test_every_rule_answers_without_a_subject(app, world):
    with app.app_context():
        for role in ROLES:
            for permission in Permission:
                assert RULES[permission](who(world, role), None) in {True, False}


def test_a_second_signature_is_refused_by_the_service_in_every_open_state(app, world):
    with app.test_request_context("/en/"):
        for state in ("draft", "signed", "review", "changes_requested", "published"):
            signature_in(world, state)
            with pytest.raises(DomainError):
                services.start_signature(actor=who(world, "mayor"), city=db.session.get_one(City, world.vienna))
            db.session.rollback()
