"""Values typed in on a page: what stands in the fields before, what is understood of them after, and rows pasted as text.

A field holds text as the person writes it. A row nobody touched writes nothing, whatever happened to its value meanwhile.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from babel.numbers import format_decimal

from icportal.core.strings import Text, _, _n
from icportal.core.text import clean_line, clean_text, fold
from icportal.i18n.locales import get
from icportal.indicators import breakdowns, labels
from icportal.indicators.deliveries import Place
from icportal.indicators.entries import LONGEST_TEXT, REMOVED, Entry, Key
from icportal.indicators.enums import Bound, Confidentiality, Geography, Missing, SourceKind
from icportal.indicators.exchange import cells
from icportal.indicators.exchange.layout import COLUMNS, NOT_AVAILABLE, row_key
from icportal.indicators.models import Observation
from icportal.indicators.services.recording import Change

FIELDS = ("value", "status", "conf", "bound", "geography", "period", "definition", "source_kind", "source", "note")
#: What goes from last year's value into an empty row when the person asks for it.
COPIED = ("definition", "source_kind", "source")
LONGEST = dict.fromkeys(("source", "note"), LONGEST_TEXT)
_PERIOD = re.compile(r"(\d{4})(?:-(0[1-9]|1[0-2])|/(\d{4}))?")
#: Columns of a row copied out of the workbook, from the first visible one on.
VISIBLE = COLUMNS[COLUMNS.index("indicator") :]
PASTED = ("value", "status", "conf")


@dataclass
class Row:
    """One value on the page: where it belongs, what stands in its fields, and what is wrong with that.

    ``seen`` is the number of the version the person had before them; ``notes`` say how the text was understood.
    ``mine`` and ``theirs`` are set where somebody else was faster.
    """

    place: Place
    seen: int
    fields: dict[str, str]
    problems: dict[str, list[Text]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    mine: Entry | None = None
    theirs: Entry | None = None
    overtaken: bool = False

    @property
    def target(self) -> Key:
        """Where the value belongs as the page has it: another key than the place's where the period was changed."""
        return replace(self.place.key, period=self.fields["period"])

    def refuse(self, name: str, message: Text) -> None:
        self.problems.setdefault(name, []).append(message)


@dataclass(frozen=True)
class Frame:
    """How the page reads and fills: the way numbers are written, the city's definitions, the one in force."""

    reads_as: str
    definitions: Collection[int]
    in_force: int | None = None
    copy_sources: bool = False


# --- what stands in the fields -----------------------------------------------------------------------------


def plain(amount: Decimal, reads_as: str) -> str:
    """A number as one types it: the decimal sign of the language, nothing between thousands."""
    return str(format_decimal(amount, format="0.######", locale=get(reads_as).locale, group_separator=False))


def prefilled(place: Place, value: Observation | None, frame: Frame) -> dict[str, str]:
    """What stands in the fields when the page is opened over this version."""
    if value is None or value.missing == Missing.REMOVED:
        return _empty(place, frame)
    shown = _value_text(value.entry, frame.reads_as)
    return {
        "value": shown,
        "status": " ".join(value.statuses),
        "conf": value.confidentiality,
        "bound": value.bound,
        "geography": value.geography,
        "period": value.period,
        "definition": str(value.definition_id or ""),
        "source_kind": value.source_kind,
        "source": clean_text(value.source),
        "note": clean_text(value.note),
    }


def _value_text(entry: Entry, reads_as: str) -> str:
    if entry.amount is not None:
        return plain(entry.amount, reads_as)
    return NOT_AVAILABLE if entry.missing == Missing.NOT_AVAILABLE else str(labels.MISSING[entry.missing])


def _empty(place: Place, frame: Frame) -> dict[str, str]:
    found = {
        "value": "",
        "status": "",
        "conf": str(Confidentiality.FREE),
        "bound": str(Bound.EXACT),
        "geography": str(Geography.CITY),
        "period": place.key.period,
        "definition": str(frame.in_force or ""),
        "source_kind": str(SourceKind.NOT_STATED),
        "source": "",
        "note": "",
    }
    if frame.copy_sources and place.before is not None:
        found |= {name: text for name, text in prefilled(place, place.before, frame).items() if name in COPIED}
    return found


def opened(places: Iterable[Place], frame: Frame) -> list[Row]:
    """The rows of the page as it is opened."""
    return [Row(place, place.number, prefilled(place, place.current, frame)) for place in places]


