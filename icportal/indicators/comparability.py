"""Which values may be set beside one another: marks, footnotes and the light of a figure.

Two values share a figure unmarked only if they are of one data set, version, definition of migrant, year, kind of
period, area and way of counting. Everything else is marked, said in a footnote and can be left out by a click; nothing is dropped
silently. A value in another unit is never drawn on the same scale.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from functools import partial

from icportal.core.strings import Text, _, _l, _lp, _n
from icportal.indicators import labels
from icportal.indicators.enums import Bound, Counting, DefinitionFamily, Geography, Status

#: A figure takes the nearest value of at most so many years around the one it shows.
NEAREST = 3


class Period(StrEnum):
    """How long a time a value speaks of; between equals the first is the usual one."""

    YEAR = "year"
    YEARS = "years"
    MONTH = "month"


def kind_of(period: str) -> Period:
    """The kind of a period as it is written: ``2014``, ``2014-06`` or ``2020/2021``."""
    return Period.YEARS if "/" in period else Period.MONTH if "-" in period else Period.YEAR


class Criterion(StrEnum):
    """What two values must share to be compared, in the order their signs are written."""

    DATA_SET = "data_set"
    YEAR = "year"
    PERIOD = "period"
    DEFINITION = "definition"
    GEOGRAPHY = "geography"
    SERIES = "series"
    COUNTING = "counting"
    UNIT = "unit"


#: ``*`` and ``**`` are the signs of Report I; the others continue them.
SIGNS: dict[str, str] = {
    Criterion.DATA_SET: "*",
    Criterion.YEAR: "**",
    Criterion.PERIOD: "‖",
    Criterion.DEFINITION: "†",
    Criterion.GEOGRAPHY: "‡",
    Criterion.SERIES: "§",
    Criterion.COUNTING: "¶",
    Criterion.UNIT: "#",
}
WORDS: dict[str, Text] = {
    Criterion.DATA_SET: _l("other data set"),
    Criterion.YEAR: _l("other year"),
    Criterion.PERIOD: _l("other kind of period"),
    Criterion.DEFINITION: _l("other definition of migrant"),
    Criterion.GEOGRAPHY: _l("other area"),
    Criterion.SERIES: _l("other version of the definition"),
    Criterion.COUNTING: _l("counted in another way"),
    Criterion.UNIT: _l("other unit"),
}
#: What a reader may take out of a figure; another unit never is in one.
CHOICES = tuple(criterion for criterion in Criterion if criterion != Criterion.UNIT)

BOUND_SIGNS: dict[str, str] = {
    Bound.ROUNDED: "≈",
    Bound.ABOUT: "≈",
    Bound.AT_LEAST: "≥",
    Bound.AT_MOST: "≤",
    Bound.UNDER_HALF: "<",
}
ASSUMED = "assumed"


@dataclass(frozen=True, slots=True)
class Value:
    """A published value with what decides whether it compares. ``series`` counts the meanings of its indicator."""

    city_id: int
    indicator_id: int
    breakdown: str
    period: str
    year: int
    amount: Decimal | None
    missing: str
    unit: str
    statuses: str
    withheld: bool
    bound: str
    geography: str
    counting: str
    definition: str
    series: int
    source_kind: str = ""
    source: str = ""
    note: str = ""
    period_assumed: bool = False
    version: int = 1

    @property
    def is_number(self) -> bool:
        return self.amount is not None and not self.withheld

    @property
    def kind(self) -> Period:
        """Whether it speaks of a month, a year or two years."""
        return kind_of(self.period)


@dataclass(frozen=True, slots=True)
class Reference:
    """What the values of a figure are measured against; ``year`` is None along a line of years."""

    indicator_id: int
    series: int
    unit: str
    counting: str
    year: int | None = None
    geography: str = Geography.CITY
    definition: str = DefinitionFamily.NOT_STATED
    kind: str = Period.YEAR


@dataclass(frozen=True, slots=True)
class Marked:
    """A value with the criteria it fails and the caveats it carries besides."""

    value: Value
    differs: tuple[str, ...] = ()
    caveats: tuple[str, ...] = ()

    @property
    def compares(self) -> bool:
        return self.value.is_number and not self.differs

    @property
    def is_drawn(self) -> bool:
        return self.value.is_number and Criterion.UNIT not in self.differs

    @property
    def signs(self) -> tuple[tuple[str, Text], ...]:
        """(sign, word) of everything a reader should know beside the number."""
        found: list[tuple[str, Text]] = [(SIGNS[name], WORDS[name]) for name in self.differs]
        return (*found, *((caveat_sign(name), caveat_word(name)) for name in self.caveats))


def differences(value: Value, reference: Reference) -> tuple[str, ...]:
    """The criteria in which a number differs from the reference, in their order."""
    if not value.is_number:
        return ()
    substitute = value.indicator_id != reference.indicator_id
    found = {
        Criterion.DATA_SET: substitute or Status.DEFINITION_DIFFERS in value.statuses,
        Criterion.YEAR: reference.year is not None and value.year != reference.year,
        # A stock of June is a stock of that year; what flows in a month does not compare with what flows in a year.
        Criterion.PERIOD: value.counting != Counting.STOCK and value.kind != reference.kind,
        Criterion.DEFINITION: value.definition != reference.definition,
        Criterion.GEOGRAPHY: value.geography != reference.geography,
        Criterion.SERIES: not substitute and value.series != reference.series,
        Criterion.COUNTING: value.counting != reference.counting,
        Criterion.UNIT: value.unit != reference.unit,
    }
    return tuple(criterion for criterion in Criterion if found[criterion])


def caveats(value: Value) -> tuple[str, ...]:
    """What a number carries without being another kind of number: bound, status flags, an assumed year."""
    if not value.is_number:
        return ()
    bound = (value.bound,) if value.bound in BOUND_SIGNS else ()
    flags = tuple(flag for flag in value.statuses if flag != Status.DEFINITION_DIFFERS and flag in labels.STATUSES)
    return (*bound, *flags, *((ASSUMED,) if value.period_assumed else ()))


def caveat_sign(name: str) -> str:
    """Flags are their letters, as Eurostat writes them."""
    return BOUND_SIGNS.get(name) or ("?" if name == ASSUMED else name)


def caveat_word(name: str) -> Text:
    if name == ASSUMED:
        return _lp("caveat of a value", "year assumed")
    return labels.BOUNDS[name] if name in BOUND_SIGNS else labels.STATUSES[name]


def usual_definition(values: Iterable[Value]) -> str:
    """The definition of migrant most values have; a stated one before none, and the list's order between equals."""
    counted = Counter(value.definition for value in values if value.is_number)
    order = list(DefinitionFamily)
    stated = [name for name in counted if name != DefinitionFamily.NOT_STATED]
    if not stated:
        return DefinitionFamily.NOT_STATED
    return min(stated, key=lambda name: (-counted[name], order.index(DefinitionFamily(name))))


