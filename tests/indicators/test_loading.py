import csv
import re
from decimal import Decimal
from pathlib import Path

import indicator_world as world
import pytest
from sqlalchemy import func, select

from icportal.cities.models import City
from icportal.cli.data import load_all
from icportal.core.db import db
from icportal.core.text import fold
from icportal.data import catalogue as shipped
from icportal.data.catalogue import reported
from icportal.indicators import breakdowns, definitions
from icportal.indicators.catalogue import catalogue
from icportal.indicators.enums import Bound, Counting, DefinitionFamily, Geography, SourceKind, Status, Unit
from icportal.indicators.models import Delivery, MigrantDefinition, Observation, PublishedObservation

FACTS = Path(shipped.__file__).parents[1] / "facts"
FIELDS = ("title", "definition", "numerator", "denominator", "usual_source")


@pytest.fixture
def filled(seeded_app):
    with seeded_app.app_context():
        yield


def rows(name):
    return list(csv.DictReader((FACTS / name).read_text(encoding="utf-8").splitlines()))


@pytest.mark.databases
def test_every_row_of_the_reports_arrives_with_its_caveats(filled):
    keys = {city.id: city.key for city in db.session.scalars(select(City))}
    public = db.session.scalars(select(PublishedObservation)).all()

    assert len(public) == len(rows("observations.csv")) == 36
    for row in rows("observations.csv"):
        [value] = [
            value for value in public
            if keys[value.city_id] == fold(row["city"]) and value.period == row["year"]
            and value.amount == Decimal(row["value"]) and value.unit == row["unit"].lower()
        ]  # fmt: skip
        assert row["basis"] in value.note
        assert row["caveat"] in value.note
        assert value.source == reported.REPORTS[int(row["edition"])]
        assert value.period_assumed == ("year assumed" in row["caveat"])
        if "lower bound" in row["caveat"]:
            assert value.bound == Bound.AT_LEAST
        if "approximate" in row["caveat"]:
            assert value.bound == Bound.ABOUT


def value_of(city, code, breakdown="", period="2022"):
    key = world.key(city, code, breakdown, period)
    return db.session.scalars(
        select(PublishedObservation).filter_by(
            city_id=key.city_id, indicator_id=key.indicator_id, breakdown=breakdown, period=period
        )
    ).one()


def test_what_the_reports_leave_open_is_not_made_certain(filled):
    assert value_of("athens", "EMP02", period="2012").geography == Geography.NOT_STATED
    assert value_of("munich", "WEL01", period="2013").bound == Bound.AT_MOST
    assert value_of("munich", "EMPL05", period="2012").counting == Counting.CUMULATIVE
    assert Status.DEFINITION_DIFFERS in value_of("vienna", "CIT04", period="2015").statuses
    assert value_of("vienna", "EMP05", "origin=non_eu_foreign", "2015").amount == 34
    assert value_of("toronto", "BUY02", "measure=value").unit == Unit.CAD
    assert value_of("ghent", "REP02", period="2014-11").amount == 7191


def test_a_city_of_the_first_report_has_its_definition_and_its_values_about_migrants_carry_it(filled):
    keys = {city.key: city.id for city in db.session.scalars(select(City))}
    stated = rows("migrant_definitions.csv")

    assert db.session.scalar(select(func.count(MigrantDefinition.id))) == len(stated) == 15
    for row in stated:
        definition = definitions.in_force(keys[fold(row["city"])], 2012)
        assert definition.words == row["definition_family_report1"]
        assert "Report I" in definition.source
    munich = definitions.in_force(world.city("munich").id, 2012)
    assert munich.family == DefinitionFamily.FOREIGN_PARENT
    assert value_of("munich", "CIT02", period="2012").definition_id == munich.id
    assert value_of("munich", "EMPL05", period="2012").definition_id is None
    assert value_of("oslo", "CIT02", period="2012").definition_id is None


@pytest.mark.databases
def test_a_second_load_adds_nothing(filled):
    assert not any(load_all().values())


def test_loading_again_leaves_what_people_changed(filled):
    world.put("vienna", 2015, {"CIT04": 26})
    world.put("vienna", 2020, {"POP01": 40})
    removed = db.session.scalars(select(Observation).where(Observation.city_id == world.city("oslo").id)).first()
    db.session.delete(db.session.get_one(PublishedObservation, removed.id))
    db.session.commit()

    assert not any(load_all().values())
    assert world.delivery("vienna", 2015).state == "draft"
    assert value_of("vienna", "CIT04", period="2015").amount == 25


def test_a_figure_added_to_the_reports_later_is_taken_over_beside_the_others(filled):
    gone = value_of("vienna", "REP09", period="2020")
    observation = db.session.get_one(Observation, gone.observation_id)
    db.session.delete(gone)
    db.session.flush()
    db.session.delete(observation)
    db.session.commit()

    assert load_all()["observations"] == 1
    assert value_of("vienna", "REP09", period="2020").amount == 60
    assert value_of("vienna", "REP08", period="2020").amount == 51
    assert world.delivery("vienna", 2020).state == "published"


def test_loaded_deliveries_are_published_by_the_portal_itself(filled):
    assert {delivery.state for delivery in db.session.scalars(select(Delivery))} == {"published"}
    assert set(db.session.scalars(select(Observation.author_id))) == {None}


def test_the_mapping_speaks_of_things_there_are():
    known = {**shipped.facts()}
    for fact in reported.observations():
        assert fact.code in known
        assert breakdowns.key_of(breakdowns.parse(fact.breakdown)) == fact.breakdown
        assert set(fact.statuses) <= set(Status)
        assert fact.bound in set(Bound)
        assert fact.geography in set(Geography)
        assert fact.unit in set(Unit)
        assert fact.source_kind in set(SourceKind)


def test_a_row_that_moved_is_found_out(monkeypatch):
    turned = list(reversed(rows("observations.csv")))
    monkeypatch.setattr(reported, "_rows", lambda _name: turned)

    with pytest.raises(ValueError, match="row 1 "):
        reported.observations.__wrapped__()


@pytest.mark.parametrize("language", shipped.LANGUAGES)
def test_the_words_of_the_catalogue_are_whole_in_every_language(language):
    words, english = shipped.words(language), shipped.words("en")

    assert list(words) == list(shipped.facts()) == list(english)
    for code, text in words.items():
        assert list(text) == [name for name in FIELDS if name in english[code]], code
        for name, sentence in text.items():
            assert sentence, f"{language} {code} {name}"
            assert not re.search(r"^ | $|  |[\n\t\"']", sentence), f"{language} {code} {name}"
            assert name == "title" or sentence.endswith("."), f"{language} {code} {name}"


@pytest.mark.parametrize("language", [code for code in shipped.LANGUAGES if code != "en"])
def test_a_reader_has_the_catalogue_in_their_language(filled, language):
    found = catalogue(language)

    assert len(found) == 55
    assert {each.language for each in found.values()} == {language}
    for code, text in shipped.words(language).items():
        assert (found[code].title, found[code].definition) == (text["title"], text["definition"])
