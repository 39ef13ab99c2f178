"""What a network's table would do: every row given a verdict, against the catalogue and against what stands there.

A hundred thousand rows have few different cities, indicators and periods: each is looked up once, and a row costs
little more than finding its place. Checking and applying run this same code.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import chain
from typing import Any

from icportal.core.canonical import sha256
from icportal.indicators import definitions
from icportal.indicators.entries import SCALE
from icportal.indicators.enums import Confidentiality, Missing, Outcome, Unit
from icportal.indicators.findings import Finding
from icportal.indicators.models import ENTRY_COLUMNS
from icportal.indicators.network_reader import Cell, Reader, Said, cell_of
from icportal.indicators.network_state import (
    CARRIED,
    YEARS_BACK,
    PlainKey,
    existing_values,
    pairs_in_review,
)

#: So many cells are kept with the batch: refused ones first, then those with a question, then those that change something
#: that stands, then a sample of new ones. Counts are always exact.
MOST_CELLS, SAMPLE = 5000, 100
_PARTS_SLACK = SCALE // 5
_FRESH = ("city", None, "not_stated", "", False)


@dataclass
class NetworkPlan:
    """What applying a table would do.

    ``rows`` are those to be written, by city and year; ``blocked`` the cities' years with a refused row.
    """

    counts: Counter[str]
    cells: list[Cell]
    rows: dict[tuple[int, int], list[tuple[Any, ...]]]
    replaced: dict[tuple[int, int], list[int]]
    blocked: set[tuple[int, int]]
    digest: str
    unread: list[str] = field(default_factory=list)


#: The columns of a row of a plan, as the table of observations has them.
ROW_COLUMNS = (
    "city_id", "year", "indicator_id", "breakdown", "period", "version_id", "number", "amount", "missing", "unit", "statuses",
    "confidentiality", "counting", "note", "bound", *CARRIED,
)  # fmt: skip


def plan(reader: Reader, *, file_hash: str) -> NetworkPlan:
    """What the table that was read would do to what stands in the database now."""
    pairs = {key[:2] for key in reader.said}
    existing = existing_values(pairs)
    in_review = pairs_in_review(pairs)
    rows: dict[tuple[int, int], list[tuple[Any, ...]]] = defaultdict(list)
    replaced: dict[tuple[int, int], list[int]] = defaultdict(list)
    counts = reader.counts
    warned = _warnings(reader.said, existing)
    noted = {cell.row: cell.notes for cell in reader.cells if cell.notes}
    shown: list[Cell] = []
    stated = definitions.of_cities({city for city, _year in pairs})
    in_force = {(city, year): definitions.holding(stated.get(city, ()), year) for city, year in pairs}
    for key, said in list(reader.said.items()):
        pair = key[:2]
        if pair in in_review:
            reader.refuse(cell_of(key, said, [Finding("network.in_review")]))
            continue
        old = existing.get(key)
        held = in_force[pair]
        merged = _merged(said, old, held.id if held else None)
        outcome = _outcome(said, merged, old)
        if said.seen is not None and old is not None and old.number > said.seen and outcome != Outcome.UNCHANGED:
            reader.refuse(cell_of(key, said, [Finding("network.overtaken")]))
            continue
        counts[outcome] += 1
        if outcome == Outcome.CHANGED and old is not None and old.confidentiality != merged[1] == Confidentiality.FREE:
            warned[key].append(Finding("network.freed"))
        if key in warned:
            counts["warnings"] += 1
        if outcome == Outcome.UNCHANGED:
            continue
        if old is not None:
            replaced[pair].append(old.id)
        number, spec = old.number + 1 if old is not None else 1, said.spec
        row = (*key, spec.version_id, number, said.amount, said.missing, spec.unit, *merged[:2], spec.counting, *merged[2:])
        rows[pair].append(row)
        if key in warned or outcome == Outcome.CHANGED or len(shown) < SAMPLE:
            cell = cell_of(key, said, (), warned.get(key, ()), outcome)
            cell.notes = noted.pop(said.row, [])
            cell.entry, cell.previous_id = _entry(row), old.id if old is not None else None
            shown.append(cell)
    order = {Outcome.REFUSED: 0, Outcome.CHANGED: 2}
    cells = [*(cell for cell in reader.cells if cell.outcome == Outcome.REFUSED), *shown]
    cells.sort(key=lambda cell: (order.get(Outcome(cell.outcome), 3) - 2 * bool(cell.warnings), cell.row))
    newest = max((old.id for old in existing.values()), default=0)
    digest = sha256([file_hash, dict(counts), len(existing), newest, sorted(in_review)])
    return NetworkPlan(counts, cells, rows, replaced, reader.blocked, digest, sorted(reader.unread))


def _merged(said: Said, old: Any, definition: int | None) -> tuple[Any, ...]:
    """(flags, confidentiality, note, bound, the caveats carried on) as they would stand.

    An empty cell changes nothing: a secret stays one unless "F" is written, and the same number keeps its flags, its
    note and its "about". Another number is a new statement.
    """
    if old is None:
        carried = said.carried or (_FRESH[0], definition, *_FRESH[2:])
        return (said.statuses, said.confidentiality or "F", said.note, said.bound or "exact", *carried)
    carried = said.carried or tuple(getattr(old, name) for name in CARRIED)
    kept = said.carried is None and old.amount == said.amount and old.missing == said.missing
    return (
        said.statuses or (old.statuses if kept else ""),
        said.confidentiality or old.confidentiality,
        said.note or (old.note if kept else ""),
        said.bound or (old.bound if kept else "exact"),
        *carried,
    )


def _outcome(said: Said, merged: tuple[Any, ...], old: Any) -> str:
    if old is None or old.missing == Missing.REMOVED:
        return Outcome.UNCHANGED if said.missing == Missing.REMOVED else Outcome.NEW
    # Not compared: the version of the indicator. The same number does not move to another definition by itself.
    before = (old.amount, old.missing, old.statuses, old.confidentiality, old.note, old.bound)
    mine = (said.amount, said.missing, *merged)
    return Outcome.UNCHANGED if (*before, *(getattr(old, name) for name in CARRIED)) == mine else Outcome.CHANGED


def _entry(row: tuple[Any, ...]) -> dict[str, Any]:
    """What would stand, as a preview shows it."""
    values = dict(zip(ROW_COLUMNS, row, strict=True))
    amount = values["amount"]
    return {
        name: str(Decimal(amount) / SCALE) if name == "amount" and amount is not None else values[name] for name in ENTRY_COLUMNS
    }


def _warnings(said: Mapping[PlainKey, Said], existing: Mapping[PlainKey, Any]) -> dict[PlainKey, list[Finding]]:
    """What to ask back about: outside the plausible range, a jump since the year before, parts beyond the whole."""
    found: dict[PlainKey, list[Finding]] = defaultdict(list)
    for key, each in said.items():
        amount, spec = each.amount, each.spec
        if amount is None:
            continue
        if spec.high is not None and amount > spec.high:
            code = "network.share" if spec.unit == Unit.PERCENT else "network.range"
            found[key].append(Finding(code, {"shown": f"{amount / SCALE:.10g}"}))
        elif spec.low is not None and amount < spec.low:
            found[key].append(Finding("network.range", {"shown": f"{amount / SCALE:.10g}"}))
        if spec.jump is not None and (last := _last_before(key, said, existing)) is not None:
            before, period = last
            if abs(amount - before) * 100 > spec.jump * abs(before) and abs(amount - before) > _TRIVIAL:
                params = {"before": f"{before / SCALE:.10g}", "period": period, "shown": f"{amount / SCALE:.10g}"}
                found[key].append(Finding("network.jump", params))
    for key in _too_much(said, existing):
        found[key].append(Finding("network.parts"))
    return found


def _last_before(key: PlainKey, said: Mapping[PlainKey, Said], existing: Mapping[PlainKey, Any]) -> tuple[int, str] | None:
    """The number of the last earlier year and that year: cities are asked every second year, and some miss a round."""
    city, year, indicator, breakdown, _period = key
    for earlier in range(year - 1, year - 1 - YEARS_BACK, -1):
        place = (city, earlier, indicator, breakdown, str(earlier))
        last = said.get(place) or existing.get(place)
        if last is not None and last.amount:
            return last.amount, place[4]
    return None


def _too_much(said: Mapping[PlainKey, Said], existing: Mapping[PlainKey, Any]) -> Iterator[PlainKey]:
    """The wholes whose groups of origin are more than they are, with what stands where the table says nothing."""
    wholes: dict[tuple[int, int, int, str], int] = {}
    sums: dict[tuple[int, int, int, str], int] = defaultdict(int)
    adding = {each.spec.indicator_id for each in said.values() if each.spec.adds_up}
    standing = ((key, old) for key, old in existing.items() if key[2] in adding and key not in said)
    for (city, year, indicator, breakdown, period), each in chain(said.items(), standing):
        if indicator not in adding or each.amount is None:
            continue
        if not breakdown:
            wholes[city, year, indicator, period] = each.amount
        elif ";" not in breakdown and breakdown.startswith("origin="):
            sums[city, year, indicator, period] += each.amount
    touched = {(key[0], key[1], key[2], key[4]) for key in said}
    for place, total in sums.items():
        whole = wholes.get(place)
        if place in touched and whole is not None and whole >= 0 and total > whole + max(_PARTS_SLACK, whole // 1000):
            yield (*place[:3], "", place[3])


_TRIVIAL = SCALE
