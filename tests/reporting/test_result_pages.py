"""The pages of results: what the public, the network and a coordinator see, what is withheld, and open data."""

from __future__ import annotations

import csv
import io
import json
import re

import pytest
from harness import statements
from reporting_world import STRUCTURE, make_world, person
from results_world import ELEVEN, close, compute, say
from sqlalchemy import event

from icportal.core.actors import Role
from icportal.core.db import db
from icportal.reporting.questionnaires.definition import Structure
from icportal.web import figures

ALL = Structure((*ELEVEN.sections, STRUCTURE.sections[-1]), {**ELEVEN.choices, **STRUCTURE.choices})
PAGES = (
    "/en/results", "/en/results/round-5", "/en/results/round-5/commitments/1", "/en/results/round-5/commitments/11",
    "/en/results/round-5/questions/themes", "/en/results/round-5/questions/strategies", "/en/results/round-5/questions/c01_challenges",
    "/ar-xb/results/round-5", "/en/results/round-5/themes", "/fr/results/round-5/commitments/1",
)  # fmt: skip


@pytest.fixture
def world(app):
    """A closed, made-up round: seven cities, of which Oulu hides a low grade and Turku sent nothing; a round before it. Gives the ids of people by role."""
    with app.app_context():
        before = make_world("oulu", number=4, structure=ALL)
        for slug in ("oulu", "vienna", "nuremberg", "graz", "linz"):
            say(before, slug, {"c01_grade": "partly"})
        close(before)
        found = make_world("oulu", "turku", number=5, structure=ALL, is_demonstration=True, previous_id=before.round_id)
        say(found, "oulu", {"c01_grade": ("not_at_all", "network"), "c01_challenges": ("Nobody answers letters.", "network")})
        for slug in ("vienna", "nuremberg", "graz", "linz", "bern"):
            more = {
                "c01_challenges": f"Too few people in {slug}.",
                "themes": ["work"],
                "strategies": [{"title": f"Plan of {slug}", "year": 2023}],
            }
            say(found, slug, {"c01_grade": "fully", **more})
        close(found)
        compute(before)
        compute(found)
        return {
            Role.CITY_OFFICER: person(Role.CITY_OFFICER, "vienna").id,
            Role.COORDINATOR: person(Role.COORDINATOR).id,
            Role.TRANSLATOR: person(Role.TRANSLATOR).id,
        }


def page(client, path, status=200):
    answer = client.get(path)
    assert answer.status_code == status, path
    return answer.get_data(as_text=True)


def words(html):
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def test_every_page_is_there_for_everybody_and_says_that_answers_are_made_up(client, world):
    for path in PAGES:
        found = page(client, path)
        assert "made up" in found or "made-up" in found or not path.startswith("/en"), path


def test_the_round_says_who_answered_what_is_kept_back_and_who_did_not(client, world):
    found = words(page(client, "/en/results/round-5"))
    assert "6 of 7 invited cities have answered" in found
    assert "Fully: 5 · Partly: 0 · Not at all: 0 · Kept back: 1 · No answer: 1" in found
    assert "1 invited city has sent no response: Turku" in found
    assert "4 cities in both rounds: better 4, worse 0, the same 0." in found
    assert "1 city is in this round only" in found
    assert re.search(r"1 · [^·]+ 4 4 0 0 2 · ", found), "a table of how the same cities moved: cities, better, the same, worse"
    assert "By number of residents" not in page(client, "/en/results/round-5/commitments/1"), "nothing is known of it"


def test_a_hidden_low_grade_is_nowhere_in_public_but_open_to_the_network(client, sign_in, world):
    public = page(client, "/en/results/round-5/commitments/1")
    assert "Oulu" not in public
    assert "Nobody answers letters" not in public
    assert "1 answer is kept back" in words(public)
    sign_in(world[Role.CITY_OFFICER])
    network = page(client, "/en/work/reporting/round-5/results/commitments/1")
    assert "Oulu" in network
    assert "Plan of bern" in page(client, "/en/work/reporting/round-5/results/questions/strategies")
    assert "Nobody answers letters" in page(client, "/en/work/reporting/round-5/results/questions/c01_challenges")
    assert "kept back and in none" not in network


