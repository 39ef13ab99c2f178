"""Which versions of a plan there are, what was decided on each, and what the public reads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from icportal.cities.models import City
from icportal.cities.queries import get_city
from icportal.core.db import db
from icportal.core.errors import NotFound
from icportal.core.files import StoredFile
from icportal.core.strings import _
from icportal.plans import comparison
from icportal.plans.comparison import Comparison
from icportal.plans.loaded import plan_row
from icportal.plans.models import ActionPlan, Endorsement, PlanVersion


@dataclass(frozen=True)
class Published:
    """What the public reads of a city's plan."""

    city: City
    plan: ActionPlan
    version: PlanVersion
    endorsement: Endorsement


def versions_of(plan: ActionPlan | None) -> list[PlanVersion]:
    """Every version, the newest first."""
    if plan is None:
        return []
    query = select(PlanVersion).where(PlanVersion.plan_id == plan.id)
    return list(db.session.scalars(query.order_by(PlanVersion.number.desc())))


def latest(plan: ActionPlan) -> PlanVersion | None:
    """The newest version."""
    return next(iter(versions_of(plan)), None)


def get_version(plan: ActionPlan | None, number: int) -> PlanVersion:
    """A version by its number. NotFound where there is none."""
    query = select(PlanVersion).where(PlanVersion.plan_id == (plan.id if plan else 0), PlanVersion.number == number)
    version = db.session.scalar(query)
    if version is None:
        raise NotFound(_("There is no such version of this plan."))
    return version


def version_in_hand(plan: ActionPlan) -> PlanVersion | None:
    """The version that is read, agreed to, endorsed or published now; None while the city writes on."""
    return db.session.get(PlanVersion, plan.submitted_version_id) if plan.submitted_version_id else None


def published_version(plan: ActionPlan) -> PlanVersion | None:
    """The version the public reads, if any."""
    return db.session.get(PlanVersion, plan.published_version_id) if plan.published_version_id else None


def before(version: PlanVersion) -> PlanVersion | None:
    """The version before a version."""
    query = select(PlanVersion).where(PlanVersion.plan_id == version.plan_id, PlanVersion.number < version.number)
    return db.session.scalar(query.order_by(PlanVersion.number.desc()).limit(1))


def changes_since_last(version: PlanVersion) -> Comparison | None:
    """What changed since the version before; None where it is the first."""
    old = before(version)
    return comparison.compare(old.content, version.content) if old else None


def endorsements_of(versions: Sequence[PlanVersion]) -> Mapping[int, Endorsement]:
    """What was decided on each of these versions, by the number of its row."""
    query = select(Endorsement).where(Endorsement.version_id.in_([each.id for each in versions]))
    return {each.version_id: each for each in db.session.scalars(query)}


def endorsement_of(version: PlanVersion | None) -> Endorsement | None:
    """The decision on a version, where there is one."""
    return endorsements_of([version]).get(version.id) if version else None


def decision_on(version: PlanVersion) -> Endorsement:
    """The decision on a version. NotFound where there is none."""
    endorsement = endorsement_of(version)
    if endorsement is None:
        raise NotFound(_("Nothing was decided on this version."))
    return endorsement


def paper_of(endorsement: Endorsement | None) -> StoredFile:
    """The paper of a decision. NotFound where there is none."""
    if endorsement is None or endorsement.file is None:
        raise NotFound(_("There is no such file."))
    return endorsement.file


def published_plan(slug: str) -> Published:
    """What the public reads of the plan of a city. NotFound where the city has none, or none is public."""
    city = get_city(slug)
    found = find_published(city)
    if found is None:
        raise NotFound(_("This city has published no action plan."))
    return found


def find_published(city: City) -> Published | None:
    """The same, or None."""
    plan = plan_row(city)
    if plan is None or plan.published_version_id is None:
        return None
    version = db.session.get_one(PlanVersion, plan.published_version_id)
    endorsement = endorsement_of(version)
    assert endorsement is not None, "only an endorsed version is published"
    return Published(city, plan, version, endorsement)


def reported_on(plan: ActionPlan | None) -> PlanVersion | None:
    """The version whose progress is told: the published one, else the newest that was endorsed."""
    if plan is None:
        return None
    if plan.published_version_id is not None:
        return db.session.get_one(PlanVersion, plan.published_version_id)
    query = select(PlanVersion).join(Endorsement, Endorsement.version_id == PlanVersion.id)
    return db.session.scalar(query.where(PlanVersion.plan_id == plan.id).order_by(PlanVersion.number.desc()).limit(1))
