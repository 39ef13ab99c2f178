"""The registry of signatories: who counts on which day, as page, data, picture and badge."""

from __future__ import annotations

import csv
import io
from datetime import date, timedelta

import pytest
from harness import statements
from sqlalchemy import select

from icportal.charter import queries
from icportal.charter.models import CharterVersion, Signature
from icportal.cities.models import City
from icportal.core.clock import now, today
from icportal.core.db import db
from icportal.i18n.locales import LANGUAGES

pytestmark = pytest.mark.usefixtures("seeded_app")


@pytest.fixture
def loaded(seeded_app):
    with seeded_app.app_context():
        yield


def on(client, day, **query):
    return client.get("/en/signatories.json", query_string={"as_of": day, **query}).json


def slugs(client, day):
    return {item["slug"] for item in on(client, day)["items"]}


#: The day before and the day of every change that the sources support.
TOTALS = {
    "2010-02-21": 0, "2010-02-22": 17,
    "2013-01-30": 17, "2013-01-31": 27,
    "2013-09-09": 27, "2013-09-10": 30,
    "2013-11-29": 30, "2013-11-30": 31,
    "2014-12-30": 31, "2014-12-31": 34, "2015-01-31": 34,
    "2015-10-07": 34, "2015-10-08": 35,
    "2022-11-15": 35, "2022-11-16": 40,
    "2024-11-20": 40, "2024-11-21": 44,
}  # fmt: skip


def test_published_totals_come_out(client):
    answers = {day: on(client, day) for day in TOTALS}

    assert {day: data["total"] for day, data in answers.items()} == TOTALS
    assert {day: len(data["items"]) for day, data in answers.items()} == TOTALS
    assert [data["as_of"] for data in answers.values()] == list(TOTALS)


def test_a_month_counts_from_its_last_day_and_a_span_from_the_later_date(client):
    assert "toronto" not in slugs(client, "2014-12-30")
    assert "toronto" in slugs(client, "2014-12-31")
    assert "belfast" not in slugs(client, "2013-01-30")
    assert "belfast" in slugs(client, "2013-01-31")


@pytest.mark.parametrize(
    "query", [{}, {"as_of": "2013-01-31"}, {"country": "FI"}, {"year": "2010"}, {"q": "genova"}, {"state": "all"}]
)
def test_page_json_and_csv_tell_the_same(client, query):
    data = client.get("/en/signatories.json", query_string=query).json
    text = client.get("/en/signatories.csv", query_string=query).get_data().decode("utf-8-sig")
    page = client.get("/en/signatories", query_string=query).text

    rows = list(csv.DictReader(io.StringIO(text)))
    assert [row["slug"] for row in rows] == [item["slug"] for item in data["items"]]
    assert data["total"] == len(rows)
    assert page.count('role="rowheader"') == len(rows)


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("yesterday", "“yesterday” is not a day."),
        ("31.01.2013", "“31.01.2013” is not a day."),
        ("2013-02-30", "“2013-02-30” is not a day."),
        ((today() + timedelta(days=1)).isoformat(), "This day has not come yet."),
        ("<b>", "“&lt;b&gt;” is not a day."),
    ],
)
def test_a_day_that_cannot_be_is_refused_beside_its_field_and_nothing_typed_is_lost(client, typed, message):
    response = client.get("/en/signatories", query_string={"as_of": typed, "q": "Genova"})

    assert response.status_code == 422
    assert response.text.count(message) == 2
    assert 'href="#as_of"' in response.text
    assert 'value="Genova"' in response.text
    assert client.get("/en/signatories.json", query_string={"as_of": typed}).status_code == 422


def test_pictures_stand_beside_the_list(client):
    text = client.get("/en/signatories").text

    assert 'class="map"' in text
    assert "Number of signatories over time" in text
    assert "When the cities signed" in text


# --- signatures that end or go on --------------------------------------------------------------------------


def give(slug, day, **values):
    """A signature as history may hold it."""
    city = db.session.scalars(select(City).where(City.slug == slug)).one()
    version = db.session.scalars(select(CharterVersion).where(CharterVersion.is_current)).one()
    values = {"state": "published", "signed_earliest": day, "signed_latest": day, "published_at": now(), **values}
    signature = Signature(city_id=city.id, charter_version_id=version.id, **values)
    db.session.add(signature)
    db.session.commit()
    return signature


def counts(slug, *days):
    return [slug in {row.slug for row in queries.registry(language="en", as_of=day)} for day in days]


@pytest.mark.usefixtures("loaded")
def test_a_withdrawn_signature_leaves_on_its_day_and_history_stays():
    give("vienna", date(2018, 5, 1), state="withdrawn", withdrawn_on=date(2020, 6, 1))

    assert counts("vienna", date(2018, 4, 30), date(2018, 5, 1), date(2020, 5, 31), date(2020, 6, 1), today()) == [
        False, True, True, False, False,
    ]  # fmt: skip


@pytest.mark.usefixtures("loaded")
def test_a_renewal_continues_since_the_first_signature():
    first = give("vienna", date(2018, 5, 1), state="superseded")
    give("vienna", date(2021, 5, 1), kind="renewal", renews_id=first.id)

    row = next(row for row in queries.registry(language="en") if row.slug == "vienna")
    assert (row.term.starts, [r.signed_latest for r in row.renewals]) == (date(2018, 5, 1), [date(2021, 5, 1)])
    assert counts("vienna", date(2020, 1, 1), date(2022, 1, 1)) == [True, True]


