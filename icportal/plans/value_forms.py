"""The form that approves reported values: which of them were ticked."""

from __future__ import annotations

from icportal.content.desk import Checkboxes
from icportal.core.strings import _l
from icportal.web.forms import PortalForm


class ApproveForm(PortalForm):
    """The values of a plan that are approved together."""

    chosen = Checkboxes(_l("Values to approve"), coerce=int, validate_choice=False)
