"""Forms about the network's report: shape and wording. What is right is decided by the services."""

from __future__ import annotations

from wtforms import SelectField, StringField, TextAreaField

from icportal.charter.forms import DayField
from icportal.content.desk import language_written_in
from icportal.core.strings import _l
from icportal.web.forms import PortalForm, VersionedForm, at_most, required


class StartReportForm(PortalForm):
    """The round to report on, and the language it is written in."""

    round_id = SelectField(_l("Round"), coerce=int, validate_choice=False)
    language = language_written_in()


class ChapterForm(PortalForm):
    """A chapter of one's own."""

    title = StringField(_l("Title"), validators=[required(_l("Give it a title: it is how you find it again.")), at_most(300)])


class StepForm(VersionedForm):
    """A step of the report: until when cities are asked, or what readers of the edition should know, or why."""

    #: Written by the page, which has a form for each step: printed as a hidden field it would stand there twice.
    transition = StringField()
    until = DayField(_l("Last day for the cities’ answers"), description=_l("Give them two weeks at least."))
    note = TextAreaField(
        _l("Note for readers"), description=_l("What is new in this edition. It is frozen with it."), validators=[at_most(2000)]
    )
    reason = TextAreaField(
        _l("Reason"), description=_l("The people concerned read it, word for word."), validators=[at_most(2000)]
    )


class WaiveForm(PortalForm):
    """Why the report goes on without an answer of a city."""

    #: Written by the page, which has a form for each city.
    city = StringField()
    reason = TextAreaField(
        _l("Reason"), validators=[required(_l("Say why: the people concerned read your reason.")), at_most(2000)]
    )


class PreviewForm(PortalForm):
    """The language to look at the report in."""

    language = SelectField(_l("Language"))
