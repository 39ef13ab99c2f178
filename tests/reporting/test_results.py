"""Computing the results of a round: the arithmetic, who is counted where, change between rounds, and one job for many."""

from __future__ import annotations

from datetime import date

import pytest
from reporting_world import STRUCTURE, fill, make_city, make_world, person
from results_world import ELEVEN, NOT_AT_ALL_I, PARTLY_I, close, compute, edition_one, say
from sqlalchemy import select

from icportal.cities.sections import Membership
from icportal.core.actors import SYSTEM, Role
from icportal.core.db import db
from icportal.core.errors import NotAllowed
from icportal.core.queue import Job, run_due
from icportal.reporting import city_groups, peers, results
from icportal.reporting.asked import asked
from icportal.reporting.counting import NETWORK, ONLY_BEFORE, ONLY_NOW, PAGE, PUBLIC, SILENT
from icportal.reporting.enums import ResponseState
from icportal.reporting.models import PublishedAnswer, ResultDocument
from icportal.reporting.result_themes import themes_of
from icportal.reporting.services.computing import COMPUTE, request_results

pytestmark = pytest.mark.usefixtures("context")


def of(world, audience=PUBLIC):
    return results.find(world.round, audience)


def counts(world, number, audience=PUBLIC):
    return of(world, audience).commitment(number)["counts"]


@pytest.mark.databases
@pytest.mark.parametrize("visibility", ["public", "network"])
def test_the_known_counts_of_report_one_come_out_exactly(visibility):
    """23 cities; not at all: commitment 6 four, 10 four, 11 eight, 1 to 3 nobody; commitment 5 just under half partly."""
    world = make_world("city-a", number=1, structure=ELEVEN)
    edition_one(world, visibility=visibility)
    close(world)
    assert compute(world)["answers"] == 23 * 11
    for audience in (PUBLIC, NETWORK):
        found = {number: counts(world, number, audience) for number in range(1, 12)}
        assert {number: each["not_at_all"] for number, each in found.items() if each["not_at_all"]} == NOT_AT_ALL_I
        assert found[5]["partly"] == PARTLY_I[5] < 23 / 2
        assert all(sum(each.values()) == 23 for each in found.values())
        areas = of(world, audience).overview["areas"]
        assert [area["counts"]["not_at_all"] for area in areas.values()] == [0, 0, 4, 12]
    assert of(world).commitment(6)["unnamed"] == (0 if visibility == "public" else 23)


def test_each_answer_counts_for_those_who_may_read_it():
    world = make_world("oulu", "vienna", "nuremberg", "tampere")
    say(world, "oulu", {"c01_grade": "fully"})
    say(world, "vienna", {"c01_grade": ("not_at_all", "network")})
    say(world, "nuremberg", {"c01_grade": ("partly", "city")})
    compute(world)
    public, network = of(world).commitment(1), of(world, NETWORK).commitment(1)
    assert public["counts"] == {"fully": 1, "partly": 0, "not_at_all": 0}
    assert (public["counted"], public["withheld"], public["no_answer"], public["invited"]) == (1, 2, 1, 4)
    assert network["counts"] == {"fully": 1, "partly": 0, "not_at_all": 1}
    assert (network["counted"], network["withheld"], network["no_answer"]) == (2, 1, 1)


def test_what_is_accepted_and_not_published_counts_for_the_network_only():
    world = make_world("oulu", "vienna")
    say(world, "oulu", {"c01_grade": "fully"}, published=False)
    compute(world)
    assert of(world, NETWORK).commitment(1)["counted"] == 1
    assert of(world).commitment(1)["counted"] == 0
    assert of(world).overview["answered"] == 0
    assert of(world).overview["checking"] == 1


def test_hidden_grades_count_only_when_the_round_is_closed_and_everything_is_dealt_with():
    world = make_world("oulu")
    for place, grade in enumerate(("partly", "partly", "not_at_all")):
        say(world, f"city-{place}", {"c01_grade": (grade, "network")})
    compute(world)
    assert of(world).commitment(1)["withheld"] == 3
    world.response("oulu").state = ResponseState.REVIEW
    close(world)
    compute(world)
    assert of(world).commitment(1)["withheld"] == 3
    assert not of(world).overview["settled"]
    world.response("oulu").state = ResponseState.DRAFT
    compute(world)
    assert of(world).commitment(1)["counts"] == {"fully": 0, "partly": 2, "not_at_all": 1}


def test_several_choices_and_texts_count_what_is_shown():
    world = make_world()
    say(world, "oulu", {"themes": ["housing", "work"], "office": "Integration"})
    say(world, "vienna", {"themes": (["work"], "network"), "office": ("Secret", "city")})
    close(world)
    compute(world)
    assert results.question(of(world), "themes")["counts"] == {"housing": 1, "work": 1, "school": 0}
    assert results.question(of(world, NETWORK), "themes")["counts"] == {"housing": 1, "work": 2, "school": 0}
    office = results.question(of(world, NETWORK), "office")
    assert (office["counted"], office["withheld"], office["lists"]) == (1, 1, {"given": 1})


