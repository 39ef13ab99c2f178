"""What stands in the database where a network's table speaks: read as plain rows, amounts in millionths."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, select, type_coerce

from icportal.cities.models import City
from icportal.core.db import db
from icportal.core.text import fold
from icportal.indicators.enums import DeliveryState
from icportal.indicators.models import Delivery, Observation

PlainKey = tuple[int, int, int, str, str]
"""City, year, indicator, breakdown, period."""

#: How far back the last value before one is looked for.
YEARS_BACK = 6
#: The caveats a table of eight columns does not speak of: an older version's stay as they are.
CARRIED = ("geography", "definition_id", "source_kind", "source", "period_assumed")


def existing_values(pairs: set[tuple[int, int]]) -> dict[PlainKey, Any]:
    """What stands now in these cities' years and the years before them."""
    years = {year for _city, year in pairs}
    columns = [Observation.__table__.c[name] for name in (*_KEY_COLUMNS, *_COMPARED, *CARRIED)]
    query = select(*columns).where(
        Observation.city_id.in_({city for city, _year in pairs}),
        Observation.year.in_({earlier for year in years for earlier in range(year - YEARS_BACK, year + 1)}),
        Observation.current,
    )
    # Amounts as the database keeps them: in millionths.
    rows = db.session.execute(query.with_only_columns(*[raw(column) for column in columns]))
    return {tuple(row[:5]): row for row in rows}


_KEY_COLUMNS = ("city_id", "year", "indicator_id", "breakdown", "period")
_COMPARED = ("id", "number", "amount", "missing", "statuses", "confidentiality", "note", "version_id", "bound")


def raw(column: Any) -> Any:
    """A column as the database keeps it: an amount in millionths."""
    return type_coerce(column, BigInteger).label(column.name) if column.name == "amount" else column


def pairs_in_review(pairs: set[tuple[int, int]]) -> set[tuple[int, int]]:
    query = select(Delivery.city_id, Delivery.year).where(
        Delivery.state == DeliveryState.REVIEW, Delivery.year.in_({year for _city, year in pairs})
    )
    return {(city, year) for city, year in db.session.execute(query)} & pairs


def cities_by_name() -> dict[str, int]:
    """City numbers by everything a spreadsheet may call them."""
    found: dict[str, int] = {}
    for city in db.session.scalars(select(City)):
        for name in (city.slug, city.key, city.name, *city.names.values()):
            found.setdefault(fold(name), city.id)
    return found
