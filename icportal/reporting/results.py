"""Reading the results of rounds: documents that were computed, and the few answers that stand on one page.

A list names the cities it was computed with, but shows of each only what may be read at this moment: what a city has
withdrawn is gone at once.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import Integer, and_, bindparam, select

from icportal.cities.models import City
from icportal.core.db import db
from icportal.core.errors import NotFound
from icportal.core.queue import Job, JobState
from icportal.core.strings import _
from icportal.reporting.asked import Asked
from icportal.reporting.counting import (
    GIVEN,
    OVERVIEW,
    PAGE,
    PUBLIC,
    Document,
    list_key,
    question_key,
)
from icportal.reporting.enums import QuestionType, RoundState, Visibility
from icportal.reporting.models import PublishedAnswer, Response, ResultDocument, Round
from icportal.reporting.questionnaires.definition import Question
from icportal.reporting.services.computing import COMPUTE
from icportal.reporting.wording import Shown, Words

#: Of these only the numbers stand in a list of cities: what they point at is read on the page of the city.
NUMBERS_ONLY = frozenset({QuestionType.FILE, QuestionType.INDICATOR, QuestionType.NOTE})
#: What a city is listed by; columns only, for a page has hundreds of cities.
NAMED = (City.slug, City.name, City.names)


@dataclass(frozen=True)
class Results:
    """The results of one round for one audience."""

    round: Round
    audience: str
    overview: Document

    @property
    def is_public(self) -> bool:
        return self.audience == PUBLIC

    def commitment(self, number: int) -> Document:
        """The distribution of a commitment. NotFound where the round did not ask for its grade."""
        found: Document | None = self.overview["commitments"].get(str(number))
        if found is None:
            raise NotFound(_("This round did not ask about this commitment."))
        return found

    def change(self, number: int) -> Document | None:
        """How the cities that are in both rounds moved under a commitment; None where there is no round before."""
        told = self.overview["change"]
        return told["commitments"].get(str(number)) if told else None


class Listed(NamedTuple):
    """A city in a list, with its answer where there is one to read."""

    slug: str
    name: str
    label: str = ""
    said: Mapping[str, Any] | None = None
    shown: Shown | None = None


@dataclass(frozen=True)
class ListPage:
    """Fifty of the cities under one choice. ``number`` counts pages from 0."""

    choice: str
    total: int
    number: int
    rows: Sequence[Listed]

    @property
    def has_more(self) -> bool:
        return (self.number + 1) * PAGE < self.total


def rounds(audience: str) -> list[Results]:
    """Every round whose results this audience may read, the newest first. The public sees one when a city's answers are public."""
    query = (
        select(Round, ResultDocument.body)
        .join(ResultDocument, ResultDocument.round_id == Round.id)
        .where(ResultDocument.audience == audience, ResultDocument.key == OVERVIEW)
        .order_by(Round.number.desc(), Round.id.desc())
    )
    found = [Results(round_, audience, body) for round_, body in db.session.execute(query)]
    return [each for each in found if each.overview["answered"] or not each.is_public]


def results_of(slug: str, audience: str) -> Results:
    """The results of the round at an address.

    Raises:
        NotFound: there is no such round, or nothing of it is computed or public.
    """
    query = (
        select(Round, ResultDocument.body)
        .join(ResultDocument, ResultDocument.round_id == Round.id)
        .where(Round.slug == slug, ResultDocument.audience == audience, ResultDocument.key == OVERVIEW)
    )
    row = db.session.execute(query).first()
    if row is None or (audience == PUBLIC and not row[1]["answered"]):
        raise NotFound(_("There are no results of this round yet."))
    return Results(row[0], audience, row[1])


def find(round_: Round, audience: str) -> Results | None:
    """The results of a round for this audience, None as long as nothing is computed."""
    query = select(ResultDocument.body).where(
        ResultDocument.round_id == round_.id, ResultDocument.audience == audience, ResultDocument.key == OVERVIEW
    )
    body = db.session.scalar(query)
    return None if body is None else Results(round_, audience, body)