def posted(places: Iterable[Place], form: Mapping[str, str], frame: Frame) -> list[Row]:
    """The rows as the person sent them; one that did not come is as it was opened."""
    rows = []
    for place in places:
        if f"seen:{place.name}" not in form:
            rows += opened([place], frame)
            continue
        texts = {name: form.get(f"{name}:{place.name}", "") for name in FIELDS}
        cleaned = {name: (clean_text if name in LONGEST else clean_line)(text) for name, text in texts.items()}
        seen = form[f"seen:{place.name}"]
        rows.append(Row(place, int(seen) if seen.isdecimal() and len(seen) < 9 else 0, cleaned))  # noqa: PLR2004  a column's width
    return rows


def names_in(form: Iterable[str]) -> set[str]:
    """The names of the rows that were sent."""
    return {name.removeprefix("seen:") for name in form if name.startswith("seen:")}


# --- what is understood of them ----------------------------------------------------------------------------


def changes(
    rows: Sequence[Row], bases: Mapping[Key, Observation], frame: Frame, taken_back: Mapping[Key, int] | None = None
) -> list[Change]:
    """What is to be written; problems are put at the fields of their rows. ``bases`` are the versions that were seen where
    the portal has gone on since, ``taken_back`` the numbers of versions that say there is no value: one can move there.
    """
    found: list[Change] = []
    for row in rows:
        base = row.place.current if row.seen == row.place.number else bases.get(row.place.key)
        if row.fields != prefilled(row.place, base, replace(frame, copy_sources=False)):
            found += _of_row(row, base, frame, taken_back or {})
    _refuse_twice(rows, found)
    return found


def _of_row(row: Row, base: Observation | None, frame: Frame, taken_back: Mapping[Key, int]) -> list[Change]:
    place, version_id = row.place, row.place.definition.version_id
    is_there = base is not None and base.missing != Missing.REMOVED
    if not row.fields["value"]:
        if is_there:
            return [Change(place.key, version_id, REMOVED, row.seen)]
        if row.fields["status"] or row.fields["note"] or row.fields["conf"] != Confidentiality.FREE:
            row.refuse(
                "value", _("Something is said of this value, but there is none. Give it, or “:” where it is not available.")
            )
        return []
    period = _period(row)
    entry = _entry(row, base, frame)
    if row.problems:
        return []
    if entry.is_removed:
        return [Change(place.key, version_id, REMOVED, row.seen)] if is_there else []
    if period == place.key.period:
        return [Change(place.key, version_id, entry, row.seen)]
    # What the public reads at the old place has to go with the secret that moves.
    gone = replace(REMOVED, confidentiality=entry.confidentiality)
    moved = [Change(place.key, version_id, gone, row.seen)] if is_there else []
    return [*moved, Change(row.target, version_id, entry, taken_back.get(row.target, 0))]


def _entry(row: Row, base: Observation | None, frame: Frame) -> Entry:
    fields, definition = row.fields, row.place.definition
    unit = definition.unit_of(row.place.key.breakdown)
    reading = cells.read_value(fields["value"], reads_as=frame.reads_as, unit=unit)
    for problem in reading.problems:
        row.refuse("value", str(problem))
    typed_flags = cells.read_flags(fields["status"])
    for problem in typed_flags.problems:
        row.refuse("status", str(problem))
    for name, most in LONGEST.items():
        if len(fields[name]) > most:
            row.refuse(name, _("This is too long: at most %(max)s characters.", max=most))
    chosen = fields["definition"]
    if chosen and chosen not in map(str, frame.definitions):
        row.refuse("definition", _("Choose one of the definitions offered."))
    for name, known in (("conf", Confidentiality), ("bound", Bound), ("geography", Geography), ("source_kind", SourceKind)):
        if fields[name] not in set(known):
            row.refuse(name, _("Choose one of the answers offered."))
    if row.problems:
        return REMOVED
    row.notes += map(str, (*reading.notes, *typed_flags.notes))
    kept = base is not None and base.missing != Missing.REMOVED
    bound = reading.bound if reading.bound and reading.bound != Bound.EXACT else fields["bound"]
    return Entry(
        amount=reading.amount,
        missing=reading.missing,
        unit=unit,
        statuses=cells.both_flags((reading.statuses, typed_flags.statuses)),
        confidentiality=_strictest(fields["conf"], typed_flags.confidentiality, reading.confidentiality),
        bound=bound if reading.amount is not None else str(Bound.EXACT),
        geography=fields["geography"],
        counting=base.counting if base is not None and kept else definition.facts.counting,
        definition_id=int(chosen) if chosen else None,
        source_kind=fields["source_kind"],
        source=fields["source"],
        note=fields["note"],
    )


