"""One value with everything that belongs to it, apart from any table, page or workbook."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from decimal import Decimal
from typing import Any

from icportal.indicators.enums import Bound, Confidentiality, Counting, Geography, Missing, SourceKind, Unit

#: Numbers have at most six decimals and twelve digits before them.
SCALE = 1_000_000
LARGEST = Decimal(10) ** 12
#: Characters of a source or a note, wherever it is written.
LONGEST_TEXT = 2000


@dataclass(frozen=True, order=True, slots=True)
class Key:
    """Which value: of which city and indicator, for which part of the population and which period.

    ``period`` is a year (``2014``), a month (``2014-06``) or two years (``2020/2021``).
    """

    city_id: int
    indicator_id: int
    breakdown: str
    period: str

    @property
    def year(self) -> int:
        return int(self.period[:4])


@dataclass(frozen=True, slots=True)
class Entry:
    """What is said of a value. ``amount`` is None where ``missing`` says why; its caveats are part of it."""

    amount: Decimal | None = None
    missing: str = ""
    unit: str = Unit.PERCENT
    statuses: str = ""
    confidentiality: str = Confidentiality.FREE
    bound: str = Bound.EXACT
    geography: str = Geography.CITY
    counting: str = Counting.STOCK
    definition_id: int | None = None
    source_kind: str = SourceKind.NOT_STATED
    source: str = ""
    note: str = ""
    period_assumed: bool = False

    @property
    def is_removed(self) -> bool:
        return self.missing == Missing.REMOVED

    @property
    def is_free(self) -> bool:
        return self.confidentiality == Confidentiality.FREE

    def stored(self) -> dict[str, Any]:
        """As a JSON object."""
        return {**asdict(self), "amount": None if self.amount is None else str(self.amount.normalize())}

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> Entry:
        """The entry of a JSON object, or of anything with the same names."""
        known = {entry.name for entry in fields(cls)}
        values = {name: value for name, value in stored.items() if name in known}
        if values.get("amount") is not None:
            values["amount"] = Decimal(str(values["amount"]))
        return cls(**values)


REMOVED = Entry(missing=Missing.REMOVED)


def same(one: Entry | None, other: Entry | None) -> bool:
    """Whether two entries say the same; nothing and a removed value are the same."""
    if one is None or one.is_removed:
        return other is None or other.is_removed
    return one == other
