"""Who is told what about self-assessments and evaluations."""

from __future__ import annotations

from icportal.core.actors import Actor
from icportal.core.strings import _, _l
from icportal.i18n.locales import Language
from icportal.mentoring.matching_notices import both_of
from icportal.mentoring.models import Pairing, Rating
from icportal.mentoring.notices import Notice, Words, people_of_city, tell
from icportal.mentoring.pairing_notices import facilitators
from icportal.mentoring.rating_words import Moment
from icportal.web.routing import external_url


def one_in(pairing: Pairing, rating: Rating, *, actor: Actor) -> None:
    """Tell the other city that it is asked, too, and the facilitator that there is something to read."""
    mentor, mentee = both_of(pairing)
    done, other = (mentor, mentee) if rating.city_id == mentor.id else (mentee, mentor)

    def subject(reads: Language) -> str:
        if rating.moment == Moment.BEFORE:
            return _("%(city)s has handed in its self-assessment", city=done.name_in(reads.code))
        return _("%(city)s has handed in its evaluation", city=done.name_in(reads.code))

    notice = Notice(
        subject=subject,
        text=lambda reads: _("Rate the key factors for %(city)s, too. Once both are handed in, each city reads the other’s.", city=mentee.name_in(reads.code)),
        url=_url_of(pairing), button=_l("Rate the key factors"), urgent=True,
    )  # fmt: skip
    asked = people_of_city(other.id)
    tell(asked, notice, actor=actor)
    to_read = Notice(
        subject=subject,
        text=lambda reads: _("You facilitate the scheme, so you can read it. %(city)s is asked, too.", city=other.name_in(reads.code)),
        url=_url_of(pairing), button=_l("Key factors before and after"),
    )  # fmt: skip
    tell(facilitators(pairing, but=asked), to_read, actor=actor)


def both_in(pairing: Pairing, moment: str, *, actor: Actor) -> None:
    """Tell both cities that they can read each other's, and the facilitator that both are there."""
    mentor, mentee = both_of(pairing)
    notice = Notice(
        subject=lambda _reads: _("Both self-assessments are handed in") if moment == Moment.BEFORE else _("Both evaluations are handed in"),
        text=lambda reads: _("%(mentor)s and %(mentee)s can read each other’s now, side by side.", mentor=mentor.name_in(reads.code), mentee=mentee.name_in(reads.code)),
        url=_url_of(pairing), button=_l("Read both"),
    )  # fmt: skip
    tell([*people_of_city(mentor.id), *people_of_city(mentee.id), *facilitators(pairing)], notice, actor=actor)


def _url_of(pairing: Pairing) -> Words:
    return lambda reads: external_url("mentoring.show_ratings", language=reads.code, pairing_id=pairing.id)
