"""The plan as a workbook: what stands in it, what a filled one says, and which ones are refused."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from datetime import date

import openpyxl
import pytest
from flask import Flask
from plan_workbooks import by_title, filled, written
from plan_world import make_plan
from reporting_world import World, make_world

from icportal.core.db import db
from icportal.indicators.exchange.layout import Unreadable
from icportal.plans import contents
from icportal.plans.exchange.layout import Identity
from icportal.plans.exchange.reading import ReadAction, ReadBook, read_plan
from icportal.plans.loaded import load_plan
from icportal.plans.workbooks import context_for
from icportal.reporting.exchange.pen import CODE_ROW, FIRST_ROW


@pytest.fixture
def world(app: Flask) -> Iterator[World]:
    with app.app_context():
        made = make_world()
        make_plan(made)
        yield made
        db.session.rollback()


def read(world: World, data: bytes, slug: str = "oulu") -> ReadBook:
    city = world.city(slug)
    return read_plan(data, context_for(load_plan(world.city("oulu")), city, written_in="en"))


def action(book: ReadBook, key: str) -> ReadAction:
    return next(each for each in book.actions if each.key == key)


@pytest.mark.parametrize("language", ["en", "ar-xb"])
def test_a_workbook_that_nobody_touched_says_what_the_portal_says(world: World, language: str) -> None:
    plan, book = load_plan(world.city("oulu")), read(world, written(world, language))
    assert book.stray == ()
    assert len(book.actions) == len(plan.actions)
    for each in plan.actions:
        said = contents.content_of(each, plan.after.get(each.id, ()))
        found = action(book, contents.key_of("actions", each.id))
        assert not found.problems
        assert found.seen == contents.seal(said)
        assert {name: value for name, value in said.items() if name in found.fields} == found.fields
        assert not any(said[name] for name in contents.OWN["actions"] if name not in found.fields)
        assert [part.key for part in found.parts["milestones"]] == [part["key"] for part in said["milestones"]]


def test_nothing_in_it_is_a_formula_and_codes_are_hidden(world: World) -> None:
    data = written(world)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = [archive.read(name) for name in archive.namelist() if name.startswith("xl/worksheets/sheet")]
    assert not any(b"<f>" in part for part in parts)
    book = openpyxl.load_workbook(io.BytesIO(data))
    sheet = book["Actions"]
    assert {sheet.row_dimensions[CODE_ROW].hidden, sheet.column_dimensions["A"].hidden, sheet.protection.sheet} == {True}
    heads = {cell.value: cell.column for cell in sheet[CODE_ROW]}
    title = next(row for row in sheet.iter_rows(min_row=FIRST_ROW) if row[heads["title"] - 1].value == "=1+1")
    assert title[heads["title"] - 1].data_type == "s"
    assert title[heads["state"] - 1].protection.locked
    assert not title[heads["title"] - 1].protection.locked
    assert any(str(rule.formula1).endswith("list_objectives") for rule in sheet.data_validations.dataValidation)


def test_what_is_typed_is_understood(world: World) -> None:
    keys = by_title(world)
    hire, train = keys["Hire interpreters"], keys["Train the staff"]
    book = read(
        world,
        filled(
            world,
            {
                (hire, "title"): "Hire three interpreters",
                (hire, "due_on"): date(2028, 5, 1),
                (hire, "objective"): "work",
                (hire, "commitments"): "6; 7",
                (hire, "after"): "-",
                (hire, "person_public"): "Ja",
                ("new-a1", "title"): "New",
                ("new-a1", "after"): "1, 2",
                ("new-m1", "action"): "7",
                ("new-m1", "title"): "First step",
                ("new-m1", "due_on"): "2028-01-31",
                ("new-i1", "action"): "1 · Train",
                ("new-i1", "label"): "Hours",
                ("new-i1", "target"): "1.200,5",
            },
        ),
    )
    assert book.stray == ()
    found = action(book, hire)
    assert not found.problems
    objectives = {each.title: each.id for each in load_plan(world.city("oulu")).objectives}
    wanted = {"title": "Hire three interpreters", "due_on": "2028-05-01", "objective": objectives["Work"], "commitments": [6, 7]}
    assert {name: found.fields[name] for name in wanted} == wanted
    assert (found.fields["after"], found.fields["person_public"]) == (None, True)
    new = action(book, "new-a1")
    assert (new.fields["title"], new.fields["after"]) == ("New", sorted([train, hire]))
    assert new.parts["milestones"][0].fields == {"title": "First step", "due_on": "2028-01-31"}
    assert action(book, train).parts["indicators"][-1].fields == {"label": "Hours", "target": "1200.5"}


def test_each_cell_that_cannot_be_is_named(world: World) -> None:
    keys = by_title(world)
    hire = keys["Hire interpreters"]
    wrong = {
        (hire, "due_on"): "in spring",
        (hire, "objective"): "World peace",
        (hire, "commitments"): "six",
        (hire, "after"): "99",
        (hire, "cost"): "12.5",
        (hire, "language"): "Klingon",
        (hire, "person_public"): "perhaps",
    }
    found = action(read(world, filled(world, wrong)), hire)
    assert {(hire, column) for column, *_rest in found.problems} == set(wrong)
    assert all(place.startswith("Actions!") for _column, place, _shown, _finding in found.problems)
    lost = read(world, filled(world, {("new-m1", "title"): "Whose?"}))
    assert [finding.code for _place, _shown, finding in lost.stray] == ["plan.no_action"]


def test_another_file_is_refused_in_words(world: World) -> None:
    with pytest.raises(Unreadable) as refused:
        read(world, written(world), "vienna")
    assert refused.value.finding.code == "plan.other_city"
    with pytest.raises(Unreadable):
        read(world, b"nothing")
    with pytest.raises(ValueError):
        Identity.read("icportal-answers|1|x|y|z|1|a|en|b")
