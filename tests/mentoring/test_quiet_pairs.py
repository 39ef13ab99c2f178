"""Pairs that fall silent before or after they have signed: both are asked, and coordinators see since when."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from mentoring_world import make_programme, pair
from sqlalchemy import select

from icportal.core.clock import PORTAL_ZONE, today
from icportal.core.db import db
from icportal.core.errors import InvalidTransition
from icportal.core.outbox import Mail
from icportal.mentoring import pairing_worklists
from icportal.mentoring.enums import PairingState, Phase
from icportal.mentoring.services import pairings as working

pytestmark = pytest.mark.databases
SILENT = today() - timedelta(days=45)


@pytest.fixture
def portal(app: Flask) -> Any:
    with app.app_context():
        yield app


def test_a_pair_that_never_signs_is_asked_and_answers(portal: Flask) -> None:
    world = make_programme(phase=Phase.PREPARE)
    officer, city = world.officer("riga"), world.city("riga")
    pairing = pair(world, "genoa", "riga", state=PairingState.ACCEPTED, last_activity_on=SILENT)
    assert working.ask_quiet_pairs() == (1, 0)
    mail = db.session.scalars(select(Mail).where(Mail.subject == "You and Genoa: still fine?")).one()
    assert "the agreement is not signed yet" in mail.text
    assert "paused" not in mail.text
    assert working.ask_quiet_pairs(today() + timedelta(days=7)) == (0, 1)
    working.all_is_well(pairing, city, actor=officer)
    assert (pairing.last_activity_on, pairing.asked_on) == (today(), None)
    assert working.ask_quiet_pairs() == (0, 0)


def test_nobody_answers_for_a_pair_that_is_proposed_or_paused(portal: Flask) -> None:
    world = make_programme(phase=Phase.PREPARE)
    for slug, state in (("genoa", PairingState.PROPOSED), ("ghent", PairingState.PAUSED)):
        pairing = pair(world, slug, "riga", state=state, last_activity_on=SILENT)
        with pytest.raises(InvalidTransition):
            working.all_is_well(pairing, world.city("riga"), actor=world.officer("riga"))
    assert working.ask_quiet_pairs() == (0, 0)


def test_coordinators_have_a_list_of_the_pairs_that_are_silent_longest_first(portal: Flask) -> None:
    world = make_programme(phase=Phase.VISITS)
    pair(world, "ghent", "oulu", last_activity_on=SILENT)
    pair(world, "genoa", "riga", state=PairingState.ACCEPTED, last_activity_on=SILENT - timedelta(days=5))
    pair(world, "ghent", "vantaa", last_activity_on=SILENT + timedelta(days=1))
    pair(world, "ghent", "riga", state=PairingState.PAUSED, last_activity_on=SILENT)
    found = next(each for each in pairing_worklists.provide(world.coordinator, 10) if each.key == "mentoring.quiet_pairs")
    shown = [(entry.title, entry.since.astimezone(PORTAL_ZONE).date()) for entry in found.entries]
    assert shown == [("Genoa mentors Riga", SILENT - timedelta(days=5)), ("Ghent mentors Oulu", SILENT)]
    assert found.count == 2
    assert pairing_worklists.provide(world.coordinator, 1)[0].count == 2
    keys = {each.key for each in pairing_worklists.provide(world.officer("riga"), 10)}
    assert "mentoring.quiet_pairs" not in keys
