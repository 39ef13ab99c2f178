"""Who may open the worklist: everybody who works here."""

from enum import StrEnum

from icportal.core.permissions import is_signed_in


class Permission(StrEnum):
    WORKLIST = "workflow.worklist:view"


RULES = {Permission.WORKLIST: is_signed_in}
