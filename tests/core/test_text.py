import re
import time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from icportal.core import text as t

LINES = st.sampled_from(
    ["", "", "a word", "more words", "- item", "- other", "* star", "  - inner", "    deep", "1. one", "2. two", "3) three", "# Head",
     "## Head", "> quote", ">", "---", "===", "```", "~~~", "  second", "\ttab", "| a | b |", "|---|---|", "[x]: http://e.eu", "-",
     "1.", "+ plus", "  1. in", "   2. in", "\\- no", "line  ", "<b>", "&amp;", "é ß"]
)  # fmt: skip
MARKDOWN = st.lists(LINES, max_size=12).map("\n".join)


@settings(max_examples=600, deadline=None)
@given(st.one_of(MARKDOWN, st.text(max_size=80)))
def test_joined_blocks_split_the_same_way_again(text):
    blocks = t.split_blocks(text)
    joined = t.join_blocks(blocks)
    assert t.split_blocks(joined) == blocks
    assert t.join_blocks(t.split_blocks(joined)) == joined


@settings(max_examples=300, deadline=None)
@given(MARKDOWN.filter(lambda text: not re.search(r"(?m)^ *(-|1\.)$", text)))
@example("- a\n\n2. b")
def test_joined_blocks_read_the_same(text):
    def signs(markdown):
        # A list with space between its items wraps each in a paragraph; nothing else may differ.
        return re.sub(r"</?p>|\s+", "", t.render_markdown(markdown))

    assert signs(t.join_blocks(t.split_blocks(text))) == signs(t.clean_text(text))


def test_blocks_are_what_a_translator_expects():
    text = "# Title\n\nOne sentence.\nAnother.\n\n- first\n- second\n  - inner\n\n> said\n\n1. go\n2. stop"
    assert t.split_blocks(text) == [
        "# Title", "One sentence.\nAnother.", "- first", "- second", "  - inner", "> said", "1. go", "2. stop",
    ]  # fmt: skip
    assert t.join_blocks(t.split_blocks(text)) == text
    assert t.split_blocks("") == []


@settings(max_examples=400, deadline=None)
@given(st.text(max_size=60), st.text(max_size=60))
def test_a_comparison_holds_both_texts(old, new):
    parts = t.word_diff(old, new)
    assert "".join(text for op, text in parts if op != "insert") == old
    assert "".join(text for op, text in parts if op != "delete") == new


def test_a_comparison_names_the_changed_word():
    assert t.word_diff("The city signed in May.", "The city signed in June.") == [
        ("equal", "The city signed in "), ("delete", "May"), ("insert", "June"), ("equal", "."),
    ]  # fmt: skip


def test_long_texts_are_compared_in_time():
    old = " ".join(f"word{i % 50}" for i in range(8000))
    begun = time.perf_counter()
    t.word_diff(old, old.replace("word7", "other"))
    assert time.perf_counter() - begun < 5


@pytest.mark.parametrize(
    "typed",
    ["<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "[x](javascript:alert(1))", "[x](data:text/html,1)",
     "![x](http://tracker.example/p.png)", "<svg/onload=alert(1)>", "[a](vbscript:x)", "<a href='x' onclick=y>"],
)  # fmt: skip
def test_nothing_of_the_authors_html_acts(typed):
    html = t.render_markdown(typed)
    assert not re.search(r"<(script|img|svg|iframe)|<[^>]+\son\w+=|<[^>]*(javascript|data|vbscript):", html)


def test_headings_leave_room_for_the_page():
    html = t.render_markdown("# a\n\n## b\n\n###### c", heading_offset=2)
    assert html == "<h3>a</h3>\n<h4>b</h4>\n<h6>c</h6>\n"
    assert "<h1" not in t.render_markdown("# a", heading_offset=0)


@pytest.mark.parametrize(
    ("name", "slug"),
    [("Straße in Łódź", "strasse-in-lodz"), ("Αθήνα", "athina"), ("Київ", "kiiv"), ("L'Hospitalet", "lhospitalet"),
     ("  --  a  ", "a"), ("Aarhus Ø", "aarhus-o")],
)  # fmt: skip
def test_slugs_are_plain(name, slug):
    assert t.slugify(name) == slug


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=200))
def test_slugs_fit_an_address(text):
    assert re.fullmatch(r"[a-z0-9](?:[a-z0-9-]{0,78}[a-z0-9])?", t.slugify(text))


@settings(max_examples=300, deadline=None)
@given(st.text())
def test_cleaning_twice_changes_nothing(text):
    clean = t.clean_text(text)
    assert t.clean_text(clean) == clean
    assert not re.search("[\x00-\x08\x0b-\x1f\u202e\ud800-\udfff]", clean)
    clean.encode()
    line = t.clean_line(text)
    assert "\n" not in line
    assert t.clean_line(line) == line


def test_matching_forgets_accents_and_case():
    assert t.fold("  GENÈVE ") == t.fold("geneve")
    assert t.fold("Straße") == t.fold("STRASSE")
    assert t.fold("Malmø") == t.fold("malmo")


def test_words_are_counted():
    assert t.count_words("A well-known city's **plan**, 3.5 years.") == 6
    assert t.count_words("融合城市", "zh") == 4
    assert t.count_words("") == 0
