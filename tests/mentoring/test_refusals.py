"""What mentoring refuses, and what it keeps to itself: phases that are over, two who begin at once, the log, freed pairs."""

from __future__ import annotations

import json
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from mentoring_world import THEMES, Mentoring, apply, make_programme
from reporting_world import person
from sqlalchemy import select

from icportal.core.actors import Role
from icportal.core.audit import AuditEntry
from icportal.core.clock import today
from icportal.core.db import db
from icportal.core.errors import FieldErrors, InvalidTransition, NotAllowed, Stale
from icportal.mentoring import applications, matchings
from icportal.mentoring.enums import Phase, RuleKind
from icportal.mentoring.models import Application, MatchRun, Pairing, PairRule
from icportal.mentoring.services import applications as applying
from icportal.mentoring.services import matching
from icportal.mentoring.services import programmes as running
from icportal.mentoring.services.applications import Draft, NeedDraft

PERCEPTION = THEMES[0]
DAYS = ((today() + timedelta(days=30), today() + timedelta(days=120)),)


@pytest.fixture
def portal(app: Flask) -> Any:
    with app.app_context():
        yield app


@pytest.fixture
def seeded(seeded_app: Flask) -> Any:
    with seeded_app.app_context():
        yield seeded_app


def computed() -> tuple[Mentoring, MatchRun]:
    """A programme whose matching pairs Genoa and Riga; nothing is sent yet."""
    world = make_programme(phase=Phase.MATCH)
    apply(world, "genoa", offers=(PERCEPTION,))
    apply(world, "riga", needs=(PERCEPTION,))
    run = matching.compute(world.programme, actor=world.coordinator)
    db.session.commit()
    return world, run


def go_on(world: Mentoring, *steps: str) -> None:
    for step in steps:
        running.move_programme(world.programme, step, actor=world.coordinator, seen=world.programme.version, reason="Needed.")


@pytest.mark.databases
def test_nothing_is_proposed_while_the_call_is_open_again(portal: Flask) -> None:
    world, run = computed()
    go_on(world, "reopen_call")
    with pytest.raises(InvalidTransition, match="Close the call first"):
        matching.choose(world.programme, run, "best", why="It serves Riga.", actor=world.coordinator)
    assert db.session.scalars(select(Pairing)).all() == []
    assert run.sent_at is None


@pytest.mark.databases
def test_nothing_is_proposed_once_the_pairs_are_at_work(portal: Flask) -> None:
    world, run = computed()
    second = matching.compute(world.programme, actor=world.coordinator)
    matching.choose(world.programme, run, "best", why="It serves Riga.", actor=world.coordinator)
    go_on(world, "begin_preparing", "begin_visits")
    for act in (
        lambda: matching.choose(world.programme, second, "best", why="Late.", actor=world.coordinator),
        lambda: matching.compute(world.programme, actor=world.coordinator),
    ):
        with pytest.raises(InvalidTransition, match="at work already"):
            act()
    assert len(db.session.scalars(select(Pairing)).all()) == 1


def test_a_lock_is_taken_away_by_a_coordinator_only(portal: Flask) -> None:
    world, _run = computed()
    rule = matching.rule_pair(
        world.scheme(), world.city("genoa"), world.city("riga"), RuleKind.LOCK, reason="They know each other.", actor=world.coordinator
    )  # fmt: skip
    with pytest.raises(NotAllowed):
        matching.free_pair(rule, actor=world.officer("riga"))
    matching.free_pair(rule, actor=world.coordinator)
    assert db.session.scalars(select(PairRule)).all() == []


