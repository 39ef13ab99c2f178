"""What answers say in a reader's words: labels of choices, numbers and dates as the language writes them, titles of practices.

Everything that answers point at is looked up at once, so that a page costs the same few queries whatever its length.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from babel.numbers import format_decimal
from sqlalchemy import select

from icportal.content.models import ContentItem, LanguageVersion, Projection, Shelf
from icportal.content.queries import visible
from icportal.core.db import db
from icportal.core.files import StoredFile
from icportal.core.strings import _
from icportal.i18n.catalogues import current_language
from icportal.i18n.formatting import day
from icportal.i18n.locales import reading_language
from icportal.indicators.catalogue import by_id, catalogue
from icportal.indicators.deliveries import value_words
from icportal.indicators.models import Observation, PublishedObservation
from icportal.practices.models import Practice
from icportal.reporting.asked import Asked
from icportal.reporting.enums import QuestionType
from icportal.reporting.questionnaires.definition import Column, Question

#: An answer as snapshots and published rows keep it (see ``snapshots.answers_as_read``).
Said = Mapping[str, Any]
#: Whole numbers below are written without a sign between their digits.
LONGEST_UNGROUPED = 10_000
#: What the city typed itself, in the language of the answer.
OWN_WORDS = frozenset({QuestionType.TEXT, QuestionType.LONG_TEXT})


@dataclass(frozen=True)
class Link:
    """A thing with a name and, where it can be opened, its address. ``language`` is that of the name."""

    label: str
    endpoint: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)
    language: str = ""


@dataclass(frozen=True)
class Shown:
    """An answer in words. One of ``text``, ``items``, ``links`` and ``rows`` (below ``head``) says it; none where there is no answer.

    ``is_own`` tells that the words are the city's, in the answer's own language.
    """

    text: str = ""
    items: tuple[str, ...] = ()
    links: tuple[Link, ...] = ()
    url: str = ""
    file: str = ""
    head: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    is_own: bool = False

    @property
    def is_empty(self) -> bool:
        return not (self.text or self.items or self.links or self.url or self.file or self.rows)

    @property
    def plain(self) -> str:
        """The same as text, a line for each item or row: what comparisons are made of."""
        if self.rows:
            lines = ["; ".join(f"{name}: {cell}" for name, cell in zip(self.head, row, strict=True) if cell) for row in self.rows]
            return "\n".join(lines)
        return self.text or self.url or "\n".join([*self.items, *(link.label for link in self.links), *filter(None, [self.file])])


class Words:
    """The words of a set of answers to one questionnaire.

    With ``public`` only what everybody may read of a practice or an indicator is said; without, what the city's own
    people and the network's read.
    """

    def __init__(self, asked: Asked, answers: Mapping[str, Said], *, reader: str, public: bool = False) -> None:
        self.asked = asked
        self.reader = reader
        of_type = {
            wanted: [
                said["value"]
                for code, said in answers.items()
                if said.get("value") and (question := asked.structure.questions.get(code)) and question.type == wanted
            ]
            for wanted in (QuestionType.PRACTICE, QuestionType.INDICATOR, QuestionType.FILE)
        }
        practices = {each for value in of_type[QuestionType.PRACTICE] for each in value}
        self._practices = _published_practices(practices, reader) if public else _practices(practices, reader)
        observations = {value["observation"] for value in of_type[QuestionType.INDICATOR] if value.get("observation")}
        self._observations = _published_observations(observations, reader) if public else _observations(observations, reader)
        self._files = _file_names(of_type[QuestionType.FILE])

    def of(self, question: Question, said: Said | None) -> Shown:
        """What is said to the question; an empty ``Shown`` where nothing is."""
        value = said.get("value") if said else None
        if value in (None, "", [], {}):
            return Shown()
        match question.type:
            case QuestionType.MULTIPLE:
                shown = Shown(items=tuple(self.asked.choice(question.choices, each) for each in value))
            case QuestionType.TABLE:
                shown = self._table(question, value)
            case QuestionType.PRACTICE:
                shown = Shown(links=tuple(self._practices[each] for each in value if each in self._practices))
            case QuestionType.INDICATOR:
                shown = Shown(text=self._observations.get(value.get("observation"), ""))
            case QuestionType.FILE:
                shown = Shown(file=self._files.get(value, ""))
            case QuestionType.LINK:
                shown = Shown(url=str(value))
            case _:
                shown = Shown(text=self._single(question, value), is_own=question.type in OWN_WORDS)
        return shown

    def _table(self, question: Question, rows: list[dict[str, Any]]) -> Shown:
        head = tuple(self.asked.column(question.name, column.name) for column in question.columns)
        cells = tuple(tuple(self._single(column, row.get(column.name)) for column in question.columns) for row in rows)
        return Shown(head=head, rows=cells, is_own=any(column.type in OWN_WORDS for column in question.columns))

    def _single(self, asked: Question | Column, value: Any) -> str:
        if value in (None, ""):
            return ""
        if asked.type == QuestionType.CHOICE:
            return self.asked.choice(asked.choices, str(value))
        if asked.type in {QuestionType.INTEGER, QuestionType.DECIMAL}:
            return _number(value)
        if asked.type == QuestionType.DATE:
            return iso_day(value)
        return str(value)


def _number(value: Any) -> str:
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return str(value)
    # Four digits stand together, as those of a year do.
    grouped = abs(number) >= LONGEST_UNGROUPED or number != number.to_integral_value()
    return str(format_decimal(number, locale=current_language().locale, decimal_quantization=False, group_separator=grouped))


def iso_day(value: Any) -> str:
    """A day kept as ISO text, as the language writes it."""
    try:
        return day(date.fromisoformat(str(value)))
    except ValueError:
        return str(value)


def _file_names(keys: list[str]) -> dict[str, str]:
    if not keys:
        return {}
    query = select(StoredFile.key, StoredFile.name).where(StoredFile.key.in_(keys))
    return {row.key: row.name for row in db.session.execute(query)}


def _published_practices(ids: set[int], reader: str) -> dict[int, Link]:
    """Those the public reads, in the language this reader gets them in."""
    if not ids:
        return {}
    query = (
        select(Practice.id, Projection.slug, Projection.title, Projection.language)
        .join(Shelf, Shelf.item_id == Practice.item_id)
        .join(Projection, Projection.language_version_id == Shelf.language_version_id)
        .where(Practice.id.in_(ids), Shelf.language == reading_language(reader).code, visible())
    )
    return {
        row.id: Link(row.title, "practices.show_practice", {"slug": row.slug}, row.language) for row in db.session.execute(query)
    }


def _practices(ids: set[int], reader: str) -> dict[int, Link]:
    """All of them by the title of their source; those that are public lead to their page."""
    if not ids:
        return {}
    query = (
        select(Practice.id, LanguageVersion.title, LanguageVersion.language)
        .join(ContentItem, ContentItem.id == Practice.item_id)
        .join(LanguageVersion, LanguageVersion.item_id == ContentItem.id)
        .where(Practice.id.in_(ids), LanguageVersion.is_source)
    )
    drafts = {
        row.id: Link(_("%(title)s (not published yet)", title=row.title or str(row.id)), language=row.language)
        for row in db.session.execute(query)
    }
    return drafts | _published_practices(ids, reader)


def _observations(ids: set[int], reader: str) -> dict[int, str]:
    if not ids:
        return {}
    known = by_id(catalogue(reading_language(reader).code))
    return {
        value.id: _figure(known, value.indicator_id, value_words(value.entry), value.period)
        for value in db.session.scalars(select(Observation).where(Observation.id.in_(ids)))
    }


def _published_observations(ids: set[int], reader: str) -> dict[int, str]:
    """What the public reads of these values; nothing of one that is not published (any more)."""
    if not ids:
        return {}
    known = by_id(catalogue(reading_language(reader).code))
    query = (
        select(Observation)
        .join(PublishedObservation, PublishedObservation.observation_id == Observation.id)
        .where(
            Observation.id.in_(ids),
            PublishedObservation.confidentiality == Observation.confidentiality,
        )
    )
    return {
        value.id: _figure(known, value.indicator_id, value_words(value.entry), value.period)
        for value in db.session.scalars(query)
        if value.entry.is_free
    }


def _figure(known: Mapping[int, Any], indicator_id: int, value: str, period: str) -> str:
    title = known[indicator_id].title if indicator_id in known else ""
    return _("%(title)s: %(value)s (%(period)s)", title=title, value=value, period=period) if title else f"{value} ({period})"
