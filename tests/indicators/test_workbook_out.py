"""A workbook as an officer gets it: what stands where, what can be typed in, and that no text ever becomes a formula."""

from __future__ import annotations

import csv
import io
import time
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from click.testing import CliRunner
from flask import Flask
from harness import PortalClient, statements
from people import Person
from sqlalchemy import select

from icportal.accounts.models import RoleGrant, User
from icportal.cities.models import City
from icportal.cities.queries import get_city
from icportal.cli.indicators import indicators
from icportal.core.actors import Actor, Grant, Role
from icportal.core.db import db
from icportal.core.errors import DomainError, NotAllowed, NotFound, Stale
from icportal.indicators import services, workbooks
from icportal.indicators.catalogue import catalogue
from icportal.indicators.entries import Entry, Key
from icportal.indicators.exchange.layout import COLUMNS, FIRST_ROW, HIDDEN, IDENTITY, LISTS_SHEET, LOCKED, META_SHEET, Identity
from icportal.indicators.exchange.reading import ReadingContext, read_workbook
from icportal.indicators.exchange.tables import guarded, write_table
from icportal.indicators.exchange.writing import LISTS, Issue, write_workbook
from icportal.indicators.models import Department, MigrantDefinition
from icportal.indicators.services import Change, delivering, sharing_out

COORDINATOR = Actor(id=None, name="Coordinator", grants=frozenset({Grant(Role.COORDINATOR)}))
DANGEROUS = ["=1+1", "@x", "+49 911", "-2+3", "\t=1", '=HYPERLINK("http://x.org")', "{=1}", "http://x.org", "42"]


@pytest.fixture
def portal(seeded_app: Flask) -> Iterator[Flask]:
    with seeded_app.app_context():
        yield seeded_app


def written(spec: Any, **more: Any) -> Any:
    return openpyxl.load_workbook(io.BytesIO(write_workbook(spec, **more)))


def data_of(book: Any) -> Any:
    """The sheet with the values: the one that has codes in its first row."""
    return next(sheet for sheet in book if sheet["A1"].value == "key")


def cell(sheet: Any, key: str, column: str) -> Any:
    row = next(row for row in range(FIRST_ROW, sheet.max_row + 1) if sheet.cell(row, 1).value == key)
    return sheet.cell(row, COLUMNS.index(column) + 1)


def enter(city: City, year: int, code: str, breakdown: str = "", period: str = "", **entry: Any) -> None:
    """A value the city has delivered."""
    known = catalogue("en")[code]
    key = Key(city.id, known.indicator_id, breakdown, period or str(year))
    said = Entry(**{"unit": known.unit_of(breakdown), **entry})
    services.record([Change(key, known.version_id, said)], actor=COORDINATOR)


# --- what stands where


def test_a_workbook_says_three_times_what_it_is(portal: Flask) -> None:
    spec = workbooks.spec_for(get_city("nuremberg"), 2024, "de")
    book = written(spec)
    wanted = spec.identity.written()
    assert Identity.read(wanted).city == "nuremberg"
    assert book.custom_doc_props[IDENTITY].value == wanted
    assert book.defined_names[IDENTITY].attr_text.strip('"') == wanted
    assert book[META_SHEET]["B1"].value == wanted
    assert book[META_SHEET].sheet_state != "visible"
    assert book[LISTS_SHEET].sheet_state != "visible"


def test_every_asked_value_has_one_row_with_its_key(portal: Flask) -> None:
    sheet = data_of(written(workbooks.spec_for(get_city("nuremberg"), 2024, "de")))
    assert tuple(each.value for each in sheet[1]) == COLUMNS
    asked = [f"{each.code}|{key}" for each in catalogue("de", asked_only=True).values() for key in each.rows]
    assert [sheet.cell(row, 1).value for row in range(FIRST_ROW, sheet.max_row + 1)] == asked
    assert len(asked) > 300
    assert sheet.row_dimensions[1].hidden
    assert hidden_columns(sheet) == HIDDEN


def hidden_columns(sheet: Any) -> set[str]:
    """Columns that look alike are kept as one entry from the first to the last of them."""
    spans = [each for each in sheet.column_dimensions.values() if each.hidden]
    return {COLUMNS[place - 1] for each in spans for place in range(each.min, min(each.max, len(COLUMNS)) + 1)}


def letter(place: int) -> str:
    return openpyxl.utils.get_column_letter(place + 1)


