"""The pages of an import, with real workbooks: upload, preview, decision, error workbook, undo, merge."""

from __future__ import annotations

import io
import re
import time
from collections.abc import Iterator
from contextvars import Context
from types import SimpleNamespace
from typing import Any

import import_world as w
import openpyxl
import pytest
from click.testing import CliRunner
from flask import Flask
from harness import PortalClient, statements
from import_desk import UPLOAD, decide, field, send, signed_in, uploaded, words
from sqlalchemy import select

from icportal.cli import portal
from icportal.core import queue
from icportal.core.db import db
from icportal.indicators import services
from icportal.indicators.enums import BatchState
from icportal.indicators.models import ImportBatch
from icportal.indicators.services import importing

MERGE = f"/en/work/indicators/{w.CITY}/{w.YEAR}/merge"
GOOD = {"POP01|": {"value": 21.5}, "POP01|origin=eu_born": {"value": 8}, "POP01|origin=non_eu_born": {"value": 13.5}}


@pytest.fixture
def world(seeded_app: Flask) -> Iterator[SimpleNamespace]:
    yield from w.opened(seeded_app)


@pytest.fixture
def paula(world: SimpleNamespace) -> PortalClient:
    return signed_in(world, "paula")


def only_batch() -> ImportBatch:
    db.session.expire_all()
    return db.session.scalars(select(ImportBatch).order_by(ImportBatch.id.desc())).first()  # type: ignore[return-value]


# --- the way of a workbook ----------------------------------------------------------------------------------


@pytest.mark.databases
def test_a_workbook_is_uploaded_looked_at_and_accepted(world: SimpleNamespace, paula: PortalClient) -> None:
    assert paula.get(UPLOAD).status_code == 200
    begin = time.perf_counter()
    address = uploaded(paula, w.workbook(world, GOOD))
    preview = paula.get(address)
    assert time.perf_counter() - begin < 10
    text = words(preview)
    assert "3 new" in text
    assert "Foreign-born share" in text
    assert "21.5%" in text
    assert w.values(world) == {}
    answer = decide(paula, address)
    assert answer.status_code == 303
    assert w.values(world) == {("POP01", ""): "21.5", ("POP01", "origin=eu_born"): "8", ("POP01", "origin=non_eu_born"): "13.5"}
    done = words(paula.get(address))
    assert "Paula took over 3 values" in done
    assert "Undo this import" in done


def test_accepting_twice_is_harmless(world: SimpleNamespace, paula: PortalClient) -> None:
    address = uploaded(paula, w.workbook(world, GOOD))
    digest = field(paula.get(address), "digest")
    for _press in range(2):
        assert paula.post(f"{address}/accept", data={"digest": digest}).status_code == 303
    assert len(w.versions(world)) == 1


def test_beside_a_wrong_period_it_does_not_say_what_a_value_looks_like(world: SimpleNamespace, paula: PortalClient) -> None:
    text = words(paula.get(uploaded(paula, w.workbook(world, {"POP02|": {"value": 17, "period": "last year"}}))))
    assert "is not a period" in text
    assert "Expected:" not in text


def test_in_a_language_without_its_own_catalogue_the_cells_are_named_as_well(world: SimpleNamespace, paula: PortalClient) -> None:
    address = uploaded(paula, w.workbook(world, GOOD))
    assert "Foreign-born share" in words(paula.get(address.replace("/en/", "/ar-xb/")))


def test_a_refused_cell_says_where_it_is_what_was_seen_and_what_is_expected(world: SimpleNamespace, paula: PortalClient) -> None:
    data = w.workbook(world, GOOD | {"POP02|": {"value": "about a fifth"}, "POP03|": {"value": 30}})
    address = uploaded(paula, data)
    text = words(paula.get(address))
    assert "1 refused" in text
    assert "about a fifth" in text
    assert "Expected: a number in per cent, usually from 0 to 100, or “:” where there is none." in text
    assert re.search(r"\bI\d+\b", text)
    assert "Accept the 4 good cells and leave out 1" in text
    assert text.index("about a fifth") < text.index("21.5%")
    # Without the choice nothing is taken over, and the page says why.
    answer = decide(paula, address)
    assert answer.status_code == 422
    assert "One cell is refused" in words(answer)
    assert w.values(world) == {}
    assert decide(paula, address, only_good="1").status_code == 303
    assert len(w.values(world)) == 4
    assert "One refused cell was left out" in words(paula.get(address))


