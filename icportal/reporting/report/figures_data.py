"""The numbers a report shows: of each question with choices how many cities chose what, as the public may know it.

The one place where the report meets the results of the round, as they were computed for the public.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from icportal.reporting import results
from icportal.reporting.counting import PUBLIC
from icportal.reporting.models import Round
from icportal.web.figures import KEPT_BACK, NO_ANSWER

__all__ = ["KEPT_BACK", "NO_ANSWER", "Change", "Counts", "changes", "counts"]


@dataclass(frozen=True)
class Counts:
    """How the invited cities answered one question.

    ``values`` has a number for each choice; ``withheld`` answers are given and not counted there, because they would tell
    of a single city; ``no_answer`` counts the cities that gave none. A city may be in several values where several were possible.
    """

    values: Mapping[str, int] = field(default_factory=dict)
    answered: int = 0
    no_answer: int = 0
    withheld: int = 0

    @property
    def cities(self) -> int:
        return self.answered + self.no_answer

    def of(self, choice: str) -> int:
        if choice == KEPT_BACK:
            return self.withheld
        return self.no_answer if choice == NO_ANSWER else self.values.get(choice, 0)


@dataclass(frozen=True)
class Change:
    """The same cities in two rounds: what they said then and now."""

    before: Mapping[str, int]
    now: Mapping[str, int]
    cities: int


def counts(round_: Round) -> dict[str, Counts]:
    """The numbers of every question with choices, by its code; two queries. Empty while nothing was computed."""
    of = results.find(round_, PUBLIC)
    return {
        code: Counts(body["counts"], body["counted"] + body["withheld"], body["no_answer"], body["withheld"])
        for code, body in (results.questions(of) if of else {}).items()
        if body["choices"]
    }


def changes(round_: Round) -> dict[str, Change]:
    """How the cities that are in both rounds graded themselves then and now, by question, where enough of them did."""
    of = results.find(round_, PUBLIC)
    found = {}
    for number, question in round_.questionnaire_version.known.grades.items():
        document = of.change(number) if of else None
        if document and document["shown"]:
            matrix = document["matrix"]
            before = {old: sum(row.values()) for old, row in matrix.items()}
            now = {new: sum(row[new] for row in matrix.values()) for new in matrix}
            found[question.name] = Change(before, now, document["both"])
    return found
