"""Figures drawn on the server: pure functions from facts to SVG or HTML.

Every state is told by fill *and* pattern, every drawing carries its sentence, and the caller puts the table of the
same facts beside it. Colours come from classes of ``portal.css``, so that dark mode, forced colours and paper
reach the figures too; there is no style attribute and no id, so that a page may hold any number of them.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache
from importlib.resources import files
from itertools import pairwise

from markupsafe import Markup, escape

from icportal.core.clock import today
from icportal.core.strings import Text, _, _l
from icportal.data.projection import HEIGHT, VIEW_BOX, WIDTH, project
from icportal.i18n.catalogues import current_language

#: The commitments of each area, in the charter's order.
AREAS: tuple[tuple[int, ...], ...] = ((1, 2, 3), (4, 5), (6, 7, 8), (9, 10, 11))
AREA_NAMES: tuple[Text, ...] = (_l("Policy-maker"), _l("Service provider"), _l("Employer"), _l("Buyer"))
COMMITMENTS = tuple(number for area in AREAS for number in area)

FULLY, PARTLY, NOT_AT_ALL, NO_ANSWER = "fully", "partly", "not_at_all", "no_answer"
KEPT_BACK = "kept_back"
SERVED, SUGGESTED, UNTOUCHED = "served", "suggested", "untouched"
#: The parts of a stacked bar, in their order.
STACK = (FULLY, PARTLY, NOT_AT_ALL, KEPT_BACK, NO_ANSWER)

#: How each state is drawn: solid, diagonal lines, outline with a dot, dashed outline, thin outline.
PATTERNS: dict[str, str] = {
    FULLY: "solid",
    PARTLY: "diagonal",
    NOT_AT_ALL: "dot",
    NO_ANSWER: "dashed",
    KEPT_BACK: "outline",
    SERVED: "solid",
    SUGGESTED: "diagonal",
    UNTOUCHED: "outline",
}
STATE_WORDS: dict[str, Text] = {
    FULLY: _l("fully met"),
    PARTLY: _l("partly met"),
    NOT_AT_ALL: _l("not met"),
    NO_ANSWER: _l("no answer"),
    KEPT_BACK: _l("kept back"),
    SERVED: _l("served"),
    SUGGESTED: _l("suggested"),
    UNTOUCHED: _l("not touched"),
}

_NARROW = (6.0, 16.0, 1.0, 5.0)
_MINI = (12.0, 14.0, 2.0, 6.0)
_SEGMENT = (44.0, 56.0)
#: Width and height of a stacked bar, and the gap between its parts.
_STACK = (480.0, 22.0, 3.0)


@dataclass(frozen=True)
class Place:
    """A city on the map; ``hollow`` draws it as not (yet) counted."""

    name: str
    lat: float
    lon: float
    url: str = ""
    hollow: bool = False
    note: str = ""


@dataclass(frozen=True)
class Event:
    """Something on a time axis, on a day or between two; ``tone`` as of a state."""

    label: str
    earliest: date
    latest: date
    tone: str = "info"


def area_of(number: int) -> int:
    """The area of a commitment, counted from 1."""
    return next(place for place, area in enumerate(AREAS, start=1) if number in area)


# ------------------------------------------------------------------------------------------- the strip of eleven


def strip_of_eleven(
    states: Mapping[int, str],
    *,
    label: str,
    size: str = "small",
    links: Mapping[int, str] | None = None,
    titles: Mapping[int, str] | None = None,
    direction: str = "ltr",
    missing: str = UNTOUCHED,
) -> Markup:
    """The portal's sign. ``small`` is a picture 88 px wide, ``large`` a list with a place for each commitment.

    ``states`` maps a commitment to one of the states above; ``missing`` is the state of the others.
    """
    if size == "large":
        states_in_order = tuple(states.get(number, missing) for number in COMMITMENTS)
        return _large_strip(
            current_language().code, states_in_order, label, tuple((links or {}).items()), tuple((titles or {}).items())
        )
    return _small_strip(tuple(states.get(number, missing) for number in COMMITMENTS), label, direction)


@lru_cache(maxsize=2048)
def _small_strip(states: tuple[str, ...], label: str, direction: str) -> Markup:
    width, height, gap, between = _NARROW
    total = _strip_width(width, gap, between)
    parts = [Markup("<title>{}</title>").format(label)]
    for state, (number, x) in zip(states, _positions(width, gap, between), strict=True):
        at = total - x - width if direction == "rtl" else x
        parts.append(_segment(PATTERNS[state], area_of(number), at, width, height))
    return Markup(
        '<svg class="strip-small" role="img" aria-label="{}" viewBox="0 0 {} {}" width="88" height="16">{}</svg>'
    ).format(label, _n(total), _n(height), Markup("").join(parts))


def sign(*, direction: str = "ltr") -> Markup:
    """The eleven segments as they stand above the portal's name: decoration, the name says it."""
    width, height, gap, between = _MINI
    total = _strip_width(width, gap, between)
    parts = [
        _segment("solid", area_of(number), total - x - width if direction == "rtl" else x, width, height)
        for number, x in _positions(width, gap, between)
    ]
    return Markup('<svg aria-hidden="true" focusable="false" viewBox="0 0 {} {}" width="164" height="14">{}</svg>').format(
        _n(total), _n(height), Markup("").join(parts)
    )


