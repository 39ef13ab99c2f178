"""Text as people type it: cleaned, cut into blocks, compared, counted, and shown as safe HTML."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from typing import Literal

import nh3
from markdown_it import MarkdownIt
from markupsafe import Markup

from icportal.core.canonical import sha256

Op = Literal["equal", "delete", "insert"]

DEEPEST_HEADING = 6
LONGEST_SLUG = 80
# Above this many words on both sides a changed passage is compared roughly, so that time stays proportionate.
FINE_COMPARISON = 1500

_TAGS = {
    "p", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "blockquote", "strong", "em", "s", "del", "code", "pre", "a", "hr",
    "br", "table", "thead", "tbody", "tr", "th", "td", "span", "sup", "sub",
}  # fmt: skip
_ATTRIBUTES = {"*": {"lang", "dir"}, "a": {"href", "title", "hreflang"}, "ol": {"start"}}
_SCHEMES = {"http", "https", "mailto", "tel"}

# Letters that no decomposition takes apart, and the two alphabets of Europe that are not Latin.
_LATIN = {
    "ß": "ss", "ẞ": "SS", "æ": "ae", "Æ": "AE", "œ": "oe", "Œ": "OE", "ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "đ": "d",
    "Đ": "D", "ð": "d", "Ð": "D", "þ": "th", "Þ": "TH", "ħ": "h", "Ħ": "H", "ı": "i", "ŋ": "ng", "Ŋ": "NG", "ŧ": "t", "Ŧ": "T",
}  # fmt: skip
_GREEK = dict(
    zip(
        "αβγδεζηθικλμνξοπρσςτυφχψω",
        ("a", "v", "g", "d", "e", "z", "i", "th", "i", "k", "l", "m", "n", "x", "o", "p", "r", "s", "s", "t", "y", "f", "ch", "ps", "o"),
        strict=True,
    )
)  # fmt: skip
_CYRILLIC = dict(
    zip(
        "абвгдежзийклмнопрстуфхцчшщъыьэюяєіґљњђћџј",
        (
            "a", "b", "v", "g", "d", "e", "zh", "z", "i", "y", "k", "l", "m", "n", "o", "p", "r", "s", "t", "u", "f", "kh", "ts",
            "ch", "sh", "shch", "", "y", "", "e", "yu", "ya", "ye", "i", "g", "lj", "nj", "dj", "c", "dz", "j",
        ),
        strict=True,
    )
)  # fmt: skip
_ASCII = str.maketrans(_LATIN | _GREEK | _CYRILLIC)
_FOLDED = str.maketrans({letter: plain for letter, plain in _LATIN.items() if letter.islower()})

# Overrides turn the order of letters about, and so can make a text look like another; isolates and marks stay.
_HARMFUL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2028\u2029\ufeff\ufffe\uffff\ud800-\udfff]")
_ITEM = re.compile(r"( *)([-*+]|(\d{1,9})([.)]))[ \t]+\S")
_BARE_ITEM = re.compile(r" *([-*+]|\d{1,9}[.)])")
_WORD = re.compile(r"\w+(?:['’\-.]\w+)*")
_CJK = re.compile(r"[぀-ヿ㐀-䶿一-鿿豈-﫿]")
_PIECE = re.compile(r"\w+\s*|[^\w\s]\s*|\s+")


# --- cleaning ----------------------------------------------------------------------------------------------


def clean_text(text: str) -> str:
    """Text of several lines as it is kept: NFC, line feeds, no control signs, no space around."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n").replace("\u2029", "\n\n")
    return unicodedata.normalize("NFC", _HARMFUL.sub("", lines)).strip()


def clean_line(text: str) -> str:
    """One line as it is kept: like ``clean_text``, every run of space one space."""
    return " ".join(clean_text(text).split())


def without_marks(text: str) -> str:
    """The text without accents and other marks on its letters."""
    return "".join(sign for sign in unicodedata.normalize("NFKD", text) if not unicodedata.combining(sign))


def fold(text: str) -> str:
    """A form in which texts that differ in case, accents and spacing only are equal: for matching, never shown."""
    return " ".join(without_marks(text.casefold().translate(_FOLDED)).casefold().split())


def slugify(text: str) -> str:
    """A name for an address: ASCII small letters, digits and hyphens, never empty."""
    plain = without_marks(text.casefold()).translate(_ASCII)
    slug = re.sub(r"[^a-z0-9]+", "-", re.sub(r"['’]", "", plain)).strip("-")
    if len(slug) > LONGEST_SLUG:
        # Cut between words where there is a place to.
        slug = slug[: LONGEST_SLUG + 1].rpartition("-")[0] or slug[:LONGEST_SLUG]
    return slug or f"n-{sha256(text)[:8]}"


