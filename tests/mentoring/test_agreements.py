"""The agreement of a pairing: what it has to say before it is signed, and what becomes of signatures when it is changed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from harness import PortalClient
from mentoring_world import Mentoring, make_programme, pair
from reporting_world import person
from sqlalchemy import select

from icportal.core.actors import Role
from icportal.core.db import db
from icportal.core.errors import FieldErrors
from icportal.core.outbox import Mail
from icportal.mentoring import pairing_worklists, programmes
from icportal.mentoring.enums import PairingState, Phase
from icportal.mentoring.models import Pairing
from icportal.mentoring.services import pairings as working
from icportal.mentoring.services.pairings import Agreement

AGREED = Agreement(
    goal="Speak early.", visits="One each way.", costs="Each pays its own.", exit="A letter, a month before.", languages=("en",)
)
CHANGED = "The agreement of Genoa and Riga has changed"


@pytest.fixture
def portal(app: Flask) -> Any:
    with app.app_context():
        yield app


def told(subject: str) -> set[str]:
    """Whom a mail went to."""
    return set(db.session.scalars(select(Mail.address).where(Mail.subject == subject)))


def signed() -> tuple[Mentoring, Pairing]:
    """Genoa mentors Riga, and both have signed what they agreed on."""
    world = make_programme(phase=Phase.VISITS)
    pairing = pair(world, "genoa", "riga", state=PairingState.ACCEPTED)
    working.write_agreement(pairing, AGREED, actor=world.officer("riga"), seen_sha256=pairing.agreement_sha256)
    sign(world, pairing, "genoa", "riga")
    assert pairing.state == PairingState.ACTIVE
    db.session.commit()
    return world, pairing


def sign(world: Mentoring, pairing: Pairing, *cities: str) -> None:
    for slug in cities:
        working.sign(pairing, world.city(slug), seen_sha256=pairing.agreement_sha256, actor=world.mayor(slug))


def waiting(world: Mentoring, slug: str) -> list[str]:
    return [str(entry.state_label) for entry in pairing_worklists.provide(world.mayor(slug), 10)[0].entries]


@pytest.mark.databases
def test_who_changes_a_signed_agreement_tells_everybody_whose_signature_goes(portal: Flask) -> None:
    world, pairing = signed()
    officers, mayors = ({slug: make(slug) for slug in ("genoa", "riga")} for make in (world.officer, world.mayor))
    assert waiting(world, "riga") == waiting(world, "genoa") == []
    working.write_agreement(
        pairing, replace(AGREED, goal="Speak first."), actor=officers["riga"], seen_sha256=pairing.agreement_sha256
    )
    assert told(CHANGED) == {officers["genoa"].email, mayors["genoa"].email, mayors["riga"].email}
    assert pairing.state == PairingState.ACTIVE
    assert waiting(world, "riga") == waiting(world, "genoa") == ["To sign anew"]
    assert len(programmes.public_pairs(world.programme, "en")) == 1, "the two go on working together"
    working.write_agreement(
        pairing, replace(AGREED, goal="Speak at once."), actor=officers["riga"], seen_sha256=pairing.agreement_sha256
    )
    assert len(db.session.scalars(select(Mail.id).where(Mail.subject == CHANGED)).all()) == 3, "no signature was lost this time"


@pytest.mark.databases
def test_a_changed_agreement_is_signed_anew_while_the_pair_is_paused_too(portal: Flask) -> None:
    world, pairing = signed()
    working.move_pairing(pairing, "pause", actor=world.officer("riga"), seen=pairing.version, reason="Elections.")
    working.write_agreement(
        pairing, replace(AGREED, costs="Genoa pays."), actor=world.coordinator, seen_sha256=pairing.agreement_sha256
    )
    assert {world.officer("riga").email, world.mayor("genoa").email} <= told(CHANGED), "both, where it was no city"
    assert pairing.waits_to_be_signed_anew
    sign(world, pairing, "riga")
    assert (waiting(world, "riga"), waiting(world, "genoa")) == ([], ["To sign anew"])
    sign(world, pairing, "genoa", "genoa")
    assert pairing.state == PairingState.PAUSED
    assert not pairing.waits_to_be_signed_anew
    assert told("Genoa and Riga have signed anew") == {world.officer("riga").email, world.mayor("riga").email}
    assert waiting(world, "genoa") == []


@pytest.mark.databases
@pytest.mark.parametrize("name", ["visits", "costs", "exit"])
def test_nobody_signs_an_agreement_that_does_not_say_everything(portal: Flask, name: str) -> None:
    world = make_programme(phase=Phase.AGREE)
    pairing = pair(world, "genoa", "riga", state=PairingState.ACCEPTED)
    said = replace(AGREED, **{name: " "})
    assert working.write_agreement(pairing, said, actor=world.officer("riga"), seen_sha256=pairing.agreement_sha256), (
        "a draft may lack it"
    )
    with pytest.raises(FieldErrors) as refused:
        sign(world, pairing, "riga")
    assert [field for field, _message in refused.value.problems] == [name]
    assert pairing.signed_sides == frozenset()
    working.write_agreement(pairing, AGREED, actor=world.officer("riga"), seen_sha256=pairing.agreement_sha256)
    sign(world, pairing, "riga", "genoa")
    assert pairing.state == PairingState.ACTIVE


def test_the_page_leads_to_what_the_agreement_does_not_say_yet(app: Flask, sign_in: Callable[..., PortalClient]) -> None:
    with app.app_context():
        world = make_programme(phase=Phase.AGREE)
        pairing = pair(world, "genoa", "riga", state=PairingState.ACCEPTED)
        draft = Agreement(goal="Speak early.", visits="One each way.", languages=("en",))
        working.write_agreement(pairing, draft, actor=world.officer("riga"), seen_sha256=pairing.agreement_sha256)
        db.session.commit()
        officer, mayor, sha256 = world.officer("riga").id, world.mayor("riga").id, pairing.agreement_sha256
        address = f"/en/work/mentoring/pairings/{pairing.id}"
    text = sign_in(officer).get(address).get_data(as_text=True)
    for name, words in (("costs", "Say who pays for what."), ("exit", "Say how either side can end it.")):
        assert f'<a href="{address}/agreement#{name}">{words}</a>' in text
        assert f'id="{name}"' in sign_in(officer).get(f"{address}/agreement").get_data(as_text=True)
    assert "#visits" not in text
    assert "Sign for Riga" not in text
    client = sign_in(mayor)
    assert f"{address}/agreement#" not in client.get(address).get_data(as_text=True), "the mayor’s office does not write it"
    refused = client.post(f"{address}/sign", data={"sha256": sha256})
    assert refused.status_code == 422
    assert "Say who pays for what. Say how either side can end it." in refused.get_data(as_text=True)


def test_the_page_says_that_the_agreement_waits_to_be_signed_anew(app: Flask, sign_in: Callable[..., PortalClient]) -> None:
    with app.app_context():
        world, pairing = signed()
        mayor, address = world.mayor("riga").id, f"/en/work/mentoring/pairings/{pairing.id}"
    client = sign_in(mayor)
    assert "signed anew" not in client.get(address).get_data(as_text=True)
    with app.app_context():
        pairing = db.session.get_one(Pairing, pairing.id)
        changed = replace(AGREED, goal="Speak first.")
        working.write_agreement(pairing, changed, actor=person(Role.COORDINATOR), seen_sha256=pairing.agreement_sha256)
        db.session.commit()
    text = client.get(address).get_data(as_text=True)
    assert "It waits to be signed anew by both cities" in text
    assert "Sign for Riga" in text
