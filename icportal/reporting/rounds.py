"""Reading rounds: which there are, who is invited, who could be, and what was frozen."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import exists, func, select

from icportal.charter import queries as charter
from icportal.cities.models import City
from icportal.cities.queries import all_cities, get_city
from icportal.content.models import ContentItem, LanguageVersion
from icportal.core.actors import Actor
from icportal.core.db import db
from icportal.core.errors import NotFound
from icportal.core.permissions import can
from icportal.core.queue import Job, JobState
from icportal.core.strings import _, _l
from icportal.i18n.locales import reading_language, reading_order
from icportal.reporting.enums import ExtensionState, Permission, ResponseState, RoundState
from icportal.reporting.flow import RESPONSE
from icportal.reporting.models import (
    Answer,
    Extension,
    Invitation,
    Questionnaire,
    QuestionnaireText,
    QuestionnaireVersion,
    Remark,
    Reminder,
    Response,
    Round,
    RoundSnapshot,
    SectionMark,
    SectionShare,
    Snapshot,
)
from icportal.workflow.models import WorkflowEvent

SIGNATORY, REPORTED, OTHER = "signatory", "reported", "other"
STANDINGS = {
    SIGNATORY: _l("Signatories"),
    REPORTED: _l("Members of the working group: cities that have reported before"),
    OTHER: _l("Other cities"),
}
SENT_IN = (ResponseState.REVIEW, ResponseState.ACCEPTED, ResponseState.PUBLISHED)


def get_round(slug: str) -> Round:
    """The round with this name in its address.

    Raises:
        NotFound: there is none.
    """
    found = db.session.scalar(select(Round).where(Round.slug == slug))
    if found is None:
        raise NotFound(_("There is no such page, or it is not open to you."))
    return found


def all_rounds() -> list[Round]:
    """Every round, the newest edition first."""
    return list(db.session.scalars(select(Round).order_by(Round.number.desc(), Round.id.desc())))


def latest_before(number: int) -> Round | None:
    """The round of the edition before this one."""
    query = select(Round).where(Round.number < number).order_by(Round.number.desc(), Round.id.desc())
    return db.session.scalars(query.limit(1)).first()


def find_response(round_: Round, city_slug: str) -> tuple[Response, City]:
    """A city's response to a round.

    Raises:
        NotFound: no such city takes part.
    """
    city = get_city(city_slug)
    response = db.session.scalar(select(Response).where(Response.round_id == round_.id, Response.city_id == city.id))
    if response is None:
        raise NotFound(_("There is no such page, or it is not open to you."))
    return response, city


# --- lists --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Tally:
    """How many cities take part in a round, and how many have sent their answers in."""

    cities: int = 0
    sent_in: int = 0


def tallies() -> Mapping[int, Tally]:
    """The tally of every round by its number in the database."""
    by_state: dict[int, dict[str, int]] = defaultdict(dict)
    counted = select(Response.round_id, Response.state, func.count()).group_by(Response.round_id, Response.state)
    for round_id, state, count in db.session.execute(counted):
        by_state[round_id][state] = count
    found = {
        round_id: Tally(sum(states.values()), sum(states.get(state, 0) for state in SENT_IN))
        for round_id, states in by_state.items()
    }
    invited = select(Invitation.round_id, func.count()).group_by(Invitation.round_id)
    for round_id, count in db.session.execute(invited):
        found.setdefault(round_id, Tally(count))
    return found


def responses_for(actor: Actor) -> list[tuple[Response, City]]:
    """What the actor's own cities answer or have answered, newest round first."""
    own = {grant.city_id for grant in actor.grants if grant.city_id is not None}
    query = (
        select(Response, City)
        .join(City, City.id == Response.city_id)
        .join(Round, Round.id == Response.round_id)
        .where(Response.city_id.in_(own))
        .order_by(Round.number.desc(), Round.id.desc(), City.name)
    )
    rows = [(response, city) for response, city in db.session.execute(query)]
    return [row for row in rows if can(actor, Permission.VIEW_RESPONSE, row[0])]


# --- questionnaires to ask ----------------------------------------------------------------------------------


def versions_offered(language: str) -> list[tuple[int, str]]:
    """(id, title and version) of every questionnaire version a round can be held with, newest first."""
    titles: dict[int, dict[str, str]] = defaultdict(dict)
    sources: dict[int, str] = {}
    words = (
        select(Questionnaire.id, LanguageVersion.language, LanguageVersion.title, ContentItem.source_language)
        .join(ContentItem, ContentItem.id == Questionnaire.item_id)
        .join(LanguageVersion, LanguageVersion.item_id == ContentItem.id)
    )
    for row in db.session.execute(words):
        titles[row.id][row.language], sources[row.id] = row.title, row.source_language
    query = select(QuestionnaireVersion.id, QuestionnaireVersion.questionnaire_id, QuestionnaireVersion.number)
    found = []
    for version_id, questionnaire_id, number in db.session.execute(
        query.order_by(QuestionnaireVersion.since.desc(), QuestionnaireVersion.id.desc())
    ):
        known = {code: title for code, title in titles[questionnaire_id].items() if title}
        order = reading_order(reading_language(language).code, set(known), sources.get(questionnaire_id, "en"))
        title = known[order[0]] if order else ""
        found.append((version_id, _("%(title)s, version %(number)s", title=title, number=number)))
    return found


