"""Conditions and limits in the language of XLSForm: ``${code}``, ``.``, comparisons, sums and a few functions.

A small language read here and nowhere else: no path, no namespace, no function but those of ``FUNCTIONS``, and no
expression whose time could grow beyond its length times that of the answers. Rules are those of XPath 1.0 as ODK
reads it: an answer that is missing is the empty text, a text compared with a number becomes one, a text that is no
number is smaller and greater than nothing, dates count in days.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NoReturn

from icportal.core.strings import Text, _
from icportal.reporting.questionnaires import operations
from icportal.reporting.questionnaires.operations import Scene, Value
from icportal.reporting.questionnaires.patterns import PatternError, compile_pattern

LONGEST = 2000
_MOST_DEPTH = 25
#: Stands for the question's own answer where a reference is named.
OWN = "."
_TOKEN = re.compile(
    r"""(?P<number>\d+(?:\.\d+)?|\.\d+)
    |(?P<text>'[^']*'|"[^"]*"|‘[^’]*’|“[^”]*”)
    |\$\{\s*(?P<reference>[^\s{}$]+)\s*\}
    |(?P<name>[A-Za-z_][\w-]*)
    |(?P<mark><=|>=|!=|[=<>+\-*(),.])""",
    re.VERBOSE,
)
_SPACE = re.compile(r"\s*")


class ExpressionError(ValueError):
    """The expression cannot be used; ``sentence`` says why, in the reader's language."""

    def __init__(self, sentence: Text) -> None:
        super().__init__(str(sentence))
        self.sentence = str(sentence)


@dataclass(frozen=True)
class Expression:
    """An expression made ready.

    ``references`` are the codes it names; ``uses_own`` whether it asks for the question's own answer; ``compared`` are
    the texts that answers are compared with, as (code or ``OWN``, text).
    """

    text: str
    references: frozenset[str]
    uses_own: bool
    compared: tuple[tuple[str, str], ...]
    _run: Callable[[Scene], Value]

    def evaluate(self, values: Mapping[str, Any], own: Any = None) -> Value:
        """What it comes to with these answers: a truth, a text, a date, a Decimal, or None for what is no number."""
        return self._run(Scene(values, own))

    def holds(self, values: Mapping[str, Any], own: Any = None) -> bool:
        """Whether what it comes to counts as true."""
        return operations.truth(self.evaluate(values, own))


@lru_cache(maxsize=4096)
def compile_expression(text: str) -> Expression:
    """Make an expression ready; the same text is made ready once.

    Raises:
        ExpressionError: it is empty, too long, not understood, or asks for what there is not.
    """
    if len(text) > LONGEST:
        raise ExpressionError(_("The expression is longer than %(max)s characters.", max=LONGEST))
    return _Reader(text).whole()


@dataclass(frozen=True)
class _Token:
    kind: str
    text: str
    place: int


@dataclass(frozen=True)
class _Part:
    """A part of an expression. ``reference`` and ``literal`` say what it is where it is only that."""

    run: Callable[[Scene], Value]
    reference: str = ""
    literal: str | None = None


def _tokens(text: str) -> Iterator[_Token]:
    at = 0
    while (at := _after_space(text, at)) < len(text):
        found = _TOKEN.match(text, at)
        if found is None:
            _not_understood(text[at : at + 1], at)
        kind = found.lastgroup or ""
        yield _Token(kind, found[kind], at)
        at = found.end()
    yield _Token("end", "", at)