def test_only_what_is_asked_can_be_typed_in(portal: Flask) -> None:
    sheet = data_of(written(workbooks.spec_for(get_city("nuremberg"), 2024, "de")))
    assert sheet.protection.sheet
    assert not sheet.protection.password
    for allowed in ("formatColumns", "formatRows", "formatCells", "sort", "autoFilter"):
        assert getattr(sheet.protection, allowed) is False, allowed
    for row in sheet.iter_rows(min_row=FIRST_ROW):
        for place, each in enumerate(row):
            assert each.protection.locked is (COLUMNS[place] in LOCKED), each.coordinate
    assert all(each.protection.locked for line in (1, 2) for each in sheet[line])


def test_a_workbook_is_made_to_be_worked_with(portal: Flask) -> None:
    book = written(workbooks.spec_for(get_city("nuremberg"), 2024, "de"))
    sheet = data_of(book)
    assert sheet.freeze_panes == f"{letter(COLUMNS.index('breakdown'))}{FIRST_ROW}"
    assert sheet.auto_filter.ref == f"A2:{letter(len(COLUMNS) - 1)}{sheet.max_row}"
    assert not sheet.merged_cells.ranges
    for each in book:
        assert (each.page_setup.orientation, each.page_setup.paperSize) == ("landscape", 9)
    assert sheet.print_title_rows == "$2:$2"
    assert not sheet.sheet_view.rightToLeft


def test_lists_stand_on_a_hidden_sheet_behind_names(portal: Flask) -> None:
    book = written(workbooks.spec_for(get_city("vienna"), 2024, "de"))
    sheet = data_of(book)
    rules = {letter(next(iter(rule.sqref.ranges)).min_col - 1): rule for rule in sheet.data_validations.dataValidation}
    for code, name in LISTS.items():
        rule = rules[letter(COLUMNS.index(code))]
        if rule.type is None:
            assert code == "definition"
            continue
        assert (rule.type, rule.formula1) == ("list", name)
        assert rule.error
        place = book.defined_names[name].attr_text
        entries = [row[0].value for row in book[LISTS_SHEET][place.rpartition("!")[2].replace("$", "")]]
        assert all(entries), name
    assert all(rule.prompt and len(rule.prompt) <= 255 for rule in rules.values())
    place = book.defined_names["list_status"].attr_text.rpartition("!")[2].replace("$", "")
    assert [row[0].value.split(" – ")[0] for row in book[LISTS_SHEET][place]] == list("bdefimnpu")


def test_a_definition_of_migrant_is_chosen_by_its_number(portal: Flask) -> None:
    city = get_city("barcelona")
    known = db.session.scalars(select(MigrantDefinition).where(MigrantDefinition.city_id == city.id)).first()
    if known is None:
        known = MigrantDefinition(city_id=city.id, family="foreign_born")
        db.session.add(known)
        db.session.flush()
    spec = workbooks.spec_for(city, 2024, "en")
    assert any(entry.startswith(f"{known.id} – ") for entry in spec.lists["definition"])


def test_units_are_words_and_no_cell_has_a_percent_format(portal: Flask) -> None:
    city = get_city("nuremberg")
    enter(city, 2022, "POP01", amount=Decimal("27.8"))
    enter(city, 2024, "POP01", amount=Decimal("28.1"))
    sheet = data_of(written(workbooks.spec_for(city, 2024, "en")))
    assert cell(sheet, "POP01|", "unit").value == "% (per cent)"
    for row in sheet.iter_rows(min_row=FIRST_ROW):
        assert all("%" not in (each.number_format or "") for each in row)
    assert cell(sheet, "POP01|", "value").value == 28.1


def test_the_last_value_stands_grey_beside_the_empty_cell(portal: Flask) -> None:
    city = get_city("nuremberg")
    enter(city, 2018, "POP01", amount=Decimal("22.5"))
    enter(city, 2022, "POP01", amount=Decimal("27.8"), statuses="be")
    enter(city, 2026, "POP01", amount=Decimal(30))
    sheet = data_of(written(workbooks.spec_for(city, 2024, "en")))
    last = cell(sheet, "POP01|", "previous")
    assert last.value == 27.8
    assert last.number_format == '#,##0.0" (2022, b, e)"'
    assert last.protection.locked
    assert last.fill.fgColor.rgb == "FFE4E7EB"
    assert cell(sheet, "POP01|", "value").value is None
    assert cell(sheet, "POP01|", "period").value == "2024"
    assert cell(sheet, "POP01|", "seen").value == 0