def usual_period(values: Iterable[Value]) -> Period:
    """The kind of period most values have. A city that gives several for a year counts once, with the whole year first."""
    order = list(Period)
    given: dict[tuple[int, int], Period] = {}
    for value in values:
        if value.is_number:
            place = (value.city_id, value.year)
            given[place] = min(given.get(place, value.kind), value.kind, key=order.index)
    counted = Counter(given.values())
    return min(order, key=lambda kind: (-counted[kind], order.index(kind)))


def mark(values: Iterable[Value], reference: Reference) -> list[Marked]:
    """Every value with its marks, in the order given."""
    return [Marked(value, differences(value, reference), caveats(value)) for value in values]


def leave_out(marked: Iterable[Marked], criteria: Collection[str]) -> tuple[list[Marked], list[Marked]]:
    """(kept, left out): values that differ in one of these criteria are taken out."""
    kept: list[Marked] = []
    out: list[Marked] = []
    for item in marked:
        (out if any(name in criteria for name in item.differs) else kept).append(item)
    return kept, out


@dataclass(frozen=True, slots=True)
class Light:
    """Whether the values of a figure compare: a tone, its word and what it means."""

    tone: str
    word: str
    explanation: str


def light(drawn: Sequence[Marked], *, explanation: str, beside: int = 0) -> Light:
    """Green: all compare. Amber: some are marked. Red: no two of them compare. ``explanation`` says what the others share.

    ``beside`` counts values that are not among those drawn and which they are measured against.
    """
    total = len(drawn)
    marked = sum(not item.compares for item in drawn)
    if total == 0:
        return Light("draft", _("Nothing is drawn"), _("There is no number to compare."))
    if total + beside == 1:
        return Light("draft", _("A single value"), _("There is nothing yet to compare it with."))
    if not marked:
        return Light("done", _("All values compare"), explanation)
    if total - marked + beside < 2:  # noqa: PLR2004  it takes two to compare
        return Light(
            "stopped",
            _("These values do not compare"),
            _("No two of them agree on data set, definition, year and area. Read each with its footnote."),
        )
    word = _n("%(num)s of %(total)s values is marked", "%(num)s of %(total)s values are marked", marked, total=total)
    return Light("waiting", word, explanation)


