"""What was computed, signed or confirmed and then changed behind the portal's back is found."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from mentoring_world import apply, make_programme, pair
from sqlalchemy import select, update

from icportal.cli.verify import STATE_TABLES, findings
from icportal.core.audit import AuditEntry
from icportal.core.canonical import sha256
from icportal.core.clock import today
from icportal.core.db import db
from icportal.mentoring.enums import PairingState, Phase
from icportal.mentoring.flow import PAIRING
from icportal.mentoring.models import Certificate, MatchRun, Pairing
from icportal.mentoring.services import ledger as spending
from icportal.mentoring.services import matching
from icportal.mentoring.services import pairings as working
from icportal.mentoring.services.pairings import Agreement
from icportal.workflow import engine
from icportal.workflow.definition import registered

pytestmark = pytest.mark.databases
THEME = "public-perception"


def test_every_workflow_is_verified(app: Flask) -> None:
    assert set(STATE_TABLES) == set(registered())


def test_a_matching_that_was_changed_is_found(app: Flask) -> None:
    with app.app_context():
        world = make_programme(phase=Phase.MATCH)
        apply(world, "genoa", offers=(THEME,))
        apply(world, "riga", needs=(THEME,))
        run = matching.compute(world.programme, actor=world.coordinator)
        assert ours() == []

        outcome = {**run.outcome, "needs": 7}
        db.session.execute(update(MatchRun).values(outcome=outcome))
        assert ours() == ["matching 1 of programme 1 is not what was computed"]

        sealed = sha256({"inputs": run.inputs, "outcome": outcome})
        db.session.execute(update(MatchRun).values(sha256=sealed))
        assert ours() == ["matching 1 of programme 1 is not as the log has it"]


def test_an_agreement_that_was_changed_is_found(app: Flask) -> None:
    with app.app_context():
        world = make_programme(phase=Phase.PREPARE)
        pairing = pair(world, "genoa", "riga", state=PairingState.ACCEPTED)
        said = Agreement(goal="A desk", languages=("en",), starts_on=today(), ends_on=today() + timedelta(days=90))
        working.write_agreement(pairing, said, actor=world.officer("riga"), seen_sha256=pairing.agreement_sha256)
        assert ours() == []

        db.session.execute(update(Pairing).values(agreement={**pairing.agreement, "goal": "Another"}))
        assert ours() == [f"the agreement of pairing {pairing.id} is not what was written and signed"]


def test_why_a_pairing_paused_or_ended_stays_in_it_and_the_log_has_its_checksum(app: Flask) -> None:
    with app.app_context():
        world = make_programme(phase=Phase.VISITS)
        pairing = pair(world, "genoa", "riga")
        why = "Our mayor is ill."
        working.move_pairing(pairing, "pause", actor=world.officer("riga"), seen=pairing.version, reason=why)
        entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "mentoring.pairing:pause")).one()
        assert why not in str(entry.after)
        assert entry.after["reason_sha256"] == sha256(why)
        assert engine.history(PAIRING, pairing.id)[-1].reason == why
        assert list(engine.tampered()) == []

        # An entry from before has the words, and says the same.
        plain = {"state": "paused", "reason": why, "revision": ""}
        db.session.execute(update(AuditEntry).where(AuditEntry.id == entry.id).values(after=plain))
        db.session.expire_all()
        assert list(engine.tampered()) == []

        event = engine.history(PAIRING, pairing.id)[-1]
        event.reason = "We quarrelled."
        event.hash = sha256(event.content())
        db.session.flush()
        assert list(engine.tampered()) == [f"workflow mentoring.pairing {pairing.id}: its steps are not those in the audit log"]


def test_a_certificate_that_was_changed_is_found_though_its_seal_was_replaced(app: Flask) -> None:
    with app.app_context():
        world = make_programme(phase=Phase.EVALUATE)
        pairing = pair(world, "genoa", "riga", state=PairingState.COMPLETED)
        certificate = spending.certify(pairing, actor=world.coordinator)
        line = f"the certificate {certificate.code} of pairing {pairing.id}"
        assert ours() == []

        forged = {**certificate.content, "minutes": 60_000}
        db.session.execute(update(Certificate).values(content=forged))
        assert ours() == [f"{line} is not what was issued"]
        db.session.execute(update(Certificate).values(sha256=sha256(forged)))
        assert ours() == [f"{line} is not as the log has it"]


def ours() -> list[str]:
    db.session.flush()
    db.session.expire_all()
    return [line for line in findings() if "matching" in line or "agreement" in line or "certificate" in line]
