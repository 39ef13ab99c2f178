"""The public pages of indicators: what a reader sees, leaves out, and takes away."""

from __future__ import annotations

import csv
import io
import struct
from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree as ET

import figure_world as world
import pytest
from flask import Flask
from harness import PortalClient, statements
from markupsafe import escape

from icportal.cities.models import City
from icportal.core.db import db
from icportal.data import catalogue
from icportal.indicators import labels
from icportal.indicators.enums import DefinitionFamily

BORN, PARENT = DefinitionFamily.FOREIGN_BORN, DefinitionFamily.FOREIGN_PARENT
SECRET = "77.123"

pytestmark = pytest.mark.usefixtures("seeded_app")


@pytest.fixture
def report_one(seeded_app: Flask) -> None:
    """The chart of Report I in kind: three cities, three data sets, two years."""
    with seeded_app.app_context():
        world.clear()
        world.publish("barcelona", "POP01", "2014-06", "22.2", definition=BORN)
        world.publish("munich", "POP02", "2012", "25", definition=BORN, period_assumed=True)
        world.publish("nuremberg", "POP03", "2014", "41", definition=PARENT)
        world.publish("ghent", "POP01", "2013", "19.5", definition=BORN)
        world.publish("oulu", "POP01", "2014", SECRET, definition=BORN, confidentiality="C", source=SECRET, note=SECRET)
        world.publish("athens", "POP01", "2014", None, missing="not_collected")


def page(client: PortalClient, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return answer.text


def rows(client: PortalClient, address: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(client.get(address).get_data().decode("utf-8-sig"))))


@pytest.mark.databases
def test_the_chart_of_the_first_report(client: PortalClient, report_one: None) -> None:
    text = page(client, "/en/indicators/pop01")
    assert "Foreign-born share, 2014" in text
    assert "3 of 4 values are marked" not in text
    assert "These values do not compare" in text, "only Barcelona is of the year and the data set asked for"
    assert "Other data set – Foreign nationals share: Munich; Migrant background share: Nuremberg." in " ".join(text.split()) or (
        "Other data set – Migrant background share: Nuremberg; Foreign nationals share: Munich." in text
    )
    assert "Other year – 2012: Munich" in text or "Other year – 2013: Ghent; 2012: Munich" in text
    assert "This figure is an approximation" in text
    assert text.count("fig-hatched") >= 3 + 1, "three marked bars and the legend"


def test_every_value_stands_in_the_table(client: PortalClient, report_one: None) -> None:
    table = page(client, "/en/indicators/pop01").partition("<table")[2].partition("</table>")[0]
    for words in (
        "Barcelona",
        "22.2%",
        "Munich",
        "25%",
        "Nuremberg",
        "41%",
        "Ghent",
        "19.5%",
        "Athens",
        "not collected",
        "Oulu",
        "withheld",
    ):
        assert words in table


def test_what_is_marked_is_left_out_by_a_link_and_put_back(client: PortalClient, report_one: None) -> None:
    text = page(client, "/en/indicators/pop01")
    link = "/en/indicators/pop01?year=2014&without=data_set"
    assert f'href="{escape(link)}"' in text
    without = page(client, link)
    figure = without.partition("<figure")[2].partition("</figure>")[0]
    assert "Munich" not in figure
    assert "Ghent" in figure
    assert "Left out: " in without, "what was taken out is said"
    assert 'href="/en/indicators/pop01?year=2014"' in without
    both = page(client, "/en/indicators/pop01?without=data_set&without=year")
    assert "A single value" in both


@pytest.mark.databases
def test_leaving_out_another_year_lets_another_data_set_of_the_year_stand_in(client: PortalClient, report_one: None) -> None:
    with client.application.app_context():
        world.publish("ghent", "POP02", "2014", "15", definition=BORN)
    assert "19.5%" in page(client, "/en/indicators/pop01")
    text = page(client, "/en/indicators/pop01?without=year")
    assert "19.5%" not in text
    assert "15%" in text


def test_a_withheld_number_leaves_by_no_figure(client: PortalClient, report_one: None) -> None:
    addresses = ["/en/indicators", "/en/indicators/pop01", "/en/indicators/pop01?view=lines&city=oulu", "/en/cities/oulu",
                 "/en/cities/oulu/indicators", "/en/cities/ghent/indicators?like=all", "/en/charter/commitments/5",
                 "/en/indicators/pop01/figure.svg", "/en/indicators/pop01/figure.csv",
                 "/en/indicators/pop01/figure.csv?view=lines&city=oulu", "/en/indicators/pop01/figure.svg?view=lines&city=oulu"]  # fmt: skip
    for address in addresses:
        answer = client.get(address)
        assert answer.status_code == 200, address
        assert SECRET not in answer.text, address
        assert "77.1" not in answer.text, address
    [row] = [row for row in rows(client, "/en/indicators/pop01/figure.csv") if row["city"] == "Oulu"]
    assert (row["value"], row["withheld"], row["source"], row["note"]) == ("", "yes", "", "")


