"""What stands in the way of a response, and what somebody will ask back about."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask
from reporting_world import GOOD, World, attach, fill, make_round, make_world

from icportal.core.clock import today
from icportal.core.db import db
from icportal.reporting import checking, responses
from icportal.reporting.checking import ERROR, WARNING, Finding, check
from icportal.reporting.models import Response


@pytest.fixture
def world(app: Flask) -> Iterator[World]:
    with app.test_request_context("/en/"):
        yield make_world("oulu")
        db.session.rollback()


def found(world: World, level: str = "") -> list[tuple[str, str]]:
    return [
        (finding.question, str(finding.sentence)) for finding in check(world.response("oulu")) if level in ("", finding.level)
    ]


def only(world: World) -> Finding:
    (finding,) = check(world.response("oulu"))
    return finding


def test_a_good_response_has_nothing_to_mend(world: World) -> None:
    fill(world.response("oulu"), GOOD)
    assert check(world.response("oulu")) == []


WRONG = [
    ("office", "", "has to be answered", "a.office"),
    ("staff", -1, "", "a.staff"),
    ("housing", "word " * 52, "2 words too many", "a.housing"),
    ("strategies", [{"title": "One"}, {"year": 2023}], "Row 2", "a.strategies.1.title"),
    ("strategies", [{"title": "One", "kind": "poem"}], "not the kind", "a.strategies"),
    ("budget", "a lot", "not the kind", "a.budget"),
    ("adopted", "last spring", "not the kind", "a.adopted"),
    ("themes", ["housing", "magic"], "not the kind", "a.themes"),
    ("c01_grade", {"value": "partly", "no_evidence": False}, "Put evidence behind", "a.c01_grade"),
]


def test_errors_say_what_to_mend_and_where(world: World) -> None:
    for question, said, words, field in WRONG:
        fill(world.response("oulu"), {"c01_grade": {"value": "fully", "no_evidence": True}, **GOOD, question: said})
        finding = only(world)
        assert (finding.level, finding.question, finding.field) == (ERROR, question, field)
        assert words in str(finding.sentence)
        fill(world.response("oulu"), {**GOOD, question: None})


def test_what_is_not_asked_is_not_missed_and_not_at_all_needs_no_evidence(world: World) -> None:
    said = {**GOOD, "themes": ["work"], "housing": "word " * 80, "c01_grade": {"value": "not_at_all", "no_evidence": False}}
    fill(world.response("oulu"), said)
    assert check(world.response("oulu")) == []


def test_expired_evidence_does_not_count(world: World) -> None:
    fill(world.response("oulu"), {**GOOD, "c01_grade": {"value": "fully", "no_evidence": False}})
    old = attach(world.response("oulu"), "c01_grade", expires_on=today())
    assert [(finding.level, finding.question) for finding in check(world.response("oulu"))] == [
        (ERROR, "c01_grade"),
        (WARNING, "c01_grade"),
    ]
    old.expires_on = today() + timedelta(days=400)
    db.session.commit()
    assert check(world.response("oulu")) == []


def test_doubtful_evidence_is_asked_back_about_and_a_comment_settles_it(world: World) -> None:
    response = world.response("oulu")
    fill(response, GOOD)
    doubtful = attach(response, "c01_grade", effective_on=today() - timedelta(days=800))
    assert "more than two years old" in str(only(world).sentence)
    doubtful.effective_on, doubtful.expires_on = None, today() + timedelta(days=10)
    db.session.commit()
    finding = only(world)
    assert finding.level == WARNING
    assert "before the round ends" in str(finding.sentence)
    assert checking.unexplained([finding], responses.answers_of(response)) == [finding]
    fill(response, {"c01_grade": {"value": "fully", "comment": "It is renewed in May."}})
    assert checking.unexplained(check(response), responses.answers_of(response)) == []


def test_what_differs_much_from_last_time_is_asked_back_about(world: World) -> None:
    fill(world.response("oulu"), {**GOOD, "c01_explanation": "", "budget": "100", "staff": 10})
    following = make_round(world.round.questionnaire_version, number=6, previous_id=world.round_id)
    later = Response(round_id=following.id, city_id=world.cities["oulu"])
    db.session.add(later)
    db.session.commit()
    world = World(following.id, dict(world.cities), {"oulu": later.id})
    fill(later, {**GOOD, "c01_grade": "partly", "c01_explanation": "", "budget": "301", "staff": 29})
    assert [question for question, _sentence in found(world, WARNING)] == ["budget", "c01_grade"]
    fill(later, {"c01_explanation": "A new survey.", "budget": "299"})
    assert found(world) == []
    fill(later, {"staff": {"value": 10, "still_true_on": following.opens_on - timedelta(days=1)}})
    assert [question for question, _sentence in found(world, WARNING)] == ["staff"]
