"""The workbook of a response: what is asked in one language, with what the city has said, and against what a filled one is read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from sqlalchemy import select

from icportal.cities.models import City
from icportal.core.canonical import sha256
from icportal.core.db import db
from icportal.core.errors import NotFound
from icportal.core.strings import _
from icportal.i18n.catalogues import in_language
from icportal.i18n.formatting import day
from icportal.i18n.locales import LANGUAGES, get, reading_language
from icportal.indicators.exchange.vocabulary import folded, spoken
from icportal.reporting import labels, responses
from icportal.reporting.asked import Asked, asked, offered_languages
from icportal.reporting.enums import QuestionType
from icportal.reporting.exchange.layout import (
    CHOSEN,
    READERS,
    Book,
    Cell,
    Identity,
    Line,
    SectionSheet,
    TableColumn,
    TableSheet,
    choice_key,
)
from icportal.reporting.exchange.reading import APART, Context, iso
from icportal.reporting.models import Answer, Evidence, QuestionnaireText, QuestionnaireVersion, Response
from icportal.reporting.questionnaires import definition
from icportal.reporting.questionnaires.definition import Column, Question, Section
from icportal.reporting.responses import LastAnswer
from icportal.reporting.seals import said_in, seal
from icportal.reporting.wording import Words

SHORT = 16


def languages_for(response: Response, city: City) -> list[str]:
    """The languages the workbook can be had in: the city's own first, then the others the questionnaire is complete in."""
    offered = [code for code in offered_languages(response.round.questionnaire_version) if code in LANGUAGES]
    return list(dict.fromkeys([*(code for code in city.languages if code in offered), *offered]))


def book_for(response: Response, city: City, language: str, *, sections: Collection[str] = ()) -> Book:
    """The workbook in a language, of all sections or of these.

    Raises:
        NotFound: there is no such section, or no such language of the portal.
    """
    if language not in LANGUAGES:
        raise NotFound(_("There is no such workbook."))
    for name in sections:
        responses.section_of(response, name)
    version = response.round.questionnaire_version
    with in_language(language):
        desk = _Desk(response, language)
        wanted = [each for each in version.known.sections if not sections or each.name in sections]
        shown = [desk.section(each) for each in wanted]
        return Book(
            identity=identity_of(response, city, language, desk.answers),
            language=language,
            direction=get(language).direction,
            city=city.name_in(reading_language(language).code),
            edition=labels.edition(response.round),
            due=day(response.due),
            sections=tuple(shown),
            tables=tuple(desk.table(each) for part in wanted for each in part.questions if each.type == QuestionType.TABLE),
            lists=desk.lists(),
            file_name=f"icportal-{response.round.slug}-{city.slug}-{language}.xlsx",
        )


def identity_of(response: Response, city: City, language: str, answers: Mapping[str, Answer]) -> Identity:
    """What a workbook made now says it is."""
    version = response.round.questionnaire_version
    questions = version.known.questions
    seals = {name: seal(said_in(questions[name], answer)) for name, answer in answers.items() if name in questions}
    return Identity(
        version.questionnaire.code,
        response.round.slug,
        city.slug,
        version.number,
        version.sha256[:SHORT],
        language,
        sha256(seals)[:SHORT],
    )


def context_for(response: Response, city: City, *, written_in: str) -> Context:
    """What a workbook that comes in is read against; its numbers that were typed as text as ``written_in`` writes them."""
    version = response.round.questionnaire_version
    return Context(
        structure=version.known,
        round=response.round.slug,
        city=city.slug,
        number=version.number,
        sha=version.sha256[:SHORT],
        reads_as=written_in,
        labels=_labels(version),
        readers={**spoken(labels.VISIBILITIES), **{each: each for each in labels.VISIBILITIES}},
    )


def _labels(version: QuestionnaireVersion) -> dict[str, dict[str, str]]:
    """For each list of choices its values by their words in every language; words that could be two are left out."""
    found: dict[str, dict[str, str]] = {name: {} for name in version.known.choices}
    query = select(QuestionnaireText.texts).where(QuestionnaireText.questionnaire_version_id == version.id)
    unclear: set[tuple[str, str]] = set()
    for texts in db.session.scalars(query.order_by(QuestionnaireText.id)):
        for name, values in version.known.choices.items():
            for value in values:
                label = texts.get(definition.choice_key(name, value), "")
                for words in filter(None, (folded(label), folded(f"{label} ({value})"))):
                    if found[name].setdefault(words, value) != value:
                        unclear.add((name, words))
    for name, words in unclear:
        del found[name][words]
    return found


