"""Conditions and limits: what they come to, what is refused, and what they make relevant."""

from __future__ import annotations

import re
import time
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from icportal.reporting.questionnaires.definition import Column, Question, Section, Structure
from icportal.reporting.questionnaires.expressions import ExpressionError, compile_expression
from icportal.reporting.questionnaires.patterns import PatternError, compile_pattern
from icportal.reporting.questionnaires.relevance import answered, relevant

VALUES: dict[str, Any] = {
    "grade": "fully",
    "many": ["housing", "work"],
    "staff": 12,
    "budget": "12.50",
    "since": "2020-02-29",
    "rows": [{"name": "a"}, {"name": "b"}],
    "words": "Léon",
    "blank": "",
}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("${grade} = 'fully'", True),
        ("${grade} != 'fully'", False),
        ("${grade}='fully' and ${staff}>=12", True),
        ("${grade}='no' or ${staff} > 12 or not(${missing} = 'x')", True),
        # A bracket binds more than "and", "and" more than "or".
        ("true() or false() and false()", True),
        ("(true() or false()) and false()", False),
        ("${missing} = ''", True),
        ("${missing} != 'x'", True),
        ("${missing} < 5", False),
        ("${missing} >= 5", False),
        ("not(${missing} < 5)", True),
        ("${budget} = 12.5", True),
        ("${budget} + 0.1 = 12.6", True),
        ("1 + 2 * 3 - 4", Decimal(3)),
        ("10 - 2 - 3", Decimal(5)),
        ("7 div 2", Decimal("3.5")),
        ("7 mod 2", Decimal(1)),
        ("1 div 0", None),
        ("--3 - -1", Decimal(4)),
        ("${words} + 1", None),
        ("${since} <= today()", True),
        ("${since} > '2020-02-28'", True),
        ("date('2020-03-01') - ${since}", Decimal(1)),
        ("selected(${many}, 'work')", True),
        ("selected(${many}, 'wor')", False),
        ("selected(${grade}, 'fully')", True),
        ("selected('a b', 'b')", True),
        ("count-selected(${many}) = 2", True),
        ("count(${rows}) >= 2", True),
        ("count(${missing})", Decimal(0)),
        ("string-length(${words})", Decimal(4)),
        ("if(${grade} = 'fully', 'yes', 1 div 0)", "yes"),
        ("coalesce(${missing}, ${blank}, 'x')", "x"),
        ("number('7') + int(2.9) + round(2.5)", Decimal(12)),
        ("regex(${words}, '[A-Z]\\p{L}+')", True),
        ("regex(${words}, 'Lé')", False),
        ("contains(${words}, 'éo') and starts-with(${words}, 'L')", True),
        ("${grade} = ‘fully’ and ${grade} = “fully”", True),
        ("'it''s' = 1", None),
    ],
)  # fmt: skip
def test_an_expression_comes_to(text: str, expected: Any) -> None:
    if text.startswith("'it''s"):
        # Two quotation marks do not make one in XPath.
        with pytest.raises(ExpressionError):
            compile_expression(text)
        return
    assert compile_expression(text).evaluate(VALUES) == expected


def test_an_own_answer_is_judged() -> None:
    limit = compile_expression(". >= 0 and . <= 100 and string-length(.) < 6")
    assert [limit.holds({}, own) for own in (0, 100, 101, "12.5", "", None)] == [True, True, False, True, False, False]
    assert limit.uses_own
    assert limit.references == frozenset()