def test_the_error_workbook_has_everything_and_comes_in_again(world: SimpleNamespace, paula: PortalClient) -> None:
    data = w.workbook(world, GOOD | {"POP02|": {"value": "about a fifth", "note": "=1+1"}})
    address = uploaded(paula, data)
    answer = paula.get(f"{address}/errors.xlsx")
    assert answer.status_code == 200
    assert "attachment" in answer.headers["Content-Disposition"]
    book = openpyxl.load_workbook(io.BytesIO(answer.data))
    typed = {str(cell.value): cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None}
    assert typed["about a fifth"].comment is not None
    assert typed["=1+1"].data_type == "s"
    again = uploaded(paula, answer.data)
    assert "3 new" in words(paula.get(again))
    assert "1 refused" in words(paula.get(again))
    for sheet in book:
        for row in sheet.iter_rows():
            for cell in row:
                if cell.value == "about a fifth" and cell.comment is not None:
                    cell.value = 20
    mended = io.BytesIO()
    book.save(mended)
    last = uploaded(paula, mended.getvalue())
    assert "4 new" in words(paula.get(last))
    assert decide(paula, last).status_code == 303
    assert w.values(world)["POP02", ""] == "20"


def test_the_preview_can_be_narrowed_down(world: SimpleNamespace, paula: PortalClient) -> None:
    w.type_in(world, "20")
    data = w.workbook(world, GOOD | {"POP02|": {"value": "x y"}, "POP01|origin=eu_born": {"value": 30}})
    address = uploaded(paula, data)
    changed = words(paula.get(f"{address}?show=changed"))
    assert "21.5%" in changed
    assert "x y" not in changed
    assert "more than the whole" in words(paula.get(f"{address}?show=warnings"))
    assert paula.get(f"{address}?show=nonsense&page=99").status_code == 200


def test_the_same_file_again_says_that_nothing_would_change(world: SimpleNamespace, paula: PortalClient) -> None:
    data = w.workbook(world, GOOD)
    decide(paula, uploaded(paula, data))
    text = words(paula.get(uploaded(paula, data)))
    assert "already imported on" in text
    assert "Accept these" not in text


def test_a_preview_that_was_overtaken_is_shown_anew(world: SimpleNamespace, paula: PortalClient) -> None:
    address = uploaded(paula, w.workbook(world, GOOD))
    digest = field(paula.get(address), "digest")
    w.type_in(world, "30")
    assert paula.post(f"{address}/accept", data={"digest": digest}).status_code == 303
    text = words(paula.get(address))
    assert "Values have changed since this preview was made" in text
    assert "Changed by somebody else meanwhile" in text
    assert "Piet" in text
    assert w.values(world) == {("POP01", ""): "30"}
    missing = decide(paula, address)
    assert missing.status_code == 422
    assert "Choose for every value" in words(missing)
    name = re.search(r'name="(choice-\d+)"', paula.get(address).get_data(as_text=True))
    assert name
    assert decide(paula, address, **{name[1]: "mine"}).status_code == 303
    assert w.values(world)["POP01", ""] == "21.5"


@pytest.mark.databases
def test_an_import_is_undone_and_later_edits_are_kept(world: SimpleNamespace, paula: PortalClient) -> None:
    address = uploaded(paula, w.workbook(world, GOOD))
    decide(paula, address)
    w.type_in(world, "9", breakdown="origin=eu_born")
    assert paula.post(f"{address}/undo").status_code == 303
    text = words(paula.get(address))
    assert "2 values are again as they were before" in text
    assert "Kept because changed since" in text
    assert "Piet" in text
    assert w.values(world)["POP01", "origin=eu_born"] == "9"


def test_giving_up_leaves_everything_as_it_was(world: SimpleNamespace, paula: PortalClient) -> None:
    address = uploaded(paula, w.workbook(world, GOOD))
    assert paula.post(f"{address}/discard").status_code == 303
    assert "The import was given up" in words(paula.get(address))
    assert paula.post(f"{address}/accept", data={"digest": "x"}).status_code == 409
    assert w.values(world) == {}


def test_two_departments_are_merged_on_one_screen(world: SimpleNamespace, paula: PortalClient) -> None:
    assert "No file waits" in words(paula.get(MERGE))
    uploaded(paula, w.workbook(world, GOOD))
    address = uploaded(signed_in(world, "piet"), w.workbook(world, {"POP01|": {"value": 25}, "CIT04|": {"value": 5}}))
    assert "Merge them" in words(paula.get(address))
    page = paula.get(MERGE)
    text = words(page)
    assert "Paula" in text
    assert "Piet" in text
    assert "Values all agree on" in text
    name, second = re.findall(r'name="(choice-[^"]+)" value="(\d+)"', page.get_data(as_text=True))[1]
    digest = field(page, "digest")
    refused = paula.post(MERGE, data={"digest": digest})
    assert refused.status_code == 422
    assert paula.post(MERGE, data={"digest": "another", name: second}).status_code == 409
    assert w.values(world) == {}
    assert paula.post(MERGE, data={"digest": digest, name: second}).status_code == 303
    assert w.values(world)["POP01", ""] == "25"
    assert w.values(world)["CIT04", ""] == "5"


