import indicator_world as world
import pytest
from sqlalchemy import select

from icportal.core.audit import AuditEntry
from icportal.core.db import db
from icportal.core.errors import DomainError, NotAllowed
from icportal.indicators import definitions, services
from icportal.indicators.models import MigrantDefinition

ADDRESS = "/en/work/indicators/nuremberg/definitions"
OWN = "Personen mit eigener oder elterlicher Zuwanderung"


@pytest.fixture
def filled(seeded_app):
    with seeded_app.app_context():
        yield


def state(city="nuremberg", **said):
    values = {"family": "foreign_parent", "words": OWN, "words_language": "de", **said}
    return services.state_definition(world.city(city), actor=world.officer(city), **values)


@pytest.mark.databases
def test_the_definition_in_force_is_the_last_one_from_that_year_or_before(filled):
    city = world.city("nuremberg").id
    assert definitions.in_force(city, 2020) is None

    always, later = state(), state(family="foreign_born", year_from=2018)

    assert definitions.in_force(city, 2017) == always
    assert definitions.in_force(city, 2018) == definitions.in_force(city, 2024) == later
    mended = state(family="minorities", year_from=2018)
    assert definitions.in_force(city, 2018) == mended
    assert [number for number, _label in definitions.choices(city)] == [mended.id, later.id, always.id]
    assert dict(definitions.choices(city))[later.id] == "born abroad (from 2018 on)"
    assert definitions.in_force(world.city("vienna").id, 2018) is None


def test_a_new_definition_leaves_the_old_one_and_the_values_that_name_it(filled):
    munich = world.city("munich").id
    old = definitions.in_force(munich, 2012)

    state("munich", words="Menschen mit Migrationshintergrund")

    assert definitions.in_force(munich, 2012) != old
    assert db.session.get_one(MigrantDefinition, old.id).words == "also nationals with at least one foreign parent"
    value = services.current_values(munich, 2012)[world.key("munich", "CIT02", period="2012")]
    assert value.definition_id == old.id


def test_stating_leaves_a_trace_in_the_citys_chain(filled):
    stated = state()
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "indicators.definition:state")).one()

    assert (entry.subject_id, entry.chain) == (stated.id, world.city("nuremberg").id)
    assert entry.actor_id == world.officer("nuremberg").id == stated.created_by
    assert entry.after["words"] == OWN


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"family": "all_of_them"}, "family"),
        ({"words": " "}, "words"),
        ({"words": "x" * 2001}, "words"),
        ({"words_language": "xx"}, "words_language"),
        ({"year_from": 1949}, "year_from"),
        ({"year_from": 3000}, "year_from"),
        ({"source": "x" * 301}, "source"),
    ],
)
def test_what_makes_no_definition_is_refused_at_its_field(filled, said, field):
    with pytest.raises(DomainError) as refused:
        state(**said)
    assert [name for name, _message in refused.value.problems] == [field]
    assert definitions.of_city(world.city("nuremberg").id) == []


def test_the_same_definition_is_not_kept_twice(filled):
    state(year_from=2018)
    with pytest.raises(DomainError, match="already"):
        state(year_from=2018)


def test_an_officer_states_for_the_own_city_only(filled):
    with pytest.raises(NotAllowed):
        services.state_definition(
            world.city("oulu"), actor=world.officer("nuremberg"), family="foreign_born", words="muualla syntyneet"
        )


def test_the_officer_states_it_on_the_page(seeded_app, client, sign_in):
    sign_in("officer.nuremberg@demo.example")
    page = client.get(ADDRESS)
    assert page.status_code == 200
    assert "Nothing is stated yet" in page.text

    answer = client.post(
        ADDRESS, data={"family": "foreign_parent", "words": OWN, "words_language": "de", "year_from": "2014", "source": "Amt"}
    )
    assert answer.status_code == 303

    shown = client.get(ADDRESS).text
    assert f'<span lang="de" dir="auto">{OWN}</span>' in shown
    assert "2014" in shown
    assert "The definition is kept." in shown


def test_what_was_typed_stays_when_it_is_refused(seeded_app, client, sign_in):
    sign_in("officer.nuremberg@demo.example")

    answer = client.post(
        ADDRESS, data={"family": "foreign_born", "words": OWN, "words_language": "de", "year_from": "14", "source": ""}
    )

    assert answer.status_code == 422
    assert OWN in answer.text
    assert "Give a year between 1950 and" in answer.text
    with seeded_app.app_context():
        assert definitions.of_city(world.city("nuremberg").id) == []


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("coordinator@demo.example", 303),
        ("administrator@demo.example", 403),
        ("officer.oulu@demo.example", 404),
        ("translator@demo.example", 404),
    ],
)
def test_who_sees_the_page_and_who_may_state(seeded_app, sign_in, who, status):
    client = sign_in(who)
    page = client.get(ADDRESS)
    assert page.status_code == (404 if status == 404 else 200)
    assert ("Keep this definition" in page.text) is (status == 303)
    answer = client.post(ADDRESS, data={"family": "foreign_born", "words": OWN, "words_language": "de"})
    assert answer.status_code == status
