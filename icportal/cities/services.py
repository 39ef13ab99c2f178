"""What people do with cities."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlsplit

from icportal.cities import queries
from icportal.cities.enums import MOST_CONTACTS, Permission
from icportal.cities.models import City, Contact, TimelineEntry
from icportal.core import audit
from icportal.core.actors import Actor
from icportal.core.clock import now, today
from icportal.core.db import db
from icportal.core.errors import DomainError, FieldErrors, Stale
from icportal.core.permissions import authorise
from icportal.core.strings import Text, _, _l
from icportal.core.text import fold, slugify
from icportal.i18n.locales import CONTENT_LANGUAGES

LABELS: dict[str, Text] = {
    "name": _l("Name in English"),
    "names": _l("Names in other languages"),
    "languages": _l("Official languages"),
    "mayor": _l("Mayor"),
    "mayor_since": _l("Mayor since"),
    "next_election": _l("Next election"),
    "website": _l("Website"),
    "population": _l("Population"),
}

#: No city on earth has more residents; a larger number is a slip of the hand.
LARGEST_CITY = 50_000_000
#: No city elects its mayor for longer than this; a later date is a slip of the hand.
FARTHEST_ELECTION = timedelta(days=10 * 366)
_MAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")


class Duplicate(DomainError):
    """The portal has this city already; ``city`` is the one."""

    def __init__(self, message: Text, city: City) -> None:
        super().__init__(message, "name")
        self.city = city


def add_city(*, actor: Actor, name: str, country: str, languages: Sequence[str]) -> City:
    """Put a city on the portal.

    Raises:
        Duplicate: the country has a city of this name already, in some language, accents and case aside.
        FieldErrors: naming what is missing.
    """
    authorise(actor, Permission.ADD)
    _check(_problems_of_names(name, {}, languages))
    existing = queries.find_by_name(name, country)
    if existing is not None:
        raise Duplicate(_("%(city)s is on the portal already.", city=existing.name), existing)
    city = City(
        name=name,
        country=country,
        languages=list(languages),
        names={},
        key=_free_key(name, country),
        slug=_free_slug(name, country),
    )
    db.session.add(city)
    db.session.flush()
    audit.record(actor, Permission.ADD, city, after={"name": name, "country": country}, city_id=city.id)
    return city


def edit_city(
    city: City,
    *,
    actor: Actor,
    version: int,
    name: str,
    names: Mapping[str, str],
    languages: Sequence[str],
    mayor: str,
    mayor_since: date | None,
    next_election: date | None,
    website: str,
    population: int | None = None,
) -> City:
    """Change what the portal says of a city.

    Raises:
        Stale: somebody changed it since, with both versions of what differs.
        FieldErrors: naming each value that cannot be.
    """
    authorise(actor, Permission.EDIT, city)
    facts: dict[str, Any] = {
        "name": name,
        "names": {code: text for code, text in names.items() if text},
        "languages": list(languages),
        "mayor": mayor,
        "mayor_since": mayor_since,
        "next_election": next_election,
        "website": website,
        "population": population,
    }
    before = facts_of(city)
    changed = [field for field, value in facts.items() if before[field] != value]
    if city.version != version:
        raise Stale(
            _("Somebody has changed this since you opened it. Nothing of yours was applied: look at it again."),
            [(LABELS[field], facts[field], before[field]) for field in changed],
        )
    _check(
        _problems_of_names(name, facts["names"], languages)
        + _problems_of_office(mayor_since, next_election)
        + _problems_of_address(website)
        + _problems_of_population(population)
    )
    if name != city.name and (other := queries.find_by_name(name, city.country)) not in (None, city):
        assert other is not None
        raise Duplicate(_("%(city)s is on the portal already.", city=other.name), other)
    if not changed:
        return city
    held = _election_held(city, changed, next_election)
    if held is not None:
        before["last_election"], facts["last_election"] = city.last_election, held
        changed.append("last_election")
    for field in changed:
        setattr(city, field, facts[field])
    db.session.flush()
    audit.record(
        actor,
        Permission.EDIT,
        city,
        before={field: before[field] for field in changed},
        after={field: facts[field] for field in changed},
        city_id=city.id,
    )
    return city


def edit_contacts(city: City, *, actor: Actor, version: int, contacts: Sequence[Mapping[str, str]]) -> City:
    """Say who is reached at a city, in the order in which they are written to. Empty rows are passed over.

    Raises:
        Stale: somebody changed the city since.
        FieldErrors: with the row and column of each value that cannot be.
    """
    authorise(actor, Permission.EDIT_CONTACTS, city)
    if city.version != version:
        raise Stale(_("Somebody has changed this since you opened it. Nothing of yours was applied: look at it again."))
    _check(_problems_of_contacts(contacts))
    kept = [row for row in contacts if any(row.values())]
    before = len(city.contacts)
    while len(city.contacts) > len(kept):
        city.contacts.pop()
    for position, row in enumerate(kept):
        if position == len(city.contacts):
            city.contacts.append(Contact(position=position + 1))
        contact = city.contacts[position]
        contact.name, contact.office = row["name"], row.get("office", "")
        contact.email, contact.phone = row["email"], row.get("phone", "")
    city.updated_at = now()
    db.session.flush()
    audit.record(
        actor, Permission.EDIT_CONTACTS, city, before={"contacts": before}, after={"contacts": len(kept)}, city_id=city.id
    )
    return city


def add_to_timeline(
    *,
    city_id: int | None,
    module: str,
    reference: str,
    key: str,
    earliest: date,
    latest: date,
    precision: str = "day",
    values: Mapping[str, Any] | None = None,
    source: str = "",
) -> TimelineEntry:
    """Put an entry on a city's public timeline (or the network's, without a city), or bring the one there up to date.

    The caller is a service that has asked for permission. ``key`` names a sentence of ``timeline.says``;
    ``values["detail"]`` is text of a source shown below it.
    """
    entry = queries.find_timeline_entry(city_id, module, reference)
    if entry is None:
        entry = TimelineEntry(city_id=city_id, module=module, reference=reference)
        db.session.add(entry)
    entry.key, entry.values, entry.source = key, dict(values or {}), source
    entry.earliest, entry.latest, entry.precision = earliest, latest, precision
    db.session.flush()
    return entry


def remove_from_timeline(*, city_id: int | None, module: str, reference: str) -> None:
    """Take an entry away whose cause is gone."""
    entry = queries.find_timeline_entry(city_id, module, reference)
    if entry is not None:
        db.session.delete(entry)
        db.session.flush()


def facts_of(city: City) -> dict[str, Any]:
    """What a person may edit, for comparison and audit."""
    return {field: getattr(city, field) for field in LABELS}


def _election_held(city: City, changed: Sequence[str], following: date | None) -> date | None:
    """The election that took place and is about to be replaced by the one after it, or that brought another mayor."""
    held = city.next_election
    if held is None or held > today() or held == city.last_election:
        return None
    is_followed = following is not None and following > held
    is_kept = following is None or following == held
    return held if is_followed or ("mayor" in changed and is_kept) else None


def _check(problems: list[tuple[str | None, Text]]) -> None:
    if problems:
        raise FieldErrors(problems)


def _problems_of_names(name: str, names: Mapping[str, str], languages: Sequence[str]) -> list[tuple[str | None, Text]]:
    problems: list[tuple[str | None, Text]] = []
    if not name or not fold(name):
        problems.append(("name", _("Enter the name of the city in English.")))
    if unknown := [code for code in names if code not in CONTENT_LANGUAGES]:
        problems.append((f"name_{unknown[0]}", _("The portal does not know the language “%(code)s”.", code=unknown[0])))
    if not languages:
        problems.append(("languages", _("Choose at least one official language.")))
    elif unknown := [code for code in languages if code not in CONTENT_LANGUAGES]:
        problems.append(("languages", _("The portal does not know the language “%(code)s”.", code=unknown[0])))
    return problems


def _problems_of_office(mayor_since: date | None, next_election: date | None) -> list[tuple[str | None, Text]]:
    problems: list[tuple[str | None, Text]] = []
    if mayor_since and mayor_since > today():
        problems.append(("mayor_since", _("This day has not come yet: enter the day on which the mayor took office.")))
    if next_election and next_election > today() + FARTHEST_ELECTION:
        problems.append(("next_election", _("This is more than ten years away: check the year.")))
    if mayor_since and next_election and next_election < mayor_since:
        problems.append(("next_election", _("The next election cannot be before the mayor took office.")))
    return problems


def _problems_of_population(population: int | None) -> list[tuple[str | None, Text]]:
    good = population is None or 0 < population <= LARGEST_CITY
    return (
        []
        if good
        else [("population", _("A city has between one and fifty million residents. Write all digits, such as 208000."))]
    )


def _problems_of_address(website: str) -> list[tuple[str | None, Text]]:
    try:
        parts = urlsplit(website)
        good = not website or (parts.scheme in {"http", "https"} and "." in (parts.hostname or ""))
    except ValueError:
        good = False
    return [] if good else [("website", _("Enter the whole address, such as https://www.oulu.fi."))]


def _problems_of_contacts(contacts: Sequence[Mapping[str, str]]) -> list[tuple[str | None, Text]]:
    problems: list[tuple[str | None, Text]] = []
    seen: set[str] = set()
    for number, row in enumerate(contacts, start=1):
        if not any(row.values()):
            continue
        address = row.get("email", "")
        if not row.get("name"):
            problems.append((f"name_{number}", _("Enter the name of contact %(number)s.", number=number)))
        if not _MAIL.fullmatch(address):
            problems.append(
                (f"email_{number}", _("Enter the mail address of contact %(number)s, such as name@city.eu.", number=number))
            )
        elif address.casefold() in seen:
            problems.append((f"email_{number}", _("This address stands here twice: two contacts are two people.")))
        seen.add(address.casefold())
    if len(contacts) > MOST_CONTACTS:
        problems.append((None, _("At most %(most)s contacts can be kept.", most=MOST_CONTACTS)))
    return problems


def _free_key(name: str, country: str) -> str:
    taken = queries.by_key()
    key = fold(name)
    return key if key not in taken else f"{key} {country.casefold()}"


def _free_slug(name: str, country: str) -> str:
    taken = {city.slug for city in queries.by_key().values()} | {"new"}
    slug = slugify(name)
    return slug if slug not in taken else f"{slug}-{country.casefold()}"