def test_the_table_to_take_away_has_all_caveats(client: PortalClient, report_one: None) -> None:
    found = {row["city"]: row for row in rows(client, "/en/indicators/pop01/figure.csv")}
    assert set(found) == {"Barcelona", "Munich", "Nuremberg", "Ghent", "Oulu", "Athens"}
    munich = found["Munich"]
    assert munich["indicator"] == "POP02"
    assert munich["value"] == "25.0"
    assert munich["compares"] == "no"
    assert munich["marks"] == "other data set;other year;year assumed"
    assert munich["year_assumed"] == "yes"
    assert found["Barcelona"]["compares"] == "yes"
    assert found["Athens"]["missing"] == "not_collected"
    left = {row["city"]: row["shown"] for row in rows(client, "/en/indicators/pop01/figure.csv?without=data_set")}
    assert left["Munich"] == "left out by the reader"


def test_no_cell_of_the_table_is_a_formula(client: PortalClient, report_one: None) -> None:
    with client.application.app_context():
        world.publish("vienna", "POP01", "2014", "40", note='=HYPERLINK("http://evil.example")', source="+1+1", definition=BORN)
    [row] = [row for row in rows(client, "/en/indicators/pop01/figure.csv") if row["city"] == "Vienna"]
    assert row["note"].startswith("'=")
    assert row["source"] == "'+1+1"
    svg = client.get("/en/indicators/pop01/figure.svg").text
    ET.fromstring(svg)


def test_the_drawing_to_take_away_stands_for_itself(client: PortalClient, report_one: None) -> None:
    answer = client.get("/en/indicators/pop01/figure.svg?sort=name")
    assert answer.mimetype == "image/svg+xml"
    assert "attachment" in answer.headers["Content-Disposition"]
    drawing = ET.fromstring(answer.text)
    space = "{http://www.w3.org/2000/svg}"
    words = " ".join(text.text or "" for text in drawing.iter(f"{space}text"))
    assert drawing.findtext(f"{space}title") == "Foreign-born share, 2014 (per cent)"
    for wanted in (
        "Barcelona",
        "22.2%",
        "41% * †",
        "Other year",
        "approximation",
        "CC BY 4.0",
        "/en/indicators/pop01",
        "withheld",
    ):
        assert wanted in words, wanted
    assert words.index("Barcelona") < words.index("Munich")
    assert "class=" not in answer.text, "its colours are its own"


def test_the_picture_is_a_picture(client: PortalClient, report_one: None) -> None:
    for address in ("/en/indicators/pop01/figure.png", "/ar-xb/indicators/pop01/figure.png?view=lines&city=barcelona"):
        answer = client.get(address)
        data = answer.get_data()
        assert answer.mimetype == "image/png"
        assert data[:8] == b"\x89PNG\r\n\x1a\n"
        width, height = struct.unpack(">II", data[16:24])
        assert width == 1920
        assert 300 < height <= 6000


def test_right_to_left_is_mirrored(client: PortalClient, report_one: None) -> None:
    left, right = (page(client, f"/{code}/indicators/pop01") for code in ("en", "ar-xb"))
    assert '<rect class="fig-solid" x="0%" y="2" width="44.4%"' in left
    assert '<rect class="fig-solid" x="55.6%" y="2" width="44.4%"' in right
    svg = client.get("/ar-xb/indicators/pop01/figure.svg").text
    assert 'direction="rtl"' in svg


@pytest.mark.databases
def test_lines_show_gaps_breaks_and_a_table_of_years(client: PortalClient) -> None:
    with client.application.app_context():
        world.clear()
        for year, amount, more in (("2010", "60", {}), ("2011", "61", {}), ("2012", "65", {"statuses": "b"}), ("2019", "70", {})):
            world.publish("oulu", "EMP01", year, amount, definition=BORN, **more)
    text = page(client, "/en/indicators/emp01?view=lines")
    figure = text.partition("<figure")[2].partition("</figure>")[0]
    assert figure.count("fig-break") == 1
    drawn = figure.partition("fig-line")[2].partition('<g class="fig-line')[2]
    assert drawn.count('<line class="fig-stroke"') == 1, "2010 to 2011; after the break and over the gap nothing is joined"
    assert 'aria-current="page">Over the years' in text
    table = text.partition("<table")[2].partition("</table>")[0]
    assert [word for word in ("2010", "60%", "2012", "65%", "2019", "70%") if word not in table] == []


