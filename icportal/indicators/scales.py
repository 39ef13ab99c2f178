"""Axes: round steps around the numbers that are drawn, zero always among them for bars."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from itertools import count

ZERO = Decimal(0)
STEPS = 5


@dataclass(frozen=True)
class Scale:
    """From ``low`` to ``high`` in steps; ``at`` gives the place of a number in percent of the way."""

    low: Decimal
    high: Decimal
    step: Decimal

    def at(self, number: Decimal) -> float:
        return float((number - self.low) / (self.high - self.low) * 100)

    @property
    def ticks(self) -> list[Decimal]:
        return [self.low + self.step * place for place in range(int((self.high - self.low) / self.step) + 1)]


def scale(numbers: Iterable[Decimal], *, most: Decimal | None = None, zero: bool = True) -> Scale:
    """A scale of about six ticks that holds all numbers; ``most`` is never passed where all stay below. Bars begin at
    ``zero``, lines need not.
    """
    found = list(numbers)
    found += [ZERO] if zero or not found else []
    low, high = min(found), max(found)
    if low == high:
        low, high = (low - 1, high) if low else (low, high + 1)
    step = _round_step((high - low) / STEPS)
    bottom = (low / step).to_integral_value("ROUND_FLOOR") * step
    top = (high / step).to_integral_value("ROUND_CEILING") * step
    if most is not None and high <= most < top:
        top = most
        step = next(part for part in (step, step * 2, most) if (top - bottom) % part == 0)
    return Scale(bottom, top, step)


def _round_step(rough: Decimal) -> Decimal:
    """The next of 1, 2, 2.5, 5 times a power of ten that is not smaller."""
    power = Decimal(10) ** rough.adjusted()
    return next(
        power * part for part in (Decimal(1), Decimal(2), Decimal("2.5"), Decimal(5), Decimal(10)) if power * part >= rough
    )


def years(first: int, last: int, *, most: int = 8) -> list[int]:
    """The years an axis names, the last one always among them."""
    gap = next(step for step in count(1) if (last - first) / step < most)
    return [year for year in range(first, last + 1) if (last - year) % gap == 0]
