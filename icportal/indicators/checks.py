"""Whether values are plausible: what one asks back about before believing them. Nothing here refuses a value.

The same questions stand beside an import, beside typing in and in the review.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from icportal.core.strings import _l
from icportal.indicators import breakdowns, findings
from icportal.indicators.catalogue import Definition
from icportal.indicators.entries import Entry, Key
from icportal.indicators.enums import Bound, Geography, Unit
from icportal.indicators.findings import Finding

findings.register(
    {
        "check.range": _l(
            "%(value)s is outside of what is plausible here (%(low)s to %(high)s). Please check the number and its unit."
        ),
        "check.low": _l("%(value)s is less than what is plausible here (%(low)s). Please check the number and its unit."),
        "check.high": _l("%(value)s is more than what is plausible here (%(high)s). Please check the number and its unit."),
        "check.share": _l(
            "A share of %(value)s per cent is more than the whole. Please check the number: 12.5 stands for 12.5 per cent."
        ),
        "check.negative": _l("%(value)s is less than nothing; persons and things counted cannot be. Please check the sign."),
        "check.jump": _l(
            "It was %(before)s in %(period)s and is %(value)s now, a change of %(percent)s per cent."
            " If that is right, please say why in the note."
        ),
        "check.parts": _l("The parts add up to %(sum)s, the whole is %(whole)s. Please check which number is wrong."),
        "check.part": _l("This part (%(value)s) is more than the whole (%(whole)s). Please check which number is wrong."),
        "check.hundred": _l("The parts add up to %(sum)s per cent instead of 100. Please check which number is wrong."),
        "check.national": _l(
            "This is a figure of the whole country. It will be marked as such and not be compared with figures of cities."
        ),
        "check.national_alike": _l(
            "%(count)s other cities of the country gave the same number as theirs. If it is a figure of the whole country, say so"
            " in the column of the area."
        ),
        "check.national_before": _l(
            "The same number stood for the whole country in %(period)s. If it still does, say so in the column of the area."
        ),
        "check.unit": _l("The unit differs from the one that is asked for. Please give the number in the unit asked for."),
        "check.disclosed": _l(
            "This confidential value can be worked out from the others that are published with it (the whole and its other parts)."
            " Make a second one confidential as well."
        ),
        "check.definition": _l("It is not said whom the city counts as a migrant. Please choose a definition."),
        "check.freed": _l("This value is confidential so far; it becomes public with the rest. Please check that this is meant."),
        "check.gap": _l(
            "The gap is %(value)s, but %(population)s (POP03) less %(workforce)s (EMPL01) is %(expected)s."
            " Please check which number is wrong."
        ),
    }
)

#: A change below this much is not worth a question, however large it is in proportion.
TRIVIAL: dict[str, Decimal] = {
    Unit.PERCENT: Decimal(1),
    Unit.PERCENTAGE_POINTS: Decimal(1),
    Unit.PER_1000: Decimal(2),
    Unit.PERSONS: Decimal(20),
    Unit.SESSIONS: Decimal(10),
    Unit.COUNT: Decimal(3),
    Unit.YES_NO: Decimal(1),
    Unit.RATIO: Decimal("0.05"),
    Unit.EUR: Decimal(500),
    Unit.CAD: Decimal(500),
    Unit.PPS: Decimal(500),
}
COUNTED = frozenset({Unit.PERSONS, Unit.COUNT, Unit.SESSIONS})
#: As many other cities with the very same number make it look like the country's.
ALIKE = 2
HUNDRED = Decimal(100)
#: What is only about right may miss its sum by this share of it.
LOOSE = Decimal("0.02")
INEXACT = frozenset({Bound.ABOUT, Bound.ROUNDED})
OPEN_ENDED = frozenset({Bound.AT_LEAST, Bound.AT_MOST, Bound.UNDER_HALF})
#: Indicators that speak of people with a migrant background; whom that means differs from city to city.
BY_DEFINITION = frozenset({"POP03", "CIT02", "EMPL01", "EMPL03", "EMPL04"})
BACKGROUND = frozenset({"origin=migrant_background", "origin=no_migrant_background"})
GAP, POPULATION, WORKFORCE = "EMPL04", "POP03", "EMPL01"

Found = dict[Key, list[Finding]]
Place = tuple[int, str]


def warnings(
    entries: Mapping[Key, Entry],
    *,
    previous: Mapping[Key, Entry],
    definitions: Mapping[int, Definition],
    elsewhere: Mapping[Key, Sequence[Decimal]] | None = None,
) -> Found:
    """What to ask back about, by value.

    ``entries`` are all values of the delivery as they would stand, so that wholes find their parts; ``previous`` are
    those of earlier periods, ``definitions`` go by the indicator's number. ``elsewhere`` has for a value the numbers
    other cities of the country published for the same thing.
    """
    found: Found = defaultdict(list)
    before = _newest(previous)
    for key, entry in entries.items():
        definition = definitions.get(key.indicator_id)
        if definition is not None and not entry.is_removed:
            found[key] += _of_one(key, entry, definition, before.get((key.indicator_id, key.breakdown)))
            found[key] += _of_others(key, entry, (elsewhere or {}).get(key, ()))
    for finder in (_sums, _disclosed, _gap):
        for key, finding in finder(entries, definitions):
            found[key].append(finding)
    return {key: each for key, each in found.items() if each}


# --- one value by itself ------------------------------------------------------------------------------------


def _newest(previous: Mapping[Key, Entry]) -> dict[Place, tuple[str, Entry]]:
    """By indicator and breakdown, the last earlier value."""
    found: dict[Place, tuple[str, Entry]] = {}
    for key, entry in sorted(previous.items(), key=lambda pair: pair[0].period):
        if not entry.is_removed:
            found[key.indicator_id, key.breakdown] = (key.period, entry)
    return found


def _of_one(key: Key, entry: Entry, definition: Definition, before: tuple[str, Entry] | None) -> Iterator[Finding]:
    unit = definition.unit_of(key.breakdown)
    if entry.unit != unit:
        yield Finding("check.unit")
    elif entry.amount is not None:
        yield from _range(entry.amount, unit, definition)
    if entry.amount is None:
        return
    if entry.geography == Geography.NATIONAL:
        yield Finding("check.national")
    if before is not None and before[0] < key.period:
        yield from _against_last(entry, definition, *before)
    about_migrants = definition.code in BY_DEFINITION or BACKGROUND & set(key.breakdown.split(";"))
    if about_migrants and entry.definition_id is None:
        yield Finding("check.definition")


def _range(amount: Decimal, unit: str, definition: Definition) -> Iterator[Finding]:
    facts, value = definition.facts, float(amount)
    if unit == Unit.PERCENT and amount > HUNDRED and (facts.units or facts.high is None or facts.high <= HUNDRED):
        yield Finding("check.share", {"value": value})
        return
    if amount < 0 and unit in COUNTED:
        yield Finding("check.negative", {"value": value})
        return
    if unit != facts.unit and amount >= 0:
        # The range was written for another unit than this class has.
        return
    too_low = facts.low is not None and amount < facts.low
    too_high = facts.high is not None and amount > facts.high
    if not (too_low or too_high):
        return
    if facts.low is not None and facts.high is not None:
        yield Finding("check.range", {"value": value, "low": float(facts.low), "high": float(facts.high)})
    elif facts.low is not None:
        yield Finding("check.low", {"value": value, "low": float(facts.low)})
    elif facts.high is not None:
        yield Finding("check.high", {"value": value, "high": float(facts.high)})


def _against_last(entry: Entry, definition: Definition, period: str, before: Entry) -> Iterator[Finding]:
    if before.amount is None or entry.amount is None or before.unit != entry.unit:
        return
    if entry.amount == before.amount and before.geography == Geography.NATIONAL and entry.geography == Geography.CITY:
        yield Finding("check.national_before", {"period": period})
    limit, change = definition.facts.jump, abs(entry.amount - before.amount)
    if limit is None or change <= TRIVIAL.get(entry.unit, Decimal(0)) or not before.amount:
        return
    percent = change / abs(before.amount) * 100
    if percent > limit:
        numbers = {"value": float(entry.amount), "before": float(before.amount), "percent": float(round(percent))}
        yield Finding("check.jump", {"period": period, **numbers})


def _of_others(key: Key, entry: Entry, numbers: Sequence[Decimal]) -> Iterator[Finding]:  # noqa: ARG001  one shape for all
    alike = sum(number == entry.amount for number in numbers) if entry.amount else 0
    if alike >= ALIKE and entry.geography == Geography.CITY:
        yield Finding("check.national_alike", {"count": alike})


# --- wholes and their parts ---------------------------------------------------------------------------------


def _groups(
    entries: Mapping[Key, Entry], definitions: Mapping[int, Definition]
) -> Iterator[tuple[Definition, Key, Entry | None, dict[Key, Entry], bool]]:
    """(definition, key of the whole, the whole, its parts, whether all parts are there) for everything that adds up."""
    seen: set[tuple[Key, str]] = set()
    for key in entries:
        definition = definitions.get(key.indicator_id)
        for dimension in definition.facts.adds_up if definition else ():
            own = breakdowns.parse(key.breakdown)
            own.pop(dimension, None)
            whole_key = replace(key, breakdown=breakdowns.key_of(own))
            if definition is None or (whole_key, dimension) in seen:
                continue
            seen.add((whole_key, dimension))
            wanted = [
                replace(key, breakdown=breakdowns.key_of({**own, dimension: code})) for code in _codes(definition, dimension)
            ]
            parts = {part: entries[part] for part in wanted if part in entries and not entries[part].is_removed}
            if parts:
                yield definition, whole_key, entries.get(whole_key), parts, len(parts) == len(wanted)


def _codes(definition: Definition, dimension: str) -> list[str]:
    """The codes of a dimension that together are everybody: a group that is asked for as well as its parts counts once."""
    facts = definition.facts
    asked = {"origin": facts.groups, "sex": facts.sexes, "age": facts.ages}.get(dimension)
    if asked is None:
        asked = tuple(pair.partition("=")[2] for pair in facts.classes if pair.startswith(f"{dimension}="))
    pairs = {f"{dimension}={code}" for code in asked}
    inner = {part for group, parts in breakdowns.PARTS.items() if group in pairs for part in parts}
    return [code for code in asked if f"{dimension}={code}" not in inner]


def _sums(entries: Mapping[Key, Entry], definitions: Mapping[int, Definition]) -> Iterator[tuple[Key, Finding]]:
    for definition, whole_key, whole, parts, complete in _groups(entries, definitions):
        amounts = {key: part.amount for key, part in parts.items() if part.amount is not None and part.bound not in OPEN_ENDED}
        total = sum(amounts.values(), Decimal(0))
        if whole is None:
            is_hundred = not definition.facts.total and complete and len(amounts) == len(parts) and _percent(parts.values())
            if is_hundred and abs(total - HUNDRED) > _slack(definition, HUNDRED, parts.values()):
                yield from ((key, Finding("check.hundred", {"sum": float(total)})) for key in parts)
            continue
        if whole.amount is None or whole.bound in OPEN_ENDED:
            continue
        slack = _slack(definition, whole.amount, [*parts.values(), whole])
        positive = all(amount >= 0 for amount in amounts.values())
        above = [key for key, amount in amounts.items() if amount > whole.amount + slack and positive]
        yield from ((key, Finding("check.part", {"value": float(amounts[key]), "whole": float(whole.amount)})) for key in above)
        full = complete and len(amounts) == len(parts)
        wrong = abs(total - whole.amount) > slack if full else positive and total > whole.amount + slack
        if wrong and not above:
            numbers = {"sum": float(total), "whole": float(whole.amount)}
            yield from ((key, Finding("check.parts", numbers)) for key in (whole_key, *amounts))


def _percent(parts: Any) -> bool:
    return all(part.unit == Unit.PERCENT for part in parts)


def _slack(definition: Definition, whole: Decimal, used: Any) -> Decimal:
    """How far a sum may be off through rounding: half of the last decimal for every number, more for inexact ones."""
    numbers = list(used)
    rounding = Decimal(10) ** -definition.facts.decimals * (len(numbers) + 1) / 2
    loose = abs(whole) * LOOSE if any(entry.bound in INEXACT for entry in numbers) else Decimal(0)
    return max(rounding, loose)


def _disclosed(entries: Mapping[Key, Entry], definitions: Mapping[int, Definition]) -> Iterator[tuple[Key, Finding]]:
    """A value that is withheld alone among the whole and all its parts is the difference of the others."""
    for _definition, whole_key, whole, parts, complete in _groups(entries, definitions):
        members = dict(parts)
        if whole is not None and not whole.is_removed:
            members[whole_key] = whole
        hidden = [key for key, entry in members.items() if not entry.is_free]
        closed = complete and (whole is not None or _percent(parts.values()))
        if closed and len(hidden) == 1 and all(entry.amount is not None for entry in members.values()):
            yield hidden[0], Finding("check.disclosed")


def _gap(entries: Mapping[Key, Entry], definitions: Mapping[int, Definition]) -> Iterator[tuple[Key, Finding]]:
    """The representation gap is computed from two others; it has to be their difference."""
    by_code = {definition.code: number for number, definition in definitions.items()}
    if not {GAP, POPULATION, WORKFORCE} <= by_code.keys():
        return
    for key, entry in entries.items():
        if key.indicator_id != by_code[GAP] or entry.amount is None:
            continue
        population = entries.get(replace(key, indicator_id=by_code[POPULATION]))
        workforce = entries.get(replace(key, indicator_id=by_code[WORKFORCE]))
        if population is None or workforce is None or population.amount is None or workforce.amount is None:
            continue
        expected = population.amount - workforce.amount
        slack = _slack(definitions[key.indicator_id], expected, (entry, population, workforce))
        if abs(entry.amount - expected) > slack:
            numbers = {"population": float(population.amount), "workforce": float(workforce.amount)}
            yield key, Finding("check.gap", {"value": float(entry.amount), "expected": float(expected), **numbers})
