"""The structure of a benchmark: key factors with their guiding questions, and what each serves. Its words are the toolkit's text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from icportal.toolkits.enums import FactorKind

TITLE, SUMMARY, STANDARD, INTRODUCTION = "title", "summary", "standard", "introduction"
FACTOR_SIGN, QUESTION_SIGN = "F", "Q"


@dataclass(frozen=True)
class Factor:
    """A factor by its code, which is never given to another meaning once it was published; its questions likewise."""

    code: str
    kind: str = FactorKind.KEY
    commitments: tuple[int, ...] = ()
    questions: tuple[str, ...] = ()
    practices: tuple[int, ...] = ()

    def stored(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "code": self.code,
            "kind": str(self.kind),
            "commitments": list(self.commitments),
            "questions": list(self.questions),
            "practices": list(self.practices),
        }

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> Factor:
        """As it was stored."""
        return cls(
            stored["code"],
            stored["kind"],
            tuple(stored["commitments"]),
            tuple(stored["questions"]),
            tuple(stored.get("practices", ())),
        )


@dataclass(frozen=True)
class Structure:
    """The factors in their order, and whose toolkit it is: ``series`` names the project, ``is_own`` says that we wrote it."""

    factors: tuple[Factor, ...] = ()
    series: str = ""
    is_own: bool = True

    @property
    def commitments(self) -> tuple[int, ...]:
        """Every commitment a factor serves."""
        return tuple(sorted({number for factor in self.factors for number in factor.commitments}))

    @property
    def benchmark(self) -> dict[str, Any]:
        """What makes a version of the benchmark: the factors alone, as JSON."""
        return {"factors": [factor.stored() for factor in self.factors]}

    def factor(self, code: str) -> Factor | None:
        return next((factor for factor in self.factors if factor.code == code), None)

    def stored(self) -> dict[str, Any]:
        """As JSON."""
        return {"series": self.series, "is_own": self.is_own, **self.benchmark}

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> Structure:
        """As it was stored."""
        factors = tuple(Factor.of(each) for each in stored.get("factors", ()))
        return cls(factors, stored.get("series", ""), stored.get("is_own", True))


def title_key(code: str) -> str:
    return f"{code}.title"


def why_key(code: str) -> str:
    return f"{code}.why"


def how_key(code: str) -> str:
    return f"{code}.how"


def question_key(code: str, question: str) -> str:
    return f"{code}.{question}"


def factor_keys(factor: Factor) -> Iterator[str]:
    """The keys of everything a factor says."""
    yield from (title_key(factor.code), why_key(factor.code), how_key(factor.code))
    yield from (question_key(factor.code, question) for question in factor.questions)


def text_keys(structure: Structure) -> Iterator[str]:
    """The keys of every text, in reading order."""
    yield from (TITLE, SUMMARY, STANDARD, INTRODUCTION)
    for factor in structure.factors:
        yield from factor_keys(factor)


def texts_of(structure: Structure, body: Mapping[str, str]) -> dict[str, str]:
    """The words of a structure, in reading order; words of what is gone are left out."""
    return {key: body[key] for key in text_keys(structure) if body.get(key)}


def is_whole(structure: Structure, texts: Mapping[str, str]) -> bool:
    """Whether every text is there that a reader needs. An introduction may be missing."""
    return all(texts.get(key) for key in text_keys(structure) if key != INTRODUCTION)


def next_factor(known: Iterable[Structure]) -> str:
    """The first code that no factor of these structures has or had before it: numbers go on, gaps are not filled."""
    return _next(FACTOR_SIGN, [factor.code for structure in known for factor in structure.factors])


def next_question(code: str, known: Iterable[Structure]) -> str:
    """The same for a question of a factor."""
    found = [
        question for structure in known for factor in structure.factors if factor.code == code for question in factor.questions
    ]
    return _next(QUESTION_SIGN, found)


def _next(sign: str, codes: Iterable[str]) -> str:
    numbers = [int(code[1:]) for code in codes if code.startswith(sign) and code[1:].isdecimal()]
    return f"{sign}{max(numbers, default=0) + 1}"
