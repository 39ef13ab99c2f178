"""The objectives of a plan: kept as one list, and of two who write it at once nobody loses anything unseen."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask import Flask
from harness import PortalClient
from plan_world import make_plan
from reporting_world import World, make_world

from icportal.core.db import db
from icportal.core.errors import Stale
from icportal.plans.loaded import load_plan
from icportal.plans.services import objectives
from icportal.plans.services.objectives import ObjectiveDraft, seal_of

HERE = "/en/work/plans/oulu/objectives"


@pytest.fixture
def world(app: Flask) -> World:
    with app.app_context():
        world = make_world()
        make_plan(world)
        db.session.commit()
        return world


def drafts(world: World) -> list[ObjectiveDraft]:
    return [ObjectiveDraft(each.title, each.text, each.id) for each in load_plan(world.city("oulu")).objectives]


def seal(world: World) -> str:
    return seal_of(load_plan(world.city("oulu")).objectives)


def save(world: World, said: list[ObjectiveDraft], seen: str | None) -> bool:
    return objectives.save_objectives(world.city("oulu"), said, language="en", actor=world.officer("oulu"), seen=seen)


def titles(world: World) -> list[str]:
    return [each.title for each in load_plan(world.city("oulu")).objectives]


def served(world: World) -> list[str]:
    """The actions that serve an objective."""
    return sorted(each.title for each in load_plan(world.city("oulu")).actions if each.objective_id is not None)


@pytest.mark.databases
def test_what_a_colleague_has_just_added_is_not_taken_away(world: World, context: None) -> None:
    mine, seen = drafts(world), seal(world)
    save(world, [*mine, ObjectiveDraft("Theirs", "For all")], seen)
    with pytest.raises(Stale) as refused:
        save(world, [*mine, ObjectiveDraft("Mine")], seen)
    assert refused.value.differences == [("Objective", "Mine", ""), ("Objective", "", "Theirs · For all")]
    assert titles(world) == ["Counter", "Work", "Theirs"]
    assert save(world, [*drafts(world), ObjectiveDraft("Mine")], seal(world))
    assert titles(world) == ["Counter", "Work", "Theirs", "Mine"]


@pytest.mark.databases
def test_what_a_colleague_has_changed_or_removed_is_shown(world: World, context: None) -> None:
    (counter, work), seen = drafts(world), seal(world)
    save(world, [ObjectiveDraft("Counters", id=counter.id)], seen)
    with pytest.raises(Stale) as refused:
        save(world, [counter, ObjectiveDraft("Work for all", id=work.id)], seen)
    assert refused.value.differences == [("Objective", "Counter", "Counters"), ("Objective", "Work for all", "")]


def test_sent_twice_it_is_saved_once_and_actions_keep_their_objective(world: World, context: None) -> None:
    sent, seen, before = [*drafts(world), ObjectiveDraft("New")], seal(world), served(world)
    assert save(world, sent, seen)
    numbers = [each.id for each in drafts(world)]
    assert not save(world, sent, seen)
    assert ([each.id for each in drafts(world)], served(world)) == (numbers, before)


def hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}"[^>]* value="([^"]*)"', page)
    assert found is not None
    return found[1]


def test_an_overtaken_list_can_be_saved_after_both_were_seen(
    world: World, app: Flask, sign_in: Callable[..., PortalClient]
) -> None:
    with app.app_context():
        (counter, work), who = drafts(world), world.officer("oulu").id
    officer = sign_in(who)
    form = {
        "seen": hidden(officer.get(HERE).text, "seen"), "objectives-0-id": str(counter.id), "objectives-0-title": "Counters",
        "objectives-1-id": str(work.id), "objectives-1-title": "Work",
    }  # fmt: skip
    with app.app_context():
        save(world, [counter, ObjectiveDraft("Theirs")], None)
        db.session.commit()
        theirs = str(drafts(world)[1].id)
    refused = officer.post(HERE, data=form)
    assert (refused.status_code, "yours takes its place" in refused.text) == (409, True)
    assert [hidden(refused.text, f"objectives-{place}-id") for place in (0, 1, 2)] == [str(counter.id), "", theirs]
    assert hidden(refused.text, "objectives-2-title") == "Theirs"
    names = ("seen", *(f"objectives-{place}-{name}" for place in (0, 1, 2) for name in ("id", "title")))
    assert officer.post(HERE, data={name: hidden(refused.text, name) for name in names}).status_code == 303
    with app.app_context():
        assert titles(world) == ["Counters", "Work", "Theirs"]