@pytest.mark.databases
def test_of_two_who_begin_an_application_at_once_the_second_sees_both_versions(
    seeded: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = make_programme()
    insert = applying.insert_once

    def somebody_is_faster(model: Any, **values: Any) -> Any:
        if model is Application:
            insert(model, **values, note="Said by a colleague.", contact_name="Ilze")
        return insert(model, **values)

    monkeypatch.setattr(applying, "insert_once", somebody_is_faster)
    genoa, oulu = world.city("genoa").id, world.city("oulu").id
    need = NeedDraft(world.schemes[PERCEPTION], "To speak early.", wishes=(genoa, oulu))
    draft = Draft(note="Said by me.", needs=(need,), skills=(("Officer", "en", "c1"),), windows=DAYS)
    with pytest.raises(Stale) as refused:
        applying.save_application(world.programme, world.city("riga"), draft, actor=world.officer("riga"), seen=0)
    shown = {str(label): (mine, theirs) for label, mine, theirs in refused.value.differences}
    assert shown["Anything else the coordinators should know"] == ("Said by me.", "Said by a colleague.")
    mine, theirs = shown["Needs"]
    assert "To speak early." in mine
    assert "Genoa, Oulu" in mine, "cities are named, not numbered"
    assert theirs == ""
    assert "English" in shown["Languages of your team"][0]
    application = applications.application_of(world.programme, world.city("riga").id)
    assert application is not None
    assert application.note == "Said by a colleague."


@pytest.mark.databases
def test_the_log_says_that_an_application_changed_and_not_whom_the_city_avoids(seeded: Flask) -> None:
    world = make_programme()
    world.city("genoa")
    draft = Draft(
        contact_name="Ilze Kalnina", contact_email="ilze@riga.example", note="Our mayor wants no cameras.",
        avoided=(world.city("genoa").id,), windows=DAYS, skills=(("Officer", "en", "c1"),),
    )  # fmt: skip
    applying.save_application(world.programme, world.city("riga"), draft, actor=world.officer("riga"), seen=0)
    query = select(AuditEntry).where(AuditEntry.action == "mentoring.application:save").order_by(AuditEntry.id.desc())
    entry = db.session.scalars(query).first()
    assert entry is not None
    assert set(entry.before) == set(entry.after) == {"sha256"}
    assert entry.before != entry.after
    logged = json.dumps([entry.before, entry.after])
    assert all(secret not in logged for secret in ("Ilze", "ilze@", "cameras", "avoided"))


def test_a_contact_is_reached_at_a_real_address(seeded: Flask) -> None:
    world = make_programme()
    for address in ("nobody", "two@riga.example, three@riga.example", "ilze@", "ilze@riga", "a b@riga.example"):
        with pytest.raises(FieldErrors) as refused:
            applying.save_application(
                world.programme, world.city("riga"), Draft(contact_email=address), actor=world.officer("riga"), seen=0
            )
        assert [name for name, _message in refused.value.problems] == ["contact_email"]


@pytest.mark.databases
def test_what_no_column_can_hold_and_no_theme_has_is_refused_in_words(seeded: Flask) -> None:
    world = make_programme()
    scheme, far = world.schemes[PERCEPTION], 10**12
    twice = NeedDraft(scheme, "To speak early.")
    for draft, field, told in (
        (Draft(needs=(NeedDraft(scheme, "To speak early.", 99_999),)), "themes", "between 1 and 2"),
        (Draft(needs=(NeedDraft(scheme, "To speak early.", 0),)), "themes", "between 1 and 2"),
        (Draft(needs=(NeedDraft(far, "To speak early."),)), "themes", "Choose among the themes"),
        (Draft(needs=(twice, twice)), "themes", "Choose among the themes"),
        (Draft(needs=(NeedDraft(scheme, "To speak early.", wishes=(far,)),)), "themes", "Choose among the cities"),
        (Draft(avoided=(far,)), "themes", "Choose among the cities"),
        (Draft(foreign_share=Decimal("NaN")), "foreign_share", "between 0 and 100"),
    ):
        with pytest.raises(FieldErrors, match=told) as refused:
            applying.save_application(world.programme, world.city("riga"), draft, actor=world.officer("riga"), seen=0)
        assert [name for name, _message in refused.value.problems] == [field]
    assert applications.application_of(world.programme, world.city("riga").id) is None


def test_a_theme_that_is_none_is_refused_on_the_page(seeded_app: Flask, sign_in: Any) -> None:
    with seeded_app.app_context():
        world = make_programme()
        officer_id, scheme = world.officer("riga").id, world.schemes[PERCEPTION]
    officer, page = sign_in(officer_id), "/en/work/mentoring/first/applications/riga/edit"
    fields = {"version": "0", "language": "en", "interpreter": "none", "most_as_mentor": "1", "most_as_mentee": "1"}
    for more, told in (
        ({"themes-0-scheme_id": "first", "themes-0-needs": "y"}, "Choose among the themes"),
        ({"themes-0-scheme_id": str(scheme), "themes-0-needs": "y", "themes-0-priority": "99999"}, "between 1 and 2"),
        ({"themes-0-scheme_id": str(scheme), "themes-0-needs": "y", "themes-0-priority": "0"}, "between 1 and 2"),
    ):
        refused = officer.post(page, data={**fields, **more})
        assert refused.status_code == 422
        assert told in refused.get_data(as_text=True)


def test_a_city_reads_of_its_own_themes_only_why_it_was_left_over(portal: Flask) -> None:
    world = make_programme(phase=Phase.MATCH)
    for slug in ("riga", "oulu"):
        apply(world, slug, needs=(PERCEPTION,), languages=(("lv", "c2"),))
    apply(world, "genoa", offers=(PERCEPTION,), languages=(("it", "c2"),))
    run = matching.compute(world.programme, actor=world.coordinator)
    assert matchings.left_over_of(world.programme, world.city("riga"), actor=world.officer("riga"), language="en") == []
    matching.choose(world.programme, run, "best", why="There is no other.", actor=world.coordinator)
    left = matchings.left_over_of(world.programme, world.city("riga"), actor=world.officer("riga"), language="en")
    assert [(each.scheme_id, each.city) for each in left] == [(world.schemes[PERCEPTION], "Riga")]
    assert matchings.left_over_of(world.programme, world.city("genoa"), actor=person(Role.COORDINATOR), language="en") == []
