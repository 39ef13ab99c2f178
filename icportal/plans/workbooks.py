"""The workbook of a plan: everything it says in one language, and against what a filled one is read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from icportal.cities.models import City
from icportal.core.errors import NotFound
from icportal.core.strings import _, _p
from icportal.i18n.catalogues import in_language
from icportal.i18n.locales import CONTENT_LANGUAGES, LANGUAGES, get, reading_language
from icportal.indicators.exchange.vocabulary import folded
from icportal.plans import contents
from icportal.plans.contents import OWN, Content
from icportal.plans.exchange.layout import (
    ACTION,
    ACTION_LIST,
    ACTIONS,
    COLUMNS,
    INDICATORS,
    LANGUAGE_LIST,
    MILESTONES,
    OBJECTIVES,
    SEPARATOR,
    YES_NO,
    Book,
    Identity,
    Line,
)
from icportal.plans.exchange.reading import Context
from icportal.plans.flow import ACTION as FLOW
from icportal.plans.loaded import LoadedPlan
from icportal.plans.models import Action, Objective
from icportal.practices.desk import languages_to_write_in
from icportal.reporting.enums import QuestionType
from icportal.reporting.exchange.pen import Cell

#: A title in the list of actions is cut to so many letters.
LONGEST_CHOICE = 60


def book_for(plan: LoadedPlan, city: City, language: str) -> Book:
    """The workbook in a language of the portal. NotFound where it has no such language."""
    if language not in LANGUAGES:
        raise NotFound(_("There is no such workbook."))
    with in_language(language) as spoken:
        desk = _Desk(plan, city)
        return Book(
            identity=Identity(city.slug, language, plan.plan.version if plan.plan else 0),
            direction=spoken.direction,
            title=_("Action plan of %(city)s", city=city.name_in(reading_language(language).code)),
            lines=desk.lines(),
            lists=desk.lists(),
            file_name=f"icportal-plan-{city.slug}-{language}.xlsx",
        )


def context_for(plan: LoadedPlan, city: City, *, written_in: str) -> Context:
    """What a workbook that comes in is read against; its numbers that were typed as text as ``written_in`` writes them."""
    return Context(
        city=city.slug,
        reads_as=written_in,
        objectives={folded(label): number for number, label in labels_of(plan.objectives).items()},
        languages={
            **{folded(get(code).autonym): code for code in CONTENT_LANGUAGES},
            **{code: code for code in CONTENT_LANGUAGES},
        },
    )


def labels_of(objectives: Sequence[Objective]) -> dict[int, str]:
    """How each objective is written: its title, with its place where two have the same."""
    often = Counter(folded(each.title) for each in objectives)
    return {
        each.id: each.title if often[folded(each.title)] == 1 else f"{each.title} ({place})"
        for place, each in enumerate(objectives, start=1)
    }


def ordered(plan: LoadedPlan) -> list[Action]:
    """The actions in the order of the workbook: that in which they were made. Merged ones stay out of it."""
    return sorted((each for each in plan.actions if each.merged_into_id is None), key=lambda each: each.id)


class _Desk:
    def __init__(self, plan: LoadedPlan, city: City) -> None:
        self.plan, self.city = plan, city
        self.actions = ordered(plan)
        self.numbers = {contents.key_of(ACTIONS, each.id): number for number, each in enumerate(self.actions, start=1)}
        self.objectives = labels_of(plan.objectives)
        self.contents = {each.id: contents.content_of(each, plan.after.get(each.id, ())) for each in self.actions}

    def lines(self) -> Mapping[str, tuple[Line, ...]]:
        found: dict[str, list[Line]] = {ACTIONS: [], MILESTONES: [], INDICATORS: []}
        for number, action in enumerate(self.actions, start=1):
            said, key = self.contents[action.id], contents.key_of(ACTIONS, action.id)
            state = str(FLOW.state(action.state).label)
            found[ACTIONS].append(Line(key, self._cells(ACTIONS, said), number, contents.seal(said), state))
            for sheet in (MILESTONES, INDICATORS):
                for part in said[sheet]:
                    cells = {ACTION: self._choice(number, action.title), **self._cells(sheet, part)}
                    found[sheet].append(Line(part["key"], cells))
        return {sheet: tuple(lines) for sheet, lines in found.items()}

    @staticmethod
    def _choice(number: int, title: str) -> str:
        return f"{number}{SEPARATOR}{title[:LONGEST_CHOICE]}"

    def lists(self) -> Mapping[str, tuple[str, ...]]:
        written = {each.code for each in languages_to_write_in([self.city])} | {each.language for each in self.actions}
        return {
            OBJECTIVES: tuple(self.objectives.values()),
            LANGUAGE_LIST: tuple(get(code).autonym for code in sorted(written)),
            YES_NO: (_p("answer", "yes"), _p("answer", "no")),
            ACTION_LIST: tuple(self._choice(number, each.title) for number, each in enumerate(self.actions, start=1)),
        }

    def _cells(self, sheet: str, said: Content) -> dict[str, Cell]:
        kinds = {column.code: column.kind for column in COLUMNS[sheet]}
        return {name: self._cell(name, kinds[name], said[name]) for name in OWN[sheet]}

    def _cell(self, name: str, kind: str, value: Any) -> Cell:
        words = {
            "objective": lambda: self.objectives.get(value, ""),
            "language": lambda: get(value).autonym,
            "person_public": lambda: _p("answer", "yes") if value else _p("answer", "no"),
            "after": lambda: ", ".join(
                str(number) for number in sorted(self.numbers[key] for key in value if key in self.numbers)
            ),
            "commitments": lambda: ", ".join(map(str, value)),
        }
        if value in (None, "", []):
            return None
        if name in words:
            return words[name]() or None
        if kind == QuestionType.DATE:
            return date.fromisoformat(value)
        return Decimal(str(value)) if kind in {QuestionType.INTEGER, QuestionType.DECIMAL} else str(value)
