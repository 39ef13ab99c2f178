"""What an import must never do by the way: free a secret, set a definition, bring back what was undone, hide a question."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import import_world as w
import openpyxl
import pytest
from flask import Flask
from import_desk import decide, send, signed_in, uploaded, words
from import_world import book, row
from sqlalchemy import select

from icportal.core.db import db
from icportal.core.errors import InvalidTransition
from icportal.indicators import services
from icportal.indicators.enums import BatchState, Missing
from icportal.indicators.models import ImportBatch, ImportCell, Indicator, IndicatorVersion
from icportal.indicators.services import importing


@pytest.fixture
def pages(seeded_app: Flask) -> Iterator[SimpleNamespace]:
    """With real workbooks and pages."""
    yield from w.opened(seeded_app)


@pytest.fixture
def world(seeded_app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[SimpleNamespace]:
    """With workbooks made by hand."""
    yield from w.opened_by_hand(seeded_app, monkeypatch)


def cell(batch: ImportBatch, place: str) -> ImportCell:
    return db.session.scalars(select(ImportCell).where(ImportCell.batch_id == batch.id, ImportCell.cell == place)).one()


def codes(found: ImportCell, which: str) -> list[str]:
    return [each["code"] for each in getattr(found, which)]


def silent(place: str, amount: str | int, **more: Any) -> Any:
    return replace(row(place, amount, **more), says_secrecy=False)


def undo(world: SimpleNamespace, batch: ImportBatch) -> None:
    services.undo_import(batch, actor=w.actor(world, "paula"))
    db.session.commit()


def new_version(code: str, *, continues: bool = False) -> None:
    """The indicator is published with another definition."""
    number, newest = w.indicator(code)
    old = db.session.get_one(IndicatorVersion, newest)
    db.session.add(
        IndicatorVersion(
            indicator_id=number, number=old.number + 1, continues=continues, revision_id=old.revision_id,
            facts=old.facts, body={**old.body, "definition": "Something else."},
        )
    )  # fmt: skip
    db.session.commit()


# --- secrecy ------------------------------------------------------------------------------------------------


@pytest.mark.databases
@pytest.mark.parametrize("kind", ["C", "N", "P"])
def test_a_file_that_says_nothing_of_secrecy_frees_nothing(world: SimpleNamespace, kind: str) -> None:
    w.type_in(world, "20", confidentiality=kind)
    batch = w.upload(world, book(world, silent("I3", 21, seen=1)))
    assert codes(cell(batch, "I3"), "notes") == ["plan.secret"]
    w.accept(world, batch)
    newest = w.versions(world)[0]
    assert (str(newest.amount), newest.confidentiality) == ("21", kind)


def test_secrecy_added_after_the_preview_is_kept_as_well(world: SimpleNamespace) -> None:
    w.type_in(world, "20")
    batch = w.upload(world, book(world, silent("I3", 21, seen=1)))
    w.type_in(world, "20", confidentiality="C")
    services.check_import_again(batch, actor=w.actor(world, "paula"))
    db.session.commit()
    found = cell(batch, "I3")
    assert found.outcome == "conflict"
    w.accept(world, batch, choices={found.id: importing.MINE})
    assert w.versions(world)[0].confidentiality == "C"


def test_the_same_persons_older_copy_frees_nothing(world: SimpleNamespace) -> None:
    w.taken_over(world, row("I3", 20, confidentiality="C"))
    batch = w.upload(world, book(world, silent("I3", 20)))
    assert cell(batch, "I3").outcome == "unchanged"
    w.accept(world, w.upload(world, book(world, silent("I3", 23))))
    assert w.versions(world)[0].confidentiality == "C"


def test_a_written_f_frees_and_is_asked_about(world: SimpleNamespace) -> None:
    w.type_in(world, "20", confidentiality="C")
    batch = w.upload(world, book(world, row("I3", 20, seen=1)))
    found = cell(batch, "I3")
    assert found.outcome == "changed"
    assert codes(found, "warnings") == ["plan.freed"]
    w.accept(world, batch)
    assert w.versions(world)[0].confidentiality == "F"


def test_an_emptied_column_of_secrecy_in_a_real_workbook(pages: SimpleNamespace) -> None:
    w.type_in(pages, "20", confidentiality="C")
    paula = signed_in(pages, "paula")
    address = uploaded(paula, w.workbook(pages, {"POP01|": {"value": 21, "conf": ""}}))
    assert "the value stays confidential" in words(paula.get(address))
    decide(paula, address)
    assert w.versions(pages)[0].confidentiality == "C"
    address = uploaded(paula, w.workbook(pages, {"POP01|": {"value": 21, "conf": "F"}}))
    assert "the file makes it free" in words(paula.get(address))
    decide(paula, address)
    assert w.versions(pages)[0].confidentiality == "F"


# --- the catalogue goes on ----------------------------------------------------------------------------------


def test_what_nobody_touched_stays_under_its_definition(world: SimpleNamespace) -> None:
    w.type_in(world, "20")
    new_version("POP01")
    batch = w.upload(world, book(world, row("I3", 20, seen=1)))
    assert cell(batch, "I3").outcome == "unchanged"
    assert len(w.versions(world)) == 1


def test_after_a_change_of_the_catalogue_a_workbook_is_read_row_by_row(pages: SimpleNamespace) -> None:
    w.type_in(pages, "20")
    filled = {
        "POP01|": {"value": 20},
        "POP01|origin=eu_born": {"value": 8},
        "POP02|": {"value": 30},
        "POP03|": {"value": 33},
        "CIT04|": {"value": 5},
    }
    data = w.workbook(pages, filled)
    new_version("POP01")
    new_version("POP02", continues=True)
    db.session.scalars(select(Indicator).where(Indicator.code == "POP03")).one().asked = False
    db.session.commit()
    paula = signed_in(pages, "paula")
    address = uploaded(paula, data)
    text = words(paula.get(address))
    assert "The list of indicators has changed since this workbook was made" in text
    assert "The number answers the earlier definition" in text
    assert "POP03 is no longer in the list" in text
    assert ("2 new" in text, "1 unchanged" in text, "2 refused" in text) == (True, True, True)
    decide(paula, address, only_good="1")
    assert w.values(pages) == {("POP01", ""): "20", ("POP02", ""): "30", ("CIT04", ""): "5"}


def test_the_error_workbook_is_there_after_a_change_and_what_was_looked_at_comes_in(pages: SimpleNamespace) -> None:
    data = w.workbook(pages, {"POP01|": {"value": 20}, "POP02|": {"value": "about a fifth"}})
    paula = signed_in(pages, "paula")
    early = uploaded(paula, data)
    new_version("POP01")
    address = uploaded(paula, data)
    assert "2 refused" in words(paula.get(address))
    for each in (early, address):
        answer = paula.get(f"{each}/errors.xlsx")
        assert answer.status_code == 200
    found = [
        each.value for sheet in openpyxl.load_workbook(io.BytesIO(answer.data)) for line in sheet.iter_rows() for each in line
    ]
    assert "about a fifth" in found
    again = words(paula.get(uploaded(paula, answer.data)))
    assert ("1 new" in again, "1 refused" in again) == (True, True)


def test_a_preview_from_before_the_change_does_not_slip_through(world: SimpleNamespace) -> None:
    batch = w.upload(world, book(world, row("I3", 20)))
    new_version("POP01")
    services.check_import_again(batch, actor=w.actor(world, "paula"))
    assert codes(cell(batch, "I3"), "problems") == ["plan.definition"]


# --- undoing ------------------------------------------------------------------------------------------------


@pytest.mark.databases
def test_undoing_never_brings_back_what_was_undone(world: SimpleNamespace) -> None:
    w.type_in(world, "5")
    first = w.taken_over(world, row("I3", 10, seen=1))
    second = w.taken_over(world, row("I3", 20, seen=2))
    undo(world, first)
    assert w.values(world) == {("POP01", ""): "20"}
    assert len(first.result["undo"]["kept"]) == 1
    undo(world, second)
    assert w.values(world) == {("POP01", ""): "5"}


def test_undoing_one_after_the_other_goes_back_step_by_step(world: SimpleNamespace) -> None:
    first = w.taken_over(world, row("I3", 10))
    second = w.taken_over(world, row("I3", 20, seen=1))
    undo(world, second)
    assert w.values(world) == {("POP01", ""): "10"}
    undo(world, first)
    assert w.values(world) == {("POP01", ""): Missing.REMOVED}


def test_undoing_is_not_offered_while_the_delivery_is_in_review(pages: SimpleNamespace) -> None:
    paula = signed_in(pages, "paula")
    address = uploaded(paula, w.workbook(pages, {"POP01|": {"value": 20}}))
    decide(paula, address)
    assert "Undo this import" in words(paula.get(address))
    delivery = services.delivery_of(pages.cities[w.CITY], w.YEAR)
    services.move(delivery, "submit", actor=w.actor(pages, "paula"), seen=delivery.version)
    db.session.commit()
    text = words(paula.get(address))
    assert "Undo this import" not in text
    assert "This delivery is in review: take it back first" in text


# --- one file after another ---------------------------------------------------------------------------------


@pytest.mark.databases
def test_a_newer_file_takes_the_place_of_ones_own_earlier_one(world: SimpleNamespace) -> None:
    schools = w.department(world, "Schools", "POP01")
    other = w.upload(world, book(world, row("I3", 25), department=schools.id))
    theirs = w.upload(world, book(world, row("I3", 26)), "piet")
    first = w.upload(world, book(world, row("I3", 21)))
    second = w.upload(world, book(world, row("I3", 22)))
    assert [each.state for each in (other, theirs, first, second)] == ["checked", "checked", "discarded", "checked"]
    with pytest.raises(InvalidTransition, match="newer file"):
        w.accept(world, first)
    assert len(services.merge_of(world.cities[w.CITY], w.YEAR).batches) == 3


def test_an_accepted_file_is_left_alone_by_a_newer_one(world: SimpleNamespace) -> None:
    first = w.taken_over(world, row("I3", 21))
    w.upload(world, book(world, row("I3", 22, seen=1)))
    assert first.state == BatchState.ACCEPTED


def test_the_page_of_the_earlier_file_leads_to_the_newer_one(pages: SimpleNamespace) -> None:
    paula = signed_in(pages, "paula")
    first = uploaded(paula, w.workbook(pages, {"POP01|": {"value": 20}}))
    second = uploaded(paula, w.workbook(pages, {"POP01|": {"value": 21}}))
    page = paula.get(first)
    assert "A newer file has taken the place of this one" in words(page)
    assert second.removeprefix("http://localhost") in page.get_data(as_text=True)


# --- what is said beside ------------------------------------------------------------------------------------


def test_a_remark_without_a_value_is_told_and_changes_nothing(pages: SimpleNamespace) -> None:
    w.type_in(pages, "20", code="POP02")
    paula = signed_in(pages, "paula")
    filled = {"POP01|": {"note": "still being counted"}, "POP02|": {"value": "", "conf": "C"}, "CIT04|": {"value": 5}}
    address = uploaded(paula, w.workbook(pages, filled))
    text = words(paula.get(address))
    assert text.count("what stands beside it changes nothing") == 2
    assert "1 new" in text
    assert "Values all agree on" in words(paula.get(f"/en/work/indicators/{w.CITY}/{w.YEAR}/merge"))
    decide(paula, address)
    assert w.values(pages) == {("POP02", ""): "20", ("CIT04", ""): "5"}


@pytest.mark.parametrize("department", ["", " "])
def test_no_department_is_the_whole_city(pages: SimpleNamespace, department: str) -> None:
    answer = send(signed_in(pages, "paula"), w.workbook(pages, {"POP01|": {"value": 20}}), department=department)
    assert answer.status_code == 303, words(answer)


def test_a_department_that_is_none_is_refused_in_words(pages: SimpleNamespace) -> None:
    answer = send(signed_in(pages, "paula"), w.workbook(pages, {}), department="x")
    assert answer.status_code == 422
    assert "could not" not in words(answer)
