"""What the page of a section sends, and the forms around it: who gets a section, and until when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from werkzeug.datastructures import FileStorage
from wtforms import DateField, SelectField, StringField, TextAreaField
from wtforms.validators import Optional

from icportal.core.strings import Text, _l
from icportal.i18n.locales import CONTENT_LANGUAGES
from icportal.reporting import question_fields
from icportal.reporting.asked import Asked
from icportal.reporting.evidence_forms import EvidenceForm
from icportal.reporting.questionnaires.definition import Section
from icportal.reporting.services.answering import Typed
from icportal.reporting.services.sharing import Colleague
from icportal.web.forms import PortalForm, at_most, options

#: What a page sent, as Flask gives it.
Sending = Any
#: How many characters of a seal or a number of a remark are looked at.
LONGEST_MARK = 20


@dataclass(frozen=True)
class Then:
    """What is to be done once the section is saved: a verb, the question it is about, and a number."""

    verb: str = ""
    question: str = ""
    number: int = 0

    @classmethod
    def of(cls, text: str) -> Then:
        verb, _colon, rest = text.partition(":")
        question, _colon, number = rest.partition(":")
        return cls(verb, question, int(number) if number.isdecimal() and len(number) < LONGEST_MARK // 2 else 0)


@dataclass
class Sent:
    """Everything a section's page sent. ``fields`` is what stood in the fields, exactly as it was typed."""

    typed: dict[str, Typed]
    errors: dict[str, list[Text]]
    fields: dict[str, Any]
    language: str
    then: Then = field(default_factory=Then)
    replies: dict[int, str] = field(default_factory=dict)
    files: dict[str, FileStorage | None] = field(default_factory=dict)


def read_section(section: Section, form: Sending, files: Mapping[str, FileStorage], asked: Asked, language: str) -> Sent:
    """What the page says to each question it showed. Numbers are read as ``language`` writes them."""
    values, errors = question_fields.read_values(section, form, asked, language)
    there = question_fields.on_page(section, form)
    typed = {
        question.name: Typed(
            values[question.name],
            visibility=form.get(f"visibility.{question.name}", ""),
            no_evidence=f"no_evidence.{question.name}" in form if question.is_grade else None,
            comment=form.get(f"comment.{question.name}"),
            seen=form.get(f"seen.{question.name}", "")[:LONGEST_MARK],
        )
        for question in there
        if question.name in values
    }
    written_in = form.get("written_in", "")
    add_rows = form.get(question_fields.ADD_ROWS, "")
    return Sent(
        typed,
        errors,
        {question.name: question_fields.typed(question, form) for question in there},
        written_in if written_in in CONTENT_LANGUAGES else language,
        Then("rows", add_rows) if add_rows else Then.of(form.get("then", "")),
        _replies(form),
        _files(section, form, files),
    )


def _replies(form: Sending) -> dict[int, str]:
    found = {name.removeprefix("reply."): text for name, text in form.items() if name.startswith("reply.")}
    return {int(number): text for number, text in found.items() if number.isdecimal() and len(number) < LONGEST_MARK // 2}


def _files(section: Section, form: Sending, files: Mapping[str, FileStorage]) -> dict[str, FileStorage | None]:
    """Files that were sent by question; None for one that is to be taken away."""
    found: dict[str, FileStorage | None] = {}
    for question in question_fields.on_page(section, form):
        name = question_fields.field_id(question.name)
        sent = files.get(name)
        if sent is not None and sent.filename:
            found[question.name] = sent
        elif f"{name}.remove" in form:
            found[question.name] = None
    return found


def evidence_form(question: str, written_in: str, *, is_sent: bool) -> EvidenceForm:
    """The form of new evidence within the section's page: its fields begin with ``new-<question>-``."""
    given: dict[str, Any] = {} if is_sent else {"formdata": None}
    return EvidenceForm(prefix=f"new-{question}-", meta={"csrf": False}, written_in=written_in, **given)


class ShareForm(PortalForm):
    """To whom a section is given: somebody with an account of the city, or a colleague by name and address."""

    user_id = SelectField(_l("Somebody with an account"), default="")
    name = StringField(_l("Name"), validators=[at_most(200)])
    department = StringField(_l("Department"), validators=[at_most(200)])
    email = StringField(_l("Mail address"), validators=[at_most(254)])
    language = SelectField(_l("Language of the mail"))
    note = TextAreaField(_l("Your note"), description=_l("It stands in the mail."), validators=[at_most(2000)])
    until = DateField(
        _l("The link works until"),
        description=_l("Empty: until the day on which your city’s answers are due, 60 days at most."),
        validators=[Optional()],
    )

    @property
    def colleague(self) -> Colleague:
        """Whom the person chose or named."""
        chosen = self.user_id.data or ""
        return Colleague(
            self.name.data or "",
            self.email.data or "",
            self.department.data or "",
            self.language.data or "en",
            int(chosen) if chosen.isdecimal() else None,
        )


class StepForm(PortalForm):
    """A button: only its token counts."""


def choose_language(form: ShareForm, languages: list[tuple[str, Text]], preferred: str) -> None:
    """Offer the languages of the portal, the city's own as the one chosen first."""
    form.language.choices = options(languages)
    if not form.language.data:
        form.language.data = preferred
