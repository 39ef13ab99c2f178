"""A delivery from its first value to the public and back: the list, the page, steps, mails, worklists, the city's timeline."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from delivery_world import HERE, apart, opened, state, step
from flask import Flask
from harness import PortalClient, statements
from indicator_world import city, coordinator, delivery, entry, officer, publish, put, submit
from sqlalchemy import select

from icportal.cities.queries import find_timeline_entry
from icportal.core.clock import today
from icportal.core.db import db
from icportal.core.errors import DomainError, NotAllowed, NotFound, Stale
from icportal.core.outbox import Mail
from icportal.indicators import deliveries, services, worklists
from icportal.indicators.entries import REMOVED
from icportal.indicators.enums import Confidentiality
from icportal.indicators.models import Delivery, PublishedObservation

SignIn = Callable[..., PortalClient]


@pytest.fixture
def world(seeded_app: Flask) -> Iterator[Flask]:
    yield from opened(seeded_app)


@pytest.fixture
def client(world: Flask) -> PortalClient:
    return apart(world)


def mails(word: str) -> list[Mail]:
    return [mail for mail in db.session.scalars(select(Mail).order_by(Mail.id)) if word in mail.subject]


# --- the way through the pages -----------------------------------------------------------------------------


def test_the_officer_begins_a_year_and_finds_what_to_do(world: Flask, client: PortalClient, sign_in: SignIn) -> None:
    sign_in("officer.vienna@demo.example")
    begun = client.post("/en/work/indicators", data={"city": "vienna", "year": "2024"})
    assert begun.status_code == 303
    assert begun.location.endswith(HERE)
    page = client.get(HERE)
    for text in ("Download the workbook", "Upload it", "type the values in", "0 of 16", "Send to the network"):
        assert text in page.text, text
    assert 'href="/en/work/indicators/vienna/definitions"' in page.text, "whom the city counts as a migrant"
    again = client.post("/en/work/indicators", data={"city": "vienna", "year": "2024"})
    assert again.status_code == 303, "a year that was begun is opened"
    assert (
        len(list(db.session.scalars(select(Delivery).where(Delivery.year == 2024, Delivery.city_id == city("vienna").id)))) == 1
    )


def test_only_who_works_for_the_network_finds_its_files(world: Flask, client: PortalClient, sign_in: SignIn) -> None:
    ways = [f'href="/en/work/indicators/network{rest}"' for rest in ("", "/upload")]
    sign_in("officer.vienna@demo.example")
    assert not any(way in client.get("/en/work/indicators").text for way in ways)
    sign_in("coordinator@demo.example")
    assert all(way in client.get("/en/work/indicators").text for way in ways)


@pytest.mark.parametrize("year", ["", "abc", "1949", str(today().year + 1), "99999999999999"])
def test_a_year_nobody_can_know_is_refused(world: Flask, client: PortalClient, sign_in: SignIn, year: str) -> None:
    sign_in("officer.vienna@demo.example")
    answer = client.post("/en/work/indicators", data={"city": "vienna", "year": year})
    assert answer.status_code == 422
    assert "Please look at this" in answer.text


def test_another_city_cannot_be_begun(world: Flask, client: PortalClient, sign_in: SignIn) -> None:
    sign_in("officer.vienna@demo.example")
    assert client.post("/en/work/indicators", data={"city": "oulu", "year": "2024"}).status_code == 422
    with pytest.raises(NotAllowed):
        services.begin(city("oulu"), 2024, actor=officer("vienna"))


def test_an_empty_delivery_is_not_sent(world: Flask, client: PortalClient, sign_in: SignIn) -> None:
    services.begin(city("vienna"), 2024, actor=officer("vienna"))
    db.session.commit()
    sign_in("officer.vienna@demo.example")
    refused = client.post(f"{HERE}/move", data=step("submit"))
    assert refused.status_code == 422
    assert "There is no value yet" in refused.text


def test_from_the_city_to_the_public_and_back(world: Flask, client: PortalClient, sign_in: SignIn) -> None:
    put("vienna", 2024, {"POP01": "35.2"}, actor=officer("vienna"))
    sign_in("officer.vienna@demo.example")
    assert client.post(f"{HERE}/move", data=step("submit")).status_code == 303
    assert state() == "review"
    assert mails("wait for your check")
    sign_in("coordinator@demo.example")
    review = client.get(f"{HERE}/review")
    assert "35.2%" in review.text
    assert services.digest(delivery("vienna", 2024)) in review.text, "the decision is bound to what was read"
    assert client.post(f"{HERE}/move", data=step("publish")).status_code == 303
    assert state() == "published"
    assert (
        db.session.scalars(select(PublishedObservation).where(PublishedObservation.year == 2024)).one().amount
        == entry("35.2").amount
    )
    assert mails("sind veröffentlicht"), "the officer of Vienna reads German"
    reference = f"delivery-{delivery('vienna', 2024).id}"
    assert find_timeline_entry(city("vienna").id, "indicators", reference) is not None
    assert "Published its indicators for 2024." in client.get("/en/cities/vienna").text
    assert client.post(f"{HERE}/move", data=step("withdraw")).status_code == 422, "a reason is needed"
    assert client.post(f"{HERE}/move", data=step("withdraw", reason="Wrong register")).status_code == 303
    assert find_timeline_entry(city("vienna").id, "indicators", reference) is None
    assert "Wrong register" in mails("sind zurückgezogen")[0].text
    assert "Wrong register" in client.get(HERE).text, "the history says why"


def test_what_changed_since_it_was_read_is_not_published(world: Flask, client: PortalClient, sign_in: SignIn) -> None:
    put("vienna", 2024, {"POP01": "35.2"}, actor=officer("vienna"))
    sent = submit("vienna", 2024)
    read = services.digest(sent)
    services.move(sent, "retract", actor=officer("vienna"), seen=sent.version)
    put("vienna", 2024, {"POP01": "99"}, actor=officer("vienna"))
    sent = submit("vienna", 2024)
    sign_in("coordinator@demo.example")
    late = client.post(f"{HERE}/move", data={"transition": "publish", "version": sent.version, "seen_hash": read})
    assert late.status_code == 409
    assert state() == "review"
    with pytest.raises(Stale):
        services.move(delivery("vienna", 2024), "publish", actor=coordinator(), seen=None, seen_hash=read)


@pytest.mark.databases
def test_who_entered_a_value_does_not_publish_it(world: Flask) -> None:
    put("vienna", 2024, {"POP01": "35.2"}, actor=coordinator())
    sent = submit("vienna", 2024)
    with pytest.raises(NotAllowed):
        services.move(sent, "publish", actor=coordinator(), seen=sent.version, seen_hash=services.digest(sent))


@pytest.mark.databases
def test_who_took_a_value_back_is_free_of_it_once_that_is_public(world: Flask) -> None:
    put("vienna", 2024, {"POP01": "35.2", "POP02": "31"}, actor=officer("vienna"))
    publish("vienna", 2024)
    put("vienna", 2024, {"POP02": REMOVED}, actor=coordinator())
    assert delivery("vienna", 2024).contributor_ids == {coordinator().id}, "the public still reads the value"
    sent = submit("vienna", 2024)
    with pytest.raises(NotAllowed):
        services.move(sent, "publish", actor=coordinator(), seen=sent.version, seen_hash=services.digest(sent))
    db.session.rollback()
    other = coordinator("coordinator2@demo.example")
    services.move(sent, "publish", actor=other, seen=sent.version, seen_hash=services.digest(sent))
    db.session.commit()
    assert delivery("vienna", 2024).contributor_ids == frozenset()
    put("vienna", 2024, {"POP01": "36"}, actor=officer("vienna"))
    publish("vienna", 2024)
    assert state() == "published"


@pytest.mark.databases
def test_a_value_that_is_the_same_stays_with_its_definition(world: Flask) -> None:
    (old,) = put("vienna", 2024, {"POP01": "35.2"}, actor=officer("vienna"))
    where, version_id = old.key, old.version_id
    change = services.Change(where, version_id + 1, entry("35.2", code="POP01"), old.number)
    assert services.record([change], actor=officer("vienna")) == []
    assert services.current_of([where])[where].version_id == version_id


@pytest.mark.databases
def test_counts_and_places_are_those_asked_for(world: Flask) -> None:
    put("vienna", 2024, {"POP01": "35.2", ("POP01", "sex=f"): "36", "REP01": "5"}, actor=officer("vienna"))
    page = deliveries.list_for(officer("vienna"), year=2024)
    assert [(row.city.slug, row.there) for row in page.rows] == [("vienna", 2)], "what nobody asked for does not count"
    sheet = deliveries.sheet(delivery("vienna", 2024), city("vienna"), "en")
    assert {name: (there, asked) for name, there, asked in sheet.progress()}["demography"] == (2, 16)
    assert len(sheet.asked) == page.asked
    assert "REP01" in {place.definition.code for place in sheet.places}


# --- who sees what -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("who", "answers"),
    [
        ("officer.vienna@demo.example", (200, 200)),
        ("mayor.vienna@demo.example", (200, 404)),
        ("coordinator@demo.example", (200, 200)),
        ("administrator@demo.example", (200, 404)),
        ("officer.oulu@demo.example", (404, 404)),
        ("mayor.oulu@demo.example", (404, 404)),
        ("translator@demo.example", (404, 404)),
    ],
)
def test_a_delivery_is_its_citys_and_the_networks(
    world: Flask, client: PortalClient, sign_in: SignIn, who: str, answers: tuple[int, int]
) -> None:
    pages, typing = answers
    put("vienna", 2024, {"POP01": entry("35.2", confidentiality=Confidentiality.CONFIDENTIAL)}, actor=officer("vienna"))
    sign_in(who)
    for path in ("", "/review", "/values/pop01"):
        answer = client.get(HERE + path)
        assert answer.status_code in ((200,) if pages == 200 else (403, 404)), path
        assert ("35.2" in answer.text) == (pages == 200 and path != ""), path
    assert client.get(f"{HERE}/type-in").status_code in ((200,) if typing == 200 else (403, 404))


def test_the_mayors_office_reads_and_changes_nothing(world: Flask, client: PortalClient, sign_in: SignIn) -> None:
    put("vienna", 2024, {"POP01": "35.2"}, actor=officer("vienna"))
    sign_in("mayor.vienna@demo.example")
    page = client.get(HERE)
    assert "What to do now" not in page.text
    assert 'value="submit"' not in page.text
    assert client.post(f"{HERE}/move", data=step("submit")).status_code == 403
    assert client.post(f"{HERE}/marks", data={"kind": "comment", "name": "POP01||2024", "text": "x"}).status_code in (403, 404)
    assert state() == "draft"


def test_the_list_shows_own_cities_or_everybodys(world: Flask, client: PortalClient, sign_in: SignIn) -> None:
    put("vienna", 2024, {"POP01": "35.2"}, actor=officer("vienna"))
    put("oulu", 2024, {"POP01": "5"}, actor=officer("oulu"))
    sign_in("officer.vienna@demo.example")
    page = client.get("/en/work/indicators")
    assert "/vienna/2024" in page.text
    assert "/oulu/" not in page.text
    sign_in("coordinator@demo.example")
    everything = client.get("/en/work/indicators?year=2024&state=draft")
    assert "/vienna/2024" in everything.text
    assert "/oulu/2024" in everything.text
    assert "/oulu/2024" not in client.get("/en/work/indicators?state=published&year=2024").text
    assert client.get("/en/work/indicators?state=nonsense&year=x&after=99999999999").status_code == 200


def test_long_lists_go_on(world: Flask) -> None:
    for year in range(2015, 2022):
        put("vienna", year, {"POP01": "30"}, actor=officer("vienna"))
    seen: list[int] = []
    after = None
    while True:
        page = deliveries.list_for(officer("vienna"), after=after, page=3)
        seen += [row.delivery.year for row in page.rows]
        after = page.after
        if after is None:
            break
    assert seen == sorted(seen, reverse=True)
    assert len(seen) == len(set(seen)) == page.total


# --- worklists ---------------------------------------------------------------------------------------------


def test_it_waits_for_the_one_who_has_to_move(world: Flask) -> None:
    put("vienna", 2024, {"POP01": "35.2"}, actor=officer("vienna"))
    mine = {each.key: each for each in worklists.provide(officer("vienna"), 5)}
    assert "2024" in " ".join(entry.title for entry in mine["deliveries.enter"].entries)
    submit("vienna", 2024)
    mine = {each.key: each for each in worklists.provide(officer("vienna"), 5)}
    assert mine["deliveries.others"].count == 1
    assert not mine["deliveries.others"].mine
    theirs = {each.key: each for each in worklists.provide(coordinator(), 5)}
    assert theirs["deliveries.check"].count == 1
    assert worklists.provide(coordinator(), 0)[0].entries == []


def test_it_stands_on_the_worklist_page(world: Flask, client: PortalClient, sign_in: SignIn) -> None:
    put("vienna", 2024, {"POP01": "35.2"}, actor=officer("vienna"))
    submit("vienna", 2024)
    sign_in("coordinator@demo.example")
    assert "/work/indicators/vienna/2024/review" in client.get("/en/work").text


# --- costs -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["", "/review", "/type-in?family=demography", "/values/pop01"])
def test_pages_cost_the_same_however_much_is_given(world: Flask, client: PortalClient, sign_in: SignIn, path: str) -> None:
    put("vienna", 2024, {"POP01": "35.2"}, actor=officer("vienna"))
    sign_in("officer.vienna@demo.example")
    client.get(HERE + path)
    with statements(world) as few:
        client.get(HERE + path)
    db.session.rollback()
    many = {(code, key): "12" for code in ("POP02", "POP03", "POP04", "EMP01", "EMP02") for key in ("", "sex=f", "sex=m")}
    put("vienna", 2024, {**many, "POP01": "36"}, actor=officer("vienna"))
    put("vienna", 2020, many, actor=officer("vienna"))
    with statements(world) as sent:
        client.get(HERE + path)
    assert len(sent) <= len(few)


def test_unknown_addresses_are_not_there(world: Flask, client: PortalClient, sign_in: SignIn) -> None:
    put("vienna", 2024, {"POP01": "35.2"}, actor=officer("vienna"))
    sign_in("coordinator@demo.example")
    for path in (
        "/en/work/indicators/vienna/1901", "/en/work/indicators/atlantis/2024", f"{HERE}/values/nothing",
        f"{HERE}/values/pop01?breakdown=nonsense", f"{HERE}/values/pop01?period=2019", f"{HERE}/values/pop01?period=x",
    ):  # fmt: skip
        assert client.get(path).status_code == 404, path


def test_a_step_there_is_none_of_is_refused(world: Flask, client: PortalClient, sign_in: SignIn) -> None:
    put("vienna", 2024, {"POP01": "35.2"}, actor=officer("vienna"))
    sign_in("officer.vienna@demo.example")
    for name in ("", "revise", "adopt", "nonsense"):
        assert client.post(f"{HERE}/move", data=step(name)).status_code in (403, 409), name
    assert state() == "draft"
    with pytest.raises((DomainError, NotFound)):
        services.move(delivery("vienna", 2024), "adopt", actor=officer("vienna"), seen=None)


def test_a_published_year_can_be_opened_by_everybody_of_the_city(world: Flask, client: PortalClient, sign_in: SignIn) -> None:
    put("vienna", 2024, {"POP01": "35.2"}, actor=officer("vienna"))
    publish("vienna", 2024)
    for who in ("officer.vienna@demo.example", "mayor.vienna@demo.example"):
        sign_in(who)
        for language in ("en", "ar-xb"):
            for path in ("", "/review", "/values/pop01"):
                assert client.get(HERE.replace("/en/", f"/{language}/") + path).status_code == 200
