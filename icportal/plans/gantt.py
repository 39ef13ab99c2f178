"""A plan as bars over time: where each bar, milestone and arrow stands. Knows no database.

The figure is a table: a row for each action with its words, and a picture beside them. So it wraps, prints over many pages
with its axis on each, and reads without the pictures. An arrow is drawn piece by piece through the rows it crosses; over
more than ``REACH`` rows nobody could follow it, and only the words beside the action say what it waits for.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from babel import Locale
from babel.dates import format_date
from markupsafe import Markup

from icportal.core.clock import today
from icportal.core.strings import Text, _
from icportal.i18n.locales import get
from icportal.plans import gantt_shapes as shapes
from icportal.plans.enums import ActionState
from icportal.plans.flow import ACTION
from icportal.plans.gantt_shapes import Canvas

REACH = 12
#: Up to so many months the axis names months, up to so many quarters, and then years.
MOST_MONTHS, MOST_QUARTERS = 18, 60
#: So many names of the axis fit on a telephone.
NARROW = 7
#: Letters of a title and of the facts below it in a line on paper; letters of the facts that are always there, and of "after".
TITLE_LETTERS, FACT_LETTERS, FACTS, AFTER = 52, 76, 42, 14
#: A year is named where at least this share of the axis is its own.
ROOM_FOR_YEAR = 0.09


@dataclass(frozen=True)
class Point:
    """A milestone."""

    label: str
    day: date
    is_done: bool = False


@dataclass(frozen=True)
class Bar:
    """An action as it is drawn. ``after`` are the keys of those it waits for, ``progress`` is from 0 to 1.

    ``state`` is its state, ``facts`` are (what, value) as text for the cell of its words.
    """

    key: int
    title: str
    state: str
    starts: date | None = None
    ends: date | None = None
    language: str = "en"
    url: str = ""
    owner: str = ""
    points: tuple[Point, ...] = ()
    after: tuple[int, ...] = ()
    progress: float = 0.0
    is_overdue: bool = False
    because: str = ""


@dataclass(frozen=True)
class Group:
    """The actions of one objective, in their order."""

    title: str
    bars: Sequence[Bar]
    language: str = "en"


@dataclass(frozen=True)
class Row:
    """A row of the figure. ``number`` is what others call it by, ``after`` the numbers of those it waits for."""

    bar: Bar
    number: int
    picture: Markup
    after: tuple[int, ...] = ()


@dataclass(frozen=True)
class Block:
    """A group as it is drawn, with the picture of its whole time."""

    group: Group
    picture: Markup
    rows: Sequence[Row]


@dataclass(frozen=True)
class Figure:
    """The whole figure. ``grid`` is drawn once and used by every picture; empty where each has its own.

    ``now`` is -1 where today lies before everything that is shown, 1 where it lies after, else 0.
    """

    axis: Markup
    blocks: Sequence[Block]
    scale: Scale
    grid: Markup
    now: int = 0
    states: frozenset[str] = frozenset()

    @property
    def count(self) -> int:
        return sum(len(block.rows) for block in self.blocks)

    @property
    def has_milestones(self) -> bool:
        return any(row.bar.points for block in self.blocks for row in block.rows)


@dataclass(frozen=True)
class Tick:
    """A line of the axis. ``place`` is from 0 to 1; ``is_narrow`` says that its name is shown on a telephone too."""

    place: float
    label: str
    is_year: bool = False
    is_narrow: bool = True


@dataclass(frozen=True)
class Scale:
    """From days to places: whole months, from the first that holds anything to the last."""

    first: date
    last: date
    ticks: Sequence[Tick] = field(default=())

    def at(self, day: date) -> float:
        """Where a day begins, from 0 to 1; what lies outside stands at the edge."""
        whole = (self.last - self.first).days
        return min(max((day - self.first).days / whole, 0.0), 1.0)

    def until(self, day: date) -> float:
        """Where a day ends."""
        return self.at(day + timedelta(days=1))


def draw(
    groups: Sequence[Group],
    *,
    language: str,
    on: date | None = None,
    name: str = "gantt",
    paper: tuple[float, float] | None = None,
) -> Figure | None:
    """The figure of these groups; None where no action has a day.

    ``on`` is the day of the line of today. ``name`` distinguishes several figures of one page. For ``paper`` (width of a picture
    and height of a line) every picture has its size and its looks in itself.
    """
    on = on or today()
    groups = [group for group in groups if group.bars]
    scale = scale_of((bar for group in groups for bar in group.bars), language)
    if scale is None:
        return None
    canvas = Canvas(get(language).direction == "rtl", name, paper)
    lines = _lines(groups)
    pieces = _Arrows(lines, scale, canvas).pieces
    numbers = {bar.key: number for number, bar in enumerate((each for each in lines if isinstance(each, Bar)), start=1)}
    today_at = scale.at(on) if scale.first <= on < scale.last else None
    grid = shapes.grid([tick.place for tick in scale.ticks], today_at, canvas)
    blocks, line = [], 0
    for group in groups:
        whole = canvas.picture(grid, pieces[line], _span(group, scale, canvas), lines=1, label=group.title)
        rows = []
        for bar in group.bars:
            line += 1
            drawn = canvas.picture(grid, pieces[line], _drawn(bar, scale, on, canvas), lines=lines_of(bar), label=bar.title)
            after = tuple(sorted(numbers[key] for key in bar.after if key in numbers))
            rows.append(Row(bar, numbers[bar.key], drawn, after))
        blocks.append(Block(group, whole, rows))
        line += 1
    now = 0 if today_at is not None else -1 if on < scale.first else 1
    states = frozenset(bar.state for group in groups for bar in group.bars)
    return Figure(shapes.axis(scale.ticks, today_at, canvas), blocks, scale, canvas.shared(grid), now, states)


def lines_of(bar: Bar) -> int:
    """How many lines the words of an action take on paper, about; rather one more than one too few."""
    facts = len(bar.owner) + FACTS + (AFTER if bar.after else 0)
    return -(-max(len(bar.title), 1) // TITLE_LETTERS) + -(-facts // FACT_LETTERS)


# --- time ------------------------------------------------------------------------------------------------------


def scale_of(bars: Iterable[Bar], language: str) -> Scale | None:
    """The axis for these bars; None where none has a day."""
    days = [day for bar in bars for day in (bar.starts, bar.ends, *(point.day for point in bar.points)) if day]
    if not days:
        return None
    first, last = min(days).replace(day=1), _next_month(max(days))
    scale = Scale(first, last)
    return Scale(first, last, _ticks(scale, language))


def _next_month(day: date, months: int = 1) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(min(year, date.max.year), month + 1, 1) if year <= date.max.year else date.max


def _ticks(scale: Scale, language: str) -> list[Tick]:
    months = (scale.last.year - scale.first.year) * 12 + scale.last.month - scale.first.month
    step = 1 if months <= MOST_MONTHS else 3 if months <= MOST_QUARTERS else 12 * max(1, -(-months // (12 * 20)))
    form = {1: "LLL", 3: "QQQ"}.get(step, "y")
    locale = get(language).locale
    starts = [day for day in _months(scale) if (day.month - 1 + 12 * day.year) % step == 0] or [scale.first]
    often = -(-len(starts) // NARROW)
    ticks = [Tick(scale.at(day), format_date(day, form, locale=locale), is_narrow=n % often == 0) for n, day in enumerate(starts)]
    return ticks if step > 3 else [*_years(scale, locale), *ticks]  # noqa: PLR2004  an axis of years names them itself


def _months(scale: Scale) -> list[date]:
    found, day = [], scale.first
    while day < scale.last:
        found.append(day)
        day = _next_month(day)
    return found


def _years(scale: Scale, locale: Locale) -> list[Tick]:
    """The names of the years above months and quarters, where each has room."""
    starts = [scale.first, *(date(year, 1, 1) for year in range(scale.first.year + 1, scale.last.year + 1))]
    places = [*(scale.at(day) for day in starts), 1.0]
    return [
        Tick(place, format_date(day, "y", locale=locale), is_year=True)
        for day, place, following in zip(starts, places, places[1:], strict=False)
        if following - place >= ROOM_FOR_YEAR
    ]


# --- bars ------------------------------------------------------------------------------------------------------


def _drawn(bar: Bar, scale: Scale, on: date, canvas: Canvas) -> list[str]:
    """The bar of an action, its milestones, and what is the matter with it."""
    drawn = []
    begin, end = _ends(bar, scale)
    if begin is not None and end is not None:
        drawn.append(shapes.bar(begin, end, bar.state, bar.progress, canvas))
    elif begin is not None:
        drawn.append(shapes.open_end(begin, 1, canvas))
    elif end is not None:
        drawn.append(shapes.open_end(end, -1, canvas))
    if bar.is_overdue and end is not None:
        drawn.append(shapes.late(end, scale.at(on), canvas))
    if bar.state == ActionState.BLOCKED:
        drawn.append(shapes.stop(begin if begin is not None else end if end is not None else 0.0, canvas))
    drawn += [shapes.diamond(scale.at(point.day), is_done=point.is_done, canvas=canvas) for point in bar.points]
    return drawn


def _ends(bar: Bar, scale: Scale) -> tuple[float | None, float | None]:
    begin = scale.at(bar.starts) if bar.starts else None
    end = scale.until(bar.ends) if bar.ends else None
    return begin, end


def _span(group: Group, scale: Scale, canvas: Canvas) -> list[str]:
    """From the first beginning to the last end of a group."""
    days = [day for bar in group.bars for day in (bar.starts, bar.ends, *(point.day for point in bar.points)) if day]
    return [shapes.bracket(scale.at(min(days)), scale.until(max(days)), canvas)] if days else []


# --- arrows ----------------------------------------------------------------------------------------------------


def _lines(groups: Sequence[Group]) -> list[Group | Bar]:
    found: list[Group | Bar] = []
    for group in groups:
        found += [group, *group.bars]
    return found


class _Arrows:
    """For each line of the table the pieces of arrows in it."""

    def __init__(self, lines: Sequence[Group | Bar], scale: Scale, canvas: Canvas) -> None:
        self.lines, self.scale, self.canvas = lines, scale, canvas
        self.pieces: dict[int, list[str]] = defaultdict(list)
        places = {line.key: number for number, line in enumerate(lines) if isinstance(line, Bar)}
        for target, line in enumerate(lines):
            for key in line.after if isinstance(line, Bar) else ():
                source = places.get(key)
                if source is not None and source != target and abs(target - source) <= REACH:
                    self._draw(source, target)

    def _draw(self, source: int, target: int) -> None:
        (begins, ends), (begin, end) = self._ends(source), self._ends(target)
        leaves = begins if ends is None else ends
        begin, end = end if begin is None else begin, begin if end is None else end
        if leaves is None or begin is None or end is None:
            return
        down = target > source
        self._piece(source, leaves, 0.5, 1.0 if down else 0.0)
        for between in range(min(source, target) + 1, max(source, target)):
            self._piece(between, leaves, 0.0, 1.0)
        self._piece(target, leaves, 0.0 if down else 1.0, 0.5)
        self.pieces[target].append(shapes.tip(leaves, begin, end, self.canvas, down=down))

    def _ends(self, line: int) -> tuple[float | None, float | None]:
        bar = self.lines[line]
        assert isinstance(bar, Bar)
        return _ends(bar, self.scale)

    def _piece(self, line: int, place: float, top: float, bottom: float) -> None:
        self.pieces[line].append(shapes.piece(place, top, bottom, self.canvas))


# --- what the shapes mean --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Sample:
    """A shape with its word. On a telephone those that are ``only_wide`` are not drawn."""

    picture: Markup
    label: Text
    only_wide: bool = False


def key(figure: Figure, *, language: str, on_paper: bool = False) -> list[Sample]:
    """The shapes that occur in a figure, each with its word."""
    bars = [row.bar for block in figure.blocks for row in block.rows]
    canvas = Canvas(get(language).direction == "rtl", "key", shapes.SAMPLE if on_paper else None)
    found = [
        _sample([shapes.bar(0, 1, each.name, 0, canvas), *_stopped(each.name, canvas)], each.label, canvas)
        for each in ACTION.states
        if each.name in figure.states
    ]
    if any(0 < bar.progress < 1 for bar in bars):
        found.append(_sample([shapes.bar(0, 1, ActionState.IN_PROGRESS, 0.5, canvas)], _("share of its milestones done"), canvas))
    if any(bar.is_overdue for bar in bars):
        found.append(_sample([shapes.late(0.3, 1, canvas)], _("overdue, until today"), canvas))
    done = {point.is_done for bar in bars for point in bar.points}
    found += [
        _sample([shapes.diamond(0.5, is_done=is_done, canvas=canvas)], label, canvas)
        for is_done, label in ((True, _("milestone, done")), (False, _("milestone, to do")))
        if is_done in done
    ]
    if any(row.after for block in figure.blocks for row in block.rows):
        arrow = [shapes.piece(0.2, 0.0, 0.5, canvas), shapes.tip(0.2, 0.8, 1, canvas, down=True)]
        label = _("begins after the other one")
        found.append(Sample(shapes.sample(arrow, canvas, label=label, fills_row=True), label, only_wide=True))
    if not figure.now:
        line = shapes.grid([], 0.5, canvas)
        found.append(Sample(shapes.sample([line], canvas, label=_("today"), fills_row=True), _("today")))
    return found


def _sample(drawn: list[str], label: Text, canvas: Canvas) -> Sample:
    return Sample(shapes.sample(drawn, canvas, label=str(label)), label)


def _stopped(state: str, canvas: Canvas) -> list[str]:
    return [shapes.stop(0.2, canvas)] if state == ActionState.BLOCKED else []
