"""What milestones and approved values already say of an action, as the first words of its note."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from icportal.core.strings import _, _n
from icportal.i18n.formatting import day, number
from icportal.plans.contents import Content
from icportal.plans.flow import ACTION


def first_words(facts: Content) -> str:
    """A draft in the reader's language: a sentence each for the state, the milestones and every value. Nobody has written it."""
    return "\n".join([_state(facts), *_milestones(facts), *(_value(each) for each in facts["indicators"] if each["value"])])


def _state(facts: Content) -> str:
    return _("State: %(state)s.", state=ACTION.state(facts["state"]).label)


def _milestones(facts: Content) -> list[str]:
    total, done = len(facts["milestones"]), [each for each in facts["milestones"] if each["done_on"]]
    if not total:
        return []
    reached = [
        _("“%(title)s” was reached on %(day)s.", title=each["title"], day=day(date.fromisoformat(each["done_on"])))
        for each in done
    ]
    counted = _n(
        "%(done)s of %(num)s milestone is reached.", "%(done)s of %(num)s milestones are reached.", total, done=len(done)
    )
    return [counted, *reached]


def _value(said: Content) -> str:
    value, on = number(float(Decimal(said["value"]))), day(date.fromisoformat(said["value_on"]))
    unit = f" {said['unit']}" if said["unit"] else ""
    if said["target"] is None:
        return _("“%(label)s”: %(value)s on %(day)s.", label=said["label"], value=value + unit, day=on)
    target = number(float(Decimal(said["target"]))) + unit
    return _(
        "“%(label)s”: %(value)s on %(day)s, to be %(target)s.", label=said["label"], value=value + unit, day=on, target=target
    )
