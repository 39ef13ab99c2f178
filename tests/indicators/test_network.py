"""A network's table of many cities: read in blocks, applied whole by city and year, taken back."""

from __future__ import annotations

import io
from decimal import Decimal
from pathlib import Path
from typing import Any

import indicator_world as world
import openpyxl
import pytest
import rustpy_xlsxwriter
from click.testing import CliRunner
from flask import Flask
from workbooks import fill

from icportal.cli.indicators import indicators
from icportal.core import files
from icportal.core.actors import SYSTEM
from icportal.core.db import db
from icportal.core.errors import DomainError, InvalidTransition, NotAllowed, Stale
from icportal.core.filetypes import FileKind
from icportal.indicators import services
from icportal.indicators.enums import BatchScope, BatchState, Bound, Missing
from icportal.indicators.exchange.network_child import HEADERS
from icportal.indicators.exchange.writing import write_workbook
from icportal.indicators.findings import Finding
from icportal.indicators.models import ImportBatch, ImportCell, PublishedObservation
from icportal.indicators.services import network
from icportal.indicators.workbooks import network_spec, spec_for

GOOD = ("vienna", "POP01", "", "2022", 24.6, "", "", "")


def table(*rows: tuple[Any, ...], header: tuple[str, ...] = HEADERS) -> bytes:
    out = io.BytesIO()
    rustpy_xlsxwriter.write_worksheet([dict(zip(header, row, strict=True)) for row in rows], out)
    return out.getvalue()


def received(data: bytes, reads_as: str = "en") -> ImportBatch:
    stored = files.keep(data, "table.xlsx", kind=FileKind.WORKBOOK, actor=SYSTEM)
    batch = ImportBatch(scope=BatchScope.NETWORK, file_id=stored.id, sha256=stored.sha256, reads_as=reads_as)
    db.session.add(batch)
    db.session.flush()
    network.check_network(batch)
    db.session.commit()
    return batch


def accept(batch: ImportBatch, **options: Any) -> Any:
    done = network.accept_network(batch, actor=world.coordinator(), seen_digest=batch.plan_digest, **options)
    db.session.commit()
    return done


def refusals(batch: ImportBatch) -> dict[str, list[str]]:
    cells = db.session.query(ImportCell).filter_by(batch_id=batch.id, outcome="refused").order_by(ImportCell.id)
    return {cell.cell: [Finding.of(problem).code for problem in cell.problems] for cell in cells}


def now_at(*place: Any) -> Any:
    key = world.key(*place)
    return services.current_of([key])[key]


@pytest.mark.databases
def test_rows_of_many_cities_are_written_with_their_history(seeded_app: Flask) -> None:
    with seeded_app.app_context():
        batch = received(table(GOOD, ("nuremberg", "EMP01", "origin=foreign_born;sex=f", "2021", 51.2, "ep", "", "register")))
        assert batch.counts == {"new": 2, "blocked": 0}
        assert accept(batch)["written"] == 2
        vienna, nuremberg = now_at("vienna", "POP01"), now_at("nuremberg", "EMP01", "origin=foreign_born;sex=f", "2021")
        assert (vienna.amount, vienna.number, vienna.how, vienna.batch_id) == (Decimal("24.6"), 1, "imported", batch.id)
        assert (nuremberg.amount, nuremberg.statuses, nuremberg.note, nuremberg.unit) == (
            Decimal("51.2"),
            "ep",
            "register",
            "percent",
        )
        again = received(table(GOOD))
        assert again.counts == {"unchanged": 1, "blocked": 0}
        with pytest.raises(DomainError, match="nothing to accept"):
            accept(again)


@pytest.mark.databases
def test_undo_restores_what_stood_before_and_keeps_later_edits(seeded_app: Flask) -> None:
    with seeded_app.app_context():
        world.put("vienna", 2022, {"POP01": world.entry(20, code="POP01", note="by hand", geography="region")})
        batch = received(
            table(GOOD, ("vienna", "POP02", "", "2022", 30, "", "", ""), ("vienna", "POP03", "", "2022", 40, "", "", ""))
        )
        assert batch.counts["changed"] == 1
        accept(batch)
        changed = now_at("vienna", "POP01")
        assert (changed.amount, changed.geography, changed.number) == (Decimal("24.6"), "region", 2)
        world.put("vienna", 2022, {"POP03": 41})
        assert dict(network.undo_network(batch, actor=world.coordinator())) == {"restored": 2, "kept": 1}
        db.session.commit()
        db.session.expire_all()
        assert (now_at("vienna", "POP01").amount, now_at("vienna", "POP01").note, now_at("vienna", "POP01").number) == (
            20,
            "by hand",
            3,
        )
        assert now_at("vienna", "POP02").missing == Missing.REMOVED
        assert now_at("vienna", "POP03").amount == 41
        with pytest.raises(InvalidTransition):
            network.undo_network(batch, actor=world.coordinator())