def test_what_was_delivered_already_stands_there(portal: Flask) -> None:
    city = get_city("nuremberg")
    enter(city, 2024, "POP01", amount=Decimal("28.1"), statuses="de", geography="metropolitan", source="Register", note="=1+1")
    enter(city, 2024, "POP01", amount=Decimal("28.3"), statuses="d", bound="about", source_kind="register", note="=1+1")
    enter(city, 2024, "POP02", catalogue("en")["POP02"].rows[0], missing="not_available")
    sheet = data_of(written(workbooks.spec_for(city, 2024, "en")))
    found = {code: cell(sheet, "POP01|", code).value for code in COLUMNS[7:]}
    assert found["value"] == 28.3
    assert (found["status"], found["bound"]) == ("d – definition differs", "about – about")
    assert (found["source_kind"], found["note"], found["geography"]) == ("register – register", "=1+1", None)
    assert cell(sheet, "POP01|", "seen").value == 2
    assert cell(sheet, f"POP02|{catalogue('en')['POP02'].rows[0]}", "value").value == ":"


def test_a_number_in_another_unit_is_not_put_into_the_row(portal: Flask) -> None:
    city = get_city("nuremberg")
    enter(city, 2024, "POP01", amount=Decimal(140000), unit="persons")
    sheet = data_of(written(workbooks.spec_for(city, 2024, "en")))
    assert cell(sheet, "POP01|", "value").value is None


def test_a_workbook_reads_from_right_to_left_where_one_does(portal: Flask) -> None:
    book = written(workbooks.spec_for(get_city("nuremberg"), 2024, "ar-xb"), issues={"POP01|": [Issue("value", "wrong")]})
    assert all(sheet.sheet_view.rightToLeft for sheet in book)
    assert len(book.sheetnames) == 5
    assert data_of(book)["E3"].alignment.readingOrder == 2


def test_instructions_come_in_the_officers_language(portal: Flask) -> None:
    def words(language: str) -> str:
        sheet = written(workbooks.spec_for(get_city("barcelona"), 2024, language)).worksheets[0]
        return "\n".join(str(each.value) for row in sheet.iter_rows() for each in row if each.value)

    english = words("en")
    for piece in (":", "delete", "0n", "low reliability", "Whom to ask", "Who counts as a migrant", "POP01"):
        assert piece in english
    assert data_of(written(workbooks.spec_for(get_city("barcelona"), 2024, "de")))["C2"].value == "Stadt"


def test_the_catalogue_it_was_made_with_is_known_by_a_short_mark(portal: Flask) -> None:
    known = catalogue("en")
    mark = workbooks.catalogue_digest(known)
    assert len(mark) == 12
    assert mark == workbooks.catalogue_digest(catalogue("fr"))
    newer = {**known, "POP01": replace(known["POP01"], number=2)}
    assert workbooks.catalogue_digest(newer) != mark


def test_there_is_no_workbook_of_an_impossible_year_or_language(portal: Flask) -> None:
    for year, language in ((1890, "en"), (2300, "en"), (2024, "xx")):
        with pytest.raises(NotFound):
            workbooks.spec_for(get_city("nuremberg"), year, language)


def test_a_workbook_is_there_at_once(portal: Flask) -> None:
    city = get_city("nuremberg")
    workbooks.spec_for(city, 2024, "de")
    times = []
    for _try in range(3):
        start = time.perf_counter()
        write_workbook(workbooks.spec_for(city, 2024, "de"))
        times.append(time.perf_counter() - start)
    assert min(times) < 0.6, times


def test_more_values_cost_no_more_queries(portal: Flask) -> None:
    city = get_city("nuremberg")
    with statements(portal) as few:
        workbooks.spec_for(city, 2024, "de")
    for year in (2020, 2022, 2024):
        for code in ("POP01", "POP02"):
            for key in catalogue("en")[code].rows[:3]:
                enter(city, year, code, key, amount=Decimal(12))
    db.session.expire_all()
    with statements(portal) as many:
        workbooks.spec_for(get_city("nuremberg"), 2024, "de")
    assert len(many) <= len(few) + 1


# --- no text becomes a formula


@pytest.mark.parametrize("text", DANGEROUS)
def test_no_text_becomes_a_formula_a_link_or_a_number(portal: Flask, text: str) -> None:
    city = get_city("nuremberg")
    spec = workbooks.spec_for(city, 2024, "en")
    rows = [
        replace(
            spec.rows[0],
            title=text,
            unit=text,
            breakdown=text,
            city=text,
            current=Entry(note=text, source=text, amount=Decimal(1)),
        )
    ]
    spec = replace(spec, rows=rows, city=text, definitions=[(text, text, text, text)], contact=text)
    key = rows[0].key
    issues = {key: [Issue("value", text, text, text)], text: [Issue("note", text)]}
    values = {key: {"value": text, "note": text, "status": text}}
    for book in (written(spec), written(spec, issues=issues, values=values)):
        for sheet in book:
            for row in sheet.iter_rows():
                for each in row:
                    assert each.data_type != "f", (sheet.title, each.coordinate, each.value)
                    if each.value == text.strip() or each.value == text:
                        assert each.data_type == "s"
                        assert each.hyperlink is None
    sheet = data_of(written(spec, issues=issues, values=values))
    assert cell(sheet, key, "value").value == text
    assert cell(sheet, key, "value").quotePrefix
    assert cell(sheet, key, "note").quotePrefix


