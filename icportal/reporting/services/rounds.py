"""A round from its first draft to its close: what is asked, of whom, and when."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from sqlalchemy import delete, select

from icportal.cities.models import City
from icportal.core import audit, queue
from icportal.core.actors import Actor
from icportal.core.clock import now, today
from icportal.core.db import db
from icportal.core.errors import DomainError, FieldErrors, InvalidTransition, Stale
from icportal.core.permissions import authorise
from icportal.core.strings import Text, _, _l
from icportal.core.transactions import hold
from icportal.reporting import round_notices, rounds
from icportal.reporting.enums import Permission, RoundState
from icportal.reporting.flow import ROUND
from icportal.reporting.models import Invitation, QuestionnaireVersion, Reminder, Response, Round, RoundSnapshot
from icportal.reporting.services import reminding
from icportal.workflow import engine

FREEZE = "reporting.freeze_round"
FEWEST, MOST = 2, 50
LARGEST_NUMBER = 999

LABELS: dict[str, Text] = {
    "number": _l("Edition"),
    "questionnaire_version_id": _l("Questionnaire"),
    "previous_id": _l("Round before"),
    "period_from": _l("Period covered, from"),
    "period_to": _l("Period covered, to"),
    "opens_on": _l("Planned opening"),
    "deadline": _l("Deadline"),
    "smallest_group": _l("Smallest group shown"),
}


@dataclass(frozen=True)
class Plan:
    """What a round is planned with; see ``Round``. ``previous_id`` is where last time's answers are taken from."""

    number: int
    questionnaire_version_id: int
    period_from: date
    period_to: date
    opens_on: date
    deadline: date
    previous_id: int | None = None
    smallest_group: int = 3


def plan_of(round_: Round) -> Plan:
    """What a round is planned with now."""
    return Plan(**{name: getattr(round_, name) for name in LABELS})


# --- planning -----------------------------------------------------------------------------------------------


def create_round(plan: Plan, *, actor: Actor, cities: Collection[int] | None = None, is_demonstration: bool = False) -> Round:
    """Plan a round. Invited are these cities, or without a choice all signatories and members of the working group.

    Raises:
        FieldErrors: naming what does not do.
    """
    authorise(actor, Permission.RUN_ROUND)
    slug = f"round-{plan.number}"
    problems = _problems(plan)
    if db.session.scalar(select(Round.id).where(Round.slug == slug)):
        problems.append(("number", _("There is a round of this edition already.")))
    if problems:
        raise FieldErrors(problems)
    round_ = Round(slug=slug, is_demonstration=is_demonstration, **asdict(plan))
    db.session.add(round_)
    db.session.flush()
    audit.record(actor, "reporting.round:create", round_, after=asdict(plan) | {"slug": slug})
    chosen = {city.id for city in rounds.asked_by_default()} if cities is None else cities
    set_cities(round_, chosen, actor=actor)
    return round_


def edit_round(round_: Round, plan: Plan, *, actor: Actor, version: int) -> None:
    """Change a planned round. Once it is open, only the deadline can be changed, and the cities are told.

    Raises:
        InvalidTransition: the round is closed, or something else than the deadline would change in an open one.
        FieldErrors: naming what does not do.
        Stale: somebody has changed it meanwhile.
    """
    authorise(actor, Permission.RUN_ROUND, round_)
    new, old = asdict(plan), {name: getattr(round_, name) for name in LABELS}
    if not hold(round_) or round_.version != version:
        differences = [(LABELS[name], new[name], old[name]) for name in LABELS if new[name] != old[name]]
        raise Stale(_("Somebody has changed this since you opened it."), differences)
    changed = {name for name in LABELS if new[name] != old[name]}
    if round_.state == RoundState.CLOSED or (round_.state == RoundState.OPEN and changed - {"deadline"}):
        raise InvalidTransition(_("The round has been opened: only its deadline can still be changed."))
    problems = _problems(plan)
    if round_.state == RoundState.OPEN and "deadline" in changed and plan.deadline < today():
        problems.append(("deadline", _("Choose a day that is not over.")))
    if problems:
        raise FieldErrors(problems)
    if not changed:
        return
    for name in changed:
        setattr(round_, name, new[name])
    db.session.flush()
    audit.record(
        actor, "reporting.round:edit", round_, before={name: old[name] for name in sorted(changed)},
        after={name: new[name] for name in sorted(changed)},
    )  # fmt: skip
    if round_.state == RoundState.OPEN:
        responses = _following(round_, old["deadline"])
        reminding.settle_passed(responses)
        round_notices.deadline_changed(responses)


