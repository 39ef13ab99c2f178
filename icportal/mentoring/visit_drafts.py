"""What a person says of a visit, whole: when, where, with whom, in which order. And what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, time, timedelta
from typing import Any
from urllib.parse import urlsplit

from icportal.core.clock import today
from icportal.core.errors import FieldErrors
from icportal.core.strings import Text, _, _l
from icportal.core.text import clean_line
from icportal.i18n.formatting import clock, day
from icportal.i18n.locales import CONTENT_LANGUAGES
from icportal.mentoring.models import Pairing, Visit
from icportal.mentoring.visit_words import VISIT_INTERPRETERS, VISIT_KINDS, VisitInterpreter, VisitKind, VisitState

LONGEST_TITLE, LONGEST_PLACE, LONGEST_LINK, LONGEST_NAME = 200, 300, 500, 200
MOST_ITEMS, MOST_PEOPLE = 60, 100
LONGEST_VISIT = timedelta(days=30)

LABELS: dict[str, Text] = {
    "kind": _l("What kind of visit"),
    "host_id": _l("Host city"),
    "title": _l("What it is about"),
    "first_on": _l("First day"),
    "last_on": _l("Last day"),
    "starts_at": _l("Begins at"),
    "ends_at": _l("Ends at"),
    "zone": _l("Time zone"),
    "place": _l("Place"),
    "link": _l("Address of the online meeting"),
    "language": _l("Language you write in"),
    "languages": _l("Languages spoken"),
    "interpreter": _l("Interpreter"),
    "agenda": _l("Agenda"),
    "people": _l("People"),
}
#: What calendars and the other city have to hear of when it changes.
WHEN_AND_WHERE = ("host_id", "first_on", "last_on", "starts_at", "ends_at", "zone", "place", "link")
#: What the minutes are the minutes of: whoever has confirmed them confirms again when it changes.
MINUTED = ("kind", "title", *(name for name in WHEN_AND_WHERE if name != "link"), "agenda", "people")
_LINES = {"title": LONGEST_TITLE, "place": LONGEST_PLACE, "link": LONGEST_LINK}


@dataclass(frozen=True)
class Item:
    """A point of the agenda: on which day and at what time, what, and who leads."""

    title: str
    on: date | None = None
    at: time | None = None
    lead: str = ""


@dataclass(frozen=True)
class Person:
    """Somebody who takes part, with an account or without; ``city_id`` is None for guests of neither city."""

    name: str
    role: str = ""
    organisation: str = ""
    city_id: int | None = None


@dataclass(frozen=True)
class VisitDraft:
    """What is said of a visit; see ``models.Visit``."""

    kind: str
    host_id: int | None
    title: str
    first_on: date | None
    last_on: date | None = None
    starts_at: time | None = None
    ends_at: time | None = None
    zone: str = ""
    place: str = ""
    link: str = ""
    language: str = "en"
    languages: tuple[str, ...] = ()
    interpreter: str = VisitInterpreter.NONE
    agenda: tuple[Item, ...] = ()
    people: tuple[Person, ...] = ()


def said_by(visit: Visit) -> VisitDraft:
    """What a visit says now."""
    said = {name: getattr(visit, name) for name in LABELS if name not in {"languages", "agenda", "people"}}
    return VisitDraft(
        **said, languages=tuple(visit.languages), agenda=agenda_of(visit), people=tuple(Person(**each) for each in visit.people)
    )


def agenda_of(visit: Visit) -> tuple[Item, ...]:
    """The agenda of a visit in the order of its days."""
    return tuple(
        Item(
            each["title"], date.fromisoformat(each["on"]) if each["on"] else None,
            time.fromisoformat(each["at"]) if each["at"] else None, each["lead"],
        )
        for each in visit.agenda
    )  # fmt: skip


def columns_of(draft: VisitDraft) -> dict[str, Any]:
    """What is kept of a draft that was checked."""
    said = {name: getattr(draft, name) for name in LABELS if name not in {"languages", "agenda", "people"}}
    agenda = [
        {
            "on": each.on.isoformat() if each.on else None, "at": each.at.isoformat("minutes") if each.at else None,
            "title": each.title, "lead": each.lead,
        }
        for each in draft.agenda
    ]  # fmt: skip
    people = [
        {"name": each.name, "role": each.role, "organisation": each.organisation, "city_id": each.city_id}
        for each in draft.people
    ]
    return {**said, "languages": list(draft.languages), "agenda": agenda, "people": people}


def checked(draft: VisitDraft, pairing: Pairing, *, zones: Sequence[str], state: str = VisitState.PLANNED) -> VisitDraft:
    """The draft cleaned: an online meeting has its hours and one day, a visit has neither hours nor a zone.

    Raises:
        FieldErrors: naming everything that does not do.
    """
    draft = _clean(draft)
    problems = [
        *_of_words(draft),
        *_of_host(draft, pairing),
        *_of_days(draft, state),
        *_of_hours(draft, zones),
        *_of_parts(draft, pairing),
    ]
    if problems:
        raise FieldErrors(problems)
    return draft


def shown(name: str, draft: VisitDraft, cities: dict[int, str]) -> Any:
    """A field of a draft as people read it, where two versions stand beside each other."""
    value = getattr(draft, name)
    if name == "agenda":
        return [" ".join(part for part in (day(i.on), clock(i.at), i.title, i.lead) if part) for i in value]
    if name == "people":
        return [" · ".join(part for part in (p.name, p.role, p.organisation, cities.get(p.city_id, "")) if part) for p in value]
    if name == "languages":
        return [CONTENT_LANGUAGES[code].autonym for code in value if code in CONTENT_LANGUAGES]
    known: dict[str, Mapping[Any, Text]] = {"kind": VISIT_KINDS, "interpreter": VISIT_INTERPRETERS, "host_id": cities}
    words = known.get(name, {})
    if value in words:
        return str(words[value])
    return clock(value) if isinstance(value, time) else value


def _clean(draft: VisitDraft) -> VisitDraft:
    online = draft.kind == VisitKind.ONLINE
    agenda = (replace(each, title=clean_line(each.title), lead=clean_line(each.lead)) for each in draft.agenda)
    people = (
        Person(clean_line(each.name), clean_line(each.role), clean_line(each.organisation), each.city_id) for each in draft.people
    )
    words: dict[str, Any] = {name: clean_line(getattr(draft, name)) for name in _LINES}
    return replace(
        draft,
        **words,
        last_on=draft.last_on or draft.first_on,
        starts_at=draft.starts_at if online else None,
        ends_at=draft.ends_at if online else None,
        zone=draft.zone if online else "",
        languages=tuple(dict.fromkeys(draft.languages)),
        agenda=tuple(sorted(agenda, key=lambda each: (each.on or date.max, each.at or time.max))),
        people=tuple(people),
    )


Problems = list[tuple[str | None, Text]]


def _of_words(draft: VisitDraft) -> Problems:
    problems: Problems = [
        (name, _("This is too long: at most %(max)d characters.", max=most))
        for name, most in _LINES.items()
        if len(getattr(draft, name)) > most
    ]
    if not draft.title:
        problems.append(("title", _("Say in a few words what it is about.")))
    if draft.link and not (draft.link.startswith(("https://", "http://")) and urlsplit(draft.link).netloc):
        problems.append(("link", _("Give the whole address, beginning with https://.")))
    if draft.language not in CONTENT_LANGUAGES:
        problems.append(("language", _("Choose the language you write in.")))
    if not draft.languages or set(draft.languages) - set(CONTENT_LANGUAGES):
        problems.append(("languages", _("Choose at least one language that is spoken.")))
    if draft.interpreter not in VISIT_INTERPRETERS:
        problems.append(("interpreter", _("Choose one of the answers.")))
    return problems


def _of_host(draft: VisitDraft, pairing: Pairing) -> Problems:
    if draft.kind not in VISIT_KINDS:
        return [("kind", _("Choose one of the answers."))]
    if draft.host_id not in pairing.city_ids:
        return [("host_id", _("Choose one of the two cities of the pairing as the host."))]
    if draft.kind == VisitKind.STUDY and draft.host_id != pairing.mentor_id:
        return [("host_id", _("A study visit goes to the mentor. Choose the mentor as the host, or another kind of visit."))]
    if draft.kind == VisitKind.MENTORING and draft.host_id != pairing.mentee_id:
        return [("host_id", _("The mentor visits the mentee. Choose the mentee as the host, or another kind of visit."))]
    return []


def _of_days(draft: VisitDraft, state: str) -> Problems:
    first, last = draft.first_on, draft.last_on
    if first is None or last is None:
        return [("first_on", _("Enter the first day."))]
    if last < first:
        return [("last_on", _("The last day is before the first. Change one of them."))]
    if last - first >= LONGEST_VISIT:
        return [
            (
                "last_on",
                _("A visit lasts at most %(days)s days. Plan a second one for what comes later.", days=LONGEST_VISIT.days),
            )
        ]
    if draft.kind == VisitKind.ONLINE and first != last:
        return [("last_on", _("An online meeting has one day. Plan one meeting for each day."))]
    if state == VisitState.HELD and first > today():
        return [("first_on", _("This visit took place: choose a day that is not still to come."))]
    return []


def _of_hours(draft: VisitDraft, zones: Sequence[str]) -> Problems:
    if draft.kind != VisitKind.ONLINE:
        return []
    problems: Problems = []
    if draft.starts_at is None:
        problems.append(("starts_at", _("Say at what time it begins.")))
    if draft.ends_at is None:
        problems.append(("ends_at", _("Say at what time it ends.")))
    if draft.starts_at and draft.ends_at and draft.ends_at <= draft.starts_at:
        problems.append(("ends_at", _("It ends before it begins. Change one of the times.")))
    if draft.zone not in zones:
        problems.append(("zone", _("Choose whose clock the times are on.")))
    return problems


def _of_parts(draft: VisitDraft, pairing: Pairing) -> Problems:
    problems: Problems = []
    if len(draft.agenda) > MOST_ITEMS:
        problems.append(("agenda", _("An agenda has at most %(max)s points.", max=MOST_ITEMS)))
    if len(draft.people) > MOST_PEOPLE:
        problems.append(("people", _("List at most %(max)s people.", max=MOST_PEOPLE)))
    for item in draft.agenda:
        problems += [("agenda", message) for message in _of_item(item, draft)]
    for person in draft.people:
        problems += [("people", message) for message in _of_person(person, pairing)]
    return list(dict.fromkeys(problems))


def _of_item(item: Item, draft: VisitDraft) -> Iterator[Text]:
    if not item.title:
        yield _("Every point of the agenda needs its title.")
    elif item.on and draft.first_on and draft.last_on and not draft.first_on <= item.on <= draft.last_on:
        yield _("“%(title)s” is on %(day)s, which is no day of the visit.", title=item.title, day=day(item.on))
    if max(len(item.title), len(item.lead)) > LONGEST_NAME:
        yield _("A title or name is too long: at most %(max)s characters.", max=LONGEST_NAME)


def _of_person(person: Person, pairing: Pairing) -> Iterator[Text]:
    if not person.name:
        yield _("Everybody on the list needs a name.")
    if person.city_id is not None and person.city_id not in pairing.city_ids:
        yield _("“%(name)s” is of neither city. Choose “guest”.", name=person.name)
    if max(len(person.name), len(person.role), len(person.organisation)) > LONGEST_NAME:
        yield _("A name is too long: at most %(max)s characters.", max=LONGEST_NAME)
