"""What stands for results in the text of a chapter: ``[[figure c04]]`` on a line of its own, ``[[count c06 fully]]`` in a sentence.

A translation keeps the blocks as they are. What a block may name is checked against ``Known``, so that a text with an
unknown code or city never gets as far as a reader.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from icportal.core.strings import Text, _
from icportal.core.text import split_blocks
from icportal.web.figures import KEPT_BACK, NO_ANSWER

BLOCK = re.compile(r"\[\[([^\[\]\n]*)\]\]")
ALONE = re.compile(r"\s*\[\[([^\[\]\n]*)\]\]\s*")

#: Blocks that stand in a paragraph of their own, and how many words follow their name.
WHOLE: Mapping[str, tuple[int, ...]] = {
    "figure": (1,), "table": (1,), "change": (1,), "practice": (1,), "strategies": (0,), "cities": (0,),
}  # fmt: skip
#: Blocks that stand inside a sentence.
INSIDE: Mapping[str, tuple[int, ...]] = {"count": (2,), "answers": (1,), "cities": (1,), "from": (2,)}

ALL = "all"
CITY_COUNTS = ("count", "invited", "missing")
AREAS = ("area1", "area2", "area3", "area4")


@dataclass(frozen=True)
class Block:
    """One block: its name and the words after it. ``alone`` when it is a whole paragraph."""

    name: str
    words: tuple[str, ...] = ()
    alone: bool = False

    def __str__(self) -> str:
        return f"[[{' '.join((self.name, *self.words))}]]"


@dataclass(frozen=True)
class Paragraph:
    """A paragraph, heading or list item with the blocks inside it; a block on its own has ``block``."""

    number: int
    text: str
    inside: tuple[Block, ...] = ()
    block: Block | None = None

    @property
    def marks(self) -> list[Block]:
        """The source marks: which city's answer the paragraph comes from."""
        return [each for each in self.inside if each.name == "from"]


@dataclass(frozen=True)
class Known:
    """What blocks of one report may name.

    ``choices`` maps the code of a question (and ``c04`` for the grade of a commitment) to its choices, ``changes`` are those
    an earlier round has too, ``answers`` has the codes of each city's answers that others may read, ``practices`` the
    public practices.
    """

    choices: Mapping[str, Sequence[str]] = field(default_factory=dict)
    questions: frozenset[str] = frozenset()
    cities: frozenset[str] = frozenset()
    answers: Mapping[str, frozenset[str]] = field(default_factory=dict)
    practices: frozenset[str] = frozenset()
    has_strategies: bool = True
    changes: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Problem:
    """What is wrong with a block, and where: the number of its paragraph, counted from 1, and the block as it was written."""

    paragraph: int
    written: str
    message: Text

    def __str__(self) -> str:
        return _("Paragraph %(number)s, %(block)s: %(problem)s", number=self.paragraph, block=self.written, problem=self.message)


def paragraphs(text: str) -> list[Paragraph]:
    """The text cut as translators get it."""
    found = []
    for number, piece in enumerate(split_blocks(text), start=1):
        whole = ALONE.fullmatch(piece)
        if whole:
            found.append(Paragraph(number, piece, block=_read(whole[1], alone=True)))
        else:
            found.append(Paragraph(number, piece, tuple(_read(match[1]) for match in BLOCK.finditer(piece))))
    return found


def blocks_of(text: str) -> list[Block]:
    """Every block of the text in its order."""
    return [block for paragraph in paragraphs(text) for block in ((paragraph.block,) if paragraph.block else paragraph.inside)]


def problems(text: str, known: Known) -> list[Problem]:
    """Everything that is wrong with the blocks of a text."""
    found = []
    for paragraph in paragraphs(text):
        found += [
            Problem(paragraph.number, str(block), message)
            for block in ((paragraph.block,) if paragraph.block else paragraph.inside)
            if (message := _wrong(block, known))
        ]
        rest = BLOCK.sub("", paragraph.text)
        if "[[" in rest or "]]" in rest:
            found.append(Problem(paragraph.number, _around(rest), _("A block begins with [[ and ends with ]] on the same line.")))
    return found


