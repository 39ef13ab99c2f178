"""What a city can point at in an answer: its practices and its values of an indicator."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import select

from icportal.content.models import ContentItem, LanguageVersion, Projection
from icportal.content.queries import visible
from icportal.core.db import db
from icportal.i18n.locales import reading_language
from icportal.indicators.catalogue import catalogue
from icportal.indicators.deliveries import value_words
from icportal.indicators.enums import Missing
from icportal.indicators.models import Observation, PublishedObservation
from icportal.practices.models import Practice
from icportal.reporting.enums import QuestionType
from icportal.reporting.questionnaires.definition import Question

Options = Sequence[tuple[str, str]]


def options_for(
    questions: Sequence[Question], city_id: int, language: str, *, named: Mapping[str, Any] | None = None
) -> dict[str, Options]:
    """(value, label) for each of the questions that point at something: one query a kind, none where none is asked.

    With ``named``, the answers that stand there, only what they point at and what everybody reads: for guests.
    """
    found: dict[str, Options] = {}
    pointing = [question for question in questions if question.type == QuestionType.PRACTICE]
    if pointing:
        practices = _practices(city_id)
        found |= {question.name: practices for question in pointing}
    counted = [question for question in questions if question.type == QuestionType.INDICATOR]
    if counted:
        values = _values(counted, city_id, language)
        found |= {question.name: values[question.indicator] for question in counted}
    if named is None:
        return found
    everybody = everybody_reads(pointing + counted, {int(value) for options in found.values() for value, _label in options})
    return {
        question.name: [
            option
            for option in found[question.name]
            if int(option[0]) in everybody[question.type] | pointed_at(question, named.get(question.name))
        ]
        for question in pointing + counted
    }


def pointed_at(question: Question, value: Any) -> set[int]:
    """The practices, or the value of an indicator, that an answer points at."""
    if not value:
        return set()
    if question.type == QuestionType.PRACTICE:
        return set(value)
    return {value["observation"]} if value.get("observation") else set()


def everybody_reads(questions: Iterable[Question], numbers: Collection[int]) -> dict[str, set[int]]:
    """Those of the things of these numbers that are public, by the type of the question that points at them."""
    types = {question.type for question in questions}
    found: dict[str, set[int]] = {QuestionType.PRACTICE: set(), QuestionType.INDICATOR: set()}
    if QuestionType.PRACTICE in types:
        shown = select(Practice.id).join(Projection, Projection.item_id == Practice.item_id)
        found[QuestionType.PRACTICE] = set(db.session.scalars(shown.where(Practice.id.in_(numbers), visible())))
    if QuestionType.INDICATOR in types:
        published = select(Observation).join(PublishedObservation, PublishedObservation.observation_id == Observation.id)
        published = published.where(
            Observation.id.in_(numbers), PublishedObservation.confidentiality == Observation.confidentiality
        )
        found[QuestionType.INDICATOR] = {value.id for value in db.session.scalars(published) if value.entry.is_free}
    return found


def _practices(city_id: int) -> Options:
    query = (
        select(Practice.id, LanguageVersion.title)
        .join(ContentItem, ContentItem.id == Practice.item_id)
        .join(LanguageVersion, LanguageVersion.item_id == ContentItem.id)
        .where(Practice.city_id == city_id, LanguageVersion.is_source)
        .order_by(LanguageVersion.title, Practice.id)
    )
    return [(str(number), title or str(number)) for number, title in db.session.execute(query)]


def _values(questions: Sequence[Question], city_id: int, language: str) -> dict[str, Options]:
    """The city's values of these indicators, newest period first."""
    known = catalogue(reading_language(language).code)
    codes = {known[question.indicator].indicator_id: question.indicator for question in questions if question.indicator in known}
    query = select(Observation).where(
        Observation.city_id == city_id,
        Observation.current,
        Observation.missing != Missing.REMOVED,
        Observation.indicator_id.in_(codes),
    )
    found: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for value in db.session.scalars(query.order_by(Observation.period.desc(), Observation.breakdown)):
        found[codes[value.indicator_id]].append((str(value.id), f"{value_words(value.entry)} ({value.period})"))
    return {question.indicator: found[question.indicator] for question in questions}
