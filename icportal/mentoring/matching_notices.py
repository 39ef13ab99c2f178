"""Who is told what about proposals."""

from __future__ import annotations

from collections.abc import Iterable

from icportal.cities import queries as cities
from icportal.cities.models import City
from icportal.core.actors import Actor
from icportal.core.strings import _, _l
from icportal.i18n.formatting import day, listing
from icportal.i18n.locales import Language
from icportal.mentoring import matchings
from icportal.mentoring.enums import Side
from icportal.mentoring.models import MatchRun, Pairing, Programme
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


def left_over(programme: Programme, run: MatchRun) -> None:
    """Tell each city whose need got no mentor why that is to be read, and what would help first; one mail, whatever its needs."""
    needs = matchings.left_without(programme, run.outcome[run.aim]["left_over"])
    known: dict[str, matchings.Names] = {}

    def names(reads: Language) -> matchings.Names:
        if reads.code not in known:
            known[reads.code] = matchings.names_for(programme, reads.code)
        return known[reads.code]

    for city in cities.by_slug(sorted(needs)).values():

        def text(reads: Language, city: City = city) -> str:
            own, called = needs[city.slug], names(reads)
            told = [
                _("No mentor was found this time in: %(themes)s.", themes=listing(called.theme(each["theme"]) for each in own))
            ]
            if change := matchings.first_change(own, called):
                told.append(_("What would help first: %(change)s", change=change))
            told.append(_("The page says why. You can change your application there, and it takes part in the next matching."))
            return "\n\n".join(told)

        def url(reads: Language, city: City = city) -> str:
            return external_url("mentoring.show_application", language=reads.code, slug=programme.slug, city_slug=city.slug)

        notice = Notice(
            subject=lambda reads, city=city: _("No mentor for %(city)s yet", city=city.name_in(reads.code)),  # type: ignore[misc]
            text=text, url=url, button=_l("See why, and what would help"), urgent=True,
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
