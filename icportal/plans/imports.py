"""Workbooks of a plan that came in, as people look at them: what each would change, worked out anew whenever it is asked."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from icportal.cities.models import City
from icportal.core import files
from icportal.core.canonical import sha256
from icportal.core.db import db
from icportal.core.errors import DomainError
from icportal.core.strings import Text, _l, _p
from icportal.i18n.catalogues import current_language, in_language
from icportal.i18n.formatting import day, listing
from icportal.i18n.locales import LANGUAGES, get
from icportal.indicators import findings
from icportal.indicators.enums import Outcome
from icportal.indicators.exchange.layout import Unreadable
from icportal.indicators.findings import Finding
from icportal.indicators.queries import published_codes
from icportal.plans import contents, drafting
from icportal.plans.contents import OWN, Content
from icportal.plans.dependencies import circle
from icportal.plans.enums import ActionState
from icportal.plans.exchange.layout import ACTIONS, INDICATORS, MILESTONES, NAMES, NEW, row_id
from icportal.plans.exchange.reading import SHOWN, ReadAction, ReadBook, ReadRow, read_plan
from icportal.plans.exchange.writing import COLUMN_NAMES, TITLES, write_workbook
from icportal.plans.loaded import LoadedPlan
from icportal.plans.models import PlanImport
from icportal.plans.workbooks import book_for, context_for, labels_of
from icportal.reporting.exchange.pen import Issue, Typed

WRITES = (Outcome.NEW, Outcome.CHANGED)
ORDER = (Outcome.REFUSED, Outcome.CONFLICT, Outcome.NEW, Outcome.CHANGED, Outcome.UNCHANGED)

findings.register(
    {
        "plan.gone": _l("This action is no longer part of the plan. Take its rows out of the workbook."),
        "plan.part_gone": _l("This row is no longer part of the plan: somebody has taken it away. Leave it empty."),
        "plan.other_row": _l("This row belongs to another action. Take it away there, and write it into an empty row."),
        "plan.no_title": _l("This row has no name. Give it one, or leave the whole row empty."),
        "plan.rule": _l("%(why)s"),
        "plan.dropped": _l("“%(title)s” was dropped: nothing can begin after it any more."),
        "plan.circle": _l("This would be a circle: %(way)s."),
        "plan.no_code": _l("The catalogue has no indicator “%(text)s”. Leave the code empty for a measure of your own."),
        "plan.no_day": _l("A milestone needs its day."),
    }
)


@dataclass(frozen=True)
class Planned:
    """What becomes of one action of the file. ``mine`` is what the file makes of it, ``theirs`` what the portal says now.

    ``action_id`` is 0 where it would be new. ``problems`` are (cell, column, key of the row, what stood there, finding).
    """

    key: str
    action_id: int
    cells: Mapping[str, str]
    outcome: Outcome
    mine: Content
    theirs: Content | None
    problems: tuple[tuple[str, str, str, str, Finding], ...] = ()

    @property
    def title(self) -> str:
        return str(self.mine["title"] or (self.theirs or {}).get("title", ""))


@dataclass(frozen=True)
class ImportPlan:
    """What accepting a file would do. ``stray`` are cells that belong to nothing; they are refused with the rest."""

    rows: Sequence[Planned]
    stray: Sequence[tuple[str, str, Finding]]

    @property
    def digest(self) -> str:
        """Changes when accepting would do something else."""
        return sha256([[row.key, row.outcome, row.mine, row.theirs] for row in self.rows])

    @property
    def refused(self) -> int:
        """How many cells are refused."""
        return sum(len(row.problems) for row in self.rows) + len(self.stray)

    def with_outcome(self, *outcomes: Outcome) -> list[Planned]:
        return [row for row in self.rows if row.outcome in outcomes]


# --- what the file says, kept ----------------------------------------------------------------------------------


def stored(book: ReadBook) -> dict[str, Any]:
    """What the file says, as JSON."""
    return {
        "language": book.identity.language,
        "version": book.identity.version,
        "actions": [_stored_action(each) for each in book.actions],
        "stray": [[place, shown, finding.stored()] for place, shown, finding in book.stray],
        "notes": [note.stored() for note in book.notes],
    }


def _stored_action(action: ReadAction) -> dict[str, Any]:
    parts = {sheet: [_stored_row(each) for each in rows] for sheet, rows in action.parts.items()}
    return {**_stored_row(action), "seen": action.seen, "number": action.number, "parts": parts}


def _stored_row(row: ReadRow) -> dict[str, Any]:
    return {
        "key": row.key,
        "cells": row.cells,
        "fields": row.fields,
        "removed": row.is_removed,
        "problems": [[column, place, shown, finding.stored()] for column, place, shown, finding in row.problems],
    }


# --- what it would change --------------------------------------------------------------------------------------


def plan_of(import_: PlanImport, plan: LoadedPlan) -> ImportPlan:
    """What accepting the file would do now, by the rules of the pages."""
    desk = _Desk(plan, import_)
    stray = [(place, shown, Finding.of(finding)) for place, shown, finding in import_.said.get("stray", ())]
    return ImportPlan(desk.planned(), stray)


class _Desk:
    def __init__(self, plan: LoadedPlan, import_: PlanImport) -> None:
        self.said, self.language = import_.said, import_.language
        self.theirs = {
            contents.key_of(ACTIONS, each.id): contents.content_of(each, plan.after.get(each.id, ()))
            for each in plan.actions
            if each.merged_into_id is None
        }
        rows = (row for each in self.said.get("actions", ()) for row in each["parts"][INDICATORS])
        self.codes = published_codes({code for row in rows if (code := row["fields"].get("indicator_code"))})
        self.dropped = {
            contents.key_of(ACTIONS, each.id): each.title for each in plan.actions if each.state == ActionState.DROPPED
        }
        self.owner = {part["key"]: key for key, each in self.theirs.items() for part in (*each[MILESTONES], *each[INDICATORS])}

    def planned(self) -> list[Planned]:
        rows = [self._planned(each) for each in self.said.get("actions", ())]
        after = {**{key: each["after"] for key, each in self.theirs.items()}, **{row.key: row.mine["after"] for row in rows}}
        return [self._linked(row, after) for row in rows]

    def _linked(self, row: Planned, after: Mapping[str, Sequence[str]]) -> Planned:
        """What waits for itself in the end is refused, with the way that leads there; so is what would wait for a dropped one."""
        if row.outcome not in {*WRITES, Outcome.CONFLICT} or not row.mine["after"]:
            return row
        there = (row.theirs or {}).get("after", ())
        found = [
            Finding("plan.dropped", {"title": self.dropped[key]})
            for key in row.mine["after"]
            if key in self.dropped and key not in there
        ]
        if way := circle(after, row.key):
            titles = {key: each["title"] for key, each in self.theirs.items()} | {row.key: row.title}
            found.append(Finding("plan.circle", {"way": " → ".join(titles.get(key, key) for key in way)}))
        if not found:
            return row
        problems = tuple((row.cells["after"], "after", row.key, "", each) for each in found)
        return replace(row, outcome=Outcome.REFUSED, problems=problems)

    def _planned(self, said: Mapping[str, Any]) -> Planned:
        key, theirs = said["key"], self.theirs.get(said["key"])
        is_new = key.startswith(NEW)
        start = contents.blank(language=self.language, currency="EUR") if theirs is None else theirs
        mine, problems = self._merged(said, start)
        problems = [*_problems(said, said), *problems]
        if theirs is None and not is_new:
            problems.append((said["cells"][NAMES[ACTIONS]], NAMES[ACTIONS], key, "", Finding("plan.gone")))
        problems += _missing(ACTIONS, said, mine)
        if self._is_untouched(said):
            mine, problems = copy.deepcopy(start), []
        outcome = Outcome.REFUSED if problems else _outcome(mine, theirs, said["seen"])
        if outcome in {*WRITES, Outcome.CONFLICT}:
            problems = [_by_rule(said, column, why) for column, why in drafting.refusals(mine)]
            outcome = Outcome.REFUSED if problems else outcome
        number = 0 if is_new else row_id(key, ACTIONS) or 0
        return Planned(key, number, said["cells"], outcome, mine, theirs, tuple(problems))

    def _is_untouched(self, said: Mapping[str, Any]) -> bool:
        """Whether the file says exactly what it was made with."""
        if not said["seen"] or any(said["problems"]) or any(each["problems"] for part in said["parts"].values() for each in part):
            return False
        raw = {**contents.blank(language="", currency=""), **said["fields"]}
        for sheet, rows in said["parts"].items():
            raw[sheet] = [
                {"key": each["key"], **{name: contents.empty(name) for name in OWN[sheet]}, **each["fields"]}
                for each in sorted(rows, key=lambda each: row_id(each["key"], sheet) or 0)
            ]
        return contents.seal(_tidy(raw)) == said["seen"]

    def _merged(self, said: Mapping[str, Any], theirs: Content) -> tuple[Content, list[Any]]:
        """What is there with what the file says laid over it, and what cannot be."""
        mine, problems = copy.deepcopy(theirs), []
        mine.update({name: contents.empty(name) if value is None else value for name, value in said["fields"].items()})
        for sheet, rows in said["parts"].items():
            known = {each["key"]: each for each in mine[sheet]}
            for each in rows:
                problems += _problems(each, said)
                if each["key"].startswith(NEW):
                    known[each["key"]] = {"key": each["key"], **{name: contents.empty(name) for name in OWN[sheet]}}
                elif each["key"] not in known:
                    code = "plan.other_row" if each["key"] in self.owner else "plan.part_gone"
                    problems.append((each["cells"][NAMES[sheet]], NAMES[sheet], each["key"], "", Finding(code)))
                    continue
                if each["removed"]:
                    del known[each["key"]]
                    continue
                fields = {name: contents.empty(name) if value is None else value for name, value in each["fields"].items()}
                problems += self._unknown_code(each, fields.get("indicator_code", ""), known[each["key"]])
                known[each["key"]].update(fields)
                problems += _missing(sheet, each, known[each["key"]])
            mine[sheet] = list(known.values())
        return _tidy(mine), problems

    def _unknown_code(self, row: Mapping[str, Any], code: str, there: Content) -> list[Any]:
        """A code that is none of the catalogue, unless it stood there before."""
        if not code or code in self.codes or code == there["indicator_code"].upper():
            return []
        return [
            (
                row["cells"]["indicator_code"],
                "indicator_code",
                row["key"],
                code[:SHOWN],
                Finding("plan.no_code", {"text": code[:60]}),
            )
        ]


def _problems(row: Mapping[str, Any], _action: Mapping[str, Any]) -> list[tuple[str, str, str, str, Finding]]:
    return [(place, column, row["key"], shown, Finding.of(finding)) for column, place, shown, finding in row["problems"]]


def _by_rule(said: Mapping[str, Any], column: str, why: Text) -> tuple[str, str, str, str, Finding]:
    """What the page would refuse, at its cell; what concerns a milestone or an indicator, at the action's title."""
    column = column if column in said["cells"] else NAMES[ACTIONS]
    return said["cells"][column], column, said["key"], "", Finding("plan.rule", {"why": str(why)})