@pytest.mark.parametrize("form", ["xlsx", "csv"])
def test_no_text_of_a_table_becomes_a_formula(form: str) -> None:
    out = io.BytesIO()
    count = write_table(["a", "b", "c"], [(text, Decimal("-1.5"), None) for text in DANGEROUS], out, form=form)
    assert count == len(DANGEROUS)
    if form == "xlsx":
        sheet = openpyxl.load_workbook(out).active
        assert [(row[0].value, row[0].data_type) for row in sheet.iter_rows(min_row=2)] == [(text, "s") for text in DANGEROUS]
        assert {row[1].value for row in sheet.iter_rows(min_row=2)} == {-1.5}
    else:
        lines = out.getvalue().decode("utf-8-sig").splitlines()
        assert lines[1] == "'=1+1,-1.5,"
        assert not any(line.startswith(("=", "@", "+", "-", "\t")) for line in lines)


def test_the_guard_leaves_numbers_alone() -> None:
    assert [guarded(each) for each in ("-5", "-1.5e3", "+7", "-", "−5", "＝1", "plain", -5, None)] == [
        "-5", "-1.5e3", "+7", "'-", "−5", "'＝1", "plain", -5, None,
    ]  # fmt: skip


def test_an_empty_table_has_its_header() -> None:
    for form in ("xlsx", "csv"):
        out = io.BytesIO()
        assert write_table(["a", "b"], [], out, form=form) == 0
        if form == "xlsx":
            assert [each.value for each in openpyxl.load_workbook(out).active[1]] == ["a", "b"]
        else:
            assert out.getvalue().decode("utf-8-sig") == "a,b\r\n"


# --- the network


def test_a_network_has_one_workbook_without_confidential_numbers(portal: Flask) -> None:
    cities = [get_city("nuremberg"), get_city("vienna")]
    enter(cities[0], 2022, "POP01", amount=Decimal("77.7"), confidentiality="C", note="secret note")
    enter(cities[0], 2024, "EMP01", catalogue("en")["EMP01"].rows[0], amount=Decimal("66.6"), confidentiality="N")
    enter(cities[1], 2022, "POP01", amount=Decimal("40.5"))
    spec = workbooks.network_spec(cities, 2024, "en", families=["demography", "employment"])
    assert spec.identity.city == ""
    data = write_workbook(spec)
    book = openpyxl.load_workbook(io.BytesIO(data))
    everything = {str(each.value) for sheet in book for row in sheet.iter_rows() for each in row}
    assert not everything & {"77.7", "66.6", "secret note"}
    sheet = data_of(book)
    assert cell(sheet, "nuremberg|POP01|", "previous").value == "withheld (2022)"
    assert cell(sheet, f"nuremberg|EMP01|{catalogue('en')['EMP01'].rows[0]}", "previous").value == "withheld (2024)"
    assert cell(sheet, "vienna|POP01|", "previous").value == 40.5
    own = data_of(written(workbooks.spec_for(cities[0], 2024, "en")))
    assert cell(own, "POP01|", "previous").value == 77.7


def test_a_network_workbook_refuses_what_no_sheet_can_hold(portal: Flask) -> None:
    cities = list(db.session.scalars(select(City)))
    with pytest.raises(DomainError, match="Choose fewer"):
        workbooks.network_spec(cities * 10, 2024, "en")
    with pytest.raises(DomainError, match="at least one city"):
        workbooks.network_spec([], 2024, "en")
    with pytest.raises(DomainError, match="No indicator"):
        workbooks.network_spec(cities[:1], 2024, "en", codes=["NONE"])
    assert {row.code for row in workbooks.network_spec(cities[:2], 2024, "en", codes=["POP01"]).rows} == {"POP01"}


def test_queries_for_a_network_do_not_grow_with_its_cities(portal: Flask) -> None:
    cities = list(db.session.scalars(select(City)))
    workbooks.network_spec(cities[:1], 2024, "en")
    with statements(portal) as one:
        workbooks.network_spec(cities[:1], 2024, "en")
    with statements(portal) as many:
        workbooks.network_spec(cities[:12], 2024, "en")
    assert len(many) == len(one)