def differences(source: str, translation: str) -> list[str]:
    """What a translation has to mend so that it has the same blocks as its original, a sentence each."""
    theirs, mine = (Counter(map(str, blocks_of(text))) for text in (source, translation))
    missing = [_("%(block)s is missing in the translation: copy it as it is.", block=block) for block in theirs - mine]
    added = [_("%(block)s is not in the original: take it out.", block=block) for block in mine - theirs]
    return missing + added


def _read(inner: str, *, alone: bool = False) -> Block:
    name, *words = inner.split() or [""]
    # A sentence may be nothing but a number or a source mark.
    whole = alone and (name not in INSIDE or (name in WHOLE and len(words) in WHOLE[name]))
    return Block(name, tuple(words), alone=whole)


def _wrong(block: Block, known: Known) -> Text:
    shape = WHOLE if block.alone else INSIDE
    if block.name not in shape:
        if block.name in WHOLE and len(block.words) in WHOLE[block.name]:
            return _("This block stands in a paragraph of its own.")
        if block.name not in {*WHOLE, *INSIDE}:
            return _("There is no such block. There are: %(names)s.", names=", ".join(sorted({*WHOLE, *INSIDE})))
        return _("This block stands inside a sentence.")
    if len(block.words) not in shape[block.name]:
        return _("This block is written %(example)s.", example=_example(block.name, alone=block.alone))
    return next(_unknown(block, known), "")


def _unknown(block: Block, known: Known) -> Iterator[Text]:
    words = block.words
    if block.name in {"figure", "table", "change", "count", "answers"}:
        code = words[0]
        grouped = code == ALL or code in AREAS
        if (grouped and block.name not in {"figure", "table"}) or (not grouped and code not in known.choices):
            yield _("The questionnaire has no question with choices of the code “%(code)s”.", code=code)
        elif block.name == "count" and words[1] not in {*known.choices[code], KEPT_BACK, NO_ANSWER}:
            yield _("“%(code)s” has no choice “%(choice)s”.", code=code, choice=words[1])
        elif block.name == "change" and code not in known.changes:
            yield _("Only what an earlier round asked too can be compared: the grade of a commitment.")
    elif block.name == "practice" and words[0] not in known.practices:
        yield _("There is no public practice “%(practice)s”.", practice=words[0])
    elif block.name == "strategies" and not known.has_strategies:
        yield _("The questionnaire asks for no strategies.")
    elif block.name == "cities" and words and words[0] not in CITY_COUNTS:
        yield _("This block is written %(example)s.", example=_example("cities", alone=False))
    elif block.name == "from":
        yield from _unknown_source(words, known)


def _unknown_source(words: Sequence[str], known: Known) -> Iterator[Text]:
    city, code = words
    if city not in known.cities:
        yield _("No city “%(city)s” takes part in the round.", city=city)
    elif code not in known.questions:
        yield _("The questionnaire has no question “%(code)s”.", code=code)
    elif code not in known.answers.get(city, frozenset()):
        yield _("This city has no answer to “%(code)s” that others may read.", code=code)


def _example(name: str, *, alone: bool) -> str:
    examples = {
        "figure": "[[figure c04]]", "table": "[[table c04]]", "change": "[[change c04]]", "practice": "[[practice name-in-its-address]]",
        "strategies": "[[strategies]]", "count": "[[count c04 fully]]", "answers": "[[answers c04]]", "from": "[[from oulu c04_explanation]]",
        "cities": "[[cities]]" if alone else "[[cities count]]",
    }  # fmt: skip
    return examples[name]


def _around(text: str) -> str:
    place = max(text.find("[["), 0) if "[[" in text else max(text.find("]]") - 20, 0)
    return text[place : place + 40].split("\n", maxsplit=1)[0]
