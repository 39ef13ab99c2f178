"""The shipped facts are complete and say what the sources say."""

from collections import Counter
from datetime import date

import pytest

from icportal.data import reader
from icportal.data.projection import HEIGHT, WIDTH, project

LANGUAGES = reader.CHARTER_LANGUAGES


def test_files_have_the_expected_number_of_rows():
    assert len(reader.cities()) == 52
    assert len(reader.practices()) == 436
    assert len(reader.events()) == 16
    assert len(reader.strategies()) == 28
    assert len(reader.themes()) == 32


@pytest.mark.parametrize(
    ("day", "count"),
    [
        (date(2010, 2, 21), 0),
        (date(2010, 2, 22), 17),
        (date(2013, 1, 30), 17),
        (date(2013, 1, 31), 27),
        (date(2013, 9, 9), 27),
        (date(2013, 9, 10), 30),
        (date(2015, 1, 31), 34),
        (date(2015, 10, 8), 35),
        (date(2022, 11, 16), 40),
        (date(2024, 11, 21), 44),
    ],
)
def test_signatories_on_a_day(day, count):
    assert len(reader.signatories_on(day)) == count


def test_month_counts_from_its_last_day():
    toronto = next(city for city in reader.cities() if city.city == "Toronto")
    assert toronto.signature == reader.HistoricSignature(reader.Precision.MONTH, date(2014, 12, 1), date(2014, 12, 31))
    assert toronto.signature.counts_from == date(2014, 12, 31)


def test_range_keeps_both_ends_and_counts_from_the_later():
    riga = next(city for city in reader.cities() if city.city == "Riga")
    assert riga.signature == reader.HistoricSignature(reader.Precision.RANGE, date(2010, 2, 22), date(2013, 1, 31))


def test_city_without_proof_has_no_signature():
    vienna = next(city for city in reader.cities() if city.city == "Vienna")
    assert vienna.signature is None


def test_every_city_has_a_place_and_a_name_in_every_language():
    keys = {city.city for city in reader.cities()}
    assert keys == set(reader.places()) == set(reader.names())
    for city in reader.cities():
        assert all(reader.city_name(city.city, language) for language in LANGUAGES)
        assert all(language in reader.names()[city.city] for language in city.languages)


@pytest.mark.parametrize(
    ("city", "language", "name"),
    [
        ("Genoa", "fr", "Gênes"),
        ("Genoa", "nl", "Genua"),
        ("Vienna", "nl", "Wenen"),
        ("Vienna", "it", "Vienna"),
        ("Malmo", "en", "Malmö"),
        ("Athens", "el", "Αθήνα"),
        ("The Hague", "de", "Den Haag"),
    ],
)
def test_names(city, language, name):
    assert reader.city_name(city, language) == name


def test_every_city_of_europe_falls_on_the_map():
    outside = [place.city for place in reader.places().values() if project(place.latitude, place.longitude) is None]
    assert outside == ["Toronto"]


def test_projection_keeps_the_points_of_the_compass():
    oulu, athens, lisbon = (project(*_coordinates(city)) for city in ("Oulu", "Athens", "Lisbon"))
    assert 0 < oulu[1] < athens[1] < HEIGHT
    assert 0 < lisbon[0] < athens[0] < WIDTH


def _coordinates(city):
    place = reader.places()[city]
    return place.latitude, place.longitude


def test_map_has_an_outline_for_every_country_with_a_dot():
    countries = {city.country for city in reader.cities()} - {"CA"}
    assert countries <= set(reader.country_outlines())
    assert sum(map(len, reader.country_outlines().values())) < 60_000


def test_practices_refer_to_known_cities_themes_and_commitments():
    cities = {city.city for city in reader.cities()}
    areas = {entry.number: entry.area for entry in reader.commitments("en")}
    for practice in reader.practices():
        assert practice.city in cities
        assert practice.theme in reader.themes()
        assert practice.area == areas[practice.commitment]


def test_only_headings_are_more_than_suggestions():
    counted = Counter(practice.commitment_is_suggestion for practice in reader.practices())
    assert counted == {False: 306, True: 130}


def test_every_theme_has_a_label_in_every_language():
    for labels in reader.themes().values():
        assert set(labels) == set(LANGUAGES)
        assert all(labels.values())


@pytest.mark.parametrize("version", reader.CHARTER_VERSIONS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_charter_is_complete_in_every_language(language, version):
    charter = reader.charter(language, version)
    assert [entry.number for entry in charter.commitments] == list(range(1, 12))
    assert Counter(entry.area for entry in charter.commitments) == {
        "policy-maker": 3,
        "service-provider": 2,
        "employer": 3,
        "buyer": 3,
    }
    assert [area.key for area in charter.areas] == ["policy-maker", "service-provider", "employer", "buyer"]
    for entry in charter.commitments:
        assert 0 < len(entry.title.split()) <= 8
        assert entry.text.endswith(".")
    assert charter.scope_commitments == {4, 5}
    assert charter.scope_rule
    assert charter.note
    assert [duty.key for duty in charter.duties] == ["action-plan", "monitoring", "mutual-learning", "dialogue"]
    assert len(charter.requests) == 4
    assert len(charter.differences) == 10


@pytest.mark.parametrize("language", LANGUAGES)
def test_draft_and_adopted_text_differ_in_commitments_3_4_5_only(language):
    draft, adopted = (reader.commitments(language, version) for version in reader.CHARTER_VERSIONS)
    assert [a.number for d, a in zip(draft, adopted, strict=True) if d != a] == [3, 4, 5]


def test_draft_speaks_of_immigrants_and_adopted_text_of_migrants():
    draft, adopted = (reader.commitments("en", version)[3].text for version in reader.CHARTER_VERSIONS)
    assert "immigrants" in draft
    assert "immigrants" not in adopted
    assert "migrants" in adopted


def test_official_text_of_the_adopted_version():
    official = reader.charter("de").official
    assert (official.date, official.precision, official.place) == ("2010-02-22", "day", "London")