@pytest.mark.usefixtures("loaded")
def test_signing_anew_after_a_withdrawal_starts_a_new_term():
    give("vienna", date(2012, 5, 1), state="withdrawn", withdrawn_on=date(2014, 1, 1))
    give("vienna", date(2020, 5, 1))

    assert counts("vienna", date(2013, 1, 1), date(2016, 1, 1), date(2021, 1, 1)) == [True, False, True]
    row = next(row for row in queries.registry(language="en") if row.slug == "vienna")
    assert row.term.starts == date(2020, 5, 1)
    assert queries.growth()[-1][1] == 45


def test_those_who_withdrew_are_shown_on_request_only(client, seeded_app):
    with seeded_app.app_context():
        give("vienna", date(2018, 5, 1), state="withdrawn", withdrawn_on=date(2020, 6, 1))

    assert on(client, today().isoformat())["total"] == 44
    former = on(client, today().isoformat(), state="former")
    assert [(item["slug"], item["state"], item["withdrawn_on"]) for item in former["items"]] == [
        ("vienna", "former", "2020-06-01")
    ]
    assert "Withdrawn on 1 June 2020" in client.get("/en/signatories/vienna").text


@pytest.mark.usefixtures("loaded")
@pytest.mark.parametrize("state", ["draft", "signed", "review", "changes_requested"])
def test_what_is_under_way_does_not_count(state):
    give("vienna", date(2018, 5, 1), state=state, published_at=None)

    assert counts("vienna", today()) == [False]


def test_number_of_queries_does_not_grow_with_the_rows(client, seeded_app):
    def queries_for(url):
        with statements(seeded_app) as sent:
            client.get(url)
        # The public stamp is looked up by time, not by page.
        return len([statement for statement in sent if "public_stamp" not in statement])

    for path in ("/en/signatories", "/en/cities"):
        queries_for(f"{path}?country=AT")
        assert queries_for(f"{path}?country=PL") == queries_for(f"{path}?country=DE")


# --- badge -------------------------------------------------------------------------------------------------


def test_badge_is_a_picture_other_websites_may_show(client):
    response = client.get("/en/signatories/oulu/badge.svg")

    assert (response.status_code, response.mimetype) == (200, "image/svg+xml")
    assert "Oulu, Integrating Cities Charter: Signatory since 2010" in response.text
    assert response.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert response.headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert "max-age=3600" in response.headers["Cache-Control"]
    assert "style=" not in response.text
    assert "<script" not in response.text


def test_badge_says_no_more_than_is_known(client):
    assert "Signatory, signed between 2010 and 2013" in client.get("/en/signatories/riga/badge.svg").text
    assert client.get("/en/signatories/vienna/badge.svg").status_code == 404


def test_badge_of_a_city_that_withdrew_says_until_when(client, seeded_app):
    with seeded_app.app_context():
        give("vienna", date(2018, 5, 1), state="withdrawn", withdrawn_on=date(2020, 6, 1))

    assert "Signatory from 2018 to 2020" in client.get("/en/signatories/vienna/badge.svg").text


def test_city_page_offers_the_lines_to_copy(client):
    text = client.get("/en/cities/oulu").text

    assert "&lt;a href=&#34;http://localhost/en/signatories/oulu&#34;&gt;" in text
    assert "Lines to copy" not in client.get("/en/cities/vienna").text


# --- receipts ----------------------------------------------------------------------------------------------

CODE = "00000-00000"


def receipt(**values):
    return give(
        "vienna", date(2024, 5, 2), receipt_code=CODE, signer_name="Maria Gruber", signer_office="Mayor", method="screen",
        signed_at=now(), text_language="de", text_sha256="ab" * 32, **values,
    )  # fmt: skip


@pytest.mark.parametrize("typed", ["00000-00000", "0000000000", " ooooo ooooo ", "OOOOO-00000"])
def test_a_receipt_is_verified_however_it_is_typed(client, seeded_app, typed):
    with seeded_app.app_context():
        receipt()

    response = client.get("/en/verify", query_string={"code": typed}, follow_redirects=True)

    assert response.request.path == f"/en/verify/{CODE}"
    for words in (
        "Vienna",
        "Maria Gruber, Mayor",
        "German",
        "ab" * 32,
        "Adopted text of 22 February 2010",
        "The signature counts",
    ):
        assert words in response.text


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"state": "withdrawn", "withdrawn_on": date(2025, 3, 1)}, "Since 1 March 2025 it does not count any more."),
        ({"state": "superseded"}, "The signature was renewed since"),
        ({"state": "signed", "published_at": None}, "has not sent the papers to the network yet"),
        ({"state": "review", "published_at": None}, "The network still compares the papers"),
        ({"state": "changes_requested", "published_at": None}, "sent the papers back to be mended"),
    ],
)
def test_a_receipt_tells_what_became_of_the_signature(client, seeded_app, values, words):
    with seeded_app.app_context():
        receipt(**values)

    assert words in client.get(f"/en/verify/{CODE}").text


def test_an_unknown_code_gets_a_sentence(client):
    response = client.get("/en/verify/00000-00000")

    assert response.status_code == 404
    assert "No receipt has this code" in response.text


@pytest.mark.parametrize("typed", ["", "abc", "00000-00001", "x" * 5000, "<script>"])
def test_what_cannot_be_a_code_is_refused_at_the_field(client, typed):
    response = client.get("/en/verify", query_string={"code": typed})

    assert response.status_code == 422
    assert 'href="#code"' in response.text


@pytest.mark.parametrize("language", LANGUAGES)
def test_pages_are_sound_in_every_language(client, language):
    opening = f'lang="{language}" dir="{LANGUAGES[language].direction}"'
    for path in ("signatories", "signatories?as_of=2013-01-31", "signatories/oulu", "signatories/vienna", "verify"):
        response = client.get(f"/{language}/{path}")
        assert response.status_code == 200, path
        assert opening in response.text, path
    assert client.get(f"/{language}/signatories?as_of=never").status_code == 422