# --- what is refused at once --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "file"),
        (b"no workbook", "not a workbook"),
        (b"%PDF-1.4", "PDF"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "workbook"),
    ],
)
def test_what_is_no_workbook_is_refused_at_the_field(
    world: SimpleNamespace, paula: PortalClient, data: bytes, sentence: str
) -> None:
    answer = send(paula, data)
    assert answer.status_code == 422
    assert sentence in words(answer)
    assert db.session.scalars(select(ImportBatch)).first() is None


def test_a_workbook_of_another_city_or_year_is_refused(world: SimpleNamespace, paula: PortalClient) -> None:
    other = send(paula, w.workbook(world, {}, slug="vienna"))
    assert other.status_code == 422
    assert "Vienna" in words(other)
    old = send(paula, w.workbook(world, {}, year=2020))
    assert old.status_code == 422
    assert "2020" in words(old)


def test_a_file_that_is_too_large_is_refused_at_its_field(world: SimpleNamespace, paula: PortalClient) -> None:
    answer = send(paula, b"PK\x03\x04" + b"x" * (importing.LIMIT + 1))
    assert answer.status_code == 422
    assert "larger than 20 MB" in words(answer)


def test_other_people_find_nothing(world: SimpleNamespace, paula: PortalClient) -> None:
    address = uploaded(paula, w.workbook(world, GOOD))
    vera, mayor = signed_in(world, "vera"), signed_in(world, "mayor")
    for path in (UPLOAD, MERGE, address, f"{address}/errors.xlsx", f"{address}/progress"):
        assert vera.get(path).status_code == 404, path
    for step in ("accept", "discard", "undo"):
        assert vera.post(f"{address}/{step}").status_code == 404
    assert mayor.get(address).status_code == 200
    assert "Accept" not in words(mayor.get(address))
    assert mayor.post(f"{address}/accept").status_code == 403
    assert world.app.test_client().get(address).status_code in {302, 303, 403}
    assert paula.get("/en/work/indicators/imports/999999").status_code == 404
    assert paula.get(f"/en/work/indicators/{w.CITY}/1066/upload").status_code == 404
    assert paula.get("/en/work/indicators/network/upload").status_code == 403
    assert signed_in(world, "coordinator").get("/en/work/indicators/network/upload").status_code == 200


def test_looking_costs_the_same_for_few_and_many_cells(world: SimpleNamespace, paula: PortalClient) -> None:
    few = uploaded(paula, w.workbook(world, {"POP01|": {"value": 21}}))
    many = uploaded(signed_in(world, "piet"), w.workbook(world, GOOD | {f"EMP0{n}|": {"value": 50} for n in range(1, 7)}))
    counts = []
    for address in (few, many):
        paula.get(address)
        with statements(world.app) as sent:
            paula.get(address)
        counts.append(len(sent))
    assert counts[1] <= counts[0]


# --- large files --------------------------------------------------------------------------------------------


def test_a_large_file_shows_how_far_it_is(world: SimpleNamespace, paula: PortalClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importing, "AT_ONCE", 0)
    monkeypatch.setattr(queue, "wake", lambda: None)
    address = uploaded(paula, w.workbook(world, GOOD))
    page = paula.get(address)
    assert "The file is being read" in words(page)
    assert '<meta http-equiv="refresh"' in page.get_data(as_text=True)
    assert paula.get(f"{address}/progress").json == {"running": True, "done": 0, "total": None}
    assert paula.post(f"{address}/accept", data={"digest": ""}).status_code == 409
    queue.run_due("test:1:a")
    assert paula.get(f"{address}/progress").json["running"] is False  # type: ignore[index]
    assert "3 new" in words(paula.get(address))


def test_a_job_that_failed_for_good_is_told(world: SimpleNamespace, paula: PortalClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importing, "AT_ONCE", 0)
    monkeypatch.setattr(queue, "wake", lambda: None)
    address = uploaded(paula, w.workbook(world, GOOD))
    db.session.execute(queue.Job.__table__.update().values(state="failed"))
    db.session.commit()
    assert "could not finish" in words(paula.get(address))


# --- the network's table ------------------------------------------------------------------------------------

NETWORK = "/en/work/indicators/network/upload"


