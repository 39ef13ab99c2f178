"""What an answer can become besides an answer: a practice draft, an action in the city's plan.

Packages register what they make (``Offer``). The page of a section shows a button for each thing an answer could become,
and a link to what it has become already.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from icportal.cities.models import City
from icportal.core.actors import Actor
from icportal.core.db import db
from icportal.core.permissions import can
from icportal.core.strings import Text
from icportal.core.text import clean_text
from icportal.reporting.asked import Asked
from icportal.reporting.enums import QuestionType
from icportal.reporting.models import Answer, HandedOn, Response
from icportal.reporting.questionnaires.definition import Question, Section

#: How many words of an answer make the title that is proposed.
TITLE_WORDS = 10
#: The name of a button's value before the key of its offer: ``make-practice:c01_explanation``.
VERB = "make-"

_TEXTS = frozenset({QuestionType.TEXT, QuestionType.LONG_TEXT})


@dataclass(frozen=True)
class Source:
    """An answer that is to become something: where it stands, and its text, empty where it is none in words."""

    response: Response
    city: City
    section: Section
    question: Question
    answer: Answer | None

    @property
    def text(self) -> str:
        value = self.answer.value if self.answer else None
        return clean_text(value) if self.question.type in _TEXTS and isinstance(value, str) else ""

    @property
    def language(self) -> str:
        return self.answer.language if self.answer else ""


@dataclass(frozen=True)
class Offer:
    """One thing an answer can become.

    ``label`` is what the button says, ``made`` what the link to it says. ``permission`` is asked over the city.
    ``fits`` tells whether the answer could become it at all, ``make`` makes it with a title and gives its number;
    ``values`` are those of ``endpoint``, the page of what was made.
    """

    key: str
    label: Text
    made: Text
    permission: str
    fits: Callable[[Question, Answer | None, Section], bool]
    make: Callable[[Source, str, Actor], int]
    endpoint: str
    values: Callable[[int, City], Mapping[str, Any]]


@dataclass(frozen=True)
class Possible:
    """An offer at one question; ``subject_id`` is what was made of the answer already.

    ``is_open`` says that there are no words yet to propose a title of.
    """

    offer: Offer
    question: str
    title: str = ""
    subject_id: int | None = None
    is_open: bool = False

    @property
    def field(self) -> str:
        """The name of the field for the title."""
        return title_field(self.offer.key, self.question)

    @property
    def form_id(self) -> str:
        return f"make-{self.offer.key}-{self.question}"


_offers: dict[str, Offer] = {}


def register(offer: Offer) -> None:
    """Name something that answers can become. The application does, in the order of the buttons."""
    _offers[offer.key] = offer


def offer_named(key: str) -> Offer | None:
    return _offers.get(key)


def title_field(key: str, question: str) -> str:
    return f"then.{key}.{question}"


def offers_at(
    response: Response,
    city: City,
    section: Section,
    answers: Mapping[str, Answer | None],
    words: Asked,
    *,
    actor: Actor,
    is_typed: bool = False,
) -> dict[str, list[Possible]]:
    """What the answers of a section can become and have become, by question. Nothing for somebody without an account.

    With ``is_typed``, also what words could become that are still to be typed. One query whatever the number of questions.
    """
    if not actor.is_signed_in:
        return {}
    there = {(row.question, row.kind): row.subject_id for row in _made(response, answers)}
    found: dict[str, list[Possible]] = defaultdict(list)
    for offer in _offers.values():
        may_make = can(actor, offer.permission, response)
        for question in section.questions:
            answer, subject = answers.get(question.name), there.get((question.name, offer.key))
            if subject is not None:
                found[question.name].append(Possible(offer, question.name, subject_id=subject))
            elif may_make and question.name in answers and _could_become(offer, question, answer, section, is_typed=is_typed):
                title = proposed_title(Source(response, city, section, question, answer), words)
                found[question.name].append(Possible(offer, question.name, title, is_open=question.type in _TEXTS and not title))
    return dict(found)


def _could_become(offer: Offer, question: Question, answer: Answer | None, section: Section, *, is_typed: bool) -> bool:
    if is_typed and question.type in _TEXTS and (answer is None or answer.is_blank):
        answer = Answer(question=question.name, value="…")
    return offer.fits(question, answer, section)


def proposed_title(source: Source, words: Asked) -> str:
    """The first words of an answer; of a grade, what its section is called."""
    if source.text:
        return first_words(source.text)
    return first_words(words.section(source.section.name)) if source.question.is_grade else ""


def first_words(text: str) -> str:
    """The beginning of a text as a title: its first sentence, or as much of it as a title holds."""
    line = next(iter(text.splitlines()), "")
    sentence = next(
        (line[: place + 1] for place in range(len(line)) if line[place] in ".!?" and line[place + 1 : place + 2] == " "), line
    )
    words = sentence.split()
    title = " ".join(words[:TITLE_WORDS])
    return title + "…" if len(words) > TITLE_WORDS else title.rstrip(".")


def _made(response: Response, questions: Iterable[str]) -> list[HandedOn]:
    query = select(HandedOn).where(HandedOn.response_id == response.id, HandedOn.question.in_(list(questions)))
    return list(db.session.scalars(query))