def area_bars(area: int, *, direction: str = "ltr") -> Markup:
    """The segments of one area as a band above its list; decoration."""
    count = len(AREAS[area - 1])
    share, gap = 100 / count, 1.2
    parts = []
    for place in range(count):
        at = count - 1 - place if direction == "rtl" else place
        parts.append(
            Markup('<rect class="seg-fill" x="{}%" y="0" width="{}%" height="100%"/>').format(_n(at * share), _n(share - gap))
        )
    return Markup('<svg class="a{}" aria-hidden="true" focusable="false" width="100%" height="40">{}</svg>').format(
        area, Markup("").join(parts)
    )


def stacked_bar(counts: Mapping[str, int], *, area: int = 0, direction: str = "ltr", label: str = "") -> Markup:
    """How many are fully, partly, not at all there, kept back and without an answer, as one bar the width of its place.

    Names and numbers stand beside it in the page, so it holds no text and fits a page of any size. Without ``label`` it is
    decoration beside the numbers.
    """
    width, height, gap = _STACK
    parts = [(state, counts.get(state, 0)) for state in STACK if counts.get(state, 0)]
    total = sum(number for _state, number in parts)
    room = width - gap * max(len(parts) - 1, 0)
    drawn, x = [], 0.0
    for state, number in parts:
        long = room * number / total
        at = width - x - long if direction == "rtl" else x
        drawn.append(_segment(PATTERNS[state], area, at, long, height, step=8))
        x += long + gap
    if not parts:
        drawn.append(_segment(PATTERNS[NO_ANSWER], area, 0, width, height))
    told = Markup('role="img" aria-label="{}"').format(label) if label else Markup('aria-hidden="true"')
    return Markup('<svg class="fig-stack" {} focusable="false" viewBox="0 0 {} {}" width="{}" height="{}">{}</svg>').format(
        told, _n(width), _n(height), _n(width), _n(height), Markup("").join(drawn)
    )


@cache
def pattern_key(state: str) -> Markup:
    """A small sample of a state's pattern for the legend; the word stands beside it."""
    return Markup(
        '<svg class="a0" aria-hidden="true" focusable="false" viewBox="0 0 14 16" width="14" height="16">{}</svg>'
    ).format(_segment(PATTERNS[state], 0, 0, 14, 16))


@lru_cache(maxsize=1024)
def _large_strip(
    _language: str,
    in_order: tuple[str, ...],
    label: str,
    linked: tuple[tuple[int, str], ...],
    titled: tuple[tuple[int, str], ...],
) -> Markup:
    states, links, titles = dict(zip(COMMITMENTS, in_order, strict=True)), dict(linked), dict(titled)
    width, height = _SEGMENT
    groups = []
    for area, numbers in enumerate(AREAS, start=1):
        items = []
        for number in numbers:
            state = states[number]
            words = _("Commitment %(number)s: %(state)s", number=number, state=STATE_WORDS[state])
            if number in titles:
                words = _(
                    "Commitment %(number)s, %(title)s: %(state)s",
                    number=number,
                    title=titles[number],
                    state=STATE_WORDS[state],
                )
            picture = Markup(
                '<svg aria-hidden="true" focusable="false" viewBox="0 0 {} {}" width="{}" height="{}">{}</svg>'
            ).format(_n(width), _n(height), _n(width), _n(height), _segment(PATTERNS[state], area, 0, width, height))
            inner = Markup('{}<span aria-hidden="true">{}</span><span class="visually-hidden">{}</span>').format(
                picture, number, words
            )
            if number in links:
                items.append(
                    Markup('<li><a class="segment" href="{}" title="{}">{}</a></li>').format(links[number], words, inner)
                )
            else:
                items.append(Markup('<li><span class="segment" title="{}">{}</span></li>').format(words, inner))
        groups.append(
            Markup('<li class="a{}"><span class="strip-area">{}</span><ol>{}</ol></li>').format(
                area, AREA_NAMES[area - 1], Markup("").join(items)
            )
        )
    return Markup('<ul class="strip-groups" aria-label="{}">{}</ul>').format(label, Markup("").join(groups))


