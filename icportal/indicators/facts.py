"""What is fixed about an indicator in every language: unit, breakdowns, plausible range, where it belongs.

These facts are reviewed together with the definition; each version of an indicator keeps its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, fields
from decimal import Decimal
from typing import Any

from icportal.indicators import breakdowns
from icportal.indicators.enums import Counting, Unit


@dataclass(frozen=True)
class Facts:
    """The reviewed facts of an indicator.

    ``total`` asks for the whole; ``groups``, ``sexes``, ``ages`` and ``classes`` for breakdowns (``classes`` are whole
    pairs such as ``isced=0-2``); ``crossed`` asks for each group by sex and by class as well. ``units`` names the
    unit of a class where it is another. ``adds_up`` names the dimensions whose parts sum up to the whole. ``low``
    and ``high`` bound what is plausible; ``jump`` is the relative change since the last period, in percent, above
    which one asks. ``substitutes`` are codes of indicators a figure may show in its place, marked. ``same_meaning``
    claims that a changed definition means what the last version meant, so that series run on.
    """

    unit: str = Unit.PERCENT
    decimals: int = 1
    total: bool = True
    groups: tuple[str, ...] = ()
    sexes: tuple[str, ...] = ()
    ages: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    crossed: bool = False
    # A mapping has no hash; equal facts have equal units all the same.
    units: Mapping[str, str] = field(default_factory=dict, hash=False)
    adds_up: tuple[str, ...] = ()
    low: Decimal | None = None
    high: Decimal | None = None
    jump: int | None = None
    counting: str = Counting.STOCK
    commitments: tuple[int, ...] = ()
    frames: tuple[str, ...] = ()
    substitutes: tuple[str, ...] = ()
    source: str = ""
    source_checked: bool = False
    same_meaning: bool = False

    @classmethod
    def of(cls, stored: Mapping[str, Any] | None) -> Facts:
        """The facts of a JSON object; what it lacks has its default."""
        known = {entry.name: entry for entry in fields(cls)}
        values: dict[str, Any] = {name: value for name, value in (stored or {}).items() if name in known}
        for name in ("groups", "sexes", "ages", "classes", "adds_up", "commitments", "frames", "substitutes"):
            if name in values:
                values[name] = tuple(values[name])
        for name in ("low", "high"):
            if values.get(name) is not None:
                values[name] = Decimal(str(values[name]))
        return cls(**values)

    def stored(self) -> dict[str, Any]:
        """As a JSON object."""
        found = asdict(self)
        found["units"] = dict(self.units)
        for name, value in found.items():
            if isinstance(value, tuple):
                found[name] = list(value)
            elif isinstance(value, Decimal):
                found[name] = str(value)
        return found

    def rows(self) -> tuple[str, ...]:
        """The breakdowns that are asked for, as keys, in the order of a table."""
        found = [breakdowns.WHOLE] if self.total else []
        single = [
            *(f"origin={code}" for code in self.groups),
            *(f"sex={code}" for code in self.sexes),
            *(f"age={code}" for code in self.ages),
        ]
        # Without the whole only classes mean something, alone or of a group.
        found += [*(single if self.total else ()), *self.classes]
        if self.crossed:
            second = [*(f"sex={code}" for code in self.sexes), *self.classes]
            found += [f"origin={group};{other}" for group in self.groups for other in second]
        return tuple(sorted(dict.fromkeys(found), key=breakdowns.place))

    def unit_of(self, breakdown: str) -> str:
        """The unit a breakdown is asked for in."""
        return next((unit for pair, unit in self.units.items() if pair in breakdown.split(";")), self.unit)

    def defining(self) -> dict[str, Any]:
        """What makes a new version when it changes: unit and counting, and which breakdowns mean what."""
        return {"unit": self.unit, "units": dict(self.units), "counting": self.counting}


#: The fields of the text that define an indicator: a change of one makes a new version.
DEFINING_TEXT = ("definition", "numerator", "denominator")


def same_definition(old: Mapping[str, str], new: Mapping[str, str], old_facts: Facts, new_facts: Facts) -> bool:
    """Whether series may run on from the old version to the new one."""
    if old_facts.defining() != new_facts.defining():
        return False
    return new_facts.same_meaning or all(old.get(name, "") == new.get(name, "") for name in DEFINING_TEXT)


def flags(letters: Iterable[str]) -> str:
    """Status letters as they are stored: each once, in the order of the alphabet."""
    return "".join(sorted(set(letters)))
