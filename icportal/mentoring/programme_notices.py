"""Who is told what about a programme: the call and its text, grants, and the beginning of the evaluation."""

from __future__ import annotations

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
from icportal.mentoring.enums import GrantOutcome, Phase
from icportal.mentoring.kind import programme_of
from icportal.mentoring.models import Grant, Programme
from icportal.mentoring.notices import TOPIC, Notice, coordinators, people_of_city, tell
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