def test_a_year_around_which_nothing_is(client: PortalClient, report_one: None) -> None:
    text = page(client, "/en/indicators/pop01?year=1990")
    assert "No value is published here yet." in text
    assert page(client, "/en/indicators/pop01?year=nonsense&breakdown=nonsense&city=nowhere&view=upside-down")
    assert client.get("/en/indicators/none").status_code == 404
    assert client.get("/en/indicators/none/figure.svg").status_code == 404
    assert client.get("/en/indicators/pop01/figure.exe", lint=False).status_code == 404


def test_a_figure_of_some_cities(client: PortalClient, report_one: None) -> None:
    figure = page(client, "/en/indicators/pop01?city=ghent&city=munich").partition("<figure")[2].partition("</figure>")[0]
    assert "Ghent" in figure
    assert "Barcelona" not in figure


def test_another_unit_is_in_the_table_only(client: PortalClient, report_one: None) -> None:
    with client.application.app_context():
        world.publish("vienna", "POP01", "2014", "400000", unit="persons", definition=BORN)
    text = page(client, "/en/indicators/pop01")
    assert "400,000" in text
    assert "50%</text>" in text, "the scale is still of shares"
    assert "Other unit" in text


@pytest.mark.databases
def test_a_changed_definition_marks_what_was_counted_before_it(client: PortalClient, report_one: None) -> None:
    from icportal.core.clock import now
    from icportal.indicators.models import Indicator, IndicatorVersion

    with client.application.app_context():
        indicator = db.session.query(Indicator).filter_by(code="POP01").one()
        first = indicator.versions[0]
        db.session.add(
            IndicatorVersion(
                indicator_id=indicator.id,
                number=2,
                revision_id=first.revision_id,
                since=now(),
                facts=first.facts,
                body=first.body,
            )
        )
        db.session.commit()
        world.publish("vienna", "POP01", "2014", "40", definition=BORN, version=2)
    text = page(client, "/en/indicators/pop01?city=vienna&city=barcelona")
    assert "Other version of the definition – version 1: Barcelona." in text
    assert "These values do not compare" in text


@pytest.mark.databases
def test_the_list_counts_and_narrows(client: PortalClient, report_one: None) -> None:
    text = page(client, "/en/indicators")
    row = text.partition("/en/indicators/pop01")[2].partition("</tr>")[0]
    assert "2 of 52" in " ".join(row.split())
    assert "2014" in row
    assert "Foreign-born share" in page(client, "/en/indicators?q=foreign+BORN")
    assert "Foreign-born share" not in page(client, "/en/indicators?family=buyer")
    assert "Employment rate" in page(client, "/en/indicators?frame=europe_2020")
    assert "Foreign-born share" in page(client, "/en/indicators?commitment=5")
    assert "No indicator matches all of this." in page(client, "/en/indicators?q=zeppelin")


def test_an_indicator_says_what_it_means(client: PortalClient) -> None:
    text = page(client, "/en/indicators/pop01")
    for words in ("Residents born abroad", "All residents", "Not checked by the portal yet.", "How to cite it", "Integrating Cities Charter",
                  "/en/charter/commitments/5", "Versions of the definition"):  # fmt: skip
        assert words in text


@pytest.mark.databases
def test_a_profile_sets_a_city_beside_others(client: PortalClient) -> None:
    with client.application.app_context():
        world.clear()
        for city, amount, more in (
            ("oulu", "60", {}),
            ("helsinki", "70", {}),
            ("tampere", "66", {}),
            ("ghent", "50", {}),
            ("riga", "10", {"geography": "national"}),
        ):
            world.publish(city, "EMP01", "2023", amount, definition=BORN, **more)
    table = lambda address: " ".join(page(client, address).partition("<table")[2].partition("</table>")[0].split())  # noqa: E731  said once
    assert "68%" in table("/en/cities/oulu/indicators?like=country"), "the median of Helsinki and Tampere"
    everybody = table("/en/cities/oulu/indicators?like=all")
    assert "58%" in everybody
    assert "other area" in everybody
    assert "66%" in table("/en/cities/oulu/indicators?like=all&without=geography")
    assert "50%" in table("/en/cities/oulu/indicators?city=ghent")
    with client.application.app_context():
        for slug, residents in (("oulu", 208_000), ("ghent", 240_000), ("helsinki", 660_000)):
            db.session.query(City).filter_by(slug=slug).one().population = residents
        db.session.commit()
    assert "50%" in table("/en/cities/oulu/indicators?like=size"), "Ghent alone is of similar size"
    assert "Nobody has entered yet" in page(client, "/en/cities/riga/indicators?like=size")
    assert "No number of this city is published yet." in page(client, "/en/cities/vienna/indicators")
    assert client.get("/en/cities/nowhere/indicators").status_code == 404


