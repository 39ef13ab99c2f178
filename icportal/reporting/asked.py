"""A questionnaire version as somebody reads it: its structure with the words of one language."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from icportal.core.db import db
from icportal.i18n.locales import reading_language, reading_order
from icportal.reporting.models import QuestionnaireText, QuestionnaireVersion
from icportal.reporting.questionnaires import definition
from icportal.reporting.questionnaires.definition import Structure


@dataclass(frozen=True)
class Asked:
    """What is asked, in words. ``language`` is the one the words are in, which may be another than the reader's."""

    version_id: int
    structure: Structure
    language: str
    texts: Mapping[str, str]

    @property
    def title(self) -> str:
        return self.texts.get(definition.TITLE, "")

    def section(self, name: str) -> str:
        return self.texts.get(definition.section_key(name), name)

    def section_hint(self, name: str) -> str:
        return self.texts.get(definition.section_hint_key(name), "")

    def label(self, question: str) -> str:
        return self.texts.get(definition.label_key(question), question)

    def hint(self, question: str) -> str:
        return self.texts.get(definition.hint_key(question), "")

    def message(self, question: str) -> str:
        """What is said when the constraint of the question is not met."""
        return self.texts.get(definition.message_key(question), "")

    def column(self, question: str, column: str) -> str:
        return self.texts.get(definition.column_key(question, column), column)

    def choice(self, choices: str, value: str) -> str:
        return self.texts.get(definition.choice_key(choices, value), value)

    def choices(self, name: str) -> list[tuple[str, str]]:
        """(value, label) of a list of choices, in its order."""
        return [(value, self.choice(name, value)) for value in self.structure.choices.get(name, ())]


def asked(version: QuestionnaireVersion, language: str) -> Asked:
    """The version in the reader's language where that is complete, by the chain of fallbacks otherwise. One query."""
    return asked_of([version], language)[version.id]


def asked_of(versions: Iterable[QuestionnaireVersion], language: str) -> dict[int, Asked]:
    """Several versions by their numbers, each as ``asked`` gives it. One query."""
    by_id = {version.id: version for version in versions}
    found: dict[int, list[QuestionnaireText]] = {number: [] for number in by_id}
    if by_id:
        query = select(QuestionnaireText).where(QuestionnaireText.questionnaire_version_id.in_(by_id))
        for text in db.session.scalars(query):
            found[text.questionnaire_version_id].append(text)
    return {number: _in_language(by_id[number], rows, language) for number, rows in found.items()}


def _in_language(version: QuestionnaireVersion, rows: Sequence[QuestionnaireText], language: str) -> Asked:
    texts = {text.language: text for text in rows if text.complete or text.is_source}
    source = next((text.language for text in texts.values() if text.is_source), language)
    order = reading_order(reading_language(language).code, set(texts), source)
    chosen = texts.get(order[0]) if order else None
    return Asked(version.id, version.known, chosen.language if chosen else source, chosen.texts if chosen else {})


def offered_languages(version: QuestionnaireVersion) -> list[str]:
    """The languages in which the version is complete, the source first."""
    query = select(QuestionnaireText.language).where(
        QuestionnaireText.questionnaire_version_id == version.id, QuestionnaireText.complete
    )
    return list(db.session.scalars(query.order_by(QuestionnaireText.is_source.desc(), QuestionnaireText.language)))