@pytest.mark.databases
def test_challenges_and_themes_of_all_commitments_stand_on_one_page(client, sign_in, app, world):
    assert "/en/results/round-5/themes" in page(client, "/en/results/round-5")
    public = page(client, "/en/results/round-5/themes")
    said = words(public)
    assert "Nobody answers letters" not in public, "what a city shows the network only"
    assert "Oulu" not in public
    assert public.count("Too few people in") == 3
    assert "All 5 answers" in said
    assert re.search(r"1 · [^·]+ 5 0 1 2 · ", said), "a table: who writes of challenges, who names a practice, what is kept back"
    assert "Plan of bern" in said
    sign_in(world[Role.CITY_OFFICER])
    assert "All 6 answers" in words(page(client, "/en/work/reporting/round-5/results/themes")), "with the one not public"
    with statements(app) as sent:
        page(client, "/en/work/reporting/round-5/results/themes")
    once = len(sent)
    with app.app_context():
        other = make_world("oulu", number=8, structure=ALL)
        for slug in ("vienna", "nuremberg", "graz", "linz", "bern"):
            say(other, slug, {f"c{number:02}_challenges": f"{slug} {number}" for number in range(1, 12)})
        close(other)
        compute(other)
    assert page(client, "/en/work/reporting/round-8/results/themes").count("answer-read") == 33
    with statements(app) as sent:
        page(client, "/en/work/reporting/round-8/results/themes")
    assert len(sent) <= once, "eleven commitments ask no more than one"


def test_names_of_the_silent_stand_only_when_the_round_is_closed(client, app, world):
    with app.app_context():
        open_round = make_world("oulu", "tromso", number=6, structure=ALL)
        say(open_round, "oulu", {"c01_grade": "fully"})
        compute(open_round)
    found = words(page(client, "/en/results/round-6"))
    assert "1 invited city has not answered yet" in found
    assert "Tromso" not in found
    assert "The round is open" in found
    page(client, "/en/results/round-6/cities/no-answer", status=404)


def test_nothing_is_public_before_a_city_is_published(client, sign_in, app, world):
    with app.app_context():
        accepted = make_world("oulu", number=7, structure=ALL)
        say(accepted, "oulu", {"c01_grade": "fully"}, published=False)
        compute(accepted)
    page(client, "/en/results/round-7", status=404)
    assert "round-7" not in page(client, "/en/results")
    sign_in(world[Role.CITY_OFFICER])
    assert "1 of 1 invited cities" in words(page(client, "/en/work/reporting/round-7/results"))


def test_what_is_not_there_is_said_to_be_missing(client, world):
    for path in ("round-9", "round-5/commitments/12", "round-5/questions/nothing", "round-5/cities/else", "round-5/figure.gif"):
        page(client, f"/en/results/{path}", status=404)


def test_pages_of_the_network_are_closed_to_visitors_and_translators(client, sign_in, world):
    assert client.get("/en/work/reporting/round-5/results").status_code in {302, 303, 401, 403}
    sign_in(world[Role.TRANSLATOR])
    page(client, "/en/work/reporting/round-5/results", status=403)


def test_a_coordinator_has_results_computed_and_an_officer_cannot(client, sign_in, world):
    sign_in(world[Role.CITY_OFFICER])
    assert client.post("/en/work/reporting/round-5/results/compute").status_code == 403
    sign_in(world[Role.COORDINATOR])
    answer = client.post("/en/work/reporting/round-5/results/compute", follow_redirects=True)
    assert "being computed" in answer.get_data(as_text=True)
    assert client.get("/en/work/reporting/round-5/results/progress").get_json()["running"] is False


def test_people_of_a_city_are_led_to_results_and_only_to_what_is_open_to_them(client, sign_in, world):
    sign_in(world[Role.CITY_OFFICER])
    found = page(client, "/en/work/reporting/round-5/vienna")
    for address in ("round-5/vienna/comparison", "round-5/vienna/used", "round-5/results"):
        assert f'href="/en/work/reporting/{address}"' in found, address
        assert 'href="/en/work/reporting/rounds/round-5"' not in page(client, f"/en/work/reporting/{address}"), address
    assert "Turku" in page(client, "/en/work/reporting/round-5/vienna/comparison")
    assert "Tampere" not in page(client, "/en/work/reporting/round-5/vienna/comparison"), "who was not invited cannot be chosen"
    sign_in(world[Role.COORDINATOR])
    assert 'href="/en/work/reporting/round-5/results"' in page(client, "/en/work/reporting/rounds/round-5")