def _missing(sheet: str, row: Mapping[str, Any], said: Mapping[str, Any]) -> list[tuple[str, str, str, str, Finding]]:
    """What nothing can be without. A cell that is refused for what stands in it is not empty."""
    wrong = {column for column, *_rest in row["problems"]}
    needed = [(NAMES[sheet], "plan.no_title"), *([("due_on", "plan.no_day")] if sheet == MILESTONES else [])]
    return [
        (row["cells"][column], column, row["key"], "", Finding(code))
        for column, code in needed
        if not said[column] and column not in wrong
    ]


def _tidy(content: Content) -> Content:
    """Numbers as they are kept."""
    for part in content[INDICATORS]:
        for name in ("baseline", "target"):
            if part[name] is not None:
                part[name] = contents.amount(Decimal(str(part[name])))
    return content


def _outcome(mine: Content, theirs: Content | None, seen: str) -> Outcome:
    """What somebody else has changed since the workbook was made, and this file changes too, is to be chosen."""
    if theirs is None:
        return Outcome.NEW
    if mine == theirs:
        return Outcome.UNCHANGED
    return Outcome.CONFLICT if seen and contents.seal(theirs) != seen else Outcome.CHANGED


# --- the file --------------------------------------------------------------------------------------------------


def read_file(import_: PlanImport, plan: LoadedPlan, city: City) -> ReadBook:
    """The file again, as it came in.

    Raises:
        Unreadable: it is not the workbook that is expected here (any more).
    """
    return read_plan(files.open_file(import_.file).getvalue(), context_for(plan, city, written_in=import_.language))


