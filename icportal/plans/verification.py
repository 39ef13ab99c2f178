"""What ``icportal verify`` asks about plans: is each version and each report what was frozen, and what was decided on?"""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import select

from icportal.core.canonical import sha256
from icportal.core.db import db
from icportal.plans.flow import PLAN, PROGRESS
from icportal.plans.models import ActionPlan, Endorsement, PlanVersion, ProgressRound
from icportal.workflow.models import WorkflowEvent


def findings() -> Iterator[str]:
    """Everything about plans that no service writes, a line each."""
    decided = _checksums(PLAN.key, ("agree", "endorse"))
    endorsed = set(db.session.scalars(select(Endorsement.version_id)))
    for version in db.session.scalars(select(PlanVersion).order_by(PlanVersion.id).execution_options(yield_per=100)):
        if sha256(version.content) != version.sha256:
            yield f"version {version.number} of plan {version.plan_id} is not what was frozen"
        if version.agreed_at is not None and (version.plan_id, "agree", version.sha256) not in decided:
            yield f"version {version.number} of plan {version.plan_id} is not what a coordinator agreed to"
        if version.id in endorsed and (version.plan_id, "endorse", version.sha256) not in decided:
            yield f"version {version.number} of plan {version.plan_id} is not what was endorsed"
    for plan in db.session.scalars(
        select(ActionPlan).where(ActionPlan.published_version_id.is_not(None)).order_by(ActionPlan.id)
    ):
        if plan.published_version_id not in endorsed:
            yield f"plan {plan.id} is public in a version that was not endorsed"
    closed = _checksums(PROGRESS.key, ("close",))
    rounds = select(ProgressRound).where(ProgressRound.closed_at.is_not(None)).order_by(ProgressRound.id)
    for round_ in db.session.scalars(rounds.execution_options(yield_per=100)):
        if sha256(round_.content) != round_.sha256 or (round_.id, "close", round_.sha256) not in closed:
            yield f"the report of progress round {round_.id} is not what was frozen"


def _checksums(workflow: str, steps: tuple[str, ...]) -> set[tuple[int, str, str]]:
    """(subject, step, checksum) of every step that named what it was about."""
    query = select(WorkflowEvent.subject_id, WorkflowEvent.transition, WorkflowEvent.revision_hash)
    found = query.where(WorkflowEvent.workflow == workflow, WorkflowEvent.transition.in_(steps))
    return {(row[0], row[1], row[2]) for row in db.session.execute(found)}