def test_breakdowns_show_large_groups_and_say_how_many_are_not():
    world = make_world("oulu", structure=ELEVEN)
    for place in range(8):
        slug = f"city-{place}"
        city = make_city(slug)
        city.country, city.population = ("AT", 50_000) if place < 4 else ("FI", 700_000) if place < 7 else ("SE", None)
        say(world, slug, {"c01_grade": "fully" if place % 2 else "partly"})
    compute(world)
    document = results.question(of(world), "c01_grade")
    assert {part["key"]: part["counted"] for part in document["groups"]["country"]} == {"AT": 4}
    assert document["suppressed"]["country"] == {"groups": 2, "cities": 5}
    assert document["groups"]["country"][0]["counts"] == {"fully": 2, "partly": 2, "not_at_all": 0}
    assert [part["key"] for part in document["groups"]["size"]] == ["0"]
    assert [part["key"] for part in document["groups"]["signed"]] == ["never"]


@pytest.mark.parametrize(
    ("earliest", "latest", "expected"),
    [
        (date(2010, 2, 22), date(2010, 2, 22), "0"),
        (date(2011, 1, 1), date(2013, 12, 31), "1"),
        (date(2010, 6, 1), date(2012, 6, 1), "unknown"),
        (date(2015, 10, 8), date(2015, 10, 8), "2"),
        (date(2019, 1, 1), date(2019, 1, 31), "3"),
    ],
)
def test_a_signature_between_two_classes_is_in_none_of_them(earliest, latest, expected):
    assert city_groups.signed_class(Membership(earliest, latest, "bound")) == expected
    assert city_groups.signed_class(None) == "never"


@pytest.fixture
def two_rounds():
    """Oulu rises, Vienna stays, Nuremberg falls; Tampere was there before only, Turku is new."""
    before = make_world("oulu", number=4)
    for slug, grade in {"oulu": "partly", "vienna": "fully", "nuremberg": "fully", "tampere": "partly"}.items():
        say(before, slug, {"c01_grade": grade})
    world = make_world("oulu", number=5, previous_id=before.round_id)
    for slug, grade in {"oulu": "fully", "vienna": "fully", "nuremberg": "not_at_all", "turku": "partly"}.items():
        say(world, slug, {"c01_grade": grade})
    return world


def test_change_is_told_of_the_same_cities_only(two_rounds):
    compute(two_rounds)
    overview, change = of(two_rounds).overview, of(two_rounds).change(1)
    assert (change["both"], change["better"], change["worse"], change["same"]) == (3, 1, 1, 1)
    assert change["matrix"]["partly"] == {"fully": 1, "partly": 0, "not_at_all": 0}
    assert change["matrix"]["fully"] == {"fully": 1, "partly": 0, "not_at_all": 1}
    assert [overview["change"][name] for name in ("both", ONLY_NOW, ONLY_BEFORE)] == [3, 1, 1]
    now = results.named_cities(of(two_rounds), ONLY_NOW, 0, "en", total=1)
    before = results.named_cities(of(two_rounds), ONLY_BEFORE, 0, "en", total=1)
    assert [row.slug for row in (*now.rows, *before.rows)] == ["turku", "tampere"]


def test_change_uses_no_grade_that_was_hidden_in_either_round(two_rounds):
    row = db.session.scalar(
        select(PublishedAnswer).where(
            PublishedAnswer.round_id == two_rounds.round_id, PublishedAnswer.city_id == two_rounds.cities["nuremberg"]
        )
    )
    row.visibility = "network"
    compute(two_rounds)
    assert of(two_rounds).change(1) == {"both": 2, "shown": False}
    assert of(two_rounds, NETWORK).change(1)["both"] == 3


def test_lists_have_fifty_cities_a_page_in_the_order_of_their_names():
    world = make_world("oulu", structure=ELEVEN)
    for place in range(PAGE + 3):
        say(world, f"city-{place:02}", {"c01_grade": "fully"})
    for place in range(2):
        say(world, f"hidden-{place}", {"c01_grade": ("fully", "network")})
    compute(world)
    found, question = of(world), ELEVEN.questions["c01_grade"]
    totals = {"fully": PAGE + 3}
    pages = [results.choosers(found, question, {"fully": n}, reader="en", totals=totals)[0] for n in range(3)]
    assert [len(page.rows) for page in pages] == [PAGE, 3, 0]
    assert [row.slug for row in pages[1].rows] == ["city-50", "city-51", "city-52"]
    assert pages[0].has_more
    assert not pages[1].has_more


