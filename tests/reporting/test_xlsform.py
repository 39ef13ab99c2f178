"""Questionnaires as XLSForm: there and back, forms written by others, and everything that is wrong with one at once."""

from __future__ import annotations

import datetime as dt
import io
import time
from collections.abc import Iterator, Sequence
from contextvars import Context
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import reporting_world
from click.testing import CliRunner
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from pyxform.xls2xform import convert
from sqlalchemy import select

from icportal.accounts.models import User
from icportal.app import create_app
from icportal.cli import portal
from icportal.config import Mode, Settings
from icportal.core.actors import Role
from icportal.core.db import db
from icportal.reporting.enums import QuestionRole, QuestionType, Visibility
from icportal.reporting.models import Questionnaire
from icportal.reporting.questionnaires import offering, shipped
from icportal.reporting.questionnaires.definition import Column, Question, Section, Structure, commitment_section, text_keys
from icportal.reporting.questionnaires.xlsform.layout import XlsForm
from icportal.reporting.questionnaires.xlsform.reading import read_xlsform
from icportal.reporting.questionnaires.xlsform.survey import as_code
from icportal.reporting.questionnaires.xlsform.writing import write_xlsform

Lines = Sequence[Sequence[Any]]
T = QuestionType


@pytest.fixture(scope="module")
def without_database(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """The portal, which no form needs more of than its languages."""
    instance = tmp_path_factory.mktemp("instance")
    return create_app(
        Settings(
            instance=instance, secret_key="only-for-tests-0123456789", mode=Mode.TEST, database_url=f"sqlite:///{instance}/none"
        )
    )


@pytest.fixture(autouse=True)
def languages(request: pytest.FixtureRequest) -> Iterator[None]:
    if "app" in request.fixturenames:
        yield
        return
    portal_ = request.getfixturevalue("without_database")
    with portal_.app_context():
        yield


def book(survey: Lines, choices: Lines = (), settings: Lines = (), **others: Lines) -> bytes:
    """A workbook as people write it."""
    workbook = openpyxl.Workbook()
    workbook.remove(workbook.active)
    for name, lines in {"survey": survey, "choices": choices, "settings": settings, **others}.items():
        if lines:
            sheet = workbook.create_sheet(name)
            for line in lines:
                sheet.append(list(line))
    stream = io.BytesIO()
    workbook.save(stream)
    return stream.getvalue()


def said(form: XlsForm, *, errors: bool = True) -> list[tuple[str, int, str]]:
    return [(one.sheet, one.row, one.column) for one in form.findings if one.is_error == errors]


# There and back


COLUMNS = (
    Column("name", required=True, words=10),
    Column("kind", T.CHOICE, choices="themes"),
    Column("until", T.INTEGER),
    Column("text", T.LONG_TEXT),
    Column("cost", T.DECIMAL),
    Column("day", T.DATE),
    Column("page", T.LINK),
)
FULL = Structure(
    (
        Section(
            "city",
            (
                Question("office", required=True, constraint="string-length(.) < 100 and . != 'x'", words=20),
                Question(
                    "meaning", T.LONG_TEXT, role=QuestionRole.DEFINITION, visibility=Visibility.NETWORK, former="definition"
                ),
                Question("themes", T.MULTIPLE, choices="themes", constraint="count-selected(.) <= 2"),
                Question("staff", T.INTEGER, constraint=". >= 0", visibility=Visibility.CITY),
                Question("budget", T.DECIMAL, relevant="${staff} > 3"),
                Question("since", T.DATE, constraint=". <= today()"),
                Question("page", T.LINK),
                Question("plan", T.FILE, required=True),
                Question("read", T.NOTE, relevant="selected(${themes}, 'work')"),
                Question("share", T.INDICATOR, indicator="POP01"),
                Question(
                    "strategies", T.TABLE, required=True, relevant="${staff} > 1", columns=COLUMNS, most_rows=7, role="strategies"
                ),
            ),
        ),
        commitment_section(4, with_provider=True),
        Section("last", (Question("more", T.LONG_TEXT),), relevant="${c04_grade} != 'fully' and ${office} != ''"),
    ),
    {"fulfilment": ("fully", "partly", "not_at_all"), "provider": ("direct", "advocates"), "themes": ("housing", "work", "1")},
)


def texts_for(structure: Structure, *languages: str) -> dict[str, dict[str, str]]:
    """Texts that a spreadsheet would like to make something else of."""
    texts: dict[str, dict[str, str]] = {}
    for language in languages:
        line, text = f"=1+1 {language}", f"+{language}\n\n* “point” <b>&amp;</b> _x0041_ 1.10"
        texts[language] = {key.key: f"{line if key.is_line else text} {key.key}" for key in text_keys(structure)}
    return texts


def test_a_form_comes_back_as_it_went() -> None:
    texts = texts_for(FULL, "fr", "en", "ar")
    written = write_xlsform(FULL, texts, code="edition-5", version="3")
    form = read_xlsform(written)
    assert form.findings == ()
    assert form.structure == FULL
    assert form.texts == texts
    assert (form.source, form.code, form.version, form.title) == ("fr", "edition-5", "3", texts["fr"]["title"])
    again = write_xlsform(form.structure, form.texts, code=form.code, version=form.version, source=form.source)
    assert cells_of(again) == cells_of(written)


def cells_of(data: bytes) -> dict[str, list[tuple[Any, ...]]]:
    workbook = openpyxl.load_workbook(io.BytesIO(data))
    return {sheet.title: list(sheet.iter_rows(values_only=True)) for sheet in workbook.worksheets}


def test_no_text_becomes_a_formula_and_the_headings_stay() -> None:
    workbook = openpyxl.load_workbook(io.BytesIO(write_xlsform(FULL, texts_for(FULL, "en"), code="x", version="1")))
    assert {cell.data_type for sheet in workbook.worksheets for row in sheet.iter_rows() for cell in row if cell.value} == {"s"}
    assert [sheet.freeze_panes for sheet in workbook.worksheets] == ["C2", "C2", None]
    assert workbook.sheetnames == ["survey", "choices", "settings"]


def test_a_language_that_lacks_texts_comes_back_lacking_them() -> None:
    texts = texts_for(FULL, "en", "fr")
    texts["fr"] = {key: text for key, text in texts["fr"].items() if "c04" not in key}
    form = read_xlsform(write_xlsform(FULL, texts, code="x", version="1"))
    assert form.texts == texts
    assert form.errors == []


def test_the_reader_of_others_accepts_what_goes_out() -> None:
    warnings: list[str] = []
    texts = texts_for(FULL, "en", "fr", "ar")
    done = convert(
        write_xlsform(FULL, texts, code="edition-5", version="3"), warnings=warnings, validate=False, file_type=".xlsx"
    )
    assert warnings == []
    assert done.xform.count("<translation ") == 3
    assert "string-length(.) &lt; 100" in done.xform


@pytest.mark.parametrize("code", ["edition-1", "edition-2", "edition-5"])
def test_a_shipped_questionnaire_goes_out_and_comes_back_in_all_languages(code: str) -> None:
    structure = Structure.of(shipped.structure(code))
    texts = {language: offering.texts_of(structure, shipped.texts(code, language)) for language in shipped.LANGUAGES}
    written = write_xlsform(structure, texts, code=code, version="1", source="en")
    form = read_xlsform(written)
    assert (form.findings, form.structure, form.texts) == ((), structure, texts)
    warnings: list[str] = []
    convert(written, warnings=warnings, validate=False, file_type=".xlsx")
    assert warnings == []


_codes = st.from_regex(r"[a-z][a-z0-9_]{0,8}", fullmatch=True)
_words = st.text(st.characters(min_codepoint=32, max_codepoint=0x2FFF, exclude_categories=["C", "Z"]), min_size=1, max_size=12)


@st.composite
def structures(draw: st.DrawFn) -> Structure:
    codes = draw(st.lists(_codes, min_size=2, max_size=6, unique=True))
    questions = [
        Question(
            code,
            draw(st.sampled_from([T.TEXT, T.LONG_TEXT, T.CHOICE, T.MULTIPLE, T.INTEGER, T.DATE, T.LINK, T.PRACTICE])),
            choices="list",
            required=draw(st.booleans()),
            words=draw(st.integers(0, 500)),
            visibility=draw(st.sampled_from(list(Visibility))),
            relevant=draw(st.sampled_from(["", f"${{{codes[-1]}}} != '' or 1 < 2"])) if place < len(codes) - 1 else "",
            constraint=draw(st.sampled_from(["", "regex(., '[a-z]+\\d{2}')"])),
        )
        for place, code in enumerate(codes)
    ]
    questions = [one if one.is_choice else Question(**{**one.__dict__, "choices": ""}) for one in questions]
    cut = draw(st.integers(1, len(codes) - 1))
    return Structure((Section("one", tuple(questions[:cut])), Section("two", tuple(questions[cut:]))), {"list": ("a", "b")})


@settings(max_examples=15, deadline=None, phases=[Phase.explicit, Phase.generate], suppress_health_check=list(HealthCheck))
@given(structures(), st.data())
def test_any_form_comes_back_as_it_went(structure: Structure, data: st.DataObject) -> None:
    texts = {
        language: {key.key: data.draw(_words) for key in text_keys(structure) if not key.optional or data.draw(st.booleans())}
        for language in ("en", "nb")
    }
    form = read_xlsform(write_xlsform(structure, texts, code="x", version="1"))
    assert form.errors == []
    assert form.structure == structure
    assert form.texts == texts


# Forms of others


def household() -> bytes:
    """As the samples of ODK are: no language named, notes of the device, groups in groups, questions in no group."""
    return book(
        [
            [
                "type",
                "name",
                "label",
                "hint",
                "required",
                "relevant",
                "constraint",
                "constraint_message",
                "calculation",
                "appearance",
            ],
            ["start", "start"],
            ["end", "end"],
            ["text", "name", "Your name", None, "yes"],
            ["integer", "age", "Your age", "In years", "yes", None, ". > 0 and . < 130", "That cannot be"],
            ["calculate", "half", None, None, None, None, None, None, "${age} div 2"],
            [],
            ["begin group", "home", "Your home"],
            ["select_one yes_no", "rents", "Do you rent?", None, "${age} > 18"],
            ["begin group", "rent", "About the rent", None, None, "${rents} = 'yes'"],
            ["decimal", "amount", "How much?", None, None, "${age} > 18 or ${name} = 'x'"],
            ["select_multiple paid", "paid", "What does it include?", None, None, None, "count-selected(.) < 3"],
            ["end group"],
            ["begin repeat", "members", "Members of the household", None, None, "${age} > 18"],
            ["text", "member", "Name", "As in the passport"],
            ["begin group", "more"],
            ["date", "born", "Born", None, "yes", "${age} > 1"],
            ["end group"],
            ["end repeat"],
            ["text", "story", "Anything else?", None, None, None, None, None, None, "multiline"],
            ["end group"],
        ],
        [
            ["list_name", "name", "label"],
            ["yes_no", "yes", "Yes"],
            ["yes_no", "no", "No"],
            ["paid", 1, "Heating"],
            ["paid", 2, "Water"],
        ],
        [["form_title", "form_id", "version"], ["Household", "household_v1", 2026112701]],
    )


def test_a_form_without_languages_and_groups_is_read() -> None:
    form = read_xlsform(household(), language="fr")
    assert [str(finding) for finding in form.errors] == []
    general, home = form.structure.sections
    assert [question.name for question in general.questions] == ["name", "age"]
    assert (general.name, form.texts["fr"]["s.general"]) == ("general", "Généralités")
    assert general.questions[0].required
    assert general.questions[1].constraint == ". > 0 and . < 130"
    questions = form.structure.questions
    assert [question.name for question in home.questions] == ["rents", "rent", "amount", "paid", "members", "story"]
    # The heading of a group within a group becomes a note under its condition.
    assert (questions["rent"].type, questions["rent"].relevant) == (T.NOTE, "${rents} = 'yes'")
    assert questions["amount"].relevant == "(${rents} = 'yes') and (${age} > 18 or ${name} = 'x')"
    assert questions["paid"].relevant == "${rents} = 'yes'"
    assert questions["members"].relevant == "${age} > 18"
    assert questions["members"].columns == (Column("member"), Column("born", T.DATE, required=True))
    assert questions["story"].type == T.LONG_TEXT
    assert form.structure.choices == {"yes_no": ("yes", "no"), "paid": ("1", "2")}
    assert form.texts["fr"]["q.members.column.born"] == "Born"
    assert form.texts["fr"]["q.age.message"] == "That cannot be"
    assert (form.title, form.code, form.version, form.source) == ("Household", "household_v1", "2026112701", "fr")
    # What was understood otherwise than it was meant is said: start, end, calculate, required, hint and condition in the table.
    rows = {row for _sheet, row, _column in said(form, errors=False)}
    assert {2, 3, 6, 9, 15, 17} <= rows


def kobo() -> bytes:
    return book(
        [
            ["type", "name", "label::English (en)", "label::French (fr)", "required", "relevant", "$kuid", "kobo--score-choices"],
            ["start", "start", None, None, None, None, "a1"],
            ["today", "today", None, None, None, None, "a2"],
            ["begin_group", "group_AB12", "About you", "Sur vous", "false", None, "a3"],
            ["select_one G1", "Gender", "Gender", "Genre", "true", None, "a4"],
            ["text", "_1_1_Other_name", "Other", "Autre", "false", "${Gender} = '3'", "a5"],
            ["select_multiple Thèmes", "Themes-You.like", "Themes", "Thèmes", True, "selected(${ Gender }, '2')", "a6"],
            ["note", "thanks", "Thank you", "Merci", "false", None, "a7"],
            ["end_group"],
        ],
        [
            ["list_name", "name", "label::English (en)", "label::French (fr)", "$kuid"],
            ["G1", "1", "Woman", "Femme", "b1"],
            ["G1", "2", "Man", "Homme", "b2"],
            ["G1", "3", "Other", "Autre", "b3"],
            ["Thèmes", "housing", "Housing", "Logement", "b4"],
        ],
        [["style", "default_language"], ["pages", "French (fr)"]],
        Notes=[["anything"]],
    )


def test_a_form_with_names_of_another_kind_is_read() -> None:
    form = read_xlsform(kobo())
    assert [str(finding) for finding in form.errors] == []
    assert (form.source, set(form.texts)) == ("fr", {"en", "fr"})
    section = form.structure.sections[0]
    assert section.name == "group_ab12"
    assert [question.name for question in section.questions] == ["gender", "q_1_1_other_name", "themes_you_like", "thanks"]
    assert [question.choices for question in section.questions] == ["g1", "", "themes", ""]
    assert [question.required for question in section.questions] == [True, False, True, False]
    assert [question.relevant for question in section.questions[1:3]] == ["${gender} = '3'", "selected(${gender}, '2')"]
    assert form.texts["fr"]["q.gender"] == "Genre"
    assert form.texts["en"]["c.themes.housing"] == "Housing"
    notes = [str(finding) for finding in form.findings if not finding.is_error]
    assert any("“Themes-You.like” was read as “themes_you_like”" in note for note in notes)
    # The title may come later.
    assert any("no title" in note for note in notes)


def test_a_form_written_in_the_old_way_is_read() -> None:
    form = read_xlsform(
        book(
            [
                ["Type", "Name", "Label:English", "Label:Français", "Relevance", "Constraint Message:English", "Constraint"],
                ["select one from yes_no", "ok", "Fine?", "Bien ?"],
                ["string", "why", "Why?", "Pourquoi ?", "${ok} = ‘no’", "Too long", "string-length(.) < 9"],
                ["int", "count", "How often?", "Combien ?"],
            ],
            [
                ["list name", "value", "label:English", "label:Français"],
                ["yes_no", "yes", "Yes", "Oui"],
                ["yes_no", "no", "No", "Non"],
            ],
        )
    )
    assert [str(finding) for finding in form.errors] == []
    assert [question.type for question in form.structure.questions.values()] == [T.CHOICE, T.TEXT, T.INTEGER]
    assert form.texts["fr"]["q.why"] == "Pourquoi ?"
    assert form.texts["en"]["q.why.message"] == "Too long"
    # Each language is found by its name, which is said.
    assert [column for _sheet, _row, column in said(form, errors=False) if column.startswith("Label:")] == [
        "Label:English",
        "Label:Français",
    ]


def test_a_form_of_surveyors_says_what_is_left_out() -> None:
    form = read_xlsform(
        book(
            [
                [
                    "type",
                    "name",
                    "label",
                    "bind::esri:fieldType",
                    "body::accuracyThreshold",
                    "default",
                    "required",
                    "media::image",
                ],
                ["begin group", "site", "The site"],
                ["text", "place", "Where?", "esriFieldTypeString", None, "here", True, "map.png"],
                ["end group"],
            ]
        )
    )
    assert form.errors == []
    assert form.structure.questions["place"].required
    unread = [column for _sheet, row, column in said(form, errors=False) if row == 1]
    assert unread == ["bind::esri:fieldType", "default", "media::image"]


def test_what_stands_in_the_files_of_others_comes_back_from_ours() -> None:
    for data in (household(), kobo()):
        form = read_xlsform(data)
        texts = {language: {**own, "title": own.get("title", "A form")} for language, own in form.texts.items()}
        written = write_xlsform(form.structure, texts, code="x", version="1", source=form.source)
        again = read_xlsform(written)
        assert (again.structure, again.texts) == (form.structure, texts)
        assert convert(written, validate=False, file_type=".xlsx").xform


# What is wrong


def test_everything_that_is_wrong_is_said_at_once_with_its_place() -> None:
    form = read_xlsform(
        book(
            [
                [
                    "type",
                    "name",
                    "label::English (en)",
                    "relevant",
                    "constraint",
                    "role",
                    "commitment",
                    "words",
                    "portal_type",
                    "visibility",
                ],
                ["begin_group", "one", "One", "${nobody} = 1"],
                ["geopoint", "where", "Where?"],
                ["text", "a", "A", "${b} = 'zzz'"],
                ["select_one colours", "b", "B"],
                ["select_one yes_no", "c", "C", "${d} = 1"],
                ["integer", "d", "D", "${c} = 'yes'", ". >"],
                ["text", "a", "A again"],
                ["text", None, "No name"],
                [None, "typeless", "No type"],
                ["text", "e", None, None, None, "boss", None, "many", "chart", "secret"],
                ["calculate", "sum", None],
                ["text", "f", "F", "${sum} > 1"],
                ["text", "g", "G", "${c} = 'zzz'"],
                ["end_group"],
                ["end_group"],
                ["begin_group", "two", "Two", "not(", None, None, 12],
                ["text", "h", "H"],
                ["begin_repeat", "t", "Table"],
                ["select_multiple yes_no", "i", "I"],
                ["begin_repeat", "u", "Inner"],
                ["end_repeat"],
                ["end_repeat"],
                ["select_one yes_no or_other", "j", "J"],
                ["begin_group", "three", "Three"],
            ],
            [
                ["list_name", "name", "label::English (en)"],
                ["yes_no", "yes", "Yes"],
                ["yes_no", "no", None],
                ["yes_no", "yes", "Yes again"],
                ["yes_no", "not sure", "Not sure"],
                [None, "lost", "Lost"],
            ],
        )
    )
    errors = said(form)
    label = "label::English (en)"
    for place in [
        ("survey", 2, "relevant"),
        ("survey", 3, "type"),
        ("survey", 5, "type"),
        ("survey", 6, "relevant"),
        ("survey", 7, "constraint"),
        ("survey", 8, "name"),
        ("survey", 9, "name"),
        ("survey", 10, "type"),
        ("survey", 11, label),
        ("survey", 11, "role"),
        ("survey", 11, "words"),
        ("survey", 11, "portal_type"),
        ("survey", 11, "visibility"),
        ("survey", 12, "type"),
        ("survey", 13, "relevant"),
        ("survey", 14, "relevant"),
        ("survey", 16, "type"),
        ("survey", 17, "relevant"),
        ("survey", 17, "commitment"),
        ("survey", 20, "type"),
        ("survey", 21, "type"),
        ("survey", 24, "type"),
        ("survey", 25, "type"),
        ("choices", 3, label),
        ("choices", 4, "name"),
        ("choices", 5, "name"),
        ("choices", 6, "list_name"),
    ]:
        assert place in errors, place
    # Nothing else; the table in row 19 is left without columns.
    assert {row for sheet, row, _column in errors if sheet == "survey"} == {
        2,
        3,
        5,
        6,
        7,
        8,
        9,
        10,
        11,
        12,
        13,
        14,
        16,
        17,
        19,
        20,
        21,
        24,
        25,
    }
    sentences = [finding.sentence for finding in form.errors]
    assert any("c → d → c" in sentence or "d → c → d" in sentence for sentence in sentences)
    assert any("“zzz” is no choice of “c”" in sentence for sentence in sentences)
    assert len(sentences) == len(set(zip(sentences, errors, strict=True)))


def test_texts_with_and_without_a_language_are_not_mixed() -> None:
    form = read_xlsform(
        book(
            [["type", "name", "label", "label::French (fr)"], ["text", "a", "A", "A en français"]],
            [["list_name", "name", "label::French (fr)", "label"], ["l", "x", "X", "x"]],
        )
    )
    assert said(form) == [("survey", 1, "label"), ("choices", 1, "label")]
    assert "“label” names no language, but “label::French (fr)” does" in form.errors[0].sentence
    # A column without a text says nothing.
    assert read_xlsform(book([["type", "name", "label", "label::French (fr)"], ["text", "a", None, "A"]])).errors == []


def test_a_language_that_is_not_known_is_refused() -> None:
    form = read_xlsform(
        book(
            [
                ["type", "name", "label::English (en)", "label::Klingon", "hint::Swahili (sw)", "label::en"],
                ["text", "a", "A", "B", "C", "D"],
            ]
        )
    )
    assert said(form) == [("survey", 1, "label::Klingon"), ("survey", 1, "hint::Swahili (sw)"), ("survey", 1, "label::en")]
    assert "names no language that the portal knows" in form.errors[0].sentence
    assert "twice" in form.errors[2].sentence


def test_cells_that_are_no_texts_are_told_apart() -> None:
    form = read_xlsform(
        book(
            [
                ["type", "name", "label"],
                ["text", "a", "=A1&B1"],
                ["text", "b", "#REF!"],
                ["text", "c", dt.date(2026, 1, 2)],
                ["text", "d", 12.0],
            ]
        )
    )
    assert said(form)[:3] == [("survey", 2, "label"), ("survey", 2, "label"), ("survey", 3, "label")]
    assert {row for _sheet, row, _column in said(form)} == {2, 3, 4}
    assert "never worked out" in form.errors[0].sentence
    assert any("#REF!" in finding.sentence for finding in form.errors)
    assert any("turned into a date" in finding.sentence for finding in form.errors)
    assert form.texts["en"]["q.d"] == "12"


@pytest.mark.parametrize(
    ("data", "said_"),
    [
        (b"", "The file is empty"),
        (b"%PDF-1.7", "This is a PDF"),
        (b"type,name,label\ntext,a,A\n", "CSV"),
        (book([["type"], ["text"]])[:900], "end of the file is missing"),
        (book((), [["list_name", "name"], ["a", "b"]]), "no sheet “survey”"),
    ],
)  # fmt: skip
def test_a_file_that_is_no_form_is_refused(data: bytes, said_: str) -> None:
    form = read_xlsform(data)
    assert said_ in form.errors[0].sentence
    assert said(form) == [("", 0, "")]


def test_a_form_without_a_question_is_refused() -> None:
    assert [finding.sentence for finding in read_xlsform(book([["type", "name", "label"]])).errors] == [
        "The questionnaire has no questions."
    ]


def test_a_form_made_to_keep_the_portal_busy_is_refused() -> None:
    head = ["type", "name", "label", "relevant"]
    form = read_xlsform(book([head, *(["text", f"q{number}", "Q"] for number in range(5001))]))
    assert [str(finding) for finding in form.errors] == [
        "survey: The sheet has more than 5000 rows. A form so long cannot be read."
    ]
    began = time.process_time()
    turning = [["text", f"q{number}", "Q", f"${{q{number}}} = 'x'"] for number in range(1500)]
    nested = [["begin_group", f"g{number}", "G", f"${{q{number}}} = '{'x' * 100}'"] for number in range(200)]
    form = read_xlsform(book([head, *turning, *nested, *[["end_group"]] * 200]))
    assert len([finding for finding in form.errors if "circle" in finding.sentence]) == 20
    assert any("within each other" in finding.sentence for finding in form.errors)
    assert time.process_time() - began < 10


def test_a_long_text_comes_in_whole() -> None:
    long = "word " * 5000
    form = read_xlsform(book([["type", "name", "label", "hint"], ["text", "a", "A", long]]))
    assert form.texts["en"]["q.a.hint"] == long.strip()


@pytest.mark.parametrize(
    ("written", "code"),
    [("office", "office"), ("Office", "office"), ("_1 Wie_heißt", "q_1_wie_heisst"), ("2nd", "q_2nd"), ("Área-1.b", "area_1_b"), ("名", "q_")],
)  # fmt: skip
def test_names_become_codes(written: str, code: str) -> None:
    assert as_code(written) == code


# The command


def call(*arguments: object) -> Any:
    """Run the command in a context of its own, as a program would."""
    return Context().run(CliRunner().invoke, portal, ["questionnaires", *map(str, arguments)])


def test_a_file_is_checked_on_the_command_line_without_a_database(
    without_database: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("icportal.app.create_app", lambda: without_database)
    good, bad = tmp_path / "good.xlsx", tmp_path / "bad.xlsx"
    good.write_bytes(household())
    bad.write_bytes(book([["type", "name", "label"], ["geopoint", "a", "A"], ["text", "b", "B", None], ["text", "b", "B"]]))
    done = call("check", good)
    assert done.exit_code == 0, done.output
    assert "2 sections, 8 questions, in en" in done.output
    done = call("check", bad)
    assert done.exit_code == 1
    # What is wrong goes to the one place, what is worth telling to the other.
    assert [line.partition(":")[0] for line in done.stderr.splitlines()] == ["survey 2 type", "survey 4 name"]
    assert [line.partition(":")[0] for line in done.stdout.splitlines()] == ["survey", "settings form_title"]
    assert call("check", good, "--language", "xx").exit_code == 1


def test_a_form_is_imported_and_exported_on_the_command_line(app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("icportal.app.create_app", lambda: app)
    with app.app_context():
        address = db.session.get_one(User, reporting_world.person(Role.COORDINATOR).id).email
    form, out = tmp_path / "form.xlsx", tmp_path / "out.xlsx"
    form.write_bytes(household())
    options = ["--code", "household", "--as", address]
    done = call("import", form, *options)
    assert done.exit_code == 0, done.output
    assert "questionnaire household: 2 sections, 8 questions" in done.output
    assert "nothing changed" in call("import", form, *options).output
    done = call("export", "household", out, "--as", address)
    assert done.exit_code == 0, done.output
    with app.app_context():
        there, back = read_xlsform(form.read_bytes()), read_xlsform(out.read_bytes())
        assert (back.structure, back.texts, back.code) == (there.structure, there.texts, "household")
    # All or nothing.
    form.write_bytes(book([["type", "name", "label"], ["text", "other", "Other"], ["geopoint", "a", "A"]]))
    done = call("import", form, *options)
    assert done.exit_code == 1
    assert "survey 3 type" in done.stderr
    form.write_bytes(book([["type", "name", "label::French (fr)"], ["text", "other", "Autre"]]))
    done = call("import", form, *options)
    assert done.exit_code == 1
    assert "no texts in that language" in done.output
    with app.app_context():
        kept = db.session.scalars(select(Questionnaire)).one()
        assert "other" not in str(kept.structure)
    assert call("export", "nothing", out, "--as", address).exit_code == 1
    assert call("import", form, "--code", "x", "--as", "nobody@example.org").exit_code == 1