def test_the_comparison_shows_own_grades_then_and_now_and_the_peers(client, sign_in, world):
    sign_in(world[Role.CITY_OFFICER])
    found = words(page(client, "/en/work/reporting/round-5/vienna/comparison"))
    assert "6 of the cities compared with were invited" in found
    assert "Fully: 4 · Partly: 0 · Not at all: 1 · No answer: 1" in found
    few = words(page(client, "/en/work/reporting/round-5/vienna/comparison?city=graz&city=linz"))
    assert "too few answers to be shown" in few
    assert "Under 11 commitments fewer than 3 of them answered" in few
    page(client, "/en/work/reporting/round-5/linz/comparison?like=country")
    page(client, "/en/work/reporting/round-5/nowhere/comparison", status=404)


def test_open_data_has_every_public_number_with_what_was_withheld(client, world):
    text = client.get("/en/results/round-5.csv").get_data().decode("utf-8-sig")
    rows = [row for row in csv.DictReader(io.StringIO(text)) if row["question"] == "c01_grade" and not row["breakdown"]]
    assert {(row["choice"], row["cities"], row["status"]) for row in rows} == {
        ("fully", "5", "counted"), ("partly", "0", "counted"), ("not_at_all", "0", "counted"),
        ("", "0", "unnamed"), ("", "1", "withheld"), ("", "1", "no_answer"),
    }  # fmt: skip
    data = json.loads(client.get("/en/results/round-5.json").get_data())
    assert data["total"] == len(data["items"]) == len(list(csv.DictReader(io.StringIO(text))))
    assert data["demonstration"] is True
    codes = {(each["column"], each["code"]) for each in data["codebook"]}
    for item in data["items"]:
        assert ("status", item["status"]) in codes
        assert not item["question"] or ("question", item["question"]) in codes
    assert "withheld" in client.get("/en/results/round-5/codebook.csv").get_data(as_text=True)
    assert any(row["status"] == "suppressed" for row in csv.DictReader(io.StringIO(text)))


def test_the_figure_is_to_be_had_as_svg_and_png(client, world):
    drawn = client.get("/en/results/round-5/figure.svg", lint=False)
    assert "made up" in drawn.get_data(as_text=True)
    assert "Kept back: 1" in drawn.get_data(as_text=True)
    assert client.get("/en/results/round-5/figure.png", lint=False).get_data().startswith(b"\x89PNG")


def test_a_page_costs_the_same_queries_for_any_number_of_cities(client, app, world):
    def queries(path):
        seen = []
        with app.app_context():
            engine = db.engine
        event.listen(engine, "before_cursor_execute", lambda *args: seen.append(args[2]))
        page(client, path)
        return len(seen)

    paths = [f"/en/results/round-5{rest}" for rest in ("", "/commitments/1", "/questions/strategies", "/questions/themes")]
    few = [queries(f"{path}?a=1") for path in paths]
    with app.app_context():
        found = make_world("oulu", number=8, structure=ALL)
        for number in range(60):
            say(found, f"place-{number}", {"c01_grade": "fully", "themes": ["work"], "strategies": [{"title": "Plan"}]})
        compute(found)
    assert [queries(path.replace("round-5", "round-8")) for path in paths] <= few
    listed = page(client, "/en/results/round-8/commitments/1")
    assert listed.count("/en/cities/place-") == 50
    assert page(client, "/en/results/round-8/commitments/1?grade=fully&page=2").count("/en/cities/place-") == 10


def test_a_stacked_bar_has_a_part_for_each_number_and_mirrors():
    counts = {"fully": 3, "partly": 1, "not_at_all": 0, "kept_back": 0, "no_answer": 2}
    drawn = figures.stacked_bar(counts, area=2)
    assert drawn.count('<g class="a2">') == 3
    assert 'x="0"' in drawn
    assert "stroke-dasharray" in drawn
    mirrored = figures.stacked_bar(counts, area=2, direction="rtl")
    assert 'x="0"' not in mirrored
    assert 'role="img" aria-label="3 of 6"' in figures.stacked_bar(counts, label="3 of 6")
    assert "stroke-dasharray" in figures.stacked_bar({})


def test_the_menu_leads_to_results(client, world):
    assert '/en/results"' in page(client, "/en/cities")
