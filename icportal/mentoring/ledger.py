"""Reading hours and costs: of a pairing, and of everything a city has given as mentor and received as mentee."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select

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


def sums_of(pairings: Sequence[int]) -> dict[tuple[int, int], Sums]:
    """What each city has spent in each of these pairings, by (pairing, city); one query."""
    query = select(
        LedgerEntry.pairing_id,
        LedgerEntry.city_id,
        LedgerEntry.currency,
        func.sum(LedgerEntry.minutes),
        func.sum(LedgerEntry.cost),
    )
    query = query.where(LedgerEntry.pairing_id.in_(pairings))
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


def ledger_of(city: City, language: str) -> list[LedgerRow]:
    """Every pairing of a city that both have accepted, the newest first, with what both spent; as many queries whatever their number."""
    query = select(Pairing).where((Pairing.mentor_id == city.id) | (Pairing.mentee_id == city.id))
    query = query.where(Pairing.mentor_accepted_at.is_not(None), Pairing.mentee_accepted_at.is_not(None))
    pairings = list(db.session.scalars(query.order_by(Pairing.id.desc())))
    numbers = [pairing.id for pairing in pairings]
    sums, schemes = sums_of(numbers), programmes.scheme_rows([pairing.scheme for pairing in pairings], language)
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
