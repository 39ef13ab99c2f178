"""Who is told what about proposals."""

from __future__ import annotations

from collections.abc import Iterable

from icportal.cities import queries as cities
from icportal.cities.models import City
from icportal.core.actors import Actor
from icportal.core.strings import _, _l
from icportal.i18n.formatting import day
from icportal.i18n.locales import Language
from icportal.mentoring.enums import Side
from icportal.mentoring.models import Pairing
from icportal.mentoring.notices import Notice, Words, coordinators, people_of_city, tell
from icportal.web.routing import external_url


def url_of(pairing: Pairing) -> Words:
    """The page of a pairing in the reader's language."""
    return lambda reads: external_url("mentoring.show_pairing", language=reads.code, pairing_id=pairing.id)


def both_of(pairing: Pairing) -> tuple[City, City]:
    """Mentor and mentee."""
    found = cities.by_id([pairing.mentor_id, pairing.mentee_id])
    return found[pairing.mentor_id], found[pairing.mentee_id]


def proposed(pairing: Pairing, mentor: City, mentee: City) -> None:
    """Ask both cities whether they want to work together."""
    for city, other, is_mentor in ((mentor, mentee, True), (mentee, mentor, False)):

        def text(reads: Language, other: City = other, is_mentor: bool = is_mentor) -> str:  # noqa: FBT001  bound for the loop
            until = day(pairing.answer_by)
            if is_mentor:
                return _(
                    "The network proposes that your city mentors %(city)s. Please accept or decline by %(until)s: the page says why "
                    "the two of you fit.",
                    city=other.name_in(reads.code), until=until,
                )  # fmt: skip
            return _(
                "The network proposes %(city)s as your mentor. Please accept or decline by %(until)s: the page says why the two of "
                "you fit.",
                city=other.name_in(reads.code), until=until,
            )  # fmt: skip

        notice = Notice(
            subject=lambda reads, other=other: _("Mentoring with %(city)s: please answer", city=other.name_in(reads.code)),  # type: ignore[misc]
            text=text, url=url_of(pairing), button=_l("See the proposal"), urgent=True,
        )  # fmt: skip
        tell(people_of_city(city.id), notice)


def one_accepted(pairing: Pairing, city: City, *, actor: Actor) -> None:
    """Tell the other city that this one has accepted."""
    other = pairing.mentee_id if city.id == pairing.mentor_id else pairing.mentor_id
    notice = Notice(
        subject=lambda reads: _("%(city)s has accepted", city=city.name_in(reads.code)),
        text=lambda reads: _("%(city)s has accepted the pairing with your city. It waits for your answer now.", city=city.name_in(reads.code)),
        url=url_of(pairing), button=_l("Answer"), urgent=True,
    )  # fmt: skip
    tell(people_of_city(other), notice, actor=actor)


def both_accepted(pairing: Pairing, *, actor: Actor) -> None:
    """Tell both cities and the coordinators that the pair stands, and what comes next."""
    mentor, mentee = both_of(pairing)
    notice = Notice(
        subject=lambda reads: _("%(mentor)s mentors %(mentee)s", mentor=mentor.name_in(reads.code), mentee=mentee.name_in(reads.code)),
        text=lambda _reads: _("Both cities have accepted. Write down together what you want to reach, when you meet and who pays; then both sign."),
        url=url_of(pairing), button=_l("Go to the pairing"), urgent=True,
    )  # fmt: skip
    tell([*people_of_city(mentor.id), *people_of_city(mentee.id), *coordinators()], notice, actor=actor)


def declined(pairing: Pairing, city: City, *, actor: Actor) -> None:
    """Tell the other city and the coordinators that a city does not want the pair, or withdrew."""
    other = pairing.mentee_id if city.id == pairing.mentor_id else pairing.mentor_id
    notice = Notice(
        subject=lambda reads: _("%(city)s does not take part in the pairing", city=city.name_in(reads.code)),
        text=lambda reads: _(
            "%(city)s has declined the proposal or withdrawn. The coordinators look for another pair. Its reason:", city=city.name_in(reads.code)
        ),
        quote=pairing.because, url=url_of(pairing), button=_l("See the pairing"), urgent=True,
    )  # fmt: skip
    tell([*people_of_city(other), *coordinators()], notice, actor=actor)


def lapsed(pairing: Pairing, silent: Iterable[Side]) -> None:
    """Tell both cities and the coordinators that the time to answer is over."""
    mentor, mentee = both_of(pairing)
    names = {Side.MENTOR: mentor, Side.MENTEE: mentee}
    missing = [names[side] for side in silent]
    notice = Notice(
        subject=lambda reads: _("The proposal for %(mentor)s and %(mentee)s has ended", mentor=mentor.name_in(reads.code), mentee=mentee.name_in(reads.code)),
        text=lambda reads: _(
            "It was not accepted by both in time. No answer came from: %(cities)s. The places are free again.",
            cities=", ".join(each.name_in(reads.code) for each in missing),
        ),
        url=url_of(pairing), button=_l("See the pairing"), urgent=True,
    )  # fmt: skip
    tell([*people_of_city(mentor.id), *people_of_city(mentee.id), *coordinators()], notice)