def test_a_refused_row_holds_back_its_city_and_year_and_no_other(seeded_app: Flask) -> None:
    with seeded_app.app_context():
        batch = received(
            table(GOOD, ("vienna", "POP02", "", "2022", "many", "", "", ""), ("oslo", "POP01", "", "2022", 25, "", "", ""))
        )
        assert (batch.counts["refused"], batch.counts["blocked"]) == (1, 1)
        done = accept(batch)
        assert (done["written"], done["left_out"]) == (1, 1)
        assert now_at("oslo", "POP01").amount == 25
        assert world.key("vienna", "POP01") not in services.current_of([world.key("vienna", "POP01")])


def test_the_good_rows_alone_when_that_is_chosen(seeded_app: Flask) -> None:
    with seeded_app.app_context():
        batch = received(table(GOOD, ("vienna", "POP02", "", "2022", "many", "", "", "")))
        assert accept(batch, only_good=True)["written"] == 1
        assert now_at("vienna", "POP01").amount == Decimal("24.6")


def test_every_refusal_names_its_cell_and_cause(seeded_app: Flask) -> None:
    with seeded_app.app_context():
        batch = received(
            table(
                ("Atlantis", "POP01", "", "2022", 1, "", "", ""),
                ("vienna", "XYZ", "", "2022", 1, "", "", ""),
                ("vienna", "POP01", "sex=q", "2022", 1, "", "", ""),
                ("vienna", "POP01", "", "22", 1, "", "", ""),
                ("vienna", "POP01", "", "2022", 1, "q", "", ""),
                ("vienna", "POP01", "", "2022", 1, "", "Q", ""),
                ("vienna", "POP01", "", "2022", 1.23456789, "", "", ""),
                ("vienna", "POP02", "", "2022", 1, "", "", "x" * 2001),
                ("vienna", "POP03", "", "2022", 1, "", "", ""),
                ("Wien", "pop03", "", "2022", 2, "", "", ""),
            )
        )
        assert refusals(batch) == {
            "E2": ["network.city"],
            "E3": ["network.indicator"],
            "E4": ["network.breakdown"],
            "E5": ["cell.period"],
            "E6": ["cell.unknown_flag"],
            "E7": ["cell.unknown_choice"],
            "E8": ["network.decimals"],
            "E9": ["cell.too_long"],
            "E10": ["network.twice"],
            "E11": ["network.twice"],
        }
        sentences = [str(Finding.of(problem)) for cell in db.session.query(ImportCell) for problem in cell.problems]
        assert all(sentence and "%(" not in sentence for sentence in sentences)


def test_text_is_read_as_chosen_and_old_letters_are_mapped(seeded_app: Flask) -> None:
    with seeded_app.app_context():
        batch = received(
            table(
                ("vienna", "POP01", "", "2022", "24,6", "s", "", ""),
                ("vienna", "POP02", "", "2022", ":", "", "", ""),
                ("vienna", "POP03", "", "2022", "< 5", "c", "", ""),
                ("vienna", "EMP01", "", "2022", "", "", "", ""),
            ),
            reads_as="de",
        )
        assert refusals(batch) == {}
        accept(batch)
        assert (now_at("vienna", "POP01").amount, now_at("vienna", "POP01").statuses) == (Decimal("24.6"), "i")
        assert now_at("vienna", "POP02").missing == Missing.NOT_AVAILABLE
        assert (now_at("vienna", "POP03").bound, now_at("vienna", "POP03").confidentiality) == (Bound.AT_MOST, "C")
        assert batch.counts["empty"] == 1


def test_errors_formulas_percentages_and_dates_are_not_taken_for_empty_cells(seeded_app: Flask) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(HEADERS)
    for code in ("POP01", "POP02", "POP03", "EMP01", "EMP02"):
        sheet.append(["vienna", code, "", "2022", 1, "", "", ""])
    sheet["E2"].value, sheet["E2"].data_type = "#REF!", "e"
    sheet["E3"] = "=1+1"
    sheet["E4"], sheet["E4"].number_format = 0.123, "0.0%"
    sheet["E5"], sheet["E5"].number_format = 44927, "dd.mm.yyyy"
    out = io.BytesIO()
    book.save(out)
    with seeded_app.app_context():
        batch = received(out.getvalue())
        assert refusals(batch) == {"E2": ["cell.error"], "E3": ["cell.no_value"], "E5": ["cell.date"]}
        accept(batch, only_good=True)
        assert now_at("vienna", "POP03").amount == Decimal("12.3")
        assert now_at("vienna", "EMP02").amount == 1


