"""Computing the results of a round: once by the worker, as documents that pages only read."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import Text, cast, delete, select

from icportal.core import audit, queue
from icportal.core.actors import Actor
from icportal.core.bulk import insert_rows
from icportal.core.clock import now
from icportal.core.db import db
from icportal.core.permissions import authorise
from icportal.core.queue import Job, JobState
from icportal.reporting import counting
from icportal.reporting.city_groups import groups_of_cities
from icportal.reporting.counting import AUDIENCES, NETWORK, PUBLIC, Document, Field, Place, Row
from icportal.reporting.disclosure import Group
from icportal.reporting.enums import Permission, QuestionType, ResponseState, RoundState
from icportal.reporting.models import PublishedAnswer, Response, ResultDocument, Round
from icportal.reporting.questionnaires.definition import Question, Structure
from icportal.web.figures import AREAS
from icportal.web.page_cache import touch_public

COMPUTE = "reporting.compute_results"


def request_results(round_: Round, *, actor: Actor) -> Job:
    """Have the results of a round computed anew; what waits already is not asked for twice.

    Call it after the change that the results are to show, in the same transaction. The waiting job is locked until the caller
    commits, so that it cannot begin before it sees the change.
    """
    authorise(actor, Permission.COMPUTE_RESULTS, round_)
    db.session.flush()
    waiting = select(Job).where(Job.name == COMPUTE, Job.state == JobState.QUEUED).order_by(Job.id).with_for_update()
    for job in db.session.scalars(waiting):
        if job.arguments.get("round_id") == round_.id:
            queue.wake_after_commit()
            return job
    job = queue.enqueue(COMPUTE, actor=actor, round_id=round_.id)
    audit.record(actor, Permission.COMPUTE_RESULTS, round_)
    return job


@queue.task(COMPUTE)
def compute_results(job: Job | None, *, round_id: int) -> dict[str, int]:
    """Count every answer of the round and replace its documents together. Done twice it gives the same."""
    round_ = db.session.get_one(Round, round_id)
    structure = round_.questionnaire_version.known
    crowd = _crowd(round_, structure)
    kept: list[tuple[str, str, str]] = []
    distributions: dict[str, dict[str, Document]] = {audience: {} for audience in AUDIENCES}
    grades: dict[str, dict[str, dict[int, str]]] = {audience: {} for audience in AUDIENCES}
    answers = 0
    asked = [question for question in structure.questions.values() if question.type != QuestionType.NOTE]
    for done, question in enumerate(asked, start=1):
        choices = structure.choices.get(question.choices, ()) if question.is_choice else ()
        for audience, tally in counting.count(_rows(round_id, question), crowd.field).items():
            answers += tally.given.total() if audience == NETWORK else 0
            document = counting.question_document(tally, crowd.field, question.type, choices)
            distributions[audience][question.name] = document
            kept.append((audience, counting.question_key(question.name), _json(document)))
            kept += [(audience, key, _json(page)) for key, page in tally.pages(question.name)]
            if question.is_grade:
                grades[audience][question.name] = tally.by_city()
        if job is not None:
            queue.progress(job, done, len(asked))
    before = _before(round_)
    for audience in AUDIENCES:
        overview = _overview(round_, structure, crowd, distributions[audience], audience)
        change, pages = _change(structure, crowd, grades[audience], before, audience)
        kept.append((audience, counting.OVERVIEW, _json(overview | {"change": change})))
        silent = counting.city_pages(counting.SILENT, crowd.silent(audience), crowd.ranks)
        kept += [(audience, key, _json(page)) for key, page in (*silent, *pages)]
    db.session.execute(delete(ResultDocument).where(ResultDocument.round_id == round_id))
    insert_rows(ResultDocument, ("audience", "key", "body"), kept, {"round_id": round_id})
    touch_public()
    return {"answers": answers, "documents": len(kept)}


@dataclass(frozen=True)
class _Crowd:
    """Who was invited, and what has become of each response."""

    field: Field
    ranks: Mapping[int, int]
    responded: frozenset[int]
    public: frozenset[int]
    checking: frozenset[int]
    cities: int

    def answered(self, audience: str) -> frozenset[int]:
        """The cities whose response this audience reads."""
        return self.public if audience == PUBLIC else self.responded

    def waiting(self, audience: str) -> frozenset[int]:
        """The cities whose response is with a coordinator, and not to be read yet."""
        return self.checking - self.answered(audience)

    def silent(self, audience: str) -> Collection[int]:
        """The cities that have sent nothing."""
        return self.field.places.keys() - self.answered(audience) - self.waiting(audience)


def _crowd(round_: Round, structure: Structure) -> _Crowd:
    groups = groups_of_cities()
    ranks = {city_id: rank for rank, city_id in enumerate(groups)}
    query = select(Response.city_id, Response.state, Response.published_at).where(Response.round_id == round_.id)
    responses = db.session.execute(query).all()
    public = frozenset(row.city_id for row in responses if row.published_at is not None)
    accepted = {ResponseState.ACCEPTED, ResponseState.PUBLISHED}
    responded = public | {row.city_id for row in responses if row.state in accepted} | _with_answers(round_, structure)
    checking = frozenset(row.city_id for row in responses if row.state in {ResponseState.REVIEW, ResponseState.ACCEPTED})
    cells: dict[tuple[Group, ...], int] = {}
    places = {
        row.city_id: Place(
            ranks[row.city_id], cells.setdefault(groups[row.city_id], len(cells)), is_public=row.published_at is not None
        )
        for row in responses
    }
    settled = round_.state == RoundState.CLOSED and not checking
    field = Field(places, tuple(cells), round_.smallest_group, settled)
    return _Crowd(field, ranks, frozenset(responded), public, checking, len(groups))


def _with_answers(round_: Round, structure: Structure) -> set[int]:
    """The cities whose accepted answers others read, whatever has become of the response since."""
    codes = [question.name for question in structure.grades.values()]
    query = select(PublishedAnswer.city_id).where(PublishedAnswer.round_id == round_.id, PublishedAnswer.question.in_(codes))
    return set(db.session.scalars(query.distinct()))


def _rows(round_id: int, question: Question) -> Iterable[Row]:
    """The answers to one question as the database's driver hands them out: no object and no row is made of any."""
    several = question.type == QuestionType.MULTIPLE
    said = cast(PublishedAnswer.value, Text) if several else PublishedAnswer.choice
    query = select(PublishedAnswer.city_id, said, PublishedAnswer.visibility)
    query = query.where(PublishedAnswer.round_id == round_id, PublishedAnswer.question == question.name)
    connection = db.session.connection()
    written = query.compile(dialect=connection.dialect, compile_kwargs={"literal_binds": True})
    cursor = connection.connection.cursor()
    try:
        cursor.execute(str(written))
        rows = cursor.fetchall()
    finally:
        cursor.close()
    if several:
        return [(city, _chosen(value), visibility) for city, value, visibility in rows]
    return rows