# --- what has to be mended


def test_the_error_workbook_has_the_persons_values_and_leads_to_each_mistake(portal: Flask) -> None:
    city = get_city("nuremberg")
    enter(city, 2024, "POP01", amount=Decimal("28.1"))
    spec = workbooks.spec_for(city, 2024, "en")
    second = spec.rows[1].key
    issues = {
        "POP01|": [Issue("value", "Two numbers in one cell.", "Write one.", "about 12 or 13"), Issue("status", "No flag z.")],
        "GONE|": [Issue("key", "There is no such row.")],
    }
    values = {
        "POP01|": {"value": "about 12 or 13", "status": "z", "seen": "0", "note": "=1+1"},
        second: {"value": 12.5, "status": "e"},
    }
    book = written(spec, issues=issues, values=values)
    sheet = data_of(book)
    bad = cell(sheet, "POP01|", "value")
    assert (bad.value, bad.fill.fgColor.rgb) == ("about 12 or 13", "FFFFC7CE")
    assert bad.comment.text == "Two numbers in one cell. Write one."
    assert cell(sheet, "POP01|", "status").comment.text == "No flag z."
    assert cell(sheet, "POP01|", "seen").value == 0
    assert bad.protection.locked is False
    fine = cell(sheet, second, "value")
    assert (fine.value, fine.comment, fine.fill.fgColor.rgb) == (12.5, None, "FFFFFFFF")
    assert cell(sheet, second, "status").value == "e – estimated"
    assert cell(sheet, spec.rows[2].key, "value").value is None
    first = book.worksheets[0]
    assert first.title == "Things to mend"
    lines = [[each.value for each in row] for row in first.iter_rows(min_row=3)]
    assert [line[1] for line in lines] == [bad.coordinate, cell(sheet, "POP01|", "status").coordinate, None]
    assert lines[0][4:] == ["about 12 or 13", "Two numbers in one cell.", "Write one."]
    assert first["B3"].hyperlink.location == f"'{sheet.title}'!{bad.coordinate}"
    assert book.custom_doc_props[IDENTITY].value == spec.identity.written()


# --- departments


def world() -> tuple[City, Department]:
    city = get_city("nuremberg")
    actor = Actor(id=None, name="Officer", grants=frozenset({Grant(Role.CITY_OFFICER, city_id=city.id)}))
    department = sharing_out.add_department(city, actor=actor, name="Housing & Büro")
    sharing_out.share_out(city, {department.id: ["POP01", "NOPE"]}, actor=actor, seen={department.id: department.version})
    return city, department


def test_a_department_gets_its_own_indicators_only(portal: Flask) -> None:
    city, department = world()
    spec = workbooks.spec_for(city, 2024, "de", department=department)
    assert {row.code for row in spec.rows} == {"POP01"}
    assert spec.identity.department == department.id
    assert spec.identity.catalogue == workbooks.spec_for(city, 2024, "de").identity.catalogue
    assert workbooks.file_name(spec) == "icportal-nuremberg-2024-housing-buro-de.xlsx"


def test_departments_of_another_city_are_out_of_reach(portal: Flask) -> None:
    city, department = world()
    stranger = Actor(id=None, name="Stranger", grants=frozenset({Grant(Role.CITY_OFFICER, city_id=get_city("vienna").id)}))
    with pytest.raises(NotAllowed):
        sharing_out.share_out(city, {department.id: []}, actor=stranger, seen={})
    with pytest.raises(NotAllowed):
        sharing_out.remove_department(department, actor=stranger)
    with pytest.raises(NotFound):
        workbooks.department_of(get_city("vienna"), department.id)


def test_two_people_who_share_out_at_once_do_not_overwrite_each_other(portal: Flask) -> None:
    city, department = world()
    seen = department.version
    sharing_out.share_out(city, {department.id: ["POP02"]}, actor=COORDINATOR, seen={department.id: seen})
    with pytest.raises(Stale) as refused:
        sharing_out.share_out(city, {department.id: ["POP01", "POP02"]}, actor=COORDINATOR, seen={department.id: seen})
    assert refused.value.differences == [("Housing & Büro", "POP01, POP02", "POP02")]
    with pytest.raises(Stale):
        sharing_out.rename_department(department, actor=COORDINATOR, name="Other", seen=seen)
    with pytest.raises(DomainError, match="already"):
        sharing_out.add_department(city, actor=COORDINATOR, name="housing & BÜRO")


