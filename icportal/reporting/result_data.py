"""Results as open data: every published number in a row, what was withheld marked, and a codebook of the codes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from icportal.core.strings import LazyString, _l
from icportal.reporting import labels, results
from icportal.reporting.asked import Asked
from icportal.reporting.city_groups import BREAKDOWNS, SIGNED, SIGNED_WORDS, SIZE, SIZE_WORDS
from icportal.reporting.counting import Document
from icportal.reporting.results import Results

COLUMNS = ("round", "scope", "commitment", "question", "breakdown", "group", "choice", "cities", "status")
CODEBOOK = ("column", "code", "meaning")

#: What each value of ``status`` means.
STATUSES: Mapping[str, LazyString] = {
    "counted": _l("cities counted under this choice"),
    "unnamed": _l("cities among the counted ones whose name is not shown"),
    "withheld": _l("answers kept back, in none of the other numbers"),
    "no_answer": _l("invited cities that gave no answer"),
    "suppressed": _l("cities of groups that are too small to be shown"),
}
SCOPES: Mapping[str, LazyString] = {
    "question": _l("one question"),
    "area": _l("the commitments of an area together"),
    "change": _l("cities in this round and the one before: choice then > choice now"),
}


def rows(of: Results) -> Iterator[tuple[Any, ...]]:
    """A row for each number, in the order of the questionnaire."""
    codes = {brief["question"]: number for number, brief in of.overview["commitments"].items()}
    for question, document in results.questions(of).items():
        start = (of.round.slug, "question", codes.get(question, ""), question)
        yield from _numbers((*start, "", ""), document)
        for breakdown, parts in document["groups"].items():
            for part in parts:
                yield from _numbers((*start, breakdown, part["key"]), part)
        for breakdown, out in document["suppressed"].items():
            yield (*start, breakdown, "", "", out["cities"], "suppressed")
    for area, document in of.overview["areas"].items():
        yield from _numbers((of.round.slug, "area", "", "", "area", area), document)
    change = of.overview["change"]
    for number, moved in (change["commitments"] if change else {}).items():
        for old, steps in moved.get("matrix", {}).items():
            for new, cities in steps.items():
                yield (of.round.slug, "change", number, "", "", "", f"{old}>{new}", cities, "counted")


def _numbers(start: tuple[Any, ...], document: Document) -> Iterator[tuple[Any, ...]]:
    for choice, cities in document["counts"].items():
        yield (*start, choice, cities, "counted")
    for status in ("unnamed", "withheld", "no_answer"):
        yield (*start, "", document[status], status)


def codebook(of: Results, words: Asked) -> Iterator[tuple[str, str, str]]:
    """(column, code, meaning) of every code, in the reader's language."""
    for scope, meaning in SCOPES.items():
        yield "scope", scope, str(meaning)
    for each in of.overview["questions"]:
        yield "question", each["question"], words.label(each["question"])
    for name, values in words.structure.choices.items():
        for value in values:
            yield "choice", value, words.choice(name, value)
    for breakdown, meaning in BREAKDOWNS.items():
        yield "breakdown", breakdown, str(meaning)
    for breakdown, meanings in ((SIZE, SIZE_WORDS), (SIGNED, SIGNED_WORDS)):
        for key, meaning in meanings.items():
            yield f"group of {breakdown}", key, str(meaning)
    for status, meaning in STATUSES.items():
        yield "status", status, str(meaning)


def about(of: Results, words: Asked) -> dict[str, Any]:
    """What the whole of the data is."""
    names = ("computed_at", "invited", "answered", "silent", "checking", "not_invited", "settled", "smallest")
    return {
        "round": of.round.slug,
        "title": labels.edition(of.round),
        "demonstration": of.round.is_demonstration,
        **{name: of.overview[name] for name in names},
        "codebook": [dict(zip(CODEBOOK, row, strict=True)) for row in codebook(of, words)],
    }
