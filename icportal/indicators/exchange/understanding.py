"""From the cells of a workbook to its rows: which sheet, which columns, which value each row speaks of."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from icportal.core.strings import _l
from icportal.i18n.catalogues import in_language
from icportal.i18n.locales import LANGUAGES
from icportal.indicators import breakdowns, facts, findings, labels
from icportal.indicators.catalogue import Definition
from icportal.indicators.entries import REMOVED, Entry
from icportal.indicators.enums import Bound, Confidentiality, Missing
from icportal.indicators.exchange import columns, editions, guidance, sheets, vocabulary
from icportal.indicators.exchange.cells import Reading, Seen, read_cell
from icportal.indicators.exchange.doubles import without_doubles
from icportal.indicators.exchange.layout import (
    COLUMNS,
    LOCKED,
    META_SHEET,
    SCHEMA,
    Identity,
    ReadRow,
    ReadWorkbook,
    Unreadable,
    split_key,
)
from icportal.indicators.findings import Finding

#: The row of codes is the first; a few more are looked through in case something was put above it.
_ROWS_ABOVE = 20
_ENOUGH_CODES = 4
_SHOWN = 200
_YEAR, _SOME_YEAR = re.compile(r"\b\d{4}\b"), 2000
#: Stands for a breakdown nobody can tell.
_UNCLEAR = "?"
_PREFILLED = frozenset({"period"})
#: Without these nothing can be read safely: a value without its secrecy must not come in as a free one.
_NEEDED = ("value", "conf")

findings.register(
    {
        "file.not_ours": _l(
            "This workbook was not made by the portal. Download the workbook of your city and copy your values into it."
        ),
        "file.identity_gone": _l(
            "The workbook no longer says for which city and year it was made. It was read as the workbook of this city and year, "
            "because its rows still carry their keys."
        ),
        "file.other_city": _l(
            "This workbook was made for %(found)s, but this page is of %(expected)s. Choose the right workbook."
        ),
        "file.other_year": _l(
            "This workbook was made for the year %(found)s, but this page is of %(expected)s. Choose the right workbook."
        ),
        "file.other_schema": _l(
            "This workbook was made by another version of the portal (layout %(found)s; today %(expected)s). Download a fresh "
            "workbook and copy your values into it."
        ),
        "file.catalogue_changed": _l(
            "The list of indicators has changed since this workbook was made. All that is still asked for was read; rows of "
            "indicators that were defined anew or left out say so."
        ),
        "file.network_instead": _l(
            "This is a workbook of several cities, but this page is of %(expected)s alone. Choose the workbook of the city, or "
            "send this one on the page of the network."
        ),
        "file.city_instead": _l(
            "This workbook was made for %(found)s alone, but this page is of several cities. Send it on the page of that city."
        ),
        "file.column_missing": _l("The column “%(column)s” is missing. Download a fresh workbook and copy your values into it."),
        "file.column_empty": _l("The column “%(column)s” is missing; it was read as empty."),
        "file.column_twice": _l(
            "The columns %(one)s and %(other)s are both “%(column)s”. Delete the one that was added and choose the workbook again."
        ),
        "file.code_row_gone": _l("The hidden first row is missing; the columns were found by their headings."),
        "cell.merged": _l(
            "The cells %(range)s are merged, so it cannot be told which row their content is of. Undo the merging and fill in each row."
        ),
        "cell.no_key": _l(
            "The row holds a value, but nothing says which indicator it is of. Type the value in the row of its indicator."
        ),
        "cell.key_recovered": _l("The hidden key of the row is missing; it was found by indicator and breakdown."),
        "cell.unknown_key": _l(
            "There is no indicator “%(seen)s” in the list. Copy the value into the right row of a fresh workbook."
        ),
        "cell.no_longer_asked": _l("The indicator %(seen)s is no longer in the list of what is asked for. Leave this value out."),
        "cell.defined_anew": _l("The definition of this indicator has changed since the workbook was made: look at it again."),
        "cell.unknown_breakdown": _l("The indicator %(code)s is not asked for “%(seen)s”."),
        "cell.key_of_city": _l("The row belongs to %(found)s, but the workbook is of %(expected)s."),
        "cell.no_city": _l("The row does not say which city it is of."),
        "cell.only_beside": _l("The value is empty, so what stands beside it changes nothing."),
        "cell.bound_twice": _l(
            "The mark in the cell (%(mark)s) and the column beside it (%(column)s) differ. Keep one of the two."
        ),
    }
)


@dataclass(frozen=True)
class ReadingContext:
    """What a workbook is read against.

    ``definitions`` are the indicators by code; ``reads_as`` the language numbers typed as text are written in;
    ``definitions_of_migrant`` numbers by what may stand in their column; ``catalogue`` the edition expected (none: any);
    ``network`` a workbook of several cities, whose slugs are keys of ``city_names``; ``year`` 0 takes any. ``defined``
    has for each code the number of the version with which its definition last changed so that no series runs on.
    """

    definitions: Mapping[str, Definition]
    city_slug: str
    year: int
    reads_as: str
    definitions_of_migrant: Mapping[str, int] = field(default_factory=dict)
    catalogue: str = ""
    network: bool = False
    city_names: Mapping[str, str] = field(default_factory=dict)
    defined: Mapping[str, int] = field(default_factory=dict)

    def name(self, slug: str) -> str:
        return self.city_names.get(slug, slug)


def understand(found: Mapping[str, Any], context: ReadingContext) -> ReadWorkbook:
    """The rows of what the child process found. Needs an application context, for the words of all languages.

    Raises:
        Unreadable: it is not the workbook that is expected here.
    """
    notes = [Finding(code) for code in found["notes"]]
    tables = [_sheet(sheet, found) for sheet in found["sheets"]]
    identity = _identity(found["identities"], tables)
    edition = None
    if identity is not None:
        _check_identity(identity, context)
        if context.catalogue and identity.catalogue != context.catalogue:
            notes.append(Finding("file.catalogue_changed"))
            edition = _edition(tables)
    read: list[ReadRow] = []
    year = str((identity.year if identity else 0) or context.year)
    keyed = False
    for table in tables:
        heads = None if table.name == META_SHEET else _heads(table)
        if heads is None:
            continue
        notes += _missing_columns(heads)
        keyed = keyed or "key" in heads.places
        read += _rows(table, heads, context, year, edition)
    if not keyed and not read:
        raise Unreadable(Finding("file.not_ours"))
    if identity is None:
        if not any(row.code in context.definitions for row in read):
            raise Unreadable(Finding("file.not_ours"))
        notes.append(Finding("file.identity_gone"))
    return ReadWorkbook(identity, tuple(without_doubles(read)), _once(notes))


def _once(notes: Sequence[Finding]) -> tuple[Finding, ...]:
    return tuple(note for place, note in enumerate(notes) if note not in notes[:place])


# --- what it is --------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Table:
    """A sheet by rows, each a mapping of column numbers to cells; ``merged`` are its ranges over several rows."""

    name: str
    rows: dict[int, dict[int, Seen]]
    merged: list[tuple[str, int, int, int, int]]


def _sheet(sheet: Mapping[str, Any], found: Mapping[str, Any]) -> _Table:
    rows: dict[int, dict[int, Seen]] = {}
    texts, from_1904 = found["texts"], found["from_1904"]
    for row, column, kind, text, *formula in sheet["cells"]:
        shown = texts[text] if kind == sheets.TEXT else text
        rows.setdefault(row, {})[column] = Seen(row, column, kind, shown, bool(formula), from_1904)
    return _Table(sheet["name"], rows, [area for text in sheet["merged"] if (area := _area(text))])


def _area(text: str) -> tuple[str, int, int, int, int] | None:
    corners = [sheets.place_of(corner) for corner in text.split(":")]
    if len(corners) != 2 or None in corners:  # noqa: PLR2004  a range has two corners
        return None
    (top, left), (bottom, right) = corners  # type: ignore[misc]
    return (text, top, left, bottom, right)


def _identity(written: Sequence[str], tables: Sequence[_Table]) -> Identity | None:
    """What the first of the three places says that is left."""
    meta = [table.rows.get(1, {}).get(2) for table in tables if table.name == META_SHEET]
    for text in (*written, *(cell.text for cell in meta if cell)):
        try:
            return Identity.read(text.strip())
        except ValueError:
            if text.startswith("icportal|"):
                raise Unreadable(Finding("file.other_schema", {"found": text.split("|")[1][:20], "expected": SCHEMA})) from None
    return None


def _edition(tables: Sequence[_Table]) -> dict[str, int]:
    """The version of each indicator the workbook was made with, where it says so."""
    cells = [table.rows.get(editions.ROW, {}).get(2) for table in tables if table.name == META_SHEET]
    return next((editions.read(cell.text) for cell in cells if cell), {})


def _check_identity(identity: Identity, context: ReadingContext) -> None:
    def refuse(code: str, found: object, expected: object) -> None:
        raise Unreadable(Finding(code, {"found": str(found)[:_SHOWN], "expected": str(expected)}))

    if identity.schema != SCHEMA:
        refuse("file.other_schema", identity.schema, SCHEMA)
    if context.network and identity.city:
        refuse("file.city_instead", context.name(identity.city), "")
    if not context.network and not identity.city:
        refuse("file.network_instead", "", context.name(context.city_slug))
    if not context.network and identity.city != context.city_slug:
        refuse("file.other_city", context.name(identity.city), context.name(context.city_slug))
    if context.year and identity.year != context.year:
        refuse("file.other_year", identity.year, context.year)


# --- which columns -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Heads:
    """Where each column stands, and the row in which data begin."""

    places: dict[str, int]
    first: int
    by_heading: bool = False


def _heads(table: _Table) -> _Heads | None:
    for number in sorted(table.rows)[:_ROWS_ABOVE]:
        if number > _ROWS_ABOVE:
            break
        row = table.rows[number]
        codes, named = _places(row, dict(zip(COLUMNS, COLUMNS, strict=True))), _places(row, _headings())
        # Some headings read like codes.
        if _is_head(codes) and len(codes) >= len(named):
            return _Heads(codes, number + (2 if _is_head(_places(table.rows.get(number + 1, {}), _headings())) else 1))
        if _is_head(named):
            return _Heads(named, number + 1, by_heading=True)
    return None


def _is_head(places: Mapping[str, int]) -> bool:
    return len(places) >= _ENOUGH_CODES and bool({"key", "indicator"} & set(places)) and bool(set(COLUMNS[8:]) & set(places))


def _places(row: Mapping[int, Seen], names: Mapping[str, str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for place, cell in sorted(row.items()):
        words = _YEAR.sub(str(_SOME_YEAR), vocabulary.folded(cell.shown)) if cell.kind == sheets.TEXT else ""
        code = names.get(words)
        if code and code in found and code not in LOCKED:
            both = {"column": code, "one": sheets.letters(found[code]), "other": sheets.letters(place)}
            raise Unreadable(Finding("file.column_twice", both))
        if code:
            found.setdefault(code, place)
    return found


@cache
def _headings() -> Mapping[str, str]:
    """The headings of the columns in every language; that of the value names some year."""
    found: dict[str, str] = {}
    for language in LANGUAGES:
        with in_language(language):
            for code, heading in guidance.headers(_SOME_YEAR).items():
                found.setdefault(vocabulary.folded(heading), code)
    return found


def _missing_columns(heads: _Heads) -> list[Finding]:
    for code in _NEEDED:
        if code not in heads.places:
            raise Unreadable(Finding("file.column_missing", {"column": code}))
    typed = [code for code in COLUMNS if code not in LOCKED and code not in heads.places]
    notes = [Finding("file.column_empty", {"column": code}) for code in typed]
    return [Finding("file.code_row_gone"), *notes] if heads.by_heading else notes


# --- the rows ----------------------------------------------------------------------------------------------


def _rows(
    table: _Table, heads: _Heads, context: ReadingContext, year: str, edition: Mapping[str, int] | None
) -> Iterator[ReadRow]:
    value_columns = [place for code, place in heads.places.items() if code not in LOCKED]
    merged = [area for area in table.merged if any(area[2] <= place <= area[4] for place in value_columns)]
    known: dict[str, int] = {}
    for text, number in context.definitions_of_migrant.items():
        known.setdefault(vocabulary.folded(text), number)
    for number in sorted(table.rows):
        if number < heads.first:
            continue
        row = table.rows[number]
        found = {code: row[place] for code, place in heads.places.items() if place in row}
        area = next((area for area in merged if area[1] <= number <= area[3]), None)
        read = _Row(table, heads, number, found, context, area, edition).read(year, known)
        if read is not None:
            yield read


@dataclass
class _Row:
    """One row on its way to be understood. ``area`` is the merged range it lies in; ``edition`` the versions of the
    indicators the workbook was made with, None where it is today's.
    """

    table: _Table
    heads: _Heads
    number: int
    found: dict[str, Seen]
    context: ReadingContext
    area: tuple[str, int, int, int, int] | None
    edition: Mapping[str, int] | None = None
    problems: list[Finding] = field(default_factory=list)
    notes: list[Finding] = field(default_factory=list)

    def read(self, year: str, definitions: Mapping[str, int]) -> ReadRow | None:
        """The row, or nothing where it says nothing at all."""
        typed = {code: seen for code, seen in self.found.items() if code not in LOCKED and not seen.is_blank}
        value = typed.get("value")
        city, code, breakdown = self._place()
        definition = self.context.definitions.get(code)
        if not typed or (definition is None and value is None):
            return None
        beside = columns.read(typed, period=year, definitions=definitions)
        entry = None
        reading = Reading()
        self._check_merged(value)
        if value is not None:
            self._check_place(definition, city, code, breakdown)
            self._check_edition(code)
            unit = definition.unit_of(breakdown) if definition else ""
            reading = read_cell(value, reads_as=self.context.reads_as, unit=unit)
            self.problems += [*reading.problems, *beside.problems]
            self.notes += [*reading.notes, *beside.notes]
            if definition is not None and not reading.is_empty:
                entry = self._entry(reading, beside, definition, breakdown)
        elif set(typed) - _PREFILLED and not self.problems:
            self.notes.append(Finding("cell.only_beside"))
        if breakdown == _UNCLEAR:
            code, breakdown = "", breakdowns.WHOLE
        return ReadRow(
            sheet=self.table.name,
            cell=f"{sheets.letters(self.heads.places['value'])}{self.number}",
            city=city or ("" if self.context.network else self.context.city_slug),
            code=code[:40],
            breakdown=breakdown,
            period=beside.period,
            shown=value.shown[:_SHOWN] if value else "",
            entry=None if self.problems else entry,
            seen=self._seen(),
            problems=tuple(self.problems),
            notes=tuple(self.notes),
            cells={name: (cell.place, _shown(name, cell)) for name, cell in self.found.items()},
            says_secrecy=bool(beside.confidentiality) or reading.confidentiality != Confidentiality.FREE,
        )

    def _entry(self, reading: Reading, beside: columns.Beside, definition: Definition, breakdown: str) -> Entry:
        if reading.missing == Missing.REMOVED:
            return REMOVED
        bound = beside.bound or Bound.EXACT
        if reading.bound != Bound.EXACT:
            if bound not in {Bound.EXACT, reading.bound}:
                self.problems.append(Finding("cell.bound_twice", {"mark": str(reading.bound), "column": str(bound)}))
            bound = reading.bound
        confidentiality = beside.confidentiality or Confidentiality.FREE
        if confidentiality == Confidentiality.FREE:
            confidentiality = reading.confidentiality
        return Entry(
            amount=reading.amount,
            missing=reading.missing,
            unit=definition.unit_of(breakdown),
            statuses=facts.flags(beside.statuses + reading.statuses),
            confidentiality=str(confidentiality),
            bound=str(bound) if reading.amount is not None else str(Bound.EXACT),
            geography=str(beside.geography),
            counting=definition.facts.counting,
            definition_id=beside.definition_id,
            source_kind=str(beside.source_kind),
            source=beside.source,
            note=beside.note,
        )

    def _check_edition(self, code: str) -> None:
        """Whether the number may have been found for another definition; without a word of the workbook it may."""
        if self.edition is not None and self.edition.get(code, 1) < self.context.defined.get(code, 1):
            # A plan tells what nobody touched; with a network's table nobody can, so it is not taken over.
            (self.problems if self.context.network else self.notes).append(Finding("cell.defined_anew"))

    def _check_merged(self, value: Seen | None) -> None:
        """A cell merged over several rows leaves all but the first of them empty: nobody can say what was meant."""
        if self.area is None:
            return
        text, top, left, bottom, right = self.area
        place = self.heads.places["value"]
        over_rows = bottom > top
        swallowed = left < place <= right
        filled = any(self.table.rows.get(top, {}).get(column) for column in range(left, right + 1))
        if filled and ((over_rows and (value is not None or left <= place <= right)) or swallowed):
            self.problems.append(Finding("cell.merged", {"range": text}))

    def _seen(self) -> int | None:
        text = self.found["seen"].shown.strip() if "seen" in self.found else ""
        return int(text) if text.isdecimal() and len(text) < 10 else None  # noqa: PLR2004  more versions than that nobody makes

    # Which value it speaks of.

    def _place(self) -> tuple[str, str, str]:
        """(city, code, breakdown) by the key, else by what can be seen of it."""
        key = self.found["key"].shown.strip() if "key" in self.found else ""
        if key:
            try:
                city, code, breakdown = split_key(key)
                breakdowns.parse(breakdown)
            except ValueError:
                pass
            else:
                return city, code.strip(), breakdown
        return self._recovered()

    def _recovered(self) -> tuple[str, str, str]:
        code = self.found["indicator"].shown.strip().upper() if "indicator" in self.found else ""
        definition = self.context.definitions.get(code)
        if definition is None:
            return "", code, ""
        words = vocabulary.folded(self.found["breakdown"].shown) if "breakdown" in self.found else ""
        fitting = {key for key in definition.rows if words == key or words in _breakdown_words(key)}
        if len(fitting) != 1:
            return "", code, _UNCLEAR
        self.notes.append(Finding("cell.key_recovered"))
        return self._city(), code, fitting.pop()

    def _city(self) -> str:
        """In a workbook of several cities, the one whose name stands in the row."""
        if not self.context.network or "city" not in self.found:
            return ""
        words = vocabulary.folded(self.found["city"].shown)
        fitting = {slug for slug, name in self.context.city_names.items() if words in {slug, vocabulary.folded(name)}}
        return fitting.pop() if len(fitting) == 1 else ""

    def _check_place(self, definition: Definition | None, city: str, code: str, breakdown: str) -> None:
        if not code:
            self.problems.append(Finding("cell.no_key"))
        elif definition is None:
            known = "cell.no_longer_asked" if self.edition is not None else "cell.unknown_key"
            self.problems.append(Finding(known, {"seen": code[:_SHOWN]}))
        elif breakdown not in definition.rows:
            seen = self.found["breakdown"].shown if "breakdown" in self.found else breakdown
            self.problems.append(Finding("cell.unknown_breakdown", {"code": code, "seen": seen[:_SHOWN]}))
        if self.context.network:
            if not city or (self.context.city_names and city not in self.context.city_names):
                self.problems.append(Finding("cell.no_city"))
        elif city and city != self.context.city_slug:
            names = {"found": self.context.name(city)[:_SHOWN], "expected": self.context.name(self.context.city_slug)}
            self.problems.append(Finding("cell.key_of_city", names))


def _shown(column: str, cell: Seen) -> str:
    return cell.shown[: columns.LONGEST_TEXT if column in {"source", "note"} else _SHOWN]


@cache
def _breakdown_words(key: str) -> frozenset[str]:
    """What people read for a breakdown, in every language."""
    found = set()
    for language in LANGUAGES:
        with in_language(language):
            found.add(vocabulary.folded(labels.breakdown(key)))
    return frozenset(found)
