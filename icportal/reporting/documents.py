"""The questionnaire on paper: empty, to be filled in by hand, or with what the city has said, as the same sheet for PDF, Word and page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from flask import current_app
from markupsafe import Markup

from icportal.cities.models import City
from icportal.core.clock import today
from icportal.core.strings import _
from icportal.i18n.catalogues import in_language
from icportal.i18n.formatting import day
from icportal.i18n.locales import get, reading_language
from icportal.reporting import labels, snapshots
from icportal.reporting.asked import Asked, asked
from icportal.reporting.enums import QuestionType
from icportal.reporting.models import Response
from icportal.reporting.questionnaires.definition import Question
from icportal.reporting.reading import read
from icportal.reporting.report import printing
from icportal.reporting.report.printing import Section, Sheet
from icportal.reporting.wording import Shown

#: Empty lines to write on, by the kind of answer.
LINES = {QuestionType.LONG_TEXT: 8, QuestionType.PRACTICE: 3}


@dataclass(frozen=True)
class Printed:
    """A question on paper. Without ``shown`` it is empty: ``choices`` to tick, a table with ``columns``, or ``lines`` to write on."""

    label: str
    hint: str = ""
    number: str = ""
    shown: Shown | None = None
    language: str = ""
    choices: Sequence[str] = ()
    columns: Sequence[str] = ()
    lines: int = 0
    evidence: Sequence[str] = ()
    #: What is to be known of the answer: that no evidence is available, for whom it is meant.
    about: Sequence[str] = field(default=())


def sheet_for(response: Response, city: City, language: str, *, is_filled: bool) -> Sheet:
    """The questionnaire as a sheet in one language, with the answers or without."""
    with in_language(language) as spoken:
        words, sections = _filled(response, language) if is_filled else _empty(response, language)
        return Sheet(
            title=words.title or labels.edition(response.round),
            subtitle=_subtitle(city, response, language),
            language=words.language if not spoken.pseudo else language,
            direction=get(language).direction,
            sections=[
                Section(name, 1, title, render(hint, lines, place))
                for place, (name, title, hint, lines) in enumerate(sections, 1)
            ],
            facts=[
                (_("City"), city.name_in(reading_language(language).code)),
                (_("Period covered"), labels.period(response.round)),
                (_("Due on"), day(response.due)),
                (_("Printed on"), day(today())),
            ],
            is_demonstration=is_filled and response.round.is_demonstration,
        )


def _subtitle(city: City, response: Response, language: str) -> Markup:
    text = f"{city.name_in(reading_language(language).code)}, {labels.edition(response.round)}"
    return Markup("<p>{}</p>").format(text)


def render(hint: str, lines: Sequence[Printed], place: int) -> Markup:
    """The questions of one section; ``place`` is its number."""
    template = current_app.jinja_env.get_template("reporting/_printed_section.html")
    html = template.render(hint=hint, lines=lines, place=place, get_language=get)
    return Markup(html)  # noqa: S704  a template's own output


_Sections = list[tuple[str, str, str, list[Printed]]]


def _empty(response: Response, language: str) -> tuple[Asked, _Sections]:
    words = asked(response.round.questionnaire_version, language)
    found: _Sections = []
    for section in words.structure.sections:
        numbers = iter(range(1, len(section.questions) + 1))
        lines = [
            Printed(words.label(question.name), words.hint(question.name))
            if question.type == QuestionType.NOTE
            else _blank(question, words, str(next(numbers)))
            for question in section.questions
        ]
        found.append((section.name, words.section(section.name), words.section_hint(section.name), lines))
    return words, found


def _blank(question: Question, words: Asked, number: str) -> Printed:
    about = [_("Only where other answers make it apply.")] if question.relevant else []
    if question.words:
        about.append(_("At most %(number)s words", number=question.words))
    return Printed(
        words.label(question.name),
        words.hint(question.name),
        number,
        choices=[label for _value, label in words.choices(question.choices)] if question.is_choice else (),
        columns=[words.column(question.name, column.name) for column in question.columns],
        lines=0 if question.is_choice or question.columns else LINES.get(QuestionType(question.type), 1),
        about=about,
    )


def _filled(response: Response, language: str) -> tuple[Asked, _Sections]:
    words, sections = read(response, snapshots.answers_as_read(response), language)
    found: _Sections = []
    for part in sections:
        lines = [
            Printed(
                answer.label,
                number=str(number),
                shown=answer.shown,
                language=answer.said["language"] if answer.shown.is_own else "",
                evidence=[each["title"] for each in answer.evidence],
                about=[_("No evidence available")] if answer.said["no_evidence"] and answer.is_there else [],
            )
            for number, answer in enumerate(part.answers, start=1)
        ]
        found.append((part.section.name, part.title, "", lines))
    return words, found


def pdf(response: Response, city: City, language: str, *, is_filled: bool) -> bytes:
    """The questionnaire as a tagged PDF. Raises what ``printing.pdf`` raises."""
    sheet = sheet_for(response, city, language, is_filled=is_filled)
    with in_language(language):
        return printing.pdf(printing.document(sheet))


def docx(response: Response, city: City, language: str, *, is_filled: bool) -> bytes:
    """The questionnaire as a Word file."""
    # The library is large, and most processes never write a Word file.
    from icportal.reporting.report import word

    sheet = sheet_for(response, city, language, is_filled=is_filled)
    with in_language(language):
        return word.write(sheet)


def file_name(response: Response, city: City, language: str, ending: str, *, is_filled: bool) -> str:
    kind = "answers" if is_filled else "questionnaire"
    return f"icportal-{kind}-{response.round.slug}-{city.slug}-{language}.{ending}"