def agreement(reference: Reference) -> str:
    """What the values without a mark have in common."""
    definition, area = labels.DEFINITION_FAMILIES[reference.definition], labels.GEOGRAPHIES[reference.geography]
    if reference.year is None:
        return _("Values without a mark share definition of migrant (%(definition)s) and area (%(area)s).",
                 definition=definition, area=area)  # fmt: skip
    return _("Values without a mark share year (%(year)s), definition of migrant (%(definition)s) and area (%(area)s).",
             year=reference.year, definition=definition, area=area)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Footnote:
    """What a sign means, and for which values. ``criterion`` is empty for caveats that cannot be left out."""

    sign: str
    word: Text
    details: tuple[tuple[str, tuple[Value, ...]], ...]
    criterion: str = ""


def footnotes(drawn: Sequence[Marked], titles: Mapping[int, str]) -> list[Footnote]:
    """One for each sign that stands in the figure; ``titles`` are of indicators by number."""
    found = []
    for criterion in Criterion:
        values = [item.value for item in drawn if criterion in item.differs]
        if values:
            details = _grouped(values, partial(_detail, criterion, titles=titles))
            found.append(Footnote(SIGNS[criterion], WORDS[criterion], details, criterion))
    signs: dict[tuple[str, str], list[Value]] = {}
    for item in drawn:
        for name in item.caveats:
            signs.setdefault((caveat_sign(name), str(caveat_word(name))), []).append(item.value)
    return found + [Footnote(sign, word, (("", tuple(values)),)) for (sign, word), values in signs.items()]


def _grouped(values: Sequence[Value], name_of: Callable[[Value], str]) -> tuple[tuple[str, tuple[Value, ...]], ...]:
    groups: dict[str, list[Value]] = {}
    for value in values:
        groups.setdefault(name_of(value), []).append(value)
    return tuple((name, tuple(members)) for name, members in groups.items())


def _detail(criterion: str, value: Value, *, titles: Mapping[int, str]) -> str:
    """In what exactly a value differs."""
    if criterion == Criterion.DATA_SET:
        title = titles.get(value.indicator_id, "")
        differs = Status.DEFINITION_DIFFERS in value.statuses
        return f"{title} ({labels.STATUSES[Status.DEFINITION_DIFFERS]})" if differs else title
    if criterion in {Criterion.YEAR, Criterion.PERIOD}:
        return value.period
    if criterion == Criterion.SERIES:
        return _("version %(number)s", number=value.version)
    words = {
        Criterion.DEFINITION: labels.DEFINITION_FAMILIES[value.definition],
        Criterion.GEOGRAPHY: labels.GEOGRAPHIES[value.geography],
        Criterion.COUNTING: labels.COUNTINGS[value.counting],
        Criterion.UNIT: labels.UNITS[value.unit],
    }
    return str(words[Criterion(criterion)])


def joins(one: Value, other: Value) -> bool:
    """Whether a line may run from one value of a city to the next: the same kind of number, and no break between."""
    same = ("indicator_id", "series", "unit", "definition", "geography", "counting")
    return (
        one.is_number
        and other.is_number
        and Status.BREAK not in other.statuses
        and (Status.DEFINITION_DIFFERS in one.statuses) == (Status.DEFINITION_DIFFERS in other.statuses)
        and all(getattr(one, name) == getattr(other, name) for name in same)
        and (one.kind == other.kind or one.counting == Counting.STOCK)
    )
