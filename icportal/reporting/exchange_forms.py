"""Forms around a response's workbook and its document: which language and sections, which file comes back."""

from __future__ import annotations

from flask_wtf.file import FileField, FileRequired
from wtforms import RadioField, SelectField, SelectMultipleField
from wtforms.widgets import CheckboxInput, ListWidget

from icportal.core.strings import Text, _l
from icportal.web.forms import PortalForm, options

EMPTY, FILLED = "empty", "filled"


class WorkbookForm(PortalForm):
    """Which workbook somebody wants."""

    language = SelectField(_l("Language"))
    sections = SelectMultipleField(
        _l("Sections"),
        description=_l("For one department, tick its sections. None ticked: the whole questionnaire."),
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )

    def offer(self, languages: list[tuple[str, Text]], sections: list[tuple[str, str]]) -> WorkbookForm:
        self.language.choices = options(languages)
        self.sections.choices = options(sections)
        if self.language.data is None:
            self.language.data = languages[0][0]
        return self


class AnswersUploadForm(PortalForm):
    """A workbook that was filled in."""

    upload = FileField(
        _l("Workbook"),
        [FileRequired(message=_l("Choose the workbook you have filled in."))],
        description=_l("The Excel file you took from the portal (.xlsx), at most 20 MB."),
    )
    written_in = SelectField(
        _l("Language of the texts in it"), description=_l("Numbers typed as text are read as it writes them.")
    )

    def offer(self, languages: list[tuple[str, Text]]) -> AnswersUploadForm:
        self.written_in.choices = options(languages)
        if self.written_in.data is None:
            self.written_in.data = languages[0][0]
        return self


class PrintForm(PortalForm):
    """What is to be printed."""

    language = SelectField(_l("Language"))
    content = RadioField(
        _l("What is printed"),
        choices=options([(FILLED, _l("The questionnaire with your answers")), (EMPTY, _l("The empty questionnaire"))]),
        default=FILLED,
    )

    def offer(self, languages: list[tuple[str, Text]], chosen: str) -> PrintForm:
        self.language.choices = options(languages)
        if self.language.data not in dict(languages):
            self.language.data = chosen
        if self.content.data not in {FILLED, EMPTY}:
            self.content.data = FILLED
        return self


class ImportDecisionForm(PortalForm):
    """What is decided on a page of its own stands there; the form carries the token and what was refused."""


class BriefingForm(PortalForm):
    """The language of a briefing."""

    language = SelectField(_l("Language of the briefing"))

    def offer(self, languages: list[tuple[str, Text]]) -> BriefingForm:
        self.language.choices = options(languages)
        if self.language.data is None:
            self.language.data = languages[0][0]
        return self
