"""Reading what came of pairings: the practice a mentee made of it, what it can name as its source, and what cities tell the public."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from icportal.cities.models import City
from icportal.core.db import db
from icportal.core.strings import _
from icportal.i18n.locales import CONTENT_LANGUAGES
from icportal.mentoring import programmes, ratings, visits
from icportal.mentoring.enums import FINISHED
from icportal.mentoring.models import Pairing, Programme, Visit
from icportal.mentoring.rating_words import Moment
from icportal.practices import adoption
from icportal.practices import queries as practices

#: At most so many practices of the mentor are offered as what one was adopted from.
MOST = 100


@dataclass(frozen=True)
class Completed:
    """A completed pairing as everybody may know it; ``practice`` is the published practice that came of it, if there is one."""

    programme: programmes.Summary
    mentor: City
    mentee: City
    theme: str
    theme_language: str
    year: int
    practice: Any


def cities_of(pairing: Pairing) -> tuple[City, City]:
    """Mentor and mentee."""
    return db.session.get_one(City, pairing.mentor_id), db.session.get_one(City, pairing.mentee_id)


def previous_of(pairing: Pairing) -> Pairing | None:
    """The earlier pairing of the same two cities that this one continues."""
    return db.session.get(Pairing, pairing.previous_id) if pairing.previous_id else None


def sources_of(pairing: Pairing, mentor: City, language: str) -> list[Any]:
    """The mentor's published practices that serve the theme, which a practice of the mentee can be adopted from."""
    served = set(ratings.benchmark_of(pairing, language).commitments)
    rows = practices.of_city(mentor.slug, language, limit=MOST).rows
    return [row for row in rows if served & set(row.facts["commitments"])]


def title_of(pairing: Pairing, language: str) -> str:
    """What a practice made of a pairing can be called at first: its theme and the mentee, in this language."""
    _mentor, mentee = cities_of(pairing)
    return _("%(theme)s in %(city)s", theme=ratings.benchmark_of(pairing, language).title, city=mentee.name_in(language))


def words_of(pairing: Pairing, language: str) -> dict[str, str]:
    """What a pairing has for the text of a practice in this language, by field: the goal, what was decided for the mentee in
    minutes both have confirmed, and what the mentee says worked. Words of another language are there, too, and say which.
    """
    agreed = [(pairing.agreement.get("goal", ""), pairing.agreement_language)]
    query = select(Visit).where(Visit.pairing_id == pairing.id).options(selectinload(Visit.minutes))
    held = db.session.scalars(query.order_by(Visit.first_on, Visit.id))
    decided = [
        (decision.text, visit.minutes.language)
        for visit in held
        if visit.minutes is not None and not visits.unconfirmed(visit)
        for decision in visit.minutes.decisions
        if decision.city_id == pairing.mentee_id
    ]
    rating = ratings.ratings_of(pairing).get((Moment.AFTER, pairing.mentee_id))
    worked = [(rating.answers.get("worked", ""), rating.language)] if rating is not None and rating.is_handed_in else []
    fields = {"issue_and_goals": agreed, "how_it_works": decided, "results": worked}
    said = {name: "\n\n".join(_in(language, *each) for each in parts if each[0]) for name, parts in fields.items()}
    return {name: text for name, text in said.items() if text}


def _in(language: str, text: str, written_in: str) -> str:
    other = CONTENT_LANGUAGES.get(written_in)
    return text if written_in == language or other is None else f"[{other.autonym}] {text}"


def completed_of(city: City, language: str) -> list[Completed]:
    """A city's completed pairings in programmes whose call is public, the newest first; as many queries whatever their number."""
    query = select(Pairing).join(Programme, Programme.id == Pairing.programme_id)
    query = query.where((Pairing.mentor_id == city.id) | (Pairing.mentee_id == city.id), Pairing.state.in_(FINISHED))
    pairings = list(db.session.scalars(query.order_by(Pairing.state_since.desc(), Pairing.id.desc())))
    if not pairings:
        return []
    public = {each.programme.id: each for each in programmes.public_programmes(language)}
    return _told([pairing for pairing in pairings if pairing.programme_id in public], public, language)


def _told(pairings: Sequence[Pairing], public: dict[int, programmes.Summary], language: str) -> list[Completed]:
    numbers = {number for pairing in pairings for number in pairing.city_ids}
    homes = {each.id: each for each in db.session.scalars(select(City).where(City.id.in_(numbers)))}
    schemes = programmes.scheme_rows([pairing.scheme for pairing in pairings], language)
    made = adoption.published([pairing.practice_id for pairing in pairings if pairing.practice_id], language)
    rows = {row.facts["practice"]: row for row in made}
    return [
        Completed(
            public[each.programme_id], homes[each.mentor_id], homes[each.mentee_id], schemes[each.scheme_id].title,
            schemes[each.scheme_id].language, each.state_since.year, rows.get(each.practice_id),
        )
        for each in pairings
    ]  # fmt: skip
