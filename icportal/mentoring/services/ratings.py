"""How a city rates the mentee's key factors before and after, and what it says of the mentoring: written, handed in, taken back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from icportal.cities.models import City
from icportal.core import audit
from icportal.core.actors import Actor
from icportal.core.canonical import sha256
from icportal.core.db import db
from icportal.core.errors import FieldErrors, InvalidTransition, NotFound, Stale
from icportal.core.permissions import authorise
from icportal.core.strings import Text, _, _l
from icportal.core.text import clean_text
from icportal.core.transactions import hold
from icportal.i18n.locales import CONTENT_LANGUAGES
from icportal.mentoring import rating_notices, ratings
from icportal.mentoring.enums import Permission
from icportal.mentoring.models import Pairing, Rating
from icportal.mentoring.rating_flow import RATING
from icportal.mentoring.rating_words import AGAIN, ANSWERS, QUESTIONS, Moment
from icportal.mentoring.rules import OneSide
from icportal.mentoring.services.signs_of_life import show_life
from icportal.toolkits.queries import Benchmark
from icportal.workflow import engine

LONGEST_TEXT = 5000
AGAIN_LABEL = _l("Would you do it again?")


@dataclass(frozen=True)
class RatingDraft:
    """A rating as it was filled in: {level, text} by key factor, answers by question; texts in ``language``."""

    factors: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    answers: Mapping[str, str] = field(default_factory=dict)
    again: str = ""
    language: str = "en"


def draft_of(rating: Rating | None, language: str = "en") -> RatingDraft:
    """What a rating says now; nothing, in ``language``, while there is none."""
    if rating is None:
        return RatingDraft(language=language)
    return RatingDraft(rating.factors, rating.answers, rating.again, rating.language)


def save_rating(pairing: Pairing, city: City, moment: str, draft: RatingDraft, *, actor: Actor, seen: int) -> Rating:
    """Keep what a city says so far; only the city itself reads it. ``seen`` is the version that was read, 0 where there was none.

    Raises:
        InvalidTransition: it is handed in, or this pairing is not rated at this moment.
        Stale: somebody has written since; ``differences`` has (label, mine, theirs).
        FieldErrors: naming what does not do.
    """
    _may_rate(pairing, city, moment, actor)
    hold(pairing)
    rating, benchmark = ratings.ratings_of(pairing).get((moment, city.id)), ratings.benchmark_of(pairing, draft.language)
    draft, old = _clean(draft, benchmark, moment), draft_of(rating)
    if seen != (rating.version if rating else 0):
        raise Stale(_("Somebody has changed this since you opened it."), _differences(draft, old, benchmark))
    if rating is not None and rating.is_handed_in:
        raise InvalidTransition(_("It is handed in. Take it back first if you want to change it."))
    if problems := _problems(draft):
        raise FieldErrors(problems)
    if rating is None and not (draft.factors or draft.answers or draft.again):
        raise FieldErrors([("factors", _("There is nothing to save yet: rate a key factor or write something."))])
    if rating is None:
        rating = Rating(pairing_id=pairing.id, city_id=city.id, moment=moment)
        db.session.add(rating)
    rating.factors, rating.answers = dict(draft.factors), dict(draft.answers)
    rating.again, rating.language = draft.again, draft.language
    db.session.flush()
    show_life(pairing)
    # Checksums and not the words: a rating is private to the pairing, and administrators read the log.
    before, after = {"sha256": sha256(_plain(old))}, {"sha256": sha256(_plain(draft)), "moment": moment}
    audit.record(actor, "mentoring.rating:save", rating, before=before, after=after, city_id=city.id)
    return rating


def hand_in(rating: Rating, *, actor: Actor) -> bool:
    """Hand in what a city says; whether the other city has, too, so that both can be read.

    Raises:
        FieldErrors: a key factor is not rated yet, or it is not said whether one would do it again.
        InvalidTransition: it is handed in already.
    """
    pairing = rating.pairing
    authorise(actor, Permission.VIEW_PAIRING, pairing)
    hold(pairing)
    if problems := _missing(rating):
        raise FieldErrors(problems)
    engine.fire(RATING, rating, "hand_in", actor=actor, city_id=rating.city_id)
    show_life(pairing)
    both = ratings.both_handed_in(pairing, rating.moment, ratings.ratings_of(pairing))
    if both:
        rating_notices.both_in(pairing, rating.moment, actor=actor)
    else:
        rating_notices.one_in(pairing, rating, actor=actor)
    return both


def take_back(rating: Rating, *, actor: Actor, seen: int) -> None:
    """Take back what was handed in, to change it.

    Raises:
        InvalidTransition: the other city has handed in meanwhile, so that both were read.
    """
    authorise(actor, Permission.VIEW_PAIRING, rating.pairing)
    hold(rating.pairing)
    engine.fire(RATING, rating, "take_back", actor=actor, version=seen, city_id=rating.city_id)


def rating_for(pairing: Pairing, city: City, moment: str) -> Rating:
    """A city's rating at a moment.

    Raises:
        NotFound: there is none.
    """
    found = ratings.ratings_of(pairing).get((moment, city.id))
    if found is None:
        raise NotFound(_("There is no such page, or it is not open to you."))
    return found


# --- pieces ------------------------------------------------------------------------------------------------


def _may_rate(pairing: Pairing, city: City, moment: str, actor: Actor) -> None:
    authorise(actor, Permission.VIEW_PAIRING, pairing)
    authorise(actor, Permission.ANSWER_PAIRING, OneSide(city.id))
    if city.id not in pairing.city_ids:
        raise NotFound(_("There is no such page, or it is not open to you."))
    if pairing.state not in ratings.OPEN[Moment(moment)]:
        raise InvalidTransition(_("The key factors are not rated now: see where the pairing stands."))


def _clean(draft: RatingDraft, benchmark: Benchmark, moment: str) -> RatingDraft:
    """Without rows of factors there are none of, and without what is asked at the other moment only."""
    said = {code: draft.factors.get(code, {}) for code in (factor.code for factor in benchmark.factors)}
    factors = {
        code: {"level": each.get("level"), "text": clean_text(str(each.get("text") or ""))}
        for code, each in said.items()
        if each.get("level") is not None or each.get("text")
    }
    if moment == Moment.BEFORE:
        return RatingDraft(factors, language=draft.language)
    answers = {name: clean_text(draft.answers.get(name, "")) for name in QUESTIONS}
    return RatingDraft(factors, {name: text for name, text in answers.items() if text}, draft.again, draft.language)


def _problems(draft: RatingDraft) -> list[tuple[str | None, Text]]:
    found: list[tuple[str | None, Text]] = []
    if draft.language not in CONTENT_LANGUAGES:
        found.append(("language", _("Choose the language you write in.")))
    if draft.again and draft.again not in AGAIN:
        found.append(("again", _("Choose one of the answers.")))
    if any(each["level"] not in {None, *ANSWERS} for each in draft.factors.values()):
        found.append(("factors", _("Choose one of the answers.")))
    if any(len(each["text"]) > LONGEST_TEXT for each in draft.factors.values()):
        found.append(("factors", _("This is too long: at most %(max)d characters.", max=LONGEST_TEXT)))
    found += [
        (name, _("This is too long: at most %(max)d characters.", max=LONGEST_TEXT))
        for name, text in draft.answers.items()
        if len(text) > LONGEST_TEXT
    ]
    return found


def _missing(rating: Rating) -> list[tuple[str | None, Text]]:
    benchmark = ratings.benchmark_of(rating.pairing, rating.language)
    found: list[tuple[str | None, Text]] = [
        ("factors", _("Rate “%(factor)s” before you hand it in.", factor=factor.title))
        for factor in benchmark.factors
        if rating.answer(factor.code) is None
    ]
    if rating.moment == Moment.AFTER and not rating.again:
        found.append(("again", _("Say whether you would do it again.")))
    return found


def _differences(mine: RatingDraft, theirs: RatingDraft, benchmark: Benchmark) -> list[tuple[Text, str, str]]:
    found: list[tuple[Text, str, str]] = []
    for factor in benchmark.factors:
        sides = [_words(draft.factors.get(factor.code, {})) for draft in (mine, theirs)]
        if sides[0] != sides[1]:
            found.append((factor.title, sides[0], sides[1]))
    for name, label in QUESTIONS.items():
        if mine.answers.get(name, "") != theirs.answers.get(name, ""):
            found.append((label, mine.answers.get(name, ""), theirs.answers.get(name, "")))
    if mine.again != theirs.again:
        found.append((AGAIN_LABEL, str(AGAIN.get(mine.again, "")), str(AGAIN.get(theirs.again, ""))))
    return found


def _words(said: Mapping[str, Any]) -> str:
    level = said.get("level")
    return "\n".join(part for part in ("" if level is None else str(ANSWERS[level]), str(said.get("text", ""))) if part)


def _plain(draft: RatingDraft) -> dict[str, Any]:
    return {"factors": dict(draft.factors), "answers": dict(draft.answers), "again": draft.again, "language": draft.language}
