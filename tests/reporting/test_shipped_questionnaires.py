"""The questionnaires that are shipped are whole: every structure holds together, and every language says all of it."""

import re
import tomllib
from collections import defaultdict
from functools import cache
from importlib.resources import files

import pytest

from icportal.data import reader
from icportal.reporting.enums import QuestionRole, QuestionType, Visibility
from icportal.reporting.questionnaires import checks, relevance, shipped
from icportal.reporting.questionnaires.definition import (
    SUMMARY,
    TITLE,
    Structure,
    choice_key,
    commitment_section,
    label_key,
    message_key,
    section_key,
    text_keys,
)
from icportal.reporting.questionnaires.expressions import compile_expression

PLACE = files("icportal.data.questionnaires")
EDITIONS = {"edition-1": 1, "edition-2": 2, "edition-5": 5}
LANGUAGES = shipped.LANGUAGES
#: Words that two languages write alike.
ALIKE = {"No", "Ja"}
#: Labels are read in a list and in a table of contents; hints stand below a field.
LONGEST_LABEL, LONGEST_HINT = 20, 60
#: Languages that say the same with more letters than English, and by how much at most.
STRETCH = 1.45

edition = pytest.mark.parametrize("code", EDITIONS)
each_language = pytest.mark.parametrize("language", LANGUAGES)


def stored(name):
    return tomllib.loads((PLACE / f"{name}.toml").read_text(encoding="utf-8"))


@cache
def words_of(name, language):
    return stored(f"{name}.{language}")["texts"]


@cache
def texts_of(code, language):
    return shipped.texts(code, language)


def structure_of(code):
    read = stored(code)
    read.pop("position")
    return Structure.of(read)


STRUCTURES = {code: structure_of(code) for code in EDITIONS}


@cache
def wanted(code):
    return {key.key: key for key in text_keys(STRUCTURES[code])}


def test_the_shipped_questionnaires_are_the_three_editions():
    assert sorted(shipped.codes()) == sorted(EDITIONS)


@edition
def test_what_is_kept_is_what_the_file_says(code):
    read = stored(code)
    assert read.pop("position") == EDITIONS[code]
    assert STRUCTURES[code].stored() == read


@edition
def test_no_edition_has_anything_to_mend(code):
    texts = {language: texts_of(code, language) for language in LANGUAGES}
    assert checks.problems(STRUCTURES[code], texts, source="en") == []
    assert checks.missing_texts(STRUCTURES[code], texts, "en") == {}


@edition
def test_every_list_of_choices_is_used_and_has_at_least_two(code):
    structure = STRUCTURES[code]
    questions = structure.questions.values()
    used = {question.choices for question in questions} | {column.choices for each in questions for column in each.columns}
    assert set(structure.choices) == used - {""}
    assert all(len(values) > 1 for values in structure.choices.values())


@edition
@each_language
def test_a_language_says_all_that_is_asked_and_nothing_else(code, language):
    keys = wanted(code)
    own, shared = words_of(code, language), words_of("shared", language)
    assert not own.keys() & shared.keys()
    assert own.keys() <= keys.keys()
    assert {key for key, asked in keys.items() if not asked.optional} <= own.keys() | shared.keys()
    assert {TITLE, SUMMARY} <= own.keys()
    assert all(text.strip() == text and text for text in (own | shared).values())


@each_language
def test_what_is_shared_is_asked_in_more_than_one_edition(language):
    for key in words_of("shared", language):
        assert sum(key in wanted(code) for code in EDITIONS) > 1, key


@each_language
@pytest.mark.parametrize("name", ["shared", *EDITIONS])
def test_the_languages_have_the_same_texts_in_the_same_order(name, language):
    assert list(words_of(name, language)) == list(words_of(name, "en"))


@edition
def test_a_limit_says_what_is_wrong(code):
    for question in STRUCTURES[code].questions.values():
        assert not question.constraint or texts_of(code, "en").get(message_key(question.name)), question.name


def test_no_text_was_left_in_another_language():
    said = defaultdict(set)
    for name in ("shared", *EDITIONS):
        for language in LANGUAGES:
            for text in words_of(name, language).values():
                said[text].add(language)
    assert {text for text, languages in said.items() if len(languages) > 1} == ALIKE


@edition
@each_language
def test_texts_are_short_and_keep_their_parts(code, language):
    english = texts_of(code, "en")
    for key, asked in wanted(code).items():
        text = texts_of(code, language).get(key)
        if text is None:
            continue
        place = f"{language} {key}"
        limit = LONGEST_LABEL if asked.is_line else LONGEST_HINT
        assert len(text.split()) <= limit * (1 if language == "en" else STRETCH), place
        assert "\n" not in text, place
        assert re.findall(r"[%$]\S*|[{}]", text) == re.findall(r"[%$]\S*|[{}]", english[key]), place
        assert sorted(re.findall(r"\d+", text)) == sorted(re.findall(r"\d+", english[key])), place
        assert ending(text) == ending(english[key]), place


def ending(text):
    return text[-1] if text[-1] in ".?:!" else ""


