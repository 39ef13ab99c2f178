"""What a city delivers for one year, for those who work on it: which values are asked for, which are there, what is asked
back about them. Public pages never read from here.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import String, and_, cast, distinct, func, or_, select, tuple_

from icportal.accounts.directory import names_of
from icportal.cities.models import City
from icportal.cities.queries import all_cities, get_city, names_by_id
from icportal.core.actors import Actor, Role
from icportal.core.db import db
from icportal.core.errors import NotFound
from icportal.core.permissions import authorise, can
from icportal.core.strings import _
from icportal.i18n.locales import reading_language
from icportal.indicators import breakdowns, checks, definitions, labels, wording
from icportal.indicators.catalogue import Definition, by_id, catalogue
from icportal.indicators.comparability import BOUND_SIGNS
from icportal.indicators.entries import Entry, Key, same
from icportal.indicators.enums import Bound, DeliveryState, Geography, Mark, Missing, Permission, SourceKind
from icportal.indicators.exchange.layout import row_key
from icportal.indicators.findings import Finding
from icportal.indicators.models import Delivery, Observation, PublishedObservation, ValueMark
from icportal.indicators.services.planning import elsewhere
from icportal.indicators.services.recording import current_of, current_values, earlier_values

PAGE = 50
LONGEST_PERIOD = 9


@dataclass(frozen=True)
class Place:
    """A value that is asked for or was given, and everything known about it.

    ``current`` is its newest version; ``before`` the city's last value of an earlier year; ``published`` the version
    the public reads, ``withheld`` whether it reads no more of that than that it is there.
    """

    key: Key
    definition: Definition
    asked: bool
    current: Observation | None = None
    before: Observation | None = None
    published: Observation | None = None
    warnings: tuple[Finding, ...] = ()
    marks: tuple[ValueMark, ...] = ()
    withheld: bool = False

    @property
    def name(self) -> str:
        """The row's name in forms and links: the key of the workbook, and the period."""
        return f"{row_key(self.definition.code, self.key.breakdown)}|{self.key.period}"

    @property
    def number(self) -> int:
        """The version somebody sees who opens the page now; 0 where there is none."""
        return self.current.number if self.current else 0

    @property
    def is_there(self) -> bool:
        return self.current is not None and self.current.missing != Missing.REMOVED

    @property
    def is_changed(self) -> bool:
        """Whether the value differs from what the public reads."""
        public = self.published.entry if self.published else None
        return self.withheld or not same(public, self.current.entry if self.current else None)

    @property
    def star(self) -> ValueMark | None:
        return next((mark for mark in self.marks if mark.kind == Mark.STAR and mark.settled_at is None), None)

    @property
    def comments(self) -> list[ValueMark]:
        return [mark for mark in self.marks if mark.kind == Mark.COMMENT]

    @property
    def reasons(self) -> list[ValueMark]:
        """Why the value was sent back, as long as nobody called that settled."""
        return [mark for mark in self.marks if mark.kind == Mark.REASON and mark.settled_at is None]

    @property
    def label(self) -> str:
        """The value in words: its code, title and breakdown."""
        return f"{self.definition.code} {self.definition.title}, {labels.breakdown(self.key.breakdown)}"


@dataclass(frozen=True)
class Sheet:
    """A delivery with all its places, in the order of the catalogue.

    ``taken_back`` are the numbers of the newest versions of values that were taken back.
    """

    delivery: Delivery
    city: City
    places: Sequence[Place]
    taken_back: Mapping[Key, int] = field(default_factory=dict)

    @property
    def asked(self) -> list[Place]:
        return [place for place in self.places if place.asked]

    @property
    def missing(self) -> list[Place]:
        return [place for place in self.asked if not place.is_there]

    @property
    def warned(self) -> list[Place]:
        return [place for place in self.places if place.warnings]

    @property
    def sent_back(self) -> list[Place]:
        return [place for place in self.places if place.reasons]

    @property
    def families(self) -> dict[str, list[Place]]:
        """The places by family, families in the order of the catalogue."""
        found: dict[str, list[Place]] = defaultdict(list)
        for place in self.places:
            found[place.definition.family].append(place)
        return dict(found)

    def progress(self) -> list[tuple[str, int, int]]:
        """(family, asked values that are there, asked values) for every family that is asked for anything."""
        counted = [
            (family, sum(place.is_there for place in places if place.asked), sum(place.asked for place in places))
            for family, places in self.families.items()
        ]
        return [each for each in counted if each[2]]


