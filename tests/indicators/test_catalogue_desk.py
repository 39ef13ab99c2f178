"""The catalogue as coordinators keep it: drafts, four eyes, versions of a definition, and series that break or run on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import practice_world
import pytest
from flask import Flask
from harness import PortalClient, statements
from sqlalchemy import select

from icportal.accounts.models import User
from icportal.content import queries as content_queries
from icportal.core.actors import Actor
from icportal.core.db import db
from icportal.core.errors import NotAllowed, Stale
from icportal.core.outbox import Mail
from icportal.indicators import catalogue_worklists, services, versions
from icportal.indicators.catalogue import catalogue
from icportal.indicators.kind import working_facts
from icportal.indicators.models import Indicator, IndicatorVersion

DESK = "/en/work/indicators/catalogue"
TEXT = {
    "title": "Homes without heating",
    "definition": "Homes without heating / all homes.",
    "numerator": "Homes without heating.",
    "denominator": "All homes.",
    "usual_source": "The register of buildings.",
}
FACTS = {
    "family": "housing", "asked": "y", "unit": "percent", "decimals": "1", "counting": "stock", "total": "y",
    "groups": ["native_born", "foreign_born"], "sexes": ["f", "m"], "low": "0", "high": "100", "jump": "50",
    "commitments": ["8"], "frames": ["charter"], "source": "A national law",
}  # fmt: skip


@pytest.fixture
def world(app: Flask) -> SimpleNamespace:
    """Two coordinators, a translator and a reviewer of French, an officer of a city."""
    with app.app_context():
        made = practice_world.make_world()
        db.session.remove()
    made.app = app
    return made


@pytest.fixture
def sign_in(world: SimpleNamespace, client: PortalClient) -> Callable[[str], PortalClient]:
    def sign_in(name: str) -> PortalClient:
        client.sign_in(world.people[name])
        return client

    return sign_in


def actor(world: Any, name: str) -> Actor:
    return db.session.get_one(User, world.people[name]).actor


def begun(world: Any, *, code: str = "HOU91", by: str = "coordinator") -> int:
    """An indicator with its facts and its text, as a draft."""
    person = actor(world, by)
    indicator = services.create_indicator(actor=person, code=code, family="housing", title=TEXT["title"], language="en")
    facts = {"groups": ["native_born", "foreign_born"], "low": "0", "high": "100", "commitments": [8]}
    services.save_facts(indicator, facts, actor=person, seen=indicator.version)
    write(world, indicator, by=by)
    db.session.commit()
    return indicator.id


def get(number: int) -> Indicator:
    db.session.expire_all()
    return db.session.get_one(Indicator, number)


def write(world: Any, indicator: Indicator, *, by: str = "coordinator", same_meaning: bool = False, **changes: str) -> None:
    source = indicator.item.source
    body = {**TEXT, **(source.head.body if source.head and changes else {}), **changes}
    services.save_text(source, body, actor=actor(world, by), seen=source.version, same_meaning=same_meaning)
    db.session.commit()


def change_facts(world: Any, indicator: Indicator, **changes: Any) -> None:
    services.save_facts(indicator, changes, actor=actor(world, "coordinator"), seen=indicator.version)
    db.session.commit()


def step(world: Any, number: int, name: str, by: str, *, code: str = "en", reason: str = "") -> None:
    indicator = get(number)
    version = indicator.item.version_in(code)
    assert version is not None
    assert version.head is not None
    services.move_version(
        indicator, version, name, actor=actor(world, by), seen=version.version, seen_hash=version.head.sha256, reason=reason
    )
    db.session.commit()


def publish(world: Any, number: int) -> list[IndicatorVersion]:
    """Sent in by one coordinator, approved by the other; all versions after it."""
    step(world, number, "submit", "coordinator")
    step(world, number, "approve", "everything")
    return versions.versions_of(number)


@pytest.fixture
def published(world: Any) -> Iterator[int]:
    """An indicator whose first version is public; the context stays open."""
    with world.app.app_context():
        number = begun(world)
        publish(world, number)
        yield number
        db.session.rollback()


def send(client: PortalClient, number: int, name: str, code: str = "en") -> Any:
    """Press a button of the page on which one reads and decides."""
    with client.application.app_context():
        version = get(number).item.version_in(code)
        assert version is not None
        assert version.head is not None
        data = {"transition": name, "version": version.version, "seen_hash": version.head.sha256}
        db.session.remove()
    return client.post(f"{DESK}/{number}/{code}/move", data=data)


# --- through the pages ---------------------------------------------------------------------------------------


def test_from_an_idea_to_a_public_indicator(world: Any, sign_in: Callable[[str], PortalClient]) -> None:
    client = sign_in("coordinator")
    start = {"code": "hou91", "family": "housing", "language": "en", "title": TEXT["title"]}
    begun = client.post(f"{DESK}/new", data=start)
    assert begun.status_code == 303
    facts_page = begun.location
    number = int(facts_page.split("/")[-2])

    page = client.get(facts_page)
    assert "A city is asked for one value a year" in page.text
    counted = client.post(facts_page, data={**FACTS, "version": 1, "count": "1"})
    assert counted.status_code == 200
    assert "A city is asked for 5 values a year" in counted.text
    assert "born abroad" in counted.text
    assert "A city is asked for one value a year" in client.get(facts_page).text, "counting must not save"
    crossed = client.post(facts_page, data={**FACTS, "version": 1, "count": "1", "crossed": "y"})
    assert "A city is asked for 9 values a year" in crossed.text
    assert client.post(facts_page, data={**FACTS, "version": 1}).location == f"{DESK}/{number}"

    with world.app.app_context():
        seen = get(number).item.source.version
        db.session.remove()
    assert client.post(f"{DESK}/{number}/edit", data={**TEXT, "version": seen}).location == f"{DESK}/{number}"
    assert send(client, number, "submit").status_code == 303
    refused = send(client, number, "approve")
    assert refused.status_code == 403
    assert "a second person has to approve it" in refused.text

    with world.app.app_context():
        assert catalogue("en") == {}
        db.session.remove()
    sign_in("everything")
    review = client.get(f"{DESK}/{number}/en")
    assert "A national law" in review.text
    assert "0 to 100" in review.text
    assert send(client, number, "approve").status_code == 303
    with world.app.app_context():
        definition = catalogue("en")["HOU91"]
        assert (definition.number, definition.title, definition.facts.commitments) == (1, TEXT["title"], (8,))
        assert definition.rows == ("", "sex=f", "sex=m", "origin=native_born", "origin=foreign_born")
        assert definition.facts.jump == 50
        db.session.remove()


def test_every_page_of_the_desk_stands(world: Any, published: int, sign_in: Callable[[str], PortalClient]) -> None:
    write(world, get(published), definition="Homes that cannot be heated / all homes.")
    change_facts(world, get(published), classes=["measure=value", "measure=share"], units={"measure=share": "per_1000"})
    step(world, published, "submit", "coordinator")
    client = sign_in("everything")
    for page in ("", "/edit", "/facts", "/en", "/en/history", "/en/compare?old=1&new=3"):
        assert client.get(f"{DESK}/{published}{page}").status_code == 200, page
    for query in (
        "",
        "?family=housing",
        "?family=buyer",
        "?waiting=review",
        "?waiting=translation",
        "?waiting=nonsense",
        "?language=xx",
    ):
        assert client.get(f"{DESK}{query}").status_code == 200
    assert "HOU91" in client.get(f"{DESK}?waiting=review").text
    assert "HOU91" not in client.get(f"{DESK}?waiting=writing").text
    assert "not begun" in client.get(f"{DESK}?language=fr").text
    assert "HOU91" in client.get(f"{DESK}?waiting=translation&language=fr").text
    assert "HOU91" not in client.get(f"{DESK}?waiting=review&language=fr").text
    assert f'href="{DESK}">Show the whole catalogue' in client.get(f"{DESK}?family=buyer").text
    facts = client.get(f"{DESK}/{published}/facts")
    assert "Unit of “share”" in facts.text
    preview = client.post(f"{DESK}/preview", data={"text": "**x**"}, lint=False)
    assert preview.status_code == 200
    assert "<strong>x</strong>" in preview.text


def test_what_is_wrong_is_said_and_what_was_typed_stays(
    world: Any, published: int, sign_in: Callable[[str], PortalClient]
) -> None:
    client = sign_in("coordinator")
    taken = client.post(f"{DESK}/new", data={"code": "HOU91", "family": "housing", "language": "en", "title": "Other homes"})
    assert taken.status_code == 422
    assert "There is an indicator HOU91 already" in taken.text
    assert "Other homes" in taken.text
    assert client.post(f"{DESK}/new", data={"code": "91", "family": "housing", "language": "en", "title": "x"}).status_code == 422

    seen = get(published).version
    db.session.rollback()
    for wrong, sentence in (
        ({"low": "90", "high": "10,5"}, "has to be at least the lowest"),
        ({"low": "a few"}, "“a few” is not a number"),
        ({"substitutes": "POP77"}, "There is no other indicator POP77"),
        ({"substitutes": "hou91"}, "There is no other indicator HOU91"),
        ({"decimals": "9"}, "A number from 0 to 6"),
        ({"total": "", "groups": [], "sexes": []}, "Say which values are asked for"),
    ):
        page = client.post(f"{DESK}/{published}/facts", data={**FACTS, "version": seen, "source": "kept words", **wrong})
        assert page.status_code == 422, wrong
        assert sentence in page.text
        assert "kept words" in page.text
    assert get(published).version == seen


def test_two_coordinators_at_the_same_facts(world: Any, published: int, sign_in: Callable[[str], PortalClient]) -> None:
    seen = get(published).version
    change_facts(world, get(published), high="60")
    client = sign_in("everything")
    page = client.post(f"{DESK}/{published}/facts", data={**FACTS, "version": seen, "high": "80"})
    assert page.status_code == 409
    assert "0 to 80" in page.text
    assert "0 to 60" in page.text
    assert "Save my version over it" in page.text
    again = client.post(f"{DESK}/{published}/facts", data={**FACTS, "version": get(published).version, "high": "80"})
    assert again.status_code == 303
    assert working_facts(get(published))["high"] == "80"


def test_two_coordinators_at_the_same_text(world: Any, published: int, sign_in: Callable[[str], PortalClient]) -> None:
    seen = get(published).item.source.version
    write(world, get(published), numerator="Homes with a cold room.")
    client = sign_in("everything")
    page = client.post(f"{DESK}/{published}/edit", data={**TEXT, "numerator": "Homes below 15 °C.", "version": seen})
    assert page.status_code == 409
    assert "Homes with a cold room." in page.text
    assert "Homes below 15 °C." in page.text
    with pytest.raises(Stale):
        services.save_text(get(published).item.source, TEXT, actor=actor(world, "everything"), seen=seen)


@pytest.mark.parametrize(
    ("who", "page", "status"),
    [
        ("anna", "", 403), ("anna", "/1", 403), ("nobody", "", 403), ("tina", "", 200), ("tina", "/1", 200), ("rene", "/1", 200),
        ("tina", "/1/facts", 403), ("tina", "/1/edit", 403), ("tina", "/new", 403), ("administrator", "/1", 200),
        ("administrator", "/1/facts", 403), ("administrator", "/new", 403), ("coordinator", "/1/facts", 200),
        ("coordinator", "/1/fr", 404), ("coordinator", "/99999", 404), ("coordinator", "/1/en", 200), ("rene", "/1/en", 404),
    ],
)  # fmt: skip
def test_who_may_open_what(world: Any, sign_in: Callable[[str], PortalClient], who: str, page: str, status: int) -> None:
    with world.app.app_context():
        assert begun(world) == 1
        db.session.remove()
    assert sign_in(who).get(f"{DESK}{page}").status_code == status


# --- versions and series -----------------------------------------------------------------------------------------


@pytest.mark.databases
def test_a_changed_definition_makes_a_version_and_ends_the_series(world: Any, published: int) -> None:
    write(world, get(published), definition="Homes without central heating / all homes.")
    assert catalogue("en")["HOU91"].number == 1, "a draft defines nothing"
    first, second = publish(world, published)
    assert (first.continues, second.continues) == (False, False)
    assert first.body["definition"] == TEXT["definition"]
    assert catalogue("en")["HOU91"].version_id == second.id
    series = versions.continues([second, first])
    assert series == {first.id: first.id, second.id: second.id}
    note, oldest = versions.history_of(published)
    assert [change.name for change in note.fields] == ["definition"]
    assert (note.runs_on, oldest.is_first) == (False, True)


def test_a_typo_with_the_claim_keeps_the_series_and_the_claim_is_used_up(world: Any, published: int) -> None:
    write(world, get(published), definition="Homes without heating / all homes in the city.", same_meaning=True)
    facts = get(published).item.source.head
    assert facts is not None
    assert facts.facts is not None
    assert facts.facts["same_meaning"], "the second person has to see the claim"
    first, second = publish(world, published)
    assert second.continues
    assert versions.continues([first, second]) == {first.id: first.id, second.id: first.id}
    assert not working_facts(get(published))["same_meaning"]
    write(world, get(published), definition="Homes without electricity / all homes in the city.")
    *_others, third = publish(world, published)
    assert not third.continues
    assert versions.continues(versions.versions_of(published))[third.id] == third.id


def test_the_claim_can_be_made_among_the_facts(world: Any, published: int, sign_in: Callable[[str], PortalClient]) -> None:
    write(world, get(published), numerator="Homes that have no heating.")
    seen = get(published).version
    db.session.rollback()
    data = {**FACTS, "sexes": [], "jump": "", "frames": [], "source": "", "version": seen, "same_meaning": "y"}
    assert sign_in("coordinator").post(f"{DESK}/{published}/facts", data=data).status_code == 303
    _first, second = publish(world, published)
    assert second.continues


def test_a_unit_cannot_be_claimed_to_mean_the_same(world: Any, published: int) -> None:
    change_facts(world, get(published), unit="per_1000", same_meaning=True)
    assert not publish(world, published)[-1].continues


def test_facts_that_define_nothing_take_effect_and_series_run_on(world: Any, published: int) -> None:
    change_facts(world, get(published), high="40", commitments=[8, 9], asked=False, family="demography")
    before = catalogue("en")["HOU91"]
    assert (str(before.facts.high), before.asked, before.family) == ("100", True, "housing"), "nobody has approved it"
    first, second = publish(world, published)
    after = catalogue("en")["HOU91"]
    assert (str(after.facts.high), after.facts.commitments, after.asked, after.family) == ("40", (8, 9), False, "demography")
    assert second.continues
    assert versions.continues([first, second])[second.id] == first.id


def test_a_title_makes_no_version(world: Any, published: int) -> None:
    write(world, get(published), title="Cold homes", usual_source="The census.")
    assert len(publish(world, published)) == 1
    assert catalogue("en")["HOU91"].title == "Cold homes"


def test_saving_the_same_facts_changes_nothing(world: Any, published: int) -> None:
    indicator = get(published)
    revisions = len(indicator.item.source.revisions)
    facts = {**working_facts(indicator), "groups": ["foreign_born", "native_born"], "high": "100.0"}
    assert not services.save_facts(indicator, facts, actor=actor(world, "coordinator"), seen=indicator.version)
    assert (len(get(published).item.source.revisions), get(published).item.source.state) == (revisions, "published")


def test_four_eyes_count_the_facts_too(world: Any, published: int) -> None:
    write(world, get(published), by="everything", definition="Homes without a radiator / all homes.")
    change_facts(world, get(published), high="50")
    step(world, published, "submit", "everything")
    for name in ("coordinator", "everything"):
        with pytest.raises(NotAllowed):
            step(world, published, "approve", name)
        db.session.rollback()


def test_a_claim_of_one_text_speaks_of_no_other_indicator(world: Any, published: int) -> None:
    other = begun(world, code="HOU92")
    publish(world, other)
    everything = [*versions.versions_of(published), *versions.versions_of(other)]
    assert len(set(versions.continues(everything).values())) == 2


# --- translations, mails, worklists -------------------------------------------------------------------------------


def french(world: Any, number: int) -> None:
    from icportal.content import services as content

    indicator = get(number)
    version = indicator.item.version_in("fr") or content.start_translation(indicator.item, "fr", actor=actor(world, "tina"))
    pieces = enumerate(content_queries.answers(version))
    targets = {f"{place}.{piece.source_hash}": f"[{piece.source}]" for place, piece in pieces}
    content.save_translation(version, targets, actor=actor(world, "tina"), seen=version.version)
    db.session.commit()
    step(world, number, "submit", "tina", code="fr")
    step(world, number, "approve", "rene", code="fr")


def test_a_translation_is_stale_when_the_definition_changes(
    world: Any, published: int, sign_in: Callable[[str], PortalClient]
) -> None:
    client = sign_in("tina")
    started = client.post(f"{DESK}/{published}/translations", data={"language": "fr"})
    assert started.location == f"{DESK}/{published}/fr/translate"
    assert "0 of 5 pieces are up to date" in client.get(started.location).text
    db.session.rollback()
    french(world, published)
    assert catalogue("fr")["HOU91"].title == f"[{TEXT['title']}]"
    write(world, get(published), definition="Homes without central heating / all homes.")
    publish(world, published)
    version = get(published).item.version_in("fr")
    assert version is not None
    assert (version.stale_segments, version.is_published) == (1, True)
    db.session.rollback()
    assert "Original has changed" in client.get(f"{DESK}/{published}/fr/translate?only=open").text
    assert "HOU91" in client.get(f"{DESK}?waiting=translation").text
    assert "[Homes without heating]" in client.get("/en/work").text
    db.session.rollback()
    told = [
        mail.address for mail in db.session.scalars(select(Mail)) if "a changé" in mail.subject or "has changed" in mail.subject
    ]
    assert told == ["tina@example.eu"]


def test_a_typo_claimed_leaves_the_translation_as_it_is(world: Any, published: int) -> None:
    french(world, published)
    write(world, get(published), definition="Homes without heating / all of the homes.", same_meaning=True)
    publish(world, published)
    version = get(published).item.version_in("fr")
    assert version is not None
    assert version.stale_segments == 0


def test_the_author_reads_why_it_was_sent_back(world: Any, published: int) -> None:
    write(world, get(published), definition="Homes without a stove / all homes.")
    step(world, published, "submit", "coordinator")
    step(world, published, "request_changes", "everything", reason="Which stove?")
    mail = db.session.scalars(select(Mail).where(Mail.text.contains("Which stove?"))).one()
    assert mail.address == "coordinator@example.eu"
    assert "(HOU91)" in mail.text
    assert f"/work/indicators/catalogue/{published}/edit" in mail.text


def test_worklists_show_what_waits_for_whom(world: Any, published: int) -> None:
    def lists(name: str) -> dict[str, int]:
        found = catalogue_worklists.provide(actor(world, name), 50)
        return {worklist.key: worklist.count for worklist in found if worklist.count}

    assert lists("coordinator") == {}
    write(world, get(published), definition="Homes without a stove / all homes.")
    assert lists("coordinator") == {"indicators.write": 1}
    step(world, published, "submit", "coordinator")
    assert lists("coordinator") == {"indicators.others": 1}
    assert lists("everything") == {"indicators.review": 1}
    assert catalogue_worklists.provide(actor(world, "anna"), 50) == []


def test_the_list_asks_as_much_for_many_as_for_few(world: Any, published: int, sign_in: Callable[[str], PortalClient]) -> None:
    client = sign_in("coordinator")
    client.get(DESK)
    with statements(client.application) as few:
        client.get(DESK)
    for place in range(4):
        begun(world, code=f"HOU8{place}")
    db.session.rollback()
    with statements(client.application) as many:
        client.get(DESK)
    assert len(many) == len(few)
