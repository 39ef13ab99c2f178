"""Making something of an answer: once for each kind of thing, by somebody with an account."""

from __future__ import annotations

from sqlalchemy import select

from icportal.cities.models import City
from icportal.content import services as content
from icportal.core import audit
from icportal.core.actors import Actor
from icportal.core.db import db
from icportal.core.errors import DomainError, NotFound, Stale
from icportal.core.permissions import authorise, can
from icportal.core.strings import _, _l
from icportal.core.text import clean_line, count_words
from icportal.core.transactions import hold
from icportal.i18n.locales import CONTENT_LANGUAGES
from icportal.practices import services as practices
from icportal.practices.enums import Permission as PracticePermission
from icportal.practices.kind import FIELDS
from icportal.reporting.enums import Permission, QuestionRole, QuestionType
from icportal.reporting.handing_on import Offer, Source, first_words, offer_named, register, title_field
from icportal.reporting.models import Answer, HandedOn, Response
from icportal.reporting.questionnaires.definition import Question, Section
from icportal.reporting.responses import structure_of
from icportal.reporting.rules import Place
from icportal.reporting.services.answering import Typed, save_section

LONGEST_TITLE = 200
PRACTICE = "practice"


def hand_on(response: Response, question: str, key: str, title: str, *, actor: Actor) -> HandedOn:
    """Make of an answer what is offered under ``key``. What was made of it before is given back as it is.

    Without a ``title``, the first words of the answer are one.

    Raises:
        NotFound: there is no such question or offer, or the response is not open to this actor.
        NotAllowed: the actor may not make such a thing for the city.
        DomainError: it has no title, or the answer cannot become it.
    """
    authorise(actor, Permission.VIEW_RESPONSE, response)
    offer = offer_named(key)
    structure = structure_of(response)
    if offer is None or question not in structure.questions:
        raise NotFound(_("There is no such page, or it is not open to you."))
    authorise(actor, offer.permission, response)
    if not hold(response):
        raise Stale(_("Somebody has changed this since you opened it. Nothing of yours was applied: look at it again."))
    of_answer = HandedOn.response_id == response.id, HandedOn.question == question, HandedOn.kind == key
    there = db.session.scalar(select(HandedOn).where(*of_answer))
    if there is not None:
        return there
    source = _source(response, structure.section_of[question], structure.questions[question])
    if not offer.fits(source.question, source.answer, source.section):
        raise DomainError(_("Answer the question first."), question)
    title = (clean_line(title) or first_words(source.text))[:LONGEST_TITLE]
    if not title:
        raise DomainError(_("Give it a title: it is how you find it again."), title_field(key, question))
    subject = offer.make(source, title, actor)
    made = HandedOn(response_id=response.id, question=question, kind=key, subject_id=subject, created_by=actor.id)
    db.session.add(made)
    db.session.flush()
    after = {"question": question, "kind": key, "subject": subject}
    audit.record(actor, "reporting.response:hand_on", response, after=after, city_id=response.city_id)
    return made


def _source(response: Response, section: Section, question: Question) -> Source:
    query = select(Answer).where(Answer.response_id == response.id, Answer.question == question.name)
    city = db.session.get_one(City, response.city_id)
    return Source(response, city, section, question, db.session.scalar(query))


# --- a practice --------------------------------------------------------------------------------------------


def _is_about_a_practice(question: Question, answer: Answer | None, section: Section) -> bool:
    """A question for practices, answered or not; otherwise the words a city has for how it meets a commitment."""
    if question.type == QuestionType.PRACTICE:
        return True
    told = question.role == QuestionRole.PRACTICES or (
        question.role == QuestionRole.EXPLANATION and section.commitment is not None
    )
    return told and question.type in {QuestionType.TEXT, QuestionType.LONG_TEXT} and answer is not None and not answer.is_blank


def _make_practice(source: Source, title: str, actor: Actor) -> int:
    """A practice draft with the answer's words, its commitment and its language; the city's answer names it from now on."""
    language = source.language if source.text and source.language in CONTENT_LANGUAGES else _own_language(source.city, actor)
    practice = practices.create_practice(actor=actor, city=source.city, language=language, title=title)
    if source.section.commitment is not None:
        facts = {"commitments": [source.section.commitment]}
        practices.save_facts(practice, facts, actor=actor, seen=practice.version)
    version = practice.item.source
    if source.text:
        content.save_source(
            version, {"title": title, _field_for(source.text, language): source.text}, actor=actor, seen=version.version
        )
    _name_in_answer(source, practice.id, actor)
    return practice.id


def _own_language(city: City, actor: Actor) -> str:
    return next((code for code in (*city.languages, actor.language) if code in CONTENT_LANGUAGES), "en")


def _field_for(text: str, language: str) -> str:
    """A short answer is a summary; a longer one tells how it works, and is divided up by its author."""
    most = next(field.word_limit for field in FIELDS if field.name == "summary")
    return "summary" if not most or count_words(text, language) <= most else "how_it_works"


def _name_in_answer(source: Source, practice_id: int, actor: Actor) -> None:
    """Put the practice among those the section's answer names, as long as the city may still answer."""
    named = next((question for question in source.section.questions if question.type == QuestionType.PRACTICE), None)
    response = source.response
    if named is None or not can(actor, Permission.ANSWER, Place(response, source.section.name)):
        return
    query = select(Answer).where(Answer.response_id == response.id, Answer.question == named.name)
    kept = db.session.scalar(query)
    before = list(kept.value or []) if kept else []
    said = Typed([*before, practice_id], visibility=kept.visibility if kept and kept.visibility_chosen else "")
    save_section(
        response, source.section.name, {named.name: said}, actor=actor, language=kept.language if kept else actor.language
    )


PRACTICES = Offer(
    key=PRACTICE,
    label=_l("Make a practice draft"),
    made=_l("The practice made of this answer"),
    permission=PracticePermission.CREATE,
    fits=_is_about_a_practice,
    make=_make_practice,
    endpoint="practices.workspace",
    values=lambda number, _city: {"practice_id": number},
)


def register_practices() -> None:
    """Make practices known as something that answers become."""
    register(PRACTICES)