def _after_space(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    return found.end() if found else at


def _not_understood(text: str, place: int) -> NoReturn:
    raise ExpressionError(
        _("“%(text)s” is not understood in the expression (character %(place)s).", text=text[:60], place=place + 1)
    )


class _Reader:
    """Reads an expression from left to right, the operators that bind least first."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = list(_tokens(text))
        self._at, self._depth = 0, 0
        self._references: set[str] = set()
        self._uses_own = False
        self._compared: list[tuple[str, str]] = []

    def whole(self) -> Expression:
        part = self._expression()
        if self._now.kind != "end":
            _not_understood(self._now.text, self._now.place)
        return Expression(self._text, frozenset(self._references), self._uses_own, tuple(self._compared), part.run)

    @property
    def _now(self) -> _Token:
        return self._tokens[self._at]

    def _take(self, *wanted: str) -> str:
        """The operator that stands here and is one of these, taken; nothing otherwise."""
        if self._now.kind in {"mark", "name"} and self._now.text in wanted:
            self._at += 1
            return self._tokens[self._at - 1].text
        return ""

    def _expression(self) -> _Part:
        self._depth += 1
        if self._depth > _MOST_DEPTH:
            raise ExpressionError(_("The expression has too many brackets within brackets."))
        part = self._joined("or", lambda: self._joined("and", self._equality))
        self._depth -= 1
        return part

    def _joined(self, word: str, inner: Callable[[], _Part]) -> _Part:
        parts = [inner()]
        while self._take(word):
            parts.append(inner())
        if len(parts) == 1:
            return parts[0]
        runs, decide = [part.run for part in parts], any if word == "or" else all
        return _Part(lambda scene: decide(operations.truth(run(scene)) for run in runs))

    def _chain(self, wanted: Sequence[str], inner: Callable[[], _Part]) -> _Part:
        """Operators of one rank, worked out from the left."""
        parts, steps = [inner()], []
        while operator := self._take(*wanted):
            parts.append(inner())
            steps.append((operations.OPERATORS[operator], parts[-1].run))
            if operator in {"=", "!="}:
                self._compare(parts[-2], parts[-1])
        if not steps:
            return parts[0]
        first = parts[0].run

        def run(scene: Scene) -> Value:
            value = first(scene)
            for operate, other in steps:
                value = operate(value, other(scene))
            return value

        return _Part(run)

    def _compare(self, one: _Part, other: _Part) -> None:
        for answer, word in ((one, other), (other, one)):
            if answer.reference and word.literal:
                self._compared.append((answer.reference, word.literal))

    def _equality(self) -> _Part:
        return self._chain(("=", "!="), self._order)

    def _order(self) -> _Part:
        return self._chain(("<", "<=", ">", ">="), self._sum)

    def _sum(self) -> _Part:
        return self._chain(("+", "-"), self._product)

    def _product(self) -> _Part:
        return self._chain(("*", "div", "mod"), self._signed)

    def _signed(self) -> _Part:
        signs = 0
        while self._take("-"):
            signs += 1
        part = self._one()
        if not signs:
            return part
        inner, is_negative = part.run, signs % 2 == 1
        return _Part(lambda scene: operations.signed(inner(scene), negative=is_negative))

    def _one(self) -> _Part:
        token = self._now
        if token.kind == "end":
            raise ExpressionError(_("The expression ends too early."))
        self._at += 1
        if token.kind == "number":
            number = operations.number(token.text)
            return _Part(lambda _scene: number, literal=operations.text(number))
        if token.kind == "text":
            literal = token.text[1:-1]
            return _Part(lambda _scene: literal, literal=literal)
        if token.kind == "reference":
            self._references.add(token.text)
            return _Part(lambda scene: scene.answer(token.text), reference=token.text)
        if token.kind == "name":
            return self._call(token)
        if token.text == OWN:
            self._uses_own = True
            return _Part(lambda scene: scene.own_answer, reference=OWN)
        if token.text == "(":
            part = self._expression()
            self._close()
            return part
        _not_understood(token.text, token.place)

    def _close(self) -> None:
        if not self._take(")"):
            if self._now.kind == "end":
                raise ExpressionError(_("A bracket is not closed in the expression."))
            _not_understood(self._now.text, self._now.place)

    def _call(self, token: _Token) -> _Part:
        if not self._take("("):
            raise ExpressionError(_("“%(text)s” means nothing here. Put texts in quotation marks.", text=token.text[:60]))
        function = operations.FUNCTIONS.get(token.text)
        if function is None:
            raise ExpressionError(
                _(
                    "There is no function “%(name)s”. There are: %(names)s.",
                    name=token.text[:60],
                    names=", ".join(sorted(operations.FUNCTIONS)),
                )
            )
        given = self._given()
        if not function.least <= len(given) <= function.most:
            raise ExpressionError(_("The function “%(name)s” takes another number of values.", name=token.text))
        if token.text == "selected":
            self._compare(given[0], given[1])
        if token.text == "regex":
            return self._fitting(given[0], given[1])
        runs, work = [part.run for part in given], function.work
        return _Part(lambda scene: work(scene, runs))

    def _given(self) -> list[_Part]:
        if self._take(")"):
            return []
        given = [self._expression()]
        while self._take(","):
            given.append(self._expression())
        self._close()
        return given

    def _fitting(self, part: _Part, pattern: _Part) -> _Part:
        """``regex``: the pattern is a literal, so that it is judged now and not when somebody answers."""
        if pattern.literal is None:
            raise ExpressionError(_("The pattern of regex() has to be a text in quotation marks."))
        try:
            fits = compile_pattern(pattern.literal).fits
        except PatternError as error:
            if not error.place:
                raise ExpressionError(_("The pattern of regex() is too large.")) from None
            raise ExpressionError(
                _("The pattern of regex() is not understood (character %(place)s).", place=error.place)
            ) from None
        run = part.run
        return _Part(lambda scene: fits(operations.text(run(scene))))