def _following(round_: Round, before: date) -> list[Response]:
    """The responses that are due with the round; those with more time than it gave, too, once it gives as much to all."""
    query = select(Response).where(Response.round_id == round_.id).order_by(Response.id)
    found = []
    for response in db.session.scalars(query):
        if response.deadline is not None and before < response.deadline <= round_.deadline:
            response.deadline = None
        if response.deadline is None:
            found.append(response)
    db.session.flush()
    return found


def _problems(plan: Plan) -> list[tuple[str | None, Text]]:
    found: list[tuple[str | None, Text]] = []
    if not 0 < plan.number <= LARGEST_NUMBER:
        found.append(("number", _("Enter a number between 1 and %(most)s.", most=LARGEST_NUMBER)))
    version = db.session.get(QuestionnaireVersion, plan.questionnaire_version_id)
    if version is None or not rounds.is_complete(version.id):
        found.append(("questionnaire_version_id", _("Choose a questionnaire that is published in at least one language.")))
    if plan.previous_id is not None:
        previous = db.session.get(Round, plan.previous_id)
        if previous is None or previous.number >= plan.number:
            found.append(("previous_id", _("Choose a round of an earlier edition.")))
    if plan.period_to < plan.period_from:
        found.append(("period_to", _("The end is before the beginning.")))
    if plan.deadline < plan.opens_on:
        found.append(("deadline", _("The deadline is before the opening.")))
    if not FEWEST <= plan.smallest_group <= MOST:
        found.append(("smallest_group", _("Enter a number between %(fewest)s and %(most)s.", fewest=FEWEST, most=MOST)))
    return found


# --- who takes part -----------------------------------------------------------------------------------------


def set_cities(round_: Round, city_ids: Collection[int], *, actor: Actor) -> tuple[int, int]:
    """Have exactly these cities take part, as far as the round's state allows; how many came and how many went.

    A city whose answers have begun stays whether it is named or not.
    """
    known = set(db.session.scalars(select(City.id).where(City.id.in_(city_ids))))
    present = rounds.invited_ids(round_)
    kept = present if round_.state == RoundState.DRAFT else present & rounds.untouched_ids(round_)
    came = invite(round_, known - present, actor=actor)
    return came, uninvite(round_, kept - known, actor=actor)


def invite(round_: Round, city_ids: Collection[int], *, actor: Actor) -> int:
    """Ask these cities too; how many are new. In an open round they get their questionnaire and a mail at once.

    Raises:
        InvalidTransition: the round is closed.
    """
    authorise(actor, Permission.RUN_ROUND, round_)
    _changeable(round_)
    new = sorted(set(city_ids) - rounds.invited_ids(round_))
    if not new:
        return 0
    if round_.state == RoundState.DRAFT:
        db.session.add_all([Invitation(round_id=round_.id, city_id=city_id) for city_id in new])
        db.session.flush()
    else:
        _begin(round_, new)
    audit.record(actor, "reporting.round:invite", round_, after={"cities": new})
    return len(new)


