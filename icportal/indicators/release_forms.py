"""Shape and wording of the form that publishes a release of open data."""

from __future__ import annotations

from wtforms import StringField, TextAreaField

from icportal.core.strings import _l
from icportal.web.forms import PortalForm, at_most, required


class ReleaseForm(PortalForm):
    """What a release is called, and what its readers should know."""

    name = StringField(
        _l("Name of the release"),
        description=_l("Year and month. It becomes part of its address and can never be used again."),
        validators=[required(_l("Give the release a name.")), at_most(40)],
    )
    note = TextAreaField(
        _l("Note for readers"),
        description=_l("What is new in this release, in English. It is frozen with it."),
        validators=[at_most(2000)],
    )