def open_delivery(slug: str, year: int, *, actor: Actor) -> tuple[Delivery, City]:
    """A city's delivery for somebody who may see it. NotFound for everybody else, and where none was begun."""
    city = get_city(slug)
    authorise(actor, Permission.VIEW_DELIVERY, city)
    delivery = find(city.id, year)
    if delivery is None:
        raise NotFound(_("There is no such page, or it is not open to you."))
    return delivery, city


def find(city_id: int, year: int) -> Delivery | None:
    return db.session.scalar(select(Delivery).where(Delivery.city_id == city_id, Delivery.year == year))


def definition_named(code: str, language: str) -> Definition:
    """The indicator of this code. NotFound where the catalogue has none."""
    found = catalogue(reading_language(language).code).get(code)
    if found is None:
        raise NotFound(_("There is no such indicator."))
    return found


def key_named(delivery: Delivery, name: str) -> Key:
    """The key of a row by its name (see ``Place.name``). NotFound where the delivery can have no such value."""
    code, _bar, rest = name.partition("|")
    breakdown, _bar, period = rest.partition("|")
    definition = definition_named(code, "en")
    if not re.match(r"\d{4}", period) or int(period[:4]) != delivery.year or len(period) > LONGEST_PERIOD:
        raise NotFound(_("There is no such value in this delivery."))
    return Key(delivery.city_id, definition.indicator_id, breakdown, period)


def with_keys(sheet: Sheet, names: Iterable[str]) -> list[Place]:
    """Places for rows of a page that was opened before, where somebody has taken their value away since."""
    known = {place.name for place in sheet.places}
    rows = {(place.definition.code, place.key.breakdown): place for place in sheet.places}
    found = []
    for name in sorted(set(names) - known):
        code, _bar, rest = name.partition("|")
        breakdown, _bar, _period = rest.partition("|")
        if (beside := rows.get((code, breakdown))) is not None:
            key = key_named(sheet.delivery, name)
            found.append(replace(beside, key=key, current=current_of([key]).get(key), published=None, warnings=(), marks=()))
    return found


def sheet(delivery: Delivery, city: City, language: str) -> Sheet:
    """All places of a delivery, in the words of a reader's language; the same few queries whatever its size."""
    known = catalogue(reading_language(language).code)
    current = current_values(delivery.city_id, delivery.year)
    earlier = earlier_values(delivery.city_id, delivery.year)
    public, withheld = _published(delivery)
    marks = _marks(delivery)
    warned = warnings_of(delivery, known, current, earlier)
    last = {(value.indicator_id, value.breakdown): value for value in earlier if value.missing != Missing.REMOVED}
    keys = _keys(delivery, known.values(), current)
    return Sheet(
        delivery,
        city,
        [
            Place(
                key,
                definition,
                definition.asked and key.breakdown in definition.rows,
                current.get(key),
                last.get((key.indicator_id, key.breakdown)),
                public.get(key),
                (*_freed(current.get(key), public.get(key)), *warned.get(key, ())),
                tuple(marks.get((key.indicator_id, key.breakdown, key.period), ())),
                key in withheld,
            )
            for key, definition in keys
        ],
        {key: value.number for key, value in current.items() if value.missing == Missing.REMOVED},
    )


def _keys(delivery: Delivery, asked: Iterable[Definition], current: Mapping[Key, Observation]) -> list[tuple[Key, Definition]]:
    """The keys of all rows: of everything that was given, and of what is asked for and was not."""
    given: dict[int, dict[str, list[Key]]] = defaultdict(lambda: defaultdict(list))
    for key, value in current.items():
        if value.missing != Missing.REMOVED:
            given[key.indicator_id][key.breakdown].append(key)
    found = []
    for definition in asked:
        have = given[definition.indicator_id]
        wanted = {*have, *(definition.rows if definition.asked else ())}
        for breakdown in sorted(wanted, key=breakdowns.place):
            whole_year = Key(delivery.city_id, definition.indicator_id, breakdown, str(delivery.year))
            found += [(key, definition) for key in sorted(have[breakdown]) or [whole_year]]
    return found


