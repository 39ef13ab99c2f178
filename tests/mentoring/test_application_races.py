"""A city that withdraws while its proposals are being sent is proposed to nobody, on both databases."""

from __future__ import annotations

from threading import Event, Thread
from typing import Any

import pytest
from flask import Flask
from mentoring_world import THEMES, apply, make_programme
from sqlalchemy import select

from icportal.core.db import db
from icportal.mentoring.enums import STANDING, Phase
from icportal.mentoring.models import Application, MatchRun, Pairing, Programme
from icportal.mentoring.services import applications as applying
from icportal.mentoring.services import matching
from icportal.web.cycle import commit

pytestmark = pytest.mark.databases
PERCEPTION = THEMES[0]


def test_who_withdraws_while_proposals_are_sent_is_proposed_to_nobody(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    with app.app_context():
        world = make_programme(phase=Phase.MATCH)
        apply(world, "genoa", offers=(PERCEPTION,))
        application = apply(world, "riga", needs=(PERCEPTION,))
        coordinator, officer = world.coordinator, world.officer("riga")
        run = matching.compute(world.programme, actor=coordinator)
        db.session.commit()
        numbers = (world.programme_id, run.id, application.id)
    sending, propose, faults = Event(), matching._propose, list[BaseException]()

    def slowly(*given: Any, **named: Any) -> Any:
        made = propose(*given, **named)
        sending.set()
        # Long enough for the city to withdraw in between, if it can.
        Event().wait(1)
        return made

    monkeypatch.setattr(matching, "_propose", slowly)

    def send() -> None:
        programme, chosen = db.session.get_one(Programme, numbers[0]), db.session.get_one(MatchRun, numbers[1])
        matching.choose(programme, chosen, "best", why="It serves Riga.", actor=coordinator)

    def withdraw() -> None:
        sending.wait(10)
        programme, own = db.session.get_one(Programme, numbers[0]), db.session.get_one(Application, numbers[2])
        applying.move_application(own, programme, "withdraw", actor=officer, seen=None, reason="No staff.")

    def apart(act: Any) -> None:
        with app.app_context():
            try:
                act()
                commit()
            except BaseException as error:  # noqa: BLE001  told below, in the thread of the test
                db.session.rollback()
                faults.append(error)
            finally:
                db.session.remove()

    threads = [Thread(target=apart, args=(act,)) for act in (send, withdraw)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert faults == []
    with app.app_context():
        assert db.session.scalars(select(Pairing).where(Pairing.state.in_(STANDING))).all() == []
        assert len(db.session.scalars(select(Pairing)).all()) == 1