def test_a_city_that_withdraws_its_answers_is_no_longer_named_at_once():
    world = make_world("oulu")
    say(world, "oulu", {"c01_grade": "fully", "c01_challenges": "Too few people."})
    compute(world)
    words = asked(world.round.questionnaire_version, "en")
    grade, said = STRUCTURE.questions["c01_grade"], STRUCTURE.questions["c01_challenges"]

    def named() -> list[int]:
        lists = [
            *results.choosers(of(world), grade, {"fully": 0}, reader="en", totals={"fully": 1}),
            results.answers(of(world), said, 0, words=words, reader="en", total=1),
            themes_of(of(world), words, reader="en", most=3).challenges[0].written.page,
        ]
        return [len(page.rows) for page in lists]

    assert named() == [1, 1, 1]
    for row in db.session.scalars(select(PublishedAnswer)):
        row.visibility = "network"
    db.session.flush()
    assert named() == [0, 0, 0]


def test_those_without_a_response_are_listed_and_those_being_checked_are_not():
    world = make_world("oulu", "vienna", "nuremberg")
    say(world, "oulu", {"c01_grade": "fully"})
    world.response("vienna").state = ResponseState.REVIEW
    close(world)
    compute(world)
    overview = of(world).overview
    assert (overview["invited"], overview["answered"], overview["checking"], overview["silent"]) == (3, 1, 1, 1)
    assert [row.slug for row in results.named_cities(of(world), SILENT, 0, "en", total=1).rows] == ["nuremberg"]


def test_computing_twice_gives_the_same_and_leaves_nothing_behind():
    world = make_world("oulu")
    say(world, "oulu", {"c01_grade": "fully", "themes": ["work"]})
    first = compute(world)
    kept = db.session.execute(select(ResultDocument.audience, ResultDocument.key)).all()
    assert compute(world) == first
    assert sorted(db.session.execute(select(ResultDocument.audience, ResultDocument.key)).all()) == sorted(kept)
    db.session.delete(db.session.scalar(select(PublishedAnswer).where(PublishedAnswer.question == "themes")))
    compute(world)
    assert results.question(of(world), "themes")["counts"]["work"] == 0


@pytest.mark.databases
def test_many_requests_make_one_computation_and_a_later_one_another(monkeypatch):
    monkeypatch.setattr("icportal.core.queue.wake", lambda: None)
    world, other = make_world("oulu", number=5), make_world("oulu", number=6)
    say(world, "oulu", {"c01_grade": "fully"})
    coordinator = person(Role.COORDINATOR)
    jobs = {request_results(world.round, actor=coordinator).id for _time in range(3)}
    jobs.add(request_results(world.round, actor=SYSTEM).id)
    assert len(jobs) == 1
    assert request_results(other.round, actor=SYSTEM).id not in jobs
    db.session.commit()
    assert run_due("host:1:aa") == 2
    assert of(world, NETWORK).commitment(1)["counted"] == 1
    assert request_results(world.round, actor=SYSTEM).id not in jobs
    assert len(db.session.scalars(select(Job).where(Job.name == COMPUTE)).all()) == 3


def test_only_coordinators_and_the_portal_have_results_computed():
    world = make_world("oulu")
    with pytest.raises(NotAllowed):
        request_results(world.round, actor=world.officer("oulu"))


def test_a_city_is_compared_with_its_peers_only_where_enough_of_them_answered(two_rounds):
    chosen = [two_rounds.cities[slug] for slug in ("vienna", "nuremberg", "turku")]
    found = peers.compare(two_rounds.round, two_rounds.cities["oulu"], chosen, actor=two_rounds.officer("vienna"))
    row = found.rows[0]
    assert (row.own, row.last) == ("fully", "partly")
    assert {part: number for part, number in row.peers.items() if number} == {"fully": 1, "not_at_all": 1, "partly": 1}
    few = peers.compare(two_rounds.round, two_rounds.cities["oulu"], chosen[:2], actor=two_rounds.officer("vienna"))
    assert few.rows[0].peers is None
    assert few.hidden == len(few.rows)


def test_a_city_reads_its_own_grade_in_the_comparison_whatever_others_may(two_rounds):
    say(two_rounds, "graz", {"c01_grade": ("not_at_all", "city")})
    fill(two_rounds.response("graz"), {"c01_grade": "not_at_all"})
    own = peers.compare(two_rounds.round, two_rounds.cities["graz"], [], actor=two_rounds.officer("graz"))
    others = peers.compare(two_rounds.round, two_rounds.cities["graz"], [], actor=two_rounds.officer("oulu"))
    assert (own.rows[0].own, others.rows[0].own) == ("not_at_all", "kept_back")
