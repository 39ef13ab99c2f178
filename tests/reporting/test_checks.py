"""What stands in the way of publishing a questionnaire."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest

from icportal.reporting.enums import QuestionRole, QuestionType
from icportal.reporting.questionnaires.checks import Problem, missing_texts, problems
from icportal.reporting.questionnaires.definition import (
    Column,
    Question,
    Section,
    Structure,
    commitment_section,
    text_keys,
)

CHOICES = {"fulfilment": ("fully", "partly", "not_at_all"), "provider": ("direct", "advocates"), "themes": ("housing", "work")}
TABLE = Question("plans", QuestionType.TABLE, columns=(Column("name"), Column("until", QuestionType.INTEGER)))


def sound() -> Structure:
    return Structure(
        (
            Section("city", (Question("office"), Question("themes", QuestionType.MULTIPLE, choices="themes"), TABLE)),
            commitment_section(4, with_provider=True),
            Section("later", (Question("why", relevant="selected(${themes}, 'work') or ${c04_grade} = 'partly'"),)),
        ),
        CHOICES,
    )


def words(structure: Structure, **instead: str) -> dict[str, str]:
    return {**{key.key: f"Text of {key.key}" for key in text_keys(structure) if not key.optional}, **instead}


def found(structure: Structure, **more: Any) -> list[Problem]:
    return problems(structure, {"en": words(structure)}, source="en", **more)


def with_question(question: Question, *, at: int = 0) -> Structure:
    """The sound questionnaire with one question more."""
    whole = sound()
    section = whole.sections[at]
    sections = list(whole.sections)
    sections[at] = replace(section, questions=(*section.questions, question))
    return replace(whole, sections=tuple(sections))


def test_a_sound_questionnaire_has_no_problems() -> None:
    assert found(sound()) == []


@pytest.mark.parametrize(
    ("question", "code", "field", "said"),
    [
        (Question("office"), "twice", "name", "“office” stands there twice"),
        (Question("Office"), "bad_code", "name", "“Office” cannot be a code"),
        (Question("a" * 61), "bad_code", "name", "at most 60"),
        (Question("x", former="Old"), "bad_code", "former", "“Old”"),
        (Question("x", "geopoint"), "type", "type", "“geopoint”"),
        (Question("x", role="boss"), "role", "role", "Possible are: grade, "),
        (Question("x", visibility="secret"), "visibility", "visibility", "city, network, public"),
        (Question("x", QuestionType.CHOICE, choices="colours"), "unknown_list", "choices", "“colours”"),
        (Question("x", QuestionType.CHOICE), "unknown_list", "choices", "no list"),
        (Question("x", QuestionType.INDICATOR), "no_indicator", "indicator", "which indicator"),
        (Question("x", QuestionType.TABLE), "no_columns", "columns", "no columns"),
        (Question("x", QuestionType.TABLE, columns=(Column("a"), Column("a"))), "twice", "name", "“a”"),
        (Question("x", QuestionType.TABLE, columns=(Column("A"),)), "bad_code", "name", "“A”"),
        (Question("x", QuestionType.TABLE, columns=(Column("a", QuestionType.FILE),)), "type", "type", "file"),
        (Question("x", QuestionType.TABLE, columns=(Column("a", QuestionType.CHOICE, "no"),)), "unknown_list", "choices", "“no”"),
        (Question("x", relevant="${themes"), "expression", "relevant", "not understood"),
        (Question("x", relevant="${nobody} = 1"), "unknown_question", "relevant", "“nobody”"),
        (Question("x", relevant="${until} = 1"), "column", "relevant", "table “plans”"),
        (Question("x", relevant=". = 1"), "own", "relevant", "own answer"),
        (Question("x", constraint="pulldata('a')"), "expression", "constraint", "no function “pulldata”"),
        (Question("x", relevant="${c04_grade} = 'full'"), "unknown_choice", "relevant", "“full” is no choice of “c04_grade”"),
        (Question("x", relevant="selected(${themes}, 'health')"), "unknown_choice", "relevant", "“health”"),
        (Question("x", relevant="'no' != ${c04_provider}"), "unknown_choice", "relevant", "“no”"),
        (Question("x", QuestionType.MULTIPLE, choices="themes", constraint="not(selected(., 'x'))"), "unknown_choice", "constraint", "“x”"),
        (Question("x", QuestionType.CHOICE, choices="themes", role=QuestionRole.GRADE), "grade_list", "choices", "“fulfilment”"),
        (Question("x", QuestionType.CHOICE, choices="fulfilment", role=QuestionRole.GRADE), "grade_place", "role", "commitment"),
    ],
)  # fmt: skip
def test_a_question_is_found_wanting(question: Question, code: str, field: str, said: str) -> None:
    fitting = [one for one in found(with_question(question)) if one.code == code]
    assert [(one.section, one.question, one.field) for one in fitting] == [("city", question.name, field)]
    assert said in fitting[0].sentence


def test_everything_is_found_at_once() -> None:
    structure = with_question(Question("Office", "geopoint", relevant="${nobody} = 1", constraint="(", role="boss"))
    assert {one.code for one in found(structure)} == {"bad_code", "type", "unknown_question", "expression", "role"}


def test_comparing_with_nothing_with_a_number_or_with_several_choices_is_fine() -> None:
    structure = with_question(Question("x", relevant="${c04_grade} = '' or ${themes} = 'housing work' or ${office} = 'Bonn'"))
    structure = replace(structure, choices={**CHOICES, "years": ("1", "2")})
    structure = replace(
        structure,
        sections=(*structure.sections, Section("z", (Question("year", "choice", choices="years", constraint=". = 2"),))),
    )
    assert found(structure) == []


def test_a_note_has_no_answer_to_hang_on() -> None:
    structure = Structure((Section("one", (Question("read", QuestionType.NOTE), Question("b", relevant="${read} = 'x'"))),))
    assert [one.code for one in found(structure)] == ["note"]


def test_a_condition_may_ask_for_what_comes_later() -> None:
    assert found(with_question(Question("x", relevant="${why} != ''"))) == []


def test_every_circle_is_said() -> None:
    structure = Structure(
        (
            Section(
                "one",
                (
                    Question("a", relevant="${b} = '1'"),
                    Question("b", relevant="${c} = '1'"),
                    Question("c", relevant="${a} = '1'"),
                    Question("d", relevant="${d} = '1'"),
                    # Limits may look at each other.
                    Question("e", constraint=". < ${f}"),
                    Question("f", constraint=". > ${e}"),
                ),
            ),
            Section("two", (Question("g"),), relevant="${g} = '1'"),
        )
    )
    said = [one.sentence.partition(": ")[2].rstrip(".").split(" → ") for one in found(structure) if one.code == "circle"]
    assert len(said) == 3
    assert all(circle[0] == circle[-1] for circle in said)
    # Each name is followed by one its condition asks for.
    hangs = {"a": "b", "b": "c", "c": "a", "d": "d", "two": "g", "g": "two"}
    assert all(hangs[one] == other for circle in said for one, other in pairwise(circle))


def test_commitments_are_numbered_and_asked_once() -> None:
    wrong = Structure((commitment_section(12), commitment_section(4), replace(commitment_section(4), name="again")), CHOICES)
    codes = [(one.code, one.section) for one in found(wrong)]
    assert ("commitment", "c12") in codes
    assert ("commitment_twice", "again") in codes


def test_a_section_has_one_grade() -> None:
    grade = Question("again", QuestionType.CHOICE, choices="fulfilment", role=QuestionRole.GRADE)
    assert [(one.code, one.question) for one in found(with_question(grade, at=1))] == [("grade_twice", "again")]


@pytest.mark.parametrize(
    ("choices", "code", "place"),
    [
        ({"fulfilment": ("fully", "partly", "no")}, "list_values", ("fulfilment", "")),
        ({"provider": ("direct",)}, "list_values", ("provider", "")),
        ({"none": ()}, "empty_list", ("none", "")),
        ({"None": ("a",)}, "bad_code", ("None", "")),
        ({"x": ("a b",)}, "bad_choice", ("x", "a b")),
        ({"x": ("a", "a")}, "twice", ("x", "a")),
    ],
)  # fmt: skip
def test_a_list_is_found_wanting(choices: dict[str, tuple[str, ...]], code: str, place: tuple[str, str]) -> None:
    structure = replace(sound(), choices={**CHOICES, **choices})
    assert [(one.code, one.choices, one.item) for one in found(structure)] == [(code, *place)]


def test_what_has_no_text_in_the_source_is_found() -> None:
    structure = sound()
    for key, place in {
        "title": ("", "", "", ""),
        "s.city": ("city", "", "", ""),
        "q.office": ("city", "office", "", ""),
        "q.plans.column.until": ("city", "plans", "", "until"),
        "c.themes.work": ("", "", "themes", "work"),
    }.items():
        told = problems(structure, {"en": words(structure, **{key: " "}), "fr": {}}, source="en")
        assert [(one.code, one.section, one.question, one.choices, one.item) for one in told] == [("no_text", *place)]


def test_the_texts_a_language_lacks_are_named() -> None:
    structure = sound()
    source = words(structure, **{"q.office.hint": "Help"})
    french = {key: text for key, text in source.items() if key not in {"q.office", "q.office.hint", "c.themes.work"}}
    texts = {"en": source, "fr": french, "de": dict(source)}
    assert missing_texts(structure, texts, "en") == {"fr": ("q.office", "q.office.hint", "c.themes.work")}


# What was published


def test_a_published_code_cannot_be_renamed_without_saying_so() -> None:
    old, new = sound(), with_question(Question("bureau"))
    first = new.sections[0]
    new = replace(new, sections=(replace(first, questions=first.questions[1:]), *new.sections[1:]))
    texts = words(new, **{"q.bureau": "Which  office?", "q.office": "Which office?"})
    told = problems(new, {"en": texts}, source="en", frozen=old)
    assert [(one.code, one.question) for one in told] == [("renamed", "bureau")]
    assert "“office” was published and is called “bureau” now" in told[0].sentence
    # The old words may also come apart.
    del texts["q.office"]
    assert problems(new, {"en": texts}, source="en", frozen=old) == []
    assert len(problems(new, {"en": texts}, source="en", frozen=old, frozen_texts={"q.office": "which office?"})) == 1
    # Said as a former code it is no renaming behind the back.
    renamed = replace(new.sections[0], questions=(*new.sections[0].questions[:-1], Question("bureau", former="office")))
    told = problems(
        replace(new, sections=(renamed, *new.sections[1:])),
        {"en": texts},
        source="en",
        frozen=old,
        frozen_texts={"q.office": "Which office?"},
    )
    assert told == []


@pytest.mark.parametrize(
    ("type_", "codes"),
    [
        (QuestionType.LONG_TEXT, []),
        (QuestionType.TEXT, []),
        (QuestionType.INTEGER, ["type_changed"]),
        ("x", ["type", "type_changed"]),
    ],
)
def test_a_published_code_keeps_its_type(type_: str, codes: list[str]) -> None:
    whole = sound()
    first = replace(whole.sections[0], questions=(Question("office", type_), *whole.sections[0].questions[1:]))
    told = found(replace(whole, sections=(first, *whole.sections[1:])), frozen=whole)
    assert [(one.code, one.question) for one in told] == [(code, "office") for code in codes]


def test_a_published_column_keeps_its_type_and_a_question_may_go() -> None:
    whole = sound()
    table = replace(TABLE, columns=(TABLE.columns[0], Column("until", QuestionType.DATE)))
    changed = replace(whole, sections=(Section("city", (*whole.sections[0].questions[:2], table)), *whole.sections[1:]))
    assert [(one.code, one.question, one.item) for one in found(changed, frozen=whole)] == [("type_changed", "plans", "until")]
    shorter = replace(whole, sections=whole.sections[:2])
    assert found(shorter, frozen=whole) == []
