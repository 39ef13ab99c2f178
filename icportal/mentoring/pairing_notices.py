"""Who is told what about a pairing that stands."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import Any

from icportal.accounts.directory import people
from icportal.cities.models import City
from icportal.core.actors import Actor
from icportal.core.permissions import can
from icportal.core.strings import _, _l
from icportal.i18n.locales import Language
from icportal.mentoring import ratings
from icportal.mentoring.enums import FINISHED, PairingState, Permission, Side
from icportal.mentoring.flow import PAIRING
from icportal.mentoring.matching_notices import both_of, url_of
from icportal.mentoring.models import Certificate, Pairing
from icportal.mentoring.notices import Notice, Words, coordinators, people_of_city, tell
from icportal.mentoring.rating_words import Moment
from icportal.mentoring.rules import OneSide
from icportal.web.routing import external_url


def others_of(pairing: Pairing, actor: Actor) -> list[int]:
    """The city that did not act; both where it was no city, or somebody of both."""
    sides = (pairing.mentor_id, pairing.mentee_id)
    own = [number for number in sides if can(actor, Permission.ANSWER_PAIRING, OneSide(number))]
    return [number for number in sides if number not in own] or list(sides)


def the_others(pairing: Pairing, actor: Actor) -> list[Any]:
    """The people of these cities."""
    return [user for number in others_of(pairing, actor) for user in people_of_city(number)]


def facilitators(pairing: Pairing, but: Collection[Any] = ()) -> list[Any]:
    """Who facilitates the scheme of a pairing, unless among those told already."""
    told = {user.id for user in but}
    number = pairing.facilitator_id
    return people([number]) if number is not None and number not in told else []


def changed(pairing: Pairing, signed: Collection[Side], *, actor: Actor) -> None:
    """Tell the other city, and every city that had signed, that its signature no longer counts and it has to sign anew."""
    mentor, mentee = both_of(pairing)
    notice = Notice(
        subject=lambda reads: _("The agreement of %(mentor)s and %(mentee)s has changed", mentor=mentor.name_in(reads.code), mentee=mentee.name_in(reads.code)),
        text=lambda _reads: _("What was signed has been changed, so the signatures no longer count. Read the agreement as it stands now; then both cities sign it anew."),
        url=url_of(pairing), button=_l("Read and sign"), urgent=True,
    )  # fmt: skip
    had_signed = [user for side in signed for user in people_of_city(getattr(pairing, f"{side}_id"))]
    tell([*the_others(pairing, actor), *had_signed], notice, actor=actor)


def to_sign(pairing: Pairing, city: City, *, actor: Actor) -> None:
    """Tell the other city that this one has signed."""
    other = pairing.mentee_id if city.id == pairing.mentor_id else pairing.mentor_id
    notice = Notice(
        subject=lambda reads: _("%(city)s has signed the agreement", city=city.name_in(reads.code)),
        text=lambda reads: _("%(city)s has signed what you agreed on. It waits for your signature now.", city=city.name_in(reads.code)),
        url=url_of(pairing), button=_l("Read and sign"), urgent=True,
    )  # fmt: skip
    tell(people_of_city(other), notice, actor=actor)


def signed(pairing: Pairing, *, actor: Actor) -> None:
    """Tell both cities and the coordinators that the pairing is active."""
    mentor, mentee = both_of(pairing)
    notice = Notice(
        subject=lambda reads: _("%(mentor)s and %(mentee)s have signed", mentor=mentor.name_in(reads.code), mentee=mentee.name_in(reads.code)),
        text=lambda _reads: _("Both cities have signed the agreement: the pairing is active."),
        url=url_of(pairing), button=_l("Go to the pairing"),
    )  # fmt: skip
    tell([*people_of_city(mentor.id), *people_of_city(mentee.id), *coordinators()], notice, actor=actor)


def signed_anew(pairing: Pairing, *, actor: Actor) -> None:
    """Tell both cities that the changed agreement counts."""
    mentor, mentee = both_of(pairing)
    notice = Notice(
        subject=lambda reads: _("%(mentor)s and %(mentee)s have signed anew", mentor=mentor.name_in(reads.code), mentee=mentee.name_in(reads.code)),
        text=lambda _reads: _("Both cities have signed the agreement as it was changed."),
        url=url_of(pairing), button=_l("Go to the pairing"),
    )  # fmt: skip
    tell([*people_of_city(mentor.id), *people_of_city(mentee.id)], notice, actor=actor)


def moved(pairing: Pairing, *, actor: Actor) -> None:
    """Tell both cities and the coordinators of a step, with its reason; once it is completed, ask both cities for their evaluation."""
    mentor, mentee = both_of(pairing)
    plain = Notice(
        subject=lambda reads: _("The pairing of %(mentor)s and %(mentee)s", mentor=mentor.name_in(reads.code), mentee=mentee.name_in(reads.code)),
        text=lambda _reads: _("It is now “%(state)s”.", state=PAIRING.state(pairing.state).label),
        quote=pairing.because, url=url_of(pairing), button=_l("Go to the pairing"),
    )  # fmt: skip
    for city in (mentor, mentee):
        is_asked = pairing.state in FINISHED and not ratings.has_handed_in(pairing, Moment.AFTER, city.id)
        tell(people_of_city(city.id), _with_evaluation(plain, pairing, city) if is_asked else plain, actor=actor)
    tell([*coordinators(), *facilitators(pairing)], plain, actor=actor)


def _with_evaluation(notice: Notice, pairing: Pairing, city: City) -> Notice:
    """The same mail, and what the city is asked for now that it is over."""

    def text(reads: Language) -> str:
        asked = _("Say how it went: rate the key factors as they are now, and tell what worked and what did not.")
        return f"{notice.text(reads)}\n\n{asked}"

    values = {"pairing_id": pairing.id, "moment": Moment.AFTER, "city": city.id}
    url: Words = lambda reads: external_url("mentoring.edit_rating", language=reads.code, **values)  # noqa: E731
    return replace(notice, text=text, more=(_l("Evaluate the mentoring"), url))


def certified(pairing: Pairing, certificate: Certificate, *, actor: Actor) -> None:
    """Send the mentor's people its certificate."""
    _mentor, mentee = both_of(pairing)
    notice = Notice(
        subject=lambda reads: _("Your certificate: mentor of %(city)s", city=mentee.name_in(reads.code)),
        text=lambda reads: _(
            "The network certifies that your city has mentored %(city)s. Everybody who has the code %(code)s or the address of the "
            "page can check the certificate there; you can print it.",
            city=mentee.name_in(reads.code), code=certificate.code,
        ),
        url=lambda reads: external_url("mentoring.show_certificate", language=reads.code, code=certificate.code),
        button=_l("See the certificate"),
    )  # fmt: skip
    tell(people_of_city(pairing.mentor_id), notice, actor=actor)


