"""An answer becomes a practice draft or an action: once, by somebody with an account, and linked both ways."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask import Flask
from harness import PortalClient
from reporting_world import World, fill, make_world, set_state
from sqlalchemy import func, select

from icportal.core.actors import Actor
from icportal.core.db import db
from icportal.core.errors import DomainError, NotAllowed, NotFound
from icportal.plans.models import Action, Origin
from icportal.practices.models import Practice
from icportal.reporting.handing_on import first_words
from icportal.reporting.models import Answer, HandedOn
from icportal.reporting.rules import Place
from icportal.reporting.services.handing_on import hand_on

TOLD = "The city opened a one-stop office for newcomers. It answers in nine languages."
PAGE = "/en/work/reporting/round-5/oulu/sections/c01"


@pytest.fixture
def world(app: Flask) -> World:
    with app.app_context():
        world = make_world()
        answers = {
            "c01_grade": "partly",
            "c01_explanation": {"value": TOLD, "language": "fi"},
            "c01_challenges": "Too few interpreters. We look for more.",
            "c04_provider": "direct",
            "c04_grade": "fully",
        }
        fill(world.response("oulu"), answers)
        return world


def answer(world: World, question: str) -> Answer | None:
    query = select(Answer).where(Answer.response_id == world.responses["oulu"], Answer.question == question)
    return db.session.scalar(query)


def test_first_words_are_the_first_sentence_or_ten_words() -> None:
    assert first_words("A short one. And more.") == "A short one"
    assert (
        first_words("one two three four five six seven eight nine ten eleven")
        == "one two three four five six seven eight nine ten…"
    )
    assert first_words("Version 2.0 is out\nand more") == "Version 2.0 is out"
    assert first_words("") == ""


def test_an_explanation_becomes_a_practice_that_both_sides_know(world: World, context: None) -> None:
    response, officer = world.response("oulu"), world.officer("oulu")
    made = hand_on(response, "c01_explanation", "practice", "One-stop office", actor=officer)
    practice = db.session.get_one(Practice, made.subject_id)
    assert practice.city_id == world.cities["oulu"]
    assert practice.commitments == [1]
    assert practice.language == "fi"
    assert practice.item.source.head is not None
    assert practice.item.source.head.body == {"title": "One-stop office", "summary": TOLD}
    named = answer(world, "c01_practices")
    assert named is not None
    assert named.value == [practice.id]


def test_a_long_explanation_tells_how_it_works(world: World, context: None) -> None:
    fill(world.response("oulu"), {"c01_explanation": "word " * 101})
    made = hand_on(world.response("oulu"), "c01_explanation", "practice", "Long", actor=world.officer("oulu"))
    body = db.session.get_one(Practice, made.subject_id).item.source.head.body
    assert set(body) == {"title", "how_it_works"}


def test_a_question_for_practices_needs_no_answer_and_keeps_those_it_names(world: World, context: None) -> None:
    response, officer = world.response("oulu"), world.officer("oulu")
    first = hand_on(response, "c01_explanation", "practice", "First", actor=officer).subject_id
    second = hand_on(response, "c01_practices", "practice", "Second", actor=officer).subject_id
    named = answer(world, "c01_practices")
    assert named is not None
    assert named.value == [first, second]


def test_twice_is_once(world: World, context: None) -> None:
    response, officer = world.response("oulu"), world.officer("oulu")
    for question, key in (("c01_explanation", "practice"), ("c01_grade", "action")):
        first = hand_on(response, question, key, "Once", actor=officer)
        again = hand_on(response, question, key, "Twice", actor=officer)
        assert again.id == first.id
    assert db.session.scalar(select(func.count(HandedOn.id))) == 2
    assert db.session.scalar(select(func.count(Practice.id))) == 1
    assert [action.title for action in db.session.scalars(select(Action))] == ["Once"]


def test_a_gap_becomes_an_action_that_knows_its_answer(world: World, context: None) -> None:
    made = hand_on(world.response("oulu"), "c01_challenges", "action", "Interpreters", actor=world.officer("oulu"))
    action = db.session.get_one(Action, made.subject_id)
    assert (action.title, action.body, action.commitments) == ("Interpreters", "Too few interpreters. We look for more.", [1])
    origin = db.session.scalars(select(Origin)).one()
    assert (origin.action_id, origin.response_id, origin.question) == (action.id, world.responses["oulu"], "c01_challenges")


def test_what_does_not_fit_is_refused(world: World, context: None) -> None:
    for question, key in (
        ("c04_grade", "action"),
        ("c01_plans", "action"),
        ("office", "practice"),
        ("c04_explanation", "practice"),
    ):
        with pytest.raises(DomainError, match="Answer the question first"):
            hand_on(world.response("oulu"), question, key, "Title", actor=world.officer("oulu"))


def test_a_title_is_needed_and_what_is_unknown_is_not_found(world: World, context: None) -> None:
    response, officer = world.response("oulu"), world.officer("oulu")
    with pytest.raises(DomainError, match="Give it a title") as refused:
        hand_on(response, "c01_grade", "action", "  ", actor=officer)
    assert refused.value.field == "then.action.c01_grade"
    for question, key in (("c01_grade", "poem"), ("nothing", "action")):
        with pytest.raises(NotFound):
            hand_on(response, question, key, "Title", actor=officer)


def test_guests_and_others_make_nothing(world: World, context: None) -> None:
    response = world.response("oulu")
    guest = Actor(id=None, name="Guest", opened=Place(response, "c01").opened)
    for other in (guest, world.officer("vienna")):
        for key in ("practice", "action"):
            with pytest.raises(NotFound):
                hand_on(response, "c01_explanation", key, "Title", actor=other)
    for reader in (world.mayor("oulu"), world.coordinator):
        with pytest.raises(NotAllowed):
            hand_on(response, "c01_grade", "action", "Title", actor=reader)


def test_after_it_was_sent_on_the_answer_itself_stays(world: World, context: None) -> None:
    response, officer = world.response("oulu"), world.officer("oulu")
    set_state(response, "ask_sign_off")
    hand_on(response, "c01_explanation", "practice", "Later", actor=officer)
    assert answer(world, "c01_practices") is None


# --- on the page -------------------------------------------------------------------------------------------


@pytest.fixture
def officer(world: World, app: Flask, sign_in: Callable[..., PortalClient]) -> PortalClient:
    with app.app_context():
        who = world.officer("oulu").id
    return sign_in(who)


def test_one_click_saves_the_section_and_makes_it(world: World, officer: PortalClient, app: Flask) -> None:
    page = officer.get(PAGE).get_data(as_text=True)
    assert 'value="The city opened a one-stop office for newcomers"' in page
    assert 'value="make-practice:c01_explanation"' in page
    assert 'value="make-action:c01_grade"' in page
    assert 'value="make-action:c01_explanation"' not in page
    sent = typed(page, "c01_plans", "Newly typed. By hand.") | {"then": "make-action:c01_plans", "then.action.c01_plans": ""}
    answered = officer.post(PAGE, data=sent)
    assert (answered.status_code, answered.location) == (303, f"{PAGE}#a.c01_plans")
    page = officer.get(PAGE).get_data(as_text=True)
    assert "make-action:c01_plans" not in page
    assert "/en/work/plans/oulu/actions/1" in page
    officer.post(PAGE, data=sent)
    with app.app_context():
        (action,) = db.session.scalars(select(Action))
        assert (action.title, action.body) == ("Newly typed", "Newly typed. By hand.")


def test_without_a_title_the_page_says_so_and_keeps_what_was_typed(officer: PortalClient) -> None:
    page = officer.get(PAGE).get_data(as_text=True)
    sent = typed(page, "c01_plans", "Newly typed.") | {"then": "make-action:c01_grade", "then.action.c01_grade": " "}
    refused = officer.post(PAGE, data=sent)
    page = refused.get_data(as_text=True)
    assert refused.status_code == 422
    assert 'href="#then.action.c01_grade"' in page
    assert "Newly typed." in page


def typed(page: str, question: str, text: str) -> dict[str, str]:
    """What a page sends for one question that was typed into."""
    seen = re.search(rf'name="seen\.{question}" value="([^"]*)"', page)
    assert seen
    return {"written_in": "en", "asked": question, f"a.{question}": text, f"seen.{question}": seen[1]}


def test_a_sent_response_has_a_button_of_its_own(world: World, officer: PortalClient, app: Flask) -> None:
    with app.app_context():
        set_state(world.response("oulu"), "ask_sign_off")
    address = "/en/work/reporting/round-5/oulu/questions/c01_grade/action"
    page = officer.get(PAGE).get_data(as_text=True)
    assert f'id="make-action-c01_grade" action="{address}"' in page
    assert '<button form="make-action-c01_grade"' in page
    assert officer.post(address, data={"then.action.c01_grade": "Close the gap"}).status_code == 303
    assert "/en/work/plans/oulu/actions/1" in officer.get(PAGE).get_data(as_text=True)
    assert officer.post(address.replace("oulu", "vienna"), data={"then.action.c01_grade": "No"}).status_code == 404