def test_implausible_values_are_asked_about_and_not_refused(seeded_app: Flask) -> None:
    with seeded_app.app_context():
        batch = received(
            table(
                ("vienna", "POP01", "", "2021", 20, "", "", ""),
                ("vienna", "POP01", "", "2022", 60, "", "", ""),
                ("vienna", "POP01", "origin=eu_born", "2022", 40, "", "", ""),
                ("vienna", "POP01", "origin=non_eu_born", "2022", 40, "", "", ""),
                ("vienna", "POP03", "", "2022", 123, "", "", ""),
            )
        )
        warned = {
            cell.cell: [Finding.of(warning).code for warning in cell.warnings]
            for cell in db.session.query(ImportCell)
            if cell.warnings
        }
        assert warned == {"E3": ["network.jump", "network.parts"], "E6": ["network.share"]}
        assert accept(batch)["written"] == 5


def test_what_changed_since_the_preview_is_not_applied_unseen(seeded_app: Flask) -> None:
    with seeded_app.app_context():
        batch = received(table(GOOD))
        world.put("vienna", 2022, {"POP01": 23})
        with pytest.raises(Stale):
            network.accept_network(batch, actor=world.coordinator(), seen_digest=batch.plan_digest)
        assert now_at("vienna", "POP01").amount == 23
        network.check_network(batch)
        assert batch.counts == {"changed": 1, "blocked": 0}
        assert now_at("vienna", "POP01").amount == 23


def test_values_in_review_are_left_alone(seeded_app: Flask) -> None:
    with seeded_app.app_context():
        world.put("vienna", 2022, {"POP01": 23})
        world.submit("vienna", 2022)
        batch = received(table(GOOD))
        assert refusals(batch) == {"E2": ["network.in_review"]}


def test_publishing_after_an_import_shows_it_and_needs_reading_it_first(seeded_app: Flask) -> None:
    with seeded_app.app_context():
        world.put("vienna", 2022, {"POP01": 23})
        read = services.digest(world.delivery("vienna", 2022))
        accept(received(table(GOOD)))
        assert services.digest(world.delivery("vienna", 2022)) != read


def test_a_table_without_our_columns_is_refused_whole(seeded_app: Flask) -> None:
    with seeded_app.app_context():
        batch = received(table(("vienna", 1), header=("town", "number")))
        assert batch.state == BatchState.REFUSED
        assert "city, indicator" in str(Finding.of(batch.problems[0]))


def test_columns_may_stand_in_any_order(seeded_app: Flask) -> None:
    header = ("value", "conf", "period", "Indicator", "CITY", "breakdown", "of whom")
    with seeded_app.app_context():
        batch = received(table((24.6, "C", "2022", "POP01", "vienna", "sex=f", "women"), header=header))
        assert batch.counts == {"new": 1, "blocked": 0}
        assert "of whom" in str(Finding.of(batch.problems[0])), "what was not read is told"
        accept(batch)
        assert now_at("vienna", "POP01", "sex=f").confidentiality == "C"


def test_a_table_that_could_lose_a_secret_or_a_breakdown_is_refused(seeded_app: Flask) -> None:
    with seeded_app.app_context():
        for header in (("city", "indicator", "period", "value", "conf"), ("city", "indicator", "breakdown", "period", "value")):
            batch = received(table(("vienna", "POP01", "", "2022", 1)[: len(header)], header=header))
            assert batch.state == BatchState.REFUSED


def test_of_two_rows_that_differ_in_secrecy_neither_is_taken(seeded_app: Flask) -> None:
    with seeded_app.app_context():
        batch = received(table(GOOD, ("vienna", "POP01", "", "2022", 24.6, "", "C", ""), GOOD))
        assert refusals(batch) == {"E2": ["network.twice"], "E3": ["network.twice"], "E4": ["network.twice"]}
        assert received(table(GOOD, GOOD)).counts == {"new": 1, "blocked": 0}


def test_the_preview_shows_what_would_be_overwritten(seeded_app: Flask) -> None:
    with seeded_app.app_context():
        old = world.put("vienna", 2022, {"POP01": 20})[0]
        batch = received(table(GOOD, ("vienna", "POP02", "", "2022", 30, "", "", "")))
        cells = {cell.outcome: cell for cell in db.session.query(ImportCell).filter_by(batch_id=batch.id)}
        assert (cells["changed"].previous_id, cells["changed"].entry["amount"]) == (old.id, "24.6")
        assert cells["new"].entry["amount"] == "30"


