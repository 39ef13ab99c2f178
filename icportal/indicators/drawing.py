"""A chart drawn for a page: what its rows, axes, footnotes and table say in the reader's language."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from itertools import pairwise

from markupsafe import Markup

from icportal.core.strings import Text, _, _n
from icportal.i18n.catalogues import current_language
from icportal.i18n.formatting import listing
from icportal.indicators import figures, labels, wording
from icportal.indicators.charting import LINES, Chart, moment
from icportal.indicators.comparability import (
    ASSUMED,
    BOUND_SIGNS,
    CHOICES,
    SIGNS,
    WORDS,
    Criterion,
    Footnote,
    Marked,
    Value,
    joins,
)
from icportal.indicators.enums import Bound, Unit
from icportal.indicators.scales import Scale, scale

#: A footnote names so many cities; the table has them all.
MOST_NAMED = 12


def draw(chart: Chart, address_of: Callable[[str], str]) -> Markup:
    """Bars or lines; ``address_of`` gives the page of a city by the name in its address."""
    return lines(chart) if chart.question.view == LINES else bars(chart, address_of)


def bars(chart: Chart, address_of: Callable[[str], str]) -> Markup:
    axis = scale_of(chart.drawn, chart.unit)
    rows = [bar_of(item, chart, address_of(chart.places[item.value.city_id].slug)) for item in (*chart.drawn, *chart.quiet)]
    return figures.bars(rows, axis, ticks(axis, chart.unit), label=heading(chart), direction=current_language().direction)


def bar_of(item: Marked, chart: Chart, url: str = "") -> figures.Bar:
    """The row of a value; what cannot be drawn on the scale is a word or a number without a bar."""
    return figures.Bar(
        chart.name(item.value),
        wording.written(item.value),
        item.value.amount if item.is_drawn else None,
        bar_signs(item),
        hatched=bool(item.differs),
        bound=item.value.bound,
        url=url,
    )


def bar_signs(item: Marked) -> list[tuple[str, Text]]:
    """The signs beside a number: its bound stands before the number already."""
    before = BOUND_SIGNS.get(item.value.bound)
    return [(sign, word) for sign, word in item.signs if sign != before] if item.value.is_number else []


def lines(chart: Chart) -> Markup:
    axis = scale_of(chart.drawn, chart.unit, zero=False)
    found = [
        figures.Line(
            chart.places[city].name, [[point_of(item, chart) for item in stretch] for stretch in stretches], broken(stretches)
        )
        for city, stretches in chart.lines()
    ]
    return figures.lines(found, axis, ticks(axis, chart.unit), label=heading(chart), direction=current_language().direction)


def broken(stretches: Sequence[Sequence[Marked]]) -> set[int]:
    """Which stretches begin another series than the one before them."""
    pairs = enumerate(pairwise(stretches), start=1)
    return {number for number, (one, other) in pairs if not joins(one[-1].value, other[0].value)}


def point_of(item: Marked, chart: Chart) -> figures.Point:
    value = item.value
    title = f"{chart.name(value)}, {value.period}: {wording.written(value)}"
    marks = ", ".join(str(word) for _sign, word in item.signs)
    return figures.Point(
        moment(value.period), value.amount or Decimal(0), f"{title} ({marks})" if marks else title, bool(item.differs)
    )


def scale_of(drawn: Iterable[Marked], unit: str, *, zero: bool = True, whole: bool = False) -> Scale:
    """For these numbers; ``whole`` draws every share against the whole hundred."""
    numbers = [item.value.amount for item in drawn if item.value.amount is not None]
    if whole and unit == Unit.PERCENT:
        numbers.append(Decimal(100))
    most = {Unit.PERCENT: Decimal(100), Unit.YES_NO: Decimal(1)}.get(Unit(unit))
    return scale(numbers, most=most, zero=zero or unit == Unit.YES_NO)


def ticks(axis: Scale, unit: str) -> list[tuple[Decimal, str]]:
    """(number, text) along an axis."""
    wanted = [Decimal(0), Decimal(1)] if unit == Unit.YES_NO else axis.ticks
    return [(number, wording.amount(number, unit)) for number in wanted]


def heading(chart: Chart) -> str:
    """What the figure shows: title, breakdown, year and unit."""
    whole = chart.definition.title
    if chart.question.breakdown:
        whole = f"{whole}, {labels.breakdown(chart.question.breakdown)}"
    unit = wording.unit_words(chart.unit)
    if chart.question.view == LINES or chart.question.year is None:
        return _("%(title)s (%(unit)s)", title=whole, unit=unit)
    return _("%(title)s, %(year)s (%(unit)s)", title=whole, year=chart.question.year, unit=unit)


def footnote(note: Footnote, chart: Chart) -> str:
    """The sentence of a sign, without the sign: what differs, and whose values they are."""
    groups = []
    for detail, values in note.details:
        named = names(values, chart)
        groups.append(f"{detail}: {named}" if detail else named)
    word = str(note.word)
    return f"{word[:1].upper()}{word[1:]} – {'; '.join(groups)}."


def names(values: Sequence[Value], chart: Chart) -> str:
    """The cities of these values, the first ones by name."""
    found = list(dict.fromkeys(chart.name(value) for value in values))
    more = len(found) - MOST_NAMED
    if more > 0:
        return listing([*found[:MOST_NAMED], _n("%(num)s more", "%(num)s more", more)])
    return listing(found)


def approximation(chart: Chart) -> str:
    """What Report I says of its own chart, where ours is of the same kind."""
    stands_in = any({Criterion.DATA_SET, Criterion.YEAR} & set(item.differs) for item in chart.drawn)
    if stands_in and chart.question.view != LINES:
        return _("This figure is an approximation: where a city has no value of this kind for this year, another data set (*) or a nearby year (**) stands in.")  # fmt: skip
    return ""


def remarks(item: Marked) -> list[str]:
    """Everything the table says beside a number."""
    value = item.value
    found = [str(word) for _sign, word in item.signs if item.value.is_number]
    if value.bound == Bound.EXACT and value.period_assumed and ASSUMED not in item.caveats:
        found.append(_("year assumed"))
    return found


def by_year(chart: Chart) -> list[tuple[str, list[Marked | None]]]:
    """The table under lines: a row for each period, a column for each city of the drawing (``cities_of``)."""
    found = {(item.value.period, item.value.city_id): item for item in chart.listed}
    numbers = cities_of(chart)
    periods = sorted({period for period, _city in found}, key=moment)
    return [(period, [found.get((period, number)) for number in numbers]) for period in periods]


def cities_of(chart: Chart) -> list[int]:
    """The cities of a drawing of lines, in its order, with those that have no number after them."""
    return list(dict.fromkeys(item.value.city_id for item in chart.listed))


def sources(chart: Chart) -> str:
    """Every source of the values that are drawn, once."""
    return "; ".join(dict.fromkeys(filter(None, (source_of(item.value) for item in chart.drawn))))


def source_of(value: Value) -> str:
    """Where a value comes from: its kind and the words given with it."""
    kind = "" if value.source_kind == "not_stated" else str(labels.SOURCE_KINDS.get(value.source_kind, ""))
    return ": ".join(part for part in (kind, value.source) if part)


def criteria() -> list[tuple[str, str, Text]]:
    """(name, sign, word) of everything that can be left out, for legends and choices."""
    return [(str(name), SIGNS[name], WORDS[name]) for name in CHOICES]
