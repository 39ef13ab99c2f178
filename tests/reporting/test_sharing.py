"""A section given to a colleague by a link: one section, one browser, until a day, and nothing else."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from harness import ApartClient, PortalClient
from reporting_world import GOOD, World, attach, fill, make_round, make_world, set_state
from sqlalchemy import select

from icportal.core.actors import SYSTEM
from icportal.core.clock import now, today
from icportal.core.db import db
from icportal.core.errors import DomainError, NotAllowed, NotFound
from icportal.core.outbox import Mail
from icportal.core.permissions import can
from icportal.reporting import responses, sharing
from icportal.reporting.enums import Permission
from icportal.reporting.flow import ROUND
from icportal.reporting.models import Evidence, Response, SectionShare
from icportal.reporting.rules import Place
from icportal.reporting.services import answering, evidence
from icportal.reporting.services import sharing as services
from icportal.reporting.services.answering import Typed
from icportal.reporting.services.sharing import Colleague
from icportal.workflow import engine

KAISA = Colleague("Kaisa Korhonen", "kaisa@oulu.example", "Housing", "fr")


@pytest.fixture
def world(app: Flask) -> Iterator[World]:
    with app.app_context():
        yield make_world()
        db.session.rollback()


def browser(app: Flask) -> PortalClient:
    app.test_client_class = ApartClient
    client: PortalClient = app.test_client()
    return client


def share(world: World, section: str = "c01", colleague: Colleague = KAISA, **more: Any) -> SectionShare:
    made = services.share_section(world.response("oulu"), section, colleague, actor=world.officer("oulu"), **more)
    db.session.commit()
    return made


def mails() -> list[Mail]:
    db.session.rollback()
    return list(db.session.scalars(select(Mail).order_by(Mail.id)))


def link_in(mail: Mail) -> str:
    found = re.search(r"http://localhost(/\S+/reporting/link/\S+)", mail.text)
    assert found
    return found[1]


def entered(app: Flask, world: World, section: str = "c01") -> tuple[PortalClient, str]:
    """A guest's browser in which the link was opened, and the link."""
    share(world, section)
    guest, link = browser(app), link_in(mails()[-1])
    assert guest.post(f"{link}/open").status_code == 303
    return guest, link


# --- given -------------------------------------------------------------------------------------------------


def test_the_mail_comes_in_the_colleague_s_language_with_the_link(world: World) -> None:
    given = share(world, note="Only the figures of 2025, please.")
    (mail,) = mails()
    assert (mail.address, mail.language) == ("kaisa@oulu.example", "fr")
    assert "/fr/reporting/link/" in mail.text
    assert "Only the figures of 2025, please." in mail.text
    assert given.expires_at.date() in {world.response("oulu").due, world.response("oulu").due + timedelta(days=1)}


def test_a_link_lives_sixty_days_at_most_and_goes_to_an_address(world: World) -> None:
    for colleague, until in ((KAISA, today() + timedelta(days=61)), (KAISA, today() - timedelta(days=1)),
                             (Colleague("Kaisa", "nowhere"), None), (Colleague("", "kaisa@oulu.example"), None)):  # fmt: skip
        with pytest.raises(DomainError):
            share(world, colleague=colleague, until=until)
        db.session.rollback()
    with pytest.raises(NotFound):
        share(world, "nothing")
    with pytest.raises(NotAllowed):
        services.share_section(world.response("oulu"), "c01", KAISA, actor=world.officer("vienna"))
    guest = sharing.guest(share(world))
    with pytest.raises(NotAllowed):
        services.share_section(world.response("oulu"), "c01", KAISA, actor=guest)


def test_somebody_with_an_account_gets_the_page_itself(world: World) -> None:
    mayor = world.mayor("oulu")
    share(world, colleague=Colleague(user_id=mayor.id))
    (mail,) = mails()
    assert "/work/reporting/round-5/oulu/sections/c01" in mail.text
    assert "/link/" not in mail.text
    assert sharing.given_to(mayor.id or 0, [world.responses["oulu"]]) == {world.responses["oulu"]: ["c01"]}
    with pytest.raises(DomainError):
        share(world, colleague=Colleague(user_id=world.officer("vienna").id))


# --- opened ------------------------------------------------------------------------------------------------