def round_by_id(round_id: int) -> Round:
    return db.session.get_one(Round, round_id)


def get_round(slug: str) -> Round:
    """The round with this name in its address. NotFound where there is none, or it is only planned."""
    round_ = db.session.scalar(select(Round).where(Round.slug == slug, Round.state != RoundState.DRAFT))
    if round_ is None:
        raise NotFound(_("There is no such round."))
    return round_


def question(of: Results, code: str) -> Document:
    """The distribution of one question. NotFound where the round did not ask it."""
    found = _body(of, question_key(code))
    if found is None:
        raise NotFound(_("This round did not ask this question."))
    return dict(found)


def questions(of: Results) -> dict[str, Document]:
    """The distributions of all questions by code, for open data. Their number is that of the questions."""
    prefix = question_key("")
    query = select(ResultDocument.key, ResultDocument.body).where(
        ResultDocument.round_id == of.round.id,
        ResultDocument.audience == of.audience,
        ResultDocument.key.startswith(prefix, autoescape=True),
    )
    found = {key.removeprefix(prefix): body for key, body in db.session.execute(query)}
    return {each["question"]: found[each["question"]] for each in of.overview["questions"]}


def documents(of: Results, codes: Sequence[str]) -> dict[str, Document]:
    """The distributions of these questions, by code. One query."""
    return _bodies(of, {question_key(code): code for code in codes})


def first_answers(
    of: Results, asked: Sequence[Question], totals: Mapping[str, int], *, words: Asked, reader: str, most: int
) -> dict[str, ListPage]:
    """The first of those who answered each of these questions, which have no choices. Two queries, whatever their number."""
    keys = {list_key(question.name, GIVEN, 0): question.name for question in asked if totals[question.name]}
    wanted = {code: frozenset(ids[:most]) for code, ids in _bodies(of, keys).items()}
    columns = (*NAMED, PublishedAnswer.value, PublishedAnswer.language, PublishedAnswer.question, Response.city_id)
    by_question: dict[str, list[Any]] = {}
    for row in _asked_of(of, columns, list(wanted), frozenset().union(*wanted.values())) if wanted else ():
        if row.city_id in wanted[row.question]:
            by_question.setdefault(row.question, []).append(row)
    in_words = Words(words, {}, reader=reader, public=of.is_public)
    return {
        question.name: ListPage(
            GIVEN, totals[question.name], 0, _said(question, by_question.get(question.name, ()), in_words, reader)
        )
        for question in asked
    }


def choosers(
    of: Results, asked: Question, turned: Mapping[str, int], *, reader: str, totals: Mapping[str, int]
) -> list[ListPage]:
    """For each choice of a question, in their order, the page of the cities that chose it: ``turned`` has its number.

    Cities stand there as they may be read now. Two queries, whatever the number of choices.
    """
    keys = {list_key(asked.name, choice, number): choice for choice, number in turned.items() if totals.get(choice)}
    wanted = {choice: frozenset(ids) for choice, ids in _bodies(of, keys).items()}
    everybody = frozenset().union(*wanted.values())
    rows = _asked_of(of, (*NAMED, PublishedAnswer.choice, Response.city_id), [asked.name], everybody) if everybody else ()
    listed: dict[str, list[Listed]] = {choice: [] for choice in turned}
    for row in rows:
        city = _city(row, reader)
        # What was counted as one choice and is another one by now stands under neither before it is counted anew.
        for choice in (row.choice,) if asked.type == QuestionType.CHOICE else wanted:
            if row.city_id in wanted.get(choice, ()):
                listed[choice].append(city)
    return [ListPage(choice, totals.get(choice, 0), number, listed[choice]) for choice, number in turned.items()]


