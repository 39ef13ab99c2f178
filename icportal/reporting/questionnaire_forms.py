"""Shape and wording of what coordinators fill in about questionnaires."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from flask_wtf.file import FileField, FileRequired
from wtforms import BooleanField, FieldList, Form, FormField, HiddenField, IntegerField, SelectField, StringField, TextAreaField
from wtforms.validators import NumberRange, Optional

from icportal.content.desk import language_written_in, working_title
from icportal.core.strings import Text, _, _l, _lp
from icportal.reporting import labels
from icportal.reporting.enums import COLUMN_TYPES, QuestionRole, QuestionType, Visibility
from icportal.reporting.questionnaires import definition
from icportal.reporting.questionnaires.definition import Column, Question, Section, Structure
from icportal.web.forms import PortalForm, VersionedForm, at_most, clean, options, required

LONGEST_CODE = 60
LONGEST_LINE = 1000
LONGEST_CONDITION = 500
MOST_WORDS = 5000
MOST_ROWS = 200
EMPTY_COLUMNS = 2
EMPTY_CHOICES = 4

CODE_HINT = _l("Small letters, digits and _, such as office_since. It is never changed once published.")
CONDITION_HINT = _l("As in XLSForm, for example %(example)s. Leave it empty to ask always.", example="${c04_provider} = 'direct'")

ROLES: Mapping[str, Text] = {
    QuestionRole.GRADE: _lp("role of a question", "Grade of a commitment"),
    QuestionRole.PROVIDER: _lp("role of a question", "Who runs the service"),
    QuestionRole.EXPLANATION: _lp("role of a question", "Explanation of a grade"),
    QuestionRole.CHALLENGES: _lp("role of a question", "Challenges"),
    QuestionRole.PLANS: _lp("role of a question", "Plans"),
    QuestionRole.PRACTICES: _lp("role of a question", "Good practices"),
    QuestionRole.STRATEGIES: _lp("role of a question", "Strategies"),
    QuestionRole.DEFINITION: _lp("role of a question", "Whom the city counts as a migrant"),
    QuestionRole.PRIORITIES: _lp("role of a question", "Priorities"),
    QuestionRole.CHARTER_USE: _lp("role of a question", "Use of the charter"),
    QuestionRole.ORGANISATION: _lp("role of a question", "Organisation"),
    QuestionRole.SPECIAL: _lp("role of a question", "Special topic"),
}


def code_field(label: Text) -> StringField:
    """The code of a section, a question or a list."""
    return StringField(label, description=CODE_HINT, validators=[required(_l("Give it a code.")), at_most(LONGEST_CODE)])


class StartForm(PortalForm):
    """What is needed to begin a questionnaire."""

    code = StringField(
        _l("Code"),
        description=_l("Small letters, digits and hyphens, such as edition-6. It is never changed."),
        validators=[required(_l("Give it a code.")), at_most(40)],
    )
    language = language_written_in()
    title = working_title()


class SectionForm(VersionedForm):
    """A section: its code, what it is called, and when it is asked for."""

    name = code_field(_l("Code"))
    label = StringField(_l("Title"), validators=[at_most(LONGEST_LINE)])
    hint = TextAreaField(_l("Introduction"), validators=[at_most(5000)])
    relevant = StringField(_l("Asked only if"), description=CONDITION_HINT, validators=[at_most(LONGEST_CONDITION)])

    def fill(self, section: Section, texts: Mapping[str, str]) -> None:
        """Put in what stands there now."""
        self.name.data, self.relevant.data = section.name, section.relevant
        self.label.data = texts.get(definition.section_key(section.name), "")
        self.hint.data = texts.get(definition.section_hint_key(section.name), "")

    def section(self, old: Section | None = None) -> Section:
        return replace(old or Section(""), name=self.name.data or "", relevant=self.relevant.data or "")

    @property
    def words(self) -> dict[str, str]:
        name = self.name.data or ""
        return {definition.section_key(name): self.label.data or "", definition.section_hint_key(name): self.hint.data or ""}


class BlockForm(VersionedForm):
    """The commitment whose block is added."""

    commitment = SelectField(_l("Commitment"), coerce=int)


class NewQuestionForm(VersionedForm):
    """What is needed to add a question; the rest follows on its page."""

    name = code_field(_l("Code"))
    type = SelectField(_l("Type"), choices=options(labels.QUESTION_TYPES.items()), default=QuestionType.TEXT)
    label = StringField(_l("Question"), validators=[at_most(LONGEST_LINE)])


class ColumnForm(Form):
    """One column of a table."""

    name = StringField(_l("Code"), filters=[clean], validators=[at_most(LONGEST_CODE)])
    label = StringField(_l("Heading"), filters=[clean], validators=[at_most(LONGEST_LINE)])
    type = SelectField(
        _l("Type"), choices=options((each, labels.QUESTION_TYPES[each]) for each in QuestionType if each in COLUMN_TYPES)
    )
    choices = SelectField(_l("List of choices"))
    words = IntegerField(_l("At most words"), default=0, validators=[Optional(), NumberRange(0, MOST_WORDS)])
    required = BooleanField(_l("Needed in every row"))


class QuestionForm(VersionedForm):
    """Everything about one question, with its words in the language the questionnaire is written in."""

    name = code_field(_l("Code"))
    section = SelectField(_l("Section"))
    type = SelectField(_l("Type"), choices=options(labels.QUESTION_TYPES.items()))
    label = StringField(_l("Question"), validators=[at_most(LONGEST_LINE)])
    hint = TextAreaField(_l("Help"), validators=[at_most(5000)])
    choices = SelectField(_l("List of choices"), description=_l("For one or several choices."))
    required = BooleanField(_l("Needed before the response is sent on"))
    words = IntegerField(
        _l("At most words"), description=_l("0 means no limit."), validators=[Optional(), NumberRange(0, MOST_WORDS)]
    )
    relevant = StringField(_l("Asked only if"), description=CONDITION_HINT, validators=[at_most(LONGEST_CONDITION)])
    constraint = StringField(
        _l("Condition on the answer"),
        description=_l("As in XLSForm, where . is the answer, for example . >= 0."),
        validators=[at_most(LONGEST_CONDITION)],
    )
    message = StringField(_l("Said when the condition is not met"), validators=[at_most(LONGEST_LINE)])
    role = SelectField(
        _l("What the answer means"),
        choices=options([("", _l("nothing special")), *ROLES.items()]),
        description=_l("By this the portal knows what to count and what to compare over editions."),
    )
    visibility = SelectField(
        _l("Who reads the answer at first"),
        choices=options(labels.VISIBILITIES.items()),
        default=Visibility.PUBLIC,
        description=_l("The city can change it."),
    )
    indicator = StringField(_l("Code of the indicator"), validators=[at_most(20)])
    former = StringField(
        _l("Code in an earlier edition"),
        description=_l("Only where the same question had another code."),
        validators=[at_most(LONGEST_CODE)],
    )
    most_rows = IntegerField(_l("Most rows of the table"), validators=[Optional(), NumberRange(1, MOST_ROWS)])
    columns = FieldList(FormField(ColumnForm, label=_l("Column")), label=_l("Column"))

    def offer(self, structure: Structure, texts: Mapping[str, str]) -> QuestionForm:
        """Fill in what can be chosen."""
        lists = options([("", _("none")), *((name, name) for name in structure.choices)])
        self.choices.choices = lists
        self.section.choices = options(
            (section.name, f"{section.name} · {texts.get(definition.section_key(section.name), '')}")
            for section in structure.sections
        )
        for column in self.columns:
            column.form.choices.choices = lists
        return self

    def question(self) -> Question:
        """The question that was filled in."""
        columns = (
            [column.form for column in self.columns if column.form.name.data] if self.type.data == QuestionType.TABLE else []
        )
        return Question(
            name=self.name.data or "",
            type=self.type.data,
            choices=(self.choices.data or "") if self.type.data in {QuestionType.CHOICE, QuestionType.MULTIPLE} else "",
            required=bool(self.required.data),
            relevant=self.relevant.data or "",
            constraint=self.constraint.data or "",
            words=self.words.data or 0,
            role=self.role.data or "",
            columns=tuple(_column(column) for column in columns),
            most_rows=self.most_rows.data or Question("").most_rows,
            indicator=(self.indicator.data or "").upper() if self.type.data == QuestionType.INDICATOR else "",
            visibility=self.visibility.data,
            former=self.former.data or "",
        )

    @property
    def text(self) -> dict[str, str]:
        """Its words by their keys."""
        name = self.name.data or ""
        words = {
            definition.label_key(name): self.label.data or "",
            definition.hint_key(name): self.hint.data or "",
            definition.message_key(name): self.message.data or "",
        }
        columns = {definition.column_key(name, each.form.name.data or ""): each.form.label.data or "" for each in self.columns}
        return words | columns


def question_form(question: Question, section: Section, texts: Mapping[str, str], version: int) -> QuestionForm:
    """The form filled with a question, its columns and two empty ones."""
    key = question.name
    columns: list[dict[str, Any]] = [
        {
            "name": column.name, "type": column.type, "choices": column.choices, "words": column.words,
            "required": column.required, "label": texts.get(definition.column_key(key, column.name), ""),
        }
        for column in question.columns
    ]  # fmt: skip
    data = {
        **{name: getattr(question, name) for name in QUESTION_FIELDS},
        "section": section.name,
        "label": texts.get(definition.label_key(key), ""),
        "hint": texts.get(definition.hint_key(key), ""),
        "message": texts.get(definition.message_key(key), ""),
        "columns": [*columns, *({} for _empty in range(EMPTY_COLUMNS))],
        "version": version,
    }
    return QuestionForm(data=data)


QUESTION_FIELDS = (
    "name", "type", "choices", "required", "words", "relevant", "constraint", "role", "visibility", "indicator", "former",
    "most_rows",
)  # fmt: skip


def _column(form: Any) -> Column:
    return Column(
        name=form.name.data or "",
        type=form.type.data,
        choices=(form.choices.data or "") if form.type.data == QuestionType.CHOICE else "",
        words=form.words.data or 0,
        required=bool(form.required.data),
    )


class NewListForm(VersionedForm):
    """A list of choices that is begun."""

    name = code_field(_l("Code"))


class ChoiceForm(Form):
    """One choice of a list."""

    name = StringField(_l("Code"), filters=[clean], validators=[at_most(LONGEST_CODE)])
    label = StringField(_l("What cities read"), filters=[clean], validators=[at_most(LONGEST_LINE)])


class ChoicesForm(VersionedForm):
    """A list of choices in its order; an empty row is no choice."""

    choices = FieldList(FormField(ChoiceForm, label=_l("Choice")), label=_l("Choice"))

    @property
    def values_in_order(self) -> list[str]:
        return [each.form.name.data for each in self.choices if each.form.name.data]

    def words(self, name: str) -> dict[str, str]:
        """The labels by their keys."""
        rows = (each.form for each in self.choices)
        return {definition.choice_key(name, row.name.data): row.label.data or "" for row in rows if row.name.data}


def choices_form(structure: Structure, name: str, texts: Mapping[str, str], version: int) -> ChoicesForm:
    """The form filled with a list, and empty rows."""
    rows = [
        {"name": value, "label": texts.get(definition.choice_key(name, value), "")} for value in structure.choices.get(name, ())
    ]
    return ChoicesForm(data={"choices": [*rows, *({} for _empty in range(EMPTY_CHOICES))], "version": version})


class UploadForm(PortalForm):
    """A form in XLSForm's way, to be looked at before anything is kept."""

    upload = FileField(_l("XLSForm workbook"), validators=[FileRequired(_l("Choose a workbook."))])


class TakeOverForm(VersionedForm):
    """The file that was looked at and is taken over."""

    file = HiddenField()
