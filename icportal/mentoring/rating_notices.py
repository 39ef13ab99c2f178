"""Who is told what about self-assessments and evaluations."""

from __future__ import annotations

from icportal.core.actors import Actor
from icportal.core.strings import _, _l
from icportal.mentoring.matching_notices import both_of
from icportal.mentoring.models import Pairing, Rating
from icportal.mentoring.notices import Notice, Words, people_of_city, tell
from icportal.mentoring.rating_words import Moment
from icportal.web.routing import external_url


def one_in(pairing: Pairing, rating: Rating, *, actor: Actor) -> None:
    """Tell the other city that it is asked, too."""
    mentor, mentee = both_of(pairing)
    done, other = (mentor, mentee) if rating.city_id == mentor.id else (mentee, mentor)
    notice = Notice(
        subject=lambda reads: _("%(city)s has handed in its self-assessment", city=done.name_in(reads.code))
        if rating.moment == Moment.BEFORE
        else _("%(city)s has handed in its evaluation", city=done.name_in(reads.code)),
        text=lambda reads: _("Rate the key factors for %(city)s, too. Once both are handed in, each city reads the other’s.", city=mentee.name_in(reads.code)),
        url=_url_of(pairing), button=_l("Rate the key factors"), urgent=True,
    )  # fmt: skip
    tell(people_of_city(other.id), notice, actor=actor)


def both_in(pairing: Pairing, moment: str, *, actor: Actor) -> None:
    """Tell both cities that they can read each other's."""
    mentor, mentee = both_of(pairing)
    notice = Notice(
        subject=lambda _reads: _("Both self-assessments are handed in") if moment == Moment.BEFORE else _("Both evaluations are handed in"),
        text=lambda reads: _("%(mentor)s and %(mentee)s can read each other’s now, side by side.", mentor=mentor.name_in(reads.code), mentee=mentee.name_in(reads.code)),
        url=_url_of(pairing), button=_l("Read both"),
    )  # fmt: skip
    tell([*people_of_city(mentor.id), *people_of_city(mentee.id)], notice, actor=actor)


def _url_of(pairing: Pairing) -> Words:
    return lambda reads: external_url("mentoring.show_ratings", language=reads.code, pairing_id=pairing.id)
