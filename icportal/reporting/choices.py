"""What a city can point at in an answer: its practices and its values of an indicator."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy import select

from icportal.content.models import ContentItem, LanguageVersion
from icportal.core.db import db
from icportal.i18n.locales import reading_language
from icportal.indicators.catalogue import catalogue
from icportal.indicators.deliveries import value_words
from icportal.indicators.enums import Missing
from icportal.indicators.models import Observation
from icportal.practices.models import Practice
from icportal.reporting.enums import QuestionType
from icportal.reporting.questionnaires.definition import Question

Options = Sequence[tuple[str, str]]


def options_for(questions: Sequence[Question], city_id: int, language: str) -> dict[str, Options]:
    """(value, label) for each of the questions that point at something: one query a kind, none where none is asked."""
    found: dict[str, Options] = {}
    pointing = [question for question in questions if question.type == QuestionType.PRACTICE]
    if pointing:
        practices = _practices(city_id)
        found |= {question.name: practices for question in pointing}
    counted = [question for question in questions if question.type == QuestionType.INDICATOR]
    if counted:
        values = _values(counted, city_id, language)
        found |= {question.name: values[question.indicator] for question in counted}
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
