"""A list of twenty rows asks the database as often as a list of one."""

from __future__ import annotations

from datetime import date

import pytest
from flask import Flask
from harness import PortalClient, statements

from icportal.accounts.models import Invitation, RoleGrant, User
from icportal.charter import loading
from icportal.charter.models import CharterVersion, Delay, Signature
from icportal.cities.models import City, Contact
from icportal.content import kinds
from icportal.content import services as content
from icportal.core.actors import Actor, Grant, Role
from icportal.core.clock import now
from icportal.core.db import db
from icportal.data import reader
from icportal.practices import services as practices

SECOND = Actor(id=900_000, name="Second", grants=frozenset({Grant(Role.COORDINATOR)}))
LISTS = (
    "/en/", "/en/cities", "/en/cities.json", "/en/cities.csv", "/en/signatories", "/en/signatories.json", "/en/signatories.csv",
    "/en/practices", "/en/practices?q=words", "/en/practices?commitment=1", "/en/practices.json", "/en/practices.csv",
    "/en/practices/feed.xml", "/en/work", "/en/people", "/en/audit", "/en/mails", "/en/signatures", "/en/work/practices/languages",
    "/en/work/practices/review", "/en/work/practices/translation", "/en/charter/commitments/1",
)  # fmt: skip


def add(number: int) -> None:
    """A city with a mayor, a signature in the registry and one to check, and practices to read, review and translate."""
    city = City(
        slug=f"city-{number}",
        key=f"city {number}",
        name=f"City {number}",
        country="AT",
        languages=["de"],
        next_election=date(2026, 1, 1),
    )
    city.contacts = [Contact(position=place, name=f"Contact {place}", email=f"c{place}@city{number}.example") for place in (1, 2)]
    db.session.add(city)
    db.session.flush()
    grants = [RoleGrant(role=Role.CITY_OFFICER, city_id=city.id), RoleGrant(role=Role.MAYOR_OFFICE, city_id=city.id)]
    address = f"person{number}@city.example"
    user = User(email=address, email_key=address, name=f"Person {number}", grants=grants)
    db.session.add_all(
        [user, Invitation(email=f"new{address}", email_key=f"new{address}", role=Role.CITY_OFFICER, city_id=city.id)]
    )
    version = db.session.query(CharterVersion).filter_by(is_current=True).one()
    for state in ("published", "review"):
        signature = Signature(
            city_id=city.id, charter_version=version, state=state, signer_name="Somebody", signed_earliest=date(2015, 1, 1),
            signed_latest=date(2015, 1, 1), published_at=now() if state == "published" else None, writers=[],
        )  # fmt: skip
        db.session.add(signature)
    db.session.add(Delay(city_id=city.id, deadline=date(2027, 1, 1), asked_until=date(2027, 3, 1), reason="Elections."))
    db.session.flush()
    write(city, user.actor, number)


def write(city: City, author: Actor, number: int) -> None:
    for state in ("review", "published"):
        practice = practices.create_practice(actor=author, city=city, language="en", title=f"Words {number} {state}")
        facts = {
            "commitments": [1],
            "themes": [next(iter(reader.themes()))],
            "contact_name": "A",
            "contact_email": "a@city.example",
        }
        practices.save_facts(practice, facts, actor=author, seen=practice.version)
        source = practice.item.source
        body = {field.name: source.title if field.name == "title" else "Some words." for field in kinds.get("practice").fields}
        content.save_source(source, body, actor=author, seen=source.version)
        practices.move_version(practice, source, "submit", actor=author, seen=None)
        if state == "published":
            assert source.head is not None
            practices.move_version(practice, source, "approve", actor=SECOND, seen=None, seen_hash=source.head.sha256)
            content.start_translation(practice.item, "fr", actor=author)


def counts(app: Flask, client: PortalClient) -> dict[str, list[str]]:
    found = {}
    for path in LISTS:
        client.get(path, lint=False)
        with statements(app) as sent:
            answer = client.get(path, lint=False)
        assert answer.status_code == 200, path
        found[path] = sent
    return found


def test_twenty_rows_cost_what_one_costs(app: Flask, client: PortalClient) -> None:
    with app.test_request_context("/en/"):
        loading.load_versions()
        roles = [RoleGrant(role=role) for role in (Role.ADMINISTRATOR, Role.COORDINATOR)]
        roles += [RoleGrant(role=role, language=code) for role in (Role.REVIEWER, Role.TRANSLATOR) for code in ("en", "fr")]
        somebody = User(email="all@x.example", email_key="all@x.example", name="All", grants=roles)
        db.session.add(somebody)
        add(1)
        db.session.commit()
        number = somebody.id
    client.sign_in(number)
    before = counts(app, client)
    with app.test_request_context("/en/"):
        for place in range(2, 21):
            add(place)
        db.session.commit()
    after = counts(app, client)
    grown = {path: f"{len(before[path])} → {len(after[path])}" for path in LISTS if len(after[path]) > len(before[path])}
    extra = {
        path: sorted({query for query in after[path] if after[path].count(query) > before[path].count(query)})[:2]
        for path in grown
    }
    assert not grown, f"{grown}\n{extra}"


def test_counting_finds_a_query_more(app: Flask, client: PortalClient) -> None:
    with statements(app) as sent, app.app_context():
        db.session.query(City).all()
        db.session.remove()
    assert len(sent) == 1


@pytest.mark.parametrize("path", ["/en/cities", "/en/practices"])
def test_a_kept_page_costs_at_most_a_look_at_the_stamp(app: Flask, client: PortalClient, path: str) -> None:
    client.get(path, lint=False)
    with statements(app) as sent:
        client.get(path, lint=False)
    assert sent == []
