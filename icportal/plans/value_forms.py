"""The forms that approve reported values, which of them were ticked, and that take one away."""

from __future__ import annotations

from wtforms import StringField

from icportal.content.desk import Checkboxes
from icportal.core.strings import _l
from icportal.web.forms import PortalForm, at_most


class ApproveForm(PortalForm):
    """The values of a plan that are approved together."""

    chosen = Checkboxes(_l("Values to approve"), coerce=int, validate_choice=False)


class TakeAwayForm(PortalForm):
    """Why a value is wrong."""

    reason = StringField(_l("Reason"), [at_most(300)], description=_l("Whoever reported it reads this, and the log keeps it."))
