"""What the operators and functions of an expression do with values. Nothing here raises, whatever an answer holds."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Context, Decimal
from typing import Any

from icportal.core.clock import today

#: An answer of several parts stays as it is until something is made of it.
Value = bool | str | Decimal | date | list[Any] | dict[str, Any] | None
"""None is what is no number; an answer that is missing is the empty text."""

#: Forty digits, and no exception: what cannot be worked out is no number.
_EXACT = Context(prec=40, traps=[])
_NUMBER = re.compile(r"\s*-?(?:\d{1,40}(?:\.\d{0,40})?|\.\d{1,40})\s*")
_DAY = re.compile(r"\s*\d{4}-\d{2}-\d{2}\s*")
_BEGINNING = date(1970, 1, 1).toordinal()


@dataclass(frozen=True)
class Scene:
    """What an expression is worked out with: all answers by code, and the question's own."""

    values: Mapping[str, Any]
    own: Any

    def answer(self, code: str) -> Value:
        return known(self.values.get(code))

    @property
    def own_answer(self) -> Value:
        return known(self.own)


Run = Callable[[Scene], Value]


def known(value: Any) -> Value:
    """An answer as expressions know it."""
    if value is None:
        return ""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return Decimal(str(value))
    if isinstance(value, tuple):
        return list(value)
    return value if isinstance(value, (bool, str, Decimal, date, list, dict)) else str(value)


def text(value: Value) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (list, dict)):
        parts = value.values() if isinstance(value, dict) else value
        return " ".join(filter(None, (text(known(part)) for part in parts)))
    if isinstance(value, date):
        return value.isoformat()
    return _digits(value)


def _digits(value: Decimal | None) -> str:
    if _finite(value) is None:
        return "NaN"
    shown = format(value, "f")
    return (shown.rstrip("0").rstrip(".") if "." in shown else shown) if value else "0"


def number(value: Value) -> Decimal | None:
    """As a number; a day is the number of days since 1970."""
    if isinstance(value, bool):
        return Decimal(int(value))
    if isinstance(value, Decimal) or value is None:
        return _finite(value)
    if isinstance(value, date):
        return Decimal(value.toordinal() - _BEGINNING)
    words = text(value)
    if _NUMBER.fullmatch(words):
        return Decimal(words.strip())
    day = _day(words)
    return Decimal(day.toordinal() - _BEGINNING) if day else None


def truth(value: Value) -> bool:
    if isinstance(value, bool):
        return value
    if isinstance(value, Decimal):
        return bool(_finite(value))
    return value is not None and text(value) != ""


def _finite(value: Decimal | None) -> Decimal | None:
    return value if value is not None and value.is_finite() else None


def _day(words: str) -> date | None:
    if not _DAY.fullmatch(words):
        return None
    try:
        return date.fromisoformat(words.strip())
    except ValueError:
        return None


# --- operators ---------------------------------------------------------------------------------------------


def _equal(one: Value, other: Value) -> bool:
    if isinstance(one, bool) or isinstance(other, bool):
        return truth(one) == truth(other)
    if any(isinstance(each, Decimal) or each is None for each in (one, other)):
        left, right = number(one), number(other)
        return left is not None and left == right
    return text(one) == text(other)


def _ordered(decide: Callable[[Decimal, Decimal], bool]) -> Callable[[Value, Value], Value]:
    def run(one: Value, other: Value) -> Value:
        left, right = number(one), number(other)
        return left is not None and right is not None and decide(left, right)

    return run


def _calculated(work: Callable[[Decimal, Decimal], Decimal]) -> Callable[[Value, Value], Value]:
    def run(one: Value, other: Value) -> Value:
        left, right = number(one), number(other)
        return None if left is None or right is None else _finite(work(left, right))

    return run


OPERATORS: Mapping[str, Callable[[Value, Value], Value]] = {
    "=": _equal,
    "!=": lambda one, other: not _equal(one, other),
    "<": _ordered(lambda one, other: one < other),
    "<=": _ordered(lambda one, other: one <= other),
    ">": _ordered(lambda one, other: one > other),
    ">=": _ordered(lambda one, other: one >= other),
    "+": _calculated(_EXACT.add),
    "-": _calculated(_EXACT.subtract),
    "*": _calculated(_EXACT.multiply),
    "div": _calculated(_EXACT.divide),
    "mod": _calculated(_EXACT.remainder),
}


def signed(value: Value, *, negative: bool) -> Value:
    found = number(value)
    return _EXACT.minus(found) if negative and found is not None else found


# --- functions ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Function:
    """``work`` gets its values unworked, so that ``if`` works out only one of its two."""

    least: int
    most: int
    work: Callable[[Scene, Sequence[Run]], Value]


def _of(count: int, work: Callable[..., Value]) -> Function:
    return Function(count, count, lambda scene, runs: work(*(run(scene) for run in runs)))


def chosen(value: Value) -> list[str]:
    """The values chosen in an answer, whether it holds them as a list or as words."""
    return [text(known(each)) for each in value] if isinstance(value, list) else text(value).split()


def _coalesce(scene: Scene, runs: Sequence[Run]) -> Value:
    value: Value = ""
    for run in runs:
        value = run(scene)
        if text(value):
            break
    return value


def _count(value: Value) -> Value:
    return Decimal(len(value)) if isinstance(value, list) else Decimal(int(text(value) != ""))


def _whole(value: Value) -> Value:
    found = number(value)
    return None if found is None else Decimal(int(found))


def _rounded(value: Value) -> Value:
    found = number(value)
    return None if found is None else found.to_integral_value(rounding="ROUND_HALF_UP")


FUNCTIONS: Mapping[str, Function] = {
    "selected": _of(2, lambda value, wanted: text(wanted) == text(value) or text(wanted) in chosen(value)),
    "count-selected": _of(1, lambda value: Decimal(len(chosen(value)))),
    "count": _of(1, _count),
    "if": Function(3, 3, lambda scene, runs: runs[1 if truth(runs[0](scene)) else 2](scene)),
    "coalesce": Function(2, 9, _coalesce),
    # Its pattern is made ready before; see the reader.
    "regex": _of(2, lambda *_values: False),
    "today": _of(0, today),
    "date": _of(1, lambda value: value if isinstance(value, date) else _day(text(value)) or ""),
    "string-length": _of(1, lambda value: Decimal(len(text(value)))),
    "number": _of(1, number),
    "int": _of(1, _whole),
    "round": _of(1, _rounded),
    "string": _of(1, text),
    "contains": _of(2, lambda value, part: text(part) in text(value)),
    "starts-with": _of(2, lambda value, part: text(value).startswith(text(part))),
    "not": _of(1, lambda value: not truth(value)),
    "true": _of(0, lambda: True),
    "false": _of(0, lambda: False),
}