def _positions(width: float, gap: float, between: float) -> list[tuple[int, float]]:
    found, x = [], 0.0
    for area in AREAS:
        for number in area:
            found.append((number, x))
            x += width + gap
        x += between - gap
    return found


def _strip_width(width: float, gap: float, between: float) -> float:
    return _positions(width, gap, between)[-1][1] + width


def _segment(pattern: str, area: int, x: float, width: float, height: float, *, step: float = 0) -> Markup:
    """One segment; ``pattern`` is one of the values of ``PATTERNS``, ``step`` the way between its lines (else by the width)."""
    stroke = 1.0 if width < 20 else 2.0  # noqa: PLR2004  the small sizes take a hairline
    half = stroke / 2
    box = Markup('x="{}" y="{}" width="{}" height="{}" rx="1"').format(
        _n(x + half), _n(half), _n(width - stroke), _n(height - stroke)
    )
    group = Markup('<g class="a{}">{}</g>').format
    if pattern == "solid":
        return group(
            area,
            Markup('<rect class="seg-fill" x="{}" y="0" width="{}" height="{}" rx="1"/>').format(_n(x), _n(width), _n(height)),
        )
    if pattern == "dashed":
        dash = Markup('stroke-dasharray="2 2"') if stroke < 2 else Markup('stroke-dasharray="5 4"')  # noqa: PLR2004
        return group(area, Markup('<rect class="seg-line" stroke-width="{}" {} {}/>').format(_n(stroke), dash, box))
    outline = Markup('<rect class="seg-line" stroke-width="{}" {}/>').format(_n(stroke), box)
    if pattern == "diagonal":
        return group(area, outline + _hatching(x, width, height, stroke, step or max(width / 3, 3.5)))
    if pattern == "dot":
        dot = Markup('<circle class="seg-fill" cx="{}" cy="{}" r="{}"/>').format(
            _n(x + width / 2), _n(height / 2), _n(min(width, height) / 6 + 0.4)
        )
        return group(area, outline + dot)
    return group(area, Markup('<rect class="seg-line" stroke-width="{}" opacity="0.55" {}/>').format(_n(stroke / 1.3), box))


def _hatching(x: float, width: float, height: float, stroke: float, step: float) -> Markup:
    """Rising diagonals, cut to the segment by arithmetic, so that no clip path and no id is needed."""
    path, offset = [], step / 2
    while offset < width + height:
        # the line u + v = offset inside the box, from its lower left to its upper right end
        u1, v1 = (0.0, offset) if offset <= height else (offset - height, height)
        u2, v2 = (offset, 0.0) if offset <= width else (width, offset - width)
        path.append(f"M{_n(x + u1)} {_n(v1)}L{_n(x + u2)} {_n(v2)}")
        offset += step
    return Markup('<path class="seg-line" stroke-width="{}" d="{}"/>').format(_n(stroke * 1.4), "".join(path))


# --------------------------------------------------------------------------------------------------------- the map