def test_undoing_does_not_bring_back_another_import_that_was_undone(seeded_app: Flask) -> None:
    with seeded_app.app_context():
        first, second = (received(table(("vienna", "POP01", "", "2022", value, "", "", ""))) for value in (10, 20))
        accept(first)
        network.check_network(second)
        accept(second)
        assert dict(network.undo_network(first, actor=world.coordinator())) == {"restored": 0, "kept": 1}
        network.undo_network(second, actor=world.coordinator())
        db.session.commit()
        db.session.expire_all()
        assert now_at("vienna", "POP01").missing == Missing.REMOVED


def test_undoing_the_newest_first_goes_back_step_by_step(seeded_app: Flask) -> None:
    with seeded_app.app_context():
        world.put("vienna", 2022, {"POP01": 5})
        first, second = (received(table(("vienna", "POP01", "", "2022", value, "", "", ""))) for value in (10, 20))
        accept(first)
        network.check_network(second)
        accept(second)
        for batch, stands in ((second, 10), (first, 5)):
            assert dict(network.undo_network(batch, actor=world.coordinator())) == {"restored": 1, "kept": 0}
            db.session.commit()
            db.session.expire_all()
            assert now_at("vienna", "POP01").amount == stands
            assert now_at("vienna", "POP01").batch_id == batch.id, "the history says which import was undone"


def test_a_table_is_read_as_tolerantly_as_a_workbook(seeded_app: Flask) -> None:
    with seeded_app.app_context():
        batch = received(
            table(
                ("vienna", "POP01", "", "06/2022", 24.6, "e, p", "C – confidential", ""),
                ("vienna", "POP02", "", "2022", 30, "c", "F", ""),
                ("vienna", "CIT05", "measure=exists", "2022", 7, "", "", ""),
            )
        )
        assert refusals(batch) == {"E4": ["cell.yes_no"]}
        accept(batch, only_good=True)
        month = now_at("vienna", "POP01", "", "2022-06")
        assert (month.statuses, month.confidentiality) == ("ep", "C")
        assert now_at("vienna", "POP02").confidentiality == "C", "a letter of the old list is not undone by a plain F"


def test_a_jump_is_measured_against_the_last_round_even_years_ago(seeded_app: Flask) -> None:
    with seeded_app.app_context():
        world.put("vienna", 2018, {"POP01": 10})
        received(table(("vienna", "POP01", "", "2022", 60, "", "", "")))
        cell = db.session.query(ImportCell).one()
        assert [Finding.of(warning).params["period"] for warning in cell.warnings] == ["2018"]


def test_freeing_a_secret_is_asked_about(seeded_app: Flask) -> None:
    with seeded_app.app_context():
        world.put("vienna", 2022, {"POP01": world.entry(20, code="POP01", confidentiality="C")})
        received(table(("vienna", "POP01", "", "2022", 20, "", "F", "")))
        assert [Finding.of(warning).code for warning in db.session.query(ImportCell).one().warnings] == ["network.freed"]


def test_a_city_cannot_import_for_the_network(seeded_app: Flask) -> None:
    with seeded_app.app_context():
        batch = received(table(GOOD))
        with pytest.raises(NotAllowed):
            network.accept_network(batch, actor=world.officer("vienna"), seen_digest=batch.plan_digest)


def workbook_of(*slugs: str, year: int = 2022) -> bytes:
    return write_workbook(network_spec([world.city(slug) for slug in slugs], year, "en", codes=["POP01", "POP02"]))


def test_the_workbook_of_several_cities_comes_in_with_its_caveats(seeded_app: Flask) -> None:
    with seeded_app.app_context():
        data = fill(
            workbook_of("vienna", "oslo"),
            {
                "vienna|POP01|": {"value": 24.6, "status": "d", "geography": "region", "note": "register"},
                "oslo|POP02|sex=f": {"value": "<5", "conf": "C"},
                "oslo|POP01|": {"value": "many"},
            },
        )
        batch = received(data)
        assert batch.state == BatchState.CHECKED, batch.problems
        assert (batch.counts["new"], batch.counts["refused"], batch.counts["blocked"]) == (2, 1, 1)
        refused = db.session.query(ImportCell).filter_by(batch_id=batch.id, outcome="refused").one()
        assert refused.sheet != "1"
        assert accept(batch, only_good=True)["written"] == 2
        vienna = now_at("vienna", "POP01")
        assert (vienna.amount, vienna.statuses, vienna.geography, vienna.note) == (Decimal("24.6"), "d", "region", "register")
        oslo = now_at("oslo", "POP02", "sex=f")
        assert (oslo.bound, oslo.confidentiality) == (Bound.AT_MOST, "C")


