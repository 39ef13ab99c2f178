"""The rounds of a demonstration: what they hold, that they are marked, and that no other portal has them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from flask import Flask
from harness import PortalClient
from sqlalchemy import func, select

from icportal.cities.models import City
from icportal.cli import verify
from icportal.config import Mode
from icportal.core.clock import today
from icportal.core.db import db
from icportal.core.errors import NotAllowed
from icportal.core.outbox import Mail
from icportal.reporting import demonstration
from icportal.reporting.checking import check, errors_of
from icportal.reporting.enums import ResponseState, RoundState, Visibility
from icportal.reporting.models import Answer, Evidence, PublishedAnswer, Response, ResultDocument, Round, RoundSnapshot
from icportal.reporting.responses import has_expired, last_time
from icportal.reporting.services.demonstration import freeze_demonstration_rounds, load_demonstration_rounds

MADE_UP = "These answers are made up"


@pytest.fixture
def seeded(seeded_app: Flask) -> Iterator[None]:
    with seeded_app.app_context():
        yield


def rounds() -> dict[int, Round]:
    return {each.number: each for each in db.session.scalars(select(Round))}


def responses(number: int) -> dict[str, Response]:
    query = select(City.slug, Response).join(City, City.id == Response.city_id).join(Round, Round.id == Response.round_id)
    return {row.slug: row.Response for row in db.session.execute(query.where(Round.number == number))}


def test_two_rounds_are_over_and_one_is_open(seeded: None) -> None:
    found = rounds()
    assert {number: each.state for number, each in found.items()} == {
        2: RoundState.CLOSED, 5: RoundState.CLOSED, 6: RoundState.OPEN,
    }  # fmt: skip
    assert all(each.is_demonstration for each in found.values())
    assert (found[5].previous_id, found[6].previous_id) == (found[2].id, found[5].id)
    assert found[6].deadline > today()
    for number in demonstration.PAST:
        assert {each.state for each in responses(number).values()} == {ResponseState.PUBLISHED}
        assert {each.published_at.date() for each in responses(number).values()} == {
            demonstration.past_round(number)["published_on"]
        }
    assert sorted(responses(6)) == sorted(demonstration.slugs())
    assert db.session.scalar(select(func.count()).select_from(Answer).join(Response).where(Response.round_id == found[6].id)) == 0
    assert db.session.scalar(select(func.count()).select_from(Mail)) == 0
    assert load_demonstration_rounds() == 0


@pytest.mark.parametrize("number", demonstration.PAST)
def test_what_the_cities_are_made_to_say_can_be_answers(seeded: None, number: int) -> None:
    found = {
        slug: [f"{each.question}: {each.sentence}" for each in errors_of(check(each))] for slug, each in responses(number).items()
    }
    # Evidence that has expired by now is an error for a round that is still open.
    found["oulu"] = [each for each in found["oulu"] if not each.startswith("c06_grade")]
    assert {slug: problems for slug, problems in found.items() if problems} == {}


def test_low_grades_are_public_only_where_the_city_says_so(seeded: None) -> None:
    low = select(City.slug, PublishedAnswer.question).join(City, City.id == PublishedAnswer.city_id)
    low = low.join(Round, Round.id == PublishedAnswer.round_id).where(Round.number == 5, PublishedAnswer.choice == "not_at_all")
    shown = {tuple(row) for row in db.session.execute(low.where(PublishedAnswer.visibility == Visibility.PUBLIC))}
    assert shown == {("riga", "c09_grade")}
    assert len(db.session.execute(low).all()) > 5
    assert db.session.scalar(select(func.count()).select_from(ResultDocument)) > 100


def test_oulu_can_call_most_of_it_still_true_but_not_what_has_expired(seeded: None) -> None:
    last = last_time(responses(6)["oulu"])
    assert [name for name, each in last.items() if each.expired] == ["c06_grade"]
    assert sum(each.can_still_be_true for each in last.values()) > 40
    assert last["c04_practices"].answer.value
    assert [each.title for each in db.session.scalars(select(Evidence)) if has_expired(each)] == ["Plan for a diverse workforce"]


def test_freezing_is_asked_for_once_and_all_is_as_it_was_written(seeded: None) -> None:
    assert verify.findings() == []
    assert freeze_demonstration_rounds() == len(demonstration.PAST)
    db.session.commit()
    assert freeze_demonstration_rounds() == 0
    db.session.expire_all()
    assert all(each.frozen_at for each in db.session.scalars(select(RoundSnapshot)))
    assert verify.findings() == []


def test_another_portal_has_none_of_it(seeded_app: Flask) -> None:
    seeded_app.config["SETTINGS"] = replace(seeded_app.config["SETTINGS"], mode=Mode.PRODUCTION)
    with seeded_app.app_context(), pytest.raises(NotAllowed):
        load_demonstration_rounds()


@pytest.mark.parametrize(
    "path",
    [
        "results", "results/round-5", "results/round-5/commitments/4", "results/round-5/cities/no-answer",
        "results/round-5/questions/housing_places", "cities/oulu/answers/round-5", "cities/oulu",
    ],
)  # fmt: skip
def test_made_up_answers_are_marked_where_they_show(seeded_app: Flask, client: PortalClient, path: str) -> None:
    answer = client.get(f"/en/{path}")
    assert answer.status_code == 200, path
    text = answer.get_data(as_text=True)
    assert MADE_UP in text or "made-up answers" in text


def test_made_up_answers_are_marked_on_the_pages_of_work(
    seeded_app: Flask, client: PortalClient, sign_in: Callable[..., PortalClient]
) -> None:
    coordinator = sign_in("coordinator@demo.example")
    for path in ("rounds/round-5", "rounds/round-5/board", "round-5/oulu", "round-5/oulu/review", "round-5/oulu/sections/c01",
                 "round-5/oulu/comparison", "round-5/results", "round-6/oulu/sections/c01"):  # fmt: skip
        answer = coordinator.get(f"/en/work/reporting/{path}")
        assert answer.status_code == 200, path
        assert "made up" in answer.text or "made-up answers" in answer.text, path
