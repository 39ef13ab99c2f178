"""Whoever facilitates a scheme and is of no city: what they reach, and what they are told."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask import Flask
from harness import PortalClient
from mentoring_world import THEMES, Mentoring, make_programme, pair
from reporting_world import person
from sqlalchemy import select
from visit_world import PAST, minute, plan, study

from icportal.core.actors import Actor, Role
from icportal.core.db import db
from icportal.core.errors import NotAllowed, NotFound
from icportal.core.outbox import Mail
from icportal.core.permissions import can
from icportal.mentoring import programmes, ratings
from icportal.mentoring.enums import Permission, Phase
from icportal.mentoring.models import Pairing
from icportal.mentoring.rating_words import Moment
from icportal.mentoring.services import ratings as rating
from icportal.mentoring.services.ratings import RatingDraft


def facilitated() -> tuple[Mentoring, Pairing, Actor]:
    """Vienna mentors Oulu in a scheme that somebody facilitates; there is another programme, with a pairing, and a draft."""
    world = make_programme(phase=Phase.VISITS)
    other = make_programme(phase=Phase.VISITS, slug="other")
    make_programme(phase=Phase.DRAFT, slug="planned")
    pair(other, "genoa", "riga")
    facilitator = person(Role.PEER_REVIEWER)
    world.scheme().facilitator_id = facilitator.id
    pairing = pair(world, "vienna", "oulu")
    pair(world, "genoa", "riga", toolkit=THEMES[1])
    return world, pairing, facilitator


def mails_to(actor: Actor) -> list[str]:
    return list(db.session.scalars(select(Mail.subject).where(Mail.recipient_id == actor.id).order_by(Mail.id)))


@pytest.mark.databases
def test_a_facilitator_sees_the_programmes_of_the_own_schemes_and_no_other(app: Flask) -> None:
    with app.app_context():
        _world, _pairing, facilitator = facilitated()
        nobody = person(Role.TRANSLATOR)
        assert can(facilitator, Permission.LIST_PROGRAMMES)
        assert not can(nobody, Permission.LIST_PROGRAMMES)
        assert [each.programme.slug for each in programmes.programmes_for(facilitator, "en", drafts=False)] == ["first"]
        assert programmes.open_programme("first", actor=facilitator).slug == "first"
        with pytest.raises(NotAllowed):
            programmes.open_programme("other", actor=facilitator)
        with pytest.raises(NotFound):
            programmes.open_programme("planned", actor=facilitator)
        with pytest.raises(NotAllowed):
            programmes.programmes_for(nobody, "en", drafts=False)


def test_no_link_of_the_page_of_a_pairing_leads_a_facilitator_to_a_refusal(
    app: Flask, sign_in: Callable[..., PortalClient]
) -> None:
    with app.app_context():
        world, pairing, facilitator = facilitated()
        plan(world, pairing)
        number = pairing.id
    client = sign_in(facilitator.id)
    home = client.get("/en/work").get_data(as_text=True)
    assert 'href="/en/work/mentoring"' in home, "it stands in the menu"
    listed = client.get("/en/work/mentoring").get_data(as_text=True)
    assert "Vienna mentors Oulu" in listed
    assert "Genoa mentors Riga" not in listed
    page = client.get(f"/en/work/mentoring/pairings/{number}").get_data(as_text=True)
    links = set(re.findall(r'href="(/en/work/mentoring[^"#?]*)', page))
    assert {"/en/work/mentoring", "/en/work/mentoring/first"} <= links
    for address in sorted(links):
        assert client.get(address).status_code == 200, address


@pytest.mark.databases
def test_a_facilitator_is_told_of_visits_and_minutes(app: Flask) -> None:
    with app.app_context():
        world, pairing, facilitator = facilitated()
        visit = plan(world, pairing, study(pairing, PAST, title="Over"))
        minute(world, visit)
        assert mails_to(facilitator) == ["A visit is planned: “Over”", "Minutes to read: “Over”"]


@pytest.mark.databases
def test_a_facilitator_who_is_of_one_of_the_cities_gets_each_mail_once(app: Flask) -> None:
    with app.app_context():
        world, pairing, _facilitator = facilitated()
        host = world.officer("vienna")
        world.scheme().facilitator_id = host.id
        visit = plan(world, pairing, study(pairing, PAST, title="Over"))
        minute(world, visit)
        assert mails_to(host) == ["A visit is planned: “Over”", "Minutes to confirm: “Over”"]


@pytest.mark.databases
def test_a_facilitator_is_told_when_an_evaluation_is_handed_in(seeded_app: Flask) -> None:
    with seeded_app.app_context():
        world, pairing, facilitator = facilitated()
        for slug in ("oulu", "vienna"):
            factors = {factor.code: {"level": 2, "text": ""} for factor in ratings.benchmark_of(pairing, "en").factors}
            draft, officer = RatingDraft(factors, again="yes"), world.officer(slug)
            written = rating.save_rating(pairing, world.city(slug), Moment.AFTER, draft, actor=officer, seen=0)
            rating.hand_in(written, actor=officer)
            assert ratings.open_to(facilitator, pairing, ratings.ratings_of(pairing))
        assert mails_to(facilitator) == ["Oulu has handed in its evaluation", "Both evaluations are handed in"]
