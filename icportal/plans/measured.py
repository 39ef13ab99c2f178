"""What the indicators of a plan have reached: which values are due, which wait to be approved, and a small figure of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from markupsafe import Markup

from icportal.core.clock import today
from icportal.core.db import db
from icportal.core.strings import _
from icportal.i18n.formatting import day, number
from icportal.plans.enums import ActionState
from icportal.plans.loaded import LoadedPlan
from icportal.plans.models import Action, ActionIndicator, IndicatorValue

_WIDTH, _HEIGHT, _TOP, _BASE, _INSET = 320.0, 96.0, 22.0, 74.0, 10.0


@dataclass(frozen=True)
class Due:
    """An indicator whose next value is late, or whose deadline has come without the target."""

    action: Action
    indicator: ActionIndicator
    since: date
    is_last: bool


@dataclass(frozen=True)
class Reported:
    """A value with what it belongs to."""

    action: Action
    indicator: ActionIndicator
    value: IndicatorValue


def due(plan: LoadedPlan) -> list[Due]:
    """The values somebody still waits for, the latest first; none of dropped actions or drafts."""
    found = []
    for action in plan.actions:
        if action.state in {ActionState.DROPPED, ActionState.DRAFT}:
            continue
        for indicator in action.indicators:
            if indicator.next_due_on and indicator.next_due_on < today():
                found.append(Due(action, indicator, indicator.next_due_on, is_last=False))
            elif indicator.deadline and indicator.deadline < today() and not _told_since(indicator, indicator.deadline):
                found.append(Due(action, indicator, indicator.deadline, is_last=True))
    return sorted(found, key=lambda each: (each.since, each.indicator.id))


def _told_since(indicator: ActionIndicator, deadline: date) -> bool:
    """Whether the value on the deadline is known: one of that day or later."""
    return any(value.on_date >= deadline for value in indicator.values)


def waiting(plan: LoadedPlan) -> list[Reported]:
    """The values nobody has approved yet, the oldest first."""
    found = [
        Reported(action, indicator, value)
        for action in plan.actions
        for indicator in action.indicators
        for value in indicator.values
        if value.approved_at is None
    ]
    return sorted(found, key=lambda each: each.value.id)


def indicator_of(value: IndicatorValue) -> ActionIndicator:
    """What a value is one of."""
    return db.session.get_one(ActionIndicator, value.indicator_id)


def is_due_without(indicator: ActionIndicator, value: IndicatorValue) -> bool:
    """Whether a value is due again once this one is taken away: no other one is expected, and it was the newest."""
    others = [each for each in indicator.values if each.id != value.id]
    return indicator.next_due_on is None and all(each.on_date < value.on_date for each in others)


def latest(indicator: ActionIndicator) -> IndicatorValue | None:
    """The newest value."""
    return max(indicator.values, key=lambda value: (value.on_date, value.id), default=None)


def share(indicator: ActionIndicator) -> float | None:
    """How far the newest value is on the way from the baseline to the target: 0 to 1 and beyond; None where that is not known."""
    newest = latest(indicator)
    if newest is None or indicator.baseline is None or indicator.target is None or indicator.target == indicator.baseline:
        return None
    return float((newest.value - indicator.baseline) / (indicator.target - indicator.baseline))


# --- the figure ------------------------------------------------------------------------------------------------


def figure(indicator: ActionIndicator, *, direction: str = "ltr") -> Markup:
    """From the baseline to the target over time, with what was reported. Nothing where a baseline or a target is missing.

    The table of the same numbers stands beside it.
    """
    if indicator.baseline is None or indicator.target is None or not indicator.baseline_on or not indicator.deadline:
        return Markup("")
    reached = [(value.on_date, float(value.value)) for value in indicator.values]
    start, end = (indicator.baseline_on, float(indicator.baseline)), (indicator.deadline, float(indicator.target))
    frame = _Frame([start, end, *reached], direction)
    line = [each for each in (start, *reached) if each[0] >= start[0]]
    parts = [
        Markup('<line class="axis" x1="0" x2="{}" y1="{}" y2="{}"/>').format(_n(_WIDTH), _n(_BASE + 8), _n(_BASE + 8)),
        Markup('<path class="span" fill="none" d="{}"/>').format(frame.path([start, end])),
        Markup('<path class="step-line" d="{}"/>').format(frame.path(line)) if reached else Markup(""),
        *(Markup('<circle class="mark" cx="{}" cy="{}" r="3.5"/>').format(*frame.at(each)) for each in line),
        Markup('<circle class="mark-hollow" cx="{}" cy="{}" r="5"/>').format(*frame.at(end)),
        frame.label(start, "begin"),
        frame.label(end, "end"),
    ]
    sentence = _sentence(indicator.label, start, end, latest(indicator))
    return Markup(
        '<div class="chart-narrow"><svg class="chart" role="img" aria-label="{}" viewBox="0 0 {} {}"><title>{}</title>{}</svg></div>'
    ).format(sentence, _n(_WIDTH), _n(_HEIGHT), sentence, Markup("").join(parts))


def _sentence(label: str, start: tuple[date, float], end: tuple[date, float], newest: IndicatorValue | None) -> str:
    said = {"label": label, "baseline": number(start[1]), "begin": day(start[0]), "target": number(end[1]), "by": day(end[0])}
    if newest is None:
        return _("%(label)s: %(baseline)s on %(begin)s, to be %(target)s by %(by)s; no value yet", **said)
    reached = {"value": number(float(newest.value)), "on": day(newest.on_date)}
    return _("%(label)s: %(baseline)s on %(begin)s, %(value)s on %(on)s, to be %(target)s by %(by)s", **said, **reached)


class _Frame:
    """Where a day and a number stand in the figure."""

    def __init__(self, points: Sequence[tuple[date, float]], direction: str) -> None:
        days, numbers = [each[0].toordinal() for each in points], [each[1] for each in points]
        self.first, self.days = min(days), max(max(days) - min(days), 1)
        self.least, self.numbers = min(numbers), (max(numbers) - min(numbers)) or 1.0
        self.is_mirrored = direction == "rtl"

    def at(self, point: tuple[date, float]) -> tuple[str, str]:
        across = _INSET + (_WIDTH - 2 * _INSET) * (point[0].toordinal() - self.first) / self.days
        up = _BASE - (_BASE - _TOP) * (point[1] - self.least) / self.numbers
        return _n(_WIDTH - across if self.is_mirrored else across), _n(up)

    def path(self, points: Sequence[tuple[date, float]]) -> str:
        return "M" + "L".join(f"{x} {y}" for x, y in map(self.at, points))

    def label(self, point: tuple[date, float], side: str) -> Markup:
        """The number above its point, kept inside the figure."""
        _x, y = self.at(point)
        anchor = "start" if (side == "begin") is not self.is_mirrored else "end"
        edge = 0.0 if anchor == "start" else _WIDTH
        return Markup('<text class="value" x="{}" y="{}" text-anchor="{}" direction="ltr">{}</text>').format(
            _n(edge), _n(max(float(y) - 9, 13)), anchor, number(point[1])
        )


def _n(value: float) -> str:
    return f"{value:.1f}".rstrip("0").rstrip(".")