def uninvite(round_: Round, city_ids: Collection[int], *, actor: Actor) -> int:
    """Take cities out of the round; how many went.

    Raises:
        InvalidTransition: the round is closed, or one of them has begun to answer.
    """
    authorise(actor, Permission.RUN_ROUND, round_)
    _changeable(round_)
    gone = sorted(set(city_ids) & rounds.invited_ids(round_))
    if not gone:
        return 0
    if round_.state == RoundState.DRAFT:
        _delete(delete(Invitation).where(Invitation.round_id == round_.id, Invitation.city_id.in_(gone)))
    else:
        if set(gone) - rounds.untouched_ids(round_):
            raise InvalidTransition(_("A city that has begun to answer stays in the round."))
        mine = select(Response.id).where(Response.round_id == round_.id, Response.city_id.in_(gone))
        _delete(delete(Reminder).where(Reminder.response_id.in_(mine.scalar_subquery())))
        _delete(delete(Response).where(Response.round_id == round_.id, Response.city_id.in_(gone)))
    audit.record(actor, "reporting.round:uninvite", round_, before={"cities": gone})
    return len(gone)


def _changeable(round_: Round) -> None:
    if not hold(round_):
        raise Stale(_("Somebody has changed this since you opened it."))
    if round_.state == RoundState.CLOSED:
        raise InvalidTransition(_("The round is closed: open it again first."))


def _delete(statement: Any) -> None:
    db.session.execute(statement.execution_options(synchronize_session="fetch"))


def _begin(round_: Round, city_ids: Sequence[int]) -> None:
    """Each of these cities gets its response and hears of it."""
    responses = [Response(round_id=round_.id, city_id=city_id, round=round_) for city_id in city_ids]
    db.session.add_all(responses)
    db.session.flush()
    reminding.settle_passed(responses)
    round_notices.round_opened(responses)


# --- opening and closing ------------------------------------------------------------------------------------


def open_round(round_: Round, *, actor: Actor, version: int | None = None) -> None:
    """Open the round: every invited city gets its questionnaire, and a mail in its own language.

    Raises:
        DomainError: nobody is invited, the deadline is over, or the questionnaire is complete in no language.
    """
    authorise(actor, Permission.RUN_ROUND, round_)
    city_ids = sorted(rounds.invited_ids(round_))
    if round_.state == RoundState.DRAFT:
        if not city_ids:
            raise DomainError(_("Nobody is invited yet: choose the cities first."))
        if round_.deadline < today():
            raise DomainError(_("The deadline is over: choose a later one first."))
        if not rounds.is_complete(round_.questionnaire_version_id):
            raise DomainError(_("Choose a questionnaire that is published in at least one language."))
    engine.fire(ROUND, round_, "open", actor=actor, version=version)
    _delete(delete(Invitation).where(Invitation.round_id == round_.id))
    _begin(round_, city_ids)


def close_round(round_: Round, *, actor: Actor, version: int | None = None) -> RoundSnapshot:
    """Close the round. The worker freezes everything with a checksum, and has the results computed."""
    engine.fire(ROUND, round_, "close", actor=actor, version=version)
    round_.closed_at = now()
    snapshot = RoundSnapshot(round_id=round_.id, closed_at=round_.closed_at, closed_by=actor.id)
    db.session.add(snapshot)
    db.session.flush()
    snapshot.job_id = queue.enqueue(FREEZE, actor=actor, key=f"{FREEZE}:{snapshot.id}", snapshot_id=snapshot.id).id
    db.session.flush()
    round_notices.round_closed(_responses(round_))
    return snapshot


def reopen_round(round_: Round, *, actor: Actor, reason: str, version: int | None = None) -> None:
    """Open a closed round again. What was frozen is kept; the cities read the reason.

    Raises:
        InvalidTransition: there is no reason, or the freezing is not done yet.
    """
    authorise(actor, Permission.RUN_ROUND, round_)
    latest = next(iter(rounds.snapshots_of(round_)), None)
    if round_.state == RoundState.CLOSED and latest is not None and latest.frozen_at is None:
        raise InvalidTransition(_("The round is still being frozen. Try again in a minute."))
    engine.fire(ROUND, round_, "reopen", actor=actor, version=version, reason=reason)
    round_.closed_at = None
    db.session.flush()
    responses = _responses(round_)
    reminding.settle_passed(responses)
    round_notices.round_reopened(responses, reason.strip())


def _responses(round_: Round) -> list[Response]:
    return list(db.session.scalars(select(Response).where(Response.round_id == round_.id).order_by(Response.id)))
