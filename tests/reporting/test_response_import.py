"""Workbooks of answers that come in: shown, accepted, undone; refused cells and conflicts; by the pages as people see them."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import Any

import pytest
from answer_workbooks import cell, made, opened, rows, saved
from flask import Flask
from harness import ApartClient, PortalClient
from reporting_world import GOOD, World, fill, make_world, set_state

from icportal.core.db import db
from icportal.core.errors import DomainError, InvalidTransition, NotAllowed, Stale
from icportal.indicators.enums import Outcome
from icportal.reporting import imports, responses
from icportal.reporting.error_workbooks import error_workbook
from icportal.reporting.models import ResponseImport
from icportal.reporting.services import importing

HERE = "/en/work/reporting/round-5/oulu"
ANSWER = "answer"


@pytest.fixture
def world(app: Flask) -> Iterator[World]:
    with app.app_context():
        found = make_world()
        fill(found.response("oulu"), GOOD)
        yield found
        db.session.rollback()


def filled(world: World, cells: dict[str, Any], data: bytes | None = None) -> bytes:
    book = opened(data or made(world))
    for key, value in cells.items():
        cell(book, *key.split("|")).value = value
    return saved(book)


def received(world: World, cells: dict[str, Any], data: bytes | None = None) -> ResponseImport:
    stream = io.BytesIO(filled(world, cells, data))
    found = importing.receive_answers(
        world.response("oulu"), world.city("oulu"), stream, "oulu.xlsx", actor=world.officer("oulu"), written_in="fi"
    )
    db.session.commit()
    return found


def accepted(world: World, import_: ResponseImport, **how: Any) -> ResponseImport:
    digest = imports.plan_of(import_).digest
    importing.accept_answers(import_, actor=world.officer("oulu"), seen_digest=digest, **how)
    db.session.commit()
    return import_


def values(world: World) -> dict[str, Any]:
    db.session.rollback()
    return responses.values_of(responses.answers_of(world.response("oulu")))


def outcomes(import_: ResponseImport) -> dict[str, Outcome]:
    return {row.name: row.outcome for row in imports.plan_of(import_).rows if row.outcome != Outcome.UNCHANGED}


def test_what_is_shown_is_written_and_undone(world: World) -> None:
    kept = values(world)
    fill(world.response("oulu"), {"website": GOOD["website"]}, still_true_on=world.round.opens_on)
    found = received(
        world, {"office": "Kotoutumistoimisto", "c01_plans": "More.", "website": "-", "staff|visibility": "Everybody"}
    )
    assert values(world) == kept
    assert outcomes(found) == {
        "office": Outcome.CHANGED, "c01_plans": Outcome.NEW, "website": Outcome.CHANGED, "staff": Outcome.CHANGED,
    }  # fmt: skip
    accepted(world, found)
    after = values(world)
    assert (after["office"], after["c01_plans"], "website" in after) == ("Kotoutumistoimisto", "More.", False)
    answers = responses.answers_of(world.response("oulu"))
    assert (answers["office"].language, answers["office"].author_id) == ("fi", world.officer("oulu").id)
    assert (answers["staff"].visibility, answers["staff"].visibility_chosen) == ("public", True)
    fill(world.response("oulu"), {"office": "Somebody else’s"})
    importing.undo_answers(found, actor=world.officer("oulu"))
    db.session.commit()
    assert values(world) == {**kept, "office": "Somebody else’s"}
    assert found.result["changed_since"] == ["office"]
    again = responses.answers_of(world.response("oulu"))
    assert again["website"].still_true_on == world.round.opens_on
    assert not again["staff"].visibility_chosen
    with pytest.raises(InvalidTransition):
        accepted(world, found)


def test_refused_cells_stop_all_or_are_left_out(world: World) -> None:
    found = received(world, {"staff": "many", "office": "New office"})
    assert outcomes(found) == {"staff": Outcome.REFUSED, "office": Outcome.CHANGED}
    with pytest.raises(DomainError, match="refused"):
        accepted(world, found)
    assert values(world)["office"] == GOOD["office"]
    accepted(world, found, only_good=True)
    assert (values(world)["office"], values(world)["staff"]) == ("New office", GOOD["staff"])
    assert found.result == {"written": 1, "left_out": 1, "kept": 0}


def test_what_both_changed_is_to_be_chosen(world: World) -> None:
    fill(world.response("oulu"), {"themes": ["work", "housing"]})
    before = made(world)
    assert outcomes(received(world, {}, before)) == {}
    fill(world.response("oulu"), {"office": "By a colleague", "staff": 20, "c04_explanation": "Same words"})
    found = received(world, {"office": "In the workbook", "c01_plans": "More.", "c04_explanation": "Same words"}, before)
    # What only the portal changed stays, what both changed to the same is no conflict.
    assert outcomes(found) == {"office": Outcome.CONFLICT, "c01_plans": Outcome.NEW}
    with pytest.raises(DomainError, match="Choose"):
        accepted(world, found)
    accepted(world, found, choices={"office": importing.THEIRS})
    assert (values(world)["office"], values(world)["staff"], values(world)["c01_plans"]) == ("By a colleague", 20, "More.")
    second = received(world, {"office": "In the workbook"}, before)
    accepted(world, second, choices={"office": importing.MINE})
    assert values(world)["office"] == "In the workbook"


def test_accepting_is_bound_to_what_was_shown_and_to_the_rules(world: World) -> None:
    found = received(world, {"office": "New office"})
    digest = imports.plan_of(found).digest
    fill(world.response("oulu"), {"office": "Meanwhile"})
    with pytest.raises(Stale):
        importing.accept_answers(found, actor=world.officer("oulu"), seen_digest=digest)
    digest = imports.plan_of(found).digest
    with pytest.raises(NotAllowed):
        importing.accept_answers(found, actor=world.officer("vienna"), seen_digest=digest)
    set_state(world.response("oulu"), "ask_sign_off")
    with pytest.raises(NotAllowed):
        accepted(world, found, choices={"office": importing.MINE})


def test_the_error_workbook_has_all_and_says_what_is_wrong(world: World) -> None:
    found = received(world, {"staff": "many", "budget": 12.5, "office": "New office", "strategies#2|column.year": "two"})
    data, name = error_workbook(found, world.city("oulu"), language="en")
    book = opened(data)
    assert name == "icportal-round-5-oulu-en.xlsx"
    assert [cell(book, key).value for key in ("staff", "budget", "office")] == ["many", 12.5, "New office"]
    assert "not a whole number" in cell(book, "staff").comment.text
    assert "not a whole number" in cell(book, "strategies#2", "column.year").comment.text
    listed = [[each.value for each in row] for row in book.worksheets[0].iter_rows(min_row=2)]
    assert [row[3] for row in listed] == ["many", "two"]
    mended = received(world, {"staff": 14, "strategies#2|column.year": None}, data)
    assert outcomes(mended) == {"staff": Outcome.CHANGED, "budget": Outcome.CHANGED, "office": Outcome.CHANGED}


def test_by_the_pages(app: Flask, world: World) -> None:
    app.test_client_class = ApartClient
    officer: PortalClient = app.test_client()
    officer.sign_in(world.officer("oulu").id)
    assert "/workbook" in officer.get(HERE).text
    data = officer.get(f"{HERE}/workbook.xlsx?language=en&sections=about").data
    assert set(rows(opened(data))) == {"office", "budget", "staff"}
    assert officer.get(f"{HERE}/workbook.xlsx?language=tlh").status_code == 404

    def sent(content: bytes, name: str = "oulu.xlsx") -> Any:
        return officer.post(f"{HERE}/workbook/upload", data={"upload": (io.BytesIO(content), name), "written_in": "fi"})

    refused = sent(b"%PDF-1.7 nothing")
    assert refused.status_code == 422
    assert "This is a PDF" in refused.text
    other = sent(made(world, "vienna"))
    assert other.status_code == 422
    assert "another city" in other.text
    answer = sent(filled(world, {"office": "New office", "staff": "many"}, data))
    assert answer.status_code == 303
    page = officer.get(answer.location)
    assert "New office" in page.text
    assert "“many” is not a whole number" in page.text
    digest = re.search(r'name="digest" value="([0-9a-f]{64})"', page.text)
    assert digest
    stale = officer.post(f"{answer.location}/accept", data={"digest": "0" * 64, "only_good": "1"})
    assert stale.status_code == 409
    assert officer.post(f"{answer.location}/accept", data={"digest": digest[1], "only_good": "1"}).status_code == 303
    assert values(world)["office"] == "New office"
    assert officer.get(f"{answer.location}/errors.xlsx").data[:2] == b"PK"
    assert officer.post(f"{answer.location}/undo").status_code == 303
    assert values(world)["office"] == GOOD["office"]
    stranger: PortalClient = app.test_client()
    stranger.sign_in(world.officer("vienna").id)
    assert stranger.get(answer.location).status_code == 404