def count_words(text: str, language: str = "en") -> int:
    """Words as a reader counts them; in Chinese and Japanese each sign is one. Markdown's own signs do not count."""
    if language.partition("-")[0] in {"zh", "ja"}:
        return len(_CJK.findall(text)) + len(_WORD.findall(_CJK.sub(" ", text)))
    return len(_WORD.findall(text))


# --- Markdown ----------------------------------------------------------------------------------------------


@lru_cache(maxsize=1)
def _markdown() -> MarkdownIt:
    return MarkdownIt("js-default", {"linkify": False, "typographer": False})


def render_markdown(text: str, *, heading_offset: int = 1) -> Markup:
    """Safe HTML. Raw HTML is shown as text; headings are moved down so that a page keeps its own ``h1``.

    Two walls: the parser writes no HTML of the author's, and the sanitiser lets known elements through only.
    """
    parsed = _markdown().parse(text)
    for token in parsed:
        if token.type in {"heading_open", "heading_close"}:
            token.tag = f"h{min(DEEPEST_HEADING, int(token.tag[1]) + max(1, heading_offset))}"
        token.attrs.pop("style", None)
        for part in token.children or ():
            if part.type == "image":
                # A picture from elsewhere would tell its owner who reads: its description stays.
                part.type, part.tag, part.children = "text", "", None
    html = _markdown().renderer.render(parsed, _markdown().options, {})
    return Markup(  # noqa: S704  sanitised here
        nh3.clean(html, tags=_TAGS, attributes=_ATTRIBUTES, url_schemes=_SCHEMES, link_rel="noopener noreferrer")
    )


def split_blocks(markdown: str) -> list[str]:
    """The text's paragraphs, headings, list items, quotes and tables, in order: what is translated one by one.

    ``join_blocks(split_blocks(text))`` is the text with one blank line between blocks and none between items.
    """
    lines = clean_text(markdown).split("\n")
    starts = sorted({start for start in _block_starts("\n".join(lines)) if start > 0} | {0})
    blocks: list[str] = []
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
        block = "\n".join(lines[start:end]).strip("\n").rstrip()
        if blocks and start and _BARE_ITEM.fullmatch(lines[start - 1].rstrip()):
            # A sign alone on its line: the item is what follows.
            blocks[-1] += "\n" + block
        elif block.strip():
            blocks.append(block)
    return blocks


def join_blocks(blocks: Sequence[str]) -> str:
    """The text that ``split_blocks`` gave these blocks for."""
    text = ""
    for position, block in enumerate(blocks):
        if position:
            text += "\n" if _follows_in_list(blocks[position - 1], block) else "\n\n"
        text += block
    return text


def _block_starts(text: str) -> list[int]:
    starts = []
    for token in _markdown().parse(text):
        if token.map is None or token.nesting < 0:
            continue
        if token.type == "list_item_open" or (token.level == 0 and token.type not in {"bullet_list_open", "ordered_list_open"}):
            starts.append(token.map[0])
    return starts


def _follows_in_list(before: str, after: str) -> bool:
    """Whether a block is the next item of the same list, or the first of a list inside the item before."""
    one, two = _ITEM.match(before), _ITEM.match(after)
    if one is None or two is None or "\n\n" in before:
        return False
    if len(one[1]) == len(two[1]):
        return (one[4] or one[2]) == (two[4] or two[2])
    return two[3] is None or int(two[3]) == 1


# --- comparison --------------------------------------------------------------------------------------------


def word_diff(old: str, new: str) -> list[tuple[Op, str]]:
    """What changed, word by word: equal and deleted parts make up the old text, equal and inserted ones the new."""
    result: list[tuple[Op, str]] = []
    old_lines, new_lines = old.splitlines(keepends=True), new.splitlines(keepends=True)
    for op, a, b, c, d in difflib.SequenceMatcher(None, old_lines, new_lines, autojunk=False).get_opcodes():
        before, after = "".join(old_lines[a:b]), "".join(new_lines[c:d])
        if op == "equal":
            _extend(result, "equal", before)
        else:
            _compare_words(result, before, after)
    return result


def _compare_words(result: list[tuple[Op, str]], old: str, new: str) -> None:
    old_words, new_words = _PIECE.findall(old), _PIECE.findall(new)
    rough = min(len(old_words), len(new_words)) > FINE_COMPARISON
    for op, a, b, c, d in difflib.SequenceMatcher(None, old_words, new_words, autojunk=rough).get_opcodes():
        if op == "equal":
            _extend(result, "equal", "".join(old_words[a:b]))
            continue
        _extend(result, "delete", "".join(old_words[a:b]))
        _extend(result, "insert", "".join(new_words[c:d]))


def _extend(result: list[tuple[Op, str]], op: Op, text: str) -> None:
    if not text:
        return
    if result and result[-1][0] == op:
        result[-1] = (op, result[-1][1] + text)
    else:
        result.append((op, text))
