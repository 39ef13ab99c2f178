"""Reading hours and costs: of a pairing, and of everything a city has given as mentor and received as mentee."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, extract, func, select

from icportal.cities.models import City
from icportal.core.db import db
from icportal.core.errors import NotFound
from icportal.core.strings import _
from icportal.mentoring import programmes
from icportal.mentoring.models import Certificate, LedgerEntry, Pairing


@dataclass(frozen=True)
class Sums:
    """Working time in minutes, and costs in whole units by currency."""

    minutes: int = 0
    costs: Mapping[str, int] | None = None

    @property
    def hours(self) -> float:
        return self.minutes / 60

    @property
    def money(self) -> list[tuple[str, int]]:
        """Costs by currency, those there are."""
        return sorted((currency, amount) for currency, amount in (self.costs or {}).items() if amount)


@dataclass(frozen=True)
class LedgerRow:
    """One pairing in the ledger of a city: whether it gave, what it spent itself and what the other city did."""

    pairing: Pairing
    other: City
    theme: str
    theme_language: str
    gave: bool
    own: Sums
    others: Sums
    certificate: str


def entries_of(pairing: Pairing) -> list[LedgerEntry]:
    """Everything noted in a pairing, the newest day first."""
    query = select(LedgerEntry).where(LedgerEntry.pairing_id == pairing.id)
    return list(db.session.scalars(query.order_by(LedgerEntry.on_date.desc(), LedgerEntry.id.desc())))


def entry_of(pairing: Pairing, entry_id: int) -> LedgerEntry:
    """An entry of a pairing. NotFound where it has none of that number."""
    entry = db.session.get(LedgerEntry, entry_id)
    if entry is None or entry.pairing_id != pairing.id:
        raise NotFound(_("There is no such page, or it is not open to you."))
    return entry


def sums_of(pairings: Sequence[int], year: int | None = None) -> dict[tuple[int, int], Sums]:
    """What each city has spent in each of these pairings, in one year or in all, by (pairing, city); one query."""
    query = select(
        LedgerEntry.pairing_id,
        LedgerEntry.city_id,
        LedgerEntry.currency,
        func.sum(LedgerEntry.minutes),
        func.sum(LedgerEntry.cost),
    )
    query = query.where(LedgerEntry.pairing_id.in_(pairings))
    if year is not None:
        query = query.where(extract("year", LedgerEntry.on_date) == year)
    minutes: dict[tuple[int, int], int] = defaultdict(int)
    costs: dict[tuple[int, int], dict[str, int]] = defaultdict(dict)
    grouped = query.group_by(LedgerEntry.pairing_id, LedgerEntry.city_id, LedgerEntry.currency)
    for pairing_id, city_id, currency, spent, cost in db.session.execute(grouped):
        minutes[pairing_id, city_id] += int(spent)
        costs[pairing_id, city_id][currency] = int(cost)
    return {key: Sums(minutes[key], costs[key]) for key in minutes}


def total(sums: Sequence[Sums]) -> Sums:
    """Several sums together."""
    costs: dict[str, int] = defaultdict(int)
    for each in sums:
        for currency, amount in each.money:
            costs[currency] += amount
    return Sums(sum(each.minutes for each in sums), costs)


def years_of(city: City) -> list[int]:
    """The years in which something was noted in a pairing of a city, the newest first."""
    year = extract("year", LedgerEntry.on_date)
    query = select(year).join(Pairing, Pairing.id == LedgerEntry.pairing_id).where(_accepted_by(city))
    return [int(each) for each in db.session.scalars(query.distinct().order_by(year.desc()))]


def ledger_of(city: City, language: str, year: int | None = None) -> list[LedgerRow]:
    """Every pairing of a city that both have accepted, the newest first, with what both spent; as many queries whatever their number.

    Of a ``year`` what was noted on its days, and the pairings in which something was.
    """
    query = select(Pairing).where(_accepted_by(city))
    pairings = list(db.session.scalars(query.order_by(Pairing.id.desc())))
    sums = sums_of([pairing.id for pairing in pairings], year)
    if year is not None:
        noted = {number for number, _city in sums}
        pairings = [pairing for pairing in pairings if pairing.id in noted]
    return _told(city, pairings, sums, language)


def _accepted_by(city: City) -> ColumnElement[bool]:
    own = (Pairing.mentor_id == city.id) | (Pairing.mentee_id == city.id)
    return own & Pairing.mentor_accepted_at.is_not(None) & Pairing.mentee_accepted_at.is_not(None)


def _told(city: City, pairings: Sequence[Pairing], sums: Mapping[tuple[int, int], Sums], language: str) -> list[LedgerRow]:
    numbers = [pairing.id for pairing in pairings]
    schemes = programmes.scheme_rows([pairing.scheme for pairing in pairings], language)
    wanted = {number for pairing in pairings for number in pairing.city_ids if number != city.id}
    homes = {each.id: each for each in db.session.scalars(select(City).where(City.id.in_(wanted)))}
    issued = select(Certificate.pairing_id, Certificate.code).where(Certificate.pairing_id.in_(numbers))
    codes = {row[0]: row[1] for row in db.session.execute(issued)}
    rows = []
    for pairing in pairings:
        gave, scheme = pairing.mentor_id == city.id, schemes[pairing.scheme_id]
        other = homes[pairing.mentee_id if gave else pairing.mentor_id]
        own, others = (sums.get((pairing.id, number), Sums()) for number in (city.id, other.id))
        rows.append(LedgerRow(pairing, other, scheme.title, scheme.language, gave, own, others, codes.get(pairing.id, "")))
    return rows
