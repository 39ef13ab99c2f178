"""A city's answers as a workbook: what stands in it, what a filled one says, and which ones are refused."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from answer_workbooks import cell, columns, made, opened, rows, saved
from flask import Flask
from reporting_world import GOOD, STRUCTURE, World, attach, fill, make_round, make_version, make_world

from icportal.core.db import db
from icportal.indicators.exchange.layout import Unreadable
from icportal.reporting import responses
from icportal.reporting.exchange.layout import (
    ANSWER,
    CODE_ROW,
    COMMENT,
    KEY,
    TABLE_COLUMN,
    VISIBILITY,
    Identity,
)
from icportal.reporting.exchange.reading import ReadAnswer, ReadBook, read_answers
from icportal.reporting.exchange.writing import write_workbook
from icportal.reporting.models import Response
from icportal.reporting.seals import said_in, seal
from icportal.reporting.workbooks import book_for, context_for

FORMULA = "=1+1"


@pytest.fixture
def world(app: Flask) -> Iterator[World]:
    with app.app_context():
        made = make_world()
        fill(made.response("oulu"), {**GOOD, "office": FORMULA})
        attach(made.response("oulu"), "c01_grade", title="Council decision of 2023")
        yield made
        db.session.rollback()


def read(world: World, data: bytes, slug: str = "oulu", written_in: str = "en") -> ReadBook:
    return read_answers(data, context_for(world.response(slug), world.city(slug), written_in=written_in))


def by_question(book: ReadBook) -> dict[str, ReadAnswer]:
    return {answer.question: answer for answer in book.answers}


def typed(world: World, cells: dict[tuple[str, str], Any], **how: Any) -> dict[str, ReadAnswer]:
    book = opened(made(world))
    for (key, column), value in cells.items():
        cell(book, key, column).value = value
    return by_question(read(world, saved(book), **how))


# --- what stands in it -------------------------------------------------------------------------------------


def test_a_workbook_that_nobody_touched_says_what_the_portal_says(world: World) -> None:
    response: Response = world.response("oulu")
    book = read(world, made(world))
    questions = response.round.questionnaire_version.known.questions
    answers = responses.answers_of(response)
    said = by_question(book)
    for name, answer in answers.items():
        assert said[name].value == said_in(questions[name], answer).value, name
        assert said[name].seen == seal(said_in(questions[name], answer)), name
    assert not book.stray
    assert not any(answer.problems for answer in book.answers)


def test_nothing_in_it_is_a_formula_and_codes_are_hidden(world: World) -> None:
    data = made(world)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = [archive.read(name) for name in archive.namelist() if name.startswith("xl/worksheets/sheet")]
    assert not any(b"<f>" in part for part in parts)
    book = opened(data)
    assert cell(book, "office").value == FORMULA
    assert cell(book, "office").data_type == "s"
    sheet, row = rows(book)["office"]
    assert sheet.protection.sheet
    assert sheet.row_dimensions[CODE_ROW].hidden
    assert sheet.column_dimensions["A"].hidden
    assert not sheet.cell(row, columns(sheet)[ANSWER]).protection.locked
    assert sheet.cell(row, columns(sheet)["last"]).protection.locked
    assert cell(book, "c01_grade", "evidence").value == "Council decision of 2023"


def test_choices_have_their_list_in_the_language_and_many_choices_a_cell_each(world: World) -> None:
    book = opened(made(world, language="fr"))
    assert cell(book, "c01_grade").value.startswith("fr: ")
    sheet, row = rows(book)["c01_grade"]
    place = f"{cell(book, 'c01_grade').column_letter}{row}"
    offered = [each.formula1 for each in sheet.data_validations.dataValidation if place in each.sqref]
    assert offered == ["list_fulfilment"]
    assert "list_fulfilment" in book.defined_names
    assert (cell(book, "themes=housing").value, cell(book, "themes=school").value) == ("x", None)
    assert cell(book, "strategies#1", f"{TABLE_COLUMN}title").value == "Integration plan"


def test_it_says_three_times_what_it_is(world: World) -> None:
    book = opened(made(world))
    identity = Identity.read(book["_meta"]["B1"].value)
    assert (identity.round, identity.city, identity.number, identity.language) == ("round-5", "oulu", 1, "en")
    assert identity.written() in book.defined_names["icportal_template"].value
    assert [each.value for each in book.custom_doc_props.props] == [identity.written()]
    del book["_meta"]
    del book.defined_names["icportal_template"]
    assert read(world, saved(book)).identity == identity


def test_a_department_gets_its_sections_only_and_right_to_left_is_so(world: World) -> None:
    assert set(rows(opened(made(world, sections=("c01",))))) == {
        "c01_grade", "c01_explanation", "c01_practices", "c01_challenges", "c01_plans",
    }  # fmt: skip
    book = opened(made(world, language="ar-xb"))
    assert all(sheet.sheet_view.rightToLeft for sheet in book.worksheets if not sheet.title.startswith("_"))


# --- what a filled one says --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cells", "written_in"),
    [
        (
            {
                "office": ("Office of\nintegration", "Office of integration"),
                "budget": (1250000.25, "1250000.25"),
                "staff": (14.0, 14),
                "c01_grade": ("partly", "partly"),
                "c04_grade": ("FULFILMENT NOT AT ALL", "not_at_all"),
                "c04_provider": ("fr: Provider advocates", "advocates"),
                "adopted": ("2024-02-29", "2024-02-29"),
                "website": ("-", None),
                "c01_explanation": ("  Two\r\nlines ", "Two\nlines"),
            },
            "en",
        ),
        ({"office": (12, "12"), "budget": ("1 250 000,25", "1250000.25"), "staff": ("1 400", 1400)}, "fi"),
    ],
)
def test_answers_are_understood(world: World, cells: dict[str, tuple[Any, Any]], written_in: str) -> None:
    said = typed(world, {(key, ANSWER): value for key, (value, _expected) in cells.items()}, written_in=written_in)
    assert {key: (said[key].says, said[key].value) for key in cells} == {
        key: (True, expected) for key, (_value, expected) in cells.items()
    }
    assert not any(said[key].problems for key in cells)


def test_what_cannot_be_an_answer_is_refused_at_its_cell(world: World) -> None:
    wrong = {
        "budget": ("much", "answer.not_number"),
        "staff": (1.5, "answer.not_whole"),
        "c01_grade": ("mostly", "answer.not_offered"),
        "adopted": ("last year", "answer.not_day"),
        "website": ("city.example", "answer.not_link"),
        "office": ("x" * 1001, "answer.too_long"),
    }
    said = typed(world, {(key, ANSWER): value for key, (value, _code) in wrong.items()})
    for key, (_value, code) in wrong.items():
        (problem,) = said[key].problems
        assert (problem.finding.code, problem.key, problem.column) == (code, key, ANSWER)
        assert str(problem.finding) != code


def test_several_choices_tables_readers_and_remarks(world: World) -> None:
    said = typed(
        world,
        {
            ("themes=housing", ANSWER): None,
            ("themes=school", ANSWER): "x",
            ("strategies#2", f"{TABLE_COLUMN}title"): "Housing plan",
            ("strategies#2", f"{TABLE_COLUMN}year"): "two",
            ("office", VISIBILITY): "Everybody",
            ("office", COMMENT): "As in 2023",
            ("staff", VISIBILITY): "nobody",
            ("c04_grade", ANSWER): None,
        },
    )
    assert said["themes"].value == ["work", "school"]
    assert said["strategies"].problems[0].finding.code == "answer.not_whole"
    assert (said["office"].visibility, said["office"].comment) == ("public", "As in 2023")
    assert said["staff"].problems[0].finding.code == "answer.readers"
    assert "c04_grade" not in said


def test_no_sign_at_all_changes_nothing_and_a_hyphen_takes_away(world: World) -> None:
    nothing = typed(world, {(f"themes={each}", ANSWER): None for each in ("housing", "work", "school")})
    assert "themes" not in nothing
    gone = typed(world, {("themes", ANSWER): "-", ("strategies#1", f"{TABLE_COLUMN}title"): "-"} | {
        ("strategies#1", f"{TABLE_COLUMN}{column}"): None for column in ("year", "kind")
    })  # fmt: skip
    assert (gone["themes"].says, gone["themes"].value) == (True, None)
    assert (gone["strategies"].says, gone["strategies"].value) == (True, None)


# --- what is refused ---------------------------------------------------------------------------------------


def test_a_workbook_of_another_city_round_or_version_is_refused_with_the_reason(world: World) -> None:
    with pytest.raises(Unreadable) as other:
        read(world, made(world, "vienna"))
    assert other.value.finding.code == "answers.other_city"
    data = made(world)
    for changed, code in (({"round": "round-6"}, "answers.other_round"), ({"number": 2}, "answers.other_version")):
        book = opened(data)
        identity = Identity.read(book["_meta"]["B1"].value)
        book["_meta"]["B1"].value = replace(identity, **changed).written()
        del book.defined_names["icportal_template"]
        del book.custom_doc_props["icportal_template"]
        with pytest.raises(Unreadable) as refused:
            read(world, saved(book))
        assert refused.value.finding.code == code
        assert "workbook" in str(refused.value.finding)


def test_rows_that_belong_to_no_question_are_told(world: World) -> None:
    book = opened(made(world))
    sheet, row = rows(book)["office"]
    sheet.cell(row, columns(sheet)[KEY]).value = None
    copy, number = rows(book)["c01_grade"]
    copy.cell(number + 1, columns(copy)[KEY]).value = "c01_grade"
    cell(book, "staff", KEY).value = "staff_of_2010"
    found = {problem.finding.code for problem in read(world, saved(book)).stray}
    assert found == {"answer.no_key", "answer.twice", "answer.unknown"}


def test_two_choices_with_the_same_words_are_written_with_their_codes(world: World) -> None:
    version = make_version(STRUCTURE, code="same-words")
    for text in version.texts:
        text.texts = {**text.texts, "c.fulfilment.partly": "Met", "c.fulfilment.fully": "Met"}
    db.session.flush()
    round_ = make_round(version, number=9)
    response = Response(round_id=round_.id, city_id=world.city("oulu").id)
    db.session.add(response)
    db.session.flush()
    fill(response, {"c01_grade": "partly"})
    data = write_workbook(book_for(response, world.city("oulu"), "en"))
    assert cell(opened(data), "c01_grade").value == "Met (partly)"
    context = context_for(response, world.city("oulu"), written_in="en")
    assert by_question(read_answers(data, context))["c01_grade"].value == "partly"