class _Desk:
    """Everything that is known of a response, read once, as it is written into cells."""

    def __init__(self, response: Response, language: str) -> None:
        self.asked: Asked = asked(response.round.questionnaire_version, language)
        self.answers = responses.answers_of(response)
        self.evidence = responses.evidence_of(response)
        self.language = language
        self.last = responses.last_time(response)
        self.before = _before(self.last, language)
        known = {name: {"value": answer.value} for name, answer in self.answers.items()}
        self.words = Words(self.asked, known, reader=language)
        self.written = {name: self._written(name) for name in self.asked.structure.choices}

    def _written(self, name: str) -> dict[str, str]:
        """How each choice of a list is written: its words, with its code where two have the same."""
        choices = self.asked.choices(name)
        often = Counter(folded(label) for _value, label in choices)
        return {value: label if often[folded(label)] == 1 else f"{label} ({value})" for value, label in choices}

    def lists(self) -> dict[str, tuple[str, ...]]:
        readers = tuple(str(label) for label in labels.VISIBILITIES.values())
        return {READERS: readers, **{name: tuple(words.values()) for name, words in self.written.items()}}

    def section(self, section: Section) -> SectionSheet:
        lines: list[Line] = []
        number = 0
        for question in section.questions:
            if question.type != QuestionType.NOTE:
                number += 1
            lines.append(self._line(question, "" if question.type == QuestionType.NOTE else str(number)))
            if question.type == QuestionType.MULTIPLE:
                lines += self._choices(question)
        return SectionSheet(section.name, self.asked.section(section.name), self.asked.section_hint(section.name), tuple(lines))

    def _line(self, question: Question, number: str) -> Line:
        name, answer = question.name, self.answers.get(question.name)
        said = said_in(question, answer)
        readers = str(labels.VISIBILITIES[said.visibility]) if said.visibility else ""
        behind: list[Evidence] = self.evidence.get(name, [])
        titles = [each.title for each in behind] or ([_("No evidence available")] if said.no_evidence else [])
        return Line(
            key=name,
            number=number,
            label=self.asked.label(name),
            hint="\n".join(filter(None, (self.asked.hint(name), self._about(question)))),
            kind=question.type,
            list=question.choices if question.type == QuestionType.CHOICE else "",
            answer=self._answer(question, answer),
            last=self.before.get(name, ""),
            evidence="\n".join(titles),
            visibility=readers,
            comment=said.comment,
            seen=seal(said),
            is_open=question.type not in APART and question.type not in {QuestionType.MULTIPLE, QuestionType.TABLE},
            is_question=question.type != QuestionType.NOTE,
        )

    def _about(self, question: Question) -> str:
        """What the page would show by itself."""
        about = [_("Only where other answers make it apply.")] if question.relevant else []
        if question.words:
            about.append(_("At most %(number)s words", number=question.words))
        return " ".join(str(each) for each in about)

    def _answer(self, question: Question, answer: Answer | None) -> Cell:
        if question.type == QuestionType.TABLE:
            return _("Fill in the sheet of this table.")
        if question.type == QuestionType.MULTIPLE:
            return _("Put an x beside each that applies.")
        if answer is None or answer.is_blank:
            return _("Chosen in the portal") if question.type in APART - {QuestionType.NOTE} else None
        if question.type in APART:
            return self.words.of(question, {"value": answer.value}).plain
        return self._cell(question, answer.value)

    def _choices(self, question: Question) -> list[Line]:
        answer = self.answers.get(question.name)
        chosen = set(answer.value or ()) if answer else set()
        return [
            Line(choice_key(question.name, value), label, answer=CHOSEN if value in chosen else None, is_question=False)
            for value, label in self.asked.choices(question.choices)
        ]

    def table(self, question: Question) -> TableSheet:
        answer = self.answers.get(question.name)
        rows = answer.value or [] if answer else []
        return TableSheet(
            question.name,
            self.asked.label(question.name),
            self.asked.hint(question.name),
            tuple(
                TableColumn(each.name, self.asked.column(question.name, each.name), each.type, each.choices)
                for each in question.columns
            ),
            tuple({each.name: self._cell(each, row.get(each.name)) for each in question.columns} for row in rows),
            max(question.most_rows, len(rows)),
        )

    def _cell(self, asked_for: Question | Column, value: Any) -> Cell:
        if value in (None, ""):
            return None
        if asked_for.type == QuestionType.CHOICE:
            return self.written.get(asked_for.choices, {}).get(value, str(value))
        if asked_for.type in {QuestionType.INTEGER, QuestionType.DECIMAL}:
            return _decimal(value)
        if asked_for.type == QuestionType.DATE:
            return iso(value) or str(value)
        return str(value)


def _decimal(value: Any) -> Decimal | str:
    try:
        return Decimal(str(value))
    except InvalidOperation:
        return str(value)


def _before(last: Mapping[str, LastAnswer], language: str) -> dict[str, str]:
    """Last time's answers in words: those of the questionnaire they were given to."""
    if not last:
        return {}
    version = next(iter(last.values())).round.questionnaire_version
    said = {each.answer.question: {"value": each.answer.value} for each in last.values()}
    words = Words(asked(version, language), said, reader=language)
    known = version.known.questions
    return {name: words.of(known[each.answer.question], said[each.answer.question]).plain for name, each in last.items()}
