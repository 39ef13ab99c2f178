"""A running round goes on with a newer version of its questionnaire."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select, update

from icportal.core import audit
from icportal.core.actors import Actor
from icportal.core.clock import now
from icportal.core.db import db
from icportal.core.errors import DomainError, InvalidTransition
from icportal.core.permissions import authorise
from icportal.core.strings import _
from icportal.core.transactions import hold
from icportal.reporting import versions
from icportal.reporting.enums import Permission, RoundState
from icportal.reporting.models import Answer, AnswerEvidence, QuestionnaireVersion, Remark, Response, Round


def take_over_version(round_: Round, version: QuestionnaireVersion, *, actor: Actor) -> None:
    """Go on with a newer version: answers, evidence and remarks go to the codes their questions have now.

    An answer to a question that is gone stays in the database under its old code and is no longer asked for. Answers to
    questions that were changed need a look (``versions.answers_needing_a_look``).

    Raises:
        InvalidTransition: the round is closed.
        DomainError: the version is of another questionnaire, or not newer.
    """
    authorise(actor, Permission.RUN_ROUND, round_)
    db.session.flush()
    if not hold(round_):
        db.session.expire(round_)
    old = round_.questionnaire_version
    if round_.state == RoundState.CLOSED:
        raise InvalidTransition(_("The round is closed: its questions stay as they were asked."))
    if version.questionnaire_id != old.questionnaire_id or version.number <= old.number:
        raise DomainError(_("Choose a newer version of the same questionnaire."), field="version")
    codes = versions.between(old, version)
    moved = {before: after for before, after in codes.items() if after is not None and after != before}
    for before, after in moved.items():
        _move(round_, before, after)
    round_.changed_questions = _changed(round_, old, version, codes)
    round_.questionnaire_version = version
    db.session.flush()
    audit.record(
        actor,
        "reporting.round:take_over_version",
        round_,
        before={"number": old.number},
        after={"number": version.number, "moved": moved, "gone": sorted(code for code, new in codes.items() if new is None)},
    )


def _move(round_: Round, before: str, after: str) -> None:
    responses = select(Response.id).where(Response.round_id == round_.id)
    for model in (Answer, AnswerEvidence, Remark):
        values: dict[str, Any] = {"question": after}
        if model is Answer:
            # Nobody has written anything: when the answer was given stays.
            values["updated_at"] = Answer.updated_at
        moving = update(model).where(model.response_id.in_(responses), model.question == before).values(values)
        db.session.execute(moving.execution_options(synchronize_session=False))
    for row in list(db.session.identity_map.values()):
        if isinstance(row, (Answer, AnswerEvidence, Remark)):
            db.session.expire(row)


def _changed(round_: Round, old: QuestionnaireVersion, new: QuestionnaireVersion, codes: versions.Became) -> dict[str, str]:
    """The questions that were changed while the round ran, by the codes they have now, with the moment of the last change."""
    moment = now().isoformat()
    found = {after: since for code, since in round_.changed_questions.items() if (after := codes.get(code))}
    asked = {after for after in codes.values() if after is not None}
    steps = db.session.scalars(
        select(QuestionnaireVersion).where(
            QuestionnaireVersion.questionnaire_id == new.questionnaire_id,
            QuestionnaireVersion.number > old.number,
            QuestionnaireVersion.number <= new.number,
        )
    )
    for step in steps:
        onwards = versions.between(step, new)
        found |= {after: moment for code in step.needs_look if (after := onwards.get(code)) in asked and after is not None}
    return found