@each_language
def test_quotation_marks_and_spaces_are_those_of_the_language(language):
    for name in ("shared", *EDITIONS):
        for key, text in words_of(name, language).items():
            assert not re.search(r"['\"]|  ", text), key
            narrow = re.findall(r"(.?)[;:!?»]|«(.?)", text)
            if language == "fr":
                assert all("\u202f" in pair for pair in narrow), key
            else:
                assert "\u202f" not in text, key


@edition
@each_language
def test_commitments_and_indicators_are_called_what_they_are_called_elsewhere(code, language):
    texts = texts_of(code, language)
    titles = {each.number: each.title for each in reader.charter(language).commitments}
    catalogue = tomllib.loads((files("icportal.data.catalogue") / f"{language}.toml").read_text(encoding="utf-8"))
    for section in STRUCTURES[code].sections:
        if section.commitment:
            assert texts[section_key(section.name)] == f"{section.commitment}. {titles[section.commitment]}"
        for question in section.questions:
            if question.type == QuestionType.INDICATOR:
                assert texts[label_key(question.name)] == catalogue[question.indicator]["title"]


@edition
def test_every_commitment_has_the_standard_block(code):
    assert list(STRUCTURES[code].grades) == list(range(1, 12))
    for section in STRUCTURES[code].sections:
        if section.commitment:
            block = commitment_section(section.commitment, with_provider=section.commitment in {4, 5})
            assert section.name == block.name
            assert [question for question in section.questions if question in block.questions] == list(block.questions)


def test_a_code_asks_for_the_same_in_every_edition():
    asked = defaultdict(set)
    for structure in STRUCTURES.values():
        for question in structure.questions.values():
            asked[question.name].add(question)
    assert {code for code, questions in asked.items() if len(questions) > 1} == set()


def test_only_the_basics_have_to_be_answered():
    basics = ["office", "contact", "migrant_definition"]
    for structure in STRUCTURES.values():
        assert [question.name for question in structure.questions.values() if question.required] == basics


@edition
def test_persons_stay_with_the_city_and_challenges_with_the_network(code):
    structure = STRUCTURES[code]
    assert structure.questions["contact"].visibility == structure.questions["helpers"].visibility == Visibility.CITY
    assert {question.visibility for question in structure.with_role(QuestionRole.CHALLENGES)} == {Visibility.NETWORK}


def test_edition_5_fits_on_ninety_questions_and_carries_what_its_report_tells_of():
    structure = STRUCTURES["edition-5"]
    assert 55 <= len(structure.questions) <= 90
    names = [section.name for section in structure.sections]
    assert names.index("housing") == names.index("c04") + 1
    assert 4 <= len(structure.section("housing").questions) <= 6
    assert {section.name for section in structure.sections for question in section.questions if question.role == "special"} == {
        "covid"
    }


def test_edition_2_asks_how_the_city_is_organised_and_edition_1_does_not():
    assert STRUCTURES["edition-1"].section("organisation") is None
    asked = {question.name for question in STRUCTURES["edition-2"].section("organisation").questions}
    assert {"organisation_model", "departments", "political_lead", "consultative_council", "staff", "budget"} <= asked


@pytest.mark.parametrize(
    ("answers", "shown", "hidden"),
    [
        ({}, (), ("council_name", "c04_advocacy", "c05_advocacy", "covid_effects_detail", "covid_services_detail")),
        ({"consultative_council": "no"}, (), ("council_name",)),
        ({"consultative_council": "being_set_up"}, ("council_name",), ()),
        ({"c04_provider": "advocates", "c05_provider": "direct"}, ("c04_advocacy",), ("c05_advocacy",)),
        ({"covid_effects": ["jobs"]}, ("covid_effects_detail",), ("covid_services_detail",)),
    ],
)
def test_follow_up_questions_are_asked_where_there_is_something_to_follow_up(answers, shown, hidden):
    found = relevance.relevant(STRUCTURES["edition-5"], answers)
    assert set(shown) <= found.questions
    assert not set(hidden) & found.questions
    assert found.sections == {section.name for section in STRUCTURES["edition-5"].sections}


@pytest.mark.parametrize(
    ("question", "good", "bad"),
    [
        ("organisation_since", 2014, 14),
        ("staff", "12.5", "-1"),
        ("budget", "0", "-0.5"),
        (
            "priorities",
            ["language", "housing"],
            ["language", "education", "minors", "networks", "housing", "reception", "awareness"],
        ),
        ("charter_use", ["not_used"], ["not_used", "assess"]),
    ],
)
def test_limits_refuse_what_cannot_be(question, good, bad):
    limit = compile_expression(STRUCTURES["edition-2"].questions[question].constraint)
    assert limit.holds({}, good)
    assert not limit.holds({}, bad)


def test_every_answer_of_a_list_has_words_of_its_own():
    for code in EDITIONS:
        for name, values in STRUCTURES[code].choices.items():
            for language in LANGUAGES:
                texts = texts_of(code, language)
                assert len({texts[choice_key(name, value)] for value in values}) == len(values), f"{language} {name}"
