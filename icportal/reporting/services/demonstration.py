"""Loading the rounds of a demonstration: two that are over, with made-up answers, and one that is open."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import delete, select

from icportal.cities.models import City
from icportal.content.models import ContentItem
from icportal.core import queue
from icportal.core.actors import SYSTEM
from icportal.core.clock import now, today
from icportal.core.db import db
from icportal.core.errors import NotAllowed
from icportal.core.installation import settings
from icportal.core.strings import _
from icportal.practices.models import Practice
from icportal.reporting import demonstration, versions
from icportal.reporting.demonstration import MadeUp
from icportal.reporting.enums import EvidenceKind, QuestionType, RoundState, Visibility
from icportal.reporting.flow import ROUND
from icportal.reporting.models import (
    Answer,
    AnswerEvidence,
    Evidence,
    Invitation,
    Questionnaire,
    QuestionnaireVersion,
    Response,
    Round,
    RoundSnapshot,
)
from icportal.reporting.questionnaires.definition import Question
from icportal.reporting.services import rounds, steps
from icportal.reporting.services.answering import usual_visibility
from icportal.reporting.services.computing import compute_results
from icportal.workflow import engine

REASON = "Made up for the demonstration"
#: Days after the opening on which a city of a past round wrote its answers.
WROTE_AFTER = timedelta(days=45)
#: Practices that an answer names, at most.
MOST_PRACTICES = 2


@dataclass(frozen=True)
class _Place:
    """Where a city's made-up answers go."""

    response: Response
    city: City
    practices: Mapping[int, Sequence[int]]
    wrote: datetime


def load_demonstration_rounds() -> int:
    """Add the rounds of the demonstration; how many were added. Where there is a round of one of these numbers, none is.

    Needs the cities, the practices and the questionnaires; gives nobody notice who has no account yet.

    Raises:
        NotAllowed: this is no demonstration.
    """
    if not settings().demo:
        raise NotAllowed(_("Rounds of the demonstration exist in a demonstration only."))
    numbers = (*demonstration.PAST, demonstration.OPEN)
    if db.session.scalar(select(Round.id).where(Round.number.in_(numbers)).limit(1)) is not None:
        return 0
    cities = list(db.session.scalars(select(City).where(City.slug.in_(demonstration.slugs()))))
    previous: Round | None = None
    for number in demonstration.PAST:
        previous = _past(number, cities, previous)
    _open(cities, previous)
    return len(numbers)


def freeze_demonstration_rounds() -> int:
    """Have the worker freeze the past rounds that are not frozen yet, as closing a round does; how many."""
    frozen = select(RoundSnapshot.round_id)
    query = select(Round).where(Round.is_demonstration, Round.state == RoundState.CLOSED, Round.id.not_in(frozen))
    found = list(db.session.scalars(query.order_by(Round.id)))
    for round_ in found:
        snapshot = RoundSnapshot(round_id=round_.id, closed_at=round_.closed_at or now(), closed_by=None)
        db.session.add(snapshot)
        db.session.flush()
        job = queue.enqueue(rounds.FREEZE, actor=SYSTEM, key=f"{rounds.FREEZE}:{snapshot.id}", snapshot_id=snapshot.id)
        snapshot.job_id = job.id
    db.session.flush()
    return len(found)


# --- rounds ------------------------------------------------------------------------------------------------


def _past(number: int, cities: Sequence[City], previous: Round | None) -> Round:
    """A round that was opened, answered, published and closed long ago."""
    read = demonstration.past_round(number)
    plan = rounds.Plan(
        number, _asked(read["questionnaire"]).id, read["period_from"], read["period_to"], read["opens_on"], read["deadline"],
        previous_id=previous.id if previous else None,
    )  # fmt: skip
    round_ = rounds.create_round(plan, actor=SYSTEM, cities=[city.id for city in cities], is_demonstration=True)
    engine.fire(ROUND, round_, "open", actor=SYSTEM)
    db.session.execute(delete(Invitation).where(Invitation.round_id == round_.id))
    opened, told = _noon(read["opens_on"]), _noon(read["published_on"])
    responses = {city.slug: Response(round=round_, city_id=city.id, invited_at=opened) for city in cities}
    db.session.add_all(responses.values())
    db.session.flush()
    by_slug, practices = {city.slug: city for city in cities}, _practices(cities, number)
    for made_up in demonstration.said_in(number, round_.questionnaire_version.known, {city.slug: city.key for city in cities}):
        city = by_slug[made_up.city]
        _answer(_Place(responses[city.slug], city, practices.get(city.id, {}), opened + WROTE_AFTER), made_up)
    db.session.flush()
    for response in responses.values():
        steps.adopt_response(response, actor=SYSTEM, reason=REASON, published_at=told)
    engine.fire(ROUND, round_, "close", actor=SYSTEM)
    round_.closed_at = told
    db.session.flush()
    compute_results(None, round_id=round_.id)
    return round_