def warnings_of(
    delivery: Delivery,
    known: Mapping[str, Definition],
    current: Mapping[Key, Observation],
    earlier: Iterable[Observation],
) -> dict[Key, list[Finding]]:
    """What one asks back about, by value."""
    return checks.warnings(
        {key: value.entry for key, value in current.items() if value.missing != Missing.REMOVED},
        previous={value.key: value.entry for value in earlier},
        definitions=by_id(known),
        elsewhere=elsewhere(delivery.city_id, delivery.year),
    )


def versions_seen(delivery: Delivery, seen: Mapping[Key, int]) -> dict[Key, Observation]:
    """The versions with these numbers: what stood on a page that was opened before somebody else changed it."""
    wanted = [(key.indicator_id, key.breakdown, key.period, number) for key, number in seen.items() if number]
    if not wanted:
        return {}
    columns = tuple_(Observation.indicator_id, Observation.breakdown, Observation.period, Observation.number)
    query = select(Observation).where(
        Observation.city_id == delivery.city_id, Observation.year == delivery.year, columns.in_(wanted)
    )
    return {value.key: value for value in db.session.scalars(query)}


def _freed(current: Observation | None, public: Observation | None) -> tuple[Finding, ...]:
    """Ask back about a value that was withheld when it was published and would be read now."""
    if current is None or public is None or current.missing == Missing.REMOVED:
        return ()
    return (Finding("check.freed"),) if current.entry.is_free and not public.entry.is_free else ()


def _published(delivery: Delivery) -> tuple[dict[Key, Observation], set[Key]]:
    """The versions that were published, and which of them have been withheld since."""
    query = select(Observation, PublishedObservation.confidentiality)
    query = query.join(PublishedObservation, PublishedObservation.observation_id == Observation.id)
    query = query.where(PublishedObservation.city_id == delivery.city_id, PublishedObservation.year == delivery.year)
    rows = [(value, told) for value, told in db.session.execute(query)]
    return {value.key: value for value, _told in rows}, {value.key for value, told in rows if told != value.confidentiality}


def _marks(delivery: Delivery) -> dict[tuple[int, str, str], list[ValueMark]]:
    found: dict[tuple[int, str, str], list[ValueMark]] = defaultdict(list)
    for mark in marks_of(delivery):
        found[mark.indicator_id, mark.breakdown, mark.period].append(mark)
    return found


def marks_of(delivery: Delivery) -> list[ValueMark]:
    """Everything that was put on values of the delivery, oldest first."""
    query = select(ValueMark).where(ValueMark.delivery_id == delivery.id).order_by(ValueMark.id)
    return list(db.session.scalars(query))


# --- lists -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Row:
    """A delivery in a list, and how many of the asked values it has."""

    delivery: Delivery
    city: City
    there: int


@dataclass(frozen=True)
class DeliveryPage:
    """One page of the list, newest years first. ``after`` continues it; None where it ends."""

    rows: Sequence[Row]
    asked: int
    total: int
    after: int | None
    years: Sequence[int]


def list_for(
    actor: Actor, *, state: str = "", year: int | None = None, after: int | None = None, page: int = PAGE
) -> DeliveryPage:
    """The deliveries the actor may see: everybody's for the network's people, else those of the own cities."""
    query = select(Delivery, City).join(City, City.id == Delivery.city_id)
    mine = None if sees_all(actor) else actor.cities(Role.CITY_OFFICER, Role.MAYOR_OFFICE)
    if mine is not None:
        query = query.where(Delivery.city_id.in_(mine))
    years = db.session.scalars(query.with_only_columns(Delivery.year).distinct().order_by(Delivery.year.desc()))
    offered = list(years)
    if state:
        query = query.where(Delivery.state == state)
    if year is not None:
        query = query.where(Delivery.year == year)
    total = db.session.scalar(select(func.count()).select_from(query.with_only_columns(Delivery.id).subquery())) or 0
    last = db.session.get(Delivery, after) if after else None
    if last is not None:
        query = query.where(or_(Delivery.year < last.year, and_(Delivery.year == last.year, Delivery.id > last.id)))
    found = db.session.execute(query.order_by(Delivery.year.desc(), Delivery.id).limit(page + 1)).all()
    pairs = _asked()
    there = _counts([delivery for delivery, _city in found[:page]], pairs)
    rows = [Row(delivery, city, there.get((delivery.city_id, delivery.year), 0)) for delivery, city in found[:page]]
    return DeliveryPage(rows, len(pairs), total, rows[-1].delivery.id if len(found) > page else None, offered)