def still_fine(pairing: Pairing) -> None:
    """Ask both cities whether all is well: one click answers."""
    mentor, mentee = both_of(pairing)
    for city, other in ((mentor, mentee), (mentee, mentor)):
        notice = Notice(
            subject=lambda reads, other=other: _("You and %(city)s: still fine?", city=other.name_in(reads.code)),  # type: ignore[misc]
            text=lambda _reads: _still_fine(pairing),
            url=url_of(pairing), button=_l("Answer with one click"), urgent=True,
        )  # fmt: skip
        tell(people_of_city(city.id, officers_only=True), notice)


def _still_fine(pairing: Pairing) -> str:
    if pairing.state == PairingState.ACCEPTED:
        return _(
            "The portal has seen no sign of life for %(days)s days, and the agreement is not signed yet. If all is well, one click says "
            "so. If not, the pairing can be ended, so that both can be matched again.",
            days=pairing.programme.quiet_days,
        )
    return _(
        "The portal has seen no sign of life for %(days)s days. If all is well, one click says so. If not, say what would help: "
        "the pairing can be paused, completed early or ended.",
        days=pairing.programme.quiet_days,
    )


def nobody_answered(pairing: Pairing) -> None:
    """Tell the coordinators of a pair that stays silent."""
    mentor, mentee = both_of(pairing)
    notice = Notice(
        subject=lambda reads: _("No sign of life: %(mentor)s and %(mentee)s", mentor=mentor.name_in(reads.code), mentee=mentee.name_in(reads.code)),
        text=lambda _reads: _("Both were asked a week ago whether all is well, and nobody has answered. A call may help."),
        url=url_of(pairing), button=_l("See the pairing"), urgent=True,
    )  # fmt: skip
    tell(coordinators(), notice)
