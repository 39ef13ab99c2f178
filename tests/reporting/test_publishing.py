"""What others read of a response: nothing that the city keeps to itself, and no low grade that it has not chosen to show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import reporting_world as rw
from flask import Flask
from harness import ApartClient, PortalClient
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from icportal.core.db import db
from icportal.reporting.services.publishing import evidence_changed, rows_of
from icportal.reporting.snapshots import answers_as_read
from icportal.web.page_cache import PublicStamp

PAGE = "/en/cities/oulu/answers/round-5"
#: Words that nobody may find who may not read them.
CITY, NETWORK, LOW = "only-the-city-knows", "only-the-network-knows", "why-it-is-not-met"


@pytest.fixture
def world(app: Flask) -> Iterator[rw.World]:
    with app.app_context():
        yield rw.make_world("oulu")
        db.session.rollback()


@pytest.fixture
def client(app: Flask) -> PortalClient:
    app.test_client_class = ApartClient
    return app.test_client()  # type: ignore[return-value]


def rows(response: Any) -> dict[str, dict[str, Any]]:
    made = rows_of(answers_as_read(response), response.round.questionnaire_version.known)
    return {row["question"]: row for row in made}


def secretive(world: rw.World) -> Any:
    """A response in which everything that can be kept back is."""
    response = world.response("oulu")
    rw.fill(
        response,
        {
            **rw.GOOD,
            "office": {"value": CITY, "visibility": "city", "visibility_chosen": True},
            "c01_challenges": NETWORK,
            "c04_grade": {"value": "not_at_all", "visibility": "public", "visibility_chosen": False, "no_evidence": True},
            "c04_explanation": LOW,
            "housing": {"value": f"<b>{CITY}</b>", "visibility": "city", "visibility_chosen": True},
        },
        author=world.officer("oulu"),
    )
    rw.attach(response, "c01_grade", title=CITY, visibility="city")
    rw.attach(response, "c01_grade", title=NETWORK, visibility="network")
    rw.attach(response, "c01_grade", title="Council decision", visibility="public")
    rw.attach(response, "office", title=f"behind {CITY}", visibility="public")
    return response


@pytest.mark.databases
def test_nothing_leaves_through_the_public_pages(world: rw.World, client: PortalClient) -> None:
    secretive(world)
    rw.publish(world, "oulu")
    for language in ("en", "fr"):
        for path in (f"/{language}/cities/oulu/answers/round-5", f"/{language}/cities/oulu"):
            page = client.get(path).text
            for words in (CITY, NETWORK, LOW, "not_at_all"):
                assert words not in page.replace("/not_at_all", ""), (path, words)
    page = client.get(PAGE).text
    assert "Council decision" in page
    assert 'id="c04_grade"' not in page
    assert "The city keeps 7 answers from the public." in page, (
        "office, budget, staff, challenges, grade 4 with its explanation, housing"
    )
    city = client.get("/en/cities/oulu").text
    assert "Commitments fully met: 1, partly: 0, not at all: 0." in city
    assert "the city keeps it from the public" in city, "what is withheld cannot be told from no answer"


def test_the_copy_is_no_wider_than_the_city_wants(world: rw.World) -> None:
    found = rows(secretive(world))
    assert (found["office"]["visibility"], found["office"]["value"], found["office"]["evidence"]) == ("city", None, [])
    assert (found["c01_challenges"]["visibility"], found["c01_challenges"]["value"]) == ("network", NETWORK)
    grade = found["c04_grade"]
    assert (grade["visibility"], grade["choice"]) == ("network", "not_at_all"), "the network's results count it"
    assert found["c04_explanation"]["visibility"] == "network", "it would tell the grade"
    assert [(each["title"], each["visibility"]) for each in found["c01_grade"]["evidence"]] == [
        (NETWORK, "network"), ("Council decision", "public"),
    ]  # fmt: skip
    assert "c01_plans" not in found, "a blank is no answer"


def test_low_grades_narrow_answers_and_questions_that_do_not_apply(world: rw.World) -> None:
    response = world.response("oulu")
    for visibility, chosen, read_by in (
        ("public", True, "public"), ("public", False, "network"), ("network", True, "network"), ("city", True, "city"),
    ):  # fmt: skip
        low = {"value": "not_at_all", "visibility": visibility, "visibility_chosen": chosen}
        telling = {"value": LOW, "visibility": "public", "visibility_chosen": False}
        rw.fill(response, {"c01_grade": low, "c01_explanation": telling})
        found = rows(response)
        assert found["c01_grade"]["visibility"] == read_by, "a low grade is public only when the city says so"
        assert (found["c01_explanation"]["visibility"] == "public") is (read_by == "public"), "it would tell the grade"
    rw.fill(response, {"c01_explanation": {"value": LOW, "visibility": "public", "visibility_chosen": True}})
    assert rows(response)["c01_explanation"]["visibility"] == "public", "the city itself may tell"
    rw.fill(response, {"c04_grade": {"value": "fully", "visibility": "network"}})
    rw.attach(response, "c04_grade", visibility="public")
    assert [each["visibility"] for each in rows(response)["c04_grade"]["evidence"]] == ["network"], "no more than the answer"
    rw.fill(response, {**rw.GOOD, "themes": ["work"]})
    assert "housing" not in rows(response), "nobody is asked about housing"


def test_accepting_is_for_the_network_and_publishing_for_everybody(world: rw.World, client: PortalClient) -> None:
    response, coordinator = rw.accept(world, "oulu"), world.coordinator
    assert rw.published(response)["staff"].value == 12
    assert client.get(PAGE).status_code == 404
    assert "What the city reports" not in client.get("/en/cities/oulu").text
    rw.step(response, "publish", coordinator)
    assert client.get(PAGE).status_code == 200
    rw.step(response, "reopen", coordinator, reason="A mistake.")
    rw.fill(response, {"c01_explanation": "Quite another explanation of the plan of the council."})
    rw.step(response, "ask_sign_off", world.officer("oulu"))
    rw.step(response, "sign_off", world.mayor("oulu"))
    rw.step(response, "accept", coordinator)
    assert "another explanation" not in client.get(PAGE).text, "what was published stays until the next version is"
    assert "another explanation" not in str(rw.published(response)["c01_explanation"].value)
    rw.step(response, "publish", coordinator)
    assert "another explanation" in client.get(PAGE).text


def test_the_database_itself_refuses_a_withheld_value(world: rw.World) -> None:
    response = rw.accept(world, "oulu")
    rw.published(response)["budget"].value = "1"
    with pytest.raises(IntegrityError):
        db.session.flush()


def test_narrowed_evidence_is_gone_and_kept_pages_with_it(world: rw.World, client: PortalClient) -> None:
    response = world.response("oulu")
    rw.fill(response, rw.GOOD, author=world.officer("oulu"))
    evidence = rw.attach(response, "c01_grade", title="Council decision", visibility="public")
    assert evidence_changed(evidence) is False, "nothing is published yet"
    rw.publish(world, "oulu")
    assert "Council decision" in client.get(PAGE).text
    stamp = db.session.scalar(select(PublicStamp.value))
    evidence.visibility = "network"
    assert evidence_changed(evidence) is True
    db.session.commit()
    assert (db.session.scalar(select(PublicStamp.value)) or 0) > (stamp or 0)
    assert "Council decision" not in client.get(PAGE).text


def test_the_public_page_names_languages_and_demonstrations(world: rw.World, client: PortalClient) -> None:
    response = world.response("oulu")
    world.round.is_demonstration = True
    rw.fill(response, {**rw.GOOD, "c01_plans": {"value": "Uusi suunnitelma.", "language": "fi"}}, author=world.officer("oulu"))
    rw.publish(world, "oulu")
    page = client.get(PAGE).text
    assert '<div class="text" lang="fi" dir="ltr">Uusi suunnitelma.</div>' in page
    assert "These answers are made up" in page
    assert "fr: C01" in client.get(PAGE.replace("/en/", "/fr/")).text
    german = client.get(PAGE.replace("/en/", "/de/")).text
    assert '<h3 lang="en">' in german, "the questions are not there in German"
    assert client.get("/en/cities/vienna/answers/round-5").status_code == 404
