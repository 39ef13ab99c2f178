"""Calendars of mentoring: a visit, a pairing, everything a city does, the phases of a programme.

Those of a pairing and of a city have a secret address: who has it reads them, without an account. A single visit has one, too, that
is sent with its mails and can be passed on to guests; it closes when the visit is over.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from urllib.parse import urlsplit

from flask import current_app
from itsdangerous import BadSignature, URLSafeSerializer
from sqlalchemy import or_, select

from icportal.cities import queries as cities
from icportal.cities.models import City
from icportal.core.clock import today
from icportal.core.db import db
from icportal.core.errors import NotFound
from icportal.core.installation import settings
from icportal.core.strings import Text, _
from icportal.i18n.formatting import clock, day
from icportal.mentoring import visits
from icportal.mentoring.enums import RUNNING, PairingState
from icportal.mentoring.models import MentoringCalendar, Pairing, Programme, Visit
from icportal.mentoring.visit_drafts import agenda_of
from icportal.mentoring.visit_words import VISIT_KINDS
from icportal.mentoring.zones import moment_of
from icportal.web.calendars import Entry
from icportal.web.routing import external_url

PURPOSE, OF_A_VISIT = "icportal.mentoring_calendar", "icportal.mentoring_visit"
#: So long after its last day the address of a visit still opens.
AFTERWARDS = timedelta(days=30)


# --- the secret address ------------------------------------------------------------------------------------------


def named_by(of: Pairing | City) -> dict[str, int]:
    """The columns that say whose calendar it is."""
    return {"pairing_id": of.id} if isinstance(of, Pairing) else {"city_id": of.id}


def calendar_of(of: Pairing | City) -> MentoringCalendar | None:
    """The calendar of a pairing or city; None while nobody has given it an address."""
    return db.session.scalar(select(MentoringCalendar).filter_by(**named_by(of)))


def secret_of(of: Pairing | City) -> str:
    """What names the calendar in its address: signed, so that a copy of the database opens nothing. Empty where it has none."""
    calendar = calendar_of(of)
    return str(_serializer().dumps(calendar.nonce)) if calendar is not None and calendar.nonce else ""


def open_calendar(secret: str) -> Pairing | City:
    """The pairing or city of this address. NotFound where there is none, or none any more."""
    try:
        nonce = _serializer().loads(secret)
    except BadSignature:
        nonce = None
    found = None
    if isinstance(nonce, str) and nonce:
        found = db.session.scalar(select(MentoringCalendar).where(MentoringCalendar.nonce == nonce))
    if found is None:
        raise NotFound(_("There is no such page, or it is not open to you."))
    if found.pairing_id is not None:
        return db.session.get_one(Pairing, found.pairing_id)
    return db.session.get_one(City, found.city_id)


def secret_of_visit(visit: Visit) -> str:
    """What names a visit in the address that is sent with its mails, for those who have no account."""
    return str(_serializer(OF_A_VISIT).dumps(visit.id))


def open_visit_address(secret: str) -> Visit:
    """The visit of this address. NotFound where there is none, or it has been over for a while."""
    try:
        number = _serializer(OF_A_VISIT).loads(secret)
    except BadSignature:
        number = None
    visit = db.session.get(Visit, number) if isinstance(number, int) else None
    if visit is None or visit.last_on + AFTERWARDS < today():
        raise NotFound(_("There is no such page, or it is not open to you."))
    return visit


def _serializer(purpose: str = PURPOSE) -> URLSafeSerializer:
    return URLSafeSerializer(str(current_app.secret_key), salt=purpose)


# --- what is in it -------------------------------------------------------------------------------------------------


def name_of(of: Pairing | City, language: str) -> str:
    """What a calendar is called."""
    if isinstance(of, City):
        return _("Mentoring of %(city)s", city=of.name_in(language))
    return _pair(of, cities.by_id(sorted(of.city_ids)), language)


def entries_of(of: Pairing | City, language: str) -> list[Entry]:
    """Every visit, and the days of the pairings themselves. A few queries, whatever their number.

    No person is named, and nothing of the agenda and the minutes is told: an address may be passed on.
    """
    query = select(Pairing).order_by(Pairing.id)
    if isinstance(of, Pairing):
        query = query.where(Pairing.id == of.id)
    else:
        query = query.where(or_(Pairing.mentor_id == of.id, Pairing.mentee_id == of.id))
    pairings = list(db.session.scalars(query))
    found = db.session.scalars(select(Visit).where(Visit.pairing_id.in_([each.id for each in pairings])).order_by(Visit.id))
    homes = cities.by_id(sorted({number for each in pairings for number in each.city_ids}))
    return [*(visit_entry(visit, homes, language) for visit in found), *_days_of_pairings(pairings, homes, language)]


def day_of(entry: Entry) -> date:
    """The day an entry begins on, on the clock it was planned by."""
    return entry.starts.date() if isinstance(entry.starts, datetime) else entry.starts


def visit_entry(visit: Visit, homes: Mapping[int, City], language: str, *, whole: bool = False, to_guests: bool = False) -> Entry:
    """A visit in a calendar. ``whole`` tells the agenda as well, for those who have opened the visit; they and its guests
    (``to_guests``) are told the address of an online meeting.

    That a pairing is over calls its visits off without a change of their own: a copy is newer by the versions of both.
    """
    host, url = homes[visit.host_id].name_in(language), external_url("mentoring.show_visit", language=language, visit_id=visit.id)
    said = [f"{VISIT_KINDS[visit.kind]} · {_pair(visit.pairing, homes, language)}"]
    if whole:
        said += [" ".join(part for part in (day(i.on), clock(i.at), i.title) if part) for i in agenda_of(visit)]
    off, pairing = visits.is_off(visit), visit.pairing
    title = _("Cancelled: “%(title)s”", title=visit.title) if off else visit.title
    starts: datetime | None = None
    if visit.starts_at is not None and visit.ends_at is not None:
        starts, ends = (moment_of(visit.first_on, at, visit.zone) for at in (visit.starts_at, visit.ends_at))
    return Entry(
        _uid("visit", visit.id), title, starts or visit.first_on, max(visit.updated_at, pairing.state_since).replace(microsecond=0),
        ends=ends if starts else visit.last_on, all_day=starts is None, description="\n".join([*said, url]),
        location=(visit.link if whole or to_guests else "") if visit.is_online else ", ".join(p for p in (visit.place, host) if p),
        url=url, sequence=visit.version + pairing.version, is_busy=not off, is_cancelled=off,
    )  # fmt: skip


def phase_entries(programme: Programme, phases: Mapping[str, Text], title: str, language: str) -> list[Entry]:
    """The phases of a programme, for everybody. ``phases`` are their names, ``title`` is the programme's in the reader's language."""
    url = external_url("mentoring.show_programme", language=language, slug=programme.slug)
    return [
        Entry(
            _uid(f"programme-{programme.id}", each.phase), f"{title}: {phases[each.phase]}", each.starts_on,
            programme.updated_at.replace(microsecond=0), ends=each.ends_on, description=url, url=url, sequence=programme.version,
        )
        for each in programme.phases
    ]  # fmt: skip


def _days_of_pairings(pairings: Iterable[Pairing], homes: Mapping[int, City], language: str) -> Iterable[Entry]:
    for pairing in pairings:
        url = external_url("mentoring.show_pairing", language=language, pairing_id=pairing.id)
        days = {
            "answer": (_("Answer until today: %(pair)s", pair=_pair(pairing, homes, language)), pairing.answer_by),
            "end": (_("Agreed end: %(pair)s", pair=_pair(pairing, homes, language)), pairing.ends_on),
        }
        states = {"answer": frozenset({PairingState.PROPOSED}), "end": RUNNING}
        for kind, (title, on) in days.items():
            if on is not None and pairing.state in states[kind]:
                changed = pairing.updated_at.replace(microsecond=0)
                yield Entry(
                    _uid(f"pairing-{kind}", pairing.id), title, on, changed, description=url, url=url, sequence=pairing.version
                )


def _pair(pairing: Pairing, homes: Mapping[int, City], language: str) -> str:
    told = {"mentor": homes[pairing.mentor_id].name_in(language), "mentee": homes[pairing.mentee_id].name_in(language)}
    return _("%(mentor)s mentors %(mentee)s", **told)


def _uid(kind: str, number: object) -> str:
    return f"mentoring-{kind}-{number}@{urlsplit(settings().base_url).hostname or 'localhost'}"
