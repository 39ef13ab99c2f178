"""Staleness against an oracle that knows which paragraph was edited."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from icportal.i18n.segments import Segment, cut, put_together
from icportal.i18n.staleness import FRESH, GONE, MISSING, STALE, Answer, compare, counts

PARAGRAPH = st.text(alphabet="abcdefghij ", min_size=3, max_size=30).map(str.strip).filter(bool)


def source_of(*texts: str) -> list[Segment]:
    return [Segment("body", text) for text in texts]


def stored_for(*texts: str) -> list[dict[str, str]]:
    return [{"field": "body", "source": text, "text": f"<{text}>"} for text in texts]


def states(answers: list[Answer]) -> list[str]:
    return [answer.state for answer in answers]


def test_one_changed_paragraph_is_the_only_stale_one() -> None:
    answers = compare(source_of("one", "two changed", "three"), stored_for("one", "two", "three"))
    assert states(answers) == [FRESH, STALE, FRESH]
    assert (answers[1].old_source, answers[1].target) == ("two", "<two>")


def test_a_moved_paragraph_stays_fresh() -> None:
    assert states(compare(source_of("three", "one", "two"), stored_for("one", "two", "three"))) == [FRESH] * 3


def test_a_new_paragraph_is_missing_and_a_removed_one_is_gone() -> None:
    assert states(compare(source_of("one", "new", "two"), stored_for("one", "two"))) == [FRESH, MISSING, FRESH]
    assert states(compare(source_of("two"), stored_for("one", "two"))) == [FRESH, GONE]


def test_the_old_text_put_back_is_fresh_without_work() -> None:
    kept = [{"field": "body", "source": "two", "text": "<two>"}]
    assert states(compare(source_of("two changed"), kept)) == [STALE]
    assert states(compare(source_of("two"), kept)) == [FRESH]


def test_white_space_is_no_change() -> None:
    assert states(compare(source_of("a  b\nc"), stored_for("a b c"))) == [FRESH]


def test_a_claim_makes_fresh_and_says_so() -> None:
    (stale,) = compare(source_of("two changed"), stored_for("two"))
    (claimed,) = compare(source_of("two changed"), stored_for("two"), {(stale.old_hash, stale.source_hash)})
    assert (claimed.state, claimed.claimed, claimed.target) == (FRESH, True, "<two>")


def test_an_empty_translation_is_missing() -> None:
    assert states(compare(source_of("one"), [{"field": "body", "source": "one", "text": "  "}])) == [MISSING]


@settings(max_examples=300, deadline=None)
@given(paragraphs=st.lists(PARAGRAPH, min_size=2, max_size=40, unique_by=lambda t: " ".join(t.split())), seed=st.integers())
def test_an_edit_script_stales_exactly_what_it_touched(paragraphs: list[str], seed: int) -> None:
    chance = random.Random(seed)
    edited = set(chance.sample(range(len(paragraphs)), chance.randint(0, min(3, len(paragraphs) - 1))))
    today = [f"{text} EDITED{index}" if index in edited else text for index, text in enumerate(paragraphs)]
    answers = compare(source_of(*today), stored_for(*paragraphs))
    assert {index for index, answer in enumerate(answers) if answer.state == STALE} == edited
    assert all(answer.old_source == paragraphs[index] for index, answer in enumerate(answers) if index in edited)
    assert counts(answers) == (len(edited), 0)


@pytest.mark.parametrize(
    ("body", "pieces"),
    [
        ({"title": "A title", "text": "First.\n\nSecond."}, [("title", "A title"), ("text", "First."), ("text", "Second.")]),
        ({"text": "# Head\n\n- one\n- two"}, [("text", "# Head"), ("text", "- one"), ("text", "- two")]),
        ({"title": "  "}, []),
    ],
)
def test_cut(body: dict[str, str], pieces: list[tuple[str, str]]) -> None:
    assert [(s.field, s.text) for s in cut([("title", "line"), ("text", "text")], body)] == pieces


def test_put_together_gives_the_blocks_back() -> None:
    body = {"title": "T", "text": "# Head\n\nOne.\n\n- a\n- b"}
    pieces = [(s.field, s.text) for s in cut([("title", "line"), ("text", "text")], body)]
    assert put_together(pieces) == body