def test_looking_at_the_link_uses_nothing_up_and_opening_binds_it_to_the_browser(app: Flask, world: World) -> None:
    share(world)
    link = link_in(mails()[0])
    scanner, first, second = browser(app), browser(app), browser(app)
    page = scanner.get(link)
    assert page.status_code == 200
    assert "Kaisa Korhonen" in page.get_data(as_text=True)
    assert page.headers["Cache-Control"] == "no-store"
    assert first.post(f"{link}/open").status_code == 303
    section = first.get(link)
    assert 'name="a.c01_grade"' in section.get_data(as_text=True)
    assert section.headers["Cache-Control"] == "no-store"
    refused = second.get(link)
    assert refused.status_code == 403
    assert 'name="a.c01_grade"' not in refused.get_data(as_text=True)
    assert second.post(f"{link}/open").status_code == 403
    assert second.post(link, data={"asked": ["c01_grade"], "a.c01_grade": "fully"}).status_code == 403
    assert second.post(f"{link}/autosave", data={"asked": ["c01_grade"], "a.c01_grade": "fully"}).status_code == 403
    # The database keeps no secret that opens anything.
    db.session.rollback()
    kept = db.session.scalars(select(SectionShare)).one()
    cookie = first.get_cookie(f"icportal-section-{kept.id}")
    assert cookie is not None
    assert cookie.http_only
    assert cookie.same_site == "Lax"
    assert cookie.value not in (kept.bound_sha256, kept.nonce)


def test_another_browser_gets_a_new_link_by_mail_and_the_old_one_is_dead(app: Flask, world: World) -> None:
    guest, link = entered(app, world)
    other = browser(app)
    assert "k•••@oulu.example" in other.get(link).get_data(as_text=True)
    assert other.post(f"{link}/new").status_code == 200
    assert [mail.address for mail in mails()] == ["kaisa@oulu.example"] * 2
    assert guest.get(link).status_code == 422
    fresh = link_in(mails()[-1])
    assert other.post(f"{fresh}/open").status_code == 303
    assert other.get(fresh).status_code == 200
    assert guest.get(fresh).status_code == 403
    for _more in range(2):
        other.post(f"{link_in(mails()[-1])}/new")
    assert other.post(f"{link_in(mails()[-1])}/new").status_code == 429


def test_a_link_that_was_changed_opens_nothing(app: Flask, world: World) -> None:
    share(world)
    link = link_in(mails()[0])
    assert browser(app).get(link[:-3]).status_code == 422
    assert browser(app).post(f"{link[:-3]}/open").status_code == 422


def test_a_link_that_opens_nothing_any_more_says_why_and_what_was_typed_is_not_lost(app: Flask, world: World) -> None:
    guest, link = entered(app, world)
    link = link.replace("/fr/", "/en/")
    given = db.session.scalars(select(SectionShare)).one()

    def refused(told: str) -> str:
        db.session.commit()
        page = guest.get(link)
        assert page.status_code == 403
        assert told in page.get_data(as_text=True)
        sent = guest.post(link, data={"asked": ["c01_plans"], "a.c01_plans": "Late words.", "seen.c01_plans": "-"})
        assert sent.status_code == 403
        return sent.get_data(as_text=True)

    given.expires_at = now() - timedelta(minutes=1)
    assert "Late words." in refused("time of this link is over")
    given.expires_at = now() + timedelta(days=1)
    set_state(world.response("oulu"), "ask_sign_off")
    assert "Late words." in refused("sent its answers on")
    set_state(world.response("oulu"), "take_back")
    engine.fire(ROUND, world.round, "close", actor=SYSTEM)
    assert "Late words." in refused("round is closed")
    services.revoke_share(world.response("oulu"), given, actor=world.officer("oulu"))
    assert "Late words." in refused("taken this link back")
    assert responses.values_of(responses.answers_of(world.response("oulu"))) == {}


# --- what a guest can and cannot do ------------------------------------------------------------------------


def test_a_guest_saves_adds_evidence_and_says_when_they_are_done(app: Flask, world: World) -> None:
    guest, link = entered(app, world)
    form = {"asked": ["c01_grade", "c01_plans"], "a.c01_grade": "partly", "a.c01_plans": "More flats.", "then": "add:c01_grade",
            "seen.c01_grade": "-", "seen.c01_plans": "-", "new-c01_grade-title": "Register", "new-c01_grade-url": "https://oulu.example"}  # fmt: skip
    assert guest.post(link, data=form).status_code == 303
    saved = guest.post(
        f"{link}/autosave",
        data={"asked": ["c01_challenges"], "a.c01_challenges": "Rents.", "seen.c01_challenges": "-"},
        lint=False,
    )
    assert saved.status_code == 200
    assert guest.post(link, data={"then": "complete"}).status_code == 303
    db.session.rollback()
    answer = responses.answers_of(world.response("oulu"))["c01_plans"]
    given = db.session.scalars(select(SectionShare)).one()
    assert (answer.value, answer.author_id, answer.author_name, answer.share_id) == (
        "More flats.",
        None,
        "Kaisa Korhonen",
        given.id,
    )
    assert [each.title for each in responses.evidence_of(world.response("oulu"))["c01_grade"]] == ["Register"]
    assert given.finished_at is not None
    assert responses.section_statuses(world.response("oulu"))["c01"] == "completed"