@lru_cache(maxsize=4096)
def _chosen(value: str | None) -> tuple[str, ...]:
    """The choices of an answer with several, each once."""
    return tuple(dict.fromkeys(json.loads(value) or ())) if value else ()


@dataclass(frozen=True)
class _Before:
    """The round before: who answered it, and the grades one may read, by audience and commitment."""

    round_id: int
    answered: Mapping[str, frozenset[int]]
    grades: Mapping[str, Mapping[int, Mapping[int, str]]]


def _before(round_: Round) -> _Before | None:
    previous = db.session.get(Round, round_.previous_id) if round_.previous_id else None
    if previous is None:
        return None
    structure = previous.questionnaire_version.known
    crowd = _crowd(previous, structure)
    grades: dict[str, dict[int, Mapping[int, str]]] = {audience: {} for audience in AUDIENCES}
    for number, question in structure.grades.items():
        for audience, tally in counting.count(_rows(previous.id, question), crowd.field).items():
            grades[audience][number] = tally.by_city()
    return _Before(previous.id, {audience: crowd.answered(audience) for audience in AUDIENCES}, grades)


def _overview(round_: Round, structure: Structure, crowd: _Crowd, documents: Mapping[str, Document], audience: str) -> Document:
    commitments = {str(number): _brief(documents[question.name], question) for number, question in structure.grades.items()}
    areas = {
        str(place): counting.area_document([commitments[str(number)] for number in area if str(number) in commitments])
        for place, area in enumerate(AREAS, start=1)
    }
    return {
        "computed_at": now().isoformat(),
        "invited": len(crowd.field.places),
        "answered": len(crowd.answered(audience) & crowd.field.places.keys()),
        "checking": len(crowd.waiting(audience)),
        "silent": len(crowd.silent(audience)),
        "not_invited": crowd.cities - len(crowd.field.places),
        "is_open": round_.state != RoundState.CLOSED,
        "settled": crowd.field.settled,
        "smallest": round_.smallest_group,
        "commitments": commitments,
        "areas": areas,
        "questions": [
            {"question": name, "type": document["type"], "counted": document["counted"]} for name, document in documents.items()
        ],
    }


def _change(
    structure: Structure,
    crowd: _Crowd,
    grades: Mapping[str, Mapping[int, str]],
    before: _Before | None,
    audience: str,
) -> tuple[Document | None, Iterable[tuple[str, Any]]]:
    """How the cities that are in both rounds moved, and who is in one of them only."""
    if before is None:
        return None, ()
    answered, former = crowd.answered(audience), before.answered[audience]
    by_commitment = {
        str(number): counting.change_document(
            before.grades[audience].get(number, {}), grades.get(question.name, {}), crowd.field.smallest
        )
        for number, question in structure.grades.items()
    }
    change = {
        "round_id": before.round_id,
        "both": len(answered & former),
        counting.ONLY_NOW: len(answered - former),
        counting.ONLY_BEFORE: len(former - answered),
        "commitments": by_commitment,
    }
    pages = [
        *counting.city_pages(counting.ONLY_NOW, answered - former, crowd.ranks),
        *counting.city_pages(counting.ONLY_BEFORE, former - answered, crowd.ranks),
    ]
    return change, pages


def _brief(document: Document, question: Question) -> Document:
    names = ("counts", "invited", "counted", "unnamed", "withheld", "no_answer")
    return {"question": question.name, **{name: document[name] for name in names}}


def _json(document: Any) -> str:
    return json.dumps(document, separators=(",", ":"), ensure_ascii=False)