def officer_of(client: PortalClient, slug: str, role: str = Role.CITY_OFFICER) -> PortalClient:
    """Sign in as an officer of this city."""
    address = f"{role}-{slug}@example.org"
    with client.application.app_context():
        user = User(email=address, email_key=address, name=slug, language="en")
        db.session.add(user)
        db.session.flush()
        db.session.add(RoleGrant(user_id=user.id, role=role, city_id=get_city(slug).id))
        db.session.commit()
        number = user.id
        db.session.remove()
    client.sign_in(number)
    return client


def test_an_officer_shares_out_on_the_page(seeded_app: Flask, client: PortalClient) -> None:
    home = "/en/work/indicators/nuremberg/departments"
    officer = officer_of(client, "nuremberg")
    assert "No department yet" in officer.get(home).text
    assert officer.post(f"{home}/add", data={"name": ""}).status_code == 422
    assert officer.post(f"{home}/add", data={"name": "=Statistics", "email": "nope"}).status_code == 422
    assert officer.post(f"{home}/add", data={"name": "=Statistics"}).status_code == 303
    with seeded_app.app_context():
        department = db.session.scalars(select(Department)).one()
        number, version = department.id, department.version
        asked = len(catalogue("en", asked_only=True))
    page = officer.get(f"{home}?year=2022&language=fr").text
    assert f"{asked} indicators go to nobody" in page
    said = {f"version-{number}": version, f"codes-{number}": ["POP01", "EMP01"]}
    assert officer.post(home, data=said).status_code == 303
    assert f"{asked - 2} indicators go to nobody" in officer.get(home).text
    overtaken = officer.post(home, data={**said, f"codes-{number}": ["POP02"]})
    assert overtaken.status_code == 409
    assert "EMP01, POP01" in overtaken.text
    answer = officer.get(f"/en/work/indicators/nuremberg/2022/workbook.xlsx?language=fr&department={number}")
    name = "icportal-nuremberg-2022-statistics-fr.xlsx"
    assert answer.headers["Content-Disposition"] == f"attachment; filename=\"{name}\"; filename*=UTF-8''{name}"
    assert {row[3].value for row in data_of(openpyxl.load_workbook(io.BytesIO(answer.data))).iter_rows(min_row=3)} == {
        "POP01",
        "EMP01",
    }
    edited = {"name": "Statistics", "version": version + 1}
    assert officer.post(f"{home}/{number}", data={**edited, "version": 1}).status_code == 409
    assert officer.post(f"{home}/{number}", data=edited).status_code == 303
    assert officer.get(f"{home}/{number}").status_code == 200
    assert officer.post(f"{home}/{number}/remove").status_code == 303
    assert "No department yet" in officer.get(home).text


def test_another_citys_officer_finds_nothing(seeded_app: Flask, client: PortalClient) -> None:
    stranger = officer_of(client, "vienna")
    for address in (
        "nuremberg/2024/workbook.xlsx",
        "nuremberg/departments",
        "nowhere/2024/workbook.xlsx",
        "vienna/1800/workbook.xlsx",
        "vienna/2024/workbook.xlsx?language=xx",
        "vienna/2024/workbook.xlsx?department=999",
    ):
        assert stranger.get(f"/en/work/indicators/{address}").status_code == 404, address
    assert stranger.get("/en/work/indicators/vienna/2024/workbook.xlsx").status_code == 200
    assert stranger.get("/en/work/indicators/network").status_code == 403
    assert stranger.get("/en/work/indicators/network/workbook.xlsx").status_code == 403
    for address in ("add", "1", "1/remove"):
        answer = stranger.post(f"/en/work/indicators/nuremberg/departments/{address}", data={"name": "x"})
        assert answer.status_code == 404, address


def test_the_mayors_office_reads_the_workbook_and_shares_nothing_out(seeded_app: Flask, client: PortalClient) -> None:
    office = officer_of(client, "nuremberg", Role.MAYOR_OFFICE)
    assert office.get("/en/work/indicators/nuremberg/2024/workbook.xlsx").status_code == 200
    assert office.get("/en/work/indicators/nuremberg/departments").status_code == 403


def test_a_coordinator_downloads_the_networks_workbook(seeded_app: Flask, client: PortalClient, sign_in: Any) -> None:
    coordinator = sign_in("coordinator")
    assert coordinator.get("/en/work/indicators/network").status_code == 200
    query = "year=2024&language=de&cities=vienna&cities=nuremberg&families=demography&codes=pop01, POP02"
    answer = coordinator.get(f"/en/work/indicators/network/workbook.xlsx?{query}")
    name = "icportal-network-2024-de.xlsx"
    assert answer.headers["Content-Disposition"] == f"attachment; filename=\"{name}\"; filename*=UTF-8''{name}"
    sheet = data_of(openpyxl.load_workbook(io.BytesIO(answer.data)))
    assert {sheet.cell(row, 1).value.split("|")[0] for row in range(3, sheet.max_row + 1)} == {"vienna", "nuremberg"}
    for wrong in ("year=x&language=de", "year=2024&language=de&codes=NONE", "year=2024&language=de&families=nothing"):
        refused = coordinator.get(f"/en/work/indicators/network/workbook.xlsx?{wrong}")
        assert refused.status_code == 422
        assert "Workbook of the network" in refused.text
    # All cities and families at once are more than one sheet holds, or exactly fit: never an error of ours.
    assert coordinator.get("/en/work/indicators/network/workbook.xlsx?year=2024&language=en").status_code in {200, 422}