def table(*rows: tuple[Any, ...]) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (("city", "indicator", "period", "value", "breakdown", "conf"), *rows):
        sheet.append(row)
    data = io.BytesIO()
    book.save(data)
    return data.getvalue()


@pytest.mark.databases
def test_a_table_of_many_cities_is_read_accepted_and_undone(world: SimpleNamespace) -> None:
    client = signed_in(world, "coordinator")
    data = table(("Nuremberg", "POP01", w.YEAR, 22.5), ("vienna", "POP01", w.YEAR, 33), ("Vienna", "POP02", w.YEAR, "many"))
    address = str(send(client, data, "network.xlsx", to=NETWORK).location)
    text = words(client.get(address))
    assert "2 new" in text
    assert "many" in text
    assert "Whole network" in text
    assert decide(client, address, only_good="1").status_code == 303
    assert "took over 2 values" in words(client.get(address))
    assert w.values(world) == {("POP01", ""): "22.5"}
    assert w.values(world, "vienna") == {("POP01", ""): "33"}
    assert client.post(f"{address}/undo").status_code == 303
    assert "2 values are again as they were before" in words(client.get(address))
    assert signed_in(world, "paula").get(address).status_code == 404
    assert address.removeprefix("http://localhost") in client.get(NETWORK).get_data(as_text=True)


def test_a_table_that_was_overtaken_is_shown_anew(world: SimpleNamespace) -> None:
    client = signed_in(world, "coordinator")
    address = str(send(client, table(("Nuremberg", "POP01", w.YEAR, 22.5)), "network.xlsx", to=NETWORK).location)
    digest = field(client.get(address), "digest")
    w.type_in(world, "30")
    assert client.post(f"{address}/accept", data={"digest": digest}).status_code == 303
    text = words(client.get(address))
    assert "Values have changed since you accepted" in text
    assert "1 changed" in text
    assert w.values(world) == {("POP01", ""): "30"}


# --- in other scripts ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["de", "ar-xb"])
def test_a_workbook_in_another_language_comes_in(world: SimpleNamespace, paula: PortalClient, language: str) -> None:
    data = w.workbook(world, {"POP01|": {"value": "21,5"}}, language=language)
    answer = send(paula, data, reads_as="de")
    assert answer.status_code == 303, words(answer)
    address = str(answer.location).replace("/en/", f"/{language}/")
    assert paula.get(address).status_code == 200
    decide(paula, address)
    assert w.values(world) == {("POP01", ""): "21.5"}


# --- the command line ---------------------------------------------------------------------------------------


@pytest.fixture
def command(world: SimpleNamespace, monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> Any:
    monkeypatch.setattr("icportal.app.create_app", lambda *_, **__: world.app)

    def command(name: str, data: bytes, *more: str, year: int = w.YEAR) -> Any:
        file = tmp_path / "values.xlsx"
        file.write_bytes(data)
        db.session.rollback()
        arguments = ["indicators", name, str(file), "--city", w.CITY, "--year", str(year), *more]
        return Context().run(CliRunner().invoke, portal, arguments)

    return command


def test_check_prints_the_verdicts_and_writes_nothing(world: SimpleNamespace, command: Any) -> None:
    fine = command("check", w.workbook(world, GOOD))
    assert fine.exit_code == 0, fine.output
    assert "new 3" in fine.output
    bad = command("check", w.workbook(world, GOOD | {"POP02|": {"value": "about a fifth"}}))
    assert bad.exit_code == 1
    assert "about a fifth" in bad.output
    assert "POP02" in bad.output
    assert command("check", b"no workbook").exit_code == 2
    assert command("check", w.workbook(world, GOOD), year=2020).exit_code == 2
    assert w.values(world) == {}
    assert db.session.scalars(select(ImportBatch)).first() is None


def test_import_takes_over_everything_or_nothing(world: SimpleNamespace, command: Any) -> None:
    bad = w.workbook(world, GOOD | {"POP02|": {"value": "about a fifth"}})
    refused = command("import", bad, "--as", "paula@example.eu")
    assert refused.exit_code == 1
    assert w.values(world) == {}
    assert db.session.scalars(select(ImportBatch)).first() is None
    good = command("import", bad, "--as", "paula@example.eu", "--only-good")
    assert good.exit_code == 0, good.output
    assert "3 values" in good.output
    assert len(w.values(world)) == 3
    assert only_batch().state == BatchState.ACCEPTED
    assert command("import", b"no workbook", "--as", "paula@example.eu").exit_code == 2
    stranger = command("import", w.workbook(world, GOOD), "--as", "vera@example.eu")
    assert stranger.exit_code == 1
    assert services.import_for(only_batch().id, actor=w.actor(world, "paula")).created_by == world.people["paula"]
