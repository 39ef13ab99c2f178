"""Workbooks of answers that came in, as people look at them: what each would change, worked out anew whenever it is asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from sqlalchemy import select

from icportal.cities.models import City
from icportal.core import files
from icportal.core.canonical import sha256
from icportal.core.db import db
from icportal.core.strings import Text
from icportal.indicators.enums import Outcome
from icportal.indicators.findings import Finding
from icportal.reporting import labels, responses
from icportal.reporting.asked import asked
from icportal.reporting.enums import QuestionType
from icportal.reporting.exchange.layout import ANSWER
from icportal.reporting.exchange.reading import ReadBook, read_answers
from icportal.reporting.models import Answer, Response, ResponseImport
from icportal.reporting.questionnaires.definition import Question
from icportal.reporting.seals import NOTHING, Said, said_in, seal
from icportal.reporting.wording import Shown, Words
from icportal.reporting.workbooks import context_for

LONGEST_COMMENT = 2000
WRITES = (Outcome.NEW, Outcome.CHANGED)
ORDER = (Outcome.REFUSED, Outcome.CONFLICT, Outcome.NEW, Outcome.CHANGED, Outcome.UNCHANGED)


@dataclass(frozen=True)
class Planned:
    """What becomes of one answer of the file. ``mine`` is what the file makes of it, ``theirs`` what the portal says now."""

    question: Question
    section: str
    where: str
    shown: str
    outcome: Outcome
    mine: Said
    theirs: Said
    problems: tuple[Mapping[str, Any], ...] = ()
    notes: tuple[Mapping[str, Any], ...] = ()

    @property
    def name(self) -> str:
        return self.question.name


@dataclass(frozen=True)
class Plan:
    """What accepting a file would do. ``stray`` are cells that belong to no question; they are refused with the rest."""

    rows: Sequence[Planned]
    stray: Sequence[Mapping[str, Any]]

    @property
    def digest(self) -> str:
        """Changes when accepting would do something else."""
        return sha256([[row.name, row.outcome, asdict(row.mine), asdict(row.theirs)] for row in self.rows])

    @property
    def refused(self) -> int:
        """How many cells are refused."""
        return sum(len(row.problems) for row in self.rows) + len(self.stray)

    def with_outcome(self, *outcomes: Outcome) -> list[Planned]:
        return [row for row in self.rows if row.outcome in outcomes]


def stored(book: ReadBook) -> dict[str, Any]:
    """What the file says, as JSON."""
    return {
        "language": book.identity.language,
        "answers": [
            {
                **{name: getattr(each, name) for name in _KEPT},
                "problems": [_problem(problem) for problem in each.problems],
                "notes": [note.stored() for note in each.notes],
            }
            for each in book.answers
        ],
        "stray": [_problem(problem) for problem in book.stray],
        "notes": [note.stored() for note in book.notes],
    }


_KEPT = ("question", "section", "sheet", "cell", "shown", "says", "value", "visibility", "comment", "seen")


def _problem(problem: Any) -> dict[str, Any]:
    return {name: getattr(problem, name) for name in ("key", "column", "cell", "shown")} | problem.finding.stored()


def plan_of(import_: ResponseImport, answers: Mapping[str, Answer] | None = None) -> Plan:
    """What accepting the file would do now."""
    questions = responses.structure_of(import_.response).questions
    answers = responses.answers_of(import_.response) if answers is None else answers
    said = import_.said.get("answers", ())
    rows = [_planned(each, questions[each["question"]], answers) for each in said if each["question"] in questions]
    return Plan(rows, import_.said.get("stray", ()))


def _planned(each: Mapping[str, Any], question: Question, answers: Mapping[str, Answer]) -> Planned:
    theirs = said_in(question, answers.get(question.name))
    mine = theirs
    if each["says"] and not _same_choices(question, each["value"], theirs.value):
        mine = replace(mine, value=each["value"])
    if each["visibility"] is not None:
        mine = replace(mine, visibility=each["visibility"])
    if each["comment"] is not None:
        mine = replace(mine, comment=each["comment"][:LONGEST_COMMENT])
    mine = mine.to(question)
    outcome = Outcome.REFUSED if each["problems"] else _outcome(mine, theirs, each["seen"])
    return Planned(
        question, each["section"], f"{each['sheet']}!{each['cell']}", each["shown"], outcome, mine, theirs,
        tuple(each["problems"]), tuple(each["notes"]),
    )  # fmt: skip


def _same_choices(question: Question, one: Any, other: Any) -> bool:
    """Whether two answers tick the same choices: a workbook has them in the order of the list."""
    return question.type == QuestionType.MULTIPLE and sorted(one or ()) == sorted(other or ())


def _outcome(mine: Said, theirs: Said, seen: str | None) -> Outcome:
    """What somebody else has changed since the workbook was made, and this file changes too, is to be chosen."""
    if mine == theirs or (seen and seal(mine) == seen):
        return Outcome.UNCHANGED
    if seal(theirs) not in {seen, NOTHING}:
        return Outcome.CONFLICT
    return Outcome.NEW if theirs.value is None else Outcome.CHANGED


# --- the file ----------------------------------------------------------------------------------------------


def read_file(import_: ResponseImport) -> ReadBook:
    """The file again, as it came in.

    Raises:
        Unreadable: it is not the workbook that is expected here (any more).
    """
    data = files.open_file(import_.file).getvalue()
    city = db.session.get_one(City, import_.response.city_id)
    return read_answers(data, context_for(import_.response, city, written_in=import_.language))


def imports_of(response: Response) -> list[ResponseImport]:
    """The workbooks that came in for a response, newest first."""
    query = select(ResponseImport).where(ResponseImport.response_id == response.id)
    return list(db.session.scalars(query.order_by(ResponseImport.id.desc()).limit(50)))


# --- shown -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Row:
    """An answer of an import in words. ``before`` is what stands in the portal, ``after`` what the file says."""

    name: str
    section: str
    where: str
    label: str
    outcome: Outcome
    shown: str
    before: Shown
    after: Shown
    problems: Sequence[tuple[str, str, Text]] = ()
    notes: Sequence[Text] = ()
    beside: Sequence[tuple[str, str]] = ()


def rows_of(plan: Plan, response: Response, language: str) -> list[Row]:
    """The plan in words, what needs somebody first. The same few queries whatever its length."""
    words = asked(response.round.questionnaire_version, language)
    sides = [Words(words, {row.name: {"value": value(row)} for row in plan.rows}, reader=language) for value in (_theirs, _mine)]
    found = []
    for row in sorted(plan.rows, key=lambda each: ORDER.index(each.outcome)):
        before, after = (
            side.of(row.question, {"value": value(row)}) for side, value in zip(sides, (_theirs, _mine), strict=True)
        )
        problems = [(each["cell"], each["shown"], str(Finding.of(each))) for each in row.problems]
        notes = [str(Finding.of(each)) for each in row.notes]
        where = (row.name, words.section(row.section), row.where, words.label(row.name))
        found.append(Row(*where, row.outcome, row.shown, before, after, problems, notes, _beside(row)))
    return found


def _theirs(row: Planned) -> Any:
    return row.theirs.value


def _mine(row: Planned) -> Any:
    return None if row.outcome == Outcome.REFUSED else row.mine.value


def _beside(row: Planned) -> list[tuple[str, str]]:
    """What changes beside the answer itself: (which of the two, the new words)."""
    found = []
    if row.mine.visibility != row.theirs.visibility:
        label = labels.VISIBILITIES.get(row.mine.visibility)
        found.append(("visibility", str(label) if label else ""))
    if row.mine.comment != row.theirs.comment:
        found.append(("comment", row.mine.comment))
    return found


def stray_of(plan: Plan) -> list[tuple[str, str, Text]]:
    """(cell, what stood there, why it is refused) of what belongs to no question."""
    return [(each["cell"], each["shown"], str(Finding.of(each))) for each in plan.stray]


def issues_at(book: ReadBook) -> list[tuple[str, str, Finding, str]]:
    """(key, column, finding, what stood there) of every refused cell."""
    return [
        (problem.key, problem.column or ANSWER, problem.finding, problem.shown)
        for problem in (*(each for answer in book.answers for each in answer.problems), *book.stray)
    ]
