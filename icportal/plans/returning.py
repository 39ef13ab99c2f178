"""Going back to the version that was agreed to last, as long as the city has changed nothing of it since."""

from __future__ import annotations

from sqlalchemy import select

from icportal.core.db import db
from icportal.plans import freezing
from icportal.plans.enums import WRITABLE
from icportal.plans.flow import PLAN
from icportal.plans.loaded import LoadedPlan
from icportal.plans.models import ActionPlan, PlanVersion
from icportal.plans.versions import endorsement_of
from icportal.workflow.models import WorkflowEvent


def way_back(plan: LoadedPlan) -> tuple[PlanVersion, str] | None:
    """The version that can stand again, and the step that makes it: to where it stood. None where there is none."""
    row = plan.plan
    if row is None or row.state not in WRITABLE:
        return None
    version = _last_agreed(row)
    if version is None or not freezing.says_the_same(plan, version.content):
        return None
    if row.published_version_id == version.id:
        return version, "back_to_published"
    return version, "back_to_endorsed" if endorsement_of(version) else "back_to_reviewed"


def _last_agreed(plan: ActionPlan) -> PlanVersion | None:
    """The newest version that a coordinator agreed to, and did not ask to change afterwards."""
    query = select(PlanVersion).where(PlanVersion.plan_id == plan.id, PlanVersion.agreed_at.is_not(None))
    decided = select(WorkflowEvent.revision_hash, WorkflowEvent.transition).where(
        WorkflowEvent.workflow == PLAN.key, WorkflowEvent.subject_id == plan.id,
        WorkflowEvent.transition.in_(("agree", "request_changes")),
    )  # fmt: skip
    last = {row[0]: row[1] for row in db.session.execute(decided.order_by(WorkflowEvent.position))}
    found = db.session.scalars(query.order_by(PlanVersion.number.desc()))
    return next((version for version in found if last.get(version.sha256) == "agree"), None)
