"""Results in words and figures: stacked bars, their numbers, and what is said of everything that was withheld."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal

from markupsafe import Markup

from icportal.core.strings import LazyString, _, _l, _n
from icportal.i18n.catalogues import current_language
from icportal.i18n.formatting import number as written
from icportal.indicators import figures as bars
from icportal.indicators.scales import scale
from icportal.reporting import labels
from icportal.reporting.asked import Asked
from icportal.reporting.counting import GRADES, Document
from icportal.reporting.questionnaires.definition import Question
from icportal.web import figures
from icportal.web.figures import KEPT_BACK, NO_ANSWER

#: The parts of a stacked bar as headings.
PARTS: Mapping[str, str | LazyString] = {
    **{str(grade): labels.GRADES[grade] for grade in GRADES},
    KEPT_BACK: _l("Kept back"),
    NO_ANSWER: labels.NO_ANSWER,
}


def parts(document: Document) -> dict[str, int]:
    """How many cities stand in each part of a stacked bar."""
    counts = {str(grade): int(document["counts"].get(grade, 0)) for grade in GRADES}
    return {**counts, KEPT_BACK: document["withheld"], NO_ANSWER: document["no_answer"]}


def stacked_bar(document: Document, area: int = 0, *, alone: bool = False) -> Markup:
    """The bar of a distribution; ``alone`` gives it the sentence that otherwise stands beside it."""
    label = in_words(document) if alone else ""
    return figures.stacked_bar(parts(document), area=area, direction=current_language().direction, label=label)


def in_words(document: Document) -> str:
    """The numbers of a distribution in one line."""
    return numbers(parts(document))


def numbers(counts: Mapping[str, int]) -> str:
    """A number for each part that has any; the three grades always."""
    said = [
        _("%(label)s: %(number)s", label=label, number=written(counts.get(part, 0)))
        for part, label in PARTS.items()
        if counts.get(part) or part in GRADES
    ]
    return " · ".join(said)


def remarks(document: Document, *, is_public: bool) -> list[str]:
    """What was withheld from a distribution, a sentence each."""
    said = []
    if document["unnamed"]:
        said.append(
            _n(
                "%(num)s answer is counted without saying whose it is.",
                "%(num)s answers are counted without saying whose they are.",
                document["unnamed"],
            )
        )
    if document["withheld"] and is_public:
        said.append(
            _n(
                "%(num)s answer is kept back and in none of the other numbers: it would tell what a single city says, or the city shows it to nobody.",
                "%(num)s answers are kept back and in none of the other numbers: they would tell what a single city says, or the cities show them to nobody.",
                document["withheld"],
            )
        )
    elif document["withheld"]:
        said.append(
            _n(
                "%(num)s city keeps its answer to itself.",
                "%(num)s cities keep their answers to themselves.",
                document["withheld"],
            )
        )
    return said


def of_groups(document: Document) -> str:
    """What a group of cities counts, where all cities together count more."""
    if not document["unnamed"]:
        return ""
    return _("Hidden answers are counted for all cities together only. A group counts what its cities show by name.")


def left_out(document: Document, breakdown: str, smallest: int) -> str:
    """How many groups of a breakdown are not shown, and why."""
    out = document["suppressed"].get(breakdown)
    if not out:
        return ""
    return _n(
        "%(num)s group with %(cities)s cities in all is not shown: fewer than %(smallest)s cities answered in it, or its numbers would follow from the others.",
        "%(num)s groups with %(cities)s cities in all are not shown: fewer than %(smallest)s cities answered in one of them, or its numbers would follow from the others.",
        out["groups"],
        cities=written(out["cities"]),
        smallest=written(smallest),
    )


def change_words(change: Document) -> str:
    """How the cities that are in both rounds moved, in one sentence."""
    if not change["shown"]:
        return _n(
            "%(num)s city shows its grade in both rounds: too few to be compared.",
            "%(num)s cities show their grades in both rounds: too few to be compared.",
            change["both"],
        )
    return _n(
        "%(num)s city in both rounds: better %(better)s, worse %(worse)s, the same %(same)s.",
        "%(num)s cities in both rounds: better %(better)s, worse %(worse)s, the same %(same)s.",
        change["both"],
        **{name: written(change[name]) for name in ("better", "worse", "same")},
    )


def choice_bars(document: Document, words: Asked, question: Question) -> Markup:
    """Bars of how many cities chose what, in the order of the questionnaire."""
    rows = [
        bars.Bar(words.choice(question.choices, choice), written(number), Decimal(number))
        for choice, number in document["counts"].items()
    ]
    axis = scale([Decimal(max([1, *document["counts"].values()]))])
    ticks = [(tick, written(int(tick))) for tick in axis.ticks if tick == tick.to_integral_value()]
    return bars.bars(rows, axis, ticks, label=words.label(question.name), direction=current_language().direction)


def strip_words(states: Mapping[int, str]) -> str:
    """The sentence behind a strip of grades."""
    counted = {part: sum(state == part for state in states.values()) for part in PARTS}
    return numbers(counted)


def moment_of(overview: Document) -> datetime:
    """When the results were computed."""
    return datetime.fromisoformat(overview["computed_at"])
