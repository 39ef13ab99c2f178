"""The board of a round: every city, the state of every section, who has to move next and since when.

Read with the same few queries however many cities take part.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from string import ascii_uppercase
from typing import Any

from sqlalchemy import func, select

from icportal.cities.models import City
from icportal.core.clock import PORTAL_ZONE, today
from icportal.core.db import db
from icportal.core.strings import LazyString, _, _l, _lp
from icportal.i18n.formatting import sort_key
from icportal.reporting import labels, reminders
from icportal.reporting.asked import Asked, asked
from icportal.reporting.enums import Grade, ResponseState, SectionStatus
from icportal.reporting.flow import RESPONSE
from icportal.reporting.models import Answer, Extension, Response, Round
from icportal.reporting.responses import statuses_of
from icportal.reporting.rounds import waiting_extensions
from icportal.reporting.services.reminding import SETTLED
from icportal.web.figures import FULLY, NO_ANSWER, NOT_AT_ALL, PARTLY
from icportal.workflow.definition import State

CITY, MAYOR, COORDINATOR, NOBODY = "city", "mayor", "coordinator", "nobody"

MOVERS: Mapping[str, LazyString] = {
    CITY: _l("the city"),
    MAYOR: _l("the mayor's office"),
    COORDINATOR: _l("a coordinator"),
    NOBODY: _lp("who has to move", "nobody"),
}

_MOVES = {
    ResponseState.DRAFT: CITY,
    ResponseState.CHANGES_REQUESTED: CITY,
    ResponseState.SIGN_OFF: MAYOR,
    ResponseState.REVIEW: COORDINATOR,
    ResponseState.ACCEPTED: COORDINATOR,
    ResponseState.PUBLISHED: NOBODY,
}
_STRIP: Mapping[str, str] = {Grade.FULLY: FULLY, Grade.PARTLY: PARTLY, Grade.NOT_AT_ALL: NOT_AT_ALL}


@dataclass(frozen=True)
class Column:
    """A section: its commitment's number or a letter, and its title in the reader's language (without that number)."""

    mark: str
    name: str
    title: str


@dataclass(frozen=True)
class Line:
    """One city. ``asked`` is its request for more time that waits for an answer."""

    response: Response
    city: City
    name: str
    statuses: Mapping[str, SectionStatus]
    grades: Mapping[int, str]
    active_at: datetime | None
    asked: Extension | None
    answers: int

    @property
    def state(self) -> State:
        return RESPONSE.state(self.response.state)

    @property
    def mover(self) -> str:
        """Who has to move next. In a closed round no city can."""
        if not self.response.round.is_open and self.response.state in reminders.WAITING:
            return NOBODY
        return COORDINATOR if self.asked else _MOVES[ResponseState(self.response.state)]

    @property
    def mover_label(self) -> LazyString:
        return MOVERS[self.mover]

    @property
    def since(self) -> datetime:
        return self.asked.asked_at if self.asked else self.response.state_since

    @property
    def since_day(self) -> date:
        return _day(self.since)

    @property
    def active_day(self) -> date | None:
        return _day(self.active_at) if self.active_at else None

    @property
    def due(self) -> date:
        return self.response.due

    @property
    def days_over(self) -> int:
        """Days since the deadline; 0 as long as the answers are in or not yet due."""
        return (today() - self.due).days if reminders.is_overdue(self.response, today()) else 0

    @property
    def grades_in_words(self) -> str:
        """The grades given so far, for readers who do not see the strip."""
        given = list(self.grades.values())
        return _(
            "Grades so far: %(fully)s fully, %(partly)s partly, %(not_at_all)s not at all",
            fully=given.count(FULLY),
            partly=given.count(PARTLY),
            not_at_all=given.count(NOT_AT_ALL),
        )

    @property
    def done(self) -> int:
        """How many sections need nothing more."""
        return sum(status in SETTLED for status in self.statuses.values())


@dataclass(frozen=True)
class Filter:
    """What the board is narrowed to."""

    state: str = ""
    mover: str = ""
    overdue: bool = False

    def admits(self, line: Line) -> bool:
        return (
            (not self.state or line.response.state == self.state)
            and (not self.mover or line.mover == self.mover)
            and (not self.overdue or line.days_over > 0)
        )


@dataclass(frozen=True)
class Board:
    """The lines that were asked for, of all that there are."""

    round: Round
    asked: Asked
    columns: Sequence[Column]
    lines: Sequence[Line]
    total: int
    counts: Mapping[str, int] = field(default_factory=dict)


def board(round_: Round, *, language: str, only: Filter | None = None) -> Board:
    """The board in the reader's language: overdue cities first, the longest overdue before the others, then by deadline."""
    questionnaire = asked(round_.questionnaire_version, language)
    columns = _columns(questionnaire)
    lines = list(_lines(round_, language))
    counts: dict[str, int] = defaultdict(int)
    for line in lines:
        counts[line.mover] += 1
        counts["overdue"] += line.days_over > 0
    wanted = only or Filter()
    shown = sorted((line for line in lines if wanted.admits(line)), key=_order)
    return Board(round_, questionnaire, columns, shown, len(lines), counts)


