"""Reading the charter: who has signed it, since when, and as of any day.

A signature counts from the later of its two dates, so a month counts from its last day. It ends on the day it was
withdrawn; a renewal continues what it renews. What was signed once stays readable for ever.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from itertools import groupby
from typing import Any

from sqlalchemy import select

from icportal.charter.enums import SignatureState
from icportal.charter.models import CharterVersion, Signature
from icportal.cities.models import City
from icportal.cities.sections import Membership
from icportal.core.clock import today
from icportal.core.db import db
from icportal.core.text import fold
from icportal.i18n.formatting import historic, sort_key

#: States of a signature that has stood in the registry at some time.
PUBLIC = (SignatureState.PUBLISHED, SignatureState.WITHDRAWN, SignatureState.SUPERSEDED)

SIGNATORY, FORMER = "signatory", "former"


@dataclass(frozen=True)
class Term:
    """A span of time in which a city counts: from its first signature to the day it withdrew, renewals included."""

    signatures: tuple[Signature, ...]

    @property
    def first(self) -> Signature:
        return self.signatures[0]

    @property
    def latest(self) -> Signature:
        return self.signatures[-1]

    @property
    def starts(self) -> date:
        assert self.first.signed_latest is not None
        return self.first.signed_latest

    @property
    def ends(self) -> date | None:
        """The first day on which the city counts no more."""
        return self.latest.withdrawn_on

    def covers(self, day: date) -> bool:
        return self.starts <= day and (self.ends is None or day < self.ends)


@dataclass(frozen=True)
class Signatory:
    """A city in the registry as of one day. ``term`` is the span that counts, or the last that did."""

    city: City
    name: str
    terms: tuple[Term, ...]
    as_of: date

    @cached_property
    def term(self) -> Term:
        begun = [term for term in self.terms if term.starts <= self.as_of]
        return begun[-1]

    @property
    def slug(self) -> str:
        return self.city.slug

    @property
    def is_signatory(self) -> bool:
        return self.term.covers(self.as_of)

    @property
    def state(self) -> str:
        return SIGNATORY if self.is_signatory else FORMER

    @property
    def since(self) -> Signature:
        return self.term.first

    @property
    def since_text(self) -> str:
        return date_of(self.since)

    @property
    def renewals(self) -> tuple[Signature, ...]:
        """Later signatures of the same term that had been given by the day asked about."""
        return tuple(s for s in self.term.signatures[1:] if s.signed_latest and s.signed_latest <= self.as_of)

    @property
    def ended(self) -> date | None:
        return None if self.is_signatory else self.term.ends


@dataclass(frozen=True)
class Filter:
    """What a reader narrows the registry to."""

    text: str = ""
    country: str = ""
    year: int | None = None
    state: str = SIGNATORY

    def admits(self, row: Signatory) -> bool:
        names = {row.city.key, fold(row.name), *(fold(name) for name in (row.city.name, *row.city.names.values()))}
        return (
            (not self.text or any(fold(self.text) in name for name in names))
            and (not self.country or row.city.country == self.country)
            and (self.year is None or row.term.starts.year == self.year)
            and (not self.state or row.state == self.state)
        )


def registry(*, language: str, as_of: date | None = None, only: Filter | None = None) -> list[Signatory]:
    """Who counts as a signatory on a day, by name. Two queries at most, however many there are.

    ``only`` narrows the list, and may widen it to those who had withdrawn by that day.
    """
    day, wanted = as_of or today(), only or Filter()
    rows = [Signatory(city, city.name_in(language), terms, day) for city, terms in _terms_by_city() if terms[0].starts <= day]
    return sorted((row for row in rows if wanted.admits(row)), key=lambda row: sort_key(row.name))


def memberships() -> dict[int, Membership]:
    """Today's signatories by city id, for lists of cities."""
    found = {}
    for row in registry(language="en"):
        signature = row.since
        assert signature.signed_earliest is not None
        assert signature.signed_latest is not None
        found[row.city.id] = Membership(signature.signed_earliest, signature.signed_latest, signature.signed_precision)
    return found


def signatures_of(city_id: int) -> list[Signature]:
    """Everything a city has signed in public, oldest first; kept for ever."""
    query = select(Signature).where(
        Signature.city_id == city_id, Signature.state.in_(PUBLIC), Signature.published_at.is_not(None)
    )
    return sorted(db.session.scalars(query), key=_order)


