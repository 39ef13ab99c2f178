"""What plans say on a city's timeline. Only what is public stands there: withdrawing a plan takes its entries away."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from icportal.cities import services as cities
from icportal.cities.queries import find_timeline_entry
from icportal.cities.timeline import says
from icportal.core.clock import PORTAL_ZONE
from icportal.core.strings import _
from icportal.plans.models import ActionPlan, Endorsement, PlanVersion, ProgressRound

MODULE = "plans"
ENDORSED, PUBLISHED, REPORTED = "plan_endorsed", "plan_published", "plan_reported"


def register() -> None:
    """Give the timeline the sentences of plans."""
    says(ENDORSED, tone="done")(endorsed)
    says(PUBLISHED, tone="done")(published)
    says(REPORTED)(reported)


def endorsed(values: Mapping[str, Any]) -> str:
    return _("Endorsed its action plan: %(body)s.", body=values["body"])


def published(_values: Mapping[str, Any]) -> str:
    return _("Published its action plan.")


def reported(values: Mapping[str, Any]) -> str:
    return _("Reported what came of its action plan: progress round %(number)s.", number=values["number"])


def tell_published(plan: ActionPlan, version: PlanVersion, endorsement: Endorsement) -> None:
    """Put the decision and the publication of a version on the timeline. Nothing is told of a made-up plan."""
    if plan.is_demonstration:
        return
    assert plan.published_at is not None
    _tell_endorsed(plan.city_id, version, endorsement)
    on = plan.published_at.astimezone(PORTAL_ZONE).date()
    cities.add_to_timeline(
        city_id=plan.city_id, module=MODULE, reference=f"published-{version.id}", key=PUBLISHED, earliest=on, latest=on
    )


def tell_corrected(city_id: int, version: PlanVersion, endorsement: Endorsement) -> None:
    """Bring the decision on the timeline up to date, where it stands there."""
    if find_timeline_entry(city_id, MODULE, f"endorsed-{version.id}") is not None:
        _tell_endorsed(city_id, version, endorsement)


def _tell_endorsed(city_id: int, version: PlanVersion, endorsement: Endorsement) -> None:
    on = endorsement.decided_on
    cities.add_to_timeline(
        city_id=city_id, module=MODULE, reference=f"endorsed-{version.id}", key=ENDORSED, earliest=on, latest=on,
        values={"body": endorsement.body},
    )  # fmt: skip


def tell_report(plan: ActionPlan, round_: ProgressRound) -> None:
    """Put a closed report of a public plan on the timeline; the day stays that of the first closing. Nothing of a made-up plan."""
    if plan.is_demonstration:
        return
    assert round_.closed_at is not None
    on = round_.closed_at.astimezone(PORTAL_ZONE).date()
    cities.add_to_timeline(
        city_id=round_.city_id, module=MODULE, reference=f"report-{round_.id}", key=REPORTED, earliest=on, latest=on,
        values={"number": str(round_.number)},
    )  # fmt: skip


def take_away(plan: ActionPlan, versions: list[PlanVersion], rounds: list[ProgressRound]) -> None:
    """Take everything away that nobody outside reads any more."""
    references = [f"{kind}-{version.id}" for version in versions for kind in ("endorsed", "published")]
    for reference in [*references, *(f"report-{each.id}" for each in rounds)]:
        cities.remove_from_timeline(city_id=plan.city_id, module=MODULE, reference=reference)
