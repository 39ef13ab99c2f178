"""The code of an indicator names one of the published catalogue, or there is none."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from io import BytesIO

import pytest
from flask import Flask
from harness import PortalClient
from plan_workbooks import by_title, filled
from plan_world import days, make_plan
from reporting_world import World, make_world
from sqlalchemy import select

from icportal.core.actors import SYSTEM
from icportal.core.db import db
from icportal.core.errors import FieldErrors
from icportal.data import catalogue as shipped
from icportal.indicators.loading import load_catalogue
from icportal.plans import imports
from icportal.plans.draft import IndicatorDraft
from icportal.plans.imports import ImportPlan
from icportal.plans.loaded import load_plan
from icportal.plans.models import Action, ActionIndicator
from icportal.plans.services import actions, importing

PLAN = "/en/work/plans/oulu"
UNKNOWN = "The catalogue has no indicator “NONE9”. Leave the code empty for a measure of your own."


@pytest.fixture
def world(app: Flask, monkeypatch: pytest.MonkeyPatch) -> World:
    """Oulu with a plan; the catalogue has one indicator."""
    facts = {"POP01": shipped.facts()["POP01"]}
    monkeypatch.setattr(shipped, "facts", lambda: facts)
    with app.app_context():
        world = make_world()
        make_plan(world)
        train().due_on = days(100)
        load_catalogue(actor=SYSTEM)
        db.session.commit()
        return world


@pytest.fixture
def context(world: World, app: Flask) -> Iterator[None]:
    with app.app_context():
        yield
        db.session.rollback()


def train() -> Action:
    db.session.expire_all()
    return db.session.scalars(select(Action).where(Action.title == "Train the staff")).one()


def write(world: World, *codes: str) -> list[str]:
    """Give the action indicators with these codes besides the one it has."""
    action = train()
    said = actions.said_by(action)
    more = tuple(IndicatorDraft(f"No. {place}", indicator_code=code) for place, code in enumerate(codes))
    draft = replace(said, indicators=(*said.indicators[:1], *more))
    actions.edit_action(action, draft, actor=world.officer("oulu"), seen=action.version)
    return [each.indicator_code for each in train().indicators]


@pytest.mark.databases
def test_a_code_is_one_of_the_catalogue_or_there_is_none(world: World, context: None) -> None:
    assert write(world, " POP01 ", "") == ["", "POP01", ""]
    with pytest.raises(FieldErrors) as refused:
        write(world, "POP01", "NONE9", "X" * 21)
    assert refused.value.problems == [
        ("indicators-2-indicator_code", UNKNOWN),
        ("indicators-3-indicator_code", "This is too long: at most 20 characters."),
    ]


@pytest.mark.databases
def test_a_code_that_is_no_longer_in_the_catalogue_stands_in_the_way_of_nothing(world: World, context: None) -> None:
    train().indicators[0].indicator_code = "GONE1"
    db.session.flush()
    assert write(world, "") == ["GONE1", ""]


def planned(world: World, cells: dict[tuple[str, str], object]) -> tuple[importing.PlanImport, ImportPlan]:
    stream = BytesIO(filled(world, cells))
    sent = importing.receive_workbook(world.city("oulu"), stream, "p.xlsx", actor=world.officer("oulu"), written_in="en")
    db.session.expire_all()
    return sent, imports.plan_of(sent, load_plan(world.city("oulu")))


@pytest.mark.databases
def test_a_workbook_says_in_its_preview_which_code_is_unknown(world: World, context: None) -> None:
    there, key = f"i{train().indicators[0].id}", by_title(world)["Train the staff"]
    new = {("new-i1", "action"): "1", ("new-i1", "label"): "Of the catalogue", ("new-i1", "indicator_code"): "pop01"}
    for code in ("NONE9", "X" * 300):
        _sent, found = planned(world, {**new, (there, "indicator_code"): code})
        problems = [
            (column, at, shown, str(finding)[:28]) for row in found.rows for _cell, column, at, shown, finding in row.problems
        ]
        assert problems == [("indicator_code", there, code[:200], "The catalogue has no indicat")]
    sent, found = planned(world, new)
    assert [row.key for row in found.with_outcome(*imports.WRITES)] == [key]
    importing.accept_workbook(sent, world.city("oulu"), actor=world.officer("oulu"), seen_digest=found.digest)
    assert [each.indicator_code for each in train().indicators] == ["", "POP01"]


def test_the_page_refuses_at_the_field_and_leads_to_the_indicator(
    world: World, app: Flask, sign_in: Callable[..., PortalClient]
) -> None:
    with app.app_context():
        number, who = train().id, world.officer("oulu").id
        db.session.add(ActionIndicator(action_id=number, label="Own", indicator_code="OLD1"))
        db.session.commit()
    officer = sign_in(who)
    form = {
        "title": "One", "language": "en", "currency": "EUR", "indicators-0-label": "", "indicators-1-label": "Born abroad",
        "indicators-1-indicator_code": "none9",
    }  # fmt: skip
    refused = officer.post(f"{PLAN}/new", data=form)
    assert refused.status_code == 422
    assert f'<a href="#indicators-1-indicator_code">{UNKNOWN}</a>' in refused.text
    made = officer.post(f"{PLAN}/new", data={**form, "indicators-1-indicator_code": "pop01"})
    assert '<a href="/en/indicators/pop01">POP01 in the catalogue</a>' in officer.get(made.location).text
    assert officer.get("/en/indicators/pop01").status_code == 200
    page = officer.get(f"{PLAN}/actions/{number}").text
    assert ("<bdi>OLD1</bdi>" in page, "/en/indicators/old1" in page) == (True, False)