def standing_of(city: City, language: str, as_of: date | None = None) -> Signatory | None:
    """How a city stands in the registry; None when it never stood there."""
    day = as_of or today()
    terms = tuple(_terms(signatures_of(city.id)))
    if not terms or terms[0].starts > day:
        return None
    return Signatory(city, city.name_in(language), terms, day)


def find_by_receipt(code: str) -> tuple[Signature, City] | None:
    """The signature a receipt names, once it stood in the registry or waits to."""
    query = select(Signature, City).join(City, City.id == Signature.city_id).where(Signature.receipt_code == code)
    row = db.session.execute(query).first()
    return (row[0], row[1]) if row else None


def renewal_of(signature: Signature) -> Signature | None:
    """The later signature that continues this one."""
    query = select(Signature).where(Signature.renews_id == signature.id, Signature.state.in_(PUBLIC)).order_by(Signature.id)
    return db.session.scalars(query).first()


def versions() -> dict[str, CharterVersion]:
    """The versions of the charter by key."""
    return {version.key: version for version in db.session.scalars(select(CharterVersion))}


def latest(*, language: str, limit: int) -> list[Signatory]:
    """The cities that signed last, newest first."""
    rows = registry(language=language)
    return sorted(rows, key=lambda row: (row.term.starts, row.name), reverse=True)[:limit]


def growth(*, earliest: bool = False) -> list[tuple[date, int]]:
    """(day, number of signatories from that day on). ``earliest`` takes each uncertain date as early as it may be."""
    changes: dict[date, int] = {}
    for _city, terms in _terms_by_city():
        for term in terms:
            start = (term.first.signed_earliest or term.starts) if earliest else term.starts
            changes[start] = changes.get(start, 0) + 1
            if term.ends is not None:
                changes[term.ends] = changes.get(term.ends, 0) - 1
    steps, number = [], 0
    for day in sorted(changes):
        number += changes[day]
        steps.append((day, number))
    return steps


def date_of(signature: Signature) -> str:
    """When a signature was given, as exactly as is known, in the reader's language."""
    assert signature.signed_earliest is not None
    assert signature.signed_latest is not None
    return historic(signature.signed_earliest, signature.signed_latest, signature.signed_precision)


def as_record(row: Signatory) -> dict[str, Any]:
    """A row of the registry as data."""
    signature = row.since
    return {
        "city": row.city.name,
        "name": row.name,
        "slug": row.slug,
        "country": row.city.country,
        "state": row.state,
        "signed_earliest": signature.signed_earliest,
        "signed_latest": signature.signed_latest,
        "precision": str(signature.signed_precision),
        "counts_from": row.term.starts,
        "renewed_on": [renewal.signed_latest for renewal in row.renewals],
        "withdrawn_on": row.ended,
        "charter_version": (row.renewals or (signature,))[-1].charter_version.key,
        "text_language": signature.text_language or None,
        "text_sha256": signature.text_sha256 or None,
        "source": signature.source or None,
        "latitude": row.city.latitude,
        "longitude": row.city.longitude,
    }


def countries(rows: Iterable[Signatory]) -> set[str]:
    return {row.city.country for row in rows}


def years(rows: Iterable[Signatory]) -> list[int]:
    """The years in which they signed, newest first."""
    return sorted({row.term.starts.year for row in rows}, reverse=True)


def _terms_by_city() -> list[tuple[City, tuple[Term, ...]]]:
    query = (
        select(Signature, City)
        .join(City, City.id == Signature.city_id)
        .where(Signature.state.in_(PUBLIC), Signature.published_at.is_not(None), Signature.signed_latest.is_not(None))
        .order_by(Signature.city_id)
    )
    rows = [(signature, city) for signature, city in db.session.execute(query)]
    found = []
    for _city_id, group in groupby(rows, key=lambda row: row[1].id):
        members = list(group)
        found.append((members[0][1], tuple(_terms(sorted((s for s, _c in members), key=_order)))))
    return found


def _terms(signatures: Sequence[Signature]) -> Iterator[Term]:
    """Signatures in their order, parted where the city had withdrawn in between."""
    current: list[Signature] = []
    for signature in signatures:
        if current and current[-1].withdrawn_on is not None:
            yield Term(tuple(current))
            current = []
        current.append(signature)
    if current:
        yield Term(tuple(current))


def _order(signature: Signature) -> tuple[date, int]:
    return signature.signed_latest or date.max, signature.id