def test_what_an_expression_hangs_on_and_compares_with_is_known() -> None:
    expression = compile_expression("${ a } = 'x' and selected(${b}, 'y') or 'z' != ${a} or . = 'w' or ${c} = ''")
    assert expression.references == {"a", "b", "c"}
    assert set(expression.compared) == {("a", "x"), ("b", "y"), ("a", "z"), (".", "w")}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "ends too early"),
        ("${a} =", "ends too early"),
        ("(${a} = 1", "not closed"),
        ("${a} == 1", "“=” is not understood in the expression (character 7)"),
        ("${a} = yes", "Put texts in quotation marks"),
        ("${a} = 1)", "“)” is not understood"),
        ("${a} & ${b}", "“&”"),
        ("'open", "“'”"),
        ("document('file:///etc/passwd')", "no function “document”"),
        ("jr:itext('a')", "“:”"),
        ("//data", "“/”"),
        ("../a", "“/”"),
        ("not()", "another number of values"),
        ("if(1, 2)", "another number of values"),
        ("regex(., ${a})", "a text in quotation marks"),
        ("regex(., '(a')", "character 2"),
        ("regex(., '(a{99}){99}')", "too large"),
        ("regex(., '(?<=a)b')", "not understood"),
        ("(" * 60 + "1" + ")" * 60, "brackets within brackets"),
        ("1+" * 1000 + "1", "longer than 2000"),
    ],
)  # fmt: skip
def test_an_expression_is_refused_with_the_reason(text: str, said: str) -> None:
    with pytest.raises(ExpressionError) as refused:
        compile_expression(text)
    assert said in refused.value.sentence


def test_an_expression_is_made_ready_once() -> None:
    assert compile_expression("${a} = 'once'") is compile_expression("${a} = 'once'")


def test_a_long_expression_is_worked_out() -> None:
    assert compile_expression("+".join(["1"] * 900)).evaluate({}) == 900
    assert compile_expression("-" * 1000 + "1").evaluate({}) == 1
    assert compile_expression("not(" * 20 + "1" + ")" * 20).evaluate({}) is True


def test_no_answer_makes_an_expression_fail() -> None:
    text = "if(${a} > 1, ${a} * ${a} div 3, coalesce(${a}, .)) = count(${a}) or regex(${a}, 'x*') or round(${a}) mod 2 = 1"
    expression = compile_expression(text)
    for answer in (None, True, 1.5, float("nan"), float("inf"), [], [None, 3], {"observation": 4}, [{"a": None}], "9" * 60, "1e9999", object(),
                   date(2020, 1, 1)):  # fmt: skip
        assert isinstance(expression.evaluate({"a": answer}, answer), bool)


# Patterns


@pytest.mark.parametrize("pattern", ["(a+)+b", "(a|a)*b", "(a*)*b", "a*a*a*a*a*a*a*b", "(.*)(.*)(.*)(.*)x", "(a|aa)+$b"])
def test_no_pattern_takes_long(pattern: str) -> None:
    started = time.perf_counter()
    assert not compile_pattern(pattern).fits("a" * 5000)
    assert time.perf_counter() - started < 2


_letters = st.sampled_from("ab1 -é")
_patterns = st.recursive(
    st.sampled_from(["a", "b", "1", ".", "[ab]", "[^a]", r"\d", r"\w", r"\s", "[a-b1]", r"\-", "é", r"[\d-]", "^", "$"]),
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3).map("".join),
        st.lists(inner, min_size=1, max_size=3).map("|".join).map("({})".format),
        st.tuples(inner, st.sampled_from(["*", "+", "?", "{2}", "{0,2}", "{1,}", "*?"])).map(lambda two: f"(?:{two[0]}){two[1]}"),
    ),
    max_leaves=6,
)


@settings(max_examples=300, deadline=None)
@given(_patterns, st.text(_letters, max_size=6))
def test_a_pattern_fits_what_it_fits_elsewhere(pattern: str, text: str) -> None:
    assert compile_pattern(pattern).fits(text) == (re.fullmatch(pattern.replace("$", r"\Z"), text) is not None)


@pytest.mark.parametrize(
    "pattern",
    ["*", "a**", "a++", "[a", "[b-a]", r"\1", r"\b", "(?=a)", "a{2", "a{3,2}", "^*", "a)", r"\p{X}", "\\", "[[:alpha:]]"],
)
def test_a_pattern_that_is_not_understood_is_refused(pattern: str) -> None:
    with pytest.raises(PatternError):
        compile_pattern(pattern)


# Relevance