def is_complete(version_id: int) -> bool:
    """Whether the version can be asked in any language at all."""
    complete = exists().where(QuestionnaireText.questionnaire_version_id == version_id, QuestionnaireText.complete)
    return bool(db.session.scalar(select(complete)))


# --- who takes part -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Candidate:
    """A city that could take part. ``fixed`` are those whose answers have begun: they stay."""

    city: City
    name: str
    standing: str
    invited: bool
    fixed: bool


def invited_ids(round_: Round) -> set[int]:
    """The cities that take part, or are to."""
    table = Invitation if round_.state == RoundState.DRAFT else Response
    return set(db.session.scalars(select(table.city_id).where(table.round_id == round_.id)))


def candidates(round_: Round, language: str) -> list[Candidate]:
    """Every city by name, with what it is to the network and whether it takes part."""
    invited, signed = invited_ids(round_), set(charter.memberships())
    fixed = invited - untouched_ids(round_) if round_.state != RoundState.DRAFT else set()
    return [
        Candidate(city, city.name_in(language), _standing(city, signed), city.id in invited, city.id in fixed)
        for city in all_cities(language)
    ]


def asked_by_default(language: str = "en") -> list[City]:
    """The signatories, and the working group: the cities that have reported before."""
    signed = set(charter.memberships())
    return [city for city in all_cities(language) if _standing(city, signed) != OTHER]


def untouched_ids(round_: Round) -> set[int]:
    """The cities of whose response nothing exists but the invitation."""
    traces = [
        exists().where(table.response_id == Response.id)
        for table in (Answer, SectionMark, SectionShare, Extension, Remark, Snapshot)
    ]
    moved = exists().where(WorkflowEvent.workflow == RESPONSE.key, WorkflowEvent.subject_id == Response.id)
    query = select(Response.city_id).where(Response.round_id == round_.id, ~moved, *[~trace for trace in traces])
    return set(db.session.scalars(query))


def _standing(city: City, signed: Collection[int]) -> str:
    if city.id in signed:
        return SIGNATORY
    return REPORTED if city.reports else OTHER


# --- more time ----------------------------------------------------------------------------------------------


def extensions_of(response: Response) -> list[Extension]:
    """Every time the city asked for more time, newest first."""
    query = select(Extension).where(Extension.response_id == response.id).order_by(Extension.id.desc())
    return list(db.session.scalars(query))


def waiting_extensions(round_id: int | None = None) -> list[tuple[Extension, Response, City]]:
    """Requests for more time that a coordinator has to decide, oldest first; of all open rounds, or of one."""
    query = (
        select(Extension, Response, City)
        .join(Response, Response.id == Extension.response_id)
        .join(City, City.id == Response.city_id)
        .join(Round, Round.id == Response.round_id)
        .where(Extension.outcome == ExtensionState.ASKED, Round.state == RoundState.OPEN)
        .order_by(Extension.asked_at, Extension.id)
    )
    if round_id is not None:
        query = query.where(Round.id == round_id)
    return [(extension, response, city) for extension, response, city in db.session.execute(query)]


def get_extension(response: Response, number: int) -> Extension:
    """A request of this city.

    Raises:
        NotFound: it has made no such request.
    """
    found = db.session.get(Extension, number)
    if found is None or found.response_id != response.id:
        raise NotFound(_("There is no such page, or it is not open to you."))
    return found


def reminders_of(response: Response) -> list[Reminder]:
    """What was done about the reminders of the present deadline."""
    query = select(Reminder).where(Reminder.response_id == response.id, Reminder.deadline == response.due)
    return list(db.session.scalars(query.order_by(Reminder.offset)))


# --- what was frozen ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Progress:
    """How far the freezing is."""

    running: bool
    done: int
    total: int | None


def snapshots_of(round_: Round) -> list[RoundSnapshot]:
    """What each closing froze, newest first."""
    query = select(RoundSnapshot).where(RoundSnapshot.round_id == round_.id).order_by(RoundSnapshot.id.desc())
    return list(db.session.scalars(query))


def get_snapshot(round_: Round, number: int) -> RoundSnapshot:
    """A frozen state of the round.

    Raises:
        NotFound: there is none, or its file is not written yet.
    """
    found = db.session.get(RoundSnapshot, number)
    if found is None or found.round_id != round_.id or found.file is None:
        raise NotFound(_("There is no such page, or it is not open to you."))
    return found


def freezing(round_: Round) -> Progress | None:
    """How far the latest freezing is; None when nothing is left to do."""
    latest = next(iter(snapshots_of(round_)), None)
    if latest is None or latest.frozen_at is not None:
        return None
    job = db.session.get(Job, latest.job_id) if latest.job_id else None
    if job is None or job.state == JobState.FAILED:
        return Progress(running=False, done=0, total=None)
    return Progress(running=True, done=job.progress_done, total=job.progress_total)
