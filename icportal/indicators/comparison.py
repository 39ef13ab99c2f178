"""The facts of an indicator in words, and those of two revisions or versions set against each other."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from icportal.charter import texts
from icportal.content.desk.comparison import FactChange, compare_said
from icportal.core.strings import Text, _, _l, _lp
from icportal.i18n.catalogues import current_language
from icportal.i18n.formatting import number
from icportal.indicators import labels
from icportal.indicators.facts import Facts

DIMENSIONS: dict[str, Text] = {
    "origin": _lp("dimension of a breakdown", "origin"),
    "sex": _lp("dimension of a breakdown", "sex"),
    "age": _lp("dimension of a breakdown", "age"),
    "isced": _lp("dimension of a breakdown", "education"),
    "subject": _lp("dimension of a breakdown", "school subject"),
    "level": _lp("dimension of a breakdown", "level of staff"),
    "measure": _lp("dimension of a breakdown", "measure"),
}

FACTS: dict[str, Text] = {
    "family": _l("Group of the catalogue"),
    "asked": _l("In the workbooks"),
    "unit": _lp("fact of an indicator", "Unit"),
    "units": _l("Other units"),
    "decimals": _lp("fact of an indicator", "Decimals"),
    "counting": _l("Way of counting"),
    "rows": _l("Values asked for"),
    "adds_up": _l("Parts that add up to the whole"),
    "range": _l("Plausible range"),
    "jump": _l("Change that is asked about"),
    "commitments": _l("Commitments"),
    "frames": _l("Frames it belongs to"),
    "substitutes": _l("Shown in its place"),
    "source": _l("Source of the figures"),
    "same_meaning": _lp("fact of an indicator", "Series"),
}


def said(stored: Mapping[str, Any] | None) -> dict[str, list[str]]:
    """Every fact as lines a person reads; nothing where there are no facts."""
    if stored is None:
        return {name: [] for name in FACTS}
    facts = Facts.of(stored)
    titles = commitment_titles()
    family, asked = stored.get("family"), stored.get("asked")
    return {
        "family": [str(labels.FAMILIES.get(family, family))] if family else [],
        "asked": [] if asked is None else [_("cities are asked for it") if asked else _("cities are not asked for it")],
        "unit": [str(labels.UNITS[facts.unit])],
        "units": [f"{labels.breakdown(pair)}: {labels.UNITS[unit]}" for pair, unit in sorted(facts.units.items())],
        "decimals": [str(facts.decimals)],
        "counting": [str(labels.COUNTINGS[facts.counting])],
        "rows": [labels.breakdown(key) for key in facts.rows()],
        "adds_up": [str(DIMENSIONS[name]) for name in facts.adds_up],
        "range": _range(facts.low, facts.high),
        "jump": [_("more than %(percent)s %%", percent=facts.jump)] if facts.jump is not None else [],
        "commitments": [f"{each} · {titles.get(each, '')}" for each in facts.commitments],
        "frames": [str(labels.FRAMES[frame]) for frame in facts.frames],
        "substitutes": list(facts.substitutes),
        "source": [facts.source + (" " + _("(checked)") if facts.source_checked else "")] if facts.source else [],
        "same_meaning": [_("the changed definition means the same: series run on")] if facts.same_meaning else [],
    }


def compare_facts(old: Mapping[str, Any] | None, new: Mapping[str, Any] | None) -> list[FactChange]:
    """Every fact that either side has. A claim about series speaks of the new side alone."""
    before = {**said(old), "same_meaning": []}
    return compare_said(FACTS, before, said(new))


def commitment_titles() -> Mapping[int, str]:
    """Number → short title of the commitments, in the reader's language."""
    return texts.titles(texts.language_for(current_language().code))


def _range(low: Decimal | None, high: Decimal | None) -> list[str]:
    if low is None and high is None:
        return []
    if high is None:
        return [_("at least %(low)s", low=number(float(low or 0)))]
    if low is None:
        return [_("at most %(high)s", high=number(float(high)))]
    return [_("%(low)s to %(high)s", low=number(float(low)), high=number(float(high)))]
