"""The shapes of a Gantt: strings of SVG from places between 0 and 1. No text but the axis', no style attribute.

On a page a picture takes the size of its cell: places are percentages, and what keeps its own size hangs on a small picture of
its own. On paper, where neither percentages nor style sheets reach into a picture, the same shapes have numbers and inks.
Every state is told by the form of its bar as well: empty, dashed, partly filled, full, crossed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from markupsafe import Markup, escape

from icportal.plans.enums import ActionState

if TYPE_CHECKING:
    from icportal.plans.gantt import Tick

#: Half the height of a bar, of a milestone and of a mark.
HALF, DIAMOND, MARK = 7, 6.5, 8
#: Above and below the words of a row on paper.
PADDING = 5
#: Width of a sample of the key and height of its line, on paper.
SAMPLE = (40.0, 14.0)
#: Height of the axis, and where its two lines of names stand.
AXIS, YEARS_AT, NAMES_AT = 40, 14, 32

#: What a class looks like on paper: black on white, so that a copy of a copy can be read.
INKS = {
    "grid": 'stroke="#c8c8c8" stroke-width="0.5"',
    "now": 'stroke="#000" stroke-width="1.2" stroke-dasharray="1.5 1.5"',
    "bar": 'fill="#fff" stroke="#000" stroke-width="1"',
    "bar draft": 'fill="#fff" stroke="#000" stroke-width="1" stroke-dasharray="3 2"',
    "bar planned": 'fill="#fff" stroke="#000" stroke-width="1"',
    "bar in_progress": 'fill="#e4e4e4" stroke="#000" stroke-width="1"',
    "bar blocked": 'fill="#fff" stroke="#000" stroke-width="2"',
    "bar done": 'fill="#555" stroke="#000" stroke-width="1"',
    "bar dropped": 'fill="none" stroke="#777" stroke-width="1" stroke-dasharray="1 3"',
    "part": 'fill="#777"',
    "point": 'fill="#fff" stroke="#000" stroke-width="1.4"',
    "point done": 'fill="#000" stroke="#000" stroke-width="1.4"',
    "late": 'fill="none" stroke="#000" stroke-width="1.6" stroke-dasharray="2 2"',
    "warn": 'fill="#fff" stroke="#000" stroke-width="1.4" stroke-linejoin="round"',
    "stop": 'fill="#000" stroke="#fff" stroke-width="1"',
    "sign": 'fill="none" stroke="#000" stroke-width="1.8" stroke-linecap="round"',
    "bar-sign": 'fill="none" stroke="#fff" stroke-width="2.4"',
    "link": 'fill="none" stroke="#333" stroke-width="1"',
    "tip": 'fill="#333"',
    "end": 'fill="none" stroke="#000" stroke-width="1.8"',
    "whole": 'fill="none" stroke="#000" stroke-width="2.5"',
}


class Canvas:
    """Where shapes are put: mirrored or not, in percentages of a cell or in points of paper."""

    def __init__(self, is_mirrored: bool, name: str, paper: tuple[float, float] | None) -> None:  # noqa: FBT001
        self.is_mirrored, self.name = is_mirrored, name
        self.width, self.line = paper or (0.0, 0.0)
        self.on_paper = paper is not None
        #: 1 where time goes to the right.
        self.way = -1 if is_mirrored else 1

    def across(self, place: float) -> str:
        """A place along the axis."""
        place = 1 - place if self.is_mirrored else place
        return _n(place * self.width) if self.on_paper else f"{_n(place * 100)}%"

    def wide(self, share: float) -> str:
        return _n(max(share, 0.0) * self.width) if self.on_paper else f"{_n(max(share, 0.0) * 100)}%"

    def up(self, share: float) -> str:
        """A height of the whole row; on paper a share of it, worked out when the picture is put together."""
        return f"@{_n(share)}@" if self.on_paper else f"{_n(share * 100)}%"

    def hung(self, place: float, inner: str) -> str:
        """Something of its own size, around a place in the middle of the row."""
        if self.on_paper:
            return f'<g transform="translate({self.across(place)} 0)">{inner}</g>'
        return f'<svg x="{self.across(place)}" overflow="visible">{inner}</svg>'

    def look(self, kind: str) -> str:
        """How a shape looks: by its class, or on paper by its ink."""
        return INKS[kind] if self.on_paper else f'class="{kind}"'

    def picture(self, grid: str, links: Iterable[str], drawn: Iterable[str], *, lines: int, label: str = "") -> Markup:
        """The picture of one row: the grid, the arrows through it, and in its middle what is drawn of it.

        ``label`` says on paper what is seen; on a page the words beside it do.
        """
        if self.on_paper:
            height = lines * self.line + PADDING
            behind = grid + "".join(links)
            for share in ("0", "0.5", "1"):
                behind = behind.replace(f"@{share}@", _n(float(share) * height))
            inner = f'{behind}<g transform="translate(0 {_n(height / 2)})">{"".join(drawn)}</g>'
            size = f'viewBox="0 0 {_n(self.width)} {_n(height)}" width="{_n(self.width)}" height="{_n(height)}"'
            return Markup(f"<svg {size}><title>{escape(label)}</title>{inner}</svg>")  # noqa: S704  numbers, and words that are escaped
        middle = "".join(drawn)
        middle = f'<svg y="50%" overflow="visible">{middle}</svg>' if middle else ""
        inner = f'<use href="#{self.name}-grid"/>{"".join(links)}{middle}'
        return Markup(f'<svg class="gantt-picture" aria-hidden="true" focusable="false">{inner}</svg>')  # noqa: S704  made of numbers

    def shared(self, grid: str) -> Markup:
        """What every picture of a page uses; nothing on paper."""
        if self.on_paper:
            return Markup("")
        return Markup(  # noqa: S704  made of numbers
            f'<svg class="gantt-shared" aria-hidden="true" focusable="false"><defs><g id="{self.name}-grid" class="gantt-lines">{grid}</g></defs></svg>'
        )


def sample(drawn: Iterable[str], canvas: Canvas, *, label: str, fills_row: bool = False) -> Markup:
    """A shape for the key. One that ``fills_row`` stands from its upper to its lower edge, others in the middle."""
    inner = "".join(drawn)
    if canvas.on_paper:
        return canvas.picture("", [inner] if fills_row else [], [] if fills_row else [inner], lines=1, label=label)
    inner = inner if fills_row else f'<svg y="50%" overflow="visible">{inner}</svg>'
    return Markup(f'<svg aria-hidden="true" focusable="false" width="40" height="20">{inner}</svg>')  # noqa: S704  made of numbers


def grid(places: Sequence[float], now: float | None, canvas: Canvas) -> str:
    """The lines of the axis through a row, and the one of today."""
    drawn = [_upright(place, "grid", canvas) for place in sorted(set(places)) if place > 0]
    if now is not None:
        drawn.append(_upright(now, "now", canvas))
    return "".join(drawn)


def _upright(place: float, kind: str, canvas: Canvas) -> str:
    x = canvas.across(place)
    return f'<line {canvas.look(kind)} x1="{x}" x2="{x}" y1="{canvas.up(0)}" y2="{canvas.up(1)}"/>'


def axis(ticks: Sequence[Tick], now: float | None, canvas: Canvas) -> Markup:
    """The names of the months, quarters or years."""
    drawn = []
    for tick in ticks:
        if tick.place > 0:
            x, top = canvas.across(tick.place), 2 if tick.is_year else YEARS_AT + 6
            drawn.append(f'<line {canvas.look("grid")} x1="{x}" x2="{x}" y1="{top}" y2="{AXIS}"/>')
    if now is not None:
        x = canvas.across(now)
        drawn.append(f'<line {canvas.look("now")} x1="{x}" x2="{x}" y1="{YEARS_AT + 6}" y2="{AXIS}"/>')
    inner = "".join(drawn)
    if canvas.on_paper:
        size = f'viewBox="0 0 {_n(canvas.width)} {AXIS}" width="{_n(canvas.width)}" height="{AXIS}"'
        names = "".join(_written(tick, canvas) for tick in ticks)
        said = escape(", ".join(tick.label for tick in ticks))
        return Markup(f'<div class="axis">{names}<svg {size}><title>{said}</title>{inner}</svg></div>')  # noqa: S704  escaped
    inner += "".join(_name(tick, canvas) for tick in ticks)
    return Markup(  # noqa: S704  numbers, and names that are escaped
        f'<svg class="gantt-axis" aria-hidden="true" focusable="false" width="100%" height="{AXIS}">{inner}</svg>'
    )


def _name(tick: Tick, canvas: Canvas) -> str:
    anchor, away = ("end", -4) if canvas.is_mirrored else ("start", 4)
    kind = "name year" if tick.is_year else "name" if tick.is_narrow else "name wide-only"
    y = YEARS_AT if tick.is_year else NAMES_AT
    text = f'<text class="{kind}" x="{away}" y="{y}" text-anchor="{anchor}" direction="ltr">{escape(tick.label)}</text>'
    return canvas.hung(tick.place, text)


def _written(tick: Tick, canvas: Canvas) -> str:
    """A name on paper: beside the picture, since letters are not joined within one."""
    side = "right" if canvas.is_mirrored else "left"
    kind = "year" if tick.is_year else "name"
    return f'<span class="{kind}" style="{side}:{_n(tick.place * canvas.width + 4)}px">{escape(tick.label)}</span>'


def bar(begin: float, end: float, state: str, progress: float, canvas: Canvas) -> str:
    """The bar of an action from its beginning to its end, filled as far as it is done."""
    start = canvas.across(end if canvas.is_mirrored else begin)
    drawn = f'<rect {canvas.look(f"bar {state}")} x="{start}" y="-{HALF}" width="{canvas.wide(end - begin)}" height="{HALF * 2}" rx="2"/>'
    if progress > 0 and state not in {ActionState.DONE, ActionState.DROPPED}:
        part = (end - begin) * min(progress, 1.0)
        x = canvas.across(begin + part if canvas.is_mirrored else begin)
        drawn += f'<rect {canvas.look("part")} x="{x}" y="-2.5" width="{canvas.wide(part)}" height="5"/>'
    return drawn


def open_end(place: float, way: int, canvas: Canvas) -> str:
    """A post where only one end is known: ``way`` 1 where it begins there, -1 where it ends there."""
    return canvas.hung(place, f'<path {canvas.look("end")} d="M0-8V8M0 0h{8 * way * canvas.way}"/>')


def diamond(place: float, *, is_done: bool, canvas: Canvas) -> str:
    """A milestone: empty while it is to do, full when it is done."""
    look = canvas.look("point done" if is_done else "point")
    return canvas.hung(place, f'<path {look} d="M0-{DIAMOND}L{DIAMOND} 0 0 {DIAMOND}-{DIAMOND} 0z"/>')


def late(end: float, now: float, canvas: Canvas) -> str:
    """From the last day to today, with a sign that warns where it should have ended."""
    drawn = f'<line {canvas.look("late")} x1="{canvas.across(end)}" x2="{canvas.across(max(now, end))}" y1="0" y2="0"/>'
    sign = f'<path {canvas.look("warn")} d="M0-8 8 6.5H-8z"/><path {canvas.look("sign")} d="M0-3.5V1.5M0 4V4.1"/>'
    return drawn + canvas.hung(end, sign)


def stop(place: float, canvas: Canvas) -> str:
    """A sign that nothing goes on."""
    return canvas.hung(place, f'<circle {canvas.look("stop")} r="{MARK}"/><path {canvas.look("bar-sign")} d="M-4.5 0H4.5"/>')


def bracket(begin: float, end: float, canvas: Canvas) -> str:
    """The whole time of a group."""
    line = f'<line {canvas.look("whole")} x1="{canvas.across(begin)}" x2="{canvas.across(end)}" y1="-4" y2="-4"/>'
    foot = f'<path {canvas.look("whole")} d="M0-4V4"/>'
    return line + canvas.hung(begin, foot) + canvas.hung(end, foot)


def piece(place: float, begin: float, end: float, canvas: Canvas) -> str:
    """The upright part of an arrow within one row."""
    x = canvas.across(place)
    return f'<line {canvas.look("link")} x1="{x}" x2="{x}" y1="{canvas.up(begin)}" y2="{canvas.up(end)}"/>'


def tip(leaves: float, begin: float, end: float, canvas: Canvas, *, down: bool) -> str:
    """The last part of an arrow with its point: to the beginning of the bar, or onto one that begins too early."""
    if begin - 0.001 <= leaves <= end:
        edge = -HALF if down else HALF
        inner = f'<path {canvas.look("tip")} d="M0 {edge}l-4 {edge}h8z"/>'
        return _in_middle(canvas.hung(leaves, inner), canvas)
    to, way = (begin, canvas.way) if leaves < begin else (end, -canvas.way)
    y = canvas.up(0.5)
    line = f'<line {canvas.look("link")} x1="{canvas.across(leaves)}" x2="{canvas.across(to)}" y1="{y}" y2="{y}"/>'
    return line + _in_middle(canvas.hung(to, f'<path {canvas.look("tip")} d="M0 0l{-8 * way}-4v8z"/>'), canvas)


def _in_middle(inner: str, canvas: Canvas) -> str:
    if canvas.on_paper:
        return f'<g transform="translate(0 {canvas.up(0.5)})">{inner}</g>'
    return f'<svg y="50%" overflow="visible">{inner}</svg>'


def _n(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")
