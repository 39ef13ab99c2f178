"""Figures of indicators as they stand in a page: pure functions from facts to HTML with SVG.

Names and numbers are text of the page, so that they stay readable at any width; only bars, lines and axes are
drawn, with lengths in percent and colours from ``portal.css``. What compares is solid; what is marked is hatched or
hollow, and has its sign beside the number. Reading from right to left mirrors everything.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

from markupsafe import Markup

from icportal.core.strings import Text, _p
from icportal.indicators.enums import Bound
from icportal.indicators.scales import Scale, years

SHAPES = ("circle", "square", "triangle", "diamond")
DASHES = ("", "6 4")
RTL = "rtl"


@dataclass(frozen=True)
class Bar:
    """A row: ``number`` is None where a word stands instead. ``signs`` are (sign, word)."""

    name: str
    text: str
    number: Decimal | None = None
    signs: Sequence[tuple[str, Text]] = ()
    hatched: bool = False
    bound: str = Bound.EXACT
    url: str = ""
    own: bool = True


@dataclass(frozen=True)
class Point:
    """A value on a line, ``at`` in years; ``hollow`` is marked."""

    at: float
    number: Decimal
    title: str
    hollow: bool = False


@dataclass(frozen=True)
class Line:
    """A city over the years, in the stretches that may be joined. ``broken`` are those that begin another series; before
    the others only years are missing.
    """

    name: str
    stretches: Sequence[Sequence[Point]]
    broken: Collection[int] = ()


def patterns() -> Markup:
    """The hatching that marked bars are filled with: once in a page, before the first figure."""
    return Markup(
        '<svg class="visually-hidden" aria-hidden="true" focusable="false" width="1" height="1"><defs>'
        '<pattern id="fig-hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
        '<rect class="fig-hatch-ground" width="6" height="6"/><rect class="fig-hatch-line" width="3" height="6"/>'
        "</pattern></defs></svg>"
    )


def signs(found: Iterable[tuple[str, Text]]) -> Markup:
    """The signs beside a number, each with its word for those who do not see the footnote."""
    return Markup('<sup class="fig-sign" aria-hidden="true">, </sup>').join(
        Markup(
            '<sup class="fig-sign" title="{}"><span aria-hidden="true">{}</span><span class="visually-hidden"> ({})</span></sup>'
        ).format(word, sign, word)
        for sign, word in found
    )


def bars(
    rows: Sequence[Bar], scale: Scale, ticks: Sequence[tuple[Decimal, str]], *, label: str, direction: str = "ltr"
) -> Markup:
    """Horizontal bars, one a row, over an axis. The table of the same values stands under it."""
    if not rows:
        return Markup("")
    drawn = Markup("").join(_row(row, scale, direction) for row in rows)
    return Markup('<div class="fig-bars" role="group" aria-label="{}"><ul>{}</ul>{}</div>').format(
        label, drawn, _axis(scale, ticks, direction)
    )


def _row(row: Bar, scale: Scale, direction: str) -> Markup:
    name = Markup('<a href="{}">{}</a>').format(row.url, row.name) if row.url else Markup("{}").format(row.name)
    bar = Markup("") if row.number is None else bar_svg(row, scale, direction)
    kind = "" if row.number is not None else " quiet"
    return Markup(
        '<li class="fig-row{}"><span class="fig-name">{}</span><span class="fig-track">{}</span>'
        '<span class="fig-value"><bdi>{}</bdi>{}</span></li>'
    ).format(kind, name, bar, row.text, signs(row.signs))


def bar_svg(row: Bar, scale: Scale, direction: str) -> Markup:
    """The bar alone: from zero to the number, an arrow where the number is only a bound."""
    assert row.number is not None
    zero, end = scale.at(Decimal(0)), scale.at(row.number)
    start, width = min(zero, end), max(abs(end - zero), 0.4)
    x = 100 - start - width if direction == RTL else start
    kind = "fig-hatched" if row.hatched else "fig-solid"
    line = 100 - zero if direction == RTL else zero
    return Markup(
        '<svg aria-hidden="true" focusable="false" width="100%" height="18">'
        '<rect class="{}{}" x="{}%" y="2" width="{}%" height="14"/>{}<line class="fig-zero" x1="{}%" x2="{}%" y1="0" y2="18"/></svg>'
    ).format(kind, "" if row.own else " fig-other", _n(x), _n(width), _arrow(row, end, direction), _n(line), _n(line))


def _arrow(row: Bar, end: float, direction: str) -> Markup:
    """At the end of the bar: onward for a lower bound, back for an upper one."""
    if row.bound not in {Bound.AT_LEAST, Bound.AT_MOST, Bound.UNDER_HALF}:
        return Markup("")
    onward = (row.bound == Bound.AT_LEAST) != (direction == RTL)
    x = 100 - end if direction == RTL else end
    path = "M1 3L8 9L1 15" if onward else "M-1 3L-8 9L-1 15"
    return Markup('<svg x="{}%" overflow="visible"><path class="fig-arrow" d="{}"/></svg>').format(_n(x), path)


def _axis(scale: Scale, ticks: Sequence[tuple[Decimal, str]], direction: str) -> Markup:
    parts = []
    for place, (number, text) in enumerate(ticks):
        at = 100 - scale.at(number) if direction == RTL else scale.at(number)
        outer = 0 < place < len(ticks) - 1
        anchor = "middle" if outer else "start" if at < 50 else "end"  # noqa: PLR2004  the ends stay inside
        odd = " fig-tick-odd" if place % 2 and len(ticks) > 3 else ""  # noqa: PLR2004  a narrow screen has room for every other
        parts.append(
            Markup(
                '<line class="axis" x1="{}%" x2="{}%" y1="0" y2="4"/><text class="fig-tick{}" x="{}%" y="18" text-anchor="{}" direction="ltr">{}</text>'
            ).format(_n(at), _n(at), odd, _n(at), anchor, text)
        )
    return Markup(
        '<div class="fig-row fig-axis" aria-hidden="true"><span class="fig-track"><svg class="chart" focusable="false" width="100%" height="22">'
        '<line class="axis" x1="0" x2="100%" y1="0.5" y2="0.5"/>{}</svg></span></div>'
    ).format(Markup("").join(parts))


# ----------------------------------------------------------------------------------------------------------- lines


@dataclass(frozen=True)
class Span:
    """The years and numbers a drawing of lines holds."""

    first: int
    last: int
    scale: Scale
    direction: str

    def x(self, at: float) -> float:
        share = 4 + 92 * (at - self.first) / max(self.last + 1 - self.first, 1)
        return 100 - share if self.direction == RTL else share

    def y(self, number: Decimal) -> float:
        return 90 - 82 * self.scale.at(number) / 100


def lines(
    found: Sequence[Line], scale: Scale, ticks: Sequence[tuple[Decimal, str]], *, label: str, direction: str = "ltr"
) -> Markup:
    """Lines over the years: a gap stays a gap, and a short bar across it says that the series is broken there."""
    points = [point for line in found for stretch in line.stretches for point in stretch]
    if not points:
        return Markup("")
    span = Span(int(min(p.at for p in points)), int(max(p.at for p in points)), scale, direction)
    drawn = [_grid(span, ticks)]
    drawn += [_line(line, place, span) for place, line in enumerate(found)]
    legend = Markup("").join(
        Markup("<li>{}<span>{}</span></li>").format(line_key(place), line.name) for place, line in enumerate(found)
    )
    return Markup(
        '<div class="fig-lines"><ul class="legend" aria-label="{}">{}</ul>'
        '<svg class="chart" role="img" aria-label="{}" width="100%" height="320"><title>{}</title>{}</svg></div>'
    ).format(_p("legend of a figure", "Lines"), legend, label, label, Markup("").join(drawn))


def _grid(span: Span, ticks: Sequence[tuple[Decimal, str]]) -> Markup:
    x, anchor = ("100%", "end") if span.direction == RTL else ("0", "start")
    parts = [
        Markup(
            '<line class="{}" x1="0" x2="100%" y1="{}%" y2="{}%"/><svg y="{}%" overflow="visible"><text x="{}" y="-4" text-anchor="{}" direction="ltr">{}</text></svg>'
        ).format("axis" if number == 0 else "grid", _n(y), _n(y), _n(y), x, anchor, text)
        for number, text in ticks
        for y in [span.y(number)]
    ]
    for year in years(span.first, span.last):
        at = _n(span.x(year + 0.5))
        parts.append(
            Markup(
                '<line class="axis" x1="{}%" x2="{}%" y1="94%" y2="95.5%"/><text x="{}%" y="99.5%" text-anchor="middle" direction="ltr">{}</text>'
            ).format(at, at, at, year)
        )
    return Markup("").join(parts)


def _line(line: Line, place: int, span: Span) -> Markup:
    parts = []
    before: Point | None = None
    for number, stretch in enumerate(line.stretches):
        if before is not None and number in line.broken:
            parts.append(_break(before, stretch[0], span))
        parts += [_segment(one, other, place, span) for one, other in pairwise(stretch)]
        parts += [_marker(point, place, span) for point in stretch]
        before = stretch[-1]
    return Markup('<g class="fig-line a{}">{}</g>').format(_colour(place), Markup("").join(parts))


def _segment(one: Point, other: Point, place: int, span: Span) -> Markup:
    dash = Markup(' stroke-dasharray="{}"').format(DASHES[_dash(place)]) if DASHES[_dash(place)] else Markup("")
    return Markup('<line class="fig-stroke"{} x1="{}%" y1="{}%" x2="{}%" y2="{}%"/>').format(
        dash, _n(span.x(one.at)), _n(span.y(one.number)), _n(span.x(other.at)), _n(span.y(other.number))
    )


def _break(one: Point, other: Point, span: Span) -> Markup:
    """Two short strokes where the line is interrupted."""
    x, y = (span.x(one.at) + span.x(other.at)) / 2, (span.y(one.number) + span.y(other.number)) / 2
    return Markup('<svg x="{}%" y="{}%" overflow="visible"><path class="fig-break" d="M-5 6L-1 -6M1 6L5 -6"/></svg>').format(
        _n(x), _n(y)
    )


def _marker(point: Point, place: int, span: Span) -> Markup:
    return Markup('<svg x="{}%" y="{}%" overflow="visible"><g><title>{}</title>{}</g></svg>').format(
        _n(span.x(point.at)), _n(span.y(point.number)), point.title, shape(place, hollow=point.hollow)
    )


def shape(place: int, *, hollow: bool = False) -> Markup:
    """The sign of a line's points around 0 0; hollow for a marked value."""
    kind = "fig-point-hollow" if hollow else "fig-point"
    paths = {
        "circle": "M-4.5 0A4.5 4.5 0 1 1 4.5 0A4.5 4.5 0 1 1 -4.5 0Z",
        "square": "M-4 -4H4V4H-4Z",
        "triangle": "M0 -5.5L5 4H-5Z",
        "diamond": "M0 -5.5L5.5 0L0 5.5L-5.5 0Z",
    }
    return Markup('<path class="{}" d="{}"/>').format(kind, paths[SHAPES[place % len(SHAPES)]])


