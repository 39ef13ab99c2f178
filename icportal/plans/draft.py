"""What a person says of an action, whole: with its milestones, its indicators and what it waits for. And what is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from icportal.charter.texts import titles
from icportal.core.clock import today
from icportal.core.db import db
from icportal.core.errors import FieldErrors
from icportal.core.strings import Text, _, _l, _lp
from icportal.core.text import clean_line, clean_text
from icportal.i18n.locales import CONTENT_LANGUAGES
from icportal.indicators.queries import published_codes
from icportal.plans.dependencies import problem_with
from icportal.plans.models import Action, Objective
from icportal.toolkits.queries import factor_titles

LONGEST_TITLE, LONGEST_NAME, LONGEST_TEXT, LONGEST_UNIT, LONGEST_CODE = 300, 200, 20_000, 60, 20
MOST_CHILDREN, DEAREST = 50, 2_000_000_000
#: Values of indicators have at most so many places before the point.
LARGEST = Decimal(10) ** 13

LABELS: dict[str, Text] = {
    "title": _l("Title"),
    "objective_id": _l("Objective"),
    "outcome": _l("What will be different"),
    "body": _l("What is done"),
    "language": _l("Language you write in"),
    "owner_body": _l("Responsible body"),
    "owner_person": _l("Responsible person"),
    "person_public": _l("The public may read the name of the person"),
    "people": _l("Other people and partners"),
    "starts_on": _l("Start"),
    "due_on": _lp("date", "Due"),
    "after": _l("Begins after"),
    "milestones": _l("Milestones"),
    "indicators": _l("Indicators"),
    "cost": _l("Cost"),
    "currency": _l("Currency"),
    "funding": _l("Who pays"),
    "commitments": _l("Commitments it serves"),
    "key_factors": _l("Key factors it works on"),
    "internal_note": _l("Internal note"),
}
_LINES = {"title": LONGEST_TITLE, "owner_body": LONGEST_NAME, "owner_person": LONGEST_NAME, "funding": LONGEST_TITLE}
_TEXTS = ("outcome", "body", "people", "internal_note")
#: The columns of an action itself.
COLUMNS = tuple(name for name in LABELS if name not in {"after", "milestones", "indicators"})


@dataclass(frozen=True)
class MilestoneDraft:
    """A milestone as it was filled in; ``id`` is that of one that is there already."""

    title: str
    due_on: date | None = None
    done_on: date | None = None
    id: int | None = None


@dataclass(frozen=True)
class IndicatorDraft:
    """An indicator as it was filled in; ``id`` is that of one that is there already."""

    label: str
    unit: str = ""
    baseline: Decimal | None = None
    baseline_on: date | None = None
    target: Decimal | None = None
    deadline: date | None = None
    next_due_on: date | None = None
    indicator_code: str = ""
    id: int | None = None


@dataclass(frozen=True)
class Draft:
    """What a person says of an action; see ``Action``. ``after`` are the numbers of the actions it waits for."""

    title: str
    objective_id: int | None = None
    outcome: str = ""
    body: str = ""
    language: str = "en"
    owner_body: str = ""
    owner_person: str = ""
    person_public: bool = False
    people: str = ""
    starts_on: date | None = None
    due_on: date | None = None
    after: tuple[int, ...] = ()
    milestones: tuple[MilestoneDraft, ...] = ()
    indicators: tuple[IndicatorDraft, ...] = ()
    cost: int | None = None
    currency: str = "EUR"
    funding: str = ""
    commitments: tuple[int, ...] = ()
    key_factors: tuple[str, ...] = ()
    internal_note: str = ""


def is_kept(value: Decimal) -> bool:
    """Whether a number of an indicator can be kept as it is: not too large, and of at most four decimals."""
    return value.is_finite() and abs(value) < LARGEST and value == round(value, 4)


def draft_of(action: Action, after: tuple[int, ...]) -> Draft:
    """What an action says now."""
    said = {name: getattr(action, name) for name in COLUMNS}
    milestones = tuple(MilestoneDraft(each.title, each.due_on, each.done_on, each.id) for each in action.milestones)
    indicators = tuple(
        IndicatorDraft(
            each.label, each.unit, each.baseline, each.baseline_on, each.target, each.deadline, each.next_due_on, each.indicator_code,
            each.id,
        )
        for each in action.indicators
    )  # fmt: skip
    lists = {"commitments": tuple(said["commitments"]), "key_factors": tuple(said["key_factors"])}
    return Draft(**{**said, **lists}, after=tuple(sorted(after)), milestones=milestones, indicators=indicators)


def checked(draft: Draft, *, plan_id: int, action: Action | None) -> Draft:
    """The draft cleaned.

    Raises:
        FieldErrors: naming everything that does not do.
    """
    draft = _clean(draft)
    problems = [
        *_of_words(draft),
        *_of_days(draft),
        *_of_parts(draft),
        *_of_links(draft, plan_id, action),
        *_of_codes(draft, action),
    ]
    if problems:
        raise FieldErrors(problems)
    return draft


def _clean(draft: Draft) -> Draft:
    said: dict[str, Any] = {name: clean_line(getattr(draft, name)) for name in _LINES}
    said |= {name: clean_text(getattr(draft, name)) for name in _TEXTS}
    milestones = [replace(each, title=clean_line(each.title)) for each in draft.milestones]
    indicators = [
        replace(each, label=clean_line(each.label), unit=clean_line(each.unit), indicator_code=clean_line(each.indicator_code))
        for each in draft.indicators
    ]
    # In the order in which they are read again, so that what was not changed is the same.
    milestones.sort(key=lambda each: (each.due_on or date.max, each.id or 2**40))
    return replace(
        draft, **said, currency=draft.currency.strip().upper(), after=tuple(sorted(set(draft.after))),
        commitments=tuple(sorted(set(draft.commitments))), key_factors=tuple(dict.fromkeys(draft.key_factors)),
        milestones=tuple(milestones), indicators=tuple(indicators),
    )  # fmt: skip


def _of_words(draft: Draft) -> list[tuple[str | None, Text]]:
    problems: list[tuple[str | None, Text]] = []
    if not draft.title:
        problems.append(("title", _("Give it a title: it is how you find it again.")))
    limits = {**_LINES, **dict.fromkeys(_TEXTS, LONGEST_TEXT)}
    problems += [
        (name, _("This is too long: at most %(max)d characters.", max=most))
        for name, most in limits.items()
        if len(getattr(draft, name)) > most
    ]
    if draft.language not in CONTENT_LANGUAGES:
        problems.append(("language", _("Choose the language you write in.")))
    if unknown := set(draft.commitments) - set(titles("en")):
        problems.append(("commitments", _("There is no commitment %(number)s.", number=min(unknown))))
    if set(draft.key_factors) - set(factor_titles(draft.key_factors, "en")):
        problems.append(("key_factors", _("Choose among the key factors offered.")))
    if draft.cost is not None and not 0 <= draft.cost <= DEAREST:
        problems.append(("cost", _("Enter a cost that is not below nothing, in whole units.")))
    if len(draft.currency) != 3 or not draft.currency.isalpha():  # noqa: PLR2004  the length of a currency's code
        problems.append(("currency", _("Write the currency as three letters, such as EUR.")))
    return problems


def _of_days(draft: Draft) -> list[tuple[str | None, Text]]:
    start, end = draft.starts_on, draft.due_on
    if start and end and end < start:
        return [("due_on", _("The end is before the beginning."))]
    problems: list[tuple[str | None, Text]] = []
    for each in draft.milestones:
        if each.due_on is None:
            problems.append(("milestones", _("Give the milestone “%(title)s” a day.", title=each.title)))
        elif start and each.due_on < start:
            problems.append(("milestones", _("The milestone “%(title)s” is before its action begins.", title=each.title)))
        elif end and each.due_on > end:
            problems.append(("milestones", _("The milestone “%(title)s” is after its action ends.", title=each.title)))
        if each.done_on and each.done_on > today():
            problems.append(
                ("milestones", _("The milestone “%(title)s” cannot be done on a day that is still to come.", title=each.title))
            )
    return problems


def _of_parts(draft: Draft) -> list[tuple[str | None, Text]]:
    problems: list[tuple[str | None, Text]] = []
    parts: Mapping[str, list[str]] = {
        "milestones": [each.title for each in draft.milestones], "indicators": [each.label for each in draft.indicators],
    }  # fmt: skip
    for name, called in parts.items():
        if len(called) > MOST_CHILDREN:
            problems.append((name, _("At most %(most)s are kept.", most=MOST_CHILDREN)))
        if not all(called):
            problems.append((name, _("Give each of them a name.")))
        if any(len(each) > LONGEST_TITLE for each in called):
            problems.append((name, _("This is too long: at most %(max)d characters.", max=LONGEST_TITLE)))
    for each in draft.indicators:
        if each.deadline and each.baseline_on and each.deadline <= each.baseline_on:
            problems.append(("indicators", _("The deadline of “%(label)s” is not after its baseline.", label=each.label)))
        if any(value is not None and not is_kept(value) for value in (each.baseline, each.target)):
            message = _("A number of “%(label)s” is too large, or has more than four decimals.", label=each.label)
            problems.append(("indicators", message))
        if len(each.unit) > LONGEST_UNIT:
            problems.append(("indicators", _("This is too long: at most %(max)d characters.", max=LONGEST_UNIT)))
    return problems


def _of_links(draft: Draft, plan_id: int, action: Action | None) -> list[tuple[str | None, Text]]:
    problems: list[tuple[str | None, Text]] = []
    if draft.objective_id is not None:
        objective = db.session.get(Objective, draft.objective_id)
        if objective is None or objective.plan_id != plan_id:
            problems.append(("objective_id", _("Choose an objective of this plan.")))
    if draft.after and (problem := problem_with(plan_id, action.id if action else None, draft.after)):
        problems.append(("after", problem))
    own = ({each.id for each in action.milestones}, {each.id for each in action.indicators}) if action else (set(), set())
    for name, known, said in (("milestones", own[0], draft.milestones), ("indicators", own[1], draft.indicators)):
        if any(each.id is not None and each.id not in known for each in said):
            problems.append((name, _("Somebody has removed one of these meanwhile. Open the action again.")))
    return problems


def _of_codes(draft: Draft, action: Action | None) -> list[tuple[str | None, Text]]:
    """A code is one of the catalogue, or stood there before: an indicator may have been withdrawn since."""
    there = {"", *(each.indicator_code.upper() for each in action.indicators)} if action else {""}
    asked = {each.indicator_code for each in draft.indicators if each.indicator_code.upper() not in there}
    unknown = asked - published_codes(asked)
    problems: list[tuple[str | None, Text]] = []
    for place, code in enumerate(each.indicator_code for each in draft.indicators):
        if code not in unknown:
            continue
        message = _("The catalogue has no indicator “%(code)s”. Leave the code empty for a measure of your own.", code=code)
        if len(code) > LONGEST_CODE:
            message = _("This is too long: at most %(max)d characters.", max=LONGEST_CODE)
        problems.append((f"indicators-{place}-indicator_code", message))
    return problems