# --- LibreOffice


def test_libreoffice_keeps_what_makes_the_workbook_ours(portal: Flask, libreoffice: Any) -> None:
    city = get_city("barcelona")
    enter(city, 2022, "POP01", amount=Decimal("27.8"))
    enter(city, 2024, "POP01", amount=Decimal("28.1"), statuses="d", note="=1+1")
    spec = workbooks.spec_for(city, 2024, "en")
    issues = {"POP01|": [Issue("value", "Too high.")]}
    values = {"POP01|": {"value": "about 12", "note": "=1+1", "seen": 1}}
    for data in (write_workbook(spec), write_workbook(spec, issues=issues, values=values)):
        before, after = (openpyxl.load_workbook(io.BytesIO(each)) for each in (data, libreoffice(data)))
        old, new = data_of(before), data_of(after)
        assert after.sheetnames == before.sheetnames
        assert keys_of(new) == keys_of(old)
        assert hidden_columns(new) == HIDDEN
        assert new.row_dimensions[1].hidden
        written_ = spec.identity.written()
        assert after.custom_doc_props[IDENTITY].value == written_
        assert after.defined_names[IDENTITY].attr_text.strip('"') == written_
        assert after[META_SHEET]["B1"].value == written_
        assert after[META_SHEET].sheet_state == after[LISTS_SHEET].sheet_state == "hidden"
        assert set(LISTS.values()) <= set(after.defined_names)
        asked = {rule.formula1 for rule in new.data_validations.dataValidation if rule.type == "list"}
        assert {"list_status", "list_conf", "list_period"} <= asked
        assert new.protection.sheet
        for place, code in enumerate(COLUMNS, start=1):
            assert new.cell(FIRST_ROW, place).protection.locked is (code in LOCKED), code
        for code in ("value", "status", "note", "previous", "seen", "period"):
            assert cell(new, "POP01|", code).value == cell(old, "POP01|", code).value, code
            assert cell(new, "POP01|", code).data_type != "f"
        assert bool(cell(new, "POP01|", "value").comment) is bool(cell(old, "POP01|", "value").comment)
        assert "%" not in cell(new, "POP01|", "value").number_format


def keys_of(sheet: Any) -> list[str]:
    return [sheet.cell(row, 1).value for row in range(FIRST_ROW, sheet.max_row + 1)]


# --- the command line


def run(*arguments: str) -> Any:
    return CliRunner().invoke(indicators, list(arguments))