def _columns(questionnaire: Asked) -> list[Column]:
    """Sections that are a commitment's block bear its number, the others letters."""
    found, others = [], 0
    for section in questionnaire.structure.sections:
        title = questionnaire.section(section.name)
        if section.commitment:
            mark = str(section.commitment)
            title = title.removeprefix(f"{mark}. ")
        else:
            mark, others = _letter(others), others + 1
        found.append(Column(mark, section.name, title))
    return found


def _letter(place: int) -> str:
    """A, B … Z, AA, AB and so on."""
    before, last = divmod(place, len(ascii_uppercase))
    return (_letter(before - 1) if before else "") + ascii_uppercase[last]


def line_of(round_: Round, city: City, *, language: str) -> Line:
    """One city as the board shows it."""
    return next(line for line in _lines(round_, language, city.id))


def _order(line: Line) -> tuple[Any, ...]:
    open_ = line.response.state in reminders.WAITING
    return -line.days_over, not open_, line.due, sort_key(line.name)


def _lines(round_: Round, language: str, city_id: int | None = None) -> Iterator[Line]:
    query = select(Response, City).join(City, City.id == Response.city_id).where(Response.round_id == round_.id)
    if city_id is not None:
        query = query.where(City.id == city_id)
    rows = [(response, city) for response, city in db.session.execute(query)]
    ids = [response.id for response, _city in rows]
    statuses = statuses_of(round_, ids if city_id is not None else None)
    grades, activity = _grades(round_, ids), _activity(ids)
    waiting = {response.id: extension for extension, response, _city in waiting_extensions(round_.id)}
    for response, city in rows:
        answers, touched = activity.get(response.id, (0, None))
        moments = [moment for moment in (touched, response.state_since) if moment and moment > response.invited_at]
        yield Line(
            response,
            city,
            city.name_in(language),
            statuses.get(response.id, {}),
            grades.get(response.id, {}),
            max(moments, default=None),
            waiting.get(response.id),
            answers,
        )


def _grades(round_: Round, ids: Sequence[int]) -> dict[int, dict[int, str]]:
    """What each city has given as its grades so far, as the strip of eleven draws them."""
    asked_for = {question.name: number for number, question in round_.questionnaire_version.known.grades.items()}
    query = select(Answer.response_id, Answer.question, Answer.choice)
    query = query.where(Answer.response_id.in_(ids), Answer.question.in_(asked_for), Answer.choice != "")
    found: dict[int, dict[int, str]] = defaultdict(dict)
    for response_id, question, choice in db.session.execute(query):
        found[response_id][asked_for[question]] = _STRIP.get(choice, NO_ANSWER)
    return found


def _activity(ids: Sequence[int]) -> dict[int, tuple[int, datetime]]:
    """How many answers each response has, and when the last was touched."""
    query = select(Answer.response_id, func.count(), func.max(Answer.updated_at)).where(Answer.response_id.in_(ids))
    return {response_id: (count, last) for response_id, count, last in db.session.execute(query.group_by(Answer.response_id))}


# --- as a file ----------------------------------------------------------------------------------------------


def as_table(shown: Board) -> tuple[list[str], list[list[Any]]]:
    """The board as columns and rows for a CSV file, in the reader's language."""
    titles = [f"{column.mark}. {column.title}" for column in shown.columns]
    header = [
        _("City"), _("Country"), _("State"), _("Who has to move"), _("Since"), _("Deadline"), _("Days overdue"), _("Last activity"),
        *titles,
    ]  # fmt: skip
    return header, [_cells(line, shown.columns) for line in shown.lines]


def _cells(line: Line, columns: Sequence[Column]) -> list[Any]:
    words = [str(labels.SECTION_STATUSES[line.statuses[column.name]][0]) for column in columns]
    return [
        line.name,
        line.city.country,
        str(line.state.label),
        str(line.mover_label),
        line.since_day.isoformat(),
        line.due.isoformat(),
        line.days_over or None,
        line.active_day.isoformat() if line.active_day else "",
        *words,
    ]


def _day(moment: datetime) -> date:
    return moment.astimezone(PORTAL_ZONE).date()
