"""Reading a network's table row by row: whose value it is, what it says, and what is wrong with it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from icportal.core.text import fold
from icportal.indicators import breakdowns
from icportal.indicators.catalogue import Definition
from icportal.indicators.entries import LARGEST, LONGEST_TEXT, SCALE
from icportal.indicators.enums import Bound, Confidentiality, Outcome, Unit
from icportal.indicators.exchange import cells, columns, sheets
from icportal.indicators.exchange.cells import Reading, Seen
from icportal.indicators.exchange.layout import ReadRow
from icportal.indicators.exchange.network import Block
from icportal.indicators.findings import Finding
from icportal.indicators.network_state import PlainKey, cities_by_name
from icportal.indicators.network_words import in_millionths

_HUNDRED = 100 * SCALE
_TOO_LARGE = int(LARGEST) * SCALE
#: A float is off by less than this, in millionths; anything more is a seventh decimal.
_ROUNDING = 0.01


@dataclass(slots=True)
class Said:
    """What one row says; amounts in millionths. An empty confidentiality says nothing about it."""

    row: int
    amount: int | None
    missing: str
    statuses: str
    confidentiality: str
    note: str
    spec: Spec
    #: Empty where a plain number says nothing about it.
    bound: str = ""
    #: The caveats of CARRIED where the table speaks of them, and the version it was made with.
    carried: tuple[Any, ...] | None = None
    seen: int | None = None
    place: tuple[str, str] | None = None

    def says(self) -> tuple[Any, ...]:
        """What it says, wherever it stands."""
        return (self.amount, self.missing, self.statuses, self.confidentiality, self.note, self.bound, self.carried)


@dataclass(frozen=True, slots=True)
class Spec:
    """What is asked in one row: of an indicator, one breakdown."""

    indicator_id: int
    version_id: int
    breakdown: str
    unit: str
    counting: str
    low: int | None
    high: int | None
    jump: int | None
    adds_up: bool


@dataclass
class Cell:
    """A row with something to say about it, for the preview."""

    row: int
    shown: str
    outcome: str
    city_id: int | None = None
    indicator_id: int | None = None
    breakdown: str = ""
    period: str = ""
    problems: list[Finding] = field(default_factory=list)
    warnings: list[Finding] = field(default_factory=list)
    notes: list[Finding] = field(default_factory=list)
    #: (sheet, cell) where the row number alone does not tell it.
    place: tuple[str, str] | None = None
    #: What would stand, as ``Entry.stored`` has it, and the version it would take the place of.
    entry: dict[str, Any] | None = None
    previous_id: int | None = None


def cell_of(
    key: PlainKey, said: Said, problems: Iterable[Finding] = (), warnings: Iterable[Finding] = (), outcome: str = ""
) -> Cell:
    """A row that was understood, to be shown."""
    shown = ":" if said.amount is None else f"{said.amount / SCALE:.10g}"
    return Cell(said.row, shown, outcome, key[0], key[2], key[3], key[4], list(problems), list(warnings), place=said.place)


class Reader:
    """Understands the blocks of one table one after the other."""

    def __init__(self, definitions: Mapping[str, Definition], *, reads_as: str) -> None:
        self._definitions = {code.casefold(): definition for code, definition in definitions.items()}
        self._reads_as = reads_as
        self._cities = cities_by_name()
        self._specs: dict[tuple[str, str], Spec | Finding] = {}
        self.said: dict[PlainKey, Said] = {}
        self.cells: list[Cell] = []
        self.counts: Counter[str] = Counter()
        self.blocked: set[tuple[int, int]] = set()
        #: Columns of the table that nothing was read from.
        self.unread: set[str] = set()
        self._twice: dict[PlainKey, int] = {}

    def take(self, block: Block) -> None:
        """Understand the rows of a block."""
        given = block.columns
        cities = [self._city(text) for text in given["city"].texts]
        periods = [_period(text) for text in given["period"].texts]
        flags = [cells.read_flags(text) for text in given["status"].texts]
        # Letters that need a word said about them take the careful way.
        statuses = [None if each.problems or each.notes else each.statuses for each in flags]
        confidential = [_confidentiality(text) for text in given["conf"].texts]
        notes = given["note"].texts
        codes, parts = given["indicator"].texts, given["breakdown"].texts
        known: dict[tuple[int, int], Spec | Finding] = {}
        said, twice, others = self.said, self._twice, block.others
        self.unread |= set(block.unread)
        row = block.first - 1
        for city_at, code_at, part_at, period_at, status_at, conf_at, note_at, number in zip(
            given["city"].codes,
            given["indicator"].codes,
            given["breakdown"].codes,
            given["period"].codes,
            given["status"].codes,
            given["conf"].codes,
            given["note"].codes,
            block.numbers,
            strict=True,
        ):
            row += 1
            place = (code_at, part_at)
            spec = known.get(place)
            if spec is None:
                spec = known[place] = self._spec(codes[code_at], parts[part_at])
            city, period = cities[city_at], periods[period_at]
            status, conf = statuses[status_at], confidential[conf_at]
            if number == number:  # noqa: PLR0124  not a number is unlike itself
                exact = number * SCALE
                amount = round(exact)
                plain = abs(exact - amount) < _ROUNDING and -_TOO_LARGE < amount < _TOO_LARGE
            else:
                plain = False
            if (
                plain
                and type(city) is int
                and type(spec) is Spec
                and spec.unit != Unit.YES_NO
                and type(period) is tuple
                and type(status) is str
                and type(conf) is str
                and len(notes[note_at]) <= LONGEST_TEXT
            ):
                key = (city, period[1], spec.indicator_id, spec.breakdown, period[0])
                if key not in said and key not in twice:
                    said[key] = Said(row, amount, "", status, conf, notes[note_at], spec)
                    continue
            texts = (given["city"].texts[city_at], codes[code_at], parts[part_at])
            understood = (city, spec, period, flags[status_at], conf, notes[note_at])
            self._with_care(row, others.get(row - block.first), number, texts, understood)

    def _with_care(self, row: int, other: Any, number: float, texts: tuple[str, str, str], understood: tuple[Any, ...]) -> None:
        """A row that is not simply in order: is it empty, is it text, is something wrong with it?"""
        city, spec, period, flags, conf, note = understood
        if other is None and number != number:  # noqa: PLR0124  an empty cell changes nothing
            self.counts[Outcome.EMPTY] += 1 if any(texts) else 0
            return
        seen = _seen(row, number, other)
        cell = Cell(row, seen.shown, Outcome.REFUSED, notes=list(flags.notes))
        cell.problems = [*(each for each in (city, spec, period, conf) if isinstance(each, Finding)), *flags.problems]
        if len(note) > LONGEST_TEXT:
            cell.problems.append(Finding("cell.too_long", {"most": LONGEST_TEXT}))
        cell.indicator_id, cell.breakdown = (spec.indicator_id, spec.breakdown) if isinstance(spec, Spec) else (None, "")
        cell.city_id = city if isinstance(city, int) else None
        cell.period = period[0] if isinstance(period, tuple) else ""
        reading = self._reading(seen, spec.unit if isinstance(spec, Spec) else Unit.COUNT)
        cell.problems += reading.problems
        cell.notes += reading.notes
        if cell.problems:
            self.refuse(cell)
            return
        amount = None if reading.amount is None else int(reading.amount * SCALE)
        secret = next((each for each in (reading.confidentiality, flags.confidentiality, conf) if each not in _SAYS_LITTLE), conf)
        bound = str(reading.bound) if reading.bound != Bound.EXACT else ""
        statuses = cells.both_flags((flags.statuses, reading.statuses))
        mine = Said(row, amount, str(reading.missing), statuses, str(secret), note, spec, bound)
        key = (city, period[1], spec.indicator_id, spec.breakdown, period[0])
        if self._stands_twice(key, mine, cell):
            return
        if self.said.setdefault(key, mine) is mine and cell.notes:
            cell.outcome = Outcome.NEW
            self.cells.append(cell)

    def _stands_twice(self, key: PlainKey, mine: Said, cell: Cell) -> bool:
        """Refuse every row of a value the table gives differently: which of them is meant, nobody here can tell."""
        before = self.said.get(key)
        if before is not None and before.says() != mine.says():
            self._twice[key] = before.row
            del self.said[key]
            self.refuse(cell_of(key, before, [Finding("network.twice", {"row": mine.row})]))
        if key not in self._twice:
            return False
        cell.problems.append(Finding("network.twice", {"row": self._twice[key]}))
        self.refuse(cell)
        return True

    def _reading(self, seen: Seen, unit: str) -> Reading:
        """The verdict on a value cell, as in any workbook; but a table nobody typed has no decimals to round off."""
        if seen.kind == sheets.NUMBER:
            amount = Decimal(seen.text)
            if abs(amount) < LARGEST and amount != round(amount, 6):
                return Reading(problems=(Finding("network.decimals", {"shown": seen.shown}),))
        return cells.read_cell(seen, reads_as=self._reads_as, unit=unit)

    def take_rows(self, rows: Iterable[ReadRow]) -> None:
        """Understand the rows of a workbook of ours for several cities, which were read cell by cell already."""
        for row in rows:
            if row.is_empty:
                self.counts[Outcome.EMPTY] += 1
                continue
            city, spec, period = self._city(row.city), self._spec(row.code, row.breakdown), _period(row.period)
            number = int("".join(sign for sign in row.cell if sign.isdigit()) or 0)
            cell = Cell(number, row.shown, Outcome.REFUSED, place=(row.sheet, row.cell))
            cell.problems = [*row.problems, *(each for each in (city, spec, period) if isinstance(each, Finding))]
            cell.notes = list(row.notes)
            cell.city_id = city if isinstance(city, int) else None
            cell.indicator_id, cell.breakdown = (spec.indicator_id, spec.breakdown) if isinstance(spec, Spec) else (None, "")
            cell.period = period[0] if isinstance(period, tuple) else ""
            entry = row.entry
            if (
                cell.problems
                or entry is None
                or not (isinstance(city, int) and isinstance(spec, Spec) and isinstance(period, tuple))
            ):
                self.refuse(cell)
                continue
            key = (city, period[1], spec.indicator_id, spec.breakdown, period[0])
            amount = None if entry.amount is None else int(entry.amount * SCALE)
            carried = (str(entry.geography), entry.definition_id, str(entry.source_kind), entry.source, entry.period_assumed)
            self.said[key] = Said(
                number, amount, str(entry.missing), entry.statuses, str(entry.confidentiality) if row.says_secrecy else "", entry.note, spec,
                str(entry.bound), carried, row.seen, cell.place,
            )  # fmt: skip

    def refuse(self, cell: Cell) -> None:
        """Count a refused row; its city's year is not applied as a whole."""
        cell.outcome = Outcome.REFUSED
        self.counts[Outcome.REFUSED] += 1
        if cell.city_id is not None and cell.period:
            self.blocked.add((cell.city_id, int(cell.period[:4])))
        self.cells.append(cell)

    def _city(self, text: str) -> int | Finding:
        return self._cities.get(fold(text)) or Finding("network.city", {"shown": text[:80]})

    def _spec(self, code: str, part: str) -> Spec | Finding:
        known = self._specs.get((code, part))
        if known is None:
            known = self._specs[code, part] = self._new_spec(code, part.replace(" ", ""))
        return known

    def _new_spec(self, code: str, part: str) -> Spec | Finding:
        definition = self._definitions.get(code.casefold())
        if definition is None:
            return Finding("network.indicator", {"shown": code[:40]})
        try:
            breakdown = breakdowns.key_of(breakdowns.parse(part))
        except ValueError:
            breakdown = None
        if breakdown is None or breakdown not in definition.rows:
            return Finding("network.breakdown", {"shown": part[:80], "code": definition.code})
        facts, unit = definition.facts, definition.unit_of(breakdown)
        same_unit = unit == facts.unit
        high = in_millionths(facts.high) if same_unit else _HUNDRED if unit == Unit.PERCENT else None
        return Spec(
            definition.indicator_id,
            definition.version_id,
            breakdown,
            unit,
            facts.counting,
            in_millionths(facts.low) if same_unit else None,
            high,
            facts.jump,
            bool(facts.adds_up),
        )


def _period(text: str) -> tuple[str, int] | Finding:
    """The period as it is kept, and the year it belongs to."""
    found = columns.read_period(text)
    return (found, int(found[:4])) if found else columns.no_period(text)


def _confidentiality(text: str) -> str | Finding:
    """The confidentiality, empty where nothing is said."""
    if not text.strip():
        return ""
    return columns.choice("conf", text) or columns.none_of("conf", text)


def _seen(row: int, number: float, other: tuple[str, str] | None) -> Seen:
    """A value cell as the reader of workbooks knows it."""
    kind, text = (sheets.NUMBER, repr(number)) if other is None else (_KINDS[other[0]], other[1])
    return Seen(row, 0, kind, text)


#: What the child calls the kinds of cells that are no plain number.
_KINDS = {
    "text": sheets.TEXT,
    "boolean": sheets.BOOLEAN,
    "percent": sheets.PERCENT,
    "date": sheets.DAY,
    "error": sheets.ERROR,
    "no_value": sheets.NO_VALUE,
}
#: Beside one of these a letter somewhere else in the row counts.
_SAYS_LITTLE = frozenset({"", str(Confidentiality.FREE)})