def test_the_command_line_writes_the_same_workbook(portal: Flask, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("icportal.app.create_app", lambda: portal)
    file = tmp_path / "book.xlsx"
    done = run("template", "--city", "nuremberg", "--year", "2024", "--language", "de", str(file))
    assert done.exit_code == 0, done.output
    spec = workbooks.spec_for(get_city("nuremberg"), 2024, "de")
    book = openpyxl.load_workbook(file)
    assert book.custom_doc_props[IDENTITY].value == spec.identity.written()
    assert keys_of(data_of(book)) == [row.key for row in spec.rows]
    for wrong in (("nowhere", "2024", "de"), ("nuremberg", "2024", "xx"), ("nuremberg", "2200", "de")):
        refused = run("template", "--city", wrong[0], "--year", wrong[1], "--language", wrong[2], str(tmp_path / "no.xlsx"))
        assert refused.exit_code == 1, wrong
        assert not (tmp_path / "no.xlsx").exists()


def test_the_command_line_exports_what_is_published_and_nothing_withheld(
    portal: Flask, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("icportal.app.create_app", lambda: portal)
    city = get_city("nuremberg")
    enter(city, 2024, "POP01", amount=Decimal("-28.125"), note="=1+1", source="+49")
    enter(city, 2024, "EMP01", catalogue("en")["EMP01"].rows[0], amount=Decimal("66.6"), confidentiality="C", note="secret")
    delivering.publish_values(services.delivery_of(city.id, 2024))
    enter(city, 2026, "POP01", amount=Decimal("99.9"))
    db.session.commit()
    for form in ("xlsx", "csv"):
        file = tmp_path / f"out.{form}"
        done = run("export", str(file))
        assert done.exit_code == 0, done.output
        if form == "xlsx":
            rows = [[each.value for each in row] for row in openpyxl.load_workbook(file).active.iter_rows()]
            assert not any(each.data_type == "f" for row in openpyxl.load_workbook(file).active.iter_rows() for each in row)
        else:
            rows = list(csv.reader(file.open(encoding="utf-8-sig", newline="")))
        assert tuple(rows[0]) == workbooks.PUBLISHED_COLUMNS
        assert len(rows) > 2
        mine = next(row for row in rows if row[:2] == ["nuremberg", "POP01"] and row[3] == "2024")
        assert float(mine[4]) == -28.125
        assert mine[-2] == ("'=1+1" if form == "csv" else "=1+1")
        everything = {str(each) for row in rows for each in row}
        assert not everything & {"66.6", "secret", "99.9"}
    assert run("export", str(tmp_path / "out.txt")).exit_code == 1


# --- what comes back is what went out


ENTRIES: list[dict[str, Any]] = [
    {"amount": Decimal("28.125"), "statuses": "bde", "note": "=1+1", "source": "+49 911"},
    {"amount": Decimal("-0.5"), "bound": "about", "geography": "metropolitan", "source_kind": "register"},
    {"missing": "not_available", "note": "@x"},
    {"missing": "not_collected"},
    {"missing": "not_allowed"},
    {"amount": Decimal(0), "bound": "under_half"},
    {"amount": Decimal(0)},
    {"amount": Decimal("1.234"), "confidentiality": "C", "statuses": "u"},
    {"amount": Decimal("123456.789"), "bound": "at_least"},
]


@pytest.mark.parametrize("through", ["nothing", "LibreOffice"])
@pytest.mark.parametrize("language", ["en", "de", "ar-xb"])
def test_a_workbook_sent_back_untouched_says_what_it_said(portal: Flask, libreoffice: Any, language: str, through: str) -> None:
    city, known = get_city("nuremberg"), catalogue("en")
    asked = [(code, key) for code, each in known.items() if each.asked and each.facts.unit == "percent" for key in each.rows]
    definition = MigrantDefinition(city_id=city.id, family="foreign_born", year_from=2010)
    db.session.add(definition)
    db.session.flush()
    for (code, key), said in zip(asked, ENTRIES, strict=False):
        enter(city, 2024, code, key, **said, counting=known[code].facts.counting, definition_id=definition.id)
    spec = workbooks.spec_for(city, 2024, language)
    data = write_workbook(spec)
    numbers = {entry: int(entry.split(" ")[0]) for entry in spec.lists["definition"]}
    context = ReadingContext(
        known, "nuremberg", 2024, language, definitions_of_migrant=numbers | {str(definition.id): definition.id}
    )
    read = read_workbook(libreoffice(data) if through == "LibreOffice" else data, context)
    assert read.identity == spec.identity
    assert len(current(city)) == len(ENTRIES)
    assert not [finding.code for row in read.rows for finding in row.problems]
    found = {(row.code, row.breakdown): row for row in read.rows if row.entry}
    for (code, key), value in {(each.key.indicator_id, each.key.breakdown): each for each in current(city)}.items():
        row = found.pop((next(name for name, each in known.items() if each.indicator_id == code), key))
        assert replace(row.entry, counting=value.counting) == value.entry, value.entry
        assert (row.seen, row.period) == (1, "2024")
    assert not found


def current(city: City) -> list[Any]:
    return list(services.current_values(city.id, 2024).values())


# --- in a browser


@pytest.mark.browser
@pytest.mark.slow
def test_departments_are_kept_by_keyboard_and_on_a_small_screen(new_page: Any, axe: Any) -> None:
    officer = Person(new_page, "coordinator@demo.example", viewport={"width": 360, "height": 800})
    page = officer.open("/en/work/indicators/ghent/departments")
    page.get_by_label("Name of the department").fill("Statistics office")
    officer.press("Add the department")
    page.get_by_role("checkbox", name="POP01, Statistics office").focus()
    page.keyboard.press("Space")
    officer.press("Save who is asked for what")
    assert page.get_by_role("checkbox", name="POP01, Statistics office").is_checked()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert axe(page) == []
    with page.expect_download() as waiting:
        officer.follow("Workbook 20")
    assert waiting.value.suggested_filename.startswith("icportal-ghent-20")
    page = officer.open("/ar-xb/work/indicators/network")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert axe(page) == []
