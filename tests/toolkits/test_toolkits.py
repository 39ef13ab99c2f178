"""Toolkits: shipped in six languages, read by everybody, changed by two people, and never changed behind a version."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from harness import PortalClient, statements
from reporting_world import person
from sqlalchemy import select

from icportal.content import services as content
from icportal.core.actors import SYSTEM, Role
from icportal.core.db import db
from icportal.core.errors import DomainError, FieldErrors, NotAllowed, Stale
from icportal.toolkits import loading, queries
from icportal.toolkits.models import BenchmarkVersion, Toolkit
from icportal.toolkits.services import toolkits
from icportal.toolkits.services.toolkits import factor
from icportal.toolkits.structure import Structure


def toolkit(slug: str = "public-perception") -> Toolkit:
    return db.session.scalars(select(Toolkit).where(Toolkit.slug == slug)).one()


def move(found: Toolkit, step: str, role: str, **more: Any) -> None:
    source = found.item.source
    db.session.refresh(source)
    seen_hash = source.head.sha256 if source.head else ""
    toolkits.move_version(found, source, step, actor=person(role), seen=source.version, seen_hash=seen_hash, **more)
    db.session.commit()


def test_the_shipped_ones_are_whole_in_six_languages_and_name_practices_there_are(seeded_app: Flask) -> None:
    with seeded_app.app_context():
        assert loading.load_toolkits(actor=SYSTEM) == 0
        assert [row.slug for row in queries.all_toolkits("en")] == list(loading.SHIPPED)
        for slug in loading.SHIPPED:
            for language in loading.LANGUAGES:
                found = queries.benchmark(slug, language)
                assert found.language == language
                assert len(found.factors) >= 6
                for each in found.factors:
                    assert all((each.title, each.why, each.how, each.commitments))
                    assert len(each.questions) >= 3
                    assert all(text for _code, text in each.questions)
            assert len(queries.practices_of(found, "en")) >= 5
        assert queries.factor_titles(["public-perception:F1", "no-such:F9"], "de").keys() == {"public-perception:F1"}
        assert {row.slug for row in queries.serving(3, "en")} >= {"consultative-bodies"}


def test_everybody_reads_them(seeded_app: Flask, client: PortalClient) -> None:
    listed = client.get("/en/toolkits").get_data(as_text=True)
    assert 'href="/en/toolkits/consultative-bodies"' in listed
    shown = client.get("/de/toolkits/public-perception").get_data(as_text=True)
    assert loading.words("public-perception", "de")["F1.title"] in shown
    assert 'href="/de/practices/' in shown
    assert client.get("/en/toolkits/no-such").status_code == 404
    assert client.get("/en/toolkits/public-perception?version=9").status_code == 404
    assert "/en/toolkits/public-perception" in client.get("/en/charter/commitments/1").get_data(as_text=True)


def test_a_page_asks_the_same_whatever_the_number_of_factors(seeded_app: Flask) -> None:
    with seeded_app.app_context(), statements(seeded_app) as asked:
        queries.benchmark("public-perception", "fr")
        queries.all_toolkits("fr")
        queries.factor_titles([f"public-perception:F{number}" for number in range(1, 9)], "fr")
    assert len(asked) <= 6


def test_a_changed_structure_makes_the_next_version_and_leaves_the_first(seeded_app: Flask) -> None:
    with seeded_app.app_context():
        found = toolkit()
        old = Structure.of(found.structure)
        fewer = Structure(old.factors[:3])
        with pytest.raises(NotAllowed):
            toolkits.save_structure(found, fewer, actor=person(Role.CITY_OFFICER, "oulu"), seen=found.version)
        with pytest.raises(Stale):
            toolkits.save_structure(found, fewer, actor=person(Role.COORDINATOR), seen=found.version + 1)
        db.session.rollback()
        found = toolkit()
        assert toolkits.save_structure(found, fewer, actor=person(Role.COORDINATOR), seen=found.version)
        db.session.commit()
        assert queries.latest_number("public-perception") == 1, "nothing is public before a second person has approved it"
        move(found, "submit", Role.COORDINATOR)
        with pytest.raises(NotAllowed):
            move(found, "approve", Role.COORDINATOR)
        db.session.rollback()
        move(toolkit(), "approve", Role.REVIEWER)
        assert queries.latest_number("public-perception") == 2
        assert len(queries.benchmark("public-perception", "en").factors) == 3
        assert len(queries.benchmark("public-perception", "en", 1).factors) == len(old.factors)


def test_changed_words_make_no_version(seeded_app: Flask) -> None:
    with seeded_app.app_context():
        found = toolkit()
        source = found.item.source
        body = {**source.head.body, "standard": "The city says so."}
        toolkits.save_words(source, body, actor=person(Role.COORDINATOR), seen=source.version)
        db.session.commit()
        move(found, "submit", Role.COORDINATOR)
        move(toolkit(), "approve", Role.REVIEWER)
        assert db.session.query(BenchmarkVersion).filter_by(toolkit_id=found.id).count() == 1
        assert queries.benchmark("public-perception", "en").standard == "The city says so."


@pytest.mark.databases
def test_what_does_not_do_is_named(app: Flask) -> None:
    with app.app_context():
        coordinator = person(Role.COORDINATOR)
        with pytest.raises(FieldErrors):
            toolkits.create_toolkit(title=" ", language="en", actor=coordinator)
        made = toolkits.create_toolkit(title="Housing", language="en", actor=coordinator)
        same = factor("F1", "key", (4,), 2)
        for wrong in (
            Structure((same, same)),
            Structure((factor("F-1", "key", (4,), 1),)),
            Structure((factor("F1", "key", (12,), 1),)),
        ):
            with pytest.raises(FieldErrors) as refused:
                toolkits.save_structure(made, wrong, actor=coordinator, seen=made.version)
            assert [field for field, _message in refused.value.problems] == ["factors"]
        with pytest.raises(DomainError):
            content.submit(made.item.source, actor=coordinator, seen=made.item.source.version)


def test_a_coordinator_begins_one_on_pages(seeded_app: Flask, client: PortalClient, sign_in: Any) -> None:
    coordinator = sign_in(Role.COORDINATOR)
    made = coordinator.post("/en/work/toolkits/new", data={"title": "Housing together", "language": "en"})
    assert made.status_code == 303
    page = made.headers["Location"]
    again = coordinator.post(page, data={"more": "1", "version": "1", "factors-0-code": "F1", "factors-0-questions": "2"})
    assert 'value="F1"' in again.get_data(as_text=True)
    wrong = coordinator.post(
        page, data={"version": "1", "factors-0-code": "F-1", "factors-0-kind": "key", "factors-0-questions": "2"}
    )
    assert wrong.status_code == 422
    data = {
        "version": "1",
        "factors-0-code": "F1",
        "factors-0-kind": "key",
        "factors-0-questions": "2",
        "factors-0-commitments": "4",
    }
    assert coordinator.post(page, data=data).status_code == 303
    assert client.get("/en/toolkits/housing-together").status_code == 404
