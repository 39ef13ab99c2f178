"""The success of a pairing becomes a practice of the mentee, by one click and once."""

from __future__ import annotations

from collections.abc import Sequence

from icportal.cities.models import City
from icportal.content import services as content
from icportal.core import audit
from icportal.core.actors import Actor
from icportal.core.db import db
from icportal.core.errors import FieldErrors, InvalidTransition
from icportal.core.permissions import authorise
from icportal.core.strings import _
from icportal.core.text import clean_line
from icportal.core.transactions import hold
from icportal.i18n.locales import CONTENT_LANGUAGES
from icportal.mentoring import outcomes, ratings
from icportal.mentoring.enums import FINISHED, Permission
from icportal.mentoring.models import Pairing
from icportal.practices import services as practices
from icportal.practices.enums import Permission as PracticePermission

LONGEST_TITLE = 200


def make_practice(pairing: Pairing, *, title: str, language: str, adopted_from: Sequence[int], actor: Actor) -> int:
    """Begin a practice of the mentee, in ``language``, with what the portal knows: goal, theme, commitments, what was decided and
    what worked, and what it was adopted from.

    Gives the practice's number. A second time, and of two at once the second, gives the one that is there.

    Raises:
        NotAllowed: the actor writes no practices for the mentee.
        InvalidTransition: the pairing is not completed.
        FieldErrors: there is no title, no such language, or a practice is named that is not the mentor's.
    """
    authorise(actor, Permission.VIEW_PAIRING, pairing)
    mentor, mentee = outcomes.cities_of(pairing)
    authorise(actor, PracticePermission.CREATE, mentee)
    if not hold(pairing):
        db.session.refresh(pairing)
        hold(pairing)
    if pairing.practice_id is not None:
        return pairing.practice_id
    if pairing.state not in FINISHED:
        raise InvalidTransition(_("A practice is made of a pairing once it is completed."))
    title, offered = clean_line(title), {row.facts["practice"] for row in outcomes.sources_of(pairing, mentor, "en")}
    if not title or len(title) > LONGEST_TITLE:
        raise FieldErrors([("title", _("Give it a title: it is how you find it again."))])
    if language not in CONTENT_LANGUAGES:
        raise FieldErrors([("language", _("Choose the language you write in."))])
    if set(adopted_from) - offered:
        raise FieldErrors([("adopted_from", _("Choose among the mentor’s published practices."))])
    return _made(pairing, mentee, title, language, adopted_from=list(adopted_from), actor=actor)


def _made(pairing: Pairing, mentee: City, title: str, language: str, *, adopted_from: list[int], actor: Actor) -> int:
    commitments = ratings.benchmark_of(pairing, language).commitments
    practice = practices.create_practice(
        actor=actor, city=mentee, language=language, title=title, commitments=commitments, adopted_from=adopted_from
    )
    words, version = outcomes.words_of(pairing, language), practice.item.source
    if words:
        content.save_source(version, {"title": title, **words}, actor=actor, seen=version.version)
    pairing.practice_id = practice.id
    db.session.flush()
    audit.record(actor, "mentoring.pairing:make_practice", pairing, after={"practice": practice.id}, city_id=mentee.id)
    return practice.id