def sees_all(actor: Actor) -> bool:
    """Whether the actor works for the network rather than for one city."""
    return actor.has(Role.COORDINATOR, Role.ADMINISTRATOR)


def cities_to_begin_for(actor: Actor, language: str) -> list[City]:
    """The cities whose deliveries the actor may begin, by name."""
    return [city for city in all_cities(language) if can(actor, Permission.ENTER, city)]


def _asked() -> list[tuple[int, str]]:
    return [
        (definition.indicator_id, breakdown)
        for definition in catalogue("en").values()
        if definition.asked
        for breakdown in definition.rows
    ]


def _counts(deliveries: Collection[Delivery], pairs: Sequence[tuple[int, str]]) -> dict[tuple[int, int], int]:
    """How many of the asked values each delivery has: one query for all."""
    if not deliveries or not pairs:
        return {}
    places = tuple_(Observation.city_id, Observation.year).in_([(each.city_id, each.year) for each in deliveries])
    which = distinct(cast(Observation.indicator_id, String).concat("|").concat(Observation.breakdown))
    query = select(Observation.city_id, Observation.year, func.count(which)).where(
        places,
        Observation.current,
        Observation.missing != Missing.REMOVED,
        tuple_(Observation.indicator_id, Observation.breakdown).in_(pairs),
    )
    rows = db.session.execute(query.group_by(Observation.city_id, Observation.year))
    return {(city_id, year): count for city_id, year, count in rows}


def waiting(states: Collection[str], city_ids: Collection[int] | None = None) -> list[tuple[Delivery, City]]:
    """Deliveries in one of these states, longest waiting first; of all cities, or of these."""
    query = select(Delivery, City).join(City, City.id == Delivery.city_id).where(Delivery.state.in_(states))
    if city_ids is not None:
        query = query.where(Delivery.city_id.in_(city_ids))
    return [(delivery, city) for delivery, city in db.session.execute(query.order_by(Delivery.state_since, Delivery.id))]


#: Who may write into a delivery in these states has something to do there.
OPEN_STATES = frozenset({DeliveryState.DRAFT, DeliveryState.CHANGES_REQUESTED})


# --- words -------------------------------------------------------------------------------------------------


def value_words(entry: Entry | None) -> str:
    """A value as its own people read it, withheld from nobody here: "≥ 6,000", "not available", or a dash."""
    if entry is None or entry.is_removed:
        return "–"
    if entry.amount is None:
        return str(labels.MISSING.get(entry.missing, labels.MISSING[Missing.NOT_AVAILABLE]))
    if entry.bound == Bound.UNDER_HALF:
        return str(labels.BOUNDS[Bound.UNDER_HALF])
    sign = BOUND_SIGNS.get(entry.bound, "")
    shown = wording.amount(entry.amount, entry.unit)
    return f"{sign}\u202f{shown}" if sign else shown


def caveat_words(entry: Entry | None, known: Mapping[int, str]) -> list[str]:
    """Everything that is said of a value besides its number; ``known`` are the city's definitions by number."""
    if entry is None or entry.is_removed:
        return []
    found = [str(labels.STATUSES[flag]) for flag in entry.statuses if flag in labels.STATUSES]
    if not entry.is_free:
        found.insert(0, str(labels.CONFIDENTIALITY[entry.confidentiality]))
    if entry.geography != Geography.CITY:
        found.append(_("area: %(area)s", area=labels.GEOGRAPHIES[entry.geography]))
    if entry.definition_id is not None and entry.definition_id in known:
        found.append(_("migrants: %(definition)s", definition=known[entry.definition_id]))
    if entry.source_kind != SourceKind.NOT_STATED:
        found.append(str(labels.SOURCE_KINDS[entry.source_kind]))
    if entry.source:
        found.append(_("source: %(source)s", source=entry.source))
    if entry.note:
        found.append(_("note: %(note)s", note=entry.note))
    if entry.period_assumed:
        found.append(_("the period is assumed"))
    return found


def definition_words(city_id: int) -> dict[int, str]:
    """Whom the city counts as a migrant, each definition by its number."""
    return dict(definitions.choices(city_id))


def events_of(events: Iterable[Any], language: str) -> tuple[dict[int, str], dict[int, str]]:
    """(names of people, names of cities acted for) of steps of a workflow."""
    kept = list(events)
    return names_of({event.actor_id for event in kept}), names_by_id({event.acting_for for event in kept}, language)