def test_a_guest_sees_this_section_and_last_time_of_it_and_nothing_else(app: Flask, world: World) -> None:
    first = world.response("oulu")
    fill(first, GOOD)
    attach(first, "c01_grade", title="Decision of last time")
    following = make_round(world.round.questionnaire_version, number=6, previous_id=world.round_id)
    later = Response(round_id=following.id, city_id=first.city_id)
    db.session.add(later)
    db.session.commit()
    now_ = World(following.id, dict(world.cities), {"oulu": later.id})
    fill(later, {"office": "The office nobody else may read of", "c04_plans": "Secret plans"})
    secret = Evidence(city_id=first.city_id, title="Secret paper", text="Secret")
    db.session.add(secret)
    db.session.commit()
    guest, link = entered(app, now_)
    page = guest.get(link).get_data(as_text=True)
    assert "The council decided the integration plan" in page
    assert "Decision of last time" in page
    for hidden in ("The office nobody else may read of", "Secret plans", "Secret paper", "Language courses are open"):
        assert hidden not in page
    assert guest.get(f"{link}/evidence/{secret.id}").status_code == 404
    for address in (
        "/en/work/reporting/round-6/oulu",
        "/en/work/reporting/round-6/oulu/sections/c01",
        "/en/work/reporting/evidence/oulu",
    ):
        assert guest.get(address).status_code in {303, 404}
    # Neither does a made-up form reach another section, nor evidence the section does not show.
    assert guest.post(link, data={"asked": ["office"], "a.office": "Mine", "seen.office": "-"}).status_code == 303
    attached = guest.post(link, data={"then": "attach:c01_grade", "evidence.c01_grade": str(secret.id)})
    assert attached.status_code == 404
    db.session.rollback()
    assert responses.answers_of(now_.response("oulu"))["office"].value == "The office nobody else may read of"
    assert responses.evidence_of(now_.response("oulu")) == {}


def test_a_guest_of_one_section_may_nothing_elsewhere(world: World) -> None:
    response, guest = world.response("oulu"), sharing.guest(share(world))
    assert can(guest, Permission.ANSWER, Place(response, "c01"))
    for subject in (Place(response, "c04"), response, Place(world.response("vienna"), "c01")):
        assert not can(guest, Permission.ANSWER, subject)
    assert not can(guest, Permission.KEEP_EVIDENCE, world.city("oulu"))
    assert not can(guest, Permission.VIEW_RESPONSE, response)
    for act in (
        lambda: answering.save_section(response, "c04", {"c04_plans": Typed("No.")}, actor=guest, language="en"),
        lambda: answering.confirm_still_true(response, "c04_grade", actor=guest),
        lambda: answering.complete_section(response, "about", actor=guest),
        lambda: evidence.attach_evidence(response, "c04_grade", 1, actor=guest),
    ):
        with pytest.raises(NotAllowed):
            act()


# --- officers look after it --------------------------------------------------------------------------------


def test_officers_see_who_has_it_take_it_back_and_send_a_new_link(app: Flask, world: World) -> None:
    officer = browser(app)
    officer.sign_in(world.officer("oulu").id or 0)
    here = "/en/work/reporting/round-5/oulu/sections/c01/people"
    form = {
        "user_id": "",
        "name": "Kaisa Korhonen",
        "email": "kaisa@oulu.example",
        "language": "en",
        "department": "",
        "note": "",
    }
    assert officer.post(here, data={**form, "email": "nobody"}).status_code == 422
    assert officer.post(here, data=form).status_code == 303
    page = officer.get(here).get_data(as_text=True)
    assert "not opened yet" in page
    assert "with Kaisa Korhonen" in officer.get("/en/work/reporting/round-5/oulu").get_data(as_text=True)
    given = db.session.scalars(select(SectionShare)).one()
    before = link_in(mails()[0])
    officer.post(f"/en/work/reporting/round-5/oulu/people/{given.id}/renew")
    assert browser(app).get(before).status_code == 422
    assert browser(app).get(link_in(mails()[1])).status_code == 200
    officer.post(f"/en/work/reporting/round-5/oulu/people/{given.id}/revoke")
    assert browser(app).get(link_in(mails()[1])).status_code == 403
    assert "Kaisa" not in officer.get(here).get_data(as_text=True)
