"""The structure of a benchmark: key factors with their guiding questions, and what each serves. Its words are the toolkit's text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from icportal.toolkits.enums import FactorKind


@dataclass(frozen=True)
class Factor:
    """A factor by its code, which is never given to another meaning once it was published."""

    code: str
    kind: str = FactorKind.KEY
    commitments: tuple[int, ...] = ()
    questions: tuple[str, ...] = ()
    practices: tuple[int, ...] = ()


@dataclass(frozen=True)
class Structure:
    """The factors in their order."""

    factors: tuple[Factor, ...] = ()

    @property
    def commitments(self) -> tuple[int, ...]:
        """Every commitment a factor serves."""
        return tuple(sorted({number for factor in self.factors for number in factor.commitments}))

    def stored(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "factors": [
                {
                    "code": each.code, "kind": str(each.kind), "commitments": list(each.commitments), "questions": list(each.questions),
                    "practices": list(each.practices),
                }
                for each in self.factors
            ]
        }  # fmt: skip

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> Structure:
        """As it was stored."""
        return cls(
            tuple(
                Factor(
                    each["code"],
                    each["kind"],
                    tuple(each["commitments"]),
                    tuple(each["questions"]),
                    tuple(each.get("practices", ())),
                )
                for each in stored.get("factors", ())
            )
        )


def title_key(code: str) -> str:
    return f"{code}.title"


def why_key(code: str) -> str:
    return f"{code}.why"


def how_key(code: str) -> str:
    return f"{code}.how"


def question_key(code: str, question: str) -> str:
    return f"{code}.{question}"