def line_key(place: int) -> Markup:
    """A line's sample for the legend: its colour, its dashes and the shape of its points."""
    dash = Markup(' stroke-dasharray="{}"').format(DASHES[_dash(place)]) if DASHES[_dash(place)] else Markup("")
    return Markup(
        '<svg class="a{}" aria-hidden="true" focusable="false" viewBox="-14 -7 28 14" width="28" height="14">'
        '<line class="fig-stroke"{} x1="-14" x2="14" y1="0" y2="0"/>{}</svg>'
    ).format(_colour(place), dash, shape(place))


def bar_key(*, hatched: bool) -> Markup:
    """A bar's sample for the legend."""
    return Markup(
        '<svg aria-hidden="true" focusable="false" width="24" height="12"><rect class="{}" width="24" height="12"/></svg>'
    ).format("fig-hatched" if hatched else "fig-solid")


def other_key(*, hatched: bool) -> Markup:
    """A sample of the bar the other cities have."""
    return Markup(
        '<svg aria-hidden="true" focusable="false" width="24" height="12"><rect class="{} fig-other" width="24" height="12"/></svg>'
    ).format("fig-hatched" if hatched else "fig-solid")


def coverage_bar(count: int, total: int, *, direction: str = "ltr") -> Markup:
    """How many of all cities have a value; the numbers stand beside it."""
    share = 100 * count / total if total else 0
    return Markup(
        '<svg class="fig-coverage" aria-hidden="true" focusable="false" width="100%" height="8">'
        '<rect class="bar-back" width="100%" height="8"/><rect class="bar-fill" x="{}%" width="{}%" height="8"/></svg>'
    ).format(_n(100 - share if direction == RTL else 0), _n(share))


def _colour(place: int) -> int:
    return place % 4 + 1


def _dash(place: int) -> int:
    return place // 4 % 2


def _n(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")
