"""Answers: saved question by question, merged with those of others, called still true, never mistaken for "not at all"."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from reporting_world import GOOD, World, attach, fill, make_round, make_world, set_state

from icportal.core.actors import SYSTEM, Actor, Grant, Role
from icportal.core.clock import today
from icportal.core.db import db
from icportal.core.errors import DomainError, NotAllowed, NotFound, Stale
from icportal.reporting import responses
from icportal.reporting.enums import RemarkKind, SectionStatus, Visibility
from icportal.reporting.flow import ROUND
from icportal.reporting.models import Remark, Response, Round
from icportal.reporting.seals import NOTHING, said_in, seal
from icportal.reporting.services import answering
from icportal.reporting.services.answering import Typed
from icportal.workflow import engine

pytestmark = pytest.mark.usefixtures("context")


@pytest.fixture
def context(app: Flask) -> Iterator[None]:
    with app.app_context():
        yield
        db.session.rollback()


@pytest.fixture
def world(context: None) -> World:
    return make_world()


def save(world: World, section: str = "c01", *, actor: Actor | None = None, seen: Any = "now", **values: Any) -> answering.Saved:
    """Save as a page that was opened just now (or over what ``seen`` says of each question) would."""
    response = world.response("oulu")
    marks = seals(response) if seen == "now" else seen
    typed = {
        name: value if isinstance(value, Typed) else Typed(value, seen=marks.get(name, NOTHING)) for name, value in values.items()
    }
    saved = answering.save_section(response, section, typed, actor=actor or world.officer("oulu"), language="fi")
    db.session.commit()
    return saved


def seals(response: Response) -> dict[str, str]:
    known = responses.structure_of(response).questions
    return {name: seal(said_in(known[name], answer)) for name, answer in responses.answers_of(response).items()}


def said(world: World, question: str) -> Any:
    answer = responses.answers_of(world.response("oulu")).get(question)
    return answer and answer.value


def test_a_save_writes_what_was_changed_and_nothing_else(world: World) -> None:
    saved = save(world, c01_grade="fully", c01_explanation=" Every  year. \r\n\r\nReally. ", c01_plans=None)
    assert (saved.questions, saved.version) == (("c01_grade", "c01_explanation"), 1)
    answers = responses.answers_of(world.response("oulu"))
    assert set(answers) == {"c01_grade", "c01_explanation"}
    grade = answers["c01_grade"]
    assert (grade.value, grade.choice, grade.author_id, grade.language) == ("fully", "fully", world.officer("oulu").id, "fi")
    assert answers["c01_explanation"].value == "Every  year. \n\nReally."
    again = save(world, c01_grade="fully", c01_explanation="Every  year. \n\nReally.")
    assert (again.questions, again.version) == ((), 1)


def test_a_blank_takes_the_value_away_and_is_no_grade(world: World) -> None:
    save(world, c01_grade="partly")
    save(world, c01_grade="")
    answer = responses.answers_of(world.response("oulu"))["c01_grade"]
    assert (answer.value, answer.choice, answer.is_blank) == (None, "", True)
    assert responses.values_of({"c01_grade": answer}) == {}


def test_two_people_in_one_section_are_merged_question_by_question(world: World) -> None:
    save(world, c01_explanation="Old.", c01_plans="Old plans.")
    opened = seals(world.response("oulu"))
    save(world, c01_explanation="Theirs.", actor=world.mayor("oulu"))
    # My page still has the old explanation, which I have not touched, and new plans.
    saved = save(world, c01_explanation="Old.", c01_plans="Mine.", seen=opened)
    assert saved.questions == ("c01_plans",)
    assert (said(world, "c01_explanation"), said(world, "c01_plans")) == ("Theirs.", "Mine.")


def test_two_people_at_one_question_see_both_versions_and_nothing_is_written(world: World) -> None:
    opened = seals(world.response("oulu"))
    save(world, c01_explanation="Theirs.", actor=world.mayor("oulu"))
    with pytest.raises(Stale) as refused:
        save(world, c01_explanation="Mine.", c01_plans="Plans.", seen=opened)
    assert refused.value.differences == [("c01_explanation", "Mine.", "Theirs.")]
    db.session.rollback()
    assert (said(world, "c01_explanation"), said(world, "c01_plans")) == ("Theirs.", None)
    # Having seen both, saving again is a choice. The same text by both is no conflict.
    assert save(world, c01_explanation="Mine.").questions == ("c01_explanation",)
    assert save(world, c01_explanation="Mine.", seen=opened).questions == ()


def test_a_decimal_that_was_written_otherwise_is_not_a_change(world: World) -> None:
    fill(world.response("oulu"), {"budget": "1250000.50"})
    assert save(world, "about", budget="1250000.5").questions == ()


def test_not_at_all_is_the_network_s_until_the_city_chooses(world: World) -> None:
    save(world, c01_grade="not_at_all", c01_challenges="Much.")
    answers = responses.answers_of(world.response("oulu"))
    assert (answers["c01_grade"].visibility, answers["c01_grade"].visibility_chosen) == (Visibility.NETWORK, False)
    assert answers["c01_challenges"].visibility == Visibility.NETWORK
    save(world, c01_grade="partly")
    assert responses.answers_of(world.response("oulu"))["c01_grade"].visibility == Visibility.PUBLIC
    save(world, c01_grade=Typed("not_at_all", visibility="public"))
    chosen = responses.answers_of(world.response("oulu"))["c01_grade"]
    assert (chosen.visibility, chosen.visibility_chosen) == (Visibility.PUBLIC, True)


def test_no_evidence_and_comments_stay_where_the_page_does_not_speak_of_them(world: World) -> None:
    save(world, c01_grade=Typed("fully", no_evidence=True, comment="It is so."))
    save(world, c01_grade=Typed("partly"))
    answer = responses.answers_of(world.response("oulu"))["c01_grade"]
    assert (answer.value, answer.no_evidence, answer.comment) == ("partly", True, "It is so.")


def test_what_is_not_offered_is_not_taken(world: World) -> None:
    for section, values in (
        ("c01", {"c01_grade": "nearly"}),
        ("special", {"themes": ["housing", "magic"]}),
        ("c01", {"c01_practices": [1]}),
    ):
        with pytest.raises(DomainError):
            save(world, section, **values)
        db.session.rollback()
    with pytest.raises(NotFound):
        save(world, "c01", office="Another section's question.")


def test_nobody_answers_a_closed_round_a_response_sent_on_or_another_city(world: World) -> None:
    with pytest.raises(NotAllowed):
        save(world, c01_grade="fully", actor=world.officer("vienna"))
    with pytest.raises(NotAllowed):
        save(world, c01_grade="fully", actor=world.coordinator)
    ended = Actor(id=world.officer("oulu").id, name="Olli", grants=frozenset({Grant(Role.TRANSLATOR)}))
    with pytest.raises(NotAllowed):
        save(world, c01_grade="fully", actor=ended)
    set_state(world.response("oulu"), "ask_sign_off")
    with pytest.raises(NotAllowed) as refused:
        save(world, c01_grade="fully")
    assert "sent on" in str(refused.value.reasons[0])
    set_state(world.response("oulu"), "take_back")
    engine.fire(ROUND, world.round, "close", actor=SYSTEM)
    db.session.commit()
    with pytest.raises(NotAllowed) as refused:
        save(world, c01_grade="fully")
    assert "not open" in str(refused.value.reasons[0])


# --- still true --------------------------------------------------------------------------------------------


@pytest.fixture
def two_rounds(world: World) -> World:
    """A round after the one that was answered, for the same city and the same questionnaire."""
    first = world.response("oulu")
    fill(first, {**GOOD, "c01_grade": {"value": "fully", "no_evidence": False}})
    attach(first, "c01_grade", title="Decision")
    attach(first, "c04_grade", title="Old study", expires_on=today() - timedelta(days=1))
    following = make_round(world.round.questionnaire_version, number=6, previous_id=world.round_id)
    later = Response(round_id=following.id, city_id=first.city_id)
    db.session.add(later)
    db.session.commit()
    return World(following.id, dict(world.cities), {"oulu": later.id})


def test_last_time_stands_beside_and_is_never_copied_by_itself(two_rounds: World) -> None:
    response = two_rounds.response("oulu")
    last = responses.last_time(response)
    assert last["c01_grade"].answer.value == "fully"
    assert [each.title for each in last["c01_grade"].evidence] == ["Decision"]
    assert (last["c01_grade"].expired, last["c04_grade"].expired) == (False, True)
    assert responses.answers_of(response) == {}


def test_still_true_copies_value_and_evidence_and_says_when(two_rounds: World) -> None:
    response, officer = two_rounds.response("oulu"), two_rounds.officer("oulu")
    answer = answering.confirm_still_true(response, "c01_grade", actor=officer)
    db.session.commit()
    before = responses.last_time(response)["c01_grade"]
    assert (answer.value, answer.choice, answer.still_true_on, answer.still_true_of) == (
        "fully",
        "fully",
        today(),
        before.answer.id,
    )
    assert [each.title for each in responses.evidence_of(response)["c01_grade"]] == ["Decision"]
    # Typing another answer takes the tick away; taking it away by hand takes the answer with it.
    save(two_rounds, c01_grade="partly")
    assert responses.answers_of(response)["c01_grade"].still_true_on is None
    answering.confirm_still_true(response, "c01_grade", actor=officer)
    answering.take_back_still_true(response, "c01_grade", actor=officer)
    assert responses.answers_of(response)["c01_grade"].is_blank
    assert responses.evidence_of(response) == {}


def test_still_true_is_impossible_when_the_evidence_has_expired(two_rounds: World) -> None:
    with pytest.raises(DomainError) as refused:
        answering.confirm_still_true(two_rounds.response("oulu"), "c04_grade", actor=two_rounds.officer("oulu"))
    assert "Old study" in str(refused.value.message)
    assert str(today().year) in str(refused.value.message)
    with pytest.raises(DomainError):
        answering.confirm_still_true(two_rounds.response("oulu"), "annex", actor=two_rounds.officer("oulu"))


# --- how far it is -----------------------------------------------------------------------------------------


def test_sections_say_how_far_they_are_and_the_board_says_the_same(world: World) -> None:
    response, officer = world.response("oulu"), world.officer("oulu")
    assert set(responses.section_statuses(response).values()) == {SectionStatus.NOT_STARTED}
    save(world, c01_grade="fully")
    answering.complete_section(response, "c04", actor=officer)
    db.session.commit()
    statuses = responses.section_statuses(response)
    assert (statuses["c01"], statuses["c04"], statuses["about"]) == ("in_progress", "completed", "not_started")
    everybody = responses.statuses_of(world.round)
    assert everybody[response.id] == statuses
    assert set(everybody[world.response("vienna").id].values()) == {SectionStatus.NOT_STARTED}
    answering.reopen_section(response, "c04", actor=officer)
    assert responses.section_statuses(response)["c04"] == SectionStatus.NOT_STARTED


def test_what_was_asked_for_is_requested_until_it_is_answered(world: World) -> None:
    save(world, c01_grade="fully")
    response = world.response("oulu")
    of_question = Remark(response_id=response.id, section="c01", question="c01_grade", kind=RemarkKind.CHANGE, text="Why?")
    of_section = Remark(response_id=response.id, section="c04", kind=RemarkKind.SENT_BACK, text="Look again.")
    db.session.add_all([of_question, of_section])
    db.session.commit()
    assert responses.section_statuses(response)["c01"] == SectionStatus.CHANGES_REQUESTED
    answering.reply_to_remark(response, of_question.id, "Because.", actor=world.officer("oulu"))
    save(world, "c04", c04_explanation="Now better.")
    statuses = responses.section_statuses(response)
    assert (statuses["c01"], statuses["c04"]) == (SectionStatus.CHANGES_MADE, SectionStatus.CHANGES_MADE)
    assert responses.statuses_of(world.round)[response.id] == statuses


def test_nothing_can_start_before_the_round_opens(world: World) -> None:
    planned: Round = make_round(world.round.questionnaire_version, number=9, is_open=False)
    response = Response(round_id=planned.id, city_id=world.cities["oulu"])
    db.session.add(response)
    db.session.flush()
    assert set(responses.section_statuses(response).values()) == {SectionStatus.CANNOT_START}