def _strictest(*found: str) -> str:
    """The first that is not free: a letter in the cell counts as much as the field of its own."""
    return next((letter for letter in found if letter and letter != Confidentiality.FREE), str(Confidentiality.FREE))


def _period(row: Row) -> str:
    """The period, or a problem at its field: a year, a month of it, or the year and the next."""
    text, year = row.fields["period"], row.place.key.year
    found = _PERIOD.fullmatch(text)
    if found is None or int(found[1]) != year or (found[3] and int(found[3]) != year + 1):
        row.refuse(
            "period",
            _(
                "Write the period as %(year)s, as a month (%(month)s) or as two years (%(years)s).",
                year=str(year), month=f"{year}-06", years=f"{year}/{year + 1}",
            ),
        )  # fmt: skip
    return text


def _refuse_twice(rows: Sequence[Row], found: Iterable[Change]) -> None:
    """Moving a value to a period that has a value of its own would write one over the other; so would moving two there."""
    taken = {row.place.key for row in rows if row.place.is_there}
    given = Counter(change.key for change in found if not change.entry.is_removed)
    for row in rows:
        key = row.target
        if key != row.place.key and given[key] and (key in taken or given[key] > 1):
            row.refuse("period", _("There is a value for %(period)s already, in a row of its own.", period=key.period))


# --- rows pasted as text -----------------------------------------------------------------------------------


def paste(text: str, rows: Sequence[Row], others: Iterable[Place] = ()) -> tuple[int, list[str]]:
    """Put pasted lines into the fields; gives how many values came and a sentence for each line that was not understood.

    Lines that belong to ``others``, places of other pages, are told once for each family.
    """
    count, problems = 0, []
    families, strays = _families_of(others), Counter[str]()
    for number, line in enumerate(text.splitlines(), start=1):
        parts = [clean_line(part) for part in line.split("\t" if "\t" in line else ";")]
        if not any(parts):
            continue
        row, given = _found(parts, rows)
        if row is None and (family := families.get(parts[0]) or families.get(fold(parts[0]))):
            strays[family] += 1
            continue
        if row is None or not given:
            problems.append(_("Line %(number)s: “%(text)s” is not a row of this page.", number=number, text=line.strip()[:60]))
            continue
        for name, value in zip(PASTED, given, strict=False):
            if value:
                row.fields[name] = _conf(value) if name == "conf" else value
        count += 1
    elsewhere = [
        _n(
            "%(num)s row belongs to “%(family)s”: open that page and paste it there.",
            "%(num)s rows belong to “%(family)s”: open that page and paste them there.",
            number,
            family=labels.FAMILIES[family],
        )
        for family, number in strays.items()
    ]
    return count, [*elsewhere, *problems]


def _families_of(places: Iterable[Place]) -> dict[str, str]:
    """The family of everything a pasted line can begin with."""
    found: dict[str, str] = {}
    for place in places:
        definition = place.definition
        for name in (row_key(definition.code, place.key.breakdown), fold(definition.code), fold(definition.title)):
            found[name] = definition.family
    return found


def _found(parts: Sequence[str], rows: Sequence[Row]) -> tuple[Row | None, list[str]]:
    """The row a line speaks of, and what it says: value, flags, confidentiality."""
    first, rest = parts[0], list(parts[1:])
    for row in rows:
        if first == row_key(row.place.definition.code, row.place.key.breakdown):
            return row, rest
    mine = [row for row in rows if fold(first) in (fold(row.place.definition.code), fold(row.place.definition.title))]
    if mine and rest and len(parts) > VISIBLE.index("value") and fold(rest[0]) == fold(mine[0].place.definition.title):
        cells_of = dict(zip(VISIBLE, parts, strict=False))
        return _of_breakdown(mine, cells_of["breakdown"]), [cells_of.get(name, "") for name in PASTED]
    if mine and rest and (exact := _of_breakdown(mine, rest[0])) is not None and len(rest) > 1:
        return exact, rest[1:]
    whole = [row for row in mine if row.place.key.breakdown == breakdowns.WHOLE]
    only = whole or (mine if len(mine) == 1 else [])
    return (only[0] if only else None), rest


def _of_breakdown(rows: Iterable[Row], text: str) -> Row | None:
    wanted = fold(text)
    return next(
        (row for row in rows if wanted in (fold(labels.breakdown(row.place.key.breakdown)), row.place.key.breakdown)), None
    )


def _conf(text: str) -> str:
    words = {fold(str(word)): code for code, word in labels.CONFIDENTIALITY.items()}
    return words.get(fold(text), text.upper())