def answers(of: Results, asked: Question, number: int, *, words: Asked, reader: str, total: int, most: int = PAGE) -> ListPage:
    """A page of those who answered a question that has no choices, or its first ones, with what they say as it may be read now."""
    rows: Sequence[Any] = ()
    if total and asked.type not in NUMBERS_ONLY:
        ids = (_body(of, list_key(asked.name, GIVEN, number)) or ())[:most]
        rows = _asked_of(of, (*NAMED, PublishedAnswer.value, PublishedAnswer.language), [asked.name], ids) if ids else ()
    pointed = [each for row in rows for each in row.value] if asked.type == QuestionType.PRACTICE else None
    about = {asked.name: {"value": pointed}} if pointed else {}
    in_words = Words(words, about, reader=reader, public=of.is_public)
    return ListPage(GIVEN, total, number, _said(asked, rows, in_words, reader))


def named_cities(of: Results, choice: str, number: int, reader: str, *, total: int) -> ListPage:
    """A page of a list of the round itself: who did not answer, or is in one of two rounds only."""
    ids: Sequence[int] = _body(of, list_key("", choice, number)) or ()
    found = db.session.execute(select(*NAMED).where(City.id.in_(ids)).order_by(City.key)) if ids else ()
    return ListPage(choice, total, number, [_city(row, reader) for row in found])


def running(round_: Round) -> Job | None:
    """The job that waits to compute this round, or does so now."""
    query = select(Job).where(Job.name == COMPUTE, Job.state.in_((JobState.QUEUED, JobState.RUNNING))).order_by(Job.id.desc())
    return next((job for job in db.session.scalars(query) if job.arguments.get("round_id") == round_.id), None)


def may_be_read(audience: str) -> tuple[Any, ...]:
    """The conditions under which this audience reads a published answer; for queries joined with its response."""
    if audience == PUBLIC:
        return (PublishedAnswer.visibility == Visibility.PUBLIC, Response.published_at.is_not(None))
    return (PublishedAnswer.visibility != Visibility.CITY,)


def _asked_of(of: Results, columns: Sequence[Any], codes: Collection[str], city_ids: Collection[int]) -> Sequence[Any]:
    """What these cities answered to these questions, as it may be read now, by the cities' names."""
    # Written out: binding hundreds of numbers takes longer than the query. Both tables are told, or one is read as a whole.
    these = bindparam("cities", list(city_ids), type_=Integer, expanding=True, literal_execute=True)
    query = (
        select(*columns)
        .join(Response, Response.city_id == City.id)
        .join(PublishedAnswer, and_(PublishedAnswer.round_id == Response.round_id, PublishedAnswer.city_id == Response.city_id))
        .where(Response.round_id == of.round.id, PublishedAnswer.round_id == of.round.id, PublishedAnswer.question.in_(codes))
        .where(City.id.in_(these), PublishedAnswer.city_id.in_(these), *may_be_read(of.audience))
    )
    return db.session.execute(query.order_by(City.key)).all()


def _said(asked: Question, rows: Sequence[Any], in_words: Words, reader: str) -> list[Listed]:
    """The rows with what each city says."""
    label = in_words.asked.label(asked.name)
    listed = []
    for row in rows:
        said = {"value": row.value, "language": row.language}
        listed.append(_city(row, reader)._replace(label=label, said=said, shown=in_words.of(asked, said)))
    return listed


def _city(row: Any, reader: str) -> Listed:
    return Listed(row.slug, row.names.get(reader, row.name))


def _body(of: Results, key: str) -> Any:
    query = select(ResultDocument.body).where(
        ResultDocument.round_id == of.round.id, ResultDocument.audience == of.audience, ResultDocument.key == key
    )
    return db.session.scalar(query)


def _bodies(of: Results, keys: Mapping[str, str]) -> dict[str, Any]:
    """The documents with these keys, under the names the mapping gives them. One query."""
    query = select(ResultDocument.key, ResultDocument.body).where(
        ResultDocument.round_id == of.round.id, ResultDocument.audience == of.audience, ResultDocument.key.in_(keys)
    )
    return {keys[key]: body for key, body in db.session.execute(query)} if keys else {}