def measured_commitments() -> dict[str, list[int]]:
    return {code.lower(): facts.get("commitments", []) for code, facts in catalogue.facts().items()}


@pytest.mark.parametrize("number", range(1, 12))
def test_every_commitment_shows_how_it_is_measured(client: PortalClient, number: int) -> None:
    text = page(client, f"/en/charter/commitments/{number}")
    assert [
        code for code, numbers in measured_commitments().items() if (number in numbers) != (f"/en/indicators/{code}" in text)
    ] == []


def test_pages_of_cities_and_commitments_lead_to_figures(client: PortalClient, report_one: None) -> None:
    assert "/en/cities/barcelona/indicators" in page(client, "/en/cities/barcelona")
    assert "/en/indicators/pop01" in page(client, "/en/charter/commitments/5")
    assert "/en/indicators" in page(client, "/en/")


def test_a_kept_page_is_made_anew_when_a_value_is_published(client: PortalClient, report_one: None) -> None:
    assert "Vienna</a>" not in page(client, "/en/indicators/pop01")
    with client.application.app_context():
        world.publish("vienna", "POP01", "2014", "40", definition=BORN)
    assert "Vienna</a>" in page(client, "/en/indicators/pop01")


@pytest.mark.parametrize(
    "address",
    ["/en/indicators/pop01", "/en/indicators/pop01?view=lines", "/en/indicators/pop01/figure.csv", "/en/cities/vienna/indicators?like=all",
     "/en/indicators", "/en/cities/vienna"],
)  # fmt: skip
def test_fifty_cities_ask_no_more_than_one(client: PortalClient, address: str) -> None:
    with client.application.app_context():
        world.clear()
        world.publish("vienna", "POP01", "2014", "1", definition=BORN)
        world.publish("oulu", "POP02", "2013", "1", definition=BORN)
        world.publish("riga", "POP01", "2013", "1", definition=BORN)
        client.get("/en/indicators/pop01?warm=1")
        with statements(client.application) as few:
            client.get(address)
        slugs = [slug for (slug,) in db.session.query(City.slug) if slug != "vienna"]
        world.publish_all(
            [(slug, "POP01", str(2005 + place % 14), "5", {"definition": PARENT}) for place, slug in enumerate(slugs)]
        )
        world.publish_all([(slug, "POP02", "2014", "5", {}) for slug in slugs])
        client.get("/en/indicators/pop01?warm=2")
        with statements(client.application) as many:
            client.get(address)
    assert len(many) <= len(few) + 1


def test_every_word_a_figure_may_show_has_a_label() -> None:
    assert set(DefinitionFamily) == set(labels.DEFINITION_FAMILIES)


@pytest.mark.parametrize(
    "address", ["/indicators", "/indicators/pop01", "/indicators/cit02?view=lines", "/cities/munich/indicators"]
)
def test_a_figure_is_read_without_scripts_on_a_small_screen(
    new_page: Callable[..., Any], axe: Callable[[Any], list[str]], address: str
) -> None:
    small = new_page(viewport={"width": 360, "height": 800}, java_script_enabled=False)
    for code in ("en", "de", "ar-xb"):
        small.goto(f"/{code}{address}")
        assert small.locator("main table").first.is_visible(), "the table is there without a click"
    seen = new_page(viewport={"width": 360, "height": 800})
    for code in ("en", "ar-xb"):
        seen.goto(f"/{code}{address}")
        assert seen.evaluate("document.documentElement.scrollWidth") <= 360, code
    seen.goto(f"/en{address}")
    assert axe(seen) == []


def test_what_is_marked_is_left_out_by_the_keyboard(new_page: Callable[..., Any]) -> None:
    seen = new_page(java_script_enabled=False)
    seen.goto("/en/indicators/pop01")
    link = seen.get_by_role("link", name="Leave out: other data set")
    link.focus()
    seen.keyboard.press("Enter")
    seen.wait_for_url("**without=data_set**")
    assert seen.get_by_role("link", name="Put back: other data set").is_visible()
    assert seen.get_by_text("Left out: ").is_visible()
