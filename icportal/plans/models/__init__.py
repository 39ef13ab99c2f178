"""What a city's action plan keeps."""

from icportal.plans.models.actions import Action, ActionIndicator, Dependency, IndicatorValue, Milestone, Origin
from icportal.plans.models.imports import PlanImport
from icportal.plans.models.plans import ActionPlan, Endorsement, Objective, PlanRemark, PlanVersion
from icportal.plans.models.progress import PlanReminder, ProgressNote, ProgressRound

__all__ = [
    "Action",
    "ActionIndicator",
    "ActionPlan",
    "Dependency",
    "Endorsement",
    "IndicatorValue",
    "Milestone",
    "Objective",
    "Origin",
    "PlanImport",
    "PlanRemark",
    "PlanReminder",
    "PlanVersion",
    "ProgressNote",
    "ProgressRound",
]
