"""A structure with one thing in it changed: what the pages of a toolkit do, one step at a time.

A structure never changes; each function gives another one. What comes of it is checked when it is saved.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TypeVar

from icportal.toolkits.structure import Factor, Structure

T = TypeVar("T")


def with_factor(structure: Structure, factor: Factor) -> Structure:
    """With a factor more, at the end."""
    return replace(structure, factors=(*structure.factors, factor))


def with_changed_factor(structure: Structure, factor: Factor) -> Structure:
    """With this factor in the place of the one that has its code."""
    return _each(structure, factor.code, lambda _old: factor)


def with_moved_factor(structure: Structure, code: str, by: int) -> Structure:
    """With a factor nearer to the beginning (negative) or the end."""
    places = [factor.code for factor in structure.factors]
    return replace(structure, factors=_moved(structure.factors, places, code, by))


def without_factor(structure: Structure, code: str) -> Structure:
    return replace(structure, factors=tuple(factor for factor in structure.factors if factor.code != code))


def with_question(structure: Structure, code: str, question: str) -> Structure:
    """With a question more, at the end of a factor's."""
    return _each(structure, code, lambda factor: replace(factor, questions=(*factor.questions, question)))


def with_moved_question(structure: Structure, code: str, question: str, by: int) -> Structure:
    """With a question nearer to the beginning (negative) or the end of its factor's."""
    return _each(
        structure, code, lambda factor: replace(factor, questions=_moved(factor.questions, factor.questions, question, by))
    )


def without_question(structure: Structure, code: str, question: str) -> Structure:
    return _each(structure, code, lambda factor: replace(factor, questions=_without(factor.questions, question)))


def with_practice(structure: Structure, code: str, number: int) -> Structure:
    """With a practice more that shows how a factor is met, at the end."""
    return _each(structure, code, lambda factor: replace(factor, practices=(*_without(factor.practices, number), number)))


def without_practice(structure: Structure, code: str, number: int) -> Structure:
    return _each(structure, code, lambda factor: replace(factor, practices=_without(factor.practices, number)))


def _each(structure: Structure, code: str, change: Callable[[Factor], Factor]) -> Structure:
    return replace(structure, factors=tuple(change(each) if each.code == code else each for each in structure.factors))


def _without(things: tuple[T, ...], one: T) -> tuple[T, ...]:
    return tuple(each for each in things if each != one)


def _moved(things: tuple[T, ...], names: Sequence[str], name: str, by: int) -> tuple[T, ...]:
    if name not in names:
        return things
    place = list(names).index(name)
    others = things[:place] + things[place + 1 :]
    to = max(0, min(len(others), place + by))
    return others[:to] + things[place : place + 1] + others[to:]
