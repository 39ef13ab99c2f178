"""Rows of one workbook that speak of the same value."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from icportal.core.strings import _l
from icportal.indicators import findings
from icportal.indicators.exchange.layout import ReadRow
from icportal.indicators.findings import Finding

_LONGEST = 200

findings.register(
    {
        "cell.twice": _l("The same value is given again in %(other)s, and differently. Keep one of the two rows."),
        "cell.twice_same": _l("The same value is given again in %(other)s."),
    }
)


def without_doubles(rows: Sequence[ReadRow]) -> Iterator[ReadRow]:
    """Rows that speak of the same value: those that say the same count once, others are refused, each naming the other."""
    groups: dict[tuple[str, str, str, str], list[ReadRow]] = {}
    for row in rows:
        groups.setdefault((row.city, row.code, row.breakdown, row.period), []).append(row)
    for (_city, code, _breakdown, _period), group in groups.items():
        if not code:
            yield from group
            continue
        filled = [row for row in group if not row.is_empty]
        if len(filled) < 2:  # noqa: PLR2004  nothing is there twice
            yield from filled or group[:1]
            continue
        first, second = filled[0], filled[1]
        others = ", ".join(f"{row.sheet}!{row.cell}" if row.sheet != first.sheet else row.cell for row in filled[1:])
        if all(row.entry is not None and row.entry == first.entry for row in filled):
            yield replace(first, notes=(*first.notes, Finding("cell.twice_same", {"other": others[:_LONGEST]})))
            continue
        for row in filled:
            other = second if row is first else first
            place = f"{other.sheet}!{other.cell}" if other.sheet != row.sheet else other.cell
            yield replace(row, entry=None, problems=(*row.problems, Finding("cell.twice", {"other": place})))