def imports_of(city: City) -> list[PlanImport]:
    """The workbooks that came in for a plan, newest first."""
    query = select(PlanImport).where(PlanImport.city_id == city.id).order_by(PlanImport.id.desc()).limit(50)
    return list(db.session.scalars(query))


# --- shown -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Change:
    """One thing that changes, in words. ``before`` is empty where nothing stood there."""

    label: Text
    before: str
    after: str


@dataclass(frozen=True)
class Row:
    """An action of an import in words."""

    key: str
    title: str
    language: str
    where: str
    outcome: Outcome
    changes: Sequence[Change] = ()
    problems: Sequence[tuple[str, str, Text]] = ()


def rows_of(planned: ImportPlan, plan: LoadedPlan) -> list[Row]:
    """The plan in words, what needs somebody first."""
    words = _Words(plan, planned)
    return [
        Row(
            each.key, each.title, each.mine["language"], each.cells.get(NAMES[ACTIONS], ""), each.outcome, words.changes(each),
            [(place, shown, str(finding)) for place, _column, _key, shown, finding in each.problems],
        )
        for each in sorted(planned.rows, key=lambda each: ORDER.index(each.outcome))
    ]  # fmt: skip


class _Words:
    def __init__(self, plan: LoadedPlan, planned: ImportPlan) -> None:
        self.objectives = labels_of(plan.objectives)
        self.titles = {contents.key_of(ACTIONS, each.id): each.title for each in plan.actions}
        self.titles |= {each.key: each.title for each in planned.rows}

    def changes(self, row: Planned) -> list[Change]:
        if row.outcome in {Outcome.UNCHANGED, Outcome.REFUSED}:
            return []
        before = row.theirs or {}
        found = [
            Change(COLUMN_NAMES[ACTIONS, name], self._value(name, before.get(name)), self._value(name, row.mine[name]))
            for name in OWN[ACTIONS]
            if self._value(name, before.get(name)) != self._value(name, row.mine[name])
        ]
        for sheet in (MILESTONES, INDICATORS):
            old = {each["key"]: each for each in before.get(sheet, ())}
            new = {each["key"]: each for each in row.mine[sheet]}
            found += [
                Change(TITLES[sheet], self._part(sheet, old.get(key)), self._part(sheet, new.get(key)))
                for key in {**old, **new}
                if old.get(key) != new.get(key)
            ]
        return found

    def _part(self, sheet: str, part: Mapping[str, Any] | None) -> str:
        if part is None:
            return ""
        first, *others = OWN[sheet]
        told = [
            f"{COLUMN_NAMES[sheet, name]}: {self._value(name, part[name])}" for name in others if part[name] not in (None, "")
        ]
        return "; ".join([str(part[first]), *told])

    def _value(self, name: str, value: Any) -> str:
        if value in (None, "", []):
            return ""
        words: Mapping[str, Callable[[Any], Text]] = {
            "objective": lambda said: self.objectives.get(said, ""),
            "language": lambda said: get(said).autonym,
            "person_public": lambda said: _p("answer", "yes") if said else _p("answer", "no"),
            "after": lambda said: listing(self.titles.get(key, key) for key in said),
            "commitments": listing,
            "deadline": lambda said: day(date.fromisoformat(said)),
        }
        if name in words:
            return str(words[name](value))
        return day(date.fromisoformat(value)) if name.endswith("_on") else str(value)


# --- what is to be mended --------------------------------------------------------------------------------------


def error_workbook(import_: PlanImport, plan: LoadedPlan, city: City) -> tuple[bytes, str]:
    """(the workbook, its name) with everything as it was filled in, and beside each refused cell what is wrong.

    Raises:
        DomainError: the file cannot be read any more.
    """
    try:
        read = read_file(import_, plan, city)
    except Unreadable as error:
        raise DomainError(str(error.finding)) from None
    language = read.identity.language if read.identity.language in LANGUAGES else current_language().code
    with in_language(language):
        found = plan_of(import_, plan)
        issues = [
            Issue(key, column, finding, shown) for row in found.rows for _place, column, key, shown, finding in row.problems
        ]
    book = book_for(plan, city, language)
    return write_workbook(book, issues=issues, typed=Typed(read.cells)), book.file_name
