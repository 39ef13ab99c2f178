"""Two people at once: exactly one is heard, and the other is told, on both databases."""

from __future__ import annotations

from collections.abc import Callable
from threading import Barrier, Thread
from typing import Any

import pytest
from content.conftest import Place, officer, published, read, reviewer, save_translation, translated, translator, written
from flask import Flask

from icportal.cli.verify import findings
from icportal.content import queries, services
from icportal.content.models import LanguageVersion, Revision
from icportal.core.db import db
from icportal.core.errors import DomainError, Stale
from icportal.web.cycle import commit
from icportal.workflow.models import WorkflowEvent

pytestmark = pytest.mark.databases

ROUNDS = 5
Act = Callable[[LanguageVersion], Any]


def race(app: Flask, version_id: int, acts: list[Act]) -> list[str]:
    """Let each act happen in a thread of its own, all having read the same; what became of each."""
    barrier, outcomes = Barrier(len(acts)), [""] * len(acts)

    def run(place: int, act: Act) -> None:
        with app.app_context():
            try:
                version = queries.get_version(version_id)
                assert version.head is not None
                barrier.wait(10)
                act(version)
                commit()
                outcomes[place] = "kept"
            except DomainError as error:
                db.session.rollback()
                outcomes[place] = type(error).__name__
            except Exception as error:  # noqa: BLE001  what a person would meet as a failure of the portal
                db.session.rollback()
                outcomes[place] = f"{type(error).__name__}: {error}"[:200]
            finally:
                db.session.remove()

    threads = [Thread(target=run, args=(place, act)) for place, act in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    db.session.rollback()
    db.session.expire_all()
    return sorted(outcomes)


def test_of_two_who_save_one_is_kept(app: Flask, place: Place) -> None:
    for number in range(ROUNDS):
        version = written(place, f"Race {number}")
        db.session.commit()
        seen = version.version
        outcome = race(app, version.id, [
            lambda v, who=who, seen=seen: services.save_source(v, {"title": f"By {who}"}, actor=officer(place, who), seen=seen)
            for who in (1, 2)
        ])  # fmt: skip
        assert outcome == ["Stale", "kept"]
        assert db.session.query(Revision).filter_by(language_version_id=version.id).count() == 2
    assert findings() == []


def test_of_two_who_approve_one_is_kept(app: Flask, place: Place) -> None:
    for number in range(ROUNDS):
        version = written(place, f"Race {number}")
        services.submit(version, actor=officer(place))
        db.session.commit()
        assert version.head is not None
        seen_hash = version.head.sha256
        outcome = race(app, version.id, [
            lambda v, who=who, seen_hash=seen_hash: services.approve(v, actor=reviewer(who), seen_hash=seen_hash) for who in (5, 6)
        ])  # fmt: skip
        assert outcome == ["InvalidTransition", "kept"], "the second is told that it is published already"
        assert db.session.query(WorkflowEvent).filter_by(subject_id=version.id, transition="approve").count() == 1
    assert findings() == []


def test_an_edit_against_an_approval(app: Flask, place: Place) -> None:
    """Either the text that was read is published or nothing; never the one that was slipped in."""
    for number in range(ROUNDS):
        title = f"Read {number}"
        version = written(place, title)
        services.submit(version, actor=officer(place))
        db.session.commit()
        assert version.head is not None
        seen, seen_hash = version.version, version.head.sha256
        acts: list[Act] = [
            lambda v, seen=seen: services.save_source(v, {"title": "Slipped in"}, actor=officer(place), seen=seen),
            lambda v, seen=seen, seen_hash=seen_hash: services.approve(v, actor=reviewer(), seen=seen, seen_hash=seen_hash),
        ]
        assert race(app, version.id, acts) == ["Stale", "kept"]
        assert read(version.item_id, "en") in {title, None}
    assert findings() == []


def test_publishing_against_withdrawing(app: Flask, place: Place) -> None:
    for number in range(ROUNDS):
        version = published(place, f"Public {number}")
        services.save_source(version, {"title": f"Newer {number}"}, actor=officer(place), seen=version.version)
        services.submit(version, actor=officer(place))
        db.session.commit()
        assert version.head is not None
        seen, seen_hash = version.version, version.head.sha256
        acts: list[Act] = [
            lambda v, seen=seen, seen_hash=seen_hash: services.approve(v, actor=reviewer(), seen_hash=seen_hash, seen=seen),
            lambda v, seen=seen: services.withdraw(v, actor=officer(place, 7), reason="Wrong.", seen=seen),
        ]
        outcome = race(app, version.id, acts)
        assert outcome.count("kept") == 1, outcome
        assert set(outcome) <= {"kept", "Stale", "InvalidTransition"}, outcome
        assert read(version.item_id, "en") == (f"Newer {number}" if version.is_published else None)
    assert findings() == []


def test_two_translations_published_at_once_are_both_read(app: Flask, place: Place) -> None:
    for number in range(ROUNDS):
        source = published(place, f"Public {number}")
        drafts = {}
        for code in ("fr", "de"):
            version = services.start_translation(source.item, code, actor=translator(3, code))
            save_translation(version, f"In {code}", actor=translator(3, code))
            services.submit(version, actor=translator(3, code))
            assert version.head is not None
            drafts[code] = (version.id, version.head.sha256)
        db.session.commit()

        def approve(code: str, drafts: dict[str, tuple[int, str]] = drafts) -> Act:
            number, seen_hash = drafts[code]
            return lambda _source: services.approve(queries.get_version(number), actor=reviewer(5, code), seen_hash=seen_hash)

        assert race(app, source.id, [approve("fr"), approve("de")]) == ["kept", "kept"]
        assert [read(source.item_id, code) for code in ("fr", "de")] == ["In fr", "In de"]


def test_a_translation_published_while_its_original_is_withdrawn(app: Flask, place: Place) -> None:
    """Whoever comes first, no reader gets a translation of a withdrawn text."""
    for number in range(ROUNDS):
        source = published(place, f"Public {number}")
        french = translated(source)
        services.submit(french, actor=translator())
        db.session.commit()
        assert french.head is not None
        french_id, seen_hash = french.id, french.head.sha256
        outcome = race(app, source.id, [
            lambda v, i=french_id, h=seen_hash: services.approve(queries.get_version(i), actor=reviewer(5, "fr"), seen_hash=h),
            lambda v: services.withdraw(v, actor=officer(place, 7), reason="Wrong."),
        ])  # fmt: skip
        assert outcome in (["kept", "kept"], ["InvalidTransition", "kept"]), outcome
        assert read(source.item_id, "fr") is None
    assert findings() == []


def test_two_who_begin_the_same_translation(app: Flask, place: Place) -> None:
    source = published(place, "Public")
    db.session.commit()
    outcome = race(app, source.id, [
        lambda v, who=who: services.start_translation(v.item, "fr", actor=translator(who)) for who in (3, 4)
    ])  # fmt: skip
    assert outcome == ["DomainError", "kept"]


def test_the_log_stays_one_chain_under_many_writers(app: Flask, place: Place) -> None:
    versions = [written(place, f"Text {number}") for number in range(6)]
    db.session.commit()
    numbers = [version.id for version in versions]
    barrier, failures = Barrier(len(numbers)), []

    def run(number: int) -> None:
        with app.app_context():
            barrier.wait(10)
            for turn in range(4):
                for _try in range(5):
                    try:
                        version = queries.get_version(number)
                        services.save_source(version, {"title": f"{number}, {turn}"}, actor=officer(place), seen=version.version)
                        commit()
                        break
                    except Stale:
                        db.session.rollback()
                    except Exception as error:  # noqa: BLE001  what a person would meet as a failure
                        db.session.rollback()
                        failures.append(f"{type(error).__name__}: {error}"[:200])
                        break
            db.session.remove()

    threads = [Thread(target=run, args=(number,)) for number in numbers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert failures == []
    db.session.rollback()
    assert findings() == []
    assert db.session.query(Revision).count() == len(numbers) * 5