def structure(*sections: tuple[str, str, dict[str, str]]) -> Structure:
    """Sections as (name, condition, questions by code with their conditions)."""
    return Structure(
        tuple(
            Section(name, tuple(Question(code, relevant=own) for code, own in questions.items()), condition)
            for name, condition, questions in sections
        )
    )


def test_an_answer_makes_a_question_and_a_section_relevant() -> None:
    asked = structure(("one", "", {"a": "", "b": "${a} = 'yes'"}), ("two", "${b} = 'yes'", {"c": ""}))
    now = relevant(asked, {"a": "yes", "b": "yes"})
    assert now.sections == {"one", "two"}
    assert now.questions == {"a", "b", "c"}
    assert now.undecided == frozenset()


def test_an_answer_that_is_not_asked_for_counts_as_missing() -> None:
    # b was answered before a was changed; c hangs on it, and stands before both.
    asked = structure(("first", "${b} = 'yes'", {"c": ""}), ("one", "", {"a": "", "b": "${a} = 'yes'"}))
    now = relevant(asked, {"a": "no", "b": "yes"})
    assert now.sections == {"one"}
    assert now.questions == {"a"}
    # Nothing is open: a is answered, and b is not asked.
    assert now.undecided == frozenset()


def test_a_section_is_undecided_while_what_it_hangs_on_is_open() -> None:
    asked = structure(
        ("one", "", {"a": "", "b": "${a} = 'yes'"}),
        ("two", "${b} = 'yes'", {"c": ""}),
        ("three", "${c} = 'yes'", {"d": ""}),
        ("four", "not(${a} = 'no')", {"e": ""}),
    )
    assert relevant(asked, {}).undecided == {"two", "three"}
    assert relevant(asked, {}).sections == {"one", "four"}
    assert relevant(asked, {"a": "yes"}).undecided == {"two", "three"}
    assert relevant(asked, {"a": "no"}).undecided == frozenset()
    assert relevant(asked, {"a": "yes", "b": "no"}).undecided == frozenset()


def test_questions_of_a_section_that_is_not_asked_are_not_asked_either() -> None:
    asked = structure(("one", "", {"a": ""}), ("two", "${a} = 'yes'", {"b": "", "c": ""}), ("three", "${b} = 'yes'", {"d": ""}))
    now = relevant(asked, {"a": "no", "b": "yes"})
    assert now.questions == {"a"}
    assert now.undecided == frozenset()


def test_a_long_chain_and_a_circle_do_no_harm() -> None:
    chain = {"q0": "", **{f"q{number}": f"${{q{number - 1}}} = 'yes'" for number in range(1, 1500)}}
    # Written backwards, so that no question stands after what it hangs on.
    asked = structure(("one", "", dict(reversed(chain.items()))))
    assert len(relevant(asked, dict.fromkeys(chain, "yes")).questions) == 1500
    assert relevant(asked, {**dict.fromkeys(chain, "yes"), "q0": "no"}).questions == {"q0"}
    round_ = structure(("one", "", {"a": "${b} = 'x'", "b": "${a} = 'x'", "c": "wrong("}))
    assert "c" in relevant(round_, {}).questions


def test_what_counts_as_answered() -> None:
    answers: list[Any] = [None, "", "  ", [], [""], {}, {"a": None}, 0, "no", False, ["x"], [{"a": "1"}]]
    assert [answered(answer) for answer in answers] == [False] * 7 + [True] * 5


def test_a_table_is_counted() -> None:
    table = Question("t", "table", columns=(Column("name"),))
    asked = Structure((Section("one", (table, Question("more", relevant="count(${t}) > 1"))),))
    assert "more" not in relevant(asked, {"t": [{"name": "a"}]}).questions
    assert "more" in relevant(asked, {"t": [{"name": "a"}, {"name": "b"}]}).questions


def test_days_are_counted_from_today() -> None:
    late = compile_expression("today() - ${since} > 30")
    today = compile_expression("today()").evaluate({})
    assert isinstance(today, date)
    assert late.holds({"since": (today - timedelta(days=31)).isoformat()})
    assert not late.holds({"since": today.isoformat()})
