"""Who is told what about visits: the other side, or both where a facilitator or coordinator acts; and the facilitator."""

from __future__ import annotations

from collections.abc import Iterable

from icportal.cities.models import City
from icportal.core.actors import Actor
from icportal.core.strings import Text, _, _l
from icportal.i18n.locales import Language
from icportal.mentoring import feeds
from icportal.mentoring.matching_notices import both_of
from icportal.mentoring.models import Visit
from icportal.mentoring.notices import Notice, Words, people_of_city, tell
from icportal.mentoring.pairing_notices import facilitators, the_others
from icportal.mentoring.visit_words import VISIT_KINDS
from icportal.mentoring.visits import when
from icportal.web.routing import external_url


def planned(visit: Visit, *, actor: Actor) -> None:
    """Tell the other side that a visit is planned."""
    _tell_others(
        visit, actor, lambda _reads: _("A visit is planned: “%(title)s”", title=visit.title),
        lambda reads: _summary(visit, reads) + "\n\n" + _("The page has the agenda and the people."),
        _l("See the visit"),
    )  # fmt: skip


def moved(visit: Visit, *, actor: Actor) -> None:
    """Tell the other side where and when a visit is now."""
    _tell_others(
        visit, actor, lambda _reads: _("Changed: “%(title)s”", title=visit.title),
        lambda reads: _("The time or the place of this visit has changed. It is now:") + "\n\n" + _summary(visit, reads),
        _l("See the visit"),
    )  # fmt: skip


def cancelled(visit: Visit, *, actor: Actor) -> None:
    """Tell the other side that a visit does not take place, and why."""
    _tell_others(
        visit, actor, lambda _reads: _("Cancelled: “%(title)s”", title=visit.title),
        lambda reads: _("This visit does not take place.") + "\n\n" + _summary(visit, reads) + "\n\n" + _("The reason:"),
        _l("See the visit"), quote=visit.because,
    )  # fmt: skip


def to_confirm(visit: Visit, cities: Iterable[int], *, actor: Actor) -> None:
    """Ask the cities that have not confirmed the minutes to read them, and tell the facilitator that they can be read."""
    notice = Notice(
        subject=lambda _reads: _("Minutes to confirm: “%(title)s”", title=visit.title),
        text=lambda reads: _("The minutes of this visit are written. Read them, change what is not right, and confirm them.")
        + "\n\n" + _summary(visit, reads),
        url=_url_of(visit), button=_l("Read the minutes"), urgent=True,
    )  # fmt: skip
    asked = [user for number in cities for user in people_of_city(number)]
    tell(asked, notice, actor=actor)
    to_read = Notice(
        subject=lambda _reads: _("Minutes to read: “%(title)s”", title=visit.title),
        text=lambda reads: _("The minutes of this visit are written. You facilitate the scheme, so you can read them; the cities confirm them.")
        + "\n\n" + _summary(visit, reads),
        url=_url_of(visit), button=_l("Read the minutes"),
    )  # fmt: skip
    tell(facilitators(visit.pairing, but=asked), to_read, actor=actor)


def to_confirm_again(visit: Visit, cities: Iterable[int], *, actor: Actor) -> None:
    """Tell the cities whose confirmation was taken back that the visit was changed."""
    notice = Notice(
        subject=lambda _reads: _("Minutes to confirm again: “%(title)s”", title=visit.title),
        text=lambda reads: _("The visit was changed after its minutes were confirmed: what it is about, its days, its host, its agenda or its people. "
        "Look at it, and confirm the minutes again if they still hold.") + "\n\n" + _summary(visit, reads),
        url=_url_of(visit), button=_l("Read the minutes"), urgent=True,
    )  # fmt: skip
    tell([user for number in cities for user in people_of_city(number)], notice, actor=actor)


def confirmed(visit: Visit, *, actor: Actor) -> None:
    """Tell both that the minutes stand, and that decisions can become actions."""
    mentor, mentee = both_of(visit.pairing)
    notice = Notice(
        subject=lambda _reads: _("Both have confirmed the minutes: “%(title)s”", title=visit.title),
        text=lambda _reads: _("The minutes stand as both cities read them. Each city can take its decisions into its action plan with one click."),
        url=_url_of(visit), button=_l("See the decisions"),
    )  # fmt: skip
    tell([*people_of_city(mentor.id), *people_of_city(mentee.id)], notice, actor=actor)


def _tell_others(visit: Visit, actor: Actor, subject: Words, text: Words, button: Text, *, quote: str = "") -> None:
    more = (_l("File for calendars: pass this address on to guests and colleagues without an account"), _file_of(visit))
    notice = Notice(subject=subject, text=text, url=_url_of(visit), button=button, quote=quote, urgent=True, more=more)
    tell([*the_others(visit.pairing, actor), *facilitators(visit.pairing)], notice, actor=actor)


def _url_of(visit: Visit) -> Words:
    return lambda reads: external_url("mentoring.show_visit", language=reads.code, visit_id=visit.id)


def _file_of(visit: Visit) -> Words:
    """The address that opens the visit as a file without an account; after a change it gives the changed one."""
    secret = feeds.secret_of_visit(visit)
    return lambda reads: external_url("mentoring.visit_feed", language=reads.code, secret=secret)


def _summary(visit: Visit, reads: Language) -> str:
    mentor, mentee = both_of(visit.pairing)
    host: City = mentor if visit.host_id == mentor.id else mentee
    told = {"kind": VISIT_KINDS[visit.kind], "host": host.name_in(reads.code), "when": when(visit)}
    return _("%(kind)s, host: %(host)s. %(when)s.", **told)
