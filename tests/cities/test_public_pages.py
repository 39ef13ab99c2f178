"""The list of cities and a city's page, as everybody reads them."""

from __future__ import annotations

import csv
import io

import pytest

from icportal.i18n.locales import LANGUAGES

pytestmark = pytest.mark.usefixtures("seeded_app")


NAMES = [
    ("genova", ["genoa"]),
    ("GÊNES", ["genoa"]),
    ("malmo", ["malmo"]),
    ("dusseldorf", ["dusseldorf"]),
    ("monaco di", ["munich"]),
    ("København", ["copenhagen"]),
    ("baile atha", ["dublin"]),
    ("Αθήνα", ["athens"]),
    ("no such city", []),
]


def test_a_city_is_found_by_any_of_its_names_without_accents(client):
    for typed, found in NAMES:
        data = client.get("/en/cities.json", query_string={"q": typed}).json
        assert (data["total"], [item["slug"] for item in data["items"]]) == (len(found), found), typed


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, 52),
        ({"signatory": "yes"}, 44),
        ({"signatory": "no"}, 8),
        ({"country": "FI"}, 4),
        ({"country": "FI", "signatory": "yes", "report": "5"}, 2),
        ({"report": "1"}, 23),
        ({"country": "XX"}, 0),
        ({"report": "first"}, 52),
    ],
)
def test_filters_narrow_page_json_and_csv_alike(client, query, expected):
    data = client.get("/en/cities.json", query_string=query).json
    table = list(csv.DictReader(io.StringIO(client.get("/en/cities.csv", query_string=query).get_data().decode("utf-8-sig"))))
    page = client.get("/en/cities", query_string=query).get_data(as_text=True)

    assert data["total"] == len(data["items"]) == len(table) == expected
    assert f"{expected} of 52 cities" in page


def test_names_follow_the_language_of_the_address(client):
    assert "Genua" in client.get("/de/cities/genoa").text
    assert "Gênes" in client.get("/fr/cities/genoa").text


def test_city_page_tells_dates_as_they_are_known(client):
    assert "Signatory of the charter since 22 February 2010" in client.get("/en/cities/oulu").text
    assert "since December 2014" in client.get("/en/cities/toronto").text
    assert "signed between 22 February 2010 and 31 January 2013" in client.get("/en/cities/riga").text
    assert "Not in the registry of signatories today." in client.get("/en/cities/vienna").text


def test_city_page_shows_the_strip_with_no_answer_and_links_its_commitments(client):
    text = client.get("/en/cities/tampere").text

    assert text.count('class="segment"') == 11
    assert "Commitment 4, Migrants reach the services due to them: no answer" in text
    assert 'href="/en/charter/commitments/11"' in text


def test_timeline_puts_signature_reports_and_events_in_one_order(client):
    text = client.get("/en/cities/tampere").text
    sentences = [
        "Signed the charter.",
        "Took part in the survey for report 1.",
        "Hosted Integrating Cities VI.",
        "survey for report 2.",
    ]

    places = [text.rindex(sentence) for sentence in sentences]
    assert places == sorted(places)


def test_contacts_are_not_for_the_public(client, sign_in):
    assert "Seen by signed-in people only." not in client.get("/en/cities/oulu").text
    sign_in("peer_reviewer")
    assert "Seen by signed-in people only." in client.get("/en/cities/oulu").text


def test_unknown_city_is_a_page_that_says_so(client):
    response = client.get("/en/cities/atlantis")

    assert response.status_code == 404


@pytest.mark.parametrize("language", LANGUAGES)
def test_pages_are_sound_in_every_language(client, language):
    for path in ("cities", "cities/oulu", "cities/toronto", "cities/vienna"):
        response = client.get(f"/{language}/{path}")
        assert response.status_code == 200, path
        assert f'lang="{language}" dir="{LANGUAGES[language].direction}"' in response.text, path