def test_a_value_changed_after_the_workbook_was_made_is_not_overwritten_unseen(seeded_app: Flask) -> None:
    with seeded_app.app_context():
        world.put("vienna", 2022, {"POP01": 20})
        data = fill(workbook_of("vienna"), {"vienna|POP01|": {"value": 24.6}})
        world.put("vienna", 2022, {"POP01": 21})
        batch = received(data)
        cell = db.session.query(ImportCell).filter_by(batch_id=batch.id, outcome="refused").one()
        assert [Finding.of(problem).code for problem in cell.problems] == ["network.overtaken"]


def test_a_workbook_of_one_city_is_not_taken_for_the_networks(seeded_app: Flask) -> None:
    with seeded_app.app_context():
        batch = received(write_workbook(spec_for(world.city("vienna"), 2022, "en")))
        assert batch.state == BatchState.REFUSED
        assert "Vienna" in str(Finding.of(batch.problems[0]))


def test_an_empty_cell_frees_no_secret(seeded_app: Flask) -> None:
    with seeded_app.app_context():
        world.put("vienna", 2022, {"POP01": world.entry(20, code="POP01", confidentiality="C", statuses="e", note="by hand")})
        assert received(table(("vienna", "POP01", "", "2022", 20, "", "", ""))).counts == {"unchanged": 1, "blocked": 0}
        accept(received(table(("vienna", "POP01", "", "2022", 21, "", "", ""))))
        assert (now_at("vienna", "POP01").amount, now_at("vienna", "POP01").confidentiality) == (21, "C")
        accept(received(table(("vienna", "POP01", "", "2022", 21, "", "F", ""))))
        assert now_at("vienna", "POP01").confidentiality == "F"


def test_a_public_value_that_becomes_confidential_leaves_the_public_at_once(seeded_app: Flask) -> None:
    with seeded_app.app_context():
        world.put("vienna", 2024, {"POP01": 24.6})
        world.publish("vienna", 2024)
        accept(received(table(("vienna", "POP01", "", "2024", 24.6, "", "C", ""))))
        public = db.session.query(PublishedObservation).filter_by(city_id=world.city("vienna").id, year=2024).one()
        assert (public.amount, public.confidentiality) == (None, "C")


def command(app: Flask, monkeypatch: pytest.MonkeyPatch, *arguments: str) -> Any:
    monkeypatch.setattr("icportal.app.create_app", lambda *_: app)
    return CliRunner().invoke(indicators, ["network", *arguments])


def test_the_command_line_does_the_same(seeded_app: Flask, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    who = ("--as", "coordinator@demo.example")
    made = command(seeded_app, monkeypatch, "template", "--year", "2024", "--cities", "vienna,oslo", str(tmp_path / "all.xlsx"))
    assert made.exit_code == 0, made.output
    (tmp_path / "good.xlsx").write_bytes(fill((tmp_path / "all.xlsx").read_bytes(), {"oslo|POP01|": {"value": 25.1}}))
    (tmp_path / "bad.xlsx").write_bytes(table(("oslo", "POP01", "", "2024", "many", "", "", "")))
    (tmp_path / "none.xlsx").write_bytes(b"no workbook")
    assert command(seeded_app, monkeypatch, "check", *who, str(tmp_path / "good.xlsx")).exit_code == 0
    refused = command(seeded_app, monkeypatch, "check", *who, str(tmp_path / "bad.xlsx"))
    assert refused.exit_code == 1
    assert "E2" in refused.output
    with seeded_app.app_context():
        assert db.session.query(ImportBatch).count() == 0, "checking leaves nothing behind"
    assert command(seeded_app, monkeypatch, "import", *who, str(tmp_path / "bad.xlsx")).exit_code == 1
    assert command(seeded_app, monkeypatch, "import", *who, str(tmp_path / "none.xlsx")).exit_code != 0
    done = command(seeded_app, monkeypatch, "import", *who, str(tmp_path / "good.xlsx"))
    assert done.exit_code == 0, done.output
    with seeded_app.app_context():
        assert now_at("oslo", "POP01", "", "2024").amount == Decimal("25.1")
    other = command(seeded_app, monkeypatch, "import", "--as", "officer.oulu@demo.example", str(tmp_path / "good.xlsx"))
    assert other.exit_code == 1