def dot_map(
    places: Iterable[Place],
    *,
    label: str,
    selected: str | None = None,
    direction: str = "ltr",  # noqa: ARG001
) -> Markup:
    """Europe with a dot for each city; a map is not mirrored for right-to-left readers.

    The dots are a help for the pointer only: the caller shows the same cities as a list, which is what keyboard
    and screen reader use. Cities outside the frame are only in that list.
    """
    dots, rings, linked = [], [], False
    for place in sorted(places, key=lambda place: (not place.hollow, place.name)):
        point = project(place.lat, place.lon)
        if point is None:
            continue
        x, y = point
        title = f"{place.name}, {place.note}" if place.note else place.name
        kind = "dot-hollow" if place.hollow else "dot"
        dot = Markup('<circle class="{}" cx="{}" cy="{}" r="{}"><title>{}</title></circle>').format(
            kind, _n(x), _n(y), "9" if place.name == selected else "7.5", title
        )
        if place.url:
            linked = True
            dot = Markup('<a href="{}" tabindex="-1">{}</a>').format(place.url, dot)
        if place.name == selected:
            rings.append(Markup('<circle class="dot-ring" cx="{}" cy="{}" r="16"/>').format(_n(x), _n(y)))
        dots.append(dot)
    body = Markup('<path class="land" d="{}"/>{}{}').format(_land(), Markup("").join(rings), Markup("").join(dots))
    if linked:
        return Markup(
            '<span class="visually-hidden">{}</span><svg class="map" aria-hidden="true" viewBox="{}" width="{}" height="{}">{}</svg>'
        ).format(label, VIEW_BOX, WIDTH, HEIGHT, body)
    return Markup(
        '<svg class="map" role="img" aria-label="{}" viewBox="{}" width="{}" height="{}"><title>{}</title>{}</svg>'
    ).format(label, VIEW_BOX, WIDTH, HEIGHT, label, body)


@cache
def _land() -> Markup:
    drawn = json.loads(files("icportal.data").joinpath("map_europe.svgpath").read_text(encoding="utf-8"))
    return escape("".join(drawn["countries"].values()))


# ------------------------------------------------------------------------------------------------- time and growth


def timeline(events: Sequence[Event], *, label: str, direction: str = "ltr") -> Markup:
    """Dots stacked over an axis of years; a span of possible days is a dashed line that ends in a hollow dot."""
    if not events:
        return Markup("")
    width, dot = 720.0, 7.0
    first, last = min(e.earliest for e in events).year, max(e.latest for e in events).year + 1
    stacks: dict[int, int] = {}
    placed = []
    for event in sorted(events, key=lambda e: (e.latest, e.earliest)):
        x = max(dot, min(width - dot, _along(event.latest, first, last, width, direction)))
        column = round((x - dot) / (2 * dot))
        row = stacks.get(column, 0)
        stacks[column] = row + 1
        placed.append((event, dot + column * 2 * dot, row))
    highest = max(stacks.values())
    base = 16 + highest * 2 * dot
    parts = [_years(first, last, width, base, direction)]
    for event, x, row in placed:
        y = base - dot - 2 - row * 2 * dot
        hollow = event.earliest != event.latest
        if hollow and row == stacks[round((x - dot) / (2 * dot))] - 1:
            start = _along(event.earliest, first, last, width, direction)
            parts.append(Markup('<line class="span" x1="{}" x2="{}" y1="{}" y2="{}"/>').format(_n(start), _n(x), _n(y), _n(y)))
        parts.append(
            Markup('<circle class="{} tone-{}" cx="{}" cy="{}" r="{}"><title>{}</title></circle>').format(
                "mark-hollow" if hollow else "mark", event.tone, _n(x), _n(y), _n(dot - 1.5), event.label
            )
        )
    return Markup('<div class="table-scroll chart-wide" role="region" aria-label="{}" tabindex="0">{}</div>').format(
        label, _chart(label, width, base + 28, parts)
    )


