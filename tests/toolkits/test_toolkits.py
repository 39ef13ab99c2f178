"""Toolkits: shipped in six languages, changed by two people, and never changed behind a version."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from harness import statements
from reporting_world import person
from sqlalchemy import func, select, update

from icportal.content import services as content
from icportal.core.actors import SYSTEM, Role
from icportal.core.db import db
from icportal.core.errors import DomainError, FieldErrors, NotAllowed, NotFound, Stale
from icportal.data import reader
from icportal.toolkits import editing, loading, queries, verification, versions
from icportal.toolkits.models import BenchmarkVersion, Toolkit
from icportal.toolkits.services import toolkits
from icportal.toolkits.structure import Factor, Structure

SLUG = "public-perception"


def toolkit(slug: str = SLUG) -> Toolkit:
    return db.session.scalars(select(Toolkit).where(Toolkit.slug == slug)).one()


def move(found: Toolkit, step: str, role: str, language: str = "en", **more: Any) -> None:
    text = found.item.version_in(language)
    assert text is not None
    db.session.refresh(text)
    toolkits.move_version(
        found, text, step, actor=person(role), seen=text.version, seen_hash=text.head.sha256 if text.head else "", **more
    )
    db.session.commit()


def publish(found: Toolkit) -> None:
    move(found, "submit", Role.COORDINATOR)
    move(toolkit(found.slug), "approve", Role.REVIEWER)


def change(found: Toolkit, how: Callable[[Structure], Structure], words: dict[str, str] | None = None) -> None:
    structure = how(Structure.of(found.structure))
    assert toolkits.save_structure(found, structure, actor=person(Role.COORDINATOR), seen=found.version, words=words)
    db.session.commit()


def test_the_shipped_ones_are_whole_in_six_languages_and_name_practices_there_are(seeded_app: Flask) -> None:
    with seeded_app.app_context():
        assert loading.load_toolkits(actor=SYSTEM) == 0
        assert [row.slug for row in queries.all_toolkits("en")] == list(loading.SHIPPED)
        for slug in loading.SHIPPED:
            assert queries.latest_number(slug) == 1
            for language in loading.LANGUAGES:
                found = queries.benchmark(slug, language)
                assert found.language == language
                assert len(found.factors) >= 6
                for each in found.factors:
                    assert all((each.title, each.why, each.how, each.commitments, each.practices))
                    assert len(each.questions) >= 3
                    assert all(text for _code, text in each.questions)
                assert found.commitments == reader.toolkit(slug).commitments
            assert queries.practices_of(found, "en").keys() == {number for each in found.factors for number in each.practices}
        assert {row.slug for row in queries.serving(3, "en")} >= {"consultative-bodies"}
        assert list(verification.findings()) == []


def test_factors_are_called_by_their_keys_in_every_language(seeded_app: Flask) -> None:
    keys = [f"{SLUG}:F1", f"{SLUG}:F99", "no-such:F1", "consultative-bodies:F2", "nonsense"]
    with seeded_app.app_context():
        found = queries.factor_titles(keys, "de")
        assert found == {
            f"{SLUG}:F1": loading.words(SLUG, "de")["F1.title"],
            "consultative-bodies:F2": loading.words("consultative-bodies", "de")["F2.title"],
        }
        assert queries.factor_titles([f"{SLUG}:F1"], "en-xa")[f"{SLUG}:F1"] == loading.words(SLUG, "en")["F1.title"]
        assert queries.factor_titles([], "de") == {}
        assert queries.latest_number("no-such") is None


def test_what_is_asked_does_not_grow_with_what_is_there(seeded_app: Flask) -> None:
    with seeded_app.app_context():
        asked = {}
        for name, ask in {
            "list": lambda: queries.all_toolkits("fr"),
            "one": lambda: queries.benchmark(SLUG, "fr"),
            "read": lambda: queries.read(SLUG, "fr"),
            "titles": lambda: queries.factor_titles([f"{slug}:F{n}" for slug in loading.SHIPPED for n in range(1, 9)], "fr"),
        }.items():
            db.session.expunge_all()
            with statements(seeded_app) as counted:
                ask()
            asked[name] = len(counted)
    assert asked == {"list": 1, "one": 1, "read": 2, "titles": 1}


@pytest.mark.databases
def test_a_changed_structure_makes_the_next_version_and_leaves_the_first(seeded_app: Flask) -> None:
    with seeded_app.app_context():
        found = toolkit()
        old = Structure.of(found.structure)
        fewer = replace(old, factors=old.factors[:3])
        with pytest.raises(NotAllowed):
            toolkits.save_structure(found, fewer, actor=person(Role.CITY_OFFICER, "oulu"), seen=found.version)
        change(found, lambda _structure: fewer)
        assert queries.latest_number(SLUG) == 1, "nothing is public before a second person has approved it"
        assert len(queries.read(SLUG, "en").benchmark.factors) == len(old.factors)
        move(found, "submit", Role.COORDINATOR)
        with pytest.raises(NotAllowed):
            move(found, "approve", Role.COORDINATOR)
        db.session.rollback()
        move(toolkit(), "approve", Role.REVIEWER)
        assert queries.latest_number(SLUG) == 2
        assert len(queries.benchmark(SLUG, "en").factors) == 3
        earlier = queries.read(SLUG, "de", number=1)
        assert [factor.code for factor in earlier.benchmark.factors] == [factor.code for factor in old.factors]
        assert earlier.benchmark.language == "de"
        assert [number for number, _moment in earlier.versions] == [2, 1]
        assert queries.factor_titles([f"{SLUG}:F8"], "en"), "a plan may still speak of a factor that is gone"
        assert list(verification.findings()) == []


def test_changed_words_make_no_version(seeded_app: Flask) -> None:
    with seeded_app.app_context():
        found = toolkit()
        source = found.item.source
        before = versions.newest(found.id)
        assert before is not None
        checksum = before.sha256
        body = {**source.head.body, "standard": "The city says so."}
        toolkits.save_words(source, body, actor=person(Role.COORDINATOR), seen=source.version)
        db.session.commit()
        publish(found)
        newest = versions.newest(found.id)
        assert newest is not None
        assert (newest.number, newest.sha256) == (1, checksum)
        assert queries.read(SLUG, "en").benchmark.standard == "The city says so."
        behind = queries.read(SLUG, "fr")
        assert behind.benchmark.language == "fr"
        assert behind.changed_at is not None, "the French reader is told that the original has changed"


def test_a_language_is_offered_where_every_word_of_the_version_is_there(seeded_app: Flask) -> None:
    with seeded_app.app_context():
        found = toolkit()
        words = {"F9.title": "One more", "F9.Q1": "Which?"}
        change(found, lambda structure: editing.with_factor(structure, Factor("F9", "key", (1,), ("Q1",))), words)
        source = found.item.source
        body = {**source.head.body, "F9.why": "Because.", "F9.how": "So."}
        toolkits.save_words(source, body, actor=person(Role.COORDINATOR), seen=source.version)
        db.session.commit()
        publish(found)
        french = queries.read(SLUG, "fr")
        assert (french.benchmark.number, french.benchmark.language, french.others) == (2, "en", ())
        assert french.is_fallback
        assert queries.read(SLUG, "fr", number=1).benchmark.language == "fr"
        assert [row.language for row in queries.all_toolkits("fr")] == ["en", "fr", "fr", "fr"]


def test_what_is_withdrawn_is_read_by_nobody_but_those_who_work_with_it(seeded_app: Flask) -> None:
    with seeded_app.app_context():
        move(toolkit(), "withdraw", Role.COORDINATOR, language="it", reason="Too many slips")
        assert queries.read(SLUG, "it").benchmark.language == "en"
        assert queries.read(SLUG, "it", number=1, chosen="it").benchmark.language == "en"
        move(toolkit(), "withdraw", Role.COORDINATOR, reason="Written anew")
        with pytest.raises(NotFound):
            queries.read(SLUG, "en")
        assert SLUG not in [row.slug for row in queries.all_toolkits("en")]
        assert queries.benchmark(SLUG, "en", 1).factors, "a scheme that works with version 1 goes on"


def test_a_published_code_keeps_its_meaning(seeded_app: Flask) -> None:
    with seeded_app.app_context():
        found = toolkit()
        assert (versions.next_factor(found), versions.next_question(found, "F2")) == ("F9", "Q4")
        old = Structure.of(found.structure)
        title = versions.published_words(found)["F8.title"]
        change(found, lambda structure: editing.without_factor(structure, "F8"))
        change(found, lambda structure: editing.without_question(structure, "F2", "Q3"))
        assert (versions.next_factor(found), versions.next_question(found, "F2")) == ("F9", "Q4")
        assert "F8.title" not in found.item.source.head.body
        other = editing.with_factor(Structure.of(found.structure), Factor("F8", "key", (2,), ("Q1",)))
        with pytest.raises(FieldErrors, match="F8") as refused:
            toolkits.save_structure(
                found, other, actor=person(Role.COORDINATOR), seen=found.version, words={"F8.title": "Something else"}
            )
        assert title in str(refused.value.problems)
        changed = editing.with_question(Structure.of(found.structure), "F2", "Q3")
        words = {"F2.Q3": "Another question?"}
        with pytest.raises(FieldErrors, match=r"F2\.Q3"):
            toolkits.save_structure(found, changed, actor=person(Role.COORDINATOR), seen=found.version, words=words)
        db.session.rollback()
        found = toolkit()
        assert [(gone.factor.code, gone.title) for gone in versions.gone_factors(found)] == [("F8", title)]
        change(found, lambda structure: editing.with_factor(structure, versions.gone_factors(found)[0].factor))
        change(found, lambda structure: editing.with_question(structure, "F2", "Q3"))
        assert Structure.of(found.structure) == old
        assert found.item.source.head.body == found.item.source.published.body


@pytest.mark.databases
def test_two_people_at_once_see_both(seeded_app: Flask) -> None:
    with seeded_app.app_context():
        found, coordinator = toolkit(), person(Role.COORDINATOR)
        seen = found.version
        change(found, lambda structure: editing.with_moved_factor(structure, "F2", -1), {"F1.title": "Theirs"})
        mine = editing.without_factor(Structure.of(found.structure), "F5")
        with pytest.raises(Stale) as refused:
            toolkits.save_structure(found, mine, actor=coordinator, seen=seen, words={"F1.title": "Mine"})
        lines, title = refused.value.differences
        assert any("F5" in line for line in lines[2])
        assert not any("5. F5" in line for line in lines[1])
        assert title[1:] == ("Mine", "Theirs")
        db.session.rollback()
        seen = toolkit().version
        source = toolkit().item.source
        toolkits.save_words(source, {**source.head.body, "F1.title": "Reworded"}, actor=coordinator, seen=source.version)
        db.session.commit()
        with pytest.raises(Stale):
            toolkits.save_structure(toolkit(), mine, actor=coordinator, seen=seen)


@pytest.mark.databases
def test_what_does_not_do_is_named(app: Flask) -> None:
    with app.app_context():
        coordinator = person(Role.COORDINATOR)
        with pytest.raises(FieldErrors):
            toolkits.create_toolkit(title=" ", language="en", actor=coordinator)
        made = toolkits.create_toolkit(title="Housing", language="en", series="CITIES-GroW", actor=coordinator)
        good = Factor("F1", "key", (4,), ("Q1",))
        wrong = {
            "twice": (good, good),
            "a letter and a number": (replace(good, code="F-1"),),
            "Choose among": (replace(good, commitments=(12,)),),
            "at most 9": (replace(good, questions=tuple(f"Q{n}" for n in range(1, 11))),),
            "no such practice": (replace(good, practices=(999_999,)),),
        }
        for said, factors in wrong.items():
            with pytest.raises(FieldErrors, match=said):
                toolkits.save_structure(made, Structure(factors), actor=coordinator, seen=made.version)
        with pytest.raises(DomainError) as refused:
            content.submit(made.item.source, actor=coordinator, seen=made.item.source.version)
        assert "structure" in [field for field, _message in refused.value.problems]
        assert made.item.slug == made.slug == "housing"
        assert queries.all_toolkits("en") == []


def test_a_version_changed_behind_the_portal_is_found(seeded_app: Flask) -> None:
    with seeded_app.app_context():
        first = db.session.scalar(select(func.min(BenchmarkVersion.id)))
        db.session.execute(update(BenchmarkVersion).where(BenchmarkVersion.id == first).values(structure={"factors": []}))
        assert list(verification.findings()) == [f"benchmark of {SLUG}, version 1"]