def _open(cities: Sequence[City], previous: Round | None) -> None:
    """The round that the cities are answering now, or that they can begin to answer."""
    assert previous is not None
    day, (begins, ends) = today(), demonstration.OPEN_PERIOD
    plan = rounds.Plan(
        demonstration.OPEN, previous.questionnaire_version_id, begins, ends, day,
        day + timedelta(days=demonstration.DAYS_TO_ANSWER), previous_id=previous.id,
    )  # fmt: skip
    round_ = rounds.create_round(plan, actor=SYSTEM, cities=[city.id for city in cities], is_demonstration=True)
    rounds.open_round(round_, actor=SYSTEM)


def _asked(code: str) -> QuestionnaireVersion:
    questionnaire = db.session.scalars(select(Questionnaire).where(Questionnaire.code == code)).one()
    found = versions.newest(questionnaire.id)
    assert found is not None
    return found


def _practices(cities: Sequence[City], edition: int) -> dict[int, dict[int, list[int]]]:
    """City → commitment → the practices of the library, of this edition or an earlier one; suggested numbers left out."""
    query = select(Practice).join(ContentItem, ContentItem.id == Practice.item_id)
    query = query.where(Practice.city_id.in_([city.id for city in cities]), Practice.edition <= edition)
    found: dict[int, dict[int, list[int]]] = {}
    for practice in db.session.scalars(query.order_by(Practice.edition.desc(), Practice.id)):
        for commitment in () if practice.is_suggested else practice.commitments:
            found.setdefault(practice.city_id, {}).setdefault(commitment, []).append(practice.id)
    return found


def _noon(day: date) -> datetime:
    return datetime.combine(day, time(12), UTC)


# --- answers -----------------------------------------------------------------------------------------------


def _answer(place: _Place, made_up: MadeUp) -> None:
    structure = place.response.round.questionnaire_version.known
    shown = {question for each in made_up.evidence for question in each["behind"]}
    said = {**dict(_named_practices(place)), **made_up.answers}
    for code, given in said.items():
        question = structure.questions[code]
        lacks = question.is_grade and given["value"] in {"fully", "partly"} and code not in shown
        db.session.add(_row(place, question, {"language": made_up.language, "no_evidence": lacks, **given}))
    for each in made_up.evidence:
        _evidence(place, made_up.language, each)


def _row(place: _Place, question: Question, given: Mapping[str, Any]) -> Answer:
    value = given["value"]
    wanted = given.get("visibility", "")
    return Answer(
        response_id=place.response.id,
        question=question.name,
        value=value,
        choice=value if question.type == QuestionType.CHOICE else "",
        language=given["language"],
        visibility=wanted or usual_visibility(question, value),
        visibility_chosen=bool(wanted),
        no_evidence=given["no_evidence"],
        updated_at=place.wrote,
    )


def _named_practices(place: _Place) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """What the library has of the city, at the questions that ask for it."""
    structure = place.response.round.questionnaire_version.known
    for section in structure.sections:
        for question in section.questions:
            found = place.practices.get(section.commitment or 0, ()) if question.type == QuestionType.PRACTICE else ()
            if found:
                yield question.name, {"value": list(found[:MOST_PRACTICES])}


def _evidence(place: _Place, language: str, given: Mapping[str, Any]) -> None:
    lasts = given.get("years_left")
    evidence = Evidence(
        city_id=place.city.id,
        kind=given.get("kind", EvidenceKind.LINK),
        title=given["title"],
        language=given.get("language", language),
        text=given.get("text", ""),
        url=given.get("url", ""),
        effective_on=given["effective_on"],
        period_from=given.get("period_from"),
        period_to=given.get("period_to"),
        expires_on=today() + timedelta(days=366 * lasts) if lasts else given.get("expires_on"),
        owner=given.get("owner", ""),
        visibility=given.get("visibility", Visibility.NETWORK),
    )
    db.session.add(evidence)
    db.session.flush()
    links = [AnswerEvidence(response_id=place.response.id, question=each, evidence_id=evidence.id) for each in given["behind"]]
    db.session.add_all(links)
