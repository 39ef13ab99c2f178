"""Regular expressions whose time grows with the text and never explodes: all ways are followed at once, none is retried.

Questionnaires come from outside, so no pattern of theirs is given to an engine that backtracks. Understood is what
forms use: letters, classes, groups, alternatives and repetitions; a text fits when the pattern describes all of it.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

#: The most states a pattern may have when its repetitions are written out, and the most characters it is tried on.
MOST_STATES, MOST_TEXT = 400, 10_000
_MOST_DEPTH, _MOST_KNOWN = 20, 2000
_MATCH, _SPLIT, _START, _END = "match", "split", "start", "end"

Test = Callable[[str], bool]


class PatternError(ValueError):
    """The pattern is not understood from ``place`` on (counted from 1); 0 where it is too large as a whole."""

    def __init__(self, place: int) -> None:
        super().__init__(str(place))
        self.place = place


@dataclass
class _State:
    """One step: a test of a letter, or one of the marks above."""

    what: Test | str
    then: list[int]


@dataclass
class Pattern:
    """A pattern made ready; ``fits`` says whether it describes a whole text."""

    states: list[_State]
    first: int
    _known: dict[tuple[frozenset[int], str], frozenset[int]] = field(default_factory=dict, repr=False)

    def fits(self, text: str) -> bool:
        """Whether all of the text is as the pattern says. No text beyond ``MOST_TEXT`` characters is."""
        if len(text) > MOST_TEXT:
            return False
        here = self._reached([self.first], at_start=True)
        for letter in text:
            here = self._after(here, letter)
            if not here:
                return False
        last = self._reached(here, at_start=not text, at_end=True)
        return any(self.states[number].what == _MATCH for number in last)

    def _after(self, here: frozenset[int], letter: str) -> frozenset[int]:
        # Several threads may share a pattern, and any of them may empty what is known.
        key = (here, letter)
        found = self._known.get(key)
        if found is None:
            if len(self._known) >= _MOST_KNOWN:
                self._known.clear()
            states = (self.states[number] for number in here)
            then = [state.then[0] for state in states if not isinstance(state.what, str) and state.what(letter)]
            found = self._known[key] = self._reached(then)
        return found

    def _reached(self, numbers: Iterable[int], *, at_start: bool = False, at_end: bool = False) -> frozenset[int]:
        """The states one stands in without reading a letter."""
        open_, found = list(numbers), set()
        while open_:
            number = open_.pop()
            if number in found:
                continue
            found.add(number)
            state = self.states[number]
            if state.what == _SPLIT or (state.what == _START and at_start) or (state.what == _END and at_end):
                open_.extend(state.then)
        return frozenset(number for number in found if self.states[number].what != _SPLIT)


def compile_pattern(text: str) -> Pattern:
    """Make a pattern ready.

    Raises:
        PatternError: it is not understood, or too large.
    """
    tree = _Reader(text).whole()
    builder = _Builder()
    first = builder.build(tree, builder.state(_MATCH))
    return Pattern(builder.states, first)


# --- what is written ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Repeat:
    part: _Part
    least: int
    most: int | None


@dataclass(frozen=True)
class _Row:
    parts: tuple[_Part, ...]


@dataclass(frozen=True)
class _Either:
    parts: tuple[_Part, ...]


_Part = Test | str | _Repeat | _Row | _Either


class _Reader:
    def __init__(self, text: str) -> None:
        self._text, self._at, self._depth = text, 0, 0

    def whole(self) -> _Part:
        part = self._either()
        if self._at < len(self._text):
            raise self._wrong()
        return part

    def _wrong(self) -> PatternError:
        return PatternError(min(self._at, max(len(self._text) - 1, 0)) + 1)

    def _next(self) -> str:
        return self._text[self._at : self._at + 1]

    def _take(self, wanted: str) -> bool:
        if not self._text.startswith(wanted, self._at):
            return False
        self._at += len(wanted)
        return True

    def _either(self) -> _Part:
        parts = [self._row()]
        while self._take("|"):
            parts.append(self._row())
        return parts[0] if len(parts) == 1 else _Either(tuple(parts))

    def _row(self) -> _Part:
        parts = []
        while self._next() not in {"", "|", ")"}:
            parts.append(self._repeated(self._one()))
        return _Row(tuple(parts))

    def _repeated(self, part: _Part) -> _Part:
        least, most = 1, None
        if self._take("*"):
            least = 0
        elif self._take("?"):
            least, most = 0, 1
        elif self._take("{"):
            least, most = self._counts()
        elif not self._take("+"):
            return part
        self._take("?")
        if self._next() in {"*", "+", "?", "{"} or isinstance(part, str):
            raise self._wrong()
        return _Repeat(part, least, most)

    def _counts(self) -> tuple[int, int | None]:
        inside, closed, _rest = self._text[self._at :].partition("}")
        low, comma, high = inside.partition(",")
        numbers = [number for number in (low, high) if number]
        if not (closed and low and all(number.isascii() and number.isdecimal() and len(number) <= 3 for number in numbers)):  # noqa: PLR2004
            raise self._wrong()
        least, most = int(low), int(high) if high else None if comma else int(low)
        if most is not None and most < least:
            raise self._wrong()
        self._at += len(inside) + 1
        return least, most

    def _one(self) -> _Part:
        inner: dict[str, Callable[[], _Part]] = {"(": self._group, "[": self._class, "\\": lambda: self._escaped()[0]}
        marks: dict[str, _Part] = {"^": _START, "$": _END, ".": lambda letter: letter != "\n"}
        letter = self._next()
        if letter in "*+?{":
            raise self._wrong()
        self._at += 1
        if letter in inner:
            return inner[letter]()
        return marks.get(letter) or _same(letter)

    def _letter(self) -> str:
        letter = self._next()
        self._at += 1
        return letter

    def _group(self) -> _Part:
        self._depth += 1
        self._take("?:")
        if self._next() == "?" or self._depth > _MOST_DEPTH:
            raise self._wrong()
        part = self._either()
        if not self._take(")"):
            raise self._wrong()
        self._depth -= 1
        return part

    def _escaped(self) -> tuple[Test, str]:
        """The test an escape stands for, and the letter where it is just one."""
        letter = self._letter()
        kinds = {"d": str.isdecimal, "s": str.isspace, "w": lambda one: one.isalnum() or one == "_"}
        if letter.lower() in kinds and letter:
            test = kinds[letter.lower()]
            return (_not(test) if letter.isupper() else test), ""
        if letter and letter in "pP" and self._take("{"):
            name, closed, _rest = self._text[self._at :].partition("}")
            if not (closed and name[:1] in set("LMNPSZC") and len(name) <= 2):  # noqa: PLR2004  Lu, L
                raise self._wrong()
            self._at += len(name) + 1
            return (_not(_category(name)) if letter == "P" else _category(name)), ""
        plain = {"t": "\t", "n": "\n", "r": "\r"}.get(letter, letter)
        if not letter or (letter.isascii() and letter.isalnum() and letter == plain):
            raise self._wrong()
        return _same(plain), plain

    def _class(self) -> Test:
        negated = self._take("^")
        tests: list[Test] = []
        is_first = True
        while is_first or self._next() != "]":
            is_first = False
            test, low = self._in_class()
            if low and self._next() == "-" and self._text[self._at + 1 : self._at + 2] not in {"]", ""}:
                self._at += 1
                _test, high = self._in_class()
                if not high or high < low:
                    raise self._wrong()
                test = _between(low, high)
            tests.append(test)
        self._at += 1
        found = tuple(tests)
        any_: Test = lambda letter: any(test(letter) for test in found)  # noqa: E731
        return _not(any_) if negated else any_

    def _in_class(self) -> tuple[Test, str]:
        if self._take("\\"):
            return self._escaped()
        letter = self._letter()
        if not letter or self._text.startswith(("[:", "&&"), self._at - 1):
            raise self._wrong()
        return _same(letter), letter


def _same(wanted: str) -> Test:
    return lambda letter: letter == wanted


def _not(test: Test) -> Test:
    return lambda letter: not test(letter)


def _between(low: str, high: str) -> Test:
    return lambda letter: low <= letter <= high


def _category(name: str) -> Test:
    return lambda letter: unicodedata.category(letter).startswith(name)


# --- what it becomes ---------------------------------------------------------------------------------------


class _Builder:
    """Writes a pattern out as states, from its end to its beginning."""

    def __init__(self) -> None:
        self.states: list[_State] = []

    def state(self, what: Test | str, *then: int) -> int:
        if len(self.states) >= MOST_STATES:
            raise PatternError(0)
        self.states.append(_State(what, list(then)))
        return len(self.states) - 1

    def build(self, part: _Part, then: int) -> int:
        """The state where the part begins that goes on to ``then``."""
        if isinstance(part, _Row):
            for each in reversed(part.parts):
                then = self.build(each, then)
            return then
        if isinstance(part, _Either):
            return self.state(_SPLIT, *[self.build(each, then) for each in part.parts])
        if isinstance(part, _Repeat):
            return self._repeat(part, then)
        return self.state(part, then)

    def _repeat(self, repeat: _Repeat, then: int) -> int:
        if repeat.most is None:
            again = self.state(_SPLIT, then)
            self.states[again].then.append(self.build(repeat.part, again))
            then = again
        else:
            end = then
            for _time in range(repeat.most - repeat.least):
                then = self.state(_SPLIT, self.build(repeat.part, then), end)
        for _time in range(repeat.least):
            then = self.build(repeat.part, then)
        return then