def growth_line(
    steps: Sequence[tuple[date, int]],
    *,
    label: str,
    until: date | None = None,
    earliest: Sequence[tuple[date, int]] = (),
    direction: str = "ltr",
) -> Markup:
    """Signatories over time as stairs. ``steps`` are (day, count from that day on).

    ``earliest`` is the same with every uncertain date taken as early as it may have been: the fine line shows
    how much of the picture is not known.
    """
    if not steps:
        return Markup("")
    width, height, base, top = 400.0, 220.0, 188.0, 24.0
    first = min(day for day, _count in (*steps, *earliest)).year
    until = until or today()
    last = max(until.year + 1, first + 1)
    most = max(count for _day, count in (*steps, *earliest))
    unit = _round_unit(most)
    ceiling = -(-most // unit) * unit
    inset = 34.0

    def across(day: date) -> float:
        x = inset + _along(day, first, last, width - inset - 40, "ltr")
        return width - x if direction == "rtl" else x

    def up(count: float) -> float:
        return base - (base - top) * count / ceiling

    parts = []
    for count in range(0, ceiling + 1, unit):
        kind = "axis" if count == 0 else "grid"
        x1, x2 = (width - inset, 8.0) if direction == "rtl" else (inset, width - 8)
        parts.append(
            Markup('<line class="{}" x1="{}" x2="{}" y1="{}" y2="{}"/>').format(
                kind, _n(x1), _n(x2), _n(up(count)), _n(up(count))
            )
        )
        at, anchor = (width - inset + 6, "start") if direction == "rtl" else (inset - 6, "end")
        parts.append(_label(at, up(count) + 4.5, str(count), anchor))
    gap = max(1, -(-(last - first) // 4))
    parts += [_label(across(date(year, 1, 1)), base + 20, str(year), "middle") for year in range(first, last, gap)]
    for name, stairs in (("step-area", earliest), ("step-line", steps)):
        if stairs:
            parts.append(Markup('<path class="{}" d="{}"/>').format(name, _stairs(stairs, across, up, until)))
    day, count = until, steps[-1][1]
    parts.append(Markup('<circle class="end" cx="{}" cy="{}" r="4.5"/>').format(_n(across(day)), _n(up(count))))
    away, anchor = (-8, "end") if direction == "rtl" else (8, "start")
    parts.append(_label(across(day) + away, up(count) + 4.5, str(count), anchor, "value"))
    note = Markup("")
    if earliest:
        note = Markup('<p class="figure-note">{}</p>').format(
            _("Where only a span of time is known, the fine line counts a city from its first day.")
        )
    return Markup('<div class="chart-narrow">{}{}</div>').format(_chart(label, width, height, parts), note)


def _chart(label: str, width: float, height: float, parts: Iterable[Markup]) -> Markup:
    return Markup(
        '<svg class="chart" role="img" aria-label="{}" viewBox="0 0 {} {}" width="{}" height="{}"><title>{}</title>{}</svg>'
    ).format(label, _n(width), _n(height), _n(width), _n(height), label, Markup("").join(parts))


def _years(first: int, last: int, width: float, base: float, direction: str) -> Markup:
    parts = [Markup('<line class="axis" x1="0" x2="{}" y1="{}" y2="{}"/>').format(_n(width), _n(base), _n(base))]
    gap = max(1, -(-(last - first) // 8))
    for year in range(first, last + 1, gap):
        x = _along(date(year, 1, 1), first, last, width, direction)
        parts.append(Markup('<line class="axis" x1="{}" x2="{}" y1="{}" y2="{}"/>').format(_n(x), _n(x), _n(base), _n(base + 5)))
        anchor = "start" if x < 12 else "end" if x > width - 12 else "middle"  # noqa: PLR2004  labels stay inside
        parts.append(_label(x, base + 20, str(year), anchor))
    return Markup("").join(parts)


def _along(day: date, first: int, last: int, width: float, direction: str) -> float:
    start, end = date(first, 1, 1).toordinal(), date(last, 1, 1).toordinal()
    x = width * (day.toordinal() - start) / (end - start)
    return width - x if direction == "rtl" else x


def _stairs(steps: Sequence[tuple[date, int]], across: Callable[[date], float], up: Callable[[float], float], until: date) -> str:
    path = [f"M{_n(across(steps[0][0]))} {_n(up(0))}V{_n(up(steps[0][1]))}"]
    path += [f"H{_n(across(day))}V{_n(up(count))}" for (_before, _count), (day, count) in pairwise(steps)]
    return "".join(path) + f"H{_n(across(until))}"


def _round_unit(most: int) -> int:
    """A step for the value axis that gives three to six lines."""
    unit = 1
    for factor in (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000):
        unit = factor
        if most / factor <= 5:  # noqa: PLR2004
            break
    return unit


def _label(x: float, y: float, text: str, anchor: str, kind: str = "") -> Markup:
    name = Markup(' class="{}"').format(kind) if kind else Markup("")
    return Markup('<text{} x="{}" y="{}" text-anchor="{}" direction="ltr">{}</text>').format(name, _n(x), _n(y), anchor, text)


def _n(value: float) -> str:
    return f"{value:.1f}".rstrip("0").rstrip(".")
