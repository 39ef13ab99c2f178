"""Who is told what about a programme: the call and its text, the beginning of the preparation, and grants."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from icportal.accounts.directory import holders, people
from icportal.cities import queries as cities
from icportal.cities.models import City
from icportal.cities.sections import memberships
from icportal.content.models import ContentItem
from icportal.content.notifications import TextMails
from icportal.core.strings import _, _l
from icportal.i18n.formatting import day
from icportal.i18n.locales import Language
from icportal.mentoring import ratings
from icportal.mentoring.enums import GrantOutcome, Phase
from icportal.mentoring.kind import programme_of
from icportal.mentoring.matching_notices import both_of
from icportal.mentoring.models import Grant, Pairing, Programme, ProgrammePhase
from icportal.mentoring.notices import TOPIC, Notice, coordinators, people_of_city, tell
from icportal.mentoring.rating_words import Moment
from icportal.web.routing import external_url


def _values(item: ContentItem) -> dict[str, Any]:
    programme = programme_of(item)
    assert programme is not None
    return {"programme_id": programme.id}


#: The steps of the text of a call.
MAILS = TextMails(
    templates="mentoring/call_",
    topic=TOPIC,
    endpoint=lambda page: f"mentoring.call_{page}",
    values=_values,
    about=lambda _item, _reads: {},
    holders=holders,
    people=people,
)


def call_opened(programme: Programme) -> int:
    """Tell the officers of all signatories that they can apply; how many were told."""
    phase = next((each for each in programme.phases if each.phase == Phase.APPLY), None)

    def text(_reads: Language) -> str:
        if phase is None:
            return _("The call of “%(title)s” is open. Say what your city needs and what it offers.", title=programme.title)
        return _(
            "The call of “%(title)s” is open until %(until)s. Say what your city needs and what it offers: the portal proposes both "
            "from your own answers.",
            title=programme.title, until=day(phase.ends_on),
        )  # fmt: skip

    notice = Notice(
        subject=lambda _reads: _("Mentoring: the call of “%(title)s” is open", title=programme.title),
        text=text,
        url=lambda reads: external_url("mentoring.show_programme_work", language=reads.code, slug=programme.slug),
        button=_l("See the programme and apply"),
        urgent=True,
    )
    return sum(tell(people_of_city(city_id, officers_only=True), notice) for city_id in sorted(memberships()))


def preparation_begins(programme: Programme, pairings: Sequence[Pairing]) -> None:
    """Ask both cities of every pair for the self-assessment they have not handed in: what is to be done, by when, and where."""
    phase = next((each for each in programme.phases if each.phase == Phase.PREPARE), None)
    for pairing in pairings:
        mentor, mentee = both_of(pairing)
        for city, other in ((mentor, mentee), (mentee, mentor)):
            if not ratings.has_handed_in(pairing, Moment.BEFORE, city.id):
                tell(people_of_city(city.id), _to_prepare(programme, pairing, (city, other, mentee), phase))


def _to_prepare(programme: Programme, pairing: Pairing, homes: tuple[City, City, City], phase: ProgrammePhase | None) -> Notice:
    city, other, mentee = homes

    def text(reads: Language) -> str:
        asked = _(
            "“%(title)s” prepares its visits. Rate the key factors of the benchmark for %(mentee)s, as your city sees them: "
            "that takes about half an hour, and shows both of you what the visits should be about. Once both have handed in, each "
            "city reads the other’s.",
            title=programme.title, mentee=mentee.name_in(reads.code),
        )  # fmt: skip
        return asked if phase is None else asked + "\n\n" + _("The preparation ends on %(day)s.", day=day(phase.ends_on))

    return Notice(
        subject=lambda reads: _("You and %(city)s: prepare your visits", city=other.name_in(reads.code)),
        text=text,
        url=lambda reads: external_url(
            "mentoring.edit_rating", language=reads.code, pairing_id=pairing.id, moment=Moment.BEFORE, city=city.id
        ),
        button=_l("Rate the key factors"),
        urgent=True,
    )


def grant_asked(programme: Programme, city: City, grant: Grant) -> None:
    """Tell the coordinators that a city asks for money."""
    notice = Notice(
        subject=lambda reads: _("%(city)s asks for a grant", city=city.name_in(reads.code)),
        text=lambda reads: _(
            "%(city)s asks for %(amount)s %(currency)s in “%(title)s”, for this:",
            city=city.name_in(reads.code),
            amount=grant.amount,
            currency=grant.currency,
            title=programme.title,
        ),
        quote=grant.purpose,
        url=lambda reads: external_url("mentoring.show_grants", language=reads.code, slug=programme.slug),
        button=_l("Decide"),
    )
    tell(coordinators(), notice)


def grant_decided(programme: Programme, grant: Grant) -> None:
    """Tell the city what became of its request."""
    city = cities.by_id([grant.city_id])[grant.city_id]

    def text(_reads: Language) -> str:
        if grant.outcome == GrantOutcome.GRANTED:
            return _(
                "“%(purpose)s”: %(amount)s %(currency)s are granted.",
                purpose=grant.purpose, amount=grant.granted or 0, currency=grant.currency,
            )  # fmt: skip
        return _("“%(purpose)s”: the grant is refused.", purpose=grant.purpose)

    notice = Notice(
        subject=lambda reads: _("The grant for %(city)s is decided", city=city.name_in(reads.code)),
        text=text,
        quote=grant.reason,
        url=lambda reads: external_url("mentoring.show_grants", language=reads.code, slug=programme.slug),
        button=_l("See the grants"),
        urgent=True,
    )
    tell(people_of_city(grant.city_id), notice)
