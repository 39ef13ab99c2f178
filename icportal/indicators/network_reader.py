"""Reading a network's table row by row: whose value it is, what it says, and what is wrong with it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from icportal.core.text import fold
from icportal.indicators import breakdowns
from icportal.indicators.catalogue import Definition
from icportal.indicators.entries import LARGEST, SCALE
from icportal.indicators.enums import Bound, Confidentiality, Outcome, Unit
from icportal.indicators.exchange.cells import Reading
from icportal.indicators.exchange.layout import ReadRow
from icportal.indicators.exchange.network import Block
from icportal.indicators.facts import flags
from icportal.indicators.findings import Finding
from icportal.indicators.network_state import PlainKey, cities_by_name
from icportal.indicators.network_words import in_millionths, read_confidentiality, read_flags, read_period

LONGEST_NOTE = 2000
_HUNDRED = 100 * SCALE
_TOO_LARGE = int(LARGEST) * SCALE
_SECRET = str(Confidentiality.CONFIDENTIAL)
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

    def __init__(self, definitions: Mapping[str, Definition], read_text: Callable[[str, str], Reading]) -> None:
        self._definitions = {code.casefold(): definition for code, definition in definitions.items()}
        self._read_text = read_text
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
        columns = block.columns
        cities = [self._city(text) for text in columns["city"].texts]
        periods = [read_period(text) for text in columns["period"].texts]
        statuses = [read_flags(text) for text in columns["status"].texts]
        confidential = [read_confidentiality(text) for text in columns["conf"].texts]
        # The old list of flags had c for confidential among the others.
        secret = ["c" in text.casefold() for text in columns["status"].texts]
        notes = columns["note"].texts
        codes, parts = columns["indicator"].texts, columns["breakdown"].texts
        known: dict[tuple[int, int], Spec | Finding] = {}
        said, twice, others = self.said, self._twice, block.others
        self.unread |= set(block.unread)
        row = block.first - 1
        for city_at, code_at, part_at, period_at, status_at, conf_at, note_at, number in zip(
            columns["city"].codes,
            columns["indicator"].codes,
            columns["breakdown"].codes,
            columns["period"].codes,
            columns["status"].codes,
            columns["conf"].codes,
            columns["note"].codes,
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
            if secret[status_at] and not conf:
                conf = _SECRET
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
                and type(period) is tuple
                and type(status) is str
                and type(conf) is str
                and len(notes[note_at]) <= LONGEST_NOTE
            ):
                key = (city, period[1], spec.indicator_id, spec.breakdown, period[0])
                if key not in said and key not in twice:
                    said[key] = Said(row, amount, "", status, conf, notes[note_at], spec)
                    continue
            texts = (columns["city"].texts[city_at], codes[code_at], parts[part_at])
            self._with_care(row, others.get(row - block.first), number, texts, (city, spec, period, status, conf, notes[note_at]))

    def _with_care(self, row: int, other: Any, number: float, texts: tuple[str, str, str], understood: tuple[Any, ...]) -> None:
        """A row that is not simply in order: is it empty, is it text, is something wrong with it?"""
        city, spec, period, status, conf, note = understood
        if other is None and number != number:  # noqa: PLR0124  an empty cell changes nothing
            self.counts[Outcome.EMPTY] += 1 if any(texts) else 0
            return
        cell = Cell(row, f"{number:.10g}" if other is None else other[1], Outcome.REFUSED)
        cell.problems = [each for each in (city, spec, period, status, conf) if isinstance(each, Finding)]
        if len(note) > LONGEST_NOTE:
            cell.problems.append(Finding("network.note", {"most": LONGEST_NOTE}))
        cell.indicator_id, cell.breakdown = (spec.indicator_id, spec.breakdown) if isinstance(spec, Spec) else (None, "")
        cell.city_id = city if isinstance(city, int) else None
        cell.period = period[0] if isinstance(period, tuple) else ""
        reading = self._reading(number, other, spec.unit if isinstance(spec, Spec) else Unit.COUNT)
        cell.problems += reading.problems
        cell.notes += reading.notes
        if cell.problems:
            self.refuse(cell)
            return
        amount = None if reading.amount is None else int(reading.amount * SCALE)
        if reading.confidentiality != Confidentiality.FREE:
            conf = str(reading.confidentiality)
        bound = str(reading.bound) if reading.bound != Bound.EXACT else ""
        mine = Said(row, amount, str(reading.missing), flags(status + reading.statuses), conf, note, spec, bound)
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

    def _reading(self, number: float, other: tuple[str, str] | None, unit: str) -> Reading:
        """What stands in a value cell that the fast path did not take."""
        if other is None:
            amount = Decimal(repr(number)) if abs(number) < LARGEST else LARGEST
            shown = f"{number:.10g}"
        elif other[0] == "percent":
            amount = round(Decimal(other[1]) * 100, 6)
            shown = f"{float(amount):.10g}"
            note = Finding("network.percent", {"shown": f"{shown} %", "value": shown})
            return Reading(amount, notes=(note,))
        elif other[0] in {"error", "no_value", "date"}:
            return Reading(problems=(Finding(f"network.{other[0]}", {"shown": other[1]}),))
        else:
            return self._read_text(other[1], unit)
        if abs(amount) >= LARGEST or amount != round(amount, 6):
            return Reading(problems=(Finding("network.decimals", {"shown": shown}),))
        return Reading(amount)

    def take_rows(self, rows: Iterable[ReadRow]) -> None:
        """Understand the rows of a workbook of ours for several cities, which were read cell by cell already."""
        for row in rows:
            if row.is_empty:
                self.counts[Outcome.EMPTY] += 1
                continue
            city, spec, period = self._city(row.city), self._spec(row.code, row.breakdown), read_period(row.period)
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
            # An empty cell frees no secret.
            is_told = entry.confidentiality != Confidentiality.FREE or "conf" in row.cells
            carried = (str(entry.geography), entry.definition_id, str(entry.source_kind), entry.source, entry.period_assumed)
            self.said[key] = Said(
                number, amount, str(entry.missing), entry.statuses, str(entry.confidentiality) if is_told else "", entry.note, spec,
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
