"""What the mayor's office, the officers and the coordinator do with a city."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
import time_machine
from sqlalchemy import select

from icportal.cities import queries, worklists
from icportal.cities.models import City
from icportal.core.audit import AuditEntry
from icportal.core.db import db

pytestmark = pytest.mark.usefixtures("seeded_app")

VIENNA = "/en/cities/vienna/edit"


def facts(client, **changed):
    """What the form of Vienna sends."""
    with client.application.app_context():
        city = db.session.scalars(select(City).where(City.slug == "vienna")).one()
        sent = {
            "version": city.version,
            "name": city.name,
            "languages": city.languages,
            "mayor": city.mayor,
            "website": city.website,
        }
        sent |= {f"name_{code}": name for code, name in city.names.items()}
    return sent | changed


def city(client, slug="vienna"):
    with client.application.app_context():
        found = db.session.scalars(select(City).where(City.slug == slug)).one()
        return {
            "mayor": found.mayor,
            "next_election": found.next_election,
            "contacts": [c.name for c in found.contacts],
            "names": found.names,
        }


def test_changing_the_mayor_is_kept_and_recorded(client, sign_in):
    sign_in("mayor.vienna@demo.example")

    response = client.post(VIENNA, data=facts(client, mayor="Maria Gruber", next_election="2030-10-06"))

    assert response.status_code == 303
    assert city(client)["mayor"] == "Maria Gruber"
    with client.application.app_context():
        entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "cities.city:edit")).one()
        assert (entry.before, entry.after) == (
            {"mayor": "", "next_election": None},
            {"mayor": "Maria Gruber", "next_election": "2030-10-06"},
        )


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"name": ""}, "Enter the name of the city in English."),
        ({"languages": []}, "Choose at least one official language."),
        ({"mayor_since": "2999-01-01"}, "This day has not come yet"),
        ({"mayor_since": "31.12."}, "This is not a day."),
        ({"next_election": "2999-01-01"}, "more than ten years away"),
        ({"mayor_since": "2020-05-01", "next_election": "2019-05-01"}, "cannot be before the mayor took office"),
        ({"website": "wien"}, "Enter the whole address"),
        ({"website": "javascript:alert(1)"}, "Enter the whole address"),
        ({"mayor": "x" * 201}, "at most 200 characters"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field_and_nothing_changes(client, sign_in, changed, message):
    sign_in("officer.vienna@demo.example")
    before = city(client)

    response = client.post(VIENNA, data=facts(client, name_fr="Vienne-sur-Danube") | changed)

    assert response.status_code == 422
    assert response.text.count(message) == 2
    assert "Vienne-sur-Danube" in response.text
    assert city(client) == before


def test_second_of_two_people_sees_both_versions_and_keeps_the_form(client, sign_in):
    sign_in("officer.vienna@demo.example")
    opened = facts(client, mayor="Second Person")
    client.post(VIENNA, data=facts(client, mayor="First Person"))

    response = client.post(VIENNA, data=opened)

    assert response.status_code == 409
    assert "First Person" in response.text
    assert 'value="Second Person"' in response.text
    assert city(client)["mayor"] == "First Person"


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("officer.oulu@demo.example", 403),
        ("translator", 403),
        ("peer_reviewer", 403),
        ("administrator", 403),
        ("coordinator", 200),
    ],
)
def test_only_the_city_itself_and_the_coordinator_edit(client, sign_in, who, status):
    sign_in(who)

    assert client.get(VIENNA).status_code == status
    assert client.get("/en/cities/vienna/contacts").status_code == status


def test_visitor_is_asked_to_sign_in(client):
    assert client.get(VIENNA).status_code == 303


def test_a_city_with_one_contact_is_warned_and_with_two_is_not(client, sign_in):
    sign_in("officer.oulu@demo.example")
    assert "Contacts are missing" in client.get("/en/cities/oulu").text
    one = {"name_1": "Outi Laine", "email_1": "outi@oulu.example"}

    first = client.post("/en/cities/oulu/contacts", data={"version": 1, **one}, follow_redirects=True)
    assert "Name a second contact" in first.text
    assert "1 of 2 contacts" in first.text
    second = client.post(
        "/en/cities/oulu/contacts",
        data={"version": 2, **one, "name_2": "Onni Heikkinen", "email_2": "onni@oulu.example"},
        follow_redirects=True,
    )

    assert "Contacts are missing" not in second.text
    assert city(client, "oulu")["contacts"] == ["Outi Laine", "Onni Heikkinen"]


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ({"name_1": "Outi"}, "Enter the mail address of contact 1"),
        ({"email_2": "outi@oulu.example"}, "Enter the name of contact 2."),
        ({"name_1": "A", "email_1": "a@b.eu", "name_2": "B", "email_2": "A@B.eu"}, "This address stands here twice"),
        ({"name_1": "A", "email_1": "not an address"}, "Enter the mail address of contact 1"),
    ],
)
def test_contacts_that_cannot_be_reached_are_refused(client, sign_in, rows, message):
    sign_in("officer.oulu@demo.example")

    response = client.post("/en/cities/oulu/contacts", data={"version": 1, **rows})

    assert response.status_code == 422
    assert message in response.text
    assert city(client, "oulu")["contacts"] == []


def test_contacts_saved_by_two_people_at_once(client, sign_in):
    sign_in("officer.oulu@demo.example")
    client.post("/en/cities/oulu/contacts", data={"version": 1, "name_1": "First", "email_1": "first@oulu.example"})

    response = client.post("/en/cities/oulu/contacts", data={"version": 1, "name_1": "Second", "email_1": "second@oulu.example"})

    assert response.status_code == 409
    assert "first@oulu.example" in response.text
    assert 'value="Second"' in response.text
    assert city(client, "oulu")["contacts"] == ["First"]


def test_missing_contacts_stand_on_the_worklists(client, sign_in):
    sign_in("officer.oulu@demo.example")
    assert "0 of 2 contacts named" in client.get("/en/work").text
    sign_in("coordinator")
    assert "Cities with too few contacts" in client.get("/en/work").text


def test_coordinator_adds_a_city(client, sign_in):
    sign_in("coordinator")

    response = client.post("/en/cities/new", data={"name": "Århus", "country": "DK", "languages": ["da"]})

    assert response.status_code == 303
    assert client.get("/en/cities/arhus").status_code == 200
    assert client.get("/en/cities.json?q=arhus").json["total"] == 1


@pytest.mark.parametrize("name", ["Genova", "GENUA", "Gênes", "genoa"])
def test_a_city_that_is_here_under_any_name_is_refused_with_its_page(client, sign_in, name):
    sign_in("coordinator")

    response = client.post("/en/cities/new", data={"name": name, "country": "IT", "languages": ["it"]})

    assert response.status_code == 422
    assert "Genoa is on the portal already." in response.text
    assert 'href="/en/cities/genoa"' in response.text
    assert client.get("/en/cities.json").json["total"] == 52


def test_the_same_name_in_another_country_is_another_city(client, sign_in):
    sign_in("coordinator")

    client.post("/en/cities/new", data={"name": "Toulouse", "country": "CH", "languages": ["fr"]})

    assert client.get("/en/cities/toulouse-ch").status_code == 200


def test_nobody_else_adds_a_city(client, sign_in):
    sign_in("officer.oulu@demo.example")

    assert client.post("/en/cities/new", data={"name": "Kemi", "country": "FI", "languages": ["fi"]}).status_code == 403
    assert client.get("/en/cities.json?q=kemi").json["total"] == 0


def test_a_city_without_contacts_waits_under_the_name_its_reader_knows(client, sign_in):
    sign_in("officer.vienna@demo.example")
    assert "Vienna" in client.get("/en/work").text
    page = client.get("/de/work").text.partition("<main")[2]
    assert "Wien" in page
    assert "Vienna" not in page


def test_contacts_are_missing_since_somebody_left(client, sign_in):
    row = {"name_1": "Outi Laine", "email_1": "outi@oulu.example"}
    with time_machine.travel("2030-01-01T10:00Z", tick=False):
        sign_in("officer.oulu@demo.example")
        client.post("/en/cities/oulu/contacts", data={"version": 1, **row})
    with client.application.test_request_context("/en/"):
        found = next(city for city in queries.short_of_contacts() if city.slug == "oulu")
        assert worklists._waiting(found).since == datetime(2030, 1, 1, 10, tzinfo=UTC)
