"""The facts of a practice become public as its text does: when a second person has approved them."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from charter_world import PDF
from harness import PortalClient
from practice_world import BODY, actor, draft, published, rewrite, step, translated
from sqlalchemy import select

from icportal.cities.models import City, TimelineEntry
from icportal.content import verification
from icportal.content.models import Projection
from icportal.core.clock import now, today
from icportal.core.db import db
from icportal.core.errors import DomainError
from icportal.data import reader
from icportal.practices import services, worklists
from icportal.practices.models import Practice
from icportal.practices.queries import Search, get_practice, library

SignIn = Callable[..., PortalClient]


def save(world: Any, practice: Practice, by: str = "anna", **facts: Any) -> None:
    services.save_facts(practice, facts, actor=actor(world, by), seen=practice.version)
    db.session.commit()


def add_file(world: Any, practice: Practice, label: str = "Leaflet") -> int:
    entry = services.add_file(practice, actor=actor(world, "anna"), stream=io.BytesIO(PDF), filename="a.pdf", label=label)
    db.session.commit()
    return entry.file_id


def publish(world: Any, practice: Practice) -> None:
    step(practice, "submit", actor(world, "anna"))
    step(practice, "approve", actor(world, "riitta"))


def shown(practice: Practice) -> dict[str, Any]:
    db.session.expire_all()
    return dict(db.session.get_one(Projection, practice.item.source.id).facts)


@pytest.mark.databases
def test_changed_facts_wait_for_a_second_person(world: Any) -> None:
    practice = published(world)
    translation = translated(world, practice, submit=True)
    step(practice, "approve", actor(world, "rene"), code="fr")
    links = [{"url": "https://oulu.example", "label": "Kirjasto"}]
    save(world, practice, commitments=[7], themes=["housing"], links=links, looking_for_partners=True)
    assert practice.item.source.state == "draft"
    assert (shown(practice)["commitments"], shown(practice)["themes"], shown(practice)["links"]) == ([4], ["language"], [])
    assert library(Search(facets={"commitment": "4"}), "en").total == 1
    assert library(Search(facets={"commitment": "7"}), "en").total == 0
    assert library(Search(partners=True), "en").total == 0

    publish(world, practice)
    assert (shown(practice)["commitments"], shown(practice)["themes"], shown(practice)["links"]) == ([7], ["housing"], links)
    assert library(Search(facets={"commitment": "7"}), "en").total == 1
    assert library(Search(partners=True), "en").total == 1
    french = db.session.get_one(Projection, translation.id)
    assert french.facts["commitments"] == [7], "a translation is read with the same facts"
    assert translation.state == "published"
    assert (translation.stale_segments, translation.missing_segments, french.source_changed_at) == (0, 0, None)
    assert verification.findings() == []


def test_who_changed_the_facts_may_not_approve_them(world: Any) -> None:
    practice = published(world)
    save(world, practice, by="olli", themes=["housing"])
    step(practice, "submit", actor(world, "anna"))
    with pytest.raises(DomainError):
        step(practice, "approve", actor(world, "olli"))
    db.session.rollback()
    step(practice, "approve", actor(world, "riitta"))


def test_approval_is_bound_to_the_facts_that_were_read(world: Any) -> None:
    practice = draft(world)
    step(practice, "submit", actor(world, "anna"))
    source = practice.item.source
    assert source.head is not None
    read = source.head.sha256
    save(world, practice, by="olli", themes=["housing"])
    assert source.state == "draft", "what is in review goes back to draft"
    step(practice, "submit", actor(world, "anna"))
    with pytest.raises(DomainError):
        services.move_version(practice, source, "approve", actor=actor(world, "riitta"), seen=None, seen_hash=read)


def test_contact_and_visibility_count_at_once_and_need_no_review(world: Any) -> None:
    practice = published(world)
    number = practice.item.source.head_id
    save(world, practice, contact_name="Olli", visible_until=today() + timedelta(days=9))
    assert practice.item.source.state == "published"
    assert practice.item.source.head_id == number
    assert db.session.get_one(Projection, practice.item.source.id).visible_until == today() + timedelta(days=9)


def test_who_writes_the_text_meanwhile_may_go_on(world: Any) -> None:
    practice = draft(world)
    seen = practice.item.source.version
    save(world, practice, themes=["housing"])
    db.session.expire_all()
    assert practice.item.source.version == seen


def test_facts_changed_behind_the_portals_back_are_found(world: Any) -> None:
    practice = published(world)
    projection = db.session.get_one(Projection, practice.item.source.id)
    projection.facts = {**projection.facts, "commitments": [11]}
    db.session.commit()
    assert any("readers see something else" in line for line in verification.findings())
    projection.facts = {**projection.facts, "commitments": [4]}
    source = practice.item.source
    assert source.head is not None
    source.head.facts = {**(source.head.facts or {}), "commitments": [11]}
    db.session.commit()
    assert any(line.startswith(f"revision {source.head_id}") for line in verification.findings())


def test_a_file_is_public_from_approval_to_approval(world: Any, client: PortalClient) -> None:
    practice = published(world)
    number = add_file(world, practice)
    path = f"/en/practices/{practice.item.slug}/files/{number}"
    assert client.get(path).status_code == 404, "nobody has approved it"
    assert "Leaflet" not in client.get(f"/en/practices/{practice.item.slug}").text
    db.session.rollback()
    publish(world, get_practice(practice.id))
    assert client.get(path).data == PDF
    assert "Leaflet" in client.get(f"/en/practices/{practice.item.slug}").text
    db.session.rollback()
    practice = get_practice(practice.id)
    services.remove_file(practice, number, actor=actor(world, "anna"))
    db.session.commit()
    other = add_file(world, practice, "Another")
    assert other != number
    assert client.get(path).data == PDF, "the published text names it still"
    db.session.rollback()
    publish(world, get_practice(practice.id))
    assert client.get(path).status_code == 404


def test_the_reviewer_sees_what_changed_among_the_facts(world: Any, client: PortalClient, sign_in: SignIn) -> None:
    practice = published(world)
    save(
        world, practice, commitments=[7], links=[{"url": "https://oulu.example", "label": "Kirjasto"}], looking_for_partners=True
    )
    add_file(world, practice)
    step(practice, "submit", actor(world, "anna"))
    title = {commitment.number: commitment.title for commitment in reader.commitments("en")}
    sign_in(world.people["riitta"])
    page = client.get(f"/en/work/practices/{practice.id}/fi")
    for kind, text in (
        ("del", f"4 · {title[4]}"),
        ("ins", f"7 · {title[7]}"),
        ("ins", "https://oulu.example Kirjasto"),
        ("ins", "Leaflet (a.pdf"),
    ):
        assert text in " ".join(part.split(f"</{kind}>")[0] for part in page.text.split(f"<{kind}>")[1:]), text
    assert "looking for partners" in page.text
    bulk = client.get("/en/work/practices/review")
    assert f"+ 7 · {title[7]}" in bulk.text
    assert f"− 4 · {title[4]}" in bulk.text
    assert "Leaflet (a.pdf" in client.get(f"/en/work/practices/{practice.id}/fi/compare?old=3&new=5").text


def test_a_practice_is_found_by_its_theme_in_every_language(world: Any) -> None:
    practice = draft(world)
    save(world, practice, themes=["housing"])
    publish(world, practice)
    theme, commitment = reader.themes()["housing"], {c.number: c.title for c in reader.commitments("fr")}[4]
    for code in ("en", "fr", "de", "es", "it", "nl"):
        assert library(Search(words=theme[code]), code).total == 1, code
    assert library(Search(words=commitment), "fr").total == 1
    assert library(Search(words="Hafenkran"), "de").total == 0


def test_write_to_the_city_is_offered_wherever_there_is_a_contact(world: Any, client: PortalClient) -> None:
    practice = published(world)
    path = f"/en/practices/{practice.item.slug}"
    assert f"{path}/write" in client.get(path).text
    db.session.rollback()
    practice = get_practice(practice.id)
    practice.edition = 5
    db.session.commit()
    save(world, practice, contact_email="")
    assert f"{path}/write" not in client.get(path).text


def test_the_citys_timeline_follows_what_the_public_may_read(world: Any, client: PortalClient) -> None:
    def entries() -> list[TimelineEntry]:
        db.session.expire_all()
        return list(db.session.scalars(select(TimelineEntry).where(TimelineEntry.module == "practices")))

    practice = published(world)
    (entry,) = entries()
    first = entry.earliest
    assert entry.values["detail"] == practice.item.source.title
    page = client.get(f"/en/cities/{db.session.get_one(City, practice.city_id).slug}").text
    assert "Published a good practice." in page
    assert f'<p lang="fi" dir="ltr">{practice.item.source.title}</p>' in page
    db.session.rollback()
    practice = get_practice(practice.id)
    rewrite(world, practice, title="Uusi nimi")
    assert [(one.values["detail"], one.earliest) for one in entries()] == [("Uusi nimi", first)]
    save(world, practice, visible_from=today() + timedelta(days=2))
    assert entries() == [], "its time has not come"
    save(world, practice, visible_from=None)
    assert len(entries()) == 1
    step(practice, "withdraw", actor(world, "anna"), reason="Vanhentunut")
    assert entries() == []


def test_a_practice_taken_over_from_a_report_is_no_news(world: Any) -> None:
    practice = draft(world)
    practice.edition = 2
    db.session.commit()
    publish(world, practice)
    assert db.session.scalar(select(TimelineEntry)) is None


@pytest.mark.parametrize("rest", ["/fi/compare?old=99999999999999999999999", "/fi/compare?new=-1", "/fi/compare?old=0"])
def test_numbers_no_row_can_have_are_none(world: Any, client: PortalClient, sign_in: SignIn, rest: str) -> None:
    practice = draft(world)
    sign_in(world.people["anna"])
    assert client.get(f"/en/work/practices/{practice.id}{rest}").status_code in (200, 404)
    huge = {"transition": "submit", "version": "9" * 25}
    assert client.post(f"/en/work/practices/{practice.id}/fi/move", data=huge).status_code < 500
    assert client.get(f"/en/work/practices/new?city_id={'9' * 25}").status_code == 200


def test_the_contacts_address_is_for_those_who_keep_the_facts(world: Any, client: PortalClient, sign_in: SignIn) -> None:
    practice = published(world)
    for name, sees in (("anna", True), ("coordinator", True), ("tina", False), ("mayor", False)):
        sign_in(world.people[name])
        page = client.get(f"/en/work/practices/{practice.id}")
        assert page.status_code == 200
        assert ("anna@example.eu" in page.text) is sees, name


@pytest.mark.parametrize(("name", "status"), [("anna", 200), ("mayor", 403), ("ghent", 404), ("nobody", 404), ("peer", 404)])
def test_the_page_of_facts_hides_as_the_workspace_does(
    world: Any, client: PortalClient, sign_in: SignIn, name: str, status: int
) -> None:
    practice = draft(world)
    sign_in(world.people[name])
    assert client.get(f"/en/work/practices/{practice.id}/facts").status_code == status


def test_a_translation_waits_since_its_original_changed(world: Any) -> None:
    practice = published(world)
    version = translated(world, practice, submit=True)
    step(practice, "approve", actor(world, "rene"), code="fr")
    version.state_since = now() - timedelta(days=400)
    db.session.commit()
    rewrite(world, practice, results="Kaksisataa paria.")
    changed = db.session.get_one(Projection, version.id).source_changed_at
    lists = {one.key: one for one in worklists.provide(actor(world, "tina"), 10)}
    (entry,) = lists["practices.translate"].entries
    assert entry.since == changed
    assert entry.since > now() - timedelta(days=1)


def test_a_print_says_where_it_comes_from(world: Any, client: PortalClient) -> None:
    practice = published(world)
    page = client.get(f"/en/practices/{practice.item.slug}").text
    line = page.split('<p class="print-only')[1].split("</p>")[0]
    assert f"/en/practices/{practice.item.slug}" in line
    assert "://" in line
    assert "Finnish" in line


def test_a_language_without_its_own_charter_or_themes_reads_the_english(
    world: Any, client: PortalClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    practice = published(world)
    themes = {key: {code: word for code, word in names.items() if code != "nl"} for key, names in reader.themes().items()}
    monkeypatch.setattr(reader, "themes", lambda: themes)
    monkeypatch.setattr("icportal.charter.texts.CHARTER_LANGUAGES", ("en", "fr", "de", "es", "it"))
    monkeypatch.setattr(reader, "commitments", lambda _language: pytest.fail("reads a file the language may not have"))
    from icportal.practices import labels

    labels._commitments.cache_clear()
    labels._listed.cache_clear()
    try:
        english = {c.number: c.title for c in reader.charter("en", "adopted-2010").commitments}
        page = client.get(f"/nl/practices/{practice.item.slug}")
        assert english[4] in page.text
        assert themes["language"]["en"] in page.text
        assert client.get("/nl/practices").status_code == 200
    finally:
        labels._commitments.cache_clear()
        labels._listed.cache_clear()


@pytest.mark.parametrize("place", ["/practices", "/practices/{slug}", "/work/practices/{id}", "/work/practices/{id}/facts", "/work/practices/{id}/fi",
                                   "/work/practices/{id}/fi/history", "/work/practices/{id}/edit", "/work/practices/new", "/work/practices/review",
                                   "/work/practices/translation", "/work"])  # fmt: skip
def test_every_page_says_where_one_is(world: Any, client: PortalClient, sign_in: SignIn, place: str) -> None:
    practice = published(world)
    sign_in(world.people["coordinator"])
    page = client.get("/en" + place.format(slug=practice.item.slug, id=practice.id))
    assert page.status_code == 200
    assert 'class="breadcrumbs"' in page.text


@pytest.mark.databases
def test_what_was_adopted_from_another_city_is_a_chain_both_cities_show(world: Any, client: PortalClient) -> None:
    first, second = published(world), published(world, {**BODY, "title": "Neuvonta kirjastossa"})
    with pytest.raises(DomainError) as refused:
        save(world, second, adopted_from=["https://portal.example/en/practices/no-such-practice"])
    assert [field for field, _message in refused.value.problems] == ["adopted_from"]
    db.session.rollback()
    save(world, second, adopted_from=[f"https://portal.example/fr/practices/{first.item.slug}?text=fi"])
    assert shown(second)["adopted_from"] == [], "the public reads it when a second person has approved it"
    publish(world, second)
    assert shown(second)["adopted_from"] == [first.id]
    for slug, words in ((first.item.slug, "Adopted by"), (second.item.slug, "Adopted from")):
        assert words in client.get(f"/en/practices/{slug}").get_data(as_text=True)
    assert "was adopted from" in client.get("/en/cities/oulu").get_data(as_text=True)
    with pytest.raises(DomainError, match="itself adopted"):
        save(world, first, adopted_from=[second.id])
    db.session.rollback()
    with pytest.raises(DomainError, match="from itself"):
        save(world, first, adopted_from=[first.id])
